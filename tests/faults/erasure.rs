//! People are erased while everybody sends and the collector is killed again and again: sums have every event exactly once,
//! and nothing of the erased is left. `BANSO_SEED` draws the same again.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use banso_tests::collector::{Collector, now};
use banso_tests::house::{SERVER_KEY, id};
use banso_tests::stack::ADMIN_TOKEN;
use serde_json::{Value, json};

use crate::conservation::{setting, with_features};

const PEOPLE: u32 = 6;
/// How many of them are erased.
const ERASED: u32 = 3;
/// Events of one person at most, each a use of a feature that nobody else uses.
const EACH: u32 = 450;
const SECONDS: u64 = 20;

fn user(number: u32) -> String {
    format!("person-{number}@secret.example")
}

/// What became of a person's events, by feature.
#[derive(Default)]
struct Sent {
    /// How often each may have been counted: at least and at most.
    uses: BTreeMap<String, (u64, u64)>,
    refused: u64,
}

/// Asks until it is answered; tells also how often it was asked in vain.
async fn ask(make: impl Fn() -> reqwest::RequestBuilder) -> Result<(Value, u32)> {
    for vain in 0.. {
        if let Ok(answer) = make().send().await {
            let status = answer.status().as_u16();
            match answer.text().await {
                Ok(text) if status == 200 => {
                    if let Ok(answer) = serde_json::from_str(&text) {
                        return Ok((answer, vain));
                    }
                }
                Ok(text) => ensure!(status >= 500, "{status}: {text}"),
                Err(_) => {}
            }
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    unreachable!("it asks for ever")
}

/// Sends a person's events one by one, each until it is answered.
async fn send(url: String, number: u32, over: Arc<AtomicBool>) -> Result<Sent> {
    let http = reqwest::Client::builder()
        .pool_max_idle_per_host(0)
        .timeout(Duration::from_secs(20))
        .build()?;
    let mut sent = Sent::default();
    for nth in 0..EACH {
        if over.load(Ordering::Relaxed) {
            break;
        }
        let at = now()?;
        let feature = format!("f{}", number * EACH + nth);
        let event = json!({
            "id": id(at, number * EACH + nth), "kind": "feature", "name": feature, "at": at.to_string(),
            "props": { "by": user(number) },
        });
        let body = json!({
            "key": SERVER_KEY, "account": "acme", "user": user(number), "user_traits": { "email": user(number) },
            "events": [event],
        });
        let (answer, vain) = ask(|| {
            let post = http.post(format!("{url}/v1/events"));
            post.body(body.to_string())
        })
        .await?;
        let stored =
            answer["accepted"].as_u64().unwrap_or(0) + answer["duplicate"].as_u64().unwrap_or(0);
        let counts = match answer["rejected"][0]["reason"].as_str() {
            None => (stored, stored),
            Some("erased") => {
                sent.refused += 1;
                // An attempt that was not answered may have been stored before the erasure.
                (0, u64::from(vain > 0))
            }
            Some(other) => anyhow::bail!("{other}: {answer}"),
        };
        sent.uses.insert(feature, counts);
    }
    Ok(sent)
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_erased_under_fire_is_gone_and_sums_are_whole() -> Result<()> {
    let seed = setting("BANSO_SEED", fastrand::u64(..))?;
    println!("BANSO_SEED={seed} draws this again");
    let mut random = fastrand::Rng::with_seed(seed);
    let mut collector = Collector::with(with_features)?;
    let over = Arc::new(AtomicBool::new(false));
    let sending: Vec<_> = (0..PEOPLE)
        .map(|number| tokio::spawn(send(collector.url(), number, Arc::clone(&over))))
        .collect();
    let until = Instant::now() + Duration::from_secs(setting("BANSO_SECONDS", SECONDS)?);
    let mut erasing = Vec::new();
    while Instant::now() < until {
        tokio::time::sleep(Duration::from_millis(random.u64(50..700))).await;
        let number = u32::try_from(erasing.len())?;
        if number < ERASED {
            let (client, url) = (collector.client.clone(), collector.url());
            erasing.push(tokio::spawn(async move {
                ask(|| {
                    let who = json!({ "user": user(number), "account": "acme" });
                    let post = client.post(format!("{url}/v1/admin/erase"));
                    post.bearer_auth(ADMIN_TOKEN).body(who.to_string())
                })
                .await
            }));
            tokio::time::sleep(Duration::from_millis(random.u64(0..60))).await;
        }
        collector.kill_and_restart()?;
    }
    over.store(true, Ordering::Relaxed);
    for erased in erasing {
        erased.await??;
    }
    let mut everybody = Vec::new();
    for person in sending {
        everybody.push(person.await??);
    }
    check(&mut collector, &everybody)
        .await
        .with_context(|| format!("with BANSO_SEED={seed}"))
}

async fn check(collector: &mut Collector, everybody: &[Sent]) -> Result<()> {
    let found = collector.features("acme").await?;
    let (mut refused, mut counted) = (0, 0);
    for (number, sent) in (0..).zip(everybody) {
        for (feature, (least, most)) in &sent.uses {
            let count = found[feature].as_u64().unwrap_or(0);
            ensure!(
                (*least..=*most).contains(&count),
                "{feature} of {}: {count}, not {least} to {most}",
                user(number)
            );
            counted += count;
        }
        let path = format!("/v1/admin/export?account=acme&user={}", user(number));
        let (status, text) = collector.get(&path).await?;
        if number < ERASED {
            ensure!(status == 404, "{}: {status} {text}", user(number));
            refused += sent.refused;
        } else {
            ensure!(sent.refused == 0, "{} was refused", user(number));
            let events = text
                .lines()
                .filter(|line| line.contains("\"kind\":\"event\""));
            let stored: u64 = sent.uses.values().map(|(least, _)| least).sum();
            ensure!(events.count() as u64 == stored, "{}", user(number));
        }
    }
    println!("{counted} uses are counted, {refused} events were refused");
    ensure!(refused > 0 && counted > 0, "nothing happened");
    collector.stop()?;
    let store = collector.store();
    let folder = store.strip_prefix("sqlite:").context("a folder")?;
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let bytes = std::fs::read(&path)?;
        for number in 0..ERASED {
            let secret = user(number);
            let found = bytes
                .windows(secret.len())
                .any(|part| part == secret.as_bytes());
            ensure!(!found, "{secret} is in {}", path.display());
        }
    }
    Ok(())
}
