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
use banso_model::value::{Value, Values};

/// What can be read from a value.
pub trait Shape: Sized {
    /// Reads it. A member that is missing is read from null.
    fn shape(value: Value) -> Option<Self>;
}

/// Takes a member out of an object and reads it.
pub(crate) fn member<T: Shape>(members: &mut Values, name: &str) -> Option<T> {
    T::shape(members.remove(name).unwrap_or_default())
}

/// The members of an object.
pub(crate) fn members(value: Value) -> Option<Values> {
    match value {
        Value::Map(members) => Some(members),
        _ => None,
    }
}

/// An object read member by member, each named as its field, or as it is said after `as`.
macro_rules! object {
    ($type:path { $($field:ident $(as $name:literal)?),* $(,)? }) => {
        impl $crate::json::shape::Shape for $type {
            fn shape(value: banso_model::value::Value) -> Option<Self> {
                let mut members = $crate::json::shape::members(value)?;
                Some(Self {
                    $($field: $crate::json::shape::member(
                        &mut members,
                        $crate::json::shape::named!($field $($name)?),
                    )?,)*
                })
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
    ($type:ident { $($variant:ident $name:literal),* $(,)? }) => {
        impl $crate::json::shape::Shape for $type {
            fn shape(value: banso_model::value::Value) -> Option<Self> {
                let place = $crate::json::shape::place(&value, &[$($name),*])?;
                [$($type::$variant),*].get(place).copied()
            }
        }
    };
}

use word;
pub(crate) use {named, object};

/// Which of some words a value is; null is the first.
fn place(value: &Value, words: &[&str]) -> Option<usize> {
    match value {
        Value::Null => Some(0),
        Value::Text(text) => words.iter().position(|word| word == text),
        _ => None,
    }
}

/// A variant with a name and a value: an object with one member.
fn variant(value: Value) -> Option<(String, Value)> {
    members(value)?.into_iter().next()
}

impl Shape for Value {
    fn shape(value: Value) -> Option<Self> {
        Some(value)
    }
}

impl Shape for String {
    fn shape(value: Value) -> Option<Self> {
        match value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl Shape for bool {
    fn shape(value: Value) -> Option<Self> {
        match value {
            Value::Bool(truth) => Some(truth),
            Value::Null => Some(false),
            _ => None,
        }
    }
}

impl Shape for f64 {
    fn shape(value: Value) -> Option<Self> {
        match value {
            Value::Number(number) => Some(number),
            Value::Null => Some(0.0),
            _ => None,
        }
    }
}

macro_rules! whole {
    ($($type:ident)*) => {$(
        impl Shape for $type {
            fn shape(value: Value) -> Option<Self> {
                // A float cast saturates.
                f64::shape(value).map(|number| number as $type)
            }
        }
    )*};
}

whole!(u8 i32 u32 u64);

impl<T: Shape> Shape for Option<T> {
    fn shape(value: Value) -> Option<Self> {
        match value {
            Value::Null => Some(None),
            value => T::shape(value).map(Some),
        }
    }
}

impl<T: Shape> Shape for Vec<T> {
    fn shape(value: Value) -> Option<Self> {
        match value {
            Value::Null => Some(Self::new()),
            Value::List(list) => list.into_iter().map(T::shape).collect(),
            _ => None,
        }
    }
}

impl<T: Shape> Shape for Named<T> {
    fn shape(value: Value) -> Option<Self> {
        if value == Value::Null {
            return Some(Self::default());
        }
        let mut named = Self::default();
        for (name, value) in members(value)? {
            named.insert(name, T::shape(value)?);
        }
        Some(named)
    }
}

impl<A: Shape, B: Shape> Shape for (A, B) {
    fn shape(value: Value) -> Option<Self> {
        let Value::List(list) = value else {
            return None;
        };
        let [first, second] = <[Value; 2]>::try_from(list).ok()?;
        Some((A::shape(first)?, B::shape(second)?))
    }
}

impl<T: Shape> Shape for Box<T> {
    fn shape(value: Value) -> Option<Self> {
        T::shape(value).map(Self::new)
    }
}

impl Shape for Timestamp {
    fn shape(value: Value) -> Option<Self> {
        match value {
            Value::Text(text) => Self::parse(&text),
            Value::Number(ms) => Some(Self(ms as i64)),
            Value::Null => Some(Self::default()),
            _ => None,
        }
    }
}

impl Shape for Day {
    fn shape(value: Value) -> Option<Self> {
        i32::shape(value).map(Self)
    }
}

impl Shape for Period {
    fn shape(value: Value) -> Option<Self> {
        Self::parse(value.as_text()?)
    }
}

/// One, or a list of them.
fn one_or_many<T: Shape>(members: &mut Values, name: &str) -> Option<Vec<T>> {
    match members.remove(name).unwrap_or_default() {
        value @ (Value::List(_) | Value::Null) => Vec::shape(value),
        one => T::shape(one).map(|one| vec![one]),
    }
}
