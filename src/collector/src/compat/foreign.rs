//! A message of another vendor's client in our words, before it is judged.

use std::borrow::Cow;

use banso_model::event::Kind;
use banso_model::time::Timestamp;
use banso_model::value::Values;
use banso_model::wire::limits;

use crate::ingest::batch::is_too_long;
use crate::ingest::judge::{Reason, Rejection};
use crate::ingest::props::{self, Flaw};

/// A message.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Foreign<'a> {
    /// Its id as the client wrote it; empty when it has none.
    pub id: Cow<'a, str>,
    /// Its length as JSON, in bytes.
    pub size: usize,
    /// The browser or phone; empty when a server speaks.
    pub device: Cow<'a, str>,
    /// The user, once identified.
    pub user: Option<Cow<'a, str>>,
    /// The account, when the message names one.
    pub account: Option<Cow<'a, str>>,
    /// The visit.
    pub session: Cow<'a, str>,
    /// An identity token.
    pub token: Option<Cow<'a, str>>,
    /// When it happened, by the client's clock.
    pub at: Option<Timestamp>,
    /// When it was recorded, where that is known apart from [`Foreign::at`].
    pub recorded: Option<Timestamp>,
    /// What the client's clock showed when it sent this.
    pub sent_at: Option<Timestamp>,
    /// What happened; none when the message only tells of people.
    pub event: Option<Happened<'a>>,
    /// What it says of the user.
    pub user_traits: Values,
    /// What it says of the user unless something is known.
    pub first_traits: Values,
    /// What it says of the account.
    pub account_traits: Values,
    /// Another name of the user: a device, or a name they had before.
    pub previous: Option<Cow<'a, str>>,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Happened<'a> {
    /// What it is about.
    pub kind: Kind,
    /// Name within the kind.
    pub name: Cow<'a, str>,
    /// Path of the page.
    pub page: Option<Cow<'a, str>>,
    /// Props as JSON; empty for none.
    pub props: String,
}

/// A message, or why it is none.
pub type Read<'a> = Result<Foreign<'a>, Rejection>;

impl Foreign<'_> {
    /// Whether it says anything that may be kept. Of a user it at least says which device and account are theirs.
    #[must_use]
    pub fn is_kept(&self) -> bool {
        self.event.is_some() || self.user.is_some() || self.tells()
    }

    /// Whether it has traits.
    #[must_use]
    pub fn tells(&self) -> bool {
        !(self.user_traits.is_empty()
            && self.first_traits.is_empty()
            && self.account_traits.is_empty())
    }

    /// Whether its names may be keys of the store.
    ///
    /// # Errors
    /// Why they may not.
    pub fn check_names(&self) -> Result<(), Reason> {
        let names = [
            Some(&self.id),
            Some(&self.device),
            Some(&self.session),
            self.user.as_ref(),
            self.account.as_ref(),
            self.previous.as_ref(),
        ];
        for name in names.into_iter().flatten() {
            if is_too_long(name) {
                return Err(Reason::NameTooLong);
            }
            if name.chars().any(char::is_control) {
                return Err(Reason::InvalidEvent);
            }
        }
        Ok(())
    }

    /// A rejection of this message.
    #[must_use]
    pub fn rejected(&self, reason: Reason) -> Rejection {
        rejected(&self.id, reason)
    }
}

/// A rejection of the message with this id.
#[must_use]
pub fn rejected(id: &str, reason: Reason) -> Rejection {
    Rejection {
        id: id.chars().take(limits::NAME).collect(),
        reason,
    }
}

/// Whether the JSON of traits is readable and does not nest deeper than any.
///
/// # Errors
/// Why it is not taken.
pub fn check_traits(json: &str) -> Result<(), Reason> {
    props::check(json).map_err(|flaw| match flaw {
        Flaw::TooDeep => Reason::TooDeep,
        Flaw::Unreadable => Reason::InvalidEvent,
    })
}

/// A message in words, for tables of tests; empty when nothing of it is kept.
#[cfg(test)]
pub(super) fn shown(read: Read<'_>) -> String {
    let foreign = match read {
        Ok(foreign) => foreign,
        Err(rejection) => return format!("{}: {}", rejection.id, rejection.reason.code()),
    };
    if !foreign.is_kept() && foreign.account.is_none() {
        return String::new();
    }
    let json = |values: &Values| serde_json::to_string(values).unwrap_or_default();
    let device = Some(&foreign.device).filter(|device| !device.is_empty());
    let session = Some(&foreign.session).filter(|session| !session.is_empty());
    let names = [
        ("device", device),
        ("user", foreign.user.as_ref()),
        ("account", foreign.account.as_ref()),
        ("session", session),
        ("token", foreign.token.as_ref()),
    ];
    let names: Vec<String> = names
        .into_iter()
        .filter_map(|(word, name)| name.map(|name| format!("{word} {name}")))
        .collect();
    let mut shown = format!("{}: {}", foreign.id, names.join(", "));
    if let Some(Happened {
        kind,
        name,
        page,
        props,
    }) = &foreign.event
    {
        shown += &format!("; {} {name:?}", kind.as_str());
        if let Some(page) = page {
            shown += &format!(" on {page}");
        }
        if !props.is_empty() {
            shown += &format!(" {props}");
        }
    }
    if let Some(previous) = &foreign.previous {
        shown += &format!("; before {previous}");
    }
    for (word, values) in [
        ("user", &foreign.user_traits),
        ("first", &foreign.first_traits),
        ("account", &foreign.account_traits),
    ] {
        if !values.is_empty() {
            shown += &format!("; {word} {}", json(values));
        }
    }
    shown
}
