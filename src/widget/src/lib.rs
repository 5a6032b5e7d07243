//! The widget: browser bindings, capture, delivery, anchoring and the guides themselves.

pub mod scene;
