//! Python's regular expressions over fancy-regex.

use std::rc::Rc;

use fancy_regex::{Captures, Regex};

use super::Eval;
use super::args::Args;
use crate::import::ansible::scope::Failure;
use crate::import::ansible::session::Session;
use crate::import::ansible::value::Value;

/// Compiles a pattern with the flags that the arguments `ignorecase` and `multiline` ask for.
pub(super) fn compile(session: &Session<'_>, pattern: &str, flags: &str) -> Eval<Rc<Regex>> {
    let mut translated = translate(pattern);
    if !flags.is_empty() {
        translated = format!("(?{flags}){translated}");
    }
    session.regex(&translated)
}

pub(super) fn flags(args: &Args, ignorecase: usize, multiline: usize) -> String {
    let mut flags = String::new();
    if args.is_set(ignorecase, "ignorecase") {
        flags.push('i');
    }
    if args.is_set(multiline, "multiline") {
        flags.push('m');
    }
    flags
}

/// Rewrites what Python writes otherwise: `\Z` is its `\z`, `(?P=x)` its `\k<x>`, a `{` that counts nothing itself.
fn translate(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut rest = pattern;
    let mut in_class = false;
    while let Some(character) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix('\\') {
            let escaped = after.chars().next();
            match escaped {
                Some('Z') if !in_class => out.push_str("\\z"),
                // Python takes any escaped sign for itself.
                Some(it) if it.is_ascii_punctuation() || it.is_alphanumeric() => {
                    if matches!(
                        it,
                        '"' | '\''
                            | '/'
                            | '%'
                            | '@'
                            | ','
                            | ';'
                            | '!'
                            | '`'
                            | '='
                            | ':'
                            | '_'
                            | '<'
                            | '>'
                    ) {
                        out.push(it);
                    } else {
                        out.push('\\');
                        out.push(it);
                    }
                }
                Some(it) => out.push(it),
                None => out.push('\\'),
            }
            rest = &after[escaped.map_or(0, char::len_utf8)..];
            continue;
        }
        if !in_class && let Some(after) = rest.strip_prefix("(?P=") {
            let end = after.find(')').unwrap_or(after.len());
            out.push_str(&format!("\\k<{}>", &after[..end]));
            rest = after.get(end + 1..).unwrap_or_default();
            continue;
        }
        match character {
            '[' if in_class => out.push_str("\\["),
            '[' => {
                in_class = true;
                out.push('[');
                rest = &rest[1..];
                if let Some(after) = rest.strip_prefix('^') {
                    out.push('^');
                    rest = after;
                }
                // A bracket that comes first is part of the class.
                if let Some(after) = rest.strip_prefix(']') {
                    out.push_str("\\]");
                    rest = after;
                }
                continue;
            }
            ']' if in_class => {
                in_class = false;
                out.push(']');
            }
            '&' | '~' if in_class => {
                out.push('\\');
                out.push(character);
            }
            '{' if !in_class && !counts(rest) => out.push_str("\\{"),
            '}' if !in_class && !closes_count(&out) => out.push_str("\\}"),
            it => out.push(it),
        }
        rest = &rest[character.len_utf8()..];
    }
    out
}

/// Tells whether a `{` begins a count: `{2}`, `{1,}`, `{,3}`.
fn counts(rest: &str) -> bool {
    let Some(end) = rest.find('}') else {
        return false;
    };
    let inner = &rest[1..end];
    !inner.is_empty()
        && inner.bytes().all(|b| b.is_ascii_digit() || b == b',')
        && inner.bytes().any(|b| b.is_ascii_digit())
}

fn closes_count(before: &str) -> bool {
    let inner = before.trim_end_matches(|it: char| it.is_ascii_digit() || it == ',');
    inner.len() < before.len() && inner.ends_with('{') && !inner.ends_with("\\{")
}

pub(super) fn is_match(regex: &Regex, text: &str) -> Eval<bool> {
    regex.is_match(text).map_err(|error| failed(&error))
}

/// Tells whether the text matches from its start.
pub(super) fn matches_at_start(regex: &Regex, text: &str) -> Eval<bool> {
    let found = regex.find(text).map_err(|error| failed(&error))?;
    Ok(found.is_some_and(|it| it.start() == 0))
}

fn failed(error: &fancy_regex::Error) -> Failure {
    Failure::failed(format!("the regular expression ran into a limit: {error}"))
}

/// `re.sub`
pub(super) fn replace(regex: &Regex, text: &str, replacement: &str, most: usize) -> Eval<String> {
    let mut out = String::with_capacity(text.len());
    let mut last = 0;
    let mut done = 0;
    for captures in regex.captures_iter(text) {
        let captures = captures.map_err(|error| failed(&error))?;
        let Some(whole) = captures.get(0) else {
            continue;
        };
        if most > 0 && done == most {
            break;
        }
        done += 1;
        out.push_str(&text[last..whole.start()]);
        expand(&captures, replacement, &mut out);
        last = whole.end();
    }
    out.push_str(&text[last..]);
    Ok(out)
}

/// Fills `\1`, `\g<1>` and `\g<name>` into a replacement.
fn expand(captures: &Captures<'_, str>, replacement: &str, out: &mut String) {
    let mut rest = replacement;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix("g<") {
            let end = after.find('>').unwrap_or(after.len());
            out.push_str(group(captures, &after[..end]));
            rest = after.get(end + 1..).unwrap_or_default();
            continue;
        }
        let digits = rest.len()
            - rest
                .trim_start_matches(|it: char| it.is_ascii_digit())
                .len();
        if digits > 0 {
            let taken = digits.min(2);
            out.push_str(group(captures, &rest[..taken]));
            rest = &rest[taken..];
            continue;
        }
        let Some(escaped) = rest.chars().next() else {
            out.push('\\');
            break;
        };
        match escaped {
            'n' => out.push('\n'),
            't' => out.push('\t'),
            'r' => out.push('\r'),
            '\\' => out.push('\\'),
            other => {
                out.push('\\');
                out.push(other);
            }
        }
        rest = &rest[escaped.len_utf8()..];
    }
    out.push_str(rest);
}

pub(super) fn group<'t>(captures: &Captures<'t, str>, name: &str) -> &'t str {
    let found = match name.parse::<usize>() {
        Ok(number) => captures.get(number),
        Err(_) => captures.name(name),
    };
    found.map_or("", |it| it.as_str())
}

/// `re.search`, with the groups that are asked for.
pub(super) fn search(regex: &Regex, text: &str, groups: &[&str]) -> Eval<Value> {
    let Some(captures) = regex.captures(text).map_err(|error| failed(&error))? else {
        return Ok(Value::None);
    };
    if groups.is_empty() {
        return Ok(Value::str(group(&captures, "0")));
    }
    let mut found = Vec::with_capacity(groups.len());
    for wanted in groups {
        let name = wanted
            .strip_prefix("\\g<")
            .and_then(|it| it.strip_suffix('>'));
        let Some(name) = name.or_else(|| wanted.strip_prefix('\\')) else {
            return Err(Failure::failed(format!("`{wanted}` names no group")));
        };
        found.push(Value::str(group(&captures, name)));
    }
    Ok(Value::list(found))
}

/// `re.findall`
pub(super) fn find_all(regex: &Regex, text: &str) -> Eval<Value> {
    let mut found = Vec::new();
    for captures in regex.captures_iter(text) {
        let captures = captures.map_err(|error| failed(&error))?;
        let groups = (1..captures.len()).map(|at| Value::str(group(&captures, &at.to_string())));
        let mut groups: Vec<Value> = groups.collect();
        found.push(match groups.len() {
            0 => Value::str(group(&captures, "0")),
            1 => groups.remove(0),
            _ => Value::list(groups),
        });
    }
    Ok(Value::list(found))
}

/// `re.escape`
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if "()[]{}?*+-|^$\\.&~# \t\n\r\u{b}\u{c}".contains(character) {
            out.push('\\');
        }
        out.push(character);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{escape, translate};

    #[test]
    fn patterns_of_python_are_translated() {
        assert_eq!(translate(r"a\Z"), r"a\z");
        assert_eq!(translate(r"(?P<x>a)(?P=x)"), r"(?P<x>a)\k<x>");
        assert_eq!(translate("[[]a{2}{b}"), r"[\[]a{2}\{b\}");
        assert_eq!(translate(r"a\/b\-"), r"a/b\-");
        assert_eq!(escape("a.b-c"), r"a\.b\-c");
    }
}
