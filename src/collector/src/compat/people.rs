//! Whose a user is. Most messages of foreign clients name the user and not the account, which one `group` call told
//! some time before.
//!
//! A user whose account is not known yet is kept as a device of their own, which is merged into the account as soon as
//! a message names both. The merge also is where the account is looked up later.

use banso_store::StoreError;
use banso_store::read::Merged;
use rustc_hash::FxHashMap;

use crate::app::App;
use crate::recent::Recent;

/// How many users' accounts, and devices' merges, are remembered.
const REMEMBERED: usize = 200_000;

/// What was lately read and written of users, so that it need not be again.
#[derive(Debug)]
pub struct People {
    /// What each user was merged into.
    users: Recent<String, Merged>,
    /// Devices that were merged.
    merged: Recent<String, ()>,
}

impl Default for People {
    fn default() -> Self {
        Self {
            users: Recent::new(REMEMBERED),
            merged: Recent::new(REMEMBERED),
        }
    }
}

/// The device that stands for a user of an unknown account. It begins with a control character, which no client's device
/// may have: a page that knows a user's id cannot speak as this device.
#[must_use]
pub fn stand_in(user: &str) -> String {
    format!("\u{1}{user}")
}

impl People {
    /// Forgets everybody: some were erased.
    pub fn clear(&self) {
        self.users.clear();
        self.merged.clear();
    }

    /// Whether a device's merge was stored lately.
    pub fn is_merged(&self, device: &str) -> bool {
        self.merged.get(device).is_some()
    }

    /// The merges of these devices were stored.
    pub fn did_merge(&self, devices: Vec<String>) {
        for device in devices {
            if !self.is_merged(&device) {
                self.merged.put(device, ());
            }
        }
    }

    /// Who users are, as the store knows them: the account, and the user whose other name it is.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be read.
    pub async fn who_are<'u>(
        &self,
        app: &App,
        users: impl Iterator<Item = &'u str>,
    ) -> Result<FxHashMap<String, Merged>, StoreError> {
        let mut known = FxHashMap::default();
        for user in users {
            if known.contains_key(user) {
                continue;
            }
            let into = match self.users.get(user) {
                Some(into) => Some(into),
                None => app.store.merged(&stand_in(user)).await?,
            };
            if let Some(into) = into {
                self.users.put(user.to_owned(), into.clone());
                known.insert(user.to_owned(), into);
            }
        }
        Ok(known)
    }
}
