//! Sums, sessions, active users, merges and traits, each with the day on which it became known.

use banso_model::rollup::{AccountHistory, Metric, Source};
use banso_model::value::Value;

use super::Place;
use super::dedupe::{kept, uses};
use super::sample::{Sample, day, noon};
use crate::Store;
use crate::read::Merged;

async fn history(store: &impl Store, account: &str) -> AccountHistory {
    store.history(account).await.expect("the history is read")
}

/// The sums of a metric: the day, the day received, the sum, in that order; days count from the first.
fn sums(history: &AccountHistory, metric: &Metric) -> Vec<(i32, i32, u64)> {
    let mut sums: Vec<_> = history
        .uses
        .iter()
        .filter(|row| row.metric == *metric)
        .map(|row| (row.day.0 - day(0).0, row.received.0 - day(0).0, row.sum))
        .collect();
    sums.sort_unstable();
    sums
}

fn feature(id: &str) -> Metric {
    Metric::Feature(id.to_owned())
}

/// The days on which users were active: the day, the day that became known, the number of users.
fn active(history: &AccountHistory) -> Vec<(i32, i32, usize)> {
    let mut days: Vec<_> = history
        .active
        .iter()
        .map(|row| (row.day.0 - day(0).0, row.received.0 - day(0).0))
        .collect();
    days.sort_unstable();
    days.chunk_by(|a, b| a == b)
        .map(|same| (same[0].0, same[0].1, same.len()))
        .collect()
}

/// What arrives late is kept beside what was known before.
pub async fn sums_are_kept_by_day_and_day_received(place: &impl Place) {
    let store = place.open();
    for sample in [
        Sample::of("acme", "u1")
            .uses("a", 1, 0)
            .uses("a", 2, 0)
            .uses("b", 3, 0)
            .active(30, 4, 0),
        Sample::of("acme", "u2").uses("a", 5, 0).active(12, 6, 0),
        Sample::of("acme", "u1")
            .received(2)
            .uses("a", 7, 0)
            .uses("a", 8, 1)
            .uses("a", 9, 2),
        Sample::of("globex", "u1").uses("a", 10, 0),
    ] {
        kept(&store, sample).await;
    }
    let acme = history(&store, "acme").await;
    for (metric, expected) in [
        (
            feature("a"),
            vec![(0, 0, 3), (0, 2, 1), (1, 2, 1), (2, 2, 1)],
        ),
        (feature("b"), vec![(0, 0, 1)]),
        (Metric::ActiveSeconds, vec![(0, 0, 42)]),
        (feature("c"), vec![]),
        (Metric::Sessions, vec![]),
    ] {
        assert_eq!(sums(&acme, &metric), expected, "{metric:?}");
    }
    assert_eq!(acme.first_seen, Some(noon(0, 0)));
    store.close().await;
}

/// A session is counted when its first event arrives, whichever of its owners that is kept under.
pub async fn sessions_count_once(place: &impl Place) {
    let store = place.open();
    for sample in [
        Sample::of("acme", "u1")
            .uses("a", 1, 0)
            .uses("a", 2, 0)
            .in_session("s1"),
        Sample::of("acme", "u1")
            .received(1)
            .uses("a", 3, 1)
            .in_session("s1")
            .uses("a", 4, 1),
        Sample::of("acme", "u2").uses("a", 5, 0).in_session("s2"),
        Sample::of("globex", "u1").uses("a", 6, 0).in_session("s1"),
        Sample::on("d1").uses("a", 7, 0).in_session("s3"),
        Sample::of("acme", "u3")
            .from("d1")
            .merging()
            .uses("a", 8, 0)
            .in_session("s3"),
        Sample::on("d1").uses("a", 9, 0).in_session("s3"),
    ] {
        kept(&store, sample).await;
    }
    assert_eq!(
        sums(&history(&store, "acme").await, &Metric::Sessions)
            .iter()
            .map(|row| row.2)
            .sum::<u64>(),
        3
    );
    assert_eq!(
        sums(&history(&store, "globex").await, &Metric::Sessions),
        [(0, 0, 1)]
    );
    store.close().await;
    let store = place.open();
    kept(
        &store,
        Sample::of("acme", "u1").uses("a", 10, 0).in_session("s1"),
    )
    .await;
    assert_eq!(
        sums(&history(&store, "acme").await, &Metric::Sessions)
            .iter()
            .map(|row| row.2)
            .sum::<u64>(),
        3
    );
    store.close().await;
}

/// One row for a user and a day, with the first day on which that was known.
pub async fn a_user_is_active_once_a_day(place: &impl Place) {
    let store = place.open();
    for sample in [
        Sample::of("acme", "u1").received(2).uses("a", 1, 0),
        Sample::of("acme", "u1").received(1).uses("a", 2, 0),
        Sample::of("acme", "u1")
            .received(3)
            .uses("a", 3, 0)
            .uses("a", 4, 3),
        Sample::of("acme", "u2").received(3).uses("a", 5, 3),
    ] {
        kept(&store, sample).await;
    }
    assert_eq!(
        active(&history(&store, "acme").await),
        [(0, 1, 1), (3, 3, 2)]
    );
    store.close().await;
}

/// After a merge the account has what its device did, in the order in which both arrive.
pub async fn a_merge_brings_the_device_into_the_account(place: &impl Place) {
    let store = place.open();
    for sample in [
        Sample::on("d1").uses("a", 1, 0),
        Sample::of("acme", "u1").from("d1").merging(),
        Sample::of("acme", "u1")
            .from("d1")
            .merging()
            .uses("a", 2, 0),
        Sample::on("d1").uses("a", 3, 0),
    ] {
        kept(&store, sample).await;
    }
    assert_eq!(uses(&store, "acme", "a").await, 3);
    let acme = history(&store, "acme").await;
    assert_eq!(
        sums(&acme, &feature("a"))
            .iter()
            .map(|row| row.2)
            .sum::<u64>(),
        3
    );
    assert_eq!(active(&acme), [(0, 0, 1)]);
    let user = store
        .user(Sample::of("acme", "u1").0.owner, "u1")
        .await
        .expect("the user is read");
    assert_eq!(user.features["a"], (3, vec![(day(0), 3)]));
    let record = store
        .account("acme")
        .await
        .expect("the account is read")
        .expect("it is known");
    assert_eq!(record.last_seen, Some(noon(0, 3)));
    assert_eq!(
        record
            .users
            .iter()
            .map(|user| (user.id.as_str(), user.last_seen))
            .collect::<Vec<_>>(),
        [("u1", Some(noon(0, 3)))]
    );
    store.close().await;
}

/// A device belongs to the account that first claimed it, also after a restart.
pub async fn only_the_first_merge_counts(place: &impl Place) {
    let store = place.open();
    for sample in [
        Sample::on("d1").uses("a", 1, 0),
        Sample::of("acme", "u1").from("d1").merging(),
        Sample::of("globex", "u9").from("d1").merging(),
    ] {
        kept(&store, sample).await;
    }
    store.close().await;
    let store = place.open();
    kept(&store, Sample::of("globex", "u9").from("d1").merging()).await;
    assert_eq!(uses(&store, "acme", "a").await, 1);
    assert_eq!(uses(&store, "globex", "a").await, 0);
    store.close().await;
}

/// Who a device leads to is known as soon as the merge is answered, and what was told of them there comes with them.
pub async fn a_merged_device_leads_to_its_user(place: &impl Place) {
    let store = place.open();
    let told = Sample::on("d1").user_trait("role", "admin", Source::Trusted);
    let told = told.user_trait("name", "Ann", Source::Trusted);
    let told = told.user_trait("team", "a", Source::Trusted);
    kept(&store, told.user_trait("plan", "pro", Source::Trusted)).await;
    assert_eq!(store.merged("d1").await.expect("it is read"), None);
    let login = Sample::of("acme", "u1").from("d1").merging();
    let login = login.user_trait("team", Value::Null, Source::Trusted);
    let login = login.user_trait("plan", "free", Source::Browser);
    kept(&store, login.user_trait("role", "owner", Source::Trusted)).await;
    let expected = Merged {
        account: "acme".to_owned(),
        user: Some("u1".to_owned()),
    };
    assert_eq!(
        store.merged("d1").await.expect("it is read"),
        Some(expected.clone())
    );
    store.close().await;
    let store = place.open();
    assert_eq!(
        store.merged("d1").await.expect("it is read"),
        Some(expected)
    );
    let record = store
        .account("acme")
        .await
        .expect("the account is read")
        .expect("it is known");
    let traits = &record.users.first().expect("a user").traits;
    assert_eq!(traits["role"], Value::from("owner"), "said of the user");
    assert_eq!(traits["name"], Value::from("Ann"), "said on the device");
    assert!(!traits.contains_key("team"), "removed of the user");
    assert_eq!(
        traits["plan"],
        Value::from("pro"),
        "said by the better source"
    );
    store.close().await;
}

/// As of a day before the merge the account did not have what the device did.
pub async fn what_a_device_did_is_known_from_its_merge_on(place: &impl Place) {
    let store = place.open();
    for sample in [
        Sample::on("d1").uses("a", 1, 0),
        Sample::of("acme", "u1").from("d1").received(2).merging(),
        Sample::on("d1").received(3).uses("a", 2, 1),
    ] {
        kept(&store, sample).await;
    }
    let acme = history(&store, "acme").await;
    assert_eq!(sums(&acme, &feature("a")), [(0, 2, 1), (1, 3, 1)]);
    assert_eq!(active(&acme), [(0, 2, 1), (1, 3, 1)]);
    store.close().await;
}

/// Traits as they are told, and what is kept of them: name, value, the day received, source.
pub async fn traits_are_kept_as_they_were_told(place: &impl Place) {
    use Source::{Browser, Trusted};
    type Told = (i32, &'static str, Source);
    type Case = (
        &'static str,
        &'static [Told],
        &'static [Told],
        Option<&'static str>,
    );
    let cases: [Case; 8] = [
        (
            "first",
            &[(0, "pro", Browser)],
            &[(0, "pro", Browser)],
            Some("pro"),
        ),
        (
            "unchanged",
            &[(0, "pro", Browser), (1, "pro", Browser)],
            &[(0, "pro", Browser)],
            Some("pro"),
        ),
        (
            "changed-back",
            &[
                (0, "pro", Browser),
                (1, "free", Browser),
                (2, "pro", Browser),
            ],
            &[
                (0, "pro", Browser),
                (1, "free", Browser),
                (2, "pro", Browser),
            ],
            Some("pro"),
        ),
        (
            "trusted-stays",
            &[(0, "pro", Trusted), (1, "free", Browser)],
            &[(0, "pro", Trusted)],
            Some("pro"),
        ),
        (
            "trusted-wins",
            &[
                (0, "free", Browser),
                (1, "free", Trusted),
                (2, "pro", Browser),
            ],
            &[(0, "free", Browser), (1, "free", Trusted)],
            Some("free"),
        ),
        (
            "imported-later",
            &[(5, "pro", Trusted), (2, "free", Trusted)],
            &[(2, "free", Trusted), (5, "pro", Trusted)],
            Some("pro"),
        ),
        (
            "imported-trust",
            &[(5, "pro", Browser), (2, "free", Trusted)],
            &[(2, "free", Trusted)],
            Some("free"),
        ),
        (
            "removed",
            &[(0, "pro", Trusted), (1, "", Trusted)],
            &[(0, "pro", Trusted), (1, "", Trusted)],
            None,
        ),
    ];
    let store = place.open();
    let value = |text: &str| match text {
        "" => Value::Null,
        text => Value::from(text),
    };
    for (account, told, _, _) in &cases {
        for (after, text, source) in *told {
            let sample = Sample::of(account, "u1").received(*after);
            let sample = sample
                .account_trait("plan", value(text), *source)
                .user_trait("role", value(text), *source);
            kept(&store, sample).await;
        }
    }
    for (account, _, rows, now) in &cases {
        let expected: Vec<_> = rows
            .iter()
            .map(|(after, text, source)| (noon(*after, 0), value(text), *source))
            .collect();
        let traits = history(&store, account).await.traits;
        let found: Vec<_> = traits
            .into_iter()
            .map(|row| (row.received, row.value, row.source))
            .collect();
        assert_eq!(found, expected, "{account}");
        let record = store
            .account(account)
            .await
            .expect("the account is read")
            .expect("it is known");
        assert_eq!(
            record.traits.get("plan").cloned(),
            now.map(Value::from),
            "{account}"
        );
        let role = record
            .users
            .first()
            .and_then(|user| user.traits.get("role").cloned());
        assert_eq!(role, now.map(Value::from), "{account}");
    }
    store.close().await;
}

/// What a page load skips is lost on the day it was first heard of, until the rest arrives; keys have sums of their own.
pub async fn streams_are_accounted_for(place: &impl Place) {
    let store = place.open();
    let three = |n: u64, after: i32| {
        Sample::of("acme", "u1")
            .received(after)
            .uses("a", n, 0)
            .uses("a", n + 1, 0)
            .uses("a", n + 2, 0)
            .with_key("k")
    };
    let stream = |sample: Sample, stream: &str, from: u32, dropped: u32, rejected: &[u32]| {
        sample
            .in_stream(stream, from)
            .reports(stream, dropped, rejected)
    };
    // Sent, received, duplicate, rejected, dropped, lost of `k`, by day; a closed store remembers.
    for (sample, expected) in [
        (
            stream(three(0, 0), "p1", 0, 0, &[]),
            vec![(0, [3, 3, 0, 0, 0, 0])],
        ),
        (
            stream(three(3, 0), "p1", 5, 0, &[]),
            vec![(0, [8, 6, 0, 0, 0, 2])],
        ),
        (
            stream(three(6, 1), "p1", 8, 1, &[]),
            vec![(0, [11, 9, 0, 0, 1, 1])],
        ),
        // A retry changes nothing but the number of duplicates, whose day is its own.
        (
            stream(three(6, 2), "p1", 8, 1, &[]),
            vec![(0, [11, 9, 0, 0, 1, 1]), (2, [0, 0, 3, 0, 0, 0])],
        ),
        (
            Sample::of("acme", "u1")
                .received(2)
                .with_key("k")
                .reports("p1", 1, &[4, 4]),
            vec![(0, [11, 9, 0, 1, 1, 0]), (2, [0, 0, 3, 0, 0, 0])],
        ),
        (
            Sample::of("acme", "u1")
                .received(2)
                .with_key("k")
                .reports("p1", 0, &[4]),
            vec![(0, [11, 9, 0, 1, 1, 0]), (2, [0, 0, 3, 0, 0, 0])],
        ),
        // Who numbers nothing loses nothing that could be told; another key does not concern this one.
        (
            three(9, 2),
            vec![(0, [11, 9, 0, 1, 1, 0]), (2, [3, 3, 3, 0, 0, 0])],
        ),
        (
            stream(three(12, 2), "p1", 40, 9, &[]).with_key("other"),
            vec![(0, [11, 9, 0, 1, 1, 0]), (2, [3, 3, 3, 0, 0, 0])],
        ),
        // A page load that was heard of late, and then of an earlier day.
        (
            stream(three(15, 3), "p2", 4, 0, &[]),
            vec![
                (0, [11, 9, 0, 1, 1, 0]),
                (2, [3, 3, 3, 0, 0, 0]),
                (3, [7, 3, 0, 0, 0, 4]),
            ],
        ),
        (
            stream(three(18, 2), "p2", 1, 1, &[]),
            vec![(0, [11, 9, 0, 1, 1, 0]), (2, [10, 9, 3, 0, 1, 0])],
        ),
    ] {
        let given = format!("{sample:?}");
        kept(&store, sample).await;
        assert_eq!(losses(&store, "k").await, expected, "{given}");
    }
    let before = losses(&store, "other").await;
    assert_eq!(before, vec![(2, [43, 3, 0, 0, 9, 31])]);
    store.close().await;
    let store = place.open();
    assert_eq!(losses(&store, "other").await, before);
    // What no client sends is not accounted for.
    kept(&store, Sample::of("acme", "u1").uses("a", 30, 0)).await;
    assert_eq!(losses(&store, "").await, vec![]);
    store.close().await;
}

async fn losses(store: &impl Store, key: &str) -> Vec<(i32, [u64; 6])> {
    let counters = store.counters().await.expect("counters are read");
    let rows = counters.losses.into_iter().filter(|row| row.key == key);
    rows.map(|row| {
        let of = row.tally;
        let numbers = [
            of.sent,
            of.received,
            of.duplicate,
            of.rejected,
            of.dropped,
            of.lost(),
        ];
        (row.day.0 - day(0).0, numbers)
    })
    .collect()
}
