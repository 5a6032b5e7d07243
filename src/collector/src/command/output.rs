//! What commands print for people and for pipes.

use std::fmt::Display;
use std::io::{ErrorKind, Write as _};

/// Prints a line. Who stops reading (`banso check DIR | head`) has seen enough, which is no error.
///
/// # Errors
/// When it cannot be written for another reason.
pub fn line(text: impl Display) -> anyhow::Result<()> {
    match writeln!(std::io::stdout().lock(), "{text}") {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}
