//! The words of Banso as types.
//!
//! Everything the other crates say to each other is named here once: conditions, targets, compiled guides, events,
//! the messages on the wire and the rollups a score reads. Without the feature `config` this crate is what the widget
//! sees; with it come the configuration folder, its validation, its JSON Schema and the compiler to guides.
//!
//! Nothing here reads a clock, and nothing does IO but `config::folder`, which reads the files of a configuration.

#[cfg(feature = "config")]
pub mod check;
#[cfg(feature = "config")]
pub mod compile;
pub mod condition;
#[cfg(feature = "config")]
pub mod config;
pub mod event;
pub mod guide;
#[cfg(feature = "config")]
pub mod markdown;
pub mod named;
pub mod progress;
pub mod rollup;
#[cfg(feature = "config")]
pub mod schema;
pub mod target;
pub mod time;
pub mod value;
pub mod wire;
pub mod words;
