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
    look: impl FnMut() -> F,
) -> Result<T> {
    within(PATIENCE, what, look).await
}

/// The same for what may take as long as `patience`.
///
/// # Errors
/// As [`until`].
pub async fn within<T, F: Future<Output = Result<Option<T>>>>(
    patience: Duration,
    what: &str,
    mut look: impl FnMut() -> F,
) -> Result<T> {
    let deadline = Instant::now() + patience;
    loop {
        if let Some(value) = look().await? {
            return Ok(value);
        }
        if Instant::now() > deadline {
            bail!("waited {} s for {what}", patience.as_secs());
        }
        tokio::time::sleep(LOOK).await;
    }
}
