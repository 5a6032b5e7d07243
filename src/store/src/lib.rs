//! What is kept: the Store trait, its contract suite and the SQLite backend.
