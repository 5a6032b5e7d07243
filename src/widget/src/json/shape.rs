//! From values to what the model names.
//!
//! The model's own way to be read is made for people's files: it finds every mistake, at many bytes a field. What comes
//! from the collector or from this device is checked already, so here a missing list is empty, a missing number is
//! nothing, what is unknown is passed over, and only what nothing can be made of is an error.

mod condition;
mod guide;
mod local;
mod session;

use banso_model::named::Named;
use banso_model::time::{Day, Period, Timestamp};
use banso_model::value::Value;

/// Whether something was of another shape. It is noted and not passed back: whoever passes back what is half read has to
/// take it apart, at each member anew.
#[derive(Debug, Default)]
pub struct Wrong(pub bool);

impl Wrong {
    /// Takes note of it, and goes on with something.
    fn or<T: Default>(&mut self, read: Option<T>) -> T {
        self.0 |= read.is_none();
        read.unwrap_or_default()
    }
}

/// What can be read from a value.
pub trait Shape: Sized {
    /// Reads it. A member that is missing is read from null. When something is `wrong`, what comes is of no use.
    fn shape(value: &Value, wrong: &mut Wrong) -> Self;
}

/// Reads a member of an object.
pub(crate) fn member<T: Shape>(of: &Value, name: &str, wrong: &mut Wrong) -> T {
    T::shape(part(of, name), wrong)
}

/// A member of an object; null when there is none.
#[inline(never)]
fn part<'v>(of: &'v Value, name: &str) -> &'v Value {
    match of {
        Value::Map(members) => members.get(name).unwrap_or(&Value::Null),
        _ => &Value::Null,
    }
}

/// Takes note of what is no object.
#[inline(never)]
pub(crate) fn must_be_object(value: &Value, wrong: &mut Wrong) {
    wrong.0 |= !matches!(value, Value::Map(_));
}

/// An object read member by member, each named as its field, or as it is said after `as`.
macro_rules! object {
    ($type:path { $($field:ident $(as $name:literal)?),* $(,)? }) => {
        impl $crate::json::shape::Shape for $type {
            fn shape(
                value: &banso_model::value::Value,
                wrong: &mut $crate::json::shape::Wrong,
            ) -> Self {
                $crate::json::shape::must_be_object(value, wrong);
                Self {
                    $($field: $crate::json::shape::member(
                        value,
                        $crate::json::shape::named!($field $($name)?),
                        wrong,
                    ),)*
                }
            }
        }
    };
}

macro_rules! named {
    ($field:ident) => {
        stringify!($field)
    };
    ($field:ident $name:literal) => {
        $name
    };
}

/// One of some words; null is the first.
macro_rules! word {
    ($type:ident { $first:ident $first_name:literal $(, $variant:ident $name:literal)* $(,)? }) => {
        impl $crate::json::shape::Shape for $type {
            fn shape(
                value: &banso_model::value::Value,
                wrong: &mut $crate::json::shape::Wrong,
            ) -> Self {
                let place = $crate::json::shape::place(value, &[$first_name $(, $name)*], wrong);
                [$type::$first $(, $type::$variant)*]
                    .get(place)
                    .copied()
                    .unwrap_or($type::$first)
            }
        }
    };
}

use word;
pub(crate) use {named, object};

/// Which of some words a value is; null is the first.
#[inline(never)]
fn place(value: &Value, words: &[&str], wrong: &mut Wrong) -> usize {
    wrong.or(match value {
        Value::Null => Some(0),
        Value::Text(text) => words.iter().position(|word| word == text),
        _ => None,
    })
}

/// A variant with a name and a value: an object with one member.
#[inline(never)]
fn variant<'v>(value: &'v Value, wrong: &mut Wrong) -> (&'v str, &'v Value) {
    let first = match value {
        Value::Map(members) => members.iter().next(),
        _ => None,
    };
    wrong.0 |= first.is_none();
    first.map_or(("", &Value::Null), |(name, value)| (name, value))
}

/// The items of a list; null is an empty one.
#[inline(never)]
fn items<'v>(value: &'v Value, wrong: &mut Wrong) -> &'v [Value] {
    match value {
        Value::List(list) => list,
        other => {
            wrong.0 |= *other != Value::Null;
            &[]
        }
    }
}

impl Shape for Value {
    fn shape(value: &Value, _: &mut Wrong) -> Self {
        value.clone()
    }
}

impl Shape for String {
    #[inline(never)]
    fn shape(value: &Value, wrong: &mut Wrong) -> Self {
        wrong.or(value.as_text().map(str::to_owned))
    }
}

impl Shape for bool {
    #[inline(never)]
    fn shape(value: &Value, wrong: &mut Wrong) -> Self {
        wrong.or(match value {
            Value::Bool(truth) => Some(*truth),
            Value::Null => Some(false),
            _ => None,
        })
    }
}

impl Shape for f64 {
    #[inline(never)]
    fn shape(value: &Value, wrong: &mut Wrong) -> Self {
        wrong.or(match value {
            Value::Number(number) => Some(*number),
            Value::Null => Some(0.0),
            _ => None,
        })
    }
}

macro_rules! whole {
    ($($type:ident)*) => {$(
        impl Shape for $type {
            fn shape(value: &Value, wrong: &mut Wrong) -> Self {
                // A float cast saturates.
                f64::shape(value, wrong) as $type
            }
        }
    )*};
}

whole!(u8 i32 u32 u64);

impl<T: Shape> Shape for Option<T> {
    fn shape(value: &Value, wrong: &mut Wrong) -> Self {
        (*value != Value::Null).then(|| T::shape(value, wrong))
    }
}

impl<T: Shape> Shape for Vec<T> {
    fn shape(value: &Value, wrong: &mut Wrong) -> Self {
        let mut list = Self::new();
        for item in items(value, wrong) {
            list.push(T::shape(item, wrong));
        }
        list
    }
}

impl<T: Shape> Shape for Named<T> {
    fn shape(value: &Value, wrong: &mut Wrong) -> Self {
        let mut named = Self::default();
        match value {
            Value::Map(members) => {
                for (name, value) in members {
                    named.insert(name.clone(), T::shape(value, wrong));
                }
            }
            other => wrong.0 |= *other != Value::Null,
        }
        named
    }
}

impl<A: Shape, B: Shape> Shape for (A, B) {
    fn shape(value: &Value, wrong: &mut Wrong) -> Self {
        let (first, second) = match items(value, wrong) {
            [first, second] => (first, second),
            _ => {
                wrong.0 = true;
                (&Value::Null, &Value::Null)
            }
        };
        (A::shape(first, wrong), B::shape(second, wrong))
    }
}

impl<T: Shape> Shape for Box<T> {
    fn shape(value: &Value, wrong: &mut Wrong) -> Self {
        Self::new(T::shape(value, wrong))
    }
}

impl Shape for Timestamp {
    #[inline(never)]
    fn shape(value: &Value, wrong: &mut Wrong) -> Self {
        wrong.or(match value {
            Value::Text(text) => instant(text),
            Value::Number(ms) => Some(Self(*ms as i64)),
            Value::Null => Some(Self::default()),
            _ => None,
        })
    }
}

/// An instant, as the collector or the widget itself wrote it: the browser reads it, which it can anyway.
#[cfg(target_arch = "wasm32")]
fn instant(text: &str) -> Option<Timestamp> {
    crate::browser::date_ms(text).map(Timestamp)
}

#[cfg(not(target_arch = "wasm32"))]
fn instant(text: &str) -> Option<Timestamp> {
    Timestamp::parse(text)
}

impl Shape for Day {
    fn shape(value: &Value, wrong: &mut Wrong) -> Self {
        Self(i32::shape(value, wrong))
    }
}

impl Shape for Period {
    #[inline(never)]
    fn shape(value: &Value, wrong: &mut Wrong) -> Self {
        wrong.or(value.as_text().and_then(Self::parse))
    }
}

/// One, or a list of them.
fn one_or_many<T: Shape>(of: &Value, name: &str, wrong: &mut Wrong) -> Vec<T> {
    match part(of, name) {
        value @ (Value::List(_) | Value::Null) => Vec::shape(value, wrong),
        one => vec![T::shape(one, wrong)],
    }
}
