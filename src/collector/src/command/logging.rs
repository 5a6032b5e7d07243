//! What is logged, and how.

use std::io::IsTerminal as _;

use clap::{Args, ValueEnum};
use tracing_subscriber::EnvFilter;

/// Flags of the log.
#[derive(Debug, Args)]
pub struct Logging {
    /// How log lines are written
    #[arg(long = "log", global = true, value_enum, default_value_t = Form::Text)]
    form: Form,
    /// What is logged: a level (error, warn, info, debug, trace), or levels by module
    #[arg(long, global = true, env = "BANSO_LOG", default_value = "info")]
    log_level: String,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Form {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

impl Logging {
    /// Starts logging to the standard error output.
    pub fn start(&self) -> anyhow::Result<()> {
        let filter = EnvFilter::try_new(&self.log_level)
            .map_err(|error| anyhow::anyhow!("BANSO_LOG cannot be read: {error}"))?;
        let lines = tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_writer(std::io::stderr)
            .with_target(false);
        match self.form {
            Form::Text => lines.with_ansi(std::io::stderr().is_terminal()).init(),
            Form::Json => lines.json().init(),
        }
        Ok(())
    }
}
