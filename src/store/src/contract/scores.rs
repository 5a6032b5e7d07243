//! Scores, and which are older than what is known.

use super::Place;
use super::dedupe::kept;
use super::sample::{Sample, noon};
use crate::read::Score;
use crate::{Store, Unscored};

async fn unscored(store: &impl Store) -> Vec<Unscored> {
    store.unscored(100).await.expect("it is read")
}

async fn names(store: &impl Store) -> Vec<String> {
    unscored(store)
        .await
        .into_iter()
        .map(|unscored| unscored.account)
        .collect()
}

fn score(score: Option<f64>, band: &str, stage: &str) -> Score {
    Score {
        score,
        band: Some(band.to_owned()).filter(|band| !band.is_empty()),
        stage: Some(stage.to_owned()),
        trend: None,
        reason: "because".to_owned(),
        at: noon(0, 0),
    }
}

/// Scores an account as it is.
pub(super) async fn scored(
    store: &impl Store,
    account: &str,
    value: Option<f64>,
    band: &str,
    stage: &str,
) {
    let of = unscored(store)
        .await
        .into_iter()
        .find(|unscored| unscored.account == account);
    let of = of.expect("the account is unscored");
    store
        .put_scores(vec![(of, score(value, band, stage))])
        .await
        .expect("the score is kept");
}

/// Oldest news first; duplicates are no news; a restart forgets nothing of it.
pub async fn news_make_an_account_unscored(place: &impl Place) {
    let store = place.open();
    assert_eq!(unscored(&store).await, []);
    kept(&store, Sample::of("globex", "u1").uses("a", 1, 0)).await;
    kept(&store, Sample::of("acme", "u1").uses("a", 2, 0)).await;
    kept(&store, Sample::of("globex", "u1").uses("a", 3, 0)).await;
    kept(&store, Sample::on("d1").uses("a", 4, 0)).await;
    let mut all = names(&store).await;
    all.sort_unstable();
    assert_eq!(all, ["acme", "globex"]);
    assert_eq!(store.unscored(1).await.expect("it is read").len(), 1);
    scored(&store, "globex", Some(50.0), "yellow", "setup").await;
    scored(&store, "acme", None, "", "setup").await;
    assert_eq!(unscored(&store).await, []);
    kept(&store, Sample::of("globex", "u1").uses("a", 1, 0)).await;
    assert_eq!(unscored(&store).await, [], "a duplicate is no news");
    kept(&store, Sample::of("acme", "u1").from("d1").merging()).await;
    assert_eq!(names(&store).await, ["acme"], "a merge is news");
    scored(&store, "acme", Some(1.0), "red", "setup").await;
    kept(&store, Sample::on("d1").uses("a", 5, 0)).await;
    assert_eq!(
        names(&store).await,
        ["acme"],
        "what a merged device does is news"
    );
    store.close().await;
    let store = place.open();
    assert_eq!(names(&store).await, ["acme"]);
    let record = store
        .account("globex")
        .await
        .expect("it is read")
        .expect("it is known");
    assert_eq!(record.score, Some(score(Some(50.0), "yellow", "setup")));
    store.close().await;
}

/// What a score is computed from has what made the account unscored, however much of it there is.
pub async fn an_unscored_account_is_read_with_its_news(place: &impl Place) {
    let store = place.open();
    for round in 1..=3 {
        for n in 0..20 {
            let news = Sample::of("acme", "u1").uses("a", round * 100 + n, 0);
            kept(&store, news).await;
        }
        for of in unscored(&store).await {
            let read = store.unscored_history(&of).await.expect("it is read");
            let all = store.history("acme").await.expect("it is read");
            assert_eq!(read, all, "{round}");
            let used: u64 = read.uses.iter().map(|row| row.sum).sum();
            assert!(used >= round * 20, "{used} in round {round}");
            let scores = vec![(of, score(Some(7.0), "red", "setup"))];
            store.put_scores(scores).await.expect("scores are taken");
        }
        assert_eq!(names(&store).await, [""; 0]);
    }
    store.close().await;
}

/// A score that was computed before more arrived.
pub async fn a_score_older_than_the_news_is_kept_and_made_again(place: &impl Place) {
    let store = place.open();
    kept(&store, Sample::of("acme", "u1").uses("a", 1, 0)).await;
    kept(&store, Sample::of("globex", "u1").uses("a", 2, 0)).await;
    let before = unscored(&store).await;
    kept(&store, Sample::of("acme", "u1").uses("a", 3, 0)).await;
    let scores = before
        .into_iter()
        .map(|of| (of, score(Some(7.0), "red", "setup")))
        .collect();
    store.put_scores(scores).await.expect("scores are taken");
    assert_eq!(names(&store).await, ["acme"]);
    for account in ["acme", "globex"] {
        let record = store
            .account(account)
            .await
            .expect("it is read")
            .expect("it is known");
        assert_eq!(
            record.score.and_then(|score| score.score),
            Some(7.0),
            "{account}"
        );
    }
    scored(&store, "acme", Some(8.0), "red", "setup").await;
    assert_eq!(unscored(&store).await, []);
    store.close().await;
}

/// After the scorecards changed, a score by the old ones leaves its account unscored.
pub async fn all_accounts_are_unscored_on_request(place: &impl Place) {
    let store = place.open();
    store.unscore_all().await.expect("nothing is unscored");
    kept(&store, Sample::of("acme", "u1").uses("a", 1, 0)).await;
    kept(&store, Sample::of("globex", "u1").uses("a", 2, 0)).await;
    scored(&store, "acme", Some(50.0), "yellow", "setup").await;
    let before = unscored(&store).await;
    store.unscore_all().await.expect("all are unscored");
    let mut all = names(&store).await;
    all.sort_unstable();
    assert_eq!(all, ["acme", "globex"]);
    let scores = before
        .into_iter()
        .map(|of| (of, score(Some(7.0), "red", "setup")))
        .collect();
    store.put_scores(scores).await.expect("scores are taken");
    assert_eq!(unscored(&store).await.len(), 2);
    store.close().await;
}
