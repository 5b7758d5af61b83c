//! Filters that make one value of a list.

use std::cmp::Ordering;

use super::{Filter, NAMED, Takes, builtin, items, plain, select};
use crate::import::ansible::jinja::args::Args;
use crate::import::ansible::jinja::method::count;
use crate::import::ansible::jinja::{Env, Eval, ops};
use crate::import::ansible::scope::Failure;
use crate::import::ansible::value::Value;
use crate::syntax::jinja::MathOp;

pub(super) const FILTERS: &[Filter] = &[
    builtin("first", Takes::Items, |_, value, _| {
        let first = items(&value)?.into_iter().next();
        Ok(first.unwrap_or_else(|| Value::Undefined("the first item of an empty list".to_owned())))
    }),
    builtin("last", Takes::Items, |_, value, _| {
        let last = items(&value)?.pop();
        Ok(last.unwrap_or_else(|| Value::Undefined("the last item of an empty list".to_owned())))
    }),
    builtin("length", Takes::Items, |_, value, _| {
        Ok(count(items(&value)?.len()))
    }),
    builtin("count", Takes::Items, |_, value, _| {
        Ok(count(items(&value)?.len()))
    }),
    builtin("min", Takes::Known, |_, value, args| {
        extreme(&value, args, Ordering::Less)
    }),
    builtin("max", Takes::Known, |_, value, args| {
        extreme(&value, args, Ordering::Greater)
    }),
    builtin("sum", Takes::Known, sum),
];

fn extreme(value: &Value, args: &Args, wanted: Ordering) -> Eval<Value> {
    let attribute = args.get(1, "attribute").map(plain);
    let sensitive = args.is_set(0, "case_sensitive");
    let mut best: Option<(Value, Value)> = None;
    for item in items(value)? {
        let key = match &attribute {
            Some(attribute) => select::found(&item, attribute)?,
            None => item.clone(),
        };
        let key = if sensitive { key } else { folded(&key) };
        let better = match &best {
            Some((known, _)) => ops::order(&key, known)? == wanted,
            None => true,
        };
        if better {
            best = Some((key, item));
        }
    }
    let none = || Value::Undefined("the least or greatest of an empty list".to_owned());
    Ok(best.map_or_else(none, |(_, item)| item))
}

fn sum(_: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let attribute = args
        .get(0, "attribute")
        .filter(|it| !matches!(it, Value::None));
    let attribute = attribute.map(plain);
    let start = args.get(1, "start").or_else(|| args.get(NAMED, "start"));
    let mut total = start.cloned().unwrap_or(Value::Int(0));
    if matches!(total, Value::Str(_)) {
        return Err(Failure::failed("`sum` does not add strings"));
    }
    for item in items(&value)? {
        let item = match &attribute {
            Some(attribute) => select::found(&item, attribute)?,
            None => item,
        };
        total = ops::math(MathOp::Add, total, item)?;
    }
    Ok(total)
}

/// Returns what a value is compared by where case does not count.
pub(super) fn folded(value: &Value) -> Value {
    match value.as_str() {
        Some(text) => text.to_lowercase().into(),
        None => value.clone(),
    }
}
