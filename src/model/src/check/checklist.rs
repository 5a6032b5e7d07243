//! The way through a checklist: which items come first, and for whom.

use super::context::Context;
use super::place::Place;
use super::suggest;
use crate::config::guide::Checklist;
use crate::guide::{Kind, Order};

/// The announcement by which its user chooses a goal. Returns the options it has; `None` when that is not known.
pub(super) fn check_chooser(
    cx: &mut Context<'_>,
    place: &Place,
    list: &Checklist,
) -> Option<Vec<String>> {
    let Some(chooser) = &list.chooser else {
        return Some(Vec::new());
    };
    let at = place.field("chooser");
    if list.order == Order::Fixed {
        cx.warn(
            &at,
            "items in a fixed order stay in it, whatever is chosen",
            Some("use `\"order\": \"free\"`".to_owned()),
        );
    }
    let Some(guide) = cx.names.guides.get(chooser).cloned() else {
        let known: Vec<String> = cx
            .names
            .of_kind(Kind::Announcement)
            .map(str::to_owned)
            .collect();
        if !cx.names.guides_are_partial {
            cx.unknown(
                &at,
                "announcement",
                chooser,
                known.iter().map(String::as_str),
            );
        }
        return None;
    };
    let kind = guide.kind?;
    if guide.options.is_empty() {
        cx.error(
            &at,
            format!(
                "there is nothing to choose in the {} `{chooser}`",
                kind.as_str()
            ),
            Some("name an announcement with `options`".to_owned()),
        );
        return None;
    }
    Some(guide.options)
}

/// What an item leads to and what comes before it. `options` are those of the chooser, when they are known.
pub(super) fn check_way(
    cx: &mut Context<'_>,
    place: &Place,
    list: &Checklist,
    number: usize,
    options: Option<&[String]>,
) {
    let Some(item) = list.items.get(number) else {
        return;
    };
    for (place, goal) in numbered(place, "leads_to", &item.leads_to) {
        let Some(options) = options else { continue };
        if list.chooser.is_none() {
            cx.error(
                &place,
                "the checklist has no goals that an item could lead to",
                Some("add `\"chooser\"`: the id of an announcement with `options`".to_owned()),
            );
        } else if !options.contains(goal) {
            let help = suggest::help(goal, "options", options.iter().map(String::as_str));
            cx.error(&place, format!("there is no option `{goal}`"), Some(help));
        }
    }
    let before: Vec<&str> = list
        .items
        .iter()
        .take(number)
        .map(|item| item.id.as_str())
        .collect();
    for (place, id) in numbered(place, "after", &item.after) {
        if before.contains(&id.as_str()) {
            continue;
        }
        let later = list.items.iter().any(|item| item.id == *id);
        if later {
            cx.error(
                &place,
                format!("`{id}` is not written before `{}`", item.id),
                Some("write the items in an order in which they can be done".to_owned()),
            );
        } else {
            let help = suggest::help(id, "items", before.iter().copied());
            cx.error(&place, format!("there is no item `{id}`"), Some(help));
        }
    }
}

fn numbered<'t>(
    place: &Place,
    field: &str,
    texts: &'t [String],
) -> impl Iterator<Item = (Place, &'t String)> {
    let list = place.field(field);
    texts
        .iter()
        .enumerate()
        .map(move |(number, text)| (list.item(number), text))
}
