//! From a click to a stored event, with the collector killed in between.

use anyhow::Result;
use banso_tests::browser::{Browser, Setup};
use banso_tests::stack::Stack;
use banso_tests::wait::until;
use serde_json::json;

use crate::person::sign_up;

/// Tracks so many exports, a few at a time so that they stream.
fn export(times: u32) -> String {
    format!(
        "let left = {times}; const go = () => {{ for (let i = 0; i < 5 && left; i++, left--) banso('track', 'report_exported');
         if (left) setTimeout(go, 5) }}; go()"
    )
}

#[tokio::test]
async fn every_event_is_stored_once_when_the_collector_is_killed() -> Result<()> {
    let mut stack = Stack::start()?;
    Browser::run(Setup::default(), async |browser| {
        // Recorded before anyone is identified…
        browser
            .driver
            .goto(format!("{}/login", stack.product()))
            .await?;
        browser
            .until_js("the widget", "return banso('status')?.state === 'running'")
            .await?;
        browser.js(&export(40)).await?;
        stack.kill_collector()?;
        browser.js(&export(60)).await?;
        browser
            .until_js("the widget to know", "return banso('status').queued > 0")
            .await?;
        stack.restart_collector()?;
        // …and delivered after the login, with more recorded meanwhile.
        let (account, _) = sign_up(browser, &stack, "en").await?;
        browser.js(&export(100)).await?;
        stack.kill_collector()?;
        browser.driver.refresh().await?;
        browser.js(&export(50)).await?;
        stack.restart_collector()?;
        browser.driver.refresh().await?;
        browser
            .until_js("the widget", "return banso('status')?.state === 'running'")
            .await?;
        browser.delivered().await?;
        let path = format!("accounts/{account}");
        let seen = until("all exports to be counted", async || {
            let seen = stack.admin(&path).await?;
            let done = seen["features"]["report.export"].as_u64() >= Some(250);
            Ok(done.then_some(seen))
        })
        .await?;
        assert_eq!(seen["features"]["report.export"], json!(250), "{seen}");
        Ok(())
    })
    .await
}
