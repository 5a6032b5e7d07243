//! Whom a command is about.

use std::fmt;

use clap::Args;

/// A user, a user of one account, or an account with everyone in it.
#[derive(Clone, Debug, Args)]
#[group(required = true, multiple = true)]
pub struct WhoFlags {
    /// Id of the user: of one account with --account, else of every account that has a user of this id
    #[arg(long, value_parser = clap::builder::NonEmptyStringValueParser::new())]
    user: Option<String>,
    /// Id of the account; without --user everyone in it
    #[arg(long, value_parser = clap::builder::NonEmptyStringValueParser::new())]
    account: Option<String>,
}

impl WhoFlags {
    /// The names and values that a request says them by.
    pub fn pairs(&self) -> impl Iterator<Item = (&'static str, &str)> {
        [("user", &self.user), ("account", &self.account)]
            .into_iter()
            .filter_map(|(name, value)| Some((name, value.as_deref()?)))
    }
}

impl fmt::Display for WhoFlags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.user, &self.account) {
            (Some(user), Some(account)) => write!(f, "user {user} of account {account}"),
            (Some(user), None) => write!(f, "user {user}"),
            (None, account) => write!(f, "account {}", account.as_deref().unwrap_or_default()),
        }
    }
}
