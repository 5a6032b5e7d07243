//! A store that forgets: what the collector costs without one, as a ceiling for benches.

use banso_model::rollup::AccountHistory;
use banso_store::read::{
    AccountPage, AccountQuery, AccountRecord, Counters, Merged, Missed, Score, UserRecord,
};
use banso_store::token::Token;
use banso_store::write::{Answer, Owner, Write};
use banso_store::{Store, StoreError, Unscored};
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
        ready(Ok(Answer { new })).boxed()
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
