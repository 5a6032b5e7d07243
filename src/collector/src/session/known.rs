//! What only the collector may know of a user, as facts to reduce conditions with. What it leaves to the browser (page,
//! element, device, locale, time, and this user's own uses and progress) stays in the condition.

use banso_engine::journey::AccountFacts;
use banso_engine::reduce::{Facts, Known};
use banso_model::condition::{AssignmentState, By, Condition, FeatureUse};
use banso_model::value::{Value, Values};

use crate::live::Live;

/// The collector's half. Of somebody whose identity is not believed nothing is known, which is an answer too.
#[derive(Debug, Default)]
pub struct Identified {
    /// Traits of the user.
    pub user: Values,
    /// Traits of the account.
    pub account: Values,
    /// Stage of the account.
    pub stage: Option<String>,
    /// Health score of the account.
    pub health: Option<f64>,
    /// Health band of the account.
    pub band: Option<String>,
}

impl Identified {
    /// What `user.name` or `account.name` says in a text; `None` when it is not known, or nothing to read.
    #[must_use]
    pub fn variable(&self, variable: &str) -> Option<String> {
        let value = match variable.split_once('.')? {
            ("user", name) => self.user.get(name)?,
            ("account", name) => self.account.get(name)?,
            _ => return None,
        };
        match value {
            Value::Text(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Null | Value::Bool(_) | Value::List(_) | Value::Map(_) => None,
        }
    }
}

/// The collector's half, with the configuration it is asked under.
#[derive(Clone, Copy, Debug)]
pub struct ServerFacts<'a> {
    /// The configuration.
    pub live: &'a Live,
    /// What is known of the user and the account.
    pub who: &'a Identified,
    /// The account's uses of features; `None` when no guide asks, or there is no account.
    pub uses: Option<AccountFacts<'a>>,
}

impl Facts for ServerFacts<'_> {
    fn user(&self, name: &str) -> Known<&Value> {
        known(self.who.user.get(name))
    }

    fn account(&self, name: &str) -> Known<&Value> {
        known(self.who.account.get(name))
    }

    fn segment(&self, id: &str) -> Known<&Condition> {
        Known::from_option(self.live.segments.get(id))
    }

    fn stage(&self) -> Known<&str> {
        Known::from_option(self.who.stage.as_deref())
    }

    fn health(&self) -> Known<f64> {
        Known::from_option(self.who.health)
    }

    fn band(&self) -> Known<&str> {
        Known::from_option(self.who.band.as_deref())
    }

    fn feature(&self, uses: &FeatureUse) -> Known<u64> {
        match (uses.by, &self.uses) {
            (By::User, _) => Known::Elsewhere,
            (By::Account, Some(account)) => account.feature(uses),
            (By::Account, None) => Known::Absent,
        }
    }

    fn items(&self, list: &str) -> Known<&[String]> {
        Known::from_option(self.live.lists.get(list).map(Vec::as_slice))
    }

    fn assignment(&self, _: &str, _: AssignmentState) -> Known<bool> {
        // Nothing hands out assignments yet, so no account has any.
        Known::Absent
    }
}

fn known(value: Option<&Value>) -> Known<&Value> {
    Known::from_option(value.filter(|value| **value != Value::Null))
}
