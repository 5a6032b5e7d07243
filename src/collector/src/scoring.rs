//! Keeps the stored scores up to date, in the background: on about half a core, and on less while events pour in.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant};

use banso_health::At;
use banso_model::time::Day;
use banso_store::read::Score;
use banso_store::{StoreError, Unscored};
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use tokio::sync::{Notify, watch};

use crate::app::App;
use crate::placed;

/// Most accounts scored between two commits.
const AT_ONCE: usize = 512;
/// Histories that are read at a time.
const READS: usize = 8;
/// Shortest rest after a round, so that a busy account is not scored for each of its events.
const REST: Duration = Duration::from_millis(50);
/// Accepted events per second from which on they go first.
const FLOOD: f64 = 60_000.0;
/// How many times longer than a round the rest after it is, while they do.
const FLOOD_REST: u32 = 4;
/// How long to wait after the store failed.
const AFTER_FAILURE: Duration = Duration::from_secs(5);

/// Wakes the scorer.
#[derive(Debug, Default)]
pub struct Scoring {
    news: Notify,
    everything: AtomicBool,
}

impl Scoring {
    /// Something was stored.
    pub fn wake(&self) {
        self.news.notify_one();
    }

    /// Every account is to be scored again.
    pub fn everything(&self) {
        self.everything.store(true, Relaxed);
        self.wake();
    }
}

/// Scores accounts with news until `stop` says otherwise.
pub async fn run(app: Arc<App>, mut stop: watch::Receiver<bool>) {
    let mut today = None;
    let mut accepted = (app.metrics.accepted(), Instant::now());
    while !*stop.borrow() {
        let started = Instant::now();
        let flooded = is_flooded(&app, &mut accepted, started);
        let rest = match round(&app, &mut today).await {
            Ok(0) => None,
            Ok(scored) => {
                app.metrics.scored(scored);
                let times = if flooded { FLOOD_REST } else { 1 };
                Some((started.elapsed() * times).max(REST))
            }
            Err(error) => {
                tracing::error!(%error, "accounts are not scored");
                Some(AFTER_FAILURE)
            }
        };
        let wait = async {
            match rest {
                Some(rest) => tokio::time::sleep(rest).await,
                None => {
                    // Wakes at midnight too, when windows move on.
                    let end = app.live.load().calendar.span(app.now()).end;
                    let left = u64::try_from(end.since(app.now())).unwrap_or(0) + 1;
                    tokio::select! {
                        () = app.scoring.news.notified() => {}
                        () = tokio::time::sleep(Duration::from_millis(left)) => {}
                    }
                }
            }
        };
        tokio::select! {
            () = wait => {}
            // An error means that whoever could say stop is gone.
            changed = stop.changed() => if changed.is_err() { return },
        }
    }
}

/// Whether more events were accepted since the last round than leave room for anything else.
fn is_flooded(app: &App, before: &mut (u64, Instant), now: Instant) -> bool {
    let accepted = app.metrics.accepted();
    let seconds = now.saturating_duration_since(before.1).as_secs_f64();
    let rate = (accepted - before.0) as f64 / seconds.max(0.001);
    *before = (accepted, now);
    rate > FLOOD
}

/// Scores some accounts; tells how many.
async fn round(app: &App, today: &mut Option<Day>) -> Result<usize, StoreError> {
    let live = app.live.load_full();
    let now = app.now();
    let day = live.calendar.day(now);
    // At the first round scores may be from before the collector was started.
    let new_day = today.replace(day) != Some(day);
    if app.scoring.everything.swap(false, Relaxed) || new_day {
        app.store.unscore_all().await?;
    }
    let unscored = app.store.unscored(AT_ONCE).await?;
    let scores: Vec<(Unscored, Score)> = stream::iter(unscored)
        .map(|account| async {
            let history = app.store.unscored_history(&account).await?;
            let score = placed::score(&live, &history, At::Now(now));
            Ok::<_, StoreError>((account, score))
        })
        .buffered(READS)
        .try_collect()
        .await?;
    for (account, score) in &scores {
        app.stages.place(&account.account, score.stage.as_deref());
    }
    let scored = scores.len();
    if scored > 0 {
        app.store.put_scores(scores).await?;
    }
    Ok(scored)
}
