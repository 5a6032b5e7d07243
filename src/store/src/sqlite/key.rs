//! The numbers that names are kept by: 64 bits of a hash, the same on every machine and in every version.
//!
//! An owner's key is in the key of everything that is theirs. Two names of one kind share a key once in billions of
//! pairs; names stand beside the keys in `accounts` and `users`.

use crate::codec::Label;
use crate::write::Owner;

/// The key of an owner, a user, a session or a page load.
pub type Key = i64;

fn hash(kind: u8, of: Key, name: &[u8]) -> Key {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&[kind]);
    hasher.update(&of.to_be_bytes());
    hasher.update(name);
    let mut key = [0; 8];
    key.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
    Key::from_be_bytes(key)
}

fn of_label(kind: u8, of: Key, label: Label<'_>) -> Key {
    match label {
        Label::Uuid(bits) => hash(kind, of, &bits.to_be_bytes()),
        Label::Text(text) => hash(kind | 0x80, of, text.as_bytes()),
    }
}

/// The key of an account.
#[must_use]
pub fn account(id: Label<'_>) -> Key {
    of_label(1, 0, id)
}

/// The key of a device, as an owner and as the user who sits before it.
#[must_use]
pub fn device(id: Label<'_>) -> Key {
    of_label(2, 0, id)
}

/// The key of a user of an account.
#[must_use]
pub fn user(account: Key, id: &str) -> Key {
    hash(3, account, id.as_bytes())
}

/// The key of a user's id, whatever the account.
#[must_use]
pub fn person(id: &str) -> Key {
    hash(7, 0, id.as_bytes())
}

/// The key of a session.
#[must_use]
pub fn visit(id: Label<'_>) -> Key {
    of_label(4, 0, id)
}

/// The key of a page load that sends with the key of this name.
#[must_use]
pub fn stream(key: &str, id: Label<'_>) -> Key {
    let hidden = match id {
        Label::Text(text) => text.strip_prefix(HIDDEN),
        Label::Uuid(_) => None,
    };
    hidden
        .and_then(|digits| u64::from_str_radix(digits, 16).ok())
        .map_or_else(
            || of_label(5, hash(6, 0, key.as_bytes()), id),
            |bits| bits as Key,
        )
}

/// What the name of a hidden page load begins with; no client's may have a control character.
const HIDDEN: char = '\u{1}';

/// A name of a page load that has the same key and tells nothing else of it.
#[must_use]
pub fn hidden_stream(key: &str, id: &str) -> String {
    format!("{HIDDEN}{:016x}", stream(key, Label::of(id)))
}

/// The key of an owner.
#[must_use]
pub fn owner(owner: &Owner) -> Key {
    match owner {
        Owner::Account(id) => account(Label::of(id)),
        Owner::Device(id) => device(Label::of(id)),
    }
}

/// What an event is known by: in the order of the time it was recorded at, so that live traffic appends.
///
/// A UUIDv7 is its own; of a foreign id the last 80 bits are taken below the time it was recorded at.
#[must_use]
pub const fn seen(id: u128, recorded: i64) -> u128 {
    (recorded as u128 & 0xffff_ffff_ffff) << 80 | id & ((1 << 80) - 1)
}
