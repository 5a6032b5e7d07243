//! Pure decisions: reduce a condition, choose a guide, advance a tour, place a card, place an account in the journey.
//!
//! Nothing here does IO or reads a clock: time and everything known come in as arguments, so the same function answers
//! in the collector, in the browser and in a test.

pub mod arbiter;
pub mod checklist;
pub mod explain;
pub mod journey;
pub mod locale;
pub mod page;
pub mod place;
pub mod reduce;
pub mod tour;
