//! What need not be looked up: events that are newer than everything the tables had when the store was opened, and
//! that did not come since.
//!
//! Live events were recorded seconds ago. Of each few seconds this keeps a fingerprint of every event that came; one
//! that has none there cannot be in the tables. Old times are forgotten when there are too many.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension};
use rustc_hash::FxHashSet;

use super::key::{self, Key};

/// Most fingerprints kept: some 40 MB.
const MOST: usize = 2 << 20;

/// How many bits of a key's milliseconds are one time: 4 s.
const BITS: u32 = 12;

/// Fingerprints by time.
#[derive(Debug)]
pub struct Recent {
    /// What was recorded at these times and is not here is in no table.
    times: std::ops::Range<u64>,
    kept: BTreeMap<u64, FxHashSet<u64>>,
    count: usize,
}

impl Recent {
    /// Reads which times the tables have events of: the latest before `now` and a little, and the first after.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn load(tables: &Connection, now: i64) -> rusqlite::Result<Self> {
        let soon = key::seen(0, now + 600_000).to_be_bytes();
        let before = tables
            .query_row("SELECT max(id) FROM seen WHERE id < ?1", [&soon[..]], time)
            .optional()?
            .flatten();
        let after = tables
            .query_row("SELECT min(id) FROM seen WHERE id >= ?1", [&soon[..]], time)
            .optional()?
            .flatten();
        Ok(Self {
            times: before.map_or(0, |time| time + 1)..after.unwrap_or(u64::MAX),
            kept: BTreeMap::new(),
            count: 0,
        })
    }

    /// Notes that an event came; says whether it may have come before, so that it must be looked up.
    pub fn note(&mut self, id: u128, owner: Key) -> bool {
        let time = (id >> (80 + BITS)) as u64;
        if !self.times.contains(&time) {
            return true;
        }
        let new = self
            .kept
            .entry(time)
            .or_default()
            .insert(fingerprint(id, owner));
        self.count += usize::from(new);
        if self.count > MOST
            && let Some((oldest, ids)) = self.kept.pop_first()
        {
            self.count -= ids.len();
            self.times.start = oldest + 1;
        }
        !new
    }

    /// Whether an event may have come before.
    #[must_use]
    pub fn came(&self, id: u128, owner: Key) -> bool {
        let time = (id >> (80 + BITS)) as u64;
        !self.times.contains(&time)
            || self
                .kept
                .get(&time)
                .is_some_and(|kept| kept.contains(&fingerprint(id, owner)))
    }
}

/// The low bits of an id are random; the owner is mixed in so that one id of two owners is not one event.
const fn fingerprint(id: u128, owner: Key) -> u64 {
    (id as u64).wrapping_add((owner as u64).rotate_left(17))
}

fn time(row: &rusqlite::Row<'_>) -> rusqlite::Result<Option<u64>> {
    let id: Option<Vec<u8>> = row.get(0)?;
    Ok(id.map(|id| {
        id.iter()
            .take(6)
            .fold(0, |ms, byte| ms << 8 | u64::from(*byte))
            >> BITS
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_cannot_be_in_the_tables_is_vouched_for() {
        let tables = Connection::open_in_memory().expect("memory opens");
        tables
            .execute_batch(
                "CREATE TABLE seen (id BLOB, owner INTEGER, PRIMARY KEY (id, owner)) WITHOUT ROWID",
            )
            .expect("a table is made");
        let (second, now) = (1000, 1_790_000_000_000);
        for at in [now - 60 * second, now + 90_000 * second] {
            let id = key::seen(5, at).to_be_bytes();
            tables
                .execute("INSERT INTO seen VALUES (?1, 1)", [&id[..]])
                .expect("an id is kept");
        }
        let mut recent = Recent::load(&tables, now).expect("it loads");
        for (at, low, owner, look_up) in [
            (now - 60 * second, 5, 1, true),
            (now - 3600 * second, 6, 1, true),
            (now, 6, 1, false),
            (now, 6, 1, true),
            (now, 6, 2, false),
            (now, 7, 1, false),
            (now + 90_000 * second, 5, 1, true),
        ] {
            let id = key::seen(low, at);
            assert_eq!(recent.note(id, owner), look_up, "{at} {low} {owner}");
        }
    }
}
