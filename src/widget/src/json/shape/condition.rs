//! Conditions and targets.

use banso_model::condition::{
    AssignmentState, By, Condition, Device, FeatureUse, GuideState, Op, TimeWindow,
};
use banso_model::target::{ElementState, Target};
use banso_model::value::Value;

use super::{Shape, Wrong, member, must_be_object, object, one_or_many, part, word};

word!(By { User "user", Account "account" });
word!(GuideState { Seen "seen", Done "done", Dismissed "dismissed", Open "open" });
word!(AssignmentState { Open "open", Done "done", Overdue "overdue" });
word!(Device { Phone "phone", Tablet "tablet", Desktop "desktop" });
word!(ElementState { Visible "visible", Present "present", Enabled "enabled", Filled "filled" });
object!(TimeWindow { after, before });

impl Shape for Target {
    fn shape(value: &Value, wrong: &mut Wrong) -> Self {
        must_be_object(value, wrong);
        let members = value;
        Self {
            css: one_or_many(members, "css", wrong),
            text: one_or_many(members, "text", wrong),
            role: member(members, "role", wrong),
            name: one_or_many(members, "name", wrong),
            nth: member(members, "nth", wrong),
            within: one_or_many(members, "within", wrong),
        }
    }
}

impl Shape for Condition {
    fn shape(value: &Value, wrong: &mut Wrong) -> Self {
        must_be_object(value, wrong);
        let members = value;
        // Exactly one of these names is there; the rest belongs to it.
        let kind = KINDS
            .into_iter()
            .find(|&name| *part(members, name) != Value::Null);
        let name = kind.unwrap_or_default();
        match name {
            "all" => Self::All(member(members, name, wrong)),
            "any" => Self::Any(member(members, name, wrong)),
            "feature" => Self::Feature(FeatureUse {
                feature: member(members, name, wrong),
                count: member::<Option<Op>>(members, "count", wrong)
                    .unwrap_or_else(|| Op::at_least(1.0)),
                within: member(members, "within", wrong),
                by: member(members, "by", wrong),
            }),
            "guide" => Self::Guide(
                member(members, name, wrong),
                member(members, "state", wrong),
            ),
            "item" => Self::Item(
                member(members, name, wrong),
                member::<Option<bool>>(members, "done", wrong).unwrap_or(true),
            ),
            "assignment" => Self::Assignment(
                member(members, name, wrong),
                member(members, "state", wrong),
            ),
            "answer" => Self::Answer(member(members, name, wrong), op(members, wrong)),
            "page" => Self::Page(one_or_many(members, name, wrong)),
            "element" => Self::Element(member(members, name, wrong), member(members, "is", wrong)),
            "device" => Self::Device(one_or_many(members, name, wrong)),
            "locale" => Self::Locale(one_or_many(members, name, wrong)),
            "time" => Self::Time(member(members, name, wrong)),
            "not" => Self::Not(member(members, name, wrong)),
            // Whatever is newer than this page cannot be known to hold.
            _ => Self::never(),
        }
    }
}

/// The names that tell conditions apart, but for those that the collector alone decides: they never come here. `not` is also a comparison, so it comes last.
const KINDS: [&str; 13] = [
    "all",
    "any",
    "feature",
    "guide",
    "item",
    "assignment",
    "answer",
    "page",
    "element",
    "device",
    "locale",
    "time",
    "not",
];

impl Shape for Op {
    fn shape(value: &Value, wrong: &mut Wrong) -> Self {
        must_be_object(value, wrong);
        op(value, wrong)
    }
}

#[inline(never)]
fn op(members: &Value, wrong: &mut Wrong) -> Op {
    Op {
        is: one_or_many(members, "is", wrong),
        not: one_or_many(members, "not", wrong),
        gt: member(members, "gt", wrong),
        gte: member(members, "gte", wrong),
        lt: member(members, "lt", wrong),
        lte: member(members, "lte", wrong),
        eq: member(members, "eq", wrong),
        contains: member(members, "contains", wrong),
        exists: member(members, "exists", wrong),
    }
}
