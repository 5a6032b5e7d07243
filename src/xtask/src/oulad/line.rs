//! One line of the events: what `banso replay --as-received received` takes.

use jiff::Timestamp;
use serde::Serialize;
use uuid::Builder;

/// An event with whose it is and when it was received.
#[derive(Debug, Serialize)]
pub struct Line<'a> {
    /// Its id.
    pub id: String,
    /// When it was received.
    #[serde(serialize_with = "milliseconds")]
    pub received: Timestamp,
    /// The account.
    pub account: &'a str,
    /// The user; left out where nobody did anything, as for what the university says of a learner.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<&'a str>,
    /// What it is about.
    pub kind: &'static str,
    /// Name within the kind.
    pub name: &'a str,
    /// When it happened.
    #[serde(serialize_with = "milliseconds")]
    pub at: Timestamp,
    /// Details.
    #[serde(skip_serializing_if = "Props::is_empty")]
    pub props: Props,
    /// What is known of the account from then on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_traits: Option<Traits<'a>>,
}

/// Details of an event.
#[derive(Debug, Default, PartialEq, Serialize)]
pub struct Props {
    /// How many uses it stands for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
    /// From 0 to 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<f64>,
    /// Carried over from an earlier run of the course.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub banked: bool,
}

impl Props {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Traits of an account.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Traits<'a> {
    /// They registered.
    Registered {
        /// The run of the course, `AAA-2013J`.
        course: &'a str,
        /// The course.
        module: &'a str,
        /// When it runs.
        presentation: &'a str,
    },
    /// They left, on this day.
    Left {
        /// The day.
        churned_at: String,
    },
}

fn milliseconds<S: serde::Serializer>(at: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(&format_args!("{at:.3}"))
}

/// The id of an event: a version 7 UUID that says when it was received, and takes the rest of its bits from the row it
/// was made of. The same row makes the same id, so that importing twice changes nothing.
pub fn id(received: Timestamp, file: &str, row: usize, text: &str) -> String {
    let hash = blake3::hash(format!("{file}\0{row}\0{text}").as_bytes());
    let mut rest = [0; 10];
    rest.copy_from_slice(&hash.as_bytes()[6..16]);
    // Course days are all after 1970.
    let millis = u64::try_from(received.as_millisecond()).unwrap_or(0);
    Builder::from_unix_timestamp_millis(millis, &rest)
        .into_uuid()
        .hyphenated()
        .to_string()
}
