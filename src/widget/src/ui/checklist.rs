//! A checklist in the hub.

use banso_model::guide::{Checklist, Content, Item};
use yew::prelude::*;

use super::hub::Opened;
use super::{App, Given, Toggle, button, icon, text, truth};
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
pub fn view(ctx: &Context<App>, list: &ChecklistScene, opened: &Opened) -> Html {
    let given = ctx.props();
    let words = &given.scene.words;
    let Content::Checklist(content) = &list.guide.content else {
        return Html::default();
    };
    let (done, of) = (done(list), content.items.len());
    let id = &list.guide.id;
    let mut heading = String::from("list-");
    heading.push_str(id);
    html! {
        <section class="list" data-banso-guide={id.clone()} aria-labelledby={heading.clone()}>
            <header>
                <h3 id={heading}>{ text::inlines(&list.guide.title, &given.scene.variables) }</h3>
                if content.collapsible {
                    { fold(given, list) }
                }
            </header>
            <div class="progress">
                <div class="track" role="progressbar" aria-valuemin="0" aria-valuenow={done.to_string()} aria-valuemax={of.to_string()} aria-label={text::counted(&words.progress, done, of)}>
                    <svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
                        <rect width={(done * 100 / of.max(1)).to_string()} height="4" />
                    </svg>
                </div>
                <span class="count" aria-hidden="true">{ done }{ " / " }{ of }</span>
            </div>
            if !list.folded {
                if done == of {
                    <p class="finished">{ &words.all_done }</p>
                } else if !content.body.is_empty() {
                    <div class="text">{ text::blocks(&content.body, &given.scene.variables) }</div>
                }
                <ul class="items">{ items(ctx, list, content, opened) }</ul>
                if content.dismissable {
                    { button("quiet", "dismiss", text::word(&words.dismiss), given.press(vec![Intent::Dismiss { list: id.clone() }])) }
                }
            }
        </section>
    }
}

fn items(
    ctx: &Context<App>,
    list: &ChecklistScene,
    content: &Checklist,
    opened: &Opened,
) -> Vec<Html> {
    let open = open_item(list, opened);
    let mut rows = Vec::new();
    for (at, item) in content.items.iter().enumerate() {
        let state = list.items.get(at).copied().unwrap_or_default();
        rows.push(row(ctx, list, item, state, at, open == Some(at)));
    }
    rows
}

/// A line: its state, its title, and when it is open its body and its buttons.
fn row(
    ctx: &Context<App>,
    list: &ChecklistScene,
    item: &Item,
    state: ItemScene,
    at: usize,
    open: bool,
) -> Html {
    let given = ctx.props();
    let words = &given.scene.words;
    let (class, sign, says) = match state {
        ItemScene { done: true, .. } => ("item done", icon::tick(), &words.item_done),
        ItemScene { locked: true, .. } => ("item locked", icon::lock(), &words.item_open),
        _ => ("item", Html::default(), &words.item_open),
    };
    let has_more = !item.body.is_empty() || ((!item.act.is_empty() || item.by_hand) && !state.done);
    let title = html! {
        <>
            <span class="state">{ sign }<span class="unseen">{ says }</span></span>
            <span class="title">{ text::inlines(&item.title, &given.scene.variables) }</span>
        </>
    };
    let line = if has_more && !state.locked {
        let list = list.guide.id.clone();
        let onclick = ctx.link().callback(move |_: MouseEvent| Toggle {
            list: list.clone(),
            at,
        });
        html! {
            <button type="button" class="row" aria-expanded={truth(open)} data-banso-action="toggle" {onclick}>
                { title }{ icon::chevron() }
            </button>
        }
    } else {
        html! { <div class="row">{ title }</div> }
    };
    html! {
        <li {class} data-banso-item={item.id.clone()}>
            { line }
            if open && has_more && !state.locked {
                <div class="more">
                    <div class="text">{ text::blocks(&item.body, &given.scene.variables) }</div>
                    <span class="buttons">{ buttons(given, &list.guide.id, item, state) }</span>
                </div>
            }
        </li>
    }
}

fn buttons(given: &Given, list: &str, item: &Item, state: ItemScene) -> Vec<Html> {
    let words = &given.scene.words;
    let (list, id) = (list.to_owned(), item.id.clone());
    let mut buttons = Vec::new();
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
        buttons.push(button(
            class,
            "do",
            text::word(&words.start),
            given.press(vec![act]),
        ));
    }
    if item.by_hand && !state.done {
        let tick = Intent::Tick {
            list,
            item: id,
            done: true,
        };
        buttons.push(button(
            "button",
            "tick",
            text::word(&words.mark_done),
            given.press(vec![tick]),
        ));
    }
    buttons
}

fn fold(given: &Given, list: &ChecklistScene) -> Html {
    let words = &given.scene.words;
    let folded = list.folded;
    let onclick = given.press(vec![Intent::Fold {
        list: list.guide.id.clone(),
        folded: !folded,
    }]);
    let label = if folded {
        &words.expand
    } else {
        &words.collapse
    };
    html! {
        <button type="button" class="plain" aria-expanded={truth(!folded)} aria-label={label.clone()} data-banso-action="fold" {onclick}>
            { icon::chevron() }
        </button>
    }
}
