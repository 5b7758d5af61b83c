//! The option index of the release, and the check of every path and value against it.
//!
//! Definitions are leaf paths. A path below an option is checked against what the option's type has there; a value that
//! is an attribute set is taken apart where the index has options for its names.

mod alike;
mod asserted;
mod check;
mod index;
mod near;
mod options_file;
mod required;
mod table;
mod types;
mod value;

pub use alike::alike;
pub use check::check;
pub use index::{Found, Index, OptionFacts};
pub use near::{likeness, option_text};
pub use options_file::read_options;
pub use required::refused_switches;
pub use table::{
    BUILT_IN, Rename, Renamed, children, is_required, lookup, paths, removed, renamed,
};
pub use types::{Literal, PathKind, Range, StrKind, Type};
pub use value::{Mismatch, check_value};
