//! What is changed in a template before minijinja reads it: backslashes in strings. Lines stay where they are.

use std::borrow::Cow;

use super::Settings;

/// Rewrites the strings inside of tags so that minijinja's escapes mean what Python's do.
///
/// In a template of a YAML file a backslash in `{{ }}` stands for itself; elsewhere Python leaves an escape that it
/// does not know as it is, and minijinja takes some that Python does not have.
pub(super) fn template<'a>(text: &'a str, settings: &Settings) -> Cow<'a, str> {
    if text.contains('\r') {
        // Jinja2 makes every line break a plain one.
        let plain = text.replace("\r\n", "\n").replace('\r', "\n");
        return Cow::Owned(template(&plain, settings).into_owned());
    }
    let plain = !text.contains('\\') && !text.contains("raw");
    if plain || settings.delimiters.is_some() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some(at) = next_tag(rest) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let length = match rest.as_bytes()[1] {
            b'#' => rest.find("#}").map_or(rest.len(), |end| end + 2),
            b'{' => tag(rest, "}}", settings.literal_backslashes, &mut out),
            _ => {
                let start = out.len();
                let length = tag(rest, "%}", false, &mut out);
                // Until `{% endraw %}` nothing is a tag.
                if is_raw(&rest[..length]) {
                    // Jinja2 keeps the line break after `{% raw %}`.
                    let end = out.len().saturating_sub(2);
                    if settings.trim_blocks && !out[start..end].ends_with(['-', '+']) {
                        out.insert(end, '+');
                    }
                    let body = &rest[length..];
                    let end = raw_end(body);
                    out.push_str(&body[..end]);
                    rest = &body[end..];
                    continue;
                }
                length
            }
        };
        if rest.as_bytes()[1] == b'#' {
            out.push_str(&rest[..length]);
        }
        rest = &rest[length..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Rewrites the strings of a bare expression.
pub(super) fn expression(text: &str, literal_backslashes: bool) -> Cow<'_, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    let length = code(text, None, literal_backslashes, &mut out);
    out.push_str(&text[length..]);
    Cow::Owned(out)
}

/// What the filter is called that stands for a block.
pub(super) const BLOCK: &str = "__block_";

/// Writes blocks as filter blocks: Jinja2 takes them inside of macros, minijinja does not.
pub(super) fn blocks(text: &str) -> Cow<'_, str> {
    let mut out = String::with_capacity(text.len() + 64);
    let mut rest = text;
    while let Some(at) = rest.find("{%") {
        let (before, tag) = rest.split_at(at + 2);
        out.push_str(before);
        let inner = tag.trim_start_matches(['-', '+']);
        let name = inner.trim_start();
        let lead = &tag[..tag.len() - name.len()];
        rest = tag;
        if let Some(after) = name.strip_prefix("block ") {
            out.push_str(lead);
            out.push_str("filter ");
            out.push_str(BLOCK);
            rest = after.trim_start();
        } else if let Some(after) = name.strip_prefix("endblock") {
            out.push_str(lead);
            out.push_str("endfilter ");
            // The name may be said again.
            rest = after
                .trim_start()
                .trim_start_matches(|it: char| it.is_alphanumeric() || it == '_');
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

fn next_tag(text: &str) -> Option<usize> {
    text.match_indices('{')
        .map(|(at, _)| at)
        .find(|at| matches!(text.as_bytes().get(at + 1), Some(b'{' | b'%' | b'#')))
}

fn is_raw(tag: &str) -> bool {
    let inner = tag.get(2..).unwrap_or_default();
    inner
        .trim_start_matches(['-', '+', ' ', '\n', '\t'])
        .starts_with("raw")
}

fn raw_end(body: &str) -> usize {
    let mut from = 0;
    while let Some(at) = body[from..].find("{%").map(|at| from + at) {
        let inner = body[at + 2..].trim_start_matches(['-', '+']).trim_start();
        if inner.starts_with("endraw") {
            return at;
        }
        from = at + 2;
    }
    body.len()
}

/// Copies a tag up to and with its end; returns its length.
fn tag(text: &str, end: &str, literal: bool, out: &mut String) -> usize {
    out.push_str(&text[..2]);
    2 + code(&text[2..], Some(end), literal, out)
}

/// Copies code up to and with `end`, strings rewritten; returns the length of what was read.
fn code(text: &str, end: Option<&str>, literal: bool, out: &mut String) -> usize {
    let mut at = 0;
    let mut depth = 0usize;
    while let Some(character) = text[at..].chars().next() {
        if depth == 0
            && let Some(end) = end
            && text[at..].starts_with(end)
        {
            out.push_str(end);
            return at + end.len();
        }
        match character {
            '"' | '\'' => {
                at += string(&text[at..], character, literal, out);
                continue;
            }
            '{' | '[' | '(' => depth += 1,
            '}' | ']' | ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        out.push(character);
        at += character.len_utf8();
    }
    at
}

/// Copies a string with its quotes; returns the length of what was read.
fn string(text: &str, quote: char, literal: bool, out: &mut String) -> usize {
    out.push(quote);
    let mut characters = text.char_indices().skip(1).peekable();
    while let Some((at, character)) = characters.next() {
        if character == quote {
            out.push(quote);
            return at + 1;
        }
        if character != '\\' {
            out.push(character);
            continue;
        }
        let Some((_, escaped)) = characters.next() else {
            out.push('\\');
            break;
        };
        escape(escaped, literal, out);
    }
    text.len()
}

fn escape(escaped: char, literal: bool, out: &mut String) {
    match escaped {
        // A quote must not end the string, whatever the backslash means.
        '"' | '\'' => out.push('\\'),
        '\\' if literal => out.push_str("\\\\\\"),
        _ if literal => out.push_str("\\\\"),
        'a' => {
            out.push_str("\\x07");
            return;
        }
        'v' => {
            out.push_str("\\x0b");
            return;
        }
        // A backslash before a line break takes it away.
        '\n' => return,
        '\\' | 'b' | 'f' | 'n' | 'r' | 't' | 'u' | 'x' | '0'..='7' => out.push('\\'),
        _ => out.push_str("\\\\"),
    }
    out.push(escaped);
}

#[cfg(test)]
mod tests {
    use super::{expression, template};
    use crate::syntax::jinja::Settings;

    fn check(text: &str, literal: bool, expected: &str) {
        let settings = Settings {
            literal_backslashes: literal,
            ..Settings::of_yaml()
        };
        assert_eq!(template(text, &settings), expected, "{text}");
    }

    #[test]
    fn backslashes_in_strings_mean_what_python_says() {
        check(r"a\b {{ x('\.\1') }}", true, r"a\b {{ x('\\.\\1') }}");
        check(r"{{ x('\\1') }}", true, r"{{ x('\\\\1') }}");
        check(r"{{ x('\\1\d\n') }}", false, r"{{ x('\\1\\d\n') }}");
        check(r"{% if x('\d') %}", true, r"{% if x('\\d') %}");
        check(r"{# '\d #}{{ '\d' }}", false, r"{# '\d #}{{ '\\d' }}");
        check(
            r"{% raw %}{{ '\d' }}{% endraw %}{{ '\d' }}",
            false,
            r"{% raw +%}{{ '\d' }}{% endraw %}{{ '\\d' }}",
        );
        assert_eq!(
            expression(r"x is match('\w+')", false),
            r"x is match('\\w+')"
        );
    }
}
