//! A case of a table: a page of the host, a guide on it, what is done, and what must then hold.

use std::io::Write as _;

use anyhow::{Context as _, Result};
use banso_tests::browser::{Browser, Engine, Setup};
use banso_tests::host::{Host, Page};
use serde_json::{Value, json};
use thirtyfour::Key;

use crate::person::press;

/// One page with one guide, and what happens there.
pub struct Case {
    /// The page; its name is the case's.
    pub page: Page,
    /// The guide without its id, which is the page's name; it is shown before anything is done. Null for none.
    pub guide: Value,
    /// What is done and must hold, in order.
    pub acts: Vec<Act>,
}

/// What is done, or must hold.
pub enum Act {
    /// This JavaScript expression, of the page or of [`PROBE`], becomes true.
    Until(&'static str),
    /// This JavaScript is run in the page.
    Js(&'static str),
    /// This element of the page is clicked.
    Click(&'static str),
    /// This element of the guide is clicked.
    ClickGuide(&'static str),
    /// This element of the guide is shown.
    Guide(&'static str),
    /// No such element of the guide is shown.
    NoGuide(&'static str),
    /// A key is pressed.
    Press(Key),
    /// A text is typed wherever the focus is.
    Type(&'static str),
    /// The viewport gets this width and height.
    Size(u32, u32),
    /// A finger is put there and drawn upwards (Chromium).
    Swipe(u32, u32),
    /// A finger taps this element of the page (Chromium).
    Tap(&'static str),
}

/// What the cases look at a page with: `$` has the guide's parts, their boxes, and whether they are where they belong.
pub const PROBE: &str = "
window.$ = {
  root() {
    const seek = scope => { for (const e of scope.querySelectorAll('*')) {
      if (e.localName === 'banso-root' && !e.hasAttribute('data-inline')) return e.shadowRoot;
      const inner = e.shadowRoot && seek(e.shadowRoot); if (inner) return inner; } };
    return seek(document);
  },
  guide: css => [...($.root()?.querySelectorAll(css) ?? [])].find(e => e.checkVisibility()),
  card: () => $.guide('.card'),
  // Until zoom was standardised, boxes were in an element's own pixels.
  zoom(e) { let by = 1; if (e.currentCSSZoom === undefined) for (; e; e = e.parentElement) by *= getComputedStyle(e).zoom || 1; return by },
  box(e) { if (typeof e === 'string') e = document.querySelector(e);
    const r = e.localName ? e.getBoundingClientRect() : e, by = e.localName ? $.zoom(e) : 1, [x, y, width, height] = [r.x, r.y, r.width, r.height].map(n => n * by);
    return { x, y, width, height, right: x + width, bottom: y + height, cx: x + width / 2, cy: y + height / 2 } },
  side: () => $.card()?.getAttribute('data-side'),
  near: (a, b, by = 1.6) => Math.abs(a - b) <= by,
  inView(r) { return r.x >= 0 && r.y >= 0 && r.right <= innerWidth + .5 && r.bottom <= innerHeight + .5 },
  apart: (a, b) => a.right <= b.x + .5 || b.right <= a.x + .5 || a.bottom <= b.y + .5 || b.bottom <= a.y + .5,
  arrow() { const a = $.card()?.querySelector('.arrow'); return a && getComputedStyle(a).display !== 'none' ? $.box(a) : null },
  // The card is beside the box (or what is lit around it), near it, in view, and its arrow points at the box's middle.
  beside(target) {
    const c = $.card(); if (!c) return false;
    const t = $.box(target), k = $.box(c), a = $.arrow(), s = $.side();
    const along = s === 'top' || s === 'bottom' ? $.near(a?.cx, t.cx) : $.near(a?.cy, t.cy);
    const lit = $.hole()?.width ? $.hole() : t, gap = { top: lit.y - k.bottom, bottom: k.y - lit.bottom, left: lit.x - k.right, right: k.x - lit.right }[s];
    return !!a && along && gap >= 10 && gap <= 14 && $.inView(k);
  },
  hole() { const h = $.root()?.querySelector('.hole'); return h && $.box(h) },
  lit(target, padding) { const t = $.box(target), h = $.hole();
    return !!h && $.near(h.x, t.x - padding) && $.near(h.y, t.y - padding) && $.near(h.right, t.right + padding) && $.near(h.bottom, t.bottom + padding) },
  at: (x, y) => document.elementFromPoint(x, y),
  reaches(css) { const t = $.box(css), e = $.at(t.cx, t.cy); return !!e && document.querySelector(css).contains(e) },
  where() { return JSON.stringify({ notes: window.notes, side: $.side(), card: $.card() && $.box($.card()), arrow: $.arrow(), hole: $.hole(), view: [innerWidth, innerHeight],
    target: document.querySelector('#t') && $.box('#t') }) },
};
";

/// A width that a window of this engine can have, as near to this one as can be; the run says when it is another.
pub fn narrowest(engine: Engine, width: u32) -> Result<u32> {
    let least = match engine {
        Engine::Chromium => 0,
        Engine::Firefox | Engine::WebKit => 500,
    };
    if width < least {
        // Not by a macro: what those print is not shown of a test that passes.
        writeln!(
            std::io::stderr(),
            "in {} this is played {least} pixels wide, not {width}: it has no narrower window",
            engine.name()
        )?;
    }
    Ok(width.max(least))
}

/// Plays a table on one host and in one browser.
pub async fn play(engine: Engine, cases: Vec<Case>) -> Result<()> {
    play_in(engine.into(), cases).await
}

/// The same in a browser that is set up otherwise.
pub async fn play_in(setup: Setup, cases: Vec<Case>) -> Result<()> {
    play_with(setup, |_| (), cases).await
}

/// The same with a workspace that was changed first.
pub async fn play_with(
    setup: Setup,
    change: impl FnOnce(&mut Value),
    cases: Vec<Case>,
) -> Result<()> {
    let mut guides = Vec::new();
    for case in &cases {
        if !case.guide.is_null() {
            let mut guide = case.guide.clone();
            guide["id"] = case.page.name.into();
            guides.push(guide);
        }
    }
    let pages = cases.iter().map(|case| case.page.clone()).collect();
    let host = Host::start_with(pages, &guides, change)?;
    let (width, height) = setup.size;
    let mut wrong = Vec::new();
    Browser::run(setup, async |browser| {
        for case in &cases {
            let name = case.page.name;
            browser.resize((width, height)).await?;
            if let Err(error) = one(browser, &host, case).await {
                let place = browser.js("return $.where()").await;
                wrong.push(format!("{name}: {error:#}\n    {place:?}"));
            }
        }
        assert!(
            wrong.is_empty(),
            "{} of {} cases:\n{}",
            wrong.len(),
            cases.len(),
            wrong.join("\n")
        );
        Ok(())
    })
    .await
}

async fn one(browser: &Browser, host: &Host, case: &Case) -> Result<()> {
    let name = case.page.name;
    host.visit(browser, name).await?;
    browser.js(PROBE).await?;
    if !case.guide.is_null() {
        browser.js(&format!("banso('show', '{name}')")).await?;
    }
    for (nth, act) in case.acts.iter().enumerate() {
        perform(browser, act)
            .await
            .with_context(|| format!("act {nth}"))?;
    }
    browser.js("banso('hide')").await?;
    browser
        .no_guide("[data-banso-step]")
        .await
        .context("at the end")?;
    browser.clean(&[]).await
}

async fn perform(browser: &Browser, act: &Act) -> Result<()> {
    match act {
        Act::Until(holds) => {
            browser
                .until_js(
                    holds,
                    &format!("try {{ return !!({holds}) }} catch {{ return false }}"),
                )
                .await?;
        }
        Act::Js(body) => {
            browser.js(body).await?;
        }
        Act::Click(css) => browser.click(css).await?,
        Act::ClickGuide(css) => browser.click_guide(css).await?,
        Act::Guide(css) => {
            browser.guide(css).await?;
        }
        Act::NoGuide(css) => browser.no_guide(css).await?,
        Act::Press(key) => press(browser, key.clone()).await?,
        Act::Type(text) => {
            browser
                .driver
                .action_chain()
                .send_keys(*text)
                .perform()
                .await?;
        }
        Act::Swipe(x, y) => {
            let touch = json!({ "enabled": true });
            browser
                .cdp("Emulation.setTouchEmulationEnabled", touch)
                .await?;
            touch_at(browser, "touchStart", &[json!({ "x": x, "y": y })]).await?;
            for moved in 1..=30 {
                let point = json!({ "x": x, "y": y.saturating_sub(moved * 10) });
                touch_at(browser, "touchMove", &[point]).await?;
            }
            touch_at(browser, "touchEnd", &[]).await?;
        }
        Act::Tap(css) => {
            let at = browser
                .js(&format!(
                    "const b = $.box('{css}'); return {{ x: b.cx, y: b.cy }}"
                ))
                .await?;
            touch_at(browser, "touchStart", &[at]).await?;
            touch_at(browser, "touchEnd", &[]).await?;
        }
        Act::Size(width, height) => browser.resize((*width, *height)).await?,
    }
    Ok(())
}

/// Where fingers are from now on.
async fn touch_at(browser: &Browser, what: &str, points: &[Value]) -> Result<()> {
    let touch = json!({ "type": what, "touchPoints": points });
    browser
        .cdp("Input.dispatchTouchEvent", touch)
        .await
        .map(drop)
}
