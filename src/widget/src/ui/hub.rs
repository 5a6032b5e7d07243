//! The hub: a launcher in a corner of the page and the panel it opens.

use banso_model::wire::Corner;
use web_sys::HtmlElement;
use yew::prelude::*;

use super::checklist::{self, open_item};
use super::{App, Given, Toggle, button, close, icon, text, truth};
use crate::anchor::Listener;
use crate::layer::{Top, active, focus, on_escape};
use crate::scene::{HubScene, Intent};

/// The launcher and its panel.
#[derive(Default)]
pub struct Hub {
    launcher: NodeRef,
    panel: NodeRef,
    open: bool,
    escape: Vec<Listener>,
    opened: Opened,
}

/// The item that its user opened or closed in a checklist, which counts more than the one that is next. It is forgotten
/// when one more item is done, so that the next one opens.
#[derive(Default)]
pub struct Opened {
    pub list: String,
    pub item: Option<usize>,
    pub done: usize,
}

impl Hub {
    /// Opens an item of a checklist, or closes it.
    pub fn toggle(&mut self, given: &Given, Toggle { list, at }: Toggle) {
        let lists = given.scene.hub.iter().flat_map(|hub| &hub.checklists);
        for scene in lists {
            if scene.guide.id == list {
                let was_open = open_item(scene, &self.opened) == Some(at);
                self.opened = Opened {
                    item: (!was_open).then_some(at),
                    done: checklist::done(scene),
                    list,
                };
                return;
            }
        }
    }

    /// The hub's elements.
    pub fn view(&self, ctx: &Context<App>) -> Html {
        let given = ctx.props();
        let Some(hub) = &given.scene.hub else {
            return Html::default();
        };
        let words = &given.scene.words;
        let corner = match hub.corner {
            Corner::Start => "start",
            Corner::End => "end",
        };
        let mut name = words.open_hub.clone();
        if hub.unread > 0 {
            name.push_str(" (");
            name.push_str(&hub.unread.to_string());
            name.push(')');
        }
        html! {
            <>
                <div ref={&self.launcher} class="launcher" popover="manual" data-corner={corner}>
                    <button type="button" aria-label={name} aria-expanded={truth(hub.open)} data-banso-action="hub" onclick={given.press(vec![Intent::Hub(!hub.open)])}>
                        { if hub.open { icon::close() } else { icon::guide() } }
                        if hub.unread > 0 && !hub.open {
                            <span class="badge" aria-hidden="true">{ hub.unread }</span>
                        }
                    </button>
                </div>
                <section ref={&self.panel} class="panel" popover="manual" tabindex="-1" role="dialog" aria-labelledby="hub" data-corner={corner} data-banso-guide="hub">
                    <header class="head">
                        <h2 id="hub">{ &words.hub }</h2>
                        { close(&words.close, given.press(vec![Intent::Hub(false)])) }
                    </header>
                    <div class="inner" data-scrolls="">
                        if hub.open {
                            { self.contents(ctx, hub) }
                        }
                    </div>
                </section>
            </>
        }
    }

    fn contents(&self, ctx: &Context<App>, hub: &HubScene) -> Html {
        let given = ctx.props();
        let words = &given.scene.words;
        if hub.checklists.is_empty() && hub.guides.is_empty() {
            return html! { <p class="nothing">{ &words.nothing }</p> };
        }
        let mut parts = Vec::new();
        for list in &hub.checklists {
            parts.push(checklist::view(ctx, list, &self.opened));
        }
        let mut guides = Vec::new();
        for listed in &hub.guides {
            let start = given.press(vec![Intent::Start(listed.id.clone())]);
            guides.push(html! {
                <li class="guide" data-banso-guide={listed.id.clone()}>
                    <span class="title">{ text::inlines(&listed.guide.title, &given.scene.variables) }</span>
                    { button("button", "show", text::word(&words.show), start) }
                </li>
            });
        }
        if !guides.is_empty() {
            parts.push(html! { <ul class="guides">{ guides }</ul> });
        }
        text::together(parts)
    }

    /// Opens the panel, or closes it, when that is news.
    pub fn rendered(&mut self, given: &Given) {
        let (Some(hub), Some(launcher), Some(panel)) = (
            &given.scene.hub,
            self.launcher.cast::<HtmlElement>(),
            self.panel.cast::<HtmlElement>(),
        ) else {
            return;
        };
        let top = &given.top.0;
        top.keep(&launcher);
        if hub.open == self.open {
            return;
        }
        self.open = hub.open;
        if hub.open {
            top.show(&panel);
            focus(&panel);
            let intents = given.intents.clone();
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
            top.hide(&panel);
            if had_focus && let Some(button) = crate::layer::first_focusable(&launcher) {
                focus(&button);
            }
        }
    }

    /// Takes the hub away.
    pub fn leave(&mut self, top: &Top) {
        self.open = false;
        self.escape.clear();
        for part in [&self.launcher, &self.panel] {
            if let Some(part) = part.cast::<HtmlElement>() {
                top.hide(&part);
            }
        }
    }
}
