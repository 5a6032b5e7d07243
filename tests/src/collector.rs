//! The program `banso serve` with a store and a configuration of its own, to be killed, starved and restarted.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result};
use banso_model::time::Timestamp;
use rustix::process::{Pid, Resource, Rlimit};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::house::{SERVER_KEY, signed};
use crate::process::Process;
use crate::stack::{ADMIN_TOKEN, IDENTITY_SECRET, copy_folder, root};

/// A running collector.
pub struct Collector {
    process: Process,
    folder: TempDir,
    address: String,
    clock_ahead: i64,
    /// A client to talk to it with.
    pub client: reqwest::Client,
}

impl Collector {
    /// Starts it on a port of its own, with the fixture's configuration.
    ///
    /// # Errors
    /// When it was not built or does not start.
    pub fn open() -> Result<Self> {
        Self::with(|_| Ok(()))
    }

    /// The same with a configuration that was changed first.
    ///
    /// # Errors
    /// As [`Collector::open`].
    pub fn with(change: impl FnOnce(&Path) -> Result<()>) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let config = folder.path().join("config");
        copy_folder(&root().join("tests/fixtures/workspace"), &config)?;
        change(&config)?;
        let (process, address) = start(folder.path(), "127.0.0.1:0", 0)?;
        let client = reqwest::Client::builder().timeout(Duration::from_secs(20));
        Ok(Self {
            process,
            folder,
            address,
            clock_ahead: 0,
            client: client.build()?,
        })
    }

    /// Its address and port.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Its address as a URL, without a trailing slash.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The folder of its configuration.
    #[must_use]
    pub fn config(&self) -> PathBuf {
        self.folder.path().join("config")
    }

    /// Its store as commands take it.
    #[must_use]
    pub fn store(&self) -> String {
        store(self.folder.path())
    }

    /// What it printed since it was started last.
    #[must_use]
    pub fn log(&self) -> String {
        self.process.log()
    }

    /// Tells it to stop and waits until it has.
    ///
    /// # Errors
    /// When it does not stop with success.
    pub fn stop(&mut self) -> Result<()> {
        self.process.terminate()
    }

    /// Starts it again on the same store and address.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start(&mut self) -> Result<()> {
        (self.process, self.address) = start(self.folder.path(), &self.address, self.clock_ahead)?;
        Ok(())
    }

    /// Ends it as a power cut would, and starts it again on the same store and address.
    ///
    /// # Errors
    /// When it does not start.
    pub fn kill_and_restart(&mut self) -> Result<()> {
        self.process.kill()?;
        self.start()
    }

    /// From its next start on, its clock is so many seconds ahead of the system's.
    pub fn set_clock_ahead(&mut self, seconds: i64) {
        self.clock_ahead = seconds;
    }

    /// Lets none of its files grow beyond so many bytes, as if the disk were full; `None` gives the room back.
    ///
    /// # Errors
    /// When the system refuses it.
    pub fn limit_files(&self, bytes: Option<u64>) -> Result<()> {
        let pid = i32::try_from(self.process.id())
            .ok()
            .and_then(Pid::from_raw);
        let limit = Rlimit {
            current: bytes,
            maximum: None,
        };
        rustix::process::prlimit(pid, Resource::Fsize, limit)
            .map(drop)
            .context("the size of its files cannot be limited")
    }

    /// A path's status and text.
    ///
    /// # Errors
    /// When it cannot be reached.
    pub async fn get(&self, path: &str) -> Result<(u16, String)> {
        let get = self.client.get(format!("{}{path}", self.url()));
        let answer = get.bearer_auth(ADMIN_TOKEN).send().await?;
        Ok((answer.status().as_u16(), answer.text().await?))
    }

    /// Uses of an account by feature.
    ///
    /// # Errors
    /// When there is no such account.
    pub async fn features(&self, account: &str) -> Result<Value> {
        let (status, text) = self.get(&format!("/v1/admin/accounts/{account}")).await?;
        let mut account: Value = serde_json::from_str(&text)?;
        anyhow::ensure!(status == 200, "{status}: {account}");
        Ok(account["features"].take())
    }

    /// How often an account used the fixture's feature.
    ///
    /// # Errors
    /// As [`Collector::features`].
    pub async fn uses(&self, account: &str) -> Result<u64> {
        let features = self.features(account).await?;
        features["report.create"].as_u64().context("no count")
    }

    /// What the store says it holds.
    ///
    /// # Errors
    /// When the metrics cannot be read.
    pub async fn stored(&self) -> Result<u64> {
        let page = self.get("/metrics").await?.1;
        let line = page
            .lines()
            .find_map(|line| line.strip_prefix("banso_store_events "));
        Ok(line.context("no count of events")?.parse()?)
    }
}

/// The program under test: the one that is named, or the one that was built beside this test.
///
/// # Errors
/// When there is none.
pub fn program() -> Result<PathBuf> {
    if let Some(named) = std::env::var_os("BANSO_BIN") {
        return Ok(named.into());
    }
    let test = std::env::current_exe()?;
    let beside = test
        .ancestors()
        .nth(2)
        .map(|folder| folder.join("banso"))
        .filter(|program| program.exists());
    beside.context(
        "BANSO_BIN is not set and no banso was built: run `cargo build -p banso-collector`",
    )
}

fn store(folder: &Path) -> String {
    format!("sqlite:{}", folder.join("store").display())
}

fn start(folder: &Path, listen: &str, clock_ahead: i64) -> Result<(Process, String)> {
    // A file that may not grow is an error to the program, as a full disk is, and not its end.
    let mut command = Command::new("sh");
    command
        .args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""])
        .arg(program()?)
        .arg("serve")
        .arg("--config")
        .arg(folder.join("config"))
        .args(["--store", &store(folder)])
        .args(["--listen", listen, "--log", "json"])
        .args(["--clock-ahead", &clock_ahead.to_string()])
        .env("BANSO_IDENTITY_SECRET", IDENTITY_SECRET)
        .env("BANSO_ADMIN_TOKEN", ADMIN_TOKEN)
        .env("BANSO_SERVER_KEY", SERVER_KEY);
    let process = Process::start(command, |line| line.contains("listening"))?;
    let log = process.log();
    let line = log
        .lines()
        .find(|line| line.contains("listening"))
        .context("no address")?;
    let said: Value = serde_json::from_str(line)?;
    let address = said["fields"]["address"]
        .as_str()
        .context("no address")?
        .to_owned();
    Ok((process, address))
}

/// The time.
///
/// # Errors
/// When the system's clock is before 1970.
pub fn now() -> Result<Timestamp> {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?;
    Ok(Timestamp(i64::try_from(since.as_millis())?))
}

/// An identity token that holds for so many seconds from now.
///
/// # Errors
/// As [`now`].
pub fn token(user: &str, account: &str, seconds: i64) -> Result<String> {
    let claims = json!({ "aud": "hikari", "sub": user, "account": account, "exp": now()?.0 / 1000 + seconds });
    Ok(signed(&json!({ "alg": "HS256" }), &claims, IDENTITY_SECRET))
}
