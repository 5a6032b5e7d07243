//! What the user did in the interface, and what the anchor saw.

use banso_engine::tour::Input;
use banso_model::event::GuideAct;
use banso_model::guide::{Action, Content, Esc};
use banso_model::progress::Run;
use banso_model::value::Values;

use super::live::Live;
use crate::navigate;
use crate::scene::Intent;

impl Live {
    pub(super) fn intend(&mut self, intent: Intent) {
        self.dirty = true;
        match intent {
            Intent::Act {
                guide,
                step,
                action,
            } => {
                if self.is_at(&guide, &step) || !moves(&action) {
                    self.perform(&action);
                }
            }
            Intent::Esc { guide, step } => self.escape(&guide, &step),
            Intent::Advance { guide, step } => {
                if self.is_running(&guide) {
                    self.drive(Input::Advance(step));
                }
            }
            Intent::TargetFound { guide, step } => {
                if self.is_running(&guide) {
                    self.found(step);
                }
            }
            Intent::TargetMissing {
                guide,
                step,
                waited_ms,
            } => {
                if self.is_running(&guide) {
                    self.drive(Input::Missing(step, waited_ms));
                }
            }
            Intent::Hub(open) => self.open_hub(open),
            Intent::Start(id) => {
                self.hub_open = false;
                self.ask_for(&id);
            }
            Intent::Do { list, item } => self.do_item(&list, &item),
            Intent::Tick { list, item, done } => {
                // What was done once stays done: events say what happened, not what is wished otherwise.
                if done {
                    self.complete(&list, &item, "hand");
                }
            }
            Intent::Fold { list, folded } => {
                if folded {
                    self.memory.folded.push(list);
                } else {
                    self.memory.folded.retain(|known| *known != list);
                }
                self.keep_memory();
            }
            Intent::Dismiss { list } => self.dismiss(&list),
        }
    }

    fn is_at(&self, guide: &str, step: &str) -> bool {
        self.is_running(guide)
            && self
                .running
                .as_ref()
                .and_then(super::tour::Running::step)
                .is_some_and(|at| at.id == step)
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

    fn escape(&mut self, guide: &str, step: &str) {
        if !self.is_at(guide, step) {
            return;
        }
        let running = self.running.as_ref();
        let esc = running
            .and_then(super::tour::Running::step)
            .map(|step| step.esc);
        match esc {
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

    /// Does what an item's button says. The hub makes room for what that shows.
    fn do_item(&mut self, list: &str, item: &str) {
        let guides = self.guides.values().flatten();
        let guide = guides.into_iter().find(|guide| guide.id == list);
        let actions = guide.and_then(|guide| match &guide.content {
            Content::Checklist(list) => list.items.iter().find(|one| one.id == item),
            Content::Tour(_) => None,
        });
        let actions = actions.map(|item| item.act.clone()).unwrap_or_default();
        self.hub_open &= !actions
            .iter()
            .any(|action| matches!(action, Action::Show(_) | Action::Open(_)));
        for action in actions.iter().filter(|action| !moves(action)) {
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
