//! Filters of markup: escaping, tags, attributes, links.

use super::{Filter, Takes, builtin, flag, plain};
use crate::import::ansible::jinja::args::Args;
use crate::import::ansible::jinja::{Env, Eval, regex};
use crate::import::ansible::scope::Failure;
use crate::import::ansible::value::Value;

pub(super) const FILTERS: &[Filter] = &[
    builtin("escape", Takes::Items, |_, value, _| {
        Ok(escape(&plain(&value)).into())
    }),
    builtin("e", Takes::Items, |_, value, _| {
        Ok(escape(&plain(&value)).into())
    }),
    builtin("forceescape", Takes::Items, |_, value, _| {
        Ok(escape(&plain(&value)).into())
    }),
    builtin("striptags", Takes::Items, striptags),
    builtin("xmlattr", Takes::Known, xmlattr),
    builtin("urlize", Takes::Known, urlize),
];

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\'' => out.push_str("&#39;"),
            '"' => out.push_str("&#34;"),
            it => out.push(it),
        }
    }
    out
}

fn striptags(env: &mut Env<'_, '_>, value: Value, _: &Args) -> Eval<Value> {
    let mut text = plain(&value);
    for (from, to) in [("<!--", "-->"), ("<", ">")] {
        while let Some(start) = text.find(from)
            && let Some(length) = text[start..].find(to)
        {
            text.replace_range(start..start + length + to.len(), "");
        }
    }
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    unescape(env, &text).map(Value::from)
}

/// The characters that XML names, and those that are given by number.
fn unescape(env: &Env<'_, '_>, text: &str) -> Eval<String> {
    let session = env.scope.session();
    let references = regex::compile(session, "&(#x?[0-9A-Fa-f]+|[A-Za-z]+);", "")?;
    let mut out = String::new();
    let mut last = 0;
    for found in references.all(text, 0).map_err(Failure::failed)? {
        let (Some(whole), Some(name)) = (found.get(0), found.get(1)) else {
            continue;
        };
        out.push_str(&text[last..whole.start()]);
        last = whole.end();
        let name = name.as_str();
        let number =
            name.strip_prefix('#')
                .and_then(|digits| match digits.strip_prefix(['x', 'X']) {
                    Some(hex) => u32::from_str_radix(hex, 16).ok(),
                    None => digits.parse().ok(),
                });
        let character = match name {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            "nbsp" => Some('\u{a0}'),
            _ => number.and_then(char::from_u32),
        };
        match character {
            Some(character) => out.push(character),
            None => out.push_str(whole.as_str()),
        }
    }
    out.push_str(&text[last..]);
    Ok(out)
}

fn xmlattr(_: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let Some(dict) = value.as_dict() else {
        return Err(Failure::failed(format!(
            "`xmlattr` needs a dictionary, not a {}",
            value.type_name()
        )));
    };
    let mut attributes = Vec::new();
    for (key, value) in dict {
        if matches!(value, Value::None) {
            continue;
        }
        let key = key.to_string();
        if key.contains(|it: char| it.is_whitespace() || "/>=".contains(it)) {
            return Err(Failure::failed(format!(
                "`{key}` is no name of an attribute"
            )));
        }
        attributes.push(format!("{}=\"{}\"", escape(&key), escape(&plain(value))));
    }
    let mut made = attributes.join(" ");
    if flag(args, 0, "autospace", true) && !made.is_empty() {
        made.insert(0, ' ');
    }
    Ok(made.into())
}

const ADDRESS: &str = r"(?i)^((https?://|www\.)(([\w%-]+\.)+)?([a-z]{2,63}|xn--[\w%]{2,59})|([\w%-]{2,63}\.)+(com|net|int|edu|gov|org|info|mil)|(https?://)((([\d]{1,3})(\.[\d]{1,3}){3})|(\[([\da-f]{0,4}:){2}([\da-f]{0,4}:?){1,6}])))(?::[\d]{1,5})?(?:[/?#]\S*)?$";
const MAIL: &str = r"^\S+@\w[\w.-]*\.\w+$";

fn urlize(env: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let session = env.scope.session();
    let address = regex::compile(session, ADDRESS, "")?;
    let mail = regex::compile(session, MAIL, "")?;
    let most = args.int(0, "trim_url_limit")?;
    let most = most.and_then(|it| usize::try_from(it).ok());
    let mut relations: Vec<String> = Vec::new();
    if let Some(given) = args.str(3, "rel")? {
        relations.extend(given.split_whitespace().map(str::to_owned));
    }
    if args.is_set(1, "nofollow") {
        relations.push("nofollow".to_owned());
    }
    relations.push("noopener".to_owned());
    relations.sort_unstable();
    relations.dedup();
    let mut more = format!(" rel=\"{}\"", escape(&relations.join(" ")));
    if let Some(target) = args.str(2, "target")? {
        more.push_str(&format!(" target=\"{}\"", escape(target)));
    }
    let shown = |link: &str| match most {
        Some(most) if link.chars().count() > most => {
            link.chars().take(most).collect::<String>() + "..."
        }
        _ => link.to_owned(),
    };
    let escaped = escape(&plain(&value));
    let mut out = String::new();
    for part in pieces(&escaped) {
        let (head, word, tail) = bare(part);
        let is_match = |pattern: &regex::Pattern, text: &str| -> Eval<bool> {
            Ok(pattern.search(text, 0).map_err(Failure::failed)?.is_some())
        };
        let made = if is_match(&address, word)? {
            let scheme = if word.starts_with("https://") || word.starts_with("http://") {
                ""
            } else {
                "https://"
            };
            format!("<a href=\"{scheme}{word}\"{more}>{}</a>", shown(word))
        } else if let Some(to) = word.strip_prefix("mailto:")
            && is_match(&mail, to)?
        {
            format!("<a href=\"{word}\">{to}</a>")
        } else if !word.starts_with("www.")
            && !word.starts_with('@')
            && !word.contains(':')
            && is_match(&mail, word)?
        {
            format!("<a href=\"mailto:{word}\">{word}</a>")
        } else {
            word.to_owned()
        };
        out.push_str(head);
        out.push_str(&made);
        out.push_str(tail);
    }
    Ok(out.into())
}

/// Splits a text into words and the white space between them.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let space = first.is_whitespace();
        let end = rest
            .find(|it: char| it.is_whitespace() != space)
            .unwrap_or(rest.len());
        let (piece, after) = rest.split_at(end);
        pieces.push(piece);
        rest = after;
    }
    pieces
}

/// Splits off the brackets before a word and the punctuation behind it; brackets that the word opened stay.
fn bare(word: &str) -> (&str, &str, &str) {
    let mut start = 0;
    while let Some(open) = ["(", "<", "&lt;"]
        .iter()
        .find(|it| word[start..].starts_with(**it))
    {
        start += open.len();
    }
    let mut end = word.len();
    while let Some(close) = [")", "&gt;", ">", ".", ","]
        .iter()
        .find(|it| word[start..end].ends_with(**it))
    {
        end -= close.len();
    }
    for (open, close) in [("(", ")"), ("<", ">"), ("&lt;", "&gt;")] {
        let count = |text: &str, sign: &str| text.matches(sign).count();
        let opened = count(&word[start..end], open);
        if opened <= count(&word[start..end], close) {
            continue;
        }
        for _ in 0..opened.min(count(&word[end..], close)) {
            if let Some(at) = word[end..].find(close) {
                end += at + close.len();
            }
        }
    }
    (&word[..start], &word[start..end], &word[end..])
}
