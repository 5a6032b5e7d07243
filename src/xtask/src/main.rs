//! `cargo xtask`: everything one does with this repository besides editing it.
//!
//! One file a subcommand: each declares its arguments and `fn run(arguments)`, and is named once in [`Command`].
//! What a subcommand prints for a person goes to standard error; standard output carries only what was asked for
//! (a table, or one JSON object with `--json`), so that it can be piped.

mod arrange;
mod assets;
mod bench;
mod browsers;
mod build;
mod clients;
mod data;
mod demo;
mod fingerprint;
mod fuzz;
mod glue;
mod install;
mod manifest;
mod minify;
mod oulad;
mod packages;
mod process;
mod secrets;
mod service;
mod size;
mod suites;
mod terminal;
mod test;
mod tidy;
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
    /// Build everything and serve the demo product with its guides until Ctrl-C
    Demo(demo::Arguments),
    /// Install what is missing and run every test, browsers included
    Test(test::Arguments),
    /// Print what the browser downloads, and fail above the budget
    Size(size::Arguments),
    /// Measure what ships under load
    Bench(bench::Arguments),
    /// Look for input that breaks a promise of the collector
    Fuzz(fuzz::Arguments),
    /// Convert real data to events that `banso replay` takes
    Data(data::Arguments),
    /// Check what no compiler checks: no paths of one machine, no `style` attribute in the widget
    Tidy(tidy::Arguments),
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Build(arguments) => build::run(&arguments),
        Command::Demo(arguments) => demo::run(&arguments),
        Command::Test(arguments) => test::run(&arguments),
        Command::Size(arguments) => size::run(&arguments),
        Command::Bench(arguments) => bench::run(&arguments),
        Command::Fuzz(arguments) => fuzz::run(&arguments),
        Command::Data(arguments) => data::run(&arguments),
        Command::Tidy(arguments) => tidy::run(&arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            terminal::failure(&error);
            ExitCode::FAILURE
        }
    }
}
