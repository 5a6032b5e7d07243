//! A running collector with a store of its own.

use std::net::SocketAddr;
use std::process::Command;

use anyhow::{Context as _, Result};
use banso_tests::house::{SERVER_KEY, signed};
use banso_tests::process::Process;
use banso_tests::stack::{ADMIN_TOKEN, IDENTITY_SECRET, program, root};
use serde_json::{Value, json};
use tempfile::TempDir;

/// The program, serving the fixture workspace.
pub struct Collector {
    /// Where it listens.
    pub address: SocketAddr,
    client: reqwest::Client,
    _process: Process,
    _folder: TempDir,
}

impl Collector {
    /// Starts it on a port of its own.
    pub fn start() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let mut command = Command::new(program("BANSO_BIN")?);
        command
            .arg("serve")
            .arg("--config")
            .arg(root().join("tests/fixtures/workspace"))
            .arg("--store")
            .arg(format!("sqlite:{}", folder.path().display()))
            .args(["--listen", "127.0.0.1:0", "--log", "json"])
            .env("BANSO_IDENTITY_SECRET", IDENTITY_SECRET)
            .env("BANSO_ADMIN_TOKEN", ADMIN_TOKEN)
            .env("BANSO_SERVER_KEY", SERVER_KEY);
        let process = Process::start(command, |line| line.contains("listening"))?;
        let log = process.log();
        let line = log.lines().find(|line| line.contains("listening"));
        let said: Value = serde_json::from_str(line.context("it does not listen")?)?;
        let address = said["fields"]["address"].as_str().context("no address")?;
        Ok(Self {
            address: address.parse()?,
            client: reqwest::Client::new(),
            _process: process,
            _folder: folder,
        })
    }

    async fn get(&self, path: &str) -> Result<String> {
        let get = self.client.get(format!("http://{}{path}", self.address));
        Ok(get.bearer_auth(ADMIN_TOKEN).send().await?.text().await?)
    }

    /// An account as the admin API tells of it.
    pub async fn account(&self, id: &str) -> Result<Value> {
        Ok(serde_json::from_str(
            &self.get(&format!("/v1/admin/accounts/{id}")).await?,
        )?)
    }

    /// Events accepted, and events that were there already.
    pub async fn counted(&self) -> Result<(u64, u64)> {
        let page = self.get("/metrics").await?;
        let count = |result: &str| {
            let name = format!("banso_events_total{{result=\"{result}\"}} ");
            let line = page.lines().find_map(|line| line.strip_prefix(&name));
            anyhow::Ok(line.context("no count of events")?.parse()?)
        };
        Ok((count("accepted")?, count("duplicate")?))
    }
}

/// An identity token for u1 of acme as the vendor's backend signs it, for an hour.
pub fn token() -> Result<String> {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?;
    let claims = json!({
        "aud": "hikari", "sub": "u1", "account": "acme", "exp": since.as_secs() + 3600,
        "traits": { "user": { "role": "admin" }, "account": { "plan": "pro" } },
    });
    Ok(signed(&json!({ "alg": "HS256" }), &claims, IDENTITY_SECRET))
}
