//! Guides for anyone: another direction of writing, texts twice as long, fingers instead of a mouse.

use anyhow::Result;
use banso_tests::browser::{Engine, Setup};
use banso_tests::host::Page;
use banso_tests::in_each_engine;
use serde_json::{Value, json};

use crate::case::{Act, Case, narrowest, play_in, play_with};
use Act::{ClickGuide, Guide, Js, NoGuide, Swipe, Tap, Type, Until};

in_each_engine!(
    arabic_is_laid_out_from_right_to_left,
    long_texts_are_never_cut_off,
);

const MIDDLE: &str =
    "#t { position: absolute; left: 600px; top: 300px; width: 120px; height: 40px }";
const BUTTON: &str = "<h1>Product</h1><button id=t>Target</button>";

fn page(name: &'static str, css: &str, html: &'static str, js: &'static str) -> Page {
    Page {
        name,
        css: css.to_owned(),
        html,
        js,
        ..Page::default()
    }
}

async fn arabic_is_laid_out_from_right_to_left(engine: Engine) -> Result<()> {
    let ar = |text: &str| json!({ "ar": text, "en": "In English" });
    let steps = json!([
        { "id": "s", "target": { "css": "#t" }, "placement": "start", "title": ar("ابدأ من هنا"), "body": ar("اضغط **تقرير جديد** لإنشاء أول تقرير.") },
        { "id": "end", "kind": "modal", "title": ar("أحسنت") },
    ]);
    let tour = json!({ "kind": "tour", "steps": steps });
    let survey = json!({ "kind": "survey", "questions": [{ "id": "score", "type": "nps", "ask": ar("هل توصي بنا؟"), "low": ar("لا"), "high": ar("نعم") }] });
    let banner = json!({ "kind": "banner", "body": ar("صيانة الليلة."), "buttons": [{ "label": ar("التفاصيل"), "do": ["close"] }] });
    // The nearest language of the workspace is taken.
    let speak = "banso('locale', 'ar-EG')";
    let cases = vec![
        Case {
            page: page("rtl-tour", MIDDLE, BUTTON, speak),
            guide: tour,
            acts: vec![
                Until(
                    "$.guide('h2').textContent === 'ابدأ من هنا' && getComputedStyle($.card()).direction === 'rtl' && $.card().closest('[lang]').lang === 'ar'",
                ),
                // The start is on the right.
                Until("$.beside('#t') && $.side() === 'right'"),
                Until(
                    "$.box($.guide('.close')).cx < $.box($.card()).cx && $.box($.guide('[data-banso-action=next]')).cx < $.box($.card()).cx && $.box($.guide('.count')).cx > $.box($.card()).cx",
                ),
                ClickGuide("[data-banso-action=next]"),
                Until("$.guide('[data-banso-step=end] h2')?.textContent === 'أحسنت'"),
            ],
        },
        Case {
            page: page("rtl-survey", "", BUTTON, speak),
            guide: survey,
            acts: vec![
                Guide("[data-banso-option='0']"),
                Until(
                    "$.box($.guide('label:has([data-banso-option=\"0\"])')).cx > $.box($.guide('label:has([data-banso-option=\"10\"])')).cx",
                ),
            ],
        },
        Case {
            page: page("rtl-banner", "", BUTTON, speak),
            guide: banner,
            acts: vec![Until(
                "$.box($.guide('.close')).cx < 100 && $.box($.guide('.text')).right > innerWidth - 60",
            )],
        },
    ];
    play_with(
        engine.into(),
        |workspace| workspace["locales"] = json!(["en", "ar"]),
        cases,
    )
    .await
}

/// Every kind with texts that do not end, in a narrow window: nothing is cut off and nothing lies over anything else.
async fn long_texts_are_never_cut_off(engine: Engine) -> Result<()> {
    let word = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen";
    let long = json!({ "en": format!("{word} {} {word}", "and many more words than anybody planned for".repeat(2)),
        "ja": "お客様の利用状況に合わせた次の一歩をご案内するための設定をここから始めることができますので、まずは新しいレポートを作成してください。".repeat(2) });
    let button = json!({ "label": long, "do": ["close"] });
    let kinds = [
        (
            "long-tour",
            json!({ "kind": "tour", "steps": [{ "id": "s", "target": { "css": "#t" }, "title": long, "body": long, "buttons": [button, button] }] }),
        ),
        (
            "long-modal",
            json!({ "kind": "announcement", "title": long, "body": long, "buttons": [button] }),
        ),
        (
            "long-corner",
            json!({ "kind": "announcement", "position": "corner", "title": long, "body": long }),
        ),
        (
            "long-top",
            json!({ "kind": "banner", "body": long, "buttons": [button] }),
        ),
        (
            "long-options",
            json!({ "kind": "announcement", "title": long, "options": [{ "id": "a", "label": long, "body": long, "do": ["close"] }, { "id": "b", "label": long, "do": ["close"] }] }),
        ),
        (
            "long-survey",
            json!({ "kind": "survey", "questions": [{ "id": "q", "type": "choice", "ask": long, "options": [{ "id": "a", "label": long, "body": long }, { "id": "b", "label": long }] }] }),
        ),
        (
            "long-nps",
            json!({ "kind": "survey", "questions": [{ "id": "q", "type": "nps", "ask": long, "low": long, "high": long }] }),
        ),
    ];
    let whole = "(() => { const c = $.card(); if (!c) return false; const k = $.box(c);
        return $.inView(k) && [...c.querySelectorAll('h2, p, button, label, .buttons, .ends, .inner')].every(e => { const r = $.box(e); return r.width === 0 || r.x >= k.x - 1 && r.right <= k.right + 1 && e.scrollWidth <= Math.ceil(r.width) + 1 }) })()";
    let width = narrowest(engine, 320)?;
    for locale in ["en", "ja"] {
        let speak: &'static str = if locale == "ja" {
            "banso('locale', 'ja')"
        } else {
            ""
        };
        let cases = kinds
            .iter()
            .map(|(name, guide)| Case {
                page: page(name, "#t { margin: 250px 20px }", BUTTON, speak),
                guide: guide.clone(),
                acts: vec![
                    Until(whole),
                    Until("document.documentElement.scrollWidth <= innerWidth"),
                ],
            })
            .collect();
        let setup = Setup {
            size: (width, 640),
            ..engine.into()
        };
        play_with(
            setup,
            |workspace| workspace["locales"] = json!(["en", "ja"]),
            cases,
        )
        .await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_finger_scrolls_the_page_and_a_field_keeps_its_keyboard() -> Result<()> {
    let tall = "body { height: 4000px; margin: 0 } #t { position: absolute; left: 40px; top: 120px; width: 120px; height: 40px }";
    let step = |more: Value| {
        let mut step = json!({ "id": "s", "target": { "css": "#t" }, "backdrop": "spotlight", "title": { "en": "Here" } });
        for (name, value) in more.as_object().into_iter().flatten() {
            step[name] = value.clone();
        }
        json!({ "kind": "tour", "steps": [step, { "id": "two", "target": { "css": "#o" }, "title": { "en": "Then here" } }] })
    };
    let field = "<input id=t><button id=o>Other</button>";
    let setup = Setup {
        size: (360, 740),
        switches: vec!["--touch-events=enabled"],
        ..Setup::default()
    };
    play_in(
        setup,
        vec![
            Case {
                page: page("swipe-page", tall, BUTTON, ""),
                guide: step(json!({})),
                acts: vec![Guide("[data-banso-step=s]"), Swipe(180, 600), Until("scrollY > 100")],
            },
            Case {
                page: page("swipe-shield", tall, BUTTON, ""),
                guide: json!({ "kind": "tour", "steps": [{ "id": "s", "kind": "modal", "title": { "en": "Hello" } }] }),
                acts: vec![Guide("[data-banso-step=s]"), Swipe(180, 680), Until("scrollY > 100")],
            },
            Case {
                page: page("tap-field", tall, field, ""),
                guide: step(json!({ "advance": [{ "on": "input", "matches": "^abc$" }] })),
                acts: vec![
                    Guide("[data-banso-step=s]"),
                    Tap("#t"),
                    Until("document.activeElement.id === 't'"),
                    Type("abc"),
                    Guide("[data-banso-step=two]"),
                    // The next step leaves the focus where somebody types.
                    Type("def"),
                    Until("document.querySelector('#t').value === 'abcdef' && document.activeElement.id === 't'"),
                ],
            },
            Case {
                page: page("survey-field", tall, field, ""),
                guide: json!({ "kind": "survey", "questions": [{ "id": "why", "type": "text", "ask": { "en": "Why?" } }] }),
                acts: vec![
                    Guide("[data-banso-step=why]"),
                    ClickGuide("textarea"),
                    Type("So"),
                    Js("window.kept = $.root().activeElement; banso('track', 'anything'); banso('locale', 'en')"),
                    Type("!"),
                    Until("$.guide('textarea').value === 'So!' && $.root().activeElement === kept"),
                    ClickGuide("[data-banso-action=next]"),
                    NoGuide("[data-banso-step=why]"),
                ],
            },
        ],
    )
    .await
}
