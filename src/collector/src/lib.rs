//! The collector: ingest, session, admin API and assets; the binary banso.
//!
//! [`app::routes`] is the whole HTTP interface over an [`app::App`]: a store, the configuration that is served now, and
//! what was told from outside. What the interface promises is DESIGN's section "Wire"; what happens to a body on its way
//! is [`body`] (read) → [`ingest::batch`] (parsed) → [`door`] (let in, believed) → [`ingest::judge`] (each event) →
//! the store → the answer. Other vendors' clients come in by [`compat`], which makes events of what they say.

pub mod admin;
pub mod app;
pub mod assets;
pub mod body;
pub mod calendar;
pub mod compat;
pub mod door;
pub mod error;
mod files;
mod guides;
pub mod help;
pub mod identity;
pub mod ingest;
pub mod live;
pub mod metrics;
pub mod placed;
mod probes;
pub mod quota;
mod recent;
pub mod reload;
pub mod scoring;
pub mod server;
pub mod session;
mod stages;
pub mod tokens;
pub mod upkeep;
