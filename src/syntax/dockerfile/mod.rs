//! Dockerfiles: text to instructions with flags, words and here-documents, each with its place.
//!
//! Manual: <https://docs.docker.com/reference/dockerfile/>; where BuildKit does otherwise than its manual says, BuildKit
//! is followed.
//!
//! A reader of our own, because `parse-dockerfile` 0.1 ends at the first bad line, does not find a here-document behind
//! whose mark something follows (`cat <<EOF > /x`) nor a second one, refuses an empty `ENTRYPOINT`, and leaves the
//! continuation marks and comments in the text of a command and the pairs of ENV, ARG and LABEL as one text.

mod directive;
mod duration;
mod expand;
mod flags;
mod heredoc;
mod lines;
mod pattern;
mod statement;
mod words;

use super::Place;

pub use duration::seconds;
pub use expand::{Expanded, Lookup, expand, expand_text};
pub use statement::{CommandLine, Health, Source, Statement, Transfer};

/// A whole file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dockerfile {
    pub directives: Vec<Directive>,
    /// The character that continues lines and takes the meaning of the next: a backslash or a backquote.
    pub escape: char,
    pub instructions: Vec<Instruction>,
    /// What is wrong with parser directives.
    pub faults: Vec<Fault>,
}

/// `# name=value` before everything else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directive {
    /// In small letters: `syntax`, `escape`, `check`.
    pub name: String,
    pub value: String,
    pub place: Place,
}

/// One instruction, its continuation lines and here-documents included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instruction {
    pub place: Place,
    /// In capitals.
    pub keyword: String,
    pub flags: Vec<Flag>,
    /// What stands behind keyword and flags, continuation lines joined, without here-documents.
    pub rest: String,
    pub statement: Result<Statement, Fault>,
}

/// `--name=value`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flag {
    pub name: String,
    pub value: Option<String>,
}

/// A text that stands in the file itself: `<<NAME`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heredoc {
    pub name: String,
    /// Its mark is not quoted: variables in it have values.
    pub expands: bool,
    /// `<<-`: tabs at the beginning of its lines mean nothing.
    pub chomps: bool,
    /// Without the line that ends it.
    pub text: String,
}

/// What cannot be read, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub place: Place,
    /// Lower case, no full stop.
    pub why: String,
    pub cure: Option<String>,
}

impl Instruction {
    /// Returns the value of the last flag of this name; one without a value is `true`.
    pub fn flag(&self, name: &str) -> Option<&str> {
        let flag = self.flags.iter().rev().find(|flag| flag.name == name)?;
        Some(flag.value.as_deref().unwrap_or("true"))
    }

    /// Returns the values of all flags of this name.
    pub fn flags(&self, name: &str) -> impl Iterator<Item = &str> {
        let named = self.flags.iter().filter(move |flag| flag.name == name);
        named.filter_map(|flag| flag.value.as_deref())
    }
}

impl Heredoc {
    /// Returns the text as it is used: without the tabs that `<<-` leaves out.
    pub fn content(&self) -> String {
        if !self.chomps {
            return self.text.clone();
        }
        let lines = self.text.split_inclusive('\n');
        lines.map(|line| line.trim_start_matches('\t')).collect()
    }
}

/// Reads a Dockerfile. A bad line is one instruction whose statement is a fault; the rest goes on.
pub fn read(text: &str) -> Dockerfile {
    lines::read(text)
}

/// The names of all instructions.
pub const KEYWORDS: [&str; 18] = [
    "ADD",
    "ARG",
    "CMD",
    "COPY",
    "ENTRYPOINT",
    "ENV",
    "EXPOSE",
    "FROM",
    "HEALTHCHECK",
    "LABEL",
    "MAINTAINER",
    "ONBUILD",
    "RUN",
    "SHELL",
    "STOPSIGNAL",
    "USER",
    "VOLUME",
    "WORKDIR",
];

#[cfg(test)]
mod tests;
