//! Where events wait on the device.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use banso_tests::browser::{Browser, Setup};
use banso_tests::relay::Instead;
use banso_tests::site::Site;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::sending::explained;

/// The events that are in the outbox, as the body of a function in the page.
const WAITING: &str = "return new Promise(done => { const open = indexedDB.open('banso:wk_demo');
    open.onsuccess = () => { const all = open.result.transaction('events').objectStore('events').getAll();
    all.onsuccess = () => { open.result.close(); done(all.result.map(text => JSON.parse(JSON.parse(text).text))) } } })";

async fn waits(browser: &Browser, name: &str) -> Result<bool> {
    let waiting = browser.js(WAITING).await?;
    let events = waiting.as_array().context("no outbox")?;
    Ok(events.iter().any(|event| event["name"] == name))
}

#[tokio::test]
async fn an_event_is_on_the_device_until_it_was_answered() -> Result<()> {
    let site = Site::start("", "", &json!([]))?;
    Browser::run(Setup::default(), async |browser| {
        site.visit(browser, "/").await?;
        browser.delivered().await?;
        let gate = Arc::new(Semaphore::new(0));
        let closed = Arc::clone(&gate);
        site.relay.answer(move |passed| {
            (passed.path == "/v1/events").then(|| Instead::Later(Arc::clone(&closed)))
        });
        browser.js("banso('track', 'one'); banso('flush')").await?;
        site.relay.tried("\"one\"", 1).await?;
        assert!(
            waits(browser, "one").await?,
            "it is sent before it is written"
        );
        gate.close();
        browser.delivered().await?;
        assert!(
            !waits(browser, "one").await?,
            "it is answered and still there"
        );
        // What nobody answers stays, and the next page has it.
        site.relay.refuse("/v1/events", 503);
        browser.js("banso('track', 'two'); banso('flush')").await?;
        site.relay.tried("\"two\"", 1).await?;
        assert!(waits(browser, "two").await?);
        site.relay.pass();
        site.visit(browser, "/").await?;
        site.stored("two", 1).await?;
        browser.delivered().await?;
        assert!(!waits(browser, "two").await?);
        browser.clean(&["Failed to load resource"]).await
    })
    .await
}

/// Ways for the outbox to fail: what breaks it, and whether it is mended by `mend()` later.
const FAILURES: [(&str, &str); 5] = [
    ("there is none", "delete window.indexedDB; delete Window.prototype.indexedDB;
        Object.defineProperty(window, 'indexedDB', { value: undefined })"),
    ("it cannot be opened", "IDBFactory.prototype.open = () => { throw new DOMException('denied', 'SecurityError') }"),
    ("it opens late", "const open = IDBFactory.prototype.open;
        IDBFactory.prototype.open = function (...args) {
            const late = document.createElement('i');
            const told = name => event => { late.result = event.target.result; late[name]?.(event) };
            window.mend = () => {
                IDBFactory.prototype.open = open;
                const asked = open.apply(this, args);
                asked.onupgradeneeded = told('onupgradeneeded');
                asked.onsuccess = told('onsuccess');
            };
            return late;
        }"),
    ("it is full", "const put = IDBObjectStore.prototype.put;
        IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError') };
        window.mend = () => { IDBObjectStore.prototype.put = put }"),
    ("it fails late", "const put = IDBObjectStore.prototype.put;
        IDBObjectStore.prototype.put = function (...args) { const asked = put.apply(this, args); this.transaction.abort(); return asked };
        window.mend = () => { IDBObjectStore.prototype.put = put }"),
];

#[tokio::test]
async fn without_an_outbox_memory_keeps_what_waits() -> Result<()> {
    for (name, broken) in FAILURES {
        let site = Site::start(&format!("<script>{broken}</script>"), "", &json!([]))?;
        Browser::run(Setup::default(), async |browser| {
            site.visit(browser, "/").await?;
            site.relay.refuse("/v1/events", 503);
            browser.js("banso('track', 'one'); banso('flush')").await?;
            site.relay.tried("\"one\"", 1).await?;
            browser.js("banso('track', 'two'); banso('flush')").await?;
            site.relay.tried("\"two\"", 1).await?;
            browser
                .until_js("status to say so", "return banso('status').problems.some(problem => /outbox|IndexedDB/.test(problem))")
                .await?;
            site.relay.pass();
            browser.js("banso('flush')").await?;
            site.stored("one", 1).await?;
            site.stored("two", 1).await?;
            if browser.js("return !!window.mend").await? == json!(true) {
                browser.js("mend(); banso('track', 'mended')").await?;
                site.stored("mended", 1).await?;
                browser.delivered().await?;
                browser
                    .until_js("nothing to be wrong", "return !banso('status').problems.length")
                    .await?;
                site.relay.refuse("/v1/events", 503);
                browser.js("banso('track', 'three'); banso('flush')").await?;
                site.relay.tried("\"three\"", 1).await?;
                assert!(waits(browser, "three").await?);
            }
            browser.clean(&["Failed to load resource"]).await
        })
        .await
        .with_context(|| name)?;
    }
    Ok(())
}

#[tokio::test]
async fn what_is_too_much_goes_from_the_least_important_end() -> Result<()> {
    let features = json!([{ "id": "kept", "on": { "click": { "css": "button" } } }]);
    let site = Site::start("", "<button>Use</button>", &features)?;
    Browser::run(Setup::default(), async |browser| {
        site.visit(browser, "/").await?;
        site.asks(browser).await?;
        browser.delivered().await?;
        site.relay.refuse("/v1/events", 503);
        // A page's opening matters less than what was done on it; of what was done, the oldest goes first.
        browser.js("banso('page', '/kept/first')").await?;
        browser.click("button").await?;
        browser
            .js("for (let i = 0; i < 170; i++) banso('track', 'large ' + i, { text: 'x'.repeat(30000) }); banso('page', '/kept/last')")
            .await?;
        let status = browser.status().await?;
        let dropped = status["dropped"].as_u64().context("no count")?;
        let queued = status["queued"].as_u64().context("no count")?;
        assert!(dropped > 4, "{status}");
        assert_eq!(queued + dropped, 173, "{status}");
        // The page that counted them goes without having told anybody.
        browser
            .until_js(
                "everything to be on the device",
                &format!(
                    "return indexedDB.databases().then(all => new Promise(done => {{
                        const opening = indexedDB.open(all.find(one => one.name.startsWith('banso:')).name);
                        opening.onsuccess = () => {{
                            const counting = opening.result.transaction('events').objectStore('events').count();
                            counting.onsuccess = () => {{ opening.result.close(); done(counting.result === {queued}) }};
                        }};
                    }}))"
                ),
            )
            .await?;
        site.open(browser, "/next").await?;
        site.relay.pass();
        browser.running().await?;
        browser.delivered().await?;
        let events = site.relay.events();
        explained(&events);
        let opened = |page: &str| events.iter().any(|event| event["kind"] == "page" && event["page"] == page);
        assert!(!opened("/kept/first"));
        let done = |name: &str| events.iter().any(|event| event["name"] == name);
        assert_eq!((done("kept"), done("large 0"), done("large 169")), (false, false, true));
        let large = |event: &&Value| event["name"].to_string().contains("large");
        // Where the room left is less than an opening's, the last opening is among what was dropped.
        let kept = events.iter().filter(large).count() as u64;
        assert!((172..=173).contains(&(kept + dropped)), "{kept} kept, {dropped} dropped");
        browser.clean(&["Failed to load resource"]).await
    })
    .await
}
