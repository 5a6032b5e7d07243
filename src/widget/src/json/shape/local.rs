//! What this device keeps.

use banso_model::event::{Event, Kind};
use banso_model::value::Value;

use super::{Shape, member, members, object};
use crate::progress::Memory;
use crate::queue::Record;
use crate::visit::Visit;

object!(Memory {
    guides,
    items,
    folded,
    interruptions
});
object!(Record {
    id,
    who,
    stream,
    token,
    weight,
    text
});
object!(Visit { id, began, last });

impl Shape for Kind {
    fn shape(value: Value) -> Option<Self> {
        let name = value.as_text()?;
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

impl Shape for Event {
    fn shape(value: Value) -> Option<Self> {
        let members = &mut members(value)?;
        Some(Self {
            id: member(members, "id")?,
            seq: member(members, "seq")?,
            kind: member(members, "kind")?,
            name: member::<Option<String>>(members, "name")?.unwrap_or_default(),
            at: member(members, "at")?,
            page: member(members, "page")?,
            props: member(members, "props")?,
        })
    }
}
