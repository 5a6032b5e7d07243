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
    let mut open: Vec<&str> = Vec::new();
    let mut states = Vec::new();
    for item in &list.items {
        let before = recorded(item);
        let waits = waiting || item.after.iter().any(|id| open.contains(&id.as_str()));
        let locked = waits && !before;
        let fresh = !before && !locked && !item.by_hand && holds(item);
        let done = before || fresh;
        if !done {
            open.push(&item.id);
        }
        waiting |= list.order == Order::Fixed && !done;
        states.push(ItemState {
            done,
            locked,
            fresh,
        });
    }
    states
}

/// The order in which a checklist's items are listed for who wants to reach `goal` first: those that lead to it and those
/// that have to be done before them, then the rest, each in the order they were written in. An item only comes after
/// items that are written before it, so this is an order in which they can be done, and no shorter one has them all.
#[must_use]
pub fn towards(list: &Checklist, goal: Option<&str>) -> Vec<usize> {
    let mut needed: Vec<&str> = Vec::new();
    for item in list.items.iter().rev() {
        let leads = item.leads_to.iter().any(|to| Some(to.as_str()) == goal);
        if list.order == Order::Free && (leads || needed.contains(&item.id.as_str())) {
            needed.push(&item.id);
            needed.extend(item.after.iter().map(String::as_str));
        }
    }
    let mut places = Vec::new();
    for first in [true, false] {
        for (place, item) in list.items.iter().enumerate() {
            if needed.contains(&item.id.as_str()) == first {
                places.push(place);
            }
        }
    }
    places
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
                    media: None,
                    act: Vec::new(),
                    by_hand: matches!(letter, 'b' | 'B'),
                    leads_to: Vec::new(),
                    after: Vec::new(),
                })
                .collect(),
            order,
            progress: Progress::User,
            collapsible: true,
            goal: String::new(),
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

    /// Items are written `id<after:goal`, each part but the id left out where there is none.
    fn check_order(order: Order, goal: Option<&str>, given: &str, expected: &str) {
        let items = given.split_whitespace().map(|item| {
            let (item, goal) = item.split_once(':').unwrap_or((item, ""));
            let (id, after) = item.split_once('<').unwrap_or((item, ""));
            let texts = |text: &str| text.chars().map(String::from).collect();
            Item {
                id: id.to_owned(),
                title: Vec::new(),
                body: Vec::new(),
                media: None,
                act: Vec::new(),
                by_hand: true,
                leads_to: texts(goal),
                after: texts(after),
            }
        });
        let list = Checklist {
            body: Vec::new(),
            items: items.collect(),
            order,
            progress: Progress::User,
            collapsible: true,
            goal: String::new(),
        };
        let listed: String = towards(&list, goal)
            .into_iter()
            .map(|place| list.items[place].id.as_str())
            .collect();
        assert_eq!(listed, expected, "{given} for {goal:?}");
    }

    #[test]
    fn a_chosen_goal_comes_first_with_what_it_needs() {
        let items = "a b c<b d<c:x e<a:y f:xy";
        check_order(Order::Free, None, items, "abcdef");
        check_order(Order::Free, Some("x"), items, "bcdfae");
        check_order(Order::Free, Some("y"), items, "aefbcd");
        check_order(Order::Free, Some("z"), items, "abcdef");
        check_order(Order::Fixed, Some("y"), items, "abcdef");
    }
}
