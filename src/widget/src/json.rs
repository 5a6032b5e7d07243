//! JSON, read into and written from what the model names.
//!
//! A reader and a writer of our own, since every byte of a general one would be downloaded by every page: a text is read
//! into values, values into what is expected, and an error says only that there is one.

mod parse;
pub(crate) mod shape;
mod write;

use std::fmt;

use serde::Serialize;

pub use shape::Shape;
pub(crate) use shape::object;

/// Reads JSON; `None` when it is none or of another shape.
pub fn read<T: Shape>(text: &str) -> Option<T> {
    let mut wrong = shape::Wrong::default();
    let read = T::shape(&parse::parse(text)?, &mut wrong);
    (!wrong.0).then_some(read)
}

/// Writes JSON. What it cannot write (a map whose keys are no texts) is written as null.
pub fn write(value: &(impl Serialize + ?Sized)) -> String {
    let mut writer = write::Writer::default();
    match value.serialize(&mut writer) {
        Ok(()) => writer.finish(),
        Err(Misfit) => "null".to_owned(),
    }
}

/// Something is not as it should be. Nobody is told what: these texts come from the collector or from here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Misfit;

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not of the expected shape")
    }
}

impl std::error::Error for Misfit {}

impl serde::ser::Error for Misfit {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

#[cfg(test)]
mod tests;
