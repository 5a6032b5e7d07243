//! Days of the workspace's time zone.

use banso_model::time::{DAY_MS, Day, Timestamp};
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// Tells days of one time zone.
#[derive(Clone, Debug)]
pub struct Calendar {
    zone: TimeZone,
}

/// A day with where it begins and ends: `start` is in it, `end` is the next day's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DaySpan {
    /// The day.
    pub day: Day,
    /// Its first instant.
    pub start: Timestamp,
    /// The first instant of the next day.
    pub end: Timestamp,
}

impl DaySpan {
    fn holds(&self, instant: Timestamp) -> bool {
        self.start <= instant && instant < self.end
    }
}

/// The zone's name is not in the time zone database.
#[derive(Debug, thiserror::Error)]
#[error("the time zone {name:?} is not known: use a name of the IANA database such as Asia/Tokyo")]
pub struct UnknownZone {
    name: String,
}

impl Calendar {
    /// The calendar of an IANA time zone.
    ///
    /// # Errors
    /// When there is no zone of that name.
    pub fn of(zone: &str) -> Result<Self, UnknownZone> {
        TimeZone::get(zone)
            .map(|zone| Self { zone })
            .map_err(|_| UnknownZone {
                name: zone.to_owned(),
            })
    }

    /// The day that holds an instant.
    #[must_use]
    pub fn day(&self, instant: Timestamp) -> Day {
        self.span(instant).day
    }

    /// The day that holds an instant, with its ends. Instants outside the years jiff knows are taken as in UTC.
    #[must_use]
    pub fn span(&self, instant: Timestamp) -> DaySpan {
        self.local_span(instant).unwrap_or_else(|| {
            let day = instant.utc_day();
            let start = Timestamp(i64::from(day.0) * DAY_MS);
            DaySpan {
                day,
                start,
                end: start.plus_ms(DAY_MS),
            }
        })
    }

    /// The last instant of a day: what "the close of the day" means.
    #[must_use]
    pub fn close_of(&self, day: Day) -> Timestamp {
        // Noon in UTC plus or minus half a day is in the day itself or beside it, whatever the zone.
        let noon = Timestamp(i64::from(day.0) * DAY_MS + DAY_MS / 2);
        let near = [0, -DAY_MS, DAY_MS].map(|ms| self.span(noon.plus_ms(ms)));
        near.iter()
            .find(|span| span.day == day)
            .map_or(noon.plus_ms(DAY_MS / 2), |span| span.end)
            .plus_ms(-1)
    }

    fn local_span(&self, instant: Timestamp) -> Option<DaySpan> {
        let local = self
            .zone
            .to_datetime(jiff::Timestamp::from_millisecond(instant.0).ok()?);
        let date = local.date();
        Some(DaySpan {
            day: day_of(date),
            start: self.start_of(date)?,
            end: self.start_of(date.tomorrow().ok()?)?,
        })
    }

    fn start_of(&self, date: Date) -> Option<Timestamp> {
        date.to_zoned(self.zone.clone())
            .and_then(|zoned| zoned.start_of_day())
            .ok()
            .map(|zoned| Timestamp(zoned.timestamp().as_millisecond()))
    }

    /// Reads days of many instants that are mostly of the same day.
    #[must_use]
    pub fn reader(&self) -> DayReader<'_> {
        DayReader {
            calendar: self,
            span: None,
        }
    }
}

fn day_of(date: Date) -> Day {
    let days = date.duration_since(Date::constant(1970, 1, 1)).as_hours() / 24;
    Day(i32::try_from(days).unwrap_or(if days < 0 { i32::MIN } else { i32::MAX }))
}

/// Remembers the latest day, so that asking again for an instant of it costs two comparisons.
#[derive(Debug)]
pub struct DayReader<'a> {
    calendar: &'a Calendar,
    span: Option<DaySpan>,
}

impl DayReader<'_> {
    /// The day that holds an instant.
    pub fn day(&mut self, instant: Timestamp) -> Day {
        let span = match self.span {
            Some(span) if span.holds(instant) => span,
            _ => self.calendar.span(instant),
        };
        self.span = Some(span);
        span.day
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(zone: &str, instant: &str, day: &str, start: &str, end: &str) {
        let read = |text: &str| Timestamp::parse(text).expect(text);
        let calendar = Calendar::of(zone).expect(zone);
        let span = calendar.span(read(instant));
        assert_eq!(span.day.to_string(), day, "{zone} {instant}");
        assert_eq!(
            (span.start, span.end),
            (read(start), read(end)),
            "{zone} {instant}"
        );
        assert_eq!(
            calendar.close_of(span.day),
            span.end.plus_ms(-1),
            "{zone} {day}"
        );
        let mut reader = calendar.reader();
        for instant in [span.start, span.end.plus_ms(-1), span.end, span.start] {
            assert_eq!(reader.day(instant), calendar.day(instant));
        }
    }

    #[test]
    fn days_are_the_zones_own() {
        check(
            "UTC",
            "1970-01-01T00:00:00Z",
            "1970-01-01",
            "1970-01-01T00:00:00Z",
            "1970-01-02T00:00:00Z",
        );
        check(
            "UTC",
            "1969-12-31T23:59:59Z",
            "1969-12-31",
            "1969-12-31T00:00:00Z",
            "1970-01-01T00:00:00Z",
        );
        check(
            "Asia/Tokyo",
            "2026-11-21T14:59:59Z",
            "2026-11-21",
            "2026-11-20T15:00:00Z",
            "2026-11-21T15:00:00Z",
        );
        check(
            "Asia/Tokyo",
            "2026-11-21T15:00:00Z",
            "2026-11-22",
            "2026-11-21T15:00:00Z",
            "2026-11-22T15:00:00Z",
        );
        // 23 and 25 hours long.
        check(
            "Europe/Berlin",
            "2026-03-29T12:00:00Z",
            "2026-03-29",
            "2026-03-28T23:00:00Z",
            "2026-03-29T22:00:00Z",
        );
        check(
            "Europe/Berlin",
            "2026-10-25T12:00:00Z",
            "2026-10-25",
            "2026-10-24T22:00:00Z",
            "2026-10-25T23:00:00Z",
        );
        check(
            "Pacific/Kiritimati",
            "2026-11-21T12:00:00Z",
            "2026-11-22",
            "2026-11-21T10:00:00Z",
            "2026-11-22T10:00:00Z",
        );
        check(
            "Pacific/Pago_Pago",
            "2026-11-21T10:00:00Z",
            "2026-11-20",
            "2026-11-20T11:00:00Z",
            "2026-11-21T11:00:00Z",
        );
        // Midnight does not exist on the day clocks go forward.
        check(
            "America/Santiago",
            "2026-09-06T12:00:00Z",
            "2026-09-06",
            "2026-09-06T04:00:00Z",
            "2026-09-07T03:00:00Z",
        );
    }

    #[test]
    fn instants_no_calendar_has_are_read_without_a_panic() {
        let calendar = Calendar::of("Asia/Tokyo").expect("a zone");
        for ms in [
            i64::MIN,
            i64::MAX,
            -400_000_000_000_000,
            400_000_000_000_000,
        ] {
            assert_eq!(calendar.day(Timestamp(ms)), Timestamp(ms).utc_day());
        }
        assert!(Calendar::of("Asia/Tokio").is_err());
    }
}
