//! From a write to bytes.

use banso_model::rollup::{Metric, Source};
use banso_model::value::Value;

use super::{
    HAS_PROGRESS, HAS_STREAM, HAS_USER, MERGES, OF_ACCOUNT, OTHER_DAY, OTHER_PAGE, RECORDED_APART,
    SAME_NAME, SAME_PAGE, SAME_SESSION, SAME_STREAM, TRUSTED, uuid_time,
};
use crate::codec::{Label, Put};
use crate::write::{NewEvent, NewTrait, Owner, ProgressChange, Write};

/// Appends the record of `write` with those of its events for which `new` is true.
pub fn encode(write: &Write, new: &[bool], out: &mut Vec<u8>) {
    let start = out.len();
    out.extend_from_slice(&[0; 4]);
    let (of_account, owner) = match &write.owner {
        Owner::Account(id) => (OF_ACCOUNT, id),
        Owner::Device(id) => (0, id),
    };
    out.push(
        of_account
            | if write.user.is_some() { HAS_USER } else { 0 }
            | if write.merge { MERGES } else { 0 }
            | if write.stream.is_some() {
                HAS_STREAM
            } else {
                0
            },
    );
    out.put_label(Label::of(owner));
    if let Some(user) = &write.user {
        out.put_text(user);
    }
    out.put_label(Label::of(&write.device));
    out.put_signed(write.received.0);
    out.put_signed(write.received_day.0.into());
    out.put_number(write.traits.len() as u64);
    for told in &write.traits {
        encode_trait(told, out);
    }
    if let Some(report) = &write.stream {
        out.put_text(&report.key);
        out.put_label(Label::of(&report.stream));
        out.put_number(report.dropped.into());
        out.put_number(report.unplaced.into());
        out.put_number(report.rejected.len() as u64);
        for place in &report.rejected {
            out.put_number((*place).into());
        }
        out.put_number(new.iter().filter(|new| !**new).count() as u64);
    }
    out.put_number(new.iter().filter(|new| **new).count() as u64);
    let mut before: Option<&NewEvent> = None;
    for (event, _) in write.events.iter().zip(new).filter(|(_, new)| **new) {
        encode_event(event, before, write, out);
        before = Some(event);
    }
    let length = u32::try_from(out.len() - start - 4).unwrap_or(u32::MAX);
    out[start..start + 4].copy_from_slice(&length.to_le_bytes());
}

fn encode_trait(told: &NewTrait, out: &mut Vec<u8>) {
    out.push(
        u8::from(told.of_account)
            | if told.source == Source::Trusted {
                TRUSTED
            } else {
                0
            },
    );
    out.put_text(&told.name);
    encode_value(&told.value, out);
}

fn encode_event(event: &NewEvent, before: Option<&NewEvent>, write: &Write, out: &mut Vec<u8>) {
    let mut flags = 0;
    let mut flag = |set: bool, flag: u8| {
        flags |= if set { flag } else { 0 };
        set
    };
    let apart = flag(event.recorded.0 != uuid_time(event.id), RECORDED_APART);
    let other_day = flag(event.day != write.received_day, OTHER_DAY);
    let same_name = flag(before.is_some_and(|b| b.name == event.name), SAME_NAME);
    let same_session = flag(
        before.is_some_and(|b| b.session == event.session),
        SAME_SESSION,
    );
    let same_stream = flag(
        before.is_some_and(|b| b.stream == event.stream),
        SAME_STREAM,
    );
    let same_page = flag(
        event.page.is_some() && before.is_some_and(|b| b.page == event.page),
        SAME_PAGE,
    );
    let other_page = flag(event.page.is_some() && !same_page, OTHER_PAGE);
    flag(event.progress.is_some(), HAS_PROGRESS);
    out.push(flags);
    out.push(event.kind as u8);
    out.extend_from_slice(&event.id.to_be_bytes());
    if apart {
        out.put_signed(event.recorded.0);
    }
    out.put_signed(event.at.since(event.recorded));
    if other_day {
        out.put_signed(i64::from(event.day.0) - i64::from(write.received_day.0));
    }
    if !same_name {
        out.put_text(&event.name);
    }
    if !same_session {
        out.put_label(Label::of(&event.session));
    }
    if !same_stream {
        out.put_label(Label::of(&event.stream));
    }
    out.put_signed(i64::from(event.seq) - before.map_or(0, |b| i64::from(b.seq) + 1));
    if let (true, Some(page)) = (other_page, &event.page) {
        out.put_text(page);
    }
    out.put_text(&event.props);
    out.put_number(event.adds.len() as u64);
    for (metric, sum) in &event.adds {
        encode_metric(metric, &event.name, out);
        out.put_number(*sum);
    }
    if let Some(change) = &event.progress {
        encode_progress(change, out);
    }
}

pub(super) fn encode_metric(metric: &Metric, name: &str, out: &mut Vec<u8>) {
    match metric {
        Metric::Feature(feature) if feature == name => out.push(0),
        Metric::Feature(feature) => {
            out.push(1);
            out.put_text(feature);
        }
        Metric::Sessions => out.push(2),
        Metric::ActiveSeconds => out.push(3),
        Metric::Guide(guide, act) if guide == name => {
            out.push(4);
            out.put_text(act);
        }
        Metric::Guide(guide, act) => {
            out.push(5);
            out.put_text(guide);
            out.put_text(act);
        }
        Metric::Item(item) if item == name => out.push(6),
        Metric::Item(item) => {
            out.push(7);
            out.put_text(item);
        }
        Metric::Help(act) => {
            out.push(8);
            out.put_text(act);
        }
        Metric::ContentSeconds => out.push(9),
    }
}

fn encode_progress(change: &ProgressChange, out: &mut Vec<u8>) {
    match change {
        ProgressChange::Guide {
            act,
            step,
            until,
            interrupts,
        } => {
            out.push(
                u8::from(*interrupts)
                    | u8::from(step.is_some()) << 1
                    | u8::from(until.is_some()) << 2,
            );
            out.put_text(act.as_str());
            if let Some(step) = step {
                out.put_text(step);
            }
            if let Some(until) = until {
                out.put_signed(until.0);
            }
        }
        ProgressChange::Item => out.push(16),
        ProgressChange::Answer(value) => {
            out.push(17);
            encode_value(value, out);
        }
        ProgressChange::Missed(query) => {
            out.push(18);
            out.put_text(query);
        }
    }
}

fn encode_value(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Null => out.push(0),
        Value::Bool(false) => out.push(1),
        Value::Bool(true) => out.push(2),
        Value::Number(number) => {
            out.push(3);
            out.extend_from_slice(&number.to_bits().to_be_bytes());
        }
        Value::Text(text) => {
            out.push(4);
            out.put_text(text);
        }
        Value::List(list) => {
            out.push(5);
            out.put_number(list.len() as u64);
            for value in list {
                encode_value(value, out);
            }
        }
        Value::Map(values) => {
            out.push(6);
            out.put_number(values.len() as u64);
            for (name, value) in values {
                out.put_text(name);
                encode_value(value, out);
            }
        }
    }
}
