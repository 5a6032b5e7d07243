//! Traits: appended when they change, never overwritten; what a browser claims never overrules a trusted source.

use std::collections::BTreeMap;

use banso_model::rollup::{Source, TraitRow};
use banso_model::time::Timestamp;
use banso_model::value::{Value, Values};
use rusqlite::Connection;

use super::fold::FoldError;
use super::key::Key;
use crate::write::NewTrait;

/// Appends what is new among the traits told, which are in the order they came.
///
/// # Errors
/// [`FoldError`].
pub fn write(tables: &Connection, told: Vec<(Key, NewTrait, Timestamp)>) -> Result<(), FoldError> {
    for (subject, told, received) in told {
        let before = rows_of(tables, subject, &told.name, received)?;
        if !changes(&before, &told) {
            continue;
        }
        let n = before.iter().filter(|row| row.received == received).count();
        tables
            .prepare_cached("INSERT INTO traits VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?
            .execute((
                subject,
                &told.name,
                received.0,
                n as i64,
                serde_json::to_string(&told.value)?,
                u8::from(told.source == Source::Trusted),
            ))?;
    }
    Ok(())
}

/// What was told of one trait until some time.
fn rows_of(
    tables: &Connection,
    subject: Key,
    name: &str,
    until: Timestamp,
) -> Result<Vec<TraitRow>, FoldError> {
    let mut statement = tables.prepare_cached(
        "SELECT name, value, received, source FROM traits WHERE subject = ?1 AND name = ?2 AND received <= ?3 \
         ORDER BY received, n",
    )?;
    let mut rows = statement.query((subject, name, until.0))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read_row(row)?);
    }
    Ok(found)
}

/// Whether a trait says something that what was told before it does not.
fn changes(before: &[TraitRow], told: &NewTrait) -> bool {
    match current(before) {
        // It may be told of a device that has become this user's, which this removes too.
        None => true,
        Some(known) if known.source > told.source => false,
        Some(known) => known.value != told.value || known.source < told.source,
    }
}

/// Reads `name, value, received, source`.
fn read_row(row: &rusqlite::Row<'_>) -> Result<TraitRow, FoldError> {
    Ok(TraitRow {
        name: row.get(0)?,
        value: serde_json::from_str(row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?)?,
        received: Timestamp(row.get(2)?),
        source: if row.get(3)? {
            Source::Trusted
        } else {
            Source::Browser
        },
    })
}

/// All that was told of a subject's traits, oldest first, without what a browser claimed after a trusted source spoke.
///
/// # Errors
/// [`FoldError`].
pub fn history(tables: &Connection, subject: Key) -> Result<Vec<TraitRow>, FoldError> {
    let mut statement = tables.prepare_cached(
        "SELECT name, value, received, source FROM traits WHERE subject = ?1 ORDER BY received, n",
    )?;
    let mut rows = statement.query([subject])?;
    let mut history: Vec<TraitRow> = Vec::new();
    while let Some(row) = rows.next()? {
        let row = read_row(row)?;
        let overruled = row.source == Source::Browser
            && history
                .iter()
                .any(|known| known.source == Source::Trusted && known.name == row.name);
        if !overruled {
            history.push(row);
        }
    }
    Ok(history)
}

/// The latest value of each of a subject's traits.
///
/// # Errors
/// [`FoldError`].
pub fn latest(tables: &Connection, subject: Key) -> Result<Values, FoldError> {
    latest_of(tables, std::iter::once(subject))
}

/// The latest value of each trait of one who is known by several subjects: what was told last by the better source
/// counts, also that a trait was removed.
///
/// # Errors
/// [`FoldError`].
pub fn latest_of(
    tables: &Connection,
    subjects: impl Iterator<Item = Key>,
) -> Result<Values, FoldError> {
    let mut latest: BTreeMap<String, TraitRow> = BTreeMap::new();
    for subject in subjects {
        let own: BTreeMap<String, TraitRow> = history(tables, subject)?
            .into_iter()
            .map(|row| (row.name.clone(), row))
            .collect();
        for (name, row) in own {
            let known = latest.get(&name);
            if known.is_none_or(|known| (known.source, known.received) < (row.source, row.received))
            {
                latest.insert(name, row);
            }
        }
    }
    Ok(latest
        .into_iter()
        .filter(|(_, row)| row.value != Value::Null)
        .map(|(name, row)| (name, row.value))
        .collect())
}

/// The latest value of one of a subject's traits.
///
/// # Errors
/// [`FoldError`].
pub fn one(tables: &Connection, subject: Key, name: &str) -> Result<Option<Value>, FoldError> {
    let rows = rows_of(tables, subject, name, Timestamp(i64::MAX))?;
    Ok(current(&rows).map(|row| row.value.clone()))
}

/// The row that says a trait's value: the latest of a trusted source, or else the latest.
fn current(rows: &[TraitRow]) -> Option<&TraitRow> {
    rows.iter()
        .rev()
        .find(|row| row.source == Source::Trusted)
        .or(rows.last())
}
