//! Feature uses of this user that the collector's facts do not hold yet.
//!
//! The facts that come with a session hold every use that was answered before the session was asked for; those leave
//! the overlay when the answer comes. Whatever else was used here is added to what the facts say, so a use counts at
//! once and never twice.

use banso_model::time::{DAY_MS, Day, Timestamp};
use banso_model::wire::{Facts, Uses};

/// Uses that are not in the facts yet.
#[derive(Clone, Debug, Default)]
pub struct Overlay {
    uses: Vec<Use>,
}

#[derive(Clone, Debug)]
struct Use {
    event: String,
    feature: String,
    at: Timestamp,
    stage: Stage,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Not answered yet.
    Waiting,
    /// Answered: the next facts asked for will hold it.
    Answered,
    /// The facts that are being asked for hold it.
    Asked,
}

impl Overlay {
    /// A feature was used; `event` is the id of the event that says so.
    pub fn used(&mut self, event: &str, feature: &str, at: Timestamp) {
        self.uses.push(Use {
            event: event.to_owned(),
            feature: feature.to_owned(),
            at,
            stage: Stage::Waiting,
        });
    }

    /// Only these events still wait for an answer.
    pub fn waiting(&mut self, is_waiting: impl Fn(&str) -> bool) {
        for one in &mut self.uses {
            if one.stage == Stage::Waiting && !is_waiting(&one.event) {
                one.stage = Stage::Answered;
            }
        }
    }

    /// Facts are being asked for.
    pub fn asked(&mut self) {
        for one in &mut self.uses {
            if one.stage == Stage::Answered {
                one.stage = Stage::Asked;
            }
        }
    }

    /// Facts came.
    pub fn came(&mut self) {
        self.uses.retain(|one| one.stage != Stage::Asked);
    }

    /// No facts came.
    pub fn failed(&mut self) {
        for one in &mut self.uses {
            if one.stage == Stage::Asked {
                one.stage = Stage::Answered;
            }
        }
    }

    /// Another user is here.
    pub fn clear(&mut self) {
        self.uses.clear();
    }

    /// When a feature was used, as far as the facts do not hold it.
    pub fn times(&self, feature: &str) -> impl Iterator<Item = Timestamp> {
        self.uses
            .iter()
            .filter(move |one| one.feature == feature)
            .map(|one| one.at)
    }

    /// How often a feature was used in the last `days` days of the workspace's zone, today included; in the lifetime
    /// without them.
    #[must_use]
    pub fn count(&self, facts: &Facts, feature: &str, days: Option<u32>, now: Timestamp) -> u64 {
        let since =
            days.map(|days| day_of(facts, now).plus(1 - i32::try_from(days).unwrap_or(i32::MAX)));
        let known = facts
            .features
            .get(feature)
            .map_or(0, |uses| count_since(uses, since));
        let here = self.uses.iter().filter(|one| {
            one.feature == feature && since.is_none_or(|since| day_of(facts, one.at) >= since)
        });
        known + here.count() as u64
    }
}

fn count_since(uses: &Uses, since: Option<Day>) -> u64 {
    match since {
        None => uses.total,
        Some(since) => {
            let days = uses.days.iter().filter(|(day, _)| *day >= since);
            days.map(|(_, count)| count).sum()
        }
    }
}

/// The day of the workspace's zone that holds an instant. The facts know where today ends; other days are taken to have
/// 24 hours, which is wrong for an hour after a change of summer time.
fn day_of(facts: &Facts, at: Timestamp) -> Day {
    let past = at.since(facts.tomorrow_at).div_euclid(DAY_MS) + 1;
    facts.today.plus(i32::try_from(past).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;

    fn facts() -> Facts {
        let uses = Uses {
            total: 10,
            days: vec![(Day(90), 3), (Day(99), 2), (Day(100), 1)],
        };
        Facts {
            today: Day(100),
            tomorrow_at: Timestamp(24 * HOUR),
            features: [("f".to_owned(), uses)].into(),
            ..Facts::default()
        }
    }

    #[track_caller]
    fn check(overlay: &Overlay, days: Option<u32>, now: i64, count: u64) {
        assert_eq!(
            overlay.count(&facts(), "f", days, Timestamp(now)),
            count,
            "{days:?}"
        );
    }

    #[test]
    fn uses_here_are_added_to_the_facts() {
        let mut overlay = Overlay::default();
        overlay.used("1", "f", Timestamp(HOUR));
        overlay.used("2", "f", Timestamp(-HOUR));
        overlay.used("3", "g", Timestamp(HOUR));
        check(&overlay, None, HOUR, 12);
        check(&overlay, Some(1), HOUR, 2);
        check(&overlay, Some(2), HOUR, 5);
        check(&overlay, Some(11), HOUR, 8);
        check(&overlay, Some(u32::MAX), HOUR, 8);
        // The facts are of yesterday now.
        check(&overlay, Some(1), 25 * HOUR, 0);
        check(&overlay, Some(2), 25 * HOUR, 2);
    }

    #[test]
    fn a_use_leaves_when_facts_that_hold_it_come() {
        let mut overlay = Overlay::default();
        overlay.used("1", "f", Timestamp(0));
        overlay.used("2", "f", Timestamp(0));
        overlay.waiting(|id| id == "2");
        overlay.asked();
        overlay.used("3", "f", Timestamp(0));
        overlay.waiting(|_| false);
        check(&overlay, None, 0, 13);
        overlay.came();
        check(&overlay, None, 0, 12);
        overlay.asked();
        overlay.failed();
        overlay.came();
        check(&overlay, None, 0, 12);
        overlay.asked();
        overlay.came();
        check(&overlay, None, 0, 10);
    }
}
