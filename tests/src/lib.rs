//! Tests at the level users see.
