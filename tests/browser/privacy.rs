//! What nobody may learn.

use anyhow::{Context as _, Result};
use banso_tests::browser::{Browser, Setup};
use banso_tests::site::Site;
use banso_tests::wait::until;
use serde_json::{Value, json};

use crate::person::type_into;

/// A page full of secrets. Each of them has this in it.
const SECRET: &str = "hunter2";

const BODY: &str = r#"
    <p>The password of today is hunter2-text.</p>
    <form id=form action="/sent"><input id=text value=hunter2-value placeholder=hunter2-placeholder>
    <input id=password type=password name=hunter2-name><textarea id=area></textarea>
    <input type=hidden value=hunter2-hidden><select id=select><option>a<option>hunter2-option</select>
    <button id=save class=save title=hunter2-title aria-label=hunter2-label data-id=hunter2-data>Save hunter2-button</button></form>
    <div id=edit contenteditable>hunter2-edit</div>
    <div data-banso-private><button id=private class=save>hunter2-private</button><input id=own></div>
    <a id=link class=save href="?tab=two&q=hunter2-link#hunter2-fragment">hunter2-anchor</a>
    <script>document.title = 'hunter2-title'; addEventListener('submit', event => event.preventDefault())</script>"#;

/// Everything the browser keeps for this site and this page, as the body of a function in the page.
const STORES: &str = "const all = { ...localStorage, ...Object.fromEntries(Object.entries(sessionStorage)), cookie: document.cookie };
    const bases = await indexedDB.databases();
    for (const { name } of bases) {
        const base = await new Promise(done => { const open = indexedDB.open(name); open.onsuccess = () => done(open.result) });
        for (const store of base.objectStoreNames) {
            const asked = base.transaction(store).objectStore(store).getAll();
            all[name + ' ' + store] = await new Promise(done => { asked.onsuccess = () => done(asked.result) });
        }
        base.close();
    }
    all.caches = await caches.keys();
    return JSON.stringify(all)";

async fn stores(browser: &Browser) -> Result<String> {
    let all = browser
        .js(&format!("return (async () => {{ {STORES} }})()"))
        .await?;
    all.as_str().map(str::to_owned).context("no stores")
}

/// Waits until something is stored, and gives all that is.
async fn kept(browser: &Browser, part: &str) -> Result<String> {
    until(&format!("{part} to be stored"), async || {
        let kept = stores(browser).await?;
        Ok(kept.contains(part).then_some(kept))
    })
    .await
}

#[tokio::test]
async fn secrets_stay_in_the_page() -> Result<()> {
    let features = json!([
        { "id": "save", "on": { "click": { "css": ".save" } } },
        { "id": "said", "on": { "click": { "text": "The password of" } } },
        { "id": "page", "on": { "page": "/*" } }
    ]);
    let site = Site::start("", BODY, &features)?;
    Browser::run(Setup::default(), async |browser| {
        // Which parameters may be told is known from the first visit on.
        site.visit(browser, "/").await?;
        site.asks(browser).await?;
        site.visit(browser, "/reports?q=hunter2-query&tab=one&hunter2-parameter=1#hunter2-hash").await?;
        site.asks(browser).await?;
        site.relay.refuse("/v1/events", 503);
        for field in ["#text", "#password", "#area", "#own"] {
            type_into(browser, field, "hunter2-typed").await?;
        }
        browser.click("#edit").await?;
        browser
            .js("const select = document.querySelector('#select'); select.selectedIndex = 1;
                 select.dispatchEvent(new Event('change', { bubbles: true }));
                 document.querySelector('#edit').dispatchEvent(new InputEvent('input', { bubbles: true, data: 'hunter2-data' }))")
            .await?;
        for act in ["#save", "#private", "p", "#link"] {
            browser.click(act).await?;
        }
        // The link opens a page of its own.
        browser
            .until_js("the link's page", "return /tab=two/.test(location) && banso('status')?.state === 'running'")
            .await?;
        browser
            .js("history.pushState({ secret: 'hunter2-state' }, '', '/reports/2?q=hunter2-pushed&tab=three#hunter2'); document.title = 'hunter2';
                 banso('page'); banso('page', '/virtual?q=hunter2-said&tab=four#hunter2'); banso('track', 'the end'); banso('flush')")
            .await?;
        // Once while it waits, and once it was delivered.
        let kept = kept(browser, "the end").await?;
        assert!(!kept.contains(SECRET), "{kept}");
        site.relay.pass();
        browser.delivered().await?;
        let kept = stores(browser).await?;
        assert!(!kept.contains(SECRET), "{kept}");
        let events = site.relay.events();
        for page in ["/reports?tab=one", "/reports?tab=two", "/reports/2?tab=three", "/virtual?tab=four"] {
            assert!(events.iter().any(|event| event["page"] == page), "{page}");
        }
        assert!(events.iter().any(|event| event["name"] == "save"));
        site.open(browser, "/reports?q=hunter2").await?;
        browser.running().await?;
        browser.delivered().await?;
        for passed in site.relay.passed() {
            let whole = format!("{} {} {}", passed.path, passed.headers, passed.body);
            assert!(!whole.contains(SECRET), "{whole}");
        }
        Ok(())
    })
    .await
}

/// What a page says of consent, and whether something is stored and recorded then.
const CONSENTS: [(&str, bool); 7] = [
    ("", true),
    ("banso('consent', 'denied')", false),
    ("banso('consent', 'granted')", true),
    ("privacy()", false),
    ("privacy(); banso('consent', 'denied')", false),
    ("privacy(); banso('consent', 'granted')", true),
    (
        "banso('consent', 'denied'); banso('consent', 'granted')",
        true,
    ),
];

#[tokio::test]
async fn nothing_is_stored_before_it_is_known_to_be_allowed() -> Result<()> {
    // The page says it before the widget is there.
    let head = "<script>const privacy = () => Object.defineProperty(navigator, 'globalPrivacyControl', { value: true })</script>";
    let body =
        "<script>if (location.hash) { Function(decodeURIComponent(location.hash.slice(1)))();
        banso('identify', { user: { id: 'u1' } }); banso('track', 'early') }</script>";
    for (said, allowed) in CONSENTS {
        let site = Site::start(head, body, &json!([]))?;
        Browser::run(Setup::default(), async |browser| {
            site.open(
                browser,
                &format!("/#{}", said.replace(' ', "%20").replace('\'', "%27")),
            )
            .await?;
            let state = if allowed { "running" } else { "off" };
            browser
                .until_js(
                    "the widget",
                    &format!("return banso('status').state === '{state}'"),
                )
                .await?;
            browser
                .js("banso('track', 'end'); document.body.click()")
                .await?;
            if allowed {
                site.stored("end", 1).await?;
            }
            let kept = stores(browser).await?;
            assert_eq!(kept.contains("wk_demo"), allowed, "{said}: {kept}");
            let spoke = site
                .relay
                .passed()
                .iter()
                .any(|passed| passed.path.starts_with("/v1/"));
            assert_eq!(spoke, allowed, "{said}");
            browser.clean(&[]).await
        })
        .await
        .with_context(|| said)?;
    }
    Ok(())
}

#[tokio::test]
async fn a_denial_erases_what_waits_in_every_tab() -> Result<()> {
    let site = Site::start("", "", &json!([]))?;
    Browser::run(Setup::default(), async |browser| {
        site.visit(browser, "/one").await?;
        browser.delivered().await?;
        let first = browser.driver.window().await?;
        let second = browser.driver.new_tab().await?;
        browser.driver.switch_to_window(second).await?;
        site.visit(browser, "/two").await?;
        browser.delivered().await?;
        let before = device(&site)?;
        site.relay.refuse("/v1/events", 503);
        browser
            .js("banso('track', 'from two'); banso('flush')")
            .await?;
        kept(browser, "from two").await?;
        browser.driver.switch_to_window(first.clone()).await?;
        browser
            .js("banso('track', 'from one'); banso('flush')")
            .await?;
        kept(browser, "from one").await?;
        browser.js("banso('consent', 'denied')").await?;
        until("everything to be erased", async || {
            let kept = stores(browser).await?;
            Ok((!kept.contains("wk_demo")).then_some(()))
        })
        .await?;
        for tab in browser.driver.windows().await? {
            browser.driver.switch_to_window(tab).await?;
            browser
                .until_js(
                    "the widget to be off",
                    "const s = banso('status'); return s.state === 'off' && s.queued === 0",
                )
                .await?;
        }
        // Who agrees later is somebody new, nothing of before comes back, and the turn to deliver is free.
        site.relay.pass();
        browser.driver.switch_to_window(first).await?;
        browser
            .js("banso('consent', 'granted'); banso('track', 'after')")
            .await?;
        let events = site.stored("after", 1).await?;
        assert!(
            !events
                .iter()
                .any(|event| event["name"].to_string().contains("from")),
            "{events:?}"
        );
        assert_ne!(device(&site)?, before);
        Ok(())
    })
    .await
}

/// The device of the latest event.
fn device(site: &Site) -> Result<Value> {
    let events = site.relay.events();
    Ok(events.last().context("no event")?["device"].clone())
}
