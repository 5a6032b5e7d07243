//! What is dropped when its time is over, a little with every transaction.

use rusqlite::{Connection, OptionalExtension};

use super::key;

/// Days for which ids, sessions and streams are remembered.
pub const DAYS: i64 = 35;

/// Most rows dropped with one transaction.
const AT_ONCE: i64 = 2000;

/// Drops ids of days that are over the horizon and were not added to for as long, so that history that was imported
/// is recognised when it is imported again.
///
/// # Errors
/// What SQLite reports.
pub fn prune(tables: &Connection) -> rusqlite::Result<()> {
    let over: Option<i64> = tables
        .prepare_cached(
            "SELECT day FROM seen_days WHERE day < unixepoch() / 86400 - ?1 AND added < unixepoch() / 86400 - ?1 LIMIT 1",
        )?
        .query_row([DAYS], |row| row.get(0))
        .optional()?;
    let Some(day) = over else { return Ok(()) };
    let first = key::seen(0, day * banso_model::time::DAY_MS).to_be_bytes();
    let end = key::seen(0, (day + 1) * banso_model::time::DAY_MS).to_be_bytes();
    let dropped = tables
        .prepare_cached(
            "DELETE FROM seen WHERE (id, owner) IN (SELECT id, owner FROM seen WHERE id >= ?1 AND id < ?2 LIMIT ?3)",
        )?
        .execute((&first[..], &end[..], AT_ONCE))?;
    if (dropped as i64) < AT_ONCE {
        tables
            .prepare_cached("DELETE FROM seen_days WHERE day = ?1")?
            .execute([day])?;
    }
    Ok(())
}
