//! The conditions of a guide, which the compiled guide does not hold.

use super::{Conditions, audience};
use crate::condition::Condition;
use crate::config::guide::{Content, Done, Guide};

/// The conditions of a guide by their place: `show`, `step/<id>` (a survey's question is a step), `item/<id>`. A place that is not
/// named always holds; an item ticked off by hand has none.
#[must_use]
pub fn conditions(guide: &Guide) -> Conditions {
    let mut places = Conditions::new();
    if let Some(show) = audience(&guide.stage, guide.show.when.as_ref()) {
        places.insert("show".to_owned(), show);
    }
    match &guide.content {
        Content::Tour(tour) => {
            for step in &tour.steps {
                if let Some(when) = &step.when {
                    places.insert(format!("step/{}", step.id), when.clone());
                }
            }
        }
        Content::Checklist(list) => {
            for item in &list.items {
                if let Done::When(when) = &item.done {
                    places.insert(format!("item/{}", item.id), (**when).clone());
                }
            }
        }
        Content::Survey(survey) => {
            for question in &survey.questions {
                if let Some(when) = &question.when {
                    let when = in_survey(&guide.id, when);
                    places.insert(format!("step/{}", question.id), when);
                }
            }
        }
        Content::Announcement(_) | Content::Banner(_) | Content::Hotspot(_) => {}
    }
    places
}

/// In its own survey a question is named without the survey; outside it is `survey/question`.
fn in_survey(survey: &str, condition: &Condition) -> Condition {
    let many = |parts: &[Condition]| parts.iter().map(|part| in_survey(survey, part)).collect();
    match condition {
        Condition::All(parts) => Condition::All(many(parts)),
        Condition::Any(parts) => Condition::Any(many(parts)),
        Condition::Not(part) => Condition::Not(Box::new(in_survey(survey, part))),
        Condition::Answer(question, op) if !question.contains('/') => {
            Condition::Answer(format!("{survey}/{question}"), op.clone())
        }
        other => other.clone(),
    }
}
