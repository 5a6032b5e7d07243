//! Visits, called sessions on the wire: shared by a browser's tabs, ended by idleness or age.

use banso_model::time::Timestamp;
use serde::Serialize;

/// A visit ends after so long without an event.
pub const IDLE_MS: i64 = 30 * 60_000;
/// A visit lasts no longer than this.
pub const LONGEST_MS: i64 = 24 * 3_600_000;

/// One visit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Visit {
    /// Its id.
    pub id: String,
    /// When it began.
    pub began: Timestamp,
    /// When something was last recorded in it.
    pub last: Timestamp,
}

impl Visit {
    /// Whether something at `now` still belongs to it. A clock that was put back ends nothing.
    #[must_use]
    pub fn holds(&self, now: Timestamp) -> bool {
        !self.id.is_empty() && now.since(self.last) < IDLE_MS && now.since(self.began) < LONGEST_MS
    }

    /// The visit `now` belongs to: this one, or a new one with the id that `fresh` makes.
    #[must_use]
    pub fn at(self, now: Timestamp, fresh: impl FnOnce() -> String) -> Self {
        if self.holds(now) {
            let last = self.last.max(now);
            return Self { last, ..self };
        }
        Self {
            id: fresh(),
            began: now,
            last: now,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(began: i64, last: i64, now: i64, same: bool) {
        let visit = Visit {
            id: "a".into(),
            began: Timestamp(began),
            last: Timestamp(last),
        };
        let next = visit.at(Timestamp(now), || "b".into());
        assert_eq!(
            next.id == "a",
            same,
            "began {began}, last {last}, now {now}"
        );
        assert!(next.holds(Timestamp(now)));
    }

    #[test]
    fn a_visit_ends_by_idleness_or_age() {
        check(0, 0, IDLE_MS - 1, true);
        check(0, 0, IDLE_MS, false);
        check(0, LONGEST_MS - 10, LONGEST_MS - 1, true);
        check(0, LONGEST_MS - 10, LONGEST_MS, false);
        check(1000, 1000, 0, true);
    }

    #[test]
    fn the_first_visit_is_new() {
        let visit = Visit::default().at(Timestamp(0), || "b".into());
        assert_eq!(visit.id, "b");
    }
}
