//! What the user did in the interface, and what the anchor saw.

use banso_engine::tour::Input;
use banso_model::event::GuideAct;
use banso_model::guide::{Action, Content, Esc, Item, Step};
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
                if self.is_at(run) || !moves(&action) {
                    self.perform(&action);
                }
            }
            Intent::Esc(run) => self.escape(run),
            Intent::Advance(run) => self.drive_step(run, Input::Advance),
            Intent::Found(run) => {
                if let Some(step) = self.step_of(run) {
                    self.found(step.id.clone());
                }
            }
            Intent::Missing(run) => {
                if let Some(step) = self.step_of(run) {
                    let input = Input::Missing(step.id.clone(), step.missing.wait_ms);
                    self.drive(input);
                }
            }
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
                if let Some(item) = self.item(&list, at) {
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

    /// The step that was entered as this run, while the guide is still at it.
    fn step_of(&self, run: u32) -> Option<&Step> {
        let running = self.running.as_ref();
        running.filter(|running| running.run == run)?.step()
    }

    fn is_at(&self, run: u32) -> bool {
        self.step_of(run).is_some()
    }

    fn drive_step(&mut self, run: u32, input: fn(String) -> Input) {
        if let Some(step) = self.step_of(run) {
            let input = input(step.id.clone());
            self.drive(input);
        }
    }

    /// Does what a button says.
    fn perform(&mut self, action: &Action) {
        match action {
            Action::Next => self.drive(Input::Next),
            Action::Back => self.drive(Input::Back),
            Action::Close => self.drive(Input::Close),
            Action::Snooze => self.drive(Input::Snooze),
            Action::Goto(step) => self.drive(Input::Goto(step.clone())),
            Action::Open(address) => {
                let address = address.clone();
                self.after.push(Box::new(move || navigate::open(&address)));
            }
            Action::Show(id) => self.ask_for(id),
            Action::Track(name) => self.track(name, Values::new()),
            Action::Emit(name) => {
                let guide = self.running.as_ref().map(|running| running.id().to_owned());
                self.tell(name, &guide.unwrap_or_default(), "");
            }
        }
    }

    fn escape(&mut self, run: u32) {
        match self.step_of(run).map(|step| step.esc) {
            Some(Esc::Close) => self.drive(Input::Close),
            Some(Esc::Snooze) => self.drive(Input::Snooze),
            Some(Esc::None) | None => {}
        }
    }

    /// Opening the hub is seeing the checklists in it.
    pub(super) fn open_hub(&mut self, open: bool) {
        self.hub_open = open;
        self.dirty = true;
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

    fn item(&self, list: &str, at: usize) -> Option<Item> {
        let guides = self.guides.values().flatten();
        let guide = guides.into_iter().find(|guide| guide.id == list)?;
        match &guide.content {
            Content::Checklist(list) => list.items.get(at).cloned(),
            Content::Tour(_) => None,
        }
    }

    /// Does what an item's button says. The hub makes room for what that shows.
    fn do_item(&mut self, list: &str, at: usize) {
        let Some(item) = self.item(list, at) else {
            return;
        };
        self.hub_open &= !item
            .act
            .iter()
            .any(|action| matches!(action, Action::Show(_) | Action::Open(_)));
        for action in item.act.iter().filter(|action| !moves(action)) {
            self.perform(action);
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
