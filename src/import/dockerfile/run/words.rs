//! The words of a command as the build's shell would make them, as far as that can be said.

use std::collections::BTreeMap;

use crate::import::dockerfile::scope::{Holes, Scope, hide_credentials};
use crate::model::HoleKind;
use crate::source::Span;
use crate::syntax::dockerfile::{Lookup, expand};

/// What programs print on the machine that is assumed.
const PRINTED: [(&str, &str); 10] = [
    ("dpkg --print-architecture", "amd64"),
    ("apk --print-arch", "x86_64"),
    ("uname -m", "x86_64"),
    ("uname -s", "Linux"),
    ("arch", "x86_64"),
    ("rpm -E %{_arch}", "x86_64"),
    ("rpm --query --queryformat='%{ARCH}' rpm", "x86_64"),
    ("rpm --eval '%{_arch}'", "x86_64"),
    (
        "dpkg-architecture --query DEB_BUILD_GNU_TYPE",
        "x86_64-linux-gnu",
    ),
    (
        "dpkg-architecture --query DEB_BUILD_MULTIARCH",
        "x86_64-linux-gnu",
    ),
];

/// What a shell knows.
pub(super) struct Values<'a> {
    pub(super) scope: &'a Scope,
    pub(super) holes: &'a Holes,
    pub(super) variables: &'a BTreeMap<String, String>,
    pub(super) span: Span,
}

impl Values<'_> {
    /// Returns the words that a word becomes; a placeholder stands for what only the build knows.
    pub(super) fn words(&self, raw: &str) -> Vec<String> {
        let substituted = self.substitute(raw);
        let expanded = expand(&substituted, '\\', &|name| self.lookup(name));
        let words = match expanded {
            // In double quotes nothing is split, which the reader of Dockerfiles does not know either.
            Ok(it) => it.words,
            Err(_) => vec![self.unknown(raw)],
        };
        let hide = |word: String| hide_credentials(word, self.holes, self.span);
        words
            .into_iter()
            .flat_map(|it| braces(&hide(it), raw))
            .collect()
    }

    /// Returns a word as one text.
    pub(super) fn text(&self, raw: &str) -> String {
        let substituted = self.substitute(raw);
        let expanded = expand(&substituted, '\\', &|name| self.lookup(name));
        expanded.map_or_else(|_| self.unknown(raw), |it| it.text)
    }

    fn unknown(&self, raw: &str) -> String {
        let what = format!("what `{}` is", raw.chars().take(60).collect::<String>());
        self.holes.place(HoleKind::Unknown, what, None)
    }

    fn lookup(&self, name: &str) -> Lookup {
        if let Some(value) = self.variables.get(name) {
            return Lookup::Value(value.clone());
        }
        let is_special =
            name.is_empty() || !name.starts_with(|c: char| c.is_alphabetic() || c == '_');
        if is_special {
            return Lookup::Unknown(self.unknown(&format!("${name}")));
        }
        match self.scope.lookup(name, self.holes) {
            Lookup::Unset if name == "HOME" => Lookup::Value("/root".to_owned()),
            found => found,
        }
    }

    /// Puts what commands print in the place of `$(…)` and backquotes.
    fn substitute(&self, raw: &str) -> String {
        let mut out = String::new();
        let mut rest = raw;
        let mut is_quoted = false;
        while let Some(c) = rest.chars().next() {
            match c {
                '\\' if !is_quoted => {
                    let end = rest.char_indices().nth(2).map_or(rest.len(), |(at, _)| at);
                    out.push_str(&rest[..end]);
                    rest = &rest[end..];
                    continue;
                }
                // Between double quotes a single one is a character; a word that mixes both is rare.
                '\'' if !raw.starts_with('"') => is_quoted = !is_quoted,
                '`' if !is_quoted => {
                    let end = rest[1..].find('`').map_or(rest.len(), |at| at + 1);
                    out.push_str(&self.printed(&rest[1..end.max(1)]));
                    rest = rest.get(end + 1..).unwrap_or_default();
                    continue;
                }
                '$' if !is_quoted && rest[1..].starts_with('(') => {
                    let end = closing(&rest[1..]).map_or(rest.len(), |at| at + 1);
                    let inner = rest.get(2..end).unwrap_or_default();
                    out.push_str(&self.printed(inner));
                    rest = rest.get(end + 1..).unwrap_or_default();
                    continue;
                }
                _ => {}
            }
            out.push(c);
            rest = &rest[c.len_utf8()..];
        }
        out
    }

    fn printed(&self, command: &str) -> String {
        let first = command.split('|').next().unwrap_or_default();
        let words: Vec<&str> = first.split_whitespace().collect();
        let bare = words.join(" ");
        match PRINTED.iter().find(|(it, _)| *it == bare) {
            Some((_, value)) => (*value).to_owned(),
            None => {
                let program = words.first().copied().unwrap_or_default();
                let what = format!("what `{program}` prints");
                self.holes.place(HoleKind::Unknown, what, None)
            }
        }
    }
}

/// Finds the parenthesis that closes the first.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut quote = None;
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match (quote, c) {
            (_, '\\') if quote != Some('\'') => {
                chars.next();
            }
            (None, '\'' | '"') => quote = Some(c),
            (Some(mark), c) if mark == c => quote = None,
            (None, '(') => depth += 1,
            (None, ')') => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

/// `{a,b}` outside quotes makes several words.
fn braces(word: &str, raw: &str) -> Vec<String> {
    let parts = word.find('{').and_then(|open| {
        let close = open + word[open..].find('}')?;
        Some((&word[..open], &word[open + 1..close], &word[close + 1..]))
    });
    match parts {
        Some((before, inner, after)) if inner.contains(',') && !raw.contains(['"', '\'']) => inner
            .split(',')
            .flat_map(|it| braces(&format!("{before}{it}{after}"), raw))
            .collect(),
        Some(_) | None => vec![word.to_owned()],
    }
}
