//! Active time: the page is visible and its user did something a short while ago.

use banso_model::time::Timestamp;

/// Input counts as activity for so long after it.
pub const ATTENTION_MS: i64 = 30_000;
/// So much activity is worth an event.
pub const WORTH_MS: i64 = 30_000;

/// Adds up active time between inputs; nothing runs while nobody does anything.
#[derive(Clone, Debug, Default)]
pub struct Activity {
    visible: bool,
    /// Activity is added up to here.
    counted: Timestamp,
    /// The latest input is good until here.
    until: Timestamp,
    ms: i64,
}

impl Activity {
    /// The user did something. Returns whether enough has been added up for an event.
    pub fn input(&mut self, now: Timestamp) -> bool {
        self.count(now);
        self.until = now.plus_ms(ATTENTION_MS);
        self.ms >= WORTH_MS
    }

    /// The page was shown or hidden. Coming to a page counts as doing something.
    pub fn visible(&mut self, visible: bool, now: Timestamp) {
        self.count(now);
        if visible && !self.visible {
            self.until = now.plus_ms(ATTENTION_MS);
        }
        self.visible = visible;
    }

    /// Takes the whole seconds added up so far.
    pub fn take(&mut self, now: Timestamp) -> Option<i64> {
        self.count(now);
        let seconds = self.ms / 1000;
        self.ms -= seconds * 1000;
        (seconds > 0).then_some(seconds)
    }

    fn count(&mut self, now: Timestamp) {
        if self.visible {
            self.ms += now.min(self.until).since(self.counted).max(0);
        }
        self.counted = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    enum Act {
        Input(i64),
        Show(i64),
        Hide(i64),
    }
    use Act::{Hide, Input, Show};

    #[track_caller]
    fn check(acts: &[Act], end: i64, seconds: Option<i64>) {
        let mut activity = Activity::default();
        for act in acts {
            match *act {
                Input(at) => {
                    activity.input(Timestamp(at * 1000));
                }
                Show(at) => activity.visible(true, Timestamp(at * 1000)),
                Hide(at) => activity.visible(false, Timestamp(at * 1000)),
            }
        }
        assert_eq!(activity.take(Timestamp(end * 1000)), seconds);
        assert_eq!(activity.take(Timestamp(end * 1000)), None);
    }

    #[test]
    fn only_visible_and_recent_input_counts() {
        check(&[], 100, None);
        check(&[Input(1), Input(2)], 100, None);
        check(&[Show(0)], 10, Some(10));
        check(&[Show(0)], 100, Some(30));
        check(&[Show(0), Input(20)], 100, Some(50));
        check(&[Show(0), Hide(5), Input(6)], 100, Some(5));
        check(&[Show(0), Hide(5), Show(50)], 60, Some(15));
        check(&[Show(0), Input(60), Input(61)], 62, Some(32));
    }

    #[test]
    fn a_clock_put_back_takes_nothing_away() {
        check(&[Show(100), Input(50)], 60, Some(10));
    }

    #[test]
    fn enough_activity_is_worth_an_event() {
        let mut activity = Activity::default();
        activity.visible(true, Timestamp(0));
        let worth: Vec<bool> = [10, 20, 30, 40]
            .map(|at| activity.input(Timestamp(at * 1000)))
            .into();
        assert_eq!(worth, [false, false, true, true]);
    }
}
