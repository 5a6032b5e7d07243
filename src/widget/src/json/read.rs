//! Reading JSON as it comes, without a tree of it.

use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor,
};

use super::Misfit;

/// Deeper nesting is refused: it could only be meant to break something.
const DEEPEST: u32 = 100;

/// A place in a text.
pub struct Reader<'a> {
    rest: &'a [u8],
    depth: u32,
}

type Read<T> = Result<T, Misfit>;

impl<'a> Reader<'a> {
    pub fn new(text: &'a str) -> Self {
        Self {
            rest: text.as_bytes(),
            depth: 0,
        }
    }

    /// Whether only white space is left.
    pub fn is_at_end(&mut self) -> bool {
        self.peek().is_none()
    }

    /// The next byte that is not white space.
    fn peek(&mut self) -> Option<u8> {
        while let Some((b' ' | b'\n' | b'\r' | b'\t', rest)) = self.rest.split_first() {
            self.rest = rest;
        }
        self.rest.first().copied()
    }

    fn next(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    fn take(&mut self, wanted: u8) -> Read<()> {
        if self.takes(wanted) {
            Ok(())
        } else {
            Err(Misfit)
        }
    }

    fn takes(&mut self, wanted: u8) -> bool {
        let is = self.peek() == Some(wanted);
        if is {
            self.next();
        }
        is
    }

    fn word(&mut self, word: &[u8]) -> Read<()> {
        self.rest = self.rest.strip_prefix(word).ok_or(Misfit)?;
        Ok(())
    }

    fn bool(&mut self) -> Read<bool> {
        if self.peek() == Some(b't') {
            self.word(b"true").map(|()| true)
        } else {
            self.word(b"false").map(|()| false)
        }
    }

    fn text(&mut self) -> Read<String> {
        self.take(b'"')?;
        let mut text = Vec::new();
        loop {
            match self.next().ok_or(Misfit)? {
                b'"' => break,
                b'\\' => self.escaped(&mut text)?,
                byte => text.push(byte),
            }
        }
        String::from_utf8(text).map_err(|_| Misfit)
    }

    fn escaped(&mut self, text: &mut Vec<u8>) -> Read<()> {
        let plain = match self.next().ok_or(Misfit)? {
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'b' => 8,
            b'f' => 12,
            b'u' => {
                let mut code = self.hex()?;
                if (0xd800..0xdc00).contains(&code) && self.rest.starts_with(b"\\u") {
                    self.word(b"\\u")?;
                    code = 0x1_0000
                        + ((code - 0xd800) << 10)
                        + (self.hex()?.wrapping_sub(0xdc00) & 0x3ff);
                }
                // Half a character is no text; JavaScript may hold it all the same.
                let read = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
                text.extend_from_slice(read.encode_utf8(&mut [0; 4]).as_bytes());
                return Ok(());
            }
            other => other,
        };
        text.push(plain);
        Ok(())
    }

    fn hex(&mut self) -> Read<u32> {
        let mut code = 0;
        for _ in 0..4 {
            let digit = self.next().and_then(|byte| char::from(byte).to_digit(16));
            code = code * 16 + digit.ok_or(Misfit)?;
        }
        Ok(code)
    }

    /// A number: whole when it is written without a fraction and an exponent and is not too large.
    fn number(&mut self) -> Read<Number> {
        self.peek();
        let length = self
            .rest
            .iter()
            .take_while(|byte| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E'))
            .count();
        let (number, rest) = self.rest.split_at_checked(length).ok_or(Misfit)?;
        self.rest = rest;
        let (digits, negative) = match number.split_first() {
            Some((b'-', digits)) => (digits, true),
            _ => (number, false),
        };
        if (1..=15).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit) {
            let whole = digits
                .iter()
                .fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0'));
            return Ok(Number::Whole(if negative { -whole } else { whole }));
        }
        if digits.is_empty() {
            return Err(Misfit);
        }
        let text = std::str::from_utf8(number).map_err(|_| Misfit)?;
        broken(text).map(Number::Broken).ok_or(Misfit)
    }

    /// Passes over a value.
    fn skip(&mut self) -> Read<()> {
        match self.peek().ok_or(Misfit)? {
            b'"' => self.text().map(drop),
            b'{' => {
                self.next();
                let mut members = Members(self, true);
                while members.key()?.is_some() {
                    members.0.take(b':')?;
                    members.0.skip()?;
                }
                Ok(())
            }
            b'[' => {
                self.next();
                let mut items = Items(self, true, false);
                while items.is_another()? {
                    items.0.skip()?;
                }
                Ok(())
            }
            b'n' => self.word(b"null"),
            b't' | b'f' => self.bool().map(drop),
            _ => self.number().map(drop),
        }
    }

    fn deeper(&mut self) -> Read<()> {
        self.depth += 1;
        if self.depth > DEEPEST {
            Err(Misfit)
        } else {
            Ok(())
        }
    }

    fn seq<'de, V: Visitor<'de>>(&mut self, visitor: V) -> Read<V::Value> {
        self.take(b'[')?;
        self.deeper()?;
        let mut items = Items(self, true, false);
        let value = visitor.visit_seq(&mut items)?;
        // Who wants a pair asks for two items and does not look for a third.
        if !items.2 {
            self.take(b']')?;
        }
        self.depth -= 1;
        Ok(value)
    }

    fn map<'de, V: Visitor<'de>>(&mut self, visitor: V) -> Read<V::Value> {
        self.take(b'{')?;
        self.deeper()?;
        let value = visitor.visit_map(Members(self, true))?;
        self.depth -= 1;
        Ok(value)
    }
}

enum Number {
    Whole(i64),
    Broken(f64),
}

#[cfg(target_arch = "wasm32")]
fn broken(text: &str) -> Option<f64> {
    js_sys::JSON::parse(text).ok()?.as_f64()
}

#[cfg(not(target_arch = "wasm32"))]
fn broken(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

macro_rules! as_number {
    ($($name:ident)*) => {$(
        fn $name<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
            match self.number()? {
                Number::Whole(whole) => visitor.visit_i64(whole),
                Number::Broken(broken) => visitor.visit_f64(broken),
            }
        }
    )*};
}

macro_rules! as_text {
    ($($name:ident)*) => {$(
        fn $name<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
            let text = self.text()?;
            visitor.visit_str(&text)
        }
    )*};
}

impl<'de> Deserializer<'de> for &mut Reader<'_> {
    type Error = Misfit;

    as_number! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64
        deserialize_f32 deserialize_f64
    }

    as_text! {
        deserialize_char deserialize_str deserialize_string deserialize_bytes deserialize_byte_buf
        deserialize_identifier
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        match self.peek().ok_or(Misfit)? {
            b'"' => self.deserialize_str(visitor),
            b'{' => self.map(visitor),
            b'[' => self.seq(visitor),
            b'n' => self.deserialize_unit(visitor),
            b't' | b'f' => self.deserialize_bool(visitor),
            _ => self.deserialize_i64(visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        visitor.visit_bool(self.bool()?)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        if self.peek() == Some(b'n') {
            self.word(b"null")?;
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        self.peek();
        self.word(b"null")?;
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Read<V::Value> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Read<V::Value> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        self.seq(visitor)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Read<V::Value> {
        self.seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Read<V::Value> {
        self.seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        self.map(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Read<V::Value> {
        self.map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Read<V::Value> {
        let holds = self.takes(b'{');
        if !holds {
            return visitor.visit_enum(Variant(self, holds));
        }
        self.deeper()?;
        let value = visitor.visit_enum(Variant(self, holds))?;
        self.depth -= 1;
        self.take(b'}')?;
        Ok(value)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Read<V::Value> {
        self.skip()?;
        visitor.visit_unit()
    }
}

/// The items of a list, whether the next is the first, and whether the end was read.
struct Items<'r, 'a>(&'r mut Reader<'a>, bool, bool);

impl Items<'_, '_> {
    fn is_another(&mut self) -> Read<bool> {
        if self.0.takes(b']') {
            self.2 = true;
            return Ok(false);
        }
        if !std::mem::take(&mut self.1) {
            self.0.take(b',')?;
        }
        Ok(true)
    }
}

impl<'de> SeqAccess<'de> for Items<'_, '_> {
    type Error = Misfit;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Read<Option<T::Value>> {
        if self.is_another()? {
            seed.deserialize(&mut *self.0).map(Some)
        } else {
            Ok(None)
        }
    }
}

/// The members of an object, and whether the next is the first.
struct Members<'r, 'a>(&'r mut Reader<'a>, bool);

impl Members<'_, '_> {
    fn is_another(&mut self) -> Read<bool> {
        if self.0.takes(b'}') {
            return Ok(false);
        }
        if !std::mem::take(&mut self.1) {
            self.0.take(b',')?;
        }
        Ok(true)
    }

    fn key(&mut self) -> Read<Option<String>> {
        if self.is_another()? {
            self.0.text().map(Some)
        } else {
            Ok(None)
        }
    }
}

impl<'de> MapAccess<'de> for Members<'_, '_> {
    type Error = Misfit;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Read<Option<K::Value>> {
        if self.is_another()? {
            seed.deserialize(&mut *self.0).map(Some)
        } else {
            Ok(None)
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Read<V::Value> {
        self.0.take(b':')?;
        seed.deserialize(&mut *self.0)
    }
}

/// A variant: its name alone, or an object with one member.
struct Variant<'r, 'a>(&'r mut Reader<'a>, bool);

impl<'de> EnumAccess<'de> for Variant<'_, '_> {
    type Error = Misfit;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Read<(V::Value, Self)> {
        let name = seed.deserialize(&mut *self.0)?;
        if self.1 {
            self.0.take(b':')?;
        }
        Ok((name, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'_, '_> {
    type Error = Misfit;

    fn unit_variant(self) -> Read<()> {
        if self.1 { Err(Misfit) } else { Ok(()) }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Read<T::Value> {
        if self.1 {
            seed.deserialize(self.0)
        } else {
            Err(Misfit)
        }
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Read<V::Value> {
        if self.1 {
            self.0.seq(visitor)
        } else {
            Err(Misfit)
        }
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Read<V::Value> {
        if self.1 {
            self.0.map(visitor)
        } else {
            Err(Misfit)
        }
    }
}
