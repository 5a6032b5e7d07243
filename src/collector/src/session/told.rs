//! What a browser is told of its user, as facts: for what the collector itself decides of it.

use banso_engine::journey::first_day_within;
use banso_engine::reduce::{Facts, Known};
use banso_model::condition::{By, FeatureUse, GuideState};
use banso_model::time::Timestamp;
use banso_model::value::Value;
use banso_store::read::UserRecord;

use super::known::Identified;
use crate::live::Live;

/// What a browser is told of its user.
#[derive(Clone, Copy, Debug)]
pub struct BrowserFacts<'a> {
    /// The configuration.
    pub live: &'a Live,
    /// What is known of the user.
    pub record: &'a UserRecord,
    /// Traits of the user.
    pub known: &'a Identified,
    /// The time.
    pub now: Timestamp,
}

impl Facts for BrowserFacts<'_> {
    fn feature(&self, uses: &FeatureUse) -> Known<u64> {
        if uses.by == By::Account {
            return Known::Elsewhere;
        }
        let Some((total, days)) = self.record.features.get(&uses.feature) else {
            return Known::Absent;
        };
        let Some(within) = uses.within else {
            return Known::Is(*total);
        };
        let today = self.live.calendar.day(self.now);
        let within = within.whole_days().unwrap_or(1);
        let first = first_day_within(today, within);
        let used = days.iter().filter(|(day, _)| *day >= first);
        Known::Is(used.map(|(_, uses)| uses).sum())
    }

    fn guide(&self, guide: &str, state: GuideState) -> Known<bool> {
        let progress = self.record.guides.get(guide);
        Known::Is(progress.is_some_and(|progress| progress.is(state)))
    }

    fn item(&self, item: &str) -> Known<bool> {
        let shared = self.live.catalog.is_shared(item);
        Known::Is(
            self.record.items.contains_key(item)
                || shared && self.record.account_items.contains_key(item),
        )
    }

    fn answer(&self, question: &str) -> Known<&Value> {
        Known::from_option(answer(self.live, self.record, self.known, question))
    }
}

/// The latest answer to a question. What a trait takes may have been told in other ways since it was answered.
#[must_use]
pub fn answer<'a>(
    live: &Live,
    record: &'a UserRecord,
    known: &'a Identified,
    question: &str,
) -> Option<&'a Value> {
    let told = live.catalog.trait_of(question);
    told.and_then(|name| known.user.get(name))
        .or_else(|| record.answers.get(question))
}
