//! The harness itself must be able to fail.

use anyhow::Result;
use banso_tests::browser::{Browser, Setup};

#[tokio::test]
async fn the_witness_sees_what_goes_wrong() -> Result<()> {
    Browser::run(Setup::default(), async |browser| {
        browser.driver.goto("data:text/html,<p>hello").await?;
        browser.clean(&[]).await?;
        browser
            .js("setTimeout(() => { throw new Error('planted') })")
            .await?;
        browser
            .until_js("the planted error", "return __witness.length")
            .await?;
        let report = browser.clean(&[]).await.unwrap_err().to_string();
        assert!(report.contains("planted"), "{report}");
        Ok(())
    })
    .await
}
