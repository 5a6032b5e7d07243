//! A checklist in the hub.

use std::rc::Rc;

use banso_model::guide::{Checklist, Content, Item};
use yew::Html;
use yew::virtual_dom::Listener;

use super::hub::Opened;
use super::press::{Presses, signed, truth, worded};
use super::tag::{Tag, of_class, plain, tag};
use super::{Given, icon, text};
use crate::scene::{ChecklistScene, Intent, ItemScene};

/// How many items are done.
pub fn done(list: &ChecklistScene) -> usize {
    list.items.iter().filter(|item| item.done).count()
}

/// The item that is open: the one its user chose, else the first to do.
pub fn open_item(list: &ChecklistScene, opened: &Opened) -> Option<usize> {
    if opened.list == list.guide.id && opened.done == done(list) {
        return opened.item;
    }
    list.items
        .iter()
        .position(|item| !item.done && !item.locked)
}

/// A checklist: its progress, its items, and how to do them.
pub fn view(given: &Given, list: &ChecklistScene, opened: &Opened, presses: &Presses) -> Html {
    let (words, variables) = (&given.scene.words, &given.scene.variables);
    let Content::Checklist(content) = &list.guide.content else {
        return Html::default();
    };
    let id = &list.guide.id;
    let mut heading = String::from("list-");
    heading.push_str(id);
    let title = text::inlines(&list.guide.title, variables);
    let mut header = plain("header").put(tag("h3", &["id"], &[&heading]).with(title));
    if content.collapsible {
        header = header.put(fold(given, list, presses));
    }
    let (done, of) = (done(list), content.items.len());
    let mut view = tag(
        "section",
        &["class", "data-banso-guide", "aria-labelledby"],
        &["list", id, &heading],
    )
    .put(header)
    .put(progress(
        &text::counted(&words.progress, done, of),
        done,
        of,
    ));
    if list.folded {
        return view.into();
    }
    if done == of {
        view = view.put(of_class("p", "finished").say(&words.all_done));
    } else if !content.body.is_empty() {
        view = view.put(of_class("div", "text").with(text::blocks(&content.body, variables)));
    }
    view = view.put(items(given, list, content, opened, presses));
    if content.dismissable {
        let press = presses.all(vec![Intent::Dismiss { list: id.clone() }]);
        view = view.with(worded("quiet", "dismiss", &words.dismiss, press));
    }
    view.into()
}

fn progress(says: &str, done: usize, of: usize) -> Tag {
    let share = done * 100 / of.max(1);
    let bar = tag(
        "svg",
        &["viewBox", "preserveAspectRatio", "aria-hidden"],
        &["0 0 100 4", "none", "true"],
    )
    .put(tag(
        "rect",
        &["width", "height"],
        &[&share.to_string(), "4"],
    ));
    let track = tag(
        "div",
        &[
            "class",
            "role",
            "aria-valuemin",
            "aria-valuenow",
            "aria-valuemax",
            "aria-label",
        ],
        &[
            "track",
            "progressbar",
            "0",
            &done.to_string(),
            &of.to_string(),
            says,
        ],
    )
    .put(bar);
    of_class("div", "progress")
        .put(track)
        .put(text::count(done, of))
}

fn items(
    given: &Given,
    list: &ChecklistScene,
    content: &Checklist,
    opened: &Opened,
    presses: &Presses,
) -> Tag {
    let open = open_item(list, opened);
    let mut rows = of_class("ul", "items");
    for (at, item) in content.items.iter().enumerate() {
        let state = list.items.get(at).copied().unwrap_or_default();
        let toggle = presses.toggle(&list.guide.id, at);
        let more = (open == Some(at)).then(|| more(given, list, item, state, presses));
        rows = rows.put(row(given, item, state, toggle, more));
    }
    rows
}

/// A line: its state, its title, and when it is open what there is more of it.
fn row(
    given: &Given,
    item: &Item,
    state: ItemScene,
    toggle: Rc<dyn Listener>,
    more: Option<Tag>,
) -> Tag {
    let words = &given.scene.words;
    let (class, sign, says) = match state {
        ItemScene { done: true, .. } => ("item done", icon::tick(), &words.item_done),
        ItemScene { locked: true, .. } => ("item locked", icon::lock(), &words.item_open),
        _ => ("item", Html::default(), &words.item_open),
    };
    let has_more = !item.body.is_empty() || ((!item.act.is_empty() || item.by_hand) && !state.done);
    let opens = has_more && !state.locked;
    let line = if opens {
        tag(
            "button",
            &["type", "class", "aria-expanded", "data-banso-action"],
            &["button", "row", truth(more.is_some()), "toggle"],
        )
        .on(toggle)
    } else {
        of_class("div", "row")
    };
    let mut line = line
        .put(
            of_class("span", "state")
                .with(sign)
                .put(of_class("span", "unseen").say(says)),
        )
        .put(of_class("span", "title").with(text::inlines(&item.title, &given.scene.variables)));
    if opens {
        line = line.with(icon::chevron());
    }
    let names: &[&str] = if state.done {
        &["class", "data-banso-item", "data-banso-done"]
    } else {
        &["class", "data-banso-item"]
    };
    let mut row = tag("li", names, &[class, &item.id, ""]).put(line);
    if let Some(more) = more.filter(|_| opens) {
        row = row.put(more);
    }
    row
}

/// What an open item shows: its body and its buttons.
fn more(
    given: &Given,
    list: &ChecklistScene,
    item: &Item,
    state: ItemScene,
    presses: &Presses,
) -> Tag {
    let words = &given.scene.words;
    let (list, id) = (&list.guide.id, &item.id);
    let mut buttons = of_class("span", "buttons");
    if !item.act.is_empty() {
        let class = if state.done {
            "button"
        } else {
            "button primary"
        };
        let act = Intent::Do {
            list: list.clone(),
            item: id.clone(),
        };
        buttons = buttons.with(worded(class, "do", &words.start, presses.all(vec![act])));
    }
    if item.by_hand && !state.done {
        let tick = Intent::Tick {
            list: list.clone(),
            item: id.clone(),
            done: true,
        };
        let press = presses.all(vec![tick]);
        buttons = buttons.with(worded("button", "tick", &words.mark_done, press));
    }
    let body = text::blocks(&item.body, &given.scene.variables);
    of_class("div", "more")
        .put(of_class("div", "text").with(body))
        .put(buttons)
}

fn fold(given: &Given, list: &ChecklistScene, presses: &Presses) -> Tag {
    let words = &given.scene.words;
    let folded = list.folded;
    let press = presses.all(vec![Intent::Fold {
        list: list.guide.id.clone(),
        folded: !folded,
    }]);
    let label = if folded {
        &words.expand
    } else {
        &words.collapse
    };
    signed("plain", "fold", label, truth(!folded), press).with(icon::chevron())
}
