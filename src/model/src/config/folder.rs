//! The files of a configuration, before anything is known of them.

use std::path::Path;

use crate::check::{self, Checked, Report};

/// The files of a configuration: `banso.json`, `guides/*.json` and `help/*.json`, in the order of their names.
///
/// A folder need not be on a disk: the console checks what is being written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folder {
    /// The files.
    pub files: Vec<File>,
    /// Paths of what lies beside them and is not read: files and folders in `guides` and `help`, and what in the folder
    /// itself has nearly one of their names.
    pub strays: Vec<String>,
}

/// A file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its path in the folder, with `/` between its parts.
    pub path: String,
    /// What it says, or why it could not be read.
    pub text: Result<String, String>,
}

impl File {
    /// A file that was read.
    #[must_use]
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            text: Ok(text.into()),
        }
    }
}

impl Folder {
    /// Reads a folder and checks it.
    ///
    /// # Errors
    /// Everything that keeps it from being served, files that cannot be read included.
    pub fn read(path: impl AsRef<Path>) -> Result<Checked, Report> {
        Self::load(path).check()
    }

    /// Reads a folder's files. One that cannot be read stands there with the reason, which [`Folder::check`] reports.
    #[must_use]
    pub fn load(path: impl AsRef<Path>) -> Self {
        let root = path.as_ref();
        let mut files = vec![load(root, "banso.json".to_owned())];
        // A folder that cannot be listed has no `banso.json` that can be read either, and that is reported.
        let mut strays: Vec<String> = names(root)
            .unwrap_or_default()
            .into_iter()
            .filter(|name| nearly(name).is_some())
            .collect();
        for folder in ["guides", "help"] {
            let (read, not_read) = list(root, folder);
            files.extend(read);
            strays.extend(not_read);
        }
        Self { files, strays }
    }

    /// Checks the files.
    ///
    /// # Errors
    /// Everything that keeps the folder from being served; what does not is in [`Checked::report`].
    pub fn check(&self) -> Result<Checked, Report> {
        check::check(self)
    }
}

fn load(root: &Path, path: String) -> File {
    let text = std::fs::read(root.join(&path))
        .map_err(|error| error.to_string())
        .and_then(|bytes| {
            String::from_utf8(bytes)
                .map_err(|error| format!("byte {} is not UTF-8", error.utf8_error().valid_up_to()))
        });
    File { path, text }
}

/// The known name that a name in the folder is nearly, but not.
pub(crate) fn nearly(name: &str) -> Option<&'static str> {
    let known = ["banso.json", "guides", "help"];
    if known.contains(&name) {
        return None;
    }
    crate::check::nearest(name, known)
}

/// The JSON files directly in a folder, and the paths of what else is there; none when there is no such folder.
fn list(root: &Path, folder: &str) -> (Vec<File>, Vec<String>) {
    let path = root.join(folder);
    if !path.exists() {
        return (Vec::new(), Vec::new());
    }
    match names(&path) {
        Ok(names) => {
            let (json, others): (Vec<String>, Vec<String>) = names
                .into_iter()
                .map(|name| format!("{folder}/{name}"))
                .partition(|path| path.ends_with(".json") && root.join(path).is_file());
            (
                json.into_iter().map(|path| load(root, path)).collect(),
                others,
            )
        }
        Err(error) => {
            let unread = File {
                path: folder.to_owned(),
                text: Err(error.to_string()),
            };
            (vec![unread], Vec::new())
        }
    }
}

/// What is in a folder, in order; hidden files are none of it.
fn names(path: &Path) -> std::io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(path)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}
