//! `cargo xtask fuzz`: looks for input that breaks a promise, with libFuzzer on the pinned toolchain.
//!
//! What reaches something new goes to `target/fuzz/corpus`, where the next run begins. The corpus in `fuzz/corpus` is
//! committed and small: inputs of each shape, and whatever broke a promise once; the ordinary tests feed it to the same
//! functions.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::workspace::Workspace;
use crate::{process, terminal};

/// What to fuzz and for how long.
#[derive(clap::Args)]
pub struct Arguments {
    /// Only this target, e.g. `body`; all, one after the other, when none is named
    target: Option<String>,
    /// Seconds for each target
    #[arg(long, default_value_t = 60)]
    seconds: u32,
}

/// Fuzzes.
pub fn run(arguments: &Arguments) -> Result<()> {
    let workspace = Workspace::load()?;
    let known = targets(&workspace)?;
    let chosen: Vec<_> = known
        .iter()
        .filter(|target| {
            arguments
                .target
                .as_ref()
                .is_none_or(|wanted| wanted == *target)
        })
        .collect();
    ensure!(
        !chosen.is_empty(),
        "there is no such target: choose among {}",
        known.join(", ")
    );
    let tool = installed(&workspace)?;
    for target in chosen {
        let fuzzer = Fuzzer {
            workspace: &workspace,
            tool: &tool,
            target,
        };
        terminal::step(&format!("fuzzing {target} for {} s", arguments.seconds));
        fuzzer.look(arguments.seconds)?;
    }
    Ok(())
}

/// The targets, by the names of their files.
fn targets(workspace: &Workspace) -> Result<Vec<String>> {
    let folder = workspace.path("fuzz/targets");
    let mut names = Vec::new();
    for entry in std::fs::read_dir(&folder).with_context(|| format!("no {}", folder.display()))? {
        let path = entry?.path();
        if let Some(name) = path.file_stem().and_then(|name| name.to_str()) {
            names.push(name.to_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// cargo-fuzz, which is installed beside what is built when it is not there.
fn installed(workspace: &Workspace) -> Result<PathBuf> {
    let tools = workspace.target().join("tools");
    let tool = tools.join("bin/cargo-fuzz");
    if !tool.is_file() {
        terminal::step("installing: cargo install --locked cargo-fuzz --root target/tools");
        let mut install = process::cargo(workspace);
        install.args(["install", "--locked", "cargo-fuzz", "--root"]);
        process::run(install.arg(&tools))
            .context("cargo-fuzz cannot be installed: is there a network and a C++ compiler?")?;
    }
    Ok(tool)
}

/// One target.
struct Fuzzer<'a> {
    workspace: &'a Workspace,
    tool: &'a Path,
    target: &'a str,
}

impl Fuzzer<'_> {
    fn folder(&self, kind: &str) -> Result<PathBuf> {
        let folder = self
            .workspace
            .target()
            .join("fuzz")
            .join(kind)
            .join(self.target);
        std::fs::create_dir_all(&folder)?;
        Ok(folder)
    }

    fn committed(&self) -> PathBuf {
        self.workspace.path("fuzz/corpus").join(self.target)
    }

    /// cargo-fuzz without a sanitizer, as those need a nightly; the instrumentation for coverage does not.
    fn command(&self) -> Command {
        let mut command = Command::new(self.tool);
        command
            .current_dir(self.workspace.root())
            .env("RUSTC_BOOTSTRAP", "1")
            .args([
                "run",
                "--sanitizer",
                "none",
                "--fuzz-dir",
                "fuzz",
                "--target-dir",
            ])
            .arg(self.workspace.target().join("fuzz"))
            .arg(self.target);
        command
    }

    fn look(&self, seconds: u32) -> Result<()> {
        let broken = self.folder("broken")?;
        let mut command = self.command();
        command
            .arg(self.folder("corpus")?)
            .arg(self.committed())
            .arg("--")
            .arg(format!("-max_total_time={seconds}"))
            .arg(format!("-artifact_prefix={}/", broken.display()))
            .args(["-max_len=16384", "-timeout=10", "-print_final_stats=1"]);
        let before = count(&broken)?;
        let Err(error) = process::run(&mut command) else {
            return Ok(());
        };
        // It ends so too when it cannot be compiled, or is told to stop.
        if count(&broken)? == before {
            return Err(error);
        }
        Err(error.context(format!(
            "{} breaks a promise: the input is in {}, and belongs in {} once it is mended",
            self.target,
            self.workspace.relative(&broken),
            self.workspace.relative(&self.committed())
        )))
    }
}

/// How many files a folder has.
fn count(folder: &Path) -> Result<usize> {
    Ok(std::fs::read_dir(folder)?.count())
}
