//! Banso as its users meet it: in a real browser, on the demo product and on pages of the tests' own.

mod access;
mod calls;
mod conservation;
mod delivery;
mod dialogs;
mod features;
mod first_use;
mod harness;
mod keyboard;
mod kinds;
mod look;
mod manners;
mod navigation;
mod outbox;
mod person;
mod placement;
mod privacy;
mod sending;
mod visits;
