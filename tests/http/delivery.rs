//! A 200 means committed and synced to disk: killed at any moment, the collector has what it answered, and the client's
//! retry of the rest is stored exactly once.

use std::collections::BTreeSet;
use std::process::Command;

use anyhow::{Result, bail};
use banso_tests::collector::token;
pub use banso_tests::collector::{Collector, now, program};
pub use banso_tests::house::SERVER_KEY;
use banso_tests::house::{ORIGIN, id};
use banso_tests::stack::{copy_folder, root};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

/// A page that posts events.
#[derive(Clone)]
struct Page {
    client: reqwest::Client,
    events: String,
}

impl Page {
    /// A client of its own, for a page that goes on while the collector is killed.
    fn of(collector: &Collector) -> Self {
        Self {
            client: collector.client.clone(),
            events: format!("{}/v1/events", collector.url()),
        }
    }

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

/// A client that keeps a batch until it is answered: the device's before the login, the user's after it.
fn batches(device: u32, count: u32, each: u32) -> Result<Vec<Value>> {
    let (recorded, user, account) = (now()?, format!("u{device}"), format!("a{device}"));
    let token = token(&user, &account, 3600)?;
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
            streams.push(tokio::spawn(
                Page::of(&collector).stream(waiting, tell.clone()),
            ));
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
    let page = Page::of(&collector);
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
    let mut half = tokio::net::TcpStream::connect(collector.address()).await?;
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
        let stopped = scope.spawn(|| collector.stop());
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
    collector.start()?;
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
