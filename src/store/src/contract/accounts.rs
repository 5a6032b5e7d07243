//! Accounts, alone and listed.

use banso_model::rollup::Source;

use super::Place;
use super::dedupe::kept;
use super::sample::{Sample, noon};
use super::scores::scored;
use crate::Store;
use crate::read::{AccountQuery, AccountSort};

/// An id that was never heard of.
pub async fn an_unknown_account_is_none(place: &impl Place) {
    let store = place.open();
    assert_eq!(store.account("acme").await.expect("it is read"), None);
    let history = store.history("acme").await.expect("it is read");
    assert_eq!(history, banso_model::rollup::AccountHistory::default());
    let page = store
        .accounts(AccountQuery {
            limit: 5,
            ..AccountQuery::default()
        })
        .await
        .expect("it is read");
    assert_eq!((page.accounts.len(), page.next), (0, None));
    store.close().await;
}

/// Times, users in the order they were seen, features in all.
pub async fn an_account_has_a_record(place: &impl Place) {
    let store = place.open();
    for sample in [
        Sample::of("acme", "u1").received(1).uses("a", 1, 0),
        Sample::of("acme", "u2")
            .received(3)
            .uses("a", 2, 2)
            .uses("b", 3, 1),
        Sample::of("acme", "u1").received(2).uses("a", 4, 1),
        Sample::of("acme", "u3").received(2),
    ] {
        kept(&store, sample).await;
    }
    let record = store
        .account("acme")
        .await
        .expect("it is read")
        .expect("it is known");
    assert_eq!(record.first_seen, noon(1, 0));
    assert_eq!(record.last_seen, Some(noon(2, 2)));
    let users: Vec<_> = record
        .users
        .iter()
        .map(|user| (user.id.as_str(), user.last_seen))
        .collect();
    assert_eq!(
        users,
        [
            ("u2", Some(noon(2, 2))),
            ("u1", Some(noon(1, 4))),
            ("u3", None)
        ]
    );
    let features: Vec<_> = record
        .features
        .iter()
        .map(|(id, sum)| (id.as_str(), *sum))
        .collect();
    assert_eq!(features, [("a", 3), ("b", 1)]);
    store.close().await;
}

/// Accounts of many kinds: id, score, band and stage, the day last seen.
const MANY: [(&str, Option<f64>, &str, &str, i32); 6] = [
    ("acme", Some(72.4), "green", "daily-use", 3),
    ("bolt", Some(40.0), "yellow", "setup", 5),
    ("core", None, "", "setup", 4),
    ("dune", Some(40.0), "yellow", "daily-use", 1),
    ("echo", None, "", "setup", 2),
    ("fern", Some(12.5), "red", "setup", 6),
];

async fn many(store: &impl Store) {
    for (n, (id, _, _, _, after)) in (1..).zip(MANY) {
        let named = format!("{} Corporation", id.to_uppercase());
        let sample = Sample::of(id, "u1").uses("a", n, after);
        kept(
            store,
            sample.account_trait("name", named.as_str(), Source::Browser),
        )
        .await;
    }
    for (id, score, band, stage, _) in MANY {
        scored(store, id, score, band, stage).await;
    }
}

async fn ids(store: &impl Store, query: AccountQuery) -> Vec<String> {
    let page = store.accounts(query).await.expect("the list is read");
    page.accounts.into_iter().map(|line| line.id).collect()
}

/// Ties go by id; what has no value comes last.
pub async fn accounts_are_listed_in_order(place: &impl Place) {
    let store = place.open();
    many(&store).await;
    for (sort, expected) in [
        (
            AccountSort::Score,
            ["fern", "bolt", "dune", "acme", "core", "echo"],
        ),
        (
            AccountSort::ScoreDescending,
            ["acme", "bolt", "dune", "fern", "core", "echo"],
        ),
        (
            AccountSort::Id,
            ["acme", "bolt", "core", "dune", "echo", "fern"],
        ),
        (
            AccountSort::LastSeen,
            ["fern", "bolt", "core", "acme", "echo", "dune"],
        ),
    ] {
        let query = AccountQuery {
            sort,
            limit: 10,
            ..AccountQuery::default()
        };
        assert_eq!(ids(&store, query).await, expected, "{sort:?}");
    }
    store.close().await;
}

/// By stage, by band, by a part of the id or the name in any case; all of them together.
pub async fn accounts_are_filtered(place: &impl Place) {
    let store = place.open();
    many(&store).await;
    for (stages, bands, search, expected) in [
        (
            &["setup"][..],
            &[][..],
            None,
            vec!["bolt", "core", "echo", "fern"],
        ),
        (
            &["setup", "daily-use"],
            &["yellow"],
            None,
            vec!["bolt", "dune"],
        ),
        (&[], &["red", "green"], None, vec!["acme", "fern"]),
        (&[], &[], Some("NE C"), vec!["dune"]),
        (
            &[],
            &[],
            Some("OR"),
            vec!["acme", "bolt", "core", "dune", "echo", "fern"],
        ),
        (&["setup"], &["yellow"], Some("bolt"), vec!["bolt"]),
        (&["renewal"], &[], None, vec![]),
        (&[], &[], Some("%"), vec![]),
    ] {
        let query = AccountQuery {
            stages: stages.iter().map(|&word| word.to_owned()).collect(),
            bands: bands.iter().map(|&word| word.to_owned()).collect(),
            search: search.map(str::to_owned),
            sort: AccountSort::Id,
            limit: 10,
            cursor: None,
        };
        let given = format!("{query:?}");
        assert_eq!(ids(&store, query).await, expected, "{given}");
    }
    store.close().await;
}

/// Pages of any size put together are the whole list.
pub async fn pages_end_where_the_next_begins(place: &impl Place) {
    let store = place.open();
    many(&store).await;
    for sort in [
        AccountSort::Score,
        AccountSort::ScoreDescending,
        AccountSort::Id,
        AccountSort::LastSeen,
    ] {
        let whole = ids(
            &store,
            AccountQuery {
                sort,
                limit: 10,
                ..AccountQuery::default()
            },
        )
        .await;
        for limit in 1..=7 {
            let mut found = Vec::new();
            let mut cursor = None;
            loop {
                let query = AccountQuery {
                    sort,
                    limit,
                    cursor,
                    ..AccountQuery::default()
                };
                let page = store.accounts(query).await.expect("the list is read");
                assert!(page.accounts.len() <= limit);
                found.extend(page.accounts.into_iter().map(|line| line.id));
                cursor = page.next;
                if cursor.is_none() {
                    break;
                }
                assert!(
                    found.len() <= whole.len(),
                    "{sort:?} {limit}: the pages never end"
                );
            }
            assert_eq!(found, whole, "{sort:?} {limit}");
        }
    }
    store.close().await;
}
