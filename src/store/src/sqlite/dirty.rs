//! Accounts with news since their score was stored: in memory, so that asking costs nothing when there are none.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustc_hash::FxHashMap;

use super::key::Key;

/// The accounts that are unscored, oldest news first.
#[derive(Debug, Default)]
pub struct Dirty {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Counts all news.
    latest: u64,
    /// Of each account the count at its first and at its latest news.
    accounts: FxHashMap<Key, (u64, u64)>,
    /// The accounts by their first news.
    order: BTreeMap<u64, Key>,
}

impl Dirty {
    fn state(&self) -> MutexGuard<'_, State> {
        // No step below can panic half way.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// There is news of these accounts.
    pub fn add(&self, accounts: impl IntoIterator<Item = Key>) {
        let state = &mut *self.state();
        for account in accounts {
            state.latest += 1;
            let latest = state.latest;
            state
                .accounts
                .entry(account)
                .and_modify(|(_, version)| *version = latest)
                .or_insert_with(|| {
                    state.order.insert(latest, account);
                    (latest, latest)
                });
        }
    }

    /// The account's version, when it is unscored.
    #[must_use]
    pub fn version(&self, account: Key) -> Option<u64> {
        self.state()
            .accounts
            .get(&account)
            .map(|(_, version)| *version)
    }

    /// These accounts are scored now.
    pub fn remove(&self, accounts: &[Key]) {
        let mut state = self.state();
        for account in accounts {
            if let Some((first, _)) = state.accounts.remove(account) {
                state.order.remove(&first);
            }
        }
    }

    /// The accounts whose news are oldest, each with its version.
    #[must_use]
    pub fn oldest(&self, limit: usize) -> Vec<(Key, u64)> {
        let state = self.state();
        state
            .order
            .values()
            .take(limit)
            .filter_map(|account| Some((*account, state.accounts.get(account)?.1)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn oldest_news_come_first_and_the_latest_count() {
        let dirty = Dirty::default();
        dirty.add([7, 8]);
        dirty.add([7]);
        assert_eq!(dirty.oldest(9), [(7, 3), (8, 2)]);
        assert_eq!(dirty.oldest(1), [(7, 3)]);
        dirty.remove(&[7]);
        assert_eq!(dirty.version(7), None);
        dirty.add([7]);
        assert_eq!(dirty.oldest(9), [(8, 2), (7, 4)]);
    }
}
