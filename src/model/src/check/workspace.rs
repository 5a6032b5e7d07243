//! The workspace: keys, origins, locales, features, segments, journey, hub.

use super::condition::{self, Asked};
use super::context::Context;
use super::place::Place;
use super::texts::{self, Form};
use super::{Read, guides, health, journey, links, target};
use crate::condition::Condition;
use crate::config::guide::Done;
use crate::config::hub::Hub;
use crate::config::workspace::{Assignment, Feature, Gpc, Identity, Workspace};
use crate::wire::Section;

pub(super) fn check(cx: &mut Context<'_>, read: &Read<Workspace>) {
    let Read { place, value } = read;
    check_access(cx, place, value);
    check_settings(cx, place, value);
    unique(
        cx,
        &place.field("features"),
        "feature",
        value.features.iter().map(|f| f.id.as_str()),
    );
    for (number, feature) in value.features.iter().enumerate() {
        check_feature(cx, &place.field("features").item(number), feature);
    }
    unique(
        cx,
        &place.field("segments"),
        "segment",
        value.segments.iter().map(|s| s.id.as_str()),
    );
    for (number, segment) in value.segments.iter().enumerate() {
        let at = place.field("segments").item(number);
        texts::check_some(cx, &at, "name", segment.name.as_ref(), Form::Line);
        condition::check(cx, &at.field("when"), &segment.when, Asked::OfUser);
        if asks_for_itself(value, &segment.when, &segment.id) {
            cx.error(
                &at.field("when"),
                format!("the segment `{}` asks whether it holds itself", segment.id),
                Some("a segment may ask for others, but not in a circle".to_owned()),
            );
        }
    }
    journey::check(cx, &place.field("journey"), &value.journey);
    check_hub(cx, &place.field("hub"), &value.hub);
    check_assignments(cx, &place.field("assignments"), &value.assignments);
    if let Some(health) = &value.health {
        health::check(cx, &place.field("health"), value, health);
    }
}

fn check_access(cx: &mut Context<'_>, place: &Place, workspace: &Workspace) {
    unique(
        cx,
        &place.field("keys"),
        "key",
        workspace.keys.iter().map(String::as_str),
    );
    for (number, key) in workspace.keys.iter().enumerate() {
        if key.trim() != key || key.is_empty() {
            cx.error(
                &place.field("keys").item(number),
                "a key is a word",
                Some("for example `wk_demo`".to_owned()),
            );
        }
    }
    unique(
        cx,
        &place.field("origins"),
        "origin",
        workspace.origins.iter().map(String::as_str),
    );
    for (number, origin) in workspace.origins.iter().enumerate() {
        links::check_origin(cx, &place.field("origins").item(number), origin);
    }
    for (number, origin) in workspace.media.origins.iter().enumerate() {
        links::check_origin(
            cx,
            &place.field("media").field("origins").item(number),
            origin,
        );
    }
    if workspace.identity == Identity::Trusted {
        cx.warn(
            &place.field("identity"),
            "anyone can claim to be any user of any account",
            Some("use `\"identity\": \"verified\"` for anything but trying out".to_owned()),
        );
    }
}

fn check_settings(cx: &mut Context<'_>, place: &Place, workspace: &Workspace) {
    unique(
        cx,
        &place.field("locales"),
        "locale",
        workspace.locales.iter().map(String::as_str),
    );
    for (number, tag) in workspace.locales.iter().enumerate() {
        if !texts::is_locale(tag) {
            cx.error(
                &place.field("locales").item(number),
                format!("`{tag}` is not a locale"),
                Some("a locale is a language tag such as `en`, `ja` or `pt-BR`".to_owned()),
            );
        }
    }
    check_timezone(cx, &place.field("timezone"), &workspace.timezone);
    if workspace.pacing.interruptions.per.ms() == 0 {
        cx.error(
            &place.field("pacing").field("interruptions").field("per"),
            "interruptions are counted in a time",
            Some("for example `1d`".to_owned()),
        );
    }
    let retention = workspace.privacy.retention;
    if retention
        .whole_days()
        .is_none_or(|days| !(36..=3660).contains(&days))
    {
        cx.error(
            &place.field("privacy").field("retention"),
            format!("`{retention}` is not a number of days from 36 to 3660"),
            Some(
                "events may arrive 35 days late, so they are kept longer: for example `400d`"
                    .to_owned(),
            ),
        );
    }
    if workspace.privacy.gpc == Gpc::Ignore {
        cx.warn(
            &place.field("privacy").field("gpc"),
            "`gpc` is checked but not applied yet: the signal is always respected",
            None,
        );
    }
    let theme = place.field("theme");
    if let Some(accent) = &workspace.theme.accent
        && !is_colour(accent)
    {
        cx.error(
            &theme.field("accent"),
            format!("`{accent}` is not a colour"),
            Some("write it as `#0b6bcb`".to_owned()),
        );
    }
    if workspace
        .theme
        .radius
        .is_some_and(|radius| !(0.0..=32.0).contains(&radius))
    {
        cx.error(&theme.field("radius"), "a corner's radius is 0 to 32", None);
    }
}

fn is_colour(text: &str) -> bool {
    text.strip_prefix('#').is_some_and(|digits| {
        matches!(digits.len(), 3 | 6) && digits.bytes().all(|b| b.is_ascii_hexdigit())
    })
}

fn check_timezone(cx: &mut Context<'_>, place: &Place, name: &str) {
    let zones = jiff::tz::db();
    match zones.get(name) {
        Ok(zone) if zone.iana_name() == Some(name) || name == "UTC" => {}
        Ok(zone) => {
            let help = zone
                .iana_name()
                .map(|proper| format!("write it as `{proper}`"));
            cx.error(
                place,
                format!("`{name}` is not how the time zone is written"),
                help,
            );
        }
        Err(_) => {
            let known: Vec<String> = zones.available().map(|zone| zone.to_string()).collect();
            let help = super::suggest::nearest(name, known.iter().map(String::as_str)).map_or_else(
                || {
                    "use a name of the IANA database such as `Asia/Tokyo` or `Europe/Berlin`"
                        .to_owned()
                },
                |meant| format!("did you mean `{meant}`?"),
            );
            cx.error(place, format!("there is no time zone `{name}`"), Some(help));
        }
    }
}

/// Names of which each may stand once in a list.
pub(super) fn unique<'n>(
    cx: &mut Context<'_>,
    place: &Place,
    what: &str,
    names: impl Iterator<Item = &'n str>,
) {
    let mut seen: Vec<&str> = Vec::new();
    for (number, name) in names.enumerate() {
        if seen.contains(&name) {
            let at = place.item(number);
            let at = if cx.has(&at, "id") {
                at.field("id")
            } else {
                at
            };
            cx.error(
                &at,
                format!("there is another {what} `{name}`"),
                Some("keep one of them".to_owned()),
            );
        }
        seen.push(name);
    }
}

fn check_feature(cx: &mut Context<'_>, place: &Place, feature: &Feature) {
    texts::check_some(cx, place, "name", feature.name.as_ref(), Form::Line);
    let Some(on) = &feature.on else {
        return;
    };
    let at = place.field("on");
    if on.click.is_none() && on.page.is_none() && on.track.is_none() {
        cx.error(
            &at,
            "this does not say what counts as a use",
            Some("add `click`, `page` or `track`, or remove `on`".to_owned()),
        );
    }
    if let Some(element) = &on.click {
        target::check(cx, &at.field("click"), element);
    }
    if let Some(pattern) = &on.page {
        links::check_pattern(cx, &at.field("page"), pattern);
    }
    if on.track.as_ref().is_some_and(|name| name.trim().is_empty()) {
        cx.error(&at.field("track"), "the name is empty", None);
    }
}

/// Whether the rule leads back to the segment, through others too.
fn asks_for_itself(workspace: &Workspace, rule: &Condition, id: &str) -> bool {
    let mut seen: Vec<&str> = Vec::new();
    let mut open = vec![rule];
    while let Some(condition) = open.pop() {
        match condition {
            Condition::All(parts) | Condition::Any(parts) => open.extend(parts),
            Condition::Not(part) => open.push(part),
            Condition::Segment(named) if named == id => return true,
            Condition::Segment(named) if !seen.contains(&named.as_str()) => {
                seen.push(named);
                open.extend(
                    workspace
                        .segments
                        .iter()
                        .filter(|segment| segment.id == *named)
                        .map(|segment| &segment.when),
                );
            }
            _ => {}
        }
    }
    false
}

fn check_hub(cx: &mut Context<'_>, place: &Place, hub: &Hub) {
    texts::check_some(cx, place, "title", hub.title.as_ref(), Form::Plain);
    for (number, section) in hub.sections.iter().enumerate() {
        let at = place.field("sections").item(number);
        if hub
            .sections
            .iter()
            .take(number)
            .any(|earlier| earlier == section)
        {
            cx.error(
                &at,
                "the section is there twice",
                Some("keep one of them".to_owned()),
            );
        }
    }
    check_sections(cx, place, hub);
    let news = place.field("news");
    unique(
        cx,
        &news,
        "news",
        hub.news.iter().map(|news| news.id.as_str()),
    );
    for (number, entry) in hub.news.iter().enumerate() {
        let at = news.item(number);
        texts::check(cx, &at.field("title"), &entry.title, Form::Line);
        texts::check_some(cx, &at, "body", entry.body.as_ref(), Form::Markdown);
        texts::check_media(cx, &at, entry.media.as_ref());
        condition::check_stages(cx, &at.field("stage"), &entry.stage);
        if let Some(when) = &entry.when {
            condition::check(cx, &at.field("when"), when, Asked::OfUser);
        }
        texts::check_buttons(cx, &at, &entry.buttons, None);
    }
    if let Some(contact) = &hub.contact {
        let at = place.field("contact");
        texts::check(cx, &at.field("title"), &contact.title, Form::Line);
        texts::check_some(cx, &at, "body", contact.body.as_ref(), Form::Markdown);
        texts::check_buttons(cx, &at, &contact.buttons, None);
    }
}

/// What is written is shown in a section, and a section has something to show.
fn check_sections(cx: &mut Context<'_>, place: &Place, hub: &Hub) {
    for (section, field, is_written) in [
        (Section::News, "news", !hub.news.is_empty()),
        (Section::Contact, "contact", hub.contact.is_some()),
    ] {
        let shown = hub.sections.iter().position(|one| *one == section);
        match (shown, is_written) {
            (None, true) => cx.warn(
                &place.name(field),
                format!("`{field}` is not among the hub's `sections`, so nobody sees it"),
                Some(format!("add `\"{field}\"` to `sections`")),
            ),
            (Some(number), false) => cx.warn(
                &place.field("sections").item(number),
                format!("there is no `{field}` to show in this section"),
                Some(format!("add `{field}`, or remove the section")),
            ),
            _ => {}
        }
    }
}

fn check_assignments(cx: &mut Context<'_>, place: &Place, assignments: &[Assignment]) {
    unique(
        cx,
        place,
        "assignment",
        assignments.iter().map(|a| a.id.as_str()),
    );
    for (number, assignment) in assignments.iter().enumerate() {
        let at = place.item(number);
        if number == 0 {
            cx.warn(&at, "assignments are checked but not handed out yet", None);
        }
        texts::check(cx, &at.field("title"), &assignment.title, Form::Line);
        texts::check_some(cx, &at, "body", assignment.body.as_ref(), Form::Markdown);
        texts::check_media(cx, &at, assignment.media.as_ref());
        texts::check_buttons(cx, &at, &assignment.buttons, None);
        guides::check_period(
            cx,
            &at.field("due"),
            assignment.due,
            366 * 86_400_000,
            "366d",
        );
        if let Done::When(when) = &assignment.done {
            condition::check(cx, &at.field("done"), when, Asked::OfAccount);
        }
    }
}
