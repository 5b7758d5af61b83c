//! Filters of the keys of dictionaries in a list, of `community.general`.

use std::rc::Rc;

use super::{Filter, Takes, filter, items, plain};
use crate::import::ansible::jinja::args::Args;
use crate::import::ansible::jinja::catalog::Collection;
use crate::import::ansible::jinja::regex::{self, Pattern};
use crate::import::ansible::jinja::{Env, Eval};
use crate::import::ansible::scope::Failure;
use crate::import::ansible::value::{Dict, Key, Value};

pub(super) const FILTERS: &[Filter] = &[
    filter(
        Collection::General,
        "keep_keys",
        Takes::Items,
        |env, value, args| picked(env, &value, args, |matches| matches),
    ),
    filter(
        Collection::General,
        "remove_keys",
        Takes::Items,
        |env, value, args| picked(env, &value, args, |matches| !matches),
    ),
    filter(Collection::General, "replace_keys", Takes::Items, replaced),
];

/// What a key has to be like.
enum Wanted {
    Equal(String),
    Start(String),
    End(String),
    Regex(Rc<Pattern>),
}

impl Wanted {
    fn read(env: &Env<'_, '_>, how: &str, text: String) -> Eval<Wanted> {
        Ok(match how {
            "equal" => Wanted::Equal(text),
            "starts_with" => Wanted::Start(text),
            "ends_with" => Wanted::End(text),
            "regex" => Wanted::Regex(regex::compile(env.scope.session(), &text, "")?),
            other => {
                return Err(Failure::failed(format!(
                    "`{other}` is no way to match keys"
                )));
            }
        })
    }

    fn matches(&self, key: &str) -> Eval<bool> {
        Ok(match self {
            Wanted::Equal(text) => key == text,
            Wanted::Start(text) => key.starts_with(text),
            Wanted::End(text) => key.ends_with(text),
            Wanted::Regex(pattern) => pattern.matches(key).map_err(Failure::failed)?,
        })
    }
}

fn dicts(value: &Value) -> Eval<Vec<Dict>> {
    let dict = |it: &Value| {
        let named = |it: &&Dict| it.keys().all(|key| matches!(key, Key::Str(_)));
        let found = it.as_dict().filter(named).cloned();
        found.ok_or_else(|| Failure::failed("the items have to be dictionaries of named values"))
    };
    items(value)?.iter().map(dict).collect()
}

fn picked(
    env: &mut Env<'_, '_>,
    value: &Value,
    args: &Args,
    keeps: fn(bool) -> bool,
) -> Eval<Value> {
    let how = args.str(1, "matching_parameter")?.unwrap_or("equal");
    let wanted = match args.need(0, "target")? {
        Value::List(names) => names.iter().map(plain).collect(),
        one => vec![plain(one)],
    };
    if wanted.is_empty() {
        return Err(Failure::failed("there are no keys to look for"));
    }
    let wanted = wanted.into_iter();
    let wanted: Vec<Wanted> = wanted
        .map(|it| Wanted::read(env, how, it))
        .collect::<Eval<_>>()?;
    let mut rows = Vec::new();
    for dict in dicts(value)? {
        let mut made = Dict::new();
        for (key, item) in dict {
            let mut matches = false;
            for wanted in &wanted {
                matches |= wanted.matches(&key.to_string())?;
            }
            if keeps(matches) {
                made.insert(key, item);
            }
        }
        rows.push(Value::dict(made));
    }
    Ok(Value::list(rows))
}

fn replaced(env: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let how = args.str(1, "matching_parameter")?.unwrap_or("equal");
    let mut pairs = Vec::new();
    for pair in items(args.need(0, "target")?)? {
        let (Some(before), Some(after)) = (pair.get("before"), pair.get("after")) else {
            return Err(Failure::failed("a target has no `before` or no `after`"));
        };
        pairs.push((Wanted::read(env, how, plain(before))?, plain(after)));
    }
    let mut rows = Vec::new();
    for dict in dicts(&value)? {
        let mut made = Dict::new();
        for (key, item) in dict {
            let mut name = key;
            for (wanted, after) in &pairs {
                if wanted.matches(&name.to_string())? {
                    name = Key::Str(after.clone());
                    break;
                }
            }
            made.insert(name, item);
        }
        rows.push(Value::dict(made));
    }
    Ok(Value::list(rows))
}
