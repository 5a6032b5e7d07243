//! Hikari, a small reporting product that hosts Banso the way a vendor does.
//!
//! It knows nothing of Banso but the script tag in its page, the identity token its server signs
//! ([`identity`]) and the admin API its own team reads health from ([`admin`]).

mod api;
mod page;
mod random;
mod records;
mod seeds;
mod team;

pub mod admin;
pub mod app;
pub mod error;
pub mod identity;
pub mod people;
pub mod reports;
pub mod series;
pub mod settings;
