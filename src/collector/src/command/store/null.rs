//! A store that forgets: what the collector costs without one, as a ceiling for benches.

use banso_model::rollup::AccountHistory;
use banso_model::time::Timestamp;
use banso_store::read::{
    AccountPage, AccountQuery, AccountRecord, Counters, Merged, Missed, Score, UserRecord,
};
use banso_store::subject::{Erasure, Expired, Subject};
use banso_store::token::Token;
use banso_store::write::{Answer, Owner, Write};
use banso_store::{Export, Store, StoreError, Unscored};
use futures::FutureExt as _;
use futures::future::{BoxFuture, ready};

/// Every event is new to it, and nothing is in it.
#[derive(Debug)]
pub struct Null;

fn nothing<T: Default + Send + 'static>() -> BoxFuture<'static, Result<T, StoreError>> {
    ready(Ok(T::default())).boxed()
}

impl Store for Null {
    fn write(&self, write: Write) -> BoxFuture<'_, Result<Answer, StoreError>> {
        let new = vec![true; write.events.len()];
        let refused = Vec::new();
        ready(Ok(Answer { new, refused })).boxed()
    }

    fn account(&self, _: &str) -> BoxFuture<'_, Result<Option<AccountRecord>, StoreError>> {
        nothing()
    }

    fn accounts(&self, _: AccountQuery) -> BoxFuture<'_, Result<AccountPage, StoreError>> {
        nothing()
    }

    fn history(&self, _: &str) -> BoxFuture<'_, Result<AccountHistory, StoreError>> {
        nothing()
    }

    fn user(&self, _: Owner, _: &str) -> BoxFuture<'_, Result<UserRecord, StoreError>> {
        nothing()
    }

    fn merged(&self, _: &str) -> BoxFuture<'_, Result<Option<Merged>, StoreError>> {
        nothing()
    }

    fn unscored(&self, _: usize) -> BoxFuture<'_, Result<Vec<Unscored>, StoreError>> {
        nothing()
    }

    fn unscored_history(&self, _: &Unscored) -> BoxFuture<'_, Result<AccountHistory, StoreError>> {
        nothing()
    }

    fn put_scores(&self, _: Vec<(Unscored, Score)>) -> BoxFuture<'_, Result<(), StoreError>> {
        nothing()
    }

    fn unscore_all(&self) -> BoxFuture<'_, Result<(), StoreError>> {
        nothing()
    }

    fn put_token(&self, _: Token) -> BoxFuture<'_, Result<(), StoreError>> {
        nothing()
    }

    fn tokens(&self) -> BoxFuture<'_, Result<Vec<Token>, StoreError>> {
        nothing()
    }

    fn remove_token(&self, _: &str) -> BoxFuture<'_, Result<(), StoreError>> {
        nothing()
    }

    fn ready(&self) -> BoxFuture<'_, Result<(), StoreError>> {
        nothing()
    }

    fn export(&self, _: Subject) -> Export {
        // The sender is dropped: there is nothing to tell.
        tokio::sync::mpsc::channel(1).1
    }

    fn erase(&self, _: Subject, _: Timestamp) -> BoxFuture<'_, Result<Erasure, StoreError>> {
        nothing()
    }

    fn expire(&self, _: Timestamp) -> BoxFuture<'_, Result<Expired, StoreError>> {
        nothing()
    }

    fn back_up(&self) -> BoxFuture<'_, Result<std::fs::File, StoreError>> {
        ready(Err(StoreError::Unavailable {
            place: "null:".into(),
            reason: "it keeps nothing that could be backed up".into(),
        }))
        .boxed()
    }

    fn missed(&self, _: usize) -> BoxFuture<'_, Result<Vec<Missed>, StoreError>> {
        nothing()
    }

    fn counters(&self) -> BoxFuture<'_, Result<Counters, StoreError>> {
        nothing()
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        ready(()).boxed()
    }
}
