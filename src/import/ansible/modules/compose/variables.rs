//! Variables in the file of a project: `$NAME`, `${NAME:-default}`, `$$`.
//!
//! Manual: <https://docs.docker.com/reference/compose-file/interpolation/>

use crate::import::ansible::params::text_of;
use crate::import::ansible::value::Value;
use crate::model::{Piece, Text};

/// The variables that a project knows, and those that it asked for in vain.
#[derive(Debug, Default)]
pub(super) struct Variables {
    pub(super) known: Vec<(String, Text)>,
    pub(super) missing: Vec<String>,
}

impl Variables {
    /// Reads the lines of an `.env` file.
    pub(super) fn read(&mut self, text: &Text) {
        for line in text.lines() {
            let mut pieces = line.pieces().iter();
            let Some(Piece::Literal(first)) = pieces.next() else {
                continue;
            };
            let first = first.trim_start();
            let first = first.strip_prefix("export ").unwrap_or(first);
            let Some((name, rest)) = first.split_once('=').filter(|_| !first.starts_with('#'))
            else {
                continue;
            };
            let mut value = Text::from(rest.trim_start());
            for piece in pieces {
                match piece {
                    Piece::Literal(text) => value.push_str(text),
                    Piece::Hole(hole) => value.push_hole(hole.clone()),
                }
            }
            let value = match value.plain() {
                Some(plain) => Text::from(unquoted(plain)),
                None => value,
            };
            self.set(name.trim(), value);
        }
    }

    pub(super) fn set(&mut self, name: &str, value: Text) {
        self.known.retain(|(it, _)| it != name);
        self.known.push((name.to_owned(), value));
    }

    fn get(&self, name: &str) -> Option<&Text> {
        self.known.iter().find(|(it, _)| it == name).map(|it| &it.1)
    }

    /// Replaces the variables in all strings of a value.
    pub(super) fn fill(&mut self, value: &Value) -> Value {
        value.with_texts(&mut |text| self.text(text))
    }

    fn text(&mut self, text: &Text) -> Text {
        let mut out = Text::new();
        for piece in text.pieces() {
            match piece {
                Piece::Literal(text) => self.literal(text, &mut out),
                Piece::Hole(hole) => out.push_hole(hole.clone()),
            }
        }
        out
    }

    fn literal(&mut self, text: &str, out: &mut Text) {
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            out.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
            if let Some(behind) = rest.strip_prefix('$') {
                out.push_str("$");
                rest = behind;
            } else if let Some(inner) = rest.strip_prefix('{')
                && let Some(end) = closing(inner)
            {
                let value = self.braced(&inner[..end]);
                out.push(&value);
                rest = &inner[end + 1..];
            } else if rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
                let end = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
                let value = self.value(&rest[..end]);
                out.push(&value);
                rest = &rest[end..];
            } else {
                out.push_str("$");
            }
        }
        out.push_str(rest);
    }

    fn value(&mut self, name: &str) -> Text {
        let found = self.get(name).cloned();
        if found.is_none() && !self.missing.iter().any(|it| it == name) {
            self.missing.push(name.to_owned());
        }
        found.unwrap_or_default()
    }

    /// `NAME`, `NAME:-default`, `NAME-default`, `NAME:+other`, `NAME:?message`
    fn braced(&mut self, inner: &str) -> Text {
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let end = inner.find(|c| !is_name(c)).unwrap_or(inner.len());
        let (name, operator) = inner.split_at(end);
        let (empty_counts, operator) = match operator.strip_prefix(':') {
            Some(operator) => (false, operator),
            None => (true, operator),
        };
        let set = self.get(name).cloned();
        let set = set.filter(|it| empty_counts || it.plain() != Some(""));
        let mut filled = |text: &str| self.text(&Text::from(text));
        match (operator.chars().next(), set) {
            (Some('-'), None) => filled(&operator[1..]),
            (Some('+'), Some(_)) => filled(&operator[1..]),
            (Some('+'), None) => Text::new(),
            (_, Some(value)) => value,
            (_, None) => self.value(name),
        }
    }
}

/// Finds the brace that ends what began before.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => return Some(at),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

fn unquoted(value: &str) -> &str {
    let value = value.trim();
    for quote in ['"', '\''] {
        if let Some(inner) = value.strip_prefix(quote)
            && let Some(end) = inner.find(quote)
        {
            return &inner[..end];
        }
    }
    value.split(" #").next().unwrap_or(value).trim_end()
}

/// Makes a value a text, a list of them where it is one.
pub(super) fn texts_of(value: &Value) -> Vec<Text> {
    match value {
        Value::List(items) => items.iter().map(text_of).collect(),
        Value::None | Value::Omit => Vec::new(),
        _ => vec![text_of(value)],
    }
}

#[cfg(test)]
mod tests {
    use super::Variables;
    use crate::model::Text;

    #[test]
    fn variables_have_defaults() {
        let mut variables = Variables::default();
        variables.read(&Text::from("# x\nA=1\nexport B='two words' # x\nC=\n"));
        for (text, expected) in [
            ("$A-${B}", "1-two words"),
            ("${C:-x} ${C-x} ${D:-y}", "x  y"),
            ("${A:+z} ${D:+z}", "z "),
            ("${D:-${A}}", "1"),
            ("$$A", "$A"),
            ("a$ b", "a$ b"),
            ("<${E}>", "<>"),
        ] {
            let found = variables.text(&Text::from(text));
            assert_eq!(found.plain(), Some(expected), "{text}");
        }
        assert_eq!(variables.missing, ["E"]);
    }
}
