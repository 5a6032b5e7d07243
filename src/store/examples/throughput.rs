//! Prints how fast a store in a new folder takes writes: `throughput [SECONDS] [FOLDER] [BATCH]`, in a release build.
//!
//! Each of many callers writes and waits for the answer before it writes again, as a connection would; batches of 50
//! events and then single ones, over 20,000 accounts, with every rollup on.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use banso_model::event::{GuideAct, Kind};
use banso_model::rollup::Metric;
use banso_model::time::Timestamp;
use banso_store::sqlite::{Options, SqliteStore};
use banso_store::write::{NewEvent, Owner, ProgressChange, Write};
use banso_store::{Store, StoreError};

const ACCOUNTS: u64 = 20_000;
const FEATURES: u64 = 40;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let seconds = arguments.next().map_or(Ok(10), |text| text.parse())?;
    let dir = arguments.next().map_or_else(
        || std::env::temp_dir().join("banso-throughput"),
        PathBuf::from,
    );
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_time()
        .build()?;
    println!(
        "{:>6} {:>8} {:>12} {:>10} {:>9} {:>9} {:>9}",
        "batch", "callers", "events/s", "commits/s", "p50 ms", "p99 ms", "B/event"
    );
    let only: Option<u64> = arguments.next().map(|text| text.parse()).transpose()?;
    for (batch, callers) in [(50, 64), (50, 256), (1, 256), (1, 1024)] {
        if only.is_some_and(|only| only != batch) {
            continue;
        }
        let dir = dir.join(format!("{batch}-{callers}"));
        if dir.exists() {
            std::fs::remove_dir_all(&dir)?;
        }
        runtime.block_on(measure(&dir, batch, callers, Duration::from_secs(seconds)))?;
    }
    Ok(())
}

async fn measure(
    dir: &Path,
    batch: u64,
    callers: u64,
    time: Duration,
) -> Result<(), Box<dyn std::error::Error>> {
    let store = Arc::new(SqliteStore::open(dir, Options::default())?);
    let events = Arc::new(AtomicU64::new(0));
    let begin = Instant::now();
    let tasks: Vec<_> = (0..callers)
        .map(|caller| {
            let (store, events) = (Arc::clone(&store), Arc::clone(&events));
            tokio::spawn(async move {
                let mut random = Random(caller + 1);
                let mut waits = Vec::new();
                let mut made = 0;
                while begin.elapsed() < time {
                    let write = make(&mut random, batch, caller, &mut made);
                    let asked = Instant::now();
                    match store.write(write).await {
                        Ok(answer) => {
                            let new = answer.new.iter().filter(|new| **new).count();
                            events.fetch_add(new as u64, Ordering::Relaxed);
                            waits.push(asked.elapsed());
                        }
                        Err(StoreError::Busy { .. }) => {
                            tokio::time::sleep(Duration::from_millis(20)).await;
                        }
                        Err(error) => return Err(error),
                    }
                }
                Ok(waits)
            })
        })
        .collect();
    let mut waits = Vec::new();
    for task in tasks {
        waits.extend(task.await??);
    }
    let taken = begin.elapsed().as_secs_f64();
    waits.sort_unstable();
    let of = |part: f64| {
        waits
            .get((waits.len() as f64 * part) as usize)
            .copied()
            .unwrap_or_default()
            .as_secs_f64()
            * 1e3
    };
    let events = events.load(Ordering::Relaxed) as f64;
    let counters = store.counters().await?;
    assert_eq!(
        counters.events, events as u64,
        "every answered event is there"
    );
    let folding = begin.elapsed().as_secs_f64() - taken;
    store.close().await;
    let bytes: u64 = std::fs::read_dir(dir)?
        .map(|entry| entry?.metadata().map(|data| data.len()))
        .sum::<Result<u64, _>>()?;
    println!(
        "{batch:>6} {callers:>8} {:>12.0} {:>10.0} {:>9.1} {:>9.1} {:>9.1}   (folded {folding:.2} s later)",
        events / taken,
        counters.commits as f64 / taken,
        of(0.5),
        of(0.99),
        bytes as f64 / events
    );
    Ok(())
}

/// Xorshift: the events need to differ, no more.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: u64) -> u64 {
        (self.next() >> 11) % end
    }
}

fn now() -> Timestamp {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp(since.as_millis() as i64)
}

fn uuid(random: &mut Random, at: Timestamp) -> u128 {
    let low = u128::from(random.next()) << 64 | u128::from(random.next());
    (at.0 as u128) << 80 | 7 << 76 | (low & ((1 << 76) - 1) & !(3 << 62)) | 2 << 62
}

fn label(id: u128) -> String {
    banso_store::codec::Label::Uuid(id).to_string()
}

/// A batch of some user of some account, from a page load of a minute or so.
fn make(random: &mut Random, batch: u64, caller: u64, made: &mut u64) -> Write {
    let received = now();
    let account = random.below(ACCOUNTS);
    let visit = Timestamp(received.0 - received.0 % 60_000);
    // A user keeps the session and the page load for a minute.
    let mut own = Random(account << 32 | (visit.0 as u64 & 0xffff_ffff) | 1 << 63);
    own.next();
    let device = label(uuid(&mut own, visit));
    let (session, stream) = (label(uuid(&mut own, visit)), label(uuid(&mut own, visit)));
    let events = (0..batch)
        .map(|n| {
            *made += 1;
            let recorded = received.plus_ms(-(random.below(5000) as i64));
            event(random, recorded, &session, &stream, n, caller)
        })
        .collect();
    Write {
        owner: Owner::Account(format!("account-{account}")),
        user: Some(format!("user-{}", random.below(5))),
        device,
        received,
        received_day: received.utc_day(),
        events,
        traits: Vec::new(),
        merge: false,
        stream: None,
    }
}

fn event(
    random: &mut Random,
    recorded: Timestamp,
    session: &str,
    stream: &str,
    n: u64,
    caller: u64,
) -> NewEvent {
    let feature = format!("feature.{}", random.below(FEATURES));
    let (kind, name, adds, progress) = match random.below(20) {
        0 => (
            Kind::Active,
            String::new(),
            vec![(Metric::ActiveSeconds, 15)],
            None,
        ),
        1 => {
            let guide = format!("guide-{}", random.below(8));
            let act = [GuideAct::Seen, GuideAct::Step, GuideAct::Done][random.below(3) as usize];
            let change = ProgressChange::Guide {
                act,
                step: Some("open".to_owned()),
                until: None,
                interrupts: false,
            };
            let adds = vec![(Metric::Guide(guide.clone(), act.as_str().to_owned()), 1)];
            (Kind::Guide, guide, adds, Some(change))
        }
        _ => (
            Kind::Feature,
            feature.clone(),
            vec![(Metric::Feature(feature), 1)],
            None,
        ),
    };
    let props = format!(
        r#"{{"source":"menu","report":"{:x}","rows":{},"caller":{caller}}}"#,
        random.below(1 << 24),
        random.below(5000),
    );
    NewEvent {
        id: uuid(random, recorded),
        recorded,
        at: recorded,
        day: recorded.utc_day(),
        kind,
        name,
        session: session.to_owned(),
        stream: stream.to_owned(),
        seq: n as u32,
        page: Some(format!("/reports/{}", random.below(200))),
        props,
        adds,
        progress,
    }
}
