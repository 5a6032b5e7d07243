//! A step while it is shown: its target followed, its card placed, the focus moved in, the page dimmed.

use std::cell::Cell;
use std::rc::{Rc, Weak};

use banso_engine::place::{Ask, Direction as Lines, Placed, Rect, Size, place};
use banso_model::guide::{Backdrop, Content, Esc, Guide, Interact, Placement, Step, StepKind};
use banso_model::time::digits;
use web_sys::{Element, HtmlElement};

use super::{Given, Tell};
use crate::anchor::{Advances, Listener, Observing, Sighting, Tracker, sizes};
use crate::browser::Timer;
use crate::layer::{Tabs, Top, active, first_focusable, focus, is_typing, on_escape};
use crate::scene::{CardScene, Intent, Shared};

/// Pixels between target and card, in which the arrow is.
const GAP: f64 = 12.0;
/// Pixels between the card and the viewport's edges.
const MARGIN: f64 = 8.0;
/// Pixels from the card's corners to the arrow's middle, at least.
const CORNER: f64 = 20.0;
/// Milliseconds that a card stays when its target is gone: a page that draws it again does so within a frame or two.
const GRACE_MS: i64 = 150;

/// The elements of a step.
pub struct Parts {
    pub card: HtmlElement,
    pub arrow: HtmlElement,
    pub veil: HtmlElement,
    pub hole: HtmlElement,
    /// What keeps the pointer from the page.
    pub shield: Option<HtmlElement>,
    /// The mark of a hotspot.
    pub beacon: Option<HtmlElement>,
}

impl Parts {
    /// Whether the focus is in the card.
    pub fn has_focus(&self) -> bool {
        active().is_some_and(|active| self.card.contains(Some(&active)))
    }
}

/// A step while it is shown. Dropping it hides nothing: whoever comes next may take the card over.
pub struct Stage(Rc<Inner>);

/// How a step is shown: what of it is asked for again and again.
#[derive(Clone, Copy)]
struct Manner {
    kind: StepKind,
    placement: Placement,
    backdrop: Backdrop,
    interact: Interact,
    padding: f64,
    radius: f64,
    wait_ms: u32,
    esc: Esc,
}

struct Inner {
    parts: Parts,
    step: Manner,
    run: u32,
    guide: Shared<Guide>,
    at: usize,
    direction: Lines,
    top: Rc<Top>,
    tell: Tell,
    tracker: Cell<Option<Tracker>>,
    advances: Cell<Option<Advances>>,
    size: Cell<Option<Observing>>,
    escape: Cell<Vec<Listener>>,
    tabs: Cell<Option<Tabs>>,
    missing: Cell<Option<Timer>>,
    grace: Cell<Option<Timer>>,
    target: Cell<Option<Element>>,
    shown: Cell<bool>,
    focused: Cell<bool>,
    /// Whether the card of a hotspot is open.
    open: Cell<bool>,
}

impl Stage {
    /// Begins to show a step.
    pub fn new(given: &Given, scene: &CardScene, step: &Step, parts: Parts) -> Self {
        let inner = Rc::new(Inner {
            parts,
            run: scene.run,
            guide: scene.guide.clone(),
            at: scene.step,
            direction: if given.scene.right_to_left {
                Lines::Rtl
            } else {
                Lines::Ltr
            },
            top: Rc::clone(given.top),
            tell: given.tell,
            tracker: Cell::default(),
            advances: Cell::default(),
            size: Cell::default(),
            escape: Cell::default(),
            tabs: Cell::default(),
            missing: Cell::default(),
            grace: Cell::default(),
            target: Cell::default(),
            shown: Cell::new(false),
            focused: Cell::new(false),
            open: Cell::new(scene.open),
            step: Manner {
                kind: step.kind,
                placement: step.placement,
                backdrop: step.backdrop,
                interact: step.interact,
                padding: step.padding,
                radius: step.radius,
                wait_ms: step.missing.wait_ms,
                esc: step.esc,
            },
        });
        inner.begin(step);
        Self(inner)
    }

    /// The card was drawn again: it may have another size, and a hotspot's may have been opened or closed.
    pub fn redrawn(&self, open: bool) {
        self.0.set_open(open);
        self.0.again();
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.0.end();
    }
}

impl Inner {
    fn begin(self: &Rc<Self>, step: &Step) {
        self.hear(step, None);
        match &step.target {
            _ if self.step.kind == StepKind::Wait => self.hide(),
            Some(target) if self.step.kind.follows_target() => {
                self.await_target();
                let weak = Rc::downgrade(self);
                let tracker = Tracker::new(target.clone(), move |sighting| {
                    with(&weak, |inner| inner.sighted(sighting));
                });
                self.tracker.set(Some(tracker));
                self.watch_size();
            }
            _ => {
                // The style sheet says where it is; a step at a target before it may have said otherwise.
                for name in ["left", "top"] {
                    unset(&self.parts.card, name);
                }
                self.show();
                self.tell(Intent::Found);
            }
        }
    }

    /// Waits for what moves the step on.
    fn hear(self: &Rc<Self>, step: &Step, at: Option<&Element>) {
        let weak = Rc::downgrade(self);
        let happened: Rc<dyn Fn()> =
            Rc::new(move || with(&weak, |inner| inner.tell(Intent::Advance)));
        self.advances.set(Some(Advances::new(step, at, &happened)));
    }

    fn end(&self) {
        self.tracker.take();
        self.advances.take();
        self.size.take();
        self.escape.take();
        self.tabs.take();
        self.missing.take();
        self.grace.take();
    }

    fn sighted(self: &Rc<Self>, sighting: Option<&Sighting>) {
        let inline = self.step.kind == StepKind::Inline;
        // A bar in the page's flow is scrolled with it.
        let seen = sighting.filter(|sighting| inline || sighting.in_sight);
        if let Some(sighting) = seen {
            self.here(sighting);
        } else if self.shown.get() {
            // Scrolled away is not missing.
            let missing = sighting.is_none();
            let weak = Rc::downgrade(self);
            let grace = Timer::after(GRACE_MS, move || with(&weak, |inner| inner.lost(missing)));
            self.grace.set(grace);
        }
    }

    fn here(self: &Rc<Self>, sighting: &Sighting) {
        let element = &sighting.element;
        self.grace.take();
        self.missing.take();
        let first = !self.shown.get();
        let other = self
            .target
            .replace(Some(element.clone()))
            .is_none_or(|before| before != *element);
        if other {
            self.top.beside(element);
            if let Content::Steps(steps) = &self.guide.content
                && let Some(step) = steps.get(self.at)
            {
                self.hear(step, Some(element));
            }
        }
        if self.step.kind == StepKind::Inline {
            self.insert_after(element);
        } else {
            if first {
                self.appear();
            }
            self.mark_at(sighting);
            if self.has_card() {
                self.put(self.ask(sighting));
            }
        }
        if first || other {
            self.arrange_tabs(element);
        }
        if first {
            self.tell(Intent::Found);
        }
    }

    /// The target is out of sight, or gone for longer than a page takes to draw it again.
    fn lost(self: &Rc<Self>, missing: bool) {
        self.hide();
        if missing {
            self.await_target();
        }
    }

    /// Tells when the target stays missing for longer than the step allows. It is still looked for after that.
    fn await_target(self: &Rc<Self>) {
        let weak = Rc::downgrade(self);
        let wait = self.step.wait_ms;
        let timer = Timer::after(i64::from(wait), move || {
            with(&weak, |inner| inner.tell(Intent::Missing));
        });
        self.missing.set(timer);
    }

    /// Whether the card is shown while the target is: a hotspot's is once it is opened.
    fn has_card(&self) -> bool {
        self.parts.beacon.is_none() || self.open.get()
    }

    fn set_open(self: &Rc<Self>, open: bool) {
        let Some(beacon) = self.parts.beacon.as_ref() else {
            return;
        };
        if self.open.replace(open) == open || !self.shown.get() {
            return;
        }
        if open {
            self.show();
        } else {
            let had_focus = self.parts.has_focus();
            self.put_away();
            if had_focus {
                focus(beacon);
            }
        }
    }

    /// The target came into view.
    fn appear(self: &Rc<Self>) {
        self.shown.set(true);
        if let Some(beacon) = &self.parts.beacon {
            self.top.show(beacon);
        }
        if self.has_card() {
            self.show();
        }
    }

    /// Puts the mark of a hotspot on the corner of its target, within the viewport.
    fn mark_at(&self, sighting: &Sighting) {
        let Some(beacon) = &self.parts.beacon else {
            return;
        };
        let Sighting { rect, viewport, .. } = sighting;
        let half = f64::from(beacon.offset_width()) / 2.0;
        let x = match self.direction {
            Lines::Ltr => rect.right(),
            Lines::Rtl => rect.x,
        };
        let right = (viewport.right() - half).max(half);
        set(beacon, "left", x.clamp(half, right) - half);
        let bottom = (viewport.bottom() - half).max(half);
        set(beacon, "top", rect.y.clamp(half, bottom) - half);
    }

    /// Puts a bar after its target, in the flow of the page, and back there when the page took it away.
    fn insert_after(&self, element: &Element) {
        let Some(host) = self.top.host_of(&self.parts.card) else {
            return;
        };
        if element.next_element_sibling().as_ref() != Some(&host) {
            let moved = element.after_with_node_1(&host);
            if moved.is_err() {
                crate::loader::refused();
            }
        }
        self.shown.set(true);
    }

    fn show(self: &Rc<Self>) {
        self.shown.set(true);
        let veiled = self.parts.veil.get_attribute("data-backdrop").as_deref() != Some("none")
            || self.parts.shield.is_some();
        if veiled {
            self.top.show(&self.parts.veil);
        } else {
            self.top.hide(&self.parts.veil);
        }
        self.top.show(&self.parts.card);
        if self.step.kind == StepKind::Modal {
            self.tabs.set(Some(Tabs::round(&self.parts.card)));
        }
        if self.step.esc != Esc::None {
            let weak = Rc::downgrade(self);
            let act = move |in_card| with(&weak, |inner| inner.escaped(in_card));
            self.escape.set(on_escape(&self.parts.card, Rc::new(act)));
        }
        self.take_focus();
    }

    /// Escape on the page is the host's while a dialog of the host's is open, and where the card is not what its user is
    /// at.
    fn escaped(&self, in_card: bool) -> bool {
        let before_user = matches!(self.step.kind, StepKind::Tooltip | StepKind::Modal);
        let ours = in_card || before_user && !self.top.is_in_dialog();
        if ours && self.parts.beacon.is_some() {
            self.tell(Intent::Beacon);
        } else if ours {
            self.tell(Intent::Esc);
        }
        ours
    }

    fn hide(&self) {
        let had_focus = self.parts.has_focus();
        self.shown.set(false);
        self.put_away();
        if let Some(beacon) = &self.parts.beacon {
            self.top.hide(beacon);
        }
        if self.step.kind == StepKind::Inline
            && let Some(host) = self.top.host_of(&self.parts.card)
        {
            host.remove();
        }
        if had_focus {
            let target = self.target.take();
            crate::layer::restore(target.as_ref().and_then(first_focusable));
        }
    }

    fn put_away(&self) {
        self.focused.set(false);
        self.escape.take();
        self.tabs.take();
        self.top.hide(&self.parts.card);
        self.top.hide(&self.parts.veil);
    }

    /// The focus goes to what was put before its user, or what they opened; never out of a field on the page, nor to what
    /// merely is there.
    fn take_focus(&self) {
        let before_user = matches!(self.step.kind, StepKind::Tooltip | StepKind::Modal);
        if self.focused.replace(true) || !(before_user || self.open.get()) {
            return;
        }
        let modal = self.step.kind == StepKind::Modal;
        if !modal && active().is_some_and(|active| is_typing(&active)) {
            return;
        }
        focus(&self.parts.card);
    }

    fn arrange_tabs(&self, target: &Element) {
        if self.step.kind != StepKind::Modal {
            self.tabs.set(Some(Tabs::before(&self.parts.card, target)));
        }
    }

    fn watch_size(self: &Rc<Self>) {
        let weak = Rc::downgrade(self);
        let size = sizes(&self.parts.card, move || with(&weak, |inner| inner.again()));
        self.size.set(size);
    }

    fn again(&self) {
        if let Some(tracker) = self.tracker.take() {
            tracker.again();
            self.tracker.set(Some(tracker));
        }
    }

    fn ask(&self, sighting: &Sighting) -> Ask {
        Ask {
            target: sighting.rect,
            card: self.card_size(),
            viewport: sighting.viewport,
            clip: sighting.clip,
            placement: self.step.placement,
            direction: self.direction,
            gap: GAP + self.spotlight_padding(),
            margin: MARGIN,
            corner: CORNER,
            padding: self.step.padding,
        }
    }

    /// How far the spotlight reaches out to the card.
    fn spotlight_padding(&self) -> f64 {
        match self.step.backdrop {
            Backdrop::Spotlight => self.step.padding,
            Backdrop::None | Backdrop::Dim => 0.0,
        }
    }

    fn card_size(&self) -> Size {
        Size {
            width: f64::from(self.parts.card.offset_width()),
            height: f64::from(self.parts.card.offset_height()),
        }
    }

    fn put(&self, ask: Ask) {
        let Placed {
            x,
            y,
            side,
            arrow,
            spotlight,
        } = place(&ask);
        let Parts {
            card,
            arrow: pointer,
            hole,
            shield,
            ..
        } = &self.parts;
        set(card, "left", x);
        set(card, "top", y);
        mark(card, "data-side", side.as_str());
        let along = match side.as_str() {
            "top" | "bottom" => "left",
            _ => "top",
        };
        let other = if along == "left" { "top" } else { "left" };
        unset(pointer, other);
        match arrow {
            Some(at) => {
                set(pointer, along, at);
                unset(pointer, "display");
            }
            None => write(pointer, "display", "none"),
        }
        let free = spotlight.unwrap_or_default();
        for (name, value) in [
            ("left", free.x),
            ("top", free.y),
            ("width", free.width),
            ("height", free.height),
            ("border-radius", self.step.radius),
        ] {
            set(hole, name, value);
        }
        if let Some(shield) = shield {
            let through = self.step.interact == Interact::Target && free.has_area();
            write(
                shield,
                "clip-path",
                &if through {
                    around(&free)
                } else {
                    "none".to_owned()
                },
            );
        }
    }

    fn tell(&self, intent: fn(u32) -> Intent) {
        (self.tell)(intent(self.run));
    }
}

fn with<T: Default>(weak: &Weak<Inner>, act: impl FnOnce(&Rc<Inner>) -> T) -> T {
    weak.upgrade().as_ref().map(act).unwrap_or_default()
}

/// All of the viewport but a rectangle.
fn around(free: &Rect) -> String {
    let [left, top, right, bottom] = [free.x, free.y, free.right(), free.bottom()].map(px);
    let (left, top) = (left.as_str(), top.as_str());
    let mut path = String::from("polygon(evenodd,0 0,100% 0,100% 100%,0 100%,0 0");
    for (x, y) in [
        (left, top),
        (&right, top),
        (&right, &bottom),
        (left, &bottom),
        (left, top),
    ] {
        for part in [",", x, " ", y] {
            path.push_str(part);
        }
    }
    path.push(')');
    path
}

/// Pixels, to a whole one: text is sharp there, and the eye does not see the rest.
fn px(value: f64) -> String {
    let mut text = digits(value.round() as i64);
    text.push_str("px");
    text
}

fn set(element: &HtmlElement, name: &str, value: f64) {
    write(element, name, &px(value));
}

fn write(element: &HtmlElement, name: &str, value: &str) {
    if element.style().set_property(name, value).is_err() {
        crate::loader::refused();
    }
}

fn unset(element: &HtmlElement, name: &str) {
    write(element, name, "");
}

fn mark(element: &HtmlElement, name: &str, value: &str) {
    if element.set_attribute(name, value).is_err() {
        crate::loader::refused();
    }
}
