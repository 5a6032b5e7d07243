//! `cargo xtask bench collector`: the real server in a process of its own, under load over HTTP.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::load::{self, Load, Pace, Seen};
use super::rows::{Flooded, Half, Measured, Results, Sustained};
use super::server;
use super::target::{self, Kind, Target};
use crate::service::{self, Stop};
use crate::widget::Mode;
use crate::workspace::Workspace;
use crate::{build, terminal};

/// How long it is sent before it is measured.
const WARM_UP: Duration = Duration::from_secs(3);
/// The same for servers that keep nothing, and so have nothing to grow into.
const SHORT_WARM_UP: Duration = Duration::from_secs(1);
/// How long the collector may take to count what it has answered.
const SETTLED: Duration = Duration::from_secs(60);
/// Connections for a fixed rate: more than are ever waited for at a time.
const STEADY_CONNECTIONS: usize = 256;
/// Connections for a flood: more than the collector lets have a request under way.
const FLOOD_CONNECTIONS: usize = 2048;
/// How many times what the collector can take a flood is.
const FLOOD: f64 = 4.0;
/// Longest p99 that is wanted at half the goal's rate, in milliseconds.
const GOAL_MS: f64 = 25.0;

/// How to measure.
#[derive(clap::Args)]
pub struct Arguments {
    /// One JSON object instead of tables
    #[arg(long)]
    json: bool,
    /// How long each row is measured; rows that are there to compare with, a third of it
    #[arg(long, default_value_t = 15, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// Measure this alone
    #[arg(long)]
    only: Option<Part>,
    /// Measure bodies of this many events alone
    #[arg(long)]
    batch: Option<usize>,
    /// Of what is sent as fast as answers come, measure this many connections alone
    #[arg(long)]
    connections: Option<usize>,
    /// Measure this binary instead of building one
    #[arg(long, value_name = "FILE")]
    banso: Option<PathBuf>,
}

/// A table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// As fast as answers come, beside a collector without a store and nginx
    Sustained,
    /// At half the rate that is wanted
    Half,
    /// At four times what it can take
    Flooded,
}

/// A size of bodies.
#[derive(Clone, Copy)]
struct Size {
    /// Events in a body.
    batch: usize,
    /// Events of a visit.
    visit: usize,
    /// Events per second that are wanted, on two cores shared with the load.
    goal: u64,
}

const SIZES: [Size; 2] = [
    Size {
        batch: 50,
        visit: 100,
        goal: 150_000,
    },
    Size {
        batch: 1,
        visit: 10,
        goal: 30_000,
    },
];

/// With few connections the commit's sync is what is measured: nobody has a request to send meanwhile.
const CONNECTIONS: [usize; 2] = [16, 64];

/// Builds, measures and prints.
pub fn run(arguments: &Arguments) -> Result<()> {
    let workspace = Workspace::load()?;
    let banso = match &arguments.banso {
        Some(binary) => binary.clone(),
        None => build::everything(&workspace, Mode::Release)?.banso,
    };
    let sizes: Vec<Size> = SIZES
        .into_iter()
        .filter(|size| arguments.batch.is_none_or(|batch| size.batch == batch))
        .collect();
    let connections: Vec<usize> = CONNECTIONS
        .into_iter()
        .filter(|number| arguments.connections.is_none_or(|only| *number == only))
        .collect();
    if sizes.is_empty() || connections.is_empty() {
        bail!("there are bodies of 50 events and of 1, on 16 connections and on 64");
    }
    let bench = Bench {
        banso: &banso,
        target: workspace.target(),
        measured: Duration::from_secs(arguments.seconds),
        stop: &service::stop_signal()?,
    };
    let mut results = Results {
        seconds: arguments.seconds,
        ..Results::default()
    };
    let wanted = |part| arguments.only.is_none_or(|only| only == part);
    if wanted(Part::Sustained) {
        bench.sustain(&sizes, &connections, &mut results)?;
    }
    if wanted(Part::Half) {
        for &size in &sizes {
            results.half.push(bench.half(size)?);
        }
    }
    if wanted(Part::Flooded) {
        for &size in &sizes {
            let known = results
                .sustained
                .iter()
                .filter(|row| row.batch == size.batch)
                .map(|row| row.store.events_per_second);
            let capacity = match known.max_by(f64::total_cmp) {
                Some(capacity) => capacity,
                None => bench.capacity(size)?,
            };
            results.flooded.push(bench.flood(size, capacity)?);
        }
    }
    if arguments.json {
        println!("{}", results.as_json());
    } else {
        print!("{}", results.tables());
    }
    Ok(())
}

/// What all rows share.
struct Bench<'a> {
    banso: &'a Path,
    /// The target folder.
    target: &'a Path,
    measured: Duration,
    stop: &'a Stop,
}

impl Bench<'_> {
    /// Each size on few and many connections, beside its ceilings.
    fn sustain(&self, sizes: &[Size], connections: &[usize], results: &mut Results) -> Result<()> {
        let nginx = target::nginx();
        if nginx.is_none() {
            terminal::note(
                "nginx is not installed: its rows are left out (on Debian: apt install nginx-light)",
            );
        }
        for &size in sizes {
            for &connections in connections {
                let load = |port, warm_up, measured| Load {
                    port,
                    connections,
                    batch: size.batch,
                    visit: size.visit,
                    warm_up,
                    measured,
                    pace: Pace::Answered,
                };
                let ceiling = |kind, name| -> Result<Measured> {
                    let measured = self.measured / 3;
                    let load = |port| load(port, SHORT_WARM_UP, measured);
                    announce(size, name, measured);
                    Ok(self.measure(kind, load)?.0)
                };
                let on = format!("{connections} connections");
                announce(size, &on, self.measured);
                let store = Kind::Store(self.banso);
                let (store, _) = self.measure(store, |port| load(port, WARM_UP, self.measured))?;
                let null = ceiling(Kind::Null(self.banso), "without a store")?;
                let nginx = nginx
                    .as_deref()
                    .map(|nginx| ceiling(Kind::Nginx(nginx), "nginx answering 204"))
                    .transpose()?;
                results.sustained.push(Sustained {
                    batch: size.batch,
                    connections,
                    goal: size.goal,
                    store,
                    null,
                    nginx,
                });
            }
        }
        Ok(())
    }

    /// A fixed rate of half the goal.
    fn half(&self, size: Size) -> Result<Half> {
        let rate = size.goal / 2;
        announce(size, &format!("{rate} events/s"), self.measured);
        let (measured, _) = self.measure(Kind::Store(self.banso), |port| Load {
            port,
            connections: STEADY_CONNECTIONS,
            batch: size.batch,
            visit: size.visit,
            warm_up: WARM_UP,
            measured: self.measured,
            pace: Pace::Steady(rate as f64 / size.batch as f64),
        })?;
        Ok(Half {
            batch: size.batch,
            rate,
            goal_ms: GOAL_MS,
            measured,
        })
    }

    /// What the collector can take, where no row has told it.
    fn capacity(&self, size: Size) -> Result<f64> {
        let measured = self.measured / 3;
        announce(size, "to know what it can take", measured);
        let (measured, _) = self.measure(Kind::Store(self.banso), |port| Load {
            port,
            connections: CONNECTIONS[1],
            batch: size.batch,
            visit: size.visit,
            warm_up: WARM_UP,
            measured,
            pace: Pace::Answered,
        })?;
        Ok(measured.events_per_second)
    }

    /// Several times what the collector can take.
    fn flood(&self, size: Size, capacity: f64) -> Result<Flooded> {
        let rate = capacity * FLOOD;
        announce(
            size,
            &format!("a flood of {rate:.0} events/s"),
            self.measured,
        );
        let (taken, seen) = self.measure(Kind::Store(self.banso), |port| Load {
            port,
            connections: FLOOD_CONNECTIONS,
            batch: size.batch,
            visit: size.visit,
            warm_up: SHORT_WARM_UP,
            measured: self.measured,
            pace: Pace::Flood(rate / size.batch as f64),
        })?;
        let ms = |quantile| seen.refused.value_at_quantile(quantile) as f64 / 1000.0;
        let refused = seen.refused.len() as f64;
        Ok(Flooded {
            batch: size.batch,
            connections: FLOOD_CONNECTIONS,
            capacity,
            offered: seen.sent as f64 * size.batch as f64 / seen.took.as_secs_f64(),
            taken,
            refused: refused / (refused + seen.taken.len() as f64).max(1.0),
            refused_p50_ms: ms(0.5),
            refused_p99_ms: ms(0.99),
            broken: seen.broken,
            recovered: seen.recovered.unwrap_or_default(),
        })
    }

    /// Puts a server under a load.
    fn measure(&self, kind: Kind<'_>, load: impl FnOnce(u16) -> Load) -> Result<(Measured, Seen)> {
        let server = Target::start(kind, self.target, self.stop)?;
        let load = load(server.port);
        let mut marks = Vec::new();
        let seen = load::send(load, self.stop, || {
            marks.push(used(&server)?);
            Ok(())
        })
        .with_context(|| format!("{load:?} could not be measured"))?;
        let [before, after] = marks[..] else {
            bail!("it was not measured from a beginning to an end");
        };
        match kind {
            Kind::Store(_) => verify(&seen, load.pace, server.port, true)?,
            Kind::Null(_) => verify(&seen, load.pace, server.port, false)?,
            Kind::Nginx(_) => {}
        }
        let memory = server::peak_memory(server.id())?;
        let disk = server.stop()?;
        let seconds = seen.took.as_secs_f64();
        let ms = |quantile| seen.taken.value_at_quantile(quantile) as f64 / 1000.0;
        let measured = Measured {
            events_per_second: seen.events as f64 / seconds,
            p50_ms: ms(0.5),
            p99_ms: ms(0.99),
            memory,
            disk,
            events: seen.total.accepted,
            server_cores: (after.0 - before.0).as_secs_f64() / seconds,
            load_cores: (after.1 - before.1).as_secs_f64() / seconds,
        };
        Ok((measured, seen))
    }
}

fn announce(size: Size, what: &str, measured: Duration) {
    let bodies = match size.batch {
        1 => "one event a body".to_owned(),
        batch => format!("batches of {batch}"),
    };
    let seconds = measured.as_secs_f64();
    terminal::step(&format!("{bodies}, {what}, {seconds:.0} s"));
}

/// Processor time of the server and of this process.
fn used(server: &Target) -> Result<(Duration, Duration)> {
    Ok((
        server::processor_time(server.id())?,
        server::processor_time(std::process::id())?,
    ))
}

/// Fails unless the collector counts, and keeps when it `keeps` anything, exactly what it has answered, once.
fn verify(seen: &Seen, pace: Pace, port: u16, keeps: bool) -> Result<()> {
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
        // What was refused in a flood is missed, as nobody sends it again.
        let lost: f64 = metrics
            .iter()
            .filter(|(name, _)| name.starts_with("banso_lost_events{"))
            .filter(|_| !matches!(pace, Pace::Flood(_)))
            .map(|(_, lost)| lost)
            .sum();
        let expected = seen.total.accepted as f64;
        let kept = if keeps { accepted } else { 0.0 };
        // What was under way on a connection that broke may have been taken without a word.
        let told = accepted == expected || seen.broken > 0 && accepted > expected;
        if told && stored == kept && lost == 0.0 {
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
