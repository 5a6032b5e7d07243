//! `cargo xtask`: everything one does with this repository besides editing it.
//!
//! One file a subcommand: each declares its arguments and `fn run(arguments)`, and is named once in [`Command`].
//! What a subcommand prints for a person goes to standard error; standard output carries only what was asked for
//! (a table, or one JSON object with `--json`), so that it can be piped.

mod assets;
mod build;
mod fingerprint;
mod glue;
mod install;
mod manifest;
mod minify;
mod process;
mod terminal;
mod widget;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Build, run, test and measure Banso.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build the widget, its assets and the binaries `banso` and `hikari`
    Build(build::Arguments),
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Build(arguments) => build::run(&arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            terminal::failure(&error);
            ExitCode::FAILURE
        }
    }
}
