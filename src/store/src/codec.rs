//! Bytes of what is stored: small numbers short, UUIDs in 16 bytes, texts with their length before them.

use std::fmt;

/// Why stored bytes could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// The bytes end in the middle of a value.
    #[error("it ends in the middle of a value")]
    Truncated,
    /// A number is longer than 64 bits.
    #[error("a number is too long")]
    Overlong,
    /// A text is not UTF-8.
    #[error("a text is not valid UTF-8")]
    Text,
    /// A tag that this version does not know.
    #[error("unknown tag {0}")]
    Tag(u8),
    /// The compressed form is broken.
    #[error("its compressed form is broken")]
    Compressed,
}

/// A name that is often a UUID: kept in 16 bytes when it is one in its usual lower-case form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Label<'a> {
    /// A UUID.
    Uuid(u128),
    /// Any other text.
    Text(&'a str),
}

impl<'a> Label<'a> {
    /// The label of a text.
    #[must_use]
    pub fn of(text: &'a str) -> Self {
        uuid_bits(text).map_or(Self::Text(text), Self::Uuid)
    }
}

impl fmt::Display for Label<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Uuid(bits) => write!(
                f,
                "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
                bits >> 96,
                (bits >> 80) & 0xffff,
                (bits >> 64) & 0xffff,
                (bits >> 48) & 0xffff,
                bits & 0xffff_ffff_ffff
            ),
            Self::Text(text) => f.write_str(text),
        }
    }
}

fn uuid_bits(text: &str) -> Option<u128> {
    let bytes: &[u8; 36] = text.as_bytes().try_into().ok()?;
    let mut bits = 0_u128;
    for (place, byte) in bytes.iter().enumerate() {
        let digit = match (place, byte) {
            (8 | 13 | 18 | 23, b'-') => continue,
            (8 | 13 | 18 | 23, _) => return None,
            (_, b'0'..=b'9') => byte - b'0',
            (_, b'a'..=b'f') => byte - b'a' + 10,
            _ => return None,
        };
        bits = bits << 4 | u128::from(digit);
    }
    Some(bits)
}

/// Appends values to bytes.
pub trait Put {
    /// A number, short when it is small.
    fn put_number(&mut self, number: u64);
    /// A number that may be negative, short when it is near zero.
    fn put_signed(&mut self, number: i64);
    /// A text.
    fn put_text(&mut self, text: &str);
    /// A label.
    fn put_label(&mut self, label: Label<'_>);
}

impl Put for Vec<u8> {
    fn put_number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.push((number & 0x7f) as u8 | 0x80);
            number >>= 7;
        }
        self.push(number as u8);
    }

    fn put_signed(&mut self, number: i64) {
        self.put_number((number << 1 ^ number >> 63) as u64);
    }

    fn put_text(&mut self, text: &str) {
        self.put_number(text.len() as u64);
        self.extend_from_slice(text.as_bytes());
    }

    /// A UUID is a zero and 16 bytes; a text is its length plus one and its bytes.
    fn put_label(&mut self, label: Label<'_>) {
        match label {
            Label::Uuid(bits) => {
                self.push(0);
                self.extend_from_slice(&bits.to_be_bytes());
            }
            Label::Text(text) => {
                self.put_number(text.len() as u64 + 1);
                self.extend_from_slice(text.as_bytes());
            }
        }
    }
}

/// Reads values in the order they were put.
#[derive(Clone, Copy, Debug)]
pub struct Bytes<'a>(pub &'a [u8]);

impl<'a> Bytes<'a> {
    /// Whether everything was read.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The next `count` bytes.
    ///
    /// # Errors
    /// [`Malformed::Truncated`] when there are fewer.
    pub fn take(&mut self, count: usize) -> Result<&'a [u8], Malformed> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(Malformed::Truncated)?;
        self.0 = rest;
        Ok(taken)
    }

    /// The next byte.
    ///
    /// # Errors
    /// [`Malformed::Truncated`] at the end.
    pub fn byte(&mut self) -> Result<u8, Malformed> {
        let (first, rest) = self.0.split_first().ok_or(Malformed::Truncated)?;
        self.0 = rest;
        Ok(*first)
    }

    /// 128 bits as they are.
    ///
    /// # Errors
    /// [`Malformed::Truncated`] when there are fewer.
    pub fn bits(&mut self) -> Result<u128, Malformed> {
        let bytes = self.take(16)?;
        Ok(bytes
            .iter()
            .fold(0, |bits, byte| bits << 8 | u128::from(*byte)))
    }

    /// A number.
    ///
    /// # Errors
    /// [`Malformed`] when it is cut or too long.
    pub fn number(&mut self) -> Result<u64, Malformed> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let part = u64::from(byte & 0x7f);
            if shift == 63 && part > 1 {
                return Err(Malformed::Overlong);
            }
            number |= part << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(Malformed::Overlong)
    }

    /// A number as a length of what follows.
    ///
    /// # Errors
    /// [`Malformed::Truncated`] when fewer bytes than that are left, so that a broken length allocates nothing.
    pub fn length(&mut self) -> Result<usize, Malformed> {
        let number = self.number()?;
        usize::try_from(number)
            .ok()
            .filter(|length| *length <= self.0.len())
            .ok_or(Malformed::Truncated)
    }

    /// A number that may be negative.
    ///
    /// # Errors
    /// [`Malformed`] when it is cut or too long.
    pub fn signed(&mut self) -> Result<i64, Malformed> {
        let number = self.number()?;
        Ok((number >> 1) as i64 ^ -((number & 1) as i64))
    }

    /// A number that fits into 32 bits.
    ///
    /// # Errors
    /// [`Malformed`] when it does not.
    pub fn small(&mut self) -> Result<u32, Malformed> {
        u32::try_from(self.number()?).map_err(|_| Malformed::Overlong)
    }

    /// A text.
    ///
    /// # Errors
    /// [`Malformed`] when it is cut or not UTF-8.
    pub fn text(&mut self) -> Result<&'a str, Malformed> {
        let length = self.length()?;
        std::str::from_utf8(self.take(length)?).map_err(|_| Malformed::Text)
    }

    /// A label.
    ///
    /// # Errors
    /// [`Malformed`] when it is cut or not UTF-8.
    pub fn label(&mut self) -> Result<Label<'a>, Malformed> {
        match self.number()? {
            0 => self.bits().map(Label::Uuid),
            length => {
                let length = usize::try_from(length - 1).map_err(|_| Malformed::Truncated)?;
                std::str::from_utf8(self.take(length)?)
                    .map(Label::Text)
                    .map_err(|_| Malformed::Text)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn values_read_back(number: u64, signed: i64, text in ".{0,40}", bits: u128) {
            let mut bytes = Vec::new();
            bytes.put_number(number);
            bytes.put_signed(signed);
            bytes.put_text(&text);
            bytes.put_label(Label::of(&text));
            let uuid = Label::Uuid(bits).to_string();
            bytes.put_label(Label::of(&uuid));
            let mut read = Bytes(&bytes);
            prop_assert_eq!(read.number(), Ok(number));
            prop_assert_eq!(read.signed(), Ok(signed));
            prop_assert_eq!(read.text(), Ok(text.as_str()));
            prop_assert_eq!(read.label().unwrap().to_string(), text);
            prop_assert_eq!(read.label(), Ok(Label::Uuid(bits)));
            prop_assert!(read.is_empty());
        }

        #[test]
        fn any_bytes_are_read_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let mut read = Bytes(&bytes);
            prop_assert!(read.number().is_ok() || bytes.first().is_none_or(|byte| *byte >= 0x80));
            prop_assert!(read.text().is_ok_and(|text| text.len() <= 40) || read.0.len() <= bytes.len());
            prop_assert!(read.label().is_ok() || read.0.len() <= bytes.len());
        }
    }

    #[test]
    fn only_the_usual_form_of_a_uuid_is_shortened() {
        for (text, short) in [
            ("018f3c1e-7a2b-7c3d-8e4f-5a6b7c8d9e0f", true),
            ("018F3C1E-7A2B-7C3D-8E4F-5A6B7C8D9E0F", false),
            ("018f3c1e7a2b7c3d8e4f5a6b7c8d9e0f", false),
            ("018f3c1e-7a2b-7c3d-8e4f-5a6b7c8d9e0", false),
            ("018f3c1e-7a2b-7c3d-8e4f-5a6b7c8d9e0g", false),
            ("018f3c1e+7a2b-7c3d-8e4f-5a6b7c8d9e0f", false),
            ("", false),
        ] {
            assert_eq!(matches!(Label::of(text), Label::Uuid(_)), short, "{text}");
        }
    }
}
