//! YAML 1.1 as PyYAML and Ansible read it: nodes with spans, tags and styles.
//!
//! Manual: <https://yaml.org/spec/1.1/>

use std::sync::Arc;

use crate::diag::Diagnostics;
use crate::source::{FileId, SourceTree, Span};

/// A node and where it stands; shared, since an alias is the node of its anchor.
#[derive(Clone, Debug)]
pub struct Node {
    pub kind: Kind,
    pub span: Span,
    /// The tag as written, without its `!`: `vault`, `unsafe`.
    pub tag: Option<String>,
}

#[derive(Clone, Debug)]
pub enum Kind {
    Scalar {
        text: String,
        style: Style,
    },
    Sequence(Vec<Arc<Node>>),
    /// In the order of the source; merge keys (`<<`) are applied, of duplicate keys the last counts.
    Mapping(Vec<(Arc<Node>, Arc<Node>)>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    Plain,
    SingleQuoted,
    DoubleQuoted,
    Literal,
    Folded,
}

/// What a scalar says, resolved as YAML 1.1 does: `yes` is true, `0644` is 420.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar<'a> {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(&'a str),
}

impl Node {
    /// Resolves a scalar; `None` for sequences and mappings. Quoted and block scalars are strings.
    pub fn scalar(&self) -> Option<Scalar<'_>> {
        None
    }

    /// Returns the text of a scalar as written, whatever its type.
    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Scalar { text, .. } => Some(text),
            Kind::Sequence(_) | Kind::Mapping(_) => None,
        }
    }

    pub fn items(&self) -> Option<&[Arc<Node>]> {
        match &self.kind {
            Kind::Sequence(items) => Some(items),
            Kind::Scalar { .. } | Kind::Mapping(_) => None,
        }
    }

    pub fn pairs(&self) -> Option<&[(Arc<Node>, Arc<Node>)]> {
        match &self.kind {
            Kind::Mapping(pairs) => Some(pairs),
            Kind::Scalar { .. } | Kind::Sequence(_) => None,
        }
    }

    /// Returns the value of the key `name` of a mapping.
    pub fn get(&self, name: &str) -> Option<&Arc<Node>> {
        self.pairs()?
            .iter()
            .find(|(key, _)| key.text() == Some(name))
            .map(|(_, value)| value)
    }
}

/// Reads all documents of a file; `None` when it cannot be read at all, which a diagnostic says.
pub fn read(tree: &SourceTree, file: FileId, diags: &mut Diagnostics) -> Option<Vec<Arc<Node>>> {
    let _ = (tree, file, diags);
    None
}

/// Reads YAML that stands inside something else (`from_yaml`, a command line); no diagnostics.
///
/// # Errors
/// What the parser says.
pub fn read_text(text: &str, file: FileId) -> Result<Vec<Arc<Node>>, String> {
    let _ = (text, file);
    Ok(Vec::new())
}
