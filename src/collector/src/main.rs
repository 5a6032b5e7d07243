//! The binary `banso`: every command a team runs itself.

use std::process::ExitCode;

mod command;

/// Requests are made by one thread and let go by another, for which the system's allocator has them wait for each other.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    command::run()
}
