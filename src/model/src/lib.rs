//! The words of Banso as types: configuration, conditions, guides, events and wire messages.
