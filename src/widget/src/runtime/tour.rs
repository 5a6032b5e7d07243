//! The guides whose steps are on the screen: the engine's state machine, fed by the page and by their user. One of them
//! at most interrupts.

use std::rc::Rc;

use banso_engine::arbiter::Cause;
use banso_engine::tour::{Effect, Happened, Input, State, Tour, advances};
use banso_model::event::{GuideAct, Kind};
use banso_model::guide::{AdvanceOn, Content, Guide, Kind as GuideKind, Step};
use banso_model::progress::Run;
use banso_model::time::Timestamp;
use banso_model::value::{Value, Values};
use banso_model::wire::{Facts, GuideEntry, Session};

use super::decide::{INTERRUPTION, holds};
use super::live::Live;
use crate::browser::{self, joined};

/// A guide whose steps are on the screen.
#[derive(Debug)]
pub struct Running {
    pub(super) guide: Rc<Guide>,
    pub(super) state: State,
    /// Counts entered steps in this page.
    pub(super) run: u32,
    cause: Cause,
    kind: GuideKind,
    snooze_ms: u32,
    /// When the step came into view.
    shown_at: Option<Timestamp>,
    /// Whether the card of a hotspot is open.
    pub(super) open: bool,
}

/// How a guide that was hidden for want of a target comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suspended {
    /// When its conditions, which hold, have not held for a moment.
    UntilChange,
    /// When its conditions, which do not hold, hold.
    UntilHolds,
}

impl Running {
    /// The guide's id.
    pub fn id(&self) -> &str {
        &self.guide.id
    }

    /// The steps.
    pub fn steps(&self) -> &[Step] {
        match &self.guide.content {
            Content::Steps(steps) => steps,
            Content::Checklist(_) => &[],
        }
    }

    /// The step it is at.
    pub fn step(&self) -> Option<&Step> {
        self.steps().get(self.state.step?)
    }

    /// Whether it is the one that interrupts.
    pub fn interrupts(&self) -> bool {
        self.kind.interrupts()
    }

    /// When waiting moves it on.
    pub fn next(&self) -> Option<Timestamp> {
        let shown_at = self.shown_at?;
        let waits = self
            .step()?
            .advance
            .iter()
            .filter(|advance| advance.on == AdvanceOn::Wait);
        let shortest = waits.filter_map(|advance| advance.after).min()?;
        Some(shown_at.plus_ms(i64::try_from(shortest.ms()).unwrap_or(i64::MAX)))
    }
}

impl Live {
    /// The guide of that id, while it is on the screen.
    pub(super) fn running(&self, id: &str) -> Option<&Running> {
        self.running.iter().find(|running| running.id() == id)
    }

    pub(super) fn running_mut(&mut self, id: &str) -> Option<&mut Running> {
        self.running.iter_mut().find(|running| running.id() == id)
    }

    /// The guide that interrupts.
    pub(super) fn interrupting(&self) -> Option<&Running> {
        self.running.iter().find(|running| running.interrupts())
    }

    /// The guide whose step was entered as this run, while it is still at it.
    pub(super) fn of_run(&self, run: u32) -> Option<&Running> {
        self.running.iter().find(|running| running.run == run)
    }

    /// Takes a guide off the screen.
    pub(super) fn stop(&mut self, id: &str) {
        self.running.retain(|running| running.id() != id);
    }

    /// Starts a guide, or goes on with it. Returns whether it has a step to show, or will have once it is fetched.
    pub(super) fn start(&mut self, session: &Session, id: &str, cause: Cause) -> bool {
        let Some(entry) = session.entry(id) else {
            return false;
        };
        let Some(guide) = self.guide(&entry.hash) else {
            return true;
        };
        let open = self
            .memory
            .guide(&session.facts, id)
            .filter(|progress| progress.run == Some(Run::Open));
        let at = open.and_then(|progress| progress.step.clone());
        let resumed = open.is_some();
        let mut running = Running {
            guide,
            state: State::default(),
            run: 0,
            cause,
            kind: entry.kind,
            snooze_ms: entry.snooze_ms,
            shown_at: None,
            open: false,
        };
        let failing = self.failing(session, entry, running.steps());
        let takes_part = |step: &Step| !failing.contains(&step.id);
        let (state, effects) =
            Tour::new(running.steps(), &takes_part).start(at.as_deref(), resumed);
        running.state = state;
        self.running.push(running);
        self.follow_up(id, effects);
        if resumed {
            self.on_page(id);
        }
        self.running(id).is_some()
    }

    /// The steps whose conditions do not hold.
    pub(super) fn failing(
        &self,
        session: &Session,
        entry: &GuideEntry,
        steps: &[Step],
    ) -> Vec<String> {
        let locale = self.locale();
        let facts = self.facts(session, &locale, browser::now());
        steps
            .iter()
            .filter(|step| !holds(entry, &joined(&["step/", &step.id]), &facts))
            .map(|step| step.id.clone())
            .collect()
    }

    /// Something happened to a guide on the screen.
    pub(super) fn drive(&mut self, id: &str, input: Input) {
        let (Some(session), Some(running)) = (self.session.clone(), self.running(id)) else {
            return;
        };
        let entry = session.entry(id);
        let failing = entry
            .map(|entry| self.failing(&session, entry, running.steps()))
            .unwrap_or_default();
        let takes_part = |step: &Step| !failing.contains(&step.id);
        let (state, effects) =
            Tour::new(running.steps(), &takes_part).apply(running.state.clone(), input);
        if let Some(running) = self.running_mut(id) {
            running.state = state;
        }
        self.follow_up(id, effects);
        self.dirty = true;
    }

    fn follow_up(&mut self, id: &str, effects: Vec<Effect>) {
        let ended = effects.iter().any(|effect| {
            matches!(
                effect,
                Effect::Record(GuideAct::Done | GuideAct::Dismissed | GuideAct::Snoozed, _)
            )
        });
        for effect in effects {
            match effect {
                Effect::Show(_) => self.entered(id),
                Effect::Record(act, step) => self.act_of_running(id, act, &step),
                Effect::RecordMissing(step, waited) => {
                    let waited = ("waited", Value::Number(f64::from(waited)));
                    self.act(id, GuideAct::Missing, Some(&step), &[waited]);
                }
                Effect::Hide => {
                    self.stop(id);
                    if !ended {
                        self.suspended.insert(id.to_owned(), Suspended::UntilChange);
                    }
                    self.dirty = true;
                }
            }
        }
    }

    /// A step is entered. One that needs no target is in view at once.
    fn entered(&mut self, id: &str) {
        self.runs += 1;
        let runs = self.runs;
        let Some(running) = self.running_mut(id) else {
            return;
        };
        running.run = runs;
        running.shown_at = None;
        let at_once = running
            .step()
            .filter(|step| step.target.is_none() || !step.kind.follows_target())
            .is_some();
        if at_once {
            self.found(runs);
        }
    }

    /// A step came into view.
    pub(super) fn found(&mut self, run: u32) {
        let at = self
            .running
            .iter_mut()
            .find(|running| running.run == run)
            .and_then(|running| {
                running.shown_at.get_or_insert(browser::now());
                Some((running.guide.id.clone(), running.step()?.id.clone()))
            });
        if let Some((id, step)) = at {
            self.asked.remove(&id);
            self.drive(&id, Input::Shown(step));
        }
    }

    fn act_of_running(&mut self, id: &str, act: GuideAct, step: &str) {
        let Some(running) = self.running(id) else {
            return;
        };
        let (cause, snooze, interrupts) = (running.cause, running.snooze_ms, running.interrupts());
        let now = browser::now();
        let until = now.plus_ms(i64::from(snooze));
        let mut more = Vec::new();
        if act == GuideAct::Snoozed {
            more.push(("until", Value::Text(until.text())));
        }
        if act == GuideAct::Seen {
            more.push(("auto", Value::Bool(interrupts && cause == Cause::Auto)));
        }
        let event = self.act(id, act, Some(step), &more);
        if act == GuideAct::Seen && interrupts && cause == Cause::Auto {
            self.memory.interrupted(now);
            self.keep_memory();
            if let Some(event) = event {
                self.overlay.used(&event, INTERRUPTION, now);
            }
        }
    }

    /// Records an act, folds it into the user's progress and tells the host.
    pub(super) fn act(
        &mut self,
        id: &str,
        act: GuideAct,
        step: Option<&str>,
        more: &[(&str, Value)],
    ) -> Option<String> {
        let mut props = Values::new();
        props.insert("act".to_owned(), act.as_str().into());
        if let Some(step) = step {
            props.insert("step".to_owned(), step.into());
        }
        for (name, value) in more {
            props.insert((*name).to_owned(), value.clone());
        }
        let until = props
            .get("until")
            .and_then(Value::as_text)
            .and_then(browser::date_ms)
            .map(Timestamp);
        let event = self.record(Kind::Guide, id, props);
        let session = self.session.clone();
        let nothing = Facts::default();
        let facts = session.as_ref().map_or(&nothing, |session| &session.facts);
        self.memory.act(facts, id, act, step, until, browser::now());
        self.keep_memory();
        let name = if act == GuideAct::Seen {
            "show"
        } else {
            act.as_str()
        };
        self.tell(name, id, step.unwrap_or_default());
        self.dirty = true;
        event
    }

    /// Tells the host's callbacks.
    pub(super) fn tell(&self, name: &str, guide: &str, step: &str) {
        let second = if name == "item" { "item" } else { "step" };
        let mut detail = Values::new();
        detail.insert("guide".to_owned(), guide.into());
        if !step.is_empty() {
            detail.insert(second.to_owned(), step.into());
        }
        self.loader.emit(name, &browser::to_js(&detail));
    }

    /// A feature was used: a step may have waited for that.
    pub(super) fn feature_used(&mut self, feature: &str) {
        self.each(|live, id| live.happened(id, Happened::Feature(feature)));
    }

    /// Time passed: a step may have waited for that.
    pub(super) fn pass_time(&mut self, now: Timestamp) {
        self.each(|live, id| {
            let shown_at = live.running(id).and_then(|running| running.shown_at);
            if let Some(shown_at) = shown_at {
                let waited = u64::try_from(now.since(shown_at)).unwrap_or(0);
                live.happened(id, Happened::Waited(waited));
            }
        });
    }

    fn each(&mut self, mut act: impl FnMut(&mut Self, &str)) {
        let ids: Vec<String> = self
            .running
            .iter()
            .map(|running| running.guide.id.clone())
            .collect();
        for id in ids {
            act(self, &id);
        }
    }

    fn happened(&mut self, id: &str, happened: Happened<'_>) {
        let step = self
            .running(id)
            .filter(|running| running.shown_at.is_some())
            .and_then(Running::step)
            .filter(|step| advances(step, happened));
        if let Some(step) = step.map(|step| step.id.clone()) {
            self.drive(id, Input::Advance(step));
        }
    }

    /// The page changed: what was missing may be there, and a step may have waited for it.
    pub(super) fn page_changed(&mut self) {
        for suspended in self.suspended.values_mut() {
            *suspended = Suspended::UntilHolds;
        }
        self.dirty = true;
        self.each(|live, id| {
            live.drive(id, Input::PageChanged);
            live.on_page(id);
        });
    }

    /// Moves a step on that waits for this page.
    fn on_page(&mut self, id: &str) {
        let Some(step) = self.running(id).and_then(Running::step) else {
            return;
        };
        let here = step.advance.iter().any(|advance| {
            advance.on == AdvanceOn::Page
                && advance
                    .page
                    .as_deref()
                    .is_some_and(|page| self.patterns.matches(page, &self.address.url))
        });
        if here {
            let step = step.id.clone();
            self.drive(id, Input::Advance(step));
        }
    }

    /// Conditions changed: the step a guide is at may no longer be one.
    pub(super) fn recheck_steps(&mut self) {
        self.each(|live, id| {
            let dirty = live.dirty;
            let before = live.running(id).map(|running| running.state.clone());
            live.drive(id, Input::Changed);
            if before == live.running(id).map(|running| running.state.clone()) {
                live.dirty = dirty;
            }
        });
    }
}
