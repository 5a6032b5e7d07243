//! The collector: ingest, session, admin API and assets; the binary banso.
