//! Compiles the widget to WebAssembly.
//!
//! The release widget rebuilds std for size on the pinned stable toolchain: `RUSTC_BOOTSTRAP=1` opens `-Zbuild-std` and
//! the flags below for this one command. `wasm-opt` is not used, as it changes the compressed size by about one per cent.

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::arrange;
use crate::install::{self, StdSources};
use crate::process;
use crate::terminal;
use crate::workspace::{WASM_TARGET, Workspace};

/// The widget's package.
pub const PACKAGE: &str = "banso-widget";

/// How a build is made, from the widget to the binaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Small and fast: what is measured, tested and shipped.
    Release,
    /// Quick to build, with function names and overflow checks.
    Dev,
}

/// Given to cargo for the release widget.
const RELEASE_CARGO: [&str; 7] = [
    "--profile",
    "wasm-release",
    "-Zbuild-std=std,panic_abort",
    "-Zbuild-std-features=optimize_for_size",
    // No path of the machine that built it is left in the bytes.
    "-Ztrim-paths",
    "--config",
    "profile.wasm-release.trim-paths=\"all\"",
];

/// Given to rustc for the release widget, its dependencies and std.
const RELEASE_RUSTC: [&str; 5] = [
    // A panic is one trapping instruction: no message is formatted and nothing unwinds.
    "-Cpanic=immediate-abort",
    "-Zunstable-options",
    // With no message, neither places nor derived `Debug` are ever shown.
    "-Zlocation-detail=none",
    "-Zfmt-debug=none",
    // Data lies behind the stack: behind half a megabyte, every address of it is a byte shorter than behind a whole one.
    "-Clink-arg=-zstack-size=524288",
];

impl Mode {
    /// Everything given to cargo and rustc that changes the bytes: part of the build id.
    pub fn flags(self) -> Vec<String> {
        let flags = match self {
            Self::Release => {
                [&RELEASE_CARGO[..], &RELEASE_RUSTC[..], &[arrange::REVISION]].concat()
            }
            Self::Dev => vec!["dev"],
        };
        flags.into_iter().map(str::to_owned).collect()
    }
}

/// Compiles the widget and returns the path of its wasm. It reads the build id as `env!("BANSO_BUILD")`.
pub fn compile(workspace: &Workspace, mode: Mode, build: &str) -> Result<PathBuf> {
    let std_sources = match mode {
        Mode::Release => StdSources::Needed,
        Mode::Dev => StdSources::Unneeded,
    };
    install::wasm_toolchain(std_sources)?;
    terminal::step(&format!("compiling the widget, build {build}"));
    let mut cargo = process::cargo(workspace);
    // Only a cdylib: with the rlib that the tests link to beside it, cargo would leave link-time optimisation out.
    cargo.args([
        "rustc",
        "--package",
        PACKAGE,
        "--lib",
        "--crate-type",
        "cdylib",
    ]);
    cargo.args(["--target", WASM_TARGET]);
    cargo.env("BANSO_BUILD", build).env_remove("RUSTFLAGS");
    if mode == Mode::Release {
        cargo.args(RELEASE_CARGO).env("RUSTC_BOOTSTRAP", "1");
        cargo.env("CARGO_ENCODED_RUSTFLAGS", RELEASE_RUSTC.join("\x1f"));
    }
    let made = process::artifacts(&mut cargo)?;
    let wasm = made
        .iter()
        .flat_map(|artifact| &artifact.filenames)
        .find(|name| name.file_name() == Some("banso_widget.wasm"));
    let wasm =
        wasm.context("the widget's package made no banso_widget.wasm: is its library renamed?")?;
    Ok(wasm.as_std_path().to_path_buf())
}
