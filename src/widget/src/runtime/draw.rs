//! What is shown now is made into one value, and handed to the interface when it is another.

use std::cell::RefCell;
use std::rc::Rc;

use banso_engine::checklist::ItemState;
use banso_engine::locale::is_right_to_left;
use banso_engine::tour::Tour;
use banso_model::guide::{Kind, Step};
use banso_model::time::Timestamp;
use banso_model::wire::{Session, Start};

use super::decide::holds;
use super::live::Live;
use super::{Message, post};
use crate::browser::{self, joined};
use crate::loader;
use crate::scene::{ChecklistScene, Direction, HubScene, ItemScene, Listed, Scene, TourScene};
use crate::ui::Ui;

impl Live {
    pub(super) fn draw(&mut self) {
        let scene = self.session.clone().map(|session| self.compose(&session));
        if scene != self.scene {
            self.scene = scene;
            self.show_scene();
        }
    }

    fn compose(&mut self, session: &Session) -> Scene {
        let now = browser::now();
        let direction = if is_right_to_left(&session.locale) {
            Direction::Rtl
        } else {
            Direction::Ltr
        };
        // What never changes between two sessions is shared between two scenes.
        let shared = self.scene.as_ref();
        let words = shared
            .map(|scene| &scene.words)
            .filter(|words| ***words == session.words);
        let variables = shared
            .map(|scene| &scene.variables)
            .filter(|known| ***known == session.variables);
        Scene {
            words: words
                .cloned()
                .unwrap_or_else(|| Rc::new(session.words.clone())),
            variables: variables
                .cloned()
                .unwrap_or_else(|| Rc::new(session.variables.clone())),
            theme: session.theme.clone(),
            locale: session.locale.clone(),
            direction,
            tour: self.tour_scene(session),
            hub: self.hub_scene(session, now),
        }
    }

    fn tour_scene(&self, session: &Session) -> Option<TourScene> {
        let running = self.running.as_ref()?;
        let entry = session
            .guides
            .iter()
            .find(|entry| entry.id == running.id())?;
        let locale = self.locale();
        let facts = self.facts(session, &locale, browser::now());
        let failing: Vec<&str> = running
            .steps()
            .iter()
            .filter(|step| !holds(entry, &joined(&["step/", &step.id]), &facts))
            .map(|step| step.id.as_str())
            .collect();
        let takes_part = |step: &Step| !failing.contains(&step.id.as_str());
        let tour = Tour::new(running.steps(), &takes_part);
        let (number, of) = tour.number(&running.state);
        Some(TourScene {
            guide: running.guide.clone(),
            step: running.state.step?,
            run: running.run,
            number,
            of,
            buttons: tour.buttons(&running.state, &session.words),
            paused: running.state.paused,
        })
    }

    fn hub_scene(&mut self, session: &Session, now: Timestamp) -> Option<HubScene> {
        let hub = session.hub.as_ref()?;
        let mut unread = 0;
        let checklists = self.listed.iter().filter_map(|id| {
            let (guide, states) = self.items(session, id, now)?;
            unread += states.iter().filter(|state| !state.done).count();
            let items = states
                .iter()
                .map(|ItemState { done, locked, .. }| ItemScene {
                    done: *done,
                    locked: *locked,
                });
            Some(ChecklistScene {
                guide,
                items: items.collect(),
                folded: self.memory.folded.contains(id),
            })
        });
        let checklists: Vec<ChecklistScene> = checklists.collect();
        Some(HubScene {
            open: self.hub_open,
            unread: u32::try_from(unread).unwrap_or(u32::MAX),
            corner: hub.corner,
            checklists,
            guides: self.startable(session),
        })
    }

    /// Guides the user starts from the hub, once they are fetched.
    fn startable(&mut self, session: &Session) -> Vec<Listed> {
        let offered = session.guides.iter().filter(|entry| {
            entry.start == Start::Hub
                && entry.kind != Kind::Checklist
                && !self.hidden.contains_key(&entry.id)
                && self.armed.contains_key(&entry.id)
        });
        let offered: Vec<(String, String)> = offered
            .map(|entry| (entry.id.clone(), entry.hash.clone()))
            .collect();
        let fetched = offered.into_iter().filter_map(|(id, hash)| {
            Some(Listed {
                id,
                guide: self.guide(&hash)?,
            })
        });
        fetched.collect()
    }

    /// Hands the scene to the interface, once nothing is borrowed any more: drawing moves the focus, and the host hears
    /// of that.
    pub(super) fn show_scene(&mut self) {
        let scene = self.scene.clone();
        self.after.push(Box::new(move || paint(scene)));
    }
}

thread_local! {
    static UI: RefCell<Option<Ui>> = const { RefCell::new(None) };
}

/// Draws a scene, or takes everything off the page.
fn paint(scene: Option<Scene>) {
    UI.with(|ui| {
        let Ok(mut ui) = ui.try_borrow_mut() else {
            return;
        };
        match (scene, ui.as_mut()) {
            (Some(scene), Some(ui)) => ui.show(scene),
            (Some(scene), None) => {
                let intents = yew::Callback::from(|intent| post(Message::Intent(intent)));
                *ui = Ui::new(scene, intents);
                if ui.is_none() {
                    loader::problem("this browser is too old to show guides");
                }
            }
            (None, _) => {
                if let Some(ui) = ui.take() {
                    ui.remove();
                }
            }
        }
    });
}
