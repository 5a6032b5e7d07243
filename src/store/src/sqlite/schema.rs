//! The tables.
//!
//! Every key begins with the owner (or with a user, whose key is made from the owner's), so that what is one's lies
//! together and is read in one pass. Days are days since 1970; a day of [`LIFETIME`] is the sum over all of them.

/// The version of the tables; `meta.version` of the file says which it has.
pub const VERSION: i64 = 2;

/// What brings a file of the version before to the next, first for an empty file.
pub const MIGRATIONS: [&str; VERSION as usize] = [V1, V2];

const V1: &str = "
-- Numbers of the store: its version, the last commit that was folded, counts.
CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;

-- The truth: packed records of one owner, appended; what small ones are packed with; and where each owner's are.
CREATE TABLE log (seq INTEGER PRIMARY KEY, owner INTEGER NOT NULL, received INTEGER NOT NULL, events INTEGER NOT NULL, data BLOB NOT NULL);
CREATE TABLE dictionaries (dictionary INTEGER PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE log_of (owner INTEGER, seq INTEGER, PRIMARY KEY (owner, seq)) WITHOUT ROWID;

-- Ids of events, in the order of the time they were recorded at; when the ids of a recorded day were last added to.
CREATE TABLE seen (id BLOB, owner INTEGER, PRIMARY KEY (id, owner)) WITHOUT ROWID;
CREATE TABLE seen_days (day INTEGER PRIMARY KEY, added INTEGER NOT NULL);

-- Sums; `added` is the UTC day on which a row was written, `late` is the number of days from the day to the day it was received;
-- a user's day 0 is the sum of all days that are no longer kept apart.
CREATE TABLE metrics (metric INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE);
CREATE TABLE uses (owner INTEGER, day INTEGER, late INTEGER, metric INTEGER, sum INTEGER NOT NULL, PRIMARY KEY (owner, day, late, metric)) WITHOUT ROWID;
CREATE TABLE user_uses (user INTEGER, metric INTEGER, day INTEGER, sum INTEGER NOT NULL, PRIMARY KEY (user, metric, day)) WITHOUT ROWID;
CREATE TABLE active (owner INTEGER, day INTEGER, user INTEGER, received INTEGER NOT NULL, PRIMARY KEY (owner, day, user)) WITHOUT ROWID;
CREATE TABLE sessions (owner INTEGER, session INTEGER, added INTEGER NOT NULL, PRIMARY KEY (owner, session)) WITHOUT ROWID;

-- Progress: `subject` is a user, a device, or for items also an account.
CREATE TABLE guides (user INTEGER, guide TEXT, state TEXT NOT NULL, PRIMARY KEY (user, guide)) WITHOUT ROWID;
CREATE TABLE items (subject INTEGER, item TEXT, at INTEGER NOT NULL, PRIMARY KEY (subject, item)) WITHOUT ROWID;
CREATE TABLE answers (user INTEGER, question TEXT, value TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (user, question)) WITHOUT ROWID;
CREATE TABLE interruptions (user INTEGER PRIMARY KEY, times TEXT NOT NULL);

-- What was searched in help and not found, by who searched it, so that it can be forgotten with them.
CREATE TABLE missed (query TEXT, user INTEGER, count INTEGER NOT NULL, last INTEGER NOT NULL, PRIMARY KEY (query, user)) WITHOUT ROWID;

-- History.
CREATE TABLE traits (subject INTEGER, name TEXT, received INTEGER, n INTEGER, value TEXT NOT NULL, source INTEGER NOT NULL, PRIMARY KEY (subject, name, received, n)) WITHOUT ROWID;
CREATE TABLE merges (device INTEGER PRIMARY KEY, account INTEGER NOT NULL, user INTEGER, received INTEGER NOT NULL, day INTEGER NOT NULL);
CREATE INDEX merges_of ON merges (account, user);

-- Names.
CREATE TABLE accounts (owner INTEGER PRIMARY KEY, name TEXT NOT NULL, first_seen INTEGER NOT NULL, last_seen INTEGER, unscored INTEGER NOT NULL,
  score REAL, band TEXT, stage TEXT, trend REAL, reason TEXT, scored_at INTEGER);
CREATE UNIQUE INDEX accounts_by_name ON accounts (name);
CREATE INDEX accounts_by_score ON accounts (score, name);
CREATE INDEX accounts_by_score_descending ON accounts (score DESC, name);
CREATE TABLE users (owner INTEGER, user INTEGER, name TEXT NOT NULL, first_seen INTEGER NOT NULL, last_seen INTEGER, PRIMARY KEY (owner, user)) WITHOUT ROWID;

-- Tokens of programs, by what they hash to.
CREATE TABLE tokens (id TEXT PRIMARY KEY, scope TEXT NOT NULL, name TEXT NOT NULL, hash BLOB NOT NULL, created INTEGER NOT NULL) WITHOUT ROWID;

-- What became of what was sent: what is known of each page load, and the sums by day and key.
CREATE TABLE streams (stream INTEGER PRIMARY KEY, key TEXT NOT NULL, day INTEGER NOT NULL, state BLOB NOT NULL, added INTEGER NOT NULL);
CREATE TABLE losses (day INTEGER, key TEXT, sent INTEGER NOT NULL, received INTEGER NOT NULL, duplicate INTEGER NOT NULL, rejected INTEGER NOT NULL,
  dropped INTEGER NOT NULL, PRIMARY KEY (day, key)) WITHOUT ROWID;
";

const V2: &str = "
-- When a segment's last record was received, as a UTC day, and how many days before that its first was; of segments that were written before, nobody looked.
ALTER TABLE log_of ADD COLUMN day INTEGER NOT NULL DEFAULT 0;
ALTER TABLE log_of ADD COLUMN span INTEGER;
UPDATE log_of SET day = (SELECT received / 86400000 FROM log WHERE log.seq = log_of.seq);

-- Who was erased, as hashes, and whether it was done here; when someone of an account was last erased.
CREATE TABLE erased (kind INTEGER, key INTEGER, until INTEGER NOT NULL, at INTEGER NOT NULL, done INTEGER NOT NULL, PRIMARY KEY (kind, key)) WITHOUT ROWID;
ALTER TABLE accounts ADD COLUMN erased INTEGER;
";
