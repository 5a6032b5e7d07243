//! Any write reads back, and any bytes are read without a panic.

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;

use banso_model::event::GuideAct;
use banso_model::rollup::Source;
use banso_model::value::Value;

use super::decode::decode_metric;
use super::encode::encode_metric;
use super::*;

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z/.-]{0,12}",
        "\\PC{0,8}",
        any::<u128>().prop_map(|bits| Label::Uuid(bits).to_string()),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        (-1e300..1e300_f64).prop_map(Value::Number),
        text().prop_map(Value::Text),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Value::List),
            btree_map(text(), inner, 0..3).prop_map(Value::Map),
        ]
    })
}

fn metric() -> impl Strategy<Value = Metric> {
    prop_oneof![
        text().prop_map(Metric::Feature),
        Just(Metric::Sessions),
        Just(Metric::ActiveSeconds),
        (text(), text()).prop_map(|(guide, act)| Metric::Guide(guide, act)),
        text().prop_map(Metric::Item),
        text().prop_map(Metric::Help),
        Just(Metric::ContentSeconds),
    ]
}

/// Instants of some thousand years around now.
fn instant() -> impl Strategy<Value = Timestamp> {
    (-100_000_000_000_000..100_000_000_000_000_i64).prop_map(Timestamp)
}

fn day() -> impl Strategy<Value = Day> {
    (-1_000_000..1_000_000_i32).prop_map(Day)
}

fn progress() -> impl Strategy<Value = ProgressChange> {
    use GuideAct::{Dismissed, Done, Missing, Seen, Snoozed, Step};
    let acts = [Seen, Step, Done, Dismissed, Snoozed, Missing];
    let guide = (
        proptest::sample::select(acts.to_vec()),
        option::of(text()),
        option::of(instant()),
        any::<bool>(),
    );
    prop_oneof![
        guide.prop_map(|(act, step, until, interrupts)| ProgressChange::Guide {
            act,
            step,
            until,
            interrupts
        }),
        Just(ProgressChange::Item),
        value().prop_map(ProgressChange::Answer),
        text().prop_map(ProgressChange::Missed),
    ]
}

fn event() -> impl Strategy<Value = NewEvent> {
    let when = (any::<u128>(), option::of(instant()), instant(), day());
    let what = (
        proptest::sample::select(Kind::ALL.to_vec()),
        text(),
        option::of(text()),
        text(),
    );
    let place = (text(), text(), any::<u32>());
    let sums = (
        vec((metric(), any::<u64>()), 0..3),
        option::of(progress()),
        any::<bool>(),
    );
    (when, what, place, sums).prop_map(|(when, what, place, sums)| {
        let (id, recorded, at, day) = when;
        let (kind, name, page, props) = what;
        let (session, stream, seq) = place;
        let (mut adds, progress, named) = sums;
        if named {
            adds.push((Metric::Feature(name.clone()), 1));
            adds.push((Metric::Guide(name.clone(), "done".to_owned()), 2));
            adds.push((Metric::Item(name.clone()), 3));
        }
        NewEvent {
            id,
            recorded: recorded.unwrap_or(Timestamp(uuid_time(id))),
            at,
            day,
            kind,
            name,
            session,
            stream,
            seq,
            page,
            props,
            adds,
            progress,
        }
    })
}

/// Events of which some repeat what the one before says of its page load.
fn events() -> impl Strategy<Value = Vec<NewEvent>> {
    vec((event(), any::<bool>()), 0..5).prop_map(|events| {
        let mut all: Vec<NewEvent> = Vec::new();
        for (mut event, same) in events {
            if let Some(before) = all.last().filter(|_| same) {
                before.name.clone_into(&mut event.name);
                before.session.clone_into(&mut event.session);
                before.stream.clone_into(&mut event.stream);
                event.page.clone_from(&before.page);
                event.seq = before.seq.wrapping_add(1);
            }
            all.push(event);
        }
        all
    })
}

fn write() -> impl Strategy<Value = Write> {
    let whose = (any::<bool>(), text(), option::of(text()), text());
    let when = (instant(), day());
    let told = (any::<bool>(), text(), value(), any::<bool>());
    let rest = (
        vec(told, 0..3),
        any::<bool>(),
        option::of((
            text(),
            text(),
            any::<u32>(),
            vec(any::<u32>(), 0..3),
            any::<u32>(),
        )),
    );
    (whose, when, events(), rest).prop_map(|(whose, when, events, (traits, merge, stream))| {
        let (of_account, owner, user, device) = whose;
        Write {
            owner: if of_account {
                Owner::Account(owner)
            } else {
                Owner::Device(owner)
            },
            user,
            device,
            received: when.0,
            received_day: when.1,
            events,
            traits: traits
                .into_iter()
                .map(|(of_account, name, value, trusted)| NewTrait {
                    of_account,
                    name,
                    value,
                    source: if trusted {
                        Source::Trusted
                    } else {
                        Source::Browser
                    },
                })
                .collect(),
            merge,
            stream: stream.map(|(key, stream, dropped, rejected, unplaced)| StreamReport {
                key,
                stream,
                dropped,
                rejected,
                unplaced,
            }),
        }
    })
}

/// What is left of a write when some of its events are duplicates.
fn without_duplicates(mut write: Write, new: &[bool]) -> Write {
    let mut flags = new.iter();
    write.events.retain(|_| flags.next() == Some(&true));
    write
}

proptest! {
    #[test]
    fn writes_read_back(writes in vec((write(), any::<u8>()), 0..4)) {
        let mut bytes = Vec::new();
        let mut expected = Vec::new();
        for (write, flags) in writes {
            let new: Vec<_> = (0..write.events.len()).map(|n| flags >> n & 1 == 1).collect();
            encode(&write, &new, &mut bytes);
            let duplicates = write.stream.as_ref().map_or(0, |_| new.iter().filter(|new| !**new).count() as u64);
            expected.push((without_duplicates(write, &new), duplicates));
        }
        let found: Vec<_> = split(&bytes)
            .map(|record| decode(record.expect("it is whole")).expect("it is read"))
            .map(|record| (record.to_write(), record.duplicates))
            .collect();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn metrics_have_one_text_form(metric in metric()) {
        let mut bytes = Vec::new();
        encode_metric(&metric, "a", &mut bytes);
        let mut key = String::new();
        decode_metric(&mut Bytes(&bytes), "a").expect("it is read").write_key(&mut key);
        prop_assert_eq!(key, metric.key());
    }

    #[test]
    fn broken_records_are_refused_without_a_panic(write in write(), place: prop::sample::Index, byte: u8) {
        let mut bytes = Vec::new();
        encode(&write, &vec![true; write.events.len()], &mut bytes);
        let cut = place.index(bytes.len());
        prop_assert!(cut < 4 || decode(&bytes[4..cut]).is_err(), "a part is no record");
        bytes[cut] = byte;
        for record in split(&bytes).flatten() {
            prop_assert!(decode(record).is_err() || record.len() <= bytes.len());
        }
    }
}
