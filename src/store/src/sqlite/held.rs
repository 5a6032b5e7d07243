//! Reads the rows that are held of an account, a user or a device, for an export.

use banso_model::rollup::Source;
use banso_model::time::{Day, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row};

use super::export::{End, Take, Told, give};
use super::fold::FoldError;
use super::key::Key;
use crate::subject::{What, Whose};

/// The account itself.
///
/// # Errors
/// [`End`].
pub fn tell_account(tables: &Connection, of: &Told, take: &mut Take<'_>) -> Result<(), End> {
    let account = tables
        .prepare_cached(
            "SELECT first_seen, last_seen, score, band, stage FROM accounts WHERE owner = ?1",
        )?
        .query_row([of.owner], |row| {
            Ok(What::Account {
                first_seen: Timestamp(row.get(0)?),
                last_seen: row.get::<_, Option<i64>>(1)?.map(Timestamp),
                score: row.get(2)?,
                band: row.get(3)?,
                stage: row.get(4)?,
            })
        })
        .optional()?;
    match account {
        Some(account) => give(take, &of.whose, account),
        None => Ok(()),
    }
}

/// What is kept of a user or of a device as a person.
///
/// # Errors
/// [`End`].
pub fn tell_person(
    tables: &Connection,
    owner: Key,
    person: Key,
    whose: &Whose,
    take: &mut Take<'_>,
) -> Result<(), End> {
    let mut tell =
        |sql: &str, values: &[Key], read: &dyn Fn(&Row<'_>) -> Result<What, FoldError>| {
            let mut statement = tables.prepare_cached(sql)?;
            let mut rows = statement.query(rusqlite::params_from_iter(values))?;
            while let Some(row) = rows.next()? {
                give(take, whose, read(row)?)?;
            }
            Ok::<(), End>(())
        };
    tell(
        "SELECT first_seen, last_seen FROM users WHERE owner = ?1 AND user = ?2",
        &[owner, person],
        &|row| {
            Ok(What::User {
                first_seen: Timestamp(row.get(0)?),
                last_seen: row.get::<_, Option<i64>>(1)?.map(Timestamp),
            })
        },
    )?;
    tell(
        "SELECT day FROM active WHERE owner = ?1 AND user = ?2 ORDER BY day",
        &[owner, person],
        &|row| {
            Ok(What::Active {
                day: Some(Day(row.get(0)?)),
            })
        },
    )?;
    tell(
        "SELECT guide, state FROM guides WHERE user = ?1",
        &[person],
        &|row| {
            Ok(What::Guide {
                guide: row.get(0)?,
                progress: serde_json::from_str(&row.get::<_, String>(1)?)?,
            })
        },
    )?;
    tell(
        "SELECT question, value, at FROM answers WHERE user = ?1",
        &[person],
        &|row| {
            Ok(What::Answer {
                question: row.get(0)?,
                value: serde_json::from_str(&row.get::<_, String>(1)?)?,
                at: Timestamp(row.get(2)?),
            })
        },
    )?;
    tell(
        "SELECT times FROM interruptions WHERE user = ?1",
        &[person],
        &|row| {
            let times: Vec<i64> = serde_json::from_str(&row.get::<_, String>(0)?)?;
            Ok(What::Interruptions {
                times: times.into_iter().map(Timestamp).collect(),
            })
        },
    )?;
    tell(
        "SELECT key, day, sum FROM user_uses JOIN metrics USING (metric) WHERE user = ?1 ORDER BY key, day",
        &[person],
        &|row| {
            Ok(What::Uses {
                metric: row.get(0)?,
                day: Some(Day(row.get(1)?)).filter(|day| *day != Day(0)),
                sum: row.get::<_, i64>(2)? as u64,
            })
        },
    )?;
    tell(
        "SELECT query, count, last FROM missed WHERE user = ?1 ORDER BY last",
        &[person],
        &|row| {
            Ok(What::Search {
                query: row.get(0)?,
                count: row.get::<_, i64>(1)? as u64,
                last: Timestamp(row.get(2)?),
            })
        },
    )?;
    tell_traits_and_items(tables, person, whose, take)
}

/// Traits as they were told, and completed items.
///
/// # Errors
/// [`End`].
pub fn tell_traits_and_items(
    tables: &Connection,
    subject: Key,
    whose: &Whose,
    take: &mut Take<'_>,
) -> Result<(), End> {
    let mut statement = tables.prepare_cached(
        "SELECT name, value, received, source FROM traits WHERE subject = ?1 ORDER BY received, n",
    )?;
    let mut rows = statement.query([subject])?;
    while let Some(row) = rows.next()? {
        let told = What::Trait {
            name: row.get(0)?,
            value: serde_json::from_str(&row.get::<_, String>(1)?).map_err(FoldError::from)?,
            received: Timestamp(row.get(2)?),
            source: if row.get(3)? {
                Source::Trusted
            } else {
                Source::Browser
            },
        };
        give(take, whose, told)?;
    }
    let mut statement =
        tables.prepare_cached("SELECT item, at FROM items WHERE subject = ?1 ORDER BY item")?;
    let mut rows = statement.query([subject])?;
    while let Some(row) = rows.next()? {
        let item = What::Item {
            item: row.get(0)?,
            at: Timestamp(row.get(1)?),
        };
        give(take, whose, item)?;
    }
    Ok(())
}

/// The device's merge, when it is one that became somebody's.
///
/// # Errors
/// [`End`].
pub fn tell_merges(tables: &Connection, of: &Told, take: &mut Take<'_>) -> Result<(), End> {
    let received: Option<i64> = tables
        .prepare_cached("SELECT received FROM merges WHERE device = ?1")?
        .query_row([of.owner], |row| row.get(0))
        .optional()?;
    let Some(received) = received else {
        return Ok(());
    };
    let merge = What::Merge {
        of: of.whose.device.clone().filter(|name| !name.is_empty()),
        received: Timestamp(received),
    };
    give(take, &of.whose, merge)
}

/// Sums of an account or a device.
///
/// # Errors
/// [`End`].
pub fn tell_sums(tables: &Connection, of: &Told, take: &mut Take<'_>) -> Result<(), End> {
    let mut statement = tables.prepare_cached(
        "SELECT key, day, day + late, sum FROM uses JOIN metrics USING (metric) WHERE owner = ?1",
    )?;
    let mut rows = statement.query([of.owner])?;
    while let Some(row) = rows.next()? {
        let sum = What::Sum {
            metric: row.get(0)?,
            day: Some(Day(row.get(1)?)),
            received: Some(Day(row.get(2)?)),
            sum: row.get::<_, i64>(3)? as u64,
        };
        give(take, &of.whose, sum)?;
    }
    Ok(())
}
