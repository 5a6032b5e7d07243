//! From a click to a stored event, with the collector killed in between.

use anyhow::Result;
use banso_tests::browser::{Browser, Setup};
use banso_tests::stack::Stack;
use serde_json::json;

use crate::person::sign_up;

/// Tracks so many exports, a few at a time so that they stream.
async fn export(browser: &Browser, times: u32) -> Result<()> {
    browser
        .js(&format!(
            "window.__left = {times};
             const go = () => {{ for (let i = 0; i < 5 && __left; i++, __left--) banso('track', 'report_exported');
             if (__left) setTimeout(go, 5) }}; go()"
        ))
        .await
        .map(drop)
}

/// Waits until all of them were tracked; whether they were delivered is another matter.
async fn exported(browser: &Browser) -> Result<()> {
    browser
        .until_js("all exports to be tracked", "return __left === 0")
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

#[tokio::test]
async fn every_event_is_stored_once_when_the_collector_is_killed() -> Result<()> {
    let mut stack = Stack::start()?;
    Browser::run(Setup::default(), async |browser| {
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
