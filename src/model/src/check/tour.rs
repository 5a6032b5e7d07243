//! Tours: their steps, what each needs, and whether there is a way through them.

use std::collections::BTreeSet;

use super::condition::{self, Asked};
use super::context::Context;
use super::guides::check_period;
use super::place::Place;
use super::texts::{self, Form};
use super::{links, target};
use crate::config::guide::{Step, StepKind, Tour};
use crate::guide::{Action, Advance, AdvanceOn, Backdrop, Interact};

pub(super) fn check(cx: &mut Context<'_>, place: &Place, tour: &Tour) {
    let ids: Vec<String> = tour.steps.iter().map(|step| step.id.clone()).collect();
    for (number, step) in tour.steps.iter().enumerate() {
        let at = place.field("steps").item(number);
        if ids.iter().take(number).any(|earlier| *earlier == step.id) {
            cx.error(
                &at.field("id"),
                format!("there is another step `{}`", step.id),
                Some("give each step of a tour its own id".to_owned()),
            );
        }
        check_step(cx, &at, step, &ids);
    }
    check_ways(cx, place, &tour.steps);
}

fn check_step(cx: &mut Context<'_>, place: &Place, step: &Step, ids: &[String]) {
    match (step.kind, &step.target) {
        (StepKind::Tooltip, None) => cx.error(
            place,
            format!("the step `{}` points at nothing", step.id),
            Some("add `target`, or `\"kind\": \"modal\"` for a card in the middle".to_owned()),
        ),
        (StepKind::Modal, Some(_)) => cx.warn(
            &place.name("target"),
            "a modal step points at nothing, so its target is not used",
            Some("remove `target`, or `\"kind\": \"modal\"`".to_owned()),
        ),
        _ => {}
    }
    if let Some(element) = &step.target {
        target::check(cx, &place.field("target"), element);
    }
    if step.kind == StepKind::Wait {
        check_wait(cx, place, step);
    } else if step.title.is_none() && step.body.is_none() {
        cx.error(
            place,
            format!("the step `{}` says nothing", step.id),
            Some("add `title`, `body` or both".to_owned()),
        );
    }
    let spotlight = step.backdrop == Some(Backdrop::Spotlight);
    if spotlight && (step.target.is_none() || step.kind == StepKind::Modal) {
        cx.error(
            &place.field("backdrop"),
            "a spotlight needs a target to shine on",
            Some("add `target`, or use `\"backdrop\": \"dim\"`".to_owned()),
        );
    }
    if step.interact == Some(Interact::Target) && !spotlight {
        cx.error(
            &place.field("interact"),
            "only a target in the spotlight can be the one thing that is used",
            Some("add `\"backdrop\": \"spotlight\"`".to_owned()),
        );
    }
    check_modal(cx, place, step);
    check_period(
        cx,
        &place.field("missing").field("wait"),
        step.missing.wait,
        600_000,
        "10m",
    );
    if let Some(when) = &step.when {
        condition::check(cx, &place.field("when"), when, Asked::OfUser);
    }
    texts::check_some(cx, place, "title", step.title.as_ref(), Form::Line);
    texts::check_some(cx, place, "body", step.body.as_ref(), Form::Markdown);
    texts::check_media(cx, place, step.media.as_ref());
    for (number, advance) in step.advance.iter().enumerate() {
        let at = place.field("advance").item(number);
        check_advance(cx, &at, advance, step);
    }
    texts::check_buttons(cx, place, &step.buttons, Some(ids));
}

/// A modal is over everything, whatever it says.
fn check_modal(cx: &mut Context<'_>, place: &Place, step: &Step) {
    if step.kind != StepKind::Modal {
        return;
    }
    let open = [
        ("backdrop", step.backdrop == Some(Backdrop::None)),
        (
            "interact",
            step.interact
                .is_some_and(|interact| interact != Interact::Block),
        ),
    ];
    for (field, is_open) in open {
        if is_open {
            cx.warn(
                &place.field(field),
                format!("a modal step is always over a dim page that cannot be used, so its `{field}` changes nothing"),
                Some(format!("remove `{field}`, or `\"kind\": \"modal\"`")),
            );
        }
    }
}

fn check_wait(cx: &mut Context<'_>, place: &Place, step: &Step) {
    if !step
        .advance
        .iter()
        .any(|advance| advance.on != AdvanceOn::Next)
    {
        cx.error(
            place,
            format!("the step `{}` waits for nothing", step.id),
            Some(
                "add `advance`: for example `[{\"on\": \"page\", \"page\": \"/reports/*\"}]`"
                    .to_owned(),
            ),
        );
    }
    for field in ["title", "body", "buttons", "media"] {
        if cx.has(place, field) {
            cx.warn(
                &place.name(field),
                format!("a step that waits shows nothing, so its `{field}` is not used"),
                None,
            );
        }
    }
}

fn check_advance(cx: &mut Context<'_>, place: &Place, advance: &Advance, step: &Step) {
    if let Some(element) = &advance.target {
        target::check(cx, &place.field("target"), element);
    }
    let (needed, allowed): (Option<&str>, &[&str]) = match advance.on {
        AdvanceOn::Next => (None, &[]),
        AdvanceOn::Click => (None, &["target"]),
        AdvanceOn::Input => (None, &["target", "matches"]),
        AdvanceOn::Page => (Some("page"), &["page"]),
        AdvanceOn::Element => (None, &["target", "is"]),
        AdvanceOn::Feature => (Some("feature"), &["feature"]),
        AdvanceOn::Wait => (Some("after"), &["after"]),
    };
    if let Some(needed) = needed
        && !cx.has(place, needed)
    {
        cx.error(
            place,
            format!("this does not say which `{needed}` it waits for"),
            Some(format!("add `{needed}`")),
        );
    }
    for field in ["target", "is", "matches", "page", "feature", "after"] {
        if cx.has(place, field) && !allowed.contains(&field) {
            cx.error(
                &place.name(field),
                format!("`{field}` means nothing here"),
                Some(if allowed.is_empty() {
                    "remove it".to_owned()
                } else {
                    format!(
                        "beside this `on` only {} can stand",
                        super::suggest::listed(allowed)
                    )
                }),
            );
        }
    }
    let on_target = matches!(
        advance.on,
        AdvanceOn::Click | AdvanceOn::Input | AdvanceOn::Element
    );
    if on_target && advance.target.is_none() && step.target.is_none() {
        cx.error(
            place,
            "neither this nor its step has a target",
            Some("add `target`".to_owned()),
        );
    }
    let blocked = step.kind == StepKind::Modal || step.interact == Some(Interact::Block);
    if blocked && matches!(advance.on, AdvanceOn::Click | AdvanceOn::Input) {
        cx.error(
            &place.field("on"),
            "the page cannot be used while this step is shown, so this never happens",
            Some("use `\"interact\": \"allow\"`, or `target` with a spotlight".to_owned()),
        );
    }
    if let Some(pattern) = &advance.page {
        links::check_pattern(cx, &place.field("page"), pattern);
    }
    if let Some(feature) = &advance.feature {
        condition::check_feature(cx, &place.field("feature"), feature);
    }
    if let Some(after) = advance.after {
        check_period(cx, &place.field("after"), after, 3_600_000, "1h");
    }
}

/// Where a step can lead.
#[derive(Default)]
struct Ways {
    steps: BTreeSet<usize>,
    out: bool,
}

/// Says which steps nobody reaches, and from which there is no way out.
fn check_ways(cx: &mut Context<'_>, place: &Place, steps: &[Step]) {
    let ways: Vec<Ways> = (0..steps.len())
        .map(|number| ways_of(steps, number))
        .collect();
    let reached = closure(BTreeSet::from([0]), |number| ways[number].steps.clone());
    for (number, step) in steps.iter().enumerate() {
        if !reached.contains(&number) {
            cx.error(
                &place.field("steps").item(number),
                format!("nobody reaches the step `{}`", step.id),
                Some("lead to it by `next` or `goto` from a step before, or remove it".to_owned()),
            );
        }
    }
    let leads_out = closure(
        (0..steps.len())
            .filter(|number| ways[*number].out)
            .collect(),
        |to| {
            (0..steps.len())
                .filter(|from| ways[*from].steps.contains(&to))
                .collect()
        },
    );
    let trapped: Vec<usize> = reached.difference(&leads_out).copied().collect();
    let Some(first) = trapped.first() else {
        return;
    };
    let at = place.field("steps").item(*first);
    if ways[*first].steps.is_empty() {
        cx.error(
            &at,
            format!("nothing leads on from the step `{}`", steps[*first].id),
            Some("give it a button with `next` or `close`, or an `advance`".to_owned()),
        );
    } else {
        let names: Vec<String> = trapped
            .iter()
            .map(|number| format!("`{}`", steps[*number].id))
            .collect();
        cx.error(
            &at,
            format!("the steps {} lead only to each other", names.join(", ")),
            Some("give one of them a button with `next` or `close`".to_owned()),
        );
    }
}

fn ways_of(steps: &[Step], number: usize) -> Ways {
    let step = &steps[number];
    let mut ways = Ways::default();
    let next = |ways: &mut Ways| {
        if number + 1 < steps.len() {
            ways.steps.insert(number + 1);
        } else {
            ways.out = true;
        }
    };
    // Without buttons of its own a modal has Next, and any other step where that is one of its ways on.
    let usual = step.buttons.is_empty()
        && step.kind != StepKind::Wait
        && (step.kind == StepKind::Modal
            || step.advance.is_empty()
            || step
                .advance
                .iter()
                .any(|advance| advance.on == AdvanceOn::Next));
    let moved = step
        .advance
        .iter()
        .any(|advance| advance.on != AdvanceOn::Next);
    let skipped = step.when.is_some() || step.missing.then == crate::guide::MissingThen::Skip;
    if usual || moved || skipped {
        next(&mut ways);
    }
    for action in step.buttons.iter().flat_map(|button| &button.act) {
        match action {
            Action::Next => next(&mut ways),
            Action::Back => {
                ways.steps.extend(number.checked_sub(1));
            }
            Action::Goto(id) => {
                ways.steps
                    .extend(steps.iter().position(|step| step.id == *id));
            }
            Action::Close | Action::Snooze | Action::Show(_) => ways.out = true,
            Action::Open(_) | Action::Track(_) | Action::Emit(_) => {}
        }
    }
    ways
}

/// Everything that can be come to from `start`.
fn closure(start: BTreeSet<usize>, next: impl Fn(usize) -> BTreeSet<usize>) -> BTreeSet<usize> {
    let mut reached = start.clone();
    let mut open: Vec<usize> = start.into_iter().collect();
    while let Some(number) = open.pop() {
        for to in next(number) {
            if reached.insert(to) {
                open.push(to);
            }
        }
    }
    reached
}

/// Actions that only a tour or a survey has a meaning for.
pub(super) fn check_goto(cx: &mut Context<'_>, place: &Place, id: &str, steps: Option<&[String]>) {
    match steps {
        Some(steps) if steps.iter().any(|step| step == id) => {}
        Some(steps) => cx.unknown(place, "step", id, steps.iter().map(String::as_str)),
        None => cx.error(
            place,
            "`goto` leads to a step, and there are none here",
            Some("use `show` to start another guide".to_owned()),
        ),
    }
}
