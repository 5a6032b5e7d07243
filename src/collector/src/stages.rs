//! Which stage accounts are in, and which stage pages were last told, so that a page hears when it moved.

use crate::recent::Recent;

/// How many accounts and pages are remembered.
const REMEMBERED: usize = 100_000;

/// Stages of accounts and what pages know of them. Forgetting one costs a page up to a minute until it asks again.
#[derive(Debug)]
pub struct Stages {
    of_accounts: Recent<String, Option<String>>,
    told: Recent<String, Option<String>>,
}

impl Default for Stages {
    fn default() -> Self {
        Self {
            of_accounts: Recent::new(REMEMBERED),
            told: Recent::new(REMEMBERED),
        }
    }
}

impl Stages {
    /// Forgets every account and page: some were erased.
    pub fn clear(&self) {
        self.of_accounts.clear();
        self.told.clear();
    }

    /// An account is in a stage now.
    pub fn place(&self, account: &str, stage: Option<&str>) {
        self.of_accounts
            .put(account.to_owned(), stage.map(str::to_owned));
    }

    /// A page load was told a stage.
    pub fn tell(&self, stream: &str, stage: Option<&str>) {
        self.told.put(stream.to_owned(), stage.map(str::to_owned));
    }

    /// Whether an account is in another stage than its page was told.
    #[must_use]
    pub fn moved(&self, stream: &str, account: Option<&str>) -> bool {
        let now = account.and_then(|account| self.of_accounts.get(account));
        match (now, self.told.get(stream)) {
            (Some(now), Some(told)) => now != told,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_hears_once_its_account_has_moved() {
        let stages = Stages::default();
        let check = |moved: bool| assert_eq!(stages.moved("page", Some("acme")), moved);
        check(false);
        stages.tell("page", Some("setup"));
        check(false);
        stages.place("acme", Some("setup"));
        check(false);
        stages.place("acme", Some("daily-use"));
        check(true);
        stages.tell("page", Some("daily-use"));
        check(false);
        stages.place("acme", None);
        check(true);
        assert!(!stages.moved("page", None) && !stages.moved("other", Some("acme")));
    }
}
