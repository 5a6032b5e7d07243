//! How what was recorded gets to the collector, whatever answers.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context as _, Result};
use banso_tests::browser::{Browser, Setup};
use banso_tests::relay::{Instead, Relay};
use banso_tests::site::Site;
use banso_tests::wait::until;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::calls::no_preflight;

/// How the collector's place asks a page to wait.
enum Wait {
    /// It does not.
    Unsaid,
    /// So many seconds.
    Seconds(i64),
    /// Until a date so many seconds ahead.
    Date(i64),
}

/// What a first batch is answered with, and whether this page tries again.
const ANSWERS: [(u16, Wait, bool); 11] = [
    (408, Wait::Unsaid, true),
    (429, Wait::Unsaid, true),
    (429, Wait::Seconds(2), true),
    (429, Wait::Date(3), true),
    (500, Wait::Unsaid, true),
    (503, Wait::Seconds(2), true),
    (503, Wait::Date(3), true),
    (401, Wait::Unsaid, false),
    (403, Wait::Seconds(1), false),
    (404, Wait::Unsaid, false),
    (422, Wait::Unsaid, false),
];

#[tokio::test]
async fn the_answer_decides_what_is_tried_again() -> Result<()> {
    let site = Site::start("", "", &json!([]))?;
    Browser::run(Setup::default(), async |browser| {
        for (place, (status, wait, again)) in ANSWERS.iter().enumerate() {
            let name = format!("event {place} of {status}");
            site.visit(browser, "/").await?;
            browser.delivered().await?;
            answered(&site, browser, &name, *status, wait, *again)
                .await
                .with_context(|| name.clone())?;
        }
        no_preflight(&site.relay);
        browser.clean(&["Failed to load resource"]).await
    })
    .await
}

async fn answered(
    site: &Site,
    browser: &Browser,
    name: &str,
    status: u16,
    wait: &Wait,
    again: bool,
) -> Result<()> {
    let retry_after = match wait {
        Wait::Unsaid => None,
        Wait::Seconds(seconds) => Some(seconds.to_string()),
        Wait::Date(seconds) => {
            let date = format!("return new Date(Date.now() + {seconds} * 1000).toUTCString()");
            browser.js(&date).await?.as_str().map(str::to_owned)
        }
    };
    once(
        &site.relay,
        name,
        Instead::Answer {
            status,
            retry_after,
        },
    );
    browser
        .js(&format!("banso('track', '{name}'); banso('flush')"))
        .await?;
    let first = site.relay.tried(name, 1).await?;
    if !again || !matches!(wait, Wait::Unsaid) {
        browser
            .until_js("the answer", "return banso('status').problems.length")
            .await?;
        // The host may be in a hurry, and the collector must not be hurried.
        browser.js("banso('flush'); banso('flush')").await?;
    }
    if !again {
        site.asks(browser).await?;
        site.asks(browser).await?;
        assert_eq!(site.relay.tried(name, 1).await?.len(), 1, "{name}");
        // It was not the event's fault: the next page tries.
        site.visit(browser, "/").await?;
    }
    site.stored(name, 1).await?;
    let tried = site.relay.tried(name, 2).await?;
    assert_eq!(tried.len(), 2, "{name}");
    let least = match wait {
        Wait::Unsaid => 0,
        Wait::Seconds(seconds) => seconds * 1000,
        Wait::Date(seconds) => (seconds - 1) * 1000,
    };
    let waited = tried[1].at - first[0].at;
    assert!(!again || waited >= least, "{name}: {waited} ms");
    let problems = browser.status().await?["problems"].clone();
    assert_eq!(problems, json!([]), "{name}");
    Ok(())
}

/// The first batch with this in it is answered in the collector's place.
fn once(relay: &Relay, part: &str, instead: Instead) {
    let (part, done) = (part.to_owned(), AtomicBool::new(false));
    relay.answer(move |passed| {
        let meant = passed.path == "/v1/events" && passed.body.contains(&part);
        (meant && !done.swap(true, Ordering::Relaxed)).then(|| instead.clone())
    });
}

#[tokio::test]
async fn an_event_that_is_refused_takes_no_other_with_it() -> Result<()> {
    let site = Site::start("", "", &json!([]))?;
    Browser::run(Setup::default(), async |browser| {
        for (round, status) in [(1, 400), (2, 413)] {
            site.relay.answer(move |passed| {
                let poisoned = passed.path == "/v1/events" && passed.body.contains("poison");
                poisoned.then_some(Instead::Answer { status, retry_after: None })
            });
            site.visit(browser, "/").await?;
            browser
                .js(&format!(
                    "for (let i = 0; i < 40; i++) banso('track', i === 23 ? 'poison' : 'good {status} ' + i)"
                ))
                .await?;
            browser.delivered().await?;
            // The second page may hear of the first one's from its farewell.
            let dropped = browser.status().await?["dropped"].clone();
            assert!([json!(1), json!(round)].contains(&dropped), "{status}: {dropped}");
            browser.js(&format!("banso('track', 'last {status}')")).await?;
            site.stored(&format!("last {status}"), 1).await?;
            explained(&site.relay.events());
        }
        let good = site.relay.events();
        let good = good.iter().filter(|event| event["name"].to_string().contains("good"));
        assert_eq!(good.count(), 2 * 39);
        browser.clean(&["Failed to load resource"]).await
    })
    .await
}

/// What the places of each stream skip is what its last batch says was dropped.
pub fn explained(events: &[Value]) {
    let mut streams: Vec<&str> = events
        .iter()
        .filter_map(|event| event["stream"].as_str())
        .collect();
    streams.sort_unstable();
    streams.dedup();
    for stream in streams {
        let own = || events.iter().filter(|event| event["stream"] == stream);
        let last = own()
            .filter_map(|event| event["seq"].as_u64())
            .max()
            .unwrap_or_default();
        let dropped = own().filter_map(|event| event["dropped"].as_u64()).max();
        let missing = last + 1 - own().count() as u64;
        assert_eq!(Some(missing), dropped, "{stream}");
    }
}

#[tokio::test]
async fn larger_bodies_are_packed_unless_the_page_goes() -> Result<()> {
    let features = json!([{ "id": "sent", "on": { "track": "sent" } }]);
    let site = Site::start("", "", &features)?;
    Browser::run(Setup::default(), async |browser| {
        site.visit(browser, "/").await?;
        browser
            .js("banso('identify', { user: { id: 'u1' }, account: { id: 'acme' } })")
            .await?;
        for (size, packed) in [(10, false), (4000, true)] {
            browser.delivered().await?;
            browser
                .js(&format!("banso('track', 'sent', {{ size: {size}, text: 'x'.repeat({size}) }})"))
                .await?;
            let sent = site.relay.tried(&format!("\"size\":{size},"), 1).await?;
            assert_eq!(sent[0].packed, packed, "{size} bytes");
        }
        browser.delivered().await?;
        // More than a page that goes may send. Nothing was sent before it goes.
        site.relay.refuse("/v1/events", 503);
        browser
            .js("for (let i = 0; i < 100; i++) banso('track', 'sent', { last: i, text: 'x'.repeat(1000) })")
            .await?;
        site.relay.tried("\"last\":99", 1).await?;
        let before = site.relay.sent().len();
        site.relay.pass();
        site.open(browser, "/other").await?;
        let farewell = site.relay.tried("\"last\":0,", 2).await?;
        let farewell = farewell.last().context("no farewell")?;
        assert!(!farewell.packed && farewell.length <= 65_536, "{}", farewell.length);
        assert!(site.relay.sent().len() > before);
        browser.running().await?;
        browser.delivered().await?;
        let seen = site.stack.admin("accounts/acme").await?;
        assert_eq!(seen["features"]["sent"], json!(102), "{seen}");
        for passed in site.relay.sent() {
            assert!(passed.headers.contains("content-type: text/plain"), "{}", passed.headers);
            assert!(!passed.headers.contains("content-encoding"), "{}", passed.headers);
        }
        no_preflight(&site.relay);
        explained(&site.relay.events());
        browser.clean(&["Failed to load resource"]).await
    })
    .await
}

/// The attribute that allows a trap to be asked for; it is set before the loader runs.
const DEBUG: &str = "<script>new MutationObserver((_, self) => { const tag = document.querySelector('script[data-key]');
    if (tag) { tag.dataset.debug = ''; self.disconnect() } }).observe(document, { childList: true, subtree: true })</script>";

/// What becomes of a tab whose batch is on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Answered,
    Closed,
    Trapped,
}

#[tokio::test]
async fn one_tab_delivers_and_another_takes_over() -> Result<()> {
    for end in [End::Answered, End::Closed, End::Trapped] {
        let site = Site::start(DEBUG, "", &json!([]))?;
        Browser::run(Setup::default(), async |browser| {
            take_over(&site, browser, end)
                .await
                .with_context(|| format!("{end:?}"))
        })
        .await?;
    }
    Ok(())
}

async fn take_over(site: &Site, browser: &Browser, end: End) -> Result<()> {
    site.visit(browser, "/one").await?;
    browser.delivered().await?;
    let first = browser.driver.window().await?;
    let gate = Arc::new(Semaphore::new(0));
    once(&site.relay, "from one", Instead::Later(Arc::clone(&gate)));
    browser
        .js("banso('track', 'from one'); banso('flush')")
        .await?;
    site.relay.tried("from one", 1).await?;

    let second = browser.driver.new_tab().await?;
    browser.driver.switch_to_window(second.clone()).await?;
    site.visit(browser, "/two").await?;
    browser
        .js("banso('track', 'from two'); banso('flush')")
        .await?;
    site.asks(browser).await?;
    site.asks(browser).await?;
    let early = site.relay.sent();
    assert!(
        !early.iter().any(|passed| passed.body.contains("from two")),
        "two tabs deliver"
    );

    match end {
        End::Answered => gate.close(),
        End::Closed => {
            browser.driver.switch_to_window(first).await?;
            browser.driver.close_window().await?;
            browser.driver.switch_to_window(second).await?;
        }
        End::Trapped => {
            browser.driver.switch_to_window(first).await?;
            browser.js("banso('debug', 'trap')").await?;
            browser
                .until_js("the trap", "return banso('status').state === 'failed'")
                .await?;
            browser.driver.switch_to_window(second).await?;
        }
    }
    browser.js("banso('flush')").await?;
    site.stored("from two", 1).await?;
    let events = site.stored("from one", 1).await?;
    let own = |name: &str| {
        let event = events.iter().find(|event| event["name"] == name);
        event.map(|event| {
            (
                event["stream"].clone(),
                event["page"].clone(),
                event["session"].clone(),
            )
        })
    };
    let (one, two) = (
        own("from one").context("no one")?,
        own("from two").context("no two")?,
    );
    assert_ne!(one.0, two.0);
    assert_eq!((one.1, two.1), (json!("/one"), json!("/two")));
    assert_eq!(one.2, two.2, "tabs share a visit");
    until("the outbox to be empty", async || {
        let waiting = browser.js("return banso('status').queued").await?;
        Ok((waiting == json!(0)).then_some(()))
    })
    .await
}
