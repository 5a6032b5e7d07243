//! `banso check DIR`.

use std::path::PathBuf;

use banso_model::config::folder::Folder;
use clap::Args;

use super::{Ending, output};

/// Flags of `check`.
#[derive(Debug, Args)]
pub struct Check {
    /// Folder with banso.json, guides/ and help/
    folder: PathBuf,
    /// Print the report as one JSON object
    #[arg(long)]
    json: bool,
}

impl Check {
    /// Prints every problem there is.
    pub fn run(self) -> anyhow::Result<Ending> {
        let checked = Folder::read(&self.folder);
        let (report, ending) = match &checked {
            Ok(checked) => (checked.report(), Ending::Good),
            Err(report) => (report, Ending::Bad),
        };
        if self.json {
            output::line(serde_json::to_string_pretty(report)?)?;
        } else {
            output::line(report)?;
        }
        Ok(ending)
    }
}
