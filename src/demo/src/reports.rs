//! Reports: what a person saves to look at again.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::ApiError;
use crate::people;
use crate::series::{Period, Point, Source};

/// How a report is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Chart {
    /// A line.
    Line,
    /// Bars.
    Bar,
}

/// When a report is mailed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Schedule {
    /// Not at all.
    None,
    /// Each morning.
    Daily,
    /// Each Monday.
    Weekly,
    /// On the first of the month.
    Monthly,
}

/// A saved report.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it counts.
    pub source: Source,
    /// How it is drawn.
    pub chart: Chart,
    /// How far back it goes.
    pub period: Period,
    /// When it is mailed.
    pub schedule: Schedule,
    /// Name of who made it.
    pub owner: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Who else gets it by mail.
    pub shared_with: Vec<String>,
}

/// What a person types to make or change a report.
#[derive(Debug, Deserialize)]
pub struct Draft {
    name: String,
    source: Source,
    chart: Chart,
    period: Period,
    schedule: Schedule,
}

impl Draft {
    /// A new report made by `owner` at `now`.
    pub fn create(&self, id: String, owner: &str, now: Timestamp) -> Result<Report, ApiError> {
        Ok(Report {
            id,
            name: self.name()?,
            source: self.source,
            chart: self.chart,
            period: self.period,
            schedule: self.schedule,
            owner: owner.to_owned(),
            created_at: now,
            updated_at: now,
            shared_with: Vec::new(),
        })
    }

    /// Puts what was typed into a report that exists.
    pub fn change(&self, report: &mut Report, now: Timestamp) -> Result<(), ApiError> {
        report.name = self.name()?;
        report.source = self.source;
        report.chart = self.chart;
        report.period = self.period;
        report.schedule = self.schedule;
        report.updated_at = now;
        Ok(())
    }

    fn name(&self) -> Result<String, ApiError> {
        people::line("name", &self.name, 80)
    }
}

/// The points of a report as comma-separated values, dates as ISO 8601.
pub fn csv(source: Source, points: &[Point]) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["date", source.word()])?;
    for point in points {
        writer.write_record([point.date.to_string(), point.value.to_string()])?;
    }
    writer
        .into_inner()
        .map_err(|error| error.into_error().into())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn csv_has_a_heading_and_a_line_a_point() {
        let points = [
            Point {
                date: date(2026, 3, 1),
                value: 120,
            },
            Point {
                date: date(2026, 3, 2),
                value: 98,
            },
        ];
        let cases: [(&[Point], &str); 2] = [
            (&points, "date,orders\n2026-03-01,120\n2026-03-02,98\n"),
            (&[], "date,orders\n"),
        ];
        for (points, expected) in cases {
            let text = csv(Source::Orders, points).expect("memory does not fail");
            assert_eq!(String::from_utf8(text).expect("numbers are text"), expected);
        }
    }
}
