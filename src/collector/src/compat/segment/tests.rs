use proptest::prelude::*;

use super::super::foreign::shown;
use super::*;

/// What becomes of one message of a batch.
fn check(message: &str, expected: &str) {
    let body = format!(r#"{{"batch":[{message}],"sentAt":"2026-11-27T10:00:00Z"}}"#);
    let (_, messages) = read(&body, None).expect("it is a batch");
    let shown: Vec<String> = messages.into_iter().map(shown).collect();
    assert_eq!(shown, [expected], "{message}");
}

#[test]
fn each_call_becomes_what_it_means() {
    for (message, expected) in [
        (
            r#"{"type":"track","event":"x","userId":"u","anonymousId":"d","messageId":"m","properties":{"a":1.50},"context":{"groupId":"g","ip":"1.2.3.4","page":{"path":"/p","url":"https://h/p?q"}}}"#,
            r#"m: device d, user u, account g; track "x" on /p {"a":1.50}"#,
        ),
        (
            r#"{"type":"track","event":"x","userId":null,"anonymousId":4}"#,
            r#": device 4; track "x""#,
        ),
        (
            r#"{"type":"page","name":"Reports","category":"Docs","userId":"u","properties":{"path":"/p","url":"https://h/p?q","search":"?q","title":"T","referrer":"r","own":true}}"#,
            r#": user u; page "Reports" on /p {"own":true}"#,
        ),
        (
            r#"{"type":"page","userId":"u","properties":{"url":"https://h.example/a/b?secret#c"}}"#,
            r#": user u; page "" on /a/b"#,
        ),
        (
            r#"{"type":"screen","name":"Home","userId":"u","properties":{"x":1},"context":{"page":{"path":"/p"}}}"#,
            r#": user u; page "Home" {"x":1}"#,
        ),
        (
            r#"{"type":"identify","userId":"u","traits":{"a":1,"b":null},"context":{"traits":{"c":1}}}"#,
            r#": user u; user {"a":1,"b":null}"#,
        ),
        (
            r#"{"type":"identify","userId":"u","context":{"traits":{"c":1},"sessionId":7}}"#,
            r#": user u, session 7; user {"c":1}"#,
        ),
        (
            r#"{"type":"group","userId":"u","groupId":12,"traits":{"plan":"pro"},"context":{"groupId":"other"}}"#,
            r#": user u, account 12; account {"plan":"pro"}"#,
        ),
        (
            r#"{"type":"alias","userId":"u","previousId":"d"}"#,
            r#": user u; before d"#,
        ),
        (
            r#"{"type":"track","event":"x","userId":"u","context":{"banso":{"account":"a","token":"t"},"groupId":"g"}}"#,
            r#": user u, account a, token t; track "x""#,
        ),
        (
            r#"{"type":"delete","userId":"u","messageId":"m"}"#,
            "m: unknown_kind",
        ),
        (r#"{"userId":"u","event":"x"}"#, ": invalid_event"),
        (r#"{"type":"track","event":{}}"#, ": invalid_event"),
        (
            r#"{"type":"track","type":"track","event":"x"}"#,
            ": invalid_event",
        ),
        (
            r#"{"type":"identify","userId":"u","traits":[1]}"#,
            ": invalid_event",
        ),
        (
            r#"{"type":"page","timestamp":"soon","messageId":9}"#,
            "9: invalid_event",
        ),
    ] {
        check(message, expected);
    }
}

#[test]
fn a_path_says_what_its_message_is() {
    let body = r#"{"event":"x","userId":"u","type":"page","sentAt":"2026-11-27T10:00:00Z","timestamp":null,"originalTimestamp":"2026-11-27T09:00:00Z"}"#;
    let (key, messages) = read(body, Some(Call::Track)).expect("it is a message");
    assert_eq!(key, None);
    let [Ok(message)] = &messages[..] else {
        panic!("{messages:?}")
    };
    assert_eq!(message.at, Timestamp::parse("2026-11-27T09:00:00Z"));
    assert_eq!(message.sent_at, Timestamp::parse("2026-11-27T10:00:00Z"));
    assert_eq!(message.size, body.len());
    assert_eq!(shown(messages[0].clone()), r#": user u; track "x""#);
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,80}", at in 0..100_usize) {
        let good = r#"{"batch":[{"type":"track","event":"x","userId":"u","properties":{"a":"\u3042"},"context":{"groupId":"g"}}]}"#;
        let at = at.min(good.len());
        for body in [text.clone(), format!("{}{text}{}", &good[..at], &good[at..])] {
            for call in [None, Some(Call::Track), Some(Call::Page), Some(Call::Group)] {
                if let Ok((_, messages)) = read(&body, call) {
                    for message in messages.iter().flatten() {
                        prop_assert!(message.size <= body.len());
                    }
                }
            }
        }
    }
}
