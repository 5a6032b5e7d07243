//! A client that keeps the promises of the wire: it keeps an event until it is answered, sends it with the same id as
//! often as it takes, under the identity it was recorded with, and says what it gave up. It notes what it did, so that
//! what the collector has can be held against that.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Result, bail, ensure};
use banso_model::time::Timestamp;
use serde_json::{Value, json};

use crate::collector::{now, token};
use crate::house::{KEY, ORIGIN, id};
use crate::proxy::ATTEMPT;

/// Most events of a batch.
const BATCH: usize = 40;
/// How long a token holds, in seconds: longer than any clock here is wrong.
const TOKEN: i64 = 10 * 86_400;

/// Who somebody is once they are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The user.
    pub user: String,
    /// Their account.
    pub account: String,
    token: String,
}

impl Person {
    /// A person with a token of their own.
    ///
    /// # Errors
    /// When the time cannot be told.
    pub fn new(user: &str, account: &str) -> Result<Self> {
        Ok(Self {
            user: user.to_owned(),
            account: account.to_owned(),
            token: token(user, account, TOKEN)?,
        })
    }
}

/// An event that waits.
#[derive(Clone, Debug)]
struct Record {
    who: Option<Person>,
    stream: usize,
    event: Value,
    feature: Option<String>,
    attempted: bool,
}

/// What a client did with one page load.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// Events numbered.
    pub recorded: u64,
    /// One after the last that was answered.
    pub last: u64,
    /// Given up.
    pub dropped: u64,
    /// As many of them as an answered batch told of: what is given up last has no batch after it.
    pub told: u64,
    /// Lost without a word.
    pub lost: u64,
    /// Answered as stored.
    pub stored: u64,
    /// Answered as rejected.
    pub rejected: u64,
}

/// A device with a page open.
pub struct Client {
    number: u32,
    collector: String,
    http: reqwest::Client,
    /// What happens to it is by lot.
    pub random: fastrand::Rng,
    attempts: u32,
    /// How wrong its clock is, in milliseconds.
    skew: i64,
    who: Option<Person>,
    /// The account that the device belongs to: the first that anyone signed in to.
    home: Option<String>,
    queue: Vec<Record>,
    recorded: u32,
    features: usize,
    /// What it did, by page load.
    pub pages: Vec<Page>,
    /// Uses that were answered as stored, by account and feature; without an account yet, under none.
    pub uses: BTreeMap<(Option<String>, String), u64>,
    /// Events that answers called duplicates.
    pub duplicates: u64,
}

impl Client {
    /// The client of this number, which sends to a URL and uses so many features in turn.
    ///
    /// # Errors
    /// When no HTTP client can be made.
    pub fn new(number: u32, seed: u64, collector: String, features: usize) -> Result<Self> {
        let http = reqwest::Client::builder()
            .pool_max_idle_per_host(0)
            .timeout(Duration::from_secs(20))
            .build()?;
        Ok(Self {
            number,
            collector,
            http,
            random: fastrand::Rng::with_seed(seed),
            attempts: 0,
            skew: 0,
            who: None,
            home: None,
            queue: Vec::new(),
            recorded: 0,
            features,
            pages: vec![Page::default()],
            uses: BTreeMap::new(),
            duplicates: 0,
        })
    }

    /// How many events wait.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.queue.len()
    }

    /// Records uses of features, the next in turn.
    ///
    /// # Errors
    /// When the time cannot be told.
    pub fn record(&mut self, count: usize) -> Result<()> {
        for _ in 0..count {
            let feature = format!("f{}", self.recorded as usize % self.features);
            self.push(Some(feature))?;
        }
        Ok(())
    }

    /// Records an event that the collector rejects.
    ///
    /// # Errors
    /// As [`Client::record`].
    pub fn record_nonsense(&mut self) -> Result<()> {
        self.push(None)
    }

    fn push(&mut self, feature: Option<String>) -> Result<()> {
        let at = self.clock()?;
        let stream = self.pages.len() - 1;
        let page = &mut self.pages[stream];
        let unique = self.number << 20 | self.recorded;
        let name = feature.clone().unwrap_or_else(|| "x".repeat(201));
        self.queue.push(Record {
            who: self.who.clone(),
            stream,
            event: json!({
                "id": id(at, unique), "seq": page.recorded, "kind": "feature", "name": name, "at": at.to_string(),
            }),
            feature,
            attempted: false,
        });
        page.recorded += 1;
        self.recorded += 1;
        Ok(())
    }

    fn clock(&self) -> Result<Timestamp> {
        Ok(now()?.plus_ms(self.skew))
    }

    /// Its clock becomes so wrong.
    pub fn set_clock(&mut self, skew: i64) {
        self.skew = skew;
    }

    /// The page is loaded again; what waits is on the disk.
    pub fn reload(&mut self) {
        self.pages.push(Page::default());
    }

    /// Gives up the oldest event that was never sent, and counts it.
    pub fn give_up(&mut self) {
        if let Some(record) = self.take_unsent() {
            self.pages[record.stream].dropped += 1;
        }
    }

    /// Loses the oldest event that was never sent, as a browser that is killed may.
    pub fn lose(&mut self) {
        if let Some(record) = self.take_unsent() {
            self.pages[record.stream].lost += 1;
        }
    }

    fn take_unsent(&mut self) -> Option<Record> {
        let at = self.queue.iter().position(|record| !record.attempted)?;
        Some(self.queue.remove(at))
    }

    /// Somebody signs in, or out: the session says so to the collector until that answers.
    ///
    /// # Errors
    /// When the collector refuses it for good.
    pub async fn be(&mut self, who: Option<Person>) -> Result<()> {
        if let Some(person) = &who {
            let mut body = self.sender(Some(person), self.pages.len() - 1)?;
            body["page"] = "/".into();
            while self.post("/v1/session", &body).await?.is_none() {}
            self.home.get_or_insert_with(|| person.account.clone());
        }
        self.who = who;
        Ok(())
    }

    fn sender(&self, who: Option<&Person>, stream: usize) -> Result<Value> {
        let mut sender = json!({
            "key": KEY, "device": format!("d{}", self.number), "stream": format!("s{}.{stream}", self.number),
            "session": "v", "sent_at": self.clock()?.to_string(),
        });
        if let Some(person) = who {
            sender["user"] = person.user.as_str().into();
            sender["account"] = person.account.as_str().into();
            sender["token"] = person.token.as_str().into();
        }
        Ok(sender)
    }

    /// Sends the oldest event that waits and what follows it of the same sender, once.
    ///
    /// # Errors
    /// When the collector refuses it for good, or its answer does not add up.
    pub async fn deliver(&mut self) -> Result<()> {
        let Some(first) = self.queue.first() else {
            return Ok(());
        };
        let (who, stream) = (first.who.clone(), first.stream);
        let most = self.random.usize(1..=BATCH);
        let mut batch: Vec<&mut Record> = self
            .queue
            .iter_mut()
            .filter(|record| record.stream == stream && record.who == who)
            .take(most)
            .collect();
        for record in &mut batch {
            record.attempted = true;
        }
        let events: Vec<Value> = batch.iter().map(|record| record.event.clone()).collect();
        let mut body = self.sender(who.as_ref(), stream)?;
        let dropped = self.pages[stream].dropped;
        body["dropped"] = dropped.into();
        body["events"] = events.clone().into();
        let Some(answer) = self.post("/v1/events", &body).await? else {
            return Ok(());
        };
        self.pages[stream].told = dropped;
        self.answered(&events, &answer)
    }

    fn answered(&mut self, events: &[Value], answer: &Value) -> Result<()> {
        let rejected = answer["rejected"].as_array().map_or(0, Vec::len);
        let count = |field: &str| answer[field].as_u64().unwrap_or(0);
        let told = count("accepted") + count("duplicate") + rejected as u64;
        ensure!(
            told == events.len() as u64,
            "{} events: {answer}",
            events.len()
        );
        self.duplicates += count("duplicate");
        let mut bad = 0;
        for event in events {
            let at = self
                .queue
                .iter()
                .position(|record| record.event["id"] == event["id"]);
            let Some(at) = at else { continue };
            let record = self.queue.remove(at);
            let page = &mut self.pages[record.stream];
            page.last = page.last.max(event["seq"].as_u64().unwrap_or(0) + 1);
            match record.feature {
                Some(feature) => {
                    page.stored += 1;
                    let account = record.who.map(|person| person.account);
                    *self.uses.entry((account, feature)).or_default() += 1;
                }
                None => {
                    page.rejected += 1;
                    bad += 1;
                }
            }
        }
        ensure!(bad == rejected, "{bad} events are wrong: {answer}");
        Ok(())
    }

    /// Posts once: `None`, after a while, when it may be tried again.
    async fn post(&mut self, path: &str, body: &Value) -> Result<Option<Value>> {
        self.attempts += 1;
        let request = self
            .http
            .post(format!("{}{path}", self.collector))
            .header("origin", ORIGIN)
            .header("connection", "close")
            .header(ATTEMPT, format!("{} {}", self.number, self.attempts))
            .body(body.to_string());
        let answer = match request.send().await {
            Ok(answer) => Some((answer.status().as_u16(), answer.text().await)),
            Err(_) => None,
        };
        match answer {
            Some((200, Ok(text))) => {
                // An answer that was cut is none.
                if let Ok(answer) = serde_json::from_str(&text) {
                    return Ok(Some(answer));
                }
            }
            Some((status, text)) if !matches!(status, 200 | 408 | 429 | 500..) => {
                bail!("{path} answered {status}: {}", text?);
            }
            _ => {}
        }
        tokio::time::sleep(Duration::from_millis(self.random.u64(1..60))).await;
        Ok(None)
    }

    /// What was done here, by account and feature, once the device's own is the account's that it belongs to.
    #[must_use]
    pub fn uses_by_account(&self) -> BTreeMap<(String, String), u64> {
        let mut uses = BTreeMap::new();
        for ((account, feature), count) in &self.uses {
            if let Some(account) = account.as_ref().or(self.home.as_ref()) {
                *uses.entry((account.clone(), feature.clone())).or_default() += count;
            }
        }
        uses
    }
}
