//! The load: requests on many connections, all sent by one thread, so that the server keeps the rest of the machine.

use std::collections::VecDeque;
use std::os::fd::AsRawFd as _;
use std::sync::mpsc::TryRecvError;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};
use hdrhistogram::Histogram;
use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Token};
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::bodies::{Request, Visit};
use super::connection::{Answer, Connection, Reply};
use super::random::Random;
use crate::service::Stop;

/// Longest time that is told apart, in microseconds.
const LONGEST: u64 = 60_000_000;
/// Different requests that are sent in turn.
const VARIETY: usize = 16;
/// Longest wait for an answer from any connection.
const PATIENCE: Duration = Duration::from_secs(30);
/// Most requests that are sent before it is looked for answers again.
const BREATH: usize = 32;
/// What is usual after an overload: an answer within this time, so many times in a row.
const USUAL: (Duration, usize) = (Duration::from_millis(25), 3);
/// Rest between two requests that find out whether all is as usual again.
const REST: Duration = Duration::from_millis(5);

/// What to send.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// Port of the server.
    pub port: u16,
    /// Connections, each with at most one request under way.
    pub connections: usize,
    /// Events in a request.
    pub batch: usize,
    /// Events of a visit, all in one page load; then somebody else's begins.
    pub visit: usize,
    /// How long it is sent before it is measured.
    pub warm_up: Duration,
    /// How long it is measured.
    pub measured: Duration,
    /// When the next request is sent.
    pub pace: Pace,
}

/// When the next request is sent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pace {
    /// On each connection once the one before it was answered. A refusal is an error.
    Answered,
    /// So many times a second, however long answers take. What is answered late delays nothing but is late itself: its
    /// time counts from when it was due, also while it waits for a connection. A refusal is an error.
    Steady(f64),
    /// So many times a second, refused or not; what finds no connection free is not sent. Times count from when a
    /// request was sent: how late this program is with it is not the server's doing.
    Flood(f64),
}

/// What was seen.
#[derive(Debug)]
pub struct Seen {
    /// Time to the answer in microseconds, of the requests of the time that was measured and that were taken.
    pub taken: Histogram<u64>,
    /// The same of those that were refused with 503.
    pub refused: Histogram<u64>,
    /// Events taken while it was measured.
    pub events: u64,
    /// Requests sent while it was measured.
    pub sent: u64,
    /// How long that was.
    pub took: Duration,
    /// Connections that the server closed before it had answered.
    pub broken: u64,
    /// After a flood, how long it took until answers were as usual.
    pub recovered: Option<Duration>,
    /// What became of all events, those before it was measured too.
    pub total: Answer,
}

/// Sends the load, and `mark`s the moment from which it is measured and the one up to which it is.
///
/// # Errors
/// When a request is not answered as it may be, or somebody wants everything to end.
pub fn send(load: Load, stop: &Stop, mut mark: impl FnMut() -> Result<()>) -> Result<Seen> {
    let mut crowd = Crowd::gather(load, stop)?;
    let mut seen = Seen {
        taken: Histogram::new_with_bounds(1, LONGEST, 3)?,
        refused: Histogram::new_with_bounds(1, LONGEST, 3)?,
        events: 0,
        sent: 0,
        took: Duration::ZERO,
        broken: 0,
        recovered: None,
        total: Answer::default(),
    };
    let begun = Instant::now();
    let from = begun + load.warm_up;
    crowd.due = begun;
    crowd.talk(from, &mut |heard| seen.hear(&heard, None))?;
    let sent = crowd.sent;
    mark()?;
    let until = from + load.measured;
    crowd.talk(until, &mut |heard| {
        seen.events += heard.events(load.batch);
        seen.hear(&heard, Some(from))
    })?;
    seen.took = from.elapsed();
    seen.sent = crowd.sent - sent;
    mark()?;
    for due in crowd.not_sent(until) {
        seen.taken.record(microseconds(until - due))?;
    }
    if matches!(load.pace, Pace::Flood(_)) {
        let ended = Instant::now();
        seen.recovered = Some(crowd.recover(ended, &mut |heard| seen.hear(&heard, Some(from)))?);
    }
    while crowd.idle.len() < crowd.speakers.len() {
        crowd.listen(PATIENCE, &mut |heard| seen.hear(&heard, Some(from)))?;
    }
    seen.broken = crowd.broken;
    Ok(seen)
}

impl Seen {
    /// Counts an answer, and its time when it is one of those that are measured.
    fn hear(&mut self, heard: &Heard, measured_from: Option<Instant>) -> Result<()> {
        let times = match heard.reply {
            Reply::Taken(answer) => {
                self.total.accepted += answer.accepted;
                self.total.duplicate += answer.duplicate;
                self.total.rejected += answer.rejected;
                &mut self.taken
            }
            Reply::Empty => &mut self.taken,
            Reply::Refused => &mut self.refused,
        };
        if !heard.probe && measured_from.is_some_and(|from| heard.since >= from) {
            times.record(microseconds(heard.took))?;
        }
        Ok(())
    }
}

fn microseconds(time: Duration) -> u64 {
    u64::try_from(time.as_micros())
        .unwrap_or(LONGEST)
        .clamp(1, LONGEST)
}

/// An answer.
struct Heard {
    reply: Reply,
    /// When the request was due or sent, whichever counts.
    since: Instant,
    took: Duration,
    /// It only found out how things are.
    probe: bool,
}

impl Heard {
    /// Events that were taken.
    const fn events(&self, batch: usize) -> u64 {
        match self.reply {
            Reply::Taken(answer) => answer.accepted,
            Reply::Empty => batch as u64,
            Reply::Refused => 0,
        }
    }
}

/// What is done with each answer.
type Hear<'a> = &'a mut dyn FnMut(Heard) -> Result<()>;

/// All connections and what they say.
struct Crowd<'a> {
    load: Load,
    stop: &'a Stop,
    poll: Poll,
    events: Events,
    speakers: Vec<Speaker>,
    /// Who waits for no answer.
    idle: VecDeque<usize>,
    requests: Vec<Request>,
    random: Random,
    /// When the next request is due.
    due: Instant,
    sent: u64,
    broken: u64,
    /// The speaker that finds out how things are.
    probe: Option<usize>,
}

/// A connection and whose it is.
struct Speaker {
    connection: Connection,
    visit: Visit,
    since: Instant,
}

impl<'a> Crowd<'a> {
    fn gather(load: Load, stop: &'a Stop) -> Result<Self> {
        // Streams of ids must never meet, not even those of two runs.
        let mut fresh = [0; 8];
        getrandom::fill(&mut fresh).context("this machine gives no random numbers")?;
        let host = format!("localhost:{}", load.port);
        let mut wording = Random::of(0);
        let mut crowd = Self {
            load,
            stop,
            poll: Poll::new()?,
            events: Events::with_capacity(1024),
            speakers: Vec::with_capacity(load.connections),
            idle: VecDeque::with_capacity(load.connections),
            requests: (0..VARIETY)
                .map(|_| Request::new(&host, load.batch, &mut wording))
                .collect(),
            random: Random::of(u64::from_ne_bytes(fresh)),
            due: Instant::now(),
            sent: 0,
            broken: 0,
            probe: None,
        };
        for _ in 0..load.connections {
            let number = crowd.join()?;
            crowd.idle.push_back(number);
        }
        Ok(crowd)
    }

    /// Another speaker.
    fn join(&mut self) -> Result<usize> {
        let number = self.speakers.len();
        let connection = self.connect(number)?;
        self.speakers.push(Speaker {
            connection,
            visit: Visit::begin(&mut self.random),
            since: Instant::now(),
        });
        Ok(number)
    }

    fn connect(&self, number: usize) -> Result<Connection> {
        let connection = Connection::open(self.load.port)?;
        self.poll.registry().register(
            &mut SourceFd(&connection.as_raw_fd()),
            Token(number),
            Interest::READABLE,
        )?;
        Ok(connection)
    }

    /// Sends and listens until a time.
    fn talk(&mut self, until: Instant, hear: Hear<'_>) -> Result<()> {
        loop {
            let now = Instant::now();
            if now >= until {
                return Ok(());
            }
            let next = self.speak_up(now, until)?;
            let wait = next.min(until).saturating_duration_since(Instant::now());
            self.listen(wait, hear)?;
        }
    }

    /// Sends what is due; tells when there is something to do again if no answer comes.
    fn speak_up(&mut self, now: Instant, until: Instant) -> Result<Instant> {
        let rate = match self.load.pace {
            Pace::Answered => {
                while let Some(number) = self.idle.pop_front() {
                    self.speak(number, Instant::now())?;
                }
                return Ok(until);
            }
            Pace::Steady(rate) | Pace::Flood(rate) => rate,
        };
        let gap = Duration::from_secs_f64(1.0 / rate);
        for _ in 0..BREATH {
            if self.due > now {
                return Ok(self.due);
            }
            match (self.idle.pop_front(), self.load.pace) {
                (Some(number), Pace::Steady(_)) => self.speak(number, self.due)?,
                (Some(number), _) => self.speak(number, Instant::now())?,
                (None, Pace::Steady(_)) => return Ok(until),
                (None, _) => {
                    self.due = now + gap;
                    return Ok(until);
                }
            }
            self.due += gap;
        }
        Ok(now)
    }

    /// When the requests were due that could not be sent before a time.
    fn not_sent(&self, until: Instant) -> Vec<Instant> {
        let Pace::Steady(rate) = self.load.pace else {
            return Vec::new();
        };
        let gap = Duration::from_secs_f64(1.0 / rate);
        std::iter::successors(Some(self.due), |due| Some(*due + gap))
            .take_while(|due| *due < until)
            .collect()
    }

    fn speak(&mut self, number: usize, since: Instant) -> Result<()> {
        let turn = usize::try_from(self.sent)? % VARIETY;
        self.sent += 1;
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis();
        let speaker = &mut self.speakers[number];
        if speaker.visit.sent() >= self.load.visit {
            speaker.visit = Visit::begin(&mut self.random);
        }
        let bytes =
            self.requests[turn].fill(&mut speaker.visit, u64::try_from(now)?, &mut self.random);
        speaker.since = since;
        let sent = speaker.connection.send(bytes);
        sent.or_else(|error| self.lost(number, error))
    }

    /// Hears what comes within a time, as soon as anything does.
    fn listen(&mut self, wait: Duration, hear: Hear<'_>) -> Result<()> {
        match self.stop.try_recv() {
            Err(TryRecvError::Empty) => {}
            Ok(()) | Err(TryRecvError::Disconnected) => bail!("stopped"),
        }
        if !wait.is_zero() {
            // The wait of `Poll` is of whole milliseconds, in which many requests are due.
            let wait = Timespec::try_from(wait.min(PATIENCE))?;
            let ready = poll(
                &mut [PollFd::new(self.poll.registry(), PollFlags::IN)],
                Some(&wait),
            )?;
            if ready == 0 {
                return self.must_have_patience();
            }
        }
        self.poll.poll(&mut self.events, Some(Duration::ZERO))?;
        let ready: Vec<usize> = self.events.iter().map(|event| event.token().0).collect();
        for number in ready {
            let speaker = &mut self.speakers[number];
            let reply = match speaker.connection.receive() {
                Ok(None) => continue,
                Ok(Some(reply)) => reply,
                Err(error) => {
                    self.lost(number, error)?;
                    continue;
                }
            };
            if reply == Reply::Refused && !matches!(self.load.pace, Pace::Flood(_)) {
                bail!("the collector refused a request with 503, though it has room for it");
            }
            let heard = Heard {
                reply,
                since: speaker.since,
                took: speaker.since.elapsed(),
                probe: self.probe == Some(number),
            };
            self.idle.push_back(number);
            hear(heard)?;
        }
        Ok(())
    }

    fn must_have_patience(&self) -> Result<()> {
        let waits = (0..self.speakers.len()).filter(|number| !self.idle.contains(number));
        let longest = waits
            .map(|number| self.speakers[number].since.elapsed())
            .max();
        if longest.is_some_and(|longest| longest > PATIENCE) {
            bail!("no answer came for {} seconds", PATIENCE.as_secs());
        }
        Ok(())
    }

    /// A connection is gone: in a flood another takes its place.
    fn lost(&mut self, number: usize, error: anyhow::Error) -> Result<()> {
        if !matches!(self.load.pace, Pace::Flood(_)) {
            return Err(error);
        }
        self.broken += 1;
        self.speakers[number].connection = self.connect(number)?;
        self.idle.push_back(number);
        Ok(())
    }

    /// After a flood, asks on a connection of its own until the answers are as usual; tells how long it took.
    fn recover(&mut self, ended: Instant, hear: Hear<'_>) -> Result<Duration> {
        let probe = self.join()?;
        self.probe = Some(probe);
        let (mut good, mut first) = (0, Duration::ZERO);
        while good < USUAL.1 {
            if ended.elapsed() > PATIENCE {
                bail!(
                    "nothing was as usual {} s after the flood",
                    PATIENCE.as_secs()
                );
            }
            self.idle.retain(|number| *number != probe);
            let asked = Instant::now();
            self.speak(probe, asked)?;
            let mut answered = None;
            while answered.is_none() {
                self.listen(PATIENCE, &mut |heard| {
                    if heard.probe {
                        let taken = matches!(heard.reply, Reply::Taken(_));
                        answered = Some(taken && heard.took <= USUAL.0);
                    }
                    hear(heard)
                })?;
            }
            if answered == Some(true) {
                if good == 0 {
                    first = ended.elapsed();
                }
                good += 1;
            } else {
                good = 0;
            }
            let rested = Instant::now() + REST;
            while let Some(rest) = rested.checked_duration_since(Instant::now()) {
                if rest.is_zero() {
                    break;
                }
                self.listen(rest, hear)?;
            }
        }
        Ok(first)
    }
}
