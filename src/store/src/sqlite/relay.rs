//! What the thread that commits and the thread that folds hand each other.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustc_hash::FxHashMap;
use tokio::sync::{oneshot, watch};

use super::fold::Fold;
use super::key::Key;
use super::tokens::Change;
use crate::Unscored;
use crate::error::StoreError;
use crate::read::Score;

/// Records of one commit, in the order they were accepted.
#[derive(Debug)]
pub struct Group {
    /// Its place in the journal.
    pub seq: i64,
    /// The records.
    pub records: Vec<u8>,
    /// Whose they are, and the accounts that they count for.
    pub owners: Vec<Key>,
}

/// What only the thread that writes the tables may do.
#[derive(Debug)]
pub enum Command {
    /// [`crate::Store::put_scores`].
    Scores(Vec<(Unscored, Score)>),
    /// [`crate::Store::unscore_all`].
    UnscoreAll,
    /// [`crate::Store::put_token`] and [`crate::Store::remove_token`].
    Token(Change),
    /// Finds out whether the tables can be written.
    Probe,
    /// Anything else.
    Work(Work),
}

impl Command {
    /// Whether what was committed before it must be folded first. Scores are of accounts that are in the tables.
    const fn is_urgent(&self) -> bool {
        !matches!(self, Self::Scores(_))
    }
}

/// Work of the thread that writes the tables.
pub struct Work(pub Box<dyn FnOnce(&mut Fold) + Send>);

impl std::fmt::Debug for Work {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Work")
    }
}

/// A command, and who waits for it.
pub type Asked = (Command, oneshot::Sender<Result<(), StoreError>>);

/// What is to be done next by the thread that folds.
#[derive(Debug, Default)]
pub struct Next {
    /// Commits to fold.
    pub groups: Vec<Group>,
    /// Commands, after them.
    pub commands: Vec<Asked>,
    /// Nothing comes after this.
    pub last: bool,
}

/// How far the tables are.
#[derive(Clone, Debug, Default)]
pub struct Folded {
    /// The last commit in the tables.
    pub seq: i64,
    /// Why the next could not be folded; it is tried again.
    pub error: Option<String>,
}

/// Most bytes of records folded at once.
const AT_ONCE: usize = 16 << 20;
/// Most bytes of records that wait to be folded; commits wait when there are more.
const AT_MOST: usize = 32 << 20;
/// Fewer bytes that wait are no hurry.
const IDLE: usize = 1 << 20;
/// How long commits are gathered when nobody waits for them to be folded.
const LINGER: Duration = Duration::from_millis(150);

/// What waits to be folded, and how far folding is.
#[derive(Debug)]
pub struct Relay {
    state: Mutex<State>,
    work: Condvar,
    room: Condvar,
    committed: AtomicI64,
    /// Of whom there is something to fold, and the last commit that has it.
    owners: Mutex<FxHashMap<Key, i64>>,
    folded: watch::Sender<Folded>,
    /// The last commit that the tables keep through a loss of power: the journal may forget those up to it.
    pub durable: AtomicI64,
}

#[derive(Debug, Default)]
struct State {
    groups: VecDeque<Group>,
    commands: Vec<Asked>,
    /// Bytes of `groups` and of what is being folded.
    bytes: usize,
    /// Somebody waits for this commit to be folded.
    wanted: i64,
    since: Option<Instant>,
    closing: bool,
}

impl Relay {
    /// A relay after the commit `seq`.
    #[must_use]
    pub fn after(seq: i64) -> Self {
        Self {
            state: Mutex::default(),
            work: Condvar::new(),
            room: Condvar::new(),
            committed: AtomicI64::new(seq),
            owners: Mutex::default(),
            folded: watch::Sender::new(Folded { seq, error: None }),
            durable: AtomicI64::new(seq),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere cannot leave the state half changed: every change of it is a few infallible steps.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until there is room for another commit.
    ///
    /// # Errors
    /// Why nothing can be folded, when that is why there is no room.
    pub fn wait_for_room(&self) -> Result<(), String> {
        let mut state = self.state();
        while state.bytes > AT_MOST {
            if let Some(error) = &self.folded.borrow().error {
                return Err(error.clone());
            }
            state = self
                .room
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        Ok(())
    }

    /// Waits until a commit is folded.
    ///
    /// # Errors
    /// Why it cannot be.
    pub fn wait_for_fold(&self, seq: i64) -> Result<(), String> {
        let mut state = self.state();
        state.wanted = state.wanted.max(seq);
        self.work.notify_one();
        loop {
            let folded = self.folded.borrow().clone();
            match folded.error {
                _ if folded.seq >= seq => return Ok(()),
                Some(error) => return Err(error),
                None => {}
            }
            state = self
                .room
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn owners(&self) -> MutexGuard<'_, FxHashMap<Key, i64>> {
        self.owners.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands over a commit that is on disk.
    pub fn committed(&self, group: Group) {
        self.owners()
            .extend(group.owners.iter().map(|owner| (*owner, group.seq)));
        let mut state = self.state();
        state.bytes += group.records.len();
        state.since.get_or_insert_with(Instant::now);
        self.committed.store(group.seq, Ordering::Release);
        state.groups.push_back(group);
        drop(state);
        self.work.notify_one();
    }

    /// The last commit that was folded.
    #[must_use]
    pub fn folded(&self) -> i64 {
        self.folded.borrow().seq
    }

    /// Asks for something to be done after everything that is committed by now.
    pub fn ask(&self, command: Command) -> oneshot::Receiver<Result<(), StoreError>> {
        let (answer, answered) = oneshot::channel();
        self.state().commands.push((command, answer));
        self.work.notify_one();
        answered
    }

    /// Waits until everything that is committed by now can be read, of one owner or of all, and has it folded at once.
    ///
    /// # Errors
    /// Why it cannot be folded.
    pub async fn caught_up(&self, owner: Option<Key>) -> Result<(), String> {
        let target = match owner {
            None => self.committed.load(Ordering::Acquire),
            Some(owner) => self.owners().get(&owner).copied().unwrap_or(0),
        };
        if self.folded() >= target {
            return Ok(());
        }
        {
            let mut state = self.state();
            state.wanted = state.wanted.max(target);
        }
        self.work.notify_one();
        self.reached(target).await
    }

    /// Waits until everything that is committed by now can be read, when its time has come: for who is in no hurry.
    ///
    /// # Errors
    /// Why it cannot be folded.
    pub async fn settled(&self) -> Result<(), String> {
        self.reached(self.committed.load(Ordering::Acquire)).await
    }

    async fn reached(&self, target: i64) -> Result<(), String> {
        let mut folded = self.folded.subscribe();
        let now = folded
            .wait_for(|folded| folded.seq >= target || folded.error.is_some())
            .await
            .map_err(|_| "it was closed".to_owned())?;
        match &now.error {
            Some(error) if now.seq < target => Err(error.clone()),
            _ => Ok(()),
        }
    }

    /// Waits for something to fold or to do.
    pub fn next(&self) -> Next {
        let mut state = self.state();
        loop {
            let waited = state.since.map(|since| since.elapsed());
            let wanted = state.wanted > self.folded() && !state.groups.is_empty();
            let ripe = waited.is_some_and(|waited| waited >= LINGER) || state.bytes >= AT_ONCE;
            let urgent = state
                .commands
                .iter()
                .any(|(command, _)| command.is_urgent());
            if wanted || ripe || urgent || state.closing {
                return state.take();
            }
            if !state.commands.is_empty() {
                return state.take_commands();
            }
            state = match waited {
                Some(waited) => {
                    self.work
                        .wait_timeout(state, LINGER.saturating_sub(waited))
                        .unwrap_or_else(PoisonError::into_inner)
                        .0
                }
                None => self
                    .work
                    .wait(state)
                    .unwrap_or_else(PoisonError::into_inner),
            };
        }
    }

    /// Waits a while before something is tried again. `false`, and at once, when the store is closing.
    pub fn pause(&self, time: Duration) -> bool {
        let state = self.state();
        let (state, _) = self
            .work
            .wait_timeout_while(state, time, |state| !state.closing)
            .unwrap_or_else(PoisonError::into_inner);
        !state.closing
    }

    /// Whether little waits to be folded, and nobody waits for it.
    pub fn is_idle(&self) -> bool {
        let state = self.state();
        state.bytes < IDLE
            && !state.closing
            && state.commands.is_empty()
            && state.wanted <= self.folded()
    }

    /// Says that everything up to `seq`, of so many bytes, can be read.
    pub fn did_fold(&self, seq: i64, bytes: usize) {
        {
            let mut state = self.state();
            state.bytes -= bytes;
            self.folded.send_replace(Folded { seq, error: None });
            self.room.notify_all();
        }
        self.owners().retain(|_, last| *last > seq);
    }

    /// Why folding fails now, if it does.
    #[must_use]
    pub fn error(&self) -> Option<String> {
        self.folded.borrow().error.clone()
    }

    /// Says why folding fails now.
    pub fn could_not_fold(&self, error: String) {
        let _state = self.state();
        self.folded.send_modify(|folded| folded.error = Some(error));
        self.room.notify_all();
    }

    /// Lets the thread that folds finish what there is and end. Nothing may be committed afterwards.
    pub fn close(&self) {
        self.state().closing = true;
        self.work.notify_all();
        self.room.notify_all();
    }
}

impl State {
    /// Commands alone, which need nothing of what was committed before them.
    fn take_commands(&mut self) -> Next {
        Next {
            commands: std::mem::take(&mut self.commands),
            ..Next::default()
        }
    }

    /// Commands come with everything that was committed before them; groups alone come in portions.
    fn take(&mut self) -> Next {
        let mut work = Next {
            commands: std::mem::take(&mut self.commands),
            ..Next::default()
        };
        let mut bytes = 0;
        while let Some(group) = self.groups.pop_front() {
            bytes += group.records.len();
            work.groups.push(group);
            if bytes >= AT_ONCE && work.commands.is_empty() {
                break;
            }
        }
        if self.groups.is_empty() {
            self.since = None;
        }
        work.last = self.closing && self.groups.is_empty();
        work
    }
}
