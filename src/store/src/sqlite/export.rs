//! Reads everything that is held about someone, from one moment, row by row.

use rusqlite::Connection;

use super::fold::FoldError;
use super::held::{tell_account, tell_merges, tell_person, tell_sums, tell_traits_and_items};
use super::key::{self, Key};
use super::segments::Segments;
use crate::codec::Label;
use crate::record::{self, Record};
use crate::subject::{Held, Subject, What, Whose};

/// Whoever takes what is read stops it by saying `false`.
pub type Take<'t> = dyn FnMut(Held) -> bool + 't;

/// Whose rows are told, and as whose.
pub struct Told {
    /// The owner in the log and in sums: the account or the device.
    pub owner: Key,
    /// Whose rows of progress and traits: the user, the device, or the account.
    person: Key,
    /// As whose they are told.
    pub whose: Whose,
    /// The records of the owner's log that are told: those of this user, or all.
    only: Option<String>,
}

/// What ends reading before everything was read.
pub enum End {
    /// Something could not be read.
    Failed(FoldError),
    /// Nobody takes it any longer.
    Stopped,
}

impl<E: Into<FoldError>> From<E> for End {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// Tells everything that is held about someone.
///
/// # Errors
/// [`FoldError`]; what was told by then is true.
pub fn export(tables: &Connection, of: &Subject, take: &mut Take<'_>) -> Result<(), FoldError> {
    let transaction = tables.unchecked_transaction()?;
    match told(&transaction, of)
        .map_err(End::Failed)
        .and_then(|all| all.iter().try_for_each(|one| tell(&transaction, one, take)))
    {
        Ok(()) | Err(End::Stopped) => Ok(()),
        Err(End::Failed(error)) => Err(error),
    }
}

/// Gives a line.
///
/// # Errors
/// [`End::Stopped`] when nobody takes it.
pub fn give(take: &mut Take<'_>, whose: &Whose, what: What) -> Result<(), End> {
    let held = Held {
        whose: whose.clone(),
        what,
    };
    if take(held) {
        Ok(())
    } else {
        Err(End::Stopped)
    }
}

/// The accounts, users and devices that a subject means.
fn told(tables: &Connection, of: &Subject) -> Result<Vec<Told>, FoldError> {
    let mut all = Vec::new();
    match of {
        Subject::Account(account) => {
            let owner = key::account(Label::of(account));
            let whose = Whose {
                account: Some(account.clone()),
                ..Whose::default()
            };
            all.push(Told {
                owner,
                person: owner,
                whose: whose.clone(),
                only: None,
            });
            add_devices(tables, owner, None, &whose, &mut all)?;
        }
        Subject::User { user, account } => {
            let accounts = match account {
                Some(account) => vec![account.clone()],
                None => accounts_of(tables, user)?,
            };
            for account in accounts {
                let owner = key::account(Label::of(&account));
                let person = key::user(owner, user);
                let whose = Whose {
                    account: Some(account),
                    user: Some(user.clone()),
                    device: None,
                };
                all.push(Told {
                    owner,
                    person,
                    whose: whose.clone(),
                    only: Some(user.clone()),
                });
                add_devices(tables, owner, Some(person), &whose, &mut all)?;
            }
            add_unmerged(tables, user, account.is_none(), &mut all)?;
        }
    }
    Ok(all)
}

fn accounts_of(tables: &Connection, user: &str) -> rusqlite::Result<Vec<String>> {
    tables
        .prepare(
            "SELECT accounts.name FROM users JOIN accounts USING (owner) WHERE users.name = ?1 ORDER BY 1",
        )?
        .query_map([user], |row| row.get(0))?
        .collect()
}

/// Devices that became an account's, or a user's.
fn add_devices(
    tables: &Connection,
    account: Key,
    user: Option<Key>,
    whose: &Whose,
    all: &mut Vec<Told>,
) -> rusqlite::Result<()> {
    let mut statement = tables.prepare_cached(
        "SELECT device, name FROM merges LEFT JOIN users ON users.owner = device AND users.user = device \
         WHERE account = ?1 AND (?2 IS NULL OR merges.user = ?2)",
    )?;
    let mut rows = statement.query((account, user))?;
    while let Some(row) = rows.next()? {
        let device: Key = row.get(0)?;
        let name: Option<String> = row.get(1)?;
        all.push(Told {
            owner: device,
            person: device,
            whose: Whose {
                device: Some(name.unwrap_or_default()),
                ..whose.clone()
            },
            only: None,
        });
    }
    Ok(())
}

/// What stands for the user while their account is not known, and, of a user of any account, the device of that id.
fn add_unmerged(
    tables: &Connection,
    user: &str,
    itself: bool,
    all: &mut Vec<Told>,
) -> rusqlite::Result<()> {
    let stand_in = format!("\u{1}{user}");
    let names = [Some(stand_in), itself.then(|| user.to_owned())];
    for name in names.into_iter().flatten() {
        let device = key::device(Label::of(&name));
        let known = tables
            .prepare_cached(
                "SELECT 1 FROM users WHERE owner = ?1 AND user = ?1 \
                 AND NOT EXISTS (SELECT 1 FROM merges WHERE device = ?1)",
            )?
            .exists([device])?;
        if known {
            all.push(Told {
                owner: device,
                person: device,
                whose: Whose {
                    user: Some(user.to_owned()),
                    device: Some(name),
                    account: None,
                },
                only: None,
            });
        }
    }
    Ok(())
}

fn tell(tables: &Connection, of: &Told, take: &mut Take<'_>) -> Result<(), End> {
    let is_account = of.owner == of.person && of.whose.device.is_none();
    if is_account {
        tell_account(tables, of, take)?;
        tell_traits_and_items(tables, of.person, &of.whose, take)?;
        for user in users(tables, of.owner)? {
            let whose = Whose {
                user: Some(user.clone()),
                ..of.whose.clone()
            };
            tell_person(tables, of.owner, key::user(of.owner, &user), &whose, take)?;
        }
    } else {
        tell_person(tables, of.owner, of.person, &of.whose, take)?;
        tell_merges(tables, of, take)?;
    }
    if of.only.is_none() {
        tell_sums(tables, of, take)?;
    }
    tell_log(tables, of, take)
}

fn users(tables: &Connection, owner: Key) -> rusqlite::Result<Vec<String>> {
    tables
        .prepare_cached("SELECT name FROM users WHERE owner = ?1 AND owner <> user ORDER BY name")?
        .query_map([owner], |row| row.get(0))?
        .collect()
}

fn tell_log(tables: &Connection, of: &Told, take: &mut Take<'_>) -> Result<(), End> {
    let mut segments = Segments::load(tables)?;
    let mut statement = tables.prepare_cached(
        "SELECT data FROM log_of JOIN log USING (owner, seq) WHERE owner = ?1 ORDER BY seq",
    )?;
    let mut rows = statement.query([of.owner])?;
    while let Some(row) = rows.next()? {
        let packed = row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?;
        let records = segments.unpack(packed)?;
        for bytes in record::split(&records) {
            let record = record::decode(bytes?)?;
            if of.only.is_none() || record.user == of.only.as_deref() {
                tell_record(&record, &of.whose, take)?;
            }
        }
    }
    Ok(())
}

fn tell_record(record: &Record<'_>, whose: &Whose, take: &mut Take<'_>) -> Result<(), End> {
    let whose = Whose {
        user: record.user.map(str::to_owned).or(whose.user.clone()),
        ..whose.clone()
    };
    let from = record.device.to_string();
    if !record.traits.is_empty() || record.merge {
        let told = What::Told {
            received: record.received,
            from: from.clone(),
            merge: record.merge,
            traits: record
                .traits
                .iter()
                .map(|told| (told.name.clone(), told.value.clone()))
                .collect(),
        };
        give(take, &whose, told)?;
    }
    for event in &record.events {
        let props = match event.props {
            "" => None,
            props => Some(
                serde_json::value::RawValue::from_string(props.to_owned())
                    .map_err(FoldError::from)?,
            ),
        };
        let what = What::Event {
            id: event.id,
            event: event.kind.as_str(),
            name: event.name.to_owned(),
            at: event.at,
            recorded: event.recorded,
            received: record.received,
            from: from.clone(),
            session: event.session.to_string(),
            stream: event.stream.to_string(),
            page: event.page.map(str::to_owned),
            props,
        };
        give(take, &whose, what)?;
    }
    Ok(())
}
