//! Guides beside and in modals that other people's libraries keep the focus in.

use anyhow::Result;
use banso_tests::browser::Engine;
use banso_tests::host::Page;
use banso_tests::in_each_engine;
use banso_tests::stack::package;
use serde_json::{Value, json};
use thirtyfour::Key;

use crate::case::{Act, Case, play};
use Act::{Click, ClickGuide, Guide, Js, NoGuide, Press, Until};

in_each_engine!(
    a_guide_is_used_in_a_modal_that_keeps_the_focus,
    a_guide_is_used_beside_a_modal_that_keeps_the_focus,
    a_guide_can_still_be_used_when_a_modal_opens,
);

/// Each with how a host opens it.
const MODALS: [(&str, &str); 4] = [
    ("focus-trap", "modals['focus-trap']({})"),
    (
        "focus-trap-isolating",
        "modals['focus-trap']({ isolateSubtrees: 'inert' })",
    ),
    ("react-focus-lock", "modals['react-focus-lock']()"),
    ("aria-hidden", "modals['aria-hidden']()"),
];

const CSS: &str = "body { margin: 0 } #open, #out { margin: 60px } #box { position: absolute; left: 500px; top: 160px; padding: 60px; background: #eee }";

/// What has the focus, and whether it keeps that for thirty frames.
const LOOK: &str = "
    window.at = () => { let e = document.activeElement; while (e?.shadowRoot?.activeElement) e = e.shadowRoot.activeElement;
        return e.id || e.dataset.bansoAction || e.dataset.bansoStep || e.localName };
    window.watch = () => { window.seen = []; const look = () => { seen.push(at()); if (seen.length < 30) requestAnimationFrame(look) }; requestAnimationFrame(look) };
    window.inBox = () => document.querySelector('#box').contains(document.activeElement) || (window.notes = at(), false);
    window.stays = at => seen.length === 30 && seen.every(seen => seen === at) || (window.notes = seen, false);";

/// A tour of two steps at `target` on a page of each modal, which is open from the beginning or opened by `open_()`.
fn cases(target: &str, from_the_beginning: bool, acts: fn() -> Vec<Act>) -> Result<Vec<Case>> {
    let bundle = package("bundle/modals.js")?;
    let step = |id: &str| json!({ "id": id, "target": { "css": target }, "placement": "bottom", "title": { "en": "Look here" } });
    let tour: Value = json!({ "kind": "tour", "steps": [step("one"), step("two")] });
    let at_once = if from_the_beginning { "open_()" } else { "" };
    let case = |(name, open): (&'static str, &str)| {
        Case {
        page: Page {
            name,
            css: CSS.to_owned(),
            html: "<button id=open>Open</button> <button id=out>Outside</button>",
            js: format!("{bundle}{LOOK} window.open_ = () => {{ document.querySelector('#open').focus(); window.close_ = {open} }}; {at_once}").leak(),
            ..Page::default()
        },
        guide: tour.clone(),
        acts: acts(),
    }
    };
    Ok(MODALS.into_iter().map(case).collect())
}

async fn a_guide_is_used_in_a_modal_that_keeps_the_focus(engine: Engine) -> Result<()> {
    let cases = cases("#t", true, || {
        vec![
            Until("at() === 'one' && $.beside('#t')"),
            Js("watch()"),
            Until("stays('one')"),
            Press(Key::Tab),
            Until("at() === 'close'"),
            Press(Key::Tab),
            Until("at() === 'next'"),
            Js("watch()"),
            Until("stays('next')"),
            Press(Key::Enter),
            Guide("[data-banso-step=two]"),
            Until("at() === 'two'"),
            // Past its last button is its target, and from there the modal goes on as ever.
            Press(Key::Tab),
            Press(Key::Tab),
            Press(Key::Tab),
            Press(Key::Tab),
            Until("at() === 't'"),
            Press(Key::Tab),
            Until("at() === 'last'"),
            ClickGuide("h2"),
            Press(Key::Escape),
            NoGuide("[data-banso-step]"),
            Until("inBox()"),
            Js("watch()"),
            Until("stays(at())"),
            Click("#t"),
            Press(Key::Tab),
            Until("at() === 'last'"),
            Js("close_()"),
            Until("at() === 'open'"),
        ]
    })?;
    play(engine, cases).await
}

async fn a_guide_is_used_beside_a_modal_that_keeps_the_focus(engine: Engine) -> Result<()> {
    let cases = cases("#out", true, || {
        vec![
            Until("at() === 'one' && $.beside('#out')"),
            Js("watch()"),
            Until("stays('one')"),
            Click("#last"),
            Until("at() === 'last'"),
            Js("watch()"),
            Until("stays('last')"),
            ClickGuide("[data-banso-action=next]"),
            Guide("[data-banso-step=two]"),
            Until("at() === 'two'"),
            Js("watch()"),
            Until("stays('two')"),
            Press(Key::Escape),
            NoGuide("[data-banso-step]"),
            Until("inBox()"),
            Js("close_()"),
            Until("at() === 'open'"),
        ]
    })?;
    play(engine, cases).await
}

async fn a_guide_can_still_be_used_when_a_modal_opens(engine: Engine) -> Result<()> {
    let cases = cases("#out", false, || {
        vec![
            Until("at() === 'one' && $.beside('#out')"),
            Js("open_()"),
            // A modal that opens takes the focus once.
            Until("inBox()"),
            Js("watch()"),
            Until("stays(at()) && inBox()"),
            ClickGuide("[data-banso-action=next]"),
            Guide("[data-banso-step=two]"),
            Until("at() === 'two'"),
            Js("watch()"),
            Until("stays('two')"),
            Press(Key::Tab),
            Until("at() === 'close'"),
            Press(Key::Escape),
            NoGuide("[data-banso-step]"),
            Click("#last"),
            Until("at() === 'last'"),
            Js("close_()"),
            Until("at() === 'open'"),
        ]
    })?;
    play(engine, cases).await
}
