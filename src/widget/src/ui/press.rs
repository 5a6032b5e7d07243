//! Buttons and what a press of them does.

use std::rc::Rc;

use yew::html::Scope;
use yew::virtual_dom::{Listener, ListenerKind};
use yew::{Callback, Html};

use super::tag::{Tag, tag};
use super::{App, icon};
use crate::scene::Intent;

/// Opens an item of a checklist, or closes it.
pub struct Toggle {
    /// Id of the checklist.
    pub list: String,
    /// Which of its items.
    pub at: usize,
}

/// Where presses go.
pub struct Presses {
    pub intents: Callback<Intent>,
    pub app: Scope<App>,
}

/// What a press means, and to whom.
enum Press {
    Intents(Callback<Intent>, Vec<Intent>),
    Toggle(Scope<App>, String, usize),
}

impl Listener for Press {
    fn kind(&self) -> ListenerKind {
        ListenerKind::onclick
    }

    fn handle(&self, _: web_sys::Event) {
        match self {
            Self::Intents(to, intents) => {
                for intent in intents {
                    to.emit(intent.clone());
                }
            }
            Self::Toggle(app, list, at) => app.send_message(Toggle {
                list: list.clone(),
                at: *at,
            }),
        }
    }

    fn passive(&self) -> bool {
        false
    }
}

impl Presses {
    /// A press that means these, in order.
    pub fn all(&self, intents: Vec<Intent>) -> Rc<dyn Listener> {
        Rc::new(Press::Intents(self.intents.clone(), intents))
    }

    /// A press that opens or closes an item.
    pub fn toggle(&self, list: &str, at: usize) -> Rc<dyn Listener> {
        Rc::new(Press::Toggle(self.app.clone(), list.to_owned(), at))
    }
}

/// A button with a word on it.
pub fn button(class: &str, action: &str, press: Rc<dyn Listener>) -> Tag {
    tag(
        "button",
        &["type", "class", "data-banso-action"],
        &["button", class, action],
    )
    .on(press)
}

/// A button with a sign on it, that says its name to those who do not see it.
pub fn signed(
    class: &str,
    action: &str,
    name: &str,
    expanded: &str,
    press: Rc<dyn Listener>,
) -> Tag {
    tag(
        "button",
        &[
            "type",
            "class",
            "data-banso-action",
            "aria-label",
            "aria-expanded",
        ],
        &["button", class, action, name, expanded],
    )
    .on(press)
}

/// A button with a cross on it.
pub fn close(name: &str, press: Rc<dyn Listener>) -> Html {
    tag(
        "button",
        &["type", "class", "data-banso-action", "aria-label"],
        &["button", "close", "close", name],
    )
    .on(press)
    .with(icon::close())
    .into()
}

/// A button of an ordinary look with a word of the widget's on it.
pub fn worded(class: &str, action: &str, word: &str, press: Rc<dyn Listener>) -> Html {
    button(class, action, press).say(word).into()
}

/// A word of ARIA.
pub const fn truth(is: bool) -> &'static str {
    if is { "true" } else { "false" }
}
