//! Files, folders, links and what is to be gone.

use super::{Piece, Text};

/// Permission bits, such as 0o644.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mode(pub u32);

impl Mode {
    /// Returns four octal digits.
    pub fn octal(self) -> String {
        format!("{:04o}", self.0)
    }
}

impl serde::Serialize for Mode {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.octal())
    }
}

/// A file with its whole content.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct File {
    /// Absolute.
    pub path: String,
    pub content: Content,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case", untagged)]
pub enum Content {
    Text(Text),
    /// Bytes that are no text.
    Binary(#[serde(skip)] Vec<u8>),
    /// What is at an address, the same at all times.
    Fetched(Fetched),
}

/// A file that is fetched.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Fetched {
    pub url: String,
    /// What its bytes come to, where the source says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hash: Option<Hash>,
}

#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Hash {
    /// `md5`, `sha1`, `sha256`, `sha512`.
    pub algorithm: String,
    /// Hexadecimal.
    pub digits: String,
}

#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Directory {
    pub path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Owner, group and mode hold for everything below, too.
    pub recurse: bool,
}

/// A symbolic link.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Link {
    pub path: String,
    pub target: String,
}

/// Owner and permissions of something that others made.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct PathMode {
    pub path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    pub recurse: bool,
}

/// A line of a file that the source only edits: what else stands in it is not in the input.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct FileLine {
    /// Absolute.
    pub path: String,
    /// The section that it stands in, without brackets; empty where the source names none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub section: String,
    /// What it sets: its first word, or what stands before its `=`.
    pub name: String,
    /// What follows the name, without the quotes that a shell would take off.
    pub value: Text,
    /// As written.
    pub line: Text,
    /// What tells it from the other lines of the file: by what its author finds it again.
    #[serde(skip)]
    pub place: String,
}

impl FileLine {
    /// Where debconf keeps what was answered: each answer is a line, in the section of its package.
    pub const DEBCONF: &'static str = "/var/cache/debconf/config.dat";

    /// Returns what a line sets, and to what: its name, and its value without the quotes that a shell would take off.
    pub fn halves(line: &Text) -> (String, Text) {
        let mut name = String::new();
        let mut value = Text::new();
        let mut is_name = true;
        for piece in line.pieces() {
            match piece {
                Piece::Hole(hole) => {
                    is_name = false;
                    value.push_hole(hole.clone());
                }
                Piece::Literal(text) if is_name => {
                    let text = text.trim_start();
                    let text = text.strip_prefix("export ").unwrap_or(text);
                    let end = text.find(|c: char| c == '=' || c == ':' || c.is_whitespace());
                    let (own, rest) = text.split_at(end.unwrap_or(text.len()));
                    own.clone_into(&mut name);
                    let rest = rest.trim_start();
                    let rest = rest.strip_prefix(['=', ':']).unwrap_or(rest);
                    value.push_str(rest.trim_start());
                    is_name = false;
                }
                Piece::Literal(text) => value.push_str(text),
            }
        }
        let value = match value.plain() {
            Some(plain) => Text::from(unquoted(plain.trim_end())),
            None => value,
        };
        (name, value)
    }
}

/// Returns a word as a shell has it; a comment may stand behind its quotes.
fn unquoted(value: &str) -> &str {
    for quote in ['"', '\''] {
        if let Some(rest) = value.strip_prefix(quote)
            && let Some((inner, behind)) = rest.split_once(quote)
            && (behind.is_empty() || behind.trim_start().starts_with('#'))
            && !inner.contains('\\')
        {
            return inner;
        }
    }
    value
}

/// A path that must not be there.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct RemovedPath {
    pub path: String,
}
