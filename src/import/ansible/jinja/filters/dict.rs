//! Filters of dictionaries.

use super::select::{Direction, sort_by};
use super::{Filter, NAMED, Takes, builtin, filter, items, plain};
use crate::import::ansible::jinja::args::Args;
use crate::import::ansible::jinja::catalog::Collection;
use crate::import::ansible::jinja::{Env, Eval, expr, key_of, ops};
use crate::import::ansible::scope::Failure;
use crate::import::ansible::value::{Dict, Key, Truth, Value};

pub(super) const FILTERS: &[Filter] = &[
    builtin("combine", Takes::Items, combine),
    builtin("dict2items", Takes::Items, dict2items),
    builtin("items2dict", Takes::Items, items2dict),
    builtin("dictsort", Takes::Items, dictsort),
    builtin("items", Takes::Anything, |_, value, _| {
        let pairs = match &value {
            // What has no value has no pairs.
            Value::Undefined(_) => return Ok(Value::list(Vec::new())),
            Value::Unknown(hole) => return Ok(Value::Unknown(hole.clone())),
            other => dict(other)?.iter(),
        };
        let pairs = pairs.map(|(key, value)| Value::list(vec![key.value(), value.clone()]));
        Ok(Value::list(pairs.collect()))
    }),
    builtin("extract", Takes::Items, extract),
    builtin("attr", Takes::Items, |_, value, args| {
        let name = args.need_str(0, "name")?;
        // The items of a dictionary are none of its attributes.
        Ok(Value::Undefined(format!("{}.{name}", value.type_name())))
    }),
    builtin("rekey_on_member", Takes::Items, rekey),
    filter(Collection::General, "dict", Takes::Items, |_, value, _| {
        let mut made = Dict::new();
        for pair in items(&value)? {
            let Some([key, value]) = pair.as_list() else {
                return Err(Failure::failed("an item of `dict` is no pair"));
            };
            made.insert(key_of(key)?, value.clone());
        }
        Ok(Value::dict(made))
    }),
    filter(
        Collection::General,
        "dict_kv",
        Takes::Items,
        |_, value, args| {
            let key = key_of(args.need(0, "key")?)?;
            Ok(Value::dict(Dict::from_iter([(key, value)])))
        },
    ),
    filter(
        Collection::General,
        "counter",
        Takes::Known,
        |_, value, _| {
            let mut counts = Dict::new();
            for item in items(&value)? {
                let entry = counts.entry(key_of(&item)?).or_insert(Value::Int(0));
                *entry = Value::Int(entry.as_int().unwrap_or(0) + 1);
            }
            Ok(Value::dict(counts))
        },
    ),
    filter(
        Collection::General,
        "groupby_as_dict",
        Takes::Items,
        |_, value, args| {
            let attribute = plain(args.need(0, "attribute")?);
            let mut made = Dict::new();
            for item in items(&value)? {
                let key = key_of(&super::select::found(&item, &attribute)?)?;
                if made.insert(key, item).is_some() {
                    let message =
                        format!("two items of `groupby_as_dict` have the same `{attribute}`");
                    return Err(Failure::failed(message));
                }
            }
            Ok(Value::dict(made))
        },
    ),
    filter(
        Collection::General,
        "lists_mergeby",
        Takes::Known,
        lists_mergeby,
    ),
];

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
    let allowed = |name: &str| matches!(name, "recursive" | "list_merge");
    if let Some((name, _)) = args.named.iter().find(|(name, _)| !allowed(name)) {
        return Err(Failure::failed(format!("`combine` has no option `{name}`")));
    }
    let (recursive, lists) = merging(args)?;
    let mut terms = Vec::new();
    for term in std::iter::once(&value).chain(&args.positional) {
        match term {
            Value::List(inner) => terms.extend(inner.iter().cloned()),
            Value::None => {}
            other => terms.push(other.clone()),
        }
    }
    if let Some(hole) = terms.iter().find_map(Value::hole) {
        return Ok(Value::Unknown(hole.clone()));
    }
    // From the right, as Ansible merges them.
    let Some(mut made) = terms.pop() else {
        return Ok(Value::dict(Dict::new()));
    };
    while let Some(term) = terms.pop() {
        made = merged(&term, &made, recursive, lists)?;
    }
    Ok(made)
}

/// Reads how dictionaries are merged: whether what is below them is, too, and how lists are.
fn merging(args: &Args) -> Eval<(bool, Lists)> {
    let recursive = args.is_set(NAMED, "recursive");
    let lists = match args.str(NAMED, "list_merge")?.unwrap_or("replace") {
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
    Ok((recursive, lists))
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
    let Some(list) = value.as_list() else {
        return Err(Failure::failed(format!(
            "`items2dict` needs a list, not a {}",
            value.type_name()
        )));
    };
    for item in list {
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
    let by_value = match args.str(1, "by")?.unwrap_or("key") {
        "key" => false,
        "value" => true,
        other => {
            return Err(Failure::failed(format!(
                "`dictsort` sorts by `key` or `value`, not by `{other}`"
            )));
        }
    };
    let direction = if args.is_set(2, "reverse") {
        Direction::Down
    } else {
        Direction::Up
    };
    let pairs: Vec<(Value, Value)> = dict(&value)?
        .iter()
        .map(|(key, value)| (key.value(), value.clone()))
        .collect();
    if by_value && let Some(hole) = value.deep_hole() {
        return Ok(Value::Unknown(hole.clone()));
    }
    let mut rows = Vec::with_capacity(pairs.len());
    for (key, value) in pairs {
        let by = if by_value { &value } else { &key };
        let by = if sensitive {
            by.clone()
        } else {
            super::fold::folded(by)
        };
        rows.push((by, Value::list(vec![key, value])));
    }
    sort_by(&mut rows, |(by, _)| by, direction)?;
    Ok(Value::list(
        rows.into_iter().map(|(_, pair)| pair).collect(),
    ))
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
    let overwrites = match args.str(1, "duplicates")?.unwrap_or("error") {
        "error" => false,
        "overwrite" => true,
        other => {
            return Err(Failure::failed(format!(
                "`{other}` says nothing of duplicates"
            )));
        }
    };
    let list = match &value {
        Value::Dict(dict) => dict.values().cloned().collect(),
        Value::List(list) => list.to_vec(),
        other => {
            return Err(Failure::failed(format!(
                "a {} has no members to be keys",
                other.type_name()
            )));
        }
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

fn lists_mergeby(_: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let Some((index, others)) = args.positional.split_last() else {
        return Err(Failure::failed("`lists_mergeby` needs a key"));
    };
    let (recursive, how) = merging(args)?;
    let index = plain(index);
    // One term may be a list of lists.
    let mut lists: Vec<Value> = Vec::new();
    for term in std::iter::once(&value).chain(others) {
        let inner = items(term)?;
        if inner.iter().any(|it| matches!(it, Value::List(_))) {
            lists.extend(inner);
        } else {
            lists.push(term.clone());
        }
    }
    if lists.len() == 1 {
        return Ok(lists.remove(0));
    }
    let mut made: std::collections::BTreeMap<Key, Value> = std::collections::BTreeMap::new();
    for list in &lists {
        for item in items(list)? {
            dict(&item)?;
            let Some(key) = item.get(&index).and_then(Value::key) else {
                continue;
            };
            let joined = match made.get(&key) {
                Some(known) => merged(known, &item, recursive, how)?,
                None => item,
            };
            made.insert(key, joined);
        }
    }
    Ok(Value::list(made.into_values().collect()))
}
