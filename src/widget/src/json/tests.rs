use banso_model::condition::Condition;
use banso_model::guide::Guide;
use banso_model::value::Value;
use banso_model::wire::{SessionAnswer, SessionRequest};
use banso_model::words::Words;
use proptest::prelude::*;

use super::{read, write};

/// Anything JSON may hold, as this crate writes it.
fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i32>().prop_map(|number| Value::Number(f64::from(number))),
        // Eighths, since others are read by serde_json only roughly.
        any::<i32>().prop_map(|number| Value::Number(f64::from(number) / 8.0)),
        any::<String>().prop_map(Value::Text),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::List),
            prop::collection::vec((any::<String>(), inner), 0..5)
                .prop_map(|members| Value::Map(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_here_and_elsewhere(value in any_value()) {
        let text = write(&value);
        prop_assert_eq!(read::<Value>(&text), Some(value.clone()), "{}", text);
        prop_assert_eq!(serde_json::from_str::<Value>(&text).ok(), Some(value), "{}", text);
    }

    #[test]
    fn what_is_written_elsewhere_is_read_here(value in any_value()) {
        let text = serde_json::to_string_pretty(&value).expect("JSON");
        prop_assert_eq!(read::<Value>(&text), Some(value), "{}", text);
    }

    #[test]
    fn numbers_are_kept(number in any::<f64>().prop_filter("finite", |number| number.is_finite())) {
        prop_assert_eq!(read::<Value>(&write(&number)), Some(Value::Number(number)));
    }

    #[test]
    fn whatever_is_read_does_no_harm(text in r#"[\[\]{}",:\\a-u0-9.eE+ -]{0,60}"#) {
        if let Some(value) = read::<Value>(&text) {
            prop_assert_eq!(read::<Value>(&write(&value)), Some(value));
        }
    }
}

#[test]
fn what_is_no_json_is_not_read() {
    for text in [
        "",
        " ",
        "nul",
        "tru",
        "\"",
        "\"\\u00\"",
        "[1",
        "[1 2]",
        "[,1]",
        "{\"a\"}",
        "{\"a\":1,",
        "{a:1}",
        "1 1",
        "-",
        "1e",
        "--1",
        "\"\\",
    ] {
        assert_eq!(read::<Value>(text), None, "{text}");
    }
    let deep = "[".repeat(5000);
    assert_eq!(read::<Value>(&deep), None);
}

#[test]
fn escapes_are_read() {
    for (text, expected) in [
        (r#""a\n\t\"\\\/\u0041""#, "a\n\t\"\\/A"),
        (r#""\ud83d\ude00é""#, "😀é"),
        (r#""\ud83d""#, "\u{fffd}"),
    ] {
        assert_eq!(read::<String>(text).as_deref(), Some(expected), "{text}");
    }
}

#[test]
fn conditions_are_read() {
    for text in [
        r#"{"all":[{"page":"/reports/*"},{"not":{"feature":"f","count":{"gte":1}}}]}"#,
        r#"{"any":[{"item":"list/*","done":true},{"guide":"g","state":"open"},{"element":{"css":"a"},"is":"visible"}]}"#,
        r#"{"time":{"after":"2026-01-01T00:00:00.000Z"}}"#,
        r#"{"any":[{"feature":"f"},{"feature":"f","count":{"eq":0},"within":"28d","by":"account"},{"item":"a/b","done":false},{"item":"a/b"}]}"#,
        r#"{"all":[{"assignment":"a","state":"overdue"},{"answer":"s/q","lte":6},{"page":["/a","/b"]},{"device":"phone"},{"locale":["ja","en"]}]}"#,
        r#"{"not":{"answer":"a/x","exists":false}}"#,
        r#"{"answer":"a/x","not":"admin","contains":"y","gt":1.5,"lte":[1]}"#,
        r#"{"element":{"role":"button","name":"n","within":["a","b"]}}"#,
    ] {
        let expected: Condition = serde_json::from_str(text).expect(text);
        assert_eq!(read::<Condition>(text), Some(expected.clone()), "{text}");
        assert_eq!(
            serde_json::from_str::<Condition>(&write(&expected)).ok(),
            Some(expected)
        );
    }
}

#[test]
fn what_the_collector_alone_decides_holds_for_nobody_here() {
    for text in [r#"{"segment":"s"}"#, r#"{"newer":"than this page"}"#] {
        assert_eq!(read::<Condition>(text), Some(Condition::never()), "{text}");
    }
}

#[test]
fn guides_are_read() {
    for text in [
        r##"{"id":"g","kind":"survey","locale":"en","dismissable":true,"title":["=t","$user.name|there"],
            "content":{"steps":[{"id":"s","kind":"modal","placement":"bottom-start","backdrop":"spotlight","interact":"block","padding":4.5,"radius":8,
              "missing":{"wait_ms":6000,"then":"skip"},"target":{"css":["#a","b"]},
              "body":["<p","=x",">"],"media":{"src":"/a.mp4","alt":"A","video":true,"poster":"","captions":"/a.vtt","ratio":"4/3"},
              "question":{"answer":"many","min":0,"max":3,"low":"","high":"","required":true,"options":[{"id":"a","label":["=A"],"body":["<p",">"],"do":["next"]}]},
              "buttons":[{"label":[],"do":["next","back","close","snooze",{"goto":"a"},{"open":"/b"},{"show":"c"},{"track":"d"},{"emit":"e"}],"primary":true}],
              "advance":[{"on":"input","matches":"^a"},{"on":"wait","after":"3s"},{"on":"element","target":{"text":"z"},"is":"enabled"},{"on":"page","page":"/x"},{"on":"feature","feature":"f"}],
              "esc":"snooze"}]}}"##,
        r#"{"id":"l","kind":"checklist","locale":"ja","dismissable":false,"content":{"checklist":{"items":[
            {"id":"i","title":["=t"],"by_hand":true,"do":[{"show":"g"}],"leads_to":["x"],"after":["h"]}],
            "order":"fixed","progress":"account","collapsible":true,"goal":"c/choice"}}}"#,
    ] {
        let expected: Guide = serde_json::from_str(text).expect(text);
        assert_eq!(read::<Guide>(text), Some(expected), "{text}");
    }
}

#[test]
fn messages_are_read_and_written() {
    let unchanged = r#"{"unchanged":{"refresh_after":60,"more":[1,{"a":null}]}}"#;
    assert!(matches!(
        read::<SessionAnswer>(unchanged),
        Some(SessionAnswer::Unchanged { refresh_after: 60 })
    ));
    let fresh = format!(
        r#"{{"fresh":{{"etag":"e","refresh_after":60,"now":"2026-01-01T00:00:00Z","identified":true,"locale":"ja","words":{},
            "theme":{{"radius":8.5,"scheme":"dark"}},"features":[{{"id":"f","on":{{"click":{{"css":"a","text":["b","c"],"nth":1}},"page":"/x"}}}}],
            "guides":[{{"id":"g","kind":"checklist","hash":"h","start":"auto","snooze_ms":5,"priority":-3,"repeat":{{"every":{{"ms":7,"times":null}}}},
                        "conditions":{{"show":{{"time":{{"before":"2026-01-01T00:00:00Z"}}}}}},"items":2}},
                      {{"id":"t","kind":"tour","hash":"i","start":"api","snooze_ms":5,"repeat":"always"}}],
            "facts":{{"today":20000,"tomorrow_at":"2026-01-02T00:00:00Z","features":{{"f":{{"total":3,"days":[[19999,1],[20000,2]]}}}},
                      "guides":{{"g":{{"run":"dismissed","step":"s","runs":2,"done":true,"began":"2026-01-01T00:00:00Z","at":"2026-01-01T00:00:00Z"}}}},
                      "items":{{"g/a":{{"at":"2026-01-01T00:00:00Z"}}}},"answers":{{"s/q":[1,"x"]}},"interruptions":["2026-01-01T00:00:00Z"]}},
            "variables":{{"user.name":"n"}},"pacing":{{"max":1,"per_ms":86400000}},"privacy":{{"params":["tab"]}},"hub":{{"corner":"start","launcher":true,"sections":["news","help"],"news":[{{"id":"n","title":["=t"],"at":"2026-01-01T00:00:00Z","buttons":[]}}],"contact":{{"title":[],"body":[],"buttons":[]}},"help":"0"}}}}}}"#,
        write(&Words::of("ja"))
    );
    let expected: SessionAnswer = serde_json::from_str(&fresh).expect("a session");
    assert_eq!(read::<SessionAnswer>(&fresh), Some(expected));
    let request = SessionRequest {
        build: "b\u{1}".to_owned(),
        user_traits: [("n".to_owned(), Value::Number(0.1))].into_iter().collect(),
        ..SessionRequest::default()
    };
    let written = write(&request);
    assert_eq!(
        serde_json::from_str::<SessionRequest>(&written).ok(),
        Some(request),
        "{written}"
    );
}

#[test]
fn a_pair_ends_where_its_list_does() {
    assert_eq!(
        read::<Vec<(u32, u32)>>("[[1,2], [3 ,4] ]"),
        Some(vec![(1, 2), (3, 4)])
    );
    for text in ["[[1,2,3]]", "[[1]]", "[[1,2]", "[[1,2"] {
        assert_eq!(read::<Vec<(u32, u32)>>(text), None, "{text}");
    }
}
