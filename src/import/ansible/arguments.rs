//! The arguments of a module as written: a mapping, `k=v` words, or free text.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/playbook_guide/complex_args.html>; the splitting of words follows
//! `ansible/parsing/splitter.py`.

use std::sync::Arc;

use crate::syntax::yaml::{Kind, Node, Scalar, Style};

/// The arguments of a module as written.
#[derive(Clone, Debug, Default)]
pub(super) struct Arguments {
    /// Name and value, in the order of the source.
    pub(super) named: Vec<(String, Arc<Node>)>,
    /// A string that is not, or not only, `k=v` words: the command of `command`, the file of `include_tasks`.
    pub(super) free: Option<Arc<Node>>,
    /// The whole of it is one template: `apt: "{{ options }}"`.
    pub(super) whole: Option<Arc<Node>>,
    /// Why Ansible refuses them.
    pub(super) problem: Option<String>,
}

impl Arguments {
    /// Reads what stands behind the module's name.
    pub(super) fn read(module: &str, node: &Arc<Node>) -> Arguments {
        let mut arguments = Arguments::default();
        match &node.kind {
            Kind::Mapping(pairs) => {
                for (key, value) in pairs {
                    arguments.set(key.text().unwrap_or_default(), value);
                }
            }
            Kind::Scalar { .. } => match node.scalar() {
                Some(Scalar::Null) => {}
                Some(Scalar::Str(_)) if is_vault(node) => arguments.free = Some(Arc::clone(node)),
                Some(Scalar::Str(text)) => arguments.read_words(module, text, node),
                _ => arguments.refuse("a module takes a mapping or text, and this is neither"),
            },
            Kind::Sequence(_) => {
                arguments.refuse("a module takes a mapping or text, and this is a list");
            }
        }
        arguments
    }

    /// Reads what stands behind `action`: the module's name first, or under `module`.
    pub(super) fn read_action(node: &Arc<Node>) -> (String, Arguments) {
        let whole = match node.text() {
            Some(text) => text,
            None => node
                .get("module")
                .and_then(|it| it.text())
                .unwrap_or_default(),
        };
        let words = match split_words(whole) {
            Ok(words) => words,
            Err(problem) => {
                let mut arguments = Arguments::default();
                arguments.refuse(&problem);
                return (whole.to_owned(), arguments);
            }
        };
        let (module, rest) = match words.split_first() {
            Some((first, rest)) => (first.trim().to_owned(), rest.join(" ")),
            None => (String::new(), String::new()),
        };
        let mut arguments = Arguments::default();
        for (key, value) in node.pairs().unwrap_or_default() {
            match key.text().unwrap_or_default() {
                "module" | "args" => {}
                name => arguments.set(name, value),
            }
        }
        if !rest.is_empty() {
            let read = Arguments::read(&module, &scalar(&rest, node));
            for (name, value) in &read.named {
                arguments.set(name, value);
            }
            (arguments.free, arguments.whole) = (read.free, read.whole);
            arguments.problem = arguments.problem.or(read.problem);
        }
        if let Some(more) = node.get("args") {
            for (name, value) in &Arguments::read("", more).named {
                arguments.set(name, value);
            }
        }
        (module, arguments)
    }

    /// Takes over the keyword `args`; what the module itself says goes before.
    pub(super) fn add_keyword(&mut self, node: Option<&Arc<Node>>) {
        let Some(node) = node else { return };
        match node.scalar() {
            Some(Scalar::Null) => {}
            Some(Scalar::Str(text)) if is_whole(text) => self.whole = Some(Arc::clone(node)),
            Some(_) => self.refuse("`args` is neither a mapping nor a template of one"),
            None => {
                for (name, value) in Arguments::read("", node).named {
                    if self.get(&name).is_none() {
                        self.named.push((name, value));
                    }
                }
                if node.items().is_some() {
                    self.refuse("`args` is a list, and no mapping");
                }
            }
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<&Arc<Node>> {
        self.named
            .iter()
            .find(|(it, _)| it == name)
            .map(|(_, value)| value)
    }

    /// Sets a value; of two of one name the last counts.
    fn set(&mut self, name: &str, value: &Arc<Node>) {
        if name.starts_with("_ansible_") {
            self.refuse("names that begin with `_ansible_` are Ansible's own");
        }
        match self.named.iter_mut().find(|(it, _)| it == name) {
            Some(pair) => pair.1 = Arc::clone(value),
            None => self.named.push((name.to_owned(), Arc::clone(value))),
        }
    }

    fn refuse(&mut self, problem: &str) {
        self.problem.get_or_insert_with(|| problem.to_owned());
    }

    fn read_words(&mut self, module: &str, text: &str, node: &Arc<Node>) {
        let is_command = COMMAND_MODULES.contains(&module.rsplit('.').next().unwrap_or_default());
        if is_whole(text) && !is_command {
            (self.free, self.whole) = (Some(Arc::clone(node)), Some(Arc::clone(node)));
            return;
        }
        match parse_words(text, is_command) {
            Ok((named, free)) => {
                for (name, value) in named {
                    self.set(&name, &scalar(&value, node));
                }
                self.free = free.map(|it| scalar(&it, node));
            }
            Err(problem) => self.refuse(&problem),
        }
    }
}

/// Reads `k=v` words, as `-e` takes them; all else among them is passed over.
///
/// # Errors
/// A quote or a template is left open.
pub(super) fn words(text: &str) -> Result<Vec<(String, String)>, String> {
    parse_words(text, false).map(|(named, _)| named)
}

fn is_vault(node: &Node) -> bool {
    matches!(node.tag.as_deref(), Some("vault" | "vault-encrypted"))
}

/// Tells whether a text is one template and nothing else.
fn is_whole(text: &str) -> bool {
    let text = text.trim();
    text.starts_with("{{") && text.ends_with("}}") && !text[2..].contains("{{")
}

/// Makes the node of a part of a node; what was no template stays none.
fn scalar(text: &str, of: &Node) -> Arc<Node> {
    let kind = Kind::Scalar {
        text: text.to_owned(),
        style: Style::SingleQuoted,
    };
    Arc::new(Node {
        kind,
        span: of.span,
        tag: of.tag.clone().filter(|it| it == "unsafe"),
    })
}

/// Further modules that take free text.
const FREE_TEXT_MODULES: [&str; 11] = [
    "add_host",
    "group_by",
    "import_playbook",
    "import_role",
    "import_tasks",
    "include",
    "include_role",
    "include_tasks",
    "include_vars",
    "meta",
    "set_fact",
];

/// Tells whether a module takes text that is no `k=v`; any other refuses it when it runs.
pub(super) fn takes_free_text(module: &str) -> bool {
    COMMAND_MODULES.contains(&module) || FREE_TEXT_MODULES.contains(&module)
}

/// The modules that take a command line, and which of its words are arguments all the same.
const COMMAND_MODULES: [&str; 6] = [
    "command",
    "shell",
    "script",
    "raw",
    "win_command",
    "win_shell",
];
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

type Words = (Vec<(String, String)>, Option<String>);

/// Follows `parse_kv`: the pairs, and what is left over as one text.
fn parse_words(text: &str, is_command: bool) -> Result<Words, String> {
    let mut named = Vec::new();
    let mut free = String::new();
    let mut any = false;
    let mut leave = |word: &str| {
        if any && !free.is_empty() && !free.ends_with('\n') {
            free.push(' ');
        }
        any = true;
        free.push_str(word);
    };
    for word in split_words(text)? {
        let decoded = unescape(&word);
        match equals_sign(&decoded) {
            Some(at) => {
                let (name, value) = (&decoded[..at], decoded[at + 1..].trim());
                let is_free = is_command && !COMMAND_ARGUMENTS.contains(&name);
                if is_free || name.contains("{{") {
                    leave(&word);
                } else {
                    named.push((name.trim().to_owned(), unquote(value).to_owned()));
                }
            }
            None if decoded.contains('=') => leave(&decoded.replace("\\=", "=")),
            None => leave(&word),
        }
    }
    Ok((named, any.then_some(free)))
}

/// Returns where the first `=` stands that no backslash precedes; one at the start does not count.
fn equals_sign(word: &str) -> Option<usize> {
    let mut places = word.match_indices('=').map(|(at, _)| at);
    places.find(|at| *at > 0 && !word[..*at].ends_with('\\'))
}

/// Replaces the escapes of Python: `\n`, `\x41`, `\u00e9`.
fn unescape(word: &str) -> String {
    let mut plain = String::new();
    let mut rest = word;
    while let Some(at) = rest.find('\\') {
        plain.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let hexadecimal = |count: usize| {
            let digits = rest.get(1..=count)?;
            let value = u32::from_str_radix(digits, 16).ok()?;
            Some((char::from_u32(value)?, count + 1))
        };
        let found = match rest.as_bytes().first() {
            Some(b'n') => Some(('\n', 1)),
            Some(b't') => Some(('\t', 1)),
            Some(b'r') => Some(('\r', 1)),
            Some(b'a') => Some(('\u{7}', 1)),
            Some(b'b') => Some(('\u{8}', 1)),
            Some(b'f') => Some(('\u{c}', 1)),
            Some(b'v') => Some(('\u{b}', 1)),
            Some(b'\\') => Some(('\\', 1)),
            Some(b'\'') => Some(('\'', 1)),
            Some(b'"') => Some(('"', 1)),
            Some(b'x') => hexadecimal(2),
            Some(b'u') => hexadecimal(4),
            Some(b'U') => hexadecimal(8),
            _ => None,
        };
        match found {
            Some((c, length)) => {
                plain.push(c);
                rest = &rest[length..];
            }
            None => plain.push('\\'),
        }
    }
    plain + rest
}

/// The marks of templates.
const BLOCKS: [(&str, &str); 3] = [("{{", "}}"), ("{%", "%}"), ("{#", "#}")];

/// Splits at blanks outside of quotes and templates, as `split_args` does: line breaks stay at the end of a word, and
/// blanks beyond the first, too.
fn split_words(text: &str) -> Result<Vec<String>, String> {
    let mut words: Vec<String> = Vec::new();
    if text.is_empty() {
        return Ok(words);
    }
    let mut quote = None;
    let mut depths = [0_usize; 3];
    let lines: Vec<&str> = text.split('\n').collect();
    for (number, line) in lines.iter().enumerate() {
        let mut continues = false;
        for (place, token) in line.split(' ').enumerate() {
            if token.is_empty() && place > 0 {
                last(&mut words).push(' ');
                continue;
            }
            let was_quoted = quote.is_some();
            if token == "\\" && !was_quoted {
                continues = true;
                continue;
            }
            quote = quote_behind(token, quote);
            let in_block = depths.iter().any(|it| *it > 0);
            let mut is_placed = true;
            if quote.is_some() && !was_quoted && !in_block {
                words.push(token.to_owned());
            } else if in_block || quote.is_some() || was_quoted {
                let last = last(&mut words);
                if place > 0 {
                    last.push(' ');
                }
                last.push_str(token);
            } else {
                is_placed = false;
            }
            for (depth, (open, close)) in depths.iter_mut().zip(BLOCKS) {
                let (opened, closed) = (token.matches(open).count(), token.matches(close).count());
                let before = *depth;
                *depth = (before + opened).saturating_sub(closed);
                if *depth != before && !is_placed {
                    words.push(token.to_owned());
                    is_placed = true;
                }
            }
            if !is_placed && !token.is_empty() {
                words.push(token.to_owned());
            }
        }
        if number + 1 < lines.len() && !continues {
            last(&mut words).push('\n');
        }
    }
    if quote.is_some() || depths.iter().any(|it| *it > 0) {
        return Err(format!("a quote or a template of `{text}` is left open"));
    }
    Ok(words)
}

/// Returns the last word; an empty one where there is none.
fn last(words: &mut Vec<String>) -> &mut String {
    if words.is_empty() {
        words.push(String::new());
    }
    let at = words.len() - 1;
    &mut words[at]
}

/// Returns the quote that is open behind a token.
fn quote_behind(token: &str, mut quote: Option<char>) -> Option<char> {
    let mut before = None;
    for c in token.chars() {
        if matches!(c, '"' | '\'') && before != Some('\\') {
            quote = match quote {
                Some(open) if open == c => None,
                Some(open) => Some(open),
                None => Some(c),
            };
        }
        before = Some(c);
    }
    quote
}

/// Takes off the quotes around a value; one that is escaped at the end does not close.
fn unquote(value: &str) -> &str {
    let inner = ['"', '\'']
        .iter()
        .find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote));
    inner.filter(|it| !it.ends_with('\\')).unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{Arguments, split_words};
    use crate::source::{SourceTree, Span};
    use crate::syntax::yaml::{Kind, Node, Style};

    fn check(module: &str, text: &str, named: &[(&str, &str)], free: Option<&str>) {
        let tree = SourceTree::from_texts("t", &[("a", text)]);
        let node = Arc::new(Node {
            kind: Kind::Scalar {
                text: text.to_owned(),
                style: Style::SingleQuoted,
            },
            span: Span::new(tree.find("a").unwrap(), 0, text.len()),
            tag: None,
        });
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
        let pairs = [("name", "nginx"), ("state", "present")];
        check("apt", "name=nginx state=present", &pairs, None);
        let pairs = [("src", "a b"), ("dest", "/x y")];
        check("copy", "src=\"a b\" dest='/x y'", &pairs, None);
        let text = "FOO=1 echo hi > /tmp/x";
        check("shell", text, &[], Some(text));
        let pairs = [("creates", "/usr/bin/x"), ("chdir", "/src")];
        let text = "make install creates=/usr/bin/x chdir=/src";
        check("command", text, &pairs, Some("make install"));
        let pairs = [("path", "{{ a | default('b c') }}"), ("mode", "0644")];
        check(
            "file",
            "path={{ a | default('b c') }} mode=0644",
            &pairs,
            None,
        );
        check("include_tasks", "a.yml", &[], Some("a.yml"));
        check(
            "debug",
            r"msg=a\tb\x41 x=1 x=2",
            &[("msg", "a\tbA"), ("x", "2")],
            None,
        );
        check("command", "a  b\nc\n", &[], Some("a  b\nc\n"));
    }

    #[test]
    fn what_is_left_open_is_refused() {
        for text in ["a='b", "{{ a", "a={% if %"] {
            assert!(split_words(text).is_err(), "{text}");
        }
        assert_eq!(split_words("a='b' c").unwrap(), ["a='b'", "c"]);
    }
}
