//! Other vendors' clients, installed for the tests that run them: exactly the versions, with the hashes, that are
//! committed beside the tests.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use crate::workspace::Workspace;
use crate::{install as programs, process, terminal};

/// Oldest Node.js that the packages run on.
const NODE: (u32, u32) = (20, 19);
/// What says which packages are wanted; a copy beside the packages says which are there.
const LISTS: [&str; 3] = ["package.json", "package-lock.json", "requirements.txt"];

/// Where the packages are installed, with the scripts that use them.
pub fn folder(workspace: &Workspace) -> PathBuf {
    workspace.root().join("target/tools/peers")
}

/// Installs what is not there as the lists say, and lays the scripts beside it. Returns why not, where Node.js is too old
/// for the packages: a distribution's own may be, and nothing else here needs another.
pub fn install(workspace: &Workspace) -> Result<Option<String>> {
    programs::node_and_python()?;
    if let Some(too_old) = too_old_node()? {
        return Ok(Some(too_old));
    }
    let source = workspace.root().join("tests/peers/clients");
    let folder = folder(workspace);
    if !is_current(&source, &folder) {
        terminal::step("installing other vendors' clients");
        if folder.exists() {
            fs::remove_dir_all(&folder)
                .with_context(|| format!("{} cannot be emptied", folder.display()))?;
        }
        fs::create_dir_all(&folder)?;
        packages(&source, &folder)?;
    }
    for file in fs::read_dir(&source)? {
        let file = file?;
        // The lists come last: where they are, everything was installed.
        if !LISTS.iter().any(|list| file.file_name() == *list) {
            fs::copy(file.path(), folder.join(file.file_name()))?;
        }
    }
    for list in LISTS {
        fs::copy(source.join(list), folder.join(list))?;
    }
    Ok(None)
}

fn is_current(source: &Path, folder: &Path) -> bool {
    LISTS.iter().all(|list| {
        let wanted = fs::read(source.join(list)).ok();
        wanted.is_some() && wanted == fs::read(folder.join(list)).ok()
    })
}

fn packages(source: &Path, folder: &Path) -> Result<()> {
    for list in ["package.json", "package-lock.json"] {
        fs::copy(source.join(list), folder.join(list))?;
    }
    npm(folder)?;
    // Any platform's wheels: each has one, and one hash.
    process::run(
        Command::new("python3")
            .current_dir(folder)
            .stdin(Stdio::null())
            .args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
            ])
            .args(["--root-user-action=ignore", "--no-deps", "--require-hashes"])
            .args([
                "--only-binary=:all:",
                "--platform",
                "any",
                "--implementation",
                "py",
            ])
            .args(["--abi", "none", "--target", "python", "--requirement"])
            .arg(source.join("requirements.txt")),
    )
    .context("the Python packages cannot be installed: is there a network?")
}

/// Installs what the folder's `package-lock.json` says, without running anything of it.
pub fn npm(folder: &Path) -> Result<()> {
    process::run(
        Command::new("npm")
            .current_dir(folder)
            .stdin(Stdio::null())
            .args([
                "ci",
                "--ignore-scripts",
                "--no-audit",
                "--no-fund",
                "--loglevel=error",
            ]),
    )
    .context("the npm packages cannot be installed: is there a network?")
}

fn too_old_node() -> Result<Option<String>> {
    let said = process::read(Command::new("node").arg("--version"))?;
    let new_enough = version(&said).is_some_and(|found| found >= NODE);
    Ok((!new_enough).then(|| {
        format!(
            "other vendors' clients need Node.js {}.{} or later and this is {}",
            NODE.0,
            NODE.1,
            said.trim()
        )
    }))
}

/// Reads `v20.20.2`.
fn version(said: &str) -> Option<(u32, u32)> {
    let mut parts = said.trim().strip_prefix('v')?.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_number() {
        for (said, expected) in [
            ("v20.20.2\n", Some((20, 20))),
            ("v9.0.0", Some((9, 0))),
            ("v24.0.0-nightly", Some((24, 0))),
            ("20.1.0", None),
            ("", None),
        ] {
            assert_eq!(version(said), expected, "{said}");
        }
        assert!(version("v9.99.0") < Some(NODE));
    }
}
