//! Puts together what an owner sent in small pieces: a segment of a few events compresses badly.

use banso_model::time::DAY_MS;
use rusqlite::{Connection, Transaction};
use rustc_hash::FxHashMap;

use super::fold::FoldError;
use super::key::Key;
use super::segments::Segments;

/// A segment of fewer events is small.
pub const SMALL: u64 = 24;

/// So many small segments of an owner are put together.
const TOGETHER: u32 = 8;

/// Most owners that are remembered to have small segments; of the others they stay.
const OWNERS: usize = 1 << 18;

/// Most owners whose segments are put together at once.
const AT_ONCE: usize = 512;

/// Whose segments are small.
#[derive(Debug, Default)]
pub struct Compaction {
    /// Of an owner, the first small segment and how many there are since.
    small: FxHashMap<Key, (i64, u32)>,
    /// Owners with enough of them, each with the first.
    due: Vec<(Key, i64)>,
}

impl Compaction {
    /// Notes a segment that was written.
    pub fn note(&mut self, owner: Key, seq: i64, events: u64) {
        if events >= SMALL || (self.small.len() >= OWNERS && !self.small.contains_key(&owner)) {
            return;
        }
        let (first, count) = self.small.entry(owner).or_insert((seq, 0));
        *count += 1;
        if *count >= TOGETHER {
            self.due.push((owner, *first));
            self.small.remove(&owner);
        }
    }

    /// Whether there is anything to put together.
    #[must_use]
    pub fn is_due(&self) -> bool {
        !self.due.is_empty()
    }

    /// Puts some of the segments together that are due; after an error they stay as they are.
    ///
    /// # Errors
    /// [`FoldError`]; the transaction must be rolled back then.
    pub fn run(
        &mut self,
        tables: &Transaction<'_>,
        segments: &mut Segments,
    ) -> Result<(), FoldError> {
        let rest = self.due.len().saturating_sub(AT_ONCE);
        let mut due = self.due.split_off(rest);
        due.sort_unstable();
        for (owner, first) in due {
            if let Some((seq, events)) = put_together(tables, segments, owner, first)? {
                self.note(owner, seq, events);
            }
        }
        Ok(())
    }
}

/// `None` when they are gone: erased, or over.
fn put_together(
    tables: &Connection,
    segments: &mut Segments,
    owner: Key,
    first: i64,
) -> Result<Option<(i64, u64)>, FoldError> {
    let mut records = Vec::new();
    let (mut seqs, mut events, mut last) = (Vec::new(), 0_i64, i64::MIN);
    let mut first_day = Some(i64::MAX);
    {
        let mut statement = tables.prepare_cached(
            "SELECT seq, received, events, data, day - span FROM log_of JOIN log USING (owner, seq) \
             WHERE owner = ?1 AND seq >= ?2 AND events < ?3 ORDER BY seq",
        )?;
        let mut rows = statement.query((owner, first, SMALL as i64))?;
        while let Some(row) = rows.next()? {
            seqs.push(row.get::<_, i64>(0)?);
            last = last.max(row.get(1)?);
            events += row.get::<_, i64>(2)?;
            let packed = row.get_ref(3)?.as_blob().map_err(rusqlite::Error::from)?;
            records.extend_from_slice(&segments.unpack(packed)?);
            let day: Option<i64> = row.get(4)?;
            first_day = first_day.zip(day).map(|(first, day)| first.min(day));
        }
    }
    if seqs.is_empty() {
        return Ok(None);
    }
    for seq in seqs {
        remove(tables, owner, seq)?;
    }
    let mut packed = Vec::new();
    segments.pack(&records, &mut packed)?;
    let appended = Appended {
        owner,
        last,
        span: first_day.map(|day| last.div_euclid(DAY_MS) - day),
        events,
    };
    let seq = append(tables, appended, &packed)?;
    Ok(Some((seq, events as u64)))
}

/// Takes a segment out of the log.
///
/// # Errors
/// What SQLite reports.
pub fn remove(tables: &Connection, owner: Key, seq: i64) -> rusqlite::Result<()> {
    tables
        .prepare_cached("DELETE FROM log WHERE seq = ?1")?
        .execute([seq])?;
    tables
        .prepare_cached("DELETE FROM log_of WHERE owner = ?1 AND seq = ?2")?
        .execute((owner, seq))
        .map(drop)
}

/// What is known of a segment beside what it holds.
#[derive(Clone, Copy, Debug)]
pub struct Appended {
    /// Whose it is.
    pub owner: Key,
    /// When its last record was received.
    pub last: i64,
    /// How many UTC days before that the first was; `None` when nobody looked.
    pub span: Option<i64>,
    /// Events in it.
    pub events: i64,
}

/// The UTC days from one instant to another.
#[must_use]
pub const fn span(first: i64, last: i64) -> i64 {
    last.div_euclid(DAY_MS) - first.div_euclid(DAY_MS)
}

/// Appends a segment to the log and returns its place.
///
/// # Errors
/// What SQLite reports.
pub fn append(tables: &Connection, of: Appended, packed: &[u8]) -> Result<i64, FoldError> {
    tables
        .prepare_cached("INSERT INTO log (owner, received, events, data) VALUES (?1, ?2, ?3, ?4)")?
        .execute((of.owner, of.last, of.events, packed))?;
    let seq = tables.last_insert_rowid();
    tables
        .prepare_cached("INSERT INTO log_of (owner, seq, day, span) VALUES (?1, ?2, ?3, ?4)")?
        .execute((of.owner, seq, of.last.div_euclid(DAY_MS), of.span))?;
    Ok(seq)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::schema;

    /// The segments of an owner: their events and what they hold.
    fn segments(tables: &Connection, owner: Key) -> Vec<(i64, Vec<u8>)> {
        tables
            .prepare("SELECT events, data FROM log_of JOIN log USING (owner, seq) WHERE owner = ?1 ORDER BY seq")
            .expect("the log is read")
            .query_map([owner], |row| Ok((row.get(0)?, row.get::<_, Vec<u8>>(1)?)))
            .expect("the log is read")
            .map(|row| row.expect("a segment is read"))
            .map(|(events, packed)| (events, crate::sqlite::pack::unpack(&packed).expect("it is unpacked")))
            .collect()
    }

    #[test]
    fn small_segments_are_put_together_in_their_order() {
        let mut tables = Connection::open_in_memory().expect("memory opens");
        tables
            .execute_batch(&schema::MIGRATIONS.concat())
            .expect("tables are made");
        let mut pack = Segments::load(&tables).expect("it loads");
        let mut compaction = Compaction::default();
        let mut packed = Vec::new();
        for n in 0..8_u8 {
            for (owner, events) in [(1, 2), (2, SMALL), (3, 1)] {
                if owner != 3 || n < 7 {
                    pack.pack(&[n; 5], &mut packed).expect("it is packed");
                    let of = Appended {
                        owner,
                        last: i64::from(n) * DAY_MS,
                        span: Some(0),
                        events: events as i64,
                    };
                    let seq = append(&tables, of, &packed);
                    compaction.note(owner, seq.expect("it is appended"), events);
                }
            }
        }
        let before = [segments(&tables, 2), segments(&tables, 3)];
        assert!(compaction.is_due());
        let transaction = tables.transaction().expect("it begins");
        compaction.run(&transaction, &mut pack).expect("it is done");
        transaction.commit().expect("it is kept");
        assert!(!compaction.is_due());
        let all: Vec<u8> = (0..8).flat_map(|n| [n; 5]).collect();
        assert_eq!(segments(&tables, 1), [(16, all)]);
        assert_eq!(
            [segments(&tables, 2), segments(&tables, 3)],
            before,
            "others stay as they are"
        );
        let left: i64 = tables
            .query_row("SELECT count(*) FROM log", (), |row| row.get(0))
            .expect("the log is counted");
        assert_eq!(left, 1 + 8 + 7);
        let days: (i64, i64) = tables
            .query_row("SELECT day, span FROM log_of WHERE owner = 1", (), |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .expect("its days are read");
        assert_eq!(days, (7, 7), "it is known from when to when");
    }
}
