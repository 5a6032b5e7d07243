//! The load: connections that each send one request after another, all on one thread, so that the server keeps the
//! rest of the machine.

use std::sync::mpsc::TryRecvError;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};
use hdrhistogram::Histogram;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::bodies::{Request, Visit};
use super::connection::{Answer, Connection};
use super::random::Random;
use crate::service::Stop;

/// Longest time that is told apart, in microseconds.
const LONGEST: u64 = 60_000_000;
/// Different requests that each connection sends in turn.
const VARIETY: usize = 16;
/// Longest wait for an answer from any connection.
const PATIENCE: Duration = Duration::from_secs(30);

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
    /// Time to the answer in microseconds, of the requests that were begun while it was measured.
    pub times: Histogram<u64>,
    /// Events answered while it was measured.
    pub events: u64,
    /// How long that was.
    pub took: Duration,
    /// What became of all events, those before it was measured too.
    pub total: Answer,
}

/// Sends the load, and `mark`s the moment from which it is measured and the one up to which it is.
///
/// # Errors
/// When a request is not taken, or somebody wants everything to end.
pub fn send(load: Load, stop: &Stop, mut mark: impl FnMut() -> Result<()>) -> Result<Seen> {
    let mut speakers = (0..load.connections)
        .map(|number| Speaker::open(load, number as u64))
        .collect::<Result<Vec<_>>>()?;
    let mut seen = Seen {
        times: Histogram::new_with_bounds(1, LONGEST, 3)?,
        events: 0,
        took: Duration::ZERO,
        total: Answer::default(),
    };
    for speaker in &mut speakers {
        speaker.speak()?;
    }
    let from = Instant::now() + load.warm_up;
    let until = from + load.measured;
    while Instant::now() < from {
        listen(&mut speakers, stop, &mut seen, None)?;
    }
    mark()?;
    while Instant::now() < until {
        listen(&mut speakers, stop, &mut seen, Some(from))?;
    }
    seen.took = from.elapsed();
    mark()?;
    for speaker in &mut speakers {
        speaker.last = true;
    }
    while !speakers.is_empty() {
        listen(&mut speakers, stop, &mut seen, None)?;
        speakers.retain(|speaker| !speaker.done);
    }
    Ok(seen)
}

/// Waits for answers, counts them, and has whoever got one speak again.
fn listen(
    speakers: &mut [Speaker],
    stop: &Stop,
    seen: &mut Seen,
    measured_from: Option<Instant>,
) -> Result<()> {
    match stop.try_recv() {
        Err(TryRecvError::Empty) => {}
        Ok(()) | Err(TryRecvError::Disconnected) => bail!("stopped"),
    }
    let answered: Vec<usize> = {
        let mut waiting: Vec<_> = speakers
            .iter()
            .map(|speaker| PollFd::new(&speaker.connection, PollFlags::IN))
            .collect();
        let patience = Timespec::try_from(PATIENCE)?;
        if poll(&mut waiting, Some(&patience))? == 0 {
            bail!("no answer came for {} seconds", PATIENCE.as_secs());
        }
        let ready = waiting.iter().enumerate();
        ready
            .filter(|(_, fd)| !fd.revents().is_empty())
            .map(|(number, _)| number)
            .collect()
    };
    for number in answered {
        let speaker = &mut speakers[number];
        let Some(answer) = speaker.connection.receive()? else {
            continue;
        };
        seen.total.accepted += answer.accepted;
        seen.total.duplicate += answer.duplicate;
        seen.total.rejected += answer.rejected;
        if let Some(from) = measured_from {
            seen.events += answer.accepted;
            if speaker.spoke >= from {
                let took = u64::try_from(speaker.spoke.elapsed().as_micros())?;
                seen.times.record(took.clamp(1, LONGEST))?;
            }
        }
        if speaker.last {
            speaker.done = true;
        } else {
            speaker.speak()?;
        }
    }
    Ok(())
}

/// A connection and what it says.
struct Speaker {
    connection: Connection,
    load: Load,
    random: Random,
    requests: Vec<Request>,
    turn: usize,
    visit: Visit,
    spoke: Instant,
    /// It says nothing more after the next answer.
    last: bool,
    done: bool,
}

impl Speaker {
    fn open(load: Load, number: u64) -> Result<Self> {
        // Streams of ids must never meet: not those of two connections, nor those of two runs.
        let mut fresh = [0; 8];
        getrandom::fill(&mut fresh).context("this machine gives no random numbers")?;
        let mut random = Random::of(u64::from_ne_bytes(fresh) ^ number);
        let host = format!("localhost:{}", load.port);
        let mut wording = Random::of(number);
        Ok(Self {
            connection: Connection::open(load.port)?,
            load,
            requests: (0..VARIETY)
                .map(|_| Request::new(&host, load.batch, &mut wording))
                .collect(),
            turn: 0,
            visit: Visit::begin(&mut random),
            random,
            spoke: Instant::now(),
            last: false,
            done: false,
        })
    }

    fn speak(&mut self) -> Result<()> {
        if self.visit.sent() >= self.load.visit {
            self.visit = Visit::begin(&mut self.random);
        }
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis();
        let request = &mut self.requests[self.turn % VARIETY];
        self.turn += 1;
        let bytes = request.fill(&mut self.visit, u64::try_from(now)?, &mut self.random);
        self.spoke = Instant::now();
        self.connection.send(bytes)
    }
}
