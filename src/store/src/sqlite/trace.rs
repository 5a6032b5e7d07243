//! Finds whose rows an erasure means: accounts, their users, and the devices that became theirs.

use rusqlite::{Connection, OptionalExtension};
use rustc_hash::{FxHashMap, FxHashSet};

use super::erased::{FOR_EVER, Kind, Stone, anyone};
use super::key::{self, Key};
use crate::codec::Label;
use crate::subject::Subject;

/// Whose rows go.
#[derive(Debug, Default)]
pub struct Trace {
    /// Accounts with everything of theirs.
    pub accounts: FxHashSet<Key>,
    /// Accounts and users of them.
    pub users: FxHashSet<(Key, Key)>,
    /// Devices.
    pub devices: FxHashSet<Key>,
    /// Those of the devices that stand for a user by name.
    pub named: FxHashSet<Key>,
}

/// The device that stands for a user whose account is not known, as other vendors' messages are kept.
fn stand_in(user: &str) -> Key {
    key::device(Label::of(&format!("\u{1}{user}")))
}

/// The name of a user and their account: what a stone does not tell when no row has the name.
#[must_use]
pub fn by_name(subject: &Subject) -> Option<(String, Key)> {
    match subject {
        Subject::User {
            user,
            account: Some(account),
        } => Some((user.clone(), key::account(Label::of(account)))),
        Subject::User { account: None, .. } | Subject::Account(_) => None,
    }
}

/// Finds whose rows stones mean; `by_name` is somebody whom they mean whether or not there is a row of that name.
///
/// # Errors
/// What SQLite reports.
pub fn trace(
    tables: &Connection,
    stones: &[Stone],
    by_name: Option<(String, Key)>,
) -> rusqlite::Result<Trace> {
    let of = |kind| -> FxHashSet<Key> {
        let stones = stones.iter().filter(|stone| stone.kind == kind);
        stones.map(|stone| stone.key).collect()
    };
    let for_ever = stones
        .iter()
        .filter(|stone| stone.kind == Kind::Device && stone.until == FOR_EVER);
    let mut trace = Trace {
        accounts: of(Kind::Account),
        devices: of(Kind::Device),
        named: for_ever.map(|stone| stone.key).collect(),
        users: FxHashSet::default(),
    };
    let mut names: FxHashMap<String, FxHashSet<Key>> = FxHashMap::default();
    if let Some((name, account)) = by_name {
        names.entry(name).or_default().insert(account);
    }
    trace.find_users(tables, &of(Kind::User), &of(Kind::Anyone), &mut names)?;
    trace.find_devices(tables)?;
    trace.find_stand_ins(tables, &names)?;
    Ok(trace)
}

impl Trace {
    fn find_users(
        &mut self,
        tables: &Connection,
        users: &FxHashSet<Key>,
        anyones: &FxHashSet<Key>,
        names: &mut FxHashMap<String, FxHashSet<Key>>,
    ) -> rusqlite::Result<()> {
        let mut statement = tables.prepare("SELECT owner, user, name FROM users")?;
        let mut rows = statement.query(())?;
        while let Some(row) = rows.next()? {
            let (owner, user): (Key, Key) = (row.get(0)?, row.get(1)?);
            let name = row.get_ref(2)?.as_str()?;
            let is_meant = !anyones.is_empty() && anyones.contains(&anyone(name));
            if owner == user {
                if is_meant {
                    self.devices.insert(owner);
                    self.named.insert(owner);
                }
            } else if is_meant || users.contains(&user) || self.accounts.contains(&owner) {
                self.users.insert((owner, user));
                names.entry(name.to_owned()).or_default().insert(owner);
            }
        }
        Ok(())
    }

    fn find_devices(&mut self, tables: &Connection) -> rusqlite::Result<()> {
        let mut statement = tables.prepare("SELECT device, account, user FROM merges")?;
        let mut rows = statement.query(())?;
        while let Some(row) = rows.next()? {
            let (device, account): (Key, Key) = (row.get(0)?, row.get(1)?);
            let user: Option<Key> = row.get(2)?;
            let is_users = user.is_some_and(|user| self.users.contains(&(account, user)));
            if is_users || self.accounts.contains(&account) {
                self.devices.insert(device);
            }
        }
        Ok(())
    }

    /// What stands for a user whose account was not known is this user's unless it became another's. As long as it became
    /// nobody's it may be that of a user of the same name elsewhere: then what comes of it later is taken.
    fn find_stand_ins(
        &mut self,
        tables: &Connection,
        names: &FxHashMap<String, FxHashSet<Key>>,
    ) -> rusqlite::Result<()> {
        let elsewhere = elsewhere(tables, names)?;
        for (name, accounts) in names {
            let device = stand_in(name);
            let into: Option<Key> = tables
                .prepare_cached("SELECT account FROM merges WHERE device = ?1")?
                .query_row([device], |row| row.get(0))
                .optional()?;
            let is_theirs = match into {
                Some(account) => accounts.contains(&account),
                None => !elsewhere.contains(name),
            };
            if is_theirs {
                self.named.insert(device);
            }
            if is_theirs || into.is_none() {
                self.devices.insert(device);
            }
        }
        Ok(())
    }

    /// The stones of the devices: what is still on its way from them is refused.
    #[must_use]
    pub fn stones(&self, at: i64) -> Vec<Stone> {
        let stone = |device: &Key| Stone {
            kind: Kind::Device,
            key: *device,
            until: if self.named.contains(device) {
                FOR_EVER
            } else {
                at
            },
            at,
        };
        self.devices.iter().map(stone).collect()
    }
}

/// Those of the names that a user of another account has.
fn elsewhere(
    tables: &Connection,
    names: &FxHashMap<String, FxHashSet<Key>>,
) -> rusqlite::Result<FxHashSet<String>> {
    let mut found = FxHashSet::default();
    let mut statement = tables.prepare("SELECT owner, name FROM users WHERE owner <> user")?;
    let mut rows = statement.query(())?;
    while let Some(row) = rows.next()? {
        let owner: Key = row.get(0)?;
        let name = row.get_ref(1)?.as_str()?;
        if names
            .get(name)
            .is_some_and(|accounts| !accounts.contains(&owner))
        {
            found.insert(name.to_owned());
        }
    }
    Ok(found)
}
