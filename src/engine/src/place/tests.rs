use banso_model::guide::Placement;
use proptest::prelude::{Just, Strategy, prop_assert, prop_oneof, proptest};

use super::{Ask, Direction, Placed, Rect, Side, Size, place};

const fn rect(x: f64, y: f64, width: f64, height: f64) -> Rect {
    Rect {
        x,
        y,
        width,
        height,
    }
}

fn ask(target: Rect, placement: Placement) -> Ask {
    Ask {
        target,
        card: Size {
            width: 300.0,
            height: 200.0,
        },
        viewport: rect(0.0, 0.0, 1000.0, 800.0),
        clip: None,
        placement,
        direction: Direction::Ltr,
        gap: 12.0,
        margin: 8.0,
        corner: 20.0,
        padding: 4.0,
    }
}

fn check(ask: &Ask, x: f64, y: f64, side: Side, arrow: Option<f64>) {
    let placed = place(ask);
    assert_eq!(
        (placed.x, placed.y, placed.side, placed.arrow),
        (x, y, side, arrow),
        "{ask:?}"
    );
}

#[test]
fn a_card_is_on_the_side_it_prefers() {
    let target = rect(450.0, 380.0, 100.0, 40.0);
    for (placement, x, y, side, arrow) in [
        (Placement::Auto, 350.0, 432.0, Side::Bottom, 150.0),
        (Placement::Bottom, 350.0, 432.0, Side::Bottom, 150.0),
        (Placement::BottomStart, 450.0, 432.0, Side::Bottom, 50.0),
        (Placement::BottomEnd, 250.0, 432.0, Side::Bottom, 250.0),
        (Placement::Top, 350.0, 168.0, Side::Top, 150.0),
        (Placement::TopStart, 450.0, 168.0, Side::Top, 50.0),
        (Placement::TopEnd, 250.0, 168.0, Side::Top, 250.0),
        (Placement::Left, 138.0, 300.0, Side::Left, 100.0),
        (Placement::Right, 562.0, 300.0, Side::Right, 100.0),
        (Placement::Start, 138.0, 300.0, Side::Left, 100.0),
        (Placement::End, 562.0, 300.0, Side::Right, 100.0),
    ] {
        check(&ask(target, placement), x, y, side, Some(arrow));
    }
}

#[test]
fn right_to_left_mirrors_start_and_end() {
    let target = rect(450.0, 380.0, 100.0, 40.0);
    for (placement, x, side) in [
        (Placement::BottomStart, 250.0, Side::Bottom),
        (Placement::BottomEnd, 450.0, Side::Bottom),
        (Placement::Start, 562.0, Side::Right),
        (Placement::End, 138.0, Side::Left),
        (Placement::Left, 138.0, Side::Left),
    ] {
        let placed = place(&Ask {
            direction: Direction::Rtl,
            ..ask(target, placement)
        });
        assert_eq!((placed.x, placed.side), (x, side), "{placement:?}");
    }
}

#[test]
fn without_room_it_turns_to_another_side() {
    for (name, target, placement, x, y, side, arrow) in [
        (
            "at the foot",
            rect(450.0, 750.0, 100.0, 40.0),
            Placement::Bottom,
            350.0,
            538.0,
            Side::Top,
            Some(150.0),
        ),
        (
            "at the head",
            rect(450.0, 10.0, 100.0, 40.0),
            Placement::Top,
            350.0,
            62.0,
            Side::Bottom,
            Some(150.0),
        ),
        (
            "at the right",
            rect(880.0, 380.0, 100.0, 40.0),
            Placement::Right,
            568.0,
            300.0,
            Side::Left,
            Some(100.0),
        ),
        (
            "in the corner",
            rect(980.0, 10.0, 16.0, 16.0),
            Placement::Bottom,
            692.0,
            38.0,
            Side::Bottom,
            Some(280.0),
        ),
        (
            "as high as the page",
            rect(20.0, 0.0, 100.0, 800.0),
            Placement::Bottom,
            132.0,
            300.0,
            Side::Right,
            Some(100.0),
        ),
        (
            "higher than the page",
            rect(20.0, -500.0, 100.0, 5000.0),
            Placement::Top,
            132.0,
            300.0,
            Side::Right,
            Some(100.0),
        ),
        (
            "as wide as the page",
            rect(0.0, 400.0, 1000.0, 40.0),
            Placement::Left,
            350.0,
            452.0,
            Side::Bottom,
            Some(150.0),
        ),
        (
            "all of the page",
            rect(0.0, 0.0, 1000.0, 800.0),
            Placement::Bottom,
            350.0,
            592.0,
            Side::Bottom,
            None,
        ),
    ] {
        let ask = ask(target, placement);
        let placed = place(&ask);
        assert_eq!(
            (placed.x, placed.y, placed.side, placed.arrow),
            (x, y, side, arrow),
            "{name}"
        );
    }
}

#[test]
fn a_narrow_page() {
    let phone = Ask {
        viewport: rect(0.0, 0.0, 320.0, 568.0),
        card: Size {
            width: 304.0,
            height: 180.0,
        },
        ..ask(rect(250.0, 60.0, 60.0, 44.0), Placement::Right)
    };
    check(&phone, 8.0, 116.0, Side::Bottom, Some(272.0));
    let too_high = Ask {
        card: Size {
            width: 304.0,
            height: 700.0,
        },
        ..phone
    };
    let placed = place(&too_high);
    assert_eq!(
        (placed.x, placed.y),
        (8.0, 8.0),
        "the top of a card with no room is in sight"
    );
}

#[test]
fn the_spotlight_is_clipped_by_what_scrolls() {
    let target = rect(100.0, 100.0, 200.0, 50.0);
    for (name, clip, expected) in [
        ("nothing clips", None, Some(rect(96.0, 96.0, 208.0, 58.0))),
        (
            "half is clipped",
            Some(rect(100.0, 120.0, 500.0, 500.0)),
            Some(rect(96.0, 116.0, 208.0, 38.0)),
        ),
        (
            "all is clipped",
            Some(rect(100.0, 400.0, 500.0, 100.0)),
            None,
        ),
    ] {
        let placed = place(&Ask {
            clip,
            ..ask(target, Placement::Auto)
        });
        assert_eq!(placed.spotlight, expected, "{name}");
    }
    assert_eq!(
        place(&ask(rect(-300.0, 0.0, 100.0, 50.0), Placement::Auto)).spotlight,
        None,
        "out of sight"
    );
}

fn placements() -> impl Strategy<Value = Placement> {
    prop_oneof![
        Just(Placement::Auto),
        Just(Placement::Top),
        Just(Placement::TopStart),
        Just(Placement::TopEnd),
        Just(Placement::Bottom),
        Just(Placement::BottomStart),
        Just(Placement::BottomEnd),
        Just(Placement::Left),
        Just(Placement::Right),
        Just(Placement::Start),
        Just(Placement::End),
    ]
}

fn asks() -> impl Strategy<Value = Ask> {
    (
        (-500.0..2000.0, -500.0..2000.0, 0.0..1500.0, 0.0..1500.0),
        (20.0..700.0, 20.0..700.0),
        (200.0..1600.0, 200.0..1200.0),
        proptest::option::of((0.0..800.0, 0.0..800.0, 1.0..900.0, 1.0..900.0)),
        placements(),
        prop_oneof![Just(Direction::Ltr), Just(Direction::Rtl)],
    )
        .prop_map(|(target, card, viewport, clip, placement, direction)| Ask {
            target: rect(target.0, target.1, target.2, target.3),
            card: Size {
                width: card.0,
                height: card.1,
            },
            viewport: rect(0.0, 0.0, viewport.0, viewport.1),
            clip: clip.map(|(x, y, width, height)| rect(x, y, width, height)),
            placement,
            direction,
            ..ask(Rect::default(), placement)
        })
}

fn card(ask: &Ask, placed: &Placed) -> Rect {
    rect(placed.x, placed.y, ask.card.width, ask.card.height)
}

proptest! {
    #[test]
    fn a_card_that_fits_is_in_the_viewport(ask in asks()) {
        let placed = place(&ask);
        let window = ask.viewport.grown(-ask.margin);
        if ask.card.width <= window.width && ask.card.height <= window.height {
            prop_assert!(window.holds(&card(&ask, &placed)), "{:?}", placed);
        } else {
            prop_assert!(placed.x >= window.x && placed.y >= window.y, "{:?}", placed);
        }
    }

    #[test]
    fn an_arrow_is_on_the_card_and_off_its_corners(ask in asks()) {
        let placed = place(&ask);
        let length = if placed.side.is_vertical() { ask.card.width } else { ask.card.height };
        if let Some(arrow) = placed.arrow {
            let corner = ask.corner.min(length / 2.0);
            prop_assert!(arrow >= corner - 1e-6 && arrow <= length - corner + 1e-6, "{:?}", placed);
        }
    }

    #[test]
    fn a_card_with_an_arrow_does_not_cover_its_target(ask in asks()) {
        let placed = place(&ask);
        let seen = ask.target.common(&ask.viewport).and_then(|seen| ask.clip.map_or(Some(seen), |clip| seen.common(&clip)));
        let (Some(seen), Some(_)) = (seen, placed.arrow) else { return Ok(()) };
        let overlap = card(&ask, &placed).common(&seen);
        prop_assert!(overlap.is_none_or(|overlap| overlap.width < 1e-6 || overlap.height < 1e-6), "{:?}", placed);
    }

    #[test]
    fn an_arrow_points_at_the_centre_unless_a_corner_is_in_the_way(ask in asks()) {
        let placed = place(&ask);
        let seen = ask.target.common(&ask.viewport).and_then(|seen| ask.clip.map_or(Some(seen), |clip| seen.common(&clip)));
        let (Some(seen), Some(arrow)) = (seen, placed.arrow) else { return Ok(()) };
        let (from, length, center) = if placed.side.is_vertical() {
            (placed.x, ask.card.width, seen.x + seen.width / 2.0)
        } else {
            (placed.y, ask.card.height, seen.y + seen.height / 2.0)
        };
        let corner = ask.corner.min(length / 2.0);
        if center - from >= corner && center - from <= length - corner {
            prop_assert!((from + arrow - center).abs() < 1e-6, "{:?}", placed);
        }
    }

    #[test]
    fn a_spotlight_is_in_the_viewport(ask in asks()) {
        if let Some(free) = place(&ask).spotlight {
            prop_assert!(ask.viewport.holds(&free) && free.has_area());
        }
    }

    #[test]
    fn a_mirrored_page_is_mirrored(ask in asks()) {
        // What turns to another side for want of room prefers the right in either direction; the rest mirrors.
        let named = matches!(ask.placement, Placement::TopStart | Placement::TopEnd | Placement::BottomStart | Placement::BottomEnd);
        let width = ask.viewport.width;
        let flip = |rect: Rect| Rect { x: width - rect.right(), ..rect };
        let mirrored = Ask {
            target: flip(ask.target),
            clip: ask.clip.map(flip),
            direction: match ask.direction { Direction::Ltr => Direction::Rtl, Direction::Rtl => Direction::Ltr },
            ..ask
        };
        let (one, other) = (place(&ask), place(&mirrored));
        if named && one.side.is_vertical() && ask.card.width <= width - 2.0 * ask.margin
            && ask.target.common(&ask.viewport).is_some() && other.side == one.side {
            prop_assert!((one.x - (width - other.x - ask.card.width)).abs() < 1e-6, "{:?} {:?}", one, other);
        }
    }
}
