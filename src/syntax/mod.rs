//! Formats of text: one file each, text with spans to a tree. Whoever needs a format reads it here.

pub mod jinja;
pub mod yaml;
