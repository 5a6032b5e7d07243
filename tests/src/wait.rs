//! Waiting for what a user would wait for.

use std::future::Future;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// How long something may take before it counts as not happening.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often it is looked at.
const LOOK: Duration = Duration::from_millis(40);

/// Asks `look` until it gives a value, and gives that.
///
/// # Errors
/// When it gives none in twenty seconds, naming `what` was waited for; or at once what `look` reports.
pub async fn until<T, F: Future<Output = Result<Option<T>>>>(
    what: &str,
    mut look: impl FnMut() -> F,
) -> Result<T> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(value) = look().await? {
            return Ok(value);
        }
        if Instant::now() > deadline {
            bail!("waited {} s for {what}", PATIENCE.as_secs());
        }
        tokio::time::sleep(LOOK).await;
    }
}
