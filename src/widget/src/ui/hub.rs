//! The hub: a launcher in a corner of the page and the panel it opens.

use std::rc::Rc;

use banso_model::guide::{Action, Button, Media, Rich};
use banso_model::time::{Timestamp, digits};
use banso_model::wire::{self, Article, Corner, Section};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, Node};

use super::press::{button, close, truth, worded};
use super::tag::{Html, Mount, Place, Tag, tag};
use super::{Given, checklist, help, icon, media, text};
use crate::anchor::Listener;
use crate::browser::joined;
use crate::layer::{Top, active, focus, on_escape};
use crate::scene::{HubScene, Intent, Shared};

/// The launcher and its panel.
pub struct Hub {
    mount: Mount,
    launcher: Place,
    panel: Place,
    open: bool,
    /// The article that was drawn last.
    article: Option<Shared<Article>>,
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
            article: None,
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
        let panel = of(&self.panel).filter(|_| self.open);
        let had_focus = panel.filter(|panel| active().is_some_and(|at| panel.contains(Some(&at))));
        self.mount.draw(html);
        self.drawn(given, hub);
        let before = std::mem::replace(&mut self.article, article(hub).cloned());
        if let Some(panel) = had_focus.filter(|_| hub.open) {
            self.follow(&panel, before);
        }
    }

    /// Has the focus go to the article that was opened, or back to where the one that was closed is listed; whatever else
    /// took away what had it, it stays in the panel.
    fn follow(&self, panel: &HtmlElement, before: Option<Shared<Article>>) {
        let turned = self.article != before;
        if !turned && active().is_some() {
            return;
        }
        let to = match (&self.article, before) {
            (None, Some(before)) => joined(&["[data-banso-article='", &before.id, "'] button"]),
            _ => "h3[tabindex]".to_owned(),
        };
        let to = panel.query_selector(&to).ok().flatten();
        let to = to.map_or_else(|| panel.clone(), JsCast::unchecked_into);
        // The panel scrolls to it; the page has no part in that.
        if to.focus().is_err() {
            crate::loader::refused();
        }
    }

    fn view(&self, given: &Given, hub: &HubScene) -> Html {
        let words = &given.scene.session.words;
        let Some(settings) = &given.scene.session.hub else {
            return Html::new();
        };
        let corner = match settings.corner {
            Corner::Start => "start",
            Corner::End => "end",
        };
        let unread = digits(hub.unread as i64);
        let mut label = words.say("open_hub").to_owned();
        if hub.unread > 0 {
            label.push_str(" (");
            label.push_str(&unread);
            label.push(')');
        }
        let sign = if hub.open {
            icon::close()
        } else {
            icon::guide()
        };
        let press = vec![Intent::Hub(!hub.open)];
        // The badge is seen, and the name says it in words; a label would be another than what is seen.
        let mut opener = button("", "hub", press)
            .set("aria-expanded", truth(hub.open))
            .put(tag("span", "class=unseen").say(&label))
            .put(sign);
        if hub.unread > 0 && !hub.open {
            opener = opener.put(tag("span", "class=badge;aria-hidden=true").say(&unread));
        }
        let launcher = tag("div", "class=launcher;popover=manual")
            .set("data-corner", corner)
            .at(&self.launcher)
            .put(opener);
        let head = tag("div", "class=head")
            .put(tag("h2", "id=hub").say(words.say("hub")))
            .put(close(words.say("close"), vec![Intent::Hub(false)]));
        // Another part of the hub, or another article, begins at its top.
        let shown = article(hub).map_or(name(hub.section), |article| &article.id);
        let mut inner = tag("div", "class=inner;data-scrolls=").set("id", shown);
        let mut parts = tag("nav", "class=parts").set("aria-labelledby", "hub");
        if hub.open {
            inner = inner.with(contents(given, hub, settings));
            for section in &hub.sections {
                parts = parts.put(part(given, *section, hub.section));
            }
        }
        let panel = tag(
            "section",
            "class=panel;popover=manual;tabindex=-1;role=dialog;aria-labelledby=hub;data-banso-guide=hub",
        )
        .set("data-corner", corner)
        .at(&self.panel)
        .put(head)
        .with(if hub.sections.len() > 1 {
            vec![parts, inner]
        } else {
            vec![inner]
        });
        vec![launcher, panel]
    }

    /// Opens the panel, or closes it, when that is news.
    fn drawn(&mut self, given: &Given, hub: &HubScene) {
        let (Some(launcher), Some(panel)) = (of(&self.launcher), of(&self.panel)) else {
            return;
        };
        let top = given.top;
        let launches = given
            .scene
            .session
            .hub
            .as_ref()
            .is_some_and(|hub| hub.launcher);
        if launches {
            top.keep(&launcher);
        }
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

/// The article that is open.
fn article(hub: &HubScene) -> Option<&Shared<Article>> {
    let open = hub.help.article.as_ref();
    open.filter(|_| hub.section == Section::Help)
}

fn of(place: &Place) -> Option<HtmlElement> {
    place.try_borrow().ok()?.clone()
}

fn name(section: Section) -> &'static str {
    match section {
        Section::Todo => "todo",
        Section::Help => "help",
        Section::News => "news",
        Section::Contact => "contact",
    }
}

/// The button of a part.
fn part(given: &Given, section: Section, shown: Section) -> Tag {
    let words = &given.scene.session.words;
    let says = match section {
        Section::Todo => words.say("to_do"),
        Section::Help => words.say("help"),
        Section::News => words.say("news"),
        Section::Contact => words.say("contact"),
    };
    let press = vec![Intent::Section(section)];
    worded("part", name(section), says, press).set("aria-pressed", truth(section == shown))
}

fn contents(given: &Given, hub: &HubScene, settings: &wire::Hub) -> Html {
    match hub.section {
        Section::Todo => to_do(given, hub),
        Section::Help => help::view(given, &hub.help),
        Section::News => {
            let news = settings.news.iter().map(|news| {
                let said = said(given, "news", &news.title, &news.body, news.media.as_ref());
                said.set("data-banso-news", &news.id)
                    .put(date(given, news.at))
                    .put(buttons(given, &news.buttons))
            });
            let mut news: Html = news.collect();
            if news.is_empty() {
                news.push(nothing(given));
            }
            news
        }
        Section::Contact => contact(given),
    }
}

/// How to reach a person.
pub fn contact(given: &Given) -> Html {
    let hub = given.scene.session.hub.as_ref();
    let contact = hub.and_then(|hub| hub.contact.as_ref());
    let contact = contact.map(|contact| {
        said(given, "contact", &contact.title, &contact.body, None)
            .put(buttons(given, &contact.buttons))
    });
    contact.into_iter().collect()
}

fn said(given: &Given, class: &str, title: &Rich, body: &Rich, picture: Option<&Media>) -> Tag {
    let session = &given.scene.session;
    let mut said = tag("section", "")
        .set("class", class)
        .put(tag("h3", "").with(text::rich(title, &session.variables)));
    if let Some(picture) = picture {
        said = said.put(media::view(picture, &session.locale));
    }
    said.put(tag("div", "class=text").with(text::rich(body, &session.variables)))
}

/// The day of news, as it is written where the reader is.
fn date(given: &Given, at: Timestamp) -> Tag {
    let iso = at.text();
    let says = crate::browser::date(at, &given.scene.session.locale);
    tag("time", "class=summary")
        .set("datetime", &iso)
        .say(&says)
}

fn buttons(given: &Given, buttons: &[Button]) -> Tag {
    let mut row = tag("span", "class=buttons");
    for one in buttons {
        let action = one.act.first().map_or("", Action::as_str);
        let press = one.act.iter().cloned().map(Intent::Perform).collect();
        let says = text::rich(&one.label, &given.scene.session.variables);
        row = row.put(button("button", action, press).with(says));
    }
    row
}

fn nothing(given: &Given) -> Tag {
    tag("p", "class=nothing").say(given.scene.session.words.say("nothing"))
}

fn to_do(given: &Given, hub: &HubScene) -> Html {
    let session = &given.scene.session;
    let words = &session.words;
    if hub.checklists.is_empty() && hub.guides.is_empty() {
        return vec![nothing(given)];
    }
    let mut parts = Html::new();
    for list in &hub.checklists {
        parts.extend(checklist::view(given, list));
    }
    if !hub.guides.is_empty() {
        let mut guides = tag("ul", "class=guides");
        for guide in &hub.guides {
            let title = text::rich(&guide.title, &session.variables);
            let start = vec![Intent::Start(guide.id.clone())];
            guides = guides.put(
                tag("li", "class=guide")
                    .set("data-banso-guide", &guide.id)
                    .put(tag("span", "class=title").with(title))
                    .put(worded("button", "show", words.say("show"), start)),
            );
        }
        parts.push(guides);
    }
    parts
}
