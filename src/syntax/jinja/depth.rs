//! How deep a tag may go: minijinja parses signs and chains of operators without a limit, and each of them is a level
//! of the tree that everybody descends. Jinja2 makes brackets of them, of which Python takes 200.

use super::{Settings, SyntaxError};

/// As many operators may hold each other.
const MOST: usize = 200;
const SIGNS: &str = "+-*/~|.([<>=!%";
const WORDS: [&str; 5] = ["not", "and", "or", "if", "is"];

/// Checks the tags of a template.
pub(super) fn check_template(text: &str, settings: &Settings) -> Result<(), SyntaxError> {
    if text.len() <= MOST {
        return Ok(());
    }
    let usual = [("{{", "}}"), ("{%", "%}")];
    let own = settings.delimiters.as_deref().map(|it| {
        let [block, block_end, variable, variable_end, _, _] = it.each_ref().map(String::as_str);
        [(variable, variable_end), (block, block_end)]
    });
    for (open, close) in own.unwrap_or(usual) {
        let mut from = 0;
        while let Some(at) = text[from..].find(open).map(|at| from + at + open.len()) {
            let end = text[at..].find(close).map_or(text.len(), |end| at + end);
            if is_too_deep(&text[at..end]) {
                let lines = text[..at].matches('\n').count();
                return Err(error(u32::try_from(lines + 1).unwrap_or(u32::MAX)));
            }
            from = end;
        }
    }
    Ok(())
}

/// Checks a bare expression.
pub(super) fn check_expression(text: &str) -> Result<(), SyntaxError> {
    if text.len() > MOST && is_too_deep(text) {
        return Err(error(1));
    }
    Ok(())
}

fn error(line: u32) -> SyntaxError {
    SyntaxError {
        message: format!("more than {MOST} operators hold each other"),
        line,
    }
}

/// Adds up the operators outside of strings, of each bracket that is open since its last comma.
fn is_too_deep(tag: &str) -> bool {
    if tag.len() <= MOST {
        return false;
    }
    let (mut quote, mut word) = (None, 0);
    let (mut levels, mut own, mut all) = (Vec::new(), 0, 0);
    for (at, c) in tag.char_indices() {
        if c.is_alphanumeric() || c == '_' {
            continue;
        }
        let ends_word = quote.is_none() && WORDS.contains(&&tag[word..at]);
        word = at + c.len_utf8();
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if matches!(c, '"' | '\'') => quote = Some(c),
            None if SIGNS.contains(c) || ends_word => {
                own += 1;
                all += 1;
            }
            None => {}
        }
        if all > MOST {
            return true;
        }
        match c {
            _ if quote.is_some() => {}
            '(' | '[' | '{' => levels.push(std::mem::take(&mut own)),
            ')' | ']' | '}' => {
                all -= own;
                own = levels.pop().unwrap_or_default();
            }
            ',' => {
                all -= own;
                own = 0;
            }
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use crate::syntax::jinja::{Settings, read_expression, read_template};

    fn check(expression: &str, is_read: bool) {
        let template = format!("a\n{{{{ {expression} }}}}");
        let found = read_template(&template, &Settings::of_yaml());
        assert_eq!(found.is_ok(), is_read, "{found:.100?}");
        assert_eq!(read_expression(expression).is_ok(), is_read);
    }

    #[test]
    fn what_is_too_deep_is_refused() {
        check(&format!("1{}", " + 1".repeat(190)), true);
        for deep in [
            format!("1{}", " + 1".repeat(30_000)),
            format!("{}1", "-".repeat(30_000)),
            format!("{}1", "not ".repeat(30_000)),
            format!("x{}", ".a".repeat(30_000)),
            format!("x{}", " | a".repeat(30_000)),
            format!("x{}", " if x else y".repeat(30_000)),
        ] {
            check(&deep, false);
        }
    }

    #[test]
    fn long_texts_are_not_deep() {
        check(&format!("'{}'", "a - b. ".repeat(1000)), true);
        check(&format!("[{}]", "(1.5 + 2, x.a), ".repeat(1000)), true);
    }
}
