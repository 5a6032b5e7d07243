//! A guest never breaks its host: storage denied, no collector, no wasm, a trap.

use anyhow::Result;
use banso_tests::browser::{Browser, Setup};
use banso_tests::stack::Stack;
use serde_json::json;

use crate::person::{create_report, sign_up};

/// A browser without WebAssembly.
const NO_WASM: &str = "delete window.WebAssembly;";

/// One way things can go wrong for the widget, and what `banso('status')` then says.
struct Trouble {
    name: &'static str,
    setup: Setup,
    hikari: &'static [&'static str],
    state: &'static str,
    says: &'static str,
    /// What the browser itself writes to the console about it.
    noise: &'static [&'static str],
}

#[tokio::test]
async fn the_host_works_whatever_the_widget_lacks() -> Result<()> {
    for trouble in [
        Trouble {
            name: "no local storage and no database",
            setup: Setup {
                before: "for (const name of ['localStorage', 'sessionStorage', 'indexedDB'])
                    Object.defineProperty(window, name, { get() { throw new DOMException('denied', 'SecurityError') } });",
                ..Setup::default()
            },
            hikari: &[],
            state: "running",
            says: "storage",
            noise: &[],
        },
        Trouble {
            name: "no wasm in the browser",
            setup: Setup {
                before: NO_WASM,
                ..Setup::default()
            },
            hikari: &[],
            state: "blocked",
            says: "WebAssembly",
            noise: &[],
        },
        Trouble {
            name: "wasm blocked by the policy",
            setup: Setup::default(),
            hikari: &["--csp", "no-wasm"],
            state: "blocked",
            says: "WebAssembly",
            noise: &["wasm-eval", "WebAssembly"],
        },
    ] {
        let stack = Stack::start_with(trouble.hikari)?;
        Browser::run(trouble.setup.clone(), async |browser| {
            sign_up(browser, &stack, "en").await?;
            browser
                .until_js(
                    trouble.name,
                    &format!("return banso('status')?.state === '{}'", trouble.state),
                )
                .await?;
            let status = browser.status().await?;
            assert!(
                status["problems"].to_string().contains(trouble.says),
                "{}: {status}",
                trouble.name
            );
            browser.js("banso('hide')").await?;
            browser.driver.goto(format!("{}/reports/new", stack.product())).await?;
            create_report(browser, "Without guidance").await?;
            browser.clean(trouble.noise).await
        })
        .await?;
    }
    Ok(())
}

#[tokio::test]
async fn the_host_works_while_the_collector_is_down() -> Result<()> {
    let mut stack = Stack::start()?;
    Browser::run(Setup::default(), async |browser| {
        sign_up(browser, &stack, "en").await?;
        browser
            .until_js("the widget", "return banso('status')?.state === 'running'")
            .await?;
        stack.kill_collector()?;
        browser.js("banso('track', 'report_exported')").await?;
        browser
            .until_js(
                "status to say so",
                "return banso('status').problems.some(problem => problem.includes('collector'))",
            )
            .await?;
        // Without the collector not even the script arrives: the page keeps its calls for nothing.
        browser
            .driver
            .goto(format!("{}/reports/new", stack.product()))
            .await?;
        create_report(browser, "Without a collector").await?;
        browser
            .clean(&["ERR_CONNECTION_REFUSED", "Failed to load resource"])
            .await
    })
    .await
}

/// Listeners on the page's own objects, as the browser's debugger counts them.
async fn listeners(browser: &Browser) -> Result<usize> {
    let mut count = 0;
    for object in [
        "window",
        "document",
        "document.documentElement",
        "document.body",
        "window.navigation",
        "history",
    ] {
        let remote = browser
            .cdp("Runtime.evaluate", json!({ "expression": object }))
            .await?;
        let id = &remote["result"]["objectId"];
        let answer = browser
            .cdp("DOMDebugger.getEventListeners", json!({ "objectId": id }))
            .await?;
        count += answer["listeners"].as_array().map_or(0, Vec::len);
    }
    Ok(count)
}

#[tokio::test]
async fn nothing_is_left_after_a_trap() -> Result<()> {
    let stack = Stack::start()?;
    // The attribute allows a trap to be asked for; it is set before the loader runs.
    let debug = "new MutationObserver((_, self) => { const tag = document.querySelector('script[data-key]');
        if (tag) { tag.dataset.debug = ''; self.disconnect() } }).observe(document, { childList: true, subtree: true });";
    let without = {
        // The host's own listeners: the same page with the widget kept from starting.
        let setup = Setup {
            before: NO_WASM,
            ..Setup::default()
        };
        let mut count = 0;
        Browser::run(setup, async |browser| {
            sign_up(browser, &stack, "en").await?;
            browser
                .until_js("the loader", "return banso('status')?.state === 'blocked'")
                .await?;
            count = listeners(browser).await?;
            Ok(())
        })
        .await?;
        count
    };
    let setup = Setup {
        before: debug,
        ..Setup::default()
    };
    Browser::run(setup, async |browser| {
        sign_up(browser, &stack, "en").await?;
        browser.guide("[data-banso-step=open]").await?;
        let during = listeners(browser).await?;
        assert!(during > without, "the widget listens: {during} against {without}");
        browser.js("banso('debug', 'trap')").await?;
        browser.until_js("the trap", "return banso('status').state === 'failed'").await?;
        for _ in 0..100 {
            browser
                .js("document.querySelector('h1').click(); banso('track', 'report_exported'); banso('show', 'first-report')")
                .await?;
        }
        let left = browser.js("return document.querySelectorAll('banso-root').length").await?;
        assert_eq!(left, json!(0));
        assert_eq!(listeners(browser).await?, without);
        let status = browser.status().await?;
        assert!(status["problems"].to_string().contains("failed"), "{status}");
        browser.driver.goto(format!("{}/reports/new", stack.product())).await?;
        create_report(browser, "After a trap").await?;
        browser.clean(&[]).await
    })
    .await
}
