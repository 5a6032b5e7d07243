//! A few learners of real courses: imported, listed, and scored as of any day of their course.
//!
//! The scores are worked out apart from Banso, from the rows of the dataset.

use std::path::Path;

use anyhow::{Context as _, Result};
use banso_tests::house::House;
use banso_tests::stack::{copy_folder, root};
use serde_json::{Value, json};

const CONFIG: &str = "src/xtask/oulad";
const EVENTS: &str = "tests/fixtures/oulad/expected/events.ndjson";

fn house() -> Result<House> {
    House::with(
        |_| {},
        |config: &Path| {
            std::fs::remove_dir_all(config)?;
            copy_folder(&root().join(CONFIG), config)
        },
    )
}

async fn import(house: &House) -> Result<Value> {
    let lines = std::fs::read_to_string(root().join(EVENTS))?;
    Ok(house.import(lines).await?.body)
}

async fn check(house: &House, account: &str, day: &str, stage: &str, score: f64) -> Result<()> {
    let health = house
        .admin(&format!("accounts/{account}/health?at={day}"))
        .await?
        .body;
    let near = |value: f64| (value - score).abs() < 1e-9;
    let scored = health["score"]
        .as_f64()
        .with_context(|| format!("{health}"))?;
    assert!(near(scored), "{account} on {day}: {scored} is not {score}");
    assert_eq!(health["stage"], stage, "{account} on {day}");
    let groups = health["groups"].as_array().context("no groups")?;
    let measures = groups
        .iter()
        .filter_map(|group| group["measures"].as_array());
    let parts = measures
        .flatten()
        .filter_map(|measure| measure["contribution"].as_f64());
    let sum: f64 = parts.sum();
    assert!(near(sum), "{account} on {day}: the parts sum to {sum}");
    Ok(())
}

#[tokio::test]
async fn learners_are_scored_as_of_any_day_of_their_course() -> Result<()> {
    let house = house()?;
    // The second time changes nothing, for any day.
    for (accepted, duplicate) in [(45, 0), (0, 45)] {
        let answer = import(&house).await?;
        assert_eq!(
            answer,
            json!({ "accepted": accepted, "duplicate": duplicate, "rejected": [], "refresh": false })
        );
        for (account, day, stage, score) in [
            (
                "BBB-2013B-551274",
                "2013-03-15",
                "settle-bbb",
                13.870_670_995_671,
            ),
            (
                "BBB-2013B-551274",
                "2013-04-01",
                "settle-bbb",
                27.353_535_353_535,
            ),
            (
                "BBB-2013B-551274",
                "2013-07-15",
                "finish",
                43.023_809_523_81,
            ),
            (
                "BBB-2013B-551274",
                "2013-09-13",
                "finish",
                59.916_666_666_667,
            ),
            ("BBB-2013B-288380", "2013-02-05", "arrive", 46.8),
            (
                "BBB-2013B-288380",
                "2013-03-15",
                "settle-bbb",
                59.382_981_601_732,
            ),
            (
                "BBB-2013B-288380",
                "2013-06-01",
                "settle-bbb",
                14.935_064_935_065,
            ),
            ("AAA-2013J-2569324", "2013-09-21", "arrive", 49.8),
            ("AAA-2013J-2569324", "2013-10-10", "arrive", 50.0),
            ("AAA-2013J-2569324", "2014-01-01", "arrive", 38.2),
            // They left on the second: the score stays as it was then.
            ("AAA-2013J-2569324", "2014-01-02", "arrive", 35.2),
            ("AAA-2013J-2569324", "2014-03-01", "arrive", 35.2),
        ] {
            check(&house, account, day, stage, score).await?;
        }
    }
    house.close().await
}

#[tokio::test]
async fn clicks_are_summed_and_learners_are_listed_from_their_registration_on() -> Result<()> {
    let house = house()?;
    import(&house).await?;
    let account = house.admin("accounts/BBB-2013B-554393").await?.body;
    assert_eq!(
        account["features"],
        json!({ "forumng": 9, "homepage": 7, "quiz": 2, "url": 3 })
    );
    assert_eq!(
        account["traits"],
        json!({ "course": "BBB-2013B", "module": "BBB", "presentation": "2013B" })
    );
    let left = house.admin("accounts/AAA-2013J-2569324").await?.body;
    assert_eq!(left["traits"]["churned_at"], "2014-01-02");
    for (day, registered) in [
        ("2012-11-10", 0),
        ("2012-11-11", 1),
        ("2013-01-17", 3),
        ("2013-02-01", 4),
        ("2013-07-12", 5),
    ] {
        let list = house.admin(&format!("accounts?at={day}")).await?.body;
        let accounts = list["accounts"].as_array().map(Vec::len);
        assert_eq!(accounts, Some(registered), "on {day}");
    }
    house.close().await
}
