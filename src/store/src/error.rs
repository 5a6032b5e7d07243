//! Why a store could not do it.

/// Why a store could not do what was asked. Nothing of a failed write was kept.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The queue of writes is full; try again shortly.
    #[error("the store's queue is full; try again in {retry_after} s")]
    Busy {
        /// Seconds to wait.
        retry_after: u32,
    },
    /// The store cannot be read or written now.
    #[error("the store at {place} is not available: {reason}")]
    Unavailable {
        /// The file or server.
        place: String,
        /// What it said.
        reason: String,
    },
    /// The store cannot be opened as it is; the message says what to do.
    #[error("the store at {place} cannot be used: {reason}; {remedy}")]
    Unusable {
        /// The file or server.
        place: String,
        /// What is wrong with it.
        reason: String,
        /// What to do.
        remedy: String,
    },
}
