//! Looks at the files of a folder before anything is opened for writing: what is damaged, foreign or missing is told with
//! the remedy, and nothing is changed.

use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use super::files::{Files, meta, unusable};
use super::schema;
use crate::error::StoreError;

/// What the first bytes of a write-ahead log are; the last one tells the order of bytes in its sums.
const WAL: [u8; 3] = [0x37, 0x7f, 0x06];

/// What to do about a damaged file.
pub const RESTORE: &str = "nothing was changed: keep a copy of the folder, move banso.db and journal.db out of it, and \
     restore the last backup with `banso restore`";

/// What is in the folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// No store yet.
    Nothing,
    /// A store.
    Store,
}

/// Looks at the tables and the journal. Files of at most `check` bytes are looked through wholly.
///
/// # Errors
/// [`StoreError::Unusable`] with the file, what is wrong with it, and what to do.
pub fn inspect(files: &Files, check: u64) -> Result<Found, StoreError> {
    let (tables, journal) = (files.tables(), files.journal());
    let (has_tables, has_journal) = (size(&tables)?, size(&journal)?);
    for path in [&tables, &journal] {
        check_log(path)?;
    }
    let begun = size(&beside(&tables, "-wal"))?.unwrap_or(0) > 0;
    match (has_tables, has_journal) {
        (None, None) => return Ok(Found::Nothing),
        // A start that was cut off before anything was written.
        (Some(0), None) if !begun => return Ok(Found::Nothing),
        (None, Some(_)) => return Err(wrong(&tables, "it is missing beside its journal")),
        (Some(0), _) if !begun => return Err(wrong(&tables, "it is empty")),
        (Some(_), Some(0)) if size(&beside(&journal, "-wal"))?.unwrap_or(0) == 0 => {
            return Err(wrong(&journal, "it is empty"));
        }
        (Some(_), _) => {}
    }
    let connection = look(&tables)?;
    let version = version(&tables, &connection)?;
    if has_journal.is_none() && version > 0 && !needs_no_journal(&tables, &connection)? {
        return Err(StoreError::Unusable {
            place: journal.display().to_string(),
            reason: "it is missing: what was answered last may be only there".to_owned(),
            remedy:
                "nothing was changed: put it back, or restore the last backup with `banso restore`"
                    .to_owned(),
        });
    }
    if has_tables.is_some_and(|bytes| bytes <= check) {
        look_through(&tables, &connection)?;
    }
    drop(connection);
    if has_journal.is_some() {
        let connection = look(&journal)?;
        connection
            .query_row("SELECT max(seq), length(data) FROM journal", (), |_| Ok(()))
            .map_err(|error| unusable(&journal, &error))?;
        look_through(&journal, &connection)?;
    }
    Ok(Found::Store)
}

/// A backup that was put in place needs none, nor does a store in which nothing was folded yet.
fn needs_no_journal(path: &Path, tables: &Connection) -> Result<bool, StoreError> {
    let number = |key| meta(tables, key).map_err(|error| unusable(path, &error));
    Ok(number("backup")?.is_some() || number("folded")?.unwrap_or(0) == 0)
}

/// Opens a file for looking only. A file without a write-ahead log is read as it is; of one with, SQLite must be let use
/// the log's index, which it makes anew at every start.
///
/// # Errors
/// [`StoreError::Unusable`] when it cannot be opened.
pub fn look(path: &Path) -> Result<Connection, StoreError> {
    let logged = size(&beside(path, "-wal"))?.unwrap_or(0) > 0;
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_URI;
    let mut address = String::from("file:");
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => {
                address.push(char::from(*byte));
            }
            byte => address.push_str(&format!("%{byte:02X}")),
        }
    }
    address.push_str("?mode=ro");
    if !logged {
        address.push_str("&immutable=1");
    }
    Connection::open_with_flags(&address, flags).map_err(|error| unusable(path, &error))
}

/// The version of the tables, 0 when there are none.
///
/// # Errors
/// [`StoreError::Unusable`] when they are not those of a store, or of a later version.
pub fn version(path: &Path, connection: &Connection) -> Result<i64, StoreError> {
    let count = |condition: &str| {
        let sql =
            format!("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND {condition}");
        connection
            .query_row(&sql, (), |row| row.get::<_, i64>(0))
            .map_err(|error| unusable(path, &error))
    };
    let damaged = |reason: String, remedy: &str| StoreError::Unusable {
        place: path.display().to_string(),
        reason,
        remedy: remedy.to_owned(),
    };
    if count("name = 'meta'")? == 0 {
        return match count("1")? {
            0 => Ok(0),
            _ => Err(damaged(
                "it has tables but no version: it is not a store, or was damaged".to_owned(),
                "name another folder, or restore a backup with `banso restore`",
            )),
        };
    }
    let found = meta(connection, "version")
        .map_err(|error| unusable(path, &error))?
        .unwrap_or(0);
    if (1..=schema::VERSION).contains(&found) {
        return Ok(found);
    }
    Err(damaged(
        format!(
            "it has version {found} and this program knows versions 1 to {}",
            schema::VERSION
        ),
        "use the newer program that wrote it, or restore a backup with `banso restore`",
    ))
}

/// Reads every page of a file.
///
/// # Errors
/// [`StoreError::Unusable`] with the first thing that is wrong.
pub fn look_through(path: &Path, connection: &Connection) -> Result<(), StoreError> {
    let said: String = connection
        .query_row("PRAGMA quick_check(1)", (), |row| row.get(0))
        .map_err(|error| unusable(path, &error))?;
    match said.as_str() {
        "ok" => Ok(()),
        said => Err(wrong(path, &format!("it is damaged: {}", said.trim()))),
    }
}

/// A log that was written has a head; without it SQLite would take it for an empty one.
fn check_log(of: &Path) -> Result<(), StoreError> {
    let path = beside(of, "-wal");
    let mut head = [0; 4];
    let read = match File::open(&path) {
        Ok(mut file) => file.read_exact(&mut head),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => Err(error),
    };
    match read {
        Ok(()) if head[..3] == WAL || head == [0; 4] => Ok(()),
        Ok(()) => Err(wrong(&path, "it is no write-ahead log")),
        // Nothing was written to it.
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(()),
        Err(error) => Err(wrong(&path, &format!("it cannot be read: {error}"))),
    }
}

/// The file that SQLite keeps beside another.
#[must_use]
pub fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Bytes of a file; `None` when there is none.
fn size(path: &Path) -> Result<Option<u64>, StoreError> {
    match std::fs::metadata(path) {
        Ok(data) => Ok(Some(data.len())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(wrong(path, &format!("it cannot be looked at: {error}"))),
    }
}

fn wrong(path: &Path, reason: &str) -> StoreError {
    StoreError::Unusable {
        place: path.display().to_string(),
        reason: reason.to_owned(),
        remedy: RESTORE.to_owned(),
    }
}
