//! Values of variables in INI inventories: Python's literals, as `ast.literal_eval` reads them; all else is text.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/ini_inventory.html>
//!
//! Left out: complex numbers, and whole numbers beyond 64 bits, which stay the text that they are.

use std::sync::Arc;

use crate::source::Span;
use crate::syntax::yaml::{Kind, Node, Style};

/// Deeper nesting is text.
const MAX_DEPTH: usize = 60;

/// Reads the value of a variable.
pub(super) fn read(text: &str, span: Span) -> Arc<Node> {
    let mut reader = Reader {
        rest: text.trim_start_matches([' ', '\t']),
        span,
        depth: 0,
    };
    let value = reader.listed(None);
    value
        .filter(|_| reader.is_at_end())
        .unwrap_or_else(|| string(text, span))
}

/// Makes the node of a text that is text whatever it looks like.
pub(in crate::import::ansible) fn string(text: &str, span: Span) -> Arc<Node> {
    scalar(text.to_owned(), Style::SingleQuoted, None, span)
}

fn scalar(text: String, style: Style, tag: Option<&str>, span: Span) -> Arc<Node> {
    Arc::new(Node {
        kind: Kind::Scalar { text, style },
        span,
        tag: tag.map(str::to_owned),
    })
}

struct Reader<'t> {
    rest: &'t str,
    span: Span,
    depth: usize,
}

impl<'t> Reader<'t> {
    /// A comment may follow the value.
    fn is_at_end(&mut self) -> bool {
        self.skip();
        self.rest.is_empty() || self.rest.starts_with('#')
    }

    fn skip(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\u{c}']);
    }

    fn take(&mut self, mark: char) -> bool {
        self.skip();
        let found = self.rest.strip_prefix(mark);
        self.rest = found.unwrap_or(self.rest);
        found.is_some()
    }

    fn sequence(&self, items: Vec<Arc<Node>>) -> Arc<Node> {
        Arc::new(Node {
            kind: Kind::Sequence(items),
            span: self.span,
            tag: None,
        })
    }

    /// Reads one value, or values with commas between, which are a tuple, up to `close`.
    fn listed(&mut self, close: Option<char>) -> Option<Arc<Node>> {
        let mut items = Vec::new();
        let mut is_tuple = false;
        loop {
            if let Some(close) = close {
                if self.take(close) {
                    break;
                }
            } else if !items.is_empty() && self.is_at_end() {
                break;
            }
            if !items.is_empty() && !is_tuple {
                return None;
            }
            items.push(self.value()?);
            let comma = self.take(',');
            is_tuple |= comma;
            if !comma {
                if let Some(close) = close
                    && !self.take(close)
                {
                    return None;
                }
                break;
            }
        }
        if is_tuple || items.is_empty() {
            return Some(self.sequence(items));
        }
        items.pop()
    }

    fn value(&mut self) -> Option<Arc<Node>> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        self.skip();
        let value = match self.rest.chars().next()? {
            '(' => {
                self.take('(');
                self.listed(Some(')'))
            }
            '[' => {
                self.take('[');
                let items = self.items(']')?;
                Some(self.sequence(items))
            }
            '{' => {
                self.take('{');
                self.braces()
            }
            '\'' | '"' => self.strings(),
            '+' | '-' | '.' | '0'..='9' => self.number(),
            _ => self.word(),
        };
        self.depth -= 1;
        value
    }

    fn items(&mut self, close: char) -> Option<Vec<Arc<Node>>> {
        let mut items = Vec::new();
        while !self.take(close) {
            items.push(self.value()?);
            if !self.take(',') {
                return self.take(close).then_some(items);
            }
        }
        Some(items)
    }

    /// A dictionary or a set.
    fn braces(&mut self) -> Option<Arc<Node>> {
        let mut pairs: Vec<(Arc<Node>, Arc<Node>)> = Vec::new();
        let mut items: Vec<Arc<Node>> = Vec::new();
        while !self.take('}') {
            let first = self.value()?;
            // Lists and dictionaries are no keys and no members.
            first.text()?;
            let same = |it: &Node| it.scalar() == first.scalar();
            if self.take(':') {
                let value = self.value()?;
                match pairs.iter_mut().find(|(key, _)| same(key)) {
                    Some(pair) => pair.1 = value,
                    None => pairs.push((first, value)),
                }
            } else if !items.iter().any(|it| same(it)) {
                items.push(first);
            }
            if !pairs.is_empty() && !items.is_empty() {
                return None;
            }
            if !self.take(',') {
                if self.take('}') {
                    break;
                }
                return None;
            }
        }
        if !items.is_empty() {
            return Some(self.sequence(items));
        }
        Some(Arc::new(Node {
            kind: Kind::Mapping(pairs),
            span: self.span,
            tag: None,
        }))
    }

    /// Words, and strings with letters before them.
    fn word(&mut self) -> Option<Arc<Node>> {
        let end = self
            .rest
            .find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        if rest.starts_with(['\'', '"']) {
            return self.strings();
        }
        let plain = |text: &str| scalar(text.to_owned(), Style::Plain, None, self.span);
        let value = match word {
            "True" => plain("true"),
            "False" => plain("false"),
            "None" => plain("null"),
            "set" if rest.starts_with("()") => {
                self.rest = &rest[2..];
                return Some(self.sequence(Vec::new()));
            }
            _ => return None,
        };
        self.rest = rest;
        Some(value)
    }

    fn number(&mut self) -> Option<Arc<Node>> {
        if let Some(rest) = self.rest.strip_prefix("...") {
            self.rest = rest;
            return Some(string("...", self.span));
        }
        let mut negative = false;
        while let Some(sign) = self.rest.strip_prefix(['+', '-']) {
            negative ^= self.rest.starts_with('-');
            self.rest = sign;
            self.skip();
        }
        let bytes = self.rest.as_bytes();
        let mut end = 0;
        while let Some(byte) = bytes.get(end) {
            let is_exponent_sign = matches!(byte, b'+' | b'-')
                && end > 0
                && matches!(bytes[end - 1], b'e' | b'E')
                && !self.rest.starts_with("0x")
                && !self.rest.starts_with("0X");
            if !byte.is_ascii_alphanumeric() && !matches!(byte, b'.' | b'_') && !is_exponent_sign {
                break;
            }
            end += 1;
        }
        let (digits, rest) = self.rest.split_at(end);
        let sign = if negative { "-" } else { "" };
        let value = if let Some(number) = integer(digits) {
            scalar(format!("{sign}{number}"), Style::Plain, None, self.span)
        } else {
            let number = float(digits)?;
            scalar(
                format!("{sign}{number}"),
                Style::Plain,
                Some("!float"),
                self.span,
            )
        };
        self.rest = rest;
        Some(value)
    }

    /// Strings that stand side by side are one.
    fn strings(&mut self) -> Option<Arc<Node>> {
        let mut whole = String::new();
        let mut any_bytes = None;
        loop {
            self.skip();
            let Some(quote) = self.rest.find(['\'', '"']) else {
                break;
            };
            let prefix = self.rest[..quote].to_ascii_lowercase();
            let (raw, bytes) = match prefix.as_str() {
                "" | "u" => (false, false),
                "r" => (true, false),
                "b" => (false, true),
                "br" | "rb" => (true, true),
                _ if any_bytes.is_none() => return None,
                _ => break,
            };
            if *any_bytes.get_or_insert(bytes) != bytes {
                return None;
            }
            let rest = &self.rest[quote..];
            self.rest = unquote(rest, raw, &mut whole)?;
        }
        Some(string(&whole, self.span))
    }
}

/// Reads one quoted string into `whole`; what follows it comes back.
fn unquote<'t>(text: &'t str, raw: bool, whole: &mut String) -> Option<&'t str> {
    let mark = &text[..1];
    let triple = mark.repeat(3);
    let mark = if text.starts_with(&triple) {
        &text[..3]
    } else {
        mark
    };
    let mut rest = &text[mark.len()..];
    loop {
        if let Some(after) = rest.strip_prefix(mark) {
            return Some(after);
        }
        let mut chars = rest.chars();
        match chars.next()? {
            '\\' if raw => {
                let next = chars.next()?;
                whole.push('\\');
                whole.push(next);
            }
            '\\' => {
                let next = chars.next()?;
                let mut digits = |count: usize| {
                    let digits = chars.as_str().get(..count)?;
                    let value = u32::from_str_radix(digits, 16).ok()?;
                    chars = chars.as_str()[count..].chars();
                    char::from_u32(value)
                };
                match next {
                    'n' => whole.push('\n'),
                    't' => whole.push('\t'),
                    'r' => whole.push('\r'),
                    'a' => whole.push('\u{7}'),
                    'b' => whole.push('\u{8}'),
                    'f' => whole.push('\u{c}'),
                    'v' => whole.push('\u{b}'),
                    '\\' | '\'' | '"' => whole.push(next),
                    'x' => whole.push(digits(2)?),
                    'u' => whole.push(digits(4)?),
                    'U' => whole.push(digits(8)?),
                    '0'..='7' => {
                        let more = chars.as_str();
                        let count = more
                            .bytes()
                            .take(2)
                            .take_while(|it| (b'0'..=b'7').contains(it))
                            .count();
                        let octal = format!("{next}{}", &more[..count]);
                        whole.push(char::from_u32(u32::from_str_radix(&octal, 8).ok()?)?);
                        chars = more[count..].chars();
                    }
                    other => {
                        whole.push('\\');
                        whole.push(other);
                    }
                }
            }
            other => whole.push(other),
        }
        rest = chars.as_str();
    }
}

/// `_` stands between digits only.
fn digits(text: &str) -> Option<String> {
    let is_odd = text.starts_with('_') || text.ends_with('_') || text.contains("__");
    (!text.is_empty() && !is_odd).then(|| text.replace('_', ""))
}

fn integer(text: &str) -> Option<i64> {
    let lower = text.to_ascii_lowercase();
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] {
        if let Some(rest) = lower.strip_prefix(prefix) {
            let rest = digits(rest.strip_prefix('_').unwrap_or(rest))?;
            return i64::from_str_radix(&rest, radix).ok();
        }
    }
    let plain = digits(&lower).filter(|it| it.bytes().all(|it| it.is_ascii_digit()))?;
    let is_octal = plain.starts_with('0') && plain.bytes().any(|it| it != b'0');
    plain.parse().ok().filter(|_| !is_octal)
}

fn float(text: &str) -> Option<f64> {
    let lower = text.to_ascii_lowercase();
    let is_number = lower.contains(['.', 'e'])
        && lower.contains(|c: char| c.is_ascii_digit())
        && lower
            .bytes()
            .all(|it| it.is_ascii_digit() || matches!(it, b'.' | b'e' | b'+' | b'-' | b'_'));
    let plain = digits(&lower).filter(|_| is_number)?;
    plain.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::import::ansible::value::Value;
    use crate::source::{SourceTree, Span};

    fn check(text: &str, expected: &str) {
        let tree = SourceTree::from_texts("t", &[("a", text)]);
        let node = read(text, Span::new(tree.find("a").unwrap(), 0, text.len()));
        let is_text = node.text().is_some() && matches!(Value::as_written(&node), Value::Str(_));
        let shown = Value::as_written(&node).to_text();
        let shown = shown.plain().unwrap_or_default().to_owned();
        let shown = if is_text { format!("<{shown}>") } else { shown };
        assert_eq!(shown, expected, "{text}");
    }

    #[test]
    fn literals_of_python_have_its_types() {
        check("5", "5");
        check("-5", "-5");
        check("1_000", "1000");
        check("0644", "<0644>");
        check("0o644", "420");
        check("0x1F", "31");
        check("1e3", "1000.0");
        check(".5", "0.5");
        check("True", "True");
        check("true", "<true>");
        check("None", "None");
        check("yes", "<yes>");
        check("", "<>");
        check("a b", "<a b>");
        check("'a' \"b\"", "<ab>");
        check("r'\\n'", "<\\n>");
        check("b'x'", "<x>");
        check("5 # five", "5");
        check("five # five", "<five # five>");
        check("80,443", "[80, 443]");
        check("(1,)", "[1]");
        check("()", "[]");
        check("[1, 'a', [True, None]]", "[1, 'a', [True, None]]");
        check("{'a': 1, 'b': {'c': [2]}}", "{'a': 1, 'b': {'c': [2]}}");
        check("{1, 2, 1}", "[1, 2]");
        check("{}", "{}");
        check("[a, b]", "<[a, b]>");
        check("10.0.0.1", "<10.0.0.1>");
        check("1.2.3", "<1.2.3>");
        check("'open", "<'open>");
        check("2024-01-01", "<2024-01-01>");
    }
}
