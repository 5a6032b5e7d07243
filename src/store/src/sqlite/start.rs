//! Opens a store: looks at its files, brings them to this version, folds what a crash left in the journal, finishes
//! erasures that were cut off, and starts the threads.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};

use rusqlite::Connection;

use super::commit::{Committer, Counts};
use super::damage::Damage;
use super::dirty::Dirty;
use super::erased::Erased;
use super::files::{self, Files};
use super::fold::{Fold, FoldError};
use super::readers::Readers;
use super::relay::{Group, Relay};
use super::{Options, SqliteStore, inspect, pack, rights, spawn};
use crate::error::StoreError;

impl SqliteStore {
    /// Opens the store in `dir`, which is made when there is none, and folds what a crash left in the journal.
    ///
    /// # Errors
    /// [`StoreError::Unusable`] with the reason and the remedy: another process has it, it is broken, it is of a later
    /// version, or the folder cannot be written. Nothing is changed then.
    pub fn open(dir: &Path, options: Options) -> Result<Self, StoreError> {
        let files = Files::of(dir)?;
        let lock = files.lock()?;
        inspect::inspect(&files, options.check)?;
        let erased = Arc::new(Erased::open(files.erased())?);
        let damage = Arc::new(Damage::default());
        if let Err(error) = files.remove_copies() {
            tracing::warn!(%error, "an unfinished copy stays in the folder");
        }
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
            Arc::clone(&erased),
            Arc::clone(&damage),
        )
        .map_err(|error| broken(&files.tables(), &error))?;
        recover(&files, &journal, &mut fold, folded)?;
        fold.checkpoint("TRUNCATE");
        rights::catch_up(&mut fold).map_err(|error| broken(&files.tables(), &error))?;
        trim(&files, &journal, &relay)?;
        rights::clean(&mut fold, &journal).map_err(|error| broken(&files.tables(), &error))?;
        let counts = Arc::new(Counts::default());
        let committer = Committer::new(
            files.journal(),
            journal,
            files.open_reader()?,
            Arc::clone(&relay),
            Arc::clone(&counts),
            Arc::clone(&erased),
            seq,
        )
        .map_err(|error| broken(&files.journal(), &error))?;
        let readers = Readers::start(&files, options.readers, &damage)?;
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
            erased,
            damage,
            copies: AtomicU64::new(0),
            erasing: tokio::sync::Mutex::default(),
            readers,
            threads: Mutex::new(threads),
            lock: Mutex::new(Some(lock)),
        })
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
        let group = || -> Result<Group, FoldError> {
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
pub(super) fn trim(files: &Files, journal: &Connection, relay: &Relay) -> Result<(), StoreError> {
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
        remedy: "make room on the disk when it is full; else keep a copy of the folder and restore the last backup with `banso restore`".to_owned(),
    }
}
