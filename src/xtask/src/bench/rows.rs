//! What was measured, as tables and as JSON.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::bodies::{ACCOUNTS, USERS};
use crate::terminal;

/// Everything of a run.
#[derive(Default)]
pub struct Results {
    /// How long a row was measured.
    pub seconds: u64,
    /// As many requests under way as connections.
    pub sustained: Vec<Sustained>,
    /// At half the rate that is wanted.
    pub half: Vec<Half>,
    /// At several times what it can take.
    pub flooded: Vec<Flooded>,
}

/// A way of sending, and what three servers made of it.
pub struct Sustained {
    /// Events in a body.
    pub batch: usize,
    /// Connections, each with one request under way.
    pub connections: usize,
    /// Events per second that are wanted.
    pub goal: u64,
    /// The collector.
    pub store: Measured,
    /// The collector without a store.
    pub null: Measured,
    /// nginx, where it is installed.
    pub nginx: Option<Measured>,
}

/// What one server came to.
#[derive(Clone, Copy)]
pub struct Measured {
    /// Events answered a second.
    pub events_per_second: f64,
    /// Half of the answers took less, in milliseconds.
    pub p50_ms: f64,
    /// One answer in a hundred took more, in milliseconds.
    pub p99_ms: f64,
    /// The most memory it had at a time, in bytes.
    pub memory: u64,
    /// Bytes of its store.
    pub disk: u64,
    /// Events that were taken, warm-up included.
    pub events: u64,
    /// Processors that the server kept busy.
    pub server_cores: f64,
    /// Processors that the load kept busy.
    pub load_cores: f64,
}

/// A fixed rate of arrivals.
pub struct Half {
    /// Events in a body.
    pub batch: usize,
    /// Events sent a second.
    pub rate: u64,
    /// Longest p99 that is wanted, in milliseconds.
    pub goal_ms: f64,
    /// What it came to; times count from when a request was due.
    pub measured: Measured,
}

/// More than it can take.
pub struct Flooded {
    /// Events in a body.
    pub batch: usize,
    /// Connections.
    pub connections: usize,
    /// Events a second that it can take, as it was measured before.
    pub capacity: f64,
    /// Events sent a second; what this machine could send beside the server.
    pub offered: f64,
    /// Events taken a second, and how long their answers took.
    pub taken: Measured,
    /// Share of the requests that was refused with 503.
    pub refused: f64,
    /// Half of the refusals took less, in milliseconds.
    pub refused_p50_ms: f64,
    /// One refusal in a hundred took more, in milliseconds.
    pub refused_p99_ms: f64,
    /// Connections that were closed without an answer.
    pub broken: u64,
    /// How long after the end a new request was answered as usual.
    pub recovered: Duration,
}

/// Most memory that is wanted, in bytes.
const MEMORY: u64 = 300_000_000;
/// Longest recovery that is wanted.
const RECOVERY: Duration = Duration::from_secs(1);

impl Sustained {
    fn of_nginx(&self) -> Option<f64> {
        let nginx = self.nginx.as_ref()?;
        Some(self.store.events_per_second / nginx.events_per_second)
    }

    fn of_null(&self) -> f64 {
        self.store.events_per_second / self.null.events_per_second
    }
}

impl Measured {
    fn bytes_per_event(&self) -> f64 {
        self.disk as f64 / self.events.max(1) as f64
    }

    fn as_json(&self) -> Value {
        json!({
            "events": self.events,
            "events_per_second": self.events_per_second.round(),
            "p50_ms": self.p50_ms,
            "p99_ms": self.p99_ms,
            "memory_bytes": self.memory,
            "bytes_per_event": self.bytes_per_event(),
            "server_cores": self.server_cores,
            "load_cores": self.load_cores,
        })
    }
}

impl Results {
    /// A table for each kind of load.
    pub fn tables(&self) -> String {
        let mut text = String::new();
        for (title, table) in [
            (
                "as fast as answers come",
                (!self.sustained.is_empty()).then(|| self.sustained_table()),
            ),
            (
                "at half the goal's rate, times from when a request was due",
                (!self.half.is_empty()).then(|| self.half_table()),
            ),
            (
                "at four times what it can take",
                (!self.flooded.is_empty()).then(|| self.flooded_table()),
            ),
        ] {
            if let Some(table) = table {
                let gap = if text.is_empty() { "" } else { "\n" };
                text.push_str(&format!("{gap}{title}\n{table}"));
            }
        }
        text
    }

    fn sustained_table(&self) -> String {
        let rows: Vec<_> = self
            .sustained
            .iter()
            .map(|row| {
                let nginx = row.nginx.as_ref();
                [
                    row.batch.to_string(),
                    row.connections.to_string(),
                    whole(row.store.events_per_second),
                    row.goal.to_string(),
                    format!("{:.2}", row.store.p50_ms),
                    format!("{:.2}", row.store.p99_ms),
                    whole(row.null.events_per_second),
                    format!("{:.2}", row.of_null()),
                    nginx.map_or_else(none, |nginx| whole(nginx.events_per_second)),
                    row.of_nginx()
                        .map_or_else(none, |ratio| format!("{ratio:.2}")),
                    megabytes(row.store.memory),
                    format!("{:.0}", row.store.bytes_per_event()),
                    format!("{:.2}", row.store.server_cores),
                    format!("{:.2}", row.store.load_cores),
                ]
            })
            .collect();
        terminal::table(
            [
                "events a body",
                "connections",
                "events/s",
                "goal",
                "p50 ms",
                "p99 ms",
                "without a store",
                "ratio",
                "nginx 204",
                "ratio",
                "memory MB",
                "bytes/event",
                "server cores",
                "load cores",
            ],
            &rows,
        )
    }

    fn half_table(&self) -> String {
        let rows: Vec<_> = self
            .half
            .iter()
            .map(|row| {
                [
                    row.batch.to_string(),
                    row.rate.to_string(),
                    whole(row.measured.events_per_second),
                    format!("{:.2}", row.measured.p50_ms),
                    format!("{:.2}", row.measured.p99_ms),
                    format!("< {:.0}", row.goal_ms),
                    megabytes(row.measured.memory),
                    format!("{:.2}", row.measured.server_cores),
                    format!("{:.2}", row.measured.load_cores),
                ]
            })
            .collect();
        terminal::table(
            [
                "events a body",
                "sent/s",
                "events/s",
                "p50 ms",
                "p99 ms",
                "goal",
                "memory MB",
                "server cores",
                "load cores",
            ],
            &rows,
        )
    }

    fn flooded_table(&self) -> String {
        let rows: Vec<_> = self
            .flooded
            .iter()
            .map(|row| {
                [
                    row.batch.to_string(),
                    row.connections.to_string(),
                    whole(row.offered),
                    format!("{:.1}", row.offered / row.capacity),
                    whole(row.taken.events_per_second),
                    format!("{:.2}", row.taken.p50_ms),
                    format!("{:.2}", row.taken.p99_ms),
                    format!("{:.0} %", row.refused * 100.0),
                    format!("{:.2}", row.refused_p50_ms),
                    format!("{:.2}", row.refused_p99_ms),
                    row.broken.to_string(),
                    megabytes(row.taken.memory),
                    format!("< {}", megabytes(MEMORY)),
                    format!("{:.2}", row.recovered.as_secs_f64()),
                    format!("<= {}", RECOVERY.as_secs()),
                ]
            })
            .collect();
        terminal::table(
            [
                "events a body",
                "connections",
                "sent/s",
                "times",
                "events/s",
                "p50 ms",
                "p99 ms",
                "503",
                "p50 ms",
                "p99 ms",
                "broken",
                "memory MB",
                "goal",
                "recovered s",
                "goal",
            ],
            &rows,
        )
    }

    /// All of it in one object.
    pub fn as_json(&self) -> Value {
        let sustained = self.sustained.iter().map(|row| {
            json!({
                "batch": row.batch,
                "connections": row.connections,
                "goal": row.goal,
                "store": row.store.as_json(),
                "null": row.null.as_json(),
                "nginx": row.nginx.as_ref().map(Measured::as_json),
                "of_null": row.of_null(),
                "of_nginx": row.of_nginx(),
            })
        });
        let half = self.half.iter().map(|row| {
            json!({
                "batch": row.batch,
                "rate": row.rate,
                "goal_p99_ms": row.goal_ms,
                "store": row.measured.as_json(),
            })
        });
        let flooded = self.flooded.iter().map(|row| {
            json!({
                "batch": row.batch,
                "connections": row.connections,
                "capacity": row.capacity.round(),
                "offered": row.offered.round(),
                "store": row.taken.as_json(),
                "refused": row.refused,
                "refused_p50_ms": row.refused_p50_ms,
                "refused_p99_ms": row.refused_p99_ms,
                "broken": row.broken,
                "recovered_seconds": row.recovered.as_secs_f64(),
                "goal_memory_bytes": MEMORY,
                "goal_recovered_seconds": RECOVERY.as_secs_f64(),
            })
        });
        let mut object = Map::new();
        object.insert("seconds".to_owned(), self.seconds.into());
        object.insert("accounts".to_owned(), ACCOUNTS.into());
        object.insert("users".to_owned(), (ACCOUNTS * USERS).into());
        object.insert("sustained".to_owned(), sustained.collect());
        object.insert("half".to_owned(), half.collect());
        object.insert("flooded".to_owned(), flooded.collect());
        Value::Object(object)
    }
}

fn whole(number: f64) -> String {
    format!("{number:.0}")
}

fn megabytes(bytes: u64) -> String {
    format!("{:.0}", bytes as f64 / 1e6)
}

fn none() -> String {
    "-".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn results(nginx: bool) -> Results {
        let measured = Measured {
            events_per_second: 1234.5,
            p50_ms: 1.0,
            p99_ms: 2.0,
            memory: 3_000_000,
            disk: 100,
            events: 5,
            server_cores: 0.5,
            load_cores: 0.25,
        };
        let twice = Measured {
            events_per_second: 2469.0,
            ..measured
        };
        Results {
            seconds: 15,
            sustained: vec![Sustained {
                batch: 50,
                connections: 16,
                goal: 150_000,
                store: measured,
                null: twice,
                nginx: nginx.then_some(twice),
            }],
            half: vec![Half {
                batch: 1,
                rate: 15_000,
                goal_ms: 25.0,
                measured,
            }],
            flooded: vec![Flooded {
                batch: 1,
                connections: 2048,
                capacity: 1000.0,
                offered: 4000.0,
                taken: measured,
                refused: 0.75,
                refused_p50_ms: 1.0,
                refused_p99_ms: 2.0,
                broken: 0,
                recovered: Duration::from_millis(20),
            }],
        }
    }

    #[test]
    fn json_has_every_row() {
        let object = results(true).as_json();
        for (pointer, expected) in [
            ("/seconds", json!(15)),
            ("/sustained/0/store/events_per_second", json!(1235.0)),
            ("/sustained/0/store/bytes_per_event", json!(20.0)),
            ("/sustained/0/of_null", json!(0.5)),
            ("/sustained/0/of_nginx", json!(0.5)),
            ("/half/0/store/p99_ms", json!(2.0)),
            ("/flooded/0/refused", json!(0.75)),
            ("/flooded/0/recovered_seconds", json!(0.02)),
        ] {
            assert_eq!(object.pointer(pointer), Some(&expected), "{pointer}");
        }
        let without = results(false).as_json();
        assert_eq!(without.pointer("/sustained/0/nginx"), Some(&Value::Null));
    }

    #[test]
    fn tables_have_what_was_measured_alone() {
        let text = results(false).tables();
        for part in ["at half", "at four times", "75 %", "0.50", " -  "] {
            assert!(text.contains(part), "{part}: {text}");
        }
        let none = Results {
            half: Vec::new(),
            flooded: Vec::new(),
            ..results(false)
        };
        assert!(!none.tables().contains("at half"));
    }
}
