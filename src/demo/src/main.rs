//! Hikari, a small reporting product that hosts Banso the way a vendor does.

fn main() {}
