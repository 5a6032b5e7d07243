//! Erasing someone: what is keyed by them is deleted, what was counted for their account stays.
//!
//! A stone is on disk before anything is deleted, so that an erasure which is cut off is finished at the next start, and
//! is done again to a database that was replaced by an older backup. The log goes first, in portions that change nothing
//! when they are done twice; then the rows, in one transaction that says that it was done; then the files are rewritten,
//! as deleted rows stay in free pages until something overwrites them.

use rusqlite::{Connection, OptionalExtension, Transaction};
use rustc_hash::FxHashSet;

use super::erased::{FOR_EVER, Kind, Stone, anyone};
use super::files::{meta, set_meta};
use super::fold::{Fold, FoldError};
use super::key::{self, Key};
use super::purge::{self, Purge};
use super::trace::{Trace, trace};
use crate::codec::Label;
use crate::subject::{Erasure, Subject};

/// The stones that stand for someone by name.
#[must_use]
pub fn stones(subject: &Subject, at: i64) -> Vec<Stone> {
    let stone = |kind, key| Stone {
        kind,
        key,
        until: FOR_EVER,
        at,
    };
    match subject {
        Subject::Account(account) => {
            vec![stone(Kind::Account, key::account(Label::of(account)))]
        }
        Subject::User {
            user,
            account: None,
        } => vec![stone(Kind::Anyone, anyone(user))],
        Subject::User {
            user,
            account: Some(account),
        } => {
            let account = key::account(Label::of(account));
            vec![stone(Kind::User, key::user(account, user))]
        }
    }
}

impl Fold {
    /// Deletes what stones mean. What was done already is done again without harm.
    ///
    /// # Errors
    /// [`FoldError`]; what was not deleted then is deleted at the next start.
    pub fn erase(&mut self, stones: &[Stone]) -> Result<Erasure, FoldError> {
        let trace = trace(&self.tables, stones, None)?;
        let mut done = Erasure::default();
        let (tables, folder) = self.parts()?;
        folder.forget();
        let kept = purge::Kept {
            named: &trace.named,
            users: &trace.users,
        };
        let mut owners: Vec<(Key, Purge<'_>)> = Vec::new();
        owners.extend(trace.accounts.iter().map(|owner| (*owner, Purge::All)));
        owners.extend(trace.devices.iter().map(|owner| (*owner, Purge::All)));
        let mut of_users: FxHashSet<Key> =
            trace.users.iter().map(|(account, _)| *account).collect();
        // Another user's record may say that they were known by this name.
        for device in &trace.named {
            of_users.extend(merge_of(tables, *device)?.map(|(account, _)| account));
        }
        let shared = of_users.difference(&trace.accounts);
        owners.extend(shared.map(|owner| (*owner, Purge::Some(&kept))));
        for (owner, what) in owners {
            done.events += purge::purge(tables, &mut folder.segments, owner, &what)?;
        }
        let transaction = tables.transaction()?;
        let changed = delete(&transaction, &trace, stones, &mut done)?;
        for stone in stones {
            note(&transaction, stone, true)?;
        }
        if done != Erasure::default() {
            set_meta(&transaction, SCRUB, 1)?;
        }
        transaction.commit()?;
        let gone: Vec<Key> = trace.accounts.into_iter().collect();
        self.has_changed(&gone, &changed);
        Ok(done)
    }

    /// Writes the tables' file anew when rows were erased since that was done last. The old one is gone once the
    /// write-ahead log is emptied.
    ///
    /// # Errors
    /// [`FoldError`]; it is done at the next start then.
    pub fn rewrite(&mut self) -> Result<(), FoldError> {
        if !self.is_to_scrub()? {
            return Ok(());
        }
        // In memory it would take as much of it as the store has data.
        self.tables.execute_batch("PRAGMA temp_store = FILE")?;
        let rewritten = self.tables.execute_batch("VACUUM");
        self.tables.execute_batch("PRAGMA temp_store = MEMORY")?;
        Ok(rewritten?)
    }

    /// Everything that was erased is gone from the files.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn scrubbed(&mut self) -> Result<(), FoldError> {
        Ok(set_meta(&self.tables, SCRUB, 0)?)
    }

    /// Whether rows were erased that may still be in the files.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn is_to_scrub(&self) -> Result<bool, FoldError> {
        Ok(meta(&self.tables, SCRUB)? == Some(1))
    }
}

/// The number in `meta` that says whether rows were erased that may still be in the files.
const SCRUB: &str = "scrub";

/// The stones of the tables, each with whether it was done to them.
///
/// # Errors
/// What SQLite reports.
pub fn noted(tables: &Connection) -> rusqlite::Result<Vec<(Stone, bool)>> {
    let mut statement = tables.prepare("SELECT kind, key, until, at, done FROM erased")?;
    let mut rows = statement.query(())?;
    let mut stones = Vec::new();
    while let Some(row) = rows.next()? {
        let kind: i64 = row.get(0)?;
        if let Some(kind) = usize::try_from(kind)
            .ok()
            .and_then(|kind| Kind::ALL.get(kind))
        {
            let stone = Stone {
                kind: *kind,
                key: row.get(1)?,
                until: row.get(2)?,
                at: row.get(3)?,
            };
            stones.push((stone, row.get(4)?));
        }
    }
    Ok(stones)
}

/// Notes a stone in the tables.
///
/// # Errors
/// What SQLite reports.
pub fn note(tables: &Connection, stone: &Stone, done: bool) -> rusqlite::Result<()> {
    tables
        .prepare_cached(
            "INSERT INTO erased VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET \
             until = max(until, excluded.until), at = max(at, excluded.at), done = max(done, excluded.done)",
        )?
        .execute((
            stone.kind as usize as i64,
            stone.key,
            stone.until,
            stone.at,
            done,
        ))
        .map(drop)
}

/// Deletes rows; returns the accounts that changed.
fn delete(
    tables: &Transaction<'_>,
    trace: &Trace,
    stones: &[Stone],
    done: &mut Erasure,
) -> Result<Vec<Key>, FoldError> {
    let mut changed = FxHashSet::default();
    for device in &trace.devices {
        if let Some((account, user)) = merge_of(tables, *device)?
            && !trace.accounts.contains(&account)
        {
            give_to_account(tables, *device, account, user)?;
            changed.insert(account);
        }
        let rows = delete_owner(tables, *device)? + delete_person(tables, *device)?;
        let merges = run(tables, "DELETE FROM merges WHERE device = ?1", *device)?;
        done.devices += u64::from(rows + merges > 0);
    }
    for (account, user) in &trace.users {
        if !trace.accounts.contains(account) {
            hide_active(tables, *account, *user)?;
            changed.insert(*account);
        }
        delete_person(tables, *user)?;
        tables
            .prepare_cached("DELETE FROM users WHERE owner = ?1 AND user = ?2")?
            .execute((account, user))?;
        done.users += 1;
    }
    for account in &trace.accounts {
        let rows = delete_owner(tables, *account)? + delete_person(tables, *account)?;
        let known = run(tables, "DELETE FROM accounts WHERE owner = ?1", *account)?;
        done.accounts += u64::from(rows + known > 0);
        let accounts = meta(tables, "accounts")?.unwrap_or(0);
        set_meta(tables, "accounts", accounts - known as i64)?;
    }
    let at = stones.iter().map(|stone| stone.at).max().unwrap_or(0);
    let changed: Vec<Key> = changed.into_iter().collect();
    for account in &changed {
        tables
            .prepare_cached(
                "UPDATE accounts SET erased = max(ifnull(erased, ?2), ?2), unscored = 1 WHERE owner = ?1",
            )?
            .execute((account, at))?;
    }
    Ok(changed)
}

fn merge_of(tables: &Connection, device: Key) -> rusqlite::Result<Option<(Key, Option<Key>)>> {
    tables
        .prepare_cached("SELECT account, user FROM merges WHERE device = ?1")?
        .query_row([device], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()
}

fn run(tables: &Connection, sql: &str, key: Key) -> rusqlite::Result<usize> {
    tables.prepare_cached(sql)?.execute([key])
}

/// What a merged device was counted for becomes the account's own, known from the day of the merge on as before.
fn give_to_account(
    tables: &Connection,
    device: Key,
    account: Key,
    user: Option<Key>,
) -> Result<(), FoldError> {
    let merged: i64 = tables
        .prepare_cached("SELECT day FROM merges WHERE device = ?1")?
        .query_row([device], |row| row.get(0))?;
    tables
        .prepare_cached(
            "INSERT INTO uses SELECT ?2, day, max(day + late, ?3) - day, metric, sum FROM uses WHERE owner = ?1 \
             ON CONFLICT DO UPDATE SET sum = sum + excluded.sum",
        )?
        .execute((device, account, merged))?;
    // The days are its user's as they were; those of a user who is erased are hidden afterwards.
    let user = match user {
        Some(user) => user,
        None => tables.query_row("SELECT random()", (), |row| row.get(0))?,
    };
    tables
        .prepare_cached(
            "INSERT INTO active SELECT ?2, day, ?4, max(received, ?3) FROM active WHERE owner = ?1 \
             ON CONFLICT DO UPDATE SET received = min(received, excluded.received)",
        )?
        .execute((device, account, merged, user))?;
    tables
        .prepare_cached(
            "INSERT INTO items SELECT ?2, item, at FROM items WHERE subject = ?1 \
             ON CONFLICT DO UPDATE SET at = min(at, excluded.at)",
        )?
        .execute((device, account))?;
    Ok(())
}

/// The days on which a user was active stay the account's, under a number that was drawn by lot.
fn hide_active(tables: &Connection, account: Key, user: Key) -> rusqlite::Result<()> {
    let nobody: Key = tables.query_row("SELECT random()", (), |row| row.get(0))?;
    tables
        .prepare_cached("UPDATE active SET user = ?3 WHERE owner = ?1 AND user = ?2")?
        .execute((account, user, nobody))
        .map(drop)
}

/// Deletes what begins with an owner.
fn delete_owner(tables: &Connection, owner: Key) -> rusqlite::Result<usize> {
    let mut rows = 0;
    for sql in [
        "DELETE FROM uses WHERE owner = ?1",
        "DELETE FROM active WHERE owner = ?1",
        "DELETE FROM sessions WHERE owner = ?1",
        "DELETE FROM users WHERE owner = ?1",
    ] {
        rows += run(tables, sql, owner)?;
    }
    Ok(rows)
}

/// Deletes what is keyed by a person, or by an account as the subject of traits and items.
fn delete_person(tables: &Connection, person: Key) -> rusqlite::Result<usize> {
    let mut rows = 0;
    for sql in [
        "DELETE FROM user_uses WHERE user = ?1",
        "DELETE FROM guides WHERE user = ?1",
        "DELETE FROM items WHERE subject = ?1",
        "DELETE FROM answers WHERE user = ?1",
        "DELETE FROM interruptions WHERE user = ?1",
        "DELETE FROM missed WHERE user = ?1",
        "DELETE FROM traits WHERE subject = ?1",
    ] {
        rows += run(tables, sql, person)?;
    }
    Ok(rows)
}
