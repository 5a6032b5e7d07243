//! The hub: a launcher in a corner of the page and the panel it opens.

use banso_model::time::digits;
use std::rc::Rc;

use banso_model::wire::Corner;
use web_sys::{Element, HtmlElement, Node};

use super::press::{close, signed, worded};
use super::tag::{Html, Mount, Place, tag};
use super::{Given, checklist, icon, text};
use crate::anchor::Listener;
use crate::layer::{Top, active, focus, on_escape};
use crate::scene::{HubScene, Intent};

/// The launcher and its panel.
pub struct Hub {
    mount: Mount,
    launcher: Place,
    panel: Place,
    open: bool,
    escape: Vec<Listener>,
}

impl Hub {
    /// A hub of which nothing is shown yet.
    pub fn new(parent: &Element) -> Option<Self> {
        Some(Self {
            mount: Mount::new(parent)?,
            launcher: Place::default(),
            panel: Place::default(),
            open: false,
            escape: Vec::new(),
        })
    }

    /// What a press on a node means.
    pub fn pressed(&self, on: &Node) -> Option<&[Intent]> {
        self.mount.pressed(on)
    }

    /// Draws the hub, or takes it away.
    pub fn show(&mut self, given: &Given) {
        let Some(hub) = &given.scene.hub else {
            self.leave(given.top);
            self.mount.draw(Html::new());
            return;
        };
        let html = self.view(given, hub);
        self.mount.draw(html);
        self.drawn(given, hub);
    }

    fn view(&self, given: &Given, hub: &HubScene) -> Html {
        let words = &given.scene.session.words;
        let corner = match hub.corner {
            Corner::Start => "start",
            Corner::End => "end",
        };
        let unread = digits(hub.unread as i64);
        let mut name = words.open_hub.clone();
        if hub.unread > 0 {
            name.push_str(" (");
            name.push_str(&unread);
            name.push(')');
        }
        let sign = if hub.open {
            icon::close()
        } else {
            icon::guide()
        };
        let press = vec![Intent::Hub(!hub.open)];
        let mut opener = signed("", "hub", &name, hub.open, press).put(sign);
        if hub.unread > 0 && !hub.open {
            opener = opener.put(tag("span", "class=badge;aria-hidden=true").say(&unread));
        }
        let launcher = tag("div", "class=launcher;popover=manual")
            .set("data-corner", corner)
            .at(&self.launcher)
            .put(opener);
        let head = tag("header", "class=head")
            .put(tag("h2", "id=hub").say(&words.hub))
            .put(close(&words.close, vec![Intent::Hub(false)]));
        let mut inner = tag("div", "class=inner;data-scrolls=");
        if hub.open {
            inner = inner.with(contents(given, hub));
        }
        let panel = tag(
            "section",
            "class=panel;popover=manual;tabindex=-1;role=dialog;aria-labelledby=hub;data-banso-guide=hub",
        )
        .set("data-corner", corner)
        .at(&self.panel)
        .put(head)
        .put(inner);
        vec![launcher, panel]
    }

    /// Opens the panel, or closes it, when that is news.
    fn drawn(&mut self, given: &Given, hub: &HubScene) {
        let (Some(launcher), Some(panel)) = (of(&self.launcher), of(&self.panel)) else {
            return;
        };
        let top = given.top;
        top.keep(&launcher);
        if hub.open == self.open {
            return;
        }
        self.open = hub.open;
        if hub.open {
            top.show(&panel);
            focus(&panel);
            let tell = given.tell;
            // Escape on the page is the page's.
            let act = move |in_panel: bool| {
                if in_panel {
                    tell(Intent::Hub(false));
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
            if let Some(part) = part.take() {
                top.hide(&part);
            }
        }
    }
}

fn of(place: &Place) -> Option<HtmlElement> {
    place.try_borrow().ok()?.clone()
}

fn contents(given: &Given, hub: &HubScene) -> Html {
    let session = &given.scene.session;
    let words = &session.words;
    if hub.checklists.is_empty() && hub.guides.is_empty() {
        return vec![tag("p", "class=nothing").say(&words.nothing)];
    }
    let mut parts = Html::new();
    for list in &hub.checklists {
        parts.extend(checklist::view(given, list));
    }
    if !hub.guides.is_empty() {
        let mut guides = tag("ul", "class=guides");
        for guide in &hub.guides {
            let title = text::inlines(&guide.title, &session.variables);
            let start = vec![Intent::Start(guide.id.clone())];
            guides = guides.put(
                tag("li", "class=guide")
                    .set("data-banso-guide", &guide.id)
                    .put(tag("span", "class=title").with(title))
                    .put(worded("button", "show", &words.show, start)),
            );
        }
        parts.push(guides);
    }
    parts
}
