//! Users' progress: guides, items, answers and interruptions.

use std::collections::BTreeMap;

use banso_model::event::GuideAct;
use banso_model::progress::GuideProgress;
use banso_model::time::Timestamp;
use rusqlite::{Connection, OptionalExtension};

use super::fold::FoldError;
use super::key::Key;
use super::sums::Change;
use crate::write::ProgressChange;

/// How many interruptions of a user are kept.
pub const INTERRUPTIONS: usize = 50;

/// An act on a guide, the step it names, the end of a snooze, and when it happened.
type Act = (GuideAct, Option<String>, Option<Timestamp>, Timestamp);

/// Folds changes, which are in the order they came, into what is kept.
///
/// # Errors
/// [`FoldError`].
pub fn write(tables: &Connection, changes: Vec<Change>) -> Result<(), FoldError> {
    let mut guides: BTreeMap<(Key, String), Vec<Act>> = BTreeMap::new();
    let mut interruptions: BTreeMap<Key, Vec<Timestamp>> = BTreeMap::new();
    for change in changes {
        let Change {
            user,
            owner,
            name,
            at,
            change,
        } = change;
        match change {
            ProgressChange::Guide {
                act,
                step,
                until,
                interrupts,
            } => {
                if interrupts {
                    interruptions.entry(user).or_default().push(at);
                }
                guides
                    .entry((user, name))
                    .or_default()
                    .push((act, step, until, at));
            }
            ProgressChange::Item => {
                write_item(tables, user, &name, at)?;
                if owner != user {
                    write_item(tables, owner, &name, at)?;
                }
            }
            ProgressChange::Answer(value) => {
                tables
                    .prepare_cached(
                        "INSERT INTO answers VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET value = excluded.value, \
                         at = excluded.at WHERE excluded.at >= at",
                    )?
                    .execute((user, name, serde_json::to_string(&value)?, at.0))?;
            }
            ProgressChange::Missed(query) => {
                tables
                    .prepare_cached(
                        "INSERT INTO missed VALUES (?1, ?2, 1, ?3) ON CONFLICT DO UPDATE SET count = count + 1, \
                         last = max(last, excluded.last)",
                    )?
                    .execute((query, user, at.0))?;
            }
        }
    }
    for ((user, guide), acts) in guides {
        write_guide(tables, user, &guide, &acts)?;
    }
    for (user, times) in interruptions {
        write_interruptions(tables, user, &times)?;
    }
    Ok(())
}

fn write_item(
    tables: &Connection,
    subject: Key,
    item: &str,
    at: Timestamp,
) -> rusqlite::Result<()> {
    tables
        .prepare_cached(
            "INSERT INTO items VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET at = excluded.at WHERE excluded.at < at",
        )?
        .execute((subject, item, at.0))
        .map(drop)
}

fn write_guide(tables: &Connection, user: Key, guide: &str, acts: &[Act]) -> Result<(), FoldError> {
    let state: Option<String> = tables
        .prepare_cached("SELECT state FROM guides WHERE user = ?1 AND guide = ?2")?
        .query_row((user, guide), |row| row.get(0))
        .optional()?;
    let mut progress: GuideProgress = state
        .map(|state| serde_json::from_str(&state))
        .transpose()?
        .unwrap_or_default();
    for (act, step, until, at) in acts {
        progress.fold(*act, step.as_deref(), *until, *at);
    }
    tables
        .prepare_cached("REPLACE INTO guides VALUES (?1, ?2, ?3)")?
        .execute((user, guide, serde_json::to_string(&progress)?))?;
    Ok(())
}

fn write_interruptions(tables: &Connection, user: Key, new: &[Timestamp]) -> Result<(), FoldError> {
    let kept: Option<String> = tables
        .prepare_cached("SELECT times FROM interruptions WHERE user = ?1")?
        .query_row([user], |row| row.get(0))
        .optional()?;
    let mut times: Vec<i64> = kept
        .map(|times| serde_json::from_str(&times))
        .transpose()?
        .unwrap_or_default();
    times.extend(new.iter().map(|time| time.0));
    latest(&mut times);
    tables
        .prepare_cached("REPLACE INTO interruptions VALUES (?1, ?2)")?
        .execute((user, serde_json::to_string(&times)?))?;
    Ok(())
}

/// Puts times in order and keeps the latest.
pub fn latest(times: &mut Vec<i64>) {
    times.sort_unstable();
    times.drain(..times.len().saturating_sub(INTERRUPTIONS));
}
