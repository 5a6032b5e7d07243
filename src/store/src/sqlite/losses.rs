//! The accounting of losses: what is known of each page load, and the sums of it by day and key.

use banso_model::time::Day;
use rusqlite::{Connection, OptionalExtension};
use rustc_hash::FxHashMap;

use super::fold::FoldError;
use super::key::{self, Key};
use super::tables::{put_all, sorted};
use crate::codec::Label;
use crate::losses::{Stream, Tally};
use crate::read::DayLosses;
use crate::record::Record;

/// Days of losses that are given.
const DAYS: u32 = 35;

/// What some commits add.
#[derive(Debug, Default)]
pub struct Losses {
    /// By page load, with the name of the key it sends with.
    streams: FxHashMap<Key, (String, Stream)>,
    /// What belongs to no page load, by day and key.
    days: FxHashMap<(i32, String), Tally>,
}

impl Losses {
    /// Adds a record's part.
    pub fn add(&mut self, record: &Record<'_>) {
        let Some(report) = &record.stream else { return };
        let day = record.received_day.0;
        let mut apart = Tally {
            duplicate: record.duplicates,
            ..Tally::default()
        };
        if report.stream.is_empty() {
            apart.received = record.events.len() as u64;
            apart.rejected = report.rejected.len() as u64 + u64::from(report.unplaced);
            apart.sent = apart.received + apart.rejected;
        } else {
            let label = Label::of(&report.stream);
            let (_, stream) = self
                .streams
                .entry(key::stream(&report.key, label))
                .or_insert_with(|| (report.key.clone(), Stream::on(day)));
            stream.day = stream.day.min(day);
            for event in &record.events {
                stream.receive(event.seq);
            }
            let places = report.rejected.iter().copied().map(Some);
            let unplaced = (0..report.unplaced).map(|_| None);
            for place in places.chain(unplaced) {
                stream.refuse(place);
            }
            stream.drop_so_far(report.dropped);
        }
        if apart != Tally::default() {
            let sum = self.days.entry((day, report.key.clone())).or_default();
            *sum = sum.and(apart);
        }
    }
}

/// What a row changes by: sent, received, duplicate, rejected, dropped.
type Change = [i64; 5];

fn counted(tally: Tally) -> Change {
    [
        tally.sent,
        tally.received,
        tally.duplicate,
        tally.rejected,
        tally.dropped,
    ]
    .map(|count| i64::try_from(count).unwrap_or(i64::MAX))
}

/// Writes what page loads brought, and changes the sums of their days by it.
///
/// # Errors
/// What SQLite reports, or that what is known of a page load cannot be read.
pub fn write(tables: &Connection, losses: Losses) -> Result<(), FoldError> {
    let mut read = tables.prepare_cached("SELECT day, state FROM streams WHERE stream = ?1")?;
    let mut write = tables
        .prepare_cached("REPLACE INTO streams VALUES (?1, ?2, ?3, ?4, unixepoch() / 86400)")?;
    let mut changes: FxHashMap<(i32, String), Change> = losses
        .days
        .into_iter()
        .map(|(row, tally)| (row, counted(tally)))
        .collect();
    for (stream, (key, mut now)) in sorted(losses.streams) {
        let before: Option<(i32, Vec<u8>)> = read
            .query_row([stream], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        if let Some((day, state)) = before {
            let before = Stream::of_bytes(day, &state)?;
            let row = changes.entry((day, key.clone())).or_default();
            for (sum, count) in row.iter_mut().zip(counted(before.tally())) {
                *sum -= count;
            }
            now.and(&before);
        }
        let row = changes.entry((now.day, key.clone())).or_default();
        for (sum, count) in row.iter_mut().zip(counted(now.tally())) {
            *sum += count;
        }
        write.execute((stream, key, now.day, now.to_bytes()))?;
    }
    changes.retain(|_, change| *change != [0; 5]);
    put_all(
        tables,
        "INSERT INTO losses VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO UPDATE SET sent = sent + excluded.sent, \
         received = received + excluded.received, duplicate = duplicate + excluded.duplicate, \
         rejected = rejected + excluded.rejected, dropped = dropped + excluded.dropped",
        sorted(changes),
        |((day, key), [sent, received, duplicate, rejected, dropped])| {
            (day, key, sent, received, duplicate, rejected, dropped)
        },
    )?;
    Ok(())
}

/// The latest days, in order.
///
/// # Errors
/// What SQLite reports.
pub fn read(tables: &Connection) -> rusqlite::Result<Vec<DayLosses>> {
    tables
        .prepare_cached(
            "SELECT day, key, sent, received, duplicate, rejected, dropped FROM losses \
             WHERE day IN (SELECT DISTINCT day FROM losses ORDER BY day DESC LIMIT ?1) \
             AND sent + duplicate > 0 ORDER BY day, key",
        )?
        .query_map([DAYS], |row| {
            let count = |column| row.get::<_, i64>(column).map(|count| count.max(0) as u64);
            Ok(DayLosses {
                day: Day(row.get(0)?),
                key: row.get(1)?,
                tally: Tally {
                    sent: count(2)?,
                    received: count(3)?,
                    duplicate: count(4)?,
                    rejected: count(5)?,
                    dropped: count(6)?,
                },
            })
        })?
        .collect()
}
