//! Ids of events in 128 bits.

use banso_model::time::Timestamp;
use uuid::Builder;

/// An id read from text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Id {
    /// A UUID of version 7, which says when it was made.
    Timed(u128, Timestamp),
    /// Any other UUID.
    Uuid(u128),
}

/// Reads a UUID in its hyphenated form; `None` for anything else.
#[must_use]
pub fn uuid(text: &str) -> Option<Id> {
    let bytes = text.as_bytes();
    if bytes.len() != 36 {
        return None;
    }
    let mut id = 0_u128;
    for (at, byte) in bytes.iter().enumerate() {
        if matches!(at, 8 | 13 | 18 | 23) {
            if *byte != b'-' {
                return None;
            }
        } else {
            id = id << 4 | u128::from(char::from(*byte).to_digit(16)?);
        }
    }
    let (version, variant) = ((id >> 76) & 0xf, (id >> 62) & 0b11);
    if version == 7 && variant == 0b10 {
        // 48 bits always fit.
        return Some(Id::Timed(id, Timestamp((id >> 80) as i64)));
    }
    Some(Id::Uuid(id))
}

/// The id of an event whose own id is no UUID: the first 128 bits of its BLAKE3 hash.
#[must_use]
pub fn foreign(text: &[u8]) -> u128 {
    let mut first = [0; 16];
    first.copy_from_slice(&blake3::hash(text).as_bytes()[..16]);
    u128::from_be_bytes(first)
}

/// The version 7 UUID that says `recorded` and takes the rest of its bits from `seed`: the same for the same input.
#[must_use]
pub fn derived(recorded: Timestamp, seed: &[u8]) -> String {
    let millis = u64::try_from(recorded.0).unwrap_or(0).min((1 << 48) - 1);
    let mut rest = [0; 10];
    rest.copy_from_slice(&blake3::hash(seed).as_bytes()[6..16]);
    Builder::from_unix_timestamp_millis(millis, &rest)
        .into_uuid()
        .hyphenated()
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ids_tell_their_kind() {
        for (text, expected) in [
            (
                "019abcde-0000-7000-8000-000000000001",
                Some(Id::Timed(
                    0x019a_bcde_0000_7000_8000_0000_0000_0001,
                    Timestamp(0x019a_bcde_0000),
                )),
            ),
            (
                "019ABCDE-0000-7000-BFFF-000000000001",
                Some(Id::Timed(
                    0x019a_bcde_0000_7000_bfff_0000_0000_0001,
                    Timestamp(0x019a_bcde_0000),
                )),
            ),
            (
                "019abcde-0000-7000-c000-000000000001",
                Some(Id::Uuid(0x019a_bcde_0000_7000_c000_0000_0000_0001)),
            ),
            ("00000000-0000-0000-0000-000000000000", Some(Id::Uuid(0))),
            ("019abcde000070008000000000000001", None),
            ("019abcde-0000-7000-8000-00000000000g", None),
            ("019abcde-0000-7000-8000-0000000000001", None),
            ("019abcde_0000-7000-8000-000000000001", None),
            ("ééééééééé-0000-7000-8000-0000000000", None),
            ("", None),
        ] {
            assert_eq!(uuid(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn derived_ids_say_when(ms in 0_i64..(1 << 48), seed in ".{0,20}") {
            let id = derived(Timestamp(ms), seed.as_bytes());
            prop_assert_eq!(&id, &derived(Timestamp(ms), seed.as_bytes()));
            prop_assert!(matches!(uuid(&id), Some(Id::Timed(_, at)) if at == Timestamp(ms)), "{}", id);
        }

        #[test]
        fn any_text_is_read_without_a_panic(text in "\\PC{0,40}") {
            prop_assert!(uuid(&text).is_none_or(|_| text.len() == 36));
        }
    }
}
