//! Banso as its users meet it: in a real browser, on the demo product.

mod access;
mod calls;
mod conservation;
mod delivery;
mod first_use;
mod harness;
mod look;
mod manners;
mod person;
