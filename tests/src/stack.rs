//! The whole product as a vendor runs it: the collector and the demo product that embeds it, on two origins.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU8, Ordering};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;
use tempfile::TempDir;

use crate::browser::WITNESS;
use crate::process::Process;

/// Token of the admin API in tests.
pub const ADMIN_TOKEN: &str = "admin-token-of-the-tests";
/// Secret of identity tokens in tests.
pub const IDENTITY_SECRET: &str = "identity-secret-of-the-tests-32-bytes";
/// The demo product's key.
pub const KEY: &str = "wk_demo";

/// The collector and the demo product, with a store and a configuration of their own.
#[derive(Debug)]
pub struct Stack {
    /// The collector; `None` while it is down.
    pub collector: Option<Process>,
    /// The demo product, unless it is left out; stops with this.
    hikari: Option<Process>,
    folder: TempDir,
    host: String,
}

impl Stack {
    /// Starts both on loopback addresses nobody else uses.
    ///
    /// # Errors
    /// When a program is missing (the error says how to build it) or does not start.
    pub fn start() -> Result<Self> {
        Self::start_with(&[])
    }

    /// Starts both, the demo product with more arguments.
    ///
    /// # Errors
    /// As [`Stack::start`].
    pub fn start_with(hikari_arguments: &[&str]) -> Result<Self> {
        let mut stack = Self::start_alone(None)?;
        let host = &stack.host;
        let pages = stack.folder.path().join("pages");
        watched_pages(&pages)?;
        let mut command = Command::new(program("HIKARI_BIN")?);
        command
            .args(["--listen", &format!("{host}:8787")])
            .args(["--collector", &format!("http://{host}:8788")])
            .arg("--root")
            .arg(pages)
            .args(hikari_arguments)
            .env("BANSO_IDENTITY_SECRET", IDENTITY_SECRET)
            .env("BANSO_ADMIN_TOKEN", ADMIN_TOKEN);
        stack.hikari = Some(Process::start(command, |line| {
            line.contains("hikari is on")
        })?);
        Ok(stack)
    }

    /// Starts the collector alone, with a workspace and nothing else, or with the demo product's configuration.
    ///
    /// # Errors
    /// As [`Stack::start`].
    pub fn start_alone(workspace: Option<&Value>) -> Result<Self> {
        match workspace {
            None => Self::start_on(|config| copy_folder(&root().join("www/demo/banso"), config)),
            Some(workspace) => Self::start_serving(workspace, &[]),
        }
    }

    /// Starts the collector alone, with a workspace and these guides.
    ///
    /// # Errors
    /// As [`Stack::start`]; or when the collector refuses the configuration.
    pub fn start_serving(workspace: &Value, guides: &[Value]) -> Result<Self> {
        Self::start_on(|config| {
            std::fs::create_dir_all(config.join("guides"))?;
            std::fs::write(config.join("banso.json"), workspace.to_string())?;
            for guide in guides {
                let name = guide["id"].as_str().context("a guide has no id")?;
                let file = config.join(format!("guides/{name}.json"));
                std::fs::write(file, serde_json::to_string_pretty(guide)?)?;
            }
            Ok(())
        })
    }

    fn start_on(write: impl FnOnce(&Path) -> Result<()>) -> Result<Self> {
        let host = own_address();
        let folder = tempfile::tempdir()?;
        let config = folder.path().join("config");
        write(&config)?;
        change_workspace(&config, |workspace| {
            workspace["origins"] = Value::from(vec![format!("http://{host}:8787")]);
        })?;
        Ok(Self {
            collector: Some(start_collector(&host, folder.path())?),
            hikari: None,
            folder,
            host,
        })
    }

    /// The loopback address of this test's own.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Address of the demo product, without a trailing slash.
    #[must_use]
    pub fn product(&self) -> String {
        format!("http://{}:8787", self.host)
    }

    /// Address of the collector, without a trailing slash.
    #[must_use]
    pub fn collector_url(&self) -> String {
        format!("http://{}:8788", self.host)
    }

    /// The folder of configuration, which may be changed while it is served.
    #[must_use]
    pub fn config(&self) -> PathBuf {
        self.folder.path().join("config")
    }

    /// Ends the collector as `kill -9` does.
    ///
    /// # Errors
    /// When it cannot be waited for.
    pub fn kill_collector(&mut self) -> Result<()> {
        if let Some(mut collector) = self.collector.take() {
            collector.kill()?;
        }
        Ok(())
    }

    /// Starts the collector again on the same store and address.
    ///
    /// # Errors
    /// When it does not start.
    pub fn restart_collector(&mut self) -> Result<()> {
        self.kill_collector()?;
        self.collector = Some(start_collector(&self.host, self.folder.path())?);
        Ok(())
    }

    /// Reads the admin API; `path` is what follows `/v1/admin/`.
    ///
    /// # Errors
    /// When it does not answer 200 with JSON.
    pub async fn admin(&self, path: &str) -> Result<Value> {
        let url = format!("{}/v1/admin/{path}", self.collector_url());
        let answer = reqwest::Client::new()
            .get(&url)
            .bearer_auth(ADMIN_TOKEN)
            .send()
            .await
            .with_context(|| format!("cannot reach {url}"))?;
        let status = answer.status();
        let body = answer.text().await?;
        if !status.is_success() {
            bail!("{url} answered {status}: {body}");
        }
        serde_json::from_str(&body).with_context(|| format!("{url} answered no JSON: {body}"))
    }
}

/// The demo product's pages, with a witness in them before anything else.
fn watched_pages(to: &Path) -> Result<()> {
    copy_folder(&root().join("www/demo"), to)?;
    for page in ["index.html", "team.html"] {
        let file = to.join(page);
        let witness = format!("<head>\n<script nonce=\"{{{{nonce}}}}\">{WITNESS}</script>");
        let html = std::fs::read_to_string(&file)?;
        std::fs::write(file, html.replacen("<head>", &witness, 1))?;
    }
    Ok(())
}

fn start_collector(host: &str, folder: &Path) -> Result<Process> {
    let mut command = Command::new(program("BANSO_BIN")?);
    command
        .arg("serve")
        .arg("--config")
        .arg(folder.join("config"))
        .args([
            "--store",
            &format!("sqlite:{}", folder.join("store").display()),
        ])
        .args(["--listen", &format!("{host}:8788")])
        .env("BANSO_IDENTITY_SECRET", IDENTITY_SECRET)
        .env("BANSO_ADMIN_TOKEN", ADMIN_TOKEN);
    Process::start(command, |line| line.contains("listening"))
}

/// A loopback address of this test's own, so that no port is ever taken: a process has 254 of them.
pub(crate) fn own_address() -> String {
    static NEXT: AtomicU8 = AtomicU8::new(1);
    let process = std::process::id();
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    format!(
        "127.{}.{}.{}",
        1 + (process >> 8) % 254,
        process % 256,
        number
    )
}

/// The repository's folder.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .map(Path::to_path_buf)
        .unwrap_or_default()
}

/// A program under test, named by the variable that `cargo xtask test` sets.
///
/// # Errors
/// When the variable is not set.
pub fn program(variable: &str) -> Result<PathBuf> {
    std::env::var_os(variable)
        .map(PathBuf::from)
        .with_context(|| format!("{variable} is not set: run these tests with `cargo xtask test`"))
}

/// A script of what the tests run in a page besides ours, by its path in the folder that `cargo xtask test` installs.
///
/// # Errors
/// When it is not installed.
pub fn package(path: &str) -> Result<String> {
    let file = program("BANSO_PACKAGES")?.join(path);
    std::fs::read_to_string(&file).with_context(|| format!("{} cannot be read", file.display()))
}

/// Changes the workspace of a folder of configuration.
///
/// # Errors
/// When it cannot be read or written.
pub fn change_workspace(config: &Path, change: impl FnOnce(&mut Value)) -> Result<()> {
    let file = config.join("banso.json");
    let mut workspace: Value = serde_json::from_str(&std::fs::read_to_string(&file)?)?;
    change(&mut workspace);
    std::fs::write(file, serde_json::to_string_pretty(&workspace)?)?;
    Ok(())
}

/// Copies a folder with all that is in it.
///
/// # Errors
/// When a file cannot be read or written.
pub fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from).with_context(|| format!("no {}", from.display()))? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
