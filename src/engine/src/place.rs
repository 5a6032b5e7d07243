//! Where a card goes beside its target.
//!
//! All in CSS pixels of the viewport: cards are in the top layer, so no other coordinates are needed.

use banso_model::guide::Placement;

/// A rectangle.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rect {
    /// Its left edge.
    pub x: f64,
    /// Its upper edge.
    pub y: f64,
    /// How wide it is.
    pub width: f64,
    /// How high it is.
    pub height: f64,
}

impl Rect {
    /// Its right edge.
    #[must_use]
    pub fn right(&self) -> f64 {
        self.x + self.width
    }

    /// Its lower edge.
    #[must_use]
    pub fn bottom(&self) -> f64 {
        self.y + self.height
    }

    /// Whether it has an area.
    #[must_use]
    pub fn has_area(&self) -> bool {
        self.width > 0.0 && self.height > 0.0
    }

    /// What it has in common with another; nothing when they only touch.
    #[must_use]
    pub fn common(&self, other: &Self) -> Option<Self> {
        let x = self.x.max(other.x);
        let y = self.y.max(other.y);
        let common = Self {
            x,
            y,
            width: self.right().min(other.right()) - x,
            height: self.bottom().min(other.bottom()) - y,
        };
        common.has_area().then_some(common)
    }

    /// The same with so much more on every side.
    #[must_use]
    pub fn grown(&self, by: f64) -> Self {
        Self {
            x: self.x - by,
            y: self.y - by,
            width: (self.width + 2.0 * by).max(0.0),
            height: (self.height + 2.0 * by).max(0.0),
        }
    }

    /// Whether a rectangle lies in it, but for rounding.
    #[must_use]
    pub fn holds(&self, inner: &Self) -> bool {
        const ROUNDING: f64 = 1e-6;
        inner.x >= self.x - ROUNDING
            && inner.y >= self.y - ROUNDING
            && inner.right() <= self.right() + ROUNDING
            && inner.bottom() <= self.bottom() + ROUNDING
    }

    /// The nearest rectangle of its size, as far as that goes, that lies in `outer`; where it is too big for that, it
    /// begins where `outer` does.
    fn moved_into(self, outer: &Self) -> Self {
        Self {
            x: self.x.min(outer.right() - self.width).max(outer.x),
            y: self.y.min(outer.bottom() - self.height).max(outer.y),
            ..self
        }
    }
}

/// A size.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Size {
    /// How wide.
    pub width: f64,
    /// How high.
    pub height: f64,
}

/// Which way lines run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// From left to right.
    #[default]
    Ltr,
    /// From right to left.
    Rtl,
}

/// A side of a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Above it.
    Top,
    /// Below it.
    Bottom,
    /// To its left.
    Left,
    /// To its right.
    Right,
}

impl Side {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Top => "top",
            Self::Bottom => "bottom",
            Self::Left => "left",
            Self::Right => "right",
        }
    }

    const fn opposite(self) -> Self {
        match self {
            Self::Top => Self::Bottom,
            Self::Bottom => Self::Top,
            Self::Left => Self::Right,
            Self::Right => Self::Left,
        }
    }

    const fn is_vertical(self) -> bool {
        matches!(self, Self::Top | Self::Bottom)
    }
}

/// What a card is placed by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ask {
    /// The target's box.
    pub target: Rect,
    /// The card's size.
    pub card: Size,
    /// The visible part of the page.
    pub viewport: Rect,
    /// What the target's scrolling ancestors leave visible; none when nothing clips it.
    pub clip: Option<Rect>,
    /// The side to prefer.
    pub placement: Placement,
    /// Which way lines run.
    pub direction: Direction,
    /// The distance between target and card.
    pub gap: f64,
    /// The distance to keep from the viewport's edges.
    pub margin: f64,
    /// How far the arrow's middle stays from the card's corners.
    pub corner: f64,
    /// How much more than the target the spotlight leaves free.
    pub padding: f64,
}

/// Where a card goes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Placed {
    /// The card's left edge.
    pub x: f64,
    /// The card's upper edge.
    pub y: f64,
    /// The side of the target it is on.
    pub side: Side,
    /// How far the arrow's middle is along the card's edge, from its left or upper end. None when the card lies over its
    /// target, where an arrow would point at nothing.
    pub arrow: Option<f64>,
    /// What the spotlight leaves free; none when the target is out of sight.
    pub spotlight: Option<Rect>,
}

/// Where along its side a card is.
#[derive(Clone, Copy, PartialEq)]
enum Align {
    Start,
    Center,
    End,
}

/// Places a card: on the preferred side, else on the opposite one, else on another with room, else over the target's
/// edge; always in the viewport when it fits there.
#[must_use]
pub fn place(ask: &Ask) -> Placed {
    let window = ask.viewport.grown(-ask.margin);
    let visible = seen_part(ask);
    let (preferred, align) = preference(ask, &visible, &window);
    let order = order(preferred);
    let side = order
        .into_iter()
        .find(|side| fits(*side, ask, &visible, &window));
    let over = side.is_none();
    let side = side.unwrap_or_else(|| most_room(order, &visible, &window));
    let card = beside(side, align, ask, &visible).moved_into(&window);
    let (from, length, center) = if side.is_vertical() {
        (card.x, card.width, visible.x + visible.width / 2.0)
    } else {
        (card.y, card.height, visible.y + visible.height / 2.0)
    };
    let corner = ask.corner.min(length / 2.0);
    let covers = over && card.common(&visible).is_some();
    Placed {
        x: card.x,
        y: card.y,
        side,
        arrow: (!covers).then(|| (center - from).min(length - corner).max(corner)),
        spotlight: spotlight(ask),
    }
}

/// The part of the target that is seen: of one that is taller than the viewport only that has a side to be beside. One
/// that is out of sight counts as the point within that is nearest to its centre.
fn seen_part(ask: &Ask) -> Rect {
    let within = ask
        .clip
        .map_or(Some(ask.viewport), |clip| clip.common(&ask.viewport))
        .unwrap_or(ask.viewport);
    ask.target.common(&within).unwrap_or_else(|| {
        let center = Rect {
            x: ask.target.x + ask.target.width / 2.0,
            y: ask.target.y + ask.target.height / 2.0,
            ..Rect::default()
        };
        center.moved_into(&within)
    })
}

/// The target with its padding, clipped by what scrolls and by the viewport.
fn spotlight(ask: &Ask) -> Option<Rect> {
    let seen = match &ask.clip {
        Some(clip) => ask.target.common(clip)?,
        None => ask.target,
    };
    seen.common(&ask.viewport)?;
    let free = ask.target.grown(ask.padding).common(&ask.viewport)?;
    match &ask.clip {
        // Padding may reach past the edge of what scrolls, but not by more than itself.
        Some(clip) => free.common(&clip.grown(ask.padding)),
        None => Some(free),
    }
}

fn preference(ask: &Ask, target: &Rect, window: &Rect) -> (Side, Align) {
    let (start, end) = match ask.direction {
        Direction::Ltr => (Side::Left, Side::Right),
        Direction::Rtl => (Side::Right, Side::Left),
    };
    match ask.placement {
        Placement::Auto => {
            let sides = [Side::Bottom, Side::Top, end, start];
            let side = sides
                .into_iter()
                .find(|side| fits(*side, ask, target, window))
                .unwrap_or_else(|| most_room(sides, target, window));
            (side, Align::Center)
        }
        Placement::Top => (Side::Top, Align::Center),
        Placement::TopStart => (Side::Top, Align::Start),
        Placement::TopEnd => (Side::Top, Align::End),
        Placement::Bottom => (Side::Bottom, Align::Center),
        Placement::BottomStart => (Side::Bottom, Align::Start),
        Placement::BottomEnd => (Side::Bottom, Align::End),
        Placement::Left => (Side::Left, Align::Center),
        Placement::Right => (Side::Right, Align::Center),
        Placement::Start => (start, Align::Center),
        Placement::End => (end, Align::Center),
    }
}

/// The preferred side, the opposite one, then the other two, below and right first.
const fn order(preferred: Side) -> [Side; 4] {
    let others = if preferred.is_vertical() {
        [Side::Right, Side::Left]
    } else {
        [Side::Bottom, Side::Top]
    };
    [preferred, preferred.opposite(), others[0], others[1]]
}

fn room(side: Side, target: &Rect, window: &Rect) -> f64 {
    match side {
        Side::Top => target.y - window.y,
        Side::Bottom => window.bottom() - target.bottom(),
        Side::Left => target.x - window.x,
        Side::Right => window.right() - target.right(),
    }
}

fn fits(side: Side, ask: &Ask, target: &Rect, window: &Rect) -> bool {
    let (along, across, breadth) = if side.is_vertical() {
        (ask.card.height, ask.card.width, window.width)
    } else {
        (ask.card.width, ask.card.height, window.height)
    };
    room(side, target, window) >= along + ask.gap && across <= breadth
}

/// The side with the most room, the first of equals.
fn most_room(sides: [Side; 4], target: &Rect, window: &Rect) -> Side {
    let [first, rest @ ..] = sides;
    rest.into_iter().fold(first, |best, side| {
        if room(side, target, window) > room(best, target, window) {
            side
        } else {
            best
        }
    })
}

/// The card on that side, wherever that is.
fn beside(side: Side, align: Align, ask: &Ask, target: &Rect) -> Rect {
    let Size { width, height } = ask.card;
    let at_left = match ask.direction {
        Direction::Ltr => Align::Start,
        Direction::Rtl => Align::End,
    };
    let along_x = if align == Align::Center {
        target.x + (target.width - width) / 2.0
    } else if align == at_left {
        target.x
    } else {
        target.right() - width
    };
    let along_y = target.y + (target.height - height) / 2.0;
    let (x, y) = match side {
        Side::Top => (along_x, target.y - ask.gap - height),
        Side::Bottom => (along_x, target.bottom() + ask.gap),
        Side::Left => (target.x - ask.gap - width, along_y),
        Side::Right => (target.right() + ask.gap, along_y),
    };
    Rect {
        x,
        y,
        width,
        height,
    }
}

#[cfg(test)]
mod tests;
