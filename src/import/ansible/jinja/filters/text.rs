//! Filters of strings.

use super::{Run, Takes, items, plain};
use crate::import::ansible::jinja::args::Args;
use crate::import::ansible::jinja::method::{self, capitalize, count};
use crate::import::ansible::jinja::{Env, Eval, format, regex};
use crate::import::ansible::scope::Failure;
use crate::import::ansible::value::Value;
use crate::model::{Piece, Text};

pub(super) fn find(name: &str) -> Option<(Takes, Run)> {
    let (takes, run): (Takes, Run) = match name {
        "string" | "to_text" | "safe" => {
            (Takes::Holes, |_, value, _| Ok(Value::Str(value.to_text())))
        }
        "lower" => (Takes::Items, |_, value, _| {
            Ok(plain(&value).to_lowercase().into())
        }),
        "upper" => (Takes::Items, |_, value, _| {
            Ok(plain(&value).to_uppercase().into())
        }),
        "capitalize" => (Takes::Items, |_, value, _| {
            Ok(capitalize(&plain(&value)).into())
        }),
        "title" => (Takes::Items, title),
        "trim" => (Takes::Holes, trim),
        "replace" => (Takes::Items, replace),
        "join" => (Takes::Holes, join),
        "indent" => (Takes::Holes, indent),
        "format" => (Takes::Holes, formatted),
        "quote" => (Takes::Items, |_, value, _| Ok(quote(&value).into())),
        "comment" => (Takes::Holes, comment),
        "split" => (Takes::Items, |_, value, args| {
            method::split(&plain(&value), false, args)
        }),
        "splitlines" => (Takes::Items, |_, value, args| {
            method::call(&Value::from(plain(&value)), "splitlines", args)
        }),
        "center" => (Takes::Items, |_, value, args| {
            let width = args.get(0, "width").cloned().unwrap_or(Value::Int(80));
            method::call(
                &Value::from(plain(&value)),
                "center",
                &Args::of(vec![width]),
            )
        }),
        "wordwrap" => (Takes::Items, wordwrap),
        "wordcount" => (Takes::Items, |_, value, _| {
            let text = plain(&value);
            let words = text.split(|it: char| !it.is_alphanumeric() && it != '_');
            Ok(count(words.filter(|word| !word.is_empty()).count()))
        }),
        "truncate" => (Takes::Items, truncate),
        "escape" | "e" | "forceescape" => {
            (
                Takes::Items,
                |_, value, _| Ok(escape(&plain(&value)).into()),
            )
        }
        "striptags" => (Takes::Items, |env, value, _| {
            let tags = regex::compile(env.scope.session(), "<[^>]*>", "")?;
            let bare = regex::replace(&tags, &plain(&value), "", 0)?;
            Ok(bare.split_whitespace().collect::<Vec<_>>().join(" ").into())
        }),
        "regex_replace" => (Takes::Items, regex_replace),
        "regex_search" => (Takes::Items, regex_search),
        "regex_findall" => (Takes::Items, regex_findall),
        "regex_escape" => (Takes::Items, |_, value, _| {
            Ok(regex::escape(&plain(&value)).into())
        }),
        "urlencode" => (Takes::Known, urlencode),
        _ => return None,
    };
    Some((takes, run))
}

fn title(_: &mut Env<'_, '_>, value: Value, _: &Args) -> Eval<Value> {
    // Jinja's title breaks words at `-`, spaces and brackets only.
    let mut out = String::new();
    let mut first = true;
    for character in plain(&value).chars() {
        if first {
            out.extend(character.to_uppercase());
        } else {
            out.extend(character.to_lowercase());
        }
        first = character.is_whitespace() || "-({[<".contains(character);
    }
    Ok(out.into())
}

fn trim(_: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let text = value.to_text();
    let set = args.str(0, "chars")?;
    let strips = |it: char| match set {
        Some(set) => set.contains(it),
        None => it.is_whitespace(),
    };
    let last = text.pieces().len().saturating_sub(1);
    let mut out = Text::new();
    for (at, piece) in text.pieces().iter().enumerate() {
        match piece {
            Piece::Hole(hole) => out.push_hole(hole.clone()),
            Piece::Literal(literal) => {
                let literal = if at == 0 {
                    literal.trim_start_matches(strips)
                } else {
                    literal
                };
                out.push_str(if at == last {
                    literal.trim_end_matches(strips)
                } else {
                    literal
                });
            }
        }
    }
    Ok(Value::Str(out))
}

fn replace(_: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let old = plain(args.need(0, "old")?);
    let new = plain(args.need(1, "new")?);
    let text = plain(&value);
    Ok(match args.int(2, "count")? {
        Some(most) if most >= 0 => text.replacen(&old, &new, usize::try_from(most).unwrap_or(0)),
        _ => text.replace(&old, &new),
    }
    .into())
}

fn join(_: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let separator = args.get(0, "d").map(plain).unwrap_or_default();
    match args.get(1, "attribute") {
        Some(attribute) => {
            let attribute = plain(attribute);
            let list = items(&value)?;
            let picked = list.iter().map(|it| super::select::pick(it, &attribute));
            method::join(&separator, &Value::list(picked.collect::<Eval<_>>()?))
        }
        None => method::join(&separator, &value),
    }
}

fn indent(_: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let text = value.to_text();
    let prefix = match args.get(0, "width") {
        None => "    ".to_owned(),
        Some(width) => match width.as_int() {
            Some(width) => " ".repeat(usize::try_from(width).unwrap_or(0).min(1000)),
            None => plain(width),
        },
    };
    // `indentfirst` is what `first` was called before.
    let first = args.is_set(1, "first") || args.is_set(usize::MAX, "indentfirst");
    let blank = args.is_set(2, "blank");
    let mut out = Text::new();
    if first {
        out.push_str(&prefix);
    }
    // A hole is taken for one line, as secrets and facts nearly always are.
    for piece in text.pieces() {
        match piece {
            Piece::Hole(hole) => out.push_hole(hole.clone()),
            Piece::Literal(literal) => {
                for (at, line) in literal.split('\n').enumerate() {
                    if at > 0 {
                        out.push_str("\n");
                        let continues =
                            literal.split('\n').count() == at + 1 && !is_last(&text, piece);
                        if !line.is_empty() || blank || continues {
                            out.push_str(&prefix);
                        }
                    }
                    out.push_str(line);
                }
            }
        }
    }
    Ok(Value::Str(out))
}

fn is_last(text: &Text, piece: &Piece) -> bool {
    text.pieces()
        .last()
        .is_some_and(|last| std::ptr::eq(last, piece))
}

fn formatted(_: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let pattern = value.to_text();
    let Some(pattern) = pattern.plain() else {
        return Ok(pattern
            .worst_hole()
            .cloned()
            .map_or(Value::None, Value::Unknown));
    };
    if args.positional.is_empty() && !args.named.is_empty() {
        let named = args.named.iter();
        let dict = named.map(|(name, value)| {
            let key = crate::import::ansible::value::Key::Str(name.to_string());
            (key, value.clone())
        });
        return format::percent(pattern, &Value::dict(dict.collect()));
    }
    format::percent(pattern, &Value::list(args.positional.clone()))
}

/// `shlex.quote`
pub(in crate::import::ansible::jinja) fn quote(value: &Value) -> String {
    let text = if matches!(value, Value::None) {
        String::new()
    } else {
        plain(value)
    };
    let safe = |it: char| it.is_ascii_alphanumeric() || it == '_' || "@%+=:,./-".contains(it);
    if !text.is_empty() && text.chars().all(safe) {
        return text;
    }
    format!("'{}'", text.replace('\'', "'\"'\"'"))
}

fn wordwrap(_: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let width = args
        .int(0, "width")?
        .and_then(|it| usize::try_from(it).ok())
        .unwrap_or(79);
    let breaks = args.get(1, "break_long_words").is_none() || args.is_set(1, "break_long_words");
    let separator = args.str(2, "wrapstring")?.unwrap_or("\n").to_owned();
    let hyphens = args.get(3, "break_on_hyphens").is_none() || args.is_set(3, "break_on_hyphens");
    let text = plain(&value);
    let wrapped = text
        .lines()
        .map(|line| wrap(line, width.max(1), breaks, hyphens).join(&separator));
    Ok(wrapped.collect::<Vec<_>>().join(&separator).into())
}

/// Python's `textwrap.wrap` of one line, white space kept inside.
fn wrap(line: &str, width: usize, breaks: bool, hyphens: bool) -> Vec<String> {
    let mut chunks: Vec<String> = Vec::new();
    for character in line.chars() {
        let space = character.is_whitespace();
        let starts = match chunks.last().and_then(|chunk| chunk.chars().last()) {
            None => true,
            Some(last) => {
                last.is_whitespace() != space || hyphens && last == '-' && character.is_alphabetic()
            }
        };
        if starts {
            chunks.push(String::new());
        }
        if let Some(chunk) = chunks.last_mut() {
            chunk.push(character);
        }
    }
    let mut lines = Vec::new();
    let mut current = String::new();
    let length = |text: &str| text.chars().count();
    for chunk in chunks {
        if length(&current) + length(&chunk) <= width {
            if !(current.is_empty() && chunk.trim().is_empty() && !lines.is_empty()) {
                current.push_str(&chunk);
            }
            continue;
        }
        if !current.trim().is_empty() {
            lines.push(current.trim_end().to_owned());
        }
        current = String::new();
        let mut rest = chunk.trim_start().to_owned();
        while breaks && length(&rest) > width {
            let head: String = rest.chars().take(width).collect();
            rest = rest.chars().skip(width).collect();
            lines.push(head);
        }
        current.push_str(&rest);
    }
    if !current.trim().is_empty() {
        lines.push(current.trim_end().to_owned());
    }
    lines
}

fn truncate(_: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let text = plain(&value);
    let length = args
        .int(0, "length")?
        .and_then(|it| usize::try_from(it).ok())
        .unwrap_or(255);
    let end = args.str(2, "end")?.unwrap_or("...");
    let leeway = args
        .int(3, "leeway")?
        .and_then(|it| usize::try_from(it).ok())
        .unwrap_or(5);
    if text.chars().count() <= length + leeway {
        return Ok(text.into());
    }
    let cut: String = text
        .chars()
        .take(length.saturating_sub(end.chars().count()))
        .collect();
    if args.is_set(1, "killwords") {
        return Ok(format!("{cut}{end}").into());
    }
    let whole = cut.rsplit_once(' ').map_or(cut.as_str(), |(head, _)| head);
    Ok(format!("{whole}{end}").into())
}

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

fn regex_replace(env: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let pattern = args.str(0, "pattern")?.unwrap_or_default();
    let replacement = args.get(1, "replacement").map(plain).unwrap_or_default();
    let flags = regex::flags(args, 2, 3);
    let most = args
        .int(4, "count")?
        .and_then(|it| usize::try_from(it).ok())
        .unwrap_or(0);
    let compiled = regex::compile(env.scope.session(), pattern, &flags)?;
    regex::replace(&compiled, &plain(&value), &replacement, most).map(Value::from)
}

fn regex_search(env: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let pattern = args.need_str(0, "regex")?;
    let flags = regex::flags(args, usize::MAX, usize::MAX);
    let compiled = regex::compile(env.scope.session(), pattern, &flags)?;
    let groups = args.positional.iter().skip(1);
    let groups: Vec<&str> = groups.filter_map(Value::as_str).collect();
    regex::search(&compiled, &plain(&value), &groups)
}

fn regex_findall(env: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let pattern = args.need_str(0, "regex")?;
    let flags = regex::flags(args, 2, 1);
    let compiled = regex::compile(env.scope.session(), pattern, &flags)?;
    regex::find_all(&compiled, &plain(&value))
}

fn urlencode(_: &mut Env<'_, '_>, value: Value, _: &Args) -> Eval<Value> {
    let pair = |key: &str, value: &str| format!("{}={}", percent(key, ""), percent(value, ""));
    Ok(match &value {
        Value::Dict(dict) => {
            let pairs = dict
                .iter()
                .map(|(key, value)| pair(&plain(&key.value()), &plain(value)));
            pairs.collect::<Vec<_>>().join("&")
        }
        Value::List(pairs) => {
            let pairs = pairs.iter().map(|it| match it.as_list() {
                Some([key, value]) => pair(&plain(key), &plain(value)),
                _ => percent(&plain(it), ""),
            });
            pairs.collect::<Vec<_>>().join("&")
        }
        other => percent(&plain(other), "/"),
    }
    .into())
}

/// `urllib.parse.quote`
fn percent(text: &str, safe: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        let character = char::from(byte);
        if byte.is_ascii_alphanumeric() || "_.-~".contains(character) || safe.contains(character) {
            out.push(character);
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

fn comment(_: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let style = args.str(0, "style")?.unwrap_or("plain");
    let (beginning, decoration, end) = match style {
        "plain" => ("", "# ", ""),
        "erlang" => ("", "% ", ""),
        "c" => ("", "// ", ""),
        "cblock" => ("/*", " * ", " */"),
        "xml" => ("<!--", " - ", "-->"),
        other => {
            return Err(Failure::failed(format!(
                "`{other}` is no style of `comment`"
            )));
        }
    };
    let own = |name: &str, usual: &str| -> Eval<String> {
        Ok(args.str(usize::MAX, name)?.unwrap_or(usual).to_owned())
    };
    let times = |name: &str| -> Eval<usize> {
        Ok(args
            .int(usize::MAX, name)?
            .and_then(|it| usize::try_from(it).ok())
            .unwrap_or(1)
            .min(1000))
    };
    let newline = own("newline", "\n")?;
    let decoration = own("decoration", decoration)?;
    let prefix = own("prefix", decoration.trim_end())?;
    let postfix = own("postfix", decoration.trim_end())?;
    let beginning = own("beginning", beginning)?;
    let end = own("end", end)?;
    let mut out = Text::new();
    if !beginning.is_empty() {
        out.push_str(&format!("{beginning}{newline}"));
    }
    if !prefix.is_empty() {
        let line = if prefix == newline {
            newline.clone()
        } else {
            format!("{prefix}{newline}")
        };
        out.push_str(&line.repeat(times("prefix_count")?));
    }
    let text = value.to_text();
    let mut body = Text::from(decoration.as_str());
    for piece in text.pieces() {
        match piece {
            Piece::Hole(hole) => body.push_hole(hole.clone()),
            Piece::Literal(literal) => {
                body.push_str(&literal.replace(&newline, &format!("{newline}{decoration}")));
            }
        }
    }
    // A line with nothing but the decoration has no spaces at its end.
    let bare = format!("{decoration}{newline}");
    let stripped = format!("{}{newline}", decoration.trim_end());
    for piece in body.pieces() {
        match piece {
            Piece::Hole(hole) => out.push_hole(hole.clone()),
            Piece::Literal(literal) => out.push_str(&literal.replace(&bare, &stripped)),
        }
    }
    out.push_str(&format!("{newline}{postfix}").repeat(times("postfix_count")?));
    if !end.is_empty() {
        out.push_str(&format!("{newline}{end}"));
    }
    Ok(Value::Str(out))
}
