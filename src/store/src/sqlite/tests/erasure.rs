//! Nothing of who was erased is in the bytes of the files, whatever happened before and whenever the erasure was cut off.

use super::*;
use crate::contract::noon;
use crate::sqlite::segments::Segments;
use crate::subject::Subject;

/// What only the erased person has: whatever contains it is theirs.
const SECRETS: [&str; 8] = [
    "zoe@secret.example",
    "zoes-device",
    "zoes-session",
    "zoes-stream",
    "zoes-prop",
    "zoes-trait",
    "zoes-answer",
    "zoes-search",
];
/// What somebody else of the same account has.
const OTHERS: [&str; 3] = ["bob@kept.example", "bobs-prop", "bobs-trait"];

/// What stands for her as long as her account is not known.
const STAND_IN: &str = "\u{1}zoe@secret.example";

/// The device of a name, which is also what begins everything that is said on it.
fn device(own: &str) -> String {
    match own {
        STAND_IN => own.to_owned(),
        own => format!("{own}-device"),
    }
}

/// What a person does; all of their texts begin with `own`.
fn does(account: &str, user: &str, own: &str, n: u64) -> Write {
    let mut sample = Sample::of(account, user)
        .from(&device(own))
        .merging()
        .uses("a", n, 0)
        .completes("start/report", n + 1)
        .answers("nps/why", format!("{own}-answer").as_str(), n + 2)
        .misses(&format!("{own}-search"), n + 3)
        .user_trait(
            "email",
            format!("{own}-trait-{n}").as_str(),
            Source::Trusted,
        )
        .in_session(&format!("{own}-session"))
        .in_stream(&format!("{own}-stream"), 0)
        .with_key("k")
        .reports(&format!("{own}-stream"), 0, &[]);
    for event in &mut sample.0.events {
        event.props = format!(r#"{{"note":"{own}-prop-{n}"}}"#);
    }
    sample.0
}

fn before(own: &str, n: u64) -> Write {
    let mut sample = Sample::on(&device(own)).uses("a", n, 0);
    sample.0.events[0].props = format!(r#"{{"note":"{own}-prop-{n}"}}"#);
    sample.0
}

/// Many people, in so many segments that a dictionary is learned and segments are put together.
async fn crowd(store: &SqliteStore) {
    for round in 0..10_u64 {
        let others = (0..500_u64).map(|n| {
            let (account, own) = (format!("account-{n}"), format!("p{n}"));
            does(&account, &own, &own, 10_000 + round * 10_000 + n * 10)
        });
        let zoes = [
            before("zoes", 5 + round),
            does("acme", "zoe@secret.example", "zoes", 1000 + round * 10),
            does("globex", "zoe@secret.example", "zoes", 2000 + round * 10),
            does("acme", "bob@kept.example", "bobs", 3000 + round * 10),
            // Another vendor's client named no account at first, and Bob claims to have been she.
            before(STAND_IN, 4000 + round),
            does("acme", "zoe@secret.example", STAND_IN, 5000 + round * 10),
            Sample::of("acme", "bob@kept.example")
                .from(&device(STAND_IN))
                .merging()
                .uses("a", 6000 + round, 0)
                .0,
        ];
        let writes = others.chain(zoes).map(|write| store.write(write));
        for answer in futures::future::join_all(writes).await {
            answer.expect("it is kept");
        }
        // Each round is folded by itself.
        store.counters().await.expect("they are read");
    }
}

fn zoe(account: Option<&str>) -> Subject {
    Subject::User {
        user: "zoe@secret.example".to_owned(),
        account: account.map(str::to_owned),
    }
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|window| window == text.as_bytes())
}

/// The raw bytes of every file of the folder.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(folder).expect("the folder is listed");
    let mut files: Vec<_> = entries
        .map(|entry| {
            let entry = entry.expect("the folder is listed");
            let bytes = std::fs::read(entry.path()).expect("a file is read");
            (entry.file_name().to_string_lossy().into_owned(), bytes)
        })
        .collect();
    files.sort();
    files
}

/// Every segment of the log, unpacked, one after the other.
fn unpacked(folder: &Path) -> Vec<u8> {
    let tables = Connection::open(folder.join("banso.db")).expect("the tables open");
    let mut segments = Segments::load(&tables).expect("dictionaries are read");
    let mut statement = tables
        .prepare("SELECT data FROM log")
        .expect("the log is read");
    let packed = statement
        .query_map((), |row| row.get::<_, Vec<u8>>(0))
        .expect("the log is read");
    packed
        .flat_map(|packed| {
            let packed = packed.expect("a segment is read");
            segments.unpack(&packed).expect("it is unpacked")
        })
        .collect()
}

/// Which of the texts are in the files or in the log.
fn found(folder: &Path, texts: &[&'static str]) -> Vec<(String, &'static str)> {
    let mut found = Vec::new();
    let mut all = files(folder);
    all.push(("the log".to_owned(), unpacked(folder)));
    for (name, bytes) in &all {
        for text in texts {
            if holds(bytes, text) {
                found.push((name.clone(), *text));
            }
        }
    }
    found
}

#[tokio::test]
async fn nothing_of_the_erased_is_in_the_bytes_of_the_files() {
    let folder = Folder::new();
    let store = folder.open();
    crowd(&store).await;
    let all = found(&folder.path(), &SECRETS);
    for secret in SECRETS {
        let is_there = all.iter().any(|(_, text)| *text == secret);
        assert!(is_there, "{secret} is there before: {all:?}");
    }
    let tables = Connection::open(folder.path().join("banso.db")).expect("the tables open");
    let learned: i64 = tables
        .query_row("SELECT count(*) FROM dictionaries", (), |row| row.get(0))
        .expect("they are counted");
    assert_eq!(learned, 1, "learned from segments like theirs");
    drop(tables);
    let totals = store.account("acme").await.expect("it is read");
    let totals = totals.expect("it is known").features;
    let done = store
        .erase(zoe(None), noon(1, 0))
        .await
        .expect("it is erased");
    assert_eq!((done.users, done.devices), (2, 2));
    assert_eq!(done.events, 10 * (1 + 4 + 4 + 1 + 4));
    // While it is open: the write-ahead logs too.
    for round in ["open", "closed", "opened again"] {
        assert_eq!(found(&folder.path(), &SECRETS), [], "{round}");
        let others: std::collections::BTreeSet<_> = found(&folder.path(), &OTHERS)
            .into_iter()
            .map(|(_, text)| text)
            .collect();
        assert_eq!(others.len(), OTHERS.len(), "{round}: {others:?}");
        match round {
            "open" => store.close().await,
            _ => {
                let store = folder.open();
                let now = store.account("acme").await.expect("it is read");
                assert_eq!(now.expect("it is known").features, totals, "{round}");
                let refused = store
                    .write(does("acme", "zoe@secret.example", "zoes", 9000))
                    .await
                    .expect("it is answered");
                assert_eq!(refused.refused, [true; 4], "{round}");
                store.close().await;
            }
        }
    }
}

/// The folder as it is after an erasure was cut off right after its stone was written.
#[tokio::test]
async fn an_erasure_that_was_cut_off_is_finished_at_the_next_start() {
    let folder = Folder::new();
    let store = folder.open();
    crowd(&store).await;
    let totals = store.account("acme").await.expect("it is read");
    store.close().await;
    let erased = Erased::open(folder.path().join("erased")).expect("there is none");
    erased
        .add(&erase::stones(&zoe(Some("acme")), noon(1, 0).0))
        .expect("it is written");
    drop(erased);
    // A line that was cut off was never answered.
    let mut text = std::fs::read(folder.path().join("erased")).expect("it is there");
    text.extend_from_slice(b"user 00000000");
    std::fs::write(folder.path().join("erased"), text).expect("it is written");
    let store = folder.open();
    let now = store.account("acme").await.expect("it is read");
    let (now, totals) = (now.expect("it is known"), totals.expect("it was known"));
    assert_eq!(now.features, totals.features);
    assert_eq!(now.users.len(), 1, "Bob");
    let elsewhere = store.account("globex").await.expect("it is read");
    assert_eq!(elsewhere.expect("it is known").users.len(), 1);
    store.close().await;
    let text = String::from_utf8(unpacked(&folder.path()))
        .map_err(|_| ())
        .err();
    assert!(text.is_some(), "records are no text");
    // They are a user of another account still, so only what is of this account is gone.
    let store = folder.open();
    store
        .erase(zoe(None), noon(2, 0))
        .await
        .expect("it is erased");
    store.close().await;
    assert_eq!(found(&folder.path(), &SECRETS), []);
}

/// A database that is replaced by an older copy is rid of them at the next start, as `erased` stays in the folder.
#[tokio::test]
async fn an_older_database_is_rid_of_the_erased() {
    let folder = Folder::new();
    let store = folder.open();
    crowd(&store).await;
    store.close().await;
    let old: Vec<_> = ["banso.db", "journal.db"]
        .map(|name| {
            (
                name,
                std::fs::read(folder.path().join(name)).expect("it is read"),
            )
        })
        .into();
    let store = folder.open();
    store
        .erase(zoe(None), noon(1, 0))
        .await
        .expect("it is erased");
    store.close().await;
    for (name, bytes) in old {
        std::fs::write(folder.path().join(name), bytes).expect("it is put back");
    }
    let store = folder.open();
    assert_eq!(found(&folder.path(), &SECRETS), []);
    let history = store.history("acme").await.expect("it is read");
    assert_eq!(history.erased, Some(noon(1, 0)));
    store.close().await;
    assert_eq!(found(&folder.path(), &SECRETS), []);
}

#[test]
fn a_list_of_the_erased_that_cannot_be_read_is_told() {
    for (name, text, reason) in [
        ("another file", "hello\n", "not a list"),
        ("no line", "hello", "not a list"),
        ("a later version", "banso erased 2\n", "later version"),
        (
            "a broken line",
            "banso erased 1\nuser 12 x 5\nuser 0000000000000001 5 5\n",
            "line 2",
        ),
        ("bytes", "banso erased 1\n\u{fffd}", ""),
        ("cut off at its head", "banso era", ""),
    ] {
        let folder = Folder::new();
        drop(folder.open());
        let mut bytes = text.as_bytes().to_vec();
        if name == "bytes" {
            bytes.extend_from_slice(&[0xff, 0xfe]);
        }
        std::fs::write(folder.path().join("erased"), &bytes).expect("it is written");
        let opened = SqliteStore::open(&folder.path(), Options::default());
        match (opened, reason) {
            (Ok(_), "") if name != "bytes" => {}
            (Err(error), reason) => {
                let error = error.to_string();
                assert!(
                    error.contains("erased") && error.contains(reason),
                    "{name}: {error}"
                );
            }
            (Ok(_), _) => panic!("{name}: it was opened"),
        }
        let after = std::fs::read(folder.path().join("erased")).expect("it is there");
        assert_eq!(after, bytes, "{name}: it stays as it is");
    }
}

/// Whoever reads slowly keeps older pages in the log: an erasure is answered when they are gone, and others are served
/// meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_erasure_waits_for_a_slow_reader_and_nobody_else_does() {
    let folder = Folder::new();
    let store = Arc::new(folder.open());
    let zoes = does("acme", "zoe@secret.example", "zoes", 1);
    store.write(zoes).await.expect("it is kept");
    let mut many = Sample::of("big", "u1");
    for n in 100..600 {
        many = many.uses("a", n, 0);
    }
    store.write(many.0).await.expect("it is kept");
    let mut export = store.export(Subject::Account("big".to_owned()));
    let first = export.recv().await.expect("there is a line");
    first.expect("it is read");
    let erasing = tokio::spawn({
        let store = Arc::clone(&store);
        async move { store.erase(zoe(None), noon(1, 0)).await }
    });
    for n in 1000..1050 {
        let write = Sample::of("acme", "u2").uses("a", n, 0).0;
        store.write(write).await.expect("it is kept");
        let record = store.account("acme").await.expect("it is read");
        assert!(record.expect("it is known").features["a"] > n - 1000);
    }
    assert!(!erasing.is_finished(), "an older page has them still");
    let mut lines = 1;
    while let Some(line) = export.recv().await {
        line.expect("it is read");
        lines += 1;
    }
    assert!(lines > 500, "{lines}");
    let done = erasing.await.expect("it ends").expect("it is erased");
    assert_eq!(done.users, 1);
    assert_eq!(found(&folder.path(), &SECRETS), []);
    store.close().await;
}
