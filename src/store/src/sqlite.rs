//! SQLite: one folder, one writer that commits in groups.
//!
//! A write is answered after the *journal* has it: one row a commit, synced. Another thread folds what was committed
//! into the *tables* (log, seen, rollups, history), many commits at a time and in key order, so that a page is written
//! once for thousands of events. Reads wait until what was committed before them is folded, which is at once when they
//! ask for it. After a crash the journal is folded from where the tables are.

mod account;
mod commit;
mod compaction;
mod dirty;
mod files;
mod fold;
mod fold_record;
mod key;
mod list;
mod losses;
mod pack;
mod progress;
mod readers;
mod recent;
mod relay;
mod retention;
mod schema;
mod segments;
mod sums;
mod tables;
mod tokens;
mod traits;

use std::fs::File;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use banso_model::rollup::AccountHistory;
use futures::FutureExt;
use futures::future::BoxFuture;
use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::codec::Label;
use crate::error::StoreError;
use crate::read::{
    AccountPage, AccountQuery, AccountRecord, Counters, Merged, Missed, Score, UserRecord,
};
use crate::token::Token;
use crate::write::{Answer, Owner, Write};
use crate::{Store, Unscored};
use commit::{Committer, Counts, Queued};
use dirty::Dirty;
use files::{Files, unavailable};
use fold::Fold;
use key::Key;
use readers::Readers;
use relay::{Command, Group, Relay};

/// How a store is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Most bytes of writes that wait, about; more are refused with [`StoreError::Busy`].
    pub queue: usize,
    /// Threads that read.
    pub readers: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            queue: 32 << 20,
            readers: 2,
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
    readers: Readers,
    threads: Mutex<Vec<JoinHandle<()>>>,
    lock: Mutex<Option<File>>,
}

impl SqliteStore {
    /// Opens the store in `dir`, which is made when there is none, and folds what a crash left in the journal.
    ///
    /// # Errors
    /// [`StoreError::Unusable`] with the reason and the remedy: another process has it, it is broken, it is of a later
    /// version, or the folder cannot be written. Nothing is changed then.
    pub fn open(dir: &Path, options: Options) -> Result<Self, StoreError> {
        let files = Files::of(dir)?;
        let lock = files.lock()?;
        let tables = files.open_tables()?;
        let journal = files.open_journal()?;
        let folded = files::meta(&tables, "folded")
            .map_err(|error| broken(&files.tables(), &error))?
            .unwrap_or(0);
        let seq = last_commit(&journal)
            .map_err(|error| broken(&files.journal(), &error))?
            .max(folded);
        let relay = Arc::new(Relay::after(seq));
        relay.durable.store(0, Ordering::Release);
        let dirty = Arc::new(Dirty::default());
        let mut fold = Fold::new(
            files.tables(),
            tables,
            Arc::clone(&relay),
            Arc::clone(&dirty),
        )
        .map_err(|error| broken(&files.tables(), &error))?;
        recover(&files, &journal, &mut fold, folded)?;
        fold.checkpoint("TRUNCATE");
        trim(&files, &journal, &relay)?;
        let counts = Arc::new(Counts::default());
        let committer = Committer::new(
            files.journal(),
            journal,
            files.open_reader()?,
            Arc::clone(&relay),
            Arc::clone(&counts),
            seq,
        )
        .map_err(|error| broken(&files.journal(), &error))?;
        let readers = Readers::start(&files, options.readers)?;
        let (queue, queued) = channel();
        let threads = vec![
            spawn("banso-fold", &files.tables(), move || fold.run())?,
            spawn("banso-commit", &files.journal(), move || {
                committer.run(&queued);
            })?,
        ];
        Ok(Self {
            files,
            queue: Mutex::new(Some(queue)),
            most: options.queue,
            counts,
            relay,
            dirty,
            readers,
            threads: Mutex::new(threads),
            lock: Mutex::new(Some(lock)),
        })
    }

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
            trim(&self.files, &journal, &self.relay)?;
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
                .caught_up(None)
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
                        .map(|(owner, version)| {
                            let account = statement.query_row([owner], |row| row.get(0))?;
                            Ok(Unscored { account, version })
                        })
                        .collect()
                })
                .await
        }
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
            let (answer, answered) = oneshot::channel();
            self.enqueue(Queued::Probe(answer))?;
            answered.await.unwrap_or_else(|_| Err(self.closed()))?;
            self.ask(Command::Probe).await
        }
        .boxed()
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

fn last_commit(journal: &Connection) -> rusqlite::Result<i64> {
    journal.query_row("SELECT coalesce(max(seq), 0) FROM journal", (), |row| {
        row.get(0)
    })
}

/// Folds what the journal has and the tables have not.
fn recover(
    files: &Files,
    journal: &Connection,
    fold: &mut Fold,
    folded: i64,
) -> Result<(), StoreError> {
    let place = files.journal();
    let mut statement = journal
        .prepare("SELECT seq, data FROM journal WHERE seq > ?1 ORDER BY seq")
        .map_err(|error| broken(&place, &error))?;
    let mut rows = statement
        .query([folded])
        .map_err(|error| broken(&place, &error))?;
    while let Some(row) = rows.next().map_err(|error| broken(&place, &error))? {
        let group = || -> Result<Group, fold::FoldError> {
            let packed = row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?;
            Ok(Group {
                seq: row.get(0)?,
                records: pack::unpack(packed)?,
                owners: Vec::new(),
            })
        };
        let group = group().map_err(|error| broken(&place, &error))?;
        fold.fold(&[group])
            .map_err(|error| broken(&files.tables(), &error))?;
    }
    Ok(())
}

/// Lets the journal forget what the tables keep for good.
fn trim(files: &Files, journal: &Connection, relay: &Relay) -> Result<(), StoreError> {
    journal
        .execute(
            "DELETE FROM journal WHERE seq <= ?1",
            [relay.durable.load(Ordering::Acquire)],
        )
        .map(drop)
        .map_err(|error| broken(&files.journal(), &error))
}

fn broken(place: &Path, error: &impl ToString) -> StoreError {
    StoreError::Unusable {
        place: place.display().to_string(),
        reason: error.to_string(),
        remedy: "it was left as it is: make room on the disk, or restore a backup".to_owned(),
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
