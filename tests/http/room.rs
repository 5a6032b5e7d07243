//! Without room on the disk nothing is answered as stored, and with room again everything works by itself.

use anyhow::{Result, ensure};
use banso_collector::app::Settings;
use banso_store::sqlite::Options;
use banso_tests::collector::{Collector, now, token};
use banso_tests::house::{self, House, KEY, ORIGIN, event, id, page, page_of};
use banso_tests::wait::until;
use futures::future::try_join_all;
use serde_json::{Value, json};

async fn post(collector: &Collector, body: &Value) -> Result<(u16, Option<String>, Value)> {
    let post = collector
        .client
        .post(format!("{}/v1/events", collector.url()));
    let answer = post
        .header("origin", ORIGIN)
        .body(body.to_string())
        .send()
        .await?;
    let status = answer.status().as_u16();
    let wait = answer
        .headers()
        .get("retry-after")
        .and_then(|wait| wait.to_str().ok().map(str::to_owned));
    Ok((status, wait, serde_json::from_str(&answer.text().await?)?))
}

async fn ready(collector: &Collector, expected: u16) -> Result<()> {
    until(&format!("/readyz to answer {expected}"), async || {
        let (status, _) = collector.get("/readyz").await?;
        Ok((status == expected).then_some(()))
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_told_and_got_over() -> Result<()> {
    let mut collector = Collector::open()?;
    let recorded = now()?;
    let batch = |nth: u32| -> Result<Value> {
        Ok(json!({
            "key": KEY, "device": "d", "stream": "s", "session": "v", "sent_at": recorded.to_string(),
            "user": "u", "account": "acme", "token": token("u", "acme", 3600)?,
            "events": [{ "id": id(recorded, nth), "seq": nth, "kind": "feature", "name": "report.create", "at": recorded.to_string() }],
        }))
    };
    ready(&collector, 200).await?;
    ensure!(post(&collector, &batch(0)?).await?.0 == 200);
    for round in 1..4 {
        collector.limit_files(Some(4096))?;
        ready(&collector, 503).await?;
        for _ in 0..3 {
            let (status, wait, body) = post(&collector, &batch(round)?).await?;
            assert_eq!(
                (status, &body["error"]["code"]),
                (503, &json!("store_unavailable")),
                "{body}"
            );
            assert_eq!(wait.as_deref(), Some("5"));
        }
        let (alive, _) = collector.get("/healthz").await?;
        assert_eq!(alive, 200, "a restart would not help");
        collector.limit_files(None)?;
        ready(&collector, 200).await?;
        let (status, _, body) = post(&collector, &batch(round)?).await?;
        assert_eq!(
            (status, &body["accepted"]),
            (200, &json!(1)),
            "what was refused was not kept: {body}"
        );
        assert_eq!(collector.uses("acme").await?, u64::from(round) + 1);
    }
    collector.kill_and_restart()?;
    assert_eq!(collector.uses("acme").await?, 4);
    collector.stop()
}

#[tokio::test]
async fn a_full_queue_is_told_at_once() -> Result<()> {
    let full = Options {
        queue: 0,
        ..Options::default()
    };
    let house = House::over(full, |_: &mut Settings| {}, |_| Ok(()))?;
    for _ in 0..3 {
        let answer = house
            .events(&page(), &[event(1, "feature", "report.create")])
            .await?;
        assert_eq!(answer.outcome(), "503 store_busy");
        assert_eq!(answer.header("retry-after"), "1");
        assert_eq!(
            answer.header("access-control-allow-origin"),
            ORIGIN,
            "the page must be able to read it"
        );
    }
    house.close().await
}

/// Posts many batches at once to a collector that has room for few: each is taken or refused at once, and what was
/// refused and is sent again counts once.
async fn crowd(options: Options, bodies: usize, code: &str) -> Result<()> {
    const BATCHES: u32 = 64;
    let house = House::over(
        options,
        |settings| settings.room.bodies = bodies,
        |_| Ok(()),
    )?;
    let page = page_of("u1", "acme", &house::token("u1", "acme"));
    let (mut left, mut refused, mut accepted) = ((0..BATCHES).collect::<Vec<_>>(), 0, 0);
    while !left.is_empty() {
        let posts = left.iter().map(async |nth| {
            let event = event(*nth, "feature", "report.create");
            anyhow::Ok((*nth, house.events(&page, &[event]).await?))
        });
        let mut again = Vec::new();
        for (nth, answer) in try_join_all(posts).await? {
            if answer.status == 200 {
                accepted += answer.body["accepted"].as_u64().unwrap_or(0);
            } else {
                assert_eq!(answer.outcome(), format!("503 {code}"));
                assert_eq!(answer.header("retry-after"), "1");
                refused += 1;
                again.push(nth);
            }
        }
        left = again;
    }
    assert!(refused > 0, "there was room for everything");
    assert_eq!(
        accepted,
        u64::from(BATCHES),
        "what was refused was not kept, and what was kept was answered"
    );
    assert_eq!(
        house.uses("acme", "report.create").await?,
        Some(u64::from(BATCHES))
    );
    house.close().await
}

#[tokio::test]
async fn too_many_requests_are_refused_and_none_that_is_taken_is_lost() -> Result<()> {
    crowd(Options::default(), 4, "overloaded").await
}

#[tokio::test]
async fn too_many_writes_are_refused_and_none_that_is_taken_is_lost() -> Result<()> {
    let narrow = Options {
        queue: 4000,
        ..Options::default()
    };
    crowd(narrow, 1024, "store_busy").await
}
