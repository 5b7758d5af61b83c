//! `json_query`: queries of JMESPath over values.

use std::cmp::Ordering;

use super::{Filter, Takes, filter};
use crate::import::ansible::jinja::args::Args;
use crate::import::ansible::jinja::catalog::Collection;
use crate::import::ansible::jinja::method::{self, count};
use crate::import::ansible::jinja::{Env, Eval, ops};
use crate::import::ansible::scope::Failure;
use crate::import::ansible::value::{Dict, Key, Truth, Value};
use crate::model::Hole;
use crate::syntax::jmespath::{Comparison, Query, read_query};

pub(super) const FILTERS: &[Filter] = &[filter(
    Collection::General,
    "json_query",
    Takes::Items,
    json_query,
)];

/// Why there is no result.
enum Stop {
    Unknown(Hole),
    Failed(String),
}

type Found<T> = Result<T, Stop>;

fn json_query(_: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let text = args.need_str(0, "expr")?;
    let query = read_query(text).map_err(Failure::failed)?;
    match find(&query, &value) {
        Ok(found) => Ok(found),
        Err(Stop::Unknown(hole)) => Ok(Value::Unknown(hole)),
        Err(Stop::Failed(why)) => Err(Failure::failed(format!("the query `{text}` fails: {why}"))),
    }
}

fn find(query: &Query, value: &Value) -> Found<Value> {
    Ok(match query {
        Query::Current => value.clone(),
        Query::Literal(json) => super::data::of_python_json(json.clone()),
        Query::Field(name) => match value {
            Value::Unknown(_) => value.clone(),
            other => other.entry(name).cloned().unwrap_or(Value::None),
        },
        Query::Index(at) => match value {
            Value::List(items) => ops::index(items.len(), *at)
                .and_then(|at| items.get(at).cloned())
                .unwrap_or(Value::None),
            Value::Unknown(_) => value.clone(),
            _ => Value::None,
        },
        Query::Slice(bounds) => match value {
            Value::List(_) => ops::slice(value.clone(), &bounds.map(|it| it.map(Value::Int)))
                .map_err(|failure| Stop::Failed(failure.message))?,
            Value::Unknown(_) => value.clone(),
            _ => Value::None,
        },
        Query::Then(first, second) => find(second, &find(first, value)?)?,
        Query::Project(left, right) => match find(left, value)? {
            Value::List(items) => projected(&items, right)?,
            Value::Unknown(hole) => Value::Unknown(hole),
            _ => Value::None,
        },
        Query::Flatten(inner) => match find(inner, value)? {
            Value::List(items) => {
                let mut flat = Vec::new();
                for item in items.iter() {
                    match item {
                        Value::List(inner) => flat.extend(inner.iter().cloned()),
                        other => flat.push(other.clone()),
                    }
                }
                Value::list(flat)
            }
            Value::Unknown(hole) => Value::Unknown(hole),
            _ => Value::None,
        },
        Query::Values(left, right) => match find(left, value)? {
            Value::Dict(dict) => projected(&dict.values().cloned().collect::<Vec<_>>(), right)?,
            Value::Unknown(hole) => Value::Unknown(hole),
            _ => Value::None,
        },
        Query::Filter(left, condition, right) => match find(left, value)? {
            Value::List(items) => {
                let mut kept = Vec::new();
                for item in items.iter() {
                    if truth(&find(condition, item)?)? {
                        kept.push(item.clone());
                    }
                }
                projected(&kept, right)?
            }
            Value::Unknown(hole) => Value::Unknown(hole),
            _ => Value::None,
        },
        Query::Or(left, right) => {
            let found = find(left, value)?;
            if truth(&found)? {
                found
            } else {
                find(right, value)?
            }
        }
        Query::And(left, right) => {
            let found = find(left, value)?;
            if truth(&found)? {
                find(right, value)?
            } else {
                found
            }
        }
        Query::Not(inner) => Value::Bool(!truth(&find(inner, value)?)?),
        Query::Compare(how, left, right) => {
            compare(*how, &find(left, value)?, &find(right, value)?)?
        }
        Query::List(_) | Query::Dict(_) if matches!(value, Value::None) => Value::None,
        Query::List(items) => {
            let items = items.iter().map(|it| find(it, value));
            Value::list(items.collect::<Found<_>>()?)
        }
        Query::Dict(pairs) => {
            let mut made = Dict::new();
            for (name, it) in pairs {
                made.insert(Key::Str(name.clone()), find(it, value)?);
            }
            Value::dict(made)
        }
        Query::Call(name, args) => call(name, args, value)?,
        Query::Quoted(_) => {
            return Err(Stop::Failed("`&` stands outside of a function".to_owned()));
        }
    })
}

/// What a query finds in each item; what it does not find is left out.
fn projected(items: &[Value], query: &Query) -> Found<Value> {
    let mut found = Vec::new();
    for item in items {
        match find(query, item)? {
            Value::None => {}
            value => found.push(value),
        }
    }
    Ok(Value::list(found))
}

fn truth(value: &Value) -> Found<bool> {
    match value {
        // A number is something, also where it is 0.
        Value::Int(_) | Value::Float(_) => Ok(true),
        other => match other.truth() {
            Some(Truth::Yes) => Ok(true),
            Some(Truth::No) | None => Ok(false),
            Some(Truth::Unknown(hole)) => Err(Stop::Unknown(hole)),
        },
    }
}

fn equal(left: &Value, right: &Value) -> Found<bool> {
    // True is not 1 here.
    let is_bool = |it: &Value| matches!(it, Value::Bool(_));
    if is_bool(left) != is_bool(right) && left.hole().or(right.hole()).is_none() {
        return Ok(false);
    }
    match ops::equal(left, right) {
        Truth::Yes => Ok(true),
        Truth::No => Ok(false),
        Truth::Unknown(hole) => Err(Stop::Unknown(hole)),
    }
}

fn compare(how: Comparison, left: &Value, right: &Value) -> Found<Value> {
    let order = || -> Found<Option<Ordering>> {
        if let Some(hole) = left.hole().or(right.hole()) {
            return Err(Stop::Unknown(hole.clone()));
        }
        Ok(number(left)
            .zip(number(right))
            .and_then(|(a, b)| a.partial_cmp(&b)))
    };
    let decided = |fits: fn(Ordering) -> bool| -> Found<Value> {
        Ok(order()?.map_or(Value::None, |it| Value::Bool(fits(it))))
    };
    match how {
        Comparison::Equal => equal(left, right).map(Value::Bool),
        Comparison::NotEqual => equal(left, right).map(|it| Value::Bool(!it)),
        Comparison::Less => decided(Ordering::is_lt),
        Comparison::LessOrEqual => decided(Ordering::is_le),
        Comparison::Greater => decided(Ordering::is_gt),
        Comparison::GreaterOrEqual => decided(Ordering::is_ge),
    }
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Bool(_) => None,
        other => other.as_number(),
    }
}

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::None | Value::Undefined(_) => "null",
        Value::Bool(_) => "boolean",
        Value::Int(_) | Value::Float(_) => "number",
        Value::Str(_) | Value::Omit | Value::Unknown(_) => "string",
        Value::List(_) => "array",
        Value::Dict(_) => "object",
    }
}

fn call(name: &str, args: &[Query], value: &Value) -> Found<Value> {
    let mut known = Vec::new();
    let mut quoted = None;
    for arg in args {
        match arg {
            Query::Quoted(inner) => quoted = Some(&**inner),
            other => {
                let found = find(other, value)?;
                if let Some(hole) = found.deep_hole() {
                    return Err(Stop::Unknown(hole.clone()));
                }
                known.push(found);
            }
        }
    }
    let due = match name {
        "contains" | "ends_with" | "join" | "starts_with" | "map" | "max_by" | "min_by"
        | "sort_by" => 2,
        "merge" | "not_null" => args.len().max(1),
        _ => 1,
    };
    if args.len() != due {
        let message = format!("`{name}` takes {due} arguments, not {}", args.len());
        return Err(Stop::Failed(message));
    }
    match (quoted, known.as_slice()) {
        (Some(query), [list]) => call_with_query(name, query, list),
        (None, args) => call_plain(name, args),
        (Some(_), _) => Err(wrong(name, &Value::None)),
    }
}

fn wrong(name: &str, value: &Value) -> Stop {
    Stop::Failed(format!(
        "`{name}` does not take a value of the type {}",
        type_name(value)
    ))
}

fn array<'v>(name: &str, value: &'v Value) -> Found<&'v [Value]> {
    value.as_list().ok_or_else(|| wrong(name, value))
}

fn text<'v>(name: &str, value: &'v Value) -> Found<&'v str> {
    value.as_str().ok_or_else(|| wrong(name, value))
}

fn numbers(name: &str, value: &Value) -> Found<Vec<f64>> {
    let items = array(name, value)?.iter();
    items
        .map(|it| number(it).ok_or_else(|| wrong(name, it)))
        .collect()
}

/// Orders numbers, or texts; not both.
fn order(name: &str, left: &Value, right: &Value) -> Found<Ordering> {
    let fits = |it: &Value| matches!(it, Value::Int(_) | Value::Float(_) | Value::Str(_));
    if !fits(left) || type_name(left) != type_name(right) {
        return Err(wrong(name, right));
    }
    ops::order(left, right).map_err(|failure| Stop::Failed(failure.message))
}

fn sorted(name: &str, rows: &mut [(Value, Value)]) -> Found<()> {
    let mut stopped = None;
    for (key, _) in rows.iter() {
        order(name, key, key)?;
    }
    rows.sort_by(|(a, _), (b, _)| {
        order(name, a, b).unwrap_or_else(|stop| {
            stopped.get_or_insert(stop);
            Ordering::Equal
        })
    });
    stopped.map_or(Ok(()), Err)
}

fn extreme(rows: Vec<(Value, Value)>, name: &str, wanted: Ordering) -> Found<Value> {
    let mut best: Option<(Value, Value)> = None;
    for (key, item) in rows {
        order(name, &key, &key)?;
        let better = match &best {
            Some((known, _)) => order(name, &key, known)? == wanted,
            None => true,
        };
        if better {
            best = Some((key, item));
        }
    }
    Ok(best.map_or(Value::None, |(_, item)| item))
}

fn call_with_query(name: &str, query: &Query, list: &Value) -> Found<Value> {
    let mut rows = Vec::new();
    for item in array(name, list)? {
        rows.push((find(query, item)?, item.clone()));
    }
    match name {
        "map" => Ok(Value::list(
            rows.into_iter().map(|(made, _)| made).collect(),
        )),
        "sort_by" => {
            sorted(name, &mut rows)?;
            Ok(Value::list(
                rows.into_iter().map(|(_, item)| item).collect(),
            ))
        }
        "max_by" => extreme(rows, name, Ordering::Greater),
        "min_by" => extreme(rows, name, Ordering::Less),
        _ => Err(Stop::Failed(format!("`{name}` takes no `&`"))),
    }
}

fn call_plain(name: &str, args: &[Value]) -> Found<Value> {
    let first = args.first().unwrap_or(&Value::None);
    let second = args.get(1).unwrap_or(&Value::None);
    let paired = |items: &[Value]| items.iter().map(|it| (it.clone(), it.clone())).collect();
    Ok(match name {
        "abs" | "ceil" | "floor" => {
            let number = number(first).ok_or_else(|| wrong(name, first))?;
            match (first, name) {
                (Value::Int(whole), "abs") => Value::Int(whole.saturating_abs()),
                (Value::Int(_), _) => first.clone(),
                (_, "abs") => Value::Float(number.abs()),
                #[expect(clippy::cast_possible_truncation, reason = "as Python's math.ceil()")]
                (_, "ceil") => Value::Int(number.ceil() as i64),
                #[expect(clippy::cast_possible_truncation, reason = "as Python's math.floor()")]
                _ => Value::Int(number.floor() as i64),
            }
        }
        "avg" => {
            let numbers = numbers(name, first)?;
            let size = u32::try_from(numbers.len()).map_or(f64::INFINITY, f64::from);
            if numbers.is_empty() {
                Value::None
            } else {
                Value::Float(numbers.iter().sum::<f64>() / size)
            }
        }
        "sum" => {
            numbers(name, first)?;
            let mut total = Value::Int(0);
            for item in array(name, first)? {
                total = ops::math(crate::syntax::jinja::MathOp::Add, total, item.clone())
                    .map_err(|failure| Stop::Failed(failure.message))?;
            }
            total
        }
        "contains" => match first {
            Value::Str(_) => Value::Bool(match second.as_str() {
                Some(part) => text(name, first)?.contains(part),
                None => false,
            }),
            Value::List(items) => {
                let mut found = false;
                for item in items.iter() {
                    found |= equal(item, second)?;
                }
                Value::Bool(found)
            }
            other => return Err(wrong(name, other)),
        },
        "starts_with" => Value::Bool(text(name, first)?.starts_with(text(name, second)?)),
        "ends_with" => Value::Bool(text(name, first)?.ends_with(text(name, second)?)),
        "join" => {
            for item in array(name, second)? {
                text(name, item)?;
            }
            method::join(text(name, first)?, second)
                .map_err(|failure| Stop::Failed(failure.message))?
        }
        "keys" | "values" => {
            let dict = first.as_dict().ok_or_else(|| wrong(name, first))?;
            Value::list(if name == "keys" {
                dict.keys().map(Key::value).collect()
            } else {
                dict.values().cloned().collect()
            })
        }
        "length" => match first {
            Value::Str(_) | Value::List(_) | Value::Dict(_) => {
                count(first.iterate().map_or(0, |it| it.len()))
            }
            other => return Err(wrong(name, other)),
        },
        "max" => extreme(paired(array(name, first)?), name, Ordering::Greater)?,
        "min" => extreme(paired(array(name, first)?), name, Ordering::Less)?,
        "sort" => {
            let mut rows: Vec<(Value, Value)> = paired(array(name, first)?);
            sorted(name, &mut rows)?;
            Value::list(rows.into_iter().map(|(_, item)| item).collect())
        }
        "merge" => {
            let mut made = Dict::new();
            for arg in args {
                let dict = arg.as_dict().ok_or_else(|| wrong(name, arg))?;
                made.extend(dict.iter().map(|(key, it)| (key.clone(), it.clone())));
            }
            Value::dict(made)
        }
        "not_null" => {
            let found = args.iter().find(|it| !matches!(it, Value::None));
            found.cloned().unwrap_or(Value::None)
        }
        "reverse" => match first {
            Value::Str(_) => text(name, first)?.chars().rev().collect::<String>().into(),
            other => Value::list(array(name, other)?.iter().rev().cloned().collect()),
        },
        "to_array" => match first {
            Value::List(_) => first.clone(),
            other => Value::list(vec![other.clone()]),
        },
        "to_string" => match first {
            Value::Str(_) => first.clone(),
            other => Value::Str(super::data::compact_json(other)),
        },
        "to_number" => match first {
            Value::Int(_) | Value::Float(_) => first.clone(),
            Value::Str(_) => {
                let text = text(name, first)?;
                match (text.parse(), text.parse()) {
                    (Ok(whole), _) => Value::Int(whole),
                    (_, Ok(number)) => Value::Float(number),
                    _ => Value::None,
                }
            }
            _ => Value::None,
        },
        "type" => Value::str(type_name(first)),
        other => return Err(Stop::Failed(format!("there is no function `{other}`"))),
    })
}
