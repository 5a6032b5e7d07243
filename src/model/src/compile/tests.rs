use super::*;
use crate::config::GuideFile;
use crate::guide::{AdvanceOn, Backdrop, Esc, Interact};

fn read(json: &str) -> Guide {
    serde_json::from_str::<GuideFile>(json).expect(json).into()
}

const TOUR: &str = r##"{ "version": 1, "id": "first", "kind": "tour", "stage": ["setup"],
    "title": {"en": "Hello {{user.name|there}}", "ja": "こんにちは"},
    "show": {"when": {"page": "/reports/*"}, "start": "auto", "delay": "1s", "repeat": {"every": "90d", "times": 2}},
    "steps": [
        { "id": "a", "target": {"css": "#new"}, "body": {"en": "**Go**"}, "when": {"device": "desktop"} },
        { "id": "b", "kind": "modal", "title": {"en": "Done"}, "advance": [{"on": "click"}], "esc": "none",
          "buttons": [ {"label": {"en": "Share {{account.name|}}"}, "do": ["close"]}, {"label": {"en": "Later"}, "do": ["snooze"]} ] } ] }"##;

#[test]
fn a_tour_has_its_defaults_filled_in() {
    let compiled = guide(&read(TOUR), "en", &[]).expect("JSON");
    assert_eq!(compiled.guide.title.len(), 2);
    let compiled::Content::Steps(steps) = &compiled.guide.content else {
        panic!("a tour");
    };
    let said: Vec<_> = steps
        .iter()
        .map(|step| {
            let advance: Vec<_> = step.advance.iter().map(|advance| advance.on).collect();
            (
                step.backdrop,
                step.interact,
                step.esc,
                step.missing.wait_ms,
                advance,
            )
        })
        .collect();
    assert_eq!(
        said,
        [
            (
                Backdrop::None,
                Interact::Allow,
                Esc::Close,
                6000,
                vec![AdvanceOn::Next]
            ),
            (
                Backdrop::Dim,
                Interact::Block,
                Esc::None,
                6000,
                vec![AdvanceOn::Click]
            ),
        ]
    );
    let primary: Vec<_> = steps[1]
        .buttons
        .iter()
        .map(|button| button.primary)
        .collect();
    assert_eq!(primary, [true, false]);
    assert_eq!(
        compiled.variables.into_iter().collect::<Vec<_>>(),
        ["account.name", "user.name"]
    );
}

#[test]
fn the_hash_stands_for_the_content() {
    let hash = |json: &str, locale: &str| {
        let compiled = guide(&read(json), locale, &[]).expect("JSON");
        assert_eq!(compiled.hash.len(), 16);
        compiled.hash
    };
    assert_eq!(hash(TOUR, "en"), hash(TOUR, "en"));
    assert_ne!(hash(TOUR, "en"), hash(TOUR, "ja"));
    assert_ne!(hash(TOUR, "en"), hash(&TOUR.replace("**Go**", "Go"), "en"));
    // Conditions are not in the compiled guide, so they do not change it.
    assert_eq!(
        hash(TOUR, "en"),
        hash(&TOUR.replace("/reports/*", "/other"), "en")
    );
}

#[test]
fn conditions_are_returned_by_their_place() {
    for (json, expected) in [
        (
            TOUR,
            r#"{"show":{"all":[{"stage":"setup"},{"page":"/reports/*"}]},"step/a":{"device":"desktop"}}"#,
        ),
        (
            r#"{ "version": 1, "id": "list", "kind": "checklist", "title": {"en": "x"}, "stage": ["setup"], "items": [
                { "id": "a", "title": {"en": "x"}, "done": {"guide": "first", "state": "done"} },
                { "id": "b", "title": {"en": "x"} } ] }"#,
            r#"{"item/a":{"guide":"first","state":"done"},"show":{"stage":"setup"}}"#,
        ),
        (
            r#"{ "version": 1, "id": "nps", "kind": "survey", "questions": [
                { "id": "score", "type": "nps", "ask": {"en": "x"} },
                { "id": "why", "type": "text", "ask": {"en": "x"}, "when": {"any": [{"answer": "score", "lte": 6}, {"answer": "other/x", "exists": true}]} } ] }"#,
            r#"{"step/why":{"any":[{"answer":"nps/score","lte":6},{"answer":"other/x","exists":true}]}}"#,
        ),
    ] {
        let got = serde_json::to_string(&conditions(&read(json))).expect("JSON");
        assert_eq!(got, expected, "{json}");
    }
}

#[test]
fn an_entry_says_how_a_guide_starts() {
    let entry = entry(&read(TOUR), "0123456789abcdef".to_owned());
    assert_eq!(
        (entry.start, entry.delay_ms, entry.snooze_ms, entry.repeat),
        (
            wire::Start::Auto,
            1000,
            86_400_000,
            Repeat::Every {
                ms: 7_776_000_000,
                times: Some(2)
            }
        )
    );
}

#[test]
fn every_kind_is_cards() {
    for (json, expected) in [
        (
            r#""kind": "announcement", "title": {"en": "New"}, "position": "corner""#,
            "card Corner title",
        ),
        (
            r#""kind": "announcement", "title": {"en": "First?"}, "options": [{"id": "a", "label": {"en": "A"}, "do": ["close"]}]"#,
            "choice Modal title one:a",
        ),
        (r#""kind": "banner", "body": {"en": "x"}"#, "card Top body"),
        (
            r#""kind": "banner", "body": {"en": "x"}, "sticky": false"#,
            "card Static body",
        ),
        (
            r##""kind": "banner", "body": {"en": "x"}, "position": "inline", "target": {"css": "#a"}"##,
            "card Inline body target",
        ),
        (
            r##""kind": "hotspot", "title": {"en": "x"}, "target": {"css": "#a"}"##,
            "card Pulse title target",
        ),
        (
            r#""kind": "survey", "body": {"en": "About you"}, "questions": [
                {"id": "score", "type": "nps", "ask": {"en": "?"}, "required": true},
                {"id": "why", "type": "choice", "many": true, "ask": {"en": "?"}, "options": [{"id": "a", "label": {"en": "A"}}, {"id": "b", "label": {"en": "B"}}]},
                {"id": "text", "type": "text", "ask": {"en": "?"}, "max": 10}]"#,
            "score Modal title body scale:0..10! | why Modal title many:a,b | text Modal title text:10 | thanks Modal body",
        ),
    ] {
        let json = format!(r#"{{"version": 1, "id": "g", {json}}}"#);
        let compiled = guide(&read(&json), "en", &[]).expect("JSON");
        let compiled::Content::Steps(steps) = compiled.guide.content else {
            panic!("cards");
        };
        let said: Vec<String> = steps.iter().map(summary).collect();
        assert_eq!(said.join(" | "), expected, "{json}");
    }
}

fn summary(step: &compiled::Step) -> String {
    let mut said = format!("{} {:?}", step.id, step.kind);
    for (part, is_there) in [
        (" title", !step.title.is_empty()),
        (" body", !step.body.is_empty()),
        (" target", step.target.is_some()),
    ] {
        said.push_str(if is_there { part } else { "" });
    }
    if let Some(asks) = &step.question {
        let options: Vec<_> = asks
            .options
            .iter()
            .map(|option| option.id.as_str())
            .collect();
        said.push_str(&match asks.answer {
            compiled::AnswerKind::Scale => format!(" scale:{}..{}", asks.min, asks.max),
            compiled::AnswerKind::One => format!(" one:{}", options.join(",")),
            compiled::AnswerKind::Many => format!(" many:{}", options.join(",")),
            compiled::AnswerKind::Text => format!(" text:{}", asks.max),
        });
        said.push_str(if asks.required { "!" } else { "" });
    }
    said
}
