use super::*;
use crate::config::GuideFile;

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
    let compiled = guide(&read(TOUR), "en", &[]).expect("JSON").expect("shown");
    assert_eq!(compiled.guide.title.len(), 2);
    let compiled::Content::Tour(steps) = &compiled.guide.content else {
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
        let compiled = guide(&read(json), locale, &[])
            .expect("JSON")
            .expect("shown");
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
            r#"{"question/why":{"any":[{"answer":"nps/score","lte":6},{"answer":"other/x","exists":true}]}}"#,
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
fn kinds_that_are_not_shown_yet_are_not_compiled() {
    let banner = r#"{ "version": 1, "id": "m", "kind": "banner", "body": {"en": "x"} }"#;
    assert_eq!(guide(&read(banner), "en", &[]).expect("JSON"), None);
    assert!(!is_shown(read(banner).kind()));
}
