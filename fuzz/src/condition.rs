//! Conditions: anything is read or refused, and reduced without a surprise.

use banso_engine::explain::{explain, words};
use banso_engine::reduce::{Both, Facts, Known, reduce};
use banso_model::condition::{Condition, Device, FeatureUse, GuideState};
use banso_model::time::Timestamp;
use banso_model::value::Value;

/// A condition as JSON: it reads back as it is written, and reducing it decides it or leaves one that another place can
/// decide, whatever that knows.
pub fn condition(data: &[u8]) {
    let Ok(read) = serde_json::from_slice::<Condition>(data) else {
        return;
    };
    let written = serde_json::to_string(&read).expect("it can be written");
    let again: Condition = serde_json::from_str(&written).expect("what is written is read");
    assert_eq!(read, again, "{written}");
    assert!(!words(&read).is_empty());
    for collector in [&Nothing as &dyn Facts, &Nobody, &Page] {
        let left = reduce(&read, collector).into_condition();
        let more = reduce(&left, collector).into_condition();
        assert_eq!(left, more, "reducing again changes nothing: {written}");
        // Reduced in two places it is what it is in one that knows what both know.
        let both = Both(collector, &Page);
        let apart = reduce(&left, &Page).into_condition();
        assert_eq!(apart, reduce(&read, &both).into_condition(), "{written}");
        drop(explain(&read, collector));
    }
}

/// Knows nothing.
struct Nothing;

impl Facts for Nothing {}

/// Knows that there is nobody.
struct Nobody;

impl Facts for Nobody {
    fn user(&self, _: &str) -> Known<&Value> {
        Known::Absent
    }
    fn account(&self, _: &str) -> Known<&Value> {
        Known::Absent
    }
    fn segment(&self, _: &str) -> Known<&Condition> {
        Known::Absent
    }
    fn stage(&self) -> Known<&str> {
        Known::Absent
    }
    fn health(&self) -> Known<f64> {
        Known::Absent
    }
    fn band(&self) -> Known<&str> {
        Known::Absent
    }
}

/// Knows a page and what was done on it.
struct Page;

impl Facts for Page {
    fn feature(&self, uses: &FeatureUse) -> Known<u64> {
        Known::Is(uses.feature.len() as u64)
    }
    fn guide(&self, guide: &str, _: GuideState) -> Known<bool> {
        Known::Is(guide.len() > 3)
    }
    fn item(&self, item: &str) -> Known<bool> {
        Known::Is(item.len() > 3)
    }
    fn answer(&self, _: &str) -> Known<&Value> {
        Known::Is(&Value::Bool(true))
    }
    fn page(&self, pattern: &str) -> Known<bool> {
        Known::Is(pattern.len() > 3)
    }
    fn device(&self) -> Known<Device> {
        Known::Is(Device::Phone)
    }
    fn locale(&self) -> Known<&str> {
        Known::Is("ja-JP")
    }
    fn now(&self) -> Known<Timestamp> {
        Known::Is(Timestamp(1_795_000_000_000))
    }
}
