//! A tour's steps: which one is shown, where its buttons lead, when it ends.
//!
//! Pure: a state and an input give the next state and what is to be done about it.

use banso_model::event::GuideAct;
use banso_model::guide::{Action, AdvanceOn, Button, MissingThen, Step, StepKind};
use banso_model::words::Words;

/// Which way its user goes through a tour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Heading {
    /// To its end.
    #[default]
    Forward,
    /// To its beginning.
    Back,
}

/// Where a run of a tour is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// The step it is at; none once it has ended.
    pub step: Option<usize>,
    /// Which way the latest move went.
    pub heading: Heading,
    /// The steps shown before this one, latest last.
    pub trail: Vec<usize>,
    /// Steps whose target stayed missing and that were skipped for it, until the page changes.
    pub skipped: Vec<usize>,
    /// Whether any step was really shown in this run.
    pub seen: bool,
    /// Whether it is finished already, and only thanks for it.
    pub done: bool,
    /// Whether the step is hidden because its target is missing.
    pub paused: bool,
}

/// What happens to a tour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// Next was pressed.
    Next,
    /// Back was pressed.
    Back,
    /// This step was asked for.
    Goto(String),
    /// Close was pressed.
    Close,
    /// It was put off.
    Snooze,
    /// What this step waits for happened. Ignored when it is not at that step any more.
    Advance(String),
    /// This step came into view: its target was found, or it needs none.
    Shown(String),
    /// This step's target was not found for so many milliseconds.
    Missing(String, u32),
    /// The page changed: what was missing may be there.
    PageChanged,
    /// Conditions changed: the step it is at may no longer be one.
    Changed,
}

/// What is to be done about an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Show this step.
    Show(usize),
    /// Record this act at this step.
    Record(GuideAct, String),
    /// Record that this step's target was not found for so many milliseconds.
    RecordMissing(String, u32),
    /// Take it away. It ended, was put off, or is hidden until its conditions hold again.
    Hide,
}

/// A tour's steps and which of them take part for this user now.
pub struct Tour<'a> {
    steps: &'a [Step],
    holds: &'a dyn Fn(&Step) -> bool,
}

impl<'a> Tour<'a> {
    /// A tour of these steps; `holds` says whether a step's condition holds.
    #[must_use]
    pub fn new(steps: &'a [Step], holds: &'a dyn Fn(&Step) -> bool) -> Self {
        Self { steps, holds }
    }

    /// Begins at the first step, or goes on at the step of that id (or, when there is none of that id any more, from the
    /// first). `resumed` says that the run was seen before.
    #[must_use]
    pub fn start(&self, at: Option<&str>, resumed: bool) -> (State, Vec<Effect>) {
        let state = State {
            seen: resumed,
            ..State::default()
        };
        let from = at.and_then(|id| self.position(id)).unwrap_or(0);
        match self.forward(from, &state) {
            Some(step) => self.enter(state, step, Heading::Forward),
            // What it went on with is no step any more; it is shown from where it can be.
            None => match self.backward(from, &state) {
                Some(step) => self.enter(state, step, Heading::Forward),
                None => (state, vec![Effect::Hide]),
            },
        }
    }

    /// The state after `input` and what is to be done about it.
    #[must_use]
    pub fn apply(&self, state: State, input: Input) -> (State, Vec<Effect>) {
        let Some((at, step)) = self.current(&state) else {
            return (state, Vec::new());
        };
        match input {
            Input::Next => self.next(state, at),
            Input::Back => self.back(state),
            Input::Goto(id) => match self.position(&id).and_then(|to| self.forward(to, &state)) {
                Some(to) if to != at => self.travel(state, at, to),
                _ => (state, Vec::new()),
            },
            Input::Close | Input::Snooze if state.done => self.finish(state, at),
            Input::Close if self.is_last(&state) => self.finish(state, at),
            Input::Close => {
                let record = Effect::Record(GuideAct::Dismissed, step.id.clone());
                (ended(state), vec![record, Effect::Hide])
            }
            Input::Snooze => {
                let record = Effect::Record(GuideAct::Snoozed, step.id.clone());
                (ended(state), vec![record, Effect::Hide])
            }
            Input::Advance(id) if id == step.id => self.next(state, at),
            Input::Shown(id) if id == step.id => shown(state, step),
            Input::Missing(id, waited) if id == step.id => self.missing(state, at, step, waited),
            Input::PageChanged => (
                State {
                    skipped: Vec::new(),
                    ..state
                },
                Vec::new(),
            ),
            Input::Changed if !(self.holds)(step) => self.leave(state, at),
            Input::Advance(_) | Input::Shown(_) | Input::Missing(..) | Input::Changed => {
                (state, Vec::new())
            }
        }
    }

    /// Whether no step that takes part follows the one it is at.
    #[must_use]
    pub fn is_last(&self, state: &State) -> bool {
        state
            .step
            .is_some_and(|at| self.forward(at + 1, state).is_none())
    }

    /// Which step this is, counted from 1, of how many that take part and show something. A step that waits counts as
    /// the one before it. In a survey questions are counted, and what follows them is none: (0, 0).
    #[must_use]
    pub fn number(&self, state: &State) -> (usize, usize) {
        let at = state.step.unwrap_or(0);
        if self.thanks(at) {
            return (0, 0);
        }
        let mut number = 0;
        let mut of = 0;
        for (place, step) in self.steps.iter().enumerate() {
            let counts = step.kind != StepKind::Wait && !self.thanks(place);
            if counts && (place == at || self.takes_part(place, state)) {
                of += 1;
                number += usize::from(place <= at);
            }
        }
        (number.max(1).min(of), of)
    }

    /// The buttons of the step it is at: its own, or the usual ones.
    ///
    /// A modal has Next, Done when it is the last, and Back when it asks something. A card that waits for Next has Back, when there is somewhere to go
    /// back to, and Next; one that waits for something else has Back alone. Every card can be closed beside these.
    #[must_use]
    pub fn buttons(&self, state: &State, words: &Words) -> Vec<Button> {
        let Some((_, step)) = self.current(state) else {
            return Vec::new();
        };
        if !step.buttons.is_empty() {
            return step.buttons.clone();
        }
        let usual = |label: &str, action: Action, primary| Button {
            label: vec![["=", label].concat()],
            act: vec![action],
            primary,
        };
        let modal = step.kind == StepKind::Modal;
        let mut buttons = Vec::new();
        if (!modal || step.question.is_some()) && self.previous(state).is_some() {
            buttons.push(usual(words.say("back"), Action::Back, false));
        }
        if modal
            || step
                .advance
                .iter()
                .any(|advance| advance.on == AdvanceOn::Next)
        {
            let last = self.is_last(state);
            let label = if last {
                words.say("done")
            } else {
                words.say("next")
            };
            buttons.push(usual(label, Action::Next, true));
        }
        buttons
    }

    /// Whether a step only thanks for what was answered before it.
    fn thanks(&self, place: usize) -> bool {
        let asks = |step: &Step| step.question.is_some();
        self.steps.iter().any(asks) && self.steps.get(place).is_some_and(|step| !asks(step))
    }

    fn current(&self, state: &State) -> Option<(usize, &'a Step)> {
        let at = state.step?;
        Some((at, self.steps.get(at)?))
    }

    fn position(&self, id: &str) -> Option<usize> {
        self.steps.iter().position(|step| step.id == id)
    }

    fn takes_part(&self, place: usize, state: &State) -> bool {
        !state.skipped.contains(&place)
            && self.steps.get(place).is_some_and(|step| (self.holds)(step))
    }

    /// The first step from `from` on that takes part.
    fn forward(&self, from: usize, state: &State) -> Option<usize> {
        (from..self.steps.len()).find(|place| self.takes_part(*place, state))
    }

    /// The last step before `before` that takes part.
    fn backward(&self, before: usize, state: &State) -> Option<usize> {
        (0..before)
            .rev()
            .find(|place| self.takes_part(*place, state))
    }

    /// Where Back leads: the step shown before, or after a reload, which forgets those, the one listed before. Steps that
    /// only wait are passed over, since going back to one would move on again.
    fn previous(&self, state: &State) -> Option<usize> {
        let shows = |place: &usize| {
            self.takes_part(*place, state)
                && self
                    .steps
                    .get(*place)
                    .is_some_and(|step| step.kind != StepKind::Wait)
        };
        let listed_before = || (0..state.step.unwrap_or(0)).rev().find(shows);
        let shown_before = state.trail.iter().rev().copied().find(|place| shows(place));
        shown_before.or_else(listed_before)
    }

    fn next(&self, state: State, at: usize) -> (State, Vec<Effect>) {
        match self.forward(at + 1, &state) {
            Some(to) => self.travel(state, at, to),
            None => self.finish(state, at),
        }
    }

    fn back(&self, state: State) -> (State, Vec<Effect>) {
        match self.previous(&state) {
            Some(to) => self.retrace(state, to),
            None => (state, Vec::new()),
        }
    }

    /// Goes back to a step, forgetting what was shown after it.
    fn retrace(&self, mut state: State, to: usize) -> (State, Vec<Effect>) {
        let kept = state.trail.iter().rposition(|place| *place == to);
        state.trail.truncate(kept.unwrap_or(0));
        self.enter(state, to, Heading::Back)
    }

    /// Moves on from a step that was shown.
    fn travel(&self, mut state: State, from: usize, to: usize) -> (State, Vec<Effect>) {
        state.trail.push(from);
        self.enter(state, to, Heading::Forward)
    }

    fn enter(&self, state: State, to: usize, heading: Heading) -> (State, Vec<Effect>) {
        let mut effects = Vec::new();
        // What thanks for a survey is not asked any more: who comes to it has answered, whether they close it or not.
        let done = state.done || self.thanks(to);
        if state.seen
            && state.step.is_some()
            && let Some(step) = self.steps.get(to)
        {
            let act = if done && !state.done {
                GuideAct::Done
            } else {
                GuideAct::Step
            };
            effects.push(Effect::Record(act, step.id.clone()));
        }
        effects.push(Effect::Show(to));
        let done = state.seen && done;
        (
            State {
                step: Some(to),
                heading,
                paused: false,
                done,
                ..state
            },
            effects,
        )
    }

    /// Leaves a step that cannot be shown, in the direction of travel; going back past a hidden first step turns round.
    fn leave(&self, state: State, at: usize) -> (State, Vec<Effect>) {
        let before = self.previous(&state).filter(|to| *to != at);
        if let (Heading::Back, Some(to)) = (state.heading, before) {
            return self.retrace(state, to);
        }
        match self.forward(at + 1, &state) {
            Some(to) => self.enter(state, to, Heading::Forward),
            None if state.seen => self.finish(state, at),
            None => (ended(state), vec![Effect::Hide]),
        }
    }

    fn missing(
        &self,
        mut state: State,
        at: usize,
        step: &Step,
        waited: u32,
    ) -> (State, Vec<Effect>) {
        let record = Effect::RecordMissing(step.id.clone(), waited);
        match step.missing.then {
            MissingThen::Pause => {
                state.paused = true;
                (state, vec![record])
            }
            MissingThen::End => (ended(state), vec![record, Effect::Hide]),
            MissingThen::Skip => {
                state.skipped.push(at);
                let (state, mut effects) = self.leave(state, at);
                effects.insert(0, record);
                (state, effects)
            }
        }
    }

    fn finish(&self, state: State, at: usize) -> (State, Vec<Effect>) {
        let id = self
            .steps
            .get(at)
            .map(|step| step.id.clone())
            .unwrap_or_default();
        let mut effects = Vec::new();
        if !state.seen {
            effects.push(Effect::Record(GuideAct::Seen, id.clone()));
        }
        if !state.done {
            effects.push(Effect::Record(GuideAct::Done, id));
        }
        effects.push(Effect::Hide);
        (ended(state), effects)
    }
}

fn ended(state: State) -> State {
    State {
        step: None,
        paused: false,
        ..state
    }
}

/// A step came into view: the first of a run begins it.
fn shown(mut state: State, step: &Step) -> (State, Vec<Effect>) {
    state.paused = false;
    if state.seen {
        return (state, Vec::new());
    }
    state.seen = true;
    (state, vec![Effect::Record(GuideAct::Seen, step.id.clone())])
}

/// What may move a tour on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happened<'a> {
    /// A feature was used.
    Feature(&'a str),
    /// The step has been shown for so many milliseconds.
    Waited(u64),
}

/// Whether what happened moves a step on. Clicks, fields, elements and pages are seen by whoever watches the page.
#[must_use]
pub fn advances(step: &Step, happened: Happened<'_>) -> bool {
    step.advance.iter().any(|advance| match happened {
        Happened::Feature(id) => {
            advance.on == AdvanceOn::Feature && advance.feature.as_deref() == Some(id)
        }
        Happened::Waited(ms) => {
            advance.on == AdvanceOn::Wait && advance.after.is_some_and(|after| ms >= after.ms())
        }
    })
}

#[cfg(test)]
mod tests;
