//! How a user goes through a tour: forward, back, out of it, and on with it after a reload.

use anyhow::{Context as _, Result};
use banso_tests::browser::{Browser, Engine};
use banso_tests::in_each_engine;
use banso_tests::site::Site;
use banso_tests::wait::until;
use serde_json::{Value, json};
use thirtyfour::Key;

in_each_engine!(
    a_tour_goes_where_its_user_goes,
    a_tour_goes_on_after_a_reload,
    a_step_moves_on_by_what_it_waits_for,
);

const PAGE: &str = "<style>button, input, section { margin: 150px 200px; display: block }</style>
    <button id=one>One</button> <input id=two> <button id=three>Three</button> <section id=late></section>";

/// A tour of three steps beside elements and a last one in the middle.
fn tour() -> Value {
    let step = |id: &str| json!({ "id": id, "target": { "css": format!("#{id}") }, "title": { "en": format!("Step {id}") } });
    json!({
        "version": 1, "id": "tour", "kind": "tour", "title": { "en": "A tour" }, "show": { "start": "api", "repeat": "always" },
        "steps": [step("one"), step("two"), step("three"), { "id": "last", "kind": "modal", "title": { "en": "The last" } }],
    })
}

/// What a user does.
#[derive(Clone, Copy, Debug)]
enum Go {
    Next,
    Back,
    /// By the cross.
    Close,
    Esc,
    Reload,
}

use Go::{Back, Close, Esc, Next, Reload};

/// A way through the tour: what its user does, and the step they are at after each. Nothing is shown in the end, and the
/// last act that was recorded says how the tour ended.
type Way = (&'static str, &'static [(Go, &'static str)], &'static str);

const WAYS: [Way; 6] = [
    (
        "to its end",
        &[(Next, "two"), (Next, "three"), (Next, "last"), (Next, "")],
        "done",
    ),
    (
        "back and forth",
        &[
            (Next, "two"),
            (Back, "one"),
            (Next, "two"),
            (Next, "three"),
            (Back, "two"),
            (Close, ""),
        ],
        "dismissed",
    ),
    ("out by the cross at once", &[(Close, "")], "dismissed"),
    ("out by Esc", &[(Next, "two"), (Esc, "")], "dismissed"),
    (
        "to its end by Esc",
        &[(Next, "two"), (Next, "three"), (Next, "last"), (Esc, "")],
        "done",
    ),
    (
        "back from as far as it goes",
        &[
            (Next, "two"),
            (Next, "three"),
            (Back, "two"),
            (Back, "one"),
            (Next, "two"),
            (Close, ""),
        ],
        "dismissed",
    ),
];

const RELOADS: [Way; 3] = [
    (
        "at its beginning",
        &[(Reload, "one"), (Next, "two"), (Close, "")],
        "dismissed",
    ),
    (
        "in its middle",
        &[
            (Next, "two"),
            (Next, "three"),
            (Reload, "three"),
            (Back, "two"),
            (Close, ""),
        ],
        "dismissed",
    ),
    (
        "at its end",
        &[
            (Next, "two"),
            (Next, "three"),
            (Next, "last"),
            (Reload, "last"),
            (Reload, "last"),
            (Next, ""),
        ],
        "done",
    ),
];

async fn a_tour_goes_where_its_user_goes(engine: Engine) -> Result<()> {
    each_way(engine, &WAYS).await
}

async fn a_tour_goes_on_after_a_reload(engine: Engine) -> Result<()> {
    each_way(engine, &RELOADS).await
}

async fn each_way(engine: Engine, ways: &[Way]) -> Result<()> {
    let site = Site::with_guides("", PAGE, &json!([]), &[tour()])?;
    Browser::run(engine, async |browser| {
        for way in ways {
            let (name, moves, end) = way;
            site.visit(browser, "/").await?;
            browser.js("banso('show', 'tour')").await?;
            at(browser, "one").await.context(*name)?;
            for (place, (go, step)) in moves.iter().enumerate() {
                walk(&site, browser, *go)
                    .await
                    .with_context(|| format!("{name}, {place}: {go:?}"))?;
                at(browser, step)
                    .await
                    .with_context(|| format!("{name}, {place}: {go:?}"))?;
            }
            ended(&site, browser, end).await.context(*name)?;
            // Nothing of it comes back by itself.
            site.visit(browser, "/").await?;
            site.asks(browser).await?;
            browser.no_guide("[data-banso-guide=tour]").await?;
        }
        browser.clean(&[]).await
    })
    .await
}

async fn walk(site: &Site, browser: &Browser, go: Go) -> Result<()> {
    match go {
        Next => {
            browser
                .click_guide("[data-banso-action=next], .button[data-banso-action=close]")
                .await
        }
        Back => browser.click_guide("[data-banso-action=back]").await,
        Close => {
            browser
                .click_guide("[data-banso-action=close][aria-label]")
                .await
        }
        Esc => browser.press(Key::Escape).await,
        Reload => {
            browser.driver.refresh().await?;
            browser.running().await?;
            site.asks(browser).await
        }
    }
}

/// Waits until the tour is at a step, and nowhere else; at none, when it says none.
async fn at(browser: &Browser, step: &str) -> Result<()> {
    if step.is_empty() {
        return browser.no_guide("[data-banso-guide=tour]").await;
    }
    browser
        .guide(&format!("[data-banso-guide=tour][data-banso-step={step}]"))
        .await?;
    // The step is there for a keyboard, too, once the focus is in it.
    browser
        .until_js(
            "the focus in the card",
            "return document.querySelector('banso-root').shadowRoot.activeElement?.matches('.card')",
        )
        .await?;
    let buttons = browser
        .js("return [...document.querySelector('banso-root').shadowRoot.querySelectorAll('footer [data-banso-action]')].map(e => e.dataset.bansoAction)")
        .await?;
    let back = buttons
        .as_array()
        .is_some_and(|all| all.contains(&json!("back")));
    anyhow::ensure!(
        back == matches!(step, "two" | "three"),
        "the buttons at {step} are {buttons}"
    );
    Ok(())
}

/// Waits until the collector has what became of the tour, which was recorded once.
async fn ended(site: &Site, browser: &Browser, end: &str) -> Result<()> {
    browser.delivered().await?;
    let acts = || -> Vec<String> {
        let mut events = site.relay.events();
        events.retain(|event| event["kind"] == "guide");
        let act = |event: &Value| {
            event["props"]["act"]
                .as_str()
                .unwrap_or_default()
                .to_owned()
        };
        events.iter().map(act).collect()
    };
    until("the end to be recorded", async || {
        Ok((acts().last().map(String::as_str) == Some(end)).then_some(()))
    })
    .await
    .with_context(|| format!("{:?}", acts()))
}

/// What a step waits for, and what its user does for it.
const WAITS: [(&str, &str); 5] = [
    ("click", r#"{ "on": "click" }"#),
    (
        "input",
        r##"{ "on": "input", "target": { "css": "#two" } }"##,
    ),
    ("page", r#"{ "on": "page", "page": "/there" }"#),
    (
        "element",
        r##"{ "on": "element", "target": { "css": "#late b" } }"##,
    ),
    ("wait", r#"{ "on": "wait", "after": "1s" }"#),
];

async fn a_step_moves_on_by_what_it_waits_for(engine: Engine) -> Result<()> {
    let guides = WAITS
        .iter()
        .map(|(id, advance)| {
            let advance: Value = serde_json::from_str(advance)?;
            Ok(json!({
                "version": 1, "id": id, "kind": "tour", "title": { "en": "A tour" }, "show": { "start": "api", "repeat": "always" },
                "steps": [
                    { "id": "waits", "target": { "css": "#one" }, "title": { "en": "It waits" }, "advance": [advance] },
                    { "id": "after", "target": { "css": "#three" }, "title": { "en": "After that" } },
                ],
            }))
        })
        .collect::<Result<Vec<_>>>()?;
    let site = Site::with_guides("", PAGE, &json!([]), &guides)?;
    Browser::run(engine, async |browser| {
        for (id, _) in WAITS {
            site.visit(browser, "/here").await?;
            browser.js(&format!("banso('show', '{id}')")).await?;
            let step = |step: &str| format!("[data-banso-guide={id}][data-banso-step={step}]");
            browser.guide(&step("waits")).await.context(id)?;
            match id {
                "click" => browser.click("#one").await?,
                "input" => {
                    crate::person::type_into(browser, "#two", "a name").await?;
                    browser
                        .guide(&step("waits"))
                        .await
                        .context("it waits until the field is left")?;
                    browser.press(Key::Tab).await?;
                }
                "page" => browser
                    .js("history.pushState({}, '', '/there')")
                    .await
                    .map(drop)?,
                "element" => browser
                    .js("document.querySelector('#late').innerHTML = '<b>Now</b>'")
                    .await
                    .map(drop)?,
                _ => {}
            }
            browser.guide(&step("after")).await.context(id)?;
            browser
                .click_guide("[data-banso-action=close][aria-label]")
                .await?;
            browser.no_guide(&step("after")).await?;
        }
        browser.clean(&[]).await
    })
    .await
}
