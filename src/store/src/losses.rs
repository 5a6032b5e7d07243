//! What became of the events that clients recorded: sent, received, rejected, given up, and the loss that remains.
//!
//! A page numbers what it records (`seq`) within its page load (`stream`) and says how much of it it gave up
//! (`dropped`). What a stream's numbers skip and nobody accounts for was lost on the way. Everything here is a union of
//! sets, a maximum or a sum over distinct events, so that the numbers come out the same in whatever order batches
//! arrive, however they were cut and however often they were sent again.

mod places;

use crate::codec::{Bytes, Malformed, Put};

pub use places::Places;

/// Places from here on are not believed: no page load records so much, and one wrong number would drown all others.
pub const MOST_PLACES: u32 = 1 << 24;
/// Most runs of places that are kept of a stream.
const MOST_RUNS: usize = 64;

/// What is known of one stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stream {
    /// The first day on which anything of it was received: all of it is accounted for on that day.
    pub day: i32,
    /// Distinct events received.
    received: u64,
    /// Rejected events whose place could not be read.
    unplaced: u64,
    /// Rejected events whose places are no longer told apart.
    settled: u64,
    /// Events the client says it gave up.
    dropped: u64,
    /// Places received or rejected.
    arrived: Places,
    /// Those of them that were rejected and never received.
    refused: Places,
}

impl Stream {
    /// A stream of which something arrives on a day.
    #[must_use]
    pub fn on(day: i32) -> Self {
        Self {
            day,
            received: 0,
            unplaced: 0,
            settled: 0,
            dropped: 0,
            arrived: Places::default(),
            refused: Places::default(),
        }
    }

    /// An event that was not there before.
    pub fn receive(&mut self, place: u32) {
        self.received += 1;
        if place < MOST_PLACES {
            if self.refused != Places::default() {
                let mut one = Places::default();
                one.add(place);
                self.refused = self.refused.without(&one);
            }
            self.arrived.add(place);
            self.arrived.fill(MOST_RUNS);
        }
    }

    /// An event that will never be stored, with its place when that could be read.
    pub fn refuse(&mut self, place: Option<u32>) {
        let Some(place) = place.filter(|place| *place < MOST_PLACES) else {
            self.unplaced += 1;
            return;
        };
        let mut one = Self::on(self.day);
        one.arrived.add(place);
        one.refused.add(place);
        self.and(&one);
    }

    /// The client says that it gave up so many so far.
    pub fn drop_so_far(&mut self, dropped: u32) {
        self.dropped = self.dropped.max(dropped.min(MOST_PLACES).into());
    }

    /// Adds what else is known of the stream; none of the events is in both.
    pub fn and(&mut self, other: &Self) {
        let came = self
            .arrived
            .without(&self.refused)
            .and(&other.arrived.without(&other.refused));
        self.refused = self.refused.and(&other.refused).without(&came);
        self.arrived = self.arrived.and(&other.arrived);
        self.day = self.day.min(other.day);
        self.received += other.received;
        self.unplaced += other.unplaced;
        self.settled += other.settled;
        self.dropped = self.dropped.max(other.dropped);
        // A gap that is taken as filled stays a loss, as losses are told by counts; only a rejection that arrives in
        // it later is not recognised.
        self.arrived.fill(MOST_RUNS);
        self.settled += self.refused.shed(MOST_RUNS);
    }

    /// Its part of the day's numbers.
    #[must_use]
    pub fn tally(&self) -> Tally {
        let rejected = self.unplaced + self.settled + self.refused.count();
        let numbered = self.arrived.end() + self.unplaced;
        Tally {
            // What was given up last has no number after it that would tell.
            sent: numbered.max(self.received + rejected + self.dropped),
            received: self.received,
            duplicate: 0,
            rejected,
            dropped: self.dropped,
        }
    }

    /// All but the day, as bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(16);
        for number in [self.received, self.unplaced, self.settled, self.dropped] {
            bytes.put_number(number);
        }
        self.arrived.put(&mut bytes);
        self.refused.put(&mut bytes);
        bytes
    }

    /// Reads what [`Stream::to_bytes`] wrote.
    ///
    /// # Errors
    /// [`Malformed`] when it did not.
    pub fn of_bytes(day: i32, bytes: &[u8]) -> Result<Self, Malformed> {
        let mut from = Bytes(bytes);
        Ok(Self {
            day,
            received: from.number()?,
            unplaced: from.number()?,
            settled: from.number()?,
            dropped: from.number()?,
            arrived: Places::take(&mut from)?,
            refused: Places::take(&mut from)?,
        })
    }
}

/// What became of events: `sent` is the sum of `received`, `rejected`, `dropped` and what [was lost](Tally::lost).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Events that clients recorded, as far as their numbers tell.
    pub sent: u64,
    /// Distinct events stored.
    pub received: u64,
    /// Deliveries of events that were stored before.
    pub duplicate: u64,
    /// Events that will never be stored, and the client was told so.
    pub rejected: u64,
    /// Events that clients say they gave up.
    pub dropped: u64,
}

impl Tally {
    /// Events that nobody accounts for: those still on their way, and those that never come.
    #[must_use]
    pub const fn lost(&self) -> u64 {
        self.sent
            .saturating_sub(self.received + self.rejected + self.dropped)
    }

    /// The sum of both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self {
            sent: self.sent + other.sent,
            received: self.received + other.received,
            duplicate: self.duplicate + other.duplicate,
            rejected: self.rejected + other.rejected,
            dropped: self.dropped + other.dropped,
        }
    }
}

#[cfg(test)]
mod tests;
