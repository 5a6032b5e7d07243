//! The few signs that are drawn, all decoration: names are in the words beside them.

use super::tag::{Tag, tag};

#[inline(never)]
fn icon(class: &str, path: &str) -> Tag {
    tag("svg", "viewBox=0 0 16 16;aria-hidden=true")
        .set("class", class)
        .put(tag("path", "").set("d", path))
}

/// A cross.
pub fn close() -> Tag {
    icon("icon", "M4 4l8 8M12 4l-8 8")
}

/// A tick.
pub fn tick() -> Tag {
    icon("icon", "M3.5 8.5l3 3 6-7")
}

/// A padlock.
pub fn lock() -> Tag {
    icon("icon", "M4 7.5h8v6H4zM5.5 7.5V5a2.5 2.5 0 015 0v2.5")
}

/// An arrow head that points down.
pub fn chevron() -> Tag {
    icon("icon chevron", "M4 6.5l4 4 4-4")
}

/// A list with ticks: the launcher.
pub fn guide() -> Tag {
    icon(
        "icon",
        "M2.5 4.2l1.3 1.3 2-2.5M2.5 11.2l1.3 1.3 2-2.5M8.5 4.5h5M8.5 11.5h5",
    )
}
