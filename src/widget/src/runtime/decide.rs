//! Conditions are finished and guides are chosen, whenever something they may ask about changed.

use std::cell::RefCell;
use std::rc::Rc;

use banso_engine::arbiter::{self, Candidate, Cause, Decision, Moment};
use banso_engine::checklist::{self, ItemState};
use banso_engine::reduce::decided;
use banso_model::condition::Condition;
use banso_model::event::{GuideAct, Kind};
use banso_model::guide::{Checklist, Content, Guide, Kind as GuideKind};
use banso_model::progress::ItemProgress;
use banso_model::target::Target;
use banso_model::time::Timestamp;
use banso_model::wire::{GuideEntry, Session};

use super::live::Live;
use super::record::props;
use super::tour::Suspended;
use super::{Message, post};
use crate::anchor::Watch;
use crate::browser::{self, joined};
use crate::facts::{PageFacts, next_change};

/// An item that completes may complete the next; a guide that ends may let another begin. More rounds than this in one
/// task are a loop in the configuration, which then takes a task for each.
const ROUNDS: usize = 8;

/// An interruption in the overlay, which no feature is named like.
pub(super) const INTERRUPTION: &str = "";

impl Live {
    pub(super) fn decide(&mut self) {
        let now = browser::now();
        let due = self.again_at.is_some_and(|at| at <= now);
        self.pass_time(now);
        for _ in 0..ROUNDS {
            if !std::mem::take(&mut self.dirty) && !due {
                return;
            }
            self.again_at = None;
            let Some(session) = self.session.clone() else {
                self.running.clear();
                self.listed.clear();
                return;
            };
            self.decide_once(&session, now);
            if !self.dirty {
                return;
            }
        }
    }

    fn decide_once(&mut self, session: &Rc<Session>, now: Timestamp) {
        let (holds, elements) = self.look(session, now);
        self.arm(session, &holds, now);
        self.watch_elements(elements);
        let mut barren = Vec::new();
        let decision = loop {
            let decision = self.choose(session, &holds, &barren, now);
            let shown = decision.show.as_ref();
            self.running.retain(|running| {
                let id = &running.guide.id;
                shown.is_some_and(|(shown, _)| shown == id) || decision.beside.contains(id)
            });
            let Some((id, cause)) = shown.filter(|(id, _)| self.running(id).is_none()) else {
                break decision;
            };
            if self.start(session, id, *cause) {
                break decision;
            }
            barren.push(id.clone());
        };
        self.start_beside(session, &decision.beside);
        self.again_at = earliest(decision.again_at, self.boundary(session, now));
        self.recheck_steps();
        self.list(session, &decision.beside);
        self.complete_items(session, now);
    }

    /// Starts what interrupts nobody: banners and hotspots.
    fn start_beside(&mut self, session: &Session, beside: &[String]) {
        for entry in &session.guides {
            if entry.kind != GuideKind::Checklist
                && beside.contains(&entry.id)
                && self.running(&entry.id).is_none()
            {
                self.start(session, &entry.id, Cause::Auto);
            }
        }
    }

    /// Whether each listed guide's `show` holds, and the elements of the page that answers depend on.
    fn look(&self, session: &Session, now: Timestamp) -> (Vec<bool>, Vec<Target>) {
        let locale = self.locale();
        let facts = self.facts(session, &locale, now);
        let holds = session
            .guides
            .iter()
            .map(|entry| holds(entry, "show", &facts))
            .collect();
        let mut elements = facts.elements.take();
        // What a tour's steps and a checklist's items ask about changes with the page as well.
        for entry in &session.guides {
            if self.running(&entry.id).is_some() || self.listed.contains(&entry.id) {
                for condition in entry.conditions.values() {
                    ask_elements(condition, &mut elements);
                }
            }
        }
        (holds, elements)
    }

    /// Watches the page as long as an answer depends on what is in it.
    fn watch_elements(&mut self, elements: Vec<Target>) {
        if self.watch.as_ref().map(|(watched, _)| watched) == Some(&elements) {
            return;
        }
        self.watch = (!elements.is_empty()).then(|| {
            let watch = Watch::new(elements.clone(), || post(Message::Changed));
            (elements, watch)
        });
    }

    pub(super) fn facts<'a>(
        &'a self,
        session: &'a Session,
        locale: &'a str,
        now: Timestamp,
    ) -> PageFacts<'a> {
        PageFacts {
            facts: &session.facts,
            overlay: &self.overlay,
            memory: &self.memory,
            answered: &self.answered,
            lists: &self.lists,
            url: &self.address.url,
            patterns: &self.patterns,
            locale,
            now,
            elements: RefCell::default(),
        }
    }

    /// Takes note of since when each guide's conditions have held. A delay goes on over a reload: it counts from when it began
    /// in this visit, unless the guide was shown since.
    fn arm(&mut self, session: &Session, holds: &[bool], now: Timestamp) {
        let mut changed = false;
        for (entry, holds) in session.guides.iter().zip(holds) {
            let id = &entry.id;
            if *holds {
                if !self.armed.contains_key(id) {
                    let shown = self.memory.guide(&session.facts, id).map(|shown| shown.at);
                    let since = shown.max(Some(self.identity.began()));
                    let kept = self.memory.armed.get(id).map(|kept| kept.at);
                    let at = kept.filter(|at| Some(*at) > since).unwrap_or(now);
                    self.armed.insert(id.clone(), at);
                    if entry.delay_ms > 0 {
                        self.memory.armed.insert(id.clone(), ItemProgress { at });
                        changed = true;
                    }
                }
                if self.suspended.get(id) == Some(&Suspended::UntilHolds) {
                    self.suspended.remove(id);
                }
            } else {
                self.armed.remove(id);
                changed |= self.memory.armed.remove(id).is_some();
                if let Some(suspended) = self.suspended.get_mut(id) {
                    *suspended = Suspended::UntilHolds;
                }
            }
        }
        if changed {
            self.keep_memory();
        }
    }

    fn choose(
        &self,
        session: &Session,
        holds: &[bool],
        barren: &[String],
        now: Timestamp,
    ) -> Decision {
        let candidates: Vec<Candidate<'_>> = session
            .guides
            .iter()
            .zip(holds)
            .filter(|(entry, _)| {
                !self.hidden.contains_key(&entry.id) && !barren.contains(&entry.id)
            })
            .map(|(entry, holds)| {
                let suspended = self.suspended.contains_key(&entry.id);
                Candidate {
                    entry,
                    holds: *holds && !suspended,
                    armed_since: self.armed.get(&entry.id).copied(),
                    progress: self.memory.guide(&session.facts, &entry.id),
                    asked: self.asked.get(&entry.id).copied(),
                    suspended,
                }
            })
            .collect();
        let interruptions = self.interruptions(session);
        arbiter::decide(
            &candidates,
            &Moment {
                now,
                pacing: session.pacing,
                interruptions: &interruptions,
                showing: self.interrupting().map(super::tour::Running::id),
            },
        )
    }

    /// When this user was interrupted: as the collector knows and what it does not know yet. When it does not know who
    /// this is, what the device remembers.
    fn interruptions(&self, session: &Session) -> Vec<Timestamp> {
        if !session.identified {
            return self.memory.interruptions.clone();
        }
        let known = session.facts.interruptions.iter().copied();
        known.chain(self.overlay.times(INTERRUPTION)).collect()
    }

    /// When a condition changes by time alone.
    fn boundary(&self, session: &Session, now: Timestamp) -> Option<Timestamp> {
        let conditions = session
            .guides
            .iter()
            .flat_map(|entry| entry.conditions.values());
        let window = conditions
            .filter_map(|condition| next_change(condition, now))
            .min();
        // Counts within days change when the day does.
        earliest(
            window,
            Some(session.facts.tomorrow_at).filter(|at| *at > now),
        )
    }

    /// Lists the checklists that are shown, and gets them.
    fn list(&mut self, session: &Session, beside: &[String]) {
        let shown = |entry: &&GuideEntry| {
            entry.kind == GuideKind::Checklist
                && (beside.contains(&entry.id) || self.finished.contains_key(&entry.id))
        };
        let listed: Vec<(String, String)> = session
            .guides
            .iter()
            .filter(shown)
            .map(|entry| (entry.id.clone(), entry.hash.clone()))
            .collect();
        for (_, hash) in &listed {
            self.guide(hash);
        }
        self.listed = listed.into_iter().map(|(id, _)| id).collect();
        let asked = self.listed.iter().any(|id| self.asked.remove(id).is_some());
        if asked {
            self.open_hub(true);
        }
    }

    /// Records the items of listed checklists that have become done.
    fn complete_items(&mut self, session: &Session, now: Timestamp) {
        for id in self.listed.clone() {
            let Some((guide, states)) = self.items(session, &id, now) else {
                continue;
            };
            let Content::Checklist(list) = &guide.content else {
                continue;
            };
            for (item, state) in list.items.iter().zip(&states) {
                if state.fresh {
                    self.complete(&id, &item.id, "condition");
                }
            }
            if checklist::is_done(&states) && !self.finished.contains_key(&id) {
                self.finish_list(session, &id);
            }
        }
    }

    /// Where each item of a listed checklist stands; none before it was fetched.
    pub(super) fn items(
        &self,
        session: &Session,
        id: &str,
        now: Timestamp,
    ) -> Option<(Rc<Guide>, Vec<ItemState>)> {
        let entry = session.entry(id)?;
        let guide = self.guides.get(&entry.hash)?.clone()?;
        let Content::Checklist(list) = &guide.content else {
            return None;
        };
        let states = self.item_states(session, entry, list, now);
        Some((guide, states))
    }

    fn item_states(
        &self,
        session: &Session,
        entry: &GuideEntry,
        list: &Checklist,
        now: Timestamp,
    ) -> Vec<ItemState> {
        let locale = self.locale();
        let facts = self.facts(session, &locale, now);
        checklist::items(
            list,
            |item| {
                self.memory
                    .item(&session.facts, &joined(&[&entry.id, "/", &item.id]))
            },
            |item| {
                // An item whose condition is not named holds as it is: the collector left nothing to ask.
                holds(entry, &joined(&["item/", &item.id]), &facts)
            },
        )
    }

    /// An item is done; it is recorded once.
    pub(super) fn complete(&mut self, list: &str, item: &str, by: &str) {
        let name = joined(&[list, "/", item]);
        if self.memory.items.contains_key(&name) {
            return;
        }
        let props = props(&[("by", by.into())]);
        self.record(Kind::Item, &name, props);
        self.memory
            .items
            .insert(name, ItemProgress { at: browser::now() });
        self.keep_memory();
        self.tell("item", list, item);
        self.dirty = true;
    }

    /// Every item is done. The list stays where it is until the page is left, so that its user sees it.
    fn finish_list(&mut self, session: &Session, id: &str) {
        self.finished.insert(id.to_owned(), ());
        let progress = self.memory.guide(&session.facts, id);
        if progress.is_some_and(|progress| progress.done) {
            return;
        }
        if progress.is_none_or(|progress| progress.runs == 0) {
            self.act(id, GuideAct::Seen, None, &[]);
        }
        self.act(id, GuideAct::Done, None, &[]);
    }
}

/// Whether what is left of a guide's condition at a place holds; a place not named always does.
pub(super) fn holds(entry: &GuideEntry, place: &str, facts: &PageFacts<'_>) -> bool {
    let condition = entry.conditions.get(place);
    condition.is_none_or(|condition| decided(condition, facts) == Some(true))
}

fn ask_elements(condition: &Condition, elements: &mut Vec<Target>) {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => {
            for part in parts {
                ask_elements(part, elements);
            }
        }
        Condition::Not(part) => ask_elements(part, elements),
        Condition::Element(target, _) if !elements.contains(target) => {
            elements.push((**target).clone());
        }
        _ => {}
    }
}

fn earliest(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    [one, other].into_iter().flatten().min()
}
