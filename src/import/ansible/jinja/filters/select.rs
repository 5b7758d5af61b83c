//! Filters that look at each item: map, select, reject, groupby.

use super::{Filter, NAMED, Takes, builtin, fold, items, plain};
use crate::import::ansible::jinja::args::Args;
use crate::import::ansible::jinja::{Env, Eval, expr, ops};
use crate::import::ansible::scope::Failure;
use crate::import::ansible::value::{Truth, Value};

pub(super) const FILTERS: &[Filter] = &[
    builtin("map", Takes::Items, map),
    builtin("select", Takes::Items, |env, value, args| {
        filtered(env, &value, args, Which::Item, Truth::Yes)
    }),
    builtin("reject", Takes::Items, |env, value, args| {
        filtered(env, &value, args, Which::Item, Truth::No)
    }),
    builtin("selectattr", Takes::Items, |env, value, args| {
        filtered(env, &value, args, Which::Attribute, Truth::Yes)
    }),
    builtin("rejectattr", Takes::Items, |env, value, args| {
        filtered(env, &value, args, Which::Attribute, Truth::No)
    }),
    builtin("groupby", Takes::Items, groupby),
];

/// Returns the attribute of an item: `a.b.0`.
pub(super) fn pick(item: &Value, attribute: &str) -> Eval<Value> {
    let mut value = item.clone();
    for part in attribute.trim().split('.') {
        // Digits are a number, of which a dictionary has its own keys.
        let key = match part.parse::<i64>() {
            Ok(number) if part.bytes().all(|it| it.is_ascii_digit()) => Value::Int(number),
            _ => Value::str(part),
        };
        value = expr::item(&value, &key, "item")?;
    }
    Ok(value)
}

/// Returns the attribute of an item that must have it.
pub(super) fn found(item: &Value, attribute: &str) -> Eval<Value> {
    match pick(item, attribute)? {
        Value::Undefined(name) => Err(Failure::undefined(&name)),
        value => Ok(value),
    }
}

fn map(env: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let list = items(&value)?;
    let mut mapped = Vec::with_capacity(list.len());
    if let Some(attribute) = args.named("attribute") {
        let attribute = plain(attribute);
        let default = args.named("default");
        for item in list {
            let found = pick(&item, &attribute)?;
            mapped.push(match (found, default) {
                (Value::Undefined(_), Some(default)) => default.clone(),
                (found, _) => found,
            });
        }
        return Ok(Value::list(mapped));
    }
    let Some((name, rest)) = args.positional.split_first() else {
        return Err(Failure::failed("`map` needs a filter or an attribute"));
    };
    let name = plain(name);
    let rest = Args {
        positional: rest.to_vec(),
        named: args.named.clone(),
    };
    for item in list {
        mapped.push(env.filter(&name, item, &rest)?);
    }
    Ok(Value::list(mapped))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Which {
    Item,
    Attribute,
}

fn filtered(
    env: &mut Env<'_, '_>,
    value: &Value,
    args: &Args,
    which: Which,
    wanted: Truth,
) -> Eval<Value> {
    let mut rest = args.positional.iter();
    let attribute = match which {
        Which::Item => None,
        Which::Attribute => rest.next().map(plain),
    };
    let test = rest.next().map(plain);
    let rest = Args {
        positional: rest.cloned().collect(),
        named: args.named.clone(),
    };
    let wants_yes = matches!(wanted, Truth::Yes);
    let mut kept = Vec::new();
    for item in items(value)? {
        let looked_at = match &attribute {
            Some(attribute) => pick(&item, attribute)?,
            None => item.clone(),
        };
        let truth = match &test {
            Some(test) => env.test(test, &looked_at, &rest)?,
            // An attribute that is not there counts as false.
            None if looked_at.is_undefined() => Truth::No,
            None => env.scope.truth(&looked_at)?,
        };
        match truth {
            Truth::Yes if wants_yes => kept.push(item),
            Truth::No if !wants_yes => kept.push(item),
            Truth::Yes | Truth::No => {}
            // Whether one is in decides how long the list is, so that nothing of it is known.
            Truth::Unknown(hole) => return Ok(Value::Unknown(hole)),
        }
    }
    Ok(Value::list(kept))
}

fn groupby(_: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let attribute = plain(args.need(0, "attribute")?);
    let sensitive = args.is_set(2, "case_sensitive") || args.is_set(NAMED, "case_sensitive");
    let mut rows: Vec<(Value, Value, Value)> = Vec::new();
    for item in items(&value)? {
        // Ansible fails before the default of Jinja could help.
        let key = match found(&item, &attribute)? {
            Value::Unknown(hole) => return Ok(Value::Unknown(hole)),
            key => key,
        };
        let sorts_as = if sensitive {
            key.clone()
        } else {
            fold::folded(&key)
        };
        rows.push((sorts_as, key, item));
    }
    sort_by(&mut rows, |(key, _, _)| key, Direction::Up)?;
    let mut groups: Vec<(Value, Value, Vec<Value>)> = Vec::new();
    for (sorts_as, key, item) in rows {
        match groups.last_mut() {
            Some((last, _, group)) if matches!(ops::equal(last, &sorts_as), Truth::Yes) => {
                group.push(item);
            }
            _ => groups.push((sorts_as, key, vec![item])),
        }
    }
    let rows = groups
        .into_iter()
        .map(|(_, key, group)| Value::list(vec![key, Value::list(group)]));
    Ok(Value::list(rows.collect()))
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Up,
    Down,
}

/// Sorts as Python does: what cannot be ordered fails, what is equal stays in its order.
pub(super) fn sort_by<T>(
    rows: &mut [T],
    key: impl Fn(&T) -> &Value,
    direction: Direction,
) -> Eval<()> {
    let mut failure = None;
    if let [only] = rows
        && let Value::Undefined(name) = key(only)
    {
        return Err(Failure::undefined(name));
    }
    rows.sort_by(|a, b| {
        let order = ops::order(key(a), key(b)).unwrap_or_else(|problem| {
            failure.get_or_insert(problem);
            std::cmp::Ordering::Equal
        });
        match direction {
            Direction::Up => order,
            Direction::Down => order.reverse(),
        }
    });
    failure.map_or(Ok(()), Err)
}
