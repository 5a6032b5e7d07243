//! Guides of every kind.

use super::condition::{self, Asked};
use super::context::Context;
use super::place::Place;
use super::texts::{self, Form};
use super::{Read, checklist, links, survey, target, tour};
use crate::condition::Condition;
use crate::config::Guide;
use crate::config::guide::{
    Announcement, Banner, BannerPosition, Checklist, Choice, Content, Done, Goal, Hotspot, Repeat,
    Show,
};
use crate::guide::{Action, Kind};
use crate::time::Period;
use crate::wire::Start;

const DAY: u64 = 86_400_000;

pub(super) fn check(cx: &mut Context<'_>, guides: &[Read<Guide>]) {
    let mut seen: Vec<&str> = Vec::new();
    for Read { place, value } in guides {
        check_id(cx, place, &value.id, "guide", &mut seen);
        check_guide(cx, place, value);
    }
}

/// An id that must be unique, and best is the name of its file.
pub(super) fn check_id<'g>(
    cx: &mut Context<'_>,
    place: &Place,
    id: &'g str,
    what: &str,
    seen: &mut Vec<&'g str>,
) {
    let path = cx.files().get(place.file).map_or("", |file| file.path);
    if seen.contains(&id) {
        cx.error(
            &place.field("id"),
            format!("there is another {what} `{id}`"),
            Some(format!("give each {what} its own id")),
        );
    } else if let Some((folder, name)) = path.rsplit_once('/')
        && name.strip_suffix(".json") != Some(id)
    {
        cx.warn(
            &place.field("id"),
            format!("the {what} `{id}` is in a file of another name"),
            Some(format!("rename the file to `{folder}/{id}.json`")),
        );
    }
    seen.push(id);
}

fn check_guide(cx: &mut Context<'_>, place: &Place, guide: &Guide) {
    let says_nothing = guide.title.is_none() && guide.body.is_none();
    let listed = matches!(guide.kind(), Kind::Tour | Kind::Checklist);
    if listed && guide.title.is_none() {
        cx.error(
            place,
            format!(
                "a {} needs a title: it is its name in the hub",
                guide.kind().as_str()
            ),
            Some("add `\"title\": {\"en\": \"…\"}`".to_owned()),
        );
    } else if says_nothing && guide.kind() != Kind::Survey {
        cx.error(
            place,
            "the guide says nothing",
            Some("add `title`, `body` or both".to_owned()),
        );
    }
    if guide.kind() == Kind::Tour && guide.body.is_some() {
        cx.warn(
            &place.name("body"),
            "a tour speaks by its steps, so its own `body` is not shown",
            Some("move the text to a step".to_owned()),
        );
    }
    texts::check_some(cx, place, "title", guide.title.as_ref(), Form::Line);
    texts::check_some(cx, place, "body", guide.body.as_ref(), Form::Markdown);
    texts::check_media(cx, place, guide.media.as_ref());
    condition::check_stages(cx, &place.field("stage"), &guide.stage);
    check_show(cx, &place.field("show"), guide, &guide.show);
    if let Some(goal) = &guide.goal {
        check_goal(cx, place, goal);
    }
    match &guide.content {
        Content::Tour(tour) => tour::check(cx, place, tour),
        Content::Checklist(list) => check_list(cx, place, guide, list),
        Content::Announcement(announcement) => check_announcement(cx, place, announcement),
        Content::Banner(banner) => check_banner(cx, place, banner),
        Content::Hotspot(hotspot) => check_hotspot(cx, place, hotspot),
        Content::Survey(survey) => survey::check(cx, place, &guide.id, survey),
    }
}

fn check_show(cx: &mut Context<'_>, place: &Place, guide: &Guide, show: &Show) {
    if let Some(when) = &show.when {
        condition::check(cx, &place.field("when"), when, Asked::OfUser);
        check_stages_meet(cx, place, guide, when);
        if guide.start() == Start::Auto && asks_for_guide(when, &guide.id) {
            cx.warn(
                &place.field("when"),
                "the guide starts by itself only after it was shown in some other way",
                Some("use `repeat` to say when it may be shown again".to_owned()),
            );
        }
    }
    check_period(cx, &place.field("delay"), show.delay, DAY, "1d");
    check_period(cx, &place.field("snooze"), show.snooze, 30 * DAY, "30d");
    if let Repeat::Every(every) = show.repeat
        && every.every.ms() < 60_000
    {
        cx.error(
            &place.field("repeat").field("every"),
            format!("`{}` is too often to show anything", every.every),
            Some("the least is `1m`".to_owned()),
        );
    }
    if guide.start() != Start::Auto && cx.has(place, "delay") {
        cx.warn(
            &place.name("delay"),
            "only a guide that starts by itself waits before it does",
            Some("remove it, or add `\"start\": \"auto\"`".to_owned()),
        );
    }
}

/// A guide's own stages and those its condition asks for must have one in common.
fn check_stages_meet(cx: &mut Context<'_>, place: &Place, guide: &Guide, when: &Condition) {
    if guide.stage.is_empty() || super::never::reason(when).is_some() {
        return;
    }
    let both = Condition::All(vec![Condition::Stage(guide.stage.clone()), when.clone()]);
    if let Some(reason) = super::never::reason(&both) {
        cx.error(
            &place.field("when"),
            format!("the guide is never shown: {reason}"),
            Some("its own `stage` and the stages in `when` must have one in common".to_owned()),
        );
    }
}

/// Whether a condition holds only once a guide was shown.
fn asks_for_guide(condition: &Condition, id: &str) -> bool {
    match condition {
        Condition::All(parts) => parts.iter().any(|part| asks_for_guide(part, id)),
        Condition::Any(parts) => {
            !parts.is_empty() && parts.iter().all(|part| asks_for_guide(part, id))
        }
        Condition::Guide(named, _) => named == id,
        _ => false,
    }
}

fn check_goal(cx: &mut Context<'_>, place: &Place, goal: &Goal) {
    let at = place.field("goal");
    condition::check(cx, &at.field("when"), &goal.when, Asked::OfUser);
    if goal.within.ms() == 0 {
        cx.error(
            &at.field("within"),
            "a goal needs time",
            Some("for example `7d`".to_owned()),
        );
    }
    cx.warn(
        &place.name("goal"),
        if goal.holdout > 0 {
            "`goal` is checked but not measured yet, and nobody is held out"
        } else {
            "`goal` is checked but not measured yet"
        },
        None,
    );
}

/// A length of time that has a most.
pub(super) fn check_period(
    cx: &mut Context<'_>,
    place: &Place,
    period: Period,
    most: u64,
    said: &str,
) {
    if period.ms() > most {
        cx.error(
            place,
            format!("`{period}` is too long, the most is `{said}`"),
            None,
        );
    }
}

/// The actions of a button, an item or an option. `steps` are those that `goto` can lead to.
pub(super) fn check_actions(
    cx: &mut Context<'_>,
    place: &Place,
    actions: &[Action],
    steps: Option<&[String]>,
) {
    for (number, action) in actions.iter().enumerate() {
        let at = place.item(number);
        match action {
            Action::Goto(id) => tour::check_goto(cx, &at.field("goto"), id, steps),
            Action::Open(address) => links::check_link(cx, &at.field("open"), address),
            Action::Show(id) => condition::check_guide(cx, &at.field("show"), id),
            Action::Track(name) | Action::Emit(name) => {
                if name.trim().is_empty() {
                    cx.error(&at.field(action.as_str()), "the name is empty", None);
                }
            }
            Action::Next | Action::Back if steps.is_none() => cx.error(
                &at,
                format!(
                    "`{}` moves between steps, and there are none here",
                    action.as_str()
                ),
                Some("use `close`, or `show` to start another guide".to_owned()),
            ),
            Action::Next | Action::Back | Action::Close | Action::Snooze => {}
        }
    }
}

fn check_list(cx: &mut Context<'_>, place: &Place, guide: &Guide, list: &Checklist) {
    let options = checklist::check_chooser(cx, place, list);
    for (number, item) in list.items.iter().enumerate() {
        let at = place.field("items").item(number);
        checklist::check_way(cx, &at, list, number, options.as_deref());
        if list
            .items
            .iter()
            .take(number)
            .any(|earlier| earlier.id == item.id)
        {
            cx.error(
                &at.field("id"),
                format!("there is another item `{}`", item.id),
                Some("give each item of a checklist its own id".to_owned()),
            );
        }
        texts::check(cx, &at.field("title"), &item.title, Form::Line);
        texts::check_some(cx, &at, "body", item.body.as_ref(), Form::Markdown);
        texts::check_media(cx, &at, item.media.as_ref());
        check_item_actions(cx, &at.field("do"), &item.act);
        if let Done::When(when) = &item.done {
            condition::check(cx, &at.field("done"), when, Asked::OfUser);
            if asks_for_itself(when, &guide.id, &item.id) {
                cx.error(
                    &at.field("done"),
                    format!("the item `{}` is done when it is done", item.id),
                    Some("ask for what the user does, or use `\"by-hand\"`".to_owned()),
                );
            }
        }
    }
}

/// An item is no card, so there is nothing to close, put off or move in.
fn check_item_actions(cx: &mut Context<'_>, place: &Place, actions: &[Action]) {
    for (number, action) in actions.iter().enumerate() {
        if matches!(action, Action::Close | Action::Snooze) {
            cx.error(
                &place.item(number),
                format!("an item has nothing to {}", action.as_str()),
                Some("use `show`, `open`, `track` or `emit`".to_owned()),
            );
        }
    }
    check_actions(cx, place, actions, None);
}

fn asks_for_itself(condition: &Condition, list: &str, item: &str) -> bool {
    match condition {
        Condition::All(parts) => parts.iter().any(|part| asks_for_itself(part, list, item)),
        Condition::Item(named, true) => {
            named
                .split_once('/')
                .is_some_and(|(named_list, named_item)| {
                    named_list == list && (named_item == item || named_item == "*")
                })
        }
        _ => false,
    }
}

fn check_announcement(cx: &mut Context<'_>, place: &Place, announcement: &Announcement) {
    check_options(cx, place, &announcement.options, None);
    if announcement.attribute.is_some() && announcement.options.is_empty() {
        cx.error(
            &place.name("trait"),
            "there are no options of which the trait could take one",
            Some("add `options`".to_owned()),
        );
    }
    texts::check_buttons(cx, place, &announcement.buttons, None);
}

/// `steps` are those that `goto` can lead to: in a survey, its questions.
pub(super) fn check_options(
    cx: &mut Context<'_>,
    place: &Place,
    options: &[Choice],
    steps: Option<&[String]>,
) {
    for (number, option) in options.iter().enumerate() {
        let at = place.field("options").item(number);
        if options
            .iter()
            .take(number)
            .any(|earlier| earlier.id == option.id)
        {
            cx.error(
                &at.field("id"),
                format!("there is another option `{}`", option.id),
                Some("give each option its own id".to_owned()),
            );
        }
        texts::check(cx, &at.field("label"), &option.label, Form::Line);
        texts::check_some(cx, &at, "body", option.body.as_ref(), Form::Markdown);
        check_actions(cx, &at.field("do"), &option.act, steps);
    }
}

fn check_banner(cx: &mut Context<'_>, place: &Place, banner: &Banner) {
    match (banner.position, &banner.target) {
        (BannerPosition::Inline, None) => cx.error(
            &place.field("position"),
            "an inline banner needs the element it follows",
            Some("add `target`".to_owned()),
        ),
        (BannerPosition::Top | BannerPosition::Bottom, Some(_)) => cx.warn(
            &place.name("target"),
            "only an inline banner has a target",
            Some("remove it, or use `\"position\": \"inline\"`".to_owned()),
        ),
        _ => {}
    }
    if let Some(element) = &banner.target {
        target::check(cx, &place.field("target"), element);
    }
    texts::check_buttons(cx, place, &banner.buttons, None);
}

fn check_hotspot(cx: &mut Context<'_>, place: &Place, hotspot: &Hotspot) {
    target::check(cx, &place.field("target"), &hotspot.target);
    texts::check_buttons(cx, place, &hotspot.buttons, None);
}
