//! SQLite: one folder, one writer that commits in groups.
//!
//! A write is answered after the *journal* has it: one row a commit, synced. Another thread folds what was committed
//! into the *tables* (log, seen, rollups, history), many commits at a time and in key order, so that a page is written
//! once for thousands of events. Reads wait until what was committed before them is folded, which is at once when they
//! ask for it. After a crash the journal is folded from where the tables are.

mod account;
mod backup;
mod commit;
mod compaction;
mod damage;
mod dirty;
mod erase;
mod erased;
mod expiry;
mod export;
mod files;
mod fold;
mod fold_record;
mod held;
mod inspect;
mod key;
mod list;
mod losses;
mod nameless;
mod pack;
mod progress;
mod purge;
mod readers;
mod recent;
mod relay;
mod retention;
mod rights;
mod schema;
mod segments;
mod start;
mod sums;
mod tables;
mod tokens;
mod trace;
mod traits;

use std::fs::File;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use banso_model::rollup::AccountHistory;
use futures::FutureExt;
use futures::future::BoxFuture;
use rusqlite::{Connection, OptionalExtension};
use tokio::sync::oneshot;

use crate::codec::Label;
use crate::error::StoreError;
use crate::read::{
    AccountPage, AccountQuery, AccountRecord, Counters, Merged, Missed, Score, UserRecord,
};
use crate::subject::{Erasure, Expired, Subject};
use crate::token::Token;
use crate::write::{Answer, Owner, Write};
use crate::{Export, Store, Unscored};
use banso_model::time::Timestamp;

pub use backup::{check as check_backup, restore};

use commit::{Counts, Queued};
use damage::Damage;
use dirty::Dirty;
use erased::Erased;
use files::{Files, unavailable};
use key::Key;
use readers::Readers;
use relay::{Command, Relay};

/// How a store is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Most bytes of writes that wait, about; more are refused with [`StoreError::Busy`].
    pub queue: usize,
    /// Threads that read.
    pub readers: usize,
    /// Most bytes of a file that is looked through wholly before it is opened; damage in a larger one is found when it is
    /// come upon.
    pub check: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            queue: 32 << 20,
            readers: 2,
            check: 1 << 30,
        }
    }
}

/// A store in a folder.
pub struct SqliteStore {
    files: Files,
    queue: Mutex<Option<Sender<Queued>>>,
    most: usize,
    counts: Arc<Counts>,
    relay: Arc<Relay>,
    dirty: Arc<Dirty>,
    erased: Arc<Erased>,
    damage: Arc<Damage>,
    copies: AtomicU64,
    erasing: tokio::sync::Mutex<()>,
    readers: Readers,
    threads: Mutex<Vec<JoinHandle<()>>>,
    lock: Mutex<Option<File>>,
}

impl SqliteStore {
    fn enqueue(&self, queued: Queued) -> Result<(), StoreError> {
        self.queue
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .as_ref()
            .and_then(|queue| queue.send(queued).ok())
            .ok_or_else(|| self.closed())
    }

    fn closed(&self) -> StoreError {
        unavailable(&self.files.tables(), &"it was closed")
    }

    /// Reads everything that was committed before now, of one owner or of all.
    async fn read<T: Send + 'static>(
        &self,
        owner: Option<Key>,
        read: impl FnOnce(&Connection) -> Result<T, fold::FoldError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.relay
            .caught_up(owner)
            .await
            .map_err(|error| unavailable(&self.files.tables(), &error))?;
        self.readers.read(read).await
    }

    async fn ask(&self, command: Command) -> Result<(), StoreError> {
        self.relay
            .ask(command)
            .await
            .unwrap_or_else(|_| Err(self.closed()))
    }

    async fn shut(&self) {
        let queue = self
            .queue
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(queue) = queue {
            let (done, closed) = oneshot::channel();
            if queue.send(Queued::Close(done)).is_ok() {
                // It ends with an error either way: the other end is dropped without a word.
                drop(closed.await);
            }
        }
        self.end();
    }

    /// Ends the threads; what is committed is folded first.
    fn end(&self) {
        drop(
            self.queue
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take(),
        );
        let mut threads =
            std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        // The thread that commits ends by its closed queue, and only then may the relay be closed.
        if let Some(commit) = threads.pop() {
            joined(commit);
        }
        let readers = self.readers.close();
        readers.into_iter().for_each(joined);
        self.relay.close();
        if !threads.is_empty() {
            threads.into_iter().for_each(joined);
            self.empty_journal();
        }
        drop(
            self.lock
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take(),
        );
    }
}

impl SqliteStore {
    /// Gives the room of the journal back when the tables have everything; the next start would do it otherwise.
    fn empty_journal(&self) {
        let emptied = self.files.open_journal().and_then(|journal| {
            start::trim(&self.files, &journal, &self.relay)?;
            journal
                .execute_batch("VACUUM")
                .map_err(|error| unavailable(&self.files.journal(), &error))
        });
        if let Err(error) = emptied {
            tracing::warn!(%error, "the journal keeps its size until the next start");
        }
    }
}

impl Drop for SqliteStore {
    fn drop(&mut self) {
        self.end();
    }
}

impl Store for SqliteStore {
    fn write(&self, write: Write) -> BoxFuture<'_, Result<Answer, StoreError>> {
        async move {
            if !self.counts.enqueued(&write, self.most) {
                return Err(StoreError::Busy { retry_after: 1 });
            }
            let (answer, answered) = oneshot::channel();
            self.enqueue(Queued::Write(Box::new(write), answer))?;
            answered.await.unwrap_or_else(|_| Err(self.closed()))
        }
        .boxed()
    }

    fn account(&self, account: &str) -> BoxFuture<'_, Result<Option<AccountRecord>, StoreError>> {
        let id = account.to_owned();
        let owner = key::account(Label::of(account));
        self.read(Some(owner), move |tables| account::account(tables, &id))
            .boxed()
    }

    fn accounts(&self, query: AccountQuery) -> BoxFuture<'_, Result<AccountPage, StoreError>> {
        self.read(None, move |tables| list::accounts(tables, &query))
            .boxed()
    }

    fn history(&self, account: &str) -> BoxFuture<'_, Result<AccountHistory, StoreError>> {
        let id = account.to_owned();
        let owner = key::account(Label::of(account));
        self.read(Some(owner), move |tables| account::history(tables, &id))
            .boxed()
    }

    fn user(&self, of: Owner, user: &str) -> BoxFuture<'_, Result<UserRecord, StoreError>> {
        let user = user.to_owned();
        let owner = key::owner(&of);
        self.read(Some(owner), move |tables| account::user(tables, &of, &user))
            .boxed()
    }

    fn merged(&self, device: &str) -> BoxFuture<'_, Result<Option<Merged>, StoreError>> {
        let device = key::device(Label::of(device));
        self.read(Some(device), move |tables| account::merged(tables, device))
            .boxed()
    }

    fn unscored(&self, limit: usize) -> BoxFuture<'_, Result<Vec<Unscored>, StoreError>> {
        async move {
            self.relay
                .settled()
                .await
                .map_err(|error| unavailable(&self.files.tables(), &error))?;
            let oldest = self.dirty.oldest(limit);
            if oldest.is_empty() {
                return Ok(Vec::new());
            }
            self.readers
                .read(move |tables| {
                    let mut statement =
                        tables.prepare_cached("SELECT name FROM accounts WHERE owner = ?1")?;
                    oldest
                        .into_iter()
                        // One that is not there was erased meanwhile.
                        .filter_map(|(owner, version)| {
                            let account = statement.query_row([owner], |row| row.get(0));
                            match account.optional() {
                                Ok(account) => Some(Ok(Unscored {
                                    account: account?,
                                    version,
                                })),
                                Err(error) => Some(Err(error.into())),
                            }
                        })
                        .collect()
                })
                .await
        }
        .boxed()
    }

    fn unscored_history(
        &self,
        unscored: &Unscored,
    ) -> BoxFuture<'_, Result<AccountHistory, StoreError>> {
        let id = unscored.account.clone();
        self.readers
            .read(move |tables| account::history(tables, &id))
            .boxed()
    }

    fn put_scores(&self, scores: Vec<(Unscored, Score)>) -> BoxFuture<'_, Result<(), StoreError>> {
        self.ask(Command::Scores(scores)).boxed()
    }

    fn unscore_all(&self) -> BoxFuture<'_, Result<(), StoreError>> {
        self.ask(Command::UnscoreAll).boxed()
    }

    fn put_token(&self, token: Token) -> BoxFuture<'_, Result<(), StoreError>> {
        self.ask(Command::Token(tokens::Change::Put(token))).boxed()
    }

    fn tokens(&self) -> BoxFuture<'_, Result<Vec<Token>, StoreError>> {
        self.readers.read(tokens::all).boxed()
    }

    fn remove_token(&self, id: &str) -> BoxFuture<'_, Result<(), StoreError>> {
        self.ask(Command::Token(tokens::Change::Remove(id.to_owned())))
            .boxed()
    }

    fn ready(&self) -> BoxFuture<'_, Result<(), StoreError>> {
        async move {
            self.damage.check()?;
            // While nothing can be folded, nobody would answer what is asked of that thread.
            if let Some(error) = self.relay.error() {
                return Err(unavailable(&self.files.tables(), &error));
            }
            let (answer, answered) = oneshot::channel();
            self.enqueue(Queued::Probe(answer))?;
            answered.await.unwrap_or_else(|_| Err(self.closed()))?;
            self.ask(Command::Probe).await
        }
        .boxed()
    }

    fn export(&self, of: Subject) -> Export {
        self.exported(of)
    }

    fn erase(&self, who: Subject, at: Timestamp) -> BoxFuture<'_, Result<Erasure, StoreError>> {
        self.erased(who, at).boxed()
    }

    fn expire(&self, before: Timestamp) -> BoxFuture<'_, Result<Expired, StoreError>> {
        self.expired(before).boxed()
    }

    fn back_up(&self) -> BoxFuture<'_, Result<File, StoreError>> {
        self.copied().boxed()
    }

    fn missed(&self, limit: usize) -> BoxFuture<'_, Result<Vec<Missed>, StoreError>> {
        self.read(None, move |tables| list::missed(tables, limit))
            .boxed()
    }

    fn counters(&self) -> BoxFuture<'_, Result<Counters, StoreError>> {
        async move {
            let kept = self.read(None, list::counters).await?;
            Ok(Counters {
                duplicates: self.counts.duplicates.load(Ordering::Relaxed),
                commits: self.counts.commits.load(Ordering::Relaxed),
                queued: self.counts.queued.load(Ordering::Relaxed) as u64,
                bytes: self.files.bytes()?,
                ..kept
            })
        }
        .boxed()
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        self.shut().boxed()
    }
}

fn spawn(
    name: &str,
    place: &Path,
    run: impl FnOnce() + Send + 'static,
) -> Result<JoinHandle<()>, StoreError> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(run)
        .map_err(|error| StoreError::Unusable {
            place: place.display().to_string(),
            reason: format!("a thread cannot be started: {error}"),
            remedy: "let this process have more threads".to_owned(),
        })
}

fn joined(thread: JoinHandle<()>) {
    let name = thread.thread().name().unwrap_or_default().to_owned();
    if thread.join().is_err() {
        tracing::error!(
            thread = name,
            "a thread of the store panicked; what was answered is in its journal"
        );
    }
}

#[cfg(test)]
mod tests;
