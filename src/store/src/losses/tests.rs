//! However a stream's events arrive, the numbers are those of what arrived.

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

/// What a client does with one of its events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// Sent, and good.
    Good,
    /// Sent, and will never be stored.
    Bad,
    /// Given up and counted.
    Dropped,
    /// Lost without a word.
    Lost,
}

fn fates() -> impl Strategy<Value = Vec<Fate>> {
    let fate = prop_oneof![
        6 => Just(Fate::Good),
        1 => Just(Fate::Bad),
        1 => Just(Fate::Dropped),
        1 => Just(Fate::Lost),
    ];
    vec(fate, 1..60)
}

/// A delivery: which of the events that are sent, by sort of lot, and what the batch says of the stream.
fn deliver(stream: &mut Stream, seen: &mut BTreeSet<u32>, batch: &[u32], fates: &[Fate]) {
    let mut part = Stream::on(stream.day);
    for &place in batch {
        match fates[place as usize] {
            Fate::Good if seen.insert(place) => part.receive(place),
            Fate::Bad => part.refuse(Some(place)),
            _ => {}
        }
    }
    let dropped = fates.iter().filter(|fate| **fate == Fate::Dropped).count();
    part.drop_so_far(dropped as u32);
    stream.and(&part);
}

proptest! {
    #[test]
    fn order_cuts_and_repeats_change_nothing(
        fates in fates(),
        order in vec(any::<prop::sample::Index>(), 0..80),
        cuts in vec(1..9_usize, 1..80),
        days in vec(0..5_i32, 1..80),
    ) {
        let sent: Vec<u32> = (0..fates.len() as u32)
            .filter(|place| matches!(fates[*place as usize], Fate::Good | Fate::Bad))
            .collect();
        // Every event that is sent at least once, and some of them again, in any order.
        let mut all = sent.clone();
        if !sent.is_empty() {
            all.extend(order.iter().map(|index| *index.get(&sent)));
            for (nth, index) in order.iter().enumerate() {
                let other = index.index(all.len());
                let nth = nth % all.len();
                all.swap(nth, other);
            }
        }
        let mut stream = Stream::on(9);
        let mut seen = BTreeSet::new();
        let mut cuts = cuts.iter().cycle();
        let mut rest = &all[..];
        let mut first = 9;
        for day in days.iter().cycle() {
            if rest.is_empty() { break; }
            let (batch, after) = rest.split_at((*cuts.next().expect("it never ends")).min(rest.len()));
            let mut later = Stream::on(*day);
            std::mem::swap(&mut later, &mut stream);
            deliver(&mut stream, &mut seen, batch, &fates);
            stream.and(&later);
            first = first.min(*day);
            rest = after;
        }
        deliver(&mut stream, &mut seen, &[], &fates);
        let count = |wanted: Fate| fates.iter().filter(|fate| **fate == wanted).count() as u64;
        // What is lost after the last number that arrived is nowhere to be seen; what is dropped there was told.
        let last = sent.last().map_or(0, |last| *last as usize + 1);
        let numbered = &fates[..last];
        let told = count(Fate::Good) + count(Fate::Bad) + count(Fate::Dropped);
        prop_assert_eq!(stream.tally(), Tally {
            sent: (numbered.len() as u64).max(told),
            received: count(Fate::Good),
            duplicate: 0,
            rejected: count(Fate::Bad),
            dropped: count(Fate::Dropped),
        });
        prop_assert_eq!(stream.day, first);
        let again = Stream::of_bytes(stream.day, &stream.to_bytes());
        prop_assert_eq!(again, Ok(stream));
    }

    #[test]
    fn parts_add_up_in_any_order(parts in vec(vec((0..80_u32, any::<bool>()), 0..10), 1..6), swap in any::<prop::sample::Index>()) {
        // No event is in two parts, as the store tells duplicates apart; a rejection may be.
        let mut seen = BTreeSet::new();
        let mut made: Vec<Stream> = parts.iter().enumerate().map(|(nth, events)| {
            let mut part = Stream::on(nth as i32);
            for (place, good) in events {
                if !good { part.refuse(Some(*place)); } else if seen.insert(*place) { part.receive(*place); }
            }
            part.drop_so_far(nth as u32);
            part
        }).collect();
        let sum = |parts: &[Stream]| {
            let mut whole = parts[0].clone();
            for part in &parts[1..] { whole.and(part); }
            whole
        };
        let straight = sum(&made);
        let at = swap.index(made.len());
        made.rotate_left(at);
        let turned = sum(&made);
        prop_assert_eq!(&turned, &straight);
        made.reverse();
        prop_assert_eq!(sum(&made), straight);
    }

    #[test]
    fn whatever_is_claimed_takes_little_room(claims in vec((any::<u32>(), any::<bool>()), 0..400), dropped: u32) {
        let mut stream = Stream::on(0);
        for (place, good) in &claims {
            if *good { stream.receive(*place); } else { stream.refuse(Some(*place)); }
        }
        stream.drop_so_far(dropped);
        let tally = stream.tally();
        prop_assert!(stream.to_bytes().len() <= 16 + 2 * 64 * 10);
        prop_assert_eq!(tally.received, claims.iter().filter(|(_, good)| *good).count() as u64);
        prop_assert!(tally.sent >= tally.received + tally.rejected + tally.dropped);
        prop_assert!(tally.lost() <= u64::from(MOST_PLACES));
    }
}

#[test]
fn many_rejections_and_gaps_are_no_false_loss() {
    // Every tenth event of a long page load is wrong, twice over: more runs than are kept.
    let mut stream = Stream::on(0);
    for round in 0..2 {
        for place in 0..2000 {
            match place % 10 {
                3 => stream.refuse(Some(place)),
                _ if round == 0 => stream.receive(place),
                _ => {}
            }
        }
    }
    assert_eq!(
        stream.tally(),
        Tally {
            sent: 2000,
            received: 1800,
            rejected: 200,
            ..Tally::default()
        }
    );
    // As many are lost.
    let mut stream = Stream::on(0);
    for place in (0..2000).filter(|place| place % 10 != 3) {
        stream.receive(place);
    }
    assert_eq!(stream.tally().lost(), 200);
    // And come in the end.
    for place in (0..2000).filter(|place| place % 10 == 3) {
        stream.receive(place);
    }
    assert_eq!(stream.tally().lost(), 0);
}
