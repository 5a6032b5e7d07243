//! Configuration as people write it: a folder of JSON files.
pub mod health;
