//! YAML 1.1 as PyYAML and Ansible read it: nodes with spans, tags and styles.
//!
//! Manual: <https://yaml.org/spec/1.1/>

mod build;
mod json;
mod lenient;
mod refuse;
mod scalar;

use std::sync::Arc;

pub use refuse::refusal;

use crate::diag::{Code, Diagnostics};
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
        let Kind::Scalar { text, style } = &self.kind else {
            return None;
        };
        if let Some(tag) = &self.tag {
            let tagged = scalar::tagged(tag, text);
            return Some(tagged.unwrap_or(Scalar::Str(text)));
        }
        Some(match style {
            Style::Plain => scalar::resolve(text),
            Style::SingleQuoted | Style::DoubleQuoted | Style::Literal | Style::Folded => {
                Scalar::Str(text)
            }
        })
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
    let start = Span::new(file, 0, 0);
    let text = match tree.text(file) {
        Ok(text) => text,
        Err(problem) => {
            let message = format!("`{}` cannot be read: {problem}", tree.path(file));
            diags.at(Code::SourceUnreadable, start, message);
            return None;
        }
    };
    if tree.is_latin1(file) {
        let message = format!("`{}` is no UTF-8", tree.path(file));
        diags.at_with_help(Code::SourceLatin1, start, message, "save it as UTF-8");
    }
    if let Some(root) = json::read(text, file) {
        return Some(vec![root]);
    }
    match build::build(text, file, diags) {
        Ok(documents) => Some(documents),
        Err(problem) => {
            let span = Span::new(file, problem.at, problem.at);
            let is_too_deep = problem.message.contains("recursion limit");
            match cure(text, problem.at).filter(|_| !is_too_deep) {
                Some(help) => diags.at_with_help(problem.code, span, problem.message, help),
                None => diags.at(problem.code, span, problem.message),
            }
            None
        }
    }
}

/// Reads YAML that stands inside something else (`from_yaml`, a command line); no diagnostics.
///
/// # Errors
/// What the parser says.
pub fn read_text(text: &str, file: FileId) -> Result<Vec<Arc<Node>>, String> {
    build::build(text, file, &mut Diagnostics::new()).map_err(|problem| problem.message)
}

/// Resolves a text as a plain scalar.
pub fn resolve_plain(text: &str) -> Scalar<'_> {
    scalar::resolve(text)
}

/// Guesses from the lines before a syntax error what the writer meant.
fn cure(text: &str, at: usize) -> Option<&'static str> {
    let at = (0..=at.min(text.len()))
        .rev()
        .find(|at| text.is_char_boundary(*at))?;
    let before = &text[..at];
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let line_end = text[at..].find('\n').map_or(text.len(), |end| at + end);
    let line = &text[line_start..line_end];
    let above = before[..line_start].lines().next_back().unwrap_or_default();
    for line in [line, above] {
        let indent: &str = &line[..line.len() - line.trim_start().len()];
        if indent.contains('\t') {
            return Some("indent with spaces: YAML takes no tabs");
        }
        let value = line
            .split_once(": ")
            .map_or(line.trim_start().trim_start_matches("- "), |(_, value)| {
                value.trim_start()
            });
        if value.starts_with("{{") || value.starts_with("{%") {
            return Some("put the value in quotes: `{` at the start of a value opens a mapping");
        }
        if value.contains(": ") && !value.starts_with(['"', '\'', '|', '>', '#']) {
            return Some("put the value in quotes: `: ` makes a mapping of it");
        }
    }
    None
}

#[cfg(test)]
mod tests;
