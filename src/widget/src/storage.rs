//! What stays on the device between pages, one JSON value a name, in localStorage.
//!
//! A browser that denies storage is no error: everything lives in memory then, and `status` says so.

use serde::Serialize;

use crate::browser::{self, joined};
use crate::json;
use crate::loader;

const DENIED: &str = "storage is denied: nothing is remembered after this page";

/// The storage of one workspace.
#[derive(Clone, Debug)]
pub struct Storage {
    prefix: String,
}

impl Storage {
    /// The storage of the workspace with this key.
    pub fn new(key: &str) -> Self {
        Self {
            prefix: joined(&["banso:", key, ":"]),
        }
    }

    /// Reads a value; `None` when there is none that can be read.
    pub fn read<T: json::Shape>(&self, name: &str) -> Option<T> {
        json::read(&self.text(name)?)
    }

    #[inline(never)]
    fn text(&self, name: &str) -> Option<String> {
        area()?.get_item(&self.name(name)).ok()?
    }

    /// Keeps a value.
    pub fn write(&self, name: &str, value: &impl Serialize) {
        self.keep(name, &json::write(value));
    }

    #[inline(never)]
    fn keep(&self, name: &str, text: &str) {
        let kept = area().map(|area| area.set_item(&self.name(name), text));
        if !matches!(kept, Some(Ok(()))) {
            loader::problem(DENIED);
        }
    }

    /// Forgets everything of this workspace.
    pub fn clear(&self) {
        let Some(area) = area() else { return };
        let names: Vec<String> = (0..area.length().unwrap_or(0))
            .filter_map(|place| area.key(place).ok()?)
            .filter(|name| name.starts_with(&self.prefix))
            .collect();
        for name in names {
            if area.remove_item(&name).is_err() {
                loader::problem(DENIED);
            }
        }
    }

    fn name(&self, name: &str) -> String {
        joined(&[&self.prefix, name])
    }
}

fn area() -> Option<web_sys::Storage> {
    browser::window()?.local_storage().ok()?
}
