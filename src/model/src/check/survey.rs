//! Surveys: their questions, and that each asks only about what was answered.

use super::condition::{self, Asked};
use super::context::Context;
use super::guides;
use super::place::Place;
use super::texts::{self, Form};
use crate::compile;
use crate::condition::Condition;
use crate::config::guide::Survey;
use crate::config::question::Answer;

pub(super) fn check(cx: &mut Context<'_>, place: &Place, id: &str, survey: &Survey) {
    texts::check_some(cx, place, "thanks", survey.thanks.as_ref(), Form::Markdown);
    let ids: Vec<String> = survey
        .questions
        .iter()
        .map(|question| question.id.clone())
        .collect();
    for (number, question) in survey.questions.iter().enumerate() {
        let at = place.field("questions").item(number);
        let before = &survey.questions[..number];
        if before.iter().any(|earlier| earlier.id == question.id) {
            cx.error(
                &at.field("id"),
                format!("there is another question `{}`", question.id),
                Some("give each question of a survey its own id".to_owned()),
            );
        }
        if question.id == compile::THANKS {
            cx.error(
                &at.field("id"),
                format!("`{}` is the survey's last card, which thanks", question.id),
                Some("give the question another id".to_owned()),
            );
        }
        texts::check(cx, &at.field("ask"), &question.ask, Form::Line);
        texts::check_some(cx, &at, "body", question.body.as_ref(), Form::Markdown);
        if let Some(when) = &question.when {
            condition::check(cx, &at.field("when"), when, Asked::InSurvey(id));
            let later = &ids[number..];
            if let Some(name) = asks_for_answer(when, id, later) {
                cx.error(
                    &at.field("when"),
                    format!("`{name}` has not been answered when this question is asked"),
                    Some("ask only about questions before it".to_owned()),
                );
            }
        }
        match &question.answer {
            Answer::Nps(scale) => {
                texts::check_some(cx, &at, "low", scale.low.as_ref(), Form::Plain);
                texts::check_some(cx, &at, "high", scale.high.as_ref(), Form::Plain);
            }
            Answer::Rating(rating) => {
                texts::check_some(cx, &at, "low", rating.low.as_ref(), Form::Plain);
                texts::check_some(cx, &at, "high", rating.high.as_ref(), Form::Plain);
            }
            Answer::Choice(choices) => guides::check_options(cx, &at, &choices.options, Some(&ids)),
            Answer::Text(_) => {}
        }
    }
}

/// The one of these questions of the survey that a condition asks about.
fn asks_for_answer<'c>(
    condition: &'c Condition,
    survey: &str,
    questions: &[String],
) -> Option<&'c str> {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => parts
            .iter()
            .find_map(|part| asks_for_answer(part, survey, questions)),
        Condition::Not(part) => asks_for_answer(part, survey, questions),
        Condition::Answer(named, _) => {
            let question = match named.split_once('/') {
                Some((other, question)) if other == survey => question,
                Some(_) => return None,
                None => named,
            };
            questions
                .iter()
                .any(|later| later == question)
                .then_some(question)
        }
        _ => None,
    }
}
