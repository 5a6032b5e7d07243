//! Answers to what steps ask: given, changed, and recorded when their step is left.

use banso_engine::tour::Input;
use banso_model::event::Kind;
use banso_model::guide::{Action, Step};
use banso_model::value::Value;

use super::live::Live;
use super::record::props;
use crate::anchor::folded;
use crate::browser::joined;

impl Live {
    /// A question was answered, or answered otherwise.
    pub(super) fn answer(&mut self, run: u32, value: Value) {
        if let Some((_, question, _)) = self.asked_by(run) {
            self.answers.insert(question, value);
        }
    }

    /// One of several options was chosen, or not any more.
    pub(super) fn toggle(&mut self, run: u32, option: String) {
        let Some((_, question, _)) = self.asked_by(run) else {
            return;
        };
        let mut chosen = match self.answers.remove(&question) {
            Some(Value::List(chosen)) => chosen,
            _ => Vec::new(),
        };
        let option = Value::Text(option);
        let before = chosen.len();
        chosen.retain(|one| *one != option);
        if chosen.len() == before {
            chosen.push(option);
        }
        if !chosen.is_empty() {
            self.answers.insert(question, Value::List(chosen));
        }
    }

    /// What was answered so far at a step.
    pub(super) fn answered_at(&self, guide: &str, step: &Step) -> Option<&Value> {
        step.question.as_ref()?;
        self.answers.get(&joined(&[guide, "/", &step.id]))
    }

    /// A button of a step is pressed. Its answer is kept, whatever the button does; a required one that is missing keeps
    /// the step. Returns whether to go on.
    pub(super) fn settle_answer(&mut self, run: u32, action: &Action) -> bool {
        let Some((id, question, required)) = self.asked_by(run) else {
            return true;
        };
        let given = self.answers.get(&question).cloned();
        let empty = matches!(&given, Some(Value::Text(text)) if folded(text).is_empty());
        let given = given.filter(|_| !empty);
        if given.is_none() && required && *action == Action::Next {
            return false;
        }
        if let Some(value) = given
            && self.answered.get(&question) != Some(&value)
        {
            let props = props(&[("value", value.clone())]);
            self.record(Kind::Answer, &question, props);
            self.answered.insert(question, value);
            // What comes next may depend on it.
            self.dirty = true;
            self.drive(&id, Input::Changed);
        }
        true
    }

    /// The guide of a run, the name of what its step asks, and whether it must be answered.
    fn asked_by(&self, run: u32) -> Option<(String, String, bool)> {
        let running = self.of_run(run)?;
        let step = running.step()?;
        let asks = step.question.as_ref()?;
        Some((
            running.guide.id.clone(),
            joined(&[&running.guide.id, "/", &step.id]),
            asks.required,
        ))
    }
}
