//! The contract, and what is this backend's own.

mod copies;
mod damage;
mod erasure;
mod versions;

use std::path::PathBuf;

use banso_model::rollup::Source;

use super::*;
use crate::contract::{Place, Sample};
use crate::record;

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder is made"))
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("store")
    }
}

impl Place for Folder {
    type Store = SqliteStore;

    fn open(&self) -> SqliteStore {
        SqliteStore::open(&self.path(), Options::default()).expect("the store opens")
    }
}

crate::contract!(Folder::new());

impl SqliteStore {
    /// Runs a statement on the journal's connection.
    async fn run_on_journal(&self, sql: &'static str) {
        self.on_journal(move |committer| Ok(committer.journal().execute_batch(sql)?))
            .await
            .expect("the statement runs");
    }

    /// Runs a statement on the tables' connection.
    async fn run_on_tables(&self, sql: &'static str) {
        self.on_tables(move |fold| Ok(fold.tables.execute_batch(sql)?))
            .await
            .expect("the statement runs");
    }
}

/// As when the disk is full: no file may grow.
const FULL: &str = "PRAGMA max_page_count = 1";
/// As when there is room again.
const ROOM: &str = "PRAGMA max_page_count = 1000000";

fn use_of(n: u64) -> Write {
    let mut sample = Sample::of("acme", "u1").uses("a", n, 0).in_session("s1");
    // What does not compress, so that the commit needs a page of its own.
    sample.0.events[0].props = (0..4000_u64)
        .map(|i| format!("{:x}", (i ^ n).wrapping_mul(0x9e37_79b9_7f4a_7c15)))
        .collect();
    sample.0
}

async fn uses(store: &SqliteStore) -> Option<u64> {
    let record = store.account("acme").await.expect("the account is read");
    record.map(|record| record.features.get("a").copied().unwrap_or(0))
}

#[tokio::test]
async fn a_commit_that_fails_is_not_remembered() {
    let folder = Folder::new();
    let store = folder.open();
    assert_eq!(
        store.write(use_of(1)).await.expect("it is kept").new,
        [true]
    );
    store.run_on_journal(FULL).await;
    let failed = store.write(use_of(2)).await;
    assert!(
        matches!(failed, Err(StoreError::Unavailable { .. })),
        "{failed:?}"
    );
    assert_eq!(uses(&store).await, Some(1));
    store.run_on_journal(ROOM).await;
    store.ready().await.expect("it is ready again");
    assert_eq!(
        store.write(use_of(2)).await.expect("it is kept").new,
        [true]
    );
    assert_eq!(
        store.write(use_of(2)).await.expect("it is answered").new,
        [false]
    );
    assert_eq!(uses(&store).await, Some(2));
    store.close().await;
}

#[tokio::test]
async fn what_cannot_be_folded_now_is_folded_later() {
    let folder = Folder::new();
    let store = folder.open();
    store.run_on_tables(FULL).await;
    // The journal still has room, so this is answered: it will not be lost.
    assert_eq!(
        store.write(use_of(1)).await.expect("it is kept").new,
        [true]
    );
    let read = store.account("acme").await;
    assert!(
        matches!(read, Err(StoreError::Unavailable { .. })),
        "{read:?}"
    );
    assert_eq!(
        store.write(use_of(1)).await.expect("it is answered").new,
        [false]
    );
    store.close().await;
    let store = folder.open();
    assert_eq!(uses(&store).await, Some(1));
    assert_eq!(
        store.write(use_of(1)).await.expect("it is answered").new,
        [false]
    );
    store.close().await;
}

fn run(dir: &Path, sql: &str) {
    let tables = Connection::open(dir.join("banso.db")).expect("the tables open");
    tables.execute_batch(sql).expect("the statement runs");
}

#[test]
fn a_folder_has_one_process() {
    let folder = Folder::new();
    let first = folder.open();
    let Err(error) = SqliteStore::open(&folder.path(), Options::default()) else {
        panic!("it was opened twice");
    };
    assert!(
        error.to_string().contains("another process has it open"),
        "{error}"
    );
    drop(first);
    drop(folder.open());
}

#[tokio::test]
async fn a_full_queue_refuses_at_once() {
    let folder = Folder::new();
    let options = Options {
        queue: 0,
        ..Options::default()
    };
    let store = SqliteStore::open(&folder.path(), options).expect("it opens");
    let refused = store.write(use_of(1)).await;
    assert!(
        matches!(refused, Err(StoreError::Busy { retry_after: 1.. })),
        "{refused:?}"
    );
    assert_eq!(store.counters().await.expect("they are read").queued, 0);
}

/// What the log has of each owner, in the order of the log.
fn log(folder: &Folder) -> Vec<Write> {
    let tables = Connection::open(folder.path().join("banso.db")).expect("the tables open");
    let mut statement = tables
        .prepare("SELECT data FROM log JOIN log_of USING (owner, seq) ORDER BY seq")
        .expect("the log is read");
    let packed = statement
        .query_map((), |row| row.get::<_, Vec<u8>>(0))
        .expect("the log is read");
    let mut writes = Vec::new();
    for packed in packed {
        let records = pack::unpack(&packed.expect("a segment is read")).expect("it is unpacked");
        for bytes in record::split(&records) {
            let record = record::decode(bytes.expect("it is whole")).expect("it is read");
            writes.push(record.to_write());
        }
    }
    writes
}

#[tokio::test]
async fn the_log_has_what_was_accepted() {
    let folder = Folder::new();
    let store = folder.open();
    let writes = [
        Sample::of("acme", "u1").uses("a", 1, 0).uses("a", 2, 0),
        Sample::of("acme", "u2")
            .account_trait("plan", "pro", Source::Trusted)
            .reports("p", 1, &[7, 8]),
        Sample::on("d1").uses("b", 3, 0).merging(),
        Sample::of("acme", "u1").from("d1").merging(),
    ];
    for sample in &writes {
        store.write(sample.0.clone()).await.expect("it is kept");
        // Each is folded by itself, so that the log has the order of the writes.
        store.counters().await.expect("they are read");
    }
    let again = Sample::of("acme", "u1").uses("a", 2, 0).uses("a", 4, 0);
    store.write(again.0).await.expect("it is kept");
    store.close().await;
    let mut expected: Vec<_> = writes.into_iter().map(|sample| sample.0).collect();
    expected.push(Sample::of("acme", "u1").uses("a", 4, 0).0);
    assert_eq!(log(&folder), expected);
}

#[tokio::test]
async fn ids_are_forgotten_after_their_time() {
    let folder = Folder::new();
    let old = || {
        let mut write = Sample::of("acme", "u1").uses("a", 1, 0).0;
        write.events[0].recorded = banso_model::time::Timestamp(1_400_000_000_000);
        write
    };
    for (days, new) in [(0, true), (30, false), (40, true), (0, false)] {
        run_if(&folder, days);
        let store = folder.open();
        // Pruning comes with a commit, so there is one before.
        store.write(use_of(100 + days)).await.expect("it is kept");
        store.counters().await.expect("they are read");
        assert_eq!(
            store.write(old()).await.expect("it is answered").new,
            [new],
            "after {days} days"
        );
        store.close().await;
    }
}

/// Makes the ids of events look as old as that.
fn run_if(folder: &Folder, days: u64) {
    if days > 0 {
        run(
            &folder.path(),
            &format!("UPDATE seen_days SET added = added - {days} WHERE day < 18000"),
        );
    }
}
