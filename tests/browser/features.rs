//! What counts as a use of a feature.

use anyhow::{Context as _, Result};
use banso_tests::browser::{Browser, Setup};
use banso_tests::site::Site;
use banso_tests::stack::change_workspace;
use banso_tests::wait::until;
use serde_json::{Value, json};
use thirtyfour::Key;

use crate::person::press;

/// Elements to act on. The host's own handlers keep forms from leaving the page.
const BODY: &str = r#"
    <button id=plain class=save data-action=save>Save</button>
    <label id=label><input id=box type=checkbox class=agree> I agree</label>
    <form id=form><input id=field><button id=submit data-action=send>Send</button></form>
    <button id=outside form=form class=outside>Send from here</button>
    <div data-banso-private><button id=private class=save>Save a secret</button></div>
    <x-open id=open></x-open> <x-slotted id=slotted><b id=inner>Open</b></x-slotted>
    <x-dark id=dark><b id=hidden>Open</b></x-dark> <x-closed id=closed></x-closed>
    <button id=later class=later>Later</button>
    <script>
        addEventListener('submit', event => event.preventDefault());
        const define = (name, mode, html) => customElements.define(name, class extends HTMLElement {
            constructor() { super(); this.tree = this.attachShadow({ mode }); this.tree.innerHTML = html } });
        define('x-leaf', 'open', '<button class=deep>Deep</button>');
        define('x-open', 'open', '<x-leaf></x-leaf>');
        define('x-slotted', 'open', '<button class=around><slot></slot></button>');
        define('x-dark', 'open', '<div data-banso-private><button class=around><slot></slot></button></div>');
        define('x-closed', 'closed', '<button class=deep>Closed</button>');
    </script>"#;

/// What an element is found by, how it is used, and which features that is a use of.
const USES: [(&str, Act, &[&str]); 16] = [
    ("#plain", Act::Click, &["save"]),
    ("#plain", Act::Key(Key::Enter), &["save"]),
    ("#plain", Act::Key(Key::Space), &["save"]),
    ("#plain", Act::Twice, &["save", "save"]),
    ("#label", Act::Click, &["agree"]),
    ("#box", Act::Key(Key::Space), &["agree"]),
    ("#submit", Act::Click, &["send"]),
    ("#field", Act::Key(Key::Enter), &["send"]),
    ("#field", Act::Click, &[]),
    ("#outside", Act::Click, &["send"]),
    ("#private", Act::Click, &[]),
    ("#open", Act::Click, &["deep"]),
    ("#inner", Act::Click, &["around"]),
    ("#hidden", Act::Click, &[]),
    ("#closed", Act::Click, &[]),
    ("#later", Act::Click, &[]),
];

#[derive(Clone)]
enum Act {
    Click,
    Twice,
    /// Focused and then used by a key.
    Key(Key),
}

fn features() -> Value {
    json!([
        { "id": "save", "on": { "click": { "css": [".save", "[data-action=save]", "#plain", "button.save"] } } },
        { "id": "agree", "on": { "click": { "css": [".agree", "#label"] } } },
        { "id": "send", "on": { "click": { "css": ["#form", "[data-action=send]"] } } },
        { "id": "deep", "on": { "click": { "css": ["x-leaf", ".deep"] } } },
        { "id": "around", "on": { "click": { "css": ".around" } } }
    ])
}

#[tokio::test]
async fn one_use_counts_once_by_whatever_means() -> Result<()> {
    let site = Site::start("", BODY, &features())?;
    Browser::run(Setup::default(), async |browser| {
        site.visit(browser, "/").await?;
        site.asks(browser).await?;
        for (place, (css, act, used)) in USES.into_iter().enumerate() {
            let seen = site.relay.events().len();
            match act {
                Act::Click => browser.click(css).await?,
                Act::Twice => {
                    browser.click(css).await?;
                    browser.click(css).await?;
                }
                Act::Key(key) => {
                    browser
                        .js(&format!("document.querySelector('{css}').focus()"))
                        .await?;
                    press(browser, key).await?;
                }
            }
            let names = after(&site, browser, seen, place).await?;
            assert_eq!(names, used, "{css}");
        }
        defined_later(&site, browser).await?;
        browser.clean(&[]).await
    })
    .await
}

/// The features whose use was recorded since so many events were known.
async fn after(site: &Site, browser: &Browser, known: usize, place: usize) -> Result<Vec<String>> {
    let end = format!("end {place}");
    browser
        .js(&format!("banso('track', '{end}'); banso('flush')"))
        .await?;
    let events = site.stored(&end, 1).await?;
    let used = events
        .iter()
        .skip(known)
        .filter(|event| event["kind"] == "feature");
    Ok(used
        .filter_map(|event| event["name"].as_str().map(str::to_owned))
        .collect())
}

/// A feature counts from when the page knows of it, and nothing was held just in case.
async fn defined_later(site: &Site, browser: &Browser) -> Result<()> {
    change_workspace(&site.stack.config(), |workspace| {
        if let Some(features) = workspace["features"].as_array_mut() {
            features.push(json!({ "id": "later", "on": { "click": { "css": ".later" } } }));
        }
    })?;
    until("the page to know of the feature", async || {
        site.asks(browser).await?;
        let rules = browser
            .js("return localStorage.getItem('banso:wk_demo:rules')")
            .await?;
        Ok(rules
            .as_str()
            .context("no rules")?
            .contains(".later")
            .then_some(()))
    })
    .await?;
    let seen = site.relay.events().len();
    browser.click("#later").await?;
    assert_eq!(after(site, browser, seen, USES.len()).await?, ["later"]);
    let events = site.relay.events();
    let later = events.iter().filter(|event| event["name"] == "later");
    assert_eq!(later.count(), 1);
    Ok(())
}
