//! A checklist in the hub.

use banso_model::guide::{Checklist, Content, Item};
use banso_model::time::digits;

use super::press::{button, signed, truth, worded};
use super::tag::{Tag, tag};
use super::{Given, icon, media, text};
use crate::scene::{ChecklistScene, Intent, ItemScene};

/// A checklist: its progress, its items, and how to do them.
pub fn view(given: &Given, list: &ChecklistScene) -> Option<Tag> {
    let session = &given.scene.session;
    let (words, variables) = (&session.words, &session.variables);
    let Content::Checklist(content) = &list.guide.content else {
        return None;
    };
    let id = &list.guide.id;
    let mut heading = String::from("list-");
    heading.push_str(id);
    let title = text::rich(&list.guide.title, variables);
    let mut header = tag("header", "").put(tag("h3", "").set("id", &heading).with(title));
    if content.collapsible {
        header = header.put(fold(given, list));
    }
    let done = list.items.iter().filter(|item| item.done).count();
    let of = content.items.len();
    let mut view = tag("section", "class=list")
        .set("data-banso-guide", id)
        .set("aria-labelledby", &heading)
        .put(header)
        .put(progress(
            &text::counted(words.say("progress"), done, of),
            done,
            of,
        ));
    if list.folded {
        return Some(view);
    }
    if done == of {
        view = view.put(tag("p", "class=finished").say(words.say("all_done")));
    } else if !content.body.is_empty() {
        view = view.put(tag("div", "class=text").with(text::rich(&content.body, variables)));
    }
    view = view.put(items(given, list, content));
    if list.guide.dismissable {
        let press = vec![Intent::Dismiss(id.clone())];
        view = view.put(worded("quiet", "dismiss", words.say("dismiss"), press));
    }
    Some(view)
}

fn progress(says: &str, done: usize, of: usize) -> Tag {
    let share = done * 100 / of.max(1);
    let bar = tag(
        "svg",
        "viewBox=0 0 100 4;preserveAspectRatio=none;aria-hidden=true",
    )
    .put(tag("rect", "height=4").set("width", &digits(share as i64)));
    let track = tag("div", "class=track;role=progressbar;aria-valuemin=0")
        .set("aria-valuenow", &digits(done as i64))
        .set("aria-valuemax", &digits(of as i64))
        .set("aria-label", says)
        .put(bar);
    tag("div", "class=progress")
        .put(track)
        .put(text::count(done, of))
}

fn items(given: &Given, list: &ChecklistScene, content: &Checklist) -> Tag {
    let mut rows = tag("ul", "class=items");
    for at in &list.order {
        if let Some(item) = content.items.get(*at) {
            rows = rows.put(row(given, list, item, *at));
        }
    }
    rows
}

/// A line: its state, its title, and when it is open what there is more of it.
fn row(given: &Given, list: &ChecklistScene, item: &Item, at: usize) -> Tag {
    let session = &given.scene.session;
    let words = &session.words;
    let state = list.items.get(at).copied().unwrap_or_default();
    let (class, sign, says) = match state {
        ItemScene { done: true, .. } => ("item done", Some(icon::tick()), words.say("item_done")),
        ItemScene { locked: true, .. } => {
            ("item locked", Some(icon::lock()), words.say("item_open"))
        }
        _ => ("item", None, words.say("item_open")),
    };
    let has_more = !item.body.is_empty() || ((!item.act.is_empty() || item.by_hand) && !state.done);
    let opens = has_more && !state.locked;
    let is_open = opens && list.open == Some(at);
    let line = if opens {
        let toggle = Intent::Item(list.guide.id.clone(), (!is_open).then_some(at));
        button("row", "toggle", vec![toggle]).set("aria-expanded", truth(is_open))
    } else {
        tag("div", "class=row")
    };
    let mut line = line
        .put(
            tag("span", "class=state")
                .with(sign.into_iter().collect())
                .put(tag("span", "class=unseen").say(says)),
        )
        .put(tag("span", "class=title").with(text::rich(&item.title, &session.variables)));
    if opens {
        line = line.put(icon::chevron());
    }
    let mut row = tag("li", "")
        .set("class", class)
        .set("data-banso-item", &item.id);
    if state.done {
        row = row.set("data-banso-done", "");
    }
    row = row.put(line);
    if is_open {
        row = row.put(more(given, list, item, state, at));
    }
    row
}

/// What an open item shows: its body and its buttons.
fn more(given: &Given, list: &ChecklistScene, item: &Item, state: ItemScene, at: usize) -> Tag {
    let session = &given.scene.session;
    let words = &session.words;
    let id = &list.guide.id;
    let mut buttons = tag("span", "class=buttons");
    if !item.act.is_empty() {
        let class = if state.done {
            "button"
        } else {
            "button primary"
        };
        let act = vec![Intent::Do(id.clone(), at)];
        buttons = buttons.put(worded(class, "do", words.say("start"), act));
    }
    if item.by_hand && !state.done {
        let tick = vec![Intent::Tick(id.clone(), at)];
        buttons = buttons.put(worded("button", "tick", words.say("mark_done"), tick));
    }
    let body = text::rich(&item.body, &session.variables);
    let picture = item.media.as_ref();
    let picture = picture.map(|one| media::view(one, &session.locale));
    tag("div", "class=more")
        .with(picture.into_iter().collect())
        .put(tag("div", "class=text").with(body))
        .put(buttons)
}

fn fold(given: &Given, list: &ChecklistScene) -> Tag {
    let words = &given.scene.session.words;
    let label = if list.folded {
        words.say("expand")
    } else {
        words.say("collapse")
    };
    let press = vec![Intent::Fold(list.guide.id.clone())];
    signed("plain", "fold", label, !list.folded, press).put(icon::chevron())
}
