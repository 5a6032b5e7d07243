//! What was answered survives `kill -9`, once.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use banso_model::time::Timestamp;
use banso_store::contract::event_write;
use banso_store::sqlite::{Options, SqliteStore};
use banso_store::write::Write;
use banso_store::{Store, StoreError};

const PLACE: &str = "BANSO_STORE_TEST_PLACE";
const WRITERS: u64 = 16;
const BATCH: u64 = 3;

/// The `n`-th write of a writer, which has an account of its own; the same whenever it is made.
fn nth(writer: u64, n: u64) -> Write {
    let at = Timestamp(1_790_000_000_000 + n as i64);
    let mut write = event_write(&account(writer), at, n * BATCH);
    for more in 1..BATCH {
        write
            .events
            .extend(event_write(&account(writer), at, n * BATCH + more).events);
    }
    for event in &mut write.events {
        event.session = format!("session-{}", n / 10);
    }
    write
}

fn account(writer: u64) -> String {
    format!("account-{writer}")
}

fn open(place: &Path) -> SqliteStore {
    SqliteStore::open(place, Options::default()).expect("the store opens")
}

/// Writes until it is killed, and says after every answer which write it was for.
#[test]
#[ignore = "the process that is killed: the test below starts it"]
fn writes_until_it_is_killed() {
    let place = std::env::var_os(PLACE).expect("the test below names the place");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    runtime.block_on(async {
        let store = open(Path::new(&place));
        let writers = (0..WRITERS).map(|writer| {
            let store = &store;
            async move {
                for n in 0.. {
                    store.write(nth(writer, n)).await?;
                    let mut out = std::io::stdout().lock();
                    writeln!(out, "answered {writer} {n}").expect("the parent listens");
                    out.flush().expect("the parent listens");
                }
                Ok::<(), StoreError>(())
            }
        });
        futures::future::join_all(writers).await;
    });
}

#[tokio::test]
async fn what_was_answered_survives_a_kill() {
    let dir = tempfile::tempdir().expect("a folder is made");
    let place = dir.path().join("store");
    let mut answered: BTreeMap<u64, u64> = BTreeMap::new();
    for (round, answers) in [(0, 200), (1, 2000), (2, 5000)] {
        for (writer, next) in kill_after(&place, answers) {
            let most = answered.entry(writer).or_default();
            *most = next.max(*most);
        }
        assert_eq!(answered.len() as u64, WRITERS, "round {round}");
        check(&place, &answered, round).await;
    }
}

/// Every write that was answered is there once; the one after it may be, too: its answer was cut off.
async fn check(place: &Path, answered: &BTreeMap<u64, u64>, round: u32) {
    let store = open(place);
    for (writer, next) in answered {
        let found = uses(&store, *writer).await;
        let expected = [next * BATCH, (next + 1) * BATCH];
        assert!(
            expected.contains(&found),
            "round {round}: {found}, not one of {expected:?}"
        );
        for n in 0..*next {
            let again = store.write(nth(*writer, n)).await.expect("it is answered");
            assert_eq!(
                again.new, [false; BATCH as usize],
                "round {round}: write {n} of {writer}"
            );
        }
        assert_eq!(
            uses(&store, *writer).await,
            found,
            "round {round}: nothing is added twice"
        );
    }
    store.close().await;
}

async fn uses(store: &SqliteStore, writer: u64) -> u64 {
    let record = store.account(&account(writer)).await.expect("it is read");
    let record = record.expect("the account is known");
    record.features["report.create"]
}

/// Starts the writing process, kills it after so many answers, and returns for each writer how many were answered.
fn kill_after(place: &Path, answers: usize) -> BTreeMap<u64, u64> {
    let mut child = Command::new(std::env::current_exe().expect("this program has a path"))
        .args([
            "--exact",
            "writes_until_it_is_killed",
            "--ignored",
            "--nocapture",
        ])
        .env(PLACE, place)
        .stdout(Stdio::piped())
        .spawn()
        .expect("the child starts");
    let out = BufReader::new(child.stdout.take().expect("its output is piped"));
    let mut answered = BTreeMap::new();
    let mut count = 0;
    // After the kill the pipe still has what was answered before.
    for line in out.lines() {
        let line = line.expect("the child speaks");
        let Some((_, words)) = line.split_once("answered ") else {
            continue;
        };
        let Some((writer, n)) = words.split_once(' ') else {
            continue;
        };
        // The last line may be cut off.
        if let (Ok(writer), Ok(n)) = (writer.parse::<u64>(), n.parse::<u64>()) {
            answered.insert(writer, n + 1);
        }
        count += 1;
        if count == answers {
            child.kill().expect("the child is killed");
        }
    }
    child.wait().expect("the child ends");
    answered
}
