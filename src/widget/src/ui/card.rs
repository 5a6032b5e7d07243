//! The card of a tour's step.

use banso_model::guide::{Action, Backdrop, Content, Interact, Step, StepKind};
use web_sys::HtmlElement;
use yew::{Html, NodeRef};

use super::press::{Presses, button, close, truth};
use super::stage::{Parts, Stage};
use super::tag::{of_class, plain, tag, together};
use super::{Given, text};
use crate::layer::{Top, active, restore};
use crate::scene::{Intent, TourScene};

/// The step of a tour: its card, what dims the page, and what is announced.
#[derive(Default)]
pub struct Card {
    card: NodeRef,
    arrow: NodeRef,
    veil: NodeRef,
    hole: NodeRef,
    shield: NodeRef,
    /// The stage of the step that is shown, and which one that is.
    stage: Option<(Key, Stage)>,
    /// What had the focus before the tour took it.
    before: Option<HtmlElement>,
}

/// A step as it was entered: the same step entered again is another.
#[derive(PartialEq, Eq)]
struct Key {
    guide: String,
    step: usize,
    run: u32,
}

/// The step that a scene shows.
pub fn step(tour: &TourScene) -> Option<&Step> {
    match &tour.guide.content {
        Content::Tour(steps) => steps.get(tour.step),
        Content::Checklist(_) => None,
    }
}

impl Card {
    /// The step's elements.
    pub fn view(&self, given: &Given, presses: &Presses) -> Html {
        let Some((tour, step)) = given
            .scene
            .tour
            .as_ref()
            .and_then(|tour| Some((tour, step(tour)?)))
        else {
            return Html::default();
        };
        let (words, variables) = (&given.scene.words, &given.scene.variables);
        let modal = step.kind == StepKind::Modal;
        let backdrop = match (step.backdrop, modal) {
            (Backdrop::None, false) => "none",
            (Backdrop::Spotlight, false) => "spotlight",
            _ => "dim",
        };
        let titled = !step.title.is_empty();
        let mut veil = tag(
            "div",
            &["class", "popover", "data-backdrop"],
            &["veil", "manual", backdrop],
        )
        .at(&self.veil)
        .put(of_class("div", "hole").at(&self.hole));
        if modal || step.interact != Interact::Allow {
            veil = veil.put(of_class("div", "shield").at(&self.shield));
        }
        let leave = presses.all(acts(tour, step, &[Action::Close]));
        let mut inner =
            tag("div", &["class", "data-scrolls"], &["inner", ""]).with(close(&words.close, leave));
        if titled {
            let title = text::inlines(&step.title, variables);
            inner = inner.put(tag("h2", &["id"], &["title"]).with(title));
        }
        inner = inner
            .put(
                tag("div", &["id", "class"], &["body", "text"])
                    .with(text::blocks(&step.body, variables)),
            )
            .with(footer(given, tour, step, presses));
        let card = tag(
            "section",
            &[
                "class",
                "popover",
                "tabindex",
                "role",
                "aria-modal",
                "aria-labelledby",
                "aria-describedby",
                "data-kind",
                "data-banso-guide",
                "data-banso-step",
            ],
            &[
                "card",
                "manual",
                "-1",
                "dialog",
                truth(modal),
                if titled { "title" } else { "body" },
                if titled { "body" } else { "" },
                if modal { "modal" } else { "tooltip" },
                &tour.guide.id,
                &step.id,
            ],
        )
        .at(&self.card)
        .put(of_class("div", "arrow").at(&self.arrow))
        .put(inner);
        let said = tag(
            "div",
            &["class", "role", "aria-live"],
            &["unseen", "status", "polite"],
        )
        .say(&announcement(given, tour, step));
        together(vec![veil.into(), card.into(), said.into()])
    }

    /// Begins a step that was not shown before, or places the card again.
    pub fn rendered(&mut self, given: &Given) {
        let Some(tour) = &given.scene.tour else {
            return;
        };
        let key = Key {
            guide: tour.guide.id.clone(),
            step: tour.step,
            run: tour.run,
        };
        match &self.stage {
            Some((shown, stage)) if *shown == key => stage.redrawn(),
            before => {
                if before.is_none() {
                    self.before = active();
                }
                // The old stage ends before the new one begins.
                self.stage = None;
                self.stage = self
                    .parts()
                    .and_then(|parts| Stage::new(given, tour, parts))
                    .map(|stage| (key, stage));
            }
        }
    }

    /// Takes the card away and gives the focus back.
    pub fn leave(&mut self, top: &Top) {
        if self.stage.take().is_none() {
            return;
        }
        let before = self.before.take();
        if let Some(parts) = self.parts() {
            let had_focus = parts.has_focus();
            top.hide(&parts.card);
            top.hide(&parts.veil);
            if had_focus {
                restore(before);
            }
        }
    }

    fn parts(&self) -> Option<Parts> {
        Some(Parts {
            card: self.card.cast()?,
            arrow: self.arrow.cast()?,
            veil: self.veil.cast()?,
            hole: self.hole.cast()?,
            shield: self.shield.cast(),
        })
    }
}

/// What a screen reader is told of a step, once it is there.
fn announcement(given: &Given, tour: &TourScene, step: &Step) -> String {
    let mut said = String::new();
    if step.kind == StepKind::Wait || tour.paused {
        return said;
    }
    if tour.of > 1 {
        said = text::counted(&given.scene.words.step, tour.number, tour.of);
        said.push_str(". ");
    }
    said.push_str(&text::plain(&step.title, &given.scene.variables));
    said
}

/// The number of the step and its buttons.
fn footer(given: &Given, tour: &TourScene, step: &Step, presses: &Presses) -> Html {
    if tour.of < 2 && tour.buttons.is_empty() {
        return Html::default();
    }
    let mut buttons = of_class("span", "buttons");
    for one in &tour.buttons {
        let class = if one.primary {
            "button primary"
        } else {
            "button"
        };
        let action = one.act.first().map_or("", Action::as_str);
        let press = presses.all(acts(tour, step, &one.act));
        let says = text::inlines(&one.label, &given.scene.variables);
        buttons = buttons.put(button(class, action, press).with(says));
    }
    let mut footer = plain("footer");
    if tour.of > 1 {
        footer = footer.put(text::count(tour.number, tour.of));
    }
    footer.put(buttons).into()
}

fn acts(tour: &TourScene, step: &Step, actions: &[Action]) -> Vec<Intent> {
    let mut intents = Vec::new();
    for action in actions {
        intents.push(Intent::Act {
            guide: tour.guide.id.clone(),
            step: step.id.clone(),
            action: action.clone(),
        });
    }
    intents
}
