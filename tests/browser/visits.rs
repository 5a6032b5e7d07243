//! Who events belong to: visits, devices and users.

use anyhow::{Context as _, Result};
use banso_tests::browser::{Browser, Setup};
use banso_tests::site::Site;
use serde_json::{Value, json};

/// A clock that a test sets ahead, for all tabs.
const CLOCK: &str = "<script>const real = Date.now.bind(Date);
    Date.now = () => real() + Number(localStorage.getItem('ahead') || 0)</script>";

const MINUTE: i64 = 60_000;

/// How far ahead the clock is, in which tab something happens, and whether that begins a new visit.
const VISITS: [(i64, usize, bool); 9] = [
    (0, 0, true),
    (MINUTE, 1, false),
    (25 * MINUTE, 0, false),
    (50 * MINUTE, 1, false),
    // The first tab was idle for 54 minutes, the browser only for 29.
    (79 * MINUTE, 0, false),
    (110 * MINUTE, 1, true),
    (111 * MINUTE, 0, false),
    // A clock that was put back ends nothing.
    (100 * MINUTE, 0, false),
    (142 * MINUTE, 0, true),
];

#[tokio::test]
async fn tabs_share_a_visit_until_all_are_idle() -> Result<()> {
    let site = Site::start(CLOCK, "", &json!([]))?;
    Browser::run(Setup::default(), async |browser| {
        site.visit(browser, "/").await?;
        let mut tabs = vec![browser.driver.window().await?];
        tabs.push(browser.driver.new_tab().await?);
        browser.driver.switch_to_window(tabs[1].clone()).await?;
        site.visit(browser, "/").await?;
        let mut visits: Vec<Value> = Vec::new();
        let mut devices: Vec<Value> = Vec::new();
        for (place, (ahead, tab, new)) in VISITS.into_iter().enumerate() {
            let name = format!("act {place}");
            browser.driver.switch_to_window(tabs[tab].clone()).await?;
            browser
                .js(&format!("localStorage.setItem('ahead', {ahead}); banso('track', '{name}'); banso('flush')"))
                .await?;
            let events = site.stored(&name, 1).await?;
            let event = events.iter().find(|event| event["name"] == name.as_str()).context("none")?;
            assert_eq!(!visits.contains(&event["session"]), new, "{name}");
            if !new {
                assert_eq!(visits.last(), Some(&event["session"]), "{name}");
            }
            visits.push(event["session"].clone());
            devices.push(event["device"].clone());
        }
        devices.dedup();
        assert_eq!(devices.len(), 1);
        browser.clean(&[]).await
    })
    .await
}

#[tokio::test]
async fn a_visit_lasts_a_day_at_most() -> Result<()> {
    let site = Site::start(CLOCK, "", &json!([]))?;
    Browser::run(Setup::default(), async |browser| {
        site.visit(browser, "/").await?;
        browser
            .js("for (let i = 0; i < 75; i++) { localStorage.setItem('ahead', i * 20 * 60000); banso('track', 'act') }; banso('flush')")
            .await?;
        let mut events = site.stored("act", 75).await?;
        events.retain(|event| event["name"] == "act");
        events.sort_by_key(|event| event["seq"].as_u64());
        let visits: Vec<_> = events.iter().map(|event| event["session"].as_str()).collect();
        let first = visits.iter().take_while(|visit| **visit == visits[0]).count();
        // 24 hours are 72 times 20 minutes.
        assert_eq!(first, 72);
        assert!(visits[first..].iter().all(|visit| *visit == visits[first]));
        browser.clean(&[]).await
    })
    .await
}

/// Whose an event is: its user and account, and which device of all that were seen.
const OWNERS: [(&str, Option<&str>, Option<&str>, usize); 7] = [
    ("before", None, None, 0),
    ("as one", Some("u1"), Some("acme"), 0),
    ("as one of another", Some("u1"), Some("beta"), 0),
    ("after reset", None, None, 1),
    ("as two", Some("u2"), Some("acme"), 1),
    ("after another reset", None, None, 2),
    ("on the next page", Some("u1"), Some("acme"), 2),
];

#[tokio::test]
async fn an_event_stays_whose_it_was() -> Result<()> {
    let site = Site::start("", "", &json!([]))?;
    Browser::run(Setup::default(), async |browser| {
        let name = "const named = (user, account) => banso('identify', { user: { id: user }, account: { id: account } });";
        site.visit(browser, "/").await?;
        browser.delivered().await?;
        // Nothing gets through until all of it was recorded.
        site.relay.refuse("/v1/events", 503);
        browser
            .js(&format!(
                "{name} banso('track', 'before'); named('u1', 'acme'); banso('track', 'as one');
                 named('u1', 'beta'); banso('track', 'as one of another');
                 banso('reset'); banso('track', 'after reset'); named('u2', 'acme'); banso('track', 'as two');
                 banso('reset'); banso('track', 'after another reset'); banso('flush')"
            ))
            .await?;
        site.relay.tried("before", 1).await?;
        site.visit(browser, "/next").await?;
        browser
            .js(&format!("{name} named('u1', 'acme'); banso('track', 'on the next page'); banso('flush')"))
            .await?;
        site.relay.tried("before", 2).await?;
        site.relay.pass();
        browser.delivered().await?;
        let events = site.stored("on the next page", 1).await?;
        let mut devices: Vec<&Value> = Vec::new();
        for (name, user, account, device) in OWNERS {
            let event = events.iter().find(|event| event["name"] == name).context(name)?;
            assert_eq!((event["user"].as_str(), event["account"].as_str()), (user, account), "{name}");
            if !devices.contains(&&event["device"]) {
                devices.push(&event["device"]);
            }
            assert_eq!(devices.iter().position(|known| **known == event["device"]), Some(device), "{name}");
        }
        crate::sending::explained(&events);
        browser.clean(&["Failed to load resource"]).await
    })
    .await
}
