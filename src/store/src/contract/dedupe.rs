//! Every event counts once.

use super::sample::{Sample, noon};
use super::{Place, event_write};
use crate::write::Write;
use crate::{Store, StoreError};

pub(super) async fn kept(store: &impl Store, sample: Sample) -> Vec<bool> {
    store.write(sample.0).await.expect("the write is kept").new
}

/// Uses of `feature` in the account's whole history.
pub(super) async fn uses(store: &impl Store, account: &str, feature: &str) -> u64 {
    let record = store.account(account).await.expect("the account is read");
    record
        .and_then(|record| record.features.get(feature).copied())
        .unwrap_or(0)
}

/// In one batch and across batches, an id is new once for its owner, and other owners have ids of their own.
pub async fn new_events_are_told_from_seen_ones(place: &impl Place) {
    let store = place.open();
    for (sample, new) in [
        (
            Sample::of("acme", "u1")
                .uses("a", 1, 0)
                .uses("a", 1, 0)
                .uses("a", 2, 0),
            vec![true, false, true],
        ),
        (Sample::of("acme", "u1").uses("a", 1, 0), vec![false]),
        (
            Sample::of("acme", "u2").uses("a", 2, 0).uses("a", 3, 0),
            vec![false, true],
        ),
        (Sample::of("globex", "u1").uses("a", 1, 0), vec![true]),
        (
            Sample::of("acme", "u1").received(3).uses("a", 1, 0),
            vec![false],
        ),
        (Sample::of("acme", "u1"), vec![]),
    ] {
        let given = format!("{sample:?}");
        assert_eq!(kept(&store, sample).await, new, "{given}");
    }
    assert_eq!(uses(&store, "acme", "a").await, 3);
    assert_eq!(uses(&store, "globex", "a").await, 1);
    let counters = store.counters().await.expect("counters are read");
    assert_eq!(
        (counters.events, counters.duplicates, counters.accounts),
        (4, 4, 2)
    );
    store.close().await;
}

/// What was seen is known after the store was closed and opened.
pub async fn a_restart_remembers_what_was_seen(place: &impl Place) {
    for (round, new) in [(0, true), (1, false), (2, false)] {
        let store = place.open();
        let sample = Sample::of("acme", "u1")
            .in_session("s")
            .uses("a", 1, 0)
            .uses("a", 2, 0);
        assert_eq!(kept(&store, sample).await, [new, new], "round {round}");
        assert_eq!(uses(&store, "acme", "a").await, 2, "round {round}");
        assert_eq!(store.counters().await.expect("counters are read").events, 2);
        store.close().await;
    }
}

/// An event that was kept as the device's is not new as the account's, and the other way round once they are merged.
pub async fn a_login_between_two_deliveries_counts_an_event_once(place: &impl Place) {
    let store = place.open();
    assert_eq!(kept(&store, Sample::on("d1").uses("a", 1, 0)).await, [true]);
    let login = Sample::of("acme", "u1").from("d1").merging();
    assert_eq!(
        kept(&store, login.uses("a", 1, 0).uses("a", 2, 0)).await,
        [false, true]
    );
    let late = Sample::on("d1").uses("a", 2, 0).uses("a", 3, 0);
    assert_eq!(kept(&store, late).await, [false, true]);
    let again = Sample::of("acme", "u1").from("d1").uses("a", 3, 0);
    assert_eq!(kept(&store, again).await, [false]);
    assert_eq!(uses(&store, "acme", "a").await, 3);
    store.close().await;
    let store = place.open();
    let late = Sample::on("d1")
        .uses("a", 2, 0)
        .uses("a", 3, 0)
        .uses("a", 4, 0);
    assert_eq!(kept(&store, late).await, [false, false, true]);
    assert_eq!(uses(&store, "acme", "a").await, 4);
    store.close().await;
}

/// Hashed ids of one time are different events, and are known again.
pub async fn foreign_ids_are_told_apart(place: &impl Place) {
    let store = place.open();
    let sample = || {
        let mut sample = Sample::of("acme", "u1").uses("a", 1, 0).uses("a", 1, 0);
        for (event, id) in sample.0.events.iter_mut().zip([u128::MAX, u128::MAX / 3]) {
            event.id = id;
            event.recorded = noon(-400, 0);
        }
        sample
    };
    assert_eq!(kept(&store, sample()).await, [true, true]);
    assert_eq!(kept(&store, sample()).await, [false, false]);
    store.close().await;
    let store = place.open();
    assert_eq!(kept(&store, sample()).await, [false, false]);
    store.close().await;
}

/// Concurrent writes that share events are answered so that each event is new exactly once.
pub async fn writes_at_once_count_each_event_once(place: &impl Place) {
    let store = place.open();
    let writes = (0..40_u64).flat_map(|writer| {
        (0..10).map(move |n| event_write("acme", noon(0, 0), writer / 2 * 10 + n))
    });
    let answers = futures::future::join_all(writes.map(|write: Write| store.write(write))).await;
    let new: usize = answers
        .into_iter()
        .map(|answer| {
            answer
                .expect("the write is kept")
                .new
                .iter()
                .filter(|new| **new)
                .count()
        })
        .sum();
    assert_eq!(new, 200);
    assert_eq!(uses(&store, "acme", "report.create").await, 200);
    store.close().await;
}

/// After it was closed a store refuses everything, and closing it again changes nothing.
pub async fn a_closed_store_refuses(place: &impl Place) {
    let store = place.open();
    kept(&store, Sample::of("acme", "u1").uses("a", 1, 0)).await;
    store.ready().await.expect("an open store is ready");
    store.close().await;
    store.close().await;
    let write = store
        .write(Sample::of("acme", "u1").uses("a", 2, 0).0)
        .await;
    assert!(
        matches!(write, Err(StoreError::Unavailable { .. })),
        "{write:?}"
    );
    let ready = store.ready().await;
    assert!(
        matches!(ready, Err(StoreError::Unavailable { .. })),
        "{ready:?}"
    );
    let read = store.account("acme").await;
    assert!(
        matches!(read, Err(StoreError::Unavailable { .. })),
        "{read:?}"
    );
}
