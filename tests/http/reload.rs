//! A folder that fails `check` is never served: the last good one stays.

use std::fs;

use anyhow::{Context as _, Result};
use banso_collector::reload;
use banso_tests::house::{House, page_of, token};
use banso_tests::stack::root;
use serde_json::Value;

async fn hash(house: &House, guide: &str) -> Result<String> {
    let request = page_of("u1", "acme", &token("u1", "acme"));
    let answer = house.post("/v1/session", request.to_string()).await?;
    let guides = answer.body["fresh"]["guides"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let entry = guides.iter().find(|entry| entry["id"] == guide);
    let hash = entry.and_then(|entry| entry["hash"].as_str());
    Ok(hash
        .with_context(|| format!("{guide} is not listed: {}", answer.body))?
        .to_owned())
}

fn retitle(house: &House, title: &str) -> Result<()> {
    let file = house.config().join("guides/paid-only.json");
    let mut guide: Value = serde_json::from_str(&fs::read_to_string(&file)?)?;
    guide["title"]["en"] = title.into();
    Ok(fs::write(&file, guide.to_string())?)
}

/// Puts the guide back as the fixture has it, with another title.
fn retitle_whole(house: &House) -> Result<()> {
    let from = root().join("tests/fixtures/workspace/guides/paid-only.json");
    fs::copy(from, house.config().join("guides/paid-only.json"))?;
    retitle(house, "Third")
}

#[tokio::test]
async fn what_passes_is_served_and_what_does_not_is_not() -> Result<()> {
    let house = House::open()?;
    let first = hash(&house, "paid-only").await?;
    retitle(&house, "Second")?;
    reload::reload(&house.app, &house.config());
    let second = hash(&house, "paid-only").await?;
    assert_ne!(first, second);
    for hash in [&first, &second] {
        let guide = house.get(&format!("/v1/guides/{hash}")).await?;
        assert_eq!(
            guide.status, 200,
            "a page that was told the guide before can still fetch it"
        );
    }
    for broken in [
        "{",
        "{\"version\": 1}",
        "{\"version\": 1, \"id\": \"paid-only\", \"kind\": \"tour\", \"steps\": []}",
    ] {
        fs::write(house.config().join("guides/paid-only.json"), broken)?;
        reload::reload(&house.app, &house.config());
        assert_eq!(hash(&house, "paid-only").await?, second, "{broken}");
    }
    retitle_whole(&house)?;
    let file = house.config().join("banso.json");
    let text = fs::read_to_string(&file)?;
    for moved in [
        text.replace("Asia/Tokyo", "Europe/Berlin"),
        text.replace("\"hikari\"", "\"other\""),
    ] {
        fs::write(&file, moved)?;
        reload::reload(&house.app, &house.config());
        assert_eq!(
            hash(&house, "paid-only").await?,
            second,
            "what never changes"
        );
    }
    let metrics = house.get("/metrics").await?.body;
    let metrics = metrics.as_str().unwrap_or_default();
    assert!(
        metrics.contains("banso_reloads_total{result=\"refused\"} 5"),
        "{metrics}"
    );
    house.close().await
}

#[tokio::test]
async fn files_that_change_are_read_again() -> Result<()> {
    let house = House::open()?;
    let following = reload::follow(std::sync::Arc::clone(&house.app), house.config())?;
    let first = hash(&house, "paid-only").await?;
    retitle(&house, "Changed on disk")?;
    let second = banso_tests::wait::until("the change to be served", || async {
        let now = hash(&house, "paid-only").await?;
        Ok((now != first).then_some(now))
    })
    .await?;
    assert_ne!(first, second);
    drop(following);
    house.close().await
}
