//! `banso schema DIR`.

use std::path::PathBuf;

use anyhow::Context as _;
use banso_model::schema::FileKind;
use clap::Args;

use super::{Ending, output};

/// Flags of `schema`.
#[derive(Debug, Args)]
pub struct Schema {
    /// Folder to write to; it is made when it is not there
    folder: PathBuf,
}

impl Schema {
    /// Writes one schema for each kind of file.
    pub fn run(self) -> anyhow::Result<Ending> {
        std::fs::create_dir_all(&self.folder)
            .with_context(|| format!("{} cannot be made", self.folder.display()))?;
        for kind in FileKind::ALL {
            let path = self.folder.join(kind.file_name());
            let text = format!("{}\n", serde_json::to_string_pretty(kind.schema())?);
            std::fs::write(&path, text)
                .with_context(|| format!("{} cannot be written", path.display()))?;
            output::line(path.display())?;
        }
        Ok(Ending::Good)
    }
}
