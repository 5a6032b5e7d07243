//! What the store sums up of an account's events, and what a score is computed from.
//!
//! Sums are kept by the day something happened *and* the day it was received, so that an account can be read as of any
//! day: later arrivals never change an earlier score.

use serde::{Deserialize, Serialize};

use crate::time::{Day, Timestamp};
use crate::value::Value;

/// What is counted. Its text form ([`Metric::key`]) is what the store keeps.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Metric {
    /// Uses of a feature, by id.
    Feature(String),
    /// Sessions begun.
    Sessions,
    /// Visible, active seconds.
    ActiveSeconds,
    /// Acts on a guide: its id and the word of the [`crate::event::GuideAct`].
    Guide(String, String),
    /// Completions of `list/item`.
    Item(String),
    /// Acts with help: the word of the [`crate::event::HelpAct`].
    Help(String),
    /// Seconds in which content was looked at.
    ContentSeconds,
}

impl Metric {
    /// The text form: a letter for the kind, then the name.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::Feature(feature) => format!("f:{feature}"),
            Self::Sessions => "s".to_owned(),
            Self::ActiveSeconds => "a".to_owned(),
            Self::Guide(guide, act) => format!("g:{act}:{guide}"),
            Self::Item(item) => format!("i:{item}"),
            Self::Help(act) => format!("h:{act}"),
            Self::ContentSeconds => "c".to_owned(),
        }
    }

    /// Reads the text form; `None` for one this version does not know.
    #[must_use]
    pub fn parse(key: &str) -> Option<Self> {
        match key.split_once(':') {
            Some(("f", feature)) => Some(Self::Feature(feature.to_owned())),
            Some(("g", rest)) => rest
                .split_once(':')
                .map(|(act, guide)| Self::Guide(guide.to_owned(), act.to_owned())),
            Some(("i", item)) => Some(Self::Item(item.to_owned())),
            Some(("h", act)) => Some(Self::Help(act.to_owned())),
            None if key == "s" => Some(Self::Sessions),
            None if key == "a" => Some(Self::ActiveSeconds),
            None if key == "c" => Some(Self::ContentSeconds),
            _ => None,
        }
    }
}

/// One sum: how much of a metric on a day, of what was received on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UseRow {
    /// The day it happened, in the workspace's zone.
    pub day: Day,
    /// The day it was received, in the workspace's zone.
    pub received: Day,
    /// What is counted.
    pub metric: Metric,
    /// The sum.
    pub sum: u64,
}

/// A user was active on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActiveRow {
    /// The day, in the workspace's zone.
    pub day: Day,
    /// The first day on which that was known.
    pub received: Day,
    /// A number for the user, unique within the account.
    pub user: u64,
}

/// Who said a trait. What a browser claims never overwrites what a trusted source said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// A page, without a signature.
    Browser,
    /// A server key, the admin API or a signed token.
    Trusted,
}

/// A trait of an account or a user as it was told at some time. The latest one told is its value.
#[derive(Clone, Debug, PartialEq)]
pub struct TraitRow {
    /// Its name.
    pub name: String,
    /// Its value; null removes it.
    pub value: Value,
    /// When it was received.
    pub received: Timestamp,
    /// Who said it.
    pub source: Source,
}

/// All that an account's score is computed from: the size of its rollup, not of its history.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AccountHistory {
    /// Sums, of the account and of the devices merged into it; in no particular order.
    pub uses: Vec<UseRow>,
    /// Who was active when.
    pub active: Vec<ActiveRow>,
    /// The account's traits, oldest first.
    pub traits: Vec<TraitRow>,
    /// When the account was first heard of.
    pub first_seen: Option<Timestamp>,
    /// When someone of the account was last erased: what is read as of a day before may differ from what was read then.
    pub erased: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_read_back() {
        for metric in [
            Metric::Feature("report.create".to_owned()),
            Metric::Feature("a:b".to_owned()),
            Metric::Sessions,
            Metric::ActiveSeconds,
            Metric::Guide("first:report".to_owned(), "done".to_owned()),
            Metric::Item("get-started/report".to_owned()),
            Metric::Help("missed".to_owned()),
            Metric::ContentSeconds,
        ] {
            assert_eq!(Metric::parse(&metric.key()), Some(metric));
        }
        for unknown in ["", "x", "x:y", "g:done"] {
            assert_eq!(Metric::parse(unknown), None, "{unknown}");
        }
    }
}
