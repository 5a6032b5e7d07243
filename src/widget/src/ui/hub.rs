//! The hub: a launcher in a corner of the page and the panel it opens.

use std::rc::Rc;

use banso_model::wire::Corner;
use banso_model::words::Words;
use web_sys::HtmlElement;
use yew::prelude::*;

use super::checklist::Checklist;
use super::text::{self, Variables};
use super::{Shared, icon};
use crate::anchor::Listener;
use crate::layer::{Top, active, focus, on_escape};
use crate::scene::{HubScene, Intent};

#[derive(Clone, PartialEq, Properties)]
pub struct HubProps {
    pub hub: HubScene,
    pub words: Rc<Words>,
    pub variables: Rc<Variables>,
    pub intents: Callback<Intent>,
    pub top: Shared<Top>,
}

/// The launcher and its panel.
#[derive(Default)]
pub struct Hub {
    launcher: NodeRef,
    panel: NodeRef,
    open: bool,
    escape: Vec<Listener>,
}

impl Component for Hub {
    type Message = ();
    type Properties = HubProps;

    fn create(_: &Context<Self>) -> Self {
        Self::default()
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let HubProps {
            hub,
            words,
            intents,
            ..
        } = ctx.props();
        let corner = match hub.corner {
            Corner::Start => "start",
            Corner::End => "end",
        };
        let open = hub.open;
        let toggle = {
            let intents = intents.clone();
            Callback::from(move |_: MouseEvent| intents.emit(Intent::Hub(!open)))
        };
        let close = intents.reform(|_: MouseEvent| Intent::Hub(false));
        let mut name = words.open_hub.clone();
        if hub.unread > 0 {
            name.push_str(" (");
            name.push_str(&hub.unread.to_string());
            name.push(')');
        }
        html! {
            <>
                <div ref={&self.launcher} class="launcher" popover="manual" data-corner={corner}>
                    <button type="button" aria-label={name} aria-expanded={if open { "true" } else { "false" }} data-banso-action="hub" onclick={toggle}>
                        { if open { icon::close() } else { icon::guide() } }
                        if hub.unread > 0 && !open {
                            <span class="badge" aria-hidden="true">{ hub.unread }</span>
                        }
                    </button>
                </div>
                <section ref={&self.panel} class="panel" popover="manual" tabindex="-1" role="dialog" aria-labelledby="hub" data-corner={corner} data-banso-guide="hub">
                    <header class="head">
                        <h2 id="hub">{ &words.hub }</h2>
                        <button class="close" type="button" data-banso-action="close" aria-label={words.close.clone()} onclick={close}>
                            { icon::close() }
                        </button>
                    </header>
                    <div class="inner" data-scrolls="">
                        if open {
                            { contents(ctx) }
                        }
                    </div>
                </section>
            </>
        }
    }

    fn rendered(&mut self, ctx: &Context<Self>, _: bool) {
        let (Some(launcher), Some(panel)) = (
            self.launcher.cast::<HtmlElement>(),
            self.panel.cast::<HtmlElement>(),
        ) else {
            return;
        };
        let HubProps {
            hub, top, intents, ..
        } = ctx.props();
        top.0.keep(&launcher);
        if hub.open == self.open {
            return;
        }
        self.open = hub.open;
        if hub.open {
            top.0.show(&panel);
            focus(&panel);
            let intents = intents.clone();
            // Escape on the page is the page's.
            self.escape = on_escape(&panel, move |in_panel| {
                if in_panel {
                    intents.emit(Intent::Hub(false));
                }
                in_panel
            });
        } else {
            let had_focus = active().is_none_or(|active| panel.contains(Some(&active)));
            self.escape.clear();
            top.0.hide(&panel);
            let button = launcher.query_selector("button").ok().flatten();
            if had_focus && let Some(button) = button {
                focus(wasm_bindgen::JsCast::unchecked_ref(&button));
            }
        }
    }

    fn destroy(&mut self, ctx: &Context<Self>) {
        for part in [&self.launcher, &self.panel] {
            if let Some(part) = part.cast::<HtmlElement>() {
                ctx.props().top.0.hide(&part);
            }
        }
    }
}

fn contents(ctx: &Context<Hub>) -> Html {
    let HubProps {
        hub,
        words,
        variables,
        intents,
        ..
    } = ctx.props();
    if hub.checklists.is_empty() && hub.guides.is_empty() {
        return html! { <p class="nothing">{ &words.nothing }</p> };
    }
    let lists = hub.checklists.iter().map(|list| {
        html! {
            <Checklist
                key={list.guide.id.clone()}
                list={list.clone()}
                words={Rc::clone(words)}
                variables={Rc::clone(variables)}
                intents={intents.clone()}
            />
        }
    });
    let guides = hub.guides.iter().map(|listed| {
        let (intents, id) = (intents.clone(), listed.id.clone());
        let onclick = Callback::from(move |_: MouseEvent| intents.emit(Intent::Start(id.clone())));
        html! {
            <li key={listed.id.clone()} class="guide" data-banso-guide={listed.id.clone()}>
                <span class="title">{ text::inlines(&listed.guide.title, variables) }</span>
                <button type="button" class="button" data-banso-action="show" {onclick}>{ &words.show }</button>
            </li>
        }
    });
    html! {
        <>
            { for lists }
            if !hub.guides.is_empty() {
                <ul class="guides">{ for guides }</ul>
            }
        </>
    }
}
