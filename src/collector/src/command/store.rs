//! Which store a command works on.

mod null;

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::bail;
use banso_store::Store;
use banso_store::sqlite::{Options, SqliteStore};
use clap::Args;

/// Must be set to open a store that forgets, which answers as if it had kept what it drops.
const FORGET: &str = "BANSO_FORGET_EVERYTHING";

/// Where the store is.
#[derive(Debug, Args)]
pub struct StoreAddress {
    /// Where everything is kept: sqlite:DIR
    #[arg(long, env = "BANSO_STORE", value_name = "URL")]
    store: String,
}

impl StoreAddress {
    /// Opens it; a folder that is not there is made.
    pub async fn open(&self) -> anyhow::Result<Arc<dyn Store>> {
        if self.store == "null:" {
            if std::env::var_os(FORGET).is_none() {
                bail!(
                    "the store null: keeps nothing of what it answers for, to measure the rest without one: set {FORGET} to mean it"
                );
            }
            tracing::warn!("nothing is kept: events are answered and forgotten");
            return Ok(Arc::new(null::Null));
        }
        let folder = sqlite_folder(&self.store)?;
        let store =
            tokio::task::spawn_blocking(move || SqliteStore::open(&folder, Options::default()));
        Ok(Arc::new(store.await??))
    }
}

/// The folder of `sqlite:DIR`.
pub fn sqlite_folder(store: &str) -> anyhow::Result<PathBuf> {
    match store.split_once(':') {
        Some(("sqlite", folder)) if !folder.is_empty() => Ok(PathBuf::from(folder)),
        _ => bail!("the store {store:?} is none that is known: write sqlite:DIR"),
    }
}
