//! Drops from the log what is older than it is kept, a portion with each transaction. Sums and history outlive it.

use banso_model::time::{DAY_MS, Timestamp};
use rusqlite::{Connection, Transaction};

use super::compaction;
use super::fold::{Fold, FoldError};
use super::key::Key;
use super::purge::{forget_events, replace};
use super::segments::Segments;
use super::sums::Segment;
use crate::record;
use crate::subject::Expired;

/// Segments that are dropped in a transaction.
const AT_ONCE: i64 = 500;

/// A segment that may have something that is over.
struct Old {
    owner: Key,
    seq: i64,
    /// The UTC day on which its last record was received.
    day: i64,
}

/// Where a portion ended; the next begins behind it.
pub type Cursor = (Key, i64);

impl Fold {
    /// Drops a portion of what was received on UTC days before that of `before`; returns where the next begins, or
    /// `None` when that was the last.
    ///
    /// # Errors
    /// [`FoldError`]; nothing of the portion is dropped then.
    pub fn expire(
        &mut self,
        before: Timestamp,
        after: Cursor,
        sum: &mut Expired,
    ) -> Result<Option<Cursor>, FoldError> {
        let limit = before.0.div_euclid(DAY_MS);
        let (tables, folder) = self.parts()?;
        let transaction = tables.transaction()?;
        let old = read(&transaction, limit, after)?;
        let mut done = Expired::default();
        for of in &old {
            if of.day < limit {
                done.events += drop_whole(&transaction, of)?;
                done.segments += 1;
            } else {
                let events = shorten(&transaction, &mut folder.segments, of, limit)?;
                done.segments += u64::from(events > 0);
                done.events += events;
            }
        }
        forget_events(&transaction, done.events)?;
        let next = old.last().map(|of| (of.owner, of.seq));
        if next.is_none() {
            done.searches =
                transaction.execute("DELETE FROM missed WHERE last < ?1", [limit * DAY_MS])? as u64;
        }
        transaction.commit()?;
        sum.segments += done.segments;
        sum.events += done.events;
        sum.searches += done.searches;
        Ok(next)
    }
}

fn read(tables: &Connection, limit: i64, after: Cursor) -> rusqlite::Result<Vec<Old>> {
    tables
        .prepare_cached(
            "SELECT owner, seq, day FROM log_of WHERE (owner, seq) > (?1, ?2) \
             AND (day < ?3 OR span IS NULL OR day - span < ?3) ORDER BY owner, seq LIMIT ?4",
        )?
        .query_map((after.0, after.1, limit, AT_ONCE), |row| {
            Ok(Old {
                owner: row.get(0)?,
                seq: row.get(1)?,
                day: row.get(2)?,
            })
        })?
        .collect()
}

fn drop_whole(tables: &Transaction<'_>, of: &Old) -> rusqlite::Result<u64> {
    let events: i64 = tables
        .prepare_cached("SELECT events FROM log WHERE seq = ?1")?
        .query_row([of.seq], |row| row.get(0))?;
    compaction::remove(tables, of.owner, of.seq)?;
    Ok(events as u64)
}

/// Takes the old records out of a segment that was put together over days, and notes since when it has some.
fn shorten(
    tables: &Transaction<'_>,
    segments: &mut Segments,
    of: &Old,
    limit: i64,
) -> Result<u64, FoldError> {
    let packed: Vec<u8> = tables
        .prepare_cached("SELECT data FROM log WHERE seq = ?1")?
        .query_row([of.seq], |row| row.get(0))?;
    let records = segments.unpack(&packed)?;
    let (mut left, mut gone, mut first) = (Segment::default(), 0, i64::MAX);
    for bytes in record::split(&records) {
        let bytes = bytes?;
        let record = record::decode(bytes)?;
        let day = record.received.0.div_euclid(DAY_MS);
        first = first.min(day);
        if day < limit {
            gone += record.events.len() as u64;
        } else {
            left.keep(bytes, &record);
        }
    }
    if first < limit {
        replace(tables, segments, of.owner, of.seq, &left)?;
    } else {
        tables
            .prepare_cached("UPDATE log_of SET span = day - ?3 WHERE owner = ?1 AND seq = ?2")?
            .execute((of.owner, of.seq, first))?;
    }
    Ok(gone)
}
