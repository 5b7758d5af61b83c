//! Filters that take lists as sets.

use super::{Filter, Takes, builtin, filter, flag, fold, items, plain, select};
use crate::import::ansible::jinja::args::Args;
use crate::import::ansible::jinja::catalog::Collection;
use crate::import::ansible::jinja::hash_set::HashSet;
use crate::import::ansible::jinja::{Env, Eval, ops};
use crate::import::ansible::scope::Failure;
use crate::import::ansible::value::{Truth, Value};

pub(super) const FILTERS: &[Filter] = &[
    builtin("unique", Takes::Known, unique),
    builtin("union", Takes::Known, |_, value, args| {
        two(&value, args, HashSet::union, |a, b| {
            distinct([a, b].concat())
        })
    }),
    builtin("intersect", Takes::Known, |_, value, args| {
        two(&value, args, HashSet::intersection, |a, b| {
            distinct(a.iter().filter(|it| holds(b, it)).cloned().collect())
        })
    }),
    builtin("difference", Takes::Known, |_, value, args| {
        two(&value, args, HashSet::difference, |a, b| {
            distinct(a.iter().filter(|it| !holds(b, it)).cloned().collect())
        })
    }),
    builtin("symmetric_difference", Takes::Known, |_, value, args| {
        two(&value, args, HashSet::symmetric_difference, either)
    }),
    filter(
        Collection::General,
        "lists_union",
        Takes::Known,
        |_, value, args| {
            several(&value, args, |all, list| {
                distinct([all, list.to_vec()].concat())
            })
        },
    ),
    filter(
        Collection::General,
        "lists_intersect",
        Takes::Known,
        |_, value, args| {
            several(&value, args, |all, list| {
                distinct(all.into_iter().filter(|it| holds(list, it)).collect())
            })
        },
    ),
    filter(
        Collection::General,
        "lists_difference",
        Takes::Known,
        |_, value, args| {
            several(&value, args, |all, list| {
                distinct(all.into_iter().filter(|it| !holds(list, it)).collect())
            })
        },
    ),
    filter(
        Collection::General,
        "lists_symmetric_difference",
        Takes::Known,
        |_, value, args| several(&value, args, |all, list| either(&all, list)),
    ),
];

fn holds(list: &[Value], item: &Value) -> bool {
    list.iter()
        .any(|it| matches!(ops::equal(it, item), Truth::Yes))
}

fn distinct(list: Vec<Value>) -> Vec<Value> {
    let mut seen = std::collections::HashSet::new();
    let mut kept: Vec<Value> = Vec::new();
    for item in list {
        let new = match item.key() {
            Some(key) => seen.insert(key),
            None => !holds(&kept, &item),
        };
        if new {
            kept.push(item);
        }
    }
    kept
}

fn either(a: &[Value], b: &[Value]) -> Vec<Value> {
    let mut kept: Vec<Value> = a.iter().filter(|it| !holds(b, it)).cloned().collect();
    kept.extend(b.iter().filter(|it| !holds(a, it)).cloned());
    distinct(kept)
}

/// Sets of numbers come in the order of their hashes. What order sets of words come in changes with each run of Python:
/// here it is that of the lists, which is also that of what cannot be hashed.
fn two(
    value: &Value,
    args: &Args,
    hashed: fn(&HashSet, &HashSet) -> HashSet,
    listed: fn(&[Value], &[Value]) -> Vec<Value>,
) -> Eval<Value> {
    let (a, b) = (items(value)?, items(args.need(0, "b")?)?);
    if let (Some(a), Some(b)) = (HashSet::of(&a), HashSet::of(&b)) {
        return Ok(Value::list(hashed(&a, &b).values()));
    }
    Ok(Value::list(listed(&a, &b)))
}

fn several(
    value: &Value,
    args: &Args,
    join: fn(Vec<Value>, &[Value]) -> Vec<Value>,
) -> Eval<Value> {
    let mut lists = vec![value.clone()];
    lists.extend(args.positional.iter().cloned());
    if args.is_set(super::NAMED, "flatten") {
        lists = lists.iter().try_fold(Vec::new(), |mut all, it| {
            all.extend(items(it)?);
            Eval::Ok(all)
        })?;
    }
    let mut all: Option<Vec<Value>> = None;
    for list in &lists {
        let Some(list) = list.as_list() else {
            return Err(Failure::failed(format!(
                "a {} is no list",
                list.type_name()
            )));
        };
        all = Some(match all {
            None => distinct(list.to_vec()),
            Some(all) => join(all, list),
        });
    }
    Ok(Value::list(all.unwrap_or_default()))
}

fn unique(_: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let attribute = args.get(1, "attribute").map(plain);
    let sensitive = flag(args, 0, "case_sensitive", false);
    let list = items(&value)?;
    let mut keys = Vec::with_capacity(list.len());
    for item in &list {
        let key = match &attribute {
            Some(attribute) => select::found(item, attribute)?,
            None => item.clone(),
        };
        keys.push(if sensitive { key } else { fold::folded(&key) });
    }
    // What cannot be hashed is compared as it is.
    let unhashable = keys
        .iter()
        .any(|key| matches!(key, Value::List(_) | Value::Dict(_)));
    if unhashable {
        if attribute.is_some() || args.get(0, "case_sensitive").is_some() && !sensitive {
            return Err(Failure::failed(
                "`unique` cannot compare lists and dictionaries so",
            ));
        }
        return Ok(Value::list(distinct(list)));
    }
    let mut seen = Vec::new();
    let mut kept = Vec::new();
    for (item, key) in list.into_iter().zip(keys) {
        if !holds(&seen, &key) {
            seen.push(key);
            kept.push(item);
        }
    }
    Ok(Value::list(kept))
}
