use proptest::prelude::*;

use super::super::foreign::shown;
use super::*;

const RECEIVED: Timestamp = Timestamp(1_795_000_000_000);

/// What becomes of one event of a batch.
fn check(event: &str, expected: &str) {
    let body = format!(r#"{{"api_key":"k","batch":[{event}]}}"#);
    let (key, messages) = read(&body, RECEIVED).expect("it is a batch");
    assert_eq!(key.as_deref(), Some("k"));
    let shown: Vec<String> = messages.into_iter().map(shown).collect();
    assert_eq!(shown, [expected], "{event}");
}

#[test]
fn each_event_becomes_what_it_means() {
    for (event, expected) in [
        (
            r#"{"event":"x","distinct_id":"u","uuid":"i","properties":{"a":1.50,"$lib":"web","token":"k","title":"T","$pathname":"/p","$session_id":"s","$groups":{"project":"p","company":"c"}}}"#,
            r#"i: user u, account c, session s; track "x" on /p {"a":1.50,"title":"T"}"#,
        ),
        (
            r#"{"event":"x","properties":{"distinct_id":7,"$insert_id":"i"}}"#,
            r#"i: user 7; track "x""#,
        ),
        (
            r#"{"event":"x","distinct_id":"d","properties":{"$device_id":"d"}}"#,
            r#": device d; track "x""#,
        ),
        (
            r#"{"event":"x","distinct_id":"d2","properties":{"$device_id":"d","$is_identified":false}}"#,
            r#": device d; track "x""#,
        ),
        (
            r#"{"event":"x","distinct_id":"d","properties":{"$process_person_profile":false}}"#,
            r#": device d; track "x""#,
        ),
        (
            r#"{"event":"x","distinct_id":"u","properties":{"$device_id":"d","$is_identified":true,"$banso_token":"t"}}"#,
            r#": device d, user u, token t; track "x""#,
        ),
        (
            r#"{"event":"$pageview","distinct_id":"u","properties":{"$current_url":"https://h/p?q#f","title":"T","own":1}}"#,
            r#": user u; page "" on /p {"own":1}"#,
        ),
        (
            r#"{"event":"$screen","distinct_id":"u","properties":{"$screen_name":"Home","$current_url":"https://h/p"}}"#,
            r#": user u; page "Home""#,
        ),
        (
            r#"{"event":"$identify","distinct_id":"u","$set":{"a":1,"$os":"x"},"$set_once":{"b":2},"properties":{"$anon_distinct_id":"d","$set":{"c":3}}}"#,
            r#": user u; before d; user {"a":1,"c":3}; first {"b":2}"#,
        ),
        (
            r#"{"event":"$set","distinct_id":"u","properties":{"$set":{"a":1},"$unset":["b"]}}"#,
            r#": user u; user {"a":1,"b":null}"#,
        ),
        (
            r#"{"event":"$groupidentify","distinct_id":"$company_c","properties":{"$group_type":"company","$group_key":"c","$group_set":{"plan":"pro"}}}"#,
            r#": account c; account {"plan":"pro"}"#,
        ),
        (
            r#"{"event":"$groupidentify","distinct_id":"u","properties":{"$group_type":"team","$group_key":"t","$group_set":{"plan":"pro"},"$groups":{"company":"c","team":"t"}}}"#,
            ": user u, account c",
        ),
        (
            r#"{"event":"$groupidentify","distinct_id":"$project_p","properties":{"$group_type":"project","$group_key":"p","$group_set":{"plan":"pro"}}}"#,
            "",
        ),
        (
            r#"{"event":"$create_alias","distinct_id":"u","properties":{"distinct_id":"u","alias":"d"}}"#,
            ": user u; before d",
        ),
        (
            r#"{"event":"$autocapture","distinct_id":"u","properties":{"$elements":[]}}"#,
            ": user u",
        ),
        (
            r#"{"event":"$create_alias","distinct_id":"u"}"#,
            ": invalid_event",
        ),
        (r#"{"event":"x"}"#, ": invalid_event"),
        (r#"{"distinct_id":"u"}"#, ": invalid_event"),
        (
            r#"{"event":"x","distinct_id":"u","timestamp":"soon","uuid":"i"}"#,
            "i: invalid_event",
        ),
        (
            r#"{"event":"$set","distinct_id":"u","$set":"x"}"#,
            ": invalid_event",
        ),
        ("[]", ": invalid_event"),
    ] {
        check(event, expected);
    }
}

#[test]
fn times_are_told_in_three_ways() {
    let v7 = "01a1ed93-f200-7000-8000-000000000001";
    let made = Some(Timestamp(0x01a1_ed93_f200));
    let said = Timestamp::parse("2026-11-18T10:00:00Z");
    let ago = Some(RECEIVED.plus_ms(-1500));
    for (fields, expected) in [
        (
            r#""timestamp":"2026-11-18T10:00:00Z","offset":1500"#.to_owned(),
            (said, said),
        ),
        (
            format!(r#""timestamp":"2026-11-18T10:00:00Z","uuid":"{v7}""#),
            (said, said),
        ),
        (format!(r#""offset":1500,"uuid":"{v7}""#), (ago, made)),
        (format!(r#""offset":-5,"uuid":"{v7}""#), (None, made)),
        (r#""offset":1500"#.to_owned(), (ago, None)),
        (r#""uuid":"x""#.to_owned(), (None, None)),
    ] {
        let body = format!(r#"[{{"event":"x","distinct_id":"u",{fields}}}]"#);
        let (_, messages) = read(&body, RECEIVED).expect("it is a list");
        let message = messages[0].as_ref().expect("it is read");
        assert_eq!((message.at, message.recorded), expected, "{fields}");
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,80}", at in 0..100_usize) {
        let good = r#"{"api_key":"k","batch":[{"event":"$set","distinct_id":"u","properties":{"$set":{"a":1},"$groups":{"team":"t"}}}]}"#;
        let at = at.min(good.len());
        for body in [text.clone(), format!("{}{text}{}", &good[..at], &good[at..])] {
            if let Ok((_, messages)) = read(&body, RECEIVED) {
                for message in messages.iter().flatten() {
                    prop_assert!(message.size <= body.len());
                }
            }
        }
    }
}
