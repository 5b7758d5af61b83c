//! keepalived.conf: lines of words, and blocks of them in braces.
//!
//! Manual: keepalived.conf(5). A comment begins with `#` or `!` at the start of a word, and quotes keep blanks.

/// A line, or a block with what its line says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    pub words: Vec<String>,
    /// The words as they stand there, with their quotes.
    pub text: String,
    pub block: Option<Vec<Node>>,
}

/// Reads a text.
///
/// # Errors
/// What is wrong with its braces.
pub fn read(text: &str) -> Result<Vec<Node>, String> {
    let mut open: Vec<(Node, Vec<Node>)> = Vec::new();
    let mut nodes: Vec<Node> = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let (words, raw) = words(line);
        let mut words = words.as_slice();
        let mut raw = raw.as_slice();
        if words.first().is_some_and(|it| it == "}") {
            let (mut node, outer) = open
                .pop()
                .ok_or_else(|| format!("line {number}: nothing is open that `}}` could end"))?;
            node.block = Some(std::mem::replace(&mut nodes, outer));
            nodes.push(node);
            (words, raw) = (&words[1..], &raw[1..]);
        }
        let opens = words.last().is_some_and(|it| it == "{");
        if opens {
            (words, raw) = (&words[..words.len() - 1], &raw[..raw.len() - 1]);
        }
        if words.iter().any(|it| it == "{" || it == "}") {
            return Err(format!("line {number}: a brace stands among words"));
        }
        let mut node = Node {
            words: words.to_vec(),
            text: raw.join(" "),
            block: None,
        };
        if opens {
            if words.is_empty() {
                // The brace of the line before.
                node = nodes
                    .pop()
                    .ok_or_else(|| format!("line {number}: `{{` has no name"))?;
            }
            open.push((node, std::mem::take(&mut nodes)));
        } else if !words.is_empty() {
            nodes.push(node);
        }
    }
    if open.is_empty() {
        Ok(nodes)
    } else {
        Err("a block stays open".to_owned())
    }
}

/// Returns the words of a line without their quotes, and with them.
fn words(line: &str) -> (Vec<String>, Vec<String>) {
    let (mut words, mut raw): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    let mut rest = line.trim_start();
    while let Some(first) = rest.chars().next() {
        if first == '#' || first == '!' {
            break;
        }
        let end = if matches!(first, '"' | '\'') {
            rest[1..].find(first).map_or(rest.len(), |it| it + 2)
        } else {
            rest.find(char::is_whitespace).unwrap_or(rest.len())
        };
        let (word, behind) = rest.split_at(end);
        words.push(word.trim_matches(['"', '\'']).to_owned());
        raw.push(word.to_owned());
        rest = behind.trim_start();
    }
    (words, raw)
}

/// Writes nodes, one in a line.
pub fn write(nodes: &[Node], indent: usize) -> String {
    let blank = "  ".repeat(indent);
    let mut out = String::new();
    for node in nodes {
        match &node.block {
            None => out.push_str(&format!("{blank}{}\n", node.text)),
            Some(block) => {
                let inner = write(block, indent + 1);
                out.push_str(&format!("{blank}{} {{\n{inner}{blank}}}\n", node.text));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{read, write};

    fn check(text: &str, expected: Result<&str, &str>) {
        let got = read(text).map(|it| write(&it, 0));
        assert_eq!(got.as_deref().map_err(String::as_str), expected, "{text}");
    }

    #[test]
    fn blocks_hold_lines() {
        check(
            "! c\na b # c\nc\n{\nd \"e  f\" {\n} \n}\n",
            Ok("a b\nc {\n  d \"e  f\" {\n  }\n}\n"),
        );
        check("a {\n", Err("a block stays open"));
        check("}\n", Err("line 1: nothing is open that `}` could end"));
        check("a { b }\n", Err("line 1: a brace stands among words"));
    }
}
