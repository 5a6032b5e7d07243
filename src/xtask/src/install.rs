//! Installs what a command needs and the machine lacks, and says so; what is there is left alone.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::workspace::WASM_TARGET;
use crate::{process, terminal};

/// The compiler's side of the widget: its target, and the sources of std for a release build.
pub fn wasm_toolchain(std_sources: StdSources) -> Result<()> {
    let sysroot =
        PathBuf::from(process::read(Command::new("rustc").args(["--print", "sysroot"]))?.trim());
    if !sysroot.join("lib/rustlib").join(WASM_TARGET).is_dir() {
        rustup(&["target", "add", WASM_TARGET])?;
    }
    let sources = sysroot.join("lib/rustlib/src/rust/library/Cargo.lock");
    if std_sources == StdSources::Needed && !sources.is_file() {
        rustup(&["component", "add", "rust-src"])?;
    }
    Ok(())
}

/// Whether std is rebuilt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StdSources {
    /// The release widget rebuilds std for size.
    Needed,
    /// A debug widget takes std as it comes.
    Unneeded,
}

fn rustup(arguments: &[&str]) -> Result<()> {
    let line = format!("rustup {}", arguments.join(" "));
    terminal::step(&format!("installing: {line}"));
    process::run(Command::new("rustup").args(arguments)).with_context(|| {
        format!("the toolchain lacks something: run `{line}`, or add it to the Rust you have installed without rustup")
    })
}

/// A Debian package and how to see that it is there.
struct DebianPackage {
    name: &'static str,
    present: fn() -> bool,
}

/// What every browser test needs: a font that has the Japanese of the guides.
const FONT: DebianPackage = DebianPackage {
    name: "fonts-noto-cjk",
    present: has_japanese_font,
};

/// Chromium and its WebDriver.
const CHROMIUM: [DebianPackage; 3] = [
    DebianPackage {
        name: "chromium",
        present: || on_path("chromium"),
    },
    DebianPackage {
        name: "chromium-driver",
        present: || on_path("chromedriver"),
    },
    FONT,
];

/// Firefox. Its WebDriver is built from crates.io.
const FIREFOX: [DebianPackage; 2] = [
    DebianPackage {
        name: "firefox-esr",
        present: || on_path("firefox-esr"),
    },
    FONT,
];

/// WebKitGTK's WebDriver, which brings the browser, and a screen for that.
const WEBKIT: [DebianPackage; 3] = [
    DebianPackage {
        name: "webkit2gtk-driver",
        present: || on_path("WebKitWebDriver"),
    },
    DebianPackage {
        name: "xvfb",
        present: || on_path("Xvfb"),
    },
    FONT,
];

/// What installs packages of JavaScript.
const NODE: [DebianPackage; 2] = [
    DebianPackage {
        name: "nodejs",
        present: || on_path("node"),
    },
    DebianPackage {
        name: "npm",
        present: || on_path("npm"),
    },
];

/// What the clients of other vendors run on, beside Node.js.
const PYTHON: [DebianPackage; 1] = [DebianPackage {
    name: "python3-pip",
    present: has_pip,
}];

/// Chromium to test with, its driver, and fonts.
pub fn chromium() -> Result<()> {
    debian("the browser tests in Chromium", &CHROMIUM)
}

/// Firefox to test with, and fonts.
pub fn firefox() -> Result<()> {
    debian("the browser tests in Firefox", &FIREFOX)
}

/// WebKitGTK to test with, its driver, a screen, and fonts.
pub fn webkit() -> Result<()> {
    debian("the browser tests in WebKitGTK", &WEBKIT)
}

/// Node.js and Python with what installs packages for them.
pub fn node_and_python() -> Result<()> {
    debian("the tests of other vendors' clients", &NODE)?;
    debian("the tests of other vendors' clients", &PYTHON)
}

/// Node.js with npm, which the browser tests install what they run in a page with.
pub fn npm() -> Result<()> {
    debian("the browser tests", &NODE)
}

/// Installs those packages that are not there; `who` needs them.
fn debian(who: &str, packages: &[DebianPackage]) -> Result<()> {
    let missing: Vec<_> = packages
        .iter()
        .filter(|package| !(package.present)())
        .map(|package| package.name)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let line = format!(
        "apt-get install --yes --no-install-recommends {}",
        missing.join(" ")
    );
    if !on_path("apt-get") {
        bail!(
            "{who} need {}: install them with your system's packages, or leave those tests out with `cargo xtask test --quick`",
            missing.join(", ")
        );
    }
    if !rustix::process::geteuid().is_root() {
        bail!(
            "{who} need {}: run `sudo apt-get update && sudo {line}`, or leave those tests out with `cargo xtask test --quick`",
            missing.join(", ")
        );
    }
    terminal::step(&format!("installing: {line}"));
    let apt = || {
        let mut command = Command::new("apt-get");
        command
            .env("DEBIAN_FRONTEND", "noninteractive")
            .stdin(std::process::Stdio::null());
        command
    };
    process::run(apt().args(["update", "--quiet"]))
        .context("the package lists cannot be updated: is there a network?")?;
    process::run(
        apt()
            .args(["install", "--yes", "--quiet", "--no-install-recommends"])
            .args(&missing),
    )
    .with_context(|| format!("the packages cannot be installed: run `{line}` and see what it says"))
}

fn on_path(program: &str) -> bool {
    std::env::var_os("PATH").is_some_and(|path| {
        std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
    })
}

/// `fc-list` when fontconfig is there; without it no browser finds a font either.
fn has_japanese_font() -> bool {
    Command::new("fc-list")
        .arg(":lang=ja")
        .output()
        .is_ok_and(|output| output.status.success() && !output.stdout.is_empty())
}

fn has_pip() -> bool {
    Command::new("python3")
        .args(["-m", "pip", "--version"])
        .output()
        .is_ok_and(|output| output.status.success())
}
