//! A target, from waiting for it to following it.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use banso_engine::place::Rect;
use banso_model::target::Target;
use web_sys::Element;

use super::find::stands;
use super::measure::{Measured, viewport};
use super::owned::Frame;
use super::sensors::Sensors;
use super::watch::Watch;
use super::{find, measure};

/// What is seen of a target that is on the page.
#[derive(Clone, Debug, PartialEq)]
pub struct Sighting {
    /// The element.
    pub element: Element,
    /// Its box in the viewport.
    pub rect: Rect,
    /// What its scrolling ancestors leave visible.
    pub clip: Option<Rect>,
    /// The visible part of the page.
    pub viewport: Rect,
    /// Whether its middle can be seen: it is not scrolled away, and nothing of the page lies over it.
    pub in_sight: bool,
}

/// Follows one target until it is dropped.
///
/// The page is watched for changes, at most one look a frame. A frame is asked for at news, and after it only for as long as
/// the target moves.
pub struct Tracker(Rc<Inner>);

/// Told what is seen; nothing while the target is not on the page, or hidden.
type Report = dyn Fn(Option<&Sighting>);

struct Inner {
    target: Target,
    report: Box<Report>,
    /// What was reported last, if anything was.
    last: RefCell<Option<Option<Sighting>>>,
    found: RefCell<Option<Found>>,
    watch: Cell<Option<Watch>>,
    frame: Cell<Option<Frame>>,
    still: Cell<u8>,
    revealed: Cell<bool>,
}

struct Found {
    element: Element,
    measured: Measured,
    sensors: Sensors,
}

/// After so many frames in one place a target is taken to be still.
const STILL: u8 = 3;

impl Tracker {
    /// Follows `target`; `report` is called with what is seen of it, at first and whenever that changes.
    pub fn new(target: Target, report: impl Fn(Option<&Sighting>) + 'static) -> Self {
        let inner = Rc::new(Inner {
            target: target.clone(),
            report: Box::new(report),
            last: RefCell::default(),
            found: RefCell::default(),
            watch: Cell::default(),
            frame: Cell::default(),
            still: Cell::new(0),
            revealed: Cell::new(false),
        });
        let weak = Rc::downgrade(&inner);
        soon(&weak);
        // What comes, goes or is changed anywhere may be the target, or hide it.
        inner.watch.set(Some(Watch::new(vec![target], move || {
            if let Some(inner) = weak.upgrade() {
                inner.look(&weak);
            }
        })));
        Self(inner)
    }

    /// Reports again what is seen, because whoever is told has changed its own size.
    pub fn again(&self) {
        if let Ok(mut last) = self.0.last.try_borrow_mut() {
            *last = None;
        }
        soon(&Rc::downgrade(&self.0));
    }
}

impl Drop for Tracker {
    fn drop(&mut self) {
        self.0.frame.take();
        self.0.watch.take();
        self.0.found.take();
    }
}

fn soon(weak: &Weak<Inner>) {
    let Some(inner) = weak.upgrade() else {
        return;
    };
    inner.still.set(0);
    let frame = inner.frame.take();
    inner.frame.set(frame.or_else(|| next(weak.clone())));
}

fn next(weak: Weak<Inner>) -> Option<Frame> {
    Frame::next(move || {
        if let Some(inner) = weak.upgrade() {
            // The frame that runs now must live until it has returned.
            let running = inner.frame.take();
            inner.look(&weak);
            drop(running);
        }
    })
}

impl Inner {
    fn look(&self, weak: &Weak<Self>) {
        if !self.has_element() && !self.find(weak) {
            self.tell(None);
            return;
        }
        let sighting = self.sighting();
        let still = if self.tell(sighting) {
            0
        } else {
            self.still.get().saturating_add(1)
        };
        self.still.set(still);
        if still < STILL {
            self.frame.set(next(weak.clone()));
        } else if still == STILL {
            self.settle();
        }
    }

    /// Whether the element found before still stands for the target.
    fn has_element(&self) -> bool {
        let kept = self.found.try_borrow().is_ok_and(|found| {
            found
                .as_ref()
                .is_some_and(|found| stands(&self.target, &found.element))
        });
        if !kept {
            self.found.take();
        }
        kept
    }

    fn find(&self, weak: &Weak<Self>) -> bool {
        let Some(element) = find(&self.target) else {
            return false;
        };
        if !self.revealed.replace(true) {
            measure::reveal(&element);
        }
        let again = weak.clone();
        let sensors = Sensors::new(&element, Rc::new(move || soon(&again)));
        self.still.set(0);
        self.found.replace(Some(Found {
            measured: Measured::new(&element),
            element,
            sensors,
        }));
        true
    }

    fn sighting(&self) -> Option<Sighting> {
        let found = self.found.try_borrow().ok()?;
        let found = found.as_ref()?;
        let (rect, clip) = found.measured.now();
        let viewport = viewport();
        Some(Sighting {
            element: found.element.clone(),
            rect,
            clip,
            viewport,
            in_sight: found.measured.is_in_sight(&rect, clip, &viewport),
        })
    }

    /// Reports what is seen when it is news. Returns whether it was.
    fn tell(&self, sighting: Option<Sighting>) -> bool {
        let news = self
            .last
            .try_borrow()
            .is_ok_and(|last| last.as_ref() != Some(&sighting));
        if news {
            (self.report)(sighting.as_ref());
            self.last.replace(Some(sighting));
        }
        news
    }

    fn settle(&self) {
        if let Ok(mut found) = self.found.try_borrow_mut()
            && let Some(found) = found.as_mut()
        {
            let (rect, _) = found.measured.now();
            found.sensors.settled(&rect);
        }
    }
}
