//! Writing JSON.

use serde::ser::{
    Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

use banso_model::time::digits;

use super::Misfit;

/// A text that is being written.
#[derive(Default)]
pub struct Writer {
    text: String,
}

type Written = Result<(), Misfit>;

impl Writer {
    /// The text.
    pub fn finish(self) -> String {
        self.text
    }

    fn put(&mut self, text: &str) -> Written {
        self.text.push_str(text);
        Ok(())
    }

    fn whole(&mut self, number: i64) -> Written {
        self.put(&digits(number))
    }

    fn quoted(&mut self, text: &str) -> Written {
        self.text.push('"');
        for letter in text.chars() {
            match letter {
                '"' | '\\' => self.text.push('\\'),
                '\0'..='\x1f' => {
                    self.text.push_str("\\u00");
                    for place in [4, 0] {
                        let digit = char::from_digit(letter as u32 >> place & 0xf, 16);
                        self.text.push(digit.unwrap_or('0'));
                    }
                    continue;
                }
                _ => {}
            }
            self.text.push(letter);
        }
        self.put("\"")
    }

    /// A comma, unless it would come right after the bracket that opened.
    fn comma(&mut self) {
        if !self.text.ends_with(['[', '{']) {
            self.text.push(',');
        }
    }

    fn member<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Written {
        self.comma();
        self.quoted(name)?;
        self.text.push(':');
        value.serialize(self)
    }

    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Written {
        self.comma();
        value.serialize(self)
    }

    fn variant(&mut self, name: &str, opened: &str) -> Written {
        self.text.push('{');
        self.quoted(name)?;
        self.text.push(':');
        self.put(opened)
    }
}

#[cfg(target_arch = "wasm32")]
fn broken(number: f64) -> String {
    let text = js_sys::JSON::stringify(&number.into());
    text.map_or_else(|_| "null".to_owned(), String::from)
}

#[cfg(not(target_arch = "wasm32"))]
fn broken(number: f64) -> String {
    number.to_string()
}

macro_rules! as_whole {
    ($($name:ident $type:ty),*) => {$(
        fn $name(self, number: $type) -> Written {
            self.whole(i64::from(number))
        }
    )*};
}

impl<'w> Serializer for &'w mut Writer {
    type Ok = ();
    type Error = Misfit;
    type SerializeSeq = Open<'w>;
    type SerializeTuple = Open<'w>;
    type SerializeTupleStruct = Open<'w>;
    type SerializeTupleVariant = Open<'w>;
    type SerializeMap = Open<'w>;
    type SerializeStruct = Open<'w>;
    type SerializeStructVariant = Open<'w>;

    as_whole!(serialize_i8 i8, serialize_i16 i16, serialize_i32 i32, serialize_i64 i64,
        serialize_u8 u8, serialize_u16 u16, serialize_u32 u32);

    fn serialize_u64(self, number: u64) -> Written {
        self.whole(i64::try_from(number).unwrap_or(i64::MAX))
    }
    fn serialize_f32(self, number: f32) -> Written {
        self.serialize_f64(f64::from(number))
    }
    fn serialize_f64(self, number: f64) -> Written {
        // A float cast saturates; what comes back the same was whole.
        let whole = number as i64;
        if whole as f64 == number && whole.unsigned_abs() < 1 << 53 {
            self.whole(whole)
        } else if number.is_finite() {
            self.put(&broken(number))
        } else {
            self.put("null")
        }
    }
    fn serialize_bool(self, truth: bool) -> Written {
        self.put(if truth { "true" } else { "false" })
    }
    fn serialize_char(self, letter: char) -> Written {
        self.quoted(letter.encode_utf8(&mut [0; 4]))
    }
    fn serialize_str(self, text: &str) -> Written {
        self.quoted(text)
    }
    fn serialize_bytes(self, _: &[u8]) -> Written {
        Err(Misfit)
    }
    fn serialize_none(self) -> Written {
        self.put("null")
    }
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Written {
        value.serialize(self)
    }
    fn serialize_unit(self) -> Written {
        self.put("null")
    }
    fn serialize_unit_struct(self, _: &'static str) -> Written {
        self.put("null")
    }
    fn serialize_unit_variant(self, _: &'static str, _: u32, name: &'static str) -> Written {
        self.quoted(name)
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Written {
        value.serialize(self)
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        value: &T,
    ) -> Written {
        self.variant(name, "")?;
        value.serialize(&mut *self)?;
        self.put("}")
    }
    fn serialize_seq(self, _: Option<usize>) -> Result<Open<'w>, Misfit> {
        self.put("[")?;
        Ok(Open(self, "]"))
    }
    fn serialize_tuple(self, _: usize) -> Result<Open<'w>, Misfit> {
        self.serialize_seq(None)
    }
    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Open<'w>, Misfit> {
        self.serialize_seq(None)
    }
    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        _: usize,
    ) -> Result<Open<'w>, Misfit> {
        self.variant(name, "[")?;
        Ok(Open(self, "]}"))
    }
    fn serialize_map(self, _: Option<usize>) -> Result<Open<'w>, Misfit> {
        self.put("{")?;
        Ok(Open(self, "}"))
    }
    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Open<'w>, Misfit> {
        self.serialize_map(None)
    }
    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        _: usize,
    ) -> Result<Open<'w>, Misfit> {
        self.variant(name, "{")?;
        Ok(Open(self, "}}"))
    }
    fn collect_str<T: std::fmt::Display + ?Sized>(self, value: &T) -> Written {
        self.quoted(&value.to_string())
    }
}

/// A list or an object that is open, and what closes it.
pub struct Open<'w>(&'w mut Writer, &'static str);

macro_rules! items {
    ($($kind:ident $method:ident),*) => {$(
        impl $kind for Open<'_> {
            type Ok = ();
            type Error = Misfit;
            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Written {
                self.0.item(value)
            }
            fn end(self) -> Written {
                self.0.put(self.1)
            }
        }
    )*};
}

items!(SerializeSeq serialize_element, SerializeTuple serialize_element, SerializeTupleStruct serialize_field,
    SerializeTupleVariant serialize_field);

macro_rules! members {
    ($($kind:ident),*) => {$(
        impl $kind for Open<'_> {
            type Ok = ();
            type Error = Misfit;
            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Written {
                self.0.member(name, value)
            }
            fn end(self) -> Written {
                self.0.put(self.1)
            }
        }
    )*};
}

members!(SerializeStruct, SerializeStructVariant);

impl SerializeMap for Open<'_> {
    type Ok = ();
    type Error = Misfit;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Written {
        self.0.comma();
        let start = self.0.text.len();
        key.serialize(&mut *self.0)?;
        // A key must be a text.
        if self.0.text.as_bytes().get(start) == Some(&b'"') {
            Ok(())
        } else {
            Err(Misfit)
        }
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Written {
        self.0.text.push(':');
        value.serialize(&mut *self.0)
    }

    fn end(self) -> Written {
        self.0.put(self.1)
    }
}
