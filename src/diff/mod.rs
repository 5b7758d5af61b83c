//! What translating would change: files as text, and options of hosts by meaning.

#![deny(clippy::wildcard_enum_match_arm)]

mod meaning;
mod side;
mod stat;
mod text;
mod value;

pub use meaning::meaning;
pub use stat::stat;
pub use text::{FileDiff, file_diffs, kept, unified};

/// A file of the output's folder, and what translating does to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fate<'a> {
    /// Relative to the folder of the output, with `/`.
    pub path: String,
    /// What stands there, where it is a file and does not say the same already.
    pub old: Option<Vec<u8>>,
    pub deed: Deed<'a>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed<'a> {
    /// It says this already.
    Leave(&'a [u8]),
    /// This is written.
    Write(&'a [u8]),
    /// It is a person's, and stays instead of this. The text says why, after the path.
    Keep(&'static str, &'a [u8]),
    /// A person changed it, and what is written is what it was before: their changes stay.
    Edited(&'a [u8]),
    /// A person changed other lines than the sources: this is written, which has both, instead of that.
    Merge(Vec<u8>, Change<'a>),
    /// A person changed the same lines: it stays. This has both, with the markers of a merge.
    Dispute(Vec<u8>),
    /// The same, but what has both is written, for the person to choose.
    Mark(Vec<u8>, &'a [u8]),
    /// It is no longer made, and is a person's: it stays.
    Abandon(&'static str),
    /// It is no longer made, and is removed.
    Remove,
    /// It is no longer made, and is gone already.
    Forget,
}

/// What a file was before a person changed it, and what it is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change<'a> {
    pub base: Vec<u8>,
    pub new: &'a [u8],
}

/// A line to print, without its line break.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub kind: LineKind,
    pub text: String,
}

/// What a line says, for who gives it its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineKind {
    /// Names what follows: a file, hosts.
    Title,
    /// Where in a file.
    Place,
    Added,
    Removed,
    Changed,
    /// Said about the difference, and no part of it.
    Remark,
    Plain,
}

impl Line {
    fn new(kind: LineKind, text: impl Into<String>) -> Line {
        Line {
            kind,
            text: text.into(),
        }
    }
}

/// Makes fates out of path, old text (empty: no file) and deed, for the tests of the ways to show them.
#[cfg(test)]
fn fates_of<'a>(fates: &[(&str, &str, Deed<'a>)]) -> Vec<Fate<'a>> {
    let fate = |(path, old, deed): &(&str, &str, Deed<'a>)| Fate {
        path: (*path).to_owned(),
        old: (!old.is_empty()).then(|| old.as_bytes().to_vec()),
        deed: deed.clone(),
    };
    fates.iter().map(fate).collect()
}
