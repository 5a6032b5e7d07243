//! What the tests at the level users see have in common: programs, a browser, and patience.

pub mod axe;
pub mod browser;
pub mod client;
pub mod collector;
pub mod host;
pub mod house;
pub mod process;
pub mod proxy;
pub mod relay;
pub mod site;
pub mod stack;
pub mod wait;
