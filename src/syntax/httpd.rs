//! Apache's configuration: directives, a line each, and sections.
//!
//! Manual: <https://httpd.apache.org/docs/2.4/configuring.html#syntax>. A line that ends with a backslash goes on in the
//! next one; a comment is a line of its own. Names mean the same in any case.

use super::place::lines;
use super::{Fault, Place};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// As it is written.
    pub name: String,
    /// What stands behind the name, as it is written.
    pub arguments: String,
    /// What stands in a section; none for a directive.
    pub section: Option<Vec<Node>>,
}

impl Node {
    /// Tells whether it has this name.
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// Returns the arguments as Apache takes them apart: by blanks, or in quotes.
    pub fn words(&self) -> Vec<String> {
        let mut words: Vec<String> = Vec::new();
        let mut rest = self.arguments.trim_start();
        while let Some(first) = rest.chars().next() {
            let mut word = String::new();
            let quote = Some(first).filter(|it| matches!(it, '"' | '\''));
            let mut chars = rest.char_indices().skip(usize::from(quote.is_some()));
            let mut end = rest.len();
            while let Some((at, c)) = chars.next() {
                match (quote, c) {
                    (Some(_), '\\') => match chars.next() {
                        Some((_, next)) if Some(next) == quote || next == '\\' => word.push(next),
                        Some((_, next)) => word.extend(['\\', next]),
                        None => word.push('\\'),
                    },
                    (Some(quote), c) if c == quote => {
                        end = at + c.len_utf8();
                        break;
                    }
                    (None, c) if c.is_whitespace() => {
                        end = at;
                        break;
                    }
                    _ => word.push(c),
                }
            }
            words.push(word);
            rest = rest[end..].trim_start();
        }
        words
    }
}

/// Reads a text.
///
/// # Errors
/// The first section that is not closed, or not opened.
pub fn read(text: &str) -> Result<Vec<Node>, Fault> {
    let mut open: Vec<(Place, String, String, Vec<Node>)> = Vec::new();
    let mut top: Vec<Node> = Vec::new();
    let mut before: Option<(Place, String)> = None;
    for (place, line) in lines(text) {
        let (place, line) = match before.take() {
            Some((start, joined)) => (start.to(place), format!("{joined} {}", line.trim())),
            None => (place, line.trim().to_owned()),
        };
        if let Some(joined) = line.strip_suffix('\\') {
            before = Some((place, joined.trim_end().to_owned()));
            continue;
        }
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(name) = line.strip_prefix("</") {
            let name = name.trim_end_matches('>').trim();
            let Some((_, own, arguments, nodes)) = open.pop() else {
                return Err(Fault::new(
                    place,
                    format!("no section is open for `{line}`"),
                ));
            };
            if !own.eq_ignore_ascii_case(name) {
                return Err(Fault::new(
                    place,
                    format!("`{line}` closes a section `<{own}>`"),
                ));
            }
            let list = open.last_mut().map_or(&mut top, |it| &mut it.3);
            list.push(Node {
                name: own,
                arguments,
                section: Some(nodes),
            });
            continue;
        }
        let is_section = line.starts_with('<');
        let inside = line
            .strip_prefix('<')
            .and_then(|it| it.strip_suffix('>'))
            .unwrap_or(&line);
        let (name, arguments) = inside.split_once([' ', '\t']).unwrap_or((inside, ""));
        let (name, arguments) = (name.to_owned(), arguments.trim().to_owned());
        if is_section {
            open.push((place, name, arguments, Vec::new()));
        } else {
            let list = open.last_mut().map_or(&mut top, |it| &mut it.3);
            list.push(Node {
                name,
                arguments,
                section: None,
            });
        }
    }
    match open.pop() {
        Some((place, name, ..)) => Err(Fault::new(place, format!("`<{name}>` is not closed"))),
        None => Ok(top),
    }
}

/// Prints nodes, two blanks for each section; the text reads back as the same.
pub fn print(nodes: &[Node]) -> String {
    let mut out = String::new();
    print_at(nodes, 0, &mut out);
    out
}

fn print_at(nodes: &[Node], depth: usize, out: &mut String) {
    for node in nodes {
        let indent = "  ".repeat(depth);
        let blank = if node.arguments.is_empty() { "" } else { " " };
        let (name, arguments) = (&node.name, &node.arguments);
        match &node.section {
            None => out.push_str(&format!("{indent}{name}{blank}{arguments}\n")),
            Some(inner) => {
                out.push_str(&format!("{indent}<{name}{blank}{arguments}>\n"));
                print_at(inner, depth + 1, out);
                out.push_str(&format!("{indent}</{name}>\n"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{print, read};

    fn check(text: &str, expected: &str) {
        let got = match read(text) {
            Ok(nodes) => print(&nodes),
            Err(fault) => format!("{}! {}", fault.place.line, fault.why),
        };
        assert_eq!(got, expected, "{text}");
    }

    #[test]
    fn sections_and_directives() {
        check(
            "# x\n<VirtualHost *:80>\n\tServerName  a\n\tBrowserMatch x \\\n\t\ty\n<Directory /srv >\nRequire all granted\n</directory>\n</VirtualHost>\n",
            "<VirtualHost *:80>\n  ServerName a\n  BrowserMatch x y\n  <Directory /srv>\n    Require all granted\n  </Directory>\n</VirtualHost>\n",
        );
        check("<A>\n", "1! `<A>` is not closed");
        check("</A>\n", "1! no section is open for `</A>`");
        check("<A>\n</B>\n", "2! `</B>` closes a section `<A>`");
    }

    #[test]
    fn words_may_have_quotes() {
        let nodes = read("A  b \"c \\\" d\" 'e f'\tg\n").unwrap();
        assert_eq!(nodes[0].words(), ["b", "c \" d", "e f", "g"]);
    }
}
