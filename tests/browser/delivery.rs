//! From a click to a stored event, whatever becomes of the page and the collector in between.

use anyhow::{Context as _, Result, ensure};
use banso_tests::browser::{Browser, Engine};
use banso_tests::in_each_engine;
use banso_tests::site::Site;
use banso_tests::stack::Stack;
use serde_json::{Value, json};

use crate::person::sign_up;

in_each_engine!(
    every_event_is_stored_once_when_the_collector_is_killed,
    every_event_is_stored_once_whatever_the_page_does,
    what_a_page_does_last_is_stored,
);

/// Tracks so many exports, a few at a time so that they stream.
async fn export(browser: &Browser, times: u32) -> Result<()> {
    browser
        .js(&format!(
            "window.__left = {times};
             const go = () => {{ for (let i = 0; i < 5 && window.__left; i++, window.__left--) banso('track', 'report_exported');
             if (window.__left) setTimeout(go, 5) }}; go()"
        ))
        .await
        .map(drop)
}

/// Waits until all of them were tracked; whether they were delivered is another matter.
async fn exported(browser: &Browser) -> Result<()> {
    browser
        .until_js("all exports to be tracked", "return window.__left === 0")
        .await
        .map(drop)
}

/// Waits until the widget runs.
async fn running(browser: &Browser) -> Result<()> {
    browser
        .until_js("the widget", "return banso('status')?.state === 'running'")
        .await
        .map(drop)
}

async fn every_event_is_stored_once_when_the_collector_is_killed(engine: Engine) -> Result<()> {
    let mut stack = Stack::start()?;
    Browser::run(engine, async |browser| {
        // Recorded before anyone is identified, the collector killed while they stream…
        browser
            .driver
            .goto(format!("{}/login", stack.product()))
            .await?;
        running(browser).await?;
        export(browser, 100).await?;
        stack.kill_collector()?;
        exported(browser).await?;
        browser
            .until_js("some to wait", "return banso('status').queued > 0")
            .await?;
        stack.restart_collector()?;
        // …and delivered after the login, with more recorded meanwhile and another kill.
        let (account, _) = sign_up(browser, &stack, "en").await?;
        running(browser).await?;
        export(browser, 150).await?;
        stack.kill_collector()?;
        exported(browser).await?;
        stack.restart_collector()?;
        browser.driver.refresh().await?;
        running(browser).await?;
        browser.delivered().await?;
        let path = format!("accounts/{account}");
        // The answer to a batch follows its commit, so what was delivered is there to be read.
        let seen = stack.admin(&path).await?;
        assert_eq!(seen["features"]["report.export"], json!(250), "{seen}");
        Ok(())
    })
    .await
}

const BODY: &str = "<button>Use</button> <a href=/link>A link</a>";

/// What happens around a use of a feature: between it and its delivery, the page does this.
const FATES: [(&str, Fate); 6] = [
    ("it stays", Fate::Stays),
    ("it is reloaded", Fate::Reloads),
    ("another is opened", Fate::Opens),
    ("a link is followed", Fate::FollowsLink),
    ("the collector fails first", Fate::Fails(503)),
    ("the collector never answers", Fate::Silence),
];

#[derive(Clone, Copy, Debug)]
enum Fate {
    Stays,
    Reloads,
    Opens,
    FollowsLink,
    Fails(u16),
    Silence,
}

fn features() -> Value {
    json!([{ "id": "used", "on": { "click": { "css": "button" } } }])
}

async fn every_event_is_stored_once_whatever_the_page_does(engine: Engine) -> Result<()> {
    let site = Site::start("", BODY, &features())?;
    Browser::run(engine, async |browser| {
        // What is a use is known from the first answer on.
        site.visit(browser, "/").await?;
        site.asks(browser).await?;
        let mut uses = 0;
        for (name, fate) in FATES {
            match fate {
                Fate::Fails(status) => site.relay.refuse("/v1/events", status),
                Fate::Silence => site.relay.silence("/v1/events"),
                _ => {}
            }
            for _ in 0..3 {
                browser.click("button").await?;
                uses += 1;
            }
            match fate {
                Fate::Stays => {}
                Fate::Reloads => browser.driver.refresh().await?,
                Fate::Opens => site.open(browser, "/other").await?,
                Fate::FollowsLink => {
                    browser.click("a").await?;
                    browser
                        .until_js("the link's page", "return location.pathname === '/link'")
                        .await?;
                }
                Fate::Fails(_) | Fate::Silence => {
                    browser.js("banso('flush')").await?;
                    site.relay.tried("\"used\"", 1).await?;
                    site.relay.pass();
                    browser.driver.refresh().await?;
                }
            }
            browser.running().await.context(name)?;
            browser.delivered().await.context(name)?;
            let events = site.stored("used", uses).await.context(name)?;
            once(&events, uses).context(name)?;
            site.asks(browser).await?;
        }
        browser.clean(&["Failed to load resource"]).await
    })
    .await
}

/// Fails unless exactly so many uses were stored, each with an id and a place of its own.
fn once(events: &[Value], uses: usize) -> Result<()> {
    let used: Vec<_> = events
        .iter()
        .filter(|event| event["name"] == "used")
        .collect();
    let mut ids: Vec<_> = used.iter().map(|event| event["id"].to_string()).collect();
    ids.sort_unstable();
    ids.dedup();
    ensure!(ids.len() == uses, "{uses} uses have {} ids", ids.len());
    let mut places: Vec<_> = used
        .iter()
        .map(|event| (event["stream"].to_string(), event["seq"].as_u64()))
        .collect();
    places.sort_unstable();
    places.dedup();
    ensure!(
        places.len() == uses,
        "{uses} uses have {} places",
        places.len()
    );
    Ok(())
}

/// A page that goes at once delivers what it recorded. Firefox and WebKitGTK now and then drop a request that a page makes as
/// it goes; then whoever comes back delivers it, and in no case twice.
async fn what_a_page_does_last_is_stored(engine: Engine) -> Result<()> {
    let site = Site::start("", BODY, &features())?;
    Browser::run(engine, async |browser| {
        site.visit(browser, "/").await?;
        browser.delivered().await?;
        let elsewhere = format!("location.href = '{}/healthz'", site.stack.collector_url());
        for (place, leave) in ["location.href = 'about:blank'", &elsewhere]
            .iter()
            .enumerate()
        {
            let name = format!("last {place}");
            browser
                .js(&format!(
                    "for (let i = 0; i < 20; i++) banso('track', '{name}'); {leave}"
                ))
                .await?;
            if engine == Engine::Chromium {
                site.stored(&name, 20).await.context(name.clone())?;
            }
            site.visit(browser, "/").await?;
            browser.delivered().await?;
            let events = site.stored(&name, 20).await?;
            let mut ids: Vec<_> = events
                .iter()
                .filter(|event| event["name"] == name.as_str())
                .map(|event| event["id"].to_string())
                .collect();
            ids.sort_unstable();
            ids.dedup();
            ensure!(ids.len() == 20, "{name}: {} events", ids.len());
        }
        // The collector has none.
        browser.clean(&["favicon"]).await
    })
    .await
}
