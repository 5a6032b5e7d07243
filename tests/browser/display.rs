//! When a guide is shown: at once, later, again, and not any more. Guides that only mark the time stand beside the one that
//! is meant: what came before what is all that is asked.

use std::time::Duration;

use anyhow::Result;
use banso_tests::browser::{Browser, Engine};
use banso_tests::host::{Host, Page};
use banso_tests::in_each_engine;
use banso_tests::wait::{until, within};
use serde_json::{Value, json};

in_each_engine!(
    a_delay_goes_on_over_a_reload,
    a_delay_ends_when_its_condition_does,
    a_delay_is_judged_again_after_identify,
    what_was_left_or_finished_comes_back_only_as_its_repeat_says,
    of_two_the_more_important_one_comes_first_and_a_second_start_changes_nothing,
);

/// How long a thousand shows may take on a busy machine.
const LONG: Duration = Duration::from_secs(300);

const CARD: &str = "[data-banso-guide=a][data-banso-step]";

/// The guide that is meant, and those that mark the time.
fn guides(show: &Value, marks: &[(&str, &str, &str)]) -> Vec<Value> {
    let mut show = show.clone();
    show["start"] = "auto".into();
    let mut guides = vec![json!({ "id": "a", "kind": "tour", "show": show,
        "steps": [{ "id": "s", "kind": "modal", "title": { "en": "Hello" } }] })];
    for (id, page, delay) in marks {
        guides.push(json!({ "id": id, "kind": "banner", "body": { "en": id },
            "position": if *id == "late" { "bottom" } else { "top" },
            "show": { "start": "auto", "repeat": "always", "delay": delay, "when": { "page": page } } }));
    }
    guides
}

fn page() -> Page {
    Page {
        name: "app",
        html: "<h1>Product</h1><button id=go>Go</button>",
        ..Page::default()
    }
}

async fn run(
    engine: Engine,
    guides: Vec<Value>,
    test: impl AsyncFnOnce(&Host, &Browser) -> Result<()>,
) -> Result<()> {
    let host = Host::start_with(vec![page()], &guides, |workspace| {
        workspace["pacing"] = json!({ "interruptions": { "max": 100, "per": "1d" } });
    })?;
    Browser::run(engine, async |browser| {
        host.visit(browser, "app").await?;
        test(&host, browser).await?;
        browser.clean(&[]).await
    })
    .await
}

fn mark(id: &str) -> String {
    format!("[data-banso-guide={id}]")
}

async fn a_delay_goes_on_over_a_reload(engine: Engine) -> Result<()> {
    let show = json!({ "delay": "4s", "when": { "page": "/app*" } });
    let marks = [("early", "/app", "2s"), ("late", "/app/again", "3s")];
    run(engine, guides(&show, &marks), async |host, browser| {
        browser.guide(&mark("early")).await?;
        browser.no_guide(CARD).await?;
        // From here on the delay has at most two seconds left; begun anew, it would end after the late mark.
        host.visit(browser, "app/again").await?;
        browser.guide(CARD).await?;
        browser.no_guide(&mark("late")).await
    })
    .await
}

async fn a_delay_ends_when_its_condition_does(engine: Engine) -> Result<()> {
    let show = json!({ "delay": "3s", "when": { "element": { "css": "#go" }, "is": "visible" } });
    let marks = [("early", "/app", "1s"), ("late", "/app", "5s")];
    run(engine, guides(&show, &marks), async |_, browser| {
        browser.guide(&mark("early")).await?;
        browser
            .js("document.querySelector('#go').hidden = true")
            .await?;
        browser.guide(&mark("late")).await?;
        browser.no_guide(CARD).await?;
        browser
            .js("document.querySelector('#go').hidden = false")
            .await?;
        browser.guide(CARD).await.map(drop)
    })
    .await
}

async fn a_delay_is_judged_again_after_identify(engine: Engine) -> Result<()> {
    let show = json!({ "delay": "3s", "when": { "user": "role", "is": ["admin"] } });
    let marks = [("early", "/app", "1s"), ("late", "/app", "6s")];
    run(engine, guides(&show, &marks), async |_, browser| {
        browser
            .js("banso('identify', { user: { id: 'u', role: 'admin' }, account: { id: 'host' } })")
            .await?;
        browser.guide(&mark("early")).await?;
        browser
            .js("banso('identify', { user: { id: 'u', role: 'viewer' }, account: { id: 'host' } })")
            .await?;
        browser.guide(&mark("late")).await?;
        browser.no_guide(CARD).await?;
        browser
            .js("banso('identify', { user: { id: 'u', role: 'admin' }, account: { id: 'host' } })")
            .await?;
        browser.guide(CARD).await.map(drop)
    })
    .await
}

async fn what_was_left_or_finished_comes_back_only_as_its_repeat_says(
    engine: Engine,
) -> Result<()> {
    for (repeat, leave, again) in [
        (json!("once"), "close", false),
        (json!("until-done"), "close", false),
        (json!("until-done"), "next", false),
        (json!("always"), "next", true),
        (json!({ "every": "1d" }), "next", false),
    ] {
        let show = json!({ "repeat": repeat });
        run(
            engine,
            guides(&show, &[("mark", "/app", "1s")]),
            async |host, browser| {
                browser
                    .click_guide(&format!("{CARD} [data-banso-action={leave}]"))
                    .await?;
                browser.no_guide(CARD).await?;
                browser.delivered().await?;
                host.visit(browser, "app").await?;
                browser.guide(&mark("mark")).await?;
                if again {
                    browser.guide(CARD).await?;
                } else {
                    browser.no_guide(CARD).await?;
                }
                Ok(())
            },
        )
        .await?;
    }
    Ok(())
}

async fn of_two_the_more_important_one_comes_first_and_a_second_start_changes_nothing(
    engine: Engine,
) -> Result<()> {
    let mut all = guides(&json!({ "priority": 10 }), &[]);
    let mut urgent = guides(&json!({ "priority": 50 }), &[]).remove(0);
    urgent["id"] = "urgent".into();
    urgent["steps"] = json!([{ "id": "one", "kind": "modal", "title": { "en": "One" } }, { "id": "two", "kind": "modal", "title": { "en": "Two" } }]);
    all.push(urgent);
    run(engine, all, async |_, browser| {
        browser.guide("[data-banso-guide=urgent][data-banso-step=one]").await?;
        browser.no_guide(CARD).await?;
        browser.click_guide("[data-banso-action=next]").await?;
        browser.guide("[data-banso-step=two]").await?;
        browser.js("banso('show', 'urgent'); banso('show', 'urgent')").await?;
        browser.guide("[data-banso-guide=urgent][data-banso-step=two]").await?;
        let cards = browser
            .js("return document.querySelector('banso-root').shadowRoot.querySelectorAll('.card').length")
            .await?;
        assert_eq!(cards, json!(1));
        browser.click_guide("[data-banso-action=next]").await?;
        browser.guide(CARD).await.map(drop)
    })
    .await
}

#[tokio::test]
async fn nothing_is_left_of_a_thousand_shows() -> Result<()> {
    let mut all = guides(&json!({}), &[]);
    all[0]["show"] = json!({ "start": "api", "repeat": "always" });
    all[0]["steps"][0] = json!({ "id": "s", "target": { "css": "#go" }, "backdrop": "spotlight", "title": { "en": "Hello" } });
    run(Engine::Chromium, all, async |_, browser| {
        let rounds = async |count: usize| {
            browser
                .js(&format!(
                    "window.left = {count}; (async () => {{ const frame = () => new Promise(requestAnimationFrame);
                     const shown = () => document.querySelector('banso-root')?.shadowRoot.querySelector('.card:popover-open');
                     for (; left > 0; left--) {{ banso('show', 'a'); while (!shown()) await frame(); banso('hide', 'a'); while (shown()) await frame() }} }})()"
                ))
                .await?;
            within(LONG, "the shows", async || Ok((browser.js("return left").await? == json!(0)).then_some(()))).await?;
            browser.delivered().await
        };
        rounds(100).await?;
        let before = held(browser).await?;
        rounds(900).await?;
        // What the last of them is still waiting for goes in time; what each of them left would not.
        let grown = async || {
            let after = held(browser).await?;
            let grown = after.iter().zip(&before).any(|(after, before)| after > before);
            anyhow::Ok(grown.then_some(after))
        };
        let gone = until("everything to be let go", async || {
            Ok(grown().await?.is_none().then_some(()))
        });
        if let Err(error) = gone.await {
            let after = grown().await?;
            let held = format!("nodes, listeners, bytes of wasm memory: {before:?}, then {after:?}");
            return Err(error.context(held));
        }
        Ok(())
    })
    .await
}

/// Nodes and listeners in the page, and the widget's memory.
async fn held(browser: &Browser) -> Result<[Option<u64>; 3]> {
    browser
        .cdp("HeapProfiler.collectGarbage", json!({}))
        .await?;
    let counters = browser.cdp("Memory.getDOMCounters", json!({})).await?;
    let prototype = browser
        .cdp(
            "Runtime.evaluate",
            json!({ "expression": "WebAssembly.Memory.prototype" }),
        )
        .await?;
    let found = browser
        .cdp(
            "Runtime.queryObjects",
            json!({ "prototypeObjectId": prototype["result"]["objectId"] }),
        )
        .await?;
    let bytes = browser
        .cdp(
            "Runtime.callFunctionOn",
            json!({ "objectId": found["objects"]["objectId"], "returnByValue": true,
                "functionDeclaration": "function () { return this.map(m => m.buffer.byteLength) }" }),
        )
        .await?;
    let memory = &bytes["result"]["value"][0];
    let held = [&counters["nodes"], &counters["jsEventListeners"], memory];
    Ok(held.map(Value::as_u64))
}
