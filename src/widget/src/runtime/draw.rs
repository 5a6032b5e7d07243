//! What is shown now is made into one value, and handed to the interface when it is another.

use std::rc::Rc;

use banso_engine::checklist::{self, ItemState};
use banso_engine::locale::is_right_to_left;
use banso_engine::tour::Tour;
use banso_model::guide::{Content, Guide, Kind, Step};
use banso_model::time::Timestamp;
use banso_model::value::Value;
use banso_model::wire::{Section, Session, Start};

use super::live::Live;
use super::tour::Running;
use super::{Message, post};
use crate::browser;
use crate::scene::{CardScene, ChecklistScene, HubScene, ItemScene, Scene, Shared};
use crate::ui;

/// The item that its user opened or closed in a checklist, which counts more than the one that is next. It is forgotten
/// when one more item is done, so that the next one opens.
#[derive(Default)]
pub(super) struct Opened {
    pub(super) list: String,
    pub(super) item: Option<usize>,
    /// How many items were done; none before that is known.
    pub(super) done: Option<usize>,
}

impl Live {
    pub(super) fn draw(&mut self) {
        let scene = self.session.clone().map(|session| self.compose(session));
        if scene != self.scene {
            self.scene = scene;
            self.show_scene();
        }
    }

    fn compose(&mut self, session: Rc<Session>) -> Scene {
        Scene {
            right_to_left: is_right_to_left(&session.locale),
            cards: self.card_scenes(&session),
            hub: self.hub_scene(&session, browser::now()),
            session: Shared(session),
        }
    }

    fn card_scenes(&self, session: &Session) -> Vec<CardScene> {
        let scene = |running| self.card_scene(session, running);
        self.running.iter().filter_map(scene).collect()
    }

    fn card_scene(&self, session: &Session, running: &Running) -> Option<CardScene> {
        let entry = session.entry(running.id())?;
        let failing = self.failing(session, entry, running.steps());
        let takes_part = |step: &Step| !failing.contains(&step.id);
        let tour = Tour::new(running.steps(), &takes_part);
        let (number, of) = tour.number(&running.state);
        Some(CardScene {
            guide: Shared(running.guide.clone()),
            step: running.state.step?,
            run: running.run,
            number,
            of,
            buttons: tour.buttons(&running.state, &session.words),
            paused: running.state.paused,
            open: running.open,
            answer: running
                .step()
                .and_then(|step| self.answered_at(running.id(), step))
                .cloned(),
        })
    }

    fn hub_scene(&mut self, session: &Session, now: Timestamp) -> Option<HubScene> {
        let hub = session.hub.as_ref()?;
        let mut unread = 0;
        let mut checklists = Vec::new();
        for id in self.listed.clone() {
            let Some((guide, states)) = self.items(session, &id, now) else {
                continue;
            };
            let done = states.iter().filter(|state| state.done).count();
            unread += states.len() - done;
            checklists.push(self.checklist_scene(session, guide, &states, done));
        }
        let seen = self.memory.news;
        unread += hub.news.iter().filter(|news| Some(news.at) > seen).count();
        let first = hub.sections.first().copied().unwrap_or(Section::Todo);
        Some(HubScene {
            open: self.hub_open,
            unread,
            section: self.section.unwrap_or(first),
            sections: hub.sections.clone(),
            help: self.help.scene.clone(),
            checklists,
            guides: self.startable(session),
        })
    }

    fn checklist_scene(
        &mut self,
        session: &Session,
        guide: Rc<Guide>,
        states: &[ItemState],
        done: usize,
    ) -> ChecklistScene {
        let items: Vec<ItemScene> = states
            .iter()
            .map(|ItemState { done, locked, .. }| ItemScene {
                done: *done,
                locked: *locked,
            })
            .collect();
        let order = match &guide.content {
            Content::Checklist(list) => {
                let goal = self.answered.get(&list.goal);
                let goal = goal.or_else(|| session.facts.answers.get(&list.goal));
                checklist::towards(list, goal.and_then(Value::as_text))
            }
            Content::Steps(_) => Vec::new(),
        };
        let chosen = self.opened.list == guide.id && *self.opened.done.get_or_insert(done) == done;
        let open = if chosen {
            self.opened.item
        } else {
            let next = |at: &&usize| {
                let item = items.get(**at);
                item.is_some_and(|item| !item.done && !item.locked)
            };
            order.iter().find(next).copied()
        };
        ChecklistScene {
            folded: self.memory.folded.contains(&guide.id),
            guide: Shared(guide),
            items,
            order,
            open,
        }
    }

    /// Guides the user starts from the hub, once they are fetched.
    fn startable(&mut self, session: &Session) -> Vec<Shared<Guide>> {
        let mut found = Vec::new();
        for entry in &session.guides {
            if entry.start == Start::Hub
                && entry.kind != Kind::Checklist
                && !self.hidden.contains_key(&entry.id)
                && self.armed.contains_key(&entry.id)
            {
                found.extend(self.guide(&entry.hash).map(Shared));
            }
        }
        found
    }

    /// Hands the scene to the interface, once nothing is borrowed any more: drawing moves the focus, and the host hears
    /// of that.
    pub(super) fn show_scene(&mut self) {
        let scene = self.scene.clone();
        self.after.push(Box::new(move || {
            ui::paint(scene, |intent| post(Message::Intent(intent)));
        }));
    }
}
