//! `Markdown`: text that Markdown shows as it is. Its only escaper.

use serde::Serialize;

/// Text that is Markdown: only the functions here make it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Markdown(String);

impl Markdown {
    /// Words in a line or in a cell of a table; what stands in backticks stays code.
    pub fn words(text: &str) -> Markdown {
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut out = String::with_capacity(line.len());
        let parts: Vec<&str> = line.split('`').collect();
        let paired = parts.len() % 2 == 1;
        for (at, part) in parts.iter().enumerate() {
            if at > 0 {
                out.push_str(if paired { "`" } else { "\\`" });
            }
            let is_code = paired && at % 2 == 1;
            for c in part.chars() {
                let special = matches!(c, '\\' | '*' | '_' | '[' | ']' | '<' | '>' | '#');
                // A bar ends a cell, also in code.
                if c == '|' || (special && !is_code) {
                    out.push('\\');
                }
                out.push(c);
            }
        }
        Markdown(out)
    }

    /// A short text as code.
    pub fn code(text: &str) -> Markdown {
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let fence = "`".repeat(longest_run(&line) + 1);
        let pad = if line.starts_with('`') || line.ends_with('`') || line.is_empty() {
            " "
        } else {
            ""
        };
        Markdown(format!(
            "{fence}{pad}{}{pad}{fence}",
            line.replace('|', "\\|")
        ))
    }

    /// Lines as a block of code, `indent` columns in.
    pub fn block(lines: &[String], indent: usize) -> Markdown {
        let indent = " ".repeat(indent);
        let longest = lines
            .iter()
            .map(|line| longest_run(line))
            .max()
            .unwrap_or(0);
        let fence = "`".repeat((longest + 1).max(3));
        let mut out = format!("{indent}{fence}\n");
        for line in lines.iter().flat_map(|it| it.lines()) {
            out.push_str(&format!("{indent}{line}\n"));
        }
        out.push_str(&format!("{indent}{fence}"));
        Markdown(out)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::Markdown;

    #[test]
    fn text_shows_as_it_is() {
        for (text, expected) in [
            ("a *b* `c_d` e_f | g", "a \\*b\\* `c_d` e\\_f \\| g"),
            ("one ` alone\n<x>", "one \\` alone \\<x\\>"),
        ] {
            assert_eq!(Markdown::words(text).as_str(), expected);
        }
        assert_eq!(Markdown::code("a`b").as_str(), "``a`b``");
    }
}
