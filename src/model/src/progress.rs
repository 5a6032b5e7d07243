//! What a user's guide events add up to.
//!
//! The widget folds them as they happen and the collector folds them as they arrive; both use [`GuideProgress::fold`],
//! and of two states the one with the later `at` is taken, so a page, a reload and another device agree.

use serde::{Deserialize, Serialize};

use crate::condition::GuideState;
use crate::event::GuideAct;
use crate::time::Timestamp;

/// How far a user is with one guide.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuideProgress {
    /// Where the latest run stands; `None` before the first and while snoozed before it was seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<Run>,
    /// The step the latest run is at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// How many runs were begun.
    #[serde(default)]
    pub runs: u32,
    /// Whether any run was finished.
    #[serde(default)]
    pub done: bool,
    /// When the first run began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<Timestamp>,
    /// When the latest run began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub began: Option<Timestamp>,
    /// Not to be shown by itself before this instant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snoozed_until: Option<Timestamp>,
    /// When the latest act happened.
    #[serde(default)]
    pub at: Timestamp,
}

/// Where a run of a guide stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Run {
    /// Begun, neither finished nor dismissed.
    Open,
    /// Finished.
    Done,
    /// Closed before its end.
    Dismissed,
}

impl GuideProgress {
    /// The progress after `act` at `at`; `step` is the step it names, `until` the end of a snooze.
    ///
    /// An act older than the latest one changes only what it can without contradicting it (first seen, ever done), so
    /// late deliveries do not turn a finished guide back into an open one.
    pub fn fold(
        &mut self,
        act: GuideAct,
        step: Option<&str>,
        until: Option<Timestamp>,
        at: Timestamp,
    ) {
        let late = at < self.at;
        match act {
            GuideAct::Seen => {
                self.runs += 1;
                if self.first.is_none_or(|first| at < first) {
                    self.first = Some(at);
                }
                if !late {
                    self.run = Some(Run::Open);
                    self.began = Some(at);
                    self.step = step.map(str::to_owned);
                    self.snoozed_until = None;
                }
            }
            GuideAct::Step if !late => {
                self.run = Some(Run::Open);
                self.step = step.map(str::to_owned);
            }
            GuideAct::Done => {
                self.done = true;
                if !late {
                    self.run = Some(Run::Done);
                    self.step = None;
                }
            }
            GuideAct::Dismissed if !late => {
                self.run = Some(Run::Dismissed);
                self.snoozed_until = None;
            }
            GuideAct::Snoozed if !late => self.snoozed_until = until,
            GuideAct::Step | GuideAct::Dismissed | GuideAct::Snoozed | GuideAct::Missing => {}
        }
        if !late {
            self.at = at;
        }
    }

    /// Whether the condition `{"guide": …, "state": state}` holds.
    #[must_use]
    pub fn is(&self, state: GuideState) -> bool {
        match state {
            GuideState::Seen => self.runs > 0,
            GuideState::Done => self.done,
            GuideState::Dismissed => self.run == Some(Run::Dismissed),
            GuideState::Open => self.run == Some(Run::Open),
        }
    }
}

/// How a checklist's item was completed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemProgress {
    /// When it was completed.
    pub at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;
    use GuideAct::{Dismissed, Done, Missing, Seen, Snoozed, Step};

    fn folded(acts: &[(GuideAct, i64)]) -> GuideProgress {
        let mut progress = GuideProgress::default();
        for (act, at) in acts {
            progress.fold(*act, Some("s"), Some(Timestamp(at + 100)), Timestamp(*at));
        }
        progress
    }

    #[test]
    fn acts_add_up() {
        for (acts, run, runs, done) in [
            (&[][..], None, 0, false),
            (&[(Seen, 1)], Some(Run::Open), 1, false),
            (&[(Seen, 1), (Missing, 2)], Some(Run::Open), 1, false),
            (&[(Seen, 1), (Step, 2), (Done, 3)], Some(Run::Done), 1, true),
            (&[(Seen, 1), (Dismissed, 2)], Some(Run::Dismissed), 1, false),
            (&[(Seen, 1), (Done, 3), (Step, 2)], Some(Run::Done), 1, true),
            (
                &[(Seen, 1), (Done, 3), (Dismissed, 2)],
                Some(Run::Done),
                1,
                true,
            ),
            (&[(Seen, 1), (Done, 2), (Seen, 3)], Some(Run::Open), 2, true),
            (&[(Seen, 1), (Snoozed, 2)], Some(Run::Open), 1, false),
        ] {
            let progress = folded(acts);
            assert_eq!(
                (progress.run, progress.runs, progress.done),
                (run, runs, done),
                "{acts:?}"
            );
        }
        assert_eq!(
            folded(&[(Seen, 1), (Snoozed, 2)]).snoozed_until,
            Some(Timestamp(102))
        );
        assert_eq!(folded(&[(Snoozed, 2), (Seen, 3)]).snoozed_until, None);
    }
}
