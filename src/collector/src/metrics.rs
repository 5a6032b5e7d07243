//! What the collector counts, for `/metrics` in Prometheus' text format.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use banso_model::wire::BatchAnswer;
use banso_store::read::{Counters, DayLosses};
use banso_store::subject::Expired;

use crate::identity::Doubt;
use crate::ingest::judge::Reason;

/// Upper ends of the buckets of request times, in seconds.
const BUCKETS: [f64; 9] = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0];

/// Counters since the collector started.
#[derive(Debug, Default)]
pub struct Metrics {
    accepted: AtomicU64,
    duplicate: AtomicU64,
    rejected: [AtomicU64; Reason::ALL.len()],
    doubted: [AtomicU64; Doubt::ALL.len()],
    reloads: [AtomicU64; 2],
    scored: AtomicU64,
    erased: AtomicU64,
    expired: [AtomicU64; 2],
    requests: Mutex<BTreeMap<Request, Times>>,
    errors: Mutex<BTreeMap<&'static str, u64>>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Request {
    route: String,
    status: u16,
}

#[derive(Clone, Copy, Debug, Default)]
struct Times {
    within: [u64; BUCKETS.len()],
    count: u64,
    seconds: f64,
}

impl Metrics {
    /// A batch was answered.
    pub fn answered(&self, answer: &BatchAnswer) {
        self.accepted.fetch_add(answer.accepted.into(), Relaxed);
        self.duplicate.fetch_add(answer.duplicate.into(), Relaxed);
    }

    /// Events accepted so far.
    #[must_use]
    pub fn accepted(&self) -> u64 {
        self.accepted.load(Relaxed)
    }

    /// An event was rejected.
    pub fn rejected(&self, reason: Reason) {
        for (known, count) in Reason::ALL.iter().zip(&self.rejected) {
            if *known == reason {
                count.fetch_add(1, Relaxed);
            }
        }
    }

    /// An identity was not believed.
    pub fn doubted(&self, doubt: Doubt) {
        for (known, count) in Doubt::ALL.iter().zip(&self.doubted) {
            if *known == doubt {
                count.fetch_add(1, Relaxed);
            }
        }
    }

    /// The configuration was read again, and taken or refused.
    pub fn reloaded(&self, taken: bool) {
        self.reloads[usize::from(taken)].fetch_add(1, Relaxed);
    }

    /// Accounts were scored.
    pub fn scored(&self, accounts: usize) {
        self.scored.fetch_add(accounts as u64, Relaxed);
    }

    /// Someone was erased.
    pub fn erased(&self) {
        self.erased.fetch_add(1, Relaxed);
    }

    /// What was over was dropped.
    pub fn expired(&self, expired: &Expired) {
        for (count, more) in self.expired.iter().zip([expired.events, expired.searches]) {
            count.fetch_add(more, Relaxed);
        }
    }

    /// A request was answered.
    pub fn requested(&self, route: &str, status: u16, error: Option<&'static str>, took: Duration) {
        let request = Request {
            route: route.to_owned(),
            status,
        };
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        let times = requests.entry(request).or_default();
        let seconds = took.as_secs_f64();
        for (end, count) in BUCKETS.iter().zip(&mut times.within) {
            *count += u64::from(seconds <= *end);
        }
        times.count += 1;
        times.seconds += seconds;
        drop(requests);
        if let Some(code) = error {
            let mut errors = self.errors.lock().unwrap_or_else(PoisonError::into_inner);
            *errors.entry(code).or_default() += 1;
        }
    }

    /// All of it as text, with what the store counts.
    #[must_use]
    pub fn text(&self, store: &Counters) -> String {
        let mut page = Page::default();
        page.name(
            "banso_events_total",
            "counter",
            "Events by what became of them.",
        );
        page.line(
            "banso_events_total{result=\"accepted\"}",
            self.accepted.load(Relaxed),
        );
        page.line(
            "banso_events_total{result=\"duplicate\"}",
            self.duplicate.load(Relaxed),
        );
        page.name(
            "banso_rejected_total",
            "counter",
            "Events that will never be stored, by reason.",
        );
        for (reason, count) in Reason::ALL.iter().zip(&self.rejected) {
            page.line(
                &format!("banso_rejected_total{{reason=\"{}\"}}", reason.code()),
                count.load(Relaxed),
            );
        }
        page.name(
            "banso_doubted_total",
            "counter",
            "Identities that were not believed, by reason.",
        );
        for (doubt, count) in Doubt::ALL.iter().zip(&self.doubted) {
            page.line(
                &format!("banso_doubted_total{{reason=\"{}\"}}", doubt.word()),
                count.load(Relaxed),
            );
        }
        page.name(
            "banso_reloads_total",
            "counter",
            "Configurations read again, by what became of them.",
        );
        page.line(
            "banso_reloads_total{result=\"refused\"}",
            self.reloads[0].load(Relaxed),
        );
        page.line(
            "banso_reloads_total{result=\"taken\"}",
            self.reloads[1].load(Relaxed),
        );
        page.name("banso_scored_total", "counter", "Scores computed.");
        page.line("banso_scored_total", self.scored.load(Relaxed));
        page.name(
            "banso_erasures_total",
            "counter",
            "Users and accounts erased on request; what is refused of them later is banso_rejected_total{reason=\"erased\"}.",
        );
        page.line("banso_erasures_total", self.erased.load(Relaxed));
        page.name(
            "banso_expired_total",
            "counter",
            "What was dropped because it was kept for as long as privacy.retention says.",
        );
        for (what, count) in ["events", "searches"].iter().zip(&self.expired) {
            page.line(
                &format!("banso_expired_total{{what=\"{what}\"}}"),
                count.load(Relaxed),
            );
        }
        self.write_requests(&mut page);
        write_store(&mut page, store);
        page.text
    }

    fn write_requests(&self, page: &mut Page) {
        page.name(
            "banso_errors_total",
            "counter",
            "Requests refused, by code.",
        );
        let errors = self.errors.lock().unwrap_or_else(PoisonError::into_inner);
        for (code, count) in &*errors {
            page.line(&format!("banso_errors_total{{code=\"{code}\"}}"), *count);
        }
        drop(errors);
        page.name(
            "banso_request_seconds",
            "histogram",
            "Time from a request to its answer.",
        );
        let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        for (Request { route, status }, times) in &*requests {
            let labels = format!("route=\"{route}\",status=\"{status}\"");
            for (end, count) in BUCKETS.iter().zip(times.within) {
                page.line(
                    &format!("banso_request_seconds_bucket{{{labels},le=\"{end}\"}}"),
                    count,
                );
            }
            page.line(
                &format!("banso_request_seconds_bucket{{{labels},le=\"+Inf\"}}"),
                times.count,
            );
            page.line(
                &format!("banso_request_seconds_sum{{{labels}}}"),
                times.seconds,
            );
            page.line(
                &format!("banso_request_seconds_count{{{labels}}}"),
                times.count,
            );
        }
    }
}

fn write_store(page: &mut Page, store: &Counters) {
    for (name, kind, help, value) in [
        (
            "banso_store_events",
            "gauge",
            "Events in the log.",
            store.events,
        ),
        (
            "banso_store_duplicates_total",
            "counter",
            "Events that were there already.",
            store.duplicates,
        ),
        (
            "banso_store_commits_total",
            "counter",
            "Commits since the store was opened.",
            store.commits,
        ),
        (
            "banso_store_queued",
            "gauge",
            "Writes that wait for a commit.",
            store.queued,
        ),
        ("banso_store_bytes", "gauge", "Bytes on disk.", store.bytes),
        (
            "banso_store_accounts",
            "gauge",
            "Accounts known.",
            store.accounts,
        ),
    ] {
        page.name(name, kind, help);
        page.line(name, value);
    }
    write_losses(page, &store.losses);
}

fn write_losses(page: &mut Page, losses: &[DayLosses]) {
    page.name(
        "banso_sent_events",
        "gauge",
        "Events that clients recorded, by key, by the day their page load was first heard of, and by what became of them; lost are those nobody accounts for.",
    );
    for DayLosses { day, key, tally } in losses {
        let key = label(key);
        for (result, count) in [
            ("received", tally.received),
            ("rejected", tally.rejected),
            ("dropped", tally.dropped),
            ("lost", tally.lost()),
        ] {
            page.line(
                &format!("banso_sent_events{{key=\"{key}\",day=\"{day}\",result=\"{result}\"}}"),
                count,
            );
        }
    }
    page.name(
        "banso_duplicate_events",
        "gauge",
        "Deliveries of events that were stored before, by key and by the day they came.",
    );
    for DayLosses { day, key, tally } in losses {
        let key = label(key);
        page.line(
            &format!("banso_duplicate_events{{key=\"{key}\",day=\"{day}\"}}"),
            tally.duplicate,
        );
    }
}

/// A text as the value of a label.
fn label(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

#[derive(Default)]
struct Page {
    text: String,
}

impl Page {
    fn name(&mut self, name: &str, kind: &str, help: &str) {
        self.write(format_args!("# HELP {name} {help}\n# TYPE {name} {kind}\n"));
    }

    fn line(&mut self, name: &str, value: impl std::fmt::Display) {
        self.write(format_args!("{name} {value}\n"));
    }

    fn write(&mut self, line: std::fmt::Arguments<'_>) {
        self.text
            .write_fmt(line)
            .unwrap_or_else(|error| unreachable!("text takes any line: {error}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use banso_store::losses::Tally;

    #[test]
    fn every_count_is_on_the_page() {
        let metrics = Metrics::default();
        metrics.answered(&BatchAnswer {
            accepted: 7,
            duplicate: 2,
            ..BatchAnswer::default()
        });
        metrics.rejected(Reason::TooOld);
        metrics.doubted(Doubt::Expired);
        metrics.reloaded(true);
        metrics.erased();
        metrics.expired(&Expired {
            events: 3,
            searches: 2,
            ..Expired::default()
        });
        metrics.requested(
            "/v1/events",
            413,
            Some("too_many_events"),
            Duration::from_millis(20),
        );
        let page = metrics.text(&Counters {
            events: 7,
            losses: vec![DayLosses {
                day: banso_model::time::Day(20_000),
                key: "a\"b".to_owned(),
                tally: Tally {
                    sent: 20,
                    received: 7,
                    duplicate: 9,
                    rejected: 6,
                    dropped: 4,
                },
            }],
            ..Counters::default()
        });
        for line in [
            "banso_events_total{result=\"accepted\"} 7",
            "banso_events_total{result=\"duplicate\"} 2",
            "banso_rejected_total{reason=\"too_old\"} 1",
            "banso_rejected_total{reason=\"too_deep\"} 0",
            "banso_rejected_total{reason=\"erased\"} 0",
            "banso_erasures_total 1",
            "banso_expired_total{what=\"events\"} 3",
            "banso_expired_total{what=\"searches\"} 2",
            "banso_doubted_total{reason=\"expired\"} 1",
            "banso_reloads_total{result=\"taken\"} 1",
            "banso_errors_total{code=\"too_many_events\"} 1",
            "banso_request_seconds_bucket{route=\"/v1/events\",status=\"413\",le=\"0.01\"} 0",
            "banso_request_seconds_bucket{route=\"/v1/events\",status=\"413\",le=\"0.025\"} 1",
            "banso_request_seconds_count{route=\"/v1/events\",status=\"413\"} 1",
            "banso_store_events 7",
            "banso_sent_events{key=\"a\\\"b\",day=\"2024-10-04\",result=\"rejected\"} 6",
            "banso_sent_events{key=\"a\\\"b\",day=\"2024-10-04\",result=\"lost\"} 3",
            "banso_duplicate_events{key=\"a\\\"b\",day=\"2024-10-04\"} 9",
        ] {
            assert!(
                page.lines().any(|have| have == line),
                "{line} is not in\n{page}"
            );
        }
    }
}
