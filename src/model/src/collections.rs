//! Ordered maps and sets: std's, and in the browser, where each use of them costs kilobytes, sorted vectors with the same
//! interface.

#[cfg(not(target_arch = "wasm32"))]
pub use std::collections::{BTreeMap, BTreeSet};

#[cfg(target_arch = "wasm32")]
pub use crate::ordered::{Map as BTreeMap, Set as BTreeSet};
