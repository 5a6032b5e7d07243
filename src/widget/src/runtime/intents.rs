//! What the user did in the interface, and what the anchor saw.

use std::rc::Rc;

use banso_engine::tour::Input;
use banso_model::event::GuideAct;
use banso_model::guide::{Action, Content, Esc, Guide, Item, Step};
use banso_model::progress::Run;
use banso_model::value::Values;

use super::draw::Opened;
use super::live::Live;
use crate::navigate;
use crate::scene::Intent;

impl Live {
    pub(super) fn intend(&mut self, intent: Intent) {
        self.dirty = true;
        match intent {
            Intent::Act(run, action) => {
                // A press on a card that is gone moves nothing.
                if !self.settle_answer(run, &action) {
                    return;
                }
                let at = self.of_run(run).map(|running| running.guide.id.clone());
                if at.is_some() || !moves(&action) {
                    self.perform(at.as_deref(), &action);
                }
            }
            Intent::Esc(run) => self.escape(run),
            Intent::Advance(run) => self.drive_step(run, |step| Input::Advance(step.id.clone())),
            Intent::Found(run) => self.found(run),
            Intent::Missing(run) => self.drive_step(run, |step| {
                Input::Missing(step.id.clone(), step.missing.wait_ms)
            }),
            Intent::Beacon(run) => {
                if let Some(running) = self.running.iter_mut().find(|one| one.run == run) {
                    running.open = !running.open;
                }
            }
            Intent::Answer(run, value) => self.answer(run, value),
            Intent::Toggle(run, option) => self.toggle(run, option),
            Intent::Text(run, text) => self.answer(run, text.into()),
            Intent::Perform(action) => {
                self.hub_open &= !matches!(action, Action::Show(_) | Action::Open(_));
                self.perform(None, &action);
            }
            Intent::Section(section) => self.open_section(section),
            Intent::Search(query) => self.search(query),
            Intent::Article(id) => self.open_article(id),
            Intent::Solved(solved) => self.solved(solved),
            Intent::Hub(open) => self.open_hub(open),
            Intent::Start(id) => {
                self.hub_open = false;
                self.ask_for(&id);
            }
            Intent::Item(list, item) => {
                self.opened = Opened {
                    list,
                    item,
                    done: None,
                };
            }
            Intent::Do(list, at) => self.do_item(&list, at),
            // What was done once stays done: events say what happened, not what is wished otherwise.
            Intent::Tick(list, at) => {
                if let Some(item) = self
                    .list_of(&list)
                    .as_deref()
                    .and_then(|list| item(list, at))
                {
                    self.complete(&list, &item.id, "hand");
                }
            }
            Intent::Fold(list) => {
                let before = self.memory.folded.len();
                self.memory.folded.retain(|known| *known != list);
                if self.memory.folded.len() == before {
                    self.memory.folded.push(list);
                }
                self.keep_memory();
            }
            Intent::Dismiss(list) => self.dismiss(&list),
        }
    }

    fn drive_step(&mut self, run: u32, input: fn(&Step) -> Input) {
        let driven = self
            .of_run(run)
            .and_then(|running| Some((running.guide.id.clone(), input(running.step()?))));
        if let Some((id, input)) = driven {
            self.drive(&id, input);
        }
    }

    /// Does what a button says; of the guide it is a button of, when that is on the screen.
    fn perform(&mut self, of: Option<&str>, action: &Action) {
        let guide = of.unwrap_or_default();
        match action {
            Action::Next => self.drive(guide, Input::Next),
            Action::Back => self.drive(guide, Input::Back),
            Action::Close => self.drive(guide, Input::Close),
            Action::Snooze => self.drive(guide, Input::Snooze),
            Action::Goto(step) => self.drive(guide, Input::Goto(step.clone())),
            Action::Open(address) => {
                let address = address.clone();
                self.after.push(Box::new(move || navigate::open(&address)));
            }
            Action::Show(id) => self.ask_for(id),
            Action::Track(name) => self.track(name, Values::new()),
            Action::Emit(name) => {
                self.tell(name, guide, "");
            }
        }
    }

    fn escape(&mut self, run: u32) {
        let at = self
            .of_run(run)
            .and_then(|running| Some((running.guide.id.clone(), running.step()?.esc)));
        match at {
            Some((id, Esc::Close)) => self.drive(&id, Input::Close),
            Some((id, Esc::Snooze)) => self.drive(&id, Input::Snooze),
            Some((_, Esc::None)) | None => {}
        }
    }

    /// Opening the hub is seeing the checklists in it.
    pub(super) fn open_hub(&mut self, open: bool) {
        self.hub_open = open;
        self.dirty = true;
        self.look_at_article();
        if open {
            let sections = self
                .session
                .as_ref()
                .and_then(|session| session.hub.as_ref());
            let first = sections.and_then(|hub| hub.sections.first()).copied();
            if let Some(section) = self.section.or(first) {
                self.open_section(section);
            }
        } else {
            self.record_reading();
        }
        let Some(session) = self.session.clone().filter(|_| open) else {
            return;
        };
        for id in self.listed.clone() {
            let progress = self.memory.guide(&session.facts, &id);
            let begun = progress.is_some_and(|progress| progress.run == Some(Run::Open));
            if !begun && !self.finished.contains_key(&id) {
                self.act(&id, GuideAct::Seen, None, &[]);
            }
        }
    }

    fn list_of(&self, list: &str) -> Option<Rc<Guide>> {
        let guides = self.guides.values().flatten();
        let mut guides = guides.into_iter();
        guides.find(|guide| guide.id == list).cloned()
    }

    /// Does what an item's button says. The hub makes room for what that shows.
    fn do_item(&mut self, list: &str, at: usize) {
        let guide = self.list_of(list);
        let Some(item) = guide.as_deref().and_then(|guide| item(guide, at)) else {
            return;
        };
        self.hub_open &= !item
            .act
            .iter()
            .any(|action| matches!(action, Action::Show(_) | Action::Open(_)));
        for action in item.act.iter().filter(|action| !moves(action)) {
            self.perform(Some(list), action);
        }
    }

    fn dismiss(&mut self, list: &str) {
        self.finished.remove(list);
        self.act(list, GuideAct::Dismissed, None, &[]);
    }
}

/// Whether an action moves the tour it is a button of, and means nothing elsewhere.
fn moves(action: &Action) -> bool {
    matches!(
        action,
        Action::Next | Action::Back | Action::Close | Action::Snooze | Action::Goto(_)
    )
}

fn item(list: &Guide, at: usize) -> Option<&Item> {
    match &list.content {
        Content::Checklist(list) => list.items.get(at),
        Content::Steps(_) => None,
    }
}
