//! `cargo xtask bench`: what ships, measured as it would be used.

mod bodies;
mod collector;
mod connection;
mod load;
mod random;
mod rows;
mod server;
mod target;

use anyhow::Result;

/// What to measure.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    part: Part,
}

#[derive(clap::Subcommand)]
enum Part {
    /// Post events to the real server over HTTP, in batches and one by one
    Collector(collector::Arguments),
}

/// Measures.
pub fn run(arguments: &Arguments) -> Result<()> {
    match &arguments.part {
        Part::Collector(arguments) => collector::run(arguments),
    }
}
