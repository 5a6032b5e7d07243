//! What this device keeps.

use banso_model::event::{Event, Kind};
use banso_model::value::Value;

use super::{Shape, Wrong, member, members, object, taken};
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

impl Shape for Event {
    fn shape(value: Value, wrong: &mut Wrong) -> Self {
        let members = &mut members(value, wrong);
        let kind = taken(members, "kind");
        let kind = Kind::ALL
            .into_iter()
            .find(|known| kind.as_text() == Some(known.as_str()));
        wrong.0 |= kind.is_none();
        Self {
            id: member(members, "id", wrong),
            seq: member(members, "seq", wrong),
            kind: kind.unwrap_or(Kind::Error),
            name: member::<Option<String>>(members, "name", wrong).unwrap_or_default(),
            at: member(members, "at", wrong),
            page: member(members, "page", wrong),
            props: member(members, "props", wrong),
        }
    }
}
