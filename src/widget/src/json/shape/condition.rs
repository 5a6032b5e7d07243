//! Conditions and targets.

use banso_model::condition::{
    AssignmentState, By, Condition, Device, FeatureUse, GuideState, Op, TimeWindow,
};
use banso_model::target::{ElementState, Target};
use banso_model::value::{Value, Values};

use super::{Shape, member, members, object, one_or_many, word};

word!(By { User "user", Account "account" });
word!(GuideState { Seen "seen", Done "done", Dismissed "dismissed", Open "open" });
word!(AssignmentState { Open "open", Done "done", Overdue "overdue" });
word!(Device { Phone "phone", Tablet "tablet", Desktop "desktop" });
word!(ElementState { Visible "visible", Present "present", Enabled "enabled", Filled "filled" });
object!(TimeWindow { after, before });

impl Shape for Target {
    fn shape(value: Value) -> Option<Self> {
        let members = &mut members(value)?;
        Some(Self {
            css: one_or_many(members, "css")?,
            text: one_or_many(members, "text")?,
            role: member(members, "role")?,
            name: one_or_many(members, "name")?,
            nth: member(members, "nth")?,
            within: one_or_many(members, "within")?,
        })
    }
}

impl Shape for Condition {
    fn shape(value: Value) -> Option<Self> {
        let members = &mut members(value)?;
        // Exactly one of these names is there; the rest belongs to it.
        let kind = KINDS.iter().position(|name| members.contains_key(name))?;
        let name = *KINDS.get(kind)?;
        Some(match name {
            "all" => Self::All(member(members, name)?),
            "any" => Self::Any(member(members, name)?),
            "user" => Self::User(member(members, name)?, op(members)?),
            "account" => Self::Account(member(members, name)?, op(members)?),
            "segment" => Self::Segment(member(members, name)?),
            "stage" => Self::Stage(one_or_many(members, name)?),
            "health" => Self::Health(op(&mut self::members(members.remove(name)?)?)?),
            "band" => Self::Band(one_or_many(members, name)?),
            "feature" => Self::Feature(FeatureUse {
                feature: member(members, name)?,
                count: match members.remove("count") {
                    Some(count) => op(&mut self::members(count)?)?,
                    None => Op::at_least(1.0),
                },
                within: member(members, "within")?,
                by: member(members, "by")?,
            }),
            "guide" => Self::Guide(member(members, name)?, member(members, "state")?),
            "item" => Self::Item(
                member(members, name)?,
                member::<Option<bool>>(members, "done")?.unwrap_or(true),
            ),
            "assignment" => Self::Assignment(member(members, name)?, member(members, "state")?),
            "answer" => Self::Answer(member(members, name)?, op(members)?),
            "page" => Self::Page(one_or_many(members, name)?),
            "element" => Self::Element(member(members, name)?, member(members, "is")?),
            "device" => Self::Device(one_or_many(members, name)?),
            "locale" => Self::Locale(one_or_many(members, name)?),
            "time" => Self::Time(member(members, name)?),
            _ => Self::Not(member(members, name)?),
        })
    }
}

/// The names that tell conditions apart. `not` is also a comparison, so it comes last.
const KINDS: [&str; 19] = [
    "all",
    "any",
    "user",
    "account",
    "segment",
    "stage",
    "health",
    "band",
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

fn op(members: &mut Values) -> Option<Op> {
    Some(Op {
        is: one_or_many(members, "is")?,
        not: one_or_many(members, "not")?,
        gt: member(members, "gt")?,
        gte: member(members, "gte")?,
        lt: member(members, "lt")?,
        lte: member(members, "lte")?,
        eq: member(members, "eq")?,
        contains: member(members, "contains")?,
        exists: member(members, "exists")?,
    })
}
