//! The browsers that the tests drive: which are wanted, and what each needs installed.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::ValueEnum;

use crate::workspace::Workspace;
use crate::{install, process, terminal};

/// The geckodriver that drives Firefox; Debian has no package of it.
const GECKODRIVER: &str = "0.37.1";

/// A browser that the tests can drive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Browser {
    /// Chromium with chromedriver: every test
    Chromium,
    /// Firefox with geckodriver: the tests whose name has `firefox` in it
    Firefox,
    /// WebKitGTK with WebKitWebDriver on a screen of Xvfb's: the tests whose name has `webkit` in it
    Webkit,
}

impl Browser {
    /// Each once, in the order of the table.
    pub const ALL: [Self; 3] = [Self::Chromium, Self::Firefox, Self::Webkit];

    /// Its name in the table and in the names of tests.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Chromium => "chromium",
            Self::Firefox => "firefox",
            Self::Webkit => "webkit",
        }
    }

    /// Whether a test runs in it, by the test's name: one without the name of any browser is Chromium's.
    pub fn runs(self, test: &str) -> bool {
        let named = |browser: &Self| test.split("::").any(|part| part == browser.name());
        Self::ALL
            .iter()
            .copied()
            .find(named)
            .unwrap_or(Self::Chromium)
            == self
    }
}

/// Installs what these browsers need and is missing; gives where geckodriver is, if it is among that.
pub fn install(workspace: &Workspace, browsers: &[Browser]) -> Result<Option<PathBuf>> {
    let mut driver = None;
    for browser in browsers {
        match browser {
            Browser::Chromium => install::chromium()?,
            Browser::Firefox => {
                install::firefox()?;
                driver = Some(geckodriver(workspace)?);
            }
            Browser::Webkit => install::webkit()?,
        }
    }
    Ok(driver)
}

/// Builds geckodriver from crates.io, once: into this repository's `target`, not its user's home.
fn geckodriver(workspace: &Workspace) -> Result<PathBuf> {
    let folder = workspace.root().join("target/tools/geckodriver");
    let program = folder.join("bin/geckodriver");
    let installed = folder.join("installed");
    if program.is_file() && fs::read_to_string(&installed).is_ok_and(|there| there == GECKODRIVER) {
        return Ok(program);
    }
    terminal::step(&format!(
        "building geckodriver {GECKODRIVER}, which drives Firefox, once"
    ));
    let build = folder.join("build");
    process::run(
        process::cargo(workspace)
            .args(["install", "geckodriver", "--locked", "--force", "--quiet"])
            .arg(format!("--version={GECKODRIVER}"))
            .arg("--root")
            .arg(&folder)
            .arg("--target-dir")
            .arg(&build),
    )
    .context("geckodriver cannot be built: is there a network?")?;
    fs::remove_dir_all(&build).with_context(|| format!("{} cannot be emptied", build.display()))?;
    // Written last: where it is, the program is whole.
    fs::write(installed, GECKODRIVER)?;
    Ok(program)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_says_by_its_name_where_it_runs() {
        for (test, expected) in [
            ("keyboard::firefox::tab_goes_round", Browser::Firefox),
            ("keyboard::webkit::tab_goes_round", Browser::Webkit),
            ("keyboard::chromium::tab_goes_round", Browser::Chromium),
            (
                "harness::the_witness_sees_what_goes_wrong",
                Browser::Chromium,
            ),
            ("manners::not_only_in_firefox", Browser::Chromium),
        ] {
            for browser in Browser::ALL {
                assert_eq!(
                    browser.runs(test),
                    browser == expected,
                    "{test}: {browser:?}"
                );
            }
        }
    }
}
