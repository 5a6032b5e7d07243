//! Running other programs: cargo above all.

use std::ffi::OsStr;
use std::io::BufReader;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use cargo_metadata::{Artifact, Message};

use crate::workspace::Workspace;

/// Cargo in the workspace, as this command itself was started, without the variables that describe *our* package.
pub fn cargo(workspace: &Workspace) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in std::env::vars_os() {
        let ours = name.to_str().is_some_and(|name| {
            name.starts_with("CARGO_PKG_")
                || name.starts_with("CARGO_MANIFEST_")
                || name.starts_with("CARGO_BIN_")
                || name == "CARGO_CRATE_NAME"
                || name == "CARGO_PRIMARY_PACKAGE"
        });
        if ours {
            command.env_remove(name);
        }
    }
    command.current_dir(workspace.root()).stdin(Stdio::null());
    command
}

/// A command as a person would type it.
pub fn shown(command: &Command) -> String {
    let program = PathBuf::from(command.get_program());
    let program = program
        .file_name()
        .unwrap_or(command.get_program())
        .to_owned();
    let words: Vec<_> = std::iter::once(program.as_os_str())
        .chain(command.get_args())
        .map(OsStr::to_string_lossy)
        .collect();
    words.join(" ")
}

/// Runs a command whose output the person sees, and fails when it fails.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command
        .status()
        .with_context(|| format!("cannot start `{}`: is it installed?", shown(command)))?;
    if !status.success() {
        bail!(
            "`{}` failed ({status}): its own message is above",
            shown(command)
        );
    }
    Ok(())
}

/// Runs a command for what it prints.
pub fn read(command: &mut Command) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot start `{}`: is it installed?", shown(command)))?;
    if !output.status.success() {
        bail!(
            "`{}` failed ({}):\n{}",
            shown(command),
            output.status,
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    String::from_utf8(output.stdout)
        .with_context(|| format!("`{}` printed something that is not UTF-8", shown(command)))
}

/// Runs a cargo command that builds, shows its diagnostics and progress, and returns what it made.
pub fn artifacts(command: &mut Command) -> Result<Vec<Artifact>> {
    let mut child = command
        .arg("--message-format=json-render-diagnostics")
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start `{}`: is it installed?", shown(command)))?;
    let stdout = child
        .stdout
        .take()
        .context("cargo has no standard output to read")?;
    let mut made = Vec::new();
    for message in Message::parse_stream(BufReader::new(stdout)) {
        if let Message::CompilerArtifact(artifact) =
            message.context("cannot read the messages of cargo")?
        {
            made.push(artifact);
        }
    }
    let status = child.wait()?;
    if !status.success() {
        bail!(
            "`{}` failed ({status}): the compiler's message is above",
            shown(command)
        );
    }
    Ok(made)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn a_failure_names_the_command_and_its_message() {
        assert_eq!(
            read(&mut shell("echo said")).ok().as_deref(),
            Some("said\n")
        );
        let error = read(&mut shell("echo why >&2; exit 3")).expect_err("it fails");
        assert_eq!(
            error.to_string(),
            "`sh -c echo why >&2; exit 3` failed (exit status: 3):\nwhy"
        );
        let error = run(&mut shell("exit 1")).expect_err("it fails");
        assert_eq!(
            error.to_string(),
            "`sh -c exit 1` failed (exit status: 1): its own message is above"
        );
        let error = run(&mut Command::new("no-such-program")).expect_err("there is none");
        assert_eq!(
            error.to_string(),
            "cannot start `no-such-program`: is it installed?"
        );
    }
}
