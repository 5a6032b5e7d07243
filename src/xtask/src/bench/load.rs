//! The load: connections that send one request after another, all on one thread, so that the server keeps the rest.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc::TryRecvError;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};
use hdrhistogram::Histogram;
use tokio::task::JoinSet;

use super::bodies::{Request, Visit};
use super::connection::{Answer, Connection};
use super::random::Random;
use crate::service::Stop;

/// Longest time that is told apart, in microseconds.
const LONGEST: u64 = 60_000_000;
/// Different requests that each connection sends in turn.
const VARIETY: usize = 16;
/// How often it is looked whether the time is over.
const LOOK: Duration = Duration::from_millis(50);

/// What to send.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// Port of the collector.
    pub port: u16,
    /// Connections, each with one request under way.
    pub connections: usize,
    /// Events in a request.
    pub batch: usize,
    /// Events of a visit, all in one page load; then somebody else's begins.
    pub visit: usize,
    /// How long it is sent before it is measured.
    pub warm_up: Duration,
    /// How long it is measured.
    pub measured: Duration,
}

/// What was seen.
#[derive(Debug)]
pub struct Seen {
    /// Time to the answer in microseconds, of the measured requests.
    pub times: Histogram<u64>,
    /// Events answered while it was measured.
    pub events: u64,
    /// How long that was.
    pub took: Duration,
    /// What became of all events, those before it was measured too.
    pub total: Answer,
}

impl Seen {
    fn nothing() -> Result<Self> {
        Ok(Self {
            times: Histogram::new_with_bounds(1, LONGEST, 3)?,
            events: 0,
            took: Duration::ZERO,
            total: Answer::default(),
        })
    }

    fn add(&mut self, other: &Self) -> Result<()> {
        self.times.add(&other.times)?;
        self.events += other.events;
        self.took = self.took.max(other.took);
        self.total.accepted += other.total.accepted;
        self.total.duplicate += other.total.duplicate;
        self.total.rejected += other.total.rejected;
        Ok(())
    }
}

/// When it is measured, as all connections see it.
#[derive(Clone)]
struct Span {
    from: Instant,
    over: Arc<AtomicBool>,
}

/// Sends the load, and `mark`s the moment from which it is measured.
///
/// # Errors
/// When a request is not taken, or somebody wants everything to end.
pub fn send(load: Load, stop: &Stop, mark: impl FnOnce() -> Result<()>) -> Result<Seen> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(drive(load, stop, mark))
}

async fn drive(load: Load, stop: &Stop, mark: impl FnOnce() -> Result<()>) -> Result<Seen> {
    let from = Instant::now() + load.warm_up;
    let span = Span {
        from,
        over: Arc::default(),
    };
    let mut connections = JoinSet::new();
    for number in 0..load.connections {
        let connection = Connection::open(load.port).await?;
        connections.spawn(converse(connection, number as u64, load, span.clone()));
    }
    let mut seen = Seen::nothing()?;
    tokio::time::sleep_until(from.into()).await;
    mark()?;
    while from.elapsed() < load.measured {
        match stop.try_recv() {
            Err(TryRecvError::Empty) => {}
            Ok(()) | Err(TryRecvError::Disconnected) => bail!("stopped"),
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            // None ends before it is over unless it failed.
            Some(ended) = connections.join_next() => seen.add(&ended??)?,
        }
    }
    span.over.store(true, Relaxed);
    while let Some(ended) = connections.join_next().await {
        seen.add(&ended??)?;
    }
    Ok(seen)
}

async fn converse(mut connection: Connection, number: u64, load: Load, span: Span) -> Result<Seen> {
    // Streams of ids must never meet: not those of two connections, nor those of two runs.
    let mut fresh = [0; 8];
    getrandom::fill(&mut fresh).context("this machine gives no random numbers")?;
    let mut random = Random::of(u64::from_ne_bytes(fresh) ^ number);
    let host = format!("localhost:{}", load.port);
    let mut wording = Random::of(number);
    let mut requests: Vec<_> = (0..VARIETY)
        .map(|_| Request::new(&host, load.batch, &mut wording))
        .collect();
    let mut visit = Visit::begin(&mut random);
    let mut seen = Seen::nothing()?;
    let mut turn = 0;
    while !span.over.load(Relaxed) {
        if visit.sent() >= load.visit {
            visit = Visit::begin(&mut random);
        }
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis();
        let request = &mut requests[turn % VARIETY];
        turn += 1;
        let events = request.events() as u64;
        let bytes = request.fill(&mut visit, u64::try_from(now)?, &mut random);
        let began = Instant::now();
        let answer = connection.send(bytes).await?;
        if began >= span.from {
            let took = u64::try_from(began.elapsed().as_micros())?.clamp(1, LONGEST);
            seen.times.record(took)?;
            seen.events += events;
            seen.took = span.from.elapsed();
        }
        seen.total.accepted += answer.accepted;
        seen.total.duplicate += answer.duplicate;
        seen.total.rejected += answer.rejected;
    }
    Ok(seen)
}
