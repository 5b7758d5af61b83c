//! The words of an instruction: JSON arrays, words between blanks, pairs of names and values.

use serde_json::Value;

/// What a text is that may be a JSON array.
pub(super) enum Json {
    Strings(Vec<String>),
    /// An array with something in it that is no string.
    Other,
}

/// Reads a JSON array; `None` where the text is none, as a command of the shell is.
pub(super) fn json(text: &str) -> Option<Json> {
    let text = text.trim_start();
    if !text.starts_with('[') {
        return None;
    }
    let values: Vec<Value> = serde_json::from_str(text).ok()?;
    let strings: Option<Vec<String>> = values
        .iter()
        .map(|it| it.as_str().map(str::to_owned))
        .collect();
    Some(strings.map_or(Json::Other, Json::Strings))
}

/// Splits at blanks.
pub(super) fn blanks(text: &str) -> Vec<String> {
    text.split(['\t', '\u{b}', '\u{c}', '\r', ' '])
        .filter(|it| !it.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Splits at blanks outside quotes; quotes and escapes stay in the words.
pub(super) fn quoted(text: &str, escape: char) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quote = None;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if quote.is_none() && c.is_whitespace() {
            if !word.is_empty() {
                words.push(std::mem::take(&mut word));
            }
            continue;
        }
        if c == escape && quote != Some('\'') {
            // An escape at the very end means nothing.
            if let Some(next) = chars.next() {
                word.extend([c, next]);
            }
            continue;
        }
        match quote {
            None if matches!(c, '\'' | '"') => quote = Some(c),
            Some(mark) if mark == c => quote = None,
            None | Some(_) => {}
        }
        word.push(c);
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// Splits at the first run of blanks.
pub(super) fn first_blank(text: &str) -> Option<(&str, &str)> {
    let at = text.find(['\t', '\u{b}', '\u{c}', '\r', ' '])?;
    Some((&text[..at], text[at..].trim_start()))
}
