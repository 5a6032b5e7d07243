//! From a record to sums: whose it is, what it adds, and what must be looked up in the tables to know.

use rusqlite::{Connection, OptionalExtension};
use rustc_hash::{FxHashMap, FxHashSet};

use banso_model::event::Kind;
use banso_model::time::Day;

use std::sync::Arc;

use super::compaction::Compaction;
use super::erased::{self, Erased, Verdict};
use super::fold::FoldError;
use super::key::{self, Key};
use super::segments::Segments;
use super::sums::{Sighting, Sums, Whose, of_users};
use crate::codec::Label;
use crate::record::{self, Added, Event, Record};

/// Most entries of each of the caches.
const REMEMBERED: usize = 1 << 18;

/// Sums in the making, and what is remembered between transactions. After one fails it is loaded anew.
pub struct Folder {
    /// The sums since the last transaction.
    pub sums: Sums,
    /// Packs segments.
    pub segments: Segments,
    /// Whose segments are small.
    pub compaction: Compaction,
    erased: Arc<Erased>,
    metrics: FxHashMap<String, u32>,
    /// The text form of a metric that is looked up.
    text: String,
    /// Sessions that were counted.
    sessions: FxHashSet<(Key, Key)>,
    /// Devices and what they were merged into.
    merges: FxHashMap<Key, Option<(Key, Option<Key>)>>,
}

impl Folder {
    /// Reads the names of metrics; everything else is read when it is asked for.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn load(tables: &Connection, erased: Arc<Erased>) -> Result<Self, FoldError> {
        let metrics = tables
            .prepare("SELECT key, metric FROM metrics")?
            .query_map((), |row| Ok((row.get::<_, String>(0)?, row.get(1)?)))?
            .collect::<rusqlite::Result<_>>()?;
        Ok(Self {
            sums: Sums::default(),
            segments: Segments::load(tables)?,
            compaction: Compaction::default(),
            erased,
            metrics,
            text: String::new(),
            sessions: FxHashSet::default(),
            merges: FxHashMap::default(),
        })
    }

    /// Adds the records of a commit.
    ///
    /// # Errors
    /// [`FoldError`].
    pub fn add(&mut self, tables: &Connection, records: &[u8]) -> Result<(), FoldError> {
        for bytes in record::split(records) {
            let bytes = bytes?;
            let record = record::decode(bytes)?;
            match self.erased.judge(&record) {
                Verdict::Takes => self.add_record(tables, &record, bytes)?,
                verdict => self.add_rest(tables, &record, bytes, verdict)?,
            }
        }
        if self.sessions.len() > REMEMBERED {
            self.sessions.clear();
        }
        if self.merges.len() > REMEMBERED {
            self.merges.clear();
        }
        Ok(())
    }

    /// Forgets what it remembers of the tables' rows, some of which are gone.
    pub fn forget(&mut self) {
        self.sessions.clear();
        self.merges.clear();
    }

    /// Adds what is left of a record that was committed before whose it is was erased.
    fn add_rest(
        &mut self,
        tables: &Connection,
        record: &Record<'_>,
        bytes: &[u8],
        verdict: Verdict,
    ) -> Result<(), FoldError> {
        let Some(sifted) = erased::sifted(&record.to_write(), verdict) else {
            return self.add_record(tables, record, bytes);
        };
        let Some(write) = sifted.write else {
            return Ok(());
        };
        let mut left = Vec::new();
        record::encode(&write, &vec![true; write.events.len()], &mut left);
        for bytes in record::split(&left) {
            let bytes = bytes?;
            self.add_record(tables, &record::decode(bytes)?, bytes)?;
        }
        Ok(())
    }

    fn add_record(
        &mut self,
        tables: &Connection,
        record: &Record<'_>,
        bytes: &[u8],
    ) -> Result<(), FoldError> {
        let device = key::device(record.device);
        let owner = if record.of_account {
            key::account(record.owner)
        } else {
            key::device(record.owner)
        };
        let user = if record.of_account {
            record.user.map(|user| key::user(owner, user))
        } else {
            Some(owner)
        };
        let merged =
            record.of_account && record.merge && self.merge(tables, device, owner, user, record)?;
        let into = if record.of_account {
            Some((owner, user))
        } else {
            self.merged_into(tables, owner)?
        };
        let whose = Whose {
            owner,
            user,
            account: into.map(|(account, _)| account),
            received_day: record.received_day,
        };
        self.add_segment(owner, record, bytes);
        self.add_traits(&whose, record);
        let mut session = None;
        for event in &record.events {
            let visit = (!matches!(event.session, Label::Text(""))).then_some(event.session);
            if let Some(visit) = visit.filter(|_| session != visit) {
                self.add_session(tables, &whose, device, visit, event.day)?;
            }
            session = visit;
            self.add_event(tables, &whose, event)?;
        }
        self.sums.losses.add(record);
        self.add_sightings(&whose, record, merged);
        if merged {
            self.see_merged(tables, owner, device)?;
        }
        Ok(())
    }

    fn add_event(
        &mut self,
        tables: &Connection,
        whose: &Whose,
        event: &Event<'_>,
    ) -> Result<(), FoldError> {
        self.sums.add_event(whose, event);
        for (added, sum) in &event.adds {
            let for_user = whose.user.filter(|_| of_users(*added));
            let metric = self.metric(tables, *added)?;
            self.sums.add_use(whose, event.day, metric, *sum);
            if let Some(user) = for_user {
                self.sums.add_user_use(user, event.day, metric, *sum);
            }
        }
        Ok(())
    }

    fn add_segment(&mut self, owner: Key, record: &Record<'_>, bytes: &[u8]) {
        let segment = self.sums.segments.entry(owner).or_default();
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        segment.records.extend_from_slice(&length.to_le_bytes());
        segment.records.extend_from_slice(bytes);
        segment.events += record.events.len() as u64;
        segment.add_received(record.received.0);
    }

    /// An account's trait told on a device that is nobody's is nobody's.
    fn add_traits(&mut self, whose: &Whose, record: &Record<'_>) {
        for told in &record.traits {
            let subject = if told.of_account {
                record.of_account.then_some(whose.owner)
            } else {
                whose.user
            };
            if let Some(subject) = subject {
                self.sums
                    .traits
                    .push((subject, told.clone(), record.received));
            }
        }
    }

    /// Counts a session once for its owner, and once for an account and the devices merged into it.
    fn add_session(
        &mut self,
        tables: &Connection,
        whose: &Whose,
        device: Key,
        session: Label<'_>,
        day: Day,
    ) -> Result<(), FoldError> {
        let session = key::visit(session);
        if !self.sessions.insert((whose.owner, session)) {
            return Ok(());
        }
        let other = if whose.account == Some(whose.owner) {
            self.merged_into(tables, device)?
                .filter(|(account, _)| *account == whose.owner)
                .map(|_| device)
        } else {
            whose.account
        };
        for owner in [Some(whose.owner), other].into_iter().flatten() {
            if self.sums.sessions.contains(&(owner, session)) {
                return Ok(());
            }
            let counted = tables
                .prepare_cached("SELECT 1 FROM sessions WHERE owner = ?1 AND session = ?2")?
                .exists((owner, session))?;
            if counted {
                return Ok(());
            }
        }
        self.sums.sessions.insert((whose.owner, session));
        let metric = self.metric(tables, Added::Sessions)?;
        self.sums.add_use(whose, day, metric, 1);
        Ok(())
    }

    fn add_sightings(&mut self, whose: &Whose, record: &Record<'_>, merged: bool) {
        let last = record
            .events
            .iter()
            .filter(|event| event.kind != Kind::Error)
            .map(|event| event.at.0)
            .max();
        let news = merged || !record.events.is_empty() || !record.traits.is_empty();
        let received = record.received;
        if let Some(account) = whose.account {
            self.sums
                .accounts
                .entry(account)
                .and_modify(|sighting| sighting.and(received, last, news))
                .or_insert_with(|| Sighting::new(String::new(), received, last, news));
            if record.of_account {
                let sighting = self.sums.accounts.get_mut(&account);
                if let Some(sighting) = sighting.filter(|sighting| sighting.name.is_empty()) {
                    sighting.name = record.owner.to_string();
                }
            }
        }
        if let Some(user) = whose.user {
            self.sums
                .users
                .entry((whose.owner, user))
                .and_modify(|sighting| sighting.and(received, last, false))
                .or_insert_with(|| {
                    let name = match record.user {
                        Some(user) if record.of_account => user.to_owned(),
                        _ => record.owner.to_string(),
                    };
                    Sighting::new(name, received, last, false)
                });
        }
    }

    /// The account has been seen when its new device was.
    fn see_merged(
        &mut self,
        tables: &Connection,
        account: Key,
        device: Key,
    ) -> Result<(), FoldError> {
        let before: Option<Option<i64>> = tables
            .prepare_cached("SELECT last_seen FROM users WHERE owner = ?1 AND user = ?1")?
            .query_row([device], |row| row.get(0))
            .optional()?;
        let pending = self
            .sums
            .users
            .get(&(device, device))
            .and_then(|user| user.last);
        if let Some(sighting) = self.sums.accounts.get_mut(&account) {
            sighting.last = sighting.last.max(before.flatten()).max(pending);
        }
        Ok(())
    }

    /// Keeps a merge unless the device has one; says whether it was kept.
    fn merge(
        &mut self,
        tables: &Connection,
        device: Key,
        account: Key,
        user: Option<Key>,
        record: &Record<'_>,
    ) -> Result<bool, FoldError> {
        if self.merged_into(tables, device)?.is_some() {
            return Ok(false);
        }
        tables
            .prepare_cached("INSERT INTO merges VALUES (?1, ?2, ?3, ?4, ?5)")?
            .execute((
                device,
                account,
                user,
                record.received.0,
                record.received_day.0,
            ))?;
        self.merges.insert(device, Some((account, user)));
        Ok(true)
    }

    fn merged_into(
        &mut self,
        tables: &Connection,
        device: Key,
    ) -> Result<Option<(Key, Option<Key>)>, FoldError> {
        if let Some(into) = self.merges.get(&device) {
            return Ok(*into);
        }
        let into = tables
            .prepare_cached("SELECT account, user FROM merges WHERE device = ?1")?
            .query_row([device], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        self.merges.insert(device, into);
        Ok(into)
    }

    fn metric(&mut self, tables: &Connection, added: Added<'_>) -> Result<u32, FoldError> {
        self.text.clear();
        added.write_key(&mut self.text);
        if let Some(number) = self.metrics.get(&self.text) {
            return Ok(*number);
        }
        let number = tables
            .prepare_cached("INSERT INTO metrics (key) VALUES (?1) RETURNING metric")?
            .query_row([&self.text], |row| row.get(0))?;
        self.metrics.insert(self.text.clone(), number);
        Ok(number)
    }
}
