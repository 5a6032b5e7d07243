//! What is dropped when its time is over, a little with every transaction.

use banso_model::time::DAY_MS;
use rusqlite::{Connection, OptionalExtension};

use super::key::{self, Key};

/// Days for which ids, sessions and streams are remembered.
const DAYS: i64 = 35;

/// Days for which it is remembered how often a user used what.
const USER_DAYS: i64 = 400;

/// Most ids dropped with a transaction that adds none; one that adds drops twice as many as it adds besides.
const IDS: i64 = 2000;

/// Rows looked at with every transaction.
const ROWS: i64 = 500;

/// How far the tables were looked through; it begins again at the end.
#[derive(Debug, Default)]
pub struct Retention {
    sessions: Option<(Key, Key)>,
    streams: Option<Key>,
    users: Option<(Key, i64, i32)>,
}

impl Retention {
    /// Drops what is over.
    ///
    /// # Errors
    /// What SQLite reports; the transaction must be rolled back then.
    pub fn prune(&mut self, tables: &Connection, added: u64) -> rusqlite::Result<()> {
        prune_ids(tables, IDS + 2 * i64::try_from(added).unwrap_or(IDS))?;
        self.prune_sessions(tables)?;
        self.prune_streams(tables)?;
        self.prune_users(tables)
    }

    fn prune_sessions(&mut self, tables: &Connection) -> rusqlite::Result<()> {
        let from = self.sessions.unwrap_or((Key::MIN, Key::MIN));
        let until: Option<(Key, Key)> = tables
            .prepare_cached(
                "SELECT owner, session FROM sessions WHERE (owner, session) >= (?1, ?2) \
                 ORDER BY owner, session LIMIT 1 OFFSET ?3",
            )?
            .query_row((from.0, from.1, ROWS), |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let end = until.unwrap_or((Key::MAX, Key::MAX));
        tables
            .prepare_cached(
                "DELETE FROM sessions WHERE (owner, session) BETWEEN (?1, ?2) AND (?3, ?4) \
                 AND added < unixepoch() / 86400 - ?5",
            )?
            .execute((from.0, from.1, end.0, end.1, DAYS))?;
        self.sessions = until;
        Ok(())
    }

    fn prune_streams(&mut self, tables: &Connection) -> rusqlite::Result<()> {
        let from = self.streams.unwrap_or(Key::MIN);
        let until: Option<Key> = tables
            .prepare_cached(
                "SELECT stream FROM streams WHERE stream >= ?1 ORDER BY stream LIMIT 1 OFFSET ?2",
            )?
            .query_row((from, ROWS), |row| row.get(0))
            .optional()?;
        tables
            .prepare_cached(
                "DELETE FROM streams WHERE stream BETWEEN ?1 AND ?2 AND added < unixepoch() / 86400 - ?3",
            )?
            .execute((from, until.unwrap_or(Key::MAX), DAYS))?;
        self.streams = until;
        Ok(())
    }

    /// Old days of a user are summed up under day 0, so that the sum over all days stays.
    fn prune_users(&mut self, tables: &Connection) -> rusqlite::Result<()> {
        let from = self.users.unwrap_or((Key::MIN, 0, i32::MIN));
        let until: Option<(Key, i64, i32)> = tables
            .prepare_cached(
                "SELECT user, metric, day FROM user_uses WHERE (user, metric, day) >= (?1, ?2, ?3) \
                 ORDER BY user, metric, day LIMIT 1 OFFSET ?4",
            )?
            .query_row((from.0, from.1, from.2, ROWS), |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })
            .optional()?;
        let end = until.unwrap_or((Key::MAX, i64::MAX, i32::MAX));
        let range = (from.0, from.1, from.2, end.0, end.1, end.2, USER_DAYS);
        let moved = tables
            .prepare_cached(
                "INSERT INTO user_uses SELECT user, metric, 0, sum(sum) FROM user_uses \
                 WHERE (user, metric, day) BETWEEN (?1, ?2, ?3) AND (?4, ?5, ?6) \
                 AND day <> 0 AND day < unixepoch() / 86400 - ?7 GROUP BY user, metric \
                 ON CONFLICT DO UPDATE SET sum = sum + excluded.sum",
            )?
            .execute(range)?;
        if moved > 0 {
            tables
                .prepare_cached(
                    "DELETE FROM user_uses WHERE (user, metric, day) BETWEEN (?1, ?2, ?3) AND (?4, ?5, ?6) \
                     AND day <> 0 AND day < unixepoch() / 86400 - ?7",
                )?
                .execute(range)?;
        }
        self.users = until;
        Ok(())
    }
}

/// Drops ids of days that are over the horizon and were not added to for as long, so that history that was imported
/// is recognised when it is imported again.
fn prune_ids(tables: &Connection, most: i64) -> rusqlite::Result<()> {
    let over: Option<i64> = tables
        .prepare_cached(
            "SELECT day FROM seen_days WHERE day < unixepoch() / 86400 - ?1 AND added < unixepoch() / 86400 - ?1 LIMIT 1",
        )?
        .query_row([DAYS], |row| row.get(0))
        .optional()?;
    let Some(day) = over else { return Ok(()) };
    let first = key::seen(0, day * DAY_MS).to_be_bytes();
    let end = key::seen(0, (day + 1) * DAY_MS).to_be_bytes();
    let until: Option<Vec<u8>> = tables
        .prepare_cached(
            "SELECT id FROM seen WHERE id >= ?1 AND id < ?2 ORDER BY id LIMIT 1 OFFSET ?3",
        )?
        .query_row((&first[..], &end[..], most), |row| row.get(0))
        .optional()?;
    tables
        .prepare_cached("DELETE FROM seen WHERE id >= ?1 AND id < ?2")?
        .execute((&first[..], until.as_deref().unwrap_or(&end[..])))?;
    if until.is_none() {
        tables
            .prepare_cached("DELETE FROM seen_days WHERE day = ?1")?
            .execute([day])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::schema;

    #[test]
    fn what_is_over_is_dropped_and_the_rest_stays() {
        let tables = Connection::open_in_memory().expect("memory opens");
        tables
            .execute_batch(&schema::MIGRATIONS.concat())
            .expect("tables are made");
        tables
            .execute_batch(
                "WITH RECURSIVE n (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < 2999) \
                 INSERT INTO sessions SELECT n, n * 7, unixepoch() / 86400 - n % 3 * 20 FROM n; \
                 WITH RECURSIVE n (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < 2999) \
                 INSERT INTO streams SELECT n, 'k', 5, x'00', unixepoch() / 86400 - n % 3 * 20 FROM n; \
                 WITH RECURSIVE n (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < 2999) \
                 INSERT INTO user_uses SELECT n / 10, 1, unixepoch() / 86400 - n % 10 * 100, n % 10 FROM n;",
            )
            .expect("rows are written");
        let mut retention = Retention::default();
        let numbers = |sql: &str| -> (i64, i64) {
            tables
                .query_row(sql, (), |row| Ok((row.get(0)?, row.get(1)?)))
                .expect("rows are counted")
        };
        // Once through each table, and once more: what is done twice changes nothing.
        for _ in 0..14 {
            retention.prune(&tables, 0).expect("it is pruned");
        }
        let kept = "count(*), count(*) FILTER (WHERE added < unixepoch() / 86400 - 35)";
        assert_eq!(numbers(&format!("SELECT {kept} FROM sessions")), (2000, 0));
        assert_eq!(numbers(&format!("SELECT {kept} FROM streams")), (2000, 0));
        // Of each of 300 users, days 0 to 400 days ago stay, and those of 500 to 900 are one row.
        assert_eq!(
            numbers("SELECT count(*), sum(sum) FROM user_uses"),
            (300 * 6, 300 * 45)
        );
        assert_eq!(
            numbers("SELECT count(*), min(sum) FROM user_uses WHERE day = 0"),
            (300, 35)
        );
    }
}
