//! What can be asked of whoever reduces a condition.

use banso_model::condition::{AssignmentState, Condition, Device, FeatureUse, GuideState};
use banso_model::target::{ElementState, Target};
use banso_model::time::Timestamp;
use banso_model::value::Value;

/// The answer to one question.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Known<T> {
    /// This is so.
    Is(T),
    /// It is known that there is no such thing: an attribute never set, no score for want of data.
    Absent,
    /// It cannot be decided here; another place will.
    Elsewhere,
}

impl<T> Known<T> {
    /// What `option` holds, or known to be absent.
    #[must_use]
    pub fn from_option(option: Option<T>) -> Self {
        option.map_or(Self::Absent, Self::Is)
    }

    /// This answer, or another's when this place cannot tell.
    #[must_use]
    pub fn or_else(self, other: impl FnOnce() -> Self) -> Self {
        match self {
            Self::Elsewhere => other(),
            known => known,
        }
    }
}

impl Known<bool> {
    pub(super) fn truth(self) -> Option<bool> {
        match self {
            Self::Is(truth) => Some(truth),
            Self::Absent => Some(false),
            Self::Elsewhere => None,
        }
    }
}

impl Known<&str> {
    pub(super) fn one_of(self, names: &[String]) -> Option<bool> {
        match self {
            Self::Is(name) => Some(names.iter().any(|one| one == name)),
            Self::Absent => Some(false),
            Self::Elsewhere => None,
        }
    }
}

/// What is known in one place. Each method answers one kind of question; the default is that another place must.
#[expect(
    unused_variables,
    reason = "the default of every question ignores what it is about"
)]
pub trait Facts {
    /// An attribute of the user.
    fn user(&self, name: &str) -> Known<&Value> {
        Known::Elsewhere
    }
    /// An attribute of the account.
    fn account(&self, name: &str) -> Known<&Value> {
        Known::Elsewhere
    }
    /// The rule of a segment.
    fn segment(&self, id: &str) -> Known<&Condition> {
        Known::Elsewhere
    }
    /// The account's stage in the journey.
    fn stage(&self) -> Known<&str> {
        Known::Elsewhere
    }
    /// The account's health score, 0 to 100; absent when there is not enough data.
    fn health(&self) -> Known<f64> {
        Known::Elsewhere
    }
    /// The account's health band.
    fn band(&self) -> Known<&str> {
        Known::Elsewhere
    }
    /// How often a feature was used in the days and by whom the question says. Absent is never.
    fn feature(&self, uses: &FeatureUse) -> Known<u64> {
        Known::Elsewhere
    }
    /// Whether the user is that far with a guide.
    fn guide(&self, guide: &str, state: GuideState) -> Known<bool> {
        Known::Elsewhere
    }
    /// Whether `list/item` is done; `list/*` is asked only where [`Facts::items`] cannot tell the list's items.
    fn item(&self, item: &str) -> Known<bool> {
        Known::Elsewhere
    }
    /// Ids of the items of a checklist.
    fn items(&self, list: &str) -> Known<&[String]> {
        Known::Elsewhere
    }
    /// Whether the account is that far with an assignment.
    fn assignment(&self, assignment: &str, state: AssignmentState) -> Known<bool> {
        Known::Elsewhere
    }
    /// The user's latest answer to `survey/question`.
    fn answer(&self, question: &str) -> Known<&Value> {
        Known::Elsewhere
    }
    /// Whether the page's URL matches a URL pattern.
    fn page(&self, pattern: &str) -> Known<bool> {
        Known::Elsewhere
    }
    /// Whether an element of the page is in that state.
    fn element(&self, target: &Target, state: ElementState) -> Known<bool> {
        Known::Elsewhere
    }
    /// The kind of device.
    fn device(&self) -> Known<Device> {
        Known::Elsewhere
    }
    /// The user's locale, a BCP 47 tag.
    fn locale(&self) -> Known<&str> {
        Known::Elsewhere
    }
    /// What time it is.
    fn now(&self) -> Known<Timestamp> {
        Known::Elsewhere
    }
}

/// What either of two places knows; the first one's word counts.
#[derive(Clone, Copy, Debug)]
pub struct Both<'a, A: ?Sized, B: ?Sized>(pub &'a A, pub &'a B);

impl<A: Facts + ?Sized, B: Facts + ?Sized> Facts for Both<'_, A, B> {
    fn user(&self, name: &str) -> Known<&Value> {
        self.0.user(name).or_else(|| self.1.user(name))
    }
    fn account(&self, name: &str) -> Known<&Value> {
        self.0.account(name).or_else(|| self.1.account(name))
    }
    fn segment(&self, id: &str) -> Known<&Condition> {
        self.0.segment(id).or_else(|| self.1.segment(id))
    }
    fn stage(&self) -> Known<&str> {
        self.0.stage().or_else(|| self.1.stage())
    }
    fn health(&self) -> Known<f64> {
        self.0.health().or_else(|| self.1.health())
    }
    fn band(&self) -> Known<&str> {
        self.0.band().or_else(|| self.1.band())
    }
    fn feature(&self, uses: &FeatureUse) -> Known<u64> {
        self.0.feature(uses).or_else(|| self.1.feature(uses))
    }
    fn guide(&self, guide: &str, state: GuideState) -> Known<bool> {
        self.0
            .guide(guide, state)
            .or_else(|| self.1.guide(guide, state))
    }
    fn item(&self, item: &str) -> Known<bool> {
        self.0.item(item).or_else(|| self.1.item(item))
    }
    fn items(&self, list: &str) -> Known<&[String]> {
        self.0.items(list).or_else(|| self.1.items(list))
    }
    fn assignment(&self, assignment: &str, state: AssignmentState) -> Known<bool> {
        self.0
            .assignment(assignment, state)
            .or_else(|| self.1.assignment(assignment, state))
    }
    fn answer(&self, question: &str) -> Known<&Value> {
        self.0.answer(question).or_else(|| self.1.answer(question))
    }
    fn page(&self, pattern: &str) -> Known<bool> {
        self.0.page(pattern).or_else(|| self.1.page(pattern))
    }
    fn element(&self, target: &Target, state: ElementState) -> Known<bool> {
        self.0
            .element(target, state)
            .or_else(|| self.1.element(target, state))
    }
    fn device(&self) -> Known<Device> {
        self.0.device().or_else(|| self.1.device())
    }
    fn locale(&self) -> Known<&str> {
        self.0.locale().or_else(|| self.1.locale())
    }
    fn now(&self) -> Known<Timestamp> {
        self.0.now().or_else(|| self.1.now())
    }
}
