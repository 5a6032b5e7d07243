//! `cargo xtask bench collector`: the real server in a process of its own, under load over HTTP.
//!
//! Each scenario has a server and a store of its own, so that memory and disk are of that scenario alone. The store is
//! below the target folder, as temporary folders may be in memory, where a sync costs nothing.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};

use super::bodies::{ACCOUNTS, USERS};
use super::load::{self, Load, Seen};
use super::server;
use crate::service::{self, Service, Stop};
use crate::widget::Mode;
use crate::workspace::Workspace;
use crate::{build, terminal};

/// How long it is sent before it is measured.
const WARM_UP: Duration = Duration::from_secs(3);
/// How long the collector may take to count what it has answered.
const SETTLED: Duration = Duration::from_secs(60);

/// The configuration under test, file by file.
const WORKSPACE: [(&str, &str); 3] = [
    ("banso.json", include_str!("workspace/banso.json")),
    (
        "guides/start.json",
        include_str!("workspace/guides/start.json"),
    ),
    (
        "guides/first-report.json",
        include_str!("workspace/guides/first-report.json"),
    ),
];

/// How to measure.
#[derive(clap::Args)]
pub struct Arguments {
    /// One JSON object instead of a table
    #[arg(long)]
    json: bool,
    /// How long each scenario is measured
    #[arg(long, default_value_t = 15, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// Measure this binary instead of building one
    #[arg(long, value_name = "FILE")]
    banso: Option<PathBuf>,
}

/// A way of sending.
struct Scenario {
    name: &'static str,
    key: &'static str,
    /// Connections that are kept alive, each with one request under way.
    connections: usize,
    batch: usize,
    visit: usize,
    /// Events per second that it should reach, on two cores shared with the load.
    budget: u64,
}

const SCENARIOS: [Scenario; 3] = [
    Scenario {
        name: "batches of 50",
        key: "batch",
        connections: 16,
        batch: 50,
        visit: 100,
        budget: 150_000,
    },
    Scenario {
        name: "one event a body",
        key: "single",
        connections: 16,
        batch: 1,
        visit: 10,
        budget: 30_000,
    },
    // With sixteen the commit's sync is what is measured: nobody has a request to send meanwhile.
    Scenario {
        name: "one event a body",
        key: "single_64",
        connections: 64,
        batch: 1,
        visit: 10,
        budget: 30_000,
    },
];

/// What a scenario came to.
struct Measured {
    events_per_second: f64,
    p50_ms: f64,
    p99_ms: f64,
    memory: u64,
    bytes_per_event: f64,
    /// Processors that the server and the load kept busy.
    server_cores: f64,
    load_cores: f64,
    events: u64,
}

/// Builds, measures and prints.
pub fn run(arguments: &Arguments) -> Result<()> {
    let workspace = Workspace::load()?;
    let banso = match &arguments.banso {
        Some(binary) => binary.clone(),
        None => build::everything(&workspace, Mode::Release)?.banso,
    };
    let stop = service::stop_signal()?;
    let mut results = Vec::new();
    for scenario in SCENARIOS {
        terminal::step(&format!(
            "{}, {} connections, {} s",
            scenario.name, scenario.connections, arguments.seconds
        ));
        let measured = Duration::from_secs(arguments.seconds);
        let result = measure(&scenario, measured, &banso, workspace.target(), &stop)
            .with_context(|| format!("{} could not be measured", scenario.name))?;
        results.push((scenario, result));
    }
    if arguments.json {
        println!("{}", as_json(&results, arguments.seconds));
    } else {
        print!("{}", table(&results));
    }
    Ok(())
}

fn measure(
    scenario: &Scenario,
    measured: Duration,
    banso: &Path,
    target: &Path,
    stop: &Stop,
) -> Result<Measured> {
    let folder = tempfile::Builder::new()
        .prefix("bench-")
        .tempdir_in(target)
        .with_context(|| format!("cannot make a folder in {}", target.display()))?;
    let (config, store) = (folder.path().join("config"), folder.path().join("store"));
    write_config(&config)?;
    let port = server::free_port()?;
    let mut command = Command::new(banso);
    command.arg("serve").arg("--config").arg(&config);
    command
        .arg("--store")
        .arg(format!("sqlite:{}", store.display()));
    command.args(["--listen", &format!("127.0.0.1:{port}")]);
    command.env("BANSO_LOG", "error");
    let mut collector = Service::start("the collector", command)?;
    collector.ready(port, "/readyz", stop)?;

    let load = Load {
        port,
        connections: scenario.connections,
        batch: scenario.batch,
        visit: scenario.visit,
        warm_up: WARM_UP,
        measured,
    };
    let mut marks = Vec::new();
    let seen = load::send(load, stop, || {
        marks.push(used(&collector)?);
        Ok(())
    })?;
    let [before, after] = marks[..] else {
        bail!("it was not measured from a beginning to an end");
    };
    verify(&seen, port)?;
    let memory = server::peak_memory(collector.id())?;
    collector.stop()?;
    let bytes = server::bytes_in(&store)?;
    let seconds = seen.took.as_secs_f64();
    let ms = |quantile| seen.times.value_at_quantile(quantile) as f64 / 1000.0;
    Ok(Measured {
        events_per_second: seen.events as f64 / seconds,
        p50_ms: ms(0.5),
        p99_ms: ms(0.99),
        memory,
        bytes_per_event: bytes as f64 / seen.total.accepted as f64,
        server_cores: (after.0 - before.0).as_secs_f64() / seconds,
        load_cores: (after.1 - before.1).as_secs_f64() / seconds,
        events: seen.total.accepted,
    })
}

/// Processor time of the server and of this process.
fn used(collector: &Service) -> Result<(Duration, Duration)> {
    Ok((
        server::processor_time(collector.id())?,
        server::processor_time(std::process::id())?,
    ))
}

fn write_config(folder: &Path) -> Result<()> {
    for (name, text) in WORKSPACE {
        let path = folder.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

/// Fails unless the collector counts and keeps exactly what it has answered, once.
fn verify(seen: &Seen, port: u16) -> Result<()> {
    if seen.total.duplicate + seen.total.rejected > 0 {
        bail!(
            "{} events were called duplicates and {} rejected, though every one was new and well-formed",
            seen.total.duplicate,
            seen.total.rejected
        );
    }
    let began = Instant::now();
    loop {
        let metrics = server::metrics(port)?;
        let counted = |name: &str| metrics.get(name).copied().unwrap_or(-1.0);
        let accepted = counted("banso_events_total{result=\"accepted\"}");
        let stored = counted("banso_store_events");
        let lost: f64 = metrics
            .iter()
            .filter(|(name, _)| name.starts_with("banso_lost_events{"))
            .map(|(_, lost)| lost)
            .sum();
        let expected = seen.total.accepted as f64;
        if accepted == expected && stored == expected && lost == 0.0 {
            return Ok(());
        }
        if began.elapsed() > SETTLED {
            bail!(
                "{expected} events were answered as accepted, but the collector counts {accepted}, has stored {stored} and misses {lost}"
            );
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn table(results: &[(Scenario, Measured)]) -> String {
    let rows: Vec<_> = results
        .iter()
        .map(|(scenario, result)| {
            [
                scenario.name.to_owned(),
                scenario.connections.to_string(),
                format!("{:.0}", result.events_per_second),
                scenario.budget.to_string(),
                format!("{:.2}", result.p50_ms),
                format!("{:.2}", result.p99_ms),
                format!("{:.0}", result.memory as f64 / 1e6),
                format!("{:.1}", result.bytes_per_event),
                format!("{:.2}", result.server_cores),
                format!("{:.2}", result.load_cores),
            ]
        })
        .collect();
    terminal::table(
        [
            "",
            "connections",
            "events/s",
            "budget",
            "p50 ms",
            "p99 ms",
            "memory MB",
            "bytes/event",
            "server cores",
            "load cores",
        ],
        &rows,
    )
}

fn as_json(results: &[(Scenario, Measured)], seconds: u64) -> Value {
    let mut object = Map::new();
    object.insert("seconds".to_owned(), seconds.into());
    object.insert("accounts".to_owned(), ACCOUNTS.into());
    object.insert("users".to_owned(), (ACCOUNTS * USERS).into());
    for (scenario, result) in results {
        let of = json!({
            "connections": scenario.connections,
            "batch": scenario.batch,
            "events": result.events,
            "events_per_second": result.events_per_second.round(),
            "budget": scenario.budget,
            "p50_ms": result.p50_ms,
            "p99_ms": result.p99_ms,
            "memory_bytes": result.memory,
            "bytes_per_event": result.bytes_per_event,
            "server_cores": result.server_cores,
            "load_cores": result.load_cores,
        });
        object.insert(scenario.key.to_owned(), of);
    }
    Value::Object(object)
}

#[cfg(test)]
mod tests {
    use super::*;
    use banso_model::config::Folder;

    #[test]
    fn the_workspace_under_test_passes_check() {
        let folder = tempfile::tempdir().expect("a folder");
        write_config(folder.path()).expect("the files are written");
        let checked = Folder::read(folder.path()).unwrap_or_else(|report| panic!("{report}"));
        let warnings: Vec<_> = checked
            .report()
            .problems
            .iter()
            .map(|problem| &*problem.pointer)
            .collect();
        assert_eq!(
            warnings,
            ["/identity"],
            "it takes a page's word for who it is"
        );
        assert!(
            checked
                .workspace()
                .keys
                .iter()
                .any(|key| key == super::super::bodies::KEY)
        );
        assert!(
            checked
                .workspace()
                .origins
                .iter()
                .any(|origin| origin == super::super::bodies::ORIGIN)
        );
    }

    #[test]
    fn json_has_each_scenario_by_its_key() {
        let results = SCENARIOS.map(|scenario| {
            let measured = Measured {
                events_per_second: 1234.5,
                p50_ms: 1.0,
                p99_ms: 2.0,
                memory: 3,
                bytes_per_event: 4.0,
                server_cores: 0.5,
                load_cores: 0.25,
                events: 5,
            };
            (scenario, measured)
        });
        let object = as_json(&results, 15);
        for (pointer, expected) in [
            ("/seconds", json!(15)),
            ("/batch/batch", json!(50)),
            ("/batch/events_per_second", json!(1235.0)),
            ("/single/batch", json!(1)),
            ("/single/memory_bytes", json!(3)),
        ] {
            assert_eq!(object.pointer(pointer), Some(&expected), "{pointer}");
        }
    }
}
