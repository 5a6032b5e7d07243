//! Tokens. They are few, and written at once: what is not in the journal must be on disk by itself.

use banso_model::time::Timestamp;
use rusqlite::Connection;

use super::fold::FoldError;
use crate::token::{Scope, Token};

/// A change of the tokens.
#[derive(Debug)]
pub enum Change {
    /// Keeps one.
    Put(Token),
    /// Forgets the one with this id.
    Remove(String),
}

/// Makes a change and syncs it.
///
/// # Errors
/// What SQLite reports.
pub fn change(tables: &Connection, change: &Change) -> rusqlite::Result<()> {
    tables.execute_batch("PRAGMA synchronous = FULL")?;
    let changed = match change {
        Change::Put(token) => tables.execute(
            "INSERT INTO tokens VALUES (?1, ?2, ?3, ?4, ?5)",
            (
                &token.id,
                token.scope.word(),
                &token.name,
                token.hash,
                token.created.0,
            ),
        ),
        Change::Remove(id) => tables.execute("DELETE FROM tokens WHERE id = ?1", [id]),
    };
    tables.execute_batch("PRAGMA synchronous = NORMAL")?;
    changed.map(drop)
}

/// The tokens, oldest first. One whose scope is of a later version is left out.
///
/// # Errors
/// [`FoldError`].
pub fn all(tables: &Connection) -> Result<Vec<Token>, FoldError> {
    let mut statement = tables
        .prepare_cached("SELECT id, scope, name, hash, created FROM tokens ORDER BY created, id")?;
    let mut rows = statement.query(())?;
    let mut tokens = Vec::new();
    while let Some(row) = rows.next()? {
        let scope: String = row.get(1)?;
        if let Some(scope) = Scope::parse(&scope) {
            tokens.push(Token {
                id: row.get(0)?,
                scope,
                name: row.get(2)?,
                hash: row.get(3)?,
                created: Timestamp(row.get(4)?),
            });
        }
    }
    Ok(tokens)
}
