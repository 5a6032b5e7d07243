//! The one rule language: audiences, moments, goals, segments and stages.
//!
//! In JSON a condition is an object with exactly one of the keys below, so that it reads as a sentence:
//! `{"user": "role", "is": ["admin"]}`. What a condition *means* is `banso-engine`'s `reduce`.

use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

use crate::target::{ElementState, Target};
use crate::time::{Period, Timestamp};
use crate::value::{Value, one_or_many};

/// A condition over a user, their account and the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub enum Condition {
    /// Every one holds; an empty list always holds.
    All(Vec<Condition>),
    /// At least one holds; an empty list never holds.
    Any(Vec<Condition>),
    /// It does not hold.
    Not(Box<Condition>),
    /// An attribute of the user.
    User(String, Op),
    /// An attribute of the account.
    Account(String, Op),
    /// The user is in the segment.
    Segment(String),
    /// The account is in one of these journey stages.
    Stage(Vec<String>),
    /// The account's health score, 0 to 100; unknown when there is not enough data.
    Health(Op),
    /// The account's health band is one of these.
    Band(Vec<String>),
    /// Uses of a feature.
    Feature(FeatureUse),
    /// How far the user is with a guide.
    Guide(String, GuideState),
    /// A checklist's item, `list/item`, or all of a list's, `list/*`, is done (or is not).
    Item(String, bool),
    /// How far the account is with an assignment.
    Assignment(String, AssignmentState),
    /// The user's latest answer to `survey/question`.
    Answer(String, Op),
    /// The page's URL matches one of these URL patterns.
    Page(Vec<String>),
    /// An element of the page.
    Element(Box<Target>, ElementState),
    /// The device is one of these.
    Device(Vec<Device>),
    /// The user's locale is, or is nearest to, one of these.
    Locale(Vec<String>),
    /// Now is in the window.
    Time(TimeWindow),
}

impl Condition {
    /// The condition that always holds.
    #[must_use]
    pub fn always() -> Self {
        Self::All(Vec::new())
    }

    /// The condition that never holds.
    #[must_use]
    pub fn never() -> Self {
        Self::Any(Vec::new())
    }
}

/// Uses of a feature: how often, in which days, by whom.
#[derive(Clone, Debug, PartialEq)]
pub struct FeatureUse {
    /// Id of the feature.
    pub feature: String,
    /// How often; at least once when not given.
    pub count: Op,
    /// Whole days of the workspace's time zone, today included; the lifetime without it.
    pub within: Option<Period>,
    /// Whose uses are counted.
    pub by: By,
}

/// Whose uses are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "config", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum By {
    /// This user's own.
    #[default]
    User,
    /// Those of everyone in the account.
    Account,
}

/// How far a user is with a guide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "config", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum GuideState {
    /// It was shown at least once.
    Seen,
    /// It was finished.
    Done,
    /// The user closed it before its end.
    Dismissed,
    /// It was begun and is neither finished nor dismissed.
    Open,
}

/// How far an account is with an assignment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "config", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum AssignmentState {
    /// Handed over, not done, not yet due.
    Open,
    /// Done.
    Done,
    /// Not done and past its due date.
    Overdue,
}

/// A kind of device, by the width of the viewport and the kind of pointer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "config", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Device {
    /// Narrower than 640 CSS pixels.
    Phone,
    /// 640 CSS pixels or wider with a coarse pointer.
    Tablet,
    /// Everything else.
    Desktop,
}

/// A window of time; an open end has no bound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "config", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TimeWindow {
    /// Holds from this instant on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Timestamp>,
    /// Holds until just before this instant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Timestamp>,
}

/// Comparisons, all of which must hold: `{"gte": 5, "lt": 10}`.
///
/// Numbers compare as numbers and texts by their characters (so ISO dates compare as dates); a comparison between kinds
/// does not hold. An unknown value satisfies only `not` and `exists: false`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "config",
    derive(schemars::JsonSchema),
    schemars(extend("minProperties" = 1))
)]
#[serde(deny_unknown_fields)]
pub struct Op {
    /// Is one of these; one or a list.
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "one_or_many")]
    #[cfg_attr(feature = "config", schemars(with = "crate::target::OneOrMany<Value>"))]
    pub is: Vec<Value>,
    /// Is none of these; one or a list.
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "one_or_many")]
    #[cfg_attr(feature = "config", schemars(with = "crate::target::OneOrMany<Value>"))]
    pub not: Vec<Value>,
    /// Is greater than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gt: Option<Value>,
    /// Is this or greater.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gte: Option<Value>,
    /// Is less than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lt: Option<Value>,
    /// Is this or less.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lte: Option<Value>,
    /// Equals this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub eq: Option<Value>,
    /// A text that contains this text, or a list that contains this value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contains: Option<Value>,
    /// True: there is a value. False: there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exists: Option<bool>,
}

impl Op {
    /// At least `n`.
    #[must_use]
    pub fn at_least(n: f64) -> Self {
        Self {
            gte: Some(Value::Number(n)),
            ..Self::default()
        }
    }

    /// Whether no comparison is given.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The JSON form: every key any condition has. One of the naming keys picks the kind, the rest belong to it.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Written {
    #[serde(skip_serializing_if = "Option::is_none")]
    all: Option<Vec<Condition>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    any: Option<Vec<Condition>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    segment: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stage: Option<Many<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    health: Option<Op>,
    #[serde(skip_serializing_if = "Option::is_none")]
    band: Option<Many<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    feature: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<Op>,
    #[serde(skip_serializing_if = "Option::is_none")]
    within: Option<Period>,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<By>,
    #[serde(skip_serializing_if = "Option::is_none")]
    guide: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    item: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    done: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    assignment: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<Many<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    element: Option<Box<Target>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<Many<Device>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    locale: Option<Many<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<TimeWindow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    is: Option<Many<Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    not: Option<Not>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gt: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gte: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lt: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lte: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    eq: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    contains: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exists: Option<bool>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
struct Many<T: Clone + Serialize + serde::de::DeserializeOwned>(
    #[serde(with = "one_or_many")] Vec<T>,
);

/// The key `not` negates a condition (`{"not": {…}}`) or is a comparison (`{"user": "role", "not": "admin"}`).
#[derive(Clone)]
enum Not {
    Condition(Box<Condition>),
    Values(Vec<Value>),
}

impl Serialize for Not {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Condition(condition) => condition.serialize(serializer),
            Self::Values(values) => one_or_many::serialize(values, serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Not {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NotVisitor;
        impl<'de> Visitor<'de> for NotVisitor {
            type Value = Not;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a condition, a value or a list of values")
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Not, A::Error> {
                Condition::deserialize(MapAccessDeserializer::new(map))
                    .map(|condition| Not::Condition(Box::new(condition)))
            }
            fn visit_seq<A: serde::de::SeqAccess<'de>>(self, seq: A) -> Result<Not, A::Error> {
                Vec::deserialize(serde::de::value::SeqAccessDeserializer::new(seq)).map(Not::Values)
            }
            fn visit_str<E>(self, text: &str) -> Result<Not, E> {
                Ok(Not::Values(vec![text.into()]))
            }
            fn visit_bool<E>(self, truth: bool) -> Result<Not, E> {
                Ok(Not::Values(vec![truth.into()]))
            }
            fn visit_i64<E>(self, number: i64) -> Result<Not, E> {
                Ok(Not::Values(vec![(number as f64).into()]))
            }
            fn visit_u64<E>(self, number: u64) -> Result<Not, E> {
                Ok(Not::Values(vec![(number as f64).into()]))
            }
            fn visit_f64<E>(self, number: f64) -> Result<Not, E> {
                Ok(Not::Values(vec![number.into()]))
            }
        }
        deserializer.deserialize_any(NotVisitor)
    }
}

const SHAPE: &str = "a condition has exactly one of all, any, not, user, account, segment, stage, health, band, \
     feature, guide, item, assignment, answer, page, element, device, locale, time";
const OP: &str = "a comparison is missing: one of is, not, gt, gte, lt, lte, eq, contains, exists";

impl Written {
    /// Takes the comparisons out; whatever is left over belongs to no kind and is an error.
    fn take_op(&mut self) -> Result<Op, &'static str> {
        let not = match self.not.take() {
            Some(Not::Values(values)) => values,
            Some(condition) => {
                self.not = Some(condition);
                Vec::new()
            }
            None => Vec::new(),
        };
        let op = Op {
            is: self.is.take().map(|many| many.0).unwrap_or_default(),
            not,
            gt: self.gt.take(),
            gte: self.gte.take(),
            lt: self.lt.take(),
            lte: self.lte.take(),
            eq: self.eq.take(),
            contains: self.contains.take(),
            exists: self.exists.take(),
        };
        if op.is_empty() { Err(OP) } else { Ok(op) }
    }

    fn put_op(&mut self, op: Op) {
        self.is = (!op.is.is_empty()).then_some(Many(op.is));
        self.not = (!op.not.is_empty()).then_some(Not::Values(op.not));
        self.gt = op.gt;
        self.gte = op.gte;
        self.lt = op.lt;
        self.lte = op.lte;
        self.eq = op.eq;
        self.contains = op.contains;
        self.exists = op.exists;
    }

    /// Whether every key has been taken.
    fn is_empty(&self) -> bool {
        let Self {
            all,
            any,
            user,
            account,
            segment,
            stage,
            health,
            band,
            feature,
            count,
            within,
            by,
            guide,
            item,
            done,
            assignment,
            state,
            answer,
            page,
            element,
            device,
            locale,
            time,
            is,
            not,
            gt,
            gte,
            lt,
            lte,
            eq,
            contains,
            exists,
        } = self;
        all.is_none()
            && any.is_none()
            && user.is_none()
            && account.is_none()
            && segment.is_none()
            && stage.is_none()
            && health.is_none()
            && band.is_none()
            && feature.is_none()
            && count.is_none()
            && within.is_none()
            && by.is_none()
            && guide.is_none()
            && item.is_none()
            && done.is_none()
            && assignment.is_none()
            && state.is_none()
            && answer.is_none()
            && page.is_none()
            && element.is_none()
            && device.is_none()
            && locale.is_none()
            && time.is_none()
            && is.is_none()
            && not.is_none()
            && gt.is_none()
            && gte.is_none()
            && lt.is_none()
            && lte.is_none()
            && eq.is_none()
            && contains.is_none()
            && exists.is_none()
    }

    fn take(&mut self) -> Result<Condition, &'static str> {
        if let Some(all) = self.all.take() {
            return Ok(Condition::All(all));
        }
        if let Some(any) = self.any.take() {
            return Ok(Condition::Any(any));
        }
        if let Some(attribute) = self.user.take() {
            return Ok(Condition::User(attribute, self.take_op()?));
        }
        if let Some(attribute) = self.account.take() {
            return Ok(Condition::Account(attribute, self.take_op()?));
        }
        if let Some(segment) = self.segment.take() {
            return Ok(Condition::Segment(segment));
        }
        if let Some(stages) = self.stage.take() {
            return Ok(Condition::Stage(stages.0));
        }
        if let Some(op) = self.health.take() {
            return if op.is_empty() {
                Err(OP)
            } else {
                Ok(Condition::Health(op))
            };
        }
        if let Some(bands) = self.band.take() {
            return Ok(Condition::Band(bands.0));
        }
        if let Some(feature) = self.feature.take() {
            return Ok(Condition::Feature(FeatureUse {
                feature,
                count: self.count.take().unwrap_or_else(|| Op::at_least(1.0)),
                within: self.within.take(),
                by: self.by.take().unwrap_or_default(),
            }));
        }
        if let Some(guide) = self.guide.take() {
            let state = match self.state.take().as_deref() {
                Some("seen") => GuideState::Seen,
                Some("done") => GuideState::Done,
                Some("dismissed") => GuideState::Dismissed,
                Some("open") => GuideState::Open,
                _ => return Err("a guide's state is one of seen, done, dismissed, open"),
            };
            return Ok(Condition::Guide(guide, state));
        }
        if let Some(item) = self.item.take() {
            return Ok(Condition::Item(item, self.done.take().unwrap_or(true)));
        }
        if let Some(assignment) = self.assignment.take() {
            let state = match self.state.take().as_deref() {
                Some("open") => AssignmentState::Open,
                Some("done") => AssignmentState::Done,
                Some("overdue") => AssignmentState::Overdue,
                _ => return Err("an assignment's state is one of open, done, overdue"),
            };
            return Ok(Condition::Assignment(assignment, state));
        }
        if let Some(answer) = self.answer.take() {
            return Ok(Condition::Answer(answer, self.take_op()?));
        }
        if let Some(patterns) = self.page.take() {
            return Ok(Condition::Page(patterns.0));
        }
        if let Some(target) = self.element.take() {
            let state = match self.is.take().and_then(|mut many| many.0.pop()) {
                None => ElementState::Visible,
                Some(Value::Text(state)) => match state.as_str() {
                    "visible" => ElementState::Visible,
                    "present" => ElementState::Present,
                    "enabled" => ElementState::Enabled,
                    "filled" => ElementState::Filled,
                    _ => return Err("an element is visible, present, enabled or filled"),
                },
                Some(_) => return Err("an element is visible, present, enabled or filled"),
            };
            return Ok(Condition::Element(target, state));
        }
        if let Some(devices) = self.device.take() {
            return Ok(Condition::Device(devices.0));
        }
        if let Some(locales) = self.locale.take() {
            return Ok(Condition::Locale(locales.0));
        }
        if let Some(window) = self.time.take() {
            return Ok(Condition::Time(window));
        }
        match self.not.take() {
            Some(Not::Condition(condition)) => Ok(Condition::Not(condition)),
            _ => Err(SHAPE),
        }
    }
}

impl TryFrom<Written> for Condition {
    type Error = &'static str;

    fn try_from(mut written: Written) -> Result<Self, &'static str> {
        let condition = written.take()?;
        if written.is_empty() {
            Ok(condition)
        } else {
            Err(SHAPE)
        }
    }
}

impl From<Condition> for Written {
    fn from(condition: Condition) -> Self {
        let mut to = Self::default();
        match condition {
            Condition::All(all) => to.all = Some(all),
            Condition::Any(any) => to.any = Some(any),
            Condition::Not(condition) => to.not = Some(Not::Condition(condition)),
            Condition::User(attribute, op) => {
                to.user = Some(attribute);
                to.put_op(op);
            }
            Condition::Account(attribute, op) => {
                to.account = Some(attribute);
                to.put_op(op);
            }
            Condition::Segment(segment) => to.segment = Some(segment),
            Condition::Stage(stages) => to.stage = Some(Many(stages)),
            Condition::Health(op) => to.health = Some(op),
            Condition::Band(bands) => to.band = Some(Many(bands)),
            Condition::Feature(uses) => {
                to.feature = Some(uses.feature);
                to.count = Some(uses.count);
                to.within = uses.within;
                to.by = (uses.by != By::default()).then_some(uses.by);
            }
            Condition::Guide(guide, state) => {
                to.guide = Some(guide);
                to.state = Some(
                    match state {
                        GuideState::Seen => "seen",
                        GuideState::Done => "done",
                        GuideState::Dismissed => "dismissed",
                        GuideState::Open => "open",
                    }
                    .to_owned(),
                );
            }
            Condition::Item(item, done) => {
                to.item = Some(item);
                to.done = Some(done);
            }
            Condition::Assignment(assignment, state) => {
                to.assignment = Some(assignment);
                to.state = Some(
                    match state {
                        AssignmentState::Open => "open",
                        AssignmentState::Done => "done",
                        AssignmentState::Overdue => "overdue",
                    }
                    .to_owned(),
                );
            }
            Condition::Answer(answer, op) => {
                to.answer = Some(answer);
                to.put_op(op);
            }
            Condition::Page(patterns) => to.page = Some(Many(patterns)),
            Condition::Element(target, state) => {
                to.element = Some(target);
                let state = match state {
                    ElementState::Visible => "visible",
                    ElementState::Present => "present",
                    ElementState::Enabled => "enabled",
                    ElementState::Filled => "filled",
                };
                to.is = Some(Many(vec![state.into()]));
            }
            Condition::Device(devices) => to.device = Some(Many(devices)),
            Condition::Locale(locales) => to.locale = Some(Many(locales)),
            Condition::Time(window) => to.time = Some(window),
        }
        to
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_and_read_back() {
        for json in [
            r#"{"all":[]}"#,
            r#"{"any":[{"segment":"paid"},{"not":{"stage":"setup"}}]}"#,
            r#"{"user":"role","is":["admin","editor"]}"#,
            r#"{"user":"role","not":"guest"}"#,
            r#"{"user":"visits","not":[1,2]}"#,
            r#"{"account":"seats","gte":5,"lt":10}"#,
            r#"{"account":"plan","exists":false}"#,
            r#"{"health":{"lt":40}}"#,
            r#"{"band":["red","yellow"]}"#,
            r#"{"feature":"report.create","count":{"gte":20},"within":"28d","by":"account"}"#,
            r#"{"guide":"first-report","state":"done"}"#,
            r#"{"item":"get-started/*","done":true}"#,
            r#"{"assignment":"a","state":"overdue"}"#,
            r#"{"answer":"nps/score","lte":6}"#,
            r#"{"page":"/reports/:id"}"#,
            r##"{"element":{"css":"#x"},"is":"enabled"}"##,
            r#"{"device":"phone"}"#,
            r#"{"locale":["ja","en"]}"#,
            r#"{"time":{"after":"2026-11-21T00:00:00.000Z"}}"#,
        ] {
            let condition: Condition = serde_json::from_str(json).expect(json);
            let again = serde_json::to_string(&condition).expect(json);
            let reread: Condition = serde_json::from_str(&again).expect(&again);
            assert_eq!(reread, condition, "{again}");
        }
    }

    #[test]
    fn refused_with_the_reason() {
        for (json, reason) in [
            ("{}", "exactly one of"),
            (r#"{"user":"role"}"#, "a comparison is missing"),
            (
                r#"{"user":"role","account":"plan","is":"x"}"#,
                "exactly one of",
            ),
            (r#"{"segment":"paid","within":"7d"}"#, "exactly one of"),
            (
                r#"{"guide":"g","state":"finished"}"#,
                "seen, done, dismissed, open",
            ),
            (
                r##"{"element":{"css":"#x"},"is":"there"}"##,
                "visible, present",
            ),
            (r#"{"health":{}}"#, "a comparison is missing"),
            (r#"{"usr":"role","is":"x"}"#, "unknown field `usr`"),
        ] {
            let error = serde_json::from_str::<Condition>(json)
                .unwrap_err()
                .to_string();
            assert!(error.contains(reason), "{json}: {error}");
        }
    }
}
