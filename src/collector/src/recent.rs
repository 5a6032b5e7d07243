//! A bounded memory of recent things: what is not asked for is forgotten, whatever arrives.

use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustc_hash::FxHashMap;

/// A map of at most `capacity` recent entries. It keeps two generations: when the younger is half the capacity, the
/// elder is dropped.
#[derive(Debug)]
pub struct Recent<K, V> {
    capacity: usize,
    generations: Mutex<Generations<K, V>>,
}

#[derive(Debug)]
struct Generations<K, V> {
    young: FxHashMap<K, V>,
    elder: FxHashMap<K, V>,
}

impl<K: Hash + Eq, V: Clone> Recent<K, V> {
    /// An empty memory.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self {
            capacity,
            generations: Mutex::new(Generations {
                young: FxHashMap::default(),
                elder: FxHashMap::default(),
            }),
        }
    }

    /// What was last put under `key`, unless it was forgotten.
    pub fn get<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<V>
    where
        K: std::borrow::Borrow<Q>,
    {
        let generations = self.lock();
        generations
            .young
            .get(key)
            .or_else(|| generations.elder.get(key))
            .cloned()
    }

    /// Puts `value` under `key`.
    pub fn put(&self, key: K, value: V) {
        let mut generations = self.lock();
        if generations.young.len() >= self.capacity / 2 {
            generations.elder = std::mem::take(&mut generations.young);
        }
        generations.young.insert(key, value);
    }

    /// Forgets everything.
    pub fn clear(&self) {
        let mut generations = self.lock();
        generations.young.clear();
        generations.elder.clear();
    }

    fn lock(&self) -> MutexGuard<'_, Generations<K, V>> {
        // Every change is one insertion, so a panic elsewhere leaves nothing half done.
        self.generations
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_remembers_the_latest_and_never_more_than_it_may() {
        let recent = Recent::new(100);
        for n in 0..10_000_u32 {
            recent.put(n, n * 2);
            assert_eq!(recent.get(&n), Some(n * 2));
            assert_eq!(
                recent.get(&n.saturating_sub(49)),
                Some(n.saturating_sub(49) * 2)
            );
            let held = recent.lock();
            assert!(held.young.len() + held.elder.len() <= 100);
        }
        assert_eq!(recent.get(&0), None);
        recent.put(9_999, 1);
        assert_eq!(recent.get(&9_999), Some(1));
    }
}
