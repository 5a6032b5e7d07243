//! The harness itself must be able to fail.

use anyhow::Result;
use banso_tests::browser::{Browser, Engine};
use banso_tests::in_each_engine;
use banso_tests::site::Site;
use serde_json::json;

in_each_engine!(the_witness_sees_what_goes_wrong, a_click_hits_what_is_seen);

/// What may go wrong on a page by a script of its own, and a word of what is said of it.
const WRONGS: [(&str, &str); 5] = [
    (
        "setTimeout(() => { throw new Error('planted') })",
        "planted",
    ),
    ("Promise.reject(new Error('rejected'))", "rejected"),
    ("console.error('complained')", "complained"),
    ("console.warn('warned')", "warned"),
    (
        "document.body.append(Object.assign(new Image, { src: '/picture' }))",
        "img-src",
    ),
];

async fn the_witness_sees_what_goes_wrong(engine: Engine) -> Result<()> {
    let policy = "<meta http-equiv=Content-Security-Policy content='img-src data:'>";
    let acts = WRONGS.map(|(act, _)| format!("() => {act}")).join(", ");
    let body = format!("<script>window.wrongs = [{acts}]</script>");
    let site = Site::start(policy, &body, &json!([]))?;
    Browser::run(engine, async |browser| {
        site.visit(browser, "/").await?;
        browser.clean(&[]).await?;
        for (place, (_, says)) in WRONGS.iter().enumerate() {
            browser.js(&format!("wrongs[{place}]()")).await?;
            let more = format!("return __witness.some(said => said.includes('{says}'))");
            browser.until_js(says, &more).await?;
            // Another page of the tab hides nothing.
            browser.driver.refresh().await?;
            let report = browser.clean(&[]).await.unwrap_err().to_string();
            assert!(report.contains(says), "{report}");
        }
        Ok(())
    })
    .await
}

async fn a_click_hits_what_is_seen(engine: Engine) -> Result<()> {
    let body = "<button id=free>Free</button> <button id=far style='position: absolute; top: 3000px'>Far</button>
        <script>window.hit = []; addEventListener('click', e => hit.push(e.target.id + e.isTrusted))</script>";
    let site = Site::start("", body, &json!([]))?;
    Browser::run(engine, async |browser| {
        site.visit(browser, "/").await?;
        browser.click("#free").await?;
        browser.click("#far").await?;
        let hit = browser.js("return hit").await?;
        assert_eq!(hit, json!(["freetrue", "fartrue"]));
        Ok(())
    })
    .await
}
