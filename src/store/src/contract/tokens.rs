//! Tokens of programs.

use banso_model::time::Timestamp;

use super::Place;
use crate::Store;
use crate::token::{Scope, Token};

/// Kept and forgotten, also after a restart.
pub async fn tokens_are_kept_until_they_are_removed(place: &impl Place) {
    let token = |nth: u8, scope| Token {
        id: format!("t{nth}"),
        scope,
        name: "billing \u{4f34}".to_owned(),
        hash: [nth; 32],
        created: Timestamp(i64::from(nth)),
    };
    let all: Vec<Token> = (1..)
        .zip(Scope::ALL)
        .map(|(nth, scope)| token(nth, scope))
        .collect();
    let store = place.open();
    assert_eq!(store.tokens().await.expect("they are read"), []);
    for token in all.iter().rev() {
        store.put_token(token.clone()).await.expect("it is kept");
    }
    assert_eq!(store.tokens().await.expect("they are read"), all);
    store.close().await;
    let store = place.open();
    for id in ["t2", "t2", "unknown"] {
        store.remove_token(id).await.expect("it is gone");
    }
    let left = [all[0].clone(), all[2].clone()];
    assert_eq!(store.tokens().await.expect("they are read"), left);
    let twice = store.put_token(token(1, Scope::Admin)).await;
    assert!(twice.is_err(), "an id names one token");
    store.close().await;
    let store = place.open();
    assert_eq!(store.tokens().await.expect("they are read"), left);
    store.close().await;
}
