//! Who was erased is gone and stays away, others and the sums stay; what is held is told; what is over is dropped.

use banso_model::event::GuideAct;
use banso_model::rollup::{AccountHistory, Source};
use serde_json::Value as Json;

use super::Place;
use super::dedupe::kept;
use super::sample::{Sample, noon};
use crate::Store;
use crate::read::{AccountRecord, UserRecord};
use crate::subject::{Expired, Subject};
use crate::write::{Answer, Owner};

fn user(user: &str, account: Option<&str>) -> Subject {
    Subject::User {
        user: user.to_owned(),
        account: account.map(str::to_owned),
    }
}

fn account(account: &str) -> Subject {
    Subject::Account(account.to_owned())
}

/// What everybody of a test does: two users of `acme`, one of whom also is a user of `globex`, each with a device that
/// did something before, and one device that nobody was identified on.
async fn people(store: &impl Store) {
    let does = |sample: Sample, n: u64| {
        sample
            .uses("a", n, 0)
            .active(30, n + 1, 1)
            .acts("first-report", GuideAct::Seen, n + 2)
            .completes("start/report", n + 3)
            .answers("nps/why", "because", n + 4)
            .misses("refund", n + 5)
            .user_trait("role", "admin", Source::Trusted)
            .account_trait("plan", "pro", Source::Trusted)
            .in_session("s1")
    };
    let before = |device: &str, n: u64| {
        Sample::on(device)
            .uses("a", n, 0)
            .uses("b", n + 1, 0)
            .completes("start/read", n + 2)
            .user_trait("language", "ja", Source::Browser)
            .in_session("s0")
    };
    for sample in [
        before("d1", 100),
        before("d2", 120),
        before("d3", 140),
        before("\u{1}u1", 160),
        does(
            Sample::of("acme", "u1").from("d1").received(2).merging(),
            200,
        ),
        does(
            Sample::of("acme", "u2").from("d2").received(1).merging(),
            220,
        ),
        does(Sample::of("globex", "u1").from("d4").merging(), 240),
        Sample::of("acme", "u1")
            .from("\u{1}u1")
            .received(3)
            .merging(),
        Sample::of("acme", "u1")
            .from("d1")
            .received(4)
            .uses("a", 260, 3),
    ] {
        kept(store, sample).await;
    }
}

async fn record(store: &impl Store, account: &str) -> Option<AccountRecord> {
    store.account(account).await.expect("the account is read")
}

async fn person(store: &impl Store, account: &str, user: &str) -> UserRecord {
    let of = Owner::Account(account.to_owned());
    store.user(of, user).await.expect("the user is read")
}

/// What a score is computed from, in an order of its own and without numbers that stand for users.
async fn sums(store: &impl Store, account: &str) -> AccountHistory {
    let mut history = store.history(account).await.expect("the history is read");
    let mut uses = std::collections::BTreeMap::new();
    for row in history.uses {
        *uses.entry((row.day, row.received, row.metric)).or_insert(0) += row.sum;
    }
    history.uses = uses
        .into_iter()
        .map(
            |((day, received, metric), sum)| banso_model::rollup::UseRow {
                day,
                received,
                metric,
                sum,
            },
        )
        .collect();
    for row in &mut history.active {
        row.user = 0;
    }
    history
        .active
        .sort_unstable_by_key(|row| (row.day, row.received));
    history.erased = None;
    history
}

/// The lines of an export.
pub(super) async fn lines(store: &impl Store, of: Subject) -> Vec<Json> {
    let (mut export, mut lines) = (store.export(of), Vec::new());
    while let Some(held) = export.recv().await {
        let held = held.expect("it is read");
        lines.push(serde_json::to_value(held).expect("it is JSON"));
    }
    lines
}

/// A user of one account: their account's sums, its other users and the user of the same id elsewhere stay as they were.
pub async fn an_erased_user_is_gone_and_sums_stay(place: &impl Place) {
    let store = place.open();
    people(&store).await;
    let (acme, globex) = (sums(&store, "acme").await, sums(&store, "globex").await);
    let before = record(&store, "acme").await.expect("it is known");
    let others = (
        person(&store, "acme", "u2").await,
        person(&store, "globex", "u1").await,
    );
    let events = store.counters().await.expect("they are read").events;
    let done = store
        .erase(user("u1", Some("acme")), noon(5, 0))
        .await
        .expect("it is erased");
    assert_eq!((done.accounts, done.users, done.devices), (0, 1, 2));
    assert_eq!(done.events, 3 + 3 + 6 + 1, "theirs and their devices'");
    let mut reopened = false;
    let mut store = store;
    loop {
        assert_eq!(sums(&store, "acme").await, acme);
        assert_eq!(sums(&store, "globex").await, globex);
        let history = store.history("acme").await.expect("it is read");
        assert_eq!(history.erased, Some(noon(5, 0)));
        let now = record(&store, "acme").await.expect("it is known");
        assert_eq!(now.features, before.features);
        assert_eq!(now.last_seen, before.last_seen);
        let ids: Vec<_> = now.users.iter().map(|user| user.id.as_str()).collect();
        assert_eq!(ids, ["u2"]);
        let gone = UserRecord {
            account_items: others.0.account_items.clone(),
            ..UserRecord::default()
        };
        assert_eq!(person(&store, "acme", "u1").await, gone);
        assert_eq!(person(&store, "acme", "u2").await, others.0);
        assert_eq!(person(&store, "globex", "u1").await, others.1);
        for device in ["d1", "\u{1}u1"] {
            assert_eq!(store.merged(device).await.expect("it is read"), None);
        }
        assert_eq!(
            lines(&store, user("u1", Some("acme"))).await,
            [Json::Null; 0]
        );
        let missed = store.missed(9).await.expect("it is read");
        assert_eq!((missed[0].count, missed[0].people), (2, 2));
        let left = store.counters().await.expect("they are read").events;
        assert_eq!(left, events - done.events);
        if reopened {
            break;
        }
        store.close().await;
        store = place.open();
        reopened = true;
    }
    store.close().await;
}

/// Whom a stone refuses, whom it does not, and what of it is accounted for.
pub async fn what_arrives_later_of_the_erased_is_refused(place: &impl Place) {
    let store = place.open();
    people(&store).await;
    for (who, at) in [
        (user("u1", Some("acme")), noon(5, 0)),
        (user("u4", Some("acme")), noon(5, 1)),
        (user("u7", None), noon(5, 1)),
        (account("initech"), noon(5, 2)),
    ] {
        store.erase(who, at).await.expect("it is erased");
    }
    let mut store = store;
    for round in 0..2_u64 {
        for (nth, (what, sample, refused)) in [
            ("theirs", Sample::of("acme", "u1"), true),
            (
                "their new device",
                Sample::of("acme", "u1").from("d9").merging(),
                true,
            ),
            ("who they are elsewhere", Sample::of("globex", "u1"), false),
            ("another", Sample::of("acme", "u2"), false),
            (
                "another on their device",
                Sample::of("acme", "u2").from("d1"),
                false,
            ),
            ("their device, before", Sample::on("d1"), true),
            ("their name", Sample::on("\u{1}u1"), true),
            (
                "the name of whom nothing had come",
                Sample::on("\u{1}u4"),
                true,
            ),
            ("anyone's", Sample::of("hooli", "u7"), true),
            ("anyone's device", Sample::on("u7"), true),
            ("anyone's name", Sample::on("\u{1}u7"), true),
            (
                "another's by their name",
                Sample::of("hooli", "u8").from("\u{1}u7").merging(),
                false,
            ),
            (
                "who they are elsewhere, by their name",
                Sample::of("globex", "u1").from("\u{1}u1"),
                false,
            ),
            ("an account's", Sample::of("initech", "u9"), true),
            ("who they are in another", Sample::of("hooli", "u9"), false),
        ]
        .into_iter()
        .enumerate()
        {
            let n = 1000 + 100 * round + 2 * nth as u64;
            let write = sample.uses("a", n, 4).uses("a", n + 1, 4).0;
            let answer = store.write(write).await.expect("it is answered");
            let expected = Answer {
                new: vec![!refused; 2],
                refused: if refused { vec![true; 2] } else { Vec::new() },
            };
            assert_eq!(answer, expected, "{what}, round {round}");
        }
        for name in ["\u{1}u1", "\u{1}u7"] {
            let into = store.merged(name).await.expect("it is read");
            assert_eq!(into, None, "round {round}");
        }
        store.close().await;
        store = place.open();
    }
    // What their device records after the erasure is somebody's who is not known yet.
    let later = store
        .write(Sample::on("d1").uses("a", 1900, 4).uses("a", 1901, 6).0)
        .await
        .expect("it is answered");
    assert_eq!(later.refused, [true, false]);
    assert_eq!(later.new, [false, true]);
    let report = Sample::of("acme", "u1")
        .uses("a", 1950, 4)
        .uses("a", 1951, 4)
        .in_stream("p", 3)
        .with_key("k")
        .reports("p", 1, &[2]);
    store.write(report.0).await.expect("it is answered");
    let rows = store.counters().await.expect("they are read").losses;
    let row = rows.iter().find(|row| row.key == "k").expect("a row");
    assert_eq!((row.tally.received, row.tally.rejected), (0, 3));
    store.close().await;
}

/// An account with everyone in it.
pub async fn an_erased_account_is_gone(place: &impl Place) {
    let store = place.open();
    people(&store).await;
    let globex = sums(&store, "globex").await;
    let done = store
        .erase(account("acme"), noon(5, 0))
        .await
        .expect("it is erased");
    assert_eq!((done.accounts, done.devices), (1, 3));
    let again = store.erase(account("acme"), noon(6, 0)).await;
    assert_eq!(again.expect("nothing is left"), Default::default());
    store.close().await;
    let store = place.open();
    assert_eq!(record(&store, "acme").await, None);
    assert_eq!(sums(&store, "acme").await, AccountHistory::default());
    assert_eq!(sums(&store, "globex").await, globex);
    assert_eq!(lines(&store, account("acme")).await, [Json::Null; 0]);
    for device in ["d1", "d2", "\u{1}u1"] {
        assert_eq!(store.merged(device).await.expect("it is read"), None);
    }
    let counters = store.counters().await.expect("they are read");
    assert_eq!((counters.accounts, counters.events), (1, 6 + 3));
    let unscored = store.unscored(9).await.expect("they are read");
    let names: Vec<_> = unscored.iter().map(|of| of.account.as_str()).collect();
    assert_eq!(names, ["globex"]);
    store.close().await;
}

/// A user of every account that has one of this id.
pub async fn a_user_is_erased_from_every_account(place: &impl Place) {
    let store = place.open();
    people(&store).await;
    let done = store
        .erase(user("u1", None), noon(5, 0))
        .await
        .expect("it is erased");
    assert_eq!((done.accounts, done.users, done.devices), (0, 2, 3));
    for of in ["acme", "globex"] {
        assert_eq!(person(&store, of, "u1").await.features, Default::default());
        let history = store.history(of).await.expect("it is read");
        assert_eq!(history.erased, Some(noon(5, 0)), "{of}");
    }
    assert_eq!(lines(&store, user("u1", None)).await, [Json::Null; 0]);
    assert!(!lines(&store, user("u2", None)).await.is_empty());
    store.close().await;
}

/// Lines by kind: what each subject is told.
pub async fn everything_held_is_told(place: &impl Place) {
    let store = place.open();
    people(&store).await;
    let of_user: &[(&str, usize)] = &[
        ("active", 3 + 2),
        ("answer", 1),
        ("event", 3 + 3 + 6 + 1),
        ("guide", 1),
        ("interruptions", 1),
        ("item", 1 + 2),
        ("merge", 2),
        ("search", 1),
        ("sum", 2 * 4),
        ("told", 2 + 2),
        ("trait", 1 + 2),
        ("user", 1 + 2),
        ("uses", 2 + 4),
    ];
    let of_device: &[(&str, usize)] = &[];
    for (of, expected) in [
        (user("u1", Some("acme")), of_user),
        (user("d3", Some("acme")), of_device),
        (account("initech"), of_device),
    ] {
        let told = lines(&store, of.clone()).await;
        let mut kinds = std::collections::BTreeMap::new();
        for line in &told {
            *kinds
                .entry(line["kind"].as_str().expect("a kind"))
                .or_insert(0) += 1;
            assert_eq!(line["user"], "u1", "{line}");
        }
        let kinds: Vec<_> = kinds.into_iter().collect();
        assert_eq!(kinds, expected, "{of}: {told:#?}");
    }
    let all = lines(&store, account("acme")).await;
    let users: std::collections::BTreeSet<_> = all
        .iter()
        .filter_map(|line| line["user"].as_str())
        .collect();
    assert_eq!(users.into_iter().collect::<Vec<_>>(), ["u1", "u2"]);
    assert_eq!(all[0]["kind"], "account");
    let of_nobody = lines(&store, user("d3", None)).await;
    assert_eq!(
        of_nobody
            .iter()
            .filter(|line| line["kind"] == "event")
            .count(),
        3,
        "a device by its own id: {of_nobody:#?}"
    );
    store.close().await;
}

/// The log loses days, sums and progress keep them; a segment that was put together over days is shortened.
pub async fn what_is_over_is_dropped_and_sums_stay(place: &impl Place) {
    let store = place.open();
    for n in 0..9 {
        let after = n as i32 * 10;
        kept(
            &store,
            Sample::of("acme", "u1").received(after).uses("a", n, after),
        )
        .await;
        // Each is folded by itself.
        store.counters().await.expect("they are read");
    }
    kept(&store, Sample::of("acme", "u2").misses("refund", 20)).await;
    let before = sums(&store, "acme").await;
    for (after, events, searches) in [(0, 0, 0), (30, 3 + 1, 1), (30, 0, 0), (85, 6, 0)] {
        let done = store.expire(noon(after, 0)).await.expect("it is dropped");
        assert_eq!(
            (done.events, done.searches),
            (events, searches),
            "day {after}"
        );
        let left = store.counters().await.expect("they are read").events;
        let told = lines(&store, account("acme")).await;
        let in_log = told.iter().filter(|line| line["kind"] == "event").count();
        assert_eq!(in_log as u64, left, "day {after}");
        assert_eq!(sums(&store, "acme").await, before, "day {after}");
    }
    assert_eq!(
        kept(&store, Sample::of("acme", "u1").uses("a", 8, 80)).await,
        [false],
        "it is still known that it was there"
    );
    let again = store.expire(noon(0, 0)).await.expect("nothing is left");
    assert_eq!(again, Expired::default());
    store.close().await;
}

/// Somebody of whom only messages without an account came: they are told and erased as the user of an account that is
/// named, unless they turned out to be another's.
pub async fn who_is_known_by_name_only_is_erased(place: &impl Place) {
    let store = place.open();
    for sample in [
        Sample::on("\u{1}u5").uses("a", 1, 0),
        Sample::on("\u{1}u6").uses("a", 2, 0),
        Sample::of("globex", "u6").from("\u{1}u6").merging(),
    ] {
        kept(&store, sample).await;
    }
    for (name, devices, left) in [("u5", 1, 0), ("u6", 0, 1)] {
        let who = user(name, Some("acme"));
        let told = lines(&store, who.clone()).await;
        assert_eq!(told.is_empty(), devices == 0, "{name}: {told:#?}");
        let done = store.erase(who, noon(5, 0)).await.expect("it is erased");
        assert_eq!(done.devices, devices, "{name}");
        let late = Sample::on(&format!("\u{1}{name}")).uses("a", 9, 6).0;
        let answer = store.write(late).await.expect("it is answered");
        assert_eq!(answer.new, [left == 1], "{name}");
    }
    store.close().await;
}
