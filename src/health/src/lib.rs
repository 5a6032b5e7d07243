//! Pure numbers: measures, curves, scorecards and their explanation.
//!
//! An account's history is sorted once into a [`Ledger`] and read [`AsOf`] a point in time. A workspace's configuration
//! is compiled once into [`Scorecards`]; [`Scorecards::evaluate`] gives the bare numbers, [`Scorecards::explain`] an
//! [`AccountHealth`] that says where each point of the score comes from, and [`change`](change::change) where the
//! difference between two scores comes from.
//!
//! Nothing here does IO or reads a clock: the point in time and the days of the workspace's zone come in.

pub mod as_of;
pub mod at;
pub mod change;
pub mod curve;
pub mod decimal;
pub mod evaluation;
pub mod explain;
#[cfg(test)]
mod fixture;
pub mod ledger;
pub mod measure;
mod phrase;
#[cfg(test)]
mod properties;
pub mod scorecard;

pub use as_of::{AsOf, Users};
pub use at::{At, Window};
pub use change::{Change, change};
pub use evaluation::Evaluation;
pub use explain::AccountHealth;
pub use ledger::{DayOf, Ledger};
pub use measure::Gauge;
pub use scorecard::{Context, Problem, Scorecards};
