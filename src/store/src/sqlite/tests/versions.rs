//! Stores of earlier versions are brought forward with everything in them.

use super::*;
use crate::contract::noon;
use crate::subject::Subject;

/// The tables of a store of version 1, as that version left them when it was closed.
const VERSION_1: &[u8] = include_bytes!("version-1.db.zst");
/// Its journal.
const JOURNAL_1: &[u8] = include_bytes!("version-1.journal.zst");

#[tokio::test]
async fn a_store_of_version_1_is_brought_forward() {
    let folder = Folder::new();
    std::fs::create_dir_all(folder.path()).expect("it is made");
    for (name, packed) in [("banso.db", VERSION_1), ("journal.db", JOURNAL_1)] {
        let bytes = zstd::decode_all(packed).expect("the fixture is unpacked");
        std::fs::write(folder.path().join(name), bytes).expect("it is written");
    }
    let store = folder.open();
    let counters = store.counters().await.expect("they are read");
    assert_eq!((counters.events, counters.accounts), (60, 3));
    let record = store.account("a0").await.expect("it is read");
    let record = record.expect("it is known");
    assert_eq!(record.features["report.create"], 20);
    let history = store.history("a0").await.expect("it is read");
    assert_eq!(history.erased, None);
    // Nobody noted since when its segments are: they are looked into.
    let expired = store
        .expire(noon(-100, 0))
        .await
        .expect("nothing is dropped");
    assert_eq!(expired.events, 0);
    let who = Subject::User {
        user: "u1".to_owned(),
        account: Some("a0".to_owned()),
    };
    let done = store.erase(who, noon(60, 0)).await.expect("it is erased");
    assert_eq!((done.users, done.events), (1, 10));
    store.close().await;
    let store = folder.open();
    let record = store.account("a0").await.expect("it is read");
    let record = record.expect("it is known");
    assert_eq!(
        (record.features["report.create"], record.users.len()),
        (20, 1)
    );
    let expired = store.expire(noon(4000, 0)).await.expect("all is dropped");
    assert_eq!(expired.events, 50);
    store.close().await;
}
