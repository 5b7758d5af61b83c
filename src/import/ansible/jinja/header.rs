//! The first line of a template that says how to read it: `#jinja2: trim_blocks: False, lstrip_blocks: True`.

use crate::syntax::jinja::Settings;

const HEADER: &str = "#jinja2:";

/// What Python would make of a literal.
enum Literal {
    Bool(bool),
    None,
    Str(String),
}

/// Applies the header of a template, where it has one; returns where its text starts.
pub(super) fn read(text: &str, settings: &mut Settings) -> Result<usize, String> {
    let Some(rest) = text.strip_prefix(HEADER) else {
        return Ok(0);
    };
    let Some(end) = rest.find('\n') else {
        return Err(format!("no line follows `{HEADER}`"));
    };
    for pair in rest[..end].split(',') {
        let Some((name, value)) = pair.split_once(':') else {
            return Err(format!("`{}` is no setting of `{HEADER}`", pair.trim()));
        };
        set(settings, name.trim(), value)?;
    }
    let [block, _, variable, _, comment, _] = &settings.marks;
    if block == variable || variable == comment || block == comment {
        return Err("blocks, variables and comments start with the same".to_owned());
    }
    Ok(HEADER.len() + end + 1)
}

fn set(settings: &mut Settings, name: &str, value: &str) -> Result<(), String> {
    let unfit = || format!("`{}` is no value of `{name}`", value.trim());
    let literal = literal(value).ok_or_else(unfit)?;
    let flag = match name {
        "trim_blocks" => Some(&mut settings.trim_blocks),
        "lstrip_blocks" => Some(&mut settings.lstrip_blocks),
        "keep_trailing_newline" => Some(&mut settings.keep_trailing_newline),
        _ => None,
    };
    if let Some(flag) = flag {
        let Literal::Bool(it) = literal else {
            return Err(unfit());
        };
        *flag = it;
        return Ok(());
    }
    let prefix = match name {
        "line_statement_prefix" => Some(&mut settings.line_statement),
        "line_comment_prefix" => Some(&mut settings.line_comment),
        _ => None,
    };
    if let Some(prefix) = prefix {
        *prefix = match literal {
            Literal::Str(it) => Some(it),
            Literal::None => None,
            Literal::Bool(_) => return Err(unfit()),
        };
        return Ok(());
    }
    let Literal::Str(it) = literal else {
        return Err(unfit());
    };
    if name == "newline_sequence" {
        if !matches!(it.as_str(), "\n" | "\r" | "\r\n") {
            return Err(unfit());
        }
        settings.newline = it;
        return Ok(());
    }
    match MARKS.iter().position(|mark| *mark == name) {
        Some(at) => it.clone_into(&mut settings.marks[at]),
        None => return Err(format!("`{name}` is no setting of `{HEADER}`")),
    }
    Ok(())
}

/// The names of the marks, in the order of `Settings::marks`.
pub(in crate::import::ansible) const MARKS: [&str; 6] = [
    "block_start_string",
    "block_end_string",
    "variable_start_string",
    "variable_end_string",
    "comment_start_string",
    "comment_end_string",
];

fn literal(text: &str) -> Option<Literal> {
    let text = text.trim();
    match text {
        "True" => return Some(Literal::Bool(true)),
        "False" => return Some(Literal::Bool(false)),
        "None" => return Some(Literal::None),
        _ => {}
    }
    let quote = text.chars().next().filter(|it| matches!(it, '"' | '\''))?;
    let inner = text.strip_prefix(quote)?.strip_suffix(quote)?;
    let escapes = inner
        .replace("\\n", "\n")
        .replace("\\r", "\r")
        .replace("\\t", "\t");
    (!inner.contains(quote)).then_some(Literal::Str(escapes))
}
