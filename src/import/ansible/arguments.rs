//! The arguments of a module as written: a mapping, `k=v` words, or free text.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/playbook_guide/complex_args.html>; the splitting of words follows
//! `ansible/parsing/splitter.py`.

use std::sync::Arc;

use crate::source::Span;
use crate::syntax::yaml::{Kind, Node, Style};

/// The arguments of a module as written.
#[derive(Clone, Debug, Default)]
pub(super) struct Arguments {
    /// Name and value, in the order of the source.
    pub(super) named: Vec<(String, Arc<Node>)>,
    /// A string that is not, or not only, `k=v` words: the command of `command`, the file of `include_tasks`.
    pub(super) free: Option<Arc<Node>>,
    /// The whole of it is one template: `apt: "{{ options }}"`.
    pub(super) whole: Option<Arc<Node>>,
}

impl Arguments {
    /// Reads what stands behind the module's name.
    pub(super) fn read(module: &str, node: &Arc<Node>) -> Arguments {
        match &node.kind {
            Kind::Mapping(pairs) => {
                let name = |key: &Node| key.text().unwrap_or_default().to_owned();
                let named = pairs
                    .iter()
                    .map(|(key, value)| (name(key), Arc::clone(value)))
                    .collect();
                Arguments {
                    named,
                    ..Arguments::default()
                }
            }
            Kind::Scalar { text, style } => {
                let is_null = *style == Style::Plain && matches!(text.as_str(), "" | "~" | "null");
                if is_null {
                    Arguments::default()
                } else {
                    read_words(module, text, node)
                }
            }
            // Only a free-form module may take a list; it keeps it whole.
            Kind::Sequence(_) => Arguments {
                free: Some(Arc::clone(node)),
                ..Arguments::default()
            },
        }
    }

    /// Reads what stands behind `action`: the module's name first, or under `module`.
    pub(super) fn read_action(node: &Arc<Node>) -> (String, Arguments) {
        match node.text() {
            Some(text) => {
                let text = text.trim_start();
                let (module, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
                let rest = scalar(rest.trim_start(), node.span);
                (module.to_owned(), Arguments::read(module, &rest))
            }
            None => {
                let module = node
                    .get("module")
                    .and_then(|it| it.text())
                    .unwrap_or_default()
                    .to_owned();
                let mut arguments = Arguments::read(&module, node);
                arguments.named.retain(|(name, _)| name != "module");
                (module, arguments)
            }
        }
    }

    /// Takes over the keyword `args`; what the module itself says goes before.
    pub(super) fn add_keyword(&mut self, node: Option<&Arc<Node>>) {
        let Some(node) = node else { return };
        if node.text().is_some() {
            self.whole = Some(Arc::clone(node));
            return;
        }
        for (name, value) in Arguments::read("", node).named {
            if !self.named.iter().any(|(it, _)| *it == name) {
                self.named.push((name, value));
            }
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<&Arc<Node>> {
        self.named
            .iter()
            .find(|(it, _)| it == name)
            .map(|(_, value)| value)
    }
}

/// Reads `k=v` words, as `-e` takes them.
pub(super) fn words(text: &str) -> Vec<(String, String)> {
    let pairs = split_words(text).into_iter().filter_map(word_pair);
    pairs
        .map(|(name, value)| (name.to_owned(), unquote(value)))
        .collect()
}

fn scalar(text: &str, span: Span) -> Arc<Node> {
    let kind = Kind::Scalar {
        text: text.to_owned(),
        style: Style::SingleQuoted,
    };
    Arc::new(Node {
        kind,
        span,
        tag: None,
    })
}

/// The modules that take a command line, and which of its words are arguments all the same.
const COMMAND_MODULES: [&str; 4] = ["command", "shell", "script", "raw"];
const COMMAND_ARGUMENTS: [&str; 8] = [
    "creates",
    "removes",
    "chdir",
    "executable",
    "warn",
    "stdin",
    "stdin_add_newline",
    "strip_empty_ends",
];

fn read_words(module: &str, text: &str, node: &Arc<Node>) -> Arguments {
    let trimmed = text.trim();
    if trimmed.starts_with("{{") && trimmed.ends_with("}}") && !trimmed[2..].contains("{{") {
        let (free, whole) = (Some(Arc::clone(node)), Some(Arc::clone(node)));
        return Arguments {
            named: Vec::new(),
            free,
            whole,
        };
    }
    let is_command = COMMAND_MODULES.contains(&module.rsplit('.').next().unwrap_or_default());
    let (mut named, mut free) = (Vec::new(), text.to_owned());
    for word in split_words(text) {
        if let Some((name, value)) =
            word_pair(word).filter(|(name, _)| !is_command || COMMAND_ARGUMENTS.contains(name))
        {
            named.push((name.to_owned(), scalar(&unquote(value), node.span)));
            free = free.replacen(word, "", 1);
        }
    }
    let free = Some(free.trim())
        .filter(|it| !it.is_empty())
        .map(|it| scalar(it, node.span));
    Arguments {
        named,
        free,
        whole: None,
    }
}

fn word_pair(word: &str) -> Option<(&str, &str)> {
    let (name, value) = word.split_once('=')?;
    let is_name = !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || c == '_' || c == '-');
    is_name.then_some((name, value))
}

/// Splits at blanks outside of quotes and templates.
fn split_words(text: &str) -> Vec<&str> {
    let (mut words, mut start, mut quote, mut depth) = (Vec::new(), None, None, 0_usize);
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|(_, c)| *c);
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (Some(_), '\\') | (None, '\\') => {
                start = start.or(Some(at));
                chars.next();
                continue;
            }
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '{') if matches!(next, Some('{' | '%' | '#')) => depth += 1,
            (None, '}' | '%' | '#') if next == Some('}') && depth > 0 => depth -= 1,
            (None, _) => {}
        }
        if c.is_whitespace() && quote.is_none() && depth == 0 {
            if let Some(start) = start.take() {
                words.push(&text[start..at]);
            }
        } else {
            start = start.or(Some(at));
        }
    }
    if let Some(start) = start {
        words.push(&text[start..]);
    }
    words
}

fn unquote(value: &str) -> String {
    let inner = ['"', '\'']
        .iter()
        .find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote));
    inner.unwrap_or(value).to_owned()
}

#[cfg(test)]
mod tests {
    use super::{Arguments, scalar};
    use crate::source::{SourceTree, Span};

    fn check(module: &str, text: &str, named: &[(&str, &str)], free: Option<&str>) {
        let tree = SourceTree::from_texts("t", &[("a", text)]);
        let node = scalar(text, Span::new(tree.find("a").unwrap(), 0, text.len()));
        let read = Arguments::read(module, &node);
        let pairs: Vec<_> = read
            .named
            .iter()
            .map(|(name, value)| (name.as_str(), value.text().unwrap()))
            .collect();
        assert_eq!(pairs, named, "{text}");
        assert_eq!(read.free.as_ref().and_then(|it| it.text()), free, "{text}");
    }

    #[test]
    fn words_are_pairs_or_free_text() {
        check(
            "apt",
            "name=nginx state=present",
            &[("name", "nginx"), ("state", "present")],
            None,
        );
        check(
            "copy",
            "src=\"a b\" dest='/x y'",
            &[("src", "a b"), ("dest", "/x y")],
            None,
        );
        check(
            "shell",
            "FOO=1 echo hi > /tmp/x",
            &[],
            Some("FOO=1 echo hi > /tmp/x"),
        );
        check(
            "command",
            "make install creates=/usr/bin/x chdir=/src",
            &[("creates", "/usr/bin/x"), ("chdir", "/src")],
            Some("make install"),
        );
        check(
            "file",
            "path={{ a | default('b c') }} mode=0644",
            &[("path", "{{ a | default('b c') }}"), ("mode", "0644")],
            None,
        );
        check("include_tasks", "a.yml", &[], Some("a.yml"));
    }
}
