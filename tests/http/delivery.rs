//! A 200 means committed and synced to disk: killed at any moment, the collector has what it answered, and the client's
//! retry of the rest is stored exactly once.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use banso_model::time::Timestamp;
pub use banso_tests::house::SERVER_KEY;
use banso_tests::house::{ORIGIN, id, signed};
use banso_tests::process::Process;
use banso_tests::stack::{ADMIN_TOKEN, IDENTITY_SECRET, copy_folder, root};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

/// The program, with a store and a configuration of its own.
pub struct Collector {
    process: Process,
    folder: TempDir,
    address: String,
    client: reqwest::Client,
}

/// The program under test: the one that is named, or the one that was built beside this test.
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

fn start(folder: &Path, listen: &str) -> Result<(Process, String)> {
    let mut command = Command::new(program()?);
    command
        .arg("serve")
        .arg("--config")
        .arg(folder.join("config"))
        .arg("--store")
        .arg(format!("sqlite:{}", folder.join("store").display()))
        .args(["--listen", listen, "--log", "json"])
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

impl Collector {
    /// Starts it on a port of its own.
    pub fn open() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        copy_folder(
            &root().join("tests/fixtures/workspace"),
            &folder.path().join("config"),
        )?;
        let (process, address) = start(folder.path(), "127.0.0.1:0")?;
        Ok(Self {
            process,
            folder,
            address,
            client: reqwest::Client::builder()
                .timeout(Duration::from_secs(20))
                .build()?,
        })
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Tells it to stop and waits until it has.
    pub fn stop(&mut self) -> Result<()> {
        self.process.terminate()
    }

    /// Ends it as a power cut would, and starts it again on the same store and address.
    pub fn kill_and_restart(&mut self) -> Result<()> {
        self.process.kill()?;
        (self.process, self.address) = start(self.folder.path(), &self.address)?;
        Ok(())
    }

    /// A client of its own, for a page that goes on while this is killed.
    fn page(&self) -> Page {
        Page {
            client: self.client.clone(),
            events: format!("http://{}/v1/events", self.address),
        }
    }

    /// How often an account used a feature.
    pub async fn uses(&self, account: &str) -> Result<u64> {
        let get = self
            .client
            .get(format!(
                "http://{}/v1/admin/accounts/{account}",
                self.address
            ))
            .bearer_auth(ADMIN_TOKEN);
        let account: Value = serde_json::from_str(&get.send().await?.text().await?)?;
        account["features"]["report.create"]
            .as_u64()
            .context("no count")
    }

    /// What the store says it holds.
    async fn stored(&self) -> Result<u64> {
        let page = self
            .client
            .get(format!("http://{}/metrics", self.address))
            .send()
            .await?
            .text()
            .await?;
        let line = page
            .lines()
            .find_map(|line| line.strip_prefix("banso_store_events "));
        Ok(line.context("no count of events")?.parse()?)
    }
}

/// A page that posts events.
#[derive(Clone)]
struct Page {
    client: reqwest::Client,
    events: String,
}

impl Page {
    async fn post(&self, body: &Value) -> Result<Value> {
        let post = self.client.post(&self.events).header("origin", ORIGIN);
        let answer = post.body(body.to_string()).send().await?;
        if answer.status() != 200 {
            bail!("{}: {}", answer.status(), answer.text().await?);
        }
        Ok(serde_json::from_str(&answer.text().await?)?)
    }

    /// Posts batches one after the other until one is not answered; tells each answer as it comes.
    async fn stream(self, batches: Vec<(usize, Value)>, tell: UnboundedSender<usize>) {
        for (number, batch) in batches {
            let answered = self.post(&batch).await.is_ok();
            if !answered || tell.send(number).is_err() {
                return;
            }
        }
    }
}

/// The time.
pub fn now() -> Result<Timestamp> {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?;
    Ok(Timestamp(i64::try_from(since.as_millis())?))
}

fn token(user: &str, account: &str) -> Result<String> {
    let claims =
        json!({ "aud": "hikari", "sub": user, "account": account, "exp": now()?.0 / 1000 + 3600 });
    Ok(signed(&json!({ "alg": "HS256" }), &claims, IDENTITY_SECRET))
}

/// A client that keeps a batch until it is answered: the device's before the login, the user's after it.
fn batches(device: u32, count: u32, each: u32) -> Result<Vec<Value>> {
    let (recorded, user, account) = (now()?, format!("u{device}"), format!("a{device}"));
    let token = token(&user, &account)?;
    let batch = |number: u32| {
        let events: Vec<Value> = (0..each)
            .map(|place| {
                let seq = number * each + place;
                json!({
                    "id": id(recorded, device << 16 | seq), "seq": seq, "kind": "feature",
                    "name": "report.create", "at": recorded.to_string(),
                })
            })
            .collect();
        let mut batch = json!({
            "key": "wk_test", "device": format!("d{device}"), "stream": format!("s{device}"),
            "session": "v", "sent_at": recorded.to_string(), "events": events,
        });
        if number >= count / 2 {
            batch["user"] = user.as_str().into();
            batch["account"] = account.as_str().into();
            batch["token"] = token.as_str().into();
        }
        batch
    };
    Ok((0..count).map(batch).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_was_answered_is_lost_and_nothing_counts_twice() -> Result<()> {
    const DEVICES: u32 = 4;
    const BATCHES: u32 = 100;
    const EACH: u32 = 10;
    let mut collector = Collector::open()?;
    let mut all = Vec::new();
    for device in 0..DEVICES {
        all.extend(batches(device, BATCHES, EACH)?);
    }
    let mut answered = BTreeSet::new();
    // Killed three times while events stream, each time once forty more batches were answered.
    for round in 1..=3 {
        let (tell, mut hear) = unbounded_channel();
        let mut streams = Vec::new();
        for device in 0..DEVICES as usize {
            let own = device * BATCHES as usize..(device + 1) * BATCHES as usize;
            let waiting = own.filter(|number| !answered.contains(number));
            let waiting = waiting
                .map(|number| (number, all[number].clone()))
                .collect();
            streams.push(tokio::spawn(collector.page().stream(waiting, tell.clone())));
        }
        drop(tell);
        for _ in 0..40 {
            answered.extend(hear.recv().await);
        }
        collector.kill_and_restart()?;
        for stream in streams {
            stream.await?;
        }
        while let Some(number) = hear.recv().await {
            answered.insert(number);
        }
        let least = answered.len() as u64 * u64::from(EACH);
        let stored = collector.stored().await?;
        assert!(
            stored >= least,
            "round {round}: {least} were answered, {stored} are there"
        );
    }
    assert!(answered.len() >= 120, "{}", answered.len());
    // The client sends everything again that it has no answer for, and, having crashed too, what it has one for.
    let page = collector.page();
    for (number, batch) in all.iter().enumerate() {
        let answer = page.post(batch).await?;
        let count = |field: &str| answer[field].as_u64().unwrap_or(0);
        assert_eq!(
            count("accepted") + count("duplicate"),
            u64::from(EACH),
            "{answer}"
        );
        if answered.contains(&number) {
            assert_eq!(
                count("accepted"),
                0,
                "it was answered and is there: {answer}"
            );
        }
    }
    assert_eq!(
        collector.stored().await?,
        u64::from(DEVICES * BATCHES * EACH)
    );
    for device in 0..DEVICES {
        let uses = collector.uses(&format!("a{device}")).await?;
        assert_eq!(
            uses,
            u64::from(BATCHES * EACH),
            "a{device}: what was done before the login counts too, once"
        );
    }
    collector.stop()
}

#[tokio::test(flavor = "multi_thread")]
async fn told_to_stop_it_finishes_what_it_began() -> Result<()> {
    let mut collector = Collector::open()?;
    // A request that is half sent when the signal comes.
    let body = batches(1, 2, 10)?[1].to_string();
    let mut half = tokio::net::TcpStream::connect(&collector.address).await?;
    let head = format!(
        "POST /v1/events HTTP/1.1\r\nhost: x\r\norigin: {ORIGIN}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let (first, second) = body.split_at(body.len() / 2);
    half.write_all(format!("{head}{first}").as_bytes()).await?;
    half.flush().await?;
    // It is known to be read once another connection was answered after it.
    collector.stored().await?;
    let stopping = std::thread::scope(|scope| -> Result<String> {
        let process = &mut collector.process;
        let stopped = scope.spawn(|| process.terminate());
        let text = tokio::task::block_in_place(|| {
            tokio::runtime::Handle::current().block_on(async {
                half.write_all(second.as_bytes()).await?;
                let mut answer = String::new();
                half.read_to_string(&mut answer).await?;
                anyhow::Ok(answer)
            })
        })?;
        match stopped.join() {
            Ok(outcome) => outcome?,
            Err(_) => bail!("the wait for its end failed"),
        }
        Ok(text)
    })?;
    assert!(stopping.starts_with("HTTP/1.1 200"), "{stopping}");
    assert!(stopping.contains("\"accepted\":10"), "{stopping}");
    let (process, address) = start(collector.folder.path(), &collector.address)?;
    (collector.process, collector.address) = (process, address);
    assert_eq!(collector.stored().await?, 10);
    collector.stop()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_does_not_start_with_what_it_cannot_serve() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let config = folder.path().join("config");
    copy_folder(&root().join("tests/fixtures/workspace"), &config)?;
    let run = |change: &dyn Fn(&mut Command)| -> Result<(Option<i32>, String)> {
        let mut command = Command::new(program()?);
        command
            .arg("serve")
            .args(["--listen", "127.0.0.1:0"])
            .arg("--config")
            .arg(&config)
            .arg("--store")
            .arg(format!("sqlite:{}", folder.path().join("store").display()));
        change(&mut command);
        let output = command.output()?;
        Ok((
            output.status.code(),
            String::from_utf8_lossy(&output.stderr).into_owned(),
        ))
    };
    let (code, said) = run(&|command| {
        command.env("BANSO_IDENTITY_SECRET", "short");
    })?;
    assert!(code == Some(2) && said.contains("at least 32"), "{said}");
    let (code, said) = run(&|command| {
        command.args(["--listen", "nowhere"]);
    })?;
    assert!(code == Some(2), "{said}");
    std::fs::write(
        config.join("guides/first-report.json"),
        "{\"version\": 1, \"idd\": \"x\"}",
    )?;
    let (code, said) = run(&|_| {})?;
    assert!(
        code == Some(2) && said.contains("guides/first-report.json") && said.contains("idd"),
        "{said}"
    );
    assert!(!said.contains("panicked"), "{said}");
    Ok(())
}
