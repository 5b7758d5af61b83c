//! What the tool has to say about the user's files: `Diagnostic`, its `Code` and `Severity`.

mod code;

pub use code::Code;

use std::collections::BTreeSet;
use std::fmt;

use crate::source::Span;

/// What the *output* is worth at this place.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// A choice was made, the meaning is the same.
    Note,
    /// Usable, but something is left out or approximate.
    Warning,
    /// It would be wrong, so that part is not written.
    Error,
}

impl Severity {
    pub const ALL: [Severity; 3] = [Severity::Note, Severity::Warning, Severity::Error];

    pub fn name(self) -> &'static str {
        match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }

    /// What it says of the output, for people.
    pub fn meaning(self) -> &'static str {
        match self {
            Severity::Note => "A choice was made, and the output means the same.",
            Severity::Warning => "The output is usable, but something is left out or approximate.",
            Severity::Error => "That part of the output would be wrong, and is not written.",
        }
    }
}

/// One thing to say, with its place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Diagnostic {
    pub code: Code,
    /// Lower case, no full stop, the user's words in backticks.
    pub message: String,
    pub span: Option<Span>,
    /// The other place that it is about, where there are two: what stands instead.
    pub stands: Option<Span>,
    /// The cure, where it is known.
    pub help: Option<String>,
}

/// The diagnostics of a stage, in the order in which they were found.
#[derive(Clone, Debug, Default)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
    hidden: Hidden,
}

/// Values of secrets: a line of a source that has one is not shown.
#[derive(Clone, Default)]
struct Hidden(BTreeSet<String>);

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} secrets", self.0.len())
    }
}

impl Diagnostics {
    pub fn new() -> Diagnostics {
        Diagnostics::default()
    }

    /// Adds a diagnostic at a place.
    pub fn at(&mut self, code: Code, span: Span, message: impl Into<String>) {
        self.push(code, Some(span), message.into(), None);
    }

    /// Adds a diagnostic at a place, with its cure.
    pub fn at_with_help(
        &mut self,
        code: Code,
        span: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.push(code, Some(span), message.into(), Some(help.into()));
    }

    /// Adds a diagnostic at a place about what stands at another one instead.
    pub fn between(
        &mut self,
        code: Code,
        (span, stands): (Span, Span),
        message: impl Into<String>,
        help: Option<&str>,
    ) {
        self.push(code, Some(span), message.into(), help.map(str::to_owned));
        if let Some(last) = self.list.last_mut() {
            last.stands = Some(stands);
        }
    }

    /// Adds a diagnostic about the run as a whole, with its cure.
    pub fn general(&mut self, code: Code, message: impl Into<String>, help: impl Into<String>) {
        self.push(code, None, message.into(), Some(help.into()));
    }

    fn push(&mut self, code: Code, span: Option<Span>, message: String, help: Option<String>) {
        self.list.push(Diagnostic {
            code,
            message,
            span,
            stands: None,
            help,
        });
    }

    /// Puts all that is said into other words.
    pub fn reword(&mut self, word: impl Fn(&str) -> String) {
        for it in &mut self.list {
            it.message = word(&it.message);
            it.help = it.help.as_deref().map(&word);
        }
    }

    /// Notes values of secrets.
    pub fn hide(&mut self, values: impl Iterator<Item = String>) {
        self.hidden.0.extend(values);
    }

    /// Tells whether a line of a source has a secret that its value alone tells.
    pub fn is_hidden(&self, line: &str) -> bool {
        self.hidden.0.iter().any(|it| line.contains(it))
    }

    /// Takes over all of `other`.
    pub fn append(&mut self, other: Diagnostics) {
        self.list.extend(other.list);
        self.hidden.0.extend(other.hidden.0);
    }

    /// Returns the diagnostics by place, each once.
    pub fn sorted(&self) -> Vec<&Diagnostic> {
        let mut list: Vec<&Diagnostic> = self.list.iter().collect();
        list.sort_by_key(|it| (it.span, it.code, &it.message));
        list.dedup();
        list
    }

    /// Returns the diagnostics of at least this severity.
    #[must_use]
    pub fn at_least(&self, severity: Severity) -> Diagnostics {
        let list = self.list.iter().filter(|it| it.code.severity() >= severity);
        Diagnostics {
            list: list.cloned().collect(),
            hidden: self.hidden.clone(),
        }
    }

    pub fn worst(&self) -> Option<Severity> {
        self.list.iter().map(|it| it.code.severity()).max()
    }

    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}
