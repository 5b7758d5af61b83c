//! The text of the input: `SourceTree`, `FileId`, `Span` and line numbers.
//!
//! The only stage that reads the disk. The names of all files are listed once, sorted; a file's content is read when
//! somebody asks for it. The root is closed: a link that leads out of it is never opened.

mod listing;
mod path;
mod span;
mod tree;
mod walk;

pub use path::{absolute, extra_path, is_below, is_ignored, join};
pub use span::{Position, Span, Spanned};
pub use tree::{Entry, EntryKind, FileId, MANIFEST, ReadProblem, SourceTree};
