//! Where a card goes on pages nobody planned for: its target scrolls, moves, shrinks, hides, is drawn again, or is in a
//! frame.

use anyhow::Result;
use banso_tests::browser::{Engine, Setup};
use banso_tests::host::Page;
use banso_tests::in_each_engine;
use serde_json::{Value, json};

use crate::case::{Act, Case, narrowest, play, play_in};
use Act::{Click, ClickGuide, Guide, Js, NoGuide, Size, Until};

in_each_engine!(
    a_card_is_on_the_side_that_has_room,
    a_card_is_beside_its_target,
    a_card_follows_its_target,
    a_frame_and_a_shadow_root_are_looked_into,
    a_card_has_room_in_any_viewport,
    a_target_that_goes_pauses_the_step_and_one_that_comes_back_goes_on,
    the_spotlight_lights_and_lets_through_what_the_step_says,
);

/// A tour of one step at `#t`, with more fields for the step.
fn at_t(more: &Value) -> Value {
    at(&json!({ "css": "#t" }), more)
}

/// A tour of one step at a target.
fn at(target: &Value, more: &Value) -> Value {
    let mut step = json!({ "id": "s", "target": target, "title": { "en": "Look here" }, "body": { "en": "This is it." }, "backdrop": "spotlight" });
    for (name, value) in more.as_object().into_iter().flatten() {
        step[name] = value.clone();
    }
    json!({ "kind": "tour", "steps": [step] })
}

fn page(name: &'static str, css: impl Into<String>, html: &'static str) -> Page {
    Page {
        name,
        css: css.into(),
        html,
        ..Page::default()
    }
}

fn case(page: Page, guide: Value, acts: Vec<Act>) -> Case {
    Case { page, guide, acts }
}

/// A target in the middle of an empty page.
const MIDDLE: &str =
    "#t { position: absolute; left: 600px; top: 400px; width: 120px; height: 40px }";
const BUTTON: &str = "<button id=t>Target</button>";

/// A target, the placement that its step asks for, and the side it is given.
const SIDES: [(&str, &str, &str); 18] = [
    ("middle", "auto", "bottom"),
    ("middle", "top", "top"),
    ("middle", "top-start", "top"),
    ("middle", "top-end", "top"),
    ("middle", "bottom", "bottom"),
    ("middle", "bottom-start", "bottom"),
    ("middle", "bottom-end", "bottom"),
    ("middle", "left", "left"),
    ("middle", "right", "right"),
    ("middle", "start", "left"),
    ("middle", "end", "right"),
    ("top", "top", "bottom"),
    ("bottom", "bottom", "top"),
    ("left", "left", "right"),
    ("right", "right", "left"),
    ("right", "bottom", "bottom"),
    ("left", "top", "top"),
    ("tall", "end", "right"),
];

async fn a_card_is_on_the_side_that_has_room(engine: Engine) -> Result<()> {
    let css = "body { margin: 0 } button { position: absolute; width: 120px; height: 40px } #middle { left: 440px; top: 340px } #top { left: 440px; top: 0 } \
        #bottom { left: 440px; top: 700px } #left { left: 0; top: 340px } #right { left: 880px; top: 340px } #tall { left: 440px; top: 0; height: 738px }";
    let html = "<button id=middle>Middle</button> <button id=top>Top</button> <button id=bottom>Bottom</button> <button id=left>Left</button> \
        <button id=right>Right</button> <button id=tall>Tall</button>";
    let steps: Vec<Value> = SIDES
        .iter()
        .map(|(target, placement, _)| {
            json!({ "id": format!("{target}-{placement}"), "target": { "css": format!("#{target}") }, "placement": placement,
                "title": { "en": "Look here" }, "body": { "en": "This is it." } })
        })
        .collect();
    let acts = SIDES
        .iter()
        .flat_map(|(target, placement, side)| {
            let shown = format!("$.guide('[data-banso-step={target}-{placement}]') && $.beside('#{target}') && $.side() === '{side}'");
            [Until(shown.leak()), ClickGuide("[data-banso-action=next]")]
        })
        .collect();
    let setup = Setup {
        size: (1000, 740),
        ..engine.into()
    };
    let tour = json!({ "kind": "tour", "steps": steps });
    play_in(setup, vec![case(page("sides", css, html), tour, acts)]).await
}

async fn a_card_is_beside_its_target(engine: Engine) -> Result<()> {
    play(engine, vec![
        case(
            page("flips", "#t { position: absolute; left: 600px; bottom: 10px; width: 120px; height: 40px }", BUTTON),
            at_t(&json!({ "placement": "bottom" })),
            vec![Until("$.beside('#t') && $.side() === 'top'")],
        ),
        case(
            page("corner-start", "#t { position: absolute; left: 2px; top: 2px; width: 30px; height: 20px }", BUTTON),
            at_t(&json!({ "placement": "bottom" })),
            // The arrow stays off the card's rounded corner and as near to the middle as that allows.
            vec![Until("$.inView($.box($.card())) && $.apart($.box($.card()), $.box('#t')) && $.arrow().cx >= $.box($.card()).x + 15 && $.arrow().cx <= $.box($.card()).x + 29")],
        ),
        case(
            page("corner-end", "#t { position: absolute; right: 2px; bottom: 2px; width: 30px; height: 20px }", BUTTON),
            at_t(&json!({ "placement": "top" })),
            vec![Until("$.inView($.box($.card())) && $.apart($.box($.card()), $.box('#t')) && $.arrow().cx <= $.box($.card()).right - 15 && $.arrow().cx >= $.box($.card()).right - 29")],
        ),
        case(
            page("left", MIDDLE, BUTTON),
            at_t(&json!({ "placement": "left" })),
            vec![Until("$.beside('#t') && $.side() === 'left'")],
        ),
        case(
            page("host-rtl", MIDDLE, "<div dir=rtl><button id=t>Target</button></div>"),
            at_t(&json!({ "placement": "end" })),
            vec![Until("$.beside('#t') && $.side() === 'right'")],
        ),
        case(
            page("middle", MIDDLE, BUTTON),
            json!({ "kind": "tour", "steps": [{ "id": "s", "kind": "modal", "title": { "en": "Hello" } }] }),
            vec![Until("$.card() && !$.arrow() && $.near($.box($.card()).cx, innerWidth / 2) && $.near($.box($.card()).cy, innerHeight / 2)")],
        ),
        case(
            page("shift", "#t { margin: 60px; width: 120px; height: 40px } #pad { height: 0 }", "<div id=pad></div><button id=t>Target</button>"),
            at_t(&json!({})),
            vec![
                Until("$.beside('#t')"),
                Js("document.querySelector('#pad').appendChild(document.createElement('p')).textContent = 'More'; const s = new CSSStyleSheet(); s.replaceSync('#pad { height: 200px }'); document.adoptedStyleSheets = [s]"),
                Until("$.box('#t').y > 200 && $.beside('#t')"),
            ],
        ),
        case(
            page("transformed", "#box { transform: translate(100px, 50px) scale(.5); width: 800px; height: 600px } #t { margin: 200px; width: 200px; height: 80px }", "<div id=box><button id=t>Target</button></div>"),
            at_t(&json!({})),
            vec![Until("$.near($.box('#t').width, 100) && $.beside('#t') && $.lit('#t', 4)")],
        ),
        case(
            page("zoomed", "#box { zoom: 1.5 } #t { margin: 60px; width: 120px; height: 40px }", "<div id=box><button id=t>Target</button></div>"),
            at_t(&json!({})),
            vec![Until("$.near($.box('#t').width, 180) && $.reaches('#t') && $.beside('#t') && $.lit('#t', 4)")],
        ),
        case(
            page("zoomed-body", "body { zoom: 1.25 } #t { margin: 60px; width: 120px; height: 40px }", BUTTON),
            at_t(&json!({})),
            vec![Until("$.near($.box('#t').width, 150) && $.beside('#t') && $.lit('#t', 4)")],
        ),
        case(
            page(
                "animated",
                "@keyframes grow { from { transform: scale(1) } to { transform: scale(1.6) translateX(150px) } } #box { transform-origin: 0 0; width: 300px; padding: 80px } #box.on { animation: grow 900ms both linear } #t { width: 120px; height: 40px }",
                "<div id=box><button id=t>Target</button></div>",
            ),
            at_t(&json!({})),
            vec![
                Until("$.beside('#t')"),
                // In no frame is it further behind than the target came since the one before.
                Js("document.querySelector('#box').classList.add('on'); window.behind = []; let last; const look = () => { const t = $.box('#t'), a = $.arrow(); if (last) behind.push(a ? Math.abs(a.cx - t.cx) - Math.abs(t.cx - last) : 999); last = t.cx; if (document.getAnimations().some(a => a.playState === 'running')) requestAnimationFrame(look) }; setTimeout(() => requestAnimationFrame(look), 150)"),
                Until("$.near($.box('#t').width, 192) && $.beside('#t')"),
                Until("behind.length > 5 && behind.filter(by => by > 2).length === 0 || (window.notes = behind, false)"),
            ],
        ),
        case(
            page("fixed", "body { height: 3000px } #t { position: fixed; right: 80px; top: 200px; width: 120px; height: 40px }", BUTTON),
            at_t(&json!({})),
            vec![Until("$.beside('#t')"), Js("scrollTo(0, 900)"), Until("scrollY === 900 && $.beside('#t') && $.lit('#t', 4)")],
        ),
        case(
            page("sticky", "body { height: 3000px; margin: 0 } #t { position: sticky; top: 30px; margin: 300px 0 0 200px; width: 120px; height: 40px }", BUTTON),
            at_t(&json!({})),
            vec![Until("$.beside('#t')"), Js("scrollTo(0, 800)"), Until("$.near($.box('#t').y, 30) && $.beside('#t') && $.lit('#t', 4)")],
        ),
        case(
            page(
                "under-header",
                "body { margin: 0; height: 4000px } header { position: sticky; top: 0; height: 90px; z-index: 1; background: #fed } #t { position: absolute; top: 1800px; left: 300px; width: 120px; height: 40px }",
                "<header>Head</header><button id=t>Target</button>",
            ),
            at_t(&json!({})),
            vec![Until("$.box('#t').y >= 90 && $.inView($.box('#t')) && $.beside('#t')")],
        ),
        case(
            Page { js: "scrollTo(0, 660)", ..page(
                "behind-header",
                "body { margin: 0; height: 4000px } header { position: fixed; inset: 0 0 auto; height: 120px; z-index: 1; background: #fed } #t { position: absolute; top: 700px; left: 300px; width: 120px; height: 40px }",
                "<header>Head</header><button id=t>Target</button>",
            ) },
            at_t(&json!({})),
            // It lay under the header, and is brought out from there.
            vec![Until("$.box('#t').y >= 120 && $.inView($.box('#t')) && $.beside('#t')")],
        ),
        case(
            page(
                "flex-scroller",
                "html, body { margin: 0; height: 100% } #app { display: flex; height: 100% } nav { width: 200px } main { flex: 1; display: flex; flex-direction: column; min-height: 0 } #list { overflow: auto; flex: 1; min-height: 0 } #t { margin-top: 2000px; margin-left: 100px; width: 120px; height: 40px } #end { height: 1500px }",
                "<div id=app><nav></nav><main><h1>Head</h1><div id=list><button id=t>Target</button><div id=end></div></div></main></div>",
            ),
            at_t(&json!({})),
            vec![
                Until("$.inView($.box('#t')) && $.beside('#t')"),
                Js("document.querySelector('#list').scrollBy(0, 120)"),
                Until("$.beside('#t') && $.lit('#t', 4)"),
            ],
        ),
        case(
            page("tall", "body { margin: 0 } #t { margin-left: 100px; width: 300px; height: 2500px }", BUTTON),
            at_t(&json!({ "placement": "right" })),
            vec![Until("$.inView($.box($.card())) && $.apart($.box($.card()), $.box('#t'))"), Js("scrollTo(0, 900)"), Until("$.inView($.box($.card())) && $.apart($.box($.card()), $.box('#t'))")],
        ),
        case(
            page("svg", "svg { margin: 100px }", "<svg width=400 height=300><g><rect id=t x=100 y=50 width=80 height=60 fill=teal /></g></svg>"),
            at_t(&json!({})),
            vec![Until("$.beside('#t') && $.lit('#t', 4)")],
        ),
        case(
            page("svg-turned", "svg { margin: 200px }", "<svg width=120 height=80><g transform='rotate(20 60 40)'><rect id=t x=30 y=20 width=60 height=30 /></g></svg>"),
            at_t(&json!({})),
            vec![Until("$.box('#t').height > 40 && $.beside('#t') && $.lit('#t', 4)")],
        ),
        case(
            page("contents", "#t { display: contents } i { display: inline-block; width: 90px; height: 30px; margin-top: 200px }", "<p><span id=t><i>One</i><i>Two</i></span></p>"),
            at_t(&json!({})),
            vec![Until("(() => { const r = document.createRange(); r.selectNodeContents(document.querySelector('#t')); return $.beside(r.getBoundingClientRect()) })()")],
        ),
        case(
            page("re-parented", ".slot { position: absolute; top: 100px; left: 100px; padding: 20px } #b { left: 700px; top: 400px }", "<div class=slot id=a><button id=t>Target</button></div><div class=slot id=b></div>"),
            at_t(&json!({})),
            vec![Until("$.beside('#t')"), Js("document.querySelector('#b').append(document.querySelector('#t'))"), Until("$.box('#t').x > 700 && $.beside('#t')")],
        ),
        case(
            page("text", MIDDLE, "<button id=t>  New\n report </button><p>New report, please</p>"),
            at(&json!({ "text": "New report" }), &json!({})),
            vec![Until("$.beside('#t')")],
        ),
        case(
            page("role", MIDDLE, "<div role=button id=t aria-label='Open menu' tabindex=0>≡</div><button>Other</button>"),
            at(&json!({ "role": "button", "name": "Open menu" }), &json!({})),
            vec![Until("$.beside('#t')")],
        ),
        case(
            page("implied-role", MIDDLE, "<button id=t> <b>Open</b> menu</button><button>Other</button>"),
            at(&json!({ "role": "button", "name": "Open menu" }), &json!({})),
            vec![Until("$.beside('#t')")],
        ),
        case(
            page("nth", "li { width: 200px; margin: 30px }", "<ul><li class=row>One</li><li class=row id=t>Two</li><li class=row>Three</li></ul>"),
            at(&json!({ "css": ".row", "nth": 1 }), &json!({})),
            vec![Until("$.beside('#t')")],
        ),
        case(
            page("one-visible", MIDDLE, "<button class=go hidden>Hidden twin</button><button class=go id=t>Target</button>"),
            at(&json!({ "css": ".go" }), &json!({})),
            vec![Until("$.beside('#t')")],
        ),
        case(
            page("selector-list", MIDDLE, BUTTON),
            at(&json!({ "css": [".not-there", "#t"] }), &json!({})),
            vec![Until("$.beside('#t')")],
        ),
    ])
    .await
}

/// What becomes of a target that has a card, and the side of it then. Each follows the one before.
const MOVES: [(&str, &str); 9] = [
    ("", "bottom"),
    ("scrollTo(0, 120)", "bottom"),
    // There is no room below any longer.
    ("scrollTo(0, 0); t().style.top = '660px'", "top"),
    ("scrollTo(0, 300)", "bottom"),
    (
        "t().style.transition = 'left .3s'; t().style.left = '300px'",
        "bottom",
    ),
    (
        "t().style.transition = ''; t().style.height = '90px'",
        "bottom",
    ),
    (
        "const n = t().cloneNode(true); n.style.left = '520px'; t().replaceWith(n)",
        "bottom",
    ),
    (
        "const d = document.createElement('div'); d.style.cssText = 'position: absolute; left: 60px; top: 40px'; document.body.append(d); d.append(t())",
        "bottom",
    ),
    ("t().style.transform = 'scale(.5) rotate(10deg)'", "bottom"),
];

async fn a_card_follows_its_target(engine: Engine) -> Result<()> {
    let mut acts = Vec::new();
    for (act, side) in MOVES {
        let there = format!("$.beside('#t') && $.side() === '{side}'");
        acts.extend([Js(act), Until(there.leak())]);
    }
    acts.extend([
        Size(700, 600),
        Until("innerHeight === 600 && $.beside('#t') && $.side() === 'top'"),
    ]);
    let setup = Setup {
        size: (1000, 740),
        ..engine.into()
    };
    let css = "body { height: 2400px; margin: 0 } #t { position: absolute; left: 440px; top: 340px; width: 120px; height: 40px }";
    let host = Page {
        js: "window.t = () => document.querySelector('#t')",
        ..page("moves", css, BUTTON)
    };
    let tour = at_t(&json!({ "placement": "bottom" }));
    play_in(setup, vec![case(host, tour, acts)]).await
}

async fn a_frame_and_a_shadow_root_are_looked_into(engine: Engine) -> Result<()> {
    let shadow = "customElements.define('x-outer', class extends HTMLElement { connectedCallback() { this.attachShadow({ mode: 'open' }).append(document.createElement('x-inner')) } });
        customElements.define('x-inner', class extends HTMLElement { connectedCallback() { const b = document.createElement('button'); b.id = 's'; b.textContent = 'Deep'; this.attachShadow({ mode: 'open' }).append(b) } });
        window.deep = () => document.querySelector('x-outer').shadowRoot.querySelector('x-inner').shadowRoot.querySelector('#s');";
    let framed = "window.f = () => document.querySelector('iframe'); window.inner = () => f().contentDocument?.querySelector('#s');
        window.seen = () => { const i = inner()?.getBoundingClientRect(), o = f().getBoundingClientRect(); if (!i) return null; const k = o.width / f().offsetWidth;
            const b = { x: o.x + (f().clientLeft + i.x) * k, y: o.y + (f().clientTop + i.y) * k, width: i.width * k, height: i.height * k };
            return $.box(b) };";
    play(engine, vec![
        case(
            Page { js: shadow, ..page("shadow", "x-outer { display: block; margin: 200px }", "<x-outer></x-outer>") },
            at(&json!({ "within": ["x-outer", "x-inner"], "css": "#s" }), &json!({})),
            vec![Until("$.beside(deep())")],
        ),
        case(
            Page { js: framed, inner: "<p>In the frame</p><button id=s>Inner</button>", ..page("frame", "iframe { margin: 80px; padding: 10px; border: 7px solid; width: 500px; height: 300px }", "<iframe src=/frame/inner></iframe>") },
            at(&json!({ "within": ["iframe"], "css": "#s" }), &json!({ "advance": [{ "on": "click" }] })),
            vec![Until("seen() && $.beside({ ...seen(), x: seen().x + 10, y: seen().y + 10 })"), Js("inner().click()"), NoGuide("[data-banso-step]")],
        ),
        case(
            Page { js: framed, inner: "<p>In the frame</p><button id=s>Inner</button>", ..page("scaled-frame", "iframe { margin: 40px; border: 0; width: 600px; height: 400px; transform: scale(.6); transform-origin: 0 0 }", "<iframe src=/scaled-frame/inner></iframe>") },
            at(&json!({ "within": ["iframe"], "css": "#s" }), &json!({})),
            vec![Until("seen() && $.beside(seen())")],
        ),
        case(
            Page { js: framed, ..page("written-frame", "iframe { position: absolute; left: 40px; top: 60px; width: 260px; height: 160px; border: 5px solid } #s { margin: 50px 80px }", "<iframe srcdoc='<link rel=stylesheet href=/written-frame/style.css><button id=s>Inner</button>'></iframe>") },
            at(&json!({ "within": ["iframe"], "css": "#s" }), &json!({})),
            vec![Until("seen()?.x > 100 && $.beside(seen())")],
        ),
        case(
            Page { js: framed, inner: "<div id=tall><button id=s>Inner</button></div>", ..page("scrolled-frame", "#tall { height: 2000px; padding-top: 900px } iframe { margin: 40px; border: 0; width: 600px; height: 400px }", "<iframe src=/scrolled-frame/inner></iframe>") },
            at(&json!({ "within": ["iframe"], "css": "#s" }), &json!({})),
            vec![Until("seen() && seen().y < 400 && $.beside(seen())"), Js("f().contentWindow.scrollBy(0, 60)"), Until("$.beside(seen())")],
        ),
    ])
    .await
}

async fn a_card_has_room_in_any_viewport(engine: Engine) -> Result<()> {
    let long = "word ".repeat(400);
    let narrow = || {
        vec![
            case(
                page(
                    "narrow",
                    "#t { position: absolute; right: 4px; top: 300px; width: 44px; height: 44px }",
                    BUTTON,
                ),
                at_t(&json!({})),
                vec![Until(
                    "$.inView($.box($.card())) && $.apart($.box($.card()), $.box('#t')) && $.card().scrollWidth <= $.card().clientWidth",
                )],
            ),
            case(
                page(
                    "no-room",
                    "#t { position: absolute; left: 20px; top: 200px; width: 44px; height: 44px }",
                    BUTTON,
                ),
                at_t(&json!({ "body": { "en": long } })),
                // Its text scrolls in it, and its buttons can be reached.
                vec![
                    Until(
                        "$.inView($.box($.card())) && $.guide('.inner').scrollHeight > $.guide('.inner').clientHeight",
                    ),
                    ClickGuide("[data-banso-action=next]"),
                    NoGuide("[data-banso-step]"),
                ],
            ),
            case(
                page(
                    "turned",
                    "#t { position: absolute; left: 20px; top: 100px; width: 44px; height: 44px }",
                    BUTTON,
                ),
                at_t(&json!({})),
                vec![
                    Until("$.beside('#t') || $.inView($.box($.card()))"),
                    Size(740, 320),
                    Until(
                        "innerWidth === 740 && $.inView($.box($.card())) && $.apart($.box($.card()), $.box('#t'))",
                    ),
                ],
            ),
        ]
    };
    // 320 pixels wide is also what 1280 are at 400 %.
    let width = narrowest(engine, 320)?;
    for (size, scale) in [((width, 568), 2), ((640, 430), 2), ((640, 430), 1)] {
        let setup = Setup {
            size,
            scale,
            ..engine.into()
        };
        play_in(setup, narrow()).await?;
    }
    Ok(())
}

async fn a_target_that_goes_pauses_the_step_and_one_that_comes_back_goes_on(
    engine: Engine,
) -> Result<()> {
    const CARD: &str = "[data-banso-step=s]";
    let scroller = "#list { position: absolute; left: 100px; top: 100px; width: 400px; height: 300px; overflow: auto } #in { height: 3000px; padding-top: 100px } #t { width: 120px; height: 40px }";
    let listed = "<div id=list><div id=in><button id=t>Target</button></div></div>";
    let modal = "#cover { position: fixed; inset: 0; background: rgb(0 0 0 / .5); z-index: 1000 } #cover[hidden] { display: none }";
    play(engine, vec![
        case(
            page("hidden", MIDDLE, BUTTON),
            at_t(&json!({})),
            vec![Guide(CARD), Js("document.querySelector('#t').hidden = true"), NoGuide(CARD), Js("document.querySelector('#t').hidden = false"), Until("$.beside('#t')")],
        ),
        case(
            page("invisible", format!("{MIDDLE} .off {{ visibility: hidden }}"), "<div id=box><button id=t>Target</button></div>"),
            at_t(&json!({})),
            vec![Guide(CARD), Js("document.querySelector('#box').classList.add('off')"), NoGuide(CARD), Js("document.querySelector('#box').classList.remove('off')"), Until("$.beside('#t')")],
        ),
        case(
            page("removed", MIDDLE, BUTTON),
            at_t(&json!({})),
            vec![Guide(CARD), Js("window.kept = document.querySelector('#t'); kept.remove()"), NoGuide(CARD), Js("document.body.append(kept)"), Until("$.beside('#t')")],
        ),
        case(
            page("parent-hidden", MIDDLE, BUTTON),
            at_t(&json!({})),
            vec![Guide(CARD), Js("window.around = document.createElement('div'); document.body.append(around); around.append(document.querySelector('#t')); around.hidden = true"), NoGuide(CARD), Js("around.hidden = false"), Until("$.beside('#t')")],
        ),
        case(
            page("scrolled-away", scroller, listed),
            at_t(&json!({})),
            vec![Until("$.beside('#t')"), Js("document.querySelector('#list').scrollTo(0, 1200)"), NoGuide(CARD), Js("document.querySelector('#list').scrollTo(0, 0)"), Until("$.beside('#t') && $.lit('#t', 4)")],
        ),
        case(
            page("half-clipped", scroller, listed),
            at_t(&json!({})),
            vec![Until("$.beside('#t')"), Js("document.querySelector('#list').scrollTo(0, 120)"), Until("$.guide('[data-banso-step=s]') && $.near($.hole().y, 100, 5) && $.hole().height < 35")],
        ),
        case(
            page("page-scrolled", "body { height: 5000px } #t { position: absolute; top: 300px; left: 300px; width: 120px; height: 40px }", BUTTON),
            at_t(&json!({})),
            vec![Until("$.beside('#t')"), Js("scrollTo(0, 2000)"), NoGuide(CARD), Js("scrollTo(0, 0)"), Until("$.beside('#t')")],
        ),
        case(
            page("covered", format!("{MIDDLE} {modal}"), "<button id=t>Target</button><div id=cover hidden><button id=ok>OK</button></div>"),
            at_t(&json!({})),
            vec![Until("$.beside('#t')"), Js("document.querySelector('#cover').hidden = false"), NoGuide(CARD), Click("#ok"), Js("document.querySelector('#cover').hidden = true"), Until("$.beside('#t')")],
        ),
        case(
            Page {
                js: "setInterval(() => { if (window.halt) return; const b = document.createElement('button'); b.id = 't'; b.textContent = 'Target'; document.querySelector('#list').replaceChildren(b) }, 100)",
                ..page("re-rendered", MIDDLE, "<div id=list></div>")
            },
            at_t(&json!({})),
            vec![
                Until("$.beside('#t')"),
                // Two seconds of it: the card is never hidden, and stays at its target.
                Js("window.toggles = 0; window.off = 0; $.card().addEventListener('toggle', () => toggles++); const until = performance.now() + 2000; const look = () => { if (!$.card()) off++; if (performance.now() < until) requestAnimationFrame(look); else window.looked = true }; look()"),
                Until("window.looked"),
                Until("toggles === 0 && off === 0 && $.beside('#t')"),
            ],
        ),
        case(
            Page {
                js: "const list = document.querySelector('#list'), rows = document.querySelector('#rows');
                     const draw = () => { const first = Math.floor(list.scrollTop / 40); rows.replaceChildren(...Array.from({ length: 10 }, (_, i) => { const b = document.createElement('button'); b.className = 'row'; b.dataset.row = first + i; b.textContent = 'Row ' + (first + i); return b }));
                       const s = new CSSStyleSheet(); s.replaceSync('#rows { transform: translateY(' + first * 40 + 'px) }'); document.adoptedStyleSheets = [s] };
                     list.addEventListener('scroll', draw); draw()",
                ..page("virtual", "#list { position: absolute; left: 100px; top: 100px; width: 300px; height: 320px; overflow: auto } #in { height: 40000px } .row { display: block; height: 40px; width: 200px }", "<div id=list><div id=in><div id=rows></div></div></div>")
            },
            at(&json!({ "css": "[data-row='5']" }), &json!({})),
            vec![Until("$.beside('[data-row=\"5\"]')"), Js("document.querySelector('#list').scrollTo(0, 8000)"), NoGuide(CARD), Js("document.querySelector('#list').scrollTo(0, 0)"), Until("$.beside('[data-row=\"5\"]')")],
        ),
        case(
            page("ambiguous", "button { margin: 20px }", "<button class=go>One</button>"),
            at(&json!({ "css": ".go" }), &json!({})),
            vec![Guide(CARD), Js("window.twin = document.querySelector('.go').cloneNode(); twin.textContent = 'Two'; document.body.append(twin)"), Until("$.beside('.go')")],
        ),
        case(
            Page { js: "banso('on', 'missing', d => (window.missing ||= []).push(d))", ..page("late", MIDDLE, "<p>Wait</p>") },
            at_t(&json!({ "missing": { "wait": "1s", "then": "pause" } })),
            vec![
                Until("window.missing?.length === 1"),
                Js("const b = document.createElement('button'); b.id = 't'; b.textContent = 'Late'; document.body.append(b)"),
                Until("$.beside('#t')"),
                Until("missing.length === 1"),
            ],
        ),
    ])
    .await
}

async fn the_spotlight_lights_and_lets_through_what_the_step_says(engine: Engine) -> Result<()> {
    let html = "<button id=t>Target</button><button id=o>Other</button>";
    let css = format!("{MIDDLE} #o {{ position: absolute; left: 100px; top: 100px }}");
    let js = "window.hits = []; addEventListener('click', e => hits.push(e.target.id))";
    let host = |name| Page {
        js,
        ..page(name, css.as_str(), html)
    };
    play(engine, vec![
        case(
            host("padded"),
            at_t(&json!({ "backdrop": "spotlight", "padding": 12, "radius": 20 })),
            vec![Until("$.beside('#t') && $.lit('#t', 12) && getComputedStyle($.root().querySelector('.hole')).borderRadius === '20px'")],
        ),
        case(host("allow"), at_t(&json!({ "interact": "allow" })), vec![Until("$.beside('#t')"), Click("#t"), Click("#o"), Until("hits.join() === 't,o'")]),
        case(
            host("target"),
            at_t(&json!({ "interact": "target" })),
            vec![Until("$.beside('#t') && $.reaches('#t') && !$.reaches('#o')"), Click("#t"), Until("hits.join() === 't'")],
        ),
        case(
            host("block"),
            at_t(&json!({ "interact": "block" })),
            vec![Until("$.beside('#t') && !$.reaches('#t') && !$.reaches('#o')")],
        ),
        case(
            Page { js, ..page("scrolls", "body { height: 4000px; margin: 0 }", "<p>Long</p>") },
            json!({ "kind": "tour", "steps": [{ "id": "s", "kind": "modal", "title": { "en": "Hello" } }] }),
            // The page's own scrolling is never locked: nothing of the host's is changed for it.
            vec![Guide("[data-banso-step=s]"), Js("scrollTo(0, 500)"), Until("scrollY === 500 && !document.documentElement.hasAttribute('style') && !document.body.hasAttribute('style') && !document.body.className")],
        ),
    ])
    .await
}
