//! Help in the hub: searched, read, answered, and what was not found kept for those who write articles.

use std::time::Duration;

use anyhow::{Context as _, Result};
use banso_tests::axe;
use banso_tests::browser::{Browser, Setup};
use banso_tests::stack::{Stack, root};
use serde_json::{Value, json};
use thirtyfour::Key;

use crate::person::{press, sign_up};

/// How many requests for help were made by this page, of a search or of an article.
const ASKED: &str = "return performance.getEntriesByType('resource').filter(e => e.name.includes('/v1/help')).length";

/// The element inside the guide that has the focus, as a test names it.
const FOCUS: &str = "const e = document.querySelector('banso-root').shadowRoot.activeElement;
    return e && [e.localName, e.dataset.bansoAction, e.closest('[data-banso-article]')?.dataset.bansoArticle].filter(Boolean).join(' ')";

/// A reader and what they look for.
struct Case {
    name: &'static str,
    locale: &'static str,
    query: &'static str,
    /// The article that is found first.
    article: &'static str,
    /// What the search says to whoever does not see how many are listed.
    hits: &'static str,
    size: (u32, u32),
}

const CASES: [Case; 3] = [
    Case {
        name: "english",
        locale: "en",
        query: "export csv",
        article: "export-csv",
        hits: "Articles found: {n}",
        size: (1280, 800),
    },
    Case {
        name: "japanese",
        locale: "ja",
        query: "書き出す",
        article: "export-csv",
        hits: "{n} 件見つかりました。",
        size: (1280, 800),
    },
    Case {
        name: "phone",
        locale: "ja",
        query: "エクセル",
        article: "export-csv",
        hits: "{n} 件見つかりました。",
        size: (390, 844),
    },
];

/// Opens the hub at its help.
async fn open_help(browser: &Browser, stack: &Stack, locale: &str) -> Result<()> {
    sign_up(browser, stack, locale).await?;
    browser.guide("[data-banso-step=open]").await?;
    browser.js("banso('hide'); banso('hub', 'open')").await?;
    browser.click_guide("[data-banso-action=help]").await?;
    // What is suggested for the page.
    browser.guide("[data-banso-article]").await?;
    Ok(())
}

/// Types into the search.
async fn search(browser: &Browser, text: &str) -> Result<()> {
    browser.click_guide("[data-banso-action=search]").await?;
    let field = browser
        .driver
        .execute(
            "return document.querySelector('banso-root').shadowRoot.querySelector('[data-banso-action=search]')",
            Vec::new(),
        )
        .await?
        .element()?;
    field.send_keys(text).await?;
    Ok(())
}

/// Looks at what is shown, in both schemes: a picture for people, and the checker's opinion.
async fn look(browser: &Browser, name: &str) -> Result<()> {
    for scheme in ["light", "dark"] {
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        browser.cdp("Emulation.setEmulatedMedia", media).await?;
        browser
            .until_js(
                "everything to be at rest",
                "return document.querySelector('banso-root').shadowRoot.getAnimations().every(a => a.playState === 'finished')",
            )
            .await?;
        let picture = root()
            .join("target/looks")
            .join(format!("help-{name}-{scheme}.png"));
        browser.screenshot(&picture).await?;
        let found = axe::violations(browser).await?;
        assert!(found.is_empty(), "{name}, {scheme}: {found:#?}");
    }
    Ok(())
}

/// Keeps what the page sends, unpacked, for [`done`] to read.
const KEEP: &str = "delete window.CompressionStream;
    const real = window.fetch; window.__sent = [];
    window.fetch = (url, options) => { window.__sent.push(options?.body); return real(url, options) };";

fn keeping(size: (u32, u32)) -> Setup {
    Setup {
        size,
        before: KEEP,
        ..Setup::default()
    }
}

/// What the page recorded and the collector took, of one kind, oldest first: name and properties.
async fn done(browser: &Browser, kind: &str) -> Result<Value> {
    browser.delivered().await?;
    browser
        .js(&format!(
            "const events = window.__sent.filter(body => body?.includes?.('\"events\"')).flatMap(body => JSON.parse(body).events);
             const each = new Map(events.filter(e => e.kind === '{kind}').map(e => [e.id, [e.name, e.props]]));
             return [...each.values()]"
        ))
        .await
}

#[tokio::test]
async fn an_article_is_found_read_and_said_to_have_helped() -> Result<()> {
    let stack = Stack::start()?;
    for case in CASES {
        let found = async |browser: &Browser| {
            open_help(browser, &stack, case.locale).await?;
            look(browser, &format!("{}-suggested", case.name)).await?;
            search(browser, case.query).await?;
            let said = format!(
                "const root = document.querySelector('banso-root').shadowRoot, found = root.querySelectorAll('[data-banso-article]');
                 return found[0]?.dataset.bansoArticle === '{}'
                     && root.querySelector('[role=status]').textContent === '{}'.replace('{{n}}', found.length)",
                case.article, case.hits
            );
            browser
                .until_js("what is found, and how many", &said)
                .await?;
            look(browser, &format!("{}-found", case.name)).await?;
            let row = format!("[data-banso-article={}] button", case.article);
            browser.click_guide(&row).await?;
            browser.guide("h3[tabindex]").await?;
            tokio::time::sleep(Duration::from_millis(1200)).await;
            look(browser, &format!("{}-article", case.name)).await?;
            browser.click_guide("[data-banso-action=solved]").await?;
            browser.no_guide("[data-banso-action=unsolved]").await?;
            browser.click_guide("[data-banso-action=back]").await?;
            browser.guide(&row).await?;
            assert_eq!(
                done(browser, "help").await?,
                json!([
                    ["search", { "act": "found", "value": case.query }],
                    [case.article, { "act": "opened", "value": null }],
                    [case.article, { "act": "solved", "value": true }],
                ])
            );
            let read = done(browser, "content").await?;
            assert_eq!(read[0][0], case.article, "{read}");
            assert!(read[0][1]["seconds"].as_i64() >= Some(1), "{read}");
            browser.clean(&[]).await
        };
        Browser::run(keeping(case.size), found)
            .await
            .context(case.name)?;
    }
    Ok(())
}

#[tokio::test]
async fn what_is_not_found_is_kept_and_leads_to_a_person() -> Result<()> {
    let stack = Stack::start()?;
    Browser::run(keeping((1280, 800)), async |browser| {
        open_help(browser, &stack, "en").await?;
        search(browser, "zeppelin").await?;
        browser.guide(".nothing[role=status]").await?;
        browser.guide(".contact [data-banso-action=open]").await?;
        look(browser, "missed").await?;
        assert_eq!(
            done(browser, "help").await?,
            json!([["search", { "act": "missed", "value": "zeppelin" }]])
        );
        let missed = stack.admin("help/missed").await?;
        assert!(missed.to_string().contains("\"zeppelin\""), "{missed}");
        browser.clean(&[]).await
    })
    .await
}

#[tokio::test]
async fn an_article_that_did_not_help_leads_to_a_person() -> Result<()> {
    let stack = Stack::start()?;
    Browser::run(Setup::default(), async |browser| {
        open_help(browser, &stack, "en").await?;
        browser.click_guide("[data-banso-article] button").await?;
        browser.click_guide("[data-banso-action=unsolved]").await?;
        browser.guide(".contact [data-banso-action=open]").await?;
        look(browser, "unsolved").await?;
        browser.clean(&[]).await
    })
    .await
}

#[tokio::test]
async fn an_input_method_is_let_finish() -> Result<()> {
    let stack = Stack::start()?;
    Browser::run(Setup::default(), async |browser| {
        open_help(browser, &stack, "ja").await?;
        browser.click_guide("[data-banso-action=search]").await?;
        let before = browser.js(ASKED).await?;
        for text in ["ｋ", "か", "かき", "かきだ"] {
            let at = text.chars().count();
            browser
                .cdp(
                    "Input.imeSetComposition",
                    json!({ "text": text, "selectionStart": at, "selectionEnd": at }),
                )
                .await?;
            tokio::time::sleep(Duration::from_millis(350)).await;
        }
        assert_eq!(browser.js(ASKED).await?, before);
        browser
            .cdp("Input.insertText", json!({ "text": "書き出す" }))
            .await?;
        browser.guide("[data-banso-article=export-csv]").await?;
        let asked = browser.js(ASKED).await?;
        assert_eq!(asked.as_i64(), before.as_i64().map(|before| before + 1));
        browser.clean(&[]).await
    })
    .await
}

#[tokio::test]
async fn help_is_used_by_the_keyboard_alone() -> Result<()> {
    let stack = Stack::start()?;
    Browser::run(Setup::default(), async |browser| {
        open_help(browser, &stack, "en").await?;
        search(browser, "export csv").await?;
        browser.guide("[data-banso-article=export-csv]").await?;
        let focus = async |expected: &str| {
            browser
                .until_js(
                    &format!("the focus at {expected}"),
                    &format!("return (() => {{ {FOCUS} }})() === '{expected}'"),
                )
                .await
        };
        press(browser, Key::Tab).await?;
        focus("button article export-csv").await?;
        press(browser, Key::Enter).await?;
        focus("h3").await?;
        press(browser, Key::Tab).await?;
        focus("button solved").await?;
        press(browser, Key::Enter).await?;
        focus("h3").await?;
        browser.press_with(Key::Shift, Key::Tab).await?;
        focus("button back").await?;
        press(browser, Key::Enter).await?;
        focus("button article export-csv").await?;
        let typed = browser
            .js("return document.querySelector('banso-root').shadowRoot.querySelector('[data-banso-action=search]').value")
            .await?;
        assert_eq!(typed, json!("export csv"));
        press(browser, Key::Escape).await?;
        browser.no_guide(".panel").await?;
        focus("button hub").await?;
        browser.clean(&[]).await
    })
    .await
}

#[tokio::test]
async fn only_time_before_the_article_counts_as_reading() -> Result<()> {
    let stack = Stack::start()?;
    Browser::run(keeping((1280, 800)), async |browser| {
        open_help(browser, &stack, "en").await?;
        browser.click_guide("[data-banso-article] button").await?;
        browser.guide("h3[tabindex]").await?;
        tokio::time::sleep(Duration::from_millis(1100)).await;
        // In another part of the hub, and with the hub closed, nobody reads it.
        browser.click_guide("[data-banso-action=contact]").await?;
        tokio::time::sleep(Duration::from_millis(2500)).await;
        browser.js("banso('hub', 'close')").await?;
        browser.no_guide(".panel").await?;
        tokio::time::sleep(Duration::from_millis(2500)).await;
        let read = done(browser, "content").await?;
        let events = read.as_array().context("a list")?;
        let seconds: i64 = events
            .iter()
            .filter_map(|event| event[1]["seconds"].as_i64())
            .sum();
        assert!((1..=3).contains(&seconds), "{read}");
        browser.clean(&[]).await
    })
    .await
}
