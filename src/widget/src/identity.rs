//! Who is here: the device, the visit, the user and account the host named.

use banso_model::time::Timestamp;
use banso_model::value::{Value, Values};
use banso_model::wire::Sender;
use serde::Serialize;

use crate::browser;
use crate::ids::Ids;
use crate::json;
use crate::storage::Storage;
use crate::visit::Visit;

/// So long a visit is neither read from nor written to the device again, which bounds the error of its idle time.
const GRAIN_MS: i64 = 10_000;

const DEVICE: &str = "device";
const VISIT: &str = "visit";

/// What the host said with `identify`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Naming {
    /// The user's id and traits.
    pub user: Option<(String, Values)>,
    /// The account's id and traits.
    pub account: Option<(String, Values)>,
    /// The identity token.
    pub token: Option<String>,
}

/// Whose things are recorded from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The same as before, with other traits or another token.
    Same,
    /// A user where there was none: what the device did is theirs.
    Login,
    /// Another user or another account.
    Other,
}

/// Who is here.
#[derive(Debug)]
pub struct Identity {
    key: String,
    storage: Storage,
    device: String,
    stream: String,
    visit: Visit,
    visit_checked: Timestamp,
    named: Naming,
    who: Option<String>,
}

/// The part of a [`Sender`] that is frozen with an event.
#[derive(Serialize)]
struct Who<'a> {
    key: &'a str,
    device: &'a str,
    stream: &'a str,
    session: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<&'a str>,
}

impl Identity {
    /// Reads or makes the device's id and the visit.
    pub fn open(key: &str, storage: Storage, now: Timestamp, named: Naming) -> Self {
        // Events have ids of their own, which may be of an earlier time.
        let mut ids = Ids::default();
        let mut fresh = || ids.next(now.0, browser::random_bytes());
        let device = storage.read(DEVICE).unwrap_or_else(|| {
            let device = fresh();
            storage.write(DEVICE, &device);
            device
        });
        Self {
            key: key.to_owned(),
            storage,
            device,
            stream: fresh(),
            visit: Visit::default(),
            visit_checked: Timestamp(i64::MIN),
            named,
            who: None,
        }
    }

    /// The user's id, once named.
    pub fn user(&self) -> Option<&str> {
        self.named.user.as_ref().map(|(id, _)| id.as_str())
    }

    /// This page load.
    pub fn stream(&self) -> &str {
        &self.stream
    }

    /// The identity token, when the host gave one.
    pub fn token(&self) -> Option<&str> {
        self.named.token.as_deref()
    }

    /// Attributes the host claims for the user and for the account.
    pub fn traits(&self) -> (Values, Values) {
        let of = |named: &Option<(String, Values)>| {
            named
                .as_ref()
                .map(|(_, traits)| traits.clone())
                .unwrap_or_default()
        };
        (of(&self.named.user), of(&self.named.account))
    }

    /// The host says who is here.
    pub fn name(&mut self, named: Naming) -> Change {
        let before = std::mem::take(&mut self.named);
        let id = |named: &Option<(String, Values)>| named.as_ref().map(|(id, _)| id.clone());
        let token_alone = named.user.is_none() && named.account.is_none();
        let same_user = named.user.is_none() || id(&named.user) == id(&before.user);
        let change = match (id(&before.user), id(&named.user)) {
            _ if token_alone || (same_user && id(&before.account) == id(&named.account)) => {
                Change::Same
            }
            (None, Some(_)) => Change::Login,
            _ if same_user && before.account.is_none() => Change::Login,
            _ => Change::Other,
        };
        // A token belongs to its user: another user's says nothing.
        let old_token = before.token.filter(|_| same_user);
        self.named = Naming {
            user: named.user.or(before.user),
            account: named.account.or(before.account.filter(|_| same_user)),
            token: named.token.or(old_token),
        };
        self.who = None;
        change
    }

    /// Nobody is known to be here; the device stays the same.
    pub fn unname(&mut self) {
        self.named = Naming::default();
        self.who = None;
    }

    /// Nobody is here: the next to come is somebody else, on a device of their own.
    pub fn reset(&mut self, ids: &mut Ids, now: Timestamp) {
        self.unname();
        self.device = ids.next(now.0, browser::random_bytes());
        self.storage.write(DEVICE, &self.device);
        self.visit = Visit::default();
        self.visit_checked = Timestamp(i64::MIN);
        self.storage.write(VISIT, &self.visit);
    }

    /// Who records something now, as the members of a batch that are frozen with it, in JSON without braces.
    pub fn who(&mut self, ids: &mut Ids, now: Timestamp) -> String {
        self.keep_visit(ids, now);
        if let Some(who) = &self.who {
            return who.clone();
        }
        let who = Who {
            key: &self.key,
            device: &self.device,
            stream: &self.stream,
            session: &self.visit.id,
            user: self.user(),
            account: self.named.account.as_ref().map(|(id, _)| id.as_str()),
        };
        let written = json::write(&who);
        let members = written
            .strip_prefix("{")
            .and_then(|written| written.strip_suffix("}"))
            .unwrap_or_default()
            .to_owned();
        self.who = Some(members.clone());
        members
    }

    /// Who asks now.
    pub fn sender(&mut self, ids: &mut Ids, now: Timestamp) -> Sender {
        self.keep_visit(ids, now);
        Sender {
            key: self.key.clone(),
            device: self.device.clone(),
            stream: self.stream.clone(),
            session: self.visit.id.clone(),
            user: self.user().map(str::to_owned),
            account: self.named.account.as_ref().map(|(id, _)| id.clone()),
            token: self.named.token.clone(),
            sent_at: now,
        }
    }

    /// When this visit began.
    pub fn began(&self) -> Timestamp {
        self.visit.began
    }

    /// Another tab may have kept the visit alive, so it is read again when this one is not sure.
    fn keep_visit(&mut self, ids: &mut Ids, now: Timestamp) {
        if self.visit.holds(now) && now.since(self.visit_checked) < GRAIN_MS {
            return;
        }
        let stored: Visit = self.storage.read(VISIT).unwrap_or_default();
        let latest = if stored.last >= self.visit.last {
            stored
        } else {
            self.visit.clone()
        };
        let visit = latest.at(now, || ids.next(now.0, browser::random_bytes()));
        self.storage.write(VISIT, &visit);
        self.visit_checked = now;
        if visit.id != self.visit.id {
            self.who = None;
        }
        self.visit = visit;
    }
}

/// Takes the id out of what the host gave for a user or an account.
pub fn with_id(mut given: Values) -> Option<(String, Values)> {
    let id = match given.remove("id")? {
        Value::Text(id) if !id.is_empty() => id,
        number @ Value::Number(_) => json::write(&number),
        _ => return None,
    };
    Some((id, given))
}
