//! Filters of dictionaries.

use super::{Run, Takes, items, plain};
use crate::import::ansible::jinja::args::Args;
use crate::import::ansible::jinja::{Env, Eval, expr, key_of, ops};
use crate::import::ansible::scope::Failure;
use crate::import::ansible::value::{Dict, Key, Truth, Value};

pub(super) fn find(name: &str) -> Option<(Takes, Run)> {
    let (takes, run): (Takes, Run) = match name {
        "combine" => (Takes::Items, combine),
        "dict2items" => (Takes::Items, dict2items),
        "items2dict" => (Takes::Items, items2dict),
        "dictsort" => (Takes::Items, dictsort),
        "items" => (Takes::Items, |_, value, _| {
            let pairs = dict(&value)?.iter();
            let pairs = pairs.map(|(key, value)| Value::list(vec![key.value(), value.clone()]));
            Ok(Value::list(pairs.collect()))
        }),
        "extract" => (Takes::Items, extract),
        "attr" => (Takes::Items, |_, value, args| {
            expr::item(&value, args.need(0, "name")?, "the value")
        }),
        "rekey_on_member" => (Takes::Items, rekey),
        "dict" => (Takes::Items, |_, value, _| {
            let mut made = Dict::new();
            for pair in items(&value)? {
                if let Some([key, value]) = pair.as_list() {
                    made.insert(key_of(key)?, value.clone());
                }
            }
            Ok(Value::dict(made))
        }),
        "dict_kv" => (Takes::Items, |_, value, args| {
            let key = key_of(args.need(0, "key")?)?;
            Ok(Value::dict(Dict::from_iter([(key, value)])))
        }),
        "json_query" => (Takes::Items, json_query),
        "lists_mergeby" => (Takes::Known, lists_mergeby),
        _ => return None,
    };
    Some((takes, run))
}

fn dict(value: &Value) -> Eval<&Dict> {
    value.as_dict().ok_or_else(|| match value {
        Value::Undefined(name) => Failure::undefined(name),
        other => Failure::failed(format!("a {} is no dictionary", other.type_name())),
    })
}

/// How `combine` joins lists.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lists {
    Replace,
    Keep,
    Append,
    Prepend,
    AppendNew,
    PrependNew,
}

fn combine(_: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let recursive = args.is_set(usize::MAX, "recursive");
    let lists = match args.str(usize::MAX, "list_merge")?.unwrap_or("replace") {
        "replace" => Lists::Replace,
        "keep" => Lists::Keep,
        "append" => Lists::Append,
        "prepend" => Lists::Prepend,
        "append_rp" => Lists::AppendNew,
        "prepend_rp" => Lists::PrependNew,
        other => {
            return Err(Failure::failed(format!(
                "`{other}` is no way to merge lists"
            )));
        }
    };
    let mut terms = Vec::new();
    for term in std::iter::once(&value).chain(&args.positional) {
        match term {
            Value::List(inner) => terms.extend(inner.iter().cloned()),
            other => terms.push(other.clone()),
        }
    }
    if let Some(hole) = terms.iter().find_map(Value::hole) {
        return Ok(Value::Unknown(hole.clone()));
    }
    let mut terms = terms.into_iter();
    let Some(mut made) = terms.next() else {
        return Ok(Value::dict(Dict::new()));
    };
    for term in terms {
        made = merged(&made, &term, recursive, lists)?;
    }
    dict(&made)?;
    Ok(made)
}

fn merged(base: &Value, over: &Value, recursive: bool, lists: Lists) -> Eval<Value> {
    let (base, over) = (dict(base)?, dict(over)?);
    if base.is_empty() {
        return Ok(Value::dict(over.clone()));
    }
    let mut made = base.clone();
    for (key, value) in over {
        let value = match (base.get(key), value) {
            (Some(known @ Value::Dict(_)), Value::Dict(_)) if recursive => {
                merged(known, value, recursive, lists)?
            }
            (Some(Value::List(known)), Value::List(new)) => merged_lists(known, new, lists),
            _ => value.clone(),
        };
        made.insert(key.clone(), value);
    }
    Ok(Value::dict(made))
}

fn merged_lists(known: &[Value], new: &[Value], lists: Lists) -> Value {
    let without = |list: &[Value], other: &[Value]| -> Vec<Value> {
        let same = |a: &Value, b: &Value| matches!(ops::equal(a, b), Truth::Yes);
        let keeps = |it: &&Value| !other.iter().any(|other| same(it, other));
        list.iter().filter(keeps).cloned().collect()
    };
    let both = |first: Vec<Value>, second: Vec<Value>| Value::list([first, second].concat());
    match lists {
        Lists::Replace => Value::list(new.to_vec()),
        Lists::Keep => Value::list(known.to_vec()),
        Lists::Append => both(known.to_vec(), new.to_vec()),
        Lists::Prepend => both(new.to_vec(), known.to_vec()),
        Lists::AppendNew => both(without(known, new), new.to_vec()),
        Lists::PrependNew => both(new.to_vec(), without(known, new)),
    }
}

fn dict2items(_: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let key_name = args.str(0, "key_name")?.unwrap_or("key");
    let value_name = args.str(1, "value_name")?.unwrap_or("value");
    let pairs = dict(&value)?.iter();
    let pairs = pairs
        .map(|(key, value)| Value::record([(key_name, key.value()), (value_name, value.clone())]));
    Ok(Value::list(pairs.collect()))
}

fn items2dict(_: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let key_name = args.str(0, "key_name")?.unwrap_or("key");
    let value_name = args.str(1, "value_name")?.unwrap_or("value");
    let mut made = Dict::new();
    for item in items(&value)? {
        let (Some(key), Some(value)) = (item.get(key_name), item.get(value_name)) else {
            return Err(Failure::failed(format!(
                "an item of `items2dict` has no `{key_name}` or no `{value_name}`"
            )));
        };
        if let Some(hole) = key.hole() {
            return Ok(Value::Unknown(hole.clone()));
        }
        made.insert(key_of(key)?, value.clone());
    }
    Ok(Value::dict(made))
}

fn dictsort(_: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let sensitive = args.is_set(0, "case_sensitive");
    let by_value = args.str(1, "by")? == Some("value");
    let reverse = args.is_set(2, "reverse");
    let mut pairs: Vec<(Value, Value)> = dict(&value)?
        .iter()
        .map(|(key, value)| (key.value(), value.clone()))
        .collect();
    if by_value && let Some(hole) = value.deep_hole() {
        return Ok(Value::Unknown(hole.clone()));
    }
    let fold = |it: &Value| match it.as_str() {
        Some(text) if !sensitive => text.to_lowercase().into(),
        _ => it.clone(),
    };
    let mut failure = None;
    pairs.sort_by(|a, b| {
        let (a, b) = if by_value { (&a.1, &b.1) } else { (&a.0, &b.0) };
        let order = ops::order(&fold(a), &fold(b)).unwrap_or_else(|problem| {
            failure.get_or_insert(problem);
            std::cmp::Ordering::Equal
        });
        if reverse { order.reverse() } else { order }
    });
    if let Some(failure) = failure {
        return Err(failure);
    }
    let pairs = pairs
        .into_iter()
        .map(|(key, value)| Value::list(vec![key, value]));
    Ok(Value::list(pairs.collect()))
}

fn extract(_: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let mut found = expr::item(args.need(0, "container")?, &value, "container")?;
    let keys = match args.get(1, "morekeys") {
        None | Some(Value::None) => Vec::new(),
        Some(Value::List(keys)) => keys.to_vec(),
        Some(one) => vec![one.clone()],
    };
    for key in keys {
        found = expr::item(&found, &key, "container")?;
    }
    Ok(found)
}

fn rekey(_: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let member = plain(args.need(0, "key")?);
    let overwrites = args.str(1, "duplicates")? == Some("overwrite");
    let list = match &value {
        Value::Dict(dict) => dict.values().cloned().collect(),
        other => items(other)?,
    };
    let mut made = Dict::new();
    for item in list {
        let Some(key) = item.get(&member).and_then(Value::key) else {
            return Err(Failure::failed(format!("an item has no key `{member}`")));
        };
        if made.insert(key, item).is_some() && !overwrites {
            return Err(Failure::failed(format!("the key `{member}` is not unique")));
        }
    }
    Ok(Value::dict(made))
}

/// The simple paths of JMESPath: `a.b`, `[]`, `[*].x`, `[0]`. What is more is not computed.
fn json_query(env: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let query = args.need_str(0, "expr")?.to_owned();
    let simple = |it: char| it.is_alphanumeric() || "_.[]*-\"".contains(it);
    if !query.chars().all(simple) {
        return Ok(env.unsupported("filter", "json_query"));
    }
    Ok(queried(&value, &query))
}

fn queried(value: &Value, query: &str) -> Value {
    let query = query.trim_start_matches('.');
    if query.is_empty() {
        return value.clone();
    }
    if let Some(inner) = query.strip_prefix('[') {
        let (index, rest) = inner.split_once(']').unwrap_or((inner, ""));
        let list = value.as_list().unwrap_or_default();
        if let Ok(index) = index.parse::<i64>() {
            let found = ops::index(list.len(), index).and_then(|at| list.get(at));
            return found.map_or(Value::None, |it| queried(it, rest));
        }
        let mut found = Vec::new();
        for item in list {
            match item {
                // `[]` flattens one level, `[*]` does not.
                Value::List(inner) if index.is_empty() => {
                    found.extend(inner.iter().map(|it| queried(it, rest)));
                }
                item => found.push(queried(item, rest)),
            }
        }
        found.retain(|it| !matches!(it, Value::None));
        return Value::list(found);
    }
    let end = query.find(['.', '[']).unwrap_or(query.len());
    let name = query[..end].trim_matches('"');
    match value.get(name) {
        Some(found) => queried(found, &query[end..]),
        None => Value::None,
    }
}

fn lists_mergeby(_: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let Some((index, others)) = args.positional.split_last() else {
        return Err(Failure::failed("`lists_mergeby` needs a key"));
    };
    let index = plain(index);
    let mut made: std::collections::BTreeMap<Key, Value> = std::collections::BTreeMap::new();
    for list in std::iter::once(&value).chain(others) {
        for item in items(list)? {
            let Some(key) = item.get(&index).and_then(Value::key) else {
                continue;
            };
            let joined = match made.get(&key) {
                Some(known) => merged(known, &item, false, Lists::Replace)?,
                None => item,
            };
            made.insert(key, joined);
        }
    }
    Ok(Value::list(made.into_values().collect()))
}
