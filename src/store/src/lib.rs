//! What is kept: the [`Store`] trait, its contract suite and the SQLite backend.
//!
//! The log is the truth and the rest can be rebuilt from it: *log* (what was accepted, in compressed segments), *seen*
//! (ids, so that every event counts once), *rollups* (sums by owner, day and day received), *history* (traits, merges).
//! Everything an accepted request adds is added in one transaction, and a caller is answered after it is on disk.

pub mod codec;
#[cfg(any(test, feature = "contract"))]
pub mod contract;
pub mod error;
pub mod losses;
pub mod read;
pub mod record;
pub mod sqlite;
pub mod subject;
pub mod token;
pub mod write;

pub use error::StoreError;

use futures::future::BoxFuture;

use banso_model::rollup::AccountHistory;

use banso_model::time::Timestamp;
use read::{AccountPage, AccountQuery, AccountRecord, Counters, Merged, Score, UserRecord};
use subject::{Erasure, Expired, Held, Subject};
use token::Token;
use write::{Answer, Write};

/// What the collector needs of a store. Every backend passes [the same contract suite](crate).
///
/// Reads see everything that was committed before they began, unless they say otherwise. All are cheap: none costs the size of the log.
pub trait Store: Send + Sync + 'static {
    /// Queues one request's writes and resolves once they are committed and synced.
    ///
    /// # Errors
    /// [`StoreError::Busy`] at once when the queue is full; [`StoreError::Unavailable`] when the commit failed, in which
    /// case nothing of the request was kept.
    fn write(&self, write: Write) -> BoxFuture<'_, Result<Answer, StoreError>>;

    /// The account with this id, or `None` when it was never heard of.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the store cannot be read.
    fn account(&self, account: &str) -> BoxFuture<'_, Result<Option<AccountRecord>, StoreError>>;

    /// A page of accounts in the order and with the filters asked for.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the store cannot be read.
    fn accounts(&self, query: AccountQuery) -> BoxFuture<'_, Result<AccountPage, StoreError>>;

    /// What a score of this account is computed from, devices merged into it included.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the store cannot be read.
    fn history(&self, account: &str) -> BoxFuture<'_, Result<AccountHistory, StoreError>>;

    /// What is known of one user of an account, or of a device nobody has identified on.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the store cannot be read.
    fn user(&self, of: write::Owner, user: &str) -> BoxFuture<'_, Result<UserRecord, StoreError>>;

    /// The account that a device was merged into, or `None` when it was not.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the store cannot be read.
    fn merged(&self, device: &str) -> BoxFuture<'_, Result<Option<Merged>, StoreError>>;

    /// Accounts with something new since their score was last stored, oldest news first, at most `limit`. Whoever asks is
    /// in no hurry: what was just committed may be waited for as long as it takes to be summed up with what comes next.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the store cannot be read.
    fn unscored(&self, limit: usize) -> BoxFuture<'_, Result<Vec<Unscored>, StoreError>>;

    /// What a score of an unscored account is computed from: at least what made it unscored. What was committed since is
    /// not waited for, as it makes the account unscored again.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the store cannot be read.
    fn unscored_history(
        &self,
        unscored: &Unscored,
    ) -> BoxFuture<'_, Result<AccountHistory, StoreError>>;

    /// Stores the latest scores. An account of which something newer than `version` was written meanwhile stays unscored,
    /// so that it is scored again; its score is kept all the same, or an account in constant use would never have one.
    /// A score computed before the stored one is dropped.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the store cannot be written.
    fn put_scores(&self, scores: Vec<(Unscored, Score)>) -> BoxFuture<'_, Result<(), StoreError>>;

    /// Marks every account as unscored: after the scorecards changed, or a day has ended.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the store cannot be written.
    fn unscore_all(&self) -> BoxFuture<'_, Result<(), StoreError>>;

    /// Keeps a token. It is on disk when this resolves.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the store cannot be written.
    fn put_token(&self, token: Token) -> BoxFuture<'_, Result<(), StoreError>>;

    /// The tokens, oldest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the store cannot be read.
    fn tokens(&self) -> BoxFuture<'_, Result<Vec<Token>, StoreError>>;

    /// Forgets the token with this id, if there is one. It is gone from the disk's tables when this resolves.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the store cannot be written.
    fn remove_token(&self, id: &str) -> BoxFuture<'_, Result<(), StoreError>>;

    /// Whether a write would be taken now: it tries one.
    ///
    /// # Errors
    /// [`StoreError`] that says why not: disk full, read-only, corrupt.
    fn ready(&self) -> BoxFuture<'_, Result<(), StoreError>>;

    /// Everything that is held about someone, from one moment: the lines as they are taken. It ends after an error.
    fn export(&self, of: Subject) -> Export;

    /// Erases someone: what is kept by who they are is gone from the log, sums, progress, traits and merges, and from the
    /// bytes of the files; sums of accounts stay, as they name nobody. What arrives of them later is refused
    /// ([`write::Answer::refused`]), also after an older backup was restored. `at` is the time.
    ///
    /// From the moment this begins to erase it is finished however it is interrupted: at the next start, or when it is
    /// asked for again.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the store cannot be written; what was not erased then is erased at the next start.
    fn erase(&self, who: Subject, at: Timestamp) -> BoxFuture<'_, Result<Erasure, StoreError>>;

    /// Drops from the log what was received on a UTC day before that of `before`, and what was searched in help and not
    /// found last before then. Sums and history stay.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the store cannot be written; what was dropped by then is gone.
    fn expire(&self, before: Timestamp) -> BoxFuture<'_, Result<Expired, StoreError>>;

    /// A copy of everything that was answered before this began, as one file to be read from its beginning; the file has
    /// no name and goes when it is closed. Writes are taken meanwhile.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the store cannot be read or there is no room for the copy.
    fn back_up(&self) -> BoxFuture<'_, Result<std::fs::File, StoreError>>;

    /// What was searched in help and not found, most often first, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the store cannot be read.
    fn missed(&self, limit: usize) -> BoxFuture<'_, Result<Vec<read::Missed>, StoreError>>;

    /// Numbers for `/metrics` and `banso stats`.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the store cannot be read.
    fn counters(&self) -> BoxFuture<'_, Result<Counters, StoreError>>;

    /// Takes no more writes, finishes those that were queued and closes the files.
    fn close(&self) -> BoxFuture<'_, ()>;
}

/// What [`Store::export`] gives.
pub type Export = tokio::sync::mpsc::Receiver<Result<Held, StoreError>>;

/// An account whose stored score is older than what is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unscored {
    /// The account's id.
    pub account: String,
    /// Counts the account's news; tells [`Store::put_scores`] whether more has arrived meanwhile.
    pub version: u64,
}
