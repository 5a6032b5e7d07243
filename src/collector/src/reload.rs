//! Follows the configuration folder: what passes `check` is served, what does not leaves the last good one in place.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use banso_model::check::Checked;
use banso_model::config::folder::Folder;
use notify::{RecursiveMode, Watcher as _};
use tokio::sync::mpsc;

use crate::app::App;
use crate::live::Live;

/// How long a folder must be quiet before it is read: an editor or a checkout writes several files.
const QUIET: Duration = Duration::from_millis(150);

/// Reads a folder and makes it ready to be served.
///
/// # Errors
/// `check`'s report, or what keeps a checked folder from being served here.
pub fn load(folder: &Path) -> anyhow::Result<Live> {
    let checked = Folder::read(folder)
        .with_context(|| format!("the configuration in {} is not served", folder.display()))?;
    warn(&checked);
    Ok(Live::new(&checked)?)
}

fn warn(checked: &Checked) {
    for problem in &checked.report().problems {
        tracing::warn!("{problem}");
    }
}

/// Serves the folder's changes until the returned watcher is dropped.
///
/// # Errors
/// When the system cannot watch the folder.
pub fn follow(app: Arc<App>, folder: PathBuf) -> anyhow::Result<Following> {
    let (tell, mut hear) = mpsc::channel(1);
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        match event {
            Ok(event) if event.kind.is_access() => {}
            // When the channel is full, somebody is about to look anyway.
            Ok(_) => drop(tell.try_send(())),
            Err(error) => tracing::error!(%error, "changes of the configuration may be missed"),
        }
    })?;
    watcher
        .watch(&folder, RecursiveMode::Recursive)
        .with_context(|| format!("{} cannot be watched", folder.display()))?;
    tokio::spawn(async move {
        while hear.recv().await.is_some() {
            while let Ok(Some(())) = tokio::time::timeout(QUIET, hear.recv()).await {}
            let (app, folder) = (Arc::clone(&app), folder.clone());
            let reloaded = tokio::task::spawn_blocking(move || reload(&app, &folder)).await;
            if let Err(error) = reloaded {
                tracing::error!(%error, "the configuration could not be read again");
            }
        }
    });
    Ok(Following { _watcher: watcher })
}

/// A folder is followed for as long as this lives.
#[derive(Debug)]
pub struct Following {
    _watcher: notify::RecommendedWatcher,
}

/// Refuses what would give days and tokens that are there already another meaning.
fn unmoved(now: &Live, next: Live) -> anyhow::Result<Live> {
    for (field, now, next) in [
        (
            "workspace",
            &now.workspace.workspace,
            &next.workspace.workspace,
        ),
        (
            "timezone",
            &now.workspace.timezone,
            &next.workspace.timezone,
        ),
    ] {
        if now != next {
            anyhow::bail!(
                "banso.json: {field} never changes once there is data, and {now:?} became {next:?}: change it back"
            );
        }
    }
    Ok(next)
}

/// Reads the folder again. What is not served is said in the log.
pub fn reload(app: &App, folder: &Path) {
    match load(folder).and_then(|live| unmoved(&app.live.load(), live)) {
        Ok(live) => {
            app.serve(live);
            app.metrics.reloaded(true);
            tracing::info!(folder = %folder.display(), "configuration read again");
        }
        Err(error) => {
            app.metrics.reloaded(false);
            tracing::error!("configuration refused, the last good one stays: {error:#}");
        }
    }
}
