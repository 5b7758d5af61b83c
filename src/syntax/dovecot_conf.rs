//! `dovecot.conf`: settings, sections in sections, and the files that are included.
//!
//! Manual: <https://doc.dovecot.org/2.3/configuration_manual/config_file/config_file_syntax/>. A `#` at the start of a
//! line or behind a blank begins a comment, but in quotes; a line that ends with `\` goes on with the next. Values stay as
//! they are written, quotes and `$name` and `<file` with them.

use super::place::{Fault, Place, lines};

/// A line, or a section with what is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    Setting {
        name: String,
        value: String,
    },
    /// `service auth { … }`: the head is `service auth`, with single blanks.
    Section {
        head: String,
        nodes: Vec<Node>,
    },
    /// `!include`, or `!include_try`, which asks for no more than what is there.
    Include {
        path: String,
        must_be_there: bool,
    },
}

/// Listeners that dovecot has by itself: without a setting they say nothing.
const LISTENERS: [&str; 12] = [
    "inet_listener",
    "inet_listener imap",
    "inet_listener imaps",
    "inet_listener pop3",
    "inet_listener pop3s",
    "inet_listener sieve",
    "inet_listener submission",
    "inet_listener submissions",
    "unix_listener auth-userdb",
    "unix_listener dict",
    "unix_listener lmtp",
    "unix_listener stats-writer",
];

/// Reads a text.
///
/// # Errors
/// The first line that is none of these, or a section that is not closed.
pub fn read(text: &str) -> Result<Vec<Node>, Fault> {
    let mut open: Vec<(Place, String, Vec<Node>)> = Vec::new();
    let mut top: Vec<Node> = Vec::new();
    let mut before: Option<(Place, String)> = None;
    for (place, line) in lines(text) {
        let said = uncommented(line.trim());
        let (place, line) = match before.take() {
            Some((start, joined)) => (start.to(place), format!("{joined} {said}")),
            None => (place, said.to_owned()),
        };
        if let Some(joined) = line.strip_suffix('\\') {
            before = Some((place, joined.trim_end().to_owned()));
            continue;
        }
        if line.is_empty() {
            continue;
        }
        if line == "}" {
            let Some((_, head, nodes)) = open.pop() else {
                return Err(Fault::new(place, "no section is open for `}`"));
            };
            let list = open.last_mut().map_or(&mut top, |it| &mut it.2);
            list.push(Node::Section { head, nodes });
            continue;
        }
        if let Some(head) = line.strip_suffix('{')
            && !head.contains('=')
        {
            let words: Vec<&str> = head.split_whitespace().collect();
            if words.is_empty() {
                return Err(Fault::new(place, "a section has no name"));
            }
            open.push((place, unquoted(&words.join(" ")), Vec::new()));
            continue;
        }
        let node = line_of(&line).ok_or_else(|| {
            let why = format!("`{line}` is no setting, section or include");
            Fault::new(place, why)
        })?;
        open.last_mut().map_or(&mut top, |it| &mut it.2).push(node);
    }
    match open.pop() {
        Some((place, head, _)) => Err(Fault::new(place, format!("`{head}` is not closed"))),
        None => Ok(top),
    }
}

fn line_of(line: &str) -> Option<Node> {
    for (word, must_be_there) in [("!include_try", false), ("!include", true)] {
        if let Some(path) = line
            .strip_prefix(word)
            .filter(|it| it.starts_with([' ', '\t']))
        {
            let path = path.trim().to_owned();
            return Some(Node::Include {
                path,
                must_be_there,
            });
        }
    }
    let (name, value) = line.split_once('=')?;
    let name = name.trim_end();
    let is_name = |c: char| !c.is_whitespace() && !"{}!\"'+".contains(c);
    (!name.is_empty() && name.chars().all(is_name)).then(|| Node::Setting {
        name: name.to_owned(),
        value: value.trim().to_owned(),
    })
}

/// Cuts a comment off.
fn uncommented(line: &str) -> &str {
    let mut quote = None;
    let mut last = ' ';
    for (at, c) in line.char_indices() {
        match quote {
            Some(open) if c == open && last != '\\' => quote = None,
            Some(_) => {}
            None if c == '#' && last.is_whitespace() => return line[..at].trim_end(),
            // A quote stands where a value or a word of a head begins; elsewhere it is a letter of it.
            None if matches!(c, '"' | '\'') && (last.is_whitespace() || last == '=') => {
                quote = line[at + 1..].contains(c).then_some(c);
            }
            None => {}
        }
        last = c;
    }
    line
}

/// Returns what a value in quotes says, or the value as it is.
pub fn unquoted(value: &str) -> String {
    for quote in ['"', '\''] {
        let inner = value
            .strip_prefix(quote)
            .and_then(|it| it.strip_suffix(quote));
        if let Some(inner) = inner {
            let escaped = format!("\\{quote}");
            return inner
                .replace(&escaped, &quote.to_string())
                .replace("\\\\", "\\");
        }
    }
    value.to_owned()
}

/// Tells whether each section with this head stands for itself: those of a type of which the order counts, without a name.
pub fn is_one_of_many(head: &str) -> bool {
    matches!(head, "passdb" | "userdb" | "namespace" | "inet_listener")
}

/// Tells whether a section without settings still says something: a listener that dovecot has not by itself.
pub fn makes_something(head: &str) -> bool {
    head.contains("_listener ") && !LISTENERS.contains(&head)
}

#[cfg(test)]
mod tests {
    use super::{Node, read, unquoted};

    fn shown(nodes: &[Node], depth: usize, out: &mut String) {
        for node in nodes {
            *out += &"  ".repeat(depth);
            match node {
                Node::Setting { name, value } => *out += &format!("{name}={value}\n"),
                Node::Section { head, nodes } => {
                    *out += &format!("{head}:\n");
                    shown(nodes, depth + 1, out);
                }
                Node::Include {
                    path,
                    must_be_there,
                } => *out += &format!("include {path} {must_be_there}\n"),
            }
        }
    }

    fn check(text: &str, expected: &str) {
        let got = match read(text) {
            Ok(nodes) => {
                let mut out = String::new();
                shown(&nodes, 0, &mut out);
                out
            }
            Err(fault) => format!("{}! {}", fault.place.line, fault.why),
        };
        assert_eq!(got, expected, "{text}");
    }

    #[test]
    fn sections_settings_and_includes() {
        check(
            "# x\n!include conf.d/*.conf\n!include_try local.conf\nservice  auth {\n  unix_listener /a/b {\n    mode = 0660 # y\n  }\n}\n",
            "include conf.d/*.conf true\ninclude local.conf false\nservice auth:\n  unix_listener /a/b:\n    mode=0660\n",
        );
        check(
            "user_query = \\\n  SELECT '#' \\\n  FROM t\nssl_key = </a/b.key\nempty =\nx=\"a # b\"\n",
            "user_query=SELECT '#' FROM t\nssl_key=</a/b.key\nempty=\nx=\"a # b\"\n",
        );
        check("a {\n", "1! `a` is not closed");
        check("}\n", "1! no section is open for `}`");
        check("hello\n", "1! `hello` is no setting, section or include");
    }

    #[test]
    fn quotes_are_no_part_of_a_value() {
        assert_eq!(unquoted("\"a \\\" b\""), "a \" b");
        assert_eq!(unquoted("it's"), "it's");
    }
}
