//! Whether a file was found to be damaged while it is used: what cannot be read once is not trusted again until somebody
//! looked at it.

use std::path::Path;
use std::sync::OnceLock;

use rusqlite::ErrorCode;

use super::files::unavailable;
use super::fold::FoldError;
use crate::error::StoreError;

/// The first damage that was found.
#[derive(Debug, Default)]
pub struct Damage(OnceLock<(std::path::PathBuf, String)>);

impl Damage {
    /// Looks whether an error tells of damage.
    pub fn note(&self, place: &Path, error: &FoldError) {
        match error {
            FoldError::Tables(error) => self.note_code(place, error),
            FoldError::Record(error) => self.found(place, &error.to_string()),
            FoldError::Pack(_) | FoldError::Value(_) | FoldError::Closing => {}
        }
    }

    /// Looks whether an error of SQLite tells of damage.
    pub fn note_code(&self, place: &Path, error: &rusqlite::Error) {
        if let Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) =
            error.sqlite_error_code()
        {
            self.found(place, &error.to_string());
        }
    }

    fn found(&self, place: &Path, reason: &str) {
        let mut first = false;
        self.0.get_or_init(|| {
            first = true;
            (place.to_owned(), reason.to_owned())
        });
        if first {
            tracing::error!(
                place = %place.display(), reason,
                "the file is damaged: stop the collector, keep a copy of the folder, and restore the last backup with `banso restore`"
            );
        }
    }

    /// The store is not ready when damage was found.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] with the damage.
    pub fn check(&self) -> Result<(), StoreError> {
        match self.0.get() {
            None => Ok(()),
            Some((place, reason)) => Err(unavailable(
                place,
                &format!("it is damaged ({reason}): restore the last backup"),
            )),
        }
    }
}
