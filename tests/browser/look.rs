//! What it looks like. The pictures are for a person to look through; the one in the README is among them.

use anyhow::Result;
use banso_tests::browser::{Browser, Setup};
use banso_tests::stack::{Stack, root};

use crate::person::sign_up;

/// A viewport to look at.
struct View {
    name: &'static str,
    locale: &'static str,
    size: (u32, u32),
    dark: bool,
}

const VIEWS: [View; 4] = [
    View {
        name: "en-light-desktop",
        locale: "en",
        size: (1280, 800),
        dark: false,
    },
    View {
        name: "ja-light-desktop",
        locale: "ja",
        size: (1280, 800),
        dark: false,
    },
    View {
        name: "ja-dark-phone",
        locale: "ja",
        size: (360, 740),
        dark: true,
    },
    View {
        name: "en-light-narrow",
        locale: "en",
        size: (320, 640),
        dark: false,
    },
];

/// The picture that the README shows.
const README: &str = "en-light-desktop-tour.png";

#[tokio::test]
async fn guides_can_be_looked_at() -> Result<()> {
    let stack = Stack::start()?;
    for view in &VIEWS {
        let setup = Setup {
            size: view.size,
            locale: view.locale,
            ..Setup::default()
        };
        Browser::run(setup, async |browser| {
            if view.dark {
                let dark = serde_json::json!({ "features": [{ "name": "prefers-color-scheme", "value": "dark" }] });
                browser.cdp("Emulation.setEmulatedMedia", dark).await?;
            }
            sign_up(browser, &stack, view.locale).await?;
            browser.guide("[data-banso-step=open]").await?;
            fits(browser, "[data-banso-guide]").await?;
            picture(browser, view, "tour").await?;
            browser.js("banso('hide'); banso('hub', 'open')").await?;
            browser.guide("[data-banso-item]").await?;
            picture(browser, view, "hub").await?;
            browser.clean(&[]).await
        })
        .await?;
    }
    Ok(())
}

/// Takes a picture once nothing moves any more, into `target/pictures`; with `UPDATE=1` the README's one too.
async fn picture(browser: &Browser, view: &View, what: &str) -> Result<()> {
    browser
        .until_js(
            "everything to be at rest",
            "return document.querySelector('banso-root').shadowRoot.getAnimations().every(a => a.playState === 'finished')",
        )
        .await?;
    let name = format!("{}-{what}.png", view.name);
    browser
        .screenshot(&root().join("target/pictures").join(&name))
        .await?;
    if name == README && std::env::var_os("UPDATE").is_some() {
        browser.screenshot(&root().join("www/guide.png")).await?;
    }
    Ok(())
}

/// A card is inside the viewport, and nothing of it is cut off.
async fn fits(browser: &Browser, css: &str) -> Result<()> {
    browser
        .until_js(
            &format!("{css} inside the viewport"),
            &format!(
                "const e = [...document.querySelector('banso-root').shadowRoot.querySelectorAll('{css}')].find(e => e.checkVisibility());
                 if (!e) return false; const r = e.getBoundingClientRect();
                 return r.width > 0 && r.left >= 0 && r.top >= 0 && r.right <= innerWidth && r.bottom <= innerHeight && e.scrollWidth <= e.clientWidth"
            ),
        )
        .await
        .map(drop)
}
