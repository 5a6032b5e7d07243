//! Every event that was recorded is stored exactly once or accounted for, whatever befalls it on the way.
//!
//! What happens is drawn by lot from a seed, which is printed; `BANSO_SEED` draws the same again: what each client does,
//! what befalls each of its attempts, and when the collector is killed, starved or told another time. `BANSO_SECONDS`
//! is how long it goes on.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use banso_tests::client::{Client, Person};
use banso_tests::collector::{Collector, program};
use banso_tests::proxy::{Fate, Proxy};
use serde_json::{Value, json};

const CLIENTS: u32 = 10;
/// More than any client records, so that nearly every use is the only one of its feature: one that is lost cannot be
/// made up for by one that counts twice.
const FEATURES: usize = 3000;
/// How long things go wrong, in seconds.
const SECONDS: u64 = 45;
const HOUR: i64 = 3_600;

/// A number that the environment may say.
pub fn setting(name: &str, otherwise: u64) -> Result<u64> {
    match std::env::var(name) {
        Ok(text) => text.parse().with_context(|| format!("{name} is {text:?}")),
        Err(_) => Ok(otherwise),
    }
}

/// Gives the workspace many features.
pub fn with_features(config: &Path) -> Result<()> {
    let file = config.join("banso.json");
    let mut workspace: Value = serde_json::from_str(&std::fs::read_to_string(&file)?)?;
    let features = workspace["features"]
        .as_array_mut()
        .context("no features")?;
    features.extend(
        (0..FEATURES)
            .map(|nth| json!({ "id": format!("f{nth}"), "on": { "track": format!("f{nth}") } })),
    );
    Ok(std::fs::write(file, workspace.to_string())?)
}

/// What one person at one device does until it is over; what waits is delivered then.
async fn live(mut client: Client, number: u32, over: Arc<AtomicBool>) -> Result<Client> {
    // Two devices share an account; who signs in on a device after that is of another.
    let people = [
        Person::new(&format!("u{number}"), &format!("a{}", number / 2))?,
        Person::new(&format!("v{number}"), &format!("b{}", number / 2))?,
    ];
    while !over.load(Ordering::Relaxed) {
        match client.random.u8(0..40) {
            0..=14 => {
                let count = client.random.usize(1..6);
                client.record(count)?;
            }
            15 => client.record_nonsense()?,
            16 => client.give_up(),
            17 => client.lose(),
            18 => client.reload(),
            19 => {
                let hours = client.random.i64(-48..48);
                client.set_clock(hours * HOUR * 1000);
            }
            20 => {
                let who = client.random.usize(0..4);
                client.be(people.get(who).cloned()).await?;
            }
            21..=27 => client.deliver().await?,
            // Somebody reads.
            _ => tokio::time::sleep(Duration::from_millis(client.random.u64(1..120))).await,
        }
    }
    client.be(Some(people[0].clone())).await?;
    client.record(1)?;
    while client.waiting() > 0 {
        client.deliver().await?;
    }
    Ok(client)
}

/// What befalls the collector until the time is over.
async fn torment(
    collector: &mut Collector,
    mut random: fastrand::Rng,
    until: Instant,
) -> Result<BTreeMap<&'static str, u32>> {
    let mut happened = BTreeMap::new();
    while Instant::now() < until {
        tokio::time::sleep(Duration::from_millis(random.u64(50..1500))).await;
        let what = match random.u8(0..8) {
            0..=3 => {
                let hours = random.i64(-48..48);
                let wrong = random.bool();
                collector.set_clock_ahead(if wrong { hours * HOUR } else { 0 });
                collector.kill_and_restart()?;
                if wrong {
                    "killed, and its clock jumped"
                } else {
                    "killed"
                }
            }
            4 => {
                collector.stop()?;
                collector.start()?;
                "restarted"
            }
            5 => {
                collector.limit_files(Some(random.u64(0..200_000)))?;
                tokio::time::sleep(Duration::from_millis(random.u64(100..1000))).await;
                collector.kill_and_restart()?;
                "killed while its disk was full"
            }
            _ => {
                collector.limit_files(Some(random.u64(0..200_000)))?;
                tokio::time::sleep(Duration::from_millis(random.u64(100..2000))).await;
                collector.limit_files(None)?;
                "its disk was full for a while"
            }
        };
        *happened.entry(what).or_default() += 1;
    }
    Ok(happened)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_event_is_stored_once_or_accounted_for() -> Result<()> {
    let seed = setting("BANSO_SEED", fastrand::u64(..))?;
    let seconds = setting("BANSO_SECONDS", SECONDS)?;
    println!("BANSO_SEED={seed} draws this again");
    conserve(seed, seconds)
        .await
        .with_context(|| format!("with BANSO_SEED={seed}"))
}

async fn conserve(seed: u64, seconds: u64) -> Result<()> {
    let mut collector = Collector::with(with_features)?;
    let calm = Arc::new(AtomicBool::new(false));
    let is_calm = Arc::clone(&calm);
    let proxy = Proxy::start(collector.address(), move |attempt| {
        if is_calm.load(Ordering::Relaxed) {
            return Fate::Pass;
        }
        let mixed = attempt.bytes().fold(seed, |mixed, byte| {
            (mixed ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Fate::draw(&mut fastrand::Rng::with_seed(mixed))
    })
    .await?;
    let over = Arc::new(AtomicBool::new(false));
    let mut living = Vec::new();
    for number in 0..CLIENTS {
        let lot = seed.wrapping_add(1 + u64::from(number));
        let client = Client::new(number, lot, proxy.url(), FEATURES)?;
        living.push(tokio::spawn(live(client, number, Arc::clone(&over))));
    }
    let until = Instant::now() + Duration::from_secs(seconds);
    let happened = torment(&mut collector, fastrand::Rng::with_seed(seed), until).await;
    over.store(true, Ordering::Relaxed);
    calm.store(true, Ordering::Relaxed);
    println!("{:?}", happened?);
    let mut clients = Vec::new();
    for client in living {
        clients.push(client.await??);
    }
    collector.kill_and_restart()?;
    check_uses(&collector, &clients).await?;
    check_accounts_of_losses(&mut collector, &clients).await
}

/// Each account has each use exactly once.
async fn check_uses(collector: &Collector, clients: &[Client]) -> Result<()> {
    let mut expected: BTreeMap<String, BTreeMap<String, u64>> = BTreeMap::new();
    for client in clients {
        for ((account, feature), count) in client.uses_by_account() {
            *expected
                .entry(account)
                .or_default()
                .entry(feature)
                .or_default() += count;
        }
    }
    ensure!(
        expected.len() >= CLIENTS as usize / 2,
        "{:?}",
        expected.keys()
    );
    for (account, uses) in &expected {
        let found: BTreeMap<String, u64> =
            serde_json::from_value(collector.features(account).await?)?;
        let wrong: Vec<_> = uses
            .keys()
            .chain(found.keys())
            .filter(|feature| uses.get(*feature) != found.get(*feature))
            .map(|feature| (feature, uses.get(feature), found.get(feature)))
            .collect();
        ensure!(
            wrong.is_empty(),
            "{account}: feature, recorded, stored: {wrong:?}"
        );
    }
    Ok(())
}

/// The numbers of what became of everything are those of the clients, in the metrics and on the command line.
async fn check_accounts_of_losses(collector: &mut Collector, clients: &[Client]) -> Result<()> {
    let mut expected = BTreeMap::new();
    for page in clients.iter().flat_map(|client| &client.pages) {
        let told = page.stored + page.rejected + page.told;
        // What is lost behind the last number that arrived is nowhere to be seen.
        let sent = page.last.max(told);
        ensure!(
            sent - told <= page.lost + page.dropped - page.told,
            "{page:?}"
        );
        for (what, count) in [
            ("sent", sent),
            ("received", page.stored),
            ("rejected", page.rejected),
            ("dropped", page.told),
            ("lost", sent - told),
        ] {
            *expected.entry(what).or_insert(0) += count;
        }
    }
    println!("{expected:?}");
    ensure!(expected.values().all(|count| *count > 0), "{expected:?}");
    ensure!(
        collector.stored().await? == expected["received"],
        "{} are stored",
        collector.stored().await?
    );
    let page = collector.get("/metrics").await?.1;
    for what in ["received", "rejected", "dropped", "lost"] {
        let label = format!("result=\"{what}\"");
        let lines = page.lines().filter(|line| {
            line.starts_with("banso_sent_events{key=\"wk_test\"") && line.contains(&label)
        });
        let counts = lines.filter_map(|line| line.rsplit_once(' ')?.1.parse::<u64>().ok());
        let sum: u64 = counts.sum();
        ensure!(
            sum == expected[what],
            "{what}: {} expected, {sum} in the metrics",
            expected[what]
        );
    }
    collector.stop()?;
    let output = Command::new(program()?)
        .args(["stats", "--json", "--store", &collector.store()])
        .output()?;
    let stats: Value = serde_json::from_slice(&output.stdout)
        .with_context(|| String::from_utf8_lossy(&output.stderr).into_owned())?;
    let days = stats["days"].as_array().context("no days")?;
    let sum = |what: &str| {
        days.iter()
            .filter_map(|day| day[what].as_u64())
            .sum::<u64>()
    };
    for (what, count) in expected {
        ensure!(sum(what) == count, "{what}: {count} expected: {stats:#}");
    }
    let told: u64 = clients.iter().map(|client| client.duplicates).sum();
    ensure!(
        sum("duplicate") >= told,
        "{told} duplicates were answered: {stats:#}"
    );
    Ok(())
}
