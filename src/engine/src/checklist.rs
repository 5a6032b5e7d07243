//! A checklist's items: which are done, which wait for others.

use banso_model::guide::{Checklist, Item, Order};

/// Where one item stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ItemState {
    /// Whether it is done.
    pub done: bool,
    /// Whether items before it must be done first.
    pub locked: bool,
    /// Whether it is done only since now: its condition holds and nothing recorded it yet.
    pub fresh: bool,
}

/// Where each item of a checklist stands, in order.
///
/// `recorded` says whether an item was completed before, `holds` whether its condition holds now; a condition is not
/// asked of an item ticked by hand, nor of a locked one. What was completed once stays completed.
#[must_use]
pub fn items(
    list: &Checklist,
    mut recorded: impl FnMut(&Item) -> bool,
    mut holds: impl FnMut(&Item) -> bool,
) -> Vec<ItemState> {
    let mut waiting = false;
    list.items
        .iter()
        .map(|item| {
            let before = recorded(item);
            let locked = waiting && !before;
            let fresh = !before && !locked && !item.by_hand && holds(item);
            let done = before || fresh;
            waiting |= list.order == Order::Fixed && !done;
            ItemState {
                done,
                locked,
                fresh,
            }
        })
        .collect()
}

/// How many items are done, of how many.
#[must_use]
pub fn progress(items: &[ItemState]) -> (usize, usize) {
    (items.iter().filter(|item| item.done).count(), items.len())
}

/// Whether every item is done.
#[must_use]
pub fn is_done(items: &[ItemState]) -> bool {
    items.iter().all(|item| item.done)
}

#[cfg(test)]
mod tests {
    use super::*;
    use banso_model::guide::Progress;

    /// One letter an item: `r` recorded, `h` its condition holds, `-` neither, `b` ticked by hand and not yet, `B` ticked.
    fn check(order: Order, given: &str, expected: &str) {
        let list = Checklist {
            body: Vec::new(),
            items: given
                .char_indices()
                .map(|(at, letter)| Item {
                    id: at.to_string(),
                    title: Vec::new(),
                    body: Vec::new(),
                    act: Vec::new(),
                    by_hand: matches!(letter, 'b' | 'B'),
                })
                .collect(),
            order,
            progress: Progress::User,
            collapsible: true,
            dismissable: true,
        };
        let letter = |item: &Item| given.as_bytes()[item.id.parse::<usize>().expect("a place")];
        let states = items(
            &list,
            |item| matches!(letter(item), b'r' | b'B'),
            |item| matches!(letter(item), b'h' | b'b'),
        );
        let seen: String = states
            .iter()
            .map(|state| match (state.done, state.fresh, state.locked) {
                (true, true, false) => 'f',
                (true, false, false) => 'd',
                (false, false, true) => 'l',
                (false, false, false) => '-',
                other => panic!("{other:?} cannot be"),
            })
            .collect();
        assert_eq!(seen, expected, "{order:?} {given}");
        assert_eq!(is_done(&states), progress(&states).0 == given.len());
    }

    #[test]
    fn free_and_fixed_order() {
        for (order, given, expected) in [
            (Order::Free, "rh-b", "df--"),
            (Order::Free, "rhB", "dfd"),
            (Order::Fixed, "rh-b", "df-l"),
            (Order::Fixed, "-hr-", "-ldl"),
            (Order::Fixed, "hhh", "fff"),
            (Order::Fixed, "b--", "-ll"),
            (Order::Fixed, "B--", "d-l"),
            (Order::Fixed, "", ""),
        ] {
            check(order, given, expected);
        }
    }
}
