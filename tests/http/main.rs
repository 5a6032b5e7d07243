//! The collector at the level of HTTP: exact answers to good and hostile requests, and what is left of them afterwards.

mod accounts;
mod answers;
mod assets;
mod commands;
mod compat;
mod copies;
mod corpus;
mod cors;
mod delivery;
mod explain;
mod help;
mod hostile;
mod identity;
mod import;
mod judged;
mod losses;
mod oulad;
mod reload;
mod rights;
mod room;
mod seeds;
mod session;
mod sockets;
mod tokens;
mod uses;
