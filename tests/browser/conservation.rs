//! Tabs are closed, reloaded and put offline while their events stream, and the collector is killed: every event that
//! was tracked is stored once, and the accounting knows of no loss. `BANSO_SEED` draws the same again.

use anyhow::{Context as _, Result, ensure};
use banso_tests::browser::{Browser, Setup};
use banso_tests::stack::Stack;
use banso_tests::wait::until;
use serde_json::json;

use crate::person::sign_up;

/// How often something befalls a tab or the collector.
const ROUNDS: u32 = 14;

/// Waits until the widget runs in this tab.
async fn running(browser: &Browser) -> Result<()> {
    browser
        .until_js(
            "the widget",
            "return window.banso?.('status')?.state === 'running'",
        )
        .await
        .map(drop)
}

async fn track(browser: &Browser, times: u32) -> Result<()> {
    let script = format!("for (let i = 0; i < {times}; i++) banso('track', 'report_exported')");
    browser.js(&script).await.map(drop)
}

async fn connected(browser: &Browser, connected: bool) -> Result<()> {
    browser.cdp("Network.enable", json!({})).await?;
    let conditions = json!({ "offline": !connected, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
    browser
        .cdp("Network.emulateNetworkConditions", conditions)
        .await
        .map(drop)
}

/// A tab more, on the product's first page.
async fn open_tab(browser: &Browser, stack: &Stack) -> Result<()> {
    let tab = browser.driver.new_tab().await?;
    browser.driver.switch_to_window(tab).await?;
    browser.driver.goto(stack.product()).await?;
    running(browser).await
}

#[tokio::test]
async fn every_tracked_event_is_stored_once_whatever_befalls_its_tab() -> Result<()> {
    let seed = match std::env::var("BANSO_SEED") {
        Ok(seed) => seed.parse()?,
        Err(_) => fastrand::u64(..),
    };
    println!("BANSO_SEED={seed} draws this again");
    let mut random = fastrand::Rng::with_seed(seed);
    let mut stack = Stack::start()?;
    Browser::run(Setup::default(), async |browser| {
        let (account, _) = sign_up(browser, &stack, "en").await?;
        running(browser).await?;
        let mut tracked = 0;
        for round in 0..ROUNDS {
            let times = random.u32(1..40);
            track(browser, times).await?;
            tracked += times;
            let tabs = browser.driver.windows().await?;
            let act = random.u8(0..5);
            println!(
                "{round}: {times} tracked in one of {} tabs, then {act}",
                tabs.len()
            );
            match act {
                0 if tabs.len() > 1 => {
                    browser.driver.close_window().await?;
                    let left = browser.driver.windows().await?;
                    let next = left.first().context("no tab is left")?;
                    browser.driver.switch_to_window(next.clone()).await?;
                }
                0 | 1 => open_tab(browser, &stack).await?,
                2 => {
                    browser.driver.refresh().await?;
                    running(browser).await?;
                }
                3 => {
                    connected(browser, false).await?;
                    let more = random.u32(1..40);
                    track(browser, more).await?;
                    tracked += more;
                    browser.js("banso('flush')").await?;
                    connected(browser, true).await?;
                }
                _ => {
                    stack.kill_collector()?;
                    let more = random.u32(1..40);
                    track(browser, more).await?;
                    tracked += more;
                    stack.restart_collector()?;
                }
            }
        }
        // What closed tabs left is delivered by whoever comes next.
        browser.driver.refresh().await?;
        running(browser).await?;
        let path = format!("accounts/{account}");
        let stored = until("everything to be delivered", async || {
            browser.delivered().await?;
            let seen = stack.admin(&path).await?;
            let stored = seen["features"]["report.export"].as_u64().unwrap_or(0);
            Ok((stored >= u64::from(tracked)).then_some(stored))
        })
        .await
        .with_context(|| format!("{tracked} were tracked, with BANSO_SEED={seed}"))?;
        ensure!(
            stored == u64::from(tracked),
            "{tracked} were tracked, {stored} are stored, with BANSO_SEED={seed}"
        );
        let url = format!("{}/metrics", stack.collector_url());
        let page = reqwest::get(url).await?.text().await?;
        let lines = page
            .lines()
            .filter(|line| line.starts_with("banso_sent_events"));
        let lost: Vec<&str> = lines.filter(|line| line.contains("\"lost\"")).collect();
        ensure!(
            !lost.is_empty() && lost.iter().all(|line| line.ends_with(" 0")),
            "{lost:?}, with BANSO_SEED={seed}"
        );
        Ok(())
    })
    .await
}
