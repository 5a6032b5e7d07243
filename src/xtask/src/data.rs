//! `cargo xtask data`: real data from elsewhere, as events that `banso replay` takes.

use anyhow::Result;

use crate::oulad;

/// Which data.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    source: Source,
}

#[derive(clap::Subcommand)]
enum Source {
    /// The clicks of university courses: the Open University Learning Analytics Dataset
    Oulad(oulad::Arguments),
}

/// Converts.
pub fn run(arguments: &Arguments) -> Result<()> {
    match &arguments.source {
        Source::Oulad(arguments) => oulad::run(arguments),
    }
}
