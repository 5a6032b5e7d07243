//! What is shown now: the one value that goes from the runtime to the interface, and what comes back from it.
//!
//! The runtime makes a [`Scene`] whenever something changed and hands it to the interface's root component; the
//! interface answers with [`Intent`]s. There is no other path between the two.

use std::rc::Rc;

use banso_model::guide::{Action, Button, Guide};
use banso_model::named::Named;
use banso_model::wire::{Corner, Theme};
use banso_model::words::Words;

/// Everything the interface needs to draw, and nothing to decide with.
#[derive(Clone, Debug, PartialEq)]
pub struct Scene {
    /// The widget's own words in [`Scene::locale`].
    pub words: Rc<Words>,
    /// Colours and shape.
    pub theme: Theme,
    /// The locale the guides are in, a BCP 47 tag.
    pub locale: String,
    /// The direction lines run in.
    pub direction: Direction,
    /// The tour that is on the screen.
    pub tour: Option<TourScene>,
    /// The hub; none when there is no hub on this page.
    pub hub: Option<HubScene>,
    /// What `{{user.name|there}}` may say.
    pub variables: Rc<Named<String>>,
}

/// The direction lines run in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// Left to right.
    #[default]
    Ltr,
    /// Right to left.
    Rtl,
}

/// A tour at one of its steps.
#[derive(Clone, Debug, PartialEq)]
pub struct TourScene {
    /// The tour.
    pub guide: Rc<Guide>,
    /// Index of the step in the tour.
    pub step: usize,
    /// Counts the times a step was entered in this page, so that coming back to a step is told from staying at it.
    pub run: u32,
    /// The step's number for the user, from 1, among the steps that are shown.
    pub number: usize,
    /// How many steps the user will see.
    pub of: usize,
    /// The buttons, the usual ones filled in.
    pub buttons: Vec<Button>,
    /// Whether the step is hidden because its target stays missing; it comes back with [`Intent::TargetFound`].
    pub paused: bool,
}

/// The hub.
#[derive(Clone, Debug, PartialEq)]
pub struct HubScene {
    /// Whether it is open.
    pub open: bool,
    /// How many things are to be done.
    pub unread: u32,
    /// Which corner its launcher is in.
    pub corner: Corner,
    /// The checklists, in order.
    pub checklists: Vec<ChecklistScene>,
    /// Guides the user can start.
    pub guides: Vec<Listed>,
}

/// A checklist in the hub.
#[derive(Clone, Debug, PartialEq)]
pub struct ChecklistScene {
    /// The checklist.
    pub guide: Rc<Guide>,
    /// Its items, in the order of the guide's.
    pub items: Vec<ItemScene>,
    /// Whether it is folded.
    pub folded: bool,
}

/// How an item stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ItemScene {
    /// Whether it is done.
    pub done: bool,
    /// Whether one before it must be done first.
    pub locked: bool,
}

/// A guide the user can start from the hub.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// Its id.
    pub id: String,
    /// The guide, for its title.
    pub guide: Rc<Guide>,
}

/// What the user did in the interface, or what the anchor saw.
#[derive(Clone, Debug, PartialEq)]
pub enum Intent {
    /// A button of a step was pressed; one intent for each of its actions, in order.
    Act {
        /// Id of the guide.
        guide: String,
        /// Id of the step.
        step: String,
        /// What to do.
        action: Action,
    },
    /// Escape was pressed while the step was shown.
    Esc {
        /// Id of the guide.
        guide: String,
        /// Id of the step.
        step: String,
    },
    /// A click, an input or an element the step waits for happened.
    Advance {
        /// Id of the guide.
        guide: String,
        /// Id of the step.
        step: String,
    },
    /// The step's target is on the page.
    TargetFound {
        /// Id of the guide.
        guide: String,
        /// Id of the step.
        step: String,
    },
    /// The step's target was not found for as long as the step allows.
    TargetMissing {
        /// Id of the guide.
        guide: String,
        /// Id of the step.
        step: String,
        /// How long it was waited for, in milliseconds.
        waited_ms: u32,
    },
    /// The hub was opened or closed.
    Hub(bool),
    /// A guide listed in the hub was started.
    Start(String),
    /// The button of a checklist's item was pressed.
    Do {
        /// Id of the checklist.
        list: String,
        /// Id of the item.
        item: String,
    },
    /// An item was ticked off by hand, or its tick taken back.
    Tick {
        /// Id of the checklist.
        list: String,
        /// Id of the item.
        item: String,
        /// Whether it is done now.
        done: bool,
    },
    /// A checklist was folded or unfolded.
    Fold {
        /// Id of the checklist.
        list: String,
        /// Whether it is folded now.
        folded: bool,
    },
    /// A checklist was dismissed.
    Dismiss {
        /// Id of the checklist.
        list: String,
    },
}
