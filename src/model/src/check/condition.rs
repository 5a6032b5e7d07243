//! Conditions: the names in them, and whether they can hold.

use super::context::Context;
use super::place::Place;
use super::{links, never, suggest, target, texts};
use crate::condition::{By, Condition, FeatureUse, Op};
use crate::guide::Kind;
use crate::value::Value;

/// Of whom or what a condition is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked<'a> {
    /// Of a user on a page.
    OfUser,
    /// Of an account, where there is no page and no one user.
    OfAccount,
    /// Of a user in a survey, whose questions need not be named with it.
    InSurvey(&'a str),
}

/// Whether a condition asks about one user or what is on their page.
pub(super) fn is_of_user(condition: &Condition) -> bool {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => parts.iter().any(is_of_user),
        Condition::Not(part) => is_of_user(part),
        Condition::User(..)
        | Condition::Page(_)
        | Condition::Element(..)
        | Condition::Device(_)
        | Condition::Locale(_) => true,
        _ => false,
    }
}

/// A condition and everything in it.
pub(super) fn check(cx: &mut Context<'_>, place: &Place, condition: &Condition, asked: Asked<'_>) {
    names(cx, place, condition, asked);
    if let Some(reason) = never::reason(condition) {
        cx.error(
            place,
            format!("this condition can never hold: {reason}"),
            None,
        );
    }
}

fn names(cx: &mut Context<'_>, place: &Place, condition: &Condition, asked: Asked<'_>) {
    match condition {
        Condition::All(parts) => each(cx, &place.field("all"), parts, asked),
        Condition::Any(parts) => each(cx, &place.field("any"), parts, asked),
        Condition::Not(part) => names(cx, &place.field("not"), part, asked),
        Condition::User(name, _) => {
            only_of_user(cx, place, "user", "a trait of one user", asked);
            named(cx, &place.field("user"), name);
        }
        Condition::Account(name, _) => named(cx, &place.field("account"), name),
        Condition::Segment(id) => segment(cx, &place.field("segment"), id, asked),
        Condition::Stage(stages) => {
            not_circular(cx, place, "stage", asked);
            check_stages(cx, &place.field("stage"), stages);
        }
        Condition::Health(_) => {
            not_circular(cx, place, "health", asked);
            scored(cx, &place.field("health"));
        }
        Condition::Band(bands) => {
            not_circular(cx, place, "band", asked);
            scored(cx, &place.field("band"));
            check_bands(cx, &place.field("band"), bands);
        }
        Condition::Feature(uses) => feature_use(cx, place, uses, asked),
        Condition::Guide(id, _) => check_guide(cx, &place.field("guide"), id),
        Condition::Item(item, _) => check_item(cx, &place.field("item"), item),
        Condition::Assignment(id, _) => assignment(cx, &place.field("assignment"), id),
        Condition::Answer(answer, _) => self::answer(cx, &place.field("answer"), answer, asked),
        Condition::Page(patterns) => {
            only_of_user(cx, place, "page", "a page", asked);
            for (number, pattern) in patterns.iter().enumerate() {
                let at = cx.one_of_many(&place.field("page"), number);
                links::check_pattern(cx, &at, pattern);
            }
        }
        Condition::Element(element, _) => {
            only_of_user(cx, place, "element", "an element of a page", asked);
            target::check(cx, &place.field("element"), element);
        }
        Condition::Device(_) => only_of_user(cx, place, "device", "a device", asked),
        Condition::Locale(locales) => {
            only_of_user(cx, place, "locale", "a reader's language", asked);
            for (number, tag) in locales.iter().enumerate() {
                if !texts::is_locale(tag) {
                    let at = cx.one_of_many(&place.field("locale"), number);
                    cx.error(
                        &at,
                        format!("`{tag}` is not a locale"),
                        Some("a locale is a language tag such as `en`, `ja` or `pt-BR`".to_owned()),
                    );
                }
            }
        }
        Condition::Time(_) => {}
    }
}

fn each(cx: &mut Context<'_>, place: &Place, parts: &[Condition], asked: Asked<'_>) {
    for (number, part) in parts.iter().enumerate() {
        names(cx, &place.item(number), part, asked);
    }
}

fn only_of_user(cx: &mut Context<'_>, place: &Place, field: &str, what: &str, asked: Asked<'_>) {
    if asked == Asked::OfAccount {
        cx.error(
            &place.name(field),
            format!("this is asked of an account, and {what} is not the account's"),
            Some("ask about `account`, `feature`, `guide`, `item` or `segment`".to_owned()),
        );
    }
}

/// The stage of an account is found before its score is, and neither is known while it is.
fn not_circular(cx: &mut Context<'_>, place: &Place, field: &str, asked: Asked<'_>) {
    if asked == Asked::OfAccount {
        cx.error(
            &place.name(field),
            format!("`{field}` is not known yet when this is asked"),
            Some("ask about `account`, `feature`, `guide`, `item` or `segment`".to_owned()),
        );
    }
}

fn named(cx: &mut Context<'_>, place: &Place, name: &str) {
    if name.trim().is_empty() {
        cx.error(place, "the name of the trait is empty", None);
    }
}

fn segment(cx: &mut Context<'_>, place: &Place, id: &str, asked: Asked<'_>) {
    let Some(workspace) = &cx.names.workspace else {
        return;
    };
    if !workspace.segments.contains(id) {
        let known = workspace.segments.clone();
        cx.unknown(place, "segment", id, known.iter().map(String::as_str));
    } else if asked == Asked::OfAccount && workspace.segments_of_users.contains(id) {
        cx.error(
            place,
            format!(
                "this is asked of an account, but the segment `{id}` asks about one user on a page"
            ),
            Some("make a segment that asks about `account` only".to_owned()),
        );
    }
}

/// Stages by name, where one or a list may be written.
pub(super) fn check_stages(cx: &mut Context<'_>, place: &Place, stages: &[String]) {
    let Some(workspace) = &cx.names.workspace else {
        return;
    };
    let known = workspace.stages.clone();
    for (number, stage) in stages.iter().enumerate() {
        let at = cx.one_of_many(place, number);
        if !known.contains(stage) {
            cx.unknown(&at, "stage", stage, known.iter().map(String::as_str));
        } else if stages.iter().take(number).any(|earlier| earlier == stage) {
            cx.warn(&at, format!("the stage `{stage}` is named twice"), None);
        }
    }
}

fn check_bands(cx: &mut Context<'_>, place: &Place, bands: &[String]) {
    let Some(workspace) = &cx.names.workspace else {
        return;
    };
    let known = workspace.bands.clone();
    for (number, band) in bands.iter().enumerate() {
        if !known.contains(band) {
            let at = cx.one_of_many(place, number);
            cx.unknown(&at, "band", band, known.iter().map(String::as_str));
        }
    }
}

fn scored(cx: &mut Context<'_>, place: &Place) {
    if cx
        .names
        .workspace
        .as_ref()
        .is_some_and(|names| !names.has_scorecards)
    {
        cx.error(
            place,
            "no account has a score: the workspace has no scorecard",
            Some("add `health` to `banso.json`".to_owned()),
        );
    }
}

/// A feature by name.
pub(super) fn check_feature(cx: &mut Context<'_>, place: &Place, id: &str) {
    let Some(workspace) = &cx.names.workspace else {
        return;
    };
    if !workspace.features.contains(id) {
        let known = workspace.features.clone();
        cx.unknown(place, "feature", id, known.iter().map(String::as_str));
    }
}

fn feature_use(cx: &mut Context<'_>, place: &Place, uses: &FeatureUse, asked: Asked<'_>) {
    check_feature(cx, &place.field("feature"), &uses.feature);
    if let Some(within) = uses.within
        && within.whole_days().is_none_or(|days| days > 400)
    {
        cx.error(
            &place.field("within"),
            format!("`{within}` is not a number of days from 1 to 400"),
            Some("uses are counted by whole days: `7d`, `28d`, `2w`".to_owned()),
        );
    }
    if asked == Asked::OfAccount && uses.by == By::User {
        cx.warn(
            &place.field("feature"),
            "this is asked of an account, so the uses of all its users count",
            Some("say so: add `\"by\": \"account\"`".to_owned()),
        );
    }
    if let Some(field) = not_a_number(&uses.count) {
        cx.error(
            &place.field("count").field(field),
            "a count is compared with a number",
            None,
        );
    }
}

/// The comparison that is not with a number.
fn not_a_number(op: &Op) -> Option<&'static str> {
    let one = |value: &Option<Value>| value.as_ref().is_some_and(|v| v.as_number().is_none());
    let many = |values: &[Value]| values.iter().any(|v| v.as_number().is_none());
    [
        ("gt", one(&op.gt)),
        ("gte", one(&op.gte)),
        ("lt", one(&op.lt)),
        ("lte", one(&op.lte)),
        ("eq", one(&op.eq)),
        ("is", many(&op.is)),
        ("not", many(&op.not)),
        ("contains", op.contains.is_some()),
    ]
    .into_iter()
    .find_map(|(field, wrong)| wrong.then_some(field))
}

/// A guide by name.
pub(super) fn check_guide(cx: &mut Context<'_>, place: &Place, id: &str) {
    if !cx.names.guides.contains_key(id) && !cx.names.guides_are_partial {
        let known: Vec<String> = cx.names.guides.keys().cloned().collect();
        cx.unknown(place, "guide", id, known.iter().map(String::as_str));
    }
}

/// An item as `checklist/item`, or `checklist/*`.
fn check_item(cx: &mut Context<'_>, place: &Place, item: &str) {
    let Some((list, name)) = item.split_once('/') else {
        cx.error(
            place,
            format!("`{item}` names no item"),
            Some(format!(
                "write `{item}/*` for all of a checklist, or `{item}/<item>` for one"
            )),
        );
        return;
    };
    if check_checklist(cx, place, list) && name != "*" {
        let Some(guide) = cx
            .names
            .guides
            .get(list)
            .filter(|guide| guide.kind.is_some())
        else {
            return;
        };
        if !guide.items.iter().any(|known| known == name) {
            let known: Vec<String> = guide
                .items
                .iter()
                .map(|known| format!("{list}/{known}"))
                .collect();
            let help = suggest::help(item, "items", known.iter().map(String::as_str));
            cx.error(
                place,
                format!("the checklist `{list}` has no item `{name}`"),
                Some(help),
            );
        }
    }
}

/// A checklist by name; whether it is one.
pub(super) fn check_checklist(cx: &mut Context<'_>, place: &Place, id: &str) -> bool {
    match cx.names.guides.get(id).map(|guide| guide.kind) {
        Some(None | Some(Kind::Checklist)) => true,
        Some(Some(kind)) => {
            cx.error(
                place,
                format!(
                    "`{id}` is not a checklist but of the kind {}",
                    kind.as_str()
                ),
                None,
            );
            false
        }
        None => {
            if !cx.names.guides_are_partial {
                let known: Vec<String> = cx
                    .names
                    .of_kind(Kind::Checklist)
                    .map(str::to_owned)
                    .collect();
                cx.unknown(place, "checklist", id, known.iter().map(String::as_str));
            }
            false
        }
    }
}

fn assignment(cx: &mut Context<'_>, place: &Place, id: &str) {
    let Some(workspace) = &cx.names.workspace else {
        return;
    };
    if workspace.assignments.contains(id) {
        cx.warn(
            place,
            "assignments are checked but not handed out yet, so this does not hold for anyone",
            None,
        );
    } else {
        let known = workspace.assignments.clone();
        cx.unknown(place, "assignment", id, known.iter().map(String::as_str));
    }
}

/// An answer as `survey/question`, or in a survey `question`.
fn answer(cx: &mut Context<'_>, place: &Place, answer: &str, asked: Asked<'_>) {
    let (survey, question) = match (answer.split_once('/'), asked) {
        (Some(named), _) => named,
        (None, Asked::InSurvey(own)) => (own, answer),
        (None, _) => {
            cx.error(
                place,
                format!("`{answer}` names no survey"),
                Some(format!("write `<survey>/{answer}`")),
            );
            return;
        }
    };
    match cx.names.guides.get(survey) {
        Some(guide) if guide.kind == Some(Kind::Survey) || !guide.questions.is_empty() => {
            if !guide.questions.iter().any(|known| known == question) {
                let known = guide.questions.clone();
                let help = suggest::help(question, "questions", known.iter().map(String::as_str));
                cx.error(
                    place,
                    format!("`{survey}` has no question `{question}`"),
                    Some(help),
                );
            }
        }
        Some(guide) => {
            if let Some(kind) = guide.kind {
                cx.error(
                    place,
                    format!(
                        "`{survey}` is not a survey but of the kind {}",
                        kind.as_str()
                    ),
                    None,
                );
            }
        }
        None if cx.names.guides_are_partial => {}
        None => {
            let known: Vec<String> = cx.names.of_kind(Kind::Survey).map(str::to_owned).collect();
            cx.unknown(place, "survey", survey, known.iter().map(String::as_str));
        }
    }
}
