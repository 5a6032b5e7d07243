//! The numbers behind the charts: made up, but the same for the same account, source and day.

use jiff::ToSpan as _;
use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// Money taken, in yen.
    Sales,
    /// Orders placed.
    Orders,
    /// Visits to the web shop.
    Visits,
    /// Support tickets opened.
    Tickets,
}

/// How far back a chart goes; the longer, the coarser its points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Period {
    /// Thirty days, one point a day.
    #[serde(rename = "30d")]
    Month,
    /// Thirteen weeks, one point a week.
    #[serde(rename = "90d")]
    Quarter,
    /// Twelve months, one point a month.
    #[serde(rename = "12m")]
    Year,
}

/// One point of a chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Point {
    /// First day it counts.
    pub date: Date,
    /// The total from that day until the next point.
    pub value: i64,
}

/// How a source behaves: its usual day, how much it sways, how weekends differ, how it grows.
struct Shape {
    usual: f64,
    sway: f64,
    weekend: f64,
    growth_a_year: f64,
}

impl Source {
    /// The word used on the wire and in a CSV heading.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Sales => "sales",
            Self::Orders => "orders",
            Self::Visits => "visits",
            Self::Tickets => "tickets",
        }
    }

    const fn shape(self) -> Shape {
        match self {
            Self::Sales => Shape {
                usual: 412_000.0,
                sway: 0.22,
                weekend: 1.35,
                growth_a_year: 0.18,
            },
            Self::Orders => Shape {
                usual: 96.0,
                sway: 0.2,
                weekend: 1.3,
                growth_a_year: 0.15,
            },
            Self::Visits => Shape {
                usual: 2_350.0,
                sway: 0.15,
                weekend: 1.15,
                growth_a_year: 0.3,
            },
            Self::Tickets => Shape {
                usual: 14.0,
                sway: 0.4,
                weekend: 0.45,
                growth_a_year: -0.1,
            },
        }
    }
}

/// The points of a chart that ends on `today`, for one account.
#[must_use]
pub fn points(account: &str, source: Source, period: Period, today: Date) -> Vec<Point> {
    match period {
        Period::Month => (0..30)
            .rev()
            .map(|ago| sum(account, source, today - ago.days(), 1))
            .collect(),
        Period::Quarter => (0..13)
            .rev()
            .map(|ago| sum(account, source, today - (ago * 7 + 6).days(), 7))
            .collect(),
        Period::Year => {
            let month = today.first_of_month();
            (0..12)
                .rev()
                .map(|ago| {
                    let first = month - ago.months();
                    let length = if ago == 0 {
                        today.day()
                    } else {
                        first.days_in_month()
                    };
                    sum(account, source, first, i32::from(length))
                })
                .collect()
        }
    }
}

/// The total of `days` days that end on `last`.
#[must_use]
pub fn total(account: &str, source: Source, last: Date, days: i32) -> i64 {
    sum(account, source, last - (days - 1).days(), days).value
}

fn sum(account: &str, source: Source, first: Date, days: i32) -> Point {
    let value = (0..days)
        .map(|day| value(account, source, first + day.days()))
        .sum();
    Point { date: first, value }
}

fn value(account: &str, source: Source, date: Date) -> i64 {
    let shape = source.shape();
    let size = 0.4 + 1.6 * noise(account, source, 0);
    let day = days_since_2020(date);
    let growth = (1.0 + shape.growth_a_year).powf(f64::from(day) / 365.25 - 6.0);
    let weekend = matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
    let week = if weekend { shape.weekend } else { 1.0 };
    let season = 1.0 + 0.08 * (f64::from(day) * std::f64::consts::TAU / 91.3).sin();
    let sway = 1.0 + shape.sway * (2.0 * noise(account, source, day) - 1.0);
    // A count of things: the fraction means nothing, and the value is far below 2^53.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "rounded and small by construction"
    )]
    let whole = (shape.usual * size * growth * week * season * sway).round() as i64;
    whole
}

fn days_since_2020(date: Date) -> i32 {
    let start = jiff::civil::date(2020, 1, 1);
    // Dates of a calendar are at most some millions of days apart.
    i32::try_from(date.duration_since(start).as_hours() / 24).unwrap_or(i32::MAX)
}

/// A number in 0..1 that is the same for the same arguments: FNV-1a with SplitMix64's last mix.
fn noise(account: &str, source: Source, day: i32) -> f64 {
    let bytes = account
        .bytes()
        .chain(source.word().bytes())
        .chain(day.to_le_bytes());
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let mixed = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    // The upper 32 bits are exact in a double.
    f64::from((mixed >> 32) as u32) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const SOURCES: [Source; 4] = [
        Source::Sales,
        Source::Orders,
        Source::Visits,
        Source::Tickets,
    ];

    #[test]
    fn a_period_has_its_points_in_order_and_ends_today() {
        let today = date(2026, 3, 31);
        for (period, points_wanted, first) in [
            (Period::Month, 30, date(2026, 3, 2)),
            (Period::Quarter, 13, date(2025, 12, 31)),
            (Period::Year, 12, date(2025, 4, 1)),
        ] {
            for source in SOURCES {
                let points = points("acme", source, period, today);
                assert_eq!(points.len(), points_wanted, "{period:?}");
                assert_eq!(points[0].date, first, "{period:?}");
                assert!(points.is_sorted_by_key(|point| point.date), "{period:?}");
                assert!(
                    points.iter().all(|point| point.value > 0),
                    "{period:?} {source:?}"
                );
            }
        }
    }

    #[test]
    fn yesterday_does_not_change_today() {
        for source in SOURCES {
            let then = points("acme", source, Period::Month, date(2026, 3, 30));
            let now = points("acme", source, Period::Month, date(2026, 3, 31));
            assert_eq!(then[1..], now[..29], "{source:?}");
        }
    }

    #[test]
    fn a_total_is_the_sum_of_its_points() {
        let today = date(2026, 2, 14);
        for source in SOURCES {
            let points = points("sakura", source, Period::Month, today);
            let sum: i64 = points.iter().map(|point| point.value).sum();
            assert_eq!(total("sakura", source, today, 30), sum, "{source:?}");
        }
    }

    #[test]
    fn accounts_differ() {
        let today = date(2026, 2, 14);
        let of = |account| points(account, Source::Sales, Period::Month, today);
        assert_ne!(of("acme"), of("sakura"));
    }
}
