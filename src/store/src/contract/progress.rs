//! What is known of one user.

use banso_model::event::GuideAct;
use banso_model::progress::Run;
use banso_model::rollup::{Metric, Source};
use banso_model::value::Value;

use super::Place;
use super::dedupe::kept;
use super::sample::{Sample, day, noon};
use crate::Store;
use crate::read::{Missed, UserRecord};
use crate::write::Owner;

async fn user(store: &impl Store, account: &str, user: &str) -> UserRecord {
    let owner = Owner::Account(account.to_owned());
    store.user(owner, user).await.expect("the user is read")
}

/// Traits, uses by day and in all, answers; of this user only.
pub async fn a_user_has_a_record(place: &impl Place) {
    let store = place.open();
    for sample in [
        Sample::of("acme", "u1")
            .uses("a", 1, 0)
            .uses("a", 2, 0)
            .uses("b", 3, 0)
            .user_trait("role", "admin", Source::Trusted),
        Sample::of("acme", "u1")
            .received(1)
            .uses("a", 4, 1)
            .answers("nps/score", 9.0, 5)
            .answers("nps/why", "fast", 6),
        Sample::of("acme", "u1").answers("nps/score", 3.0, 4),
        Sample::of("acme", "u2")
            .uses("a", 7, 0)
            .answers("nps/score", 1.0, 8),
        Sample::of("globex", "u1").uses("a", 9, 0),
    ] {
        kept(&store, sample).await;
    }
    let record = user(&store, "acme", "u1").await;
    assert_eq!(record.features["a"], (3, vec![(day(0), 2), (day(1), 1)]));
    assert_eq!(record.features["b"], (1, vec![(day(0), 1)]));
    assert_eq!(record.traits["role"], Value::from("admin"));
    assert_eq!(
        record.answers["nps/score"],
        Value::from(9.0),
        "the latest answer is kept, not the last to arrive"
    );
    assert_eq!(record.answers["nps/why"], Value::from("fast"));
    assert_eq!(user(&store, "acme", "nobody").await, UserRecord::default());
    store.close().await;
}

/// A device nobody has identified on has a record of its own, which then is part of its user's.
pub async fn a_device_has_a_record(place: &impl Place) {
    let store = place.open();
    let before = Sample::on("d1")
        .uses("a", 1, 0)
        .acts("tour", GuideAct::Seen, 2)
        .completes("list/a", 3)
        .answers("nps/score", 7.0, 4)
        .user_trait("locale", "ja", Source::Browser);
    kept(&store, before).await;
    let device = store
        .user(Owner::Device("d1".to_owned()), "")
        .await
        .expect("the device is read");
    assert_eq!(device.features["a"], (1, vec![(day(0), 1)]));
    assert_eq!(device.guides["tour"].run, Some(Run::Open));
    assert_eq!((device.items.len(), device.account_items.len()), (1, 1));
    assert_eq!(device.interruptions, [noon(0, 2)]);
    let login = Sample::of("acme", "u1")
        .from("d1")
        .merging()
        .acts("tour", GuideAct::Done, 5);
    kept(&store, login.uses("a", 6, 0)).await;
    let record = user(&store, "acme", "u1").await;
    assert_eq!(record.features["a"], (2, vec![(day(0), 2)]));
    assert_eq!(
        (record.guides["tour"].run, record.guides["tour"].runs),
        (Some(Run::Done), 1)
    );
    assert_eq!(record.items["list/a"].at, noon(0, 3));
    assert_eq!(record.answers["nps/score"], Value::from(7.0));
    assert_eq!(record.traits["locale"], Value::from("ja"));
    assert_eq!(record.interruptions, [noon(0, 2)]);
    assert_eq!(user(&store, "acme", "u2").await.features.len(), 0);
    assert_eq!(user(&store, "acme", "u2").await.account_items.len(), 1);
    store.close().await;
}

/// Acts arrive in any batch and any order; an older one does not undo a later one.
pub async fn guides_fold_in_the_order_of_their_acts(place: &impl Place) {
    use GuideAct::{Dismissed, Done, Seen, Snoozed, Step};
    let store = place.open();
    type Case = (
        &'static str,
        &'static [&'static [(GuideAct, u64)]],
        Option<Run>,
        Option<&'static str>,
    );
    let cases: [Case; 5] = [
        (
            "open",
            &[&[(Seen, 1), (Step, 2)]],
            Some(Run::Open),
            Some("step-2"),
        ),
        (
            "done",
            &[&[(Seen, 3)], &[(Step, 4), (Done, 5)]],
            Some(Run::Done),
            None,
        ),
        (
            "late",
            &[&[(Seen, 6), (Done, 9)], &[(Step, 7)]],
            Some(Run::Done),
            None,
        ),
        (
            "dismissed",
            &[&[(Seen, 10)], &[(Dismissed, 11)]],
            Some(Run::Dismissed),
            Some("step-10"),
        ),
        (
            "snoozed",
            &[&[(Seen, 12), (Snoozed, 13)]],
            Some(Run::Open),
            Some("step-12"),
        ),
    ];
    for (guide, batches, _, _) in &cases {
        for batch in *batches {
            let sample = batch
                .iter()
                .fold(Sample::of("acme", "u1"), |sample, (act, n)| {
                    sample.acts(guide, *act, *n)
                });
            kept(&store, sample).await;
        }
    }
    let record = user(&store, "acme", "u1").await;
    for (guide, _, run, step) in &cases {
        let progress = &record.guides[*guide];
        assert_eq!(
            (progress.run, progress.step.as_deref()),
            (*run, *step),
            "{guide}"
        );
        assert_eq!(
            progress.snoozed_until.is_some(),
            *guide == "snoozed",
            "{guide}"
        );
    }
    let seen: Vec<_> = [1, 3, 6, 10, 12].map(|n| noon(0, n)).into();
    assert_eq!(record.interruptions, seen);
    let many = (100..160).fold(Sample::of("acme", "u1"), |sample, n| {
        sample.acts("open", Seen, n)
    });
    kept(&store, many).await;
    let latest: Vec<_> = (110..160).map(|n| noon(0, n)).collect();
    assert_eq!(user(&store, "acme", "u1").await.interruptions, latest);
    store.close().await;
}

/// An item is the user's who completed it first, and the account's.
pub async fn an_accounts_items_are_everyones(place: &impl Place) {
    let store = place.open();
    for sample in [
        Sample::of("acme", "u1")
            .completes("list/a", 5)
            .completes("list/b", 6),
        Sample::of("acme", "u2").completes("list/a", 3),
        Sample::of("acme", "u1").completes("list/a", 9),
        Sample::of("globex", "u1").completes("list/c", 10),
    ] {
        kept(&store, sample).await;
    }
    for (id, own, everyones) in [
        (
            "u1",
            vec![("list/a", 5), ("list/b", 6)],
            vec![("list/a", 3), ("list/b", 6)],
        ),
        (
            "u2",
            vec![("list/a", 3)],
            vec![("list/a", 3), ("list/b", 6)],
        ),
        ("u3", vec![], vec![("list/a", 3), ("list/b", 6)]),
    ] {
        let record = user(&store, "acme", id).await;
        for (found, expected) in [(record.items, own), (record.account_items, everyones)] {
            let found: Vec<_> = found
                .iter()
                .map(|(item, done)| (item.as_str(), done.at))
                .collect();
            let expected: Vec<_> = expected
                .into_iter()
                .map(|(item, n)| (item, noon(0, n)))
                .collect();
            assert_eq!(found, expected, "{id}");
        }
    }
    store.close().await;
}

/// Searches without a hit, by how often and how many people made them; what help brought is summed up of the account.
pub async fn what_help_did_not_find_is_listed(place: &impl Place) {
    let store = place.open();
    for sample in [
        Sample::of("acme", "u1")
            .misses("refund", 1)
            .misses("sso", 2),
        Sample::of("acme", "u1")
            .misses("sso", 3)
            .reads("export", 40, 4),
        Sample::of("globex", "u1").misses("sso", 5),
        Sample::on("d1").misses("更新", 6),
    ] {
        kept(&store, sample).await;
    }
    let history = store.history("acme").await.expect("the account is read");
    let sum = |metric: &Metric| -> u64 {
        let rows = history.uses.iter().filter(|row| row.metric == *metric);
        rows.map(|row| row.sum).sum()
    };
    assert_eq!(sum(&Metric::Help("missed".to_owned())), 3);
    assert_eq!(sum(&Metric::ContentSeconds), 40);
    store.close().await;
    // Opened anew, everything is in the tables.
    let store = place.open();
    let missed = |query: &str, count, people, ms| Missed {
        query: query.to_owned(),
        count,
        people,
        last: noon(0, ms),
    };
    let listed = store.missed(3).await.expect("the list is read");
    let expected = [
        missed("sso", 3, 2, 5),
        missed("更新", 1, 1, 6),
        missed("refund", 1, 1, 1),
    ];
    assert_eq!(listed, expected);
    assert_eq!(store.missed(1).await.expect("the list is read").len(), 1);
    store.close().await;
}
