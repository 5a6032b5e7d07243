//! `cargo xtask build`: the widget, its assets, and the binaries with the assets inside.

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::assets;
use crate::process;
use crate::terminal;
use crate::widget::Mode;
use crate::workspace::Workspace;

/// What to build, and how.
#[derive(clap::Args)]
pub struct Arguments {
    /// Small and fast, into target/release (the default)
    #[arg(long, conflicts_with = "dev")]
    release: bool,
    /// Quick to build, into target/debug
    #[arg(long)]
    dev: bool,
}

/// The binaries of a build.
pub struct Binaries {
    /// The collector, with every asset inside.
    pub banso: PathBuf,
    /// The server of the demo product.
    pub hikari: PathBuf,
}

/// Builds what the arguments say.
pub fn run(arguments: &Arguments) -> Result<()> {
    let mode = if arguments.dev {
        Mode::Dev
    } else {
        Mode::Release
    };
    let workspace = Workspace::load()?;
    let binaries = everything(&workspace, mode)?;
    for binary in [&binaries.banso, &binaries.hikari] {
        terminal::note(
            &binary
                .strip_prefix(workspace.root())
                .unwrap_or(binary)
                .display()
                .to_string(),
        );
    }
    Ok(())
}

/// Builds the widget, the assets and both binaries.
pub fn everything(workspace: &Workspace, mode: Mode) -> Result<Binaries> {
    let assets = assets::make(workspace, mode)?;
    terminal::step("compiling the collector and the demo product");
    let mut cargo = process::cargo(workspace);
    cargo.args([
        "build",
        "--package",
        "banso-collector",
        "--package",
        "banso-demo",
        "--bins",
    ]);
    cargo.env("BANSO_ASSETS", &assets.folder);
    if mode == Mode::Release {
        cargo.arg("--release");
    }
    let made = process::artifacts(&mut cargo)?;
    let binary = |name: &str| {
        let found = made
            .iter()
            .filter_map(|artifact| artifact.executable.as_ref())
            .find(|path| path.file_stem() == Some(name));
        found
            .map(|path| path.as_std_path().to_path_buf())
            .with_context(|| format!("the build made no binary {name}"))
    };
    Ok(Binaries {
        banso: binary("banso")?,
        hikari: binary("hikari")?,
    })
}
