//! The tour that is on the screen: the engine's state machine, fed by the page and by its user.

use std::collections::VecDeque;
use std::rc::Rc;

use banso_engine::arbiter::Cause;
use banso_engine::tour::{Effect, Happened, Input, State, Tour, advances};
use banso_model::event::{GuideAct, Kind};
use banso_model::guide::{AdvanceOn, Content, Guide, Step, StepKind};
use banso_model::progress::Run;
use banso_model::time::Timestamp;
use banso_model::value::{Value, Values};
use banso_model::wire::{Facts, GuideEntry, Session};

use super::decide::{INTERRUPTION, holds};
use super::live::Live;
use crate::browser::{self, joined};

/// The tour that is on the screen.
#[derive(Debug)]
pub struct Running {
    pub(super) guide: Rc<Guide>,
    pub(super) state: State,
    /// Counts entered steps in this page.
    pub(super) run: u32,
    cause: Cause,
    snooze_ms: u32,
    /// When the step came into view.
    shown_at: Option<Timestamp>,
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
            Content::Tour(steps) => steps,
            Content::Checklist(_) => &[],
        }
    }

    /// The step it is at.
    pub fn step(&self) -> Option<&Step> {
        self.steps().get(self.state.step?)
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
    pub(super) fn is_running(&self, id: &str) -> bool {
        self.running
            .as_ref()
            .is_some_and(|running| running.id() == id)
    }

    /// Starts a guide, or goes on with it. Returns whether it has a step to show, or will have once it is fetched.
    pub(super) fn start(&mut self, session: &Session, id: &str, cause: Cause) -> bool {
        let Some(entry) = session.guides.iter().find(|entry| entry.id == id) else {
            return false;
        };
        let Some(guide) = self.guide(&entry.hash) else {
            self.running = None;
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
            run: self.runs,
            cause,
            snooze_ms: entry.snooze_ms,
            shown_at: None,
        };
        let failing = self.failing(session, entry, running.steps());
        let takes_part = |step: &Step| !failing.contains(&step.id);
        let (state, effects) =
            Tour::new(running.steps(), &takes_part).start(at.as_deref(), resumed);
        running.state = state;
        self.running = Some(running);
        self.follow_up(effects);
        if self.running.is_some() && resumed {
            self.on_page();
        }
        self.running.is_some()
    }

    /// The steps whose conditions do not hold.
    fn failing(&self, session: &Session, entry: &GuideEntry, steps: &[Step]) -> Vec<String> {
        let locale = self.locale();
        let facts = self.facts(session, &locale, browser::now());
        steps
            .iter()
            .filter(|step| !holds(entry, &joined(&["step/", &step.id]), &facts))
            .map(|step| step.id.clone())
            .collect()
    }

    /// Something happened to the tour.
    pub(super) fn drive(&mut self, input: Input) {
        let Some(session) = self.session.clone() else {
            return;
        };
        let mut inputs = VecDeque::from([input]);
        while let Some(input) = inputs.pop_front() {
            let Some(running) = &self.running else { return };
            let entry = session.guides.iter().find(|entry| entry.id == running.id());
            let failing = entry
                .map(|entry| self.failing(&session, entry, running.steps()))
                .unwrap_or_default();
            let takes_part = |step: &Step| !failing.contains(&step.id);
            let (state, effects) =
                Tour::new(running.steps(), &takes_part).apply(running.state.clone(), input);
            if let Some(running) = &mut self.running {
                running.state = state;
            }
            self.follow_up(effects);
        }
        self.dirty = true;
    }

    fn follow_up(&mut self, effects: Vec<Effect>) {
        let ended = effects.iter().any(|effect| {
            matches!(
                effect,
                Effect::Record(GuideAct::Done | GuideAct::Dismissed | GuideAct::Snoozed, _)
            )
        });
        for effect in effects {
            match effect {
                Effect::Show(_) => self.entered(),
                Effect::Record(act, step) => self.act_of_running(act, &step),
                Effect::RecordMissing(step, waited) => {
                    let id = self.running_id();
                    let waited = ("waited", Value::Number(f64::from(waited)));
                    self.act(&id, GuideAct::Missing, Some(&step), &[waited]);
                }
                Effect::Hide => {
                    if let Some(running) = self.running.take()
                        && !ended
                    {
                        self.suspended
                            .insert(running.guide.id.clone(), Suspended::UntilChange);
                    }
                    self.dirty = true;
                }
            }
        }
    }

    fn running_id(&self) -> String {
        self.running
            .as_ref()
            .map(|running| running.id().to_owned())
            .unwrap_or_default()
    }

    /// A step is entered. One that needs no target is in view at once.
    fn entered(&mut self) {
        self.runs += 1;
        let runs = self.runs;
        let Some(running) = &mut self.running else {
            return;
        };
        running.run = runs;
        running.shown_at = None;
        let at_once = running
            .step()
            .filter(|step| step.target.is_none() || step.kind != StepKind::Tooltip)
            .map(|step| step.id.clone());
        if let Some(step) = at_once {
            self.found(step);
        }
    }

    /// A step came into view.
    pub(super) fn found(&mut self, step: String) {
        if let Some(running) = &mut self.running
            && running.step().is_some_and(|at| at.id == step)
        {
            running.shown_at.get_or_insert(browser::now());
            self.asked.remove(&running.guide.id);
            self.drive(Input::Shown(step));
        }
    }

    fn act_of_running(&mut self, act: GuideAct, step: &str) {
        let Some(running) = &self.running else { return };
        let (id, cause, snooze) = (running.guide.id.clone(), running.cause, running.snooze_ms);
        let now = browser::now();
        let until = now.plus_ms(i64::from(snooze));
        let mut more = Vec::new();
        if act == GuideAct::Snoozed {
            more.push(("until", Value::Text(until.text())));
        }
        if act == GuideAct::Seen {
            more.push(("auto", Value::Bool(cause == Cause::Auto)));
        }
        let event = self.act(&id, act, Some(step), &more);
        if act == GuideAct::Seen && cause == Cause::Auto {
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
            .and_then(Timestamp::parse);
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
        self.happened(Happened::Feature(feature));
    }

    /// Time passed: a step may have waited for that.
    pub(super) fn pass_time(&mut self, now: Timestamp) {
        let shown_at = self.running.as_ref().and_then(|running| running.shown_at);
        if let Some(shown_at) = shown_at {
            let waited = u64::try_from(now.since(shown_at)).unwrap_or(0);
            self.happened(Happened::Waited(waited));
        }
    }

    fn happened(&mut self, happened: Happened<'_>) {
        let running = self
            .running
            .as_ref()
            .filter(|running| running.shown_at.is_some());
        let step = running
            .and_then(Running::step)
            .filter(|step| advances(step, happened));
        if let Some(step) = step.map(|step| step.id.clone()) {
            self.drive(Input::Advance(step));
        }
    }

    /// The page changed: what was missing may be there, and a step may have waited for it.
    pub(super) fn page_changed(&mut self) {
        for suspended in self.suspended.values_mut() {
            *suspended = Suspended::UntilHolds;
        }
        self.dirty = true;
        if self.running.is_some() {
            self.drive(Input::PageChanged);
            self.on_page();
        }
    }

    /// Moves a step on that waits for this page.
    fn on_page(&mut self) {
        let Some(running) = &self.running else { return };
        let Some(step) = running.step() else { return };
        let here = step.advance.iter().any(|advance| {
            advance.on == AdvanceOn::Page
                && advance
                    .page
                    .as_deref()
                    .is_some_and(|page| self.patterns.matches(page, &self.address.url))
        });
        if here {
            let step = step.id.clone();
            self.drive(Input::Advance(step));
        }
    }

    /// Conditions changed: the step it is at may no longer be one.
    pub(super) fn recheck_tour(&mut self) {
        if self.running.is_some() {
            let dirty = self.dirty;
            let before = self.running.as_ref().map(|running| running.state.clone());
            self.drive(Input::Changed);
            if before == self.running.as_ref().map(|running| running.state.clone()) {
                self.dirty = dirty;
            }
        }
    }
}
