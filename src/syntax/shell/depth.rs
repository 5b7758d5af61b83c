//! How deep a script is nested, found without recursion: the parser calls itself for every level.
//!
//! The answer is never too small: what closes a level only counts where it surely does.

use std::iter::Peekable;
use std::str::Chars;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    DoubleQuotes,
    Backquotes,
    /// `(`
    Parentheses,
    /// `$(`
    Substitution,
    /// `${`
    Parameter,
    /// `{`
    Group,
    /// `if`, `for`, `case` and the like
    Keyword,
}

/// Returns how deep a script is nested at most, or a number over `enough`; `None` where that cannot be told.
pub(super) fn depth(text: &str, enough: usize) -> Option<usize> {
    let mut levels: Vec<Level> = Vec::new();
    let mut deepest = 0;
    // Whether the next word is a command, so that it may be a keyword.
    let mut is_command = true;
    let mut word = String::new();
    let mut previous = '\n';
    let mut here: Vec<String> = Vec::new();
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let quoted = levels.last() == Some(&Level::DoubleQuotes);
        if !quoted && !c.is_alphanumeric() && c != '_' && !word.is_empty() {
            is_command = end_word(&word, is_command, &mut levels) && c != '=';
            word.clear();
        }
        let before = std::mem::replace(&mut previous, c);
        let after_dollar = before == '$';
        match c {
            '\\' => {
                rest.next();
                is_command = false;
            }
            '$' => is_command = false,
            '"' => {
                toggle(&mut levels, Level::DoubleQuotes);
                is_command = false;
            }
            '`' => is_command = toggle(&mut levels, Level::Backquotes),
            '(' if after_dollar => {
                levels.push(Level::Substitution);
                is_command = true;
            }
            '{' if after_dollar => levels.push(Level::Parameter),
            ')' if levels.last() == Some(&Level::Substitution) => {
                levels.pop();
                is_command = false;
            }
            '}' if levels.last() == Some(&Level::Parameter) => {
                levels.pop();
                is_command = false;
            }
            _ if quoted => {}
            '(' => {
                levels.push(Level::Parentheses);
                is_command = true;
            }
            ')' => {
                pop(&mut levels, Level::Parentheses);
                is_command = true;
            }
            '{' if is_command && rest.peek().is_none_or(|c| c.is_whitespace()) => {
                levels.push(Level::Group);
            }
            '}' if is_command => pop(&mut levels, Level::Group),
            '\'' => {
                skip_quote(&mut rest)?;
                is_command = false;
            }
            '#' if " \t\r\n;&|()".contains(before) => {
                while rest.next_if(|it| *it != '\n').is_some() {}
            }
            '<' if rest.next_if_eq(&'<').is_some() => {
                is_command = false;
                // `1 << n` in arithmetic looks the same, `<<<` begins no document.
                if rest.next_if_eq(&'<').is_none() {
                    if levels
                        .iter()
                        .any(|it| matches!(it, Level::Parentheses | Level::Substitution))
                    {
                        return None;
                    }
                    here.push(delimiter(&mut rest)?);
                }
            }
            '\n' => {
                for end in here.drain(..) {
                    skip_document(&mut rest, &end)?;
                }
                is_command = true;
            }
            ';' | '&' | '|' | '!' => is_command = true,
            ' ' | '\t' | '\r' => {}
            c if c.is_alphanumeric() || c == '_' => word.push(c),
            _ => is_command = false,
        }
        let count = levels
            .iter()
            .filter(|level| **level != Level::DoubleQuotes)
            .count();
        deepest = deepest.max(count);
        if deepest > enough {
            return Some(deepest);
        }
    }
    if !word.is_empty() {
        end_word(&word, is_command, &mut levels);
    }
    Some(deepest.max(levels.len()))
}

/// Counts a keyword, and tells whether a command may follow the word.
fn end_word(word: &str, is_command: bool, levels: &mut Vec<Level>) -> bool {
    if !is_command {
        return false;
    }
    match word {
        "if" | "while" | "until" | "time" | "coproc" => {
            levels.push(Level::Keyword);
            true
        }
        "for" | "case" | "select" | "function" => {
            levels.push(Level::Keyword);
            false
        }
        "then" | "do" | "else" | "elif" => true,
        "fi" | "done" | "esac" => {
            pop(levels, Level::Keyword);
            true
        }
        _ => false,
    }
}

/// Opens or closes a level of which both ends look the same; true where it was opened.
fn toggle(levels: &mut Vec<Level>, level: Level) -> bool {
    let opens = levels.last() != Some(&level);
    if opens {
        levels.push(level);
    } else {
        levels.pop();
    }
    opens
}

fn pop(levels: &mut Vec<Level>, level: Level) {
    if levels.last() == Some(&level) {
        levels.pop();
    }
}

fn skip_quote(rest: &mut Peekable<Chars<'_>>) -> Option<()> {
    rest.find(|c| *c == '\'').map(|_| ())
}

/// Reads the word that ends a here-document.
fn delimiter(rest: &mut Peekable<Chars<'_>>) -> Option<String> {
    rest.next_if_eq(&'-');
    while rest.next_if(|c| matches!(c, ' ' | '\t')).is_some() {}
    let quote = rest.next_if(|c| matches!(c, '\'' | '"' | '\\'));
    let mut word = String::new();
    while let Some(c) = rest.next_if(|c| c.is_ascii_alphanumeric() || "_-.".contains(*c)) {
        word.push(c);
    }
    if let Some(quote @ ('\'' | '"')) = quote {
        rest.next_if_eq(&quote)?;
    }
    (!word.is_empty()).then_some(word)
}

fn skip_document(rest: &mut Peekable<Chars<'_>>, end: &str) -> Option<()> {
    loop {
        let mut line = String::new();
        let mut ended = false;
        for c in rest.by_ref() {
            if c == '\n' {
                ended = true;
                break;
            }
            line.push(c);
        }
        if line.trim_start_matches('\t').trim_end_matches('\r') == end {
            return Some(());
        }
        if !ended {
            return None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::depth;

    #[test]
    fn what_is_closed_does_not_count() {
        for (script, expected) in [
            ("a; b | c", Some(0)),
            ("(a); (b); (c)", Some(1)),
            ("echo \"$(a \"$(b)\")\" ${c} ${d}", Some(2)),
            ("if a; then b; fi; if c; then d; fi", Some(1)),
            (
                "for i in a; do\n  if b; then c; fi\ndone\nwait for it",
                Some(2),
            ),
            ("case x in a) b;; esac; f() { a; }; g() { b; }", Some(1)),
            ("cat <<E\n((((\nE\n(a)", Some(1)),
            ("echo '((' \"((\" # ((\n", Some(0)),
            ("find . -exec a {} \\; -exec b {} \\;", Some(0)),
            ("{ a; }; { b; }", Some(1)),
            ("it's", None),
        ] {
            assert_eq!(depth(script, 100), expected, "{script}");
        }
    }

    #[test]
    fn nothing_hides_a_level() {
        for script in [
            "case a in a) ",
            "if echo fi; then ",
            "{ echo } ; ",
            "{ \"echo\" } ; ",
            "{ `a` } ; ",
            "{ $(a) } ; ",
            "{ ${a} } ; ",
            "{ \\echo } ; ",
            "{ 'echo' } ; ",
            "\"$(a \")\" ",
            "( case a in a) ",
        ] {
            assert!(depth(&script.repeat(20), 100) >= Some(20), "{script}");
        }
    }
}
