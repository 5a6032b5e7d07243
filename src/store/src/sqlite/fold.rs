//! The thread that folds: it sums up what commits added and writes the sums to the tables in key order, in one
//! transaction that also says how far it came. What a loss of power takes from the tables is folded again from the
//! journal.

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode};

use super::damage::Damage;
use super::dirty::Dirty;
use super::erased::Erased;
use super::files::{set_meta, unavailable};
use super::fold_record::Folder;
use super::key::{self, Key};
use super::relay::{Asked, Command, Group, Next, Relay, Work};
use super::retention::Retention;
use super::{tables, tokens};
use crate::Unscored;
use crate::codec::Label;
use crate::read::Score;

/// Pages of the write-ahead log at which it is copied to the tables: 8 MB. That many are synced at once, and a commit's
/// sync waits behind them.
const CHECKPOINT: i64 = 2048;
/// Times that many at which readers are waited for, so that it is begun again.
const OVERDUE: i64 = 32;

/// How long after a failure folding is tried again.
const PAUSE: Duration = Duration::from_millis(500);

/// The thread's state.
pub struct Fold {
    place: PathBuf,
    pub(super) tables: Connection,
    relay: Arc<Relay>,
    dirty: Arc<Dirty>,
    pub(super) erased: Arc<Erased>,
    damage: Arc<Damage>,
    /// `None` after a failure: then it is loaded anew.
    folder: Option<Folder>,
    retention: Retention,
    folded: i64,
}

/// Why some commits could not be folded.
#[derive(Debug, thiserror::Error)]
pub enum FoldError {
    /// The tables cannot be read or written.
    #[error(transparent)]
    Tables(#[from] rusqlite::Error),
    /// A record cannot be read.
    #[error("a record of the journal cannot be read: {0}")]
    Record(#[from] crate::codec::Malformed),
    /// A segment cannot be compressed, or a file not written.
    #[error("it cannot be written: {0}")]
    Pack(#[from] std::io::Error),
    /// The store is closing.
    #[error("it is closing")]
    Closing,
    /// A value cannot be written as JSON.
    #[error("a value cannot be written: {0}")]
    Value(#[from] serde_json::Error),
}

impl Fold {
    /// A thread's state; reads what is unscored and the names of metrics.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn new(
        place: PathBuf,
        tables: Connection,
        relay: Arc<Relay>,
        dirty: Arc<Dirty>,
        erased: Arc<Erased>,
        damage: Arc<Damage>,
    ) -> Result<Self, FoldError> {
        let folder = Some(Folder::load(&tables, Arc::clone(&erased))?);
        let folded = super::files::meta(&tables, "folded")?.unwrap_or(0);
        dirty.add(unscored(&tables)?);
        Ok(Self {
            place,
            tables,
            relay,
            dirty,
            erased,
            damage,
            folder,
            retention: Retention::default(),
            folded,
        })
    }

    /// Folds commits until the relay is closed and everything is folded.
    pub fn run(mut self) {
        loop {
            let Next {
                groups,
                commands,
                last,
            } = self.relay.next();
            if !self.fold_all(&groups) {
                for (_, answer) in commands {
                    drop(answer.send(Err(unavailable(&self.place, &"it is closing"))));
                }
                break;
            }
            for asked in commands {
                self.obey(asked);
            }
            self.checkpoint_when_due();
            if last {
                break;
            }
            self.compact_when_idle();
        }
        self.finish();
    }

    /// Folds commits; tries again until it succeeds. `false` when it did not and the store is closing.
    fn fold_all(&mut self, groups: &[Group]) -> bool {
        let Some(last) = groups.last() else {
            return true;
        };
        while let Err(error) = self.fold(groups) {
            let reason = error.to_string();
            self.damage.note(&self.place, &error);
            // It is tried again twice a second: what was said need not be said again.
            if self.relay.error().as_ref() != Some(&reason) {
                tracing::error!(place = %self.place.display(), %error, "commits could not be folded; trying again");
            }
            self.relay.could_not_fold(reason);
            if !self.relay.pause(PAUSE) {
                return false;
            }
        }
        let bytes = groups.iter().map(|group| group.records.len()).sum();
        self.relay.did_fold(last.seq, bytes);
        true
    }

    /// Folds commits in one transaction. After a failure nothing of them is kept or remembered.
    ///
    /// # Errors
    /// [`FoldError`].
    pub fn fold(&mut self, groups: &[Group]) -> Result<(), FoldError> {
        let Some(last) = groups.last() else {
            return Ok(());
        };
        // What it remembers is dropped with it unless the transaction is committed.
        let mut folder = match self.folder.take() {
            Some(folder) => folder,
            None => Folder::load(&self.tables, Arc::clone(&self.erased))?,
        };
        let transaction = self.tables.transaction()?;
        for group in groups {
            folder.add(&transaction, &group.records)?;
        }
        let events = folder.sums.events;
        let news = tables::write(&transaction, &mut folder)?;
        self.retention.prune(&transaction, events)?;
        set_meta(&transaction, "folded", last.seq)?;
        transaction.commit()?;
        self.folder = Some(folder);
        self.dirty.add(news);
        self.folded = last.seq;
        self.write_out();
        Ok(())
    }

    /// Has the disk take the write-ahead log as it grows. A checkpoint syncs all of it at once, and whoever waits for a
    /// commit would wait for that too.
    fn write_out(&self) {
        let mut log = self.place.clone().into_os_string();
        log.push("-wal");
        if let Err(error) = File::open(log).and_then(|log| log.sync_data()) {
            // The checkpoint syncs it, or says why it cannot.
            tracing::debug!(place = %self.place.display(), %error, "the write-ahead log was not written out");
        }
    }

    /// Puts small segments together while there is nothing else to do.
    fn compact_when_idle(&mut self) {
        while self.relay.is_idle()
            && let Some(folder) = self.folder.as_mut()
            && folder.compaction.is_due()
        {
            let Folder {
                compaction,
                segments,
                ..
            } = folder;
            let done = self
                .tables
                .transaction()
                .map_err(FoldError::from)
                .and_then(|transaction| {
                    compaction.run(&transaction, segments)?;
                    Ok(transaction.commit()?)
                });
            if let Err(error) = done {
                self.damage.note(&self.place, &error);
                tracing::error!(place = %self.place.display(), %error, "segments could not be put together; they stay apart");
            }
            self.checkpoint_when_due();
        }
    }

    fn obey(&mut self, (command, answer): Asked) {
        let done = match command {
            Command::Scores(scores) => self.put_scores(&scores),
            Command::UnscoreAll => self.unscore_all(),
            Command::Token(change) => tokens::change(&self.tables, &change),
            Command::Probe => set_meta(&self.tables, "probe", self.folded),
            Command::Work(Work(work)) => {
                work(self);
                Ok(())
            }
        };
        if let Err(error) = &done {
            self.damage.note_code(&self.place, error);
        }
        // Whoever asked may have stopped waiting.
        drop(answer.send(done.map_err(|error| unavailable(&self.place, &error))));
    }

    fn put_scores(&mut self, scores: &[(Unscored, Score)]) -> rusqlite::Result<()> {
        // Which of them are of the latest news is looked up once: the answer decides the row and the list alike.
        let mut ordered: Vec<(Key, &Score, bool)> = scores
            .iter()
            .map(|(unscored, score)| {
                let owner = key::account(Label::of(&unscored.account));
                let latest = self.dirty.version(owner) == Some(unscored.version);
                (owner, score, latest)
            })
            .collect();
        if ordered.is_empty() {
            return Ok(());
        }
        ordered.sort_unstable_by_key(|(owner, ..)| *owner);
        let transaction = self.tables.transaction()?;
        {
            let mut statement = transaction.prepare_cached(
                "UPDATE accounts SET unscored = NOT ?8, score = ?2, band = ?3, stage = ?4, trend = ?5, reason = ?6, scored_at = ?7 \
                 WHERE owner = ?1 AND ifnull(scored_at, 0) <= ?7",
            )?;
            for (owner, score, latest) in &ordered {
                statement.execute((
                    owner,
                    score.score,
                    &score.band,
                    &score.stage,
                    score.trend,
                    &score.reason,
                    score.at.0,
                    latest,
                ))?;
            }
        }
        transaction.commit()?;
        let owners: Vec<Key> = ordered
            .iter()
            .filter(|(.., latest)| *latest)
            .map(|(owner, ..)| *owner)
            .collect();
        self.dirty.remove(&owners);
        Ok(())
    }

    fn unscore_all(&mut self) -> rusqlite::Result<()> {
        self.tables
            .execute("UPDATE accounts SET unscored = 1", ())?;
        self.dirty.add(unscored(&self.tables)?);
        Ok(())
    }

    fn checkpoint_when_due(&self) {
        let pages = self
            .tables
            .query_row("PRAGMA wal_checkpoint(NOOP)", (), |row| {
                row.get::<_, i64>(1)
            });
        match pages {
            Ok(pages) if pages < CHECKPOINT => {}
            Ok(pages) if pages < CHECKPOINT * OVERDUE => self.checkpoint("PASSIVE"),
            // Readers that overlap keep it from being begun again: wait for those that are there now.
            Ok(_) => self.checkpoint("RESTART"),
            Err(error) => {
                tracing::error!(place = %self.place.display(), %error, "the write-ahead log could not be measured");
            }
        }
    }

    /// What it remembers of the tables, and their connection: to change rows that it did not write itself. Loaded anew
    /// when the last transaction failed.
    ///
    /// # Errors
    /// [`FoldError`] when it cannot be loaded.
    pub(super) fn parts(&mut self) -> Result<(&mut Connection, &mut Folder), FoldError> {
        let folder = match self.folder.take() {
            Some(folder) => folder,
            None => Folder::load(&self.tables, Arc::clone(&self.erased))?,
        };
        Ok((&mut self.tables, self.folder.insert(folder)))
    }

    /// Accounts are gone, and others are no longer what they were.
    pub(super) fn has_changed(&mut self, gone: &[Key], changed: &[Key]) {
        self.dirty.remove(gone);
        self.dirty.add(changed.iter().copied());
    }

    /// Waits a while before something is tried again; `false` when the store is closing.
    pub(super) fn pause(&self) -> bool {
        self.relay.pause(PAUSE)
    }

    /// Copies the write-ahead log to the tables and empties it; `false` when a reader holds an older page.
    ///
    /// # Errors
    /// What SQLite reports.
    pub(super) fn empty_log(&self) -> rusqlite::Result<bool> {
        let (waits, at_once) = (Duration::from_secs(5), Duration::ZERO);
        self.tables.busy_timeout(at_once)?;
        let busy: rusqlite::Result<i64> =
            self.tables
                .query_row("PRAGMA wal_checkpoint(TRUNCATE)", (), |row| row.get(0));
        self.tables.busy_timeout(waits)?;
        let emptied = match busy {
            Ok(busy) => busy == 0,
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => false,
            Err(error) => return Err(error),
        };
        if emptied {
            self.relay.durable.store(self.folded, Ordering::Release);
        }
        Ok(emptied)
    }

    /// Copies the write-ahead log to the tables, after which the journal may forget what was folded.
    pub fn checkpoint(&self, mode: &str) {
        let copied = self
            .tables
            .query_row(&format!("PRAGMA wal_checkpoint({mode})"), (), |row| {
                Ok((
                    row.get::<_, i64>(0)?,
                    row.get::<_, i64>(1)?,
                    row.get::<_, i64>(2)?,
                ))
            });
        match copied {
            Ok((0, pages, copied)) if pages == copied => {
                self.relay.durable.store(self.folded, Ordering::Release);
            }
            // A reader holds an older page; the next checkpoint copies it.
            Ok(_) => {}
            Err(error) => {
                tracing::error!(place = %self.place.display(), %error, "the write-ahead log could not be copied");
            }
        }
    }

    fn finish(self) {
        self.checkpoint("TRUNCATE");
        if let Err((_, error)) = self.tables.close() {
            tracing::error!(place = %self.place.display(), %error, "the tables could not be closed");
        }
    }
}

fn unscored(tables: &Connection) -> rusqlite::Result<Vec<Key>> {
    tables
        .prepare("SELECT owner FROM accounts WHERE unscored = 1 ORDER BY last_seen")?
        .query_map((), |row| row.get(0))?
        .collect()
}
