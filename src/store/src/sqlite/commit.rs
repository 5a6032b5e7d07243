//! The thread that commits: it takes all that waits, drops what was seen before, appends the rest to the journal in
//! one synced transaction, and only then answers.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, TryRecvError};
use std::time::{SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, OptionalExtension};
use rustc_hash::{FxHashMap, FxHashSet};
use tokio::sync::oneshot;

use super::erased::{Erased, Sifted};
use super::files::unavailable;
use super::fold::FoldError;
use super::key::{self, Key};
use super::pack::{JOURNAL, Packer};
use super::recent::Recent;
use super::relay::{Group, Relay};
use crate::codec::Label;
use crate::error::StoreError;
use crate::record;
use crate::write::{Answer, Owner, Write};

/// A write that waits, or a question that does.
pub enum Queued {
    /// A write and who waits for its answer.
    Write(Box<Write>, oneshot::Sender<Result<Answer, StoreError>>),
    /// Whether a write would be taken now.
    Probe(oneshot::Sender<Result<(), StoreError>>),
    /// Work that must lie between two commits: after everything that is queued before it, and before everything after.
    Between(Work),
    /// Nothing comes after this; the other end hears of it when this one is dropped.
    Close(oneshot::Sender<Infallible>),
}

/// Work of the thread that commits.
pub type Work = Box<dyn FnOnce(&mut Committer) + Send>;

/// What is counted of commits, for everyone to read.
#[derive(Debug, Default)]
pub struct Counts {
    /// Writes waiting.
    pub queued: AtomicUsize,
    /// Bytes that they take in memory, about.
    pub bytes: AtomicUsize,
    /// Commits since the store was opened.
    pub commits: AtomicU64,
    /// Events that had been seen before, since the store was opened.
    pub duplicates: AtomicU64,
}

impl Counts {
    /// Counts a write in, unless there are more than so many bytes already.
    pub fn enqueued(&self, write: &Write, most: usize) -> bool {
        let size = size(write);
        if self.bytes.fetch_add(size, Ordering::Relaxed) >= most {
            self.bytes.fetch_sub(size, Ordering::Relaxed);
            return false;
        }
        self.queued.fetch_add(1, Ordering::Relaxed);
        true
    }

    fn dequeued(&self, write: &Write) {
        self.bytes.fetch_sub(size(write), Ordering::Relaxed);
        self.queued.fetch_sub(1, Ordering::Relaxed);
    }
}

/// About the bytes that a write takes in memory: every text is an allocation of its own.
fn size(write: &Write) -> usize {
    let events: usize = write
        .events
        .iter()
        .map(|event| 600 + event.props.len() + event.name.len())
        .sum();
    600 + events + 300 * write.traits.len()
}

/// Most bytes of records in a commit.
const LARGEST: usize = 4 << 20;
/// Most devices whose account is remembered.
const DEVICES: usize = 1 << 18;

/// What an event is known by, and whose it is.
type Seen = (u128, Key);

/// The thread's state.
pub struct Committer {
    place: PathBuf,
    journal: Connection,
    tables: Connection,
    relay: Arc<Relay>,
    counts: Arc<Counts>,
    packer: Packer,
    packed: Vec<u8>,
    seq: i64,
    trimmed: i64,
    /// Events that are in the journal and not yet in the tables.
    unfolded: FxHashSet<Seen>,
    recent: Recent,
    erased: Arc<Erased>,
    /// The same by commit, to forget them when they are folded; the account of devices merged in that commit.
    commits: VecDeque<(i64, Vec<Seen>)>,
    /// The account each device was merged into, if any.
    devices: FxHashMap<Key, Option<Key>>,
}

/// One commit in the making.
#[derive(Default)]
struct Draft {
    records: Vec<u8>,
    seen: Vec<Seen>,
    owners: Vec<Key>,
    merged: Vec<Key>,
    answers: Vec<(oneshot::Sender<Result<Answer, StoreError>>, Answer)>,
    probes: Vec<oneshot::Sender<Result<(), StoreError>>>,
    duplicates: u64,
}

impl Committer {
    /// A committer after the commit `seq`.
    ///
    /// # Errors
    /// When the tables cannot be read, or there is no memory for a compressor.
    pub fn new(
        place: PathBuf,
        journal: Connection,
        tables: Connection,
        relay: Arc<Relay>,
        counts: Arc<Counts>,
        erased: Arc<Erased>,
        seq: i64,
    ) -> Result<Self, FoldError> {
        let recent = Recent::load(&tables, now_ms())?;
        Ok(Self {
            place,
            journal,
            tables,
            relay,
            counts,
            packer: Packer::new(JOURNAL)?,
            packed: Vec::new(),
            seq,
            trimmed: 0,
            unfolded: FxHashSet::default(),
            recent,
            erased,
            commits: VecDeque::new(),
            devices: FxHashMap::default(),
        })
    }

    /// Commits what is queued until it is closed.
    pub fn run(mut self, queue: &Receiver<Queued>) {
        loop {
            let Ok(first) = queue.recv() else { return };
            if let Err(error) = self.relay.wait_for_room() {
                match self.refuse(first, &error) {
                    ControlFlow::Continue(()) => continue,
                    ControlFlow::Break(()) => return,
                }
            }
            self.forget_folded();
            let mut draft = Draft::default();
            let (mut closed, mut work) = (None, None);
            let mut next = Ok(first);
            loop {
                match next {
                    Ok(Queued::Write(write, answer)) => self.draft(&write, answer, &mut draft),
                    Ok(Queued::Probe(answer)) => draft.probes.push(answer),
                    Ok(Queued::Between(between)) => work = Some(between),
                    Ok(Queued::Close(done)) => closed = Some(done),
                    Err(TryRecvError::Empty | TryRecvError::Disconnected) => break,
                }
                if closed.is_some() || work.is_some() || draft.records.len() >= LARGEST {
                    break;
                }
                next = queue.try_recv();
            }
            self.commit(draft);
            if let Some(work) = work {
                work(&mut self);
            }
            if closed.is_some() {
                return;
            }
        }
    }

    /// Refuses what is queued: the tables take nothing now, and there is no room to keep more for them.
    fn refuse(&self, queued: Queued, error: &str) -> ControlFlow<()> {
        let refused = unavailable(&self.place, &error);
        // Whoever asked may have stopped waiting.
        match queued {
            Queued::Write(write, answer) => {
                self.counts.dequeued(&write);
                drop(answer.send(Err(refused)));
            }
            Queued::Probe(answer) => drop(answer.send(Err(refused))),
            // Whoever asked hears of it when the work is dropped.
            Queued::Between(_) => {}
            Queued::Close(_) => return ControlFlow::Break(()),
        }
        ControlFlow::Continue(())
    }

    /// Adds a write to the draft, unless what was seen cannot be read.
    fn draft(
        &mut self,
        write: &Write,
        answer: oneshot::Sender<Result<Answer, StoreError>>,
        draft: &mut Draft,
    ) {
        self.counts.dequeued(write);
        let sifted = self.erased.sift(write);
        let (write, refused) = match &sifted {
            None => (Some(write), Vec::new()),
            Some(Sifted { write, refused }) => (write.as_ref(), refused.clone()),
        };
        let Some(write) = write else {
            let new = vec![false; refused.len()];
            draft.answers.push((answer, Answer { new, refused }));
            return;
        };
        let started = draft.seen.len();
        match self.judge(write, draft) {
            Ok(new) => {
                let fresh = new.iter().filter(|new| **new).count();
                draft.duplicates += (new.len() - fresh) as u64;
                let told = !write.traits.is_empty() || write.merge || write.stream.is_some();
                if fresh > 0 || new.is_empty() || told {
                    record::encode(write, &new, &mut draft.records);
                }
                let new = among(&refused, new);
                draft.answers.push((answer, Answer { new, refused }));
            }
            Err(error) => {
                for seen in draft.seen.drain(started..) {
                    self.unfolded.remove(&seen);
                }
                // Whoever asked may have stopped waiting.
                drop(answer.send(Err(unavailable(&self.place, &error))));
            }
        }
    }

    /// Says of each event whether it is new, and remembers those that are.
    fn judge(&mut self, write: &Write, draft: &mut Draft) -> rusqlite::Result<Vec<bool>> {
        let owner = key::owner(&write.owner);
        let (device, other) = match &write.owner {
            Owner::Account(_) => {
                let device = key::device(Label::of(&write.device));
                (device, Some(device))
            }
            Owner::Device(_) => (owner, self.account_of(owner)?),
        };
        draft.owners.push(owner);
        if let (Owner::Device(_), Some(account)) = (&write.owner, other) {
            draft.owners.push(account);
        }
        let mut new = Vec::with_capacity(write.events.len());
        for event in &write.events {
            let id = key::seen(event.id, event.recorded.0);
            let own = self.recent.note(id, owner);
            let others = other.is_some_and(|other| self.recent.came(id, other));
            let fresh = !(own || others) || !self.was_seen(id, owner, other)?;
            if fresh {
                self.unfolded.insert((id, owner));
                draft.seen.push((id, owner));
            }
            new.push(fresh);
        }
        if write.merge
            && matches!(write.owner, Owner::Account(_))
            && self.account_of(device)?.is_none()
        {
            self.devices.insert(device, Some(owner));
            draft.merged.push(device);
            draft.owners.push(device);
        }
        Ok(new)
    }

    /// Whether an event is in the journal or in the tables.
    fn was_seen(&self, id: u128, owner: Key, other: Option<Key>) -> rusqlite::Result<bool> {
        Ok(self.unfolded.contains(&(id, owner))
            || other.is_some_and(|other| self.unfolded.contains(&(id, other)))
            || self.in_tables(id, owner, other)?)
    }

    fn in_tables(&self, id: u128, owner: Key, other: Option<Key>) -> rusqlite::Result<bool> {
        let mut statement = self
            .tables
            .prepare_cached("SELECT owner FROM seen WHERE id = ?1")?;
        let mut rows = statement.query([&id.to_be_bytes()[..]])?;
        while let Some(row) = rows.next()? {
            let found: Key = row.get(0)?;
            if found == owner || Some(found) == other {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The account a device was merged into.
    fn account_of(&mut self, device: Key) -> rusqlite::Result<Option<Key>> {
        if let Some(account) = self.devices.get(&device) {
            return Ok(*account);
        }
        let account = self
            .tables
            .prepare_cached("SELECT account FROM merges WHERE device = ?1")?
            .query_row([device], |row| row.get(0))
            .optional()?;
        self.devices.insert(device, account);
        Ok(account)
    }

    fn commit(&mut self, draft: Draft) {
        let written = if draft.records.is_empty() && draft.probes.is_empty() {
            Ok(())
        } else {
            self.append(&draft)
        };
        match written {
            Ok(()) => self.keep(draft),
            Err(error) => self.give_up(draft, &error),
        }
    }

    /// Appends to the journal, and lets it forget what the tables keep for good.
    fn append(&mut self, draft: &Draft) -> Result<(), String> {
        self.packer
            .pack(&draft.records, &mut self.packed)
            .map_err(|error| error.to_string())?;
        let durable = self.relay.durable.load(Ordering::Acquire);
        let transaction = self
            .journal
            .transaction()
            .map_err(|error| error.to_string())?;
        let appended = || -> rusqlite::Result<()> {
            if durable > self.trimmed {
                transaction
                    .prepare_cached("DELETE FROM journal WHERE seq <= ?1")?
                    .execute([durable])?;
            }
            transaction
                .prepare_cached("INSERT INTO journal VALUES (?1, ?2)")?
                .execute((self.seq + 1, &self.packed))?;
            Ok(())
        };
        appended()
            .and_then(|()| transaction.commit())
            .map_err(|error| error.to_string())?;
        self.trimmed = durable;
        Ok(())
    }

    fn keep(&mut self, draft: Draft) {
        self.counts
            .duplicates
            .fetch_add(draft.duplicates, Ordering::Relaxed);
        if !draft.records.is_empty() || !draft.probes.is_empty() {
            self.seq += 1;
            self.counts.commits.fetch_add(1, Ordering::Relaxed);
            self.commits.push_back((self.seq, draft.seen));
            self.relay.committed(Group {
                seq: self.seq,
                records: draft.records,
                owners: draft.owners,
            });
        }
        for (answer, kept) in draft.answers {
            // A caller that went away retries later and is told that its events are duplicates.
            drop(answer.send(Ok(kept)));
        }
        for probe in draft.probes {
            drop(probe.send(Ok(())));
        }
    }

    /// Nothing of a commit that failed is remembered.
    fn give_up(&mut self, draft: Draft, error: &str) {
        tracing::error!(place = %self.place.display(), error, "a commit failed; its writes were refused");
        for seen in &draft.seen {
            self.unfolded.remove(seen);
        }
        for device in &draft.merged {
            self.devices.remove(device);
        }
        let refused = || unavailable(&self.place, &error);
        for (answer, _) in draft.answers {
            drop(answer.send(Err(refused())));
        }
        for probe in draft.probes {
            drop(probe.send(Err(refused())));
        }
    }

    /// The journal's connection.
    #[cfg(test)]
    pub const fn journal(&self) -> &Connection {
        &self.journal
    }

    /// Waits until everything that was committed is folded; nothing is committed meanwhile.
    ///
    /// # Errors
    /// Why it cannot be.
    pub fn catch_up(&self) -> Result<(), String> {
        self.relay.wait_for_fold(self.seq)
    }

    /// Lets what is written from now on be judged by the tables alone: rows that it remembers may be gone.
    pub fn forget_devices(&mut self) {
        self.devices.clear();
    }

    /// Lets the journal forget what the tables keep for good, and leaves nothing of it in the file.
    ///
    /// # Errors
    /// What SQLite reports.
    pub fn scrub(&mut self) -> rusqlite::Result<()> {
        let durable = self.relay.durable.load(Ordering::Acquire);
        self.journal
            .execute("DELETE FROM journal WHERE seq <= ?1", [durable])?;
        self.trimmed = durable;
        self.journal.execute_batch("VACUUM")?;
        self.journal
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", (), |_| Ok(()))
    }

    fn forget_folded(&mut self) {
        let folded = self.relay.folded();
        while self.commits.front().is_some_and(|(seq, _)| *seq <= folded) {
            for seen in self
                .commits
                .pop_front()
                .into_iter()
                .flat_map(|(_, seen)| seen)
            {
                self.unfolded.remove(&seen);
            }
        }
        if self.commits.is_empty() && self.devices.len() > DEVICES {
            self.devices.clear();
        }
    }
}

/// What is new of all events, when those that are refused were left out.
fn among(refused: &[bool], new: Vec<bool>) -> Vec<bool> {
    if refused.is_empty() {
        return new;
    }
    let mut new = new.into_iter();
    refused
        .iter()
        .map(|refused| !refused && new.next().unwrap_or(false))
        .collect()
}

/// The time, in milliseconds since 1970.
pub fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| {
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    })
}
