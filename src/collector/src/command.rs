//! The commands of `banso`, their flags, and how they end.

mod backup;
mod check;
mod erase;
mod explain;
mod export;
mod logging;
mod output;
mod remote;
mod replay;
mod schema;
mod serve;
mod stats;
mod store;
mod token;
mod who;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// In-product guidance with a memory.
#[derive(Debug, Parser)]
#[command(name = "banso", version, max_term_width = 100)]
struct Arguments {
    #[command(flatten)]
    log: logging::Logging,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve guides, take events and answer for health
    Serve(serve::Serve),
    /// Report everything that is wrong with a configuration folder
    Check(check::Check),
    /// Write the JSON Schemas of the configuration's files into a folder
    Schema(schema::Schema),
    /// Post events from a file of newline-delimited JSON to a collector
    Replay(replay::Replay),
    /// Say why a guide shows for a user on a page, or why it does not
    Explain(explain::Explain),
    /// Print what a store holds
    Stats(stats::Stats),
    /// Make, list and revoke tokens of programs
    Token(token::Token),
    /// Print everything that is held about a user or an account
    Export(export::Export),
    /// Erase everything that is held about a user or an account, and refuse what arrives later
    Erase(erase::Erase),
    /// Copy a running collector's store to a file
    Backup(backup::Backup),
    /// Make a store of a backup
    Restore(backup::Restore),
}

/// How a command ended that did what it could.
enum Ending {
    /// Well.
    Good,
    /// It did its work, and the work's result is bad: problems were found, events were rejected.
    Bad,
}

/// Runs the command that was asked for: 0 when all is well, 1 when what it looked at is not, 2 when it could not do it.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = arguments
        .log
        .start()
        .and_then(|()| match arguments.command {
            Command::Serve(serve) => serve.run(),
            Command::Check(check) => check.run(),
            Command::Schema(schema) => schema.run(),
            Command::Replay(replay) => replay.run(),
            Command::Explain(explain) => explain.run(),
            Command::Stats(stats) => stats.run(),
            Command::Token(token) => token.run(),
            Command::Export(export) => export.run(),
            Command::Erase(erase) => erase.run(),
            Command::Backup(backup) => backup.run(),
            Command::Restore(restore) => restore.run(),
        });
    match outcome {
        Ok(Ending::Good) => ExitCode::SUCCESS,
        Ok(Ending::Bad) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("banso: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// A runtime for a command that talks to a collector or a store.
fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?)
}
