//! Reads one account, its history, and its users.

use std::collections::BTreeMap;

use banso_model::progress::{GuideProgress, ItemProgress};
use banso_model::rollup::{AccountHistory, ActiveRow, Metric, UseRow};
use banso_model::time::{Day, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row};
use rustc_hash::FxHashMap;

use super::fold::FoldError;
use super::key::{self, Key};
use super::{progress, traits};
use crate::codec::Label;
use crate::read::{AccountRecord, Merged, Score, UserLine, UserRecord};
use crate::write::Owner;

/// A device of an account.
struct Device {
    key: Key,
    user: Option<Key>,
    day: i32,
}

/// The columns of [`score`].
pub const SCORE: &str = "scored_at, score, band, stage, trend, reason";

/// Reads the columns [`SCORE`], which begin at `from`.
///
/// # Errors
/// What SQLite reports.
pub fn score(row: &Row<'_>, from: usize) -> rusqlite::Result<Option<Score>> {
    let Some(at) = row.get(from)? else {
        return Ok(None);
    };
    Ok(Some(Score {
        at: Timestamp(at),
        score: row.get(from + 1)?,
        band: row.get(from + 2)?,
        stage: row.get(from + 3)?,
        trend: row.get(from + 4)?,
        reason: row.get::<_, Option<String>>(from + 5)?.unwrap_or_default(),
    }))
}

/// [`crate::Store::account`].
///
/// # Errors
/// [`FoldError`].
pub fn account(tables: &Connection, id: &str) -> Result<Option<AccountRecord>, FoldError> {
    let owner = key::account(Label::of(id));
    let found = tables
        .prepare_cached(&format!(
            "SELECT first_seen, last_seen, {SCORE} FROM accounts WHERE owner = ?1"
        ))?
        .query_row([owner], |row| {
            Ok(AccountRecord {
                id: id.to_owned(),
                first_seen: Timestamp(row.get(0)?),
                last_seen: row.get::<_, Option<i64>>(1)?.map(Timestamp),
                score: score(row, 2)?,
                ..AccountRecord::default()
            })
        })
        .optional()?;
    let Some(mut found) = found else {
        return Ok(None);
    };
    found.traits = traits::latest(tables, owner)?;
    let devices = devices(tables, owner)?;
    found.users = users(tables, owner, &devices)?;
    let mut statement = tables.prepare_cached(
        "SELECT key, sum(sum) FROM uses JOIN metrics USING (metric) WHERE owner = ?1 GROUP BY metric",
    )?;
    for owner in std::iter::once(owner).chain(devices.iter().map(|device| device.key)) {
        let mut rows = statement.query([owner])?;
        while let Some(row) = rows.next()? {
            if let Some(Metric::Feature(feature)) = Metric::parse(&row.get::<_, String>(0)?) {
                *found.features.entry(feature).or_default() += row.get::<_, i64>(1)? as u64;
            }
        }
    }
    Ok(Some(found))
}

fn devices(tables: &Connection, account: Key) -> rusqlite::Result<Vec<Device>> {
    tables
        .prepare_cached("SELECT device, user, day FROM merges WHERE account = ?1")?
        .query_map([account], |row| {
            Ok(Device {
                key: row.get(0)?,
                user: row.get(1)?,
                day: row.get(2)?,
            })
        })?
        .collect()
}

fn users(tables: &Connection, owner: Key, devices: &[Device]) -> Result<Vec<UserLine>, FoldError> {
    let mut before: FxHashMap<Key, Option<i64>> = FxHashMap::default();
    for device in devices {
        let last: Option<Option<i64>> = tables
            .prepare_cached("SELECT last_seen FROM users WHERE owner = ?1 AND user = ?1")?
            .query_row([device.key], |row| row.get(0))
            .optional()?;
        if let Some(user) = device.user {
            let latest = before.entry(user).or_default();
            *latest = (*latest).max(last.flatten());
        }
    }
    let mut statement =
        tables.prepare_cached("SELECT user, name, last_seen FROM users WHERE owner = ?1")?;
    let mut rows = statement.query([owner])?;
    let mut users = Vec::new();
    while let Some(row) = rows.next()? {
        let user: Key = row.get(0)?;
        let last: Option<i64> = row.get(2)?;
        let on_devices = before.get(&user).copied().flatten();
        let own = devices.iter().filter(|device| device.user == Some(user));
        users.push(UserLine {
            id: row.get(1)?,
            traits: traits::latest_of(
                tables,
                std::iter::once(user).chain(own.map(|device| device.key)),
            )?,
            last_seen: last.max(on_devices).map(Timestamp),
        });
    }
    users.sort_by(|a, b| b.last_seen.cmp(&a.last_seen).then_with(|| a.id.cmp(&b.id)));
    Ok(users)
}

/// [`crate::Store::merged`].
///
/// # Errors
/// [`FoldError`].
pub fn merged(tables: &Connection, device: Key) -> Result<Option<Merged>, FoldError> {
    let into = tables
        .prepare_cached(
            "SELECT accounts.name, users.name FROM merges JOIN accounts ON accounts.owner = merges.account \
             LEFT JOIN users ON users.owner = merges.account AND users.user = merges.user WHERE merges.device = ?1",
        )?
        .query_row([device], |row| {
            Ok(Merged {
                account: row.get(0)?,
                user: row.get(1)?,
            })
        })
        .optional()?;
    Ok(into)
}

/// [`crate::Store::history`]. What a device did before it was merged is known of the account from the day of the
/// merge on.
///
/// # Errors
/// [`FoldError`].
pub fn history(tables: &Connection, id: &str) -> Result<AccountHistory, FoldError> {
    let owner = key::account(Label::of(id));
    let known: Option<(i64, Option<i64>)> = tables
        .prepare_cached("SELECT first_seen, erased FROM accounts WHERE owner = ?1")?
        .query_row([owner], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let (first_seen, erased) = known.unzip();
    let mut history = AccountHistory {
        traits: traits::history(tables, owner)?,
        first_seen: first_seen.map(Timestamp),
        erased: erased.flatten().map(Timestamp),
        ..AccountHistory::default()
    };
    let mut active: BTreeMap<(i32, Key), i32> = BTreeMap::new();
    let itself = Device {
        key: owner,
        user: None,
        day: i32::MIN,
    };
    for part in std::iter::once(itself).chain(devices(tables, owner)?) {
        let mut statement = tables.prepare_cached(
            "SELECT day, day + late, key, sum FROM uses JOIN metrics USING (metric) WHERE owner = ?1",
        )?;
        let mut rows = statement.query([part.key])?;
        while let Some(row) = rows.next()? {
            if let Some(metric) = Metric::parse(&row.get::<_, String>(2)?) {
                history.uses.push(UseRow {
                    day: Day(row.get(0)?),
                    received: Day(row.get::<_, i32>(1)?.max(part.day)),
                    metric,
                    sum: row.get::<_, i64>(3)? as u64,
                });
            }
        }
        let mut statement =
            tables.prepare_cached("SELECT day, user, received FROM active WHERE owner = ?1")?;
        let mut rows = statement.query([part.key])?;
        while let Some(row) = rows.next()? {
            let user = part.user.map_or_else(|| row.get(1), Ok)?;
            let received = row.get::<_, i32>(2)?.max(part.day);
            active
                .entry((row.get(0)?, user))
                .and_modify(|first| *first = received.min(*first))
                .or_insert(received);
        }
    }
    history.active = active
        .into_iter()
        .map(|((day, user), received)| ActiveRow {
            day: Day(day),
            received: Day(received),
            user: user as u64,
        })
        .collect();
    Ok(history)
}

/// [`crate::Store::user`].
///
/// # Errors
/// [`FoldError`].
pub fn user(tables: &Connection, of: &Owner, user: &str) -> Result<UserRecord, FoldError> {
    let owner = key::owner(of);
    let mut record = UserRecord::default();
    let mut times = Vec::new();
    let (subjects, everyone) = match of {
        Owner::Device(_) => (vec![owner], vec![owner]),
        Owner::Account(_) => {
            let user = key::user(owner, user);
            let devices = devices(tables, owner)?;
            let own = devices
                .iter()
                .filter(|device| device.user == Some(user))
                .map(|device| device.key);
            let subjects: Vec<Key> = std::iter::once(user).chain(own).collect();
            let everyone = std::iter::once(owner)
                .chain(devices.iter().map(|device| device.key))
                .collect();
            (subjects, everyone)
        }
    };
    record.traits = traits::latest_of(tables, subjects.iter().copied())?;
    for subject in subjects {
        add_features(tables, subject, &mut record)?;
        add_guides(tables, subject, &mut record)?;
        add_items(tables, subject, &mut record.items)?;
        add_answers(tables, subject, &mut record)?;
        add_interruptions(tables, subject, &mut times)?;
    }
    for subject in everyone {
        add_items(tables, subject, &mut record.account_items)?;
    }
    progress::latest(&mut times);
    record.interruptions = times.into_iter().map(Timestamp).collect();
    Ok(record)
}

fn add_features(tables: &Connection, user: Key, record: &mut UserRecord) -> Result<(), FoldError> {
    let mut statement = tables.prepare_cached(
        "SELECT key, day, sum FROM user_uses JOIN metrics USING (metric) WHERE user = ?1",
    )?;
    let mut rows = statement.query([user])?;
    while let Some(row) = rows.next()? {
        let Some(Metric::Feature(feature)) = Metric::parse(&row.get::<_, String>(0)?) else {
            continue;
        };
        let (lifetime, days) = record.features.entry(feature).or_default();
        let sum = row.get::<_, i64>(2)? as u64;
        let day = Day(row.get(1)?);
        *lifetime += sum;
        if day == Day(0) {
            continue;
        }
        match days.binary_search_by_key(&day, |(day, _)| *day) {
            Ok(place) => days[place].1 += sum,
            Err(place) => days.insert(place, (day, sum)),
        }
    }
    Ok(())
}

fn add_guides(tables: &Connection, user: Key, record: &mut UserRecord) -> Result<(), FoldError> {
    let mut statement = tables.prepare_cached("SELECT guide, state FROM guides WHERE user = ?1")?;
    let mut rows = statement.query([user])?;
    while let Some(row) = rows.next()? {
        let state = row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?;
        let state: GuideProgress = serde_json::from_str(state)?;
        record
            .guides
            .entry(row.get(0)?)
            .and_modify(|known| *known = both(known, &state))
            .or_insert(state);
    }
    Ok(())
}

/// A guide's progress on two devices: where it stands is what happened last.
fn both(one: &GuideProgress, other: &GuideProgress) -> GuideProgress {
    let (later, earlier) = if one.at >= other.at {
        (one, other)
    } else {
        (other, one)
    };
    GuideProgress {
        runs: one.runs + other.runs,
        done: one.done || other.done,
        first: [one.first, other.first].into_iter().flatten().min(),
        run: later.run.or(earlier.run),
        began: later.began.or(earlier.began),
        ..later.clone()
    }
}

fn add_items(
    tables: &Connection,
    subject: Key,
    items: &mut BTreeMap<String, ItemProgress>,
) -> Result<(), FoldError> {
    let mut statement = tables.prepare_cached("SELECT item, at FROM items WHERE subject = ?1")?;
    let mut rows = statement.query([subject])?;
    while let Some(row) = rows.next()? {
        let at = Timestamp(row.get(1)?);
        items
            .entry(row.get(0)?)
            .and_modify(|known| known.at = at.min(known.at))
            .or_insert(ItemProgress { at });
    }
    Ok(())
}

/// The answers of the user themselves come first; a device's only fill in what they did not answer.
fn add_answers(tables: &Connection, user: Key, record: &mut UserRecord) -> Result<(), FoldError> {
    let mut statement =
        tables.prepare_cached("SELECT question, value FROM answers WHERE user = ?1")?;
    let mut rows = statement.query([user])?;
    while let Some(row) = rows.next()? {
        let value = row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?;
        let value = serde_json::from_str(value)?;
        record.answers.entry(row.get(0)?).or_insert(value);
    }
    Ok(())
}

fn add_interruptions(
    tables: &Connection,
    user: Key,
    times: &mut Vec<i64>,
) -> Result<(), FoldError> {
    let kept: Option<String> = tables
        .prepare_cached("SELECT times FROM interruptions WHERE user = ?1")?
        .query_row([user], |row| row.get(0))
        .optional()?;
    if let Some(kept) = kept {
        times.extend(serde_json::from_str::<Vec<i64>>(&kept)?);
    }
    Ok(())
}
