//! Banso as its users meet it: in a real browser, on the demo product and on pages of the tests' own.

mod access;
mod anchoring;
mod calls;
mod case;
mod conservation;
mod delivery;
mod dialogs;
mod display;
mod features;
mod first_use;
mod harness;
mod help;
mod hostile;
mod keyboard;
mod kinds;
mod locks;
mod look;
mod manners;
mod navigation;
mod outbox;
mod person;
mod pictures;
mod privacy;
mod sending;
mod visits;
mod world;
