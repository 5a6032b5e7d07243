//! Whose word is believed: what a wrong token gets, and where its events go.

use std::fs;

use anyhow::{Context as _, Result, bail};
use banso_collector::identity::Secrets;
use banso_tests::house::{House, NOW, at, event, id, page, page_of, signed, token};
use banso_tests::stack::IDENTITY_SECRET;
use serde_json::{Value, json};

fn claims() -> Value {
    json!({ "aud": "hikari", "sub": "u1", "account": "acme", "exp": at(NOW).0 / 1000 + 600 })
}

fn with(change: impl FnOnce(&mut Value, &mut Value)) -> String {
    let (mut header, mut claims) = (json!({ "alg": "HS256", "kid": "1" }), claims());
    change(&mut header, &mut claims);
    signed(&header, &claims, IDENTITY_SECRET)
}

/// Tokens by what is wrong with them; the first is right.
fn tokens() -> Vec<(&'static str, String)> {
    let good = with(|_, _| {});
    let (head, _) = good.rsplit_once('.').unwrap_or_default();
    vec![
        ("nothing", good.clone()),
        (
            "the secret",
            signed(
                &json!({ "alg": "HS256" }),
                &claims(),
                "another-secret-of-more-than-32-bytes",
            ),
        ),
        (
            "the secret's name",
            with(|header, _| header["kid"] = "2".into()),
        ),
        (
            "the audience",
            with(|_, claims| claims["aud"] = "other".into()),
        ),
        ("no audience", with(|_, claims| claims["aud"] = Value::Null)),
        ("the user", with(|_, claims| claims["sub"] = "u2".into())),
        (
            "the account",
            with(|_, claims| claims["account"] = "globex".into()),
        ),
        ("no end", with(|_, claims| claims["exp"] = Value::Null)),
        (
            "it ended",
            with(|_, claims| claims["exp"] = (at(NOW).0 / 1000 - 120).into()),
        ),
        (
            "it has not begun",
            with(|_, claims| claims["nbf"] = (at(NOW).0 / 1000 + 120).into()),
        ),
        ("alg none", with(|header, _| header["alg"] = "none".into())),
        (
            "alg none, unsigned",
            format!(
                "{}.",
                with(|header, _| header["alg"] = "none".into())
                    .rsplit_once('.')
                    .unwrap_or_default()
                    .0
            ),
        ),
        (
            "another alg",
            with(|header, _| header["alg"] = "HS512".into()),
        ),
        (
            "a public key's alg",
            with(|header, _| header["alg"] = "RS256".into()),
        ),
        ("its signature is cut off", format!("{head}.")),
        ("it is no token", "token".to_owned()),
        ("it is empty", String::new()),
    ]
}

#[tokio::test]
async fn a_session_is_only_for_whom_a_token_speaks() -> Result<()> {
    let house = House::open()?;
    for (wrong, token) in tokens() {
        let answer = house
            .post("/v1/session", page_of("u1", "acme", &token).to_string())
            .await?;
        let session = &answer.body["fresh"];
        let believed = wrong == "nothing";
        assert_eq!(session["identified"], believed, "{wrong}: {}", answer.body);
        assert_eq!(session["token_wanted"], !believed, "{wrong}");
    }
    let mut without = page_of("u1", "acme", "");
    without["token"] = Value::Null;
    let answer = house.post("/v1/session", without.to_string()).await?;
    assert_eq!(answer.body["fresh"]["token_wanted"], true);
    let answer = house.post("/v1/session", page().to_string()).await?;
    assert_eq!(
        answer.body["fresh"]["token_wanted"], false,
        "a visitor has nothing to prove"
    );
    house.close().await
}

/// The count of a reason, as the metrics tell it.
async fn doubted(house: &House, reason: &str) -> Result<u64> {
    let page = house.get("/metrics").await?.body;
    let line = format!("banso_doubted_total{{reason=\"{reason}\"}} ");
    let found = page
        .as_str()
        .and_then(|page| page.lines().find_map(|text| text.strip_prefix(&line)));
    Ok(found.context("no such reason")?.parse()?)
}

#[tokio::test]
async fn each_doubt_is_counted_by_its_reason() -> Result<()> {
    let house = House::open()?;
    let mut counts = std::collections::BTreeMap::new();
    for (nth, (wrong, token)) in (0..).zip(tokens()) {
        let reason = match wrong {
            "nothing" => continue,
            "the secret" | "its signature is cut off" => "signature",
            "the secret's name" => "secret",
            "the audience" => "audience",
            "no audience" | "no end" => "claims",
            "the user" | "the account" => "other",
            "it ended" | "it has not begun" => "expired",
            "alg none" | "alg none, unsigned" | "another alg" | "a public key's alg" => "algorithm",
            "it is no token" | "it is empty" => "shape",
            other => bail!("{other} has no reason"),
        };
        // An empty token is none.
        let reason = if token.is_empty() { "missing" } else { reason };
        let page = page_of("u1", "acme", &token);
        house.post("/v1/session", page.to_string()).await?;
        let count: &mut u64 = counts.entry(reason).or_default();
        *count += 1;
        assert_eq!(doubted(&house, reason).await?, *count, "{wrong}, a session");
        let events = [event(nth, "page", ""), event(100 + nth, "page", "")];
        house.events(&page, &events).await?;
        *count += 2;
        assert_eq!(
            doubted(&house, reason).await?,
            *count,
            "{wrong}, two events"
        );
    }
    house.close().await
}

#[tokio::test]
async fn a_secret_is_replaced_without_a_gap() -> Result<()> {
    let (old, new) = (
        "an-old-secret-of-more-than-32-bytes",
        "a-new-secret-of-more-than-32-bytes",
    );
    let signed_with = |kid: Option<&str>, secret: &str| {
        let header = match kid {
            Some(kid) => json!({ "alg": "HS256", "kid": kid }),
            None => json!({ "alg": "HS256" }),
        };
        signed(&header, &claims(), secret)
    };
    for (live, cases) in [
        (format!("a:{old}"), [true, false, true, false, false, false]),
        (
            format!("a:{old},b:{new}"),
            [true, true, true, true, false, false],
        ),
        (format!("b:{new}"), [false, true, false, true, false, false]),
    ] {
        let house = House::with(
            |settings| settings.secrets = Secrets::parse(&live).unwrap_or_default(),
            |_| Ok(()),
        )?;
        let tokens = [
            signed_with(Some("a"), old),
            signed_with(Some("b"), new),
            signed_with(None, old),
            signed_with(None, new),
            signed_with(Some("a"), new),
            signed_with(Some("b"), old),
        ];
        for (token, believed) in tokens.iter().zip(cases) {
            let answer = house
                .post("/v1/session", page_of("u1", "acme", token).to_string())
                .await?;
            assert_eq!(
                answer.body["fresh"]["identified"], believed,
                "{live}: {token}"
            );
        }
        house.close().await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_token_that_ends_soon_is_to_be_renewed() -> Result<()> {
    let house = House::open()?;
    for (left, wanted) in [(600, false), (119, true), (-30, true)] {
        let token = with(|_, claims| claims["exp"] = (at(NOW).0 / 1000 + left).into());
        let answer = house
            .post("/v1/session", page_of("u1", "acme", &token).to_string())
            .await?;
        let session = &answer.body["fresh"];
        assert_eq!(
            (&session["identified"], &session["token_wanted"]),
            (&json!(true), &json!(wanted)),
            "{left}"
        );
    }
    house.close().await
}

#[tokio::test]
async fn events_of_an_identity_that_is_not_believed_stay_with_the_device() -> Result<()> {
    let house = House::open()?;
    for (nth, (wrong, token)) in (0..).zip(tokens()) {
        let mut page = page_of("u1", "acme", &token);
        page["device"] = format!("device-{nth}").into();
        let answer = house
            .events(&page, &[event(nth, "feature", "report.create")])
            .await?;
        assert_eq!(answer.body["accepted"], 1, "{wrong}: kept all the same");
        assert_eq!(
            house.uses("acme", "report.create").await?,
            Some(1),
            "{wrong}: counted for the account only when believed"
        );
    }
    assert_eq!(house.uses("globex", "report.create").await?, None);
    house.close().await
}

#[tokio::test]
async fn a_token_is_judged_when_an_event_was_recorded() -> Result<()> {
    let house = House::open()?;
    let hour = 3_600_000;
    let now = at(NOW);
    let token = with(|_, claims| claims["exp"] = (now.0 / 1000 - 7200).into());
    let recorded = |nth: u32, ago: i64| json!({ "id": id(now.plus_ms(-ago), nth), "kind": "feature", "name": "report.create", "at": now.plus_ms(-ago).to_string() });
    let page = page_of("u1", "acme", &token);
    let late = house.events(&page, &[recorded(3, hour)]).await?;
    assert_eq!(
        late.body,
        json!({ "accepted": 1, "duplicate": 0, "rejected": [], "refresh": true }),
        "kept, and the page hears that another token is wanted"
    );
    assert_eq!(
        house.uses("acme", "report.create").await?,
        None,
        "it was recorded after the token had ended"
    );
    let waited = house
        .events(&page, &[recorded(1, 5 * hour), recorded(2, 3 * hour)])
        .await?;
    assert_eq!(
        (&waited.body["accepted"], &waited.body["refresh"]),
        (&json!(2), &json!(false))
    );
    assert_eq!(
        house.uses("acme", "report.create").await?,
        Some(3),
        "with them the device became the account's"
    );
    house.close().await
}

#[tokio::test]
async fn a_login_brings_what_the_device_did_before() -> Result<()> {
    let house = House::open()?;
    house
        .events(
            &page(),
            &[
                event(1, "feature", "report.create"),
                event(2, "feature", "report.create"),
            ],
        )
        .await?;
    assert_eq!(house.uses("acme", "report.create").await?, None);
    for _ in 0..2 {
        house
            .post(
                "/v1/session",
                page_of("u1", "acme", &token("u1", "acme")).to_string(),
            )
            .await?;
        assert_eq!(house.uses("acme", "report.create").await?, Some(2));
    }
    // What was recorded before the login and arrives after it is the device's, and so the account's.
    house
        .events(&page(), &[event(3, "feature", "report.create")])
        .await?;
    // Somebody of another company signs in on the same device: it brings nothing along.
    let mut other = page_of("u2", "globex", &token("u2", "globex"));
    house.post("/v1/session", other.to_string()).await?;
    assert_eq!(house.uses("globex", "report.create").await?, Some(0));
    // A retry of what was sent under one identity is a duplicate under another.
    other["stream"] = "s2".into();
    let again = house
        .events(&page(), &[event(1, "feature", "report.create")])
        .await?;
    assert_eq!(again.body["duplicate"], 1);
    let again = house
        .events(
            &page_of("u1", "acme", &token("u1", "acme")),
            &[event(1, "feature", "report.create")],
        )
        .await?;
    assert_eq!(again.body["duplicate"], 1);
    house.close().await
}

#[tokio::test]
async fn claims_never_overwrite_what_was_vouched_for() -> Result<()> {
    let house = House::open()?;
    let mut page = page_of("u1", "acme", &token("u1", "acme"));
    page["user_traits"] = json!({ "role": "owner", "theme": "dark" });
    page["account_traits"] = json!({ "plan": "enterprise", "mood": "good" });
    house.post("/v1/session", page.to_string()).await?;
    let account = house.admin("accounts/acme").await?.body;
    assert_eq!(
        account["traits"],
        json!({ "mood": "good", "plan": "pro", "seats": 2 })
    );
    assert_eq!(
        account["users"][0]["traits"],
        json!({ "name": "Ann", "role": "admin", "theme": "dark" })
    );
    // Nor does a later page without a word of the token in it.
    page["token"] = with(|_, _| {}).into();
    page["user_traits"] = json!({ "role": "owner" });
    house.post("/v1/session", page.to_string()).await?;
    let account = house.admin("accounts/acme").await?.body;
    assert_eq!(account["users"][0]["traits"]["role"], "admin");
    house.close().await
}

#[tokio::test]
async fn a_page_is_taken_at_its_word_where_the_workspace_says_so() -> Result<()> {
    let house = House::with(
        |_| {},
        |config| {
            let file = config.join("banso.json");
            let text = fs::read_to_string(&file)?
                .replace("\"timezone\"", "\"identity\": \"trusted\", \"timezone\"");
            Ok(fs::write(file, text)?)
        },
    )?;
    let mut page = page_of("u1", "acme", "");
    page["token"] = Value::Null;
    let answer = house.post("/v1/session", page.to_string()).await?;
    let session = &answer.body["fresh"];
    assert_eq!(
        (&session["identified"], &session["token_wanted"]),
        (&json!(true), &json!(false))
    );
    house
        .events(&page, &[event(1, "feature", "report.create")])
        .await?;
    assert_eq!(house.uses("acme", "report.create").await?, Some(1));
    house.close().await
}
