//! The collector: ingest, session, admin API and assets; the binary banso.

pub mod assets;
