//! Guides are for anyone: axe-core finds nothing wrong in them.

use anyhow::Result;
use banso_tests::axe;
use banso_tests::browser::{Browser, Setup};
use banso_tests::stack::Stack;

use crate::person::sign_up;

#[tokio::test]
async fn axe_finds_no_violation_in_light_and_dark() -> Result<()> {
    let stack = Stack::start()?;
    Browser::run(Setup::default(), async |browser| {
        sign_up(browser, &stack, "en").await?;
        browser.guide("[data-banso-step=open]").await?;
        in_both_schemes(browser, "tooltip").await?;
        browser.js("banso('hide'); banso('hub', 'open')").await?;
        browser.guide("[data-banso-item]").await?;
        in_both_schemes(browser, "checklist in the hub").await
    })
    .await
}

/// The checker itself must be able to fail.
#[tokio::test]
async fn axe_sees_a_control_without_a_name() -> Result<()> {
    let stack = Stack::start()?;
    Browser::run(Setup::default(), async |browser| {
        sign_up(browser, &stack, "en").await?;
        browser.guide("[data-banso-step=open]").await?;
        browser
            .js("document.querySelector('banso-root').shadowRoot.querySelector('[data-banso-step=open]').append(document.createElement('button'))")
            .await?;
        let found = axe::violations(browser).await?;
        assert!(found.iter().any(|line| line.starts_with("button-name")), "{found:?}");
        Ok(())
    })
    .await
}

async fn in_both_schemes(browser: &Browser, what: &str) -> Result<()> {
    for scheme in ["light", "dark"] {
        let media = serde_json::json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        browser.cdp("Emulation.setEmulatedMedia", media).await?;
        browser
            .until_js(
                "everything to be at rest",
                "return document.querySelector('banso-root').shadowRoot.getAnimations().every(a => a.playState === 'finished')",
            )
            .await?;
        let found = axe::violations(browser).await?;
        assert!(found.is_empty(), "{what}, {scheme}: {found:#?}");
    }
    Ok(())
}
