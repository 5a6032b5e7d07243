//! Reads a page of accounts, and the numbers for the metrics.

use banso_model::time::Timestamp;
use rusqlite::Connection;
use rusqlite::types::Value;
use serde::{Deserialize, Serialize};

use super::account::{SCORE, score};
use super::fold::FoldError;
use super::key::Key;
use super::{files, losses, traits};
use crate::read::{AccountLine, AccountPage, AccountQuery, AccountSort, Counters, Missed};

/// Where a page ended: the value it is sorted by, and the account's id.
#[derive(Serialize, Deserialize)]
struct Cursor(Option<f64>, String);

/// [`crate::Store::missed`].
///
/// # Errors
/// [`FoldError`].
pub fn missed(tables: &Connection, limit: usize) -> Result<Vec<Missed>, FoldError> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut statement = tables.prepare_cached(
        "SELECT query, sum(count), count(*), max(last) FROM missed GROUP BY query ORDER BY 2 DESC, 4 DESC, 1 LIMIT ?1",
    )?;
    let found = statement.query_map([limit], |row| {
        Ok(Missed {
            query: row.get(0)?,
            count: row.get::<_, i64>(1)? as u64,
            people: row.get::<_, i64>(2)? as u64,
            last: Timestamp(row.get(3)?),
        })
    })?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

/// [`crate::Store::accounts`]. A cursor that no page gave ends the list.
///
/// # Errors
/// [`FoldError`].
pub fn accounts(tables: &Connection, query: &AccountQuery) -> Result<AccountPage, FoldError> {
    let limit = query.limit.max(1);
    let cursor = match query.cursor.as_deref().map(serde_json::from_str::<Cursor>) {
        None => None,
        Some(Ok(cursor)) => Some(cursor),
        Some(Err(_)) => return Ok(AccountPage::default()),
    };
    let mut lines = Vec::new();
    for part in parts(query.sort, cursor.as_ref()) {
        if lines.len() <= limit {
            let wanted = limit + 1 - lines.len();
            read(tables, query, &part, wanted, &mut lines)?;
        }
    }
    let more = lines.len() > limit;
    lines.truncate(limit);
    let next = match lines.last().filter(|_| more) {
        Some((_, by, line)) => Some(serde_json::to_string(&Cursor(*by, line.id.clone()))?),
        None => None,
    };
    let mut accounts = Vec::with_capacity(lines.len());
    for (owner, _, mut line) in lines {
        line.traits = traits::latest(tables, owner)?;
        accounts.push(line);
    }
    Ok(AccountPage { accounts, next })
}

/// A part of the list that one index gives in order: those with a value, then those without.
struct Part {
    by: &'static str,
    when: String,
    order: &'static str,
    values: Vec<Value>,
}

fn parts(sort: AccountSort, cursor: Option<&Cursor>) -> Vec<Part> {
    let (by, after, order) = match sort {
        AccountSort::Id => {
            let when = cursor.map_or("1", |_| "name > ?").to_owned();
            return vec![Part {
                by: "NULL",
                when,
                order: "name",
                values: cursor.iter().map(|at| at.1.clone().into()).collect(),
            }];
        }
        AccountSort::Score => ("score", ">", "score, name"),
        AccountSort::ScoreDescending => ("score", "<", "score DESC, name"),
        AccountSort::LastSeen => ("last_seen", "<", "last_seen DESC, name"),
    };
    let with = match cursor {
        None => Some((format!("{by} IS NOT NULL"), Vec::new())),
        Some(Cursor(Some(value), id)) => Some((
            format!("({by} {after} ? OR ({by} = ? AND name > ?))"),
            vec![(*value).into(), (*value).into(), id.clone().into()],
        )),
        Some(Cursor(None, _)) => None,
    };
    let without = match cursor {
        Some(Cursor(None, id)) => (
            format!("{by} IS NULL AND name > ?"),
            vec![id.clone().into()],
        ),
        _ => (format!("{by} IS NULL"), Vec::new()),
    };
    with.map(|(when, values)| (when, values, order))
        .into_iter()
        .chain([(without.0, without.1, "name")])
        .map(|(when, values, order)| Part {
            by,
            when,
            order,
            values,
        })
        .collect()
}

fn read(
    tables: &Connection,
    query: &AccountQuery,
    part: &Part,
    limit: usize,
    lines: &mut Vec<(Key, Option<f64>, AccountLine)>,
) -> Result<(), FoldError> {
    let mut when = part.when.clone();
    let mut values = part.values.clone();
    for (column, wanted) in [("stage", &query.stages), ("band", &query.bands)] {
        if !wanted.is_empty() {
            let marks = vec!["?"; wanted.len()].join(", ");
            when.push_str(&format!(" AND {column} IN ({marks})"));
            values.extend(wanted.iter().map(|word| Value::from(word.clone())));
        }
    }
    let mut statement = tables.prepare_cached(&format!(
        "SELECT owner, {}, name, last_seen, {SCORE} FROM accounts WHERE {when} ORDER BY {}",
        part.by, part.order
    ))?;
    let search = query.search.as_deref().map(str::to_lowercase);
    let mut rows = statement.query(rusqlite::params_from_iter(values))?;
    let enough = lines.len() + limit;
    while lines.len() < enough {
        let Some(row) = rows.next()? else { break };
        let owner: Key = row.get(0)?;
        let id: String = row.get(2)?;
        if let Some(search) = &search
            && !id.to_lowercase().contains(search)
            && !names(tables, owner, search)?
        {
            continue;
        }
        let by = row.get(1)?;
        let line = AccountLine {
            id,
            last_seen: row.get::<_, Option<i64>>(3)?.map(Timestamp),
            score: score(row, 4)?,
            ..AccountLine::default()
        };
        lines.push((owner, by, line));
    }
    Ok(())
}

/// Whether the account's trait `name` contains the text.
fn names(tables: &Connection, owner: Key, search: &str) -> Result<bool, FoldError> {
    Ok(traits::one(tables, owner, "name")?
        .and_then(|name| name.as_text().map(str::to_lowercase))
        .is_some_and(|name| name.contains(search)))
}

/// The part of [`Counters`] that the tables know.
///
/// # Errors
/// [`FoldError`].
pub fn counters(tables: &Connection) -> Result<Counters, FoldError> {
    Ok(Counters {
        events: files::meta(tables, "events")?.unwrap_or(0) as u64,
        accounts: files::meta(tables, "accounts")?.unwrap_or(0) as u64,
        losses: losses::read(tables)?,
        ..Counters::default()
    })
}
