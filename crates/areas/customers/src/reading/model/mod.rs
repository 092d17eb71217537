//! How cells are read, by kind of value.

pub(super) mod amounts;
pub(super) mod days;
pub(super) mod reader;
pub(super) mod words;
