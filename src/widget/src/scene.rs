//! What is shown now: the one value that goes from the runtime to the interface, and what comes back from it.
//!
//! The runtime makes a [`Scene`] whenever something changed and hands it to the interface; the interface answers with
//! [`Intent`]s. There is no other path between the two.

use std::ops::Deref;
use std::rc::Rc;

use banso_model::guide::{Action, Button, Guide};
use banso_model::value::Value;
use banso_model::wire::{Article, HelpAnswer, Section, Session};

/// Everything the interface needs to draw, and nothing to decide with.
#[derive(Clone, PartialEq)]
pub struct Scene {
    /// The words, the look, the locale and the variables.
    pub session: Shared<Session>,
    /// Whether lines run from right to left.
    pub right_to_left: bool,
    /// The guides whose steps are on the screen.
    pub cards: Vec<CardScene>,
    /// The hub; none when there is no hub on this page.
    pub hub: Option<HubScene>,
}

/// What is shared with the runtime and never changes. It is equal to itself alone.
pub struct Shared<T>(pub Rc<T>);

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

impl<T> PartialEq for Shared<T> {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl<T> Deref for Shared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// A guide at one of its steps.
#[derive(Clone, PartialEq)]
pub struct CardScene {
    /// The guide.
    pub guide: Shared<Guide>,
    /// Index of the step in the guide.
    pub step: usize,
    /// Counts the times a step was entered in this page: it names this time in intents, and tells coming back to a step
    /// from staying at it.
    pub run: u32,
    /// The step's number for the user, from 1, among the steps that are shown.
    pub number: usize,
    /// How many steps the user will see.
    pub of: usize,
    /// The buttons, the usual ones filled in.
    pub buttons: Vec<Button>,
    /// Whether the step is hidden because its target stays missing; it comes back with [`Intent::Found`].
    pub paused: bool,
    /// Whether the card of a hotspot is open.
    pub open: bool,
    /// The answer that was given so far.
    pub answer: Option<Value>,
}

/// The hub.
#[derive(Clone, PartialEq)]
pub struct HubScene {
    /// Whether it is open.
    pub open: bool,
    /// How many things are to be done or are new.
    pub unread: usize,
    /// Its parts, in order.
    pub sections: Vec<Section>,
    /// The part that is shown.
    pub section: Section,
    /// Help.
    pub help: HelpScene,
    /// The checklists, in order.
    pub checklists: Vec<ChecklistScene>,
    /// Guides the user can start.
    pub guides: Vec<Shared<Guide>>,
}

/// Help in the hub.
#[derive(Clone, Default, PartialEq)]
pub struct HelpScene {
    /// What is searched; empty for what is suggested for the page.
    pub query: String,
    /// What was searched for what was found.
    pub searched: String,
    /// What was found; none while nothing came yet.
    pub found: Option<Shared<HelpAnswer>>,
    /// Whether help could not be reached.
    pub failed: bool,
    /// The article that is open.
    pub article: Option<Shared<Article>>,
    /// Whether it helped, once its reader has said so.
    pub solved: Option<bool>,
}

/// A checklist in the hub.
#[derive(Clone, PartialEq)]
pub struct ChecklistScene {
    /// The checklist.
    pub guide: Shared<Guide>,
    /// Its items, in the order of the guide's.
    pub items: Vec<ItemScene>,
    /// In which order they are listed.
    pub order: Vec<usize>,
    /// Which of them is open.
    pub open: Option<usize>,
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

/// What the user did in the interface, or what the anchor saw. Steps are named by their [`CardScene::run`].
#[derive(Clone, Debug, PartialEq)]
pub enum Intent {
    /// A button of a step was pressed; one intent for each of its actions, in order.
    Act(u32, Action),
    /// Escape was pressed while the step was shown.
    Esc(u32),
    /// A click, an input or an element the step waits for happened.
    Advance(u32),
    /// The step's target is on the page.
    Found(u32),
    /// The step's target was not found for as long as the step allows.
    Missing(u32),
    /// The mark of a hotspot was pressed.
    Beacon(u32),
    /// The step's question was answered.
    Answer(u32, Value),
    /// One of several options was chosen, or not any more.
    Toggle(u32, String),
    /// This was written as the answer.
    Text(u32, String),
    /// A button of the hub's news or contact was pressed; one intent for each of its actions, in order.
    Perform(Action),
    /// A part of the hub was chosen.
    Section(Section),
    /// This is searched in help.
    Search(String),
    /// An article was opened, or the one that was open closed.
    Article(Option<String>),
    /// The reader of the open article said whether it helped.
    Solved(bool),
    /// The hub was opened or closed.
    Hub(bool),
    /// A guide listed in the hub was started.
    Start(String),
    /// An item of a checklist was opened, or the one that was open closed.
    Item(String, Option<usize>),
    /// The button of a checklist's item was pressed.
    Do(String, usize),
    /// An item was ticked off by hand.
    Tick(String, usize),
    /// A checklist was folded or unfolded.
    Fold(String),
    /// A checklist was dismissed.
    Dismiss(String),
}
