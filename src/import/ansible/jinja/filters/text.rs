//! Filters of strings.

use super::{Filter, NAMED, Takes, builtin, items, plain};
use crate::import::ansible::jinja::args::Args;
use crate::import::ansible::jinja::method::{self, capitalize, count};
use crate::import::ansible::jinja::python::quoted;
use crate::import::ansible::jinja::{Env, Eval, format, regex};
use crate::import::ansible::scope::Failure;
use crate::import::ansible::value::Value;
use crate::model::{Piece, Text};

pub(super) const FILTERS: &[Filter] = &[
    builtin("string", Takes::Holes, |_, value, _| {
        Ok(Value::Str(value.to_text()))
    }),
    builtin("safe", Takes::Holes, |_, value, _| {
        Ok(Value::Str(value.to_text()))
    }),
    builtin("lower", Takes::Items, |_, value, _| {
        Ok(plain(&value).to_lowercase().into())
    }),
    builtin("upper", Takes::Items, |_, value, _| {
        Ok(plain(&value).to_uppercase().into())
    }),
    builtin("capitalize", Takes::Items, |_, value, _| {
        Ok(capitalize(&plain(&value)).into())
    }),
    builtin("title", Takes::Items, title),
    builtin("trim", Takes::Holes, trim),
    builtin("replace", Takes::Items, replace),
    builtin("join", Takes::Holes, join),
    builtin("format", Takes::Holes, formatted),
    builtin(
        "quote",
        Takes::Items,
        |_, value, _| Ok(quote(&value).into()),
    ),
    builtin("split", Takes::Items, |_, value, args| {
        method::split(&plain(&value), false, args)
    }),
    builtin("wordcount", Takes::Items, |_, value, _| {
        let text = plain(&value);
        let words = text.split(|it: char| !it.is_alphanumeric() && it != '_');
        Ok(count(words.filter(|word| !word.is_empty()).count()))
    }),
    builtin("pprint", Takes::Known, |_, value, _| {
        Ok(match value.as_str() {
            Some(text) => quoted(text).into(),
            None => Value::Str(value.to_text()),
        })
    }),
    builtin("regex_replace", Takes::Items, regex_replace),
    builtin("regex_search", Takes::Items, regex_search),
    builtin("regex_findall", Takes::Items, regex_findall),
    builtin("regex_escape", Takes::Items, regex_escape),
];

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

fn formatted(_: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let pattern = value.to_text();
    let Some(pattern) = pattern.plain() else {
        return Ok(pattern
            .worst_hole()
            .cloned()
            .map_or(Value::None, Value::Unknown));
    };
    let due = conversions(pattern);
    if args.named.is_empty() && args.positional.len() > due {
        return Err(Failure::failed(format!(
            "`{pattern}` takes {due} values, and not {}",
            args.positional.len()
        )));
    }
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

/// Counts the values that a pattern of `%` takes.
fn conversions(pattern: &str) -> usize {
    let mut count = 0;
    let mut chars = pattern.chars();
    while chars.by_ref().any(|it| it == '%') {
        let mut taken = 1;
        for it in chars.by_ref() {
            match it {
                '%' => {
                    taken = 0;
                    break;
                }
                '*' => taken += 1,
                it if it.is_ascii_alphabetic() => break,
                _ => {}
            }
        }
        count += taken;
    }
    count
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

fn regex_replace(env: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let pattern = args.str(0, "pattern")?.unwrap_or_default();
    let replacement = args.get(1, "replacement").map(plain).unwrap_or_default();
    let flags = regex::flags(args, 2, 3);
    let most = super::size(args, 4, "count", 0)?;
    let due = super::size(args, 5, "mandatory_count", 0)?;
    let compiled = regex::compile(env.scope.session(), pattern, &flags)?;
    let (made, count) = compiled
        .substitute(&replacement, &plain(&value), most)
        .map_err(Failure::failed)?;
    if due > 0 && due != count {
        let message = format!("`{pattern}` should match {due} times, and matches {count} times");
        return Err(Failure::failed(message));
    }
    Ok(made.into())
}

fn regex_search(env: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let pattern = args.need_str(0, "regex")?;
    let flags = regex::flags(args, NAMED, NAMED);
    let compiled = regex::compile(env.scope.session(), pattern, &flags)?;
    let groups = args.positional.iter().skip(1).map(plain);
    regex::search(&compiled, &plain(&value), &groups.collect::<Vec<_>>())
}

fn regex_findall(env: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let pattern = args.need_str(0, "regex")?;
    let flags = regex::flags(args, 2, 1);
    let compiled = regex::compile(env.scope.session(), pattern, &flags)?;
    regex::find_all(&compiled, &plain(&value))
}

fn regex_escape(env: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let text = plain(&value);
    match args.str(0, "re_type")?.unwrap_or("python") {
        "python" => Ok(regex::escape(&text).into()),
        "posix_basic" => {
            let compiled = regex::compile(env.scope.session(), r"([].[^$*\\])", "")?;
            let made = compiled.substitute(r"\\\1", &text, 0);
            Ok(made.map_err(Failure::failed)?.0.into())
        }
        other => Err(Failure::failed(format!(
            "`{other}` is no kind of regular expression that is escaped"
        ))),
    }
}
