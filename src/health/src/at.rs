//! Points in time and windows of days.

use std::fmt;

use banso_model::time::{Day, Timestamp};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The point in time a number is asked for: the close of a day in the workspace's zone, or now.
///
/// Travels as text: `2026-11-21` for the close of a day, RFC 3339 for an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// The close of this day: all that was received on it or before.
    Close(Day),
    /// This instant. Sums are kept by the day, so of them this sees what was received on the whole day.
    Now(Timestamp),
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Close(day) => day.fmt(f),
            Self::Now(instant) => instant.fmt(f),
        }
    }
}

impl Serialize for At {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for At {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Day::parse(&text)
            .map(Self::Close)
            .or_else(|| Timestamp::parse(&text).map(Self::Now))
            .ok_or_else(|| {
                de::Error::invalid_value(
                    de::Unexpected::Str(&text),
                    &"a day such as 2026-11-21 or an RFC 3339 time",
                )
            })
    }
}

/// Days in a row, the last included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The last day.
    pub end: Day,
    /// How many days, at least 1.
    pub days: u32,
}

impl Window {
    /// The first day.
    #[must_use]
    pub fn start(self) -> Day {
        self.end
            .plus(1_i32.saturating_sub(i32::try_from(self.days).unwrap_or(i32::MAX)))
    }

    /// The window of the same length that ends the day before this one begins.
    #[must_use]
    pub fn before(self) -> Self {
        Self {
            end: self.start().plus(-1),
            days: self.days,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_in_time_travel_as_text() {
        for (at, text) in [
            (At::Close(Day(0)), "\"1970-01-01\""),
            (At::Now(Timestamp(1)), "\"1970-01-01T00:00:00.001Z\""),
        ] {
            assert_eq!(serde_json::to_string(&at).unwrap(), text);
            assert_eq!(serde_json::from_str::<At>(text).unwrap(), at);
        }
        assert!(serde_json::from_str::<At>("\"today\"").is_err());
    }
}
