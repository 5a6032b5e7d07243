//! From days of a course to days of the calendar.

use std::path::Path;

use anyhow::{Context, Result, bail};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Deserialize;

/// The time zone of the workspace.
#[derive(Debug)]
pub struct Zone(TimeZone);

impl Zone {
    /// The zone that a workspace's `banso.json` names.
    pub fn of_workspace(path: &Path) -> Result<Self> {
        #[derive(Deserialize)]
        struct Named {
            timezone: String,
        }
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read {}", path.display()))?;
        let Named { timezone } = serde_json::from_str(&text)
            .with_context(|| format!("{} names no timezone", path.display()))?;
        Self::named(&timezone)
    }

    /// The zone of that name.
    pub fn named(name: &str) -> Result<Self> {
        TimeZone::get(name)
            .map(Self)
            .with_context(|| format!("no time zone is called {name:?}"))
    }

    /// Noon of a day. The data tells no time of day.
    pub fn noon(&self, day: Date) -> Result<Timestamp> {
        let noon = day.at(12, 0, 0, 0).to_zoned(self.0.clone());
        Ok(noon
            .with_context(|| format!("{day} has no noon"))?
            .timestamp())
    }
}

/// The calendar day on which a run of a course begins: its day 0. The dataset says that `B` begins in February and `J`
/// in October, and no more; it is the first of the month here.
pub fn start(presentation: &str) -> Result<Date> {
    let (year, letter) = presentation.split_at_checked(4).unwrap_or_default();
    let month = match letter {
        "B" => 2,
        "J" => 10,
        _ => bail!(
            "{presentation:?} is no run of a course: they are called 2013B (from February) or 2013J (from October)"
        ),
    };
    let year = year
        .parse()
        .with_context(|| format!("{presentation:?} begins with no year"))?;
    Ok(Date::new(year, month, 1)?)
}

/// A day of a course as a day of the calendar.
pub fn day(presentation: &str, date: i32) -> Result<Date> {
    let day = start(presentation)?.checked_add(jiff::Span::new().try_days(date)?);
    day.with_context(|| format!("day {date} of {presentation} is none of the calendar's"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(presentation: &str, date: i32, expected: Option<(&str, &str)>) {
        let zone = Zone::named("Europe/London").expect("a zone");
        let read = day(presentation, date)
            .and_then(|day| Ok((day.to_string(), zone.noon(day)?.to_string())))
            .ok();
        let read = read.as_ref().map(|(day, noon)| (&**day, &**noon));
        assert_eq!(read, expected, "day {date} of {presentation}");
    }

    #[test]
    fn a_course_day_is_a_calendar_day() {
        check("2013J", 0, Some(("2013-10-01", "2013-10-01T11:00:00Z")));
        check("2013J", -10, Some(("2013-09-21", "2013-09-21T11:00:00Z")));
        // Clocks go back on the 27th of October.
        check("2013J", 26, Some(("2013-10-27", "2013-10-27T12:00:00Z")));
        check("2013B", 0, Some(("2013-02-01", "2013-02-01T12:00:00Z")));
        check("2013B", 240, Some(("2013-09-29", "2013-09-29T11:00:00Z")));
        check("2014B", -276, Some(("2013-05-01", "2013-05-01T11:00:00Z")));
        for presentation in ["", "2013", "2013X", "J2013", "20１3J"] {
            check(presentation, 0, None);
        }
        check("2013J", i32::MAX, None);
    }
}
