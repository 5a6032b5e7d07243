//! A checklist in the hub.

use std::rc::Rc;

use banso_model::guide::{Checklist as List, Content, Item};
use banso_model::words::Words;
use yew::prelude::*;

use super::icon;
use super::text::{self, Variables};
use crate::scene::{ChecklistScene, Intent, ItemScene};

#[derive(Clone, PartialEq, Properties)]
pub struct ChecklistProps {
    pub list: ChecklistScene,
    pub words: Rc<Words>,
    pub variables: Rc<Variables>,
    pub intents: Callback<Intent>,
}

/// A checklist: its progress, its items, and how to do them.
pub struct Checklist {
    /// The item that its user opened or closed, which counts more than the one that is next.
    opened: Option<Opened>,
}

#[derive(Clone, PartialEq, Eq)]
enum Opened {
    Item(usize),
    None,
}

pub struct Toggle(usize);

impl Component for Checklist {
    type Message = Toggle;
    type Properties = ChecklistProps;

    fn create(_: &Context<Self>) -> Self {
        Self { opened: None }
    }

    fn update(&mut self, ctx: &Context<Self>, Toggle(at): Toggle) -> bool {
        let was_open = self.open_item(&ctx.props().list.items) == Some(at);
        self.opened = Some(if was_open {
            Opened::None
        } else {
            Opened::Item(at)
        });
        true
    }

    fn changed(&mut self, ctx: &Context<Self>, old: &ChecklistProps) -> bool {
        // When an item is done the next one opens.
        if old.list.items != ctx.props().list.items {
            self.opened = None;
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let ChecklistProps {
            list,
            words,
            variables,
            ..
        } = ctx.props();
        let Content::Checklist(content) = &list.guide.content else {
            return Html::default();
        };
        let done = list.items.iter().filter(|item| item.done).count();
        let of = content.items.len();
        let title = text::inlines(&list.guide.title, variables);
        let id = list.guide.id.clone();
        let heading = format!("list-{id}");
        html! {
            <section class="list" data-banso-guide={id} aria-labelledby={heading.clone()}>
                <header>
                    <h3 id={heading}>{ title }</h3>
                    { fold(ctx, content) }
                </header>
                <div class="progress">
                    <div class="track" role="progressbar" aria-valuemin="0" aria-valuenow={done.to_string()} aria-valuemax={of.to_string()} aria-label={text::counted(&words.progress, done, of)}>
                        <svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true" focusable="false">
                            <rect width={(done * 100 / of.max(1)).to_string()} height="4" />
                        </svg>
                    </div>
                    <span class="count" aria-hidden="true">{ done }{ " / " }{ of }</span>
                </div>
                if !list.folded {
                    if done == of {
                        <p class="finished">{ &words.all_done }</p>
                    } else if !content.body.is_empty() {
                        <div class="text">{ text::blocks(&content.body, variables) }</div>
                    }
                    <ul class="items">{ for self.items(ctx, content) }</ul>
                    { dismiss(ctx, content) }
                }
            </section>
        }
    }
}

impl Checklist {
    /// The item that is open: the one its user chose, else the first to do.
    fn open_item(&self, items: &[ItemScene]) -> Option<usize> {
        match self.opened {
            Some(Opened::Item(at)) => Some(at),
            Some(Opened::None) => None,
            None => items.iter().position(|item| !item.done && !item.locked),
        }
    }

    fn items(&self, ctx: &Context<Self>, content: &List) -> Vec<Html> {
        let states = &ctx.props().list.items;
        let open = self.open_item(states);
        content
            .items
            .iter()
            .enumerate()
            .map(|(at, item)| {
                let state = states.get(at).copied().unwrap_or_default();
                row(ctx, item, state, at, open == Some(at))
            })
            .collect()
    }
}

/// A line: its state, its title, and when it is open its body and its buttons.
fn row(ctx: &Context<Checklist>, item: &Item, state: ItemScene, at: usize, open: bool) -> Html {
    let ChecklistProps {
        words, variables, ..
    } = ctx.props();
    let (class, sign, says) = match state {
        ItemScene { done: true, .. } => ("item done", icon::tick(), &words.item_done),
        ItemScene { locked: true, .. } => ("item locked", icon::lock(), &words.item_open),
        _ => ("item", Html::default(), &words.item_open),
    };
    let has_more = !item.body.is_empty() || ((!item.act.is_empty() || item.by_hand) && !state.done);
    let onclick = ctx.link().callback(move |_| Toggle(at));
    let title = html! {
        <>
            <span class="state">{ sign }<span class="unseen">{ says }</span></span>
            <span class="title">{ text::inlines(&item.title, variables) }</span>
        </>
    };
    html! {
        <li key={item.id.clone()} {class} data-banso-item={item.id.clone()}>
            if has_more && !state.locked {
                <button type="button" class="row" aria-expanded={if open { "true" } else { "false" }} data-banso-action="toggle" {onclick}>
                    { title }{ icon::chevron() }
                </button>
                if open {
                    <div class="more">
                        if !item.body.is_empty() {
                            <div class="text">{ text::blocks(&item.body, variables) }</div>
                        }
                        { buttons(ctx, item, state) }
                    </div>
                }
            } else {
                <div class="row">{ title }</div>
            }
        </li>
    }
}

fn buttons(ctx: &Context<Checklist>, item: &Item, state: ItemScene) -> Html {
    let ChecklistProps {
        list,
        words,
        intents,
        ..
    } = ctx.props();
    let names = (list.guide.id.clone(), item.id.clone());
    let start = (!item.act.is_empty()).then(|| {
        let (intents, (list, item)) = (intents.clone(), names.clone());
        let onclick = Callback::from(move |_: MouseEvent| {
            intents.emit(Intent::Do {
                list: list.clone(),
                item: item.clone(),
            });
        });
        let class = if state.done { "button" } else { "button primary" };
        html! { <button type="button" {class} data-banso-action="do" {onclick}>{ &words.start }</button> }
    });
    let tick = (item.by_hand && !state.done).then(|| {
        let (intents, (list, item)) = (intents.clone(), names.clone());
        let onclick = Callback::from(move |_: MouseEvent| {
            intents.emit(Intent::Tick {
                list: list.clone(),
                item: item.clone(),
                done: true,
            });
        });
        html! { <button type="button" class="button" data-banso-action="tick" {onclick}>{ &words.mark_done }</button> }
    });
    html! { <span class="buttons">{ start }{ tick }</span> }
}

fn fold(ctx: &Context<Checklist>, content: &List) -> Html {
    let ChecklistProps {
        list,
        words,
        intents,
        ..
    } = ctx.props();
    if !content.collapsible {
        return Html::default();
    }
    let folded = list.folded;
    let (intents, id) = (intents.clone(), list.guide.id.clone());
    let onclick = Callback::from(move |_: MouseEvent| {
        intents.emit(Intent::Fold {
            list: id.clone(),
            folded: !folded,
        });
    });
    let label = if folded {
        &words.expand
    } else {
        &words.collapse
    };
    html! {
        <button type="button" class="plain" aria-expanded={if folded { "false" } else { "true" }} aria-label={label.clone()} data-banso-action="fold" {onclick}>
            { icon::chevron() }
        </button>
    }
}

fn dismiss(ctx: &Context<Checklist>, content: &List) -> Html {
    let ChecklistProps {
        list,
        words,
        intents,
        ..
    } = ctx.props();
    if !content.dismissable {
        return Html::default();
    }
    let (intents, id) = (intents.clone(), list.guide.id.clone());
    let onclick =
        Callback::from(move |_: MouseEvent| intents.emit(Intent::Dismiss { list: id.clone() }));
    html! {
        <button type="button" class="quiet" data-banso-action="dismiss" {onclick}>{ &words.dismiss }</button>
    }
}
