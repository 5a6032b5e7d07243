//! Files that are damaged, foreign or missing are told at the start, and stay as they are.

use std::collections::BTreeMap;

use super::*;

/// A closed store with some pages of data, and nothing in its journal; or as a crash leaves it, with everything in the
/// write-ahead logs.
async fn filled(folder: &Folder) {
    let store = folder.open();
    for n in 0..40 {
        store.write(use_of(n)).await.expect("it is kept");
    }
    store.close().await;
}

fn bytes(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    std::fs::read_dir(dir)
        .expect("the folder is listed")
        .map(|entry| {
            let entry = entry.expect("the folder is listed");
            let name = entry.file_name().to_string_lossy().into_owned();
            (name, std::fs::read(entry.path()).expect("a file is read"))
        })
        .filter(|(name, _)| !name.ends_with("-shm"))
        .collect()
}

fn change(dir: &Path, name: &str, change: impl FnOnce(&mut Vec<u8>)) {
    let path = dir.join(name);
    let mut bytes = std::fs::read(&path).expect("it is read");
    change(&mut bytes);
    std::fs::write(path, bytes).expect("it is written");
}

fn on(dir: &Path, name: &str, sql: &str) {
    let connection = Connection::open(dir.join(name)).expect("it opens");
    connection.execute_batch(sql).expect("the statement runs");
}

#[tokio::test]
async fn a_folder_that_cannot_be_used_is_told_and_stays_as_it_is() {
    type Damage = fn(&Path);
    let cases: &[(&str, Damage, &str, &str)] = &[
        (
            "empty tables",
            |dir| change(dir, "banso.db", Vec::clear),
            "banso.db",
            "is empty",
        ),
        (
            "half of the tables",
            |dir| change(dir, "banso.db", |bytes| bytes.truncate(bytes.len() / 2)),
            "banso.db",
            "malformed",
        ),
        (
            "a piece of a page of tables",
            |dir| change(dir, "banso.db", |bytes| bytes.truncate(700)),
            "banso.db",
            "",
        ),
        (
            "garbage in the head of the tables",
            |dir| change(dir, "banso.db", |bytes| bytes[..100].fill(0x5a)),
            "banso.db",
            "not a database",
        ),
        (
            "garbage in the middle of the tables",
            |dir| {
                change(dir, "banso.db", |bytes| {
                    let middle = bytes.len() / 2 / 4096 * 4096;
                    bytes[middle..middle + 4096].fill(0x5a);
                });
            },
            "banso.db",
            "damaged",
        ),
        (
            "a text",
            |dir| {
                std::fs::write(dir.join("banso.db"), "some text\n".repeat(999))
                    .expect("it is written");
            },
            "banso.db",
            "not a database",
        ),
        (
            "newer tables",
            |dir| {
                on(
                    dir,
                    "banso.db",
                    "UPDATE meta SET value = 99 WHERE key = 'version'",
                );
            },
            "banso.db",
            "version 99",
        ),
        (
            "tables of another program",
            |dir| {
                std::fs::remove_file(dir.join("banso.db")).expect("it is removed");
                on(
                    dir,
                    "banso.db",
                    "CREATE TABLE meta (a, b); CREATE TABLE songs (title)",
                );
            },
            "banso.db",
            "no such column",
        ),
        (
            "no tables",
            |dir| std::fs::remove_file(dir.join("banso.db")).expect("it is removed"),
            "banso.db",
            "missing",
        ),
        (
            "no journal",
            |dir| std::fs::remove_file(dir.join("journal.db")).expect("it is removed"),
            "journal.db",
            "missing",
        ),
        (
            "empty journal",
            |dir| change(dir, "journal.db", Vec::clear),
            "journal.db",
            "is empty",
        ),
        (
            "half of the journal",
            |dir| change(dir, "journal.db", |bytes| bytes.truncate(bytes.len() / 2)),
            "journal.db",
            "malformed",
        ),
        (
            "garbage in the head of the journal",
            |dir| change(dir, "journal.db", |bytes| bytes[..100].fill(0x5a)),
            "journal.db",
            "not a database",
        ),
        (
            "a text as journal",
            |dir| {
                std::fs::write(dir.join("journal.db"), "some text\n".repeat(999))
                    .expect("it is written");
            },
            "journal.db",
            "not a database",
        ),
        (
            "the journal of another program",
            |dir| {
                std::fs::remove_file(dir.join("journal.db")).expect("it is removed");
                on(dir, "journal.db", "CREATE TABLE songs (title)");
            },
            "journal.db",
            "no such table",
        ),
        (
            "a text as write-ahead log",
            |dir| {
                std::fs::write(dir.join("journal.db-wal"), "some text\n".repeat(99))
                    .expect("it is written");
            },
            "journal.db-wal",
            "no write-ahead log",
        ),
    ];
    for (name, damage, file, reason) in cases {
        let folder = Folder::new();
        filled(&folder).await;
        damage(&folder.path());
        let before = bytes(&folder.path());
        for _ in 0..2 {
            let Err(error) = SqliteStore::open(&folder.path(), Options::default()) else {
                panic!("{name}: it was opened");
            };
            assert!(
                matches!(error, StoreError::Unusable { .. }),
                "{name}: {error:?}"
            );
            let error = error.to_string();
            let place = folder.path().join(file).display().to_string();
            assert!(
                error.contains(&place) && error.contains(reason),
                "{name}: {error}"
            );
            assert!(
                error.contains("banso restore") || error.contains("newer program"),
                "{name}: {error}"
            );
            assert!(
                bytes(&folder.path()) == before,
                "{name}: something was changed"
            );
        }
    }
}

/// A start that was cut off before anything was kept is no damage.
#[tokio::test]
async fn a_store_that_was_never_used_is_begun_anew() {
    let folder = Folder::new();
    std::fs::create_dir_all(folder.path()).expect("it is made");
    std::fs::write(folder.path().join("banso.db"), "").expect("it is written");
    folder.open().close().await;
    std::fs::remove_file(folder.path().join("journal.db")).expect("it is removed");
    let store = folder.open();
    store.write(use_of(1)).await.expect("it is kept");
    store.close().await;
}

/// Damage that is come upon later: readiness says so, what is answered is safe, and nothing is written over it.
#[tokio::test]
async fn damage_that_is_found_later_is_told_by_readiness() {
    for (table, is_read) in [("uses", true), ("seen", false)] {
        let folder = Folder::new();
        filled(&folder).await;
        let root: usize = {
            let tables = Connection::open(folder.path().join("banso.db")).expect("it opens");
            let sql = "SELECT rootpage FROM sqlite_schema WHERE name = ?1";
            let root: i64 = tables
                .query_row(sql, [table], |row| row.get(0))
                .expect("it has a page");
            usize::try_from(root).expect("a page")
        };
        change(&folder.path(), "banso.db", |bytes| {
            bytes[(root - 1) * 4096..root * 4096].fill(0x5a);
        });
        let before = std::fs::read(folder.path().join("banso.db")).expect("it is read");
        // As if it were too large to be looked through at the start.
        let unchecked = Options {
            check: 0,
            ..Options::default()
        };
        let opened = SqliteStore::open(&folder.path(), unchecked);
        let store = match opened {
            Ok(store) => store,
            Err(error) if !is_read => {
                assert!(error.to_string().contains("malformed"), "{table}: {error}");
                continue;
            }
            Err(error) => panic!("{table}: {error}"),
        };
        store.ready().await.expect("nobody came upon it yet");
        let read = store.account("acme").await;
        assert!(
            matches!(read, Err(StoreError::Unavailable { .. })),
            "{table}: {read:?}"
        );
        for _ in 0..2 {
            // What is sent is in the journal, and not written over the damage.
            let answer = store.write(use_of(900)).await.expect("it is answered");
            drop(answer);
            let error = store.ready().await.expect_err("it is damaged").to_string();
            assert!(
                error.contains("banso.db") && error.contains("damaged"),
                "{table}: {error}"
            );
        }
        store.close().await;
        let after = std::fs::read(folder.path().join("banso.db")).expect("it is read");
        assert!(
            before[(root - 1) * 4096..root * 4096] == after[(root - 1) * 4096..root * 4096],
            "{table}: it was written over"
        );
        let error = SqliteStore::open(&folder.path(), Options::default());
        assert!(error.is_err(), "{table}: the next start looks through it");
    }
}
