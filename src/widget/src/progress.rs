//! What this user has done with guides, as far as this device knows, beside what the collector's facts say.

use banso_model::event::GuideAct;
use banso_model::named::Named;
use banso_model::progress::{GuideProgress, ItemProgress};
use banso_model::time::Timestamp;
use banso_model::wire::Facts;
use serde::Serialize;

/// Kept on the device, one for each user.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Memory {
    /// Progress of guides.
    pub guides: Named<GuideProgress>,
    /// Completed items, by `list/item`.
    pub items: Named<ItemProgress>,
    /// Checklists this user folded.
    pub folded: Vec<String>,
    /// When the newest news that this user saw was published.
    pub news: Option<Timestamp>,
    /// When guides interrupted this user by themselves.
    pub interruptions: Vec<Timestamp>,
    /// Since when the conditions of each guide with a delay have held.
    pub armed: Named<ItemProgress>,
}

/// So many interruptions are remembered; pacing does not look further back.
const INTERRUPTIONS: usize = 50;

impl Memory {
    /// Takes over what is only in `other`; of both, the later progress and the earlier completion.
    pub fn merge(&mut self, other: Self) {
        for (id, theirs) in other.guides {
            if self.guides.get(&id).is_none_or(|ours| theirs.at > ours.at) {
                self.guides.insert(id, theirs);
            }
        }
        for (id, item) in other.items {
            if self.items.get(&id).is_none_or(|ours| item.at < ours.at) {
                self.items.insert(id, item);
            }
        }
        self.folded.extend(other.folded);
        self.interruptions.extend(other.interruptions);
    }

    /// How far the user is with a guide: what the facts or this device say, whichever is later.
    pub fn guide<'a>(&'a self, facts: &'a Facts, id: &str) -> Option<&'a GuideProgress> {
        match (self.guides.get(id), facts.guides.get(id)) {
            (Some(here), Some(there)) => Some(if there.at > here.at { there } else { here }),
            (here, there) => here.or(there),
        }
    }

    /// Whether an item is done.
    pub fn item(&self, facts: &Facts, item: &str) -> bool {
        self.items.contains_key(item) || facts.items.contains_key(item)
    }

    /// The user or the widget did something with a guide.
    pub fn act(
        &mut self,
        facts: &Facts,
        id: &str,
        act: GuideAct,
        step: Option<&str>,
        until: Option<Timestamp>,
        at: Timestamp,
    ) {
        let mut progress = self.guide(facts, id).cloned().unwrap_or_default();
        progress.fold(act, step, until, at);
        self.guides.insert(id.to_owned(), progress);
    }

    /// A guide interrupted the user by itself.
    pub fn interrupted(&mut self, at: Timestamp) {
        self.interruptions.push(at);
        let surplus = self.interruptions.len().saturating_sub(INTERRUPTIONS);
        self.interruptions.drain(..surplus);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use banso_model::progress::Run;

    fn memory(acts: &[(GuideAct, i64)]) -> Memory {
        let mut memory = Memory::default();
        for (act, at) in acts {
            memory.act(
                &Facts::default(),
                "g",
                *act,
                Some("s"),
                None,
                Timestamp(*at),
            );
        }
        memory
    }

    fn facts(acts: &[(GuideAct, i64)]) -> Facts {
        Facts {
            guides: memory(acts).guides,
            ..Facts::default()
        }
    }

    #[test]
    fn the_later_state_counts() {
        use GuideAct::{Done, Seen};
        for (here, there, run) in [
            (&[][..], &[][..], None),
            (&[(Seen, 1)], &[], Some(Run::Open)),
            (&[], &[(Seen, 1)], Some(Run::Open)),
            (&[(Seen, 1)], &[(Seen, 1), (Done, 2)], Some(Run::Done)),
            (&[(Seen, 3)], &[(Seen, 1), (Done, 2)], Some(Run::Open)),
        ] {
            let (memory, facts) = (memory(here), facts(there));
            let progress = memory.guide(&facts, "g");
            assert_eq!(progress.and_then(|p| p.run), run, "{here:?} {there:?}");
            let mut merged = memory.clone();
            merged.merge(Memory {
                guides: facts.guides.clone(),
                ..Memory::default()
            });
            assert_eq!(merged.guides.get("g").and_then(|p| p.run), run);
        }
    }

    #[test]
    fn an_act_goes_on_from_what_the_collector_knew() {
        let facts = facts(&[(GuideAct::Seen, 1)]);
        let mut memory = Memory::default();
        memory.act(&facts, "g", GuideAct::Done, None, None, Timestamp(5));
        let progress = memory.guide(&facts, "g").cloned().unwrap_or_default();
        assert_eq!((progress.runs, progress.done), (1, true));
    }
}
