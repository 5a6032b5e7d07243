//! Who was erased: hashes that refuse what arrives later.
//!
//! They are in a small file of their own, `erased`, so that they outlive a database that is replaced by an older backup;
//! they are in the database too, so that a backup has them. Each line is a kind, a key as hexadecimal digits, until when
//! what was recorded is refused, and when it was asked for, in milliseconds since 1970. A line is synced before anything
//! is erased, and a last line that was cut off was never answered.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError, RwLock};

use rustc_hash::FxHashMap;

use super::key::{self, Key};
use crate::codec::Label;
use crate::error::StoreError;
use crate::record::Record;
use crate::write::{Owner, StreamReport, Write};

/// The first line.
const HEAD: &str = "banso erased 1\n";

/// What a stone stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// An account with everyone in it.
    Account,
    /// A user of one account.
    User,
    /// A user of this id in any account, and the device of this id.
    Anyone,
    /// A device.
    Device,
}

impl Kind {
    /// Every kind; its place is its number in the tables.
    pub const ALL: [Self; 4] = [Self::Account, Self::User, Self::Anyone, Self::Device];

    const fn word(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::User => "user",
            Self::Anyone => "anyone",
            Self::Device => "device",
        }
    }
}

/// Refuses for ever.
pub const FOR_EVER: i64 = i64::MAX;

/// What is left of someone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stone {
    /// What it stands for.
    pub kind: Kind,
    /// The hash of it.
    pub key: Key,
    /// What was recorded until then is refused. A device is somebody else's later.
    pub until: i64,
    /// When the erasure was asked for.
    pub at: i64,
}

impl Stone {
    fn line(&self) -> String {
        let Self {
            kind,
            key,
            until,
            at,
        } = self;
        format!("{} {key:016x} {until} {at}\n", kind.word())
    }

    fn parse(line: &str) -> Option<Self> {
        let mut words = line.split(' ');
        let (kind, key) = (words.next()?, words.next()?);
        let stone = Self {
            kind: Kind::ALL.into_iter().find(|known| known.word() == kind)?,
            key: u64::from_str_radix(key, 16).ok()? as Key,
            until: words.next()?.parse().ok()?,
            at: words.next()?.parse().ok()?,
        };
        words.next().is_none().then_some(stone)
    }
}

/// The key that stands for a user's id, whatever the account. A name that stands for a user of an unknown account begins
/// with a control character, and is that user's too.
#[must_use]
pub fn anyone(name: &str) -> Key {
    key::person(name.strip_prefix('\u{1}').unwrap_or(name))
}

/// Whether what somebody sends is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is.
    Takes,
    /// It is, without the device, whose name is that of somebody who was erased.
    Redacts,
    /// Events that were recorded until then are not.
    From(i64),
    /// Nothing is.
    Refuses,
}

/// A write without what is refused of it.
#[derive(Debug)]
pub struct Sifted {
    /// What is left of it; `None` when there is nothing to keep.
    pub write: Option<Write>,
    /// Of each event of the write whether it is refused; empty when none is.
    pub refused: Vec<bool>,
}

/// Everyone who was erased.
#[derive(Debug)]
pub struct Erased {
    path: PathBuf,
    stones: RwLock<FxHashMap<(Kind, Key), Stone>>,
    /// Bytes of the file that are whole lines.
    whole: Mutex<u64>,
}

impl Erased {
    /// Reads the file, which need not be there.
    ///
    /// # Errors
    /// [`StoreError::Unusable`] when it cannot be read, or is none.
    pub fn open(path: PathBuf) -> Result<Self, StoreError> {
        let unusable = |reason: String, remedy: &str| StoreError::Unusable {
            place: path.display().to_string(),
            reason,
            remedy: remedy.to_owned(),
        };
        let mut text = String::new();
        match File::open(&path).and_then(|mut file| file.read_to_string(&mut text)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                return Err(unusable(
                    "it is not a list of who was erased".to_owned(),
                    REMEDY,
                ));
            }
            Err(error) => {
                return Err(unusable(
                    error.to_string(),
                    "let this process read and write it",
                ));
            }
            Ok(_) => {}
        }
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        let lines = &text[..whole];
        let mut stones = FxHashMap::default();
        if !lines.is_empty() && !lines.starts_with(HEAD)
            || lines.is_empty() && !HEAD.starts_with(&text)
        {
            return Err(unusable(
                "it is not a list of who was erased, or of a later version".to_owned(),
                REMEDY,
            ));
        }
        for (number, line) in lines.lines().enumerate().skip(1) {
            let stone = Stone::parse(line).ok_or_else(|| {
                unusable(format!("its line {} cannot be read", number + 1), REMEDY)
            })?;
            keep(&mut stones, stone);
        }
        Ok(Self {
            path,
            stones: RwLock::new(stones),
            whole: Mutex::new(whole as u64),
        })
    }

    /// Adds stones; they are on disk, and refuse, when this returns.
    ///
    /// # Errors
    /// When they cannot be written; then none is added.
    pub fn add(&self, stones: &[Stone]) -> io::Result<()> {
        let new: Vec<Stone> = {
            let known = self.stones.read().unwrap_or_else(PoisonError::into_inner);
            let is_new = |stone: &&Stone| {
                known
                    .get(&(stone.kind, stone.key))
                    .is_none_or(|known| known.until < stone.until)
            };
            stones.iter().filter(is_new).copied().collect()
        };
        if new.is_empty() {
            return Ok(());
        }
        let mut whole = self.whole.lock().unwrap_or_else(PoisonError::into_inner);
        let mut lines = String::new();
        if *whole == 0 {
            lines.push_str(HEAD);
        }
        lines.extend(new.iter().map(Stone::line));
        let mut file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&self.path)?;
        file.set_len(*whole)?;
        file.seek(SeekFrom::End(0))?;
        file.write_all(lines.as_bytes())?;
        file.sync_all()?;
        if *whole == 0
            && let Some(folder) = self.path.parent()
        {
            File::open(folder)?.sync_all()?;
        }
        *whole += lines.len() as u64;
        drop(whole);
        let mut known = self.stones.write().unwrap_or_else(PoisonError::into_inner);
        for stone in new {
            keep(&mut known, stone);
        }
        Ok(())
    }

    /// All of them, in order.
    #[must_use]
    pub fn all(&self) -> Vec<Stone> {
        let stones = self.stones.read().unwrap_or_else(PoisonError::into_inner);
        let mut all: Vec<Stone> = stones.values().copied().collect();
        all.sort_unstable();
        all
    }

    /// Where they are kept.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether a record is taken.
    #[must_use]
    pub fn judge(&self, record: &Record<'_>) -> Verdict {
        self.verdict(record.of_account, record.owner, record.user, record.device)
    }

    fn verdict(
        &self,
        of_account: bool,
        owner: Label<'_>,
        user: Option<&str>,
        device: Label<'_>,
    ) -> Verdict {
        let stones = self.stones.read().unwrap_or_else(PoisonError::into_inner);
        if stones.is_empty() {
            return Verdict::Takes;
        }
        let until = |kind, key| stones.get(&(kind, key)).map(|stone| stone.until);
        let named = |label: Label<'_>| until(Kind::Anyone, anyone(&label.to_string())).is_some();
        if !of_account {
            return match until(Kind::Device, key::device(owner)) {
                Some(FOR_EVER) => Verdict::Refuses,
                _ if named(owner) => Verdict::Refuses,
                Some(until) => Verdict::From(until),
                None => Verdict::Takes,
            };
        }
        let account = key::account(owner);
        let is_users = user.is_some_and(|user| {
            until(Kind::User, key::user(account, user)).is_some()
                || until(Kind::Anyone, anyone(user)).is_some()
        });
        if is_users || until(Kind::Account, account).is_some() {
            Verdict::Refuses
        } else if until(Kind::Device, key::device(device)) == Some(FOR_EVER) || named(device) {
            Verdict::Redacts
        } else {
            Verdict::Takes
        }
    }

    /// A write without what is refused of it; `None` when nothing is. What is refused is accounted for as rejected, under
    /// the name of nobody.
    #[must_use]
    pub fn sift(&self, write: &Write) -> Option<Sifted> {
        let (of_account, owner) = match &write.owner {
            Owner::Account(id) => (true, id),
            Owner::Device(id) => (false, id),
        };
        let verdict = self.verdict(
            of_account,
            Label::of(owner),
            write.user.as_deref(),
            Label::of(&write.device),
        );
        sifted(write, verdict)
    }
}

const REMEDY: &str = "it was left as it is: put back the file of the last backup, or the events of \
     people who were erased would be taken again";

fn keep(stones: &mut FxHashMap<(Kind, Key), Stone>, stone: Stone) {
    let known = stones.entry((stone.kind, stone.key)).or_insert(stone);
    if known.until < stone.until {
        *known = stone;
    }
}

/// A write without what a verdict refuses of it. What is refused counts for its page load, whose name is hidden.
#[must_use]
pub fn sifted(write: &Write, verdict: Verdict) -> Option<Sifted> {
    let refused: Vec<bool> = match verdict {
        Verdict::Takes => return None,
        Verdict::Redacts => {
            let write = Write {
                device: String::new(),
                merge: false,
                ..write.clone()
            };
            return Some(Sifted {
                write: Some(write),
                refused: Vec::new(),
            });
        }
        Verdict::Refuses => vec![true; write.events.len()],
        Verdict::From(until) => {
            let is_over = |event: &crate::write::NewEvent| event.recorded.0 <= until;
            write.events.iter().map(is_over).collect()
        }
    };
    if verdict != Verdict::Refuses && !refused.contains(&true) {
        return None;
    }
    let stream = write.stream.clone().map(|report| StreamReport {
        rejected: report
            .rejected
            .iter()
            .copied()
            .chain(
                write
                    .events
                    .iter()
                    .zip(&refused)
                    .filter(|(_, refused)| **refused)
                    .map(|(event, _)| event.seq),
            )
            .collect(),
        stream: match report.stream.as_str() {
            "" => String::new(),
            stream => key::hidden_stream(&report.key, stream),
        },
        ..report
    });
    let write = match verdict {
        Verdict::Refuses => stream.map(|stream| Write {
            owner: Owner::Device(String::new()),
            user: None,
            device: String::new(),
            events: Vec::new(),
            traits: Vec::new(),
            merge: false,
            stream: Some(stream),
            received: write.received,
            received_day: write.received_day,
        }),
        Verdict::Takes | Verdict::Redacts | Verdict::From(_) => {
            let mut left = write.clone();
            let mut flags = refused.iter();
            left.events.retain(|_| flags.next() == Some(&false));
            left.stream = stream;
            Some(left)
        }
    };
    Some(Sifted { write, refused })
}
