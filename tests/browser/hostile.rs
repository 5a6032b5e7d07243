//! Hosts that fight: style sheets that reset everything, stacks above all stacks, frameworks that throw the page away,
//! scripts that listen to everything or let nobody listen, and prototypes that were changed.

use anyhow::Result;
use banso_tests::browser::Engine;
use banso_tests::host::Page;
use banso_tests::in_each_engine;
use serde_json::{Value, json};
use thirtyfour::Key;

use crate::case::{Act, Case, play};
use Act::{Click, ClickGuide, Guide, Js, NoGuide, Press, Type, Until};

in_each_engine!(
    no_style_leaks_either_way,
    a_guide_is_above_whatever_the_host_stacks_and_survives_what_it_throws_away,
    nothing_of_a_guide_reaches_the_host_and_nothing_of_the_host_silences_it,
);

const CARD: &str = "[data-banso-step=s]";
const SURVEY: &str = "[data-banso-step=why]";

fn tour() -> Value {
    json!({ "kind": "tour", "steps": [{ "id": "s", "target": { "css": "#t" }, "title": { "en": "Look here" }, "body": { "en": "**This** is [it](/plain)." } }] })
}

fn survey() -> Value {
    json!({ "kind": "survey", "questions": [
        { "id": "why", "type": "text", "ask": { "en": "Why?" } },
        { "id": "which", "type": "choice", "ask": { "en": "Which?" }, "options": [{ "id": "a", "label": { "en": "A" } }, { "id": "b", "label": { "en": "B" } }] } ] })
}

const BODY: &str =
    "<h1>Product</h1><button id=t>Target</button><p>Text of the <b>host</b>.</p><input id=field>";
const SPACED: &str = "#t { margin: 120px 200px; }";

/// What a guide looks like, as far as a host's style sheet could change it.
const LOOK: &str = "window.looks = () => [...$.card().querySelectorAll('*'), $.card()].map(e => { const s = getComputedStyle(e);
    return [e.localName, e.className, ...['color', 'background-color', 'font-size', 'font-family', 'font-style', 'font-weight', 'line-height', 'letter-spacing', 'text-transform', 'text-indent', 'word-spacing', 'direction', 'writing-mode', 'display', 'position', 'opacity', 'visibility', 'cursor', 'width', 'height', 'margin', 'padding', 'border', 'border-radius', 'box-sizing', 'transform', 'filter', 'float', 'text-align', 'pointer-events', 'user-select', 'zoom'].map(n => n + ':' + s.getPropertyValue(n))].join('|') })";

/// Every kind of event that something on the host's page hears, but for what happens on the page itself.
const EARS: &str = "window.heard = []; window.ears = () => { for (const name of ['click', 'dblclick', 'auxclick', 'contextmenu', 'mousedown', 'mouseup', 'pointerdown', 'pointerup', 'touchstart', 'touchend', 'wheel', 'keydown', 'keyup', 'keypress', 'beforeinput', 'input', 'change', 'focusin', 'focusout', 'focus', 'blur', 'copy', 'paste', 'cut', 'submit', 'select', 'compositionstart', 'compositionend'])
    for (const [on, capture] of [[document, true], [document, false], [document.body, false], [document.documentElement, false], [document.documentElement, true], [window, false]])
      on.addEventListener(name, e => { if (e.target === document.querySelector('banso-root')) heard.push(name + ' on ' + (on === window ? 'window' : on.nodeName) + (capture ? ' down' : ' up')) }, capture) };";

fn with(name: &'static str, css: &str, js: &'static str) -> Page {
    Page {
        name,
        css: format!("{SPACED} {css}"),
        html: BODY,
        js,
        ..Page::default()
    }
}

/// A page whose style sheet leaves a guide as it looks on a plain page.
fn same_look(name: &'static str, css: &str) -> Case {
    Case {
        page: with(name, css, ""),
        guide: tour(),
        acts: vec![
            Guide(CARD),
            Js(LOOK),
            Until("$.root().getAnimations().every(a => a.playState === 'finished')"),
            // Without the host's own sheet nothing is otherwise.
            Until(
                "(() => { const sheet = document.querySelector('link').sheet, hostile = looks(); sheet.disabled = true; const plain = looks(); sheet.disabled = false;
                 window.notes = plain.map((c, i) => [c, hostile[i]]).filter(([c, h]) => c !== h).slice(0, 2); return plain.length > 5 && notes.length === 0 })()",
            ),
        ],
    }
}

async fn no_style_leaks_either_way(engine: Engine) -> Result<()> {
    play(engine, vec![
        same_look("reset", "* { all: unset !important } *, *::before, *::after { box-sizing: content-box !important; margin: 7px !important; padding: 3px !important }"),
        same_look("reverted", "* { all: revert !important } button { all: revert !important; font: 40px serif !important }"),
        same_look("themed", "html { font: italic 700 40px/3 'Courier New' !important; color: red !important; letter-spacing: 9px; text-transform: uppercase; direction: ltr; cursor: crosshair; text-indent: 50px; word-spacing: 20px; text-align: right; user-select: none; visibility: visible } div, section, button, h2, p, span, footer { background: lime !important; border: 9px dotted red !important; float: right !important; display: inline !important; opacity: .2 !important }"),
        same_look("aimed", "banso-root { display: none !important; opacity: 0 !important; transform: translateX(-9999px) !important; pointer-events: none !important; visibility: hidden !important; zoom: 3 !important; filter: invert(1) !important; position: static !important; width: 900px !important } :root > :not(head, body) { display: none !important } [popover] { display: none !important; inset: 0 !important }"),
        Case {
            page: with("own-theme", "banso-root { --banso-accent: rgb(1, 130, 3); --banso-radius: 3px; --banso-surface: rgb(250, 251, 252) }", ""),
            guide: tour(),
            acts: vec![
                Guide(CARD),
                Until("getComputedStyle($.guide('.primary')).backgroundColor === 'rgb(1, 130, 3)' && getComputedStyle($.card()).borderRadius === '3px' && getComputedStyle($.card()).backgroundColor === 'rgb(250, 251, 252)'"),
            ],
        },
        Case {
            page: with("untouched", "body { display: grid; gap: 10px } html { display: flex }", "window.shape = () => JSON.stringify([...document.querySelectorAll('html, body, body *')].map(e => { const r = e.getBoundingClientRect(), s = getComputedStyle(e); return [e.localName, r.x, r.y, r.width, r.height, s.color, s.font, s.display, s.overflow, s.cursor, e.getAttribute('style'), e.className, e.getAttribute('aria-hidden')] })); window.shape0 = shape(); window.shifts = []; new PerformanceObserver(l => shifts.push(...l.getEntries().map(e => e.value))).observe({ type: 'layout-shift', buffered: true })"),
            guide: tour(),
            acts: vec![Guide(CARD), Until("shape() === shape0"), ClickGuide("[data-banso-action=next]"), NoGuide(CARD), Until("shape() === shape0 && shifts.length === 0")],
        },
    ])
    .await
}

async fn a_guide_is_above_whatever_the_host_stacks_and_survives_what_it_throws_away(
    engine: Engine,
) -> Result<()> {
    let next = || vec![ClickGuide("[data-banso-action=next]"), NoGuide(CARD)];
    let acts = |mut before: Vec<Act>| {
        before.extend(next());
        before
    };
    let on_top = "(() => { const c = $.box($.card()); return $.at(c.cx, c.cy).localName === 'banso-root' })()";
    play(engine, vec![
        Case {
            page: with("z-war", "#war { position: fixed; inset: 0 0 auto; height: 100vh; z-index: 2147483647; pointer-events: none } #war i { position: absolute; inset: 0; z-index: 2147483647 } #toast { position: fixed; right: 0; bottom: 0; z-index: 2147483647; width: 300px; height: 200px }", "const w = document.createElement('div'); w.id = 'war'; w.append(document.createElement('i')); document.body.append(w)"),
            guide: tour(),
            acts: acts(vec![Guide(CARD), Until(on_top)]),
        },
        Case {
            page: with("inert-body", "body { pointer-events: none }", ""),
            guide: tour(),
            acts: acts(vec![Guide(CARD), Js("document.body.inert = true; document.body.setAttribute('aria-hidden', 'true')"), Until(on_top)]),
        },
        Case {
            page: with("moved-html", "html { transform: translate(30px, 20px) scale(.9); filter: blur(0); contain: layout; perspective: 100px; will-change: transform }", ""),
            guide: tour(),
            acts: acts(vec![Until("$.beside('#t')"), Until(on_top)]),
        },
        Case {
            page: with("new-body", "", "window.swap = () => { const b = document.body.cloneNode(true); document.body.replaceWith(b) }; window.purge = () => document.documentElement.replaceChildren(document.head, document.body)"),
            guide: tour(),
            acts: acts(vec![Guide(CARD), Js("swap(); history.pushState(null, '', '/new-body/next')"), Until("$.beside('#t')"), Js("purge()"), Until("$.card() && $.beside('#t')"), Js("swap(); purge(); history.replaceState(null, '', '/new-body')"), Until("$.card() && $.beside('#t')")]),
        },
        Case {
            page: with("changed-prototypes", "", "window.mend = () => { delete Array.prototype.toJSON; delete String.prototype.toJSON }; Object.prototype.extra = 1; Array.prototype.toJSON = () => 'wrong'; Array.prototype.extend = function () {}; Function.prototype.method = 1; String.prototype.toJSON = () => 'wrong'; const f = window.fetch; window.fetch = (...a) => f(...a).then(r => r); Element.prototype.remove = function () { this.parentNode?.removeChild(this) }"),
            guide: tour(),
            // The drivers of some engines ask for values in the page's own JSON.
            acts: acts(vec![Guide(CARD), Js("banso('track', 'used', { list: [1, 2] }); banso('flush')"), Until("banso('status').queued === 0"), Js("mend()")]),
        },
        Case {
            page: with("focus-trap", "", "
                // As component libraries do: what has the focus must be in the box, and its siblings are hidden.
                window.fights = 0; window.trap = () => { const box = document.createElement('div'); box.id = 'box'; box.setAttribute('role', 'dialog'); box.tabIndex = -1; const b = document.createElement('button'); b.id = 't'; b.textContent = 'In the box'; document.querySelector('#t').remove(); box.append(b); document.body.append(box);
                  for (const e of document.body.children) if (e !== box) e.setAttribute('aria-hidden', 'true');
                  const back = e => { if (e.target && !box.contains(e.target)) { fights++; box.focus() } };
                  document.addEventListener('focusin', back, true); document.addEventListener('focusin', back); document.addEventListener('focus', back, true);
                  document.addEventListener('focusout', e => { if (e.relatedTarget === null) return; back({ target: e.relatedTarget }) }, true); b.focus() }"),
            guide: tour(),
            acts: acts(vec![Guide(CARD), Js("trap()"), Until("$.beside('#t')"), Js("$.guide('[data-banso-action=next]').focus()"), Until("$.root().activeElement?.dataset.bansoAction === 'next' && fights === 0")]),
        },
        Case {
            page: Page {
                html: "<button id=open popovertarget=menu>Menu</button><div id=menu popover><button id=t>Item</button></div>",
                ..with("popover-menu", "#menu { inset: 100px auto auto 100px; margin: 0; padding: 40px }", "document.querySelector('#menu').showPopover()")
            },
            guide: json!({ "kind": "tour", "steps": [
                { "id": "first", "target": { "css": "#t" }, "title": { "en": "In the menu" } },
                { "id": "s", "target": { "css": "#t" }, "title": { "en": "Still open" } } ] }),
            acts: acts(vec![Guide("[data-banso-step=first]"), ClickGuide("h2"), ClickGuide("[data-banso-action=next]"), Guide(CARD), Until("document.querySelector('#menu').matches(':popover-open') && $.beside('#t')")]),
        },
    ])
    .await
}

async fn nothing_of_a_guide_reaches_the_host_and_nothing_of_the_host_silences_it(
    engine: Engine,
) -> Result<()> {
    play(engine, vec![
        Case {
            page: with("ears", "", EARS),
            guide: survey(),
            acts: vec![
                Guide(SURVEY),
                Js("ears()"),
                ClickGuide("textarea"),
                Type("jk/?a"),
                Press(Key::Backspace),
                Until("$.guide('textarea').value === 'jk/?'"),
                ClickGuide("h2"),
                ClickGuide("[data-banso-action=next]"),
                ClickGuide("label:has([data-banso-option=b])"),
                ClickGuide("[data-banso-action=next]"),
                NoGuide("[data-banso-step=which]"),
                Until("heard.length === 0 || (window.notes = [...new Set(heard)], false)"),
            ],
        },
        Case {
            page: with("menu", "", "window.open_ = true; document.addEventListener('pointerdown', e => { if (!e.target.closest?.('#t')) open_ = false }, true); document.addEventListener('mousedown', e => { if (!e.target.closest?.('#t')) open_ = false }); document.addEventListener('focusin', e => { if (!e.target.closest?.('#t')) open_ = false })"),
            guide: tour(),
            acts: vec![Guide(CARD), ClickGuide("h2"), Until("open_"), ClickGuide("[data-banso-action=next]"), Until("open_"), NoGuide(CARD), Until("open_"), Click("#field"), Until("!open_")],
        },
        Case {
            page: with("silencer", "", "for (const name of ['click', 'keydown', 'pointerdown', 'mousedown', 'input', 'focusin']) document.addEventListener(name, e => e.stopImmediatePropagation(), true)"),
            guide: survey(),
            acts: vec![
                ClickGuide("textarea"),
                Type("Because"),
                ClickGuide("[data-banso-action=next]"),
                ClickGuide("label:has([data-banso-option=b])"),
                ClickGuide("[data-banso-action=back]"),
                Until("$.guide('textarea').value === 'Because'"),
                Press(Key::Escape),
                NoGuide(SURVEY),
            ],
        },
        Case {
            page: with("hotkeys", "", "window.keys = []; for (const on of [document, window, document.body]) on.addEventListener('keydown', e => { keys.push(e.key); if (e.key === 'j') e.preventDefault() })"),
            guide: survey(),
            acts: vec![ClickGuide("textarea"), Type("jj"), Until("$.guide('textarea').value === 'jj' && keys.length === 0"), Press(Key::Escape), NoGuide(SURVEY), Until("keys.length === 0")],
        },
    ])
    .await
}
