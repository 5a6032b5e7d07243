//! JSON Schema of the configuration, generated from the types that read it.

mod condition;
