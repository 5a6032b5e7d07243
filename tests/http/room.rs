//! Without room on the disk nothing is answered as stored, and with room again everything works by itself.

use anyhow::{Result, ensure};
use banso_collector::app::Settings;
use banso_store::sqlite::Options;
use banso_tests::collector::{Collector, now, token};
use banso_tests::house::{House, KEY, ORIGIN, event, id, page};
use banso_tests::wait::until;
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
