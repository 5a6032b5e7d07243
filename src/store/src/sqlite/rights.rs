//! What the threads of a store do together for someone: everything that is held about them, its end, and a copy of all.

use std::fs::File;
use std::sync::atomic::Ordering;
use std::time::Duration;

use banso_model::time::Timestamp;
use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::commit::{Committer, Queued};
use super::erased::Stone;
use super::files::{set_meta, unavailable};
use super::fold::{Fold, FoldError};
use super::relay::{Command, Work};
use super::{SqliteStore, backup, erase, export, trace};
use crate::Export;
use crate::error::StoreError;
use crate::subject::{Erasure, Expired, Held, Subject};

/// How many lines of an export wait for whoever takes them.
const AHEAD: usize = 256;

/// How long after a reader kept the write-ahead log from being emptied that is tried again.
const AGAIN: Duration = Duration::from_millis(250);

impl SqliteStore {
    /// Runs `work` on the thread that writes the tables, after everything that is committed by now.
    pub(super) async fn on_tables<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Fold) -> Result<T, FoldError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, answered) = oneshot::channel();
        let work = Work(Box::new(move |fold| {
            // Whoever asked may have stopped waiting.
            drop(answer.send(work(fold)));
        }));
        self.ask(Command::Work(work)).await?;
        match answered.await {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(error)) => {
                self.damage.note(&self.files.tables(), &error);
                Err(unavailable(&self.files.tables(), &error))
            }
            Err(_) => Err(self.closed()),
        }
    }

    /// Runs `work` on the thread that commits, between two commits.
    pub(super) async fn on_journal<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Committer) -> Result<T, FoldError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, answered) = oneshot::channel();
        self.enqueue(Queued::Between(Box::new(move |committer| {
            // Whoever asked may have stopped waiting.
            drop(answer.send(work(committer)));
        })))?;
        match answered.await {
            Ok(done) => done.map_err(|error| unavailable(&self.files.journal(), &error)),
            Err(_) => Err(self.closed()),
        }
    }

    /// [`crate::Store::erase`].
    pub(super) async fn erased(&self, who: Subject, at: Timestamp) -> Result<Erasure, StoreError> {
        // One at a time: what says that the files are to be rewritten is one number.
        let _turn = self.erasing.lock().await;
        let mut stones = erase::stones(&who, at.0);
        // What a loss of power takes from the tables would be folded again, and be refused then.
        self.on_tables(|fold| {
            fold.checkpoint("FULL");
            Ok(())
        })
        .await?;
        self.put(stones.clone()).await?;
        // Everything that was taken before is folded now, so the devices can be found.
        let (named, by_name) = (stones.clone(), trace::by_name(&who));
        let devices = self
            .on_tables(move |fold| {
                let trace = trace::trace(&fold.tables, &named, by_name)?;
                Ok(trace.stones(at.0))
            })
            .await?;
        self.put(devices.clone()).await?;
        stones.extend(devices);
        let done = self
            .on_tables(move |fold| {
                let done = fold.erase(&stones)?;
                fold.rewrite()?;
                Ok(done)
            })
            .await?;
        // Somebody who reads an older page keeps it in the log for as long; others are served meanwhile.
        while !self.on_tables(|fold| Ok(fold.empty_log()?)).await? {
            tokio::time::sleep(AGAIN).await;
        }
        self.on_journal(|committer| {
            committer.forget_devices();
            Ok(committer.scrub()?)
        })
        .await?;
        self.on_tables(|fold| {
            if fold.is_to_scrub()? {
                fold.scrubbed()
            } else {
                Ok(())
            }
        })
        .await?;
        tracing::info!(
            accounts = done.accounts,
            users = done.users,
            devices = done.devices,
            events = done.events,
            "an erasure is done"
        );
        Ok(done)
    }

    /// Lets stones refuse from the next commit on; what was taken before is in the tables then, and counts.
    async fn put(&self, stones: Vec<Stone>) -> Result<(), StoreError> {
        let erased = std::sync::Arc::clone(&self.erased);
        let place = self.files.tables();
        let put = move |committer: &mut Committer| {
            Ok(match committer.catch_up() {
                Ok(()) => erased
                    .add(&stones)
                    .map_err(|error| unavailable(erased.path(), &error)),
                Err(error) => Err(unavailable(&place, &error)),
            })
        };
        self.on_journal(put).await?
    }

    /// [`crate::Store::expire`].
    pub(super) async fn expired(&self, before: Timestamp) -> Result<Expired, StoreError> {
        let (mut sum, mut after) = (Expired::default(), Some((i64::MIN, i64::MIN)));
        while let Some(from) = after {
            (sum, after) = self
                .on_tables(move |fold| {
                    let mut sum = sum;
                    let next = fold.expire(before, from, &mut sum)?;
                    Ok((sum, next))
                })
                .await?;
        }
        Ok(sum)
    }

    /// [`crate::Store::export`].
    pub(super) fn exported(&self, of: Subject) -> Export {
        let (lines, export) = mpsc::channel(AHEAD);
        let files = self.files.clone();
        let relay = std::sync::Arc::clone(&self.relay);
        let begin = move || {
            let failed = |error: StoreError| drop(lines.blocking_send(Err(error)));
            if let Err(error) = futures::executor::block_on(relay.caught_up(None)) {
                return failed(unavailable(&files.tables(), &error));
            }
            let connection = match files.open_reader() {
                Ok(connection) => connection,
                Err(error) => return failed(error),
            };
            let mut take = |held: Held| lines.blocking_send(Ok(held)).is_ok();
            if let Err(error) = export::export(&connection, &of, &mut take) {
                failed(unavailable(&files.tables(), &error));
            }
        };
        // A thread of its own: whoever takes the lines may be slow, and others read meanwhile.
        if let Err(error) = super::spawn("banso-export", &self.files.tables(), begin) {
            let (lines, export) = mpsc::channel(1);
            drop(lines.try_send(Err(error)));
            return export;
        }
        export
    }

    /// [`crate::Store::back_up`].
    pub(super) async fn copied(&self) -> Result<File, StoreError> {
        self.relay
            .caught_up(None)
            .await
            .map_err(|error| unavailable(&self.files.tables(), &error))?;
        let (answer, answered) = oneshot::channel();
        let files = self.files.clone();
        let stones = self.erased.all();
        let number = self.copies.fetch_add(1, Ordering::Relaxed);
        super::spawn("banso-backup", &self.files.tables(), move || {
            let path = files.copy(number);
            let copied = || -> Result<File, StoreError> {
                let tables = files.open_reader()?;
                backup::copy(&tables, &path, &stones)
                    .map_err(|error| unavailable(&path, &error))?;
                let file = File::open(&path);
                // Nobody else needs the name: the copy goes with whoever reads it.
                let removed = std::fs::remove_file(&path);
                file.and_then(|file| removed.map(|()| file))
                    .map_err(|error| unavailable(&path, &error))
            };
            drop(answer.send(copied()));
        })?;
        answered.await.unwrap_or_else(|_| Err(self.closed()))
    }
}

/// At the start: puts what the folder and the tables know of who was erased together, and erases from the tables those
/// that were not erased from them yet: when an erasure was cut off, or the tables are of an older backup.
///
/// # Errors
/// [`FoldError`].
pub fn catch_up(fold: &mut Fold) -> Result<(), FoldError> {
    fold.tables
        .execute("DELETE FROM meta WHERE key = 'backup'", ())?;
    let noted = erase::noted(&fold.tables)?;
    let known: Vec<Stone> = noted.iter().map(|(stone, _)| *stone).collect();
    fold.erased.add(&known)?;
    let is_done = |stone: &Stone| {
        noted
            .iter()
            .any(|(known, done)| *done && (known.kind, known.key) == (stone.kind, stone.key))
    };
    let erased = std::sync::Arc::clone(&fold.erased);
    let mut left: Vec<Stone> = erased.all();
    left.retain(|stone| !is_done(stone));
    if left.is_empty() {
        return Ok(());
    }
    for stone in left.clone() {
        let devices = trace::trace(&fold.tables, &[stone], None)?.stones(stone.at);
        erased.add(&devices)?;
        left.extend(devices.into_iter().filter(|device| !is_done(device)));
    }
    let done = fold.erase(&left)?;
    tracing::info!(
        accounts = done.accounts,
        users = done.users,
        devices = done.devices,
        events = done.events,
        "erasures were applied to what the tables still had"
    );
    Ok(())
}

/// At the start, after the journal was trimmed: leaves nothing of who was erased in the files.
///
/// # Errors
/// [`FoldError`].
pub fn clean(fold: &mut Fold, journal: &Connection) -> Result<(), FoldError> {
    if !fold.is_to_scrub()? {
        return Ok(());
    }
    fold.rewrite()?;
    while !fold.empty_log()? {
        if !fold.pause() {
            return Err(FoldError::Closing);
        }
    }
    journal.execute_batch("VACUUM")?;
    journal.query_row("PRAGMA wal_checkpoint(TRUNCATE)", (), |_| Ok(()))?;
    set_meta(&fold.tables, "scrub", 0)?;
    Ok(())
}
