//! What is drawn: a scene in, intents out.

mod card;
mod checklist;
mod help;
mod hub;
mod icon;
mod media;
mod press;
mod question;
mod stage;
mod tag;
mod text;
mod theme;

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use web_sys::{Element, Event, Node};

use crate::browser::property;
use crate::layer::{CLICK, INPUT, Layer, Top, is_composing, original};
use crate::loader;
use crate::scene::{Intent, Scene};
use card::Card;
use hub::Hub;

/// Where intents go.
pub type Tell = fn(Intent);

/// What every part of the interface is given.
struct Given<'a> {
    scene: &'a Scene,
    top: &'a Rc<Top>,
    tell: Tell,
}

/// The interface on the page.
struct Ui {
    layer: Layer,
    hub: Hub,
    cards: Vec<Card>,
    tell: Tell,
    scene: Option<Scene>,
}

thread_local! {
    static UI: RefCell<Option<Ui>> = const { RefCell::new(None) };
}

/// Draws a scene, or takes everything off the page.
pub fn paint(scene: Option<Scene>, tell: Tell) {
    UI.with(|ui| {
        let Ok(mut ui) = ui.try_borrow_mut() else {
            return;
        };
        let Some(scene) = scene else {
            if let Some(ui) = ui.take() {
                ui.remove();
            }
            return;
        };
        if ui.is_none() {
            *ui = Ui::new(tell);
        }
        match ui.as_mut() {
            Some(ui) => ui.show(scene),
            None => loader::problem("this browser is too old to show guides"),
        }
    });
}

fn typed(field: &JsValue) -> String {
    property(field, "value").as_string().unwrap_or_default()
}

/// What a press on a node of the interface, or what is typed there, means is told, once nothing is borrowed any more.
fn pressed(event: &Event) {
    let Some(on) = event.target() else { return };
    let typing = event.type_() == INPUT;
    let composing = is_composing(&original(event));
    let found = UI.with(|ui| {
        let ui = ui.try_borrow().ok()?;
        let ui = ui.as_ref()?;
        Some((ui.tell, ui.meaning(on.unchecked_ref())?.to_vec()))
    });
    if let Some((tell, intents)) = found {
        for intent in intents {
            match intent {
                Intent::Text(run, _) if typing => tell(Intent::Text(run, typed(&on))),
                Intent::Search(_) if typing && !composing => tell(Intent::Search(typed(&on))),
                Intent::Text(..) | Intent::Search(_) => {}
                // What is chosen is pressed; the browser says it once more as input.
                pressed if !typing => tell(pressed),
                _ => {}
            }
        }
    }
}

/// Hears presses and what is typed in an element of ours, with which the listener goes.
fn hear(element: &Element) {
    let press = Closure::<dyn FnMut(Event)>::new(|event: Event| pressed(&event)).into_js_value();
    for name in [CLICK, INPUT] {
        let heard = element.add_event_listener_with_callback(name, press.unchecked_ref());
        if heard.is_err() {
            loader::refused();
        }
    }
}

impl Ui {
    /// Puts the interface on the page; none when the browser is too old for it.
    fn new(tell: Tell) -> Option<Self> {
        let layer = Layer::new(include_str!(concat!(env!("OUT_DIR"), "/style.css")))?;
        let hub = Hub::new(layer.mount())?;
        hear(layer.mount());
        Some(Self {
            layer,
            hub,
            cards: Vec::new(),
            tell,
            scene: None,
        })
    }

    /// Draws a scene.
    fn show(&mut self, scene: Scene) {
        let dressed = self.scene.as_ref().is_some_and(|before| {
            before.session.theme == scene.session.theme
                && before.session.locale == scene.session.locale
        });
        // A new style sheet would have the whole of it laid out again.
        if !dressed {
            self.dress(&scene);
        }
        let given = Given {
            scene: &scene,
            top: self.layer.top(),
            tell: self.tell,
        };
        self.cards.retain_mut(|card| {
            let stays = scene.cards.iter().any(|shown| card.shows(shown));
            if !stays {
                card.leave(given.top);
            }
            stays
        });
        self.hub.show(&given);
        for shown in &scene.cards {
            if !self.cards.iter().any(|card| card.shows(shown)) {
                self.cards.extend(Card::new(shown, &self.layer));
            }
            if let Some(card) = self.cards.iter_mut().find(|card| card.shows(shown)) {
                card.show(&given, shown);
            }
        }
        self.scene = Some(scene);
    }

    fn dress(&self, scene: &Scene) {
        let session = &scene.session;
        self.layer.set_theme(&theme::css(&session.theme));
        self.layer.set_language(
            &session.locale,
            scene.right_to_left,
            theme::scheme(&session.theme),
        );
    }

    /// What a press on a node means.
    fn meaning(&self, on: &Node) -> Option<&[Intent]> {
        let mut cards = self.cards.iter();
        self.hub
            .pressed(on)
            .or_else(|| cards.find_map(|card| card.pressed(on)))
    }

    /// Takes the interface off the page.
    fn remove(mut self) {
        let top = self.layer.top();
        for card in &mut self.cards {
            card.leave(top);
        }
        self.hub.leave(top);
        self.layer.remove();
    }
}
