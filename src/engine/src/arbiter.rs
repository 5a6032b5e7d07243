//! Which guide is shown: one that interrupts at a time, across all kinds.
//!
//! What a user started always wins. A run that was begun goes on. Of those that may start by themselves the one with the
//! highest priority goes first, the oldest among equals; pacing, repeat, snooze and delay keep guides away, and each one
//! that stays away says why.

use std::fmt;

use banso_model::guide::Placement;
use banso_model::progress::{GuideProgress, Run};
use banso_model::time::Timestamp;
use banso_model::wire::{GuideEntry, Pacing, Repeat, Start};

/// A guide that may be shown.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'a> {
    /// What the session says of it.
    pub entry: &'a GuideEntry,
    /// Whether its conditions hold.
    pub holds: bool,
    /// Since when they have held without a break on this page; none while they do not.
    pub armed_since: Option<Timestamp>,
    /// How far its user is with it.
    pub progress: Option<&'a GuideProgress>,
    /// When its user, the host or a link asked for it and it was not shown yet.
    pub asked: Option<Timestamp>,
    /// Whether an open run was hidden until its conditions hold again (`missing: end`).
    pub suspended: bool,
}

/// What else counts.
#[derive(Clone, Copy, Debug)]
pub struct Moment<'a> {
    /// The time.
    pub now: Timestamp,
    /// How often a user may be interrupted.
    pub pacing: Option<Pacing>,
    /// When this user was interrupted, in any order.
    pub interruptions: &'a [Timestamp],
    /// The interrupting guide that is being shown.
    pub showing: Option<&'a str>,
}

/// Why a guide is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// It was asked for. It is not counted as an interruption.
    Asked,
    /// It is being shown already.
    Showing,
    /// Its open run goes on. It is not counted again.
    Resumed,
    /// By itself. It counts as an interruption.
    Auto,
}

/// Why a guide stays away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Its conditions do not hold.
    Conditions,
    /// It does not start by itself.
    NotByItself(Start),
    /// Its user put it off until then.
    Snoozed(Timestamp),
    /// Its conditions have not held for long enough; they will have then.
    Delayed(Timestamp),
    /// It is shown once and was.
    Seen,
    /// It is shown until it is finished and was.
    Finished,
    /// Its user closed it.
    Dismissed,
    /// It is shown again when its conditions come to hold anew.
    Held,
    /// It is shown again then.
    TooSoon(Timestamp),
    /// It was shown as many times as it may be.
    TooOften(u32),
    /// Its user was interrupted often enough; until then, or for good.
    Paced(Option<Timestamp>),
    /// Another is shown, or goes first.
    Waits(String),
}

impl Reason {
    /// The instant at which it stops keeping the guide away, when time alone does that.
    #[must_use]
    pub fn until(&self) -> Option<Timestamp> {
        match self {
            Self::Snoozed(at) | Self::Delayed(at) | Self::TooSoon(at) => Some(*at),
            Self::Paced(at) => *at,
            _ => None,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Conditions => f.write_str("its conditions do not hold"),
            Self::NotByItself(Start::Hub) => f.write_str("its user starts it from the hub"),
            Self::NotByItself(_) => {
                f.write_str("it is started by the host, another guide or a link")
            }
            Self::Snoozed(at) => write!(f, "its user put it off until {at}"),
            Self::Delayed(at) => write!(f, "its delay ends at {at}"),
            Self::Seen => f.write_str("it is shown once and was"),
            Self::Finished => f.write_str("its user finished it"),
            Self::Dismissed => f.write_str("its user dismissed it"),
            Self::Held => f.write_str("it was shown, and its conditions have held ever since"),
            Self::TooSoon(at) => write!(f, "it is not shown again before {at}"),
            Self::TooOften(times) => write!(f, "it was shown {times} times, as often as it may be"),
            Self::Paced(Some(at)) => {
                write!(f, "pacing lets nothing interrupt this user before {at}")
            }
            Self::Paced(None) => f.write_str("pacing lets nothing interrupt a user"),
            Self::Waits(other) => write!(f, "the guide {other:?} goes first"),
        }
    }
}

/// What is shown and why the rest is not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decision {
    /// The interrupting guide to show.
    pub show: Option<(String, Cause)>,
    /// Guides that do not interrupt and are shown beside it, in list order.
    pub beside: Vec<String>,
    /// Every other candidate and why it stays away, in list order.
    pub away: Vec<(String, Reason)>,
    /// When to decide again though nothing else has changed.
    pub again_at: Option<Timestamp>,
}

/// Decides what is shown. `candidates` are in list order, oldest first.
#[must_use]
pub fn decide(candidates: &[Candidate<'_>], moment: &Moment<'_>) -> Decision {
    let verdicts: Vec<Result<Cause, Reason>> = candidates
        .iter()
        .map(|candidate| judge(candidate, moment))
        .collect();
    let winner = candidates
        .iter()
        .zip(&verdicts)
        .filter(|(candidate, _)| candidate.entry.kind.interrupts())
        .filter_map(|(candidate, verdict)| Some((candidate, *verdict.as_ref().ok()?)))
        // The first of equals stays, so that the older one goes first.
        .reduce(|best, next| {
            if rank(&next) > rank(&best) {
                next
            } else {
                best
            }
        })
        .map(|(candidate, cause)| (candidate.entry.id.as_str(), cause));
    let bars = [Placement::Top, Placement::Bottom].map(|edge| bar(candidates, &verdicts, edge));
    let mut decision = Decision {
        show: winner.map(|(id, cause)| (id.to_owned(), cause)),
        ..Decision::default()
    };
    for (candidate, verdict) in candidates.iter().zip(verdicts) {
        let id = &candidate.entry.id;
        match verdict {
            Err(reason) => decision.away.push((id.clone(), reason)),
            Ok(_) if !candidate.entry.kind.interrupts() => {
                let mut bars = bars.iter().flatten();
                match bars.find(|bar| bar.edge == candidate.entry.edge) {
                    Some(first) if first.id != *id => {
                        let reason = Reason::Waits(first.id.clone());
                        decision.away.push((id.clone(), reason));
                    }
                    _ => decision.beside.push(id.clone()),
                }
            }
            Ok(_) => match winner {
                Some((first, _)) if first != id => {
                    decision
                        .away
                        .push((id.clone(), Reason::Waits(first.to_owned())));
                }
                _ => {}
            },
        }
    }
    decision.again_at = decision
        .away
        .iter()
        .filter_map(|(_, reason)| reason.until())
        .filter(|at| *at > moment.now)
        .min();
    decision
}

/// The one bar along an edge: the one that was asked for last, else the one with the highest priority, the older among
/// equals. Which of them was there before does not count, so that bad news replaces an offer.
fn bar<'e>(
    candidates: &[Candidate<'e>],
    verdicts: &[Result<Cause, Reason>],
    edge: Placement,
) -> Option<&'e GuideEntry> {
    let rank = |one: &Candidate<'_>| (one.asked, one.entry.priority);
    candidates
        .iter()
        .zip(verdicts)
        .filter(|(candidate, verdict)| candidate.entry.edge == edge && verdict.is_ok())
        .map(|(candidate, _)| candidate)
        .reduce(|best, next| if rank(next) > rank(best) { next } else { best })
        .map(|candidate| candidate.entry)
}

/// What goes first: the cause, then (among asked and resumed) the latest, then the priority.
fn rank((candidate, cause): &(&Candidate<'_>, Cause)) -> (u8, Option<Timestamp>, i32) {
    let priority = candidate.entry.priority;
    match cause {
        Cause::Asked => (3, candidate.asked, priority),
        Cause::Showing => (2, None, priority),
        Cause::Resumed => (1, candidate.progress.map(|progress| progress.at), priority),
        Cause::Auto => (0, None, priority),
    }
}

/// Whether this guide, looked at alone, may be shown now.
///
/// # Errors
/// The reason why not.
pub fn judge(candidate: &Candidate<'_>, moment: &Moment<'_>) -> Result<Cause, Reason> {
    let Candidate {
        entry, progress, ..
    } = candidate;
    if candidate.asked.is_some() {
        return Ok(Cause::Asked);
    }
    if moment.showing == Some(entry.id.as_str()) {
        return Ok(Cause::Showing);
    }
    let open = progress.filter(|progress| progress.run == Some(Run::Open));
    if let Some(until) = progress.and_then(|progress| progress.snoozed_until)
        && until > moment.now
    {
        return Err(Reason::Snoozed(until));
    }
    if let Some(open) = open {
        // What was put off comes back at a fitting moment, as does what was hidden for want of its target.
        let put_off = open.snoozed_until.is_some_and(|until| until > open.at);
        if (candidate.suspended || put_off) && !candidate.holds {
            return Err(Reason::Conditions);
        }
        return Ok(Cause::Resumed);
    }
    if entry.start != Start::Auto {
        return Err(Reason::NotByItself(entry.start));
    }
    if let Some(progress) = progress {
        repeats(entry.repeat, progress, candidate.armed_since, moment.now)?;
    }
    let Some(armed_since) = candidate.armed_since.filter(|_| candidate.holds) else {
        return Err(Reason::Conditions);
    };
    let ready = armed_since.plus_ms(i64::from(entry.delay_ms));
    if ready > moment.now {
        return Err(Reason::Delayed(ready));
    }
    if entry.kind.interrupts() {
        paced(moment)?;
    }
    Ok(Cause::Auto)
}

/// Whether a guide that was shown may be shown again.
fn repeats(
    repeat: Repeat,
    progress: &GuideProgress,
    armed_since: Option<Timestamp>,
    now: Timestamp,
) -> Result<(), Reason> {
    if progress.runs == 0 {
        return Ok(());
    }
    match repeat {
        Repeat::Once => Err(Reason::Seen),
        Repeat::UntilDone if progress.done => Err(Reason::Finished),
        Repeat::UntilDone if progress.run == Some(Run::Dismissed) => Err(Reason::Dismissed),
        Repeat::UntilDone => Ok(()),
        Repeat::Always if armed_since.is_some_and(|armed| armed <= progress.at) => {
            Err(Reason::Held)
        }
        Repeat::Always => Ok(()),
        Repeat::Every {
            times: Some(times), ..
        } if progress.runs >= times => Err(Reason::TooOften(times)),
        Repeat::Every { ms, .. } => {
            let next = progress
                .began
                .map(|began| began.plus_ms(i64::try_from(ms).unwrap_or(i64::MAX)));
            match next {
                Some(next) if next > now => Err(Reason::TooSoon(next)),
                _ => Ok(()),
            }
        }
    }
}

/// Whether one more interruption is allowed.
fn paced(moment: &Moment<'_>) -> Result<(), Reason> {
    let Some(Pacing { max, per_ms }) = moment.pacing else {
        return Ok(());
    };
    let per_ms = i64::try_from(per_ms).unwrap_or(i64::MAX);
    let mut counted: Vec<Timestamp> = moment
        .interruptions
        .iter()
        .copied()
        .filter(|at| moment.now.since(*at) < per_ms)
        .collect();
    let max = usize::try_from(max).unwrap_or(usize::MAX);
    if counted.len() < max {
        return Ok(());
    }
    if max == 0 {
        return Err(Reason::Paced(None));
    }
    // The one whose passing leaves fewer than `max`: the latest but `max - 1`.
    let mut freeing = None;
    for _ in 0..max {
        let latest = counted.iter().enumerate().max_by_key(|(_, at)| **at);
        let Some((place, _)) = latest else { break };
        freeing = Some(counted.swap_remove(place));
    }
    Err(Reason::Paced(freeing.map(|at| at.plus_ms(per_ms))))
}

#[cfg(test)]
mod tests;
