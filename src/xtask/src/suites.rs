//! Finds the test suites of the workspace and runs one at a time.
//!
//! A suite is one test binary: the unit tests of a crate, or a theme of the crate `banso-tests`. They are discovered
//! from what cargo compiled, so a new one needs no list to be edited. A theme that needs more than a compiler says so
//! in the manifest of its package:
//! ```toml
//! [package.metadata.suites]
//! browser = { needs = "browsers" }   # not run by `--quick`
//! peers = { needs = "clients" }      # not run by `--quick`
//! faults = { slow = true }           # not run by `--quick`
//! ```

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::browsers::Browser;
use crate::process;
use crate::workspace::Workspace;

/// The package whose suites drive the built programs.
const SYSTEM_TESTS: &str = "banso-tests";

/// One test binary.
pub struct Suite {
    /// What the table calls it: `model`, `http`, `browser`.
    pub name: String,
    /// Whether it needs browsers.
    pub browser: bool,
    /// Whether it needs other vendors' clients.
    pub clients: bool,
    /// Whether it is left out of `--quick`.
    pub slow: bool,
    program: PathBuf,
    folder: PathBuf,
}

/// What a suite did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Outcome {
    /// Tests that passed.
    pub passed: u64,
    /// Tests that failed, or 1 for a suite that ended without a result.
    pub failed: u64,
    /// Tests that were not run.
    pub ignored: u64,
    /// From start to end.
    pub time: Duration,
}

impl Outcome {
    /// How many tests there are.
    pub fn tests(self) -> u64 {
        self.passed + self.failed + self.ignored
    }

    /// The sum of two.
    pub fn and(self, other: Self) -> Self {
        Self {
            passed: self.passed + other.passed,
            failed: self.failed + other.failed,
            ignored: self.ignored + other.ignored,
            time: self.time + other.time,
        }
    }
}

/// Compiles every test of the workspace and lists the suites: crates in the order of the alphabet, then system tests.
pub fn compile(workspace: &Workspace) -> Result<Vec<Suite>> {
    let mut cargo = process::cargo(workspace);
    cargo
        .args(["test", "--no-run", "--workspace"])
        .env_remove("BANSO_ASSETS");
    let mut suites = Vec::new();
    for artifact in process::artifacts(&mut cargo)? {
        let Some(program) = artifact.executable.filter(|_| artifact.profile.test) else {
            continue;
        };
        let package = &workspace.metadata[&artifact.package_id];
        let folder = package
            .manifest_path
            .parent()
            .context("a manifest is in no folder")?;
        let said = &package.metadata["suites"][&artifact.target.name];
        let needs = said["needs"].as_str();
        let slow = said["slow"].as_bool().unwrap_or(false);
        suites.push(Suite {
            name: name(
                package.name.as_str(),
                &artifact.target.name,
                artifact.target.is_test(),
            ),
            browser: needs == Some("browsers"),
            clients: needs == Some("clients"),
            slow: slow || needs.is_some(),
            program: program.into_std_path_buf(),
            folder: folder.as_std_path().to_path_buf(),
        });
    }
    suites.sort_by_key(|suite| (suite.folder.ends_with("tests"), suite.name.clone()));
    Ok(suites)
}

/// `banso-model` is `model`; a binary or test of a crate has its own name behind it; a system test only that.
fn name(package: &str, target: &str, is_test: bool) -> String {
    let short = package.strip_prefix("banso-").unwrap_or(package);
    let library = package.replace('-', "_");
    match target {
        _ if is_test && package == SYSTEM_TESTS => target.to_owned(),
        _ if target == library => short.to_owned(),
        _ => format!("{short}/{target}"),
    }
}

impl Suite {
    /// Runs it with more variables, shows what it prints, and counts.
    pub fn run(
        &self,
        variables: &[(&str, &std::ffi::OsStr)],
        arguments: &[String],
    ) -> Result<Outcome> {
        counted(
            self.command()
                .args(arguments)
                .envs(variables.iter().copied()),
        )
    }

    /// Runs those of its tests that a browser runs, at most two at once: each has a browser and servers of its own. None
    /// when the arguments leave none of them.
    pub fn run_in(
        &self,
        browser: Browser,
        variables: &[(&str, &std::ffi::OsStr)],
        arguments: &[String],
    ) -> Result<Option<Outcome>> {
        let listed = process::read(
            self.command()
                .args(["--list", "--format=terse"])
                .args(arguments),
        )?;
        let tests: Vec<_> = tests(&listed).filter(|test| browser.runs(test)).collect();
        if tests.is_empty() {
            return Ok(None);
        }
        counted(
            self.command()
                .env("RUST_TEST_THREADS", "2")
                .arg("--exact")
                .args(tests)
                .args(arguments)
                .envs(variables.iter().copied()),
        )
        .map(Some)
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command
            .current_dir(&self.folder)
            .env("CARGO_MANIFEST_DIR", &self.folder);
        command
    }
}

/// The examples in the documentation, as one suite.
pub fn documentation(workspace: &Workspace) -> Result<Outcome> {
    counted(
        process::cargo(workspace)
            .args(["test", "--workspace", "--doc"])
            .env_remove("BANSO_ASSETS"),
    )
}

/// Runs a test program, passes its lines on, and adds up its result lines.
fn counted(command: &mut Command) -> Result<Outcome> {
    let started = Instant::now();
    let shown = process::shown(command);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start `{shown}`"))?;
    let stdout = child
        .stdout
        .take()
        .context("a test program has no standard output to read")?;
    let mut outcome = Outcome::default();
    for line in BufReader::new(stdout).split(b'\n') {
        let line = line.with_context(|| format!("cannot read what `{shown}` prints"))?;
        let line = String::from_utf8_lossy(&line);
        println!("{line}");
        if let Some(result) = result_line(&line) {
            outcome = outcome.and(result);
        }
    }
    let status = child.wait()?;
    if !status.success() && outcome.failed == 0 {
        println!("`{shown}` ended without a result: {status}");
        outcome.failed = 1;
    }
    outcome.time = started.elapsed();
    Ok(outcome)
}

/// Reads a list of `keyboard::firefox::tab_goes_round: test`.
fn tests(listed: &str) -> impl Iterator<Item = &str> {
    listed
        .lines()
        .filter_map(|line| line.strip_suffix(": test"))
}

/// Reads `test result: ok. 3 passed; 0 failed; 1 ignored; …`.
fn result_line(line: &str) -> Option<Outcome> {
    let (_, counts) = line.strip_prefix("test result: ")?.split_once(". ")?;
    let count = |what: &str| {
        counts
            .split("; ")
            .find_map(|part| part.strip_suffix(what)?.trim().parse().ok())
            .unwrap_or(0)
    };
    Some(Outcome {
        passed: count("passed"),
        failed: count("failed"),
        ignored: count("ignored"),
        time: Duration::ZERO,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_result(line: &str, expected: Option<(u64, u64, u64)>) {
        let counts =
            result_line(line).map(|outcome| (outcome.passed, outcome.failed, outcome.ignored));
        assert_eq!(counts, expected, "{line}");
    }

    #[test]
    fn a_result_line_is_counted() {
        check_result(
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 2 filtered out; finished in 0.00s",
            Some((3, 0, 1)),
        );
        check_result(
            "test result: FAILED. 12 passed; 4 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.20s",
            Some((12, 4, 0)),
        );
        check_result("test store::tests::result ... ok", None);
        check_result("", None);
    }

    #[test]
    fn a_list_of_tests_is_read() {
        let listed = "axe::a: test\nsize::b: benchmark\n\nkeyboard::firefox::c: test\n";
        assert_eq!(
            tests(listed).collect::<Vec<_>>(),
            ["axe::a", "keyboard::firefox::c"]
        );
    }

    #[track_caller]
    fn check_name(package: &str, target: &str, is_test: bool, expected: &str) {
        assert_eq!(name(package, target, is_test), expected);
    }

    #[test]
    fn a_suite_has_a_short_name() {
        check_name("banso-model", "banso_model", false, "model");
        check_name("banso-collector", "banso", false, "collector/banso");
        check_name("banso-xtask", "direction", true, "xtask/direction");
        check_name("banso-tests", "browser", true, "browser");
        check_name("banso-tests", "banso_tests", false, "tests");
    }
}
