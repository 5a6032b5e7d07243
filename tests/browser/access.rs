//! Guides are for anyone: axe-core finds nothing wrong in them.

use anyhow::Result;
use banso_tests::axe;
use banso_tests::browser::{Browser, Setup};
use banso_tests::host::{Host, Page};
use banso_tests::stack::{Stack, root};
use serde_json::json;
use thirtyfour::Key;

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

/// Where a system's few colours are all there is, edges say what shades say elsewhere.
#[tokio::test]
async fn forced_colours_leave_everything_to_be_seen() -> Result<()> {
    let page = Page {
        name: "forced",
        css: "#t { margin: 200px 400px }".to_owned(),
        html: "<h1>Product</h1><button id=t>Target</button>",
        ..Page::default()
    };
    let step = |id: &str, backdrop: &str| json!({ "id": id, "target": { "css": "#t" }, "backdrop": backdrop, "title": { "en": "Look here" }, "body": { "en": "This is it." } });
    let tour = json!({ "id": "forced", "kind": "tour", "steps": [step("one", "none"), step("two", "spotlight")] });
    let host = Host::start(vec![page], &[tour])?;
    Browser::run(Setup::default(), async |browser| {
        host.visit(browser, "forced").await?;
        browser.js(EDGES).await?;
        let media = json!({ "features": [{ "name": "forced-colors", "value": "active" }] });
        browser.cdp("Emulation.setEmulatedMedia", media).await?;
        browser.js("banso('show', 'forced')").await?;
        browser.guide("[data-banso-step=one]").await?;
        browser.press(Key::Tab).await?;
        for (what, holds) in [
            ("forced colours", "matchMedia('(forced-colors: active)').matches"),
            ("the card's edge", "edge('.card', 'border-top')"),
            ("the focus ring", "edge(':focus-visible', 'outline')"),
            ("the main button", "differs('.primary', 'background-color', '.card') || edge('.primary', 'border-top')"),
            ("the cross", "differs('.close', 'color', '.card')"),
            ("the words", "differs('h2', 'color', '.card') && differs('.primary', 'color', '.primary')"),
        ] {
            browser.until_js(what, &format!("return {holds}")).await?;
        }
        browser.screenshot(&root().join("target/pictures/forced-colours.png")).await?;
        browser.click_guide("[data-banso-action=next]").await?;
        browser.guide("[data-banso-step=two]").await?;
        browser.until_js("the spotlight's edge", "return edge('.hole', 'outline')").await?;
        browser.press(Key::Tab).await?;
        browser.press(Key::Tab).await?;
        browser.until_js("the focus ring of another", "return edge(':focus-visible', 'outline')").await?;
        browser.screenshot(&root().join("target/pictures/forced-colours-spotlight.png")).await?;
        browser.clean(&[]).await
    })
    .await
}

/// `edge`: whether an element has an edge of that sort in a colour other than the card's ground. `differs`: whether a colour
/// of it is another than the ground of the second.
const EDGES: &str = "
    window.part = css => document.querySelector('banso-root').shadowRoot.querySelector('[data-banso-step] ' + css) ?? document.querySelector('banso-root').shadowRoot.querySelector(css);
    window.look = (css, name) => getComputedStyle(part(css)).getPropertyValue(name);
    window.differs = (css, name, on) => look(css, name) !== look(on, 'background-color');
    window.edge = (css, name) => parseFloat(look(css, name + '-width')) >= 1 && look(css, name + '-style') !== 'none' && differs(css, name + '-color', '.card');";
