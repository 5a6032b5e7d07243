//! SQLite: one folder, one writer that commits in groups.
