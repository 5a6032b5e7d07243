//! Writes sums to the tables, each in the order of its key, so that neighbours are written while their page is at hand.

use rusqlite::{Connection, Transaction};
use rustc_hash::{FxHashMap, FxHashSet};

use super::compaction::{self, Compaction};
use super::fold::FoldError;
use super::fold_record::Folder;
use super::key::Key;
use super::segments::Segments;
use super::sums::{Segment, Sighting, Sums};
use super::{losses, progress, traits};

/// Writes the sums and empties them; returns the accounts that have news.
///
/// # Errors
/// [`FoldError`]; the transaction must be rolled back then.
pub fn write(tables: &Transaction<'_>, folder: &mut Folder) -> Result<Vec<Key>, FoldError> {
    let sums = std::mem::take(&mut folder.sums);
    let Sums {
        segments,
        seen,
        seen_days,
        uses,
        user_uses,
        active,
        sessions,
        accounts,
        users,
        progress: changes,
        traits: told,
        losses,
        events,
    } = sums;
    write_segments(
        tables,
        &mut folder.segments,
        &mut folder.compaction,
        segments,
    )?;
    write_seen(tables, seen)?;
    write_seen_days(tables, seen_days)?;
    put_all(
        tables,
        "INSERT INTO uses VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET sum = sum + excluded.sum",
        sorted(uses),
        |((owner, day, late, metric), sum)| (owner, day, late, metric, sum as i64),
    )?;
    put_all(
        tables,
        "INSERT INTO user_uses VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET sum = sum + excluded.sum",
        sorted(user_uses),
        |((user, metric, day), sum)| (user, metric, day, sum as i64),
    )?;
    put_all(
        tables,
        "INSERT INTO active VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET received = excluded.received \
         WHERE excluded.received < received",
        sorted(active),
        |((owner, day, user), received)| (owner, day, user, received),
    )?;
    put_all(
        tables,
        "INSERT INTO sessions VALUES (?1, ?2, unixepoch() / 86400) ON CONFLICT DO NOTHING",
        sessions.into_iter().collect(),
        |key| key,
    )?;
    write_users(tables, users)?;
    let mut news = write_accounts(tables, accounts)?;
    progress::write(tables, changes)?;
    traits::write(tables, told)?;
    losses::write(tables, losses)?;
    tables
        .prepare_cached(
            "INSERT INTO meta VALUES ('events', ?1) ON CONFLICT DO UPDATE SET value = value + excluded.value",
        )?
        .execute([events as i64])?;
    news.sort_unstable();
    Ok(news)
}

pub(super) fn sorted<K: Ord, V>(map: FxHashMap<K, V>) -> Vec<(K, V)> {
    let mut rows: Vec<_> = map.into_iter().collect();
    rows.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
    rows
}

pub(super) fn put_all<R, P: rusqlite::Params>(
    tables: &Connection,
    sql: &str,
    rows: Vec<R>,
    params: impl Fn(R) -> P,
) -> rusqlite::Result<()> {
    let mut statement = tables.prepare_cached(sql)?;
    for row in rows {
        statement.execute(params(row))?;
    }
    Ok(())
}

fn write_segments(
    tables: &Connection,
    pack: &mut Segments,
    compaction: &mut Compaction,
    segments: FxHashMap<Key, Segment>,
) -> Result<(), FoldError> {
    let mut packed = Vec::new();
    for (owner, segment) in sorted(segments) {
        pack.learn(tables, &segment.records)?;
        pack.pack(&segment.records, &mut packed)?;
        let (first, last) = segment.received.unwrap_or_default();
        let appended = compaction::Appended {
            owner,
            last,
            span: Some(compaction::span(first, last)),
            events: segment.events as i64,
        };
        let seq = compaction::append(tables, appended, &packed)?;
        compaction.note(owner, seq, segment.events);
    }
    Ok(())
}

fn write_seen(tables: &Connection, mut seen: Vec<(u128, Key)>) -> rusqlite::Result<()> {
    seen.sort_unstable();
    let mut statement = tables.prepare_cached("INSERT INTO seen VALUES (?1, ?2)")?;
    for (id, owner) in seen {
        statement.execute((&id.to_be_bytes()[..], owner))?;
    }
    Ok(())
}

fn write_seen_days(tables: &Connection, days: FxHashSet<i32>) -> rusqlite::Result<()> {
    put_all(
        tables,
        "INSERT INTO seen_days VALUES (?1, unixepoch() / 86400) ON CONFLICT DO UPDATE SET added = excluded.added",
        days.into_iter().collect(),
        |day| [day],
    )
}

fn write_users(
    tables: &Connection,
    users: FxHashMap<(Key, Key), Sighting>,
) -> rusqlite::Result<()> {
    put_all(
        tables,
        "INSERT INTO users VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET \
         first_seen = min(first_seen, excluded.first_seen), \
         last_seen = coalesce(max(last_seen, excluded.last_seen), last_seen, excluded.last_seen)",
        sorted(users),
        |((owner, user), seen)| (owner, user, seen.name, seen.first, seen.last),
    )
}

/// An account that is known by its key alone (a device of it sent something) was written before.
fn write_accounts(
    tables: &Connection,
    accounts: FxHashMap<Key, Sighting>,
) -> rusqlite::Result<Vec<Key>> {
    let mut news = Vec::new();
    let mut update = tables.prepare_cached(
        "UPDATE accounts SET first_seen = min(first_seen, ?2), \
         last_seen = coalesce(max(last_seen, ?3), last_seen, ?3), unscored = unscored | ?4 WHERE owner = ?1",
    )?;
    let mut insert = tables.prepare_cached(
        "INSERT INTO accounts (owner, name, first_seen, last_seen, unscored) VALUES (?1, ?2, ?3, ?4, 1)",
    )?;
    let mut added = 0;
    for (owner, seen) in sorted(accounts) {
        let known = update.execute((owner, seen.first, seen.last, seen.news))? > 0;
        if !known {
            insert.execute((owner, &seen.name, seen.first, seen.last))?;
            added += 1;
        }
        if seen.news || !known {
            news.push(owner);
        }
    }
    if added > 0 {
        tables
            .prepare_cached(
                "INSERT INTO meta VALUES ('accounts', ?1) ON CONFLICT DO UPDATE SET value = value + excluded.value",
            )?
            .execute([added])?;
    }
    Ok(news)
}
