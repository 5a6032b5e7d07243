//! A card is beside its target, wherever that is and whatever becomes of it.

use anyhow::{Context as _, Result};
use banso_tests::browser::{Browser, Engine};
use banso_tests::in_each_engine;
use banso_tests::site::Site;
use serde_json::{Value, json};

in_each_engine!(
    a_card_is_on_the_side_that_has_room,
    a_card_follows_its_target,
    a_card_finds_targets_of_every_sort,
    a_card_waits_for_a_target_that_is_away,
);

/// Targets in the corners and the middle of a page that is longer and wider than its viewport.
const PAGE: &str = "<style>
        body { margin: 0; height: 2400px } .box { position: absolute; width: 120px; height: 40px }
        #middle { left: 440px; top: 340px } #top { left: 440px; top: 0 } #bottom { left: 440px; top: 700px }
        #left { left: 0; top: 340px } #right { left: 880px; top: 340px } #tall { left: 440px; top: 0; height: 738px }
        #scroller { position: absolute; left: 100px; top: 420px; width: 300px; height: 200px; overflow: auto }
        #long { height: 900px; padding-top: 120px } #moved { transform: translate(40px, 30px) scale(1.5); left: 600px; top: 200px }
        #fixed { position: fixed; right: 20px; bottom: 20px; left: auto; top: auto } svg { position: absolute; left: 700px; top: 480px }
        iframe { position: absolute; left: 40px; top: 60px; width: 260px; height: 160px; border: 5px solid }
    </style>
    <button class=box id=middle>Middle</button> <button class=box id=top>Top</button> <button class=box id=bottom>Bottom</button>
    <button class=box id=left>Left</button> <button class=box id=right>Right</button> <div class=box id=tall></div>
    <div id=scroller><div id=long><button id=inside>Inside</button></div></div>
    <button class=box id=moved>Moved</button> <button class=box id=fixed>Fixed</button>
    <svg width=120 height=80><g transform='rotate(20 60 40)'><rect id=shape x=30 y=20 width=60 height=30 /></g></svg>
    <iframe srcdoc=\"<button id=framed style='margin: 50px 80px'>Framed</button>\"></iframe>
    <x-open></x-open>
    <script>const tree = document.querySelector('x-open').attachShadow({ mode: 'open' });
        tree.innerHTML = '<button id=deep style=\"position: absolute; left: 500px; top: 500px\">Deep</button>'</script>";

/// The viewport of all of these tests.
const SIZE: (u32, u32) = (1000, 740);

/// A tour of one step for each target and placement, shown when it is asked for.
fn guide(id: &str, target: &Value, placement: &str) -> Value {
    json!({
        "version": 1, "id": id, "kind": "tour", "title": { "en": "A step" }, "show": { "start": "api", "repeat": "always" },
        "steps": [{ "id": "step", "target": target, "placement": placement,
            "title": { "en": "Here" }, "body": { "en": "This is what it is about." } }],
    })
}

/// Fails unless the card comes to rest beside what `target`, a JavaScript expression, is: on that side, in the viewport,
/// with the arrow at the target's middle.
async fn beside(browser: &Browser, target: &str, side: &str) -> Result<()> {
    let measure = format!(
        "const card = [...document.querySelector('banso-root')?.shadowRoot.querySelectorAll('.card') ?? []].find(e => e.checkVisibility());
         const target = {target};
         if (!card || !target) return null;
         const frame = target.ownerDocument.defaultView.frameElement, f = frame?.getBoundingClientRect();
         const by = frame ? [f.x + frame.clientLeft, f.y + frame.clientTop] : [0, 0];
         const inner = target.getBoundingClientRect(), c = card.getBoundingClientRect();
         const a = card.querySelector('.arrow').getBoundingClientRect();
         const t = new DOMRect(inner.x + by[0], inner.y + by[1], inner.width, inner.height);
         const middle = r => [r.x + r.width / 2, r.y + r.height / 2];
         const across = /top|bottom/.test(card.dataset.side) ? 0 : 1;
         return {{
             side: card.dataset.side,
             gap: {{ top: t.top - c.bottom, bottom: c.top - t.bottom, left: t.left - c.right, right: c.left - t.right }}[card.dataset.side],
             inside: c.left >= 0 && c.top >= 0 && c.right <= innerWidth && c.bottom <= innerHeight,
             off: middle(a)[across] - middle(t)[across],
             card: [c.x, c.y, c.width, c.height], target: [t.x, t.y, t.width, t.height],
         }}"
    );
    let holds = format!(
        "const m = (() => {{ {measure} }})();
         return m && m.side === '{side}' && m.inside && m.gap >= 10 && m.gap <= 14 && Math.abs(m.off) <= 1.5"
    );
    let waited = browser
        .until_js(&format!("the card {side} of {target}"), &holds)
        .await;
    match waited {
        Ok(_) => Ok(()),
        Err(error) => {
            let measured = browser.js(&measure).await?;
            Err(error.context(format!("it is {measured}")))
        }
    }
}

fn by_id(id: &str) -> String {
    format!("document.querySelector('#{id}')")
}

async fn show(browser: &Browser, id: &str) -> Result<()> {
    browser
        .js(&format!("banso('hide'); banso('show', '{id}')"))
        .await
        .map(drop)
}

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
    let guides: Vec<Value> = SIDES
        .iter()
        .map(|(target, placement, _)| {
            let css = json!({ "css": format!("#{target}") });
            guide(&format!("{target}-{placement}"), &css, placement)
        })
        .collect();
    let site = Site::with_guides("", PAGE, &json!([]), &guides)?;
    Browser::run(engine, async |browser| {
        browser.resize(SIZE).await?;
        site.visit(browser, "/").await?;
        for (target, placement, side) in SIDES {
            show(browser, &format!("{target}-{placement}")).await?;
            beside(browser, &by_id(target), side)
                .await
                .with_context(|| format!("{placement} of {target}"))?;
        }
        browser.clean(&[]).await
    })
    .await
}

/// What becomes of a target that has a card, and the side of it then. Each follows the one before.
const MOVES: [(&str, &str, &str); 9] = [
    ("it is there", "", "bottom"),
    ("the page scrolls", "scrollTo(0, 120)", "bottom"),
    ("the page scrolls until there is no room below", "scrollTo(0, 0); document.querySelector('#middle').style.top = '660px'", "top"),
    ("the page scrolls back", "scrollTo(0, 300)", "bottom"),
    ("it moves by a transition", "const s = document.querySelector('#middle').style; s.transition = 'left .3s'; s.left = '300px'", "bottom"),
    ("something grows above it", "const s = document.querySelector('#middle').style; s.transition = ''; s.height = '90px'", "bottom"),
    ("it is drawn again elsewhere", "const e = document.querySelector('#middle'), n = e.cloneNode(true); n.style.left = '520px'; e.replaceWith(n)", "bottom"),
    ("it goes into another element", "const d = document.createElement('div'); d.style.cssText = 'position: absolute; left: 60px; top: 40px';
        document.body.append(d); d.append(document.querySelector('#middle'))", "bottom"),
    ("it is scaled", "document.querySelector('#middle').style.transform = 'scale(.5) rotate(10deg)'", "bottom"),
];

async fn a_card_follows_its_target(engine: Engine) -> Result<()> {
    let target = json!({ "css": "#middle" });
    let site = Site::with_guides("", PAGE, &json!([]), &[guide("g", &target, "bottom")])?;
    Browser::run(engine, async |browser| {
        browser.resize(SIZE).await?;
        site.visit(browser, "/").await?;
        show(browser, "g").await?;
        for (what, act, side) in MOVES {
            browser.js(act).await?;
            beside(browser, &by_id("middle"), side)
                .await
                .context(what)?;
        }
        browser.resize((700, 600)).await?;
        beside(browser, &by_id("middle"), "top")
            .await
            .context("the window gets too small for it to stay below")?;
        browser.clean(&[]).await
    })
    .await
}

async fn a_card_finds_targets_of_every_sort(engine: Engine) -> Result<()> {
    // How a step finds it, how the test does, and the side.
    let sorts = [
        (
            "scrolled",
            json!({ "css": "#inside" }),
            by_id("inside"),
            "bottom",
        ),
        (
            "transformed",
            json!({ "css": "#moved" }),
            by_id("moved"),
            "bottom",
        ),
        ("fixed", json!({ "css": "#fixed" }), by_id("fixed"), "top"),
        ("svg", json!({ "css": "#shape" }), by_id("shape"), "bottom"),
        (
            "text",
            json!({ "text": "Middle" }),
            by_id("middle"),
            "bottom",
        ),
        (
            "role",
            json!({ "role": "button", "name": "Left" }),
            by_id("left"),
            "bottom",
        ),
        (
            "framed",
            json!({ "css": "#framed", "within": ["iframe"] }),
            "document.querySelector('iframe').contentDocument.querySelector('#framed')".to_owned(),
            "bottom",
        ),
        (
            "shadowed",
            json!({ "css": "#deep", "within": ["x-open"] }),
            "document.querySelector('x-open').shadowRoot.querySelector('#deep')".to_owned(),
            "bottom",
        ),
    ];
    let guides: Vec<Value> = sorts
        .iter()
        .map(|(id, target, _, _)| guide(id, target, "bottom"))
        .collect();
    let site = Site::with_guides("", PAGE, &json!([]), &guides)?;
    Browser::run(engine, async |browser| {
        browser.resize(SIZE).await?;
        site.visit(browser, "/").await?;
        for (id, _, target, side) in &sorts {
            show(browser, id).await?;
            beside(browser, target, side).await.context(*id)?;
        }
        // Where its scroller moves it, the card goes with it.
        show(browser, "scrolled").await?;
        beside(browser, &by_id("inside"), "bottom").await?;
        browser
            .js("document.querySelector('#scroller').scrollTop = 60")
            .await?;
        beside(browser, &by_id("inside"), "bottom").await?;
        browser.clean(&[]).await
    })
    .await
}

/// Ways for a target to go, and to come back.
const ABSENCES: [(&str, &str, &str); 4] = [
    (
        "it is not drawn",
        "document.querySelector('#middle').style.display = 'none'",
        "document.querySelector('#middle').style.display = ''",
    ),
    (
        "it is invisible",
        "document.querySelector('#middle').style.visibility = 'hidden'",
        "document.querySelector('#middle').style.visibility = ''",
    ),
    (
        "it is removed",
        "window.kept = document.querySelector('#middle'); kept.remove()",
        "document.body.append(kept)",
    ),
    (
        "its parent is hidden",
        "const d = document.createElement('div'); d.id = 'around'; document.body.append(d); d.append(document.querySelector('#middle')); d.hidden = true",
        "document.querySelector('#around').hidden = false",
    ),
];

async fn a_card_waits_for_a_target_that_is_away(engine: Engine) -> Result<()> {
    let target = json!({ "css": "#middle" });
    let site = Site::with_guides("", PAGE, &json!([]), &[guide("g", &target, "bottom")])?;
    Browser::run(engine, async |browser| {
        browser.resize(SIZE).await?;
        site.visit(browser, "/").await?;
        show(browser, "g").await?;
        for (what, away, back) in ABSENCES {
            beside(browser, &by_id("middle"), "bottom")
                .await
                .context(what)?;
            browser.js(away).await?;
            browser.no_guide(".card").await.context(what)?;
            browser.js(back).await?;
            beside(browser, &by_id("middle"), "bottom")
                .await
                .context(what)?;
        }
        browser.clean(&[]).await
    })
    .await
}
