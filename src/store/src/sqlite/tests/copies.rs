//! Backups: whole, of one moment, made while writes go on, and put in place only where nothing is.

use std::io::{Read as _, Write as _};

use super::*;
use crate::contract::{event_write, noon};
use crate::subject::Subject;

/// Writes a copy of a store to a file.
async fn back_up(store: &SqliteStore, to: &Path) {
    let mut copy = store.back_up().await.expect("it is copied");
    let mut bytes = Vec::new();
    copy.read_to_end(&mut bytes).expect("the copy is read");
    let mut file = File::create(to).expect("a file is made");
    file.write_all(&bytes).expect("it is written");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_answered_before_a_backup_is_in_it_once() {
    let (folder, elsewhere) = (Folder::new(), Folder::new());
    let store = Arc::new(folder.open());
    let at = |n: u64| banso_model::time::Timestamp(noon(0, 0).0 + n as i64);
    let write = move |n: u64| event_write("acme", at(n), n);
    for n in 0..300 {
        store.write(write(n)).await.expect("it is kept");
    }
    // Others go on while it is copied.
    let stop = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let writing = tokio::spawn({
        let (store, stop) = (Arc::clone(&store), Arc::clone(&stop));
        async move {
            let mut n = 300;
            while !stop.load(Ordering::Relaxed) {
                store.write(write(n)).await.expect("it is kept");
                n += 1;
            }
            n
        }
    });
    let file = folder.0.path().join("backup");
    back_up(&store, &file).await;
    stop.store(true, Ordering::Relaxed);
    let written = writing.await.expect("it wrote");
    restore(&file, &elsewhere.path()).expect("it is restored");
    let restored = elsewhere.open();
    let found = restored.counters().await.expect("they are read").events;
    assert!((300..=written).contains(&found), "{found} of {written}");
    let (mut new, mut old) = (0, 0);
    for n in 0..written {
        let answer = restored.write(write(n)).await.expect("it is answered");
        if answer.new == [true] {
            assert!(n >= 300, "{n} was answered before");
            new += 1;
        } else {
            old += 1;
        }
    }
    assert_eq!((old, new), (found, written - found));
    let record = restored.account("acme").await.expect("it is read");
    assert_eq!(
        record.expect("it is known").features["report.create"],
        written
    );
    restored.close().await;
    store.close().await;
    let left: Vec<_> = std::fs::read_dir(folder.path())
        .expect("it is listed")
        .map(|entry| entry.expect("it is listed").file_name())
        .filter(|name| name.to_string_lossy().starts_with("copy-"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

/// Who was erased stays so: by a backup's own list, and by a newer one that is in the folder.
#[tokio::test]
async fn who_was_erased_stays_erased_in_a_backup() {
    let folder = Folder::new();
    let store = folder.open();
    let gone = |user: &str| Subject::User {
        user: user.to_owned(),
        account: Some("acme".to_owned()),
    };
    for n in 0..3 {
        let user = format!("u{n}");
        let write = Sample::of("acme", &user).uses("a", n, 0).0;
        store.write(write).await.expect("it is kept");
    }
    store
        .erase(gone("u0"), noon(1, 0))
        .await
        .expect("it is erased");
    let file = folder.0.path().join("backup");
    back_up(&store, &file).await;
    store
        .erase(gone("u1"), noon(2, 0))
        .await
        .expect("it is erased");
    store.close().await;
    for (name, with_list, users) in [
        ("alone", false, vec!["u1", "u2"]),
        ("listed", true, vec!["u2"]),
    ] {
        let elsewhere = Folder::new();
        if with_list {
            std::fs::create_dir_all(elsewhere.path()).expect("it is made");
            std::fs::copy(
                folder.path().join("erased"),
                elsewhere.path().join("erased"),
            )
            .expect("it is copied");
        }
        restore(&file, &elsewhere.path()).expect("it is restored");
        for _ in 0..2 {
            let store = elsewhere.open();
            let record = store.account("acme").await.expect("it is read");
            let record = record.expect("it is known");
            let mut found: Vec<_> = record.users.into_iter().map(|user| user.id).collect();
            found.sort_unstable();
            assert_eq!(found, users, "{name}");
            assert_eq!(record.features["a"], 3, "{name}");
            let late = Sample::of("acme", "u0").uses("a", 9, 0).0;
            let answer = store.write(late).await.expect("it is answered");
            assert_eq!(answer.refused, [true], "{name}");
            store.close().await;
        }
    }
}

#[tokio::test]
async fn what_is_no_backup_or_has_no_room_is_refused() {
    let folder = Folder::new();
    let store = folder.open();
    store.write(use_of(1)).await.expect("it is kept");
    let file = folder.0.path().join("backup");
    back_up(&store, &file).await;
    store.close().await;
    let whole = std::fs::read(&file).expect("it is read");
    let mut garbled = whole.clone();
    let middle = garbled.len() / 2 / 4096 * 4096;
    garbled[middle..middle + 4096].fill(0xa5);
    for (name, bytes, reason) in [
        ("nothing", None, "cannot be opened"),
        ("empty", Some(Vec::new()), "is empty"),
        ("half", Some(whole[..whole.len() / 2].to_vec()), "malformed"),
        (
            "a text",
            Some(b"not a database, ".repeat(999)),
            "not a database",
        ),
        ("garbage in the middle", Some(garbled), "damaged"),
        (
            "a store's own tables",
            Some(std::fs::read(folder.path().join("banso.db")).expect("it is read")),
            "no backup",
        ),
    ] {
        let bad = folder.0.path().join("bad");
        match bytes {
            None => drop(std::fs::remove_file(&bad)),
            Some(bytes) => std::fs::write(&bad, bytes).expect("it is written"),
        }
        let elsewhere = Folder::new();
        let error = restore(&bad, &elsewhere.path())
            .expect_err(name)
            .to_string();
        assert!(
            error.contains(reason) && error.contains("bad"),
            "{name}: {error}"
        );
        assert!(!elsewhere.path().exists(), "{name}: nothing is made");
    }
    let error = restore(&file, &folder.path())
        .expect_err("it has data")
        .to_string();
    assert!(error.contains("holds data already"), "{error}");
}
