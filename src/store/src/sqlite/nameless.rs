//! What a dictionary may be learned from: records without anything that says whose they are. A dictionary has pieces of
//! its samples as they are and outlives them, so nobody could be erased from it.

use banso_model::rollup::Metric;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::codec::Malformed;
use crate::record;
use crate::write::{NewEvent, Owner, Write};

/// A text that so many owners' records have says nothing of any of them.
const MANY: usize = 16;

/// Samples, one after the other, and the length of each.
type Samples = (Vec<u8>, Vec<usize>);

/// The samples without owners, users, devices, visits, ids, times and traits, and without those texts that few owners
/// have.
///
/// # Errors
/// [`Malformed`] when a sample cannot be read.
pub fn nameless(bytes: &[u8], sizes: &[usize]) -> Result<Samples, Malformed> {
    let mut writes = Vec::with_capacity(sizes.len());
    let mut rest = bytes;
    for size in sizes {
        let (sample, others) = rest.split_at_checked(*size).ok_or(Malformed::Truncated)?;
        rest = others;
        let sample: Vec<Write> = record::split(sample)
            .map(|bytes| Ok(record::decode(bytes?)?.to_write()))
            .collect::<Result<_, Malformed>>()?;
        writes.push(sample);
    }
    let common = common(writes.iter().flatten());
    let mut samples = Samples::default();
    for sample in writes {
        let start = samples.0.len();
        for write in sample {
            let write = stripped(write, &common);
            record::encode(&write, &vec![true; write.events.len()], &mut samples.0);
        }
        samples.1.push(samples.0.len() - start);
    }
    Ok(samples)
}

/// Texts of events that many owners have.
fn common<'w>(writes: impl Iterator<Item = &'w Write>) -> FxHashSet<String> {
    let mut owners: FxHashMap<&str, FxHashSet<&Owner>> = FxHashMap::default();
    for write in writes {
        for event in &write.events {
            for text in texts(event) {
                let of = owners.entry(text).or_default();
                if of.len() < MANY {
                    of.insert(&write.owner);
                }
            }
        }
    }
    owners
        .into_iter()
        .filter(|(_, of)| of.len() >= MANY)
        .map(|(text, _)| text.to_owned())
        .collect()
}

fn texts(event: &NewEvent) -> impl Iterator<Item = &str> {
    [Some(event.name.as_str()), event.page.as_deref()]
        .into_iter()
        .flatten()
        .chain(pieces(&event.props))
}

/// Props cut at their commas and colons: names and values by themselves.
fn pieces(props: &str) -> impl Iterator<Item = &str> {
    props.split_inclusive([',', ':', '{', '}', '[', ']'])
}

fn stripped(write: Write, common: &FxHashSet<String>) -> Write {
    let is_common = |text: &str| common.contains(text);
    let events = write.events.into_iter().map(|event| NewEvent {
        id: 0,
        recorded: write.received,
        at: write.received,
        day: write.received_day,
        name: Some(event.name)
            .filter(|name| is_common(name))
            .unwrap_or_default(),
        page: event.page.filter(|page| is_common(page)),
        props: pieces(&event.props)
            .filter(|piece| is_common(piece))
            .collect(),
        adds: event
            .adds
            .into_iter()
            .filter(|(metric, _)| match metric {
                Metric::Feature(name) | Metric::Item(name) | Metric::Guide(name, _) => {
                    is_common(name)
                }
                Metric::Help(_)
                | Metric::Sessions
                | Metric::ActiveSeconds
                | Metric::ContentSeconds => true,
            })
            .collect(),
        // It has answers and searches.
        progress: None,
        session: String::new(),
        stream: String::new(),
        ..event
    });
    Write {
        owner: match write.owner {
            Owner::Account(_) => Owner::Account(String::new()),
            Owner::Device(_) => Owner::Device(String::new()),
        },
        user: write.user.map(|_| String::new()),
        device: String::new(),
        events: events.collect(),
        traits: Vec::new(),
        stream: None,
        ..write
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::Sample;
    use crate::write::ProgressChange;
    use banso_model::rollup::Source;

    #[test]
    fn only_what_many_owners_have_is_left() {
        let (mut bytes, mut sizes) = (Vec::new(), Vec::new());
        for n in 0..40_u64 {
            let account = format!("account-{n}-secret");
            let mut write = Sample::of(&account, "user-secret")
                .uses("report.create", n, 0)
                .answers("nps/why", format!("answer-{n}-secret").as_str(), 900 + n)
                .user_trait("email", "trait-secret", Source::Trusted)
                .from("device-secret")
                .0;
            write.events[0].props = format!(r#"{{"source":"menu","note":"props-{n}-secret"}}"#);
            write.events[0].session = "session-secret".to_owned();
            write.events[1].page = Some(format!("/page-{n}-secret"));
            let start = bytes.len();
            record::encode(&write, &[true, true], &mut bytes);
            sizes.push(bytes.len() - start);
        }
        let (left, sizes) = nameless(&bytes, &sizes).expect("samples are read");
        assert_eq!(sizes.len(), 40);
        assert_eq!(sizes.iter().sum::<usize>(), left.len());
        let text = String::from_utf8_lossy(&left);
        for (piece, is_left) in [
            ("secret", false),
            ("report.create", true),
            (r#""source":"#, true),
            (r#""menu","#, true),
            ("/reports/new", true),
        ] {
            assert_eq!(text.contains(piece), is_left, "{piece}: {text}");
        }
        for bytes in record::split(&left) {
            let record = record::decode(bytes.expect("it is whole")).expect("it is read");
            let answer = |event: &record::Event<'_>| {
                matches!(event.progress, Some(ProgressChange::Answer(_)))
            };
            assert!(!record.events.iter().any(answer));
        }
    }
}
