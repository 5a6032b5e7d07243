//! Cards: every kind of guide but the checklist is compiled to a list of steps.

use super::{Reader, ms};
use crate::config::guide::{
    Announcement, Banner, BannerPosition, CardPosition, Choice, Content, Guide, Hotspot, Missing,
    Step, StepKind as WrittenKind, Survey,
};
use crate::config::question::{Answer, Question};
use crate::guide::{
    self as compiled, Advance, AdvanceOn, AnswerKind, Backdrop, Esc, Interact, Placement, StepKind,
};
use crate::target::Target;
use crate::words::Words;

/// Id of the step of an announcement that lets choose: its answer is `announcement/choice`.
pub const CHOICE: &str = "choice";
/// Id of a survey's last step.
pub const THANKS: &str = "thanks";
/// Id of the one step of a guide that has no more.
const CARD: &str = "card";

impl Reader<'_> {
    /// The cards of a guide.
    pub(super) fn steps(&self, guide: &Guide) -> Vec<compiled::Step> {
        match &guide.content {
            Content::Tour(tour) => tour
                .steps
                .iter()
                .map(|step| self.step(guide, step))
                .collect(),
            Content::Announcement(announcement) => vec![self.announcement(guide, announcement)],
            Content::Banner(banner) => vec![self.banner(guide, banner)],
            Content::Hotspot(hotspot) => vec![self.hotspot(guide, hotspot)],
            Content::Survey(survey) => self.survey(guide, survey),
            Content::Checklist(_) => Vec::new(),
        }
    }

    fn step(&self, guide: &Guide, step: &Step) -> compiled::Step {
        let kind = match step.kind {
            WrittenKind::Tooltip => StepKind::Tooltip,
            WrittenKind::Modal => StepKind::Modal,
            WrittenKind::Wait => StepKind::Wait,
        };
        let card = self.card(guide, &step.id, kind);
        over(compiled::Step {
            target: step.target.clone(),
            placement: step.placement,
            backdrop: step.backdrop.unwrap_or_default(),
            interact: step.interact.unwrap_or_default(),
            padding: step.padding,
            radius: step.radius,
            missing: compiled::Missing {
                wait_ms: ms(step.missing.wait),
                then: step.missing.then,
            },
            title: self.line(step.title.as_ref()),
            body: self.body(step.body.as_ref()),
            media: self.media(step.media.as_ref()),
            buttons: self.buttons(&step.buttons),
            advance: if step.advance.is_empty() {
                card.advance
            } else {
                step.advance.clone()
            },
            esc: step.esc.filter(|_| guide.dismissable).unwrap_or(card.esc),
            id: card.id,
            kind: card.kind,
            question: None,
        })
    }

    fn announcement(&self, guide: &Guide, announcement: &Announcement) -> compiled::Step {
        let kind = card_kind(announcement.position);
        let chooses = !announcement.options.is_empty();
        let id = if chooses { CHOICE } else { CARD };
        over(compiled::Step {
            question: chooses.then(|| compiled::Question {
                answer: AnswerKind::One,
                options: self.options(&announcement.options),
                ..compiled::Question::default()
            }),
            buttons: self.buttons(&announcement.buttons),
            ..self.said(guide, id, kind)
        })
    }

    fn banner(&self, guide: &Guide, banner: &Banner) -> compiled::Step {
        let kind = match banner.position {
            BannerPosition::Top if banner.sticky => StepKind::Top,
            BannerPosition::Top => StepKind::Static,
            BannerPosition::Bottom => StepKind::Bottom,
            BannerPosition::Inline => StepKind::Inline,
        };
        compiled::Step {
            target: banner.target.clone(),
            buttons: self.buttons(&banner.buttons),
            advance: Vec::new(),
            // A bar does not take the focus, so Escape is the page's.
            esc: Esc::None,
            ..self.said(guide, CARD, kind)
        }
    }

    fn hotspot(&self, guide: &Guide, hotspot: &Hotspot) -> compiled::Step {
        let kind = if hotspot.pulse {
            StepKind::Pulse
        } else {
            StepKind::Hotspot
        };
        compiled::Step {
            target: Some(hotspot.target.clone()),
            placement: hotspot.placement,
            buttons: self.buttons(&hotspot.buttons),
            ..self.said(guide, CARD, kind)
        }
    }

    fn survey(&self, guide: &Guide, survey: &Survey) -> Vec<compiled::Step> {
        let kind = card_kind(survey.position);
        let ask = |question| over(self.question(guide, question, kind));
        let mut steps: Vec<_> = survey.questions.iter().map(ask).collect();
        if let Some(first) = steps.first_mut() {
            // What the survey is about is said once, above its first question.
            let mut body = self.body(guide.body.as_ref());
            body.append(&mut first.body);
            first.body = body;
            if let Some(media) = self.media(guide.media.as_ref()) {
                first.media = Some(media);
            }
        }
        let thanks = self.body(survey.thanks.as_ref());
        let body = if thanks.is_empty() {
            let words = Words::of(self.locale);
            [
                "<p".to_owned(),
                format!("={}", words.say("thanks")),
                ">".to_owned(),
            ]
            .to_vec()
        } else {
            thanks
        };
        steps.push(over(compiled::Step {
            body,
            ..self.card(guide, THANKS, kind)
        }));
        steps
    }

    fn question(&self, guide: &Guide, question: &Question, kind: StepKind) -> compiled::Step {
        let asks = compiled::Question {
            required: question.required,
            ..match &question.answer {
                Answer::Nps(scale) => compiled::Question {
                    answer: AnswerKind::Scale,
                    min: 0,
                    max: 10,
                    low: self.plain(scale.low.as_ref()),
                    high: self.plain(scale.high.as_ref()),
                    ..compiled::Question::default()
                },
                Answer::Rating(rating) => compiled::Question {
                    answer: AnswerKind::Scale,
                    min: 1,
                    max: u32::from(rating.max),
                    low: self.plain(rating.low.as_ref()),
                    high: self.plain(rating.high.as_ref()),
                    ..compiled::Question::default()
                },
                Answer::Choice(choices) => compiled::Question {
                    answer: if choices.many {
                        AnswerKind::Many
                    } else {
                        AnswerKind::One
                    },
                    options: self.options(&choices.options),
                    ..compiled::Question::default()
                },
                Answer::Text(text) => compiled::Question {
                    answer: AnswerKind::Text,
                    max: u32::from(text.max),
                    ..compiled::Question::default()
                },
            }
        };
        compiled::Step {
            title: self.line(Some(&question.ask)),
            body: self.body(question.body.as_ref()),
            question: Some(asks),
            ..self.card(guide, &question.id, kind)
        }
    }

    fn options(&self, options: &[Choice]) -> Vec<compiled::Choice> {
        let compiled = |option: &Choice| compiled::Choice {
            id: option.id.clone(),
            label: self.line(Some(&option.label)),
            body: self.body(option.body.as_ref()),
            act: option.act.clone(),
        };
        options.iter().map(compiled).collect()
    }

    /// A card that says what the guide itself does.
    fn said(&self, guide: &Guide, id: &str, kind: StepKind) -> compiled::Step {
        compiled::Step {
            title: self.line(guide.title.as_ref()),
            body: self.body(guide.body.as_ref()),
            media: self.media(guide.media.as_ref()),
            ..self.card(guide, id, kind)
        }
    }

    /// A card with nothing on it.
    fn card(&self, guide: &Guide, id: &str, kind: StepKind) -> compiled::Step {
        let missing = Missing::default();
        compiled::Step {
            id: id.to_owned(),
            kind,
            target: None::<Target>,
            placement: Placement::default(),
            backdrop: Backdrop::None,
            interact: Interact::Allow,
            padding: 0.0,
            radius: 0.0,
            missing: compiled::Missing {
                wait_ms: ms(missing.wait),
                then: missing.then,
            },
            title: Vec::new(),
            body: Vec::new(),
            media: None,
            question: None,
            buttons: Vec::new(),
            advance: vec![Advance {
                on: AdvanceOn::Next,
                ..Advance::default()
            }],
            esc: if guide.dismissable {
                guide.esc
            } else {
                Esc::None
            },
        }
    }
}

const fn card_kind(position: CardPosition) -> StepKind {
    match position {
        CardPosition::Center => StepKind::Modal,
        CardPosition::Corner => StepKind::Corner,
    }
}

/// A modal keeps the focus, so it is over everything whatever the step says.
fn over(step: compiled::Step) -> compiled::Step {
    if step.kind != StepKind::Modal {
        return step;
    }
    compiled::Step {
        backdrop: Backdrop::Dim,
        interact: Interact::Block,
        ..step
    }
}
