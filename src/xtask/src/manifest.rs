//! `manifest.json`: the list of what a page downloads, written beside the files.
//!
//! # Contract with the collector
//! `target/assets` (`target/assets-dev` for `--dev`) holds each file as it is (`<file>`) and compressed
//! (`<file>.br`), and `manifest.json`, which is written last and only when something changed. xtask builds the
//! collector with `BANSO_ASSETS=<that folder>`; the collector's build script embeds what the manifest lists.

use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

/// The manifest's file name.
pub const FILE: &str = "manifest.json";

/// Everything a page may download of one build.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The build id: 12 hex digits over everything that determines the bytes.
    pub build: String,
    /// The files, sorted by path.
    pub files: Vec<File>,
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    /// What part it is of what the page downloads.
    pub part: Part,
    /// The path it is served under, e.g. `/w/0123456789ab/banso_widget_bg.js`.
    pub path: String,
    /// Its name in the assets folder; the compressed form has `.br` after it.
    pub file: String,
    /// The value of `Content-Type`.
    pub content_type: String,
    /// How long a browser may keep it.
    pub cache: Cache,
    /// The value of `ETag` without quotes: a hash of the bytes.
    pub etag: String,
    /// Bytes as they are.
    pub raw: u64,
    /// Bytes after gzip at its best level, for comparison: it is not stored.
    pub gzip: u64,
    /// Bytes after brotli.
    pub brotli: u64,
}

/// A part of the download.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// `/banso.js`.
    Loader,
    /// What wasm-bindgen wrote, its snippets included.
    Glue,
    /// The widget itself.
    Wasm,
    /// Not downloaded by a page: type declarations for the vendor's engineers.
    Types,
}

/// How long a browser may keep a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Cache {
    /// The path names the build, so the bytes never change.
    Immutable,
    /// The path is stable, so the bytes change with the next release.
    Short,
}

impl Manifest {
    /// Reads the manifest of a folder; `None` when there is none that this version can read.
    pub fn read(folder: &Path) -> Option<Self> {
        let text = std::fs::read(folder.join(FILE)).ok()?;
        serde_json::from_slice(&text).ok()
    }

    /// Writes the manifest into its folder.
    pub fn write(&self, folder: &Path) -> Result<()> {
        let path = folder.join(FILE);
        let mut text =
            serde_json::to_string_pretty(self).context("cannot write the manifest as JSON")?;
        text.push('\n');
        std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
    }

    /// Whether every file is there with the size it had when it was written.
    pub fn is_complete(&self, folder: &Path) -> bool {
        let has = |name: &str, size: u64| {
            std::fs::metadata(folder.join(name)).is_ok_and(|found| found.len() == size)
        };
        self.files
            .iter()
            .all(|file| has(&file.file, file.raw) && has(&format!("{}.br", file.file), file.brotli))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> Manifest {
        let file = File {
            part: Part::Loader,
            path: "/banso.js".into(),
            file: "banso.js".into(),
            content_type: "text/javascript; charset=utf-8".into(),
            cache: Cache::Short,
            etag: "0123456789abcdef".into(),
            raw: 3,
            gzip: 23,
            brotli: 2,
        };
        Manifest {
            build: "0123456789ab".into(),
            files: vec![file],
        }
    }

    #[track_caller]
    fn check(files: &[(&str, &str)], complete: bool) {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).expect("written");
        }
        assert_eq!(manifest().is_complete(folder.path()), complete, "{files:?}");
    }

    #[test]
    fn a_folder_is_complete_when_every_file_is_whole() {
        check(&[("banso.js", "abc"), ("banso.js.br", "ab")], true);
        check(&[("banso.js", "abc"), ("banso.js.br", "a")], false);
        check(&[("banso.js", "abc")], false);
        check(&[], false);
    }

    #[test]
    fn what_is_written_is_read() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(Manifest::read(folder.path()), None);
        manifest().write(folder.path()).expect("written");
        assert_eq!(Manifest::read(folder.path()), Some(manifest()));
        std::fs::write(folder.path().join(FILE), "{\"build\": 1}").expect("written");
        assert_eq!(Manifest::read(folder.path()), None);
    }
}
