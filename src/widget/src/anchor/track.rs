//! A target, from waiting for it to following it.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use banso_engine::place::Rect;
use banso_model::target::Target;
use web_sys::Element;

use super::find::is_visible;
use super::measure::{Measured, viewport};
use super::owned::Frame;
use super::sensors::Sensors;
use super::watch::Watch;
use super::{find, measure};

/// What is seen of a target.
#[derive(Clone, Debug, PartialEq)]
pub enum Sighting {
    /// It is here.
    Here {
        /// The element.
        element: Element,
        /// Its box in the viewport.
        rect: Rect,
        /// What its scrolling ancestors leave visible.
        clip: Option<Rect>,
        /// The visible part of the page.
        viewport: Rect,
    },
    /// It is not on the page, or hidden.
    Gone,
}

/// Follows one target until it is dropped.
///
/// While the target is missing, the page is watched; while it is here, only what can move or hide it is. A frame is asked
/// for at news, and after it only for as long as the target moves.
pub struct Tracker(Rc<Inner>);

struct Inner {
    target: Target,
    report: Box<dyn Fn(&Sighting)>,
    last: RefCell<Option<Sighting>>,
    found: RefCell<Option<Found>>,
    watch: RefCell<Option<Watch>>,
    frame: RefCell<Option<Frame>>,
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
    pub fn new(target: Target, report: impl Fn(&Sighting) + 'static) -> Self {
        let inner = Rc::new(Inner {
            target,
            report: Box::new(report),
            last: RefCell::default(),
            found: RefCell::default(),
            watch: RefCell::default(),
            frame: RefCell::default(),
            still: Cell::new(0),
            revealed: Cell::new(false),
        });
        soon(&Rc::downgrade(&inner));
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
    let Ok(mut frame) = inner.frame.try_borrow_mut() else {
        return;
    };
    if frame.is_none() {
        *frame = next(weak.clone());
    }
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
            self.tell(Sighting::Gone);
            return;
        }
        let Some(sighting) = self.sighting() else {
            return;
        };
        if self.tell(sighting) {
            self.still.set(0);
        } else {
            self.still.set(self.still.get().saturating_add(1));
        }
        if self.still.get() < STILL {
            self.frame.replace(next(weak.clone()));
        } else {
            self.settle();
        }
    }

    /// Whether the element found before still stands for the target.
    fn has_element(&self) -> bool {
        let kept = self.found.try_borrow().is_ok_and(|found| {
            found
                .as_ref()
                .is_some_and(|found| is_visible(&found.element))
        });
        if !kept {
            self.found.take();
        }
        kept
    }

    /// Looks for the target; watches the page for it when it is missing.
    fn find(&self, weak: &Weak<Self>) -> bool {
        let Some(element) = find(&self.target) else {
            if self.watch.try_borrow().is_ok_and(|watch| watch.is_none()) {
                let weak = weak.clone();
                let watch = Watch::new(vec![self.target.clone()], move || {
                    if let Some(inner) = weak.upgrade() {
                        inner.look(&weak);
                    }
                });
                self.watch.replace(Some(watch));
            }
            return false;
        };
        self.watch.take();
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
        Some(Sighting::Here {
            element: found.element.clone(),
            rect,
            clip,
            viewport: viewport(),
        })
    }

    /// Reports what is seen when it is news. Returns whether it was.
    fn tell(&self, sighting: Sighting) -> bool {
        let news = self
            .last
            .try_borrow()
            .is_ok_and(|last| last.as_ref() != Some(&sighting));
        if news {
            (self.report)(&sighting);
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
