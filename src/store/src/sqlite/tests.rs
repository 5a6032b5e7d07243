//! The contract, and what is this backend's own.

use std::path::PathBuf;

use super::*;
use crate::contract::Place;

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder is made"))
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("store")
    }
}

impl Place for Folder {
    type Store = SqliteStore;

    fn open(&self) -> SqliteStore {
        SqliteStore::open(&self.path(), Options::default()).expect("the store opens")
    }
}

crate::contract!(Folder::new());
