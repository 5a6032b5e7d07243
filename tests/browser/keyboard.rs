//! Guides by keyboard alone.

use anyhow::{Context as _, Result, ensure};
use banso_tests::browser::{Browser, Engine};
use banso_tests::in_each_engine;
use banso_tests::site::Site;
use serde_json::{Value, json};
use thirtyfour::Key;

in_each_engine!(
    the_focus_moves_in_and_returns,
    tab_goes_round_in_a_modal,
    tab_goes_through_a_step_and_its_target,
    escape_does_what_the_guide_says,
    other_keys_close_nothing,
    keys_in_a_guide_are_not_the_hosts,
);

const PAGE: &str = "<style>button, input { margin: 40px 200px; display: block } #after { margin-top: 240px }</style>
    <button id=before>Before</button> <button id=target>Target</button> <button id=after>After</button> <input id=field>
    <script>window.heard = []; for (const name of ['keydown', 'keyup']) addEventListener(name, e => heard.push(e.key));
        window.focused = []; document.addEventListener('focusin', e => focused.push(e.target.localName))</script>";

/// Tours of two steps, beside the target or in the middle, for each thing that Esc may do.
fn guides() -> Vec<Value> {
    let mut guides = Vec::new();
    for (kind, esc) in [
        ("tooltip", "close"),
        ("tooltip", "snooze"),
        ("tooltip", "none"),
        ("modal", "close"),
        ("modal", "snooze"),
        ("modal", "none"),
    ] {
        let step = |id: &str| {
            json!({ "id": id, "kind": kind, "target": (kind == "tooltip").then(|| json!({ "css": "#target" })),
                "title": { "en": "A step" }, "body": { "en": "With a [link](/elsewhere)." } })
        };
        let strip = |mut step: Value| {
            if step["target"].is_null()
                && let Some(step) = step.as_object_mut()
            {
                step.remove("target");
            }
            step
        };
        guides.push(json!({
            "version": 1, "id": format!("{kind}-{esc}"), "kind": "tour", "title": { "en": "A tour" }, "esc": esc,
            "show": { "start": "api", "repeat": "always" }, "steps": [strip(step("one")), strip(step("two"))],
        }));
    }
    guides
}

/// Runs a test on the page with these guides, with the focus on the first button.
async fn on_page(
    engine: Engine,
    test: impl AsyncFnOnce(&Browser, &Site) -> Result<()>,
) -> Result<()> {
    let site = Site::with_guides("", PAGE, &json!([]), &guides())?;
    Browser::run(engine, async |browser| {
        site.visit(browser, "/").await?;
        browser.click("#before").await?;
        test(browser, &site).await?;
        browser.clean(&[]).await
    })
    .await
}

/// What has the focus: an id on the page, or what the guide calls it.
const FOCUSED: &str = "let e = document.activeElement; while (e?.shadowRoot?.activeElement) e = e.shadowRoot.activeElement;
    return e.id || e.dataset.bansoAction || (e.dataset.bansoStep && 'card') || e.localName";

async fn focus_is(browser: &Browser, wanted: &str) -> Result<()> {
    let is = format!("const at = (() => {{ {FOCUSED} }})(); return at === '{wanted}'");
    let waited = browser
        .until_js(&format!("the focus on {wanted}"), &is)
        .await;
    match waited {
        Ok(_) => Ok(()),
        Err(error) => Err(error.context(format!("it is on {}", browser.js(FOCUSED).await?))),
    }
}

async fn show(browser: &Browser, id: &str) -> Result<()> {
    browser.js(&format!("banso('show', '{id}')")).await?;
    browser
        .guide(&format!("[data-banso-guide={id}][data-banso-step=one]"))
        .await?;
    focus_is(browser, "card").await
}

async fn the_focus_moves_in_and_returns(engine: Engine) -> Result<()> {
    on_page(engine, async |browser, _| {
        for id in ["tooltip-close", "modal-close"] {
            focus_is(browser, "before").await.context(id)?;
            show(browser, id).await.context(id)?;
            // By Enter to the next step, whose card has the focus again or still; then out of it.
            browser.press(Key::Tab).await?;
            focus_is(browser, "close").await.context(id)?;
            browser.press(Key::Tab).await?;
            browser.press(Key::Tab).await?;
            focus_is(browser, "next").await.context(id)?;
            browser.press(Key::Enter).await?;
            browser.guide("[data-banso-step=two]").await.context(id)?;
            focus_is(browser, "card").await.context(id)?;
            browser.press(Key::Escape).await?;
            browser.no_guide("[data-banso-step]").await.context(id)?;
            focus_is(browser, "before").await.context(id)?;
        }
        // Nobody is interrupted in a field, but a modal is before its user.
        browser.click("#field").await?;
        browser.js("banso('show', 'tooltip-close')").await?;
        browser.guide("[data-banso-guide=tooltip-close]").await?;
        focus_is(browser, "field").await?;
        browser.js("banso('hide')").await?;
        browser.no_guide("[data-banso-step]").await?;
        focus_is(browser, "field").await?;
        show(browser, "modal-close").await?;
        browser.js("banso('hide')").await?;
        focus_is(browser, "field").await
    })
    .await
}

async fn tab_goes_round_in_a_modal(engine: Engine) -> Result<()> {
    on_page(engine, async |browser, _| {
        show(browser, "modal-close").await?;
        for stop in ["close", "a", "next", "close", "a", "next", "close"] {
            browser.press(Key::Tab).await?;
            focus_is(browser, stop).await?;
        }
        for stop in ["next", "a", "close", "next"] {
            browser.press_with(Key::Shift, Key::Tab).await?;
            focus_is(browser, stop).await?;
        }
        Ok(())
    })
    .await
}

async fn tab_goes_through_a_step_and_its_target(engine: Engine) -> Result<()> {
    on_page(engine, async |browser, _| {
        show(browser, "tooltip-close").await?;
        for stop in ["close", "a", "next", "target", "after"] {
            browser.press(Key::Tab).await?;
            focus_is(browser, stop).await?;
        }
        for stop in ["target", "next", "a", "close"] {
            browser.press_with(Key::Shift, Key::Tab).await?;
            focus_is(browser, stop).await?;
        }
        Ok(())
    })
    .await
}

/// What Esc does to a guide, pressed in it and pressed on the page.
const ESCAPES: [(&str, Option<&str>); 6] = [
    ("tooltip-close", Some("dismissed")),
    ("tooltip-snooze", Some("snoozed")),
    ("tooltip-none", None),
    ("modal-close", Some("dismissed")),
    ("modal-snooze", Some("snoozed")),
    ("modal-none", None),
];

async fn escape_does_what_the_guide_says(engine: Engine) -> Result<()> {
    on_page(engine, async |browser, site| {
        for (id, act) in ESCAPES {
            for on_page in [false, true] {
                // A modal keeps the focus.
                if on_page && id.starts_with("modal") {
                    continue;
                }
                let before = acts(site).len();
                show(browser, id).await.context(id)?;
                if on_page {
                    browser.click("#after").await?;
                    focus_is(browser, "after").await?;
                }
                browser.press(Key::Escape).await?;
                if act.is_some() {
                    browser.no_guide("[data-banso-step]").await.context(id)?;
                } else {
                    browser.guide("[data-banso-step=one]").await.context(id)?;
                    browser.js("banso('hide')").await?;
                    browser.no_guide("[data-banso-step]").await?;
                }
                browser.delivered().await?;
                let acts = acts(site).split_off(before);
                let ends: Vec<_> = acts
                    .iter()
                    .map(String::as_str)
                    .filter(|act| *act != "seen")
                    .collect();
                ensure!(
                    ends.first().copied() == act || act.is_none() && !ends.contains(&"snoozed"),
                    "{id}: {acts:?}"
                );
            }
        }
        Ok(())
    })
    .await
}

/// The acts of guides that were recorded.
fn acts(site: &Site) -> Vec<String> {
    let events = site.relay.events();
    let guides = events.iter().filter(|event| event["kind"] == "guide");
    guides
        .map(|event| {
            event["props"]["act"]
                .as_str()
                .unwrap_or_default()
                .to_owned()
        })
        .collect()
}

async fn other_keys_close_nothing(engine: Engine) -> Result<()> {
    on_page(engine, async |browser, _| {
        for id in ["tooltip-close", "modal-close"] {
            show(browser, id).await?;
            for key in [
                Key::Left,
                Key::Right,
                Key::Up,
                Key::Down,
                Key::Home,
                Key::End,
                Key::PageDown,
                Key::PageUp,
                Key::Space,
                Key::Enter,
                Key::Backspace,
                Key::Delete,
                Key::F2,
            ] {
                let said = format!("{id}: {key:?}");
                browser.press(key).await?;
                browser.guide("[data-banso-step=one]").await.context(said)?;
            }
            focus_is(browser, "card").await?;
            browser.press(Key::Escape).await?;
            browser.no_guide("[data-banso-step]").await?;
        }
        Ok(())
    })
    .await
}

async fn keys_in_a_guide_are_not_the_hosts(engine: Engine) -> Result<()> {
    on_page(engine, async |browser, _| {
        for id in ["tooltip-close", "modal-close"] {
            browser.js("heard.length = focused.length = 0").await?;
            show(browser, id).await?;
            for key in [Key::Down, Key::Tab, Key::Tab, Key::Escape] {
                browser.press(key).await?;
            }
            browser.no_guide("[data-banso-step]").await?;
            focus_is(browser, "before").await?;
            // Of the last key the page hears that it was let go: the guide was gone by then.
            let heard = browser.js("return [heard.filter(key => key !== 'Escape'), focused.filter(name => name === 'banso-root')]").await?;
            ensure!(heard == json!([[], []]), "{id}: the page heard {heard}");
        }
        browser.press(Key::Down).await?;
        let heard = browser.js("return heard.length").await?;
        ensure!(heard != json!(0), "the page hears nothing at all");
        Ok(())
    })
    .await
}
