//! What the collector knows of a user, as far as the guides they are sent ask.

use std::collections::BTreeMap;

use banso_engine::journey::first_day_within;
use banso_model::progress::ItemProgress;
use banso_model::time::Timestamp;
use banso_model::wire::{Facts, Uses};
use banso_store::read::UserRecord;

use super::known::Identified;
use super::mentions::Mentions;
use super::told::answer;
use crate::live::Live;

/// The facts that `mentions` asks for.
#[must_use]
pub fn facts(
    live: &Live,
    record: &UserRecord,
    known: &Identified,
    mentions: &Mentions,
    now: Timestamp,
) -> Facts {
    let today = live.calendar.span(now);
    let features = mentions.features.iter().filter_map(|(feature, back)| {
        let (total, days) = record.features.get(feature)?;
        let first = first_day_within(today.day, *back);
        let mut days: Vec<_> = days
            .iter()
            .filter(|(day, _)| *day >= first)
            .copied()
            .collect();
        days.sort_unstable();
        let uses = Uses {
            total: *total,
            days,
        };
        Some((feature.clone(), uses))
    });
    let guides = mentions.guides.iter().filter_map(|guide| {
        let progress = record.guides.get(guide)?;
        Some((guide.clone(), progress.clone()))
    });
    let answers = mentions.answers.iter().filter_map(|question| {
        let answer = answer(live, record, known, question)?;
        Some((question.clone(), answer.clone()))
    });
    let paced = now.plus_ms(i64::try_from(live.fixed.pacing.per_ms).map_or(i64::MIN, |ms| -ms));
    let interruptions = record.interruptions.iter().filter(|at| **at >= paced);
    Facts {
        today: today.day,
        tomorrow_at: today.end,
        features: features.collect(),
        guides: guides.collect(),
        items: items(live, record, mentions),
        answers: answers.collect(),
        interruptions: interruptions.copied().collect(),
    }
}

/// Completed items: the user's own, and of checklists that the account shares everyone's.
fn items(live: &Live, record: &UserRecord, mentions: &Mentions) -> BTreeMap<String, ItemProgress> {
    let asked = |item: &str| {
        mentions.items.contains(item)
            || item
                .split_once('/')
                .is_some_and(|(list, _)| mentions.items.contains(&format!("{list}/*")))
    };
    let shared = record
        .account_items
        .iter()
        .filter(|(item, _)| live.catalog.is_shared(item));
    let own = record.items.iter();
    shared
        .chain(own)
        .filter(|(item, _)| asked(item))
        .map(|(item, progress)| (item.clone(), progress.clone()))
        .collect()
}
