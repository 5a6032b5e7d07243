//! The folder: a lock, the journal that makes an answer durable, and the tables that it is folded into.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use super::{inspect, schema, segments};
use crate::error::StoreError;

/// The files of a store.
#[derive(Clone, Debug)]
pub struct Files {
    dir: PathBuf,
}

/// What the name of a copy that is being made begins with.
const COPY: &str = "copy-";
/// Bytes of the tables' pages that the thread that folds keeps in memory.
const FOLD_CACHE: i64 = 96 << 20;
/// Bytes of them that each thread that reads keeps in memory; the system's cache does the rest.
const READ_CACHE: i64 = 8 << 20;
/// Bytes of the tables that may be read in place.
const MAPPED: i64 = 1 << 30;

impl Files {
    /// The files of the store in `dir`, which is made when it does not exist.
    ///
    /// # Errors
    /// [`StoreError::Unusable`] when it cannot be made.
    pub fn of(dir: &Path) -> Result<Self, StoreError> {
        std::fs::create_dir_all(dir).map_err(|error| StoreError::Unusable {
            place: dir.display().to_string(),
            reason: format!("the folder cannot be made: {error}"),
            remedy: "name a folder that this process may write".to_owned(),
        })?;
        Ok(Self {
            dir: dir.to_owned(),
        })
    }

    /// Where the tables are.
    #[must_use]
    pub fn tables(&self) -> PathBuf {
        self.dir.join("banso.db")
    }

    /// Where the journal is.
    #[must_use]
    pub fn journal(&self) -> PathBuf {
        self.dir.join("journal.db")
    }

    /// Where it is kept who was erased.
    #[must_use]
    pub fn erased(&self) -> PathBuf {
        self.dir.join("erased")
    }

    /// A name for a copy that is being made; it is gone when the copy is, or at the next start.
    #[must_use]
    pub fn copy(&self, number: u64) -> PathBuf {
        self.dir.join(format!("{COPY}{number}"))
    }

    /// Removes copies that were being made when the process ended.
    ///
    /// # Errors
    /// What the system reports.
    pub fn remove_copies(&self) -> std::io::Result<()> {
        for entry in std::fs::read_dir(&self.dir)? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with(COPY) {
                std::fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }

    /// Bytes of all files.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the folder cannot be listed.
    pub fn bytes(&self) -> Result<u64, StoreError> {
        let sum = || {
            std::fs::read_dir(&self.dir)?.try_fold(0, |sum, entry| {
                let data = entry?.metadata()?;
                Ok::<u64, std::io::Error>(sum + if data.is_file() { data.len() } else { 0 })
            })
        };
        sum().map_err(|error| unavailable(&self.dir, &error))
    }

    /// Takes the folder for this process, until the file that is returned is closed.
    ///
    /// # Errors
    /// [`StoreError::Unusable`] when another process has it.
    pub fn lock(&self) -> Result<File, StoreError> {
        let path = self.dir.join("lock");
        let unusable = |reason: String, remedy: &str| StoreError::Unusable {
            place: self.dir.display().to_string(),
            reason,
            remedy: remedy.to_owned(),
        };
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(|error| {
                unusable(
                    format!("its lock cannot be opened: {error}"),
                    "name a folder that this process may write",
                )
            })?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => Err(unusable(
                "another process has it open".to_owned(),
                "stop that process, or name another folder",
            )),
            Err(TryLockError::Error(error)) => Err(unusable(
                format!("its lock cannot be taken: {error}"),
                "name a folder on a file system with locks",
            )),
        }
    }

    /// Opens the journal; every commit to it is synced.
    ///
    /// # Errors
    /// [`StoreError::Unusable`] when it is not a journal of this version.
    pub fn open_journal(&self) -> Result<Connection, StoreError> {
        let path = self.journal();
        self.open(&path, |connection| {
            connection.execute_batch(
                "PRAGMA page_size = 16384; PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; \
                 PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 128;",
            )?;
            connection.execute_batch(
                "CREATE TABLE IF NOT EXISTS journal (seq INTEGER PRIMARY KEY, data BLOB NOT NULL);",
            )
        })
    }

    /// Opens the tables for writing, and brings them to this version.
    ///
    /// They need no sync of their own: what the journal has and they lost is folded again.
    ///
    /// # Errors
    /// [`StoreError::Unusable`] when they are broken, of a later version, or not of a store.
    pub fn open_tables(&self) -> Result<Connection, StoreError> {
        let path = self.tables();
        let mut connection = self.open(&path, |_| Ok(()))?;
        let found = inspect::version(&path, &connection)?;
        connection
            .execute_batch(&format!(
                "PRAGMA page_size = 4096; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; \
                 PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -{}; PRAGMA temp_store = MEMORY;",
                FOLD_CACHE >> 10
            ))
            .map_err(|error| unusable(&path, &error))?;
        connection.set_prepared_statement_cache_capacity(128);
        self.migrate(&mut connection, found)?;
        Ok(connection)
    }

    /// Opens the tables for reading.
    ///
    /// # Errors
    /// [`StoreError::Unusable`] when they cannot be opened.
    pub fn open_reader(&self) -> Result<Connection, StoreError> {
        let path = self.tables();
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        Connection::open_with_flags(&path, flags)
            .and_then(|connection| {
                connection.execute_batch(&format!(
                    "PRAGMA cache_size = -{}; PRAGMA mmap_size = {MAPPED}; PRAGMA temp_store = MEMORY;",
                    READ_CACHE >> 10
                ))?;
                connection.set_prepared_statement_cache_capacity(64);
                Ok(connection)
            })
            .map_err(|error| unusable(&path, &error))
    }

    fn open(
        &self,
        path: &Path,
        prepare: impl FnOnce(&Connection) -> rusqlite::Result<()>,
    ) -> Result<Connection, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        Connection::open_with_flags(path, flags)
            .and_then(|connection| {
                prepare(&connection)?;
                Ok(connection)
            })
            .map_err(|error| unusable(path, &error))
    }

    fn migrate(&self, connection: &mut Connection, found: i64) -> Result<(), StoreError> {
        let path = self.tables();
        let from = usize::try_from(found).unwrap_or(0);
        for (step, sql) in schema::MIGRATIONS.iter().enumerate().skip(from) {
            let step_to = step as i64 + 1;
            if step_to == 2 {
                segments::unlearn(connection).map_err(|error| unmoved(&path, step_to, &error))?;
            }
            let applied = connection.transaction().and_then(|transaction| {
                transaction.execute_batch(sql)?;
                set_meta(&transaction, "version", step_to)?;
                transaction.commit()
            });
            applied.map_err(|error| unmoved(&path, step_to, &error))?;
        }
        Ok(())
    }
}

fn unmoved(path: &Path, version: i64, error: &impl ToString) -> StoreError {
    StoreError::Unusable {
        place: path.display().to_string(),
        reason: format!(
            "it could not be brought to version {version}: {}",
            error.to_string()
        ),
        remedy: "make room on the disk or restore a backup; nothing was lost".to_owned(),
    }
}

/// A number of the store.
///
/// # Errors
/// What SQLite reports.
pub fn meta(connection: &Connection, key: &str) -> rusqlite::Result<Option<i64>> {
    use rusqlite::OptionalExtension;
    connection
        .prepare_cached("SELECT value FROM meta WHERE key = ?1")?
        .query_row([key], |row| row.get(0))
        .optional()
}

/// Keeps a number of the store.
///
/// # Errors
/// What SQLite reports.
pub fn set_meta(connection: &Connection, key: &str, value: i64) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO meta VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = excluded.value",
        )?
        .execute((key, value))
        .map(drop)
}

/// The error of a file that cannot be read or written now.
#[must_use]
pub fn unavailable(place: &Path, reason: &impl ToString) -> StoreError {
    StoreError::Unavailable {
        place: place.display().to_string(),
        reason: reason.to_string(),
    }
}

/// The error of a file that cannot be opened, with what to do about it.
#[must_use]
pub fn unusable(place: &Path, error: &rusqlite::Error) -> StoreError {
    use rusqlite::ErrorCode::{
        CannotOpen, DatabaseBusy, DatabaseCorrupt, DatabaseLocked, DiskFull, NotADatabase,
        PermissionDenied, ReadOnly,
    };
    let remedy = match error.sqlite_error_code() {
        Some(NotADatabase | DatabaseCorrupt) => inspect::RESTORE,
        Some(DatabaseBusy | DatabaseLocked) => "stop the other process that has it open",
        Some(DiskFull) => "make room on the disk",
        Some(CannotOpen | PermissionDenied | ReadOnly) => {
            "let this process write the folder, or name another"
        }
        _ => {
            "it is no store's, or damaged: nothing was changed; name another folder, or restore the last backup with `banso restore`"
        }
    };
    StoreError::Unusable {
        place: place.display().to_string(),
        reason: error.to_string(),
        remedy: remedy.to_owned(),
    }
}
