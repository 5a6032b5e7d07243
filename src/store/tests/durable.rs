//! What was answered survives `kill -9`, once.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use banso_model::time::Timestamp;
use banso_store::contract::{Sample, event_write, noon};
use banso_store::sqlite::{Options, SqliteStore};
use banso_store::subject::Subject;
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

/// Who is erased; nobody else has this text.
const ZOE: &str = "zoe@secret.example";

/// Erases somebody, and says when it begins and when it was answered.
#[test]
#[ignore = "the process that is killed: the test below starts it"]
fn erases_until_it_is_killed() {
    let place = std::env::var_os(PLACE).expect("the test below names the place");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    runtime.block_on(async {
        let store = open(Path::new(&place));
        println!("begins");
        let who = Subject::User {
            user: ZOE.to_owned(),
            account: None,
        };
        store.erase(who, noon(1, 0)).await.expect("it is erased");
        println!("answered");
        std::future::pending::<()>().await;
    });
}

/// Two people of an account, one of whom is erased; what both did is counted for the account.
async fn two_people(place: &Path) -> u64 {
    let store = open(place);
    let mut uses = 0;
    for n in 0..40 {
        for (user, device) in [(ZOE, "zoes-device"), ("bob", "bobs-device")] {
            for sample in [
                Sample::of("acme", user).from(device).merging(),
                Sample::on(device),
            ] {
                let first = uses;
                let mut sample = sample;
                for _ in 0..50 {
                    sample = sample.uses("a", uses, 0);
                    uses += 1;
                }
                let props = format!("{{\"of\":\"{user} {n} {first}\"}}");
                for event in &mut sample.0.events {
                    event.props.clone_from(&props);
                }
                store.write(sample.0).await.expect("it is kept");
            }
        }
        store.counters().await.expect("they are read");
    }
    store.close().await;
    uses
}

/// How far an erasure is, as the folder shows it.
fn has_reached(place: &Path, moment: &str) -> bool {
    let length = |name: &str| {
        let data = std::fs::metadata(place.join(name));
        data.map_or(0, |data| data.len())
    };
    let stones = || std::fs::read_to_string(place.join("erased")).unwrap_or_default();
    match moment {
        "it begins" | "it is answered" => true,
        "a stone is being written" => place.join("erased").exists(),
        "their stone is written" => stones().lines().count() >= 2,
        "their devices' stones are written" => stones().lines().count() >= 3,
        "rows are being deleted" => stones().lines().count() >= 3 && length("banso.db-wal") > 0,
        "the file is being rewritten" => length("banso.db-wal") > 200_000,
        _ => stones().lines().count() >= 3 && length("banso.db-wal") == 0,
    }
}

#[tokio::test]
async fn an_erasure_survives_a_kill_at_any_moment() {
    let dir = tempfile::tempdir().expect("a folder is made");
    let whole = dir.path().join("whole");
    let uses = two_people(&whole).await;
    for moment in [
        "it begins",
        "a stone is being written",
        "their stone is written",
        "their devices' stones are written",
        "rows are being deleted",
        "the file is being rewritten",
        "the file is rewritten",
        "it is answered",
    ] {
        let place = dir.path().join("store");
        std::fs::create_dir(&place).expect("a folder is made");
        for entry in std::fs::read_dir(&whole).expect("it is listed") {
            let entry = entry.expect("it is listed");
            std::fs::copy(entry.path(), place.join(entry.file_name())).expect("it is copied");
        }
        kill_when(&place, moment);
        let stones = std::fs::read_to_string(place.join("erased")).unwrap_or_default();
        let store = open(&place);
        let record = store.account("acme").await.expect("it is read");
        let record = record.expect("it is known");
        assert_eq!(record.features["a"], uses, "{moment}: sums stay");
        let bob = record.users.iter().any(|user| user.id == "bob");
        let zoe = record.users.iter().any(|user| user.id == ZOE);
        let is_placed = stones.lines().count() >= 2 && stones.ends_with('\n');
        assert!(bob, "{moment}");
        assert_eq!(zoe, !is_placed, "{moment}: {stones}");
        let late = Sample::of("acme", ZOE).uses("a", 999_999, 0).0;
        let late = store.write(late).await.expect("it is answered");
        assert_eq!(late.refused.contains(&true), is_placed, "{moment}");
        store.close().await;
        for entry in std::fs::read_dir(&place).expect("it is listed") {
            let path = entry.expect("it is listed").path();
            let bytes = std::fs::read(&path).expect("it is read");
            let found = bytes
                .windows(ZOE.len())
                .any(|window| window == ZOE.as_bytes());
            assert!(!(found && is_placed), "{moment}: in {}", path.display());
        }
        std::fs::remove_dir_all(&place).expect("it is removed");
    }
}

/// Starts the erasing process and kills it at a moment of its work.
fn kill_when(place: &Path, moment: &str) {
    let mut child = Command::new(std::env::current_exe().expect("this program has a path"))
        .args([
            "--exact",
            "erases_until_it_is_killed",
            "--ignored",
            "--nocapture",
        ])
        .env(PLACE, place)
        .stdout(Stdio::piped())
        .spawn()
        .expect("the child starts");
    let out = BufReader::new(child.stdout.take().expect("its output is piped"));
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for line in out.lines().map_while(Result::ok) {
            for word in ["begins", "answered"] {
                if line.contains(word) && tell.send(word).is_err() {
                    // The moment was reached.
                    return;
                }
            }
        }
    });
    assert_eq!(told.recv(), Ok("begins"), "{moment}");
    if moment == "it is answered" {
        assert_eq!(told.recv(), Ok("answered"), "{moment}");
    }
    // A moment may pass unseen: then it was answered.
    while !has_reached(place, moment) && told.try_recv().is_err() {
        std::thread::yield_now();
    }
    child.kill().expect("the child is killed");
    child.wait().expect("the child ends");
}
