//! Build, demo, test, bench, size: cargo xtask.

fn main() {}
