//! axe-core, the checker of accessibility that the browser tests run in the page: exactly the version, with the hash,
//! that is committed beside the tests.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::workspace::Workspace;
use crate::{clients, install as programs, terminal};

/// What says which package is wanted; a copy beside the package says which is there.
const LIST: &str = "package-lock.json";

/// Installs the checker when it is not there as the list says, and gives its script.
pub fn install(workspace: &Workspace) -> Result<PathBuf> {
    let source = workspace.root().join("tests/browser/packages");
    let folder = workspace.root().join("target/tools/axe");
    let script = folder.join("node_modules/axe-core/axe.min.js");
    let wanted = fs::read(source.join(LIST))
        .with_context(|| format!("{} cannot be read", source.join(LIST).display()))?;
    let installed = folder.join("installed.json");
    if script.is_file() && fs::read(&installed).is_ok_and(|there| there == wanted) {
        return Ok(script);
    }
    programs::npm()?;
    terminal::step("installing axe-core");
    fs::create_dir_all(&folder)?;
    for list in ["package.json", LIST] {
        fs::copy(source.join(list), folder.join(list))?;
    }
    clients::npm(&folder)?;
    // Written last: where it is, everything was installed.
    fs::write(installed, wanted)?;
    Ok(script)
}
