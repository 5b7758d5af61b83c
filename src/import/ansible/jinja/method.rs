//! The methods of Python's strings, lists and dictionaries that change nothing.

use super::args::Args;
use super::{Eval, format, key_of, ops};
use crate::import::ansible::scope::Failure;
use crate::import::ansible::time::Part;
use crate::import::ansible::value::{Dict, Key, Truth, Value};
use crate::model::{Piece, Text};

const OF_STRINGS: &str = " capitalize casefold center count encode endswith expandtabs find format format_map index \
    isalnum isalpha isascii isdecimal isdigit isidentifier islower isnumeric isprintable isspace istitle isupper join \
    ljust lower lstrip maketrans partition removeprefix removesuffix replace rfind rindex rjust rpartition rsplit rstrip \
    split splitlines startswith strip swapcase title translate upper zfill ";
const OF_LISTS: &str = " append clear copy count extend index insert pop remove reverse sort ";
const OF_DICTS: &str = " clear copy fromkeys get items keys pop popitem setdefault update values ";

/// Tells whether some kind of value has a method of this name.
pub(super) fn is_method(name: &str) -> bool {
    [OF_STRINGS, OF_LISTS, OF_DICTS]
        .iter()
        .any(|it| is_among(it, name))
}

/// Tells whether a value has a method of this name: after a dot it goes before a key.
pub(super) fn has(value: &Value, name: &str) -> bool {
    match value {
        Value::Str(_) => is_among(OF_STRINGS, name),
        Value::List(_) => is_among(OF_LISTS, name),
        Value::Dict(_) => is_among(OF_DICTS, name),
        _ => false,
    }
}

fn is_among(names: &str, name: &str) -> bool {
    names.contains(&format!(" {name} "))
}

pub(super) fn uncalled(value: &Value, name: &str) -> Failure {
    let kind = value.type_name();
    Failure::failed(format!(
        "`.{name}` is a method of a {kind}, which is not called; its key is `['{name}']`"
    ))
}

pub(super) fn call(value: &Value, name: &str, args: &Args) -> Eval<Value> {
    match value {
        Value::Unknown(_) => Ok(value.clone()),
        Value::Undefined(name) => Err(Failure::undefined(name)),
        Value::Str(text) => string(text, name, args),
        Value::List(items) => list(items, name, args),
        Value::Dict(items) => dict(items, name, args),
        Value::Time(time) => match time.call(name, args.str(0, "format")?) {
            Some(Part::Int(number)) => Ok(Value::Int(number)),
            Some(Part::Float(number)) => Ok(Value::Float(number)),
            Some(Part::Text(text)) => Ok(text.into()),
            None => Ok(Value::unknown(format!("`{name}` of a time"), None)),
        },
        Value::Int(_) | Value::Float(_) | Value::Bool(_) if name == "is_integer" => Ok(
            Value::Bool(value.as_number().is_some_and(|it| it.fract() == 0.0)),
        ),
        other => Err(missing(other, name)),
    }
}

fn missing(value: &Value, name: &str) -> Failure {
    Failure::failed(format!("a {} has no method `{name}`", value.type_name()))
}

fn string(text: &Text, name: &str, args: &Args) -> Eval<Value> {
    let Some(plain) = text.plain() else {
        return Ok(holed(text, name, args));
    };
    if name == "format" {
        return format::braces(plain, args);
    }
    if name == "join" {
        let items = args.need(0, "iterable")?;
        let unfit =
            |it: &Value| !matches!(it, Value::Str(_) | Value::Unknown(_) | Value::Undefined(_));
        if let Some(item) = items.iterate().and_then(|it| it.into_iter().find(unfit)) {
            let kind = item.type_name();
            return Err(Failure::failed(format!(
                "`join` takes strings, and a {kind} is among them"
            )));
        }
        return join(plain, items);
    }
    if let Some(hole) = args.deep_hole() {
        return Ok(Value::Unknown(hole.clone()));
    }
    let made = |text: String| Ok(Value::from(text));
    let all =
        |test: fn(char) -> bool| Ok(Value::Bool(!plain.is_empty() && plain.chars().all(test)));
    match name {
        "lower" | "casefold" => made(plain.to_lowercase()),
        "upper" => made(plain.to_uppercase()),
        "title" => made(title(plain)),
        "capitalize" => made(capitalize(plain)),
        "swapcase" => made(
            plain
                .chars()
                .flat_map(|it| {
                    if it.is_uppercase() {
                        it.to_lowercase().collect::<Vec<_>>()
                    } else {
                        it.to_uppercase().collect()
                    }
                })
                .collect(),
        ),
        "strip" | "lstrip" | "rstrip" => {
            let set = args.str(0, "chars")?;
            let strips = |it: char| match set {
                Some(set) => set.contains(it),
                None => it.is_whitespace(),
            };
            made(
                match name {
                    "strip" => plain.trim_matches(strips),
                    "lstrip" => plain.trim_start_matches(strips),
                    _ => plain.trim_end_matches(strips),
                }
                .to_owned(),
            )
        }
        "startswith" | "endswith" => {
            let wanted = args.need(0, "prefix")?;
            let wanted = match wanted {
                Value::List(items) => items.to_vec(),
                one => vec![one.clone()],
            };
            let part = part(plain, args)?;
            let mut texts = wanted.iter().filter_map(Value::as_str);
            Ok(Value::Bool(part.is_some_and(|part| match name {
                "startswith" => texts.any(|it| part.starts_with(it)),
                _ => texts.any(|it| part.ends_with(it)),
            })))
        }
        "removeprefix" => {
            let prefix = args.need_str(0, "prefix")?;
            made(plain.strip_prefix(prefix).unwrap_or(plain).to_owned())
        }
        "removesuffix" => {
            let suffix = args.need_str(0, "suffix")?;
            made(plain.strip_suffix(suffix).unwrap_or(plain).to_owned())
        }
        "replace" => {
            let (old, new) = (args.need_str(0, "old")?, args.need_str(1, "new")?);
            match args.int(2, "count")? {
                Some(count) if count >= 0 => {
                    made(plain.replacen(old, new, usize::try_from(count).unwrap_or(0)))
                }
                _ => made(plain.replace(old, new)),
            }
        }
        "split" | "rsplit" => split(plain, name == "rsplit", args),
        "splitlines" => Ok(Value::list(lines(plain, args.is_set(0, "keepends")))),
        "partition" | "rpartition" => {
            let separator = args.need_str(0, "sep")?;
            let found = if name == "partition" {
                plain.split_once(separator)
            } else {
                plain.rsplit_once(separator)
            };
            let parts = match found {
                Some((before, after)) => [before, separator, after],
                None if name == "partition" => [plain, "", ""],
                None => ["", "", plain],
            };
            Ok(Value::list(parts.map(Value::str).to_vec()))
        }
        "find" | "rfind" | "index" | "rindex" => {
            let wanted = args.need_str(0, "sub")?;
            let part = part(plain, args)?;
            let found = part.and_then(|part| {
                let offset = part.as_ptr() as usize - plain.as_ptr() as usize;
                let found = match name.starts_with('r') {
                    true => part.rfind(wanted),
                    false => part.find(wanted),
                };
                found.map(|at| at + offset)
            });
            match found {
                Some(at) => Ok(count(plain[..at].chars().count())),
                None if name.ends_with("find") => Ok(Value::Int(-1)),
                None => Err(Failure::failed(format!("`{wanted}` is not in the string"))),
            }
        }
        "count" => {
            let wanted = args.need_str(0, "sub")?;
            let part = part(plain, args)?.unwrap_or_default();
            Ok(count(match wanted {
                // Between all characters, and at both ends.
                "" => part.chars().count() + 1,
                wanted => part.matches(wanted).count(),
            }))
        }
        "zfill" | "ljust" | "rjust" | "center" => justify(plain, name, args),
        "expandtabs" => {
            let width = args.int(0, "tabsize")?.unwrap_or(8);
            made(expand_tabs(
                plain,
                usize::try_from(width).unwrap_or(0).min(100),
            ))
        }
        "isnumeric" => all(char::is_numeric),
        "isdigit" => all(is_digit),
        "isdecimal" => all(|it| is_digit(it) && !is_raised(it)),
        "isalpha" => all(char::is_alphabetic),
        "isalnum" => all(char::is_alphanumeric),
        "isspace" => all(char::is_whitespace),
        "isupper" => Ok(Value::Bool(
            plain.chars().any(char::is_uppercase) && !plain.chars().any(char::is_lowercase),
        )),
        "islower" => Ok(Value::Bool(
            plain.chars().any(char::is_lowercase) && !plain.chars().any(char::is_uppercase),
        )),
        "istitle" => Ok(Value::Bool(
            title(plain) == plain && plain.chars().any(char::is_alphabetic),
        )),
        "isidentifier" => {
            let first = plain
                .chars()
                .next()
                .is_some_and(|it| it.is_alphabetic() || it == '_');
            let rest = plain.chars().all(|it| it.is_alphanumeric() || it == '_');
            Ok(Value::Bool(first && rest))
        }
        "encode" | "decode" | "copy" => made(plain.to_owned()),
        _ => Err(missing(&Value::str(plain), name)),
    }
}

/// Returns the part of a text between the second and the third argument; `None` where it starts beyond the end.
fn part<'t>(text: &'t str, args: &Args) -> Eval<Option<&'t str>> {
    let length = i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
    let place = |at: i64| match at < 0 {
        true => (at + length).max(0),
        false => at,
    };
    let start = place(args.int(1, "start")?.unwrap_or(0));
    let end = place(args.int(2, "end")?.unwrap_or(length)).min(length);
    if start > end {
        return Ok(None);
    }
    let byte = |at: i64| {
        let at = usize::try_from(at).unwrap_or(usize::MAX);
        text.char_indices()
            .nth(at)
            .map_or(text.len(), |(byte, _)| byte)
    };
    Ok(text.get(byte(start)..byte(end)))
}

fn expand_tabs(text: &str, width: usize) -> String {
    let mut out = String::with_capacity(text.len());
    let mut column = 0;
    for character in text.chars() {
        match character {
            '\t' => {
                let spaces = width.saturating_sub(column % width.max(1));
                out.push_str(&" ".repeat(spaces));
                column += spaces;
            }
            _ => {
                column = match character {
                    '\n' | '\r' => 0,
                    _ => column + 1,
                };
                out.push(character);
            }
        }
    }
    out
}

/// Tells whether a character is a digit for Python: of any script, or raised or lowered.
fn is_digit(character: char) -> bool {
    is_raised(character)
        || character.is_numeric()
            && !character.is_alphabetic()
            && {
                // The fractions and the numbers in circles are no digits.
                !matches!(character, '\u{bc}'..='\u{be}' | '\u{2150}'..='\u{218b}' | '\u{2460}'..='\u{24ff}' | '\u{3192}'..='\u{33ff}')
            }
}

fn is_raised(character: char) -> bool {
    matches!(
        character,
        '\u{b2}' | '\u{b3}' | '\u{b9}' | '\u{2070}'..='\u{2089}'
    )
}

/// What can be said of a text with holes: where it starts or ends is often known.
fn holed(text: &Text, name: &str, args: &Args) -> Value {
    let hole = text.worst_hole().cloned();
    let edge = match name {
        "startswith" => text.pieces().first(),
        "endswith" => text.pieces().last(),
        _ => None,
    };
    if let (Some(Piece::Literal(edge)), Some(wanted)) =
        (edge, args.positional.first().and_then(Value::as_str))
        && edge.len() >= wanted.len()
    {
        let holds = match name {
            "startswith" => edge.starts_with(wanted),
            _ => edge.ends_with(wanted),
        };
        return Value::Bool(holds);
    }
    hole.map_or(Value::None, Value::Unknown)
}

/// Joins the items of a value; holes stay holes.
pub(super) fn join(separator: &str, items: &Value) -> Eval<Value> {
    if let Value::Unknown(_) = items {
        return Ok(items.clone());
    }
    if let Some(hole) = items.hole() {
        return Ok(Value::Unknown(hole.clone()));
    }
    let Some(items) = items.iterate() else {
        return Err(match items {
            Value::Undefined(name) => Failure::undefined(name),
            other => Failure::failed(format!("a {} cannot be joined", other.type_name())),
        });
    };
    let mut out = Text::new();
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.push_str(separator);
        }
        if let Some(name) = item.deep_undefined() {
            return Err(Failure::undefined(name));
        }
        out.push(&item.to_text());
    }
    Ok(Value::Str(out))
}

pub(super) fn count(number: usize) -> Value {
    Value::Int(i64::try_from(number).unwrap_or(i64::MAX))
}

pub(super) fn capitalize(text: &str) -> String {
    let mut characters = text.chars();
    let Some(first) = characters.next() else {
        return String::new();
    };
    first
        .to_uppercase()
        .chain(characters.flat_map(char::to_lowercase))
        .collect()
}

fn title(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut inside = false;
    for character in text.chars() {
        if inside {
            out.extend(character.to_lowercase());
        } else {
            out.extend(character.to_uppercase());
        }
        inside = character.is_alphabetic();
    }
    out
}

fn lines(text: &str, keep: bool) -> Vec<Value> {
    let pieces = text.split_inclusive('\n');
    pieces
        .map(|line| {
            let bare = line.strip_suffix('\n').unwrap_or(line);
            let bare = bare.strip_suffix('\r').unwrap_or(bare);
            Value::str(if keep { line } else { bare })
        })
        .collect()
}

pub(super) fn split(text: &str, from_right: bool, args: &Args) -> Eval<Value> {
    let most = args.int(1, "maxsplit")?.filter(|most| *most >= 0);
    let most = most.map(|most| usize::try_from(most).unwrap_or(usize::MAX));
    let parts: Vec<String> = match args.str(0, "sep")? {
        Some("") => return Err(Failure::failed("the separator of `split` is empty")),
        Some(separator) => match (most, from_right) {
            (None, _) => text.split(separator).map(str::to_owned).collect(),
            (Some(most), false) => text
                .splitn(most.saturating_add(1), separator)
                .map(str::to_owned)
                .collect(),
            (Some(most), true) => {
                let parts = text.rsplitn(most.saturating_add(1), separator);
                let mut parts: Vec<String> = parts.map(str::to_owned).collect();
                parts.reverse();
                parts
            }
        },
        None => words(text, most, from_right),
    };
    Ok(Value::list(parts.into_iter().map(Value::from).collect()))
}

fn words(text: &str, most: Option<usize>, from_right: bool) -> Vec<String> {
    let all: Vec<&str> = text.split_whitespace().collect();
    let most = most.unwrap_or(usize::MAX);
    if all.len() <= most {
        return all.into_iter().map(str::to_owned).collect();
    }
    let mut parts: Vec<String> = Vec::new();
    let mut rest = if from_right {
        text.trim_end()
    } else {
        text.trim_start()
    };
    for _ in 0..most {
        let at = if from_right {
            rest.rfind(char::is_whitespace)
        } else {
            rest.find(char::is_whitespace)
        };
        let Some(at) = at else { break };
        if from_right {
            parts.insert(0, rest[at..].trim_start().to_owned());
            rest = rest[..at].trim_end();
        } else {
            parts.push(rest[..at].to_owned());
            rest = rest[at..].trim_start();
        }
    }
    if rest.is_empty() {
        return parts;
    }
    if from_right {
        parts.insert(0, rest.to_owned());
    } else {
        parts.push(rest.to_owned());
    }
    parts
}

fn justify(text: &str, name: &str, args: &Args) -> Eval<Value> {
    let width = args.int(0, "width")?.unwrap_or(0);
    let fill = args.str(1, "fillchar")?.unwrap_or(" ");
    let width = usize::try_from(width).unwrap_or(0).min(100_000);
    let missing = width.saturating_sub(text.chars().count());
    Ok(Value::from(match name {
        "ljust" => format!("{text}{}", fill.repeat(missing)),
        "rjust" => format!("{}{text}", fill.repeat(missing)),
        "center" => {
            // Python puts the odd one to the left where the width is odd.
            let left = missing / 2 + (missing & width & 1);
            format!("{}{text}{}", fill.repeat(left), fill.repeat(missing - left))
        }
        _ => {
            let digits = text.trim_start_matches(['-', '+']);
            let sign = &text[..text.len() - digits.len()];
            format!("{sign}{}{digits}", "0".repeat(missing))
        }
    }))
}

fn list(items: &[Value], name: &str, args: &Args) -> Eval<Value> {
    let position = |wanted: &Value| {
        items
            .iter()
            .position(|item| matches!(ops::equal(item, wanted), Truth::Yes))
    };
    match name {
        "copy" => Ok(Value::list(items.to_vec())),
        "index" => {
            let wanted = args.need(0, "value")?;
            match position(wanted) {
                Some(at) => Ok(count(at)),
                None => Err(Failure::failed("the list does not hold what is looked for")),
            }
        }
        "count" => {
            let wanted = args.need(0, "value")?;
            let equal = |item: &&Value| matches!(ops::equal(item, wanted), Truth::Yes);
            Ok(count(items.iter().filter(equal).count()))
        }
        "union" | "intersection" | "difference" => {
            let other = args.need(0, "other")?.iterate().unwrap_or_default();
            let in_other = |item: &&Value| {
                other
                    .iter()
                    .any(|it| matches!(ops::equal(it, item), Truth::Yes))
            };
            let mut kept: Vec<Value> = match name {
                "union" => items.to_vec(),
                "intersection" => items.iter().filter(in_other).cloned().collect(),
                _ => items.iter().filter(|it| !in_other(it)).cloned().collect(),
            };
            if name == "union" {
                for item in other {
                    if position(&item).is_none() {
                        kept.push(item);
                    }
                }
            }
            Ok(Value::list(kept))
        }
        _ => Err(missing(&Value::list(Vec::new()), name)),
    }
}

fn dict(items: &Dict, name: &str, args: &Args) -> Eval<Value> {
    match name {
        "items" | "iteritems" => Ok(Value::list(
            items
                .iter()
                .map(|(key, value)| Value::list(vec![key.value(), value.clone()]))
                .collect(),
        )),
        "keys" | "iterkeys" => Ok(Value::list(items.keys().map(Key::value).collect())),
        "values" | "itervalues" => Ok(Value::list(items.values().cloned().collect())),
        "copy" => Ok(Value::dict(items.clone())),
        "get" => {
            let key = args.need(0, "key")?;
            if let Some(hole) = key.hole() {
                return Ok(Value::Unknown(hole.clone()));
            }
            let found = items.get(&key_of(key)?).cloned();
            let default = || args.get(1, "default").cloned().unwrap_or(Value::None);
            Ok(found.unwrap_or_else(default))
        }
        "has_key" => {
            let key = key_of(args.need(0, "key")?)?;
            Ok(Value::Bool(items.contains_key(&key)))
        }
        "fromkeys" => {
            let mut dict = Dict::new();
            let value = args.get(1, "value").cloned().unwrap_or(Value::None);
            for key in args.need(0, "iterable")?.iterate().unwrap_or_default() {
                dict.insert(key_of(&key)?, value.clone());
            }
            Ok(Value::dict(dict))
        }
        _ => match items.get(&Key::Str(name.to_owned())) {
            Some(Value::Unknown(hole)) => Ok(Value::Unknown(hole.clone())),
            _ => Err(missing(&Value::dict(Dict::new()), name)),
        },
    }
}
