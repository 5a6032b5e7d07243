//! The hub: a launcher in a corner of the page and the panel it opens.

use std::rc::Rc;

use banso_model::wire::Corner;
use web_sys::HtmlElement;
use yew::{Html, NodeRef};

use super::checklist::{self, open_item};
use super::press::{Presses, Toggle, close, signed, truth, worded};
use super::tag::{of_class, tag, together};
use super::{Given, icon, text};
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
    pub fn view(&self, given: &Given, presses: &Presses) -> Html {
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
        let sign = if hub.open {
            icon::close()
        } else {
            icon::guide()
        };
        let press = presses.all(vec![Intent::Hub(!hub.open)]);
        let mut opener = signed("", "hub", &name, truth(hub.open), press).with(sign);
        if hub.unread > 0 && !hub.open {
            opener = opener.put(
                tag("span", &["class", "aria-hidden"], &["badge", "true"])
                    .say(&hub.unread.to_string()),
            );
        }
        let launcher = tag(
            "div",
            &["class", "popover", "data-corner"],
            &["launcher", "manual", corner],
        )
        .at(&self.launcher)
        .put(opener);
        let head = of_class("header", "head")
            .put(tag("h2", &["id"], &["hub"]).say(&words.hub))
            .with(close(&words.close, presses.all(vec![Intent::Hub(false)])));
        let mut inner = tag("div", &["class", "data-scrolls"], &["inner", ""]);
        if hub.open {
            inner = inner.with(self.contents(given, hub, presses));
        }
        let panel = tag(
            "section",
            &[
                "class",
                "popover",
                "tabindex",
                "role",
                "aria-labelledby",
                "data-corner",
                "data-banso-guide",
            ],
            &["panel", "manual", "-1", "dialog", "hub", corner, "hub"],
        )
        .at(&self.panel)
        .put(head)
        .put(inner);
        together(vec![launcher.into(), panel.into()])
    }

    fn contents(&self, given: &Given, hub: &HubScene, presses: &Presses) -> Html {
        let words = &given.scene.words;
        if hub.checklists.is_empty() && hub.guides.is_empty() {
            return of_class("p", "nothing").say(&words.nothing).into();
        }
        let mut parts = Vec::new();
        for list in &hub.checklists {
            parts.push(checklist::view(given, list, &self.opened, presses));
        }
        if !hub.guides.is_empty() {
            let mut guides = of_class("ul", "guides");
            for listed in &hub.guides {
                let title = text::inlines(&listed.guide.title, &given.scene.variables);
                let start = presses.all(vec![Intent::Start(listed.id.clone())]);
                guides = guides.put(
                    tag("li", &["class", "data-banso-guide"], &["guide", &listed.id])
                        .put(of_class("span", "title").with(title))
                        .with(worded("button", "show", &words.show, start)),
                );
            }
            parts.push(guides.into());
        }
        together(parts)
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
            let act = move |in_panel: bool| {
                if in_panel {
                    intents.emit(Intent::Hub(false));
                }
                in_panel
            };
            self.escape = on_escape(&panel, Rc::new(act));
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
