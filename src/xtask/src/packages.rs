//! What the browser tests run in a page besides ours: axe-core, the checker of accessibility, and other people's modals.
//! Exactly the versions, with the hashes, that are committed beside the tests.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use crate::workspace::Workspace;
use crate::{clients, install as programs, process, terminal};

/// What says which packages are wanted; a copy beside the packages says which are there.
const LIST: &str = "package-lock.json";
/// The script that uses the modals, which is bundled with them.
const MODALS: &str = "modals.js";

/// Installs what is not there as the list says, bundles the modals as `bundle/modals.js`, and gives the folder.
pub fn install(workspace: &Workspace) -> Result<PathBuf> {
    let source = workspace.root().join("tests/browser/packages");
    let folder = workspace.root().join("target/tools/packages");
    let wanted = fs::read(source.join(LIST))
        .with_context(|| format!("{} cannot be read", source.join(LIST).display()))?;
    let installed = folder.join("installed.json");
    if fs::read(&installed).map_or(true, |there| there != wanted) {
        programs::npm()?;
        terminal::step("installing what the browser tests run in a page");
        fs::create_dir_all(&folder)?;
        for list in ["package.json", LIST] {
            fs::copy(source.join(list), folder.join(list))?;
        }
        clients::npm(&folder)?;
        // Written last: where it is, everything was installed.
        fs::write(installed, wanted)?;
    }
    fs::copy(source.join(MODALS), folder.join(MODALS))?;
    process::run(
        Command::new(folder.join("node_modules/.bin/esbuild"))
            .current_dir(&folder)
            .stdin(Stdio::null())
            .args([MODALS, "--bundle", "--minify", "--outdir=bundle"])
            .args([
                "--define:process.env.NODE_ENV=\"production\"",
                "--log-level=warning",
            ]),
    )
    .context("the modals cannot be bundled")?;
    Ok(folder)
}
