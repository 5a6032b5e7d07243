//! A copy of the store as one file, made while it is used, and a store made of such a file.
//!
//! The copy is of the tables after everything that was answered before has been folded into them, so it needs no journal.
//! It has who was erased, and `meta.backup` says what it is.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};

use super::erase;
use super::erased::{Erased, Stone};
use super::files::{Files, set_meta, unusable};
use super::fold::FoldError;
use super::inspect;
use crate::error::StoreError;

/// Copies the tables, as they are at one moment, to a file that is not there.
///
/// # Errors
/// [`FoldError`] when the tables cannot be read or the file not written; what was written of it is removed.
pub fn copy(tables: &Connection, to: &Path, stones: &[Stone]) -> Result<(), FoldError> {
    let done = copy_to(tables, to, stones);
    if done.is_err() {
        drop(std::fs::remove_file(to));
    }
    done
}

fn copy_to(tables: &Connection, to: &Path, stones: &[Stone]) -> Result<(), FoldError> {
    File::options().write(true).create_new(true).open(to)?;
    let mut copy = Connection::open_with_flags(
        to,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    {
        let backup = Backup::new(tables, &mut copy)?;
        // All pages in one step are of one moment; what is written meanwhile waits in the write-ahead log.
        loop {
            match backup.step(-1)? {
                StepResult::Done => break,
                _ => std::thread::sleep(Duration::from_millis(20)),
            }
        }
    }
    // One file, without a log beside it.
    copy.query_row("PRAGMA journal_mode = DELETE", (), |_| Ok(()))?;
    copy.execute_batch("PRAGMA synchronous = FULL")?;
    for stone in stones {
        erase::note(&copy, stone, false)?;
    }
    set_meta(&copy, "backup", 1)?;
    copy.close().map_err(|(_, error)| error)?;
    Ok(File::open(to)?.sync_all()?)
}

/// Whether a file is a whole backup.
///
/// # Errors
/// [`StoreError::Unusable`] with what is wrong with it.
pub fn check(file: &Path) -> Result<(), StoreError> {
    let wrong = |reason: String| StoreError::Unusable {
        place: file.display().to_string(),
        reason,
        remedy: "name a file that `banso backup` made, or make another".to_owned(),
    };
    if let Err(error) = File::open(file) {
        return Err(wrong(format!("it cannot be opened: {error}")));
    }
    let connection = inspect::look(file)?;
    if inspect::version(file, &connection)? == 0 {
        return Err(wrong("it is empty".to_owned()));
    }
    let is_backup = super::files::meta(&connection, "backup")
        .map_err(|error| unusable(file, &error))?
        .is_some();
    if !is_backup {
        return Err(wrong("it is no backup".to_owned()));
    }
    let said: String = connection
        .query_row("PRAGMA integrity_check(1)", (), |row| row.get(0))
        .map_err(|error| unusable(file, &error))?;
    if said != "ok" {
        return Err(wrong(format!("it is damaged: {}", said.trim())));
    }
    Ok(())
}

/// Makes a store of a backup in a folder that has none. Who was erased according to the folder's own list, which may be
/// newer than the backup, is erased when the store is opened.
///
/// # Errors
/// [`StoreError::Unusable`] when the file is no whole backup, or the folder has a store; nothing is changed then.
pub fn restore(file: &Path, dir: &Path) -> Result<(), StoreError> {
    check(file)?;
    let files = Files::of(dir)?;
    let _lock = files.lock()?;
    let refused = |reason: String, remedy: &str| StoreError::Unusable {
        place: dir.display().to_string(),
        reason,
        remedy: remedy.to_owned(),
    };
    for path in [
        files.tables(),
        files.journal(),
        inspect::beside(&files.tables(), "-wal"),
        inspect::beside(&files.journal(), "-wal"),
    ] {
        if path.exists() {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            return Err(refused(
                format!("it holds data already ({name})"),
                "name an empty folder, or move the databases out of this one and leave `erased` in it",
            ));
        }
    }
    let erased = Erased::open(files.erased())?;
    let part: PathBuf = inspect::beside(&files.tables(), ".restoring");
    let placed = || -> Result<(), FoldError> {
        // Its own permissions may forbid to write.
        std::io::copy(&mut File::open(file)?, &mut File::create(&part)?)?;
        let copy = Connection::open_with_flags(
            &part,
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        )?;
        let stones: Vec<Stone> = erase::noted(&copy)?
            .into_iter()
            .map(|(stone, _)| stone)
            .collect();
        copy.close().map_err(|(_, error)| error)?;
        erased.add(&stones)?;
        File::open(&part)?.sync_all()?;
        std::fs::rename(&part, files.tables())?;
        Ok(File::open(dir)?.sync_all()?)
    };
    placed().map_err(|error| {
        drop(std::fs::remove_file(&part));
        refused(
            format!("the backup cannot be put in it: {error}"),
            "make room on the disk, or name a folder that this process may write",
        )
    })
}
