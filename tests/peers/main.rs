//! The real packages of other vendors, run as their documentation says, against a running collector.

mod clients;
mod collector;
mod relay;
