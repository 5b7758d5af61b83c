//! Filters that look at each item: map, select, reject, groupby.

use super::{Run, Takes, items, plain};
use crate::import::ansible::jinja::args::Args;
use crate::import::ansible::jinja::{Env, Eval, expr, ops};
use crate::import::ansible::scope::Failure;
use crate::import::ansible::value::{Truth, Value};

pub(super) fn find(name: &str) -> Option<(Takes, Run)> {
    let run: Run = match name {
        "map" => map,
        "select" => |env, value, args| filtered(env, &value, args, Which::Item, Truth::Yes),
        "reject" => |env, value, args| filtered(env, &value, args, Which::Item, Truth::No),
        "selectattr" => {
            |env, value, args| filtered(env, &value, args, Which::Attribute, Truth::Yes)
        }
        "rejectattr" => |env, value, args| filtered(env, &value, args, Which::Attribute, Truth::No),
        "groupby" => groupby,
        _ => return None,
    };
    Some((Takes::Items, run))
}

/// Returns the attribute of an item: `a.b.0`.
pub(super) fn pick(item: &Value, attribute: &str) -> Eval<Value> {
    let mut value = item.clone();
    for part in attribute.trim().split('.') {
        let key = match part.parse::<i64>() {
            Ok(number) if value.as_list().is_some() => Value::Int(number),
            _ => Value::str(part),
        };
        value = expr::item(&value, &key, "item")?;
    }
    Ok(value)
}

fn map(env: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let list = items(&value)?;
    let mut mapped = Vec::with_capacity(list.len());
    if let Some(attribute) = args.named("attribute") {
        let attribute = plain(attribute);
        let default = args.named("default");
        for item in list {
            let found = match &item {
                Value::List(_) if attribute.parse::<i64>().is_ok() => {
                    let at = attribute.parse().unwrap_or(0);
                    expr::item(&item, &Value::Int(at), "item")?
                }
                _ => pick(&item, &attribute)?,
            };
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
    let default = args.get(1, "default");
    let mut keyed = Vec::new();
    for item in items(&value)? {
        let key = match (pick(&item, &attribute)?, default) {
            (Value::Undefined(_), Some(default)) => default.clone(),
            (Value::Undefined(name), None) => return Err(Failure::undefined(&name)),
            (Value::Unknown(hole), _) => return Ok(Value::Unknown(hole)),
            (key, _) => key,
        };
        keyed.push((key, item));
    }
    let mut failure = None;
    keyed.sort_by(|(a, _), (b, _)| {
        ops::order(a, b).unwrap_or_else(|problem| {
            failure.get_or_insert(problem);
            std::cmp::Ordering::Equal
        })
    });
    if let Some(failure) = failure {
        return Err(failure);
    }
    let mut groups: Vec<(Value, Vec<Value>)> = Vec::new();
    for (key, item) in keyed {
        match groups.last_mut() {
            Some((last, group)) if matches!(ops::equal(last, &key), Truth::Yes) => group.push(item),
            _ => groups.push((key, vec![item])),
        }
    }
    let rows = groups
        .into_iter()
        .map(|(key, group)| Value::list(vec![key, Value::list(group)]));
    Ok(Value::list(rows.collect()))
}
