//! When to try again.

use banso_model::time::Timestamp;

const FIRST_MS: i64 = 1000;
const LONGEST_MS: i64 = 5 * 60_000;
/// A `Retry-After` is obeyed up to an hour; what asks for more is taken for a mistake.
const LONGEST_ASKED_MS: i64 = 3_600_000;

/// Counts failures in a row.
#[derive(Clone, Copy, Debug, Default)]
pub struct Backoff {
    failures: u32,
}

impl Backoff {
    /// How long to wait after one more failure, in milliseconds. `random` is from 0 to 1; `asked_ms` is what the
    /// collector asked for. The wait doubles from one second to five minutes, its second half is random, and what was
    /// asked for is never undercut.
    pub fn wait_ms(&mut self, random: f64, asked_ms: Option<i64>) -> i64 {
        let full = FIRST_MS
            .saturating_mul(1 << self.failures.min(20))
            .min(LONGEST_MS);
        self.failures = self.failures.saturating_add(1);
        let half = full / 2;
        let wait = half + (half as f64 * random.clamp(0.0, 1.0)) as i64;
        asked_ms.map_or(wait, |asked| {
            // Pages that were refused together must not come back together.
            asked
                .clamp(0, LONGEST_ASKED_MS)
                .saturating_add(wait / 4)
                .max(wait)
        })
    }

    /// Something succeeded.
    pub fn reset(&mut self) {
        self.failures = 0;
    }
}

/// Reads `Retry-After`: seconds, or a date, which `date_ms` reads as milliseconds since the epoch.
pub fn retry_after_ms(
    header: &str,
    now: Timestamp,
    date_ms: impl FnOnce(&str) -> Option<i64>,
) -> Option<i64> {
    let header = header.trim_ascii();
    if let Ok(seconds) = header.parse::<u32>() {
        return Some(i64::from(seconds) * 1000);
    }
    date_ms(header).map(|at| Timestamp(at).since(now).max(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_bound() {
        let mut backoff = Backoff::default();
        let waits: Vec<i64> = (0..12).map(|_| backoff.wait_ms(1.0, None)).collect();
        assert_eq!(waits[..4], [1000, 2000, 4000, 8000]);
        assert_eq!(waits[11], LONGEST_MS);
        backoff.reset();
        assert_eq!(backoff.wait_ms(0.0, None), 500);
    }

    #[test]
    fn what_is_asked_for_is_never_undercut() {
        for (asked, least, most) in [
            (0, 500, 1000),
            (10_000, 10_000, 10_250),
            (-5, 500, 1000),
            (i64::MAX, LONGEST_ASKED_MS, LONGEST_ASKED_MS + 250),
        ] {
            let wait = Backoff::default().wait_ms(0.99, Some(asked));
            assert!((least..=most).contains(&wait), "asked {asked}: {wait}");
        }
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let date = |text: &str| (text == "Sat, 21 Nov 2026 00:00:00 GMT").then_some(50_000);
        for (header, ms) in [
            ("120", Some(120_000)),
            (" 0 ", Some(0)),
            ("-1", None),
            ("soon", None),
            ("Sat, 21 Nov 2026 00:00:00 GMT", Some(30_000)),
        ] {
            assert_eq!(
                retry_after_ms(header, Timestamp(20_000), date),
                ms,
                "{header}"
            );
        }
        assert_eq!(
            retry_after_ms("Sat, 21 Nov 2026 00:00:00 GMT", Timestamp(90_000), date),
            Some(0)
        );
    }
}
