//! Instants, days and periods.
//!
//! Instants are milliseconds since the Unix epoch and travel as RFC 3339 text; days are whole days of the workspace's
//! time zone, already resolved by whoever knows that zone.

use std::fmt;

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Milliseconds in a day of 24 hours.
pub const DAY_MS: i64 = 86_400_000;

/// The first and the last instant that RFC 3339 can write with a year of four digits: of the years 1 and 9999. A number
/// that is read is brought between them, so that whatever was read can be written and read again.
const EARLIEST: i64 = -62_135_596_800_000;
const LATEST: i64 = 253_402_300_799_999;

/// An instant: milliseconds since 1970-01-01T00:00:00Z. Travels as RFC 3339 in UTC with milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The instant `ms` milliseconds later (earlier when negative), saturating at the ends.
    #[must_use]
    pub fn plus_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Milliseconds from `earlier` to `self`; negative when `earlier` is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The day in UTC that holds this instant.
    #[must_use]
    pub fn utc_day(self) -> Day {
        Day(
            i32::try_from(self.0.div_euclid(DAY_MS)).unwrap_or(if self.0 < 0 {
                i32::MIN
            } else {
                i32::MAX
            }),
        )
    }

    /// Reads RFC 3339 (`2026-11-21T08:30:00.250Z`, any offset, `t`/`z` or a space allowed).
    ///
    /// Returns `None` for anything else, a date without a time included. Digits past milliseconds are dropped, a leap
    /// second reads as the last millisecond before the next minute.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let day = Day::parse(text.get(..10)?)?;
        matches!(bytes.get(10)?, b'T' | b't' | b' ').then_some(())?;
        let hour = two_digits(bytes, 11, 23)?;
        (bytes.get(13) == Some(&b':')).then_some(())?;
        let minute = two_digits(bytes, 14, 59)?;
        (bytes.get(16) == Some(&b':')).then_some(())?;
        let second = two_digits(bytes, 17, 60)?;
        let mut at = 19;
        let mut ms = 0;
        if bytes.get(at) == Some(&b'.') {
            at += 1;
            let mut scale = 100;
            let first = at;
            while let Some(digit) = bytes.get(at).filter(|b| b.is_ascii_digit()) {
                ms += i64::from(digit - b'0') * scale;
                scale /= 10;
                at += 1;
            }
            (at > first).then_some(())?;
        }
        if second == 60 {
            ms = 999;
        }
        let offset = match bytes.get(at)? {
            b'Z' | b'z' => {
                at += 1;
                0
            }
            sign @ (b'+' | b'-') => {
                let hours = two_digits(bytes, at + 1, 23)?;
                (bytes.get(at + 3) == Some(&b':')).then_some(())?;
                let minutes = two_digits(bytes, at + 4, 59)?;
                at += 6;
                (hours * 60 + minutes) * if *sign == b'-' { -1 } else { 1 }
            }
            _ => return None,
        };
        (at == bytes.len()).then_some(())?;
        let seconds = hour * 3600 + (minute - offset) * 60 + second.min(59);
        let instant = i64::from(day.0) * DAY_MS + seconds * 1000 + ms;
        (EARLIEST..=LATEST)
            .contains(&instant)
            .then_some(Self(instant))
    }
}

fn two_digits(bytes: &[u8], at: usize, max: i64) -> Option<i64> {
    let (tens, units) = (bytes.get(at)?, bytes.get(at + 1)?);
    (tens.is_ascii_digit() && units.is_ascii_digit()).then_some(())?;
    let number = i64::from(tens - b'0') * 10 + i64::from(units - b'0');
    (number <= max).then_some(number)
}

impl Timestamp {
    /// RFC 3339 in UTC with milliseconds. Written digit by digit: the browser's build has no other use for formatting.
    #[must_use]
    pub fn text(self) -> String {
        let rest = self.0.rem_euclid(DAY_MS);
        let (seconds, ms) = (rest / 1000, rest % 1000);
        let mut text = self.utc_day().text();
        for (before, number, width) in [
            ('T', seconds / 3600, 2),
            (':', seconds / 60 % 60, 2),
            (':', seconds % 60, 2),
            ('.', ms, 3),
        ] {
            text.push(before);
            push_digits(&mut text, number, width);
        }
        text.push('Z');
        text
    }
}

/// Adds a whole number of at least so many digits.
fn push_digits(text: &mut String, number: i64, width: u32) {
    if number < 0 {
        text.push('-');
    }
    let mut rest = number.unsigned_abs();
    let mut digits = [b'0'; 20];
    let mut used = 0;
    for digit in digits.iter_mut().rev() {
        if rest == 0 && used >= width {
            break;
        }
        *digit = b'0' + (rest % 10) as u8;
        rest /= 10;
        used += 1;
    }
    for digit in digits.iter().skip(20 - used as usize) {
        text.push(char::from(*digit));
    }
}

/// A whole number in decimal digits.
#[must_use]
pub fn digits(number: i64) -> String {
    let mut text = String::new();
    push_digits(&mut text, number, 1);
    text
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text())
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TimestampVisitor)
    }
}

struct TimestampVisitor;

impl Visitor<'_> for TimestampVisitor {
    type Value = Timestamp;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an RFC 3339 time such as 2026-11-21T08:30:00Z, or milliseconds since 1970")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Timestamp, E> {
        Timestamp::parse(text).ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
    }

    fn visit_i64<E: de::Error>(self, ms: i64) -> Result<Timestamp, E> {
        Ok(Timestamp(ms.clamp(EARLIEST, LATEST)))
    }

    fn visit_u64<E: de::Error>(self, ms: u64) -> Result<Timestamp, E> {
        self.visit_i64(i64::try_from(ms).unwrap_or(i64::MAX))
    }

    fn visit_f64<E: de::Error>(self, ms: f64) -> Result<Timestamp, E> {
        // A float cast saturates, so no input can wrap round.
        self.visit_i64(ms as i64)
    }
}

/// A calendar day: days since 1970-01-01 in the proleptic Gregorian calendar. Travels as its number.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Day(pub i32);

impl Day {
    /// The day `days` later (earlier when negative), saturating at the ends.
    #[must_use]
    pub fn plus(self, days: i32) -> Self {
        Self(self.0.saturating_add(days))
    }

    /// Reads `2026-11-21`; `None` for anything else, days that do not exist included.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        (bytes.len() == 10 && bytes[4] == b'-' && bytes[7] == b'-').then_some(())?;
        let year = two_digits(bytes, 0, 99)? * 100 + two_digits(bytes, 2, 99)?;
        let (month, day) = (two_digits(bytes, 5, 12)?, two_digits(bytes, 8, 31)?);
        (month >= 1 && day >= 1).then_some(())?;
        let read = Self::from_civil(year, month, day);
        (read.civil() == (year, month, day)).then_some(read)
    }

    // Both conversions are Howard Hinnant's days_from_civil and civil_from_days
    // (https://howardhinnant.github.io/date_algorithms.html).
    fn from_civil(year: i64, month: i64, day: i64) -> Self {
        let year = if month <= 2 { year - 1 } else { year };
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        Self((era * 146_097 + day_of_era - 719_468) as i32)
    }

    /// Year, month 1 to 12, day of month 1 to 31.
    #[must_use]
    pub fn civil(self) -> (i64, i64, i64) {
        let shifted = i64::from(self.0) + 719_468;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let month = if shifted_month < 10 {
            shifted_month + 3
        } else {
            shifted_month - 9
        };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        (year, month, day_of_year - (153 * shifted_month + 2) / 5 + 1)
    }
}

impl Day {
    /// The day as `2026-11-21`.
    #[must_use]
    pub fn text(self) -> String {
        let (year, month, day) = self.civil();
        let mut text = String::new();
        push_digits(&mut text, year, 4);
        for number in [month, day] {
            text.push('-');
            push_digits(&mut text, number, 2);
        }
        text
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

/// A length of time, written as a whole number and a unit: `250ms`, `6s`, `30m`, `12h`, `28d`, `2w`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    ms: u64,
}

const UNITS: [(&str, u64); 6] = [
    ("ms", 1),
    ("w", 7 * 86_400_000),
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1000),
];

impl Period {
    /// A period of `ms` milliseconds.
    #[must_use]
    pub const fn from_ms(ms: u64) -> Self {
        Self { ms }
    }

    /// A period of `days` days of 24 hours.
    #[must_use]
    pub const fn from_days(days: u32) -> Self {
        Self {
            ms: days as u64 * 86_400_000,
        }
    }

    /// Length in milliseconds.
    #[must_use]
    pub const fn ms(self) -> u64 {
        self.ms
    }

    /// Length in days when it is a whole number of them and at least one.
    #[must_use]
    pub fn whole_days(self) -> Option<u32> {
        let day = DAY_MS as u64;
        (self.ms > 0 && self.ms.is_multiple_of(day))
            .then(|| u32::try_from(self.ms / day).unwrap_or(u32::MAX))
    }

    /// Reads `28d`; `None` when the text is not a whole number and a unit.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let number: u64 = text.get(..digits)?.parse().ok()?;
        let unit = text.get(digits..)?;
        let (_, scale) = UNITS.iter().find(|(name, _)| *name == unit)?;
        number.checked_mul(*scale).map(Self::from_ms)
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (unit, scale) in [
            ("d", UNITS[2].1),
            ("h", UNITS[3].1),
            ("m", UNITS[4].1),
            ("s", 1000),
        ] {
            if self.ms.is_multiple_of(scale) && self.ms > 0 {
                return write!(f, "{}{unit}", self.ms / scale);
            }
        }
        write!(f, "{}ms", self.ms)
    }
}

impl Serialize for Period {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PeriodVisitor;
        impl Visitor<'_> for PeriodVisitor {
            type Value = Period;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a period such as 6s, 30m, 12h or 28d")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Period, E> {
                Period::parse(text)
                    .ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
            }
        }
        deserializer.deserialize_str(PeriodVisitor)
    }
}

#[cfg(feature = "config")]
impl schemars::JsonSchema for Period {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Period".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "A length of time: a whole number and a unit, `250ms`, `6s`, `30m`, `12h`, `28d` or `2w`.",
            "pattern": "^[0-9]+(ms|s|m|h|d|w)$",
            "examples": ["6s", "30m", "28d"]
        })
    }
}

#[cfg(feature = "config")]
impl schemars::JsonSchema for Timestamp {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Timestamp".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "format": "date-time",
            "description": "An instant in RFC 3339: `2026-11-21T08:30:00Z`.",
            "examples": ["2026-11-21T08:30:00Z"]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn periods_read_and_write() {
        for (text, ms, written) in [
            ("250ms", 250, "250ms"),
            ("6s", 6000, "6s"),
            ("90s", 90_000, "90s"),
            ("24h", 86_400_000, "1d"),
            ("2w", 1_209_600_000, "14d"),
            ("0s", 0, "0ms"),
        ] {
            let period = Period::parse(text).expect(text);
            assert_eq!((period.ms(), period.to_string().as_str()), (ms, written));
        }
        for bad in [
            "",
            "d",
            "7",
            "7 d",
            "-1d",
            "1.5h",
            "99999999999999999999d",
            "7D",
        ] {
            assert_eq!(Period::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn instants_that_are_none() {
        for bad in [
            "",
            "2026-11-21",
            "2026-02-30T00:00:00Z",
            "2026-11-21T24:00:00Z",
            "2026-11-21T08:30:00",
            "2026-11-21T08:30:00.Z",
            "9999-12-31T23:59:59-23:59",
            "0000-01-01T00:00:00Z",
            "2026-11-21T08:30:00Zx",
            "二〇二六年",
            "2026-11-2１T08:30:00Z",
        ] {
            assert_eq!(Timestamp::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn numbers_past_what_can_be_written_are_brought_back() {
        for (json, read) in [
            ("253402300800000", LATEST),
            ("-1e300", EARLIEST),
            ("18446744073709551615", LATEST),
            ("1763713800250", 1_763_713_800_250),
        ] {
            let instant: Timestamp = serde_json::from_str(json).expect(json);
            assert_eq!(instant, Timestamp(read), "{json}");
            assert_eq!(
                Timestamp::parse(&instant.to_string()),
                Some(instant),
                "{json}"
            );
        }
    }

    proptest! {
        #[test]
        fn instants_agree_with_jiff(ms in -62_135_596_800_000_i64..253_402_300_799_999, offset in -1439..1439_i32) {
            let ours = Timestamp(ms);
            let theirs = jiff::Timestamp::from_millisecond(ms).unwrap();
            prop_assert_eq!(Timestamp::parse(&ours.to_string()), Some(ours));
            prop_assert_eq!(ours.to_string().parse::<jiff::Timestamp>().unwrap(), theirs);
            let zone = jiff::tz::Offset::from_seconds(offset * 60).unwrap();
            let written = theirs.display_with_offset(zone).to_string();
            if !written.starts_with('-') {
                prop_assert_eq!(Timestamp::parse(&written), Some(ours), "{}", written);
            }
        }

        #[test]
        fn any_text_is_read_without_a_panic(text in ".{0,40}") {
            prop_assert!(Timestamp::parse(&text).is_none_or(|t| !t.to_string().is_empty()));
            prop_assert!(Period::parse(&text).is_none_or(|p| !p.to_string().is_empty()));
        }
    }
}
