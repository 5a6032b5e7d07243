//! Elements of the page: finding the one that is meant, waiting for it, following it.

mod advance;
mod find;
mod measure;
mod name;
mod owned;
mod sensors;
mod track;
mod watch;

use banso_model::target::{ElementState, Target};
use web_sys::Element;

pub use advance::Advances;
pub use measure::ancestors;
pub use name::folded;
pub use owned::{Frame, Listener, Observing};
pub use sensors::sizes;
pub use track::{Sighting, Tracker};
pub use watch::Watch;

/// The one visible element that is meant; none when there is none or several.
#[must_use]
pub fn find(target: &Target) -> Option<Element> {
    find::find(target, find::Seen::Visible)
}

/// Whether an element has the text, the role and the name that are meant; its selector is another question.
#[must_use]
pub fn fits(target: &Target, element: &Element) -> bool {
    find::fits(target, element)
}

/// Whether the element that is meant is in that state.
#[must_use]
pub fn is(target: &Target, state: ElementState) -> bool {
    match state {
        ElementState::Present => find::find(target, find::Seen::OrNot).is_some(),
        ElementState::Visible => find(target).is_some(),
        ElementState::Enabled => find(target).is_some_and(|element| !find::is_disabled(&element)),
        ElementState::Filled => find(target).is_some_and(|element| find::is_filled(&element)),
    }
}
