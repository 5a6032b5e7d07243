//! Who speaks, for which account, and whether that is believed.

use anyhow::Result;
use banso_tests::house::{House, KEY, NOW, SERVER_KEY, at, id, token};
use serde_json::{Value, json};

use super::{page, server};

/// A message of Segment's. Its fields are in `fields`.
fn message(kind: &str, nth: u32, fields: &Value) -> Value {
    let mut message = json!({ "type": kind, "messageId": format!("m{nth}"), "timestamp": NOW });
    for (name, value) in fields.as_object().into_iter().flatten() {
        message[name] = value.clone();
    }
    message
}

fn export(nth: u32, fields: &Value) -> Value {
    let mut export = message("track", nth, fields);
    export["event"] = "report_exported".into();
    export
}

/// What the admin API tells of acme: traits, users with their traits, and exports.
async fn acme(house: &House) -> Result<Value> {
    let account = house.admin("accounts/acme").await?.body;
    let users = account["users"].as_array().cloned().unwrap_or_default();
    let users: Vec<Value> = users
        .iter()
        .map(|user| json!([user["id"], user["traits"]]))
        .collect();
    Ok(json!([
        account["traits"],
        users,
        account["features"]["report.export"]
    ]))
}

#[tokio::test]
async fn a_servers_user_is_of_the_account_their_group_names() -> Result<()> {
    let group = message(
        "group",
        1,
        &json!({ "userId": "u1", "groupId": "acme", "traits": { "plan": "pro" } }),
    );
    let identify = message(
        "identify",
        2,
        &json!({ "userId": "u1", "traits": { "role": "admin" } }),
    );
    let use_ = export(3, &json!({ "userId": "u1" }));
    let expected = json!([{ "plan": "pro" }, [["u1", { "role": "admin" }]], 1]);
    // In any order, in one request or in three.
    for order in [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
    ] {
        let messages: Vec<Value> = order
            .iter()
            .map(|n| [&group, &identify, &use_][*n].clone())
            .collect();
        let house = House::open()?;
        for message in &messages {
            let path = format!(
                "/segment/v1/{}",
                message["type"].as_str().unwrap_or_default()
            );
            assert_eq!(server(&house, &path, message).await?.status, 200);
        }
        assert_eq!(acme(&house).await?, expected, "apart: {order:?}");
        let again = server(&house, "/segment/v1/batch", &json!({ "batch": messages })).await?;
        assert_eq!(
            (&again.body["accepted"], &again.body["duplicate"]),
            (&json!(0), &json!(1)),
            "{order:?}"
        );
        assert_eq!(acme(&house).await?, expected, "again: {order:?}");
        house.close().await?;
        let house = House::open()?;
        server(&house, "/segment/v1/batch", &json!({ "batch": messages })).await?;
        assert_eq!(acme(&house).await?, expected, "together: {order:?}");
        house.close().await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_device_that_logged_in_is_its_users() -> Result<()> {
    let login = message(
        "identify",
        1,
        &json!({ "userId": "u1", "anonymousId": "d1", "traits": { "role": "admin" } }),
    );
    let group = message("group", 2, &json!({ "userId": "u1", "groupId": "acme" }));
    let before = export(3, &json!({ "anonymousId": "d1" }));
    let alias = message("alias", 4, &json!({ "userId": "u1", "previousId": "d1" }));
    let nameless = message(
        "identify",
        5,
        &json!({ "anonymousId": "d1", "traits": { "role": "nobody" } }),
    );
    for (messages, exports) in [
        (vec![&before, &group, &login], json!(1)),
        (vec![&login, &before, &group], json!(null)),
        (vec![&login, &group, &before, &login], json!(1)),
        (vec![&group, &alias, &before], json!(1)),
        (vec![&before, &group, &alias], json!(1)),
        (vec![&alias, &before, &group], json!(null)),
        (vec![&before, &group, &nameless], json!(null)),
    ] {
        let house = House::open()?;
        for message in &messages {
            let path = format!(
                "/segment/v1/{}",
                message["type"].as_str().unwrap_or_default()
            );
            assert_eq!(server(&house, &path, message).await?.status, 200);
        }
        let kinds: Vec<_> = messages
            .iter()
            .map(|message| message["type"].as_str())
            .collect();
        assert_eq!(acme(&house).await?[2], exports, "{kinds:?}");
        house.close().await?;
    }
    Ok(())
}

#[tokio::test]
async fn an_account_that_is_named_comes_first() -> Result<()> {
    let house = House::open()?;
    let in_acme = message("group", 1, &json!({ "userId": "u1", "groupId": "acme" }));
    let in_globex = message("group", 2, &json!({ "userId": "u1", "groupId": "globex" }));
    for (message, account) in [
        (export(3, &json!({ "userId": "u1" })), "acme"),
        (
            export(
                4,
                &json!({ "userId": "u1", "context": { "groupId": "globex" } }),
            ),
            "globex",
        ),
        (
            export(
                5,
                &json!({ "userId": "u1", "context": { "banso": { "account": "initech" }, "groupId": "x" } }),
            ),
            "initech",
        ),
    ] {
        for message in [&in_acme, &in_globex, &message] {
            let path = format!(
                "/segment/v1/{}",
                message["type"].as_str().unwrap_or_default()
            );
            server(&house, &path, message).await?;
        }
        assert_eq!(
            house.uses(account, "report.export").await?,
            Some(1),
            "{account}"
        );
    }
    house.close().await
}

#[tokio::test]
async fn a_page_is_believed_with_a_token() -> Result<()> {
    let claim = |with: &Value| {
        let context = json!({ "banso": with, "groupId": "acme" });
        vec![
            message(
                "identify",
                1,
                &json!({ "userId": "u1", "anonymousId": "d1", "context": context, "traits": { "role": "owner", "age": 7 } }),
            ),
            message(
                "group",
                2,
                &json!({ "userId": "u1", "anonymousId": "d1", "context": context, "groupId": "acme", "traits": { "plan": "free", "region": "emea" } }),
            ),
            export(
                3,
                &json!({ "userId": "u1", "anonymousId": "d1", "context": context }),
            ),
        ]
    };
    let signed = json!([
        { "plan": "pro", "region": "emea", "seats": 2 },
        [["u1", { "age": 7, "name": "Ann", "role": "admin" }]],
        1,
    ]);
    let nothing = json!([null, [], null]);
    for (with, expected) in [
        (json!({ "token": token("u1", "acme") }), &signed),
        (json!({ "token": token("u2", "acme") }), &nothing),
        (json!({ "token": token("u1", "globex") }), &nothing),
        (json!({ "token": "a.b.c" }), &nothing),
        (json!({}), &nothing),
    ] {
        let house = House::open()?;
        let body = json!({ "batch": claim(&with) });
        let answer = page(&house, "/segment/v1/b", KEY, &body).await?;
        assert_eq!(
            answer.body["accepted"], 1,
            "it is the device's at least: {}",
            answer.body
        );
        assert_eq!(&acme(&house).await?, expected, "{with}");
        house.close().await?;
    }
    Ok(())
}

#[tokio::test]
async fn nobody_speaks_for_a_user_by_knowing_their_id() -> Result<()> {
    let house = House::open()?;
    for message in [
        export(1, &json!({ "userId": "u1" })),
        message("group", 2, &json!({ "userId": "u1", "groupId": "acme" })),
    ] {
        let path = format!(
            "/segment/v1/{}",
            message["type"].as_str().unwrap_or_default()
        );
        server(&house, &path, &message).await?;
    }
    assert_eq!(house.uses("acme", "report.export").await?, Some(1));
    // What stands for a user of an unknown account begins with a control character.
    for device in ["u1", "\u{1}u1"] {
        let forged = export(3, &json!({ "userId": "u1", "anonymousId": device }));
        page(&house, "/segment/v1/t", KEY, &forged).await?;
        let nameless = export(4, &json!({ "anonymousId": device }));
        page(&house, "/segment/v1/t", KEY, &nameless).await?;
        let own = json!({
            "key": KEY, "device": device, "sent_at": NOW,
            "events": [{ "id": id(at(NOW), 5), "kind": "track", "name": "report_exported", "at": NOW }],
        });
        house.post("/v1/events", own.to_string()).await?;
    }
    // Nor does a page take another user's past by calling it its own.
    let other = export(6, &json!({ "userId": "u2" }));
    server(&house, "/segment/v1/track", &other).await?;
    let with = json!({ "banso": { "token": token("u1", "acme") } });
    let alias = message(
        "alias",
        7,
        &json!({ "userId": "u1", "anonymousId": "d9", "previousId": "u2", "context": with }),
    );
    page(&house, "/segment/v1/a", KEY, &alias).await?;
    assert_eq!(house.uses("acme", "report.export").await?, Some(1));
    house.close().await
}

/// An event of PostHog's.
fn event(name: &str, nth: u32, who: &str, properties: &Value) -> Value {
    json!({ "event": name, "distinct_id": who, "uuid": id(at(NOW), nth), "timestamp": NOW, "properties": properties })
}

#[tokio::test]
async fn posthogs_people_and_groups_are_users_and_accounts() -> Result<()> {
    let house = House::open()?;
    let batch = [
        event(
            "report_exported",
            1,
            "d1",
            &json!({ "$device_id": "d1", "$is_identified": false }),
        ),
        event(
            "$identify",
            2,
            "u1",
            &json!({ "$anon_distinct_id": "d1", "$device_id": "d1", "$set": { "role": "admin", "$os": "x" }, "$set_once": { "role": "guest", "since": "2026" } }),
        ),
        event(
            "$groupidentify",
            3,
            "$company_acme",
            &json!({ "$group_type": "company", "$group_key": "acme", "$group_set": { "plan": "pro" } }),
        ),
        event(
            "$groupidentify",
            4,
            "$project_p1",
            &json!({ "$group_type": "project", "$group_key": "p1", "$group_set": { "plan": "none" } }),
        ),
        event(
            "report_exported",
            5,
            "u1",
            &json!({ "$device_id": "d1", "$groups": { "project": "p1", "company": "acme" } }),
        ),
        event(
            "$set",
            6,
            "u1",
            &json!({ "$set": { "tier": 2 }, "$unset": ["since"] }),
        ),
        event(
            "$create_alias",
            7,
            "u1",
            &json!({ "alias": "u1@example.com" }),
        ),
        event("report_exported", 8, "u1@example.com", &json!({})),
        event("$autocapture", 9, "u1", &json!({})),
        event("$pageleave", 10, "u1", &json!({})),
        event(
            "$pageview",
            11,
            "u1",
            &json!({ "$current_url": "https://app.example.com/x?y" }),
        ),
    ];
    for (accepted, duplicate) in [(4, 0), (0, 4)] {
        let mut told = json!([]);
        let mut counted = (0, 0);
        for event in &batch {
            let body = json!({ "api_key": SERVER_KEY, "batch": [event] });
            let answer = server(&house, "/posthog/batch/", &body).await?;
            counted.0 += answer.body["accepted"].as_u64().unwrap_or(0);
            counted.1 += answer.body["duplicate"].as_u64().unwrap_or(0);
            if answer.body["rejected"] != json!([]) {
                told = answer.body["rejected"].clone();
            }
        }
        assert_eq!((counted, told), ((accepted, duplicate), json!([])));
        assert_eq!(
            acme(&house).await?,
            json!([{ "plan": "pro" }, [["u1", { "role": "admin", "tier": 2 }]], 3])
        );
    }
    assert_eq!(
        house.admin("accounts/p1").await?.status,
        404,
        "a project is no account"
    );
    house.close().await
}
