//! Takes records out of the log: of an owner all, or those of some users. A portion is a transaction of its own, and what
//! was taken out already changes nothing when it is done again.

use rusqlite::{Connection, Transaction};
use rustc_hash::FxHashSet;

use super::compaction;
use super::fold::FoldError;
use super::key::{self, Key};
use super::segments::Segments;
use super::sums::Segment;
use crate::codec::Malformed;
use crate::record::{self, Record};

/// Segments that are looked at in a transaction.
const AT_ONCE: i64 = 256;

/// What goes.
#[derive(Debug)]
pub enum Purge<'a> {
    /// Everything.
    All,
    /// The records of some users.
    Some(&'a Kept<'a>),
}

/// Who is not kept in the log of an account.
#[derive(Debug)]
pub struct Kept<'a> {
    /// Accounts and users of them whose records go.
    pub users: &'a FxHashSet<(Key, Key)>,
    /// Devices whose name says who they stand for: a record of somebody else does not name them any longer.
    pub named: &'a FxHashSet<Key>,
}

/// What becomes of a record.
enum Fate {
    Stays,
    Goes,
    /// It stays, without the device.
    Redacted,
}

impl Kept<'_> {
    fn fate(&self, record: &Record<'_>) -> Fate {
        let account = key::account(record.owner);
        let user = record.user.map(|user| key::user(account, user));
        if record.of_account && user.is_some_and(|user| self.users.contains(&(account, user))) {
            Fate::Goes
        } else if self.named.contains(&key::device(record.device)) {
            Fate::Redacted
        } else {
            Fate::Stays
        }
    }
}

/// Takes records out of an owner's log; returns how many events they had.
///
/// # Errors
/// [`FoldError`]; what was taken out by then stays out.
pub fn purge(
    tables: &mut Connection,
    segments: &mut Segments,
    owner: Key,
    what: &Purge<'_>,
) -> Result<u64, FoldError> {
    let (mut after, mut events) = (0, 0);
    loop {
        let transaction = tables.transaction()?;
        let some = read(&transaction, owner, after)?;
        let Some((last, _)) = some.last() else {
            return Ok(events);
        };
        after = *last;
        let mut gone = 0;
        for (seq, packed) in some {
            gone += rewrite(&transaction, segments, owner, seq, &packed, what)?;
        }
        forget_events(&transaction, gone)?;
        transaction.commit()?;
        events += gone;
    }
}

/// Counts events out of the log.
///
/// # Errors
/// What SQLite reports.
pub fn forget_events(tables: &Connection, events: u64) -> rusqlite::Result<()> {
    tables
        .prepare_cached("UPDATE meta SET value = max(value - ?1, 0) WHERE key = 'events'")?
        .execute([events as i64])
        .map(drop)
}

fn read(tables: &Connection, owner: Key, after: i64) -> rusqlite::Result<Vec<(i64, Vec<u8>)>> {
    tables
        .prepare_cached(
            "SELECT seq, data FROM log_of JOIN log USING (owner, seq) WHERE owner = ?1 AND seq > ?2 \
             ORDER BY seq LIMIT ?3",
        )?
        .query_map((owner, after, AT_ONCE), |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect()
}

fn rewrite(
    tables: &Transaction<'_>,
    segments: &mut Segments,
    owner: Key,
    seq: i64,
    packed: &[u8],
    what: &Purge<'_>,
) -> Result<u64, FoldError> {
    let records = segments.unpack(packed)?;
    let mut left = Segment::default();
    let (mut gone, mut changed) = (0, false);
    for bytes in record::split(&records) {
        let bytes = bytes?;
        let record = record::decode(bytes)?;
        let fate = match what {
            Purge::All => Fate::Goes,
            Purge::Some(kept) => kept.fate(&record),
        };
        match fate {
            Fate::Stays => left.keep(bytes, &record),
            Fate::Goes => {
                forget_ids(tables, owner, &record)?;
                gone += record.events.len() as u64;
                changed = true;
            }
            Fate::Redacted => {
                left.redact(&record)?;
                changed = true;
            }
        }
    }
    if changed {
        replace(tables, segments, owner, seq, &left)?;
    }
    Ok(gone)
}

/// Puts what is left of a segment in its place.
///
/// # Errors
/// [`FoldError`].
pub fn replace(
    tables: &Connection,
    segments: &mut Segments,
    owner: Key,
    seq: i64,
    left: &Segment,
) -> Result<(), FoldError> {
    let Some((first, last)) = left.received else {
        return Ok(compaction::remove(tables, owner, seq)?);
    };
    let mut packed = Vec::new();
    segments.pack(&left.records, &mut packed)?;
    tables
        .prepare_cached("UPDATE log SET received = ?2, events = ?3, data = ?4 WHERE seq = ?1")?
        .execute((seq, last, left.events as i64, packed))?;
    tables
        .prepare_cached("UPDATE log_of SET day = ?3, span = ?4 WHERE owner = ?1 AND seq = ?2")?
        .execute((
            owner,
            seq,
            last.div_euclid(banso_model::time::DAY_MS),
            compaction::span(first, last),
        ))?;
    Ok(())
}

/// Ids say when somebody did something.
fn forget_ids(tables: &Connection, owner: Key, record: &Record<'_>) -> rusqlite::Result<()> {
    let mut statement = tables.prepare_cached("DELETE FROM seen WHERE id = ?1 AND owner = ?2")?;
    for event in &record.events {
        let id = key::seen(event.id, event.recorded.0).to_be_bytes();
        statement.execute((&id[..], owner))?;
    }
    Ok(())
}

impl Segment {
    /// Keeps a record as it is.
    pub fn keep(&mut self, bytes: &[u8], record: &Record<'_>) {
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        self.records.extend_from_slice(&length.to_le_bytes());
        self.records.extend_from_slice(bytes);
        self.events += record.events.len() as u64;
        self.add_received(record.received.0);
    }

    /// Keeps a record without the device it came from.
    fn redact(&mut self, record: &Record<'_>) -> Result<(), Malformed> {
        let mut write = record.to_write();
        write.device = String::new();
        write.merge = false;
        let mut bytes = Vec::new();
        record::encode(&write, &vec![true; write.events.len()], &mut bytes);
        for bytes in record::split(&bytes) {
            let bytes = bytes?;
            self.keep(bytes, &record::decode(bytes)?);
        }
        Ok(())
    }
}
