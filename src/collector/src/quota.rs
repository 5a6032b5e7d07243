//! How much each key may send: a bucket of events that fills at a steady rate.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use rustc_hash::FxHashMap;

use crate::error::Refusal;

/// Buckets by key. Keys come from the configuration, so there are few.
#[derive(Debug)]
pub struct Quotas {
    per_second: f64,
    buckets: Mutex<FxHashMap<String, Bucket>>,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    left: f64,
    at: Instant,
}

impl Quotas {
    /// Quotas of so many events per second and key, with a burst of ten seconds' worth.
    #[must_use]
    pub fn new(per_second: u32) -> Self {
        Self {
            per_second: f64::from(per_second.max(1)),
            buckets: Mutex::default(),
        }
    }

    /// Takes `events` from the bucket of `key`.
    ///
    /// # Errors
    /// [`Refusal::OverQuota`] when there is not so much in it; nothing is taken then.
    pub fn take(&self, key: &str, events: usize, now: Instant) -> Result<(), Refusal> {
        let full = self.per_second * 10.0;
        // What a batch may have is always less than a full bucket of a second; a smaller bucket lets one through when
        // it is full.
        let want = (events as f64).min(full);
        let mut buckets = self
            .buckets
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let bucket = match buckets.get_mut(key) {
            Some(bucket) => bucket,
            None => buckets.entry(key.to_owned()).or_insert(Bucket {
                left: full,
                at: now,
            }),
        };
        let since = now.saturating_duration_since(bucket.at);
        bucket.left = (bucket.left + since.as_secs_f64() * self.per_second).min(full);
        bucket.at = now;
        if bucket.left >= want {
            bucket.left -= want;
            return Ok(());
        }
        let wait = Duration::from_secs_f64((want - bucket.left) / self.per_second);
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        Err(Refusal::OverQuota {
            retry_after: u32::try_from(seconds).unwrap_or(u32::MAX),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_may_send_what_its_bucket_holds() {
        let quotas = Quotas::new(10);
        let start = Instant::now();
        for (after, key, events, expected) in [
            (0, "a", 100, None),
            (0, "a", 1, Some(1)),
            (0, "b", 60, None),
            (0, "b", 60, Some(2)),
            (0, "b", 40, None),
            (1, "a", 10, None),
            (1, "a", 500, Some(10)),
            (600, "a", 500, None),
            (600, "a", 1, Some(1)),
            (0, "a", 1, Some(1)),
        ] {
            let now = start + Duration::from_secs(after);
            assert_eq!(
                quotas.take(key, events, now).err(),
                expected.map(|retry_after| Refusal::OverQuota { retry_after }),
                "{after} {key} {events}"
            );
        }
    }
}
