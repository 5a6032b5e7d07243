//! What a page calls before the widget is there.

use anyhow::{Context as _, Result};
use banso_model::time::Timestamp;
use banso_tests::browser::{Browser, Setup};
use banso_tests::relay::{Relay, now_ms};
use banso_tests::site::Site;
use serde_json::{Value, json};

/// What two pages call, of which the first goes before the widget is there, and what comes of it.
struct Bounce {
    name: &'static str,
    first: &'static str,
    second: &'static str,
    /// Name or kind, page and user of what is recorded, in order, as far as the first page called it.
    events: &'static [(&'static str, &'static str, Option<&'static str>)],
    /// Whether something waits on the device in between.
    left: bool,
}

const BOUNCES: [Bounce; 8] = [
    Bounce {
        name: "what is recorded",
        first: "banso('track', 'a'); banso('page', 'over/there?q=secret#x'); banso('track', 'b', { n: 1 })",
        second: "banso('track', 'c')",
        events: &[
            ("a", "/first/page", None),
            ("page", "/first/over/there", None),
            ("b", "/first/page", None),
            ("page", "/second", None),
            ("c", "/second", None),
        ],
        left: true,
    },
    Bounce {
        name: "who it was",
        first: "banso('identify', { user: { id: 'u1' }, account: { id: 'acme' } }); banso('track', 'a');
                banso('reset'); banso('track', 'b'); banso('identify', { user: { id: 'u2' } }); banso('track', 'c')",
        second: "banso('track', 'd')",
        events: &[
            ("a", "/first/page", Some("u1")),
            ("b", "/first/page", None),
            ("c", "/first/page", Some("u2")),
            ("page", "/second", None),
            ("d", "/second", None),
        ],
        left: true,
    },
    Bounce {
        name: "who is here now",
        first: "banso('identify', { user: { id: 'u1' } }); banso('track', 'a')",
        second: "banso('identify', { user: { id: 'u2' } }); banso('track', 'b')",
        events: &[
            ("a", "/first/page", Some("u1")),
            ("page", "/second", Some("u2")),
            ("b", "/second", Some("u2")),
        ],
        left: true,
    },
    Bounce {
        name: "consent that is denied",
        first: "banso('track', 'a'); banso('consent', 'denied'); banso('track', 'b')",
        second: "banso('track', 'c')",
        events: &[("page", "/second", None), ("c", "/second", None)],
        left: false,
    },
    Bounce {
        name: "consent that is given after all",
        first: "banso('track', 'a'); banso('consent', 'denied'); banso('track', 'b'); banso('consent', 'granted'); banso('track', 'c')",
        second: "",
        events: &[("c", "/first/page", None), ("page", "/second", None)],
        left: true,
    },
    Bounce {
        name: "a browser that asks for privacy",
        first: "privacy(); banso('track', 'a'); banso('identify', { user: { id: 'u1' } })",
        second: "banso('track', 'b')",
        events: &[("page", "/second", None), ("b", "/second", None)],
        left: false,
    },
    Bounce {
        name: "a browser that asks for privacy, and a user who agreed",
        first: "privacy(); banso('track', 'a'); banso('identify', { user: { id: 'u1' } }); banso('consent', 'granted'); banso('track', 'b')",
        second: "",
        events: &[
            ("b", "/first/page", Some("u1")),
            ("page", "/second", None),
        ],
        left: true,
    },
    Bounce {
        name: "consent that is denied on the next page",
        first: "banso('track', 'a')",
        second: "banso('consent', 'denied'); banso('consent', 'granted'); banso('track', 'b')",
        events: &[("page", "/second", None), ("b", "/second", None)],
        left: true,
    },
];

/// The first page is never idle. What a browser that asks for privacy says, on demand; and what the loader left for a page,
/// before it is taken.
const HEAD: &str = "<script>
    if (location.pathname.startsWith('/first')) window.requestIdleCallback = () => {};
    const privacy = () => Object.defineProperty(navigator, 'globalPrivacyControl', { value: true });
    const left = localStorage.getItem('banso:wk_demo:calls')</script>";

/// The second page calls before the widget can hear it, too.
const BODY: &str = "<script>if (location.pathname === '/second') Function(sessionStorage.getItem('second'))()</script>";

#[tokio::test]
async fn what_a_page_calls_before_it_goes_is_kept_for_the_next() -> Result<()> {
    let site = Site::start(HEAD, BODY, &json!([]))?;
    for (place, bounce) in BOUNCES.iter().enumerate() {
        Browser::run(Setup::default(), async |browser| {
            let (events, went) =
                bounced(&site, browser, bounce.first, bounce.second, place).await?;
            let left = browser.js("return left !== null").await?;
            assert_eq!(left, json!(bounce.left), "{}", bounce.name);
            check(bounce, &events, went);
            browser.clean(&[]).await
        })
        .await
        .with_context(|| bounce.name)?;
    }
    no_preflight(&site.relay);
    Ok(())
}

fn check(bounce: &Bounce, events: &[Value], went: i64) {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let recorded: Vec<_> = events
        .iter()
        .map(|event| {
            let name = text(&event["name"]);
            let name = if name.is_empty() {
                text(&event["kind"])
            } else {
                name
            };
            (name, text(&event["page"]), event["user"].as_str())
        })
        .filter(|(name, _, _)| name != "end")
        .collect();
    let expected: Vec<_> = bounce
        .events
        .iter()
        .map(|(name, page, user)| ((*name).to_owned(), (*page).to_owned(), *user))
        .collect();
    assert_eq!(recorded, expected, "{}", bounce.name);
    for event in events {
        let earlier = text(&event["page"]).starts_with("/first");
        let at = Timestamp::parse(&text(&event["at"])).map(|at| at.0 <= went);
        assert_eq!(at, Some(earlier), "{}: {event}", bounce.name);
        assert_eq!(
            recorded_ms(event) <= went,
            earlier,
            "{}: {event}",
            bounce.name
        );
    }
}

#[tokio::test]
async fn however_much_is_called_it_stays_in_order() -> Result<()> {
    let site = Site::start(HEAD, BODY, &json!([]))?;
    Browser::run(Setup::default(), async |browser| {
        let calls = |from: u32| {
            format!("for (let i = {from}; i < {from} + 150; i++) banso('track', 'call ' + i)")
        };
        let (events, _) = bounced(&site, browser, &calls(0), &calls(150), 0).await?;
        let names: Vec<&str> = events
            .iter()
            .filter_map(|event| event["name"].as_str())
            .filter(|name| name.starts_with("call"))
            .collect();
        let expected: Vec<String> = (0..300).map(|place| format!("call {place}")).collect();
        assert_eq!(names, expected);
        browser.clean(&[]).await
    })
    .await
}

/// Opens a page whose widget never comes and calls there, then one that calls before the widget is there. Gives what came
/// of both, in the order of recording, and when the first page went.
async fn bounced(
    site: &Site,
    browser: &Browser,
    first: &str,
    second: &str,
    before: usize,
) -> Result<(Vec<Value>, i64)> {
    let known = site.relay.events().len();
    site.open(browser, "/first/page?q=secret").await?;
    browser
        .until_js("the loader", "return banso('status')?.state === 'loading'")
        .await?;
    let second = json!(format!("{second}; banso('track', 'end')"));
    browser
        .js(&format!(
            "sessionStorage.setItem('second', {second}); {first}"
        ))
        .await?;
    let went = now_ms();
    site.visit(browser, "/second?q=secret#x").await?;
    site.stored("end", before + 1).await?;
    browser.delivered().await?;
    let mut events = site.relay.events().split_off(known);
    events.sort_by_key(|event| event["seq"].as_u64());
    let places: Vec<_> = events.iter().map(|event| event["seq"].as_u64()).collect();
    assert!(
        places
            .iter()
            .copied()
            .eq((0..).map(Some).take(places.len())),
        "{places:?}"
    );
    assert!(
        events.is_sorted_by_key(|event| event["id"].to_string()),
        "{events:?}"
    );
    Ok((events, went))
}

/// When an event was recorded, as its id says.
fn recorded_ms(event: &Value) -> i64 {
    let id = event["id"].as_str().unwrap_or_default().replace('-', "");
    id.get(..12)
        .and_then(|ms| i64::from_str_radix(ms, 16).ok())
        .unwrap_or_default()
}

/// No request of the page's made the browser ask first.
pub fn no_preflight(relay: &Relay) {
    let passed = relay.passed();
    let asked: Vec<_> = passed
        .iter()
        .filter(|passed| passed.method == "OPTIONS")
        .collect();
    assert!(asked.is_empty(), "{asked:?}");
}
