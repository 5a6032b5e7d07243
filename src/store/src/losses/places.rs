//! A set of places in a stream: mostly one run without a gap, so it is kept as runs.

use crate::codec::{Bytes, Malformed, Put};

/// Places, as runs from a first to before an end, in order and apart from each other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    runs: Vec<(u32, u32)>,
}

impl Places {
    /// Adds one place.
    pub fn add(&mut self, place: u32) {
        let end = place.saturating_add(1);
        match self.runs.last_mut() {
            // What arrives in order makes the last run longer.
            Some((first, last)) if *first <= place && place <= *last => *last = end.max(*last),
            Some((_, last)) if place < *last => {
                let one = vec![(place, end)];
                *self = self.and(&Self { runs: one });
            }
            _ => self.runs.push((place, end)),
        }
    }

    /// Both together.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let mut all: Vec<(u32, u32)> = self.runs.iter().chain(&other.runs).copied().collect();
        all.sort_unstable();
        let mut runs: Vec<(u32, u32)> = Vec::with_capacity(all.len());
        for (first, end) in all {
            match runs.last_mut() {
                Some((_, last)) if first <= *last => *last = end.max(*last),
                _ => runs.push((first, end)),
            }
        }
        Self { runs }
    }

    /// These without those of `other`.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        let mut runs = Vec::new();
        for &(mut first, end) in &self.runs {
            for &(hole, after) in &other.runs {
                if after <= first || end <= hole {
                    continue;
                }
                if first < hole {
                    runs.push((first, hole));
                }
                first = after.min(end);
            }
            if first < end {
                runs.push((first, end));
            }
        }
        Self { runs }
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.runs
            .iter()
            .map(|(first, end)| u64::from(end - first))
            .sum()
    }

    /// One after the highest; 0 when there is none.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.runs.last().map_or(0, |(_, end)| u64::from(*end))
    }

    /// Takes the gaps as filled, the lowest first, until there are no more than so many runs.
    pub fn fill(&mut self, most: usize) {
        let over = self.runs.len().saturating_sub(most);
        if let Some((first, _)) = self.runs.first().copied()
            && over > 0
        {
            self.runs.drain(..over);
            self.runs[0].0 = first;
        }
    }

    /// Takes out the lowest runs until there are no more than so many; returns how many places those had.
    pub fn shed(&mut self, most: usize) -> u64 {
        let over = self.runs.len().saturating_sub(most);
        let gone = Self {
            runs: self.runs.drain(..over).collect(),
        };
        gone.count()
    }

    /// Appends them to bytes.
    pub fn put(&self, out: &mut Vec<u8>) {
        out.put_number(self.runs.len() as u64);
        let mut before = 0;
        for (first, end) in &self.runs {
            out.put_number(u64::from(first - before));
            out.put_number(u64::from(end - first));
            before = *end;
        }
    }

    /// Reads what [`Places::put`] wrote.
    ///
    /// # Errors
    /// [`Malformed`] when it did not.
    pub fn take(from: &mut Bytes<'_>) -> Result<Self, Malformed> {
        let count = from.length()?;
        let mut runs = Vec::with_capacity(count);
        let mut before = 0_u32;
        for _ in 0..count {
            let first = before
                .checked_add(from.small()?)
                .ok_or(Malformed::Overlong)?;
            before = first
                .checked_add(from.small()?)
                .ok_or(Malformed::Overlong)?;
            runs.push((first, before));
        }
        Ok(Self { runs })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn places(all: &[u32]) -> Places {
        let mut places = Places::default();
        for place in all {
            places.add(*place);
        }
        places
    }

    fn listed(places: &Places) -> Vec<u32> {
        places
            .runs
            .iter()
            .flat_map(|(first, end)| *first..*end)
            .collect()
    }

    proptest! {
        #[test]
        fn they_are_a_set(one in vec(0..40_u32, 0..30), two in vec(0..40_u32, 0..30)) {
            let sets = [&one, &two].map(|all| all.iter().copied().collect::<BTreeSet<_>>());
            let (a, b) = (places(&one), places(&two));
            let [first, second] = &sets;
            prop_assert_eq!(listed(&a), first.iter().copied().collect::<Vec<_>>());
            prop_assert_eq!(listed(&a.and(&b)), first.union(second).copied().collect::<Vec<_>>());
            prop_assert_eq!(listed(&a.without(&b)), first.difference(second).copied().collect::<Vec<_>>());
            prop_assert_eq!(a.count(), first.len() as u64);
            prop_assert_eq!(a.end(), first.last().map_or(0, |last| u64::from(*last) + 1));
            prop_assert!(a.runs.windows(2).all(|pair| pair[0].1 < pair[1].0), "{:?}", a);
            let mut bytes = Vec::new();
            a.put(&mut bytes);
            prop_assert_eq!(Places::take(&mut Bytes(&bytes)), Ok(a));
        }

        #[test]
        fn they_can_be_bounded(all in vec(0..200_u32, 0..90), most in 1..20_usize) {
            let before = places(&all);
            let mut filled = before.clone();
            filled.fill(most);
            prop_assert!(filled.runs.len() <= most);
            prop_assert_eq!(filled.end(), before.end());
            prop_assert_eq!(before.without(&filled), Places::default());
            let mut less = before.clone();
            let shed = less.shed(most);
            prop_assert!(less.runs.len() <= most);
            prop_assert_eq!(less.count() + shed, before.count());
        }
    }
}
