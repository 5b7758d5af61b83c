//! named.conf: statements with words and blocks.
//!
//! Manual: named.conf(5), <https://bind9.readthedocs.io/en/stable/reference.html>

/// `listen-on port 53 { any; };`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statement {
    pub items: Vec<Item>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// As written, with its quotes.
    Word(String),
    Block(Vec<Statement>),
}

/// Reads the statements of a text.
///
/// # Errors
/// What is wrong, where a block or a quote stays open.
pub fn read(text: &str) -> Result<Vec<Statement>, String> {
    let tokens = tokens(text)?;
    let mut at = 0;
    let statements = block(&tokens, &mut at, 0)?;
    match tokens.get(at) {
        None => Ok(statements),
        Some(_) => Err("a `}` closes nothing".to_owned()),
    }
}

/// How deep blocks may stand in each other.
const DEPTH: usize = 16;

fn block(tokens: &[String], at: &mut usize, depth: usize) -> Result<Vec<Statement>, String> {
    if depth > DEPTH {
        return Err("its blocks stand too deep in each other".to_owned());
    }
    let mut statements = Vec::new();
    let mut open = Statement::default();
    while let Some(token) = tokens.get(*at) {
        match token.as_str() {
            "}" => break,
            "{" => {
                *at += 1;
                let inner = block(tokens, at, depth + 1)?;
                if tokens.get(*at).map(String::as_str) != Some("}") {
                    return Err("a `{` is not closed".to_owned());
                }
                open.items.push(Item::Block(inner));
            }
            ";" => {
                if !open.items.is_empty() {
                    statements.push(std::mem::take(&mut open));
                }
            }
            word => open.items.push(Item::Word(word.to_owned())),
        }
        *at += 1;
    }
    if open.items.is_empty() {
        Ok(statements)
    } else {
        Err(format!("`{}` has no `;` behind it", open.name()))
    }
}

fn tokens(text: &str) -> Result<Vec<String>, String> {
    let mut tokens = Vec::new();
    let mut word = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let end = c.len_utf8();
        let is_break = c.is_whitespace() || matches!(c, '{' | '}' | ';' | '"');
        let is_comment = rest.starts_with("//") || rest.starts_with("/*") || c == '#';
        if (is_break || is_comment) && !word.is_empty() {
            tokens.push(std::mem::take(&mut word));
        }
        if rest.starts_with("/*") {
            rest = rest.split_once("*/").map_or("", |(_, after)| after);
            continue;
        }
        if is_comment {
            rest = rest.split_once('\n').map_or("", |(_, after)| after);
            continue;
        }
        if c == '"' {
            let (inside, after) = rest[1..].split_once('"').ok_or("a quote stays open")?;
            tokens.push(format!("\"{inside}\""));
            rest = after;
            continue;
        }
        if matches!(c, '{' | '}' | ';') {
            tokens.push(c.to_string());
        } else if !c.is_whitespace() {
            word.push(c);
        }
        rest = &rest[end..];
    }
    if !word.is_empty() {
        tokens.push(word);
    }
    Ok(tokens)
}

impl Statement {
    /// Returns the first word, or nothing.
    pub fn name(&self) -> &str {
        match self.items.first() {
            Some(Item::Word(word)) => word,
            _ => "",
        }
    }

    /// Returns the words behind the first one, without quotes.
    pub fn words(&self) -> Vec<&str> {
        let words = self.items.iter().skip(1).filter_map(|it| match it {
            Item::Word(word) => Some(word.trim_matches('"')),
            Item::Block(_) => None,
        });
        words.collect()
    }

    /// Returns the statements of the only block.
    pub fn block(&self) -> Option<&[Statement]> {
        let mut blocks = self.items.iter().filter_map(|it| match it {
            Item::Block(inner) => Some(inner.as_slice()),
            Item::Word(_) => None,
        });
        let first = blocks.next()?;
        blocks.next().is_none().then_some(first)
    }

    /// Returns the elements of the only block, each as it is written on one line.
    pub fn list(&self) -> Option<Vec<String>> {
        Some(self.block()?.iter().map(Statement::inline).collect())
    }

    /// Writes the statement on one line, without its end.
    pub fn inline(&self) -> String {
        let items: Vec<String> = self
            .items
            .iter()
            .map(|it| match it {
                Item::Word(word) => word.clone(),
                Item::Block(inner) => {
                    let inner: Vec<String> =
                        inner.iter().map(|it| format!("{};", it.inline())).collect();
                    format!("{{ {} }}", inner.join(" "))
                }
            })
            .collect();
        items.join(" ")
    }

    /// Writes the statement as people do: a block of blocks on lines of its own.
    pub fn text(&self, indent: usize) -> String {
        let blanks = " ".repeat(indent);
        let is_deep = self.items.iter().any(|it| match it {
            Item::Block(inner) => inner.iter().any(|it| it.items.len() > 1),
            Item::Word(_) => false,
        });
        if !is_deep {
            return format!("{blanks}{};\n", self.inline());
        }
        let mut out = blanks.clone();
        for (item, at) in self.items.iter().zip(0..) {
            if at > 0 {
                out.push(' ');
            }
            match item {
                Item::Word(word) => out.push_str(word),
                Item::Block(inner) => {
                    out.push_str("{\n");
                    for statement in inner {
                        out.push_str(&statement.text(indent + 2));
                    }
                    out.push_str(&format!("{blanks}}}"));
                }
            }
        }
        out + ";\n"
    }
}

#[cfg(test)]
mod tests {
    use super::read;

    fn check(text: &str, expected: &[&str]) {
        let found = match read(text) {
            Ok(all) => all.iter().map(super::Statement::inline).collect(),
            Err(why) => vec![format!("! {why}")],
        };
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn statements_have_words_and_blocks() {
        check(
            "// x\noptions { directory \"/var/x\"; /* y */ listen-on port 53 { any; }; };\nzone \"a\" IN { type master; }; # z\n",
            &[
                "options { directory \"/var/x\"; listen-on port 53 { any; }; }",
                "zone \"a\" IN { type master; }",
            ],
        );
        check("options {", &["! a `{` is not closed"]);
        check("}", &["! a `}` closes nothing"]);
        check("a b", &["! `a` has no `;` behind it"]);
        check("\"a", &["! a quote stays open"]);
    }

    #[test]
    fn a_block_of_settings_has_lines_of_its_own() {
        let found = read("logging { channel a { syslog daemon; }; category b { a; }; };").unwrap();
        assert_eq!(
            found[0].text(0),
            "logging {\n  channel a {\n    syslog daemon;\n  };\n  category b { a; };\n};\n"
        );
    }
}
