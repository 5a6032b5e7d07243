//! Drops what is kept longer than `privacy.retention` says: at the start, every day, and when the configuration changes.

use std::sync::Arc;
use std::time::Duration;

use banso_model::time::{DAY_MS, Day};
use banso_store::StoreError;
use banso_store::subject::Expired;
use tokio::sync::{Notify, watch};

use crate::app::App;

/// How long to wait after the store failed.
const AFTER_FAILURE: Duration = Duration::from_secs(60);

/// Wakes the upkeep.
#[derive(Debug, Default)]
pub struct Upkeep(Notify);

impl Upkeep {
    /// The configuration or the clock is another.
    pub fn wake(&self) {
        self.0.notify_one();
    }
}

/// Which day's upkeep was done, for a retention of so many days.
pub type Done = Option<(Day, i64)>;

/// Drops what is over, once a day, until `stop` says otherwise.
pub async fn run(app: Arc<App>, mut stop: watch::Receiver<bool>) {
    let mut done = None;
    while !*stop.borrow() {
        let wait = match round(&app, &mut done).await {
            Ok(_) => {
                let now = app.now();
                let end = app.live.load().calendar.span(now).end;
                Duration::from_millis(u64::try_from(end.since(now)).unwrap_or(0) + 1)
            }
            Err(error) => {
                tracing::error!(%error, "what is over is not dropped; it is tried again");
                AFTER_FAILURE
            }
        };
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = app.upkeep.0.notified() => {}
            // An error means that whoever could say stop is gone.
            changed = stop.changed() => if changed.is_err() { return },
        }
    }
}

/// Drops what is over, unless that was done today; tells what was dropped.
///
/// # Errors
/// [`StoreError`] when the store cannot be written.
pub async fn round(app: &App, done: &mut Done) -> Result<Expired, StoreError> {
    let live = app.live.load_full();
    let now = app.now();
    let days = live.workspace.privacy.retention.whole_days();
    let Some(days) = days.map(i64::from) else {
        return Ok(Expired::default());
    };
    let today = (live.calendar.day(now), days);
    if *done == Some(today) {
        return Ok(Expired::default());
    }
    let expired = app.store.expire(now.plus_ms(-days * DAY_MS)).await?;
    *done = Some(today);
    app.metrics.expired(&expired);
    let Expired {
        segments,
        events,
        searches,
    } = expired;
    if expired != Expired::default() {
        tracing::info!(
            days,
            segments,
            events,
            searches,
            "what was kept for longer than `privacy.retention` is dropped"
        );
    }
    Ok(expired)
}
