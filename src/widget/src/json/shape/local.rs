//! What this device keeps.

use banso_model::event::{Event, Kind};
use banso_model::value::Value;

use super::{Shape, Wrong, member, must_be_object, object, part};
use crate::progress::Memory;
use crate::queue::Record;
use crate::visit::Visit;

object!(Memory {
    guides,
    items,
    folded,
    news,
    interruptions,
    armed
});
object!(Record {
    id,
    who,
    stream,
    token,
    weight,
    dropped,
    text
});
object!(Visit { id, began, last });

impl Shape for Event {
    fn shape(value: &Value, wrong: &mut Wrong) -> Self {
        must_be_object(value, wrong);
        let members = value;
        let kind = part(members, "kind");
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
