//! The binary `banso`: every command a team runs itself.

use std::process::ExitCode;

mod command;

fn main() -> ExitCode {
    command::run()
}
