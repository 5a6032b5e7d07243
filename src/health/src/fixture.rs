//! Histories and scorecards for tests.

use banso_model::config::health::{Health, MeasureUse};
use banso_model::rollup::{AccountHistory, ActiveRow, Metric, Source, TraitRow, UseRow};
use banso_model::time::{DAY_MS, Day, Timestamp};
use banso_model::value::Value;
use serde_json::json;

use crate::ledger::DayOf;
use crate::scorecard::{Context, Scorecards};

/// Days of UTC.
pub const UTC: DayOf<'static> = &Timestamp::utc_day;

/// A history told piece by piece. Days are numbers; each thing is received on its day unless `received` is said.
#[derive(Clone, Default)]
pub struct Story(pub AccountHistory);

impl Story {
    /// `sum` of the metric with this text form on `day`.
    pub fn counted(self, day: i32, metric: &str, sum: u64) -> Self {
        self.counted_late(day, day, metric, sum)
    }

    pub fn counted_late(mut self, day: i32, received: i32, metric: &str, sum: u64) -> Self {
        self.0.uses.push(UseRow {
            day: Day(day),
            received: Day(received),
            metric: Metric::parse(metric).expect("a metric's text form"),
            sum,
        });
        self
    }

    /// These users were active on `day`.
    pub fn active(self, day: i32, users: &[u64]) -> Self {
        self.active_late(day, day, users)
    }

    pub fn active_late(mut self, day: i32, received: i32, users: &[u64]) -> Self {
        self.0.active.extend(users.iter().map(|user| ActiveRow {
            day: Day(day),
            received: Day(received),
            user: *user,
        }));
        self
    }

    /// A trusted source told a trait at noon of `day`.
    pub fn told(self, day: i32, name: &str, value: impl Into<Value>) -> Self {
        self.told_by(Source::Trusted, day, name, value)
    }

    pub fn told_by(
        mut self,
        source: Source,
        day: i32,
        name: &str,
        value: impl Into<Value>,
    ) -> Self {
        self.0.traits.push(TraitRow {
            name: name.to_owned(),
            value: value.into(),
            received: noon(day),
            source,
        });
        self
    }

    pub fn first_seen(mut self, day: i32) -> Self {
        self.0.first_seen = Some(noon(day));
        self
    }
}

pub fn noon(day: i32) -> Timestamp {
    Timestamp(i64::from(day) * DAY_MS + DAY_MS / 2)
}

/// Key features `a` and `b`, and a checklist `list` of four items `1` to `4`.
pub fn context() -> Context {
    let items = ["1", "2", "3", "4"].map(str::to_owned).to_vec();
    Context {
        key_features: vec!["a".to_owned(), "b".to_owned()],
        checklists: [("list".to_owned(), items)].into(),
    }
}

/// A use of a measure, with a curve from 0 to 100 unless `fields` has another.
pub fn measure(mut fields: serde_json::Value) -> MeasureUse {
    if fields.get("curve").is_none() {
        fields["curve"] = json!([[0, 0], [100, 100]]);
    }
    serde_json::from_value(fields).expect("a use of a measure")
}

pub fn compiled(health: serde_json::Value) -> Scorecards {
    let health: Health = serde_json::from_value(health).expect("a health configuration");
    Scorecards::compile(&health, &context()).expect("scorecards")
}
