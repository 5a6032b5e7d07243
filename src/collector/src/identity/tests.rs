use super::*;

const SECRET: &str = "0123456789abcdef0123456789abcdef";
const OTHER: &str = "another secret of thirty-two bytes";

fn sign(secret: &str, header: &str, claims: &str) -> String {
    let signed = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header),
        URL_SAFE_NO_PAD.encode(claims)
    );
    let mut mac: Hmac<Sha256> = Hmac::new_from_slice(secret.as_bytes()).expect("any length");
    mac.update(signed.as_bytes());
    format!(
        "{signed}.{}",
        URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    )
}

fn check(token: &str, expected: Result<&str, Doubt>) {
    let secrets = Secrets::parse(&format!("1:{SECRET}")).expect("a secret");
    let read = secrets.read(token, "hikari").map(|claims| claims.sub);
    assert_eq!(read, expected.map(str::to_owned), "{token}");
}

const GOOD: &str = r#"{"sub":"u1","account":"acme","aud":"hikari","exp":2000000000}"#;
const HS256: &str = r#"{"alg":"HS256","typ":"JWT","kid":"1"}"#;

#[test]
fn only_a_token_signed_for_this_workspace_is_believed() {
    check(&sign(SECRET, HS256, GOOD), Ok("u1"));
    check(&sign(SECRET, r#"{"alg":"HS256"}"#, GOOD), Ok("u1"));
    check(
        &sign(
            SECRET,
            HS256,
            &GOOD.replace("\"hikari\"", "[\"x\",\"hikari\"]"),
        ),
        Ok("u1"),
    );
    check(&sign(OTHER, HS256, GOOD), Err(Doubt::Signature));
    check(
        &sign(SECRET, &HS256.replace("\"1\"", "\"2\""), GOOD),
        Err(Doubt::Secret),
    );
    check(
        &sign(SECRET, &HS256.replace("HS256", "none"), GOOD),
        Err(Doubt::Algorithm),
    );
    check(
        &sign(SECRET, &HS256.replace("HS256", "hs256"), GOOD),
        Err(Doubt::Algorithm),
    );
    check(
        &sign(SECRET, &HS256.replace("HS256", "RS256"), GOOD),
        Err(Doubt::Algorithm),
    );
    check(
        &sign(
            SECRET,
            r#"{"alg":"HS256","crit":["b64"],"b64":false}"#,
            GOOD,
        ),
        Err(Doubt::Algorithm),
    );
    check(
        &sign(SECRET, HS256, &GOOD.replace("hikari", "other")),
        Err(Doubt::Audience),
    );
    check(
        &sign(SECRET, HS256, r#"{"sub":"u1","account":"acme","exp":1}"#),
        Err(Doubt::Claims),
    );
    check(
        &sign(
            SECRET,
            HS256,
            r#"{"sub":"u1","account":"acme","aud":"hikari"}"#,
        ),
        Err(Doubt::Claims),
    );
    check(
        &sign(SECRET, HS256, &GOOD.replace("\"u1\"", "1")),
        Err(Doubt::Claims),
    );
    check(&sign(SECRET, HS256, "[]"), Err(Doubt::Claims));
    let good = sign(SECRET, HS256, GOOD);
    check(&good[..good.len() - 1], Err(Doubt::Shape));
    check(&format!("{good}="), Err(Doubt::Shape));
    let (head, _) = good.rsplit_once('.').expect("three parts");
    check(&format!("{head}."), Err(Doubt::Signature));
    check(head, Err(Doubt::Shape));
    for shapeless in ["", ".", "a.b", "a.b.c", "é.é.é"] {
        check(shapeless, Err(Doubt::Shape));
    }
    check("..", Err(Doubt::Claims));
    check(&"a".repeat(LONGEST + 1), Err(Doubt::Shape));
}

#[test]
fn a_token_is_judged_at_a_time() {
    let claims: Claims =
        serde_json::from_str(&GOOD.replace('}', r#","nbf":1000}"#)).expect("claims");
    for (instant, held) in [
        (2_000_000_000_000, true),
        (2_000_000_060_000, true),
        (2_000_000_060_001, false),
        (940_000, true),
        (939_999, false),
        (i64::MAX, false),
        (i64::MIN, false),
    ] {
        assert_eq!(claims.held_at(Timestamp(instant)), held, "{instant}");
    }
    assert!(claims.speaks_of("u1", Some("acme")) && claims.speaks_of("u1", None));
    assert!(!claims.speaks_of("u2", None) && !claims.speaks_of("u1", Some("other")));
}

#[test]
fn two_secrets_can_be_live() {
    let secrets = Secrets::parse(&format!("1:{SECRET}, 2:{OTHER}")).expect("two");
    for token in [
        sign(SECRET, HS256, GOOD),
        sign(OTHER, &HS256.replace("\"1\"", "\"2\""), GOOD),
        sign(OTHER, r#"{"alg":"HS256"}"#, GOOD),
    ] {
        assert!(secrets.read(&token, "hikari").is_ok(), "{token}");
    }
    // The secret must be the one the token names.
    let crossed = sign(OTHER, HS256, GOOD);
    assert_eq!(secrets.read(&crossed, "hikari"), Err(Doubt::Signature));
    for (text, error) in [
        (
            "short",
            SecretsError::Short {
                kid: "1".into(),
                len: 5,
            },
        ),
        (
            &format!("1:{SECRET},1:{OTHER}"),
            SecretsError::Twice { kid: "1".into() },
        ),
        (
            &format!("1:{SECRET},2:{SECRET},3:{SECRET}"),
            SecretsError::Many { count: 3 },
        ),
    ] {
        assert_eq!(Secrets::parse(text).expect_err(text), error);
    }
}

#[test]
fn without_a_secret_nobody_is_believed() {
    let token = sign(SECRET, HS256, GOOD);
    assert_eq!(
        Secrets::default().read(&token, "hikari"),
        Err(Doubt::Secret)
    );
}
