//! The card of a guide's step.

use banso_model::guide::{Action, AnswerKind, Backdrop, Content, Interact, Step, StepKind};
use banso_model::wire::Session;
use web_sys::{HtmlElement, Node};

use super::press::{button, close, signed};
use super::stage::{Parts, Stage};
use super::tag::{Html, Mount, Place, Tag, tag};
use super::{Given, media, question, text};
use crate::layer::{Layer, Top, active, restore};
use crate::scene::{CardScene, Intent};

/// The step of a guide: its card, what dims the page, and what is announced.
pub struct Card {
    guide: String,
    mount: Mount,
    /// The host of a bar in the page's flow.
    inline: Option<HtmlElement>,
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
    beacon: Place,
}

/// What `data-kind` says of each kind of step, in the order of the kinds.
const KINDS: [&str; 10] = [
    "tooltip", "modal", "wait", "corner", "hotspot", "pulse", "top", "bottom", "static", "inline",
];

/// The step that a scene shows.
pub fn step(card: &CardScene) -> Option<&Step> {
    match &card.guide.content {
        Content::Steps(steps) => steps.get(card.step),
        Content::Checklist(_) => None,
    }
}

impl Card {
    /// A card for a guide, with nothing in it yet.
    pub fn new(scene: &CardScene, layer: &Layer) -> Option<Self> {
        let inline = match step(scene)?.kind {
            StepKind::Inline => Some(layer.inline()?),
            _ => None,
        };
        let mount = match &inline {
            Some((_, mount)) => {
                super::hear(mount);
                Mount::new(mount)
            }
            None => Mount::new(layer.mount()),
        };
        Some(Self {
            guide: scene.guide.id.clone(),
            mount: mount?,
            inline: inline.map(|(host, _)| host),
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
            Some((run, stage)) if *run == scene.run => stage.redrawn(scene.open),
            before => {
                if before.is_none() {
                    self.before = active();
                }
                // The old stage ends before the new one begins.
                self.stage = None;
                let stage = self
                    .parts(step)
                    .map(|parts| Stage::new(given, scene, step, parts));
                self.stage = stage.map(|stage| (scene.run, stage));
            }
        }
    }

    fn view(&self, given: &Given, card: &CardScene, step: &Step) -> Html {
        let session = &given.scene.session;
        let mut parts = vec![self.veil(step)];
        if matches!(step.kind, StepKind::Hotspot | StepKind::Pulse) {
            parts.push(self.beacon(given, card, step));
        }
        parts.push(self.card(given, card, step));
        parts.push(
            tag("div", "class=unseen;role=status;aria-live=polite")
                .say(&announcement(session, card, step)),
        );
        parts
    }

    fn veil(&self, step: &Step) -> Tag {
        let backdrop = match step.backdrop {
            Backdrop::None => "none",
            Backdrop::Spotlight => "spotlight",
            Backdrop::Dim => "dim",
        };
        let mut veil = tag("div", "class=veil;popover=manual")
            .set("data-backdrop", backdrop)
            .at(&self.places.veil)
            .put(tag("div", "class=hole").at(&self.places.hole));
        if shields(step) {
            veil = veil.put(tag("div", "class=shield").at(&self.places.shield));
        }
        veil
    }

    /// The mark of a hotspot.
    fn beacon(&self, given: &Given, card: &CardScene, step: &Step) -> Tag {
        let session = &given.scene.session;
        let mut name = session.words.say("hotspot").to_owned();
        name.push_str(": ");
        name.push_str(&text::plain(&step.title, &session.variables));
        let press = vec![Intent::Beacon(card.run)];
        signed("beacon", "beacon", &name, card.open, press)
            .set("popover", "manual")
            .set("data-kind", kind(step))
            .set("data-banso-guide", &card.guide.id)
            .at(&self.places.beacon)
    }

    fn card(&self, given: &Given, card: &CardScene, step: &Step) -> Tag {
        let session = &given.scene.session;
        let (words, variables) = (&session.words, &session.variables);
        let titled = !step.title.is_empty();
        let mut inner = tag("div", "class=inner;data-scrolls=");
        if card.guide.dismissable {
            let leave = vec![Intent::Act(card.run, Action::Close)];
            inner = inner.put(close(words.say("close"), leave));
        }
        if titled {
            let title = text::rich(&step.title, variables);
            inner = inner.put(tag("h2", "id=title").with(title));
        }
        if let Some(one) = &step.media {
            inner = inner.put(media::view(one, &session.locale));
        }
        inner = inner.put(tag("div", "id=body;class=text").with(text::rich(&step.body, variables)));
        if let Some(asks) = &step.question {
            inner = inner.put(question::view(given, card, &step.id, asks));
        }
        if let Some(footer) = footer(given, card, step) {
            inner = inner.put(footer);
        }
        let mut shown = tag("section", "class=card;tabindex=-1")
            .set(
                "role",
                if is_bar(step.kind) {
                    "region"
                } else {
                    "dialog"
                },
            )
            .set("aria-labelledby", if titled { "title" } else { "body" })
            .set("data-kind", kind(step))
            .set("data-banso-guide", &card.guide.id)
            .set("data-banso-step", &step.id);
        if step.kind != StepKind::Inline {
            shown = shown.set("popover", "manual");
        }
        if step.kind == StepKind::Modal {
            shown = shown.set("aria-modal", "true");
        }
        if titled && !step.body.is_empty() {
            shown = shown.set("aria-describedby", "body");
        }
        shown
            .at(&self.places.card)
            .put(tag("div", "class=arrow").at(&self.places.arrow))
            .put(inner)
    }

    /// Takes the card away and gives the focus back.
    pub fn leave(&mut self, top: &Top) {
        if let Some(host) = self.inline.take() {
            host.remove();
        }
        if self.stage.take().is_none() {
            return;
        }
        let before = self.before.take();
        if let (Some(card), Some(veil)) = (of(&self.places.card), of(&self.places.veil)) {
            let had_focus = active().is_some_and(|active| card.contains(Some(&active)));
            for part in [Some(card), Some(veil), of(&self.places.beacon)] {
                part.iter().for_each(|part| top.hide(part));
            }
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
            beacon: of(&self.places.beacon),
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

/// Whether it is a bar, which is a part of the page and no dialog.
pub fn is_bar(kind: StepKind) -> bool {
    matches!(
        kind,
        StepKind::Top | StepKind::Bottom | StepKind::Static | StepKind::Inline
    )
}

fn kind(step: &Step) -> &'static str {
    KINDS.get(step.kind as usize).copied().unwrap_or_default()
}

/// What a screen reader is told of a step, once it is there.
fn announcement(session: &Session, card: &CardScene, step: &Step) -> String {
    let mut said = String::new();
    let mark = matches!(step.kind, StepKind::Hotspot | StepKind::Pulse);
    if step.kind == StepKind::Wait || card.paused || mark && !card.open {
        return said;
    }
    if card.of > 1 {
        said = text::counted(session.words.say("step"), card.number, card.of);
        said.push_str(". ");
    }
    said.push_str(&text::plain(&step.title, &session.variables));
    said
}

/// The number of the step and its buttons.
fn footer(given: &Given, card: &CardScene, step: &Step) -> Option<Tag> {
    if card.of < 2 && card.buttons.is_empty() {
        return None;
    }
    let unanswered = card.answer.is_none()
        && step
            .question
            .as_ref()
            .is_some_and(|asks| asks.required && asks.answer != AnswerKind::Text);
    let mut buttons = tag("span", "class=buttons");
    for one in &card.buttons {
        let class = if one.primary {
            "button primary"
        } else {
            "button"
        };
        let action = one.act.first().map_or("", Action::as_str);
        let act = |action: &Action| Intent::Act(card.run, action.clone());
        let says = text::rich(&one.label, &given.scene.session.variables);
        let mut made = button(class, action, one.act.iter().map(act).collect()).with(says);
        if unanswered && action == "next" {
            made = made.set("disabled", "");
        }
        buttons = buttons.put(made);
    }
    let mut footer = tag("footer", "");
    if card.of > 1 {
        footer = footer.put(text::count(card.number, card.of));
    }
    Some(footer.put(buttons))
}
