//! The card of a guide's step.

use banso_model::guide::{Action, Backdrop, Content, Interact, Step, StepKind};
use web_sys::{Element, HtmlElement, Node};

use super::press::{button, close, truth};
use super::stage::{Parts, Stage};
use super::tag::{Html, Mount, Place, Tag, tag};
use super::{Given, text};
use crate::layer::{Top, active, restore};
use crate::scene::{CardScene, Intent};

/// The step of a guide: its card, what dims the page, and what is announced.
pub struct Card {
    guide: String,
    mount: Mount,
    places: Places,
    /// The stage of the step that is shown, and as which run it was entered.
    stage: Option<(u32, Stage)>,
    /// What had the focus before the guide took it.
    before: Option<HtmlElement>,
}

#[derive(Default)]
struct Places {
    card: Place,
    arrow: Place,
    veil: Place,
    hole: Place,
    shield: Place,
}

/// The step that a scene shows.
pub fn step(card: &CardScene) -> Option<&Step> {
    match &card.guide.content {
        Content::Tour(steps) => steps.get(card.step),
        Content::Checklist(_) => None,
    }
}

impl Card {
    /// A card for a guide, with nothing in it yet.
    pub fn new(scene: &CardScene, parent: &Element) -> Option<Self> {
        Some(Self {
            guide: scene.guide.id.clone(),
            mount: Mount::new(parent)?,
            places: Places::default(),
            stage: None,
            before: None,
        })
    }

    /// Whether it is this guide's.
    pub fn shows(&self, scene: &CardScene) -> bool {
        self.guide == scene.guide.id
    }

    /// What a press on a node means.
    pub fn pressed(&self, on: &Node) -> Option<&[Intent]> {
        self.mount.pressed(on)
    }

    /// Draws a step: begins one that was not shown before, or places the card again.
    pub fn show(&mut self, given: &Given, scene: &CardScene) {
        let Some(step) = step(scene) else { return };
        let html = self.view(given, scene, step);
        self.mount.draw(html);
        match &self.stage {
            Some((run, stage)) if *run == scene.run => stage.redrawn(),
            before => {
                if before.is_none() {
                    self.before = active();
                }
                // The old stage ends before the new one begins.
                self.stage = None;
                let stage = self
                    .parts(step)
                    .map(|parts| Stage::new(given, scene, step.clone(), parts));
                self.stage = stage.map(|stage| (scene.run, stage));
            }
        }
    }

    fn view(&self, given: &Given, card: &CardScene, step: &Step) -> Html {
        let session = &given.scene.session;
        let (words, variables) = (&session.words, &session.variables);
        let modal = step.kind == StepKind::Modal;
        let backdrop = match (step.backdrop, modal) {
            (Backdrop::None, false) => "none",
            (Backdrop::Spotlight, false) => "spotlight",
            _ => "dim",
        };
        let titled = !step.title.is_empty();
        let mut veil = tag("div", "class=veil;popover=manual")
            .set("data-backdrop", backdrop)
            .at(&self.places.veil)
            .put(tag("div", "class=hole").at(&self.places.hole));
        if shields(step) {
            veil = veil.put(tag("div", "class=shield").at(&self.places.shield));
        }
        let leave = vec![Intent::Act(card.run, Action::Close)];
        let mut inner = tag("div", "class=inner;data-scrolls=").put(close(&words.close, leave));
        if titled {
            let title = text::inlines(&step.title, variables);
            inner = inner.put(tag("h2", "id=title").with(title));
        }
        inner =
            inner.put(tag("div", "id=body;class=text").with(text::blocks(&step.body, variables)));
        if let Some(footer) = footer(given, card) {
            inner = inner.put(footer);
        }
        let shown = tag(
            "section",
            "class=card;popover=manual;tabindex=-1;role=dialog",
        )
        .set("aria-modal", truth(modal))
        .set("aria-labelledby", if titled { "title" } else { "body" })
        .set("aria-describedby", if titled { "body" } else { "" })
        .set("data-kind", if modal { "modal" } else { "tooltip" })
        .set("data-banso-guide", &card.guide.id)
        .set("data-banso-step", &step.id)
        .at(&self.places.card)
        .put(tag("div", "class=arrow").at(&self.places.arrow))
        .put(inner);
        let said = tag("div", "class=unseen;role=status;aria-live=polite")
            .say(&announcement(given, card, step));
        vec![veil, shown, said]
    }

    /// Takes the card away and gives the focus back.
    pub fn leave(&mut self, top: &Top) {
        if self.stage.take().is_none() {
            return;
        }
        let before = self.before.take();
        if let (Some(card), Some(veil)) = (of(&self.places.card), of(&self.places.veil)) {
            let had_focus = active().is_some_and(|active| card.contains(Some(&active)));
            top.hide(&card);
            top.hide(&veil);
            if had_focus {
                restore(before);
            }
        }
    }

    fn parts(&self, step: &Step) -> Option<Parts> {
        Some(Parts {
            card: of(&self.places.card)?,
            arrow: of(&self.places.arrow)?,
            veil: of(&self.places.veil)?,
            hole: of(&self.places.hole)?,
            shield: of(&self.places.shield).filter(|_| shields(step)),
        })
    }
}

fn of(place: &Place) -> Option<HtmlElement> {
    place.try_borrow().ok()?.clone()
}

/// Whether the page is kept from the pointer.
fn shields(step: &Step) -> bool {
    step.kind == StepKind::Modal || step.interact != Interact::Allow
}

/// What a screen reader is told of a step, once it is there.
fn announcement(given: &Given, card: &CardScene, step: &Step) -> String {
    let mut said = String::new();
    if step.kind == StepKind::Wait || card.paused {
        return said;
    }
    let session = &given.scene.session;
    if card.of > 1 {
        said = text::counted(&session.words.step, card.number, card.of);
        said.push_str(". ");
    }
    said.push_str(&text::plain(&step.title, &session.variables));
    said
}

/// The number of the step and its buttons.
fn footer(given: &Given, card: &CardScene) -> Option<Tag> {
    if card.of < 2 && card.buttons.is_empty() {
        return None;
    }
    let mut buttons = tag("span", "class=buttons");
    for one in &card.buttons {
        let class = if one.primary {
            "button primary"
        } else {
            "button"
        };
        let action = one.act.first().map_or("", Action::as_str);
        let act = |action: &Action| Intent::Act(card.run, action.clone());
        let press = one.act.iter().map(act).collect();
        let says = text::inlines(&one.label, &given.scene.session.variables);
        buttons = buttons.put(button(class, action, press).with(says));
    }
    let mut footer = tag("footer", "");
    if card.of > 1 {
        footer = footer.put(text::count(card.number, card.of));
    }
    Some(footer.put(buttons))
}
