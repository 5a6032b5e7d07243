//! Where things are: the workspace as `cargo metadata` tells it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use cargo_metadata::{Metadata, MetadataCommand, Package};

use crate::process;

/// The target the widget is compiled for.
pub const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// The workspace this command was built from.
pub struct Workspace {
    /// Packages, targets and the resolved graph, for the native platform and the browser both.
    pub metadata: Metadata,
}

impl Workspace {
    /// Reads the workspace.
    pub fn load() -> Result<Self> {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Cargo.toml");
        let metadata = MetadataCommand::new()
            .manifest_path(&manifest)
            .exec()
            .context(
                "cargo metadata failed: see the message below, it names the manifest to mend",
            )?;
        Ok(Self { metadata })
    }

    /// The folder of the root `Cargo.toml`.
    pub fn root(&self) -> &Path {
        self.metadata.workspace_root.as_std_path()
    }

    /// A path below the root.
    pub fn path(&self, relative: &str) -> PathBuf {
        self.root().join(relative)
    }

    /// The folder that cargo builds into.
    pub fn target(&self) -> &Path {
        self.metadata.target_directory.as_std_path()
    }

    /// A path relative to the root, with `/` between its parts.
    pub fn relative(&self, path: &Path) -> String {
        let relative = path.strip_prefix(self.root()).unwrap_or(path);
        let parts: Vec<_> = relative.iter().map(|part| part.to_string_lossy()).collect();
        parts.join("/")
    }

    /// Every file that belongs to the project, sorted: what git tracks or would offer to track.
    pub fn files(&self) -> Result<Vec<PathBuf>> {
        let mut git = Command::new("git");
        git.current_dir(self.root()).args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ]);
        let listed = process::read(&mut git)?;
        let paths = listed.split_terminator('\0').map(|path| self.path(path));
        // A file that was deleted and not committed is still listed.
        let mut paths: Vec<_> = paths.filter(|path| path.is_file()).collect();
        paths.sort();
        Ok(paths)
    }

    /// A package of this workspace.
    pub fn package(&self, name: &str) -> Result<&Package> {
        self.metadata
            .workspace_packages()
            .into_iter()
            .find(|package| package.name.as_str() == name)
            .with_context(|| format!("no package {name} in this workspace: is its folder below src/ and its manifest named so?"))
    }
}
