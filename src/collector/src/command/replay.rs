//! `banso replay FILE`: events from a file through the public wire.

mod lines;

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::time::Instant;

use anyhow::Context as _;
use banso_model::wire::BatchAnswer;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use reqwest::Client;

use super::remote::{self, Attempts, Remote};
use super::{Ending, output, runtime};
use lines::{Batches, Line, Reader};

/// Lines that are grouped into batches at a time.
const WINDOW: usize = 10_000;
/// Batches that are under way at a time.
const AT_ONCE: usize = 4;
/// Rejected lines that are named at the end.
const NAMED: usize = 10;

const LINES: &str = "\
Each line is one JSON object:
  kind, name, at         what happened, and when (RFC 3339); at may be left out in history
  account, user          whose it is; device, session and stream where they are known
  id                     a UUID or any text; without it one is derived from what the line says,
                         so that the same file can be replayed again and nothing counts twice
  props                  details; props.count says how many uses of a feature the line stands for
  user_traits, account_traits
                         what is known of both by then";

/// Flags of `replay`.
#[derive(Debug, Args)]
#[command(after_help = LINES)]
pub struct Replay {
    /// File with one event a line, each with its `account`, `user`, `kind`, `name`, `at`, …
    file: PathBuf,
    #[command(flatten)]
    remote: Remote,
    /// Key to post with; the server key takes events without a device
    #[arg(long, env = "BANSO_SERVER_KEY", hide_env_values = true)]
    key: Option<String>,
    /// Import as history: FIELD of each line says when it was received (needs BANSO_ADMIN_TOKEN)
    #[arg(long, value_name = "FIELD")]
    as_received: Option<String>,
    /// Token of the admin API
    #[arg(long, env = "BANSO_ADMIN_TOKEN", hide_env_values = true)]
    admin_token: Option<String>,
}

/// What became of the file's events.
#[derive(Debug, Default)]
struct Summary {
    accepted: u64,
    duplicate: u64,
    rejected: u64,
    named: Vec<String>,
}

impl Summary {
    fn add(&mut self, answer: BatchAnswer) {
        self.accepted += u64::from(answer.accepted);
        self.duplicate += u64::from(answer.duplicate);
        for rejected in answer.rejected {
            self.reject(format!("{}: {}", rejected.id, rejected.reason));
        }
    }

    fn reject(&mut self, what: String) {
        self.rejected += 1;
        if self.named.len() < NAMED {
            self.named.push(what);
        }
    }
}

/// How a window of lines is posted.
enum Way {
    /// As a client: `/v1/events`.
    Events(String),
    /// As history: `/v1/admin/import`.
    Import {
        /// The admin token.
        token: String,
        /// The field with the received time.
        field: String,
    },
}

impl Replay {
    /// Posts the file, with a progress bar, and prints what became of it.
    pub fn run(self) -> anyhow::Result<Ending> {
        let way = self.way()?;
        let file = File::open(&self.file)
            .with_context(|| format!("{} cannot be opened", self.file.display()))?;
        let bar = progress_bar(file.metadata()?.len())?;
        let client = remote::client()?;
        let started = Instant::now();
        let read = bar.wrap_read(file);
        let summary = runtime()?.block_on(self.post(BufReader::new(read), &client, &way, &bar));
        bar.finish_and_clear();
        let summary = summary?;
        let events = summary.accepted + summary.duplicate + summary.rejected;
        let seconds = started.elapsed().as_secs_f64();
        for named in &summary.named {
            eprintln!("rejected: {named}");
        }
        output::line(format!(
            "{events} events in {seconds:.1} s ({:.0} per second): {} accepted, {} duplicate, {} rejected",
            events as f64 / seconds.max(0.001),
            summary.accepted,
            summary.duplicate,
            summary.rejected
        ))?;
        Ok(if summary.rejected == 0 {
            Ending::Good
        } else {
            Ending::Bad
        })
    }

    fn way(&self) -> anyhow::Result<Way> {
        match &self.as_received {
            Some(field) => Ok(Way::Import {
                token: self
                    .admin_token
                    .clone()
                    .context("--as-received imports history: set BANSO_ADMIN_TOKEN to the collector's admin token")?,
                field: field.clone(),
            }),
            None => Ok(Way::Events(self.key.clone().context(
                "no key to post with: give --key, or set BANSO_SERVER_KEY to the collector's server key",
            )?)),
        }
    }

    async fn post(
        &self,
        file: impl BufRead,
        client: &Client,
        way: &Way,
        bar: &ProgressBar,
    ) -> anyhow::Result<Summary> {
        // Whether somebody is there at all is said at once; later a restart is waited for.
        let alive = self.remote.url("/healthz")?;
        remote::send(Attempts::ONE, || client.get(alive.clone())).await?;
        let mut summary = Summary::default();
        let mut reader = Reader::new(file);
        loop {
            let mut window = Vec::with_capacity(WINDOW);
            while window.len() < WINDOW {
                match reader.next_line()? {
                    Some(Ok(line)) => window.push(line),
                    Some(Err(unreadable)) => summary.reject(unreadable),
                    None => break,
                }
            }
            if window.is_empty() {
                return Ok(summary);
            }
            match way {
                Way::Events(key) => self.post_events(client, key, window, &mut summary).await?,
                Way::Import { token, field } => {
                    summary.add(self.import(client, token, field, &window).await?);
                }
            }
            bar.set_message((summary.accepted + summary.duplicate).to_string());
        }
    }

    async fn post_events(
        &self,
        client: &Client,
        key: &str,
        window: Vec<Line>,
        summary: &mut Summary,
    ) -> anyhow::Result<()> {
        let url = self.remote.url("/v1/events")?;
        let batches = Batches::of(key, window)?;
        for some in batches.bodies.chunks(AT_ONCE) {
            let posts = some.iter().map(|body| async {
                let post = || client.post(url.clone()).body(body.clone());
                let answer: BatchAnswer = remote::send(Attempts::MANY, post).await?.json().await?;
                anyhow::Ok(answer)
            });
            for answer in futures::future::try_join_all(posts).await? {
                summary.add(answer);
            }
        }
        Ok(())
    }

    async fn import(
        &self,
        client: &Client,
        token: &str,
        field: &str,
        window: &[Line],
    ) -> anyhow::Result<BatchAnswer> {
        let mut url = self.remote.url("/v1/admin/import")?;
        url.query_pairs_mut().append_pair("as_received", field);
        let mut body = String::new();
        for line in window {
            body.push_str(&serde_json::to_string(&line.event)?);
            body.push('\n');
        }
        let body = lines::gzip(body.as_bytes())?;
        let post = || {
            client
                .post(url.clone())
                .bearer_auth(token)
                .body(body.clone())
        };
        Ok(remote::send(Attempts::MANY, post).await?.json().await?)
    }
}

fn progress_bar(bytes: u64) -> anyhow::Result<ProgressBar> {
    let style = ProgressStyle::with_template(
        "{bar:30} {percent:>3} %  {msg} events  {binary_bytes_per_sec}  {eta} left",
    )?;
    Ok(ProgressBar::new(bytes).with_style(style).with_message("0"))
}
