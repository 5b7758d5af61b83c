//! Filters of lists.

use super::{Run, Takes, items, plain, select};
use crate::import::ansible::jinja::args::Args;
use crate::import::ansible::jinja::method::count;
use crate::import::ansible::jinja::{Env, Eval, expr, key_of, ops};
use crate::import::ansible::scope::Failure;
use crate::import::ansible::value::{Truth, Value};

/// More combinations are not made.
const MAX_MADE: usize = 1_000_000;

pub(super) fn find(name: &str) -> Option<(Takes, Run)> {
    let (takes, run): (Takes, Run) = match name {
        "first" => (Takes::Items, |_, value, _| {
            let first = items(&value)?.into_iter().next();
            Ok(first
                .unwrap_or_else(|| Value::Undefined("the first item of an empty list".to_owned())))
        }),
        "last" => (Takes::Items, |_, value, _| {
            let last = items(&value)?.pop();
            Ok(last
                .unwrap_or_else(|| Value::Undefined("the last item of an empty list".to_owned())))
        }),
        "length" | "count" => (Takes::Items, |_, value, _| Ok(count(items(&value)?.len()))),
        "list" => (Takes::Items, |_, value, _| items(&value).map(Value::list)),
        "reverse" => (Takes::Items, reverse),
        "unique" => (Takes::Known, unique),
        "union" => (Takes::Known, |_, value, args| {
            let mut all = items(&value)?;
            all.extend(items(args.need(0, "b")?)?);
            Ok(Value::list(distinct(all)))
        }),
        "intersect" => (Takes::Known, |_, value, args| {
            let other = items(args.need(0, "b")?)?;
            let kept = items(&value)?.into_iter().filter(|it| holds(&other, it));
            Ok(Value::list(distinct(kept.collect())))
        }),
        "difference" => (Takes::Known, |_, value, args| {
            let other = items(args.need(0, "b")?)?;
            let kept = items(&value)?.into_iter().filter(|it| !holds(&other, it));
            Ok(Value::list(distinct(kept.collect())))
        }),
        "symmetric_difference" => (Takes::Known, |_, value, args| {
            let (a, b) = (items(&value)?, items(args.need(0, "b")?)?);
            let mut kept: Vec<Value> = a.iter().filter(|it| !holds(&b, it)).cloned().collect();
            kept.extend(b.iter().filter(|it| !holds(&a, it)).cloned());
            Ok(Value::list(distinct(kept)))
        }),
        "flatten" => (Takes::Items, |_, value, args| {
            let levels = args.int(0, "levels")?;
            let keeps_nulls = args.get(1, "skip_nulls").is_some() && !args.is_set(1, "skip_nulls");
            let mut flat = Vec::new();
            flatten(&items(&value)?, levels, keeps_nulls, &mut flat);
            Ok(Value::list(flat))
        }),
        "sort" => (Takes::Known, sort),
        "min" => (Takes::Known, |_, value, args| {
            extreme(&value, args, std::cmp::Ordering::Less)
        }),
        "max" => (Takes::Known, |_, value, args| {
            extreme(&value, args, std::cmp::Ordering::Greater)
        }),
        "sum" => (Takes::Known, sum),
        "zip" => (Takes::Items, zip),
        "zip_longest" => (Takes::Items, zip_longest),
        "product" => (Takes::Items, |_, value, args| {
            let mut lists = vec![items(&value)?];
            for other in &args.positional {
                lists.push(items(other)?);
            }
            product(&lists)
        }),
        "combinations" => (Takes::Items, |_, value, args| {
            chosen(&value, args, Order::Kept)
        }),
        "permutations" => (Takes::Items, |_, value, args| {
            chosen(&value, args, Order::Any)
        }),
        "batch" => (Takes::Items, batch),
        "slice" => (Takes::Items, slice),
        "subelements" => (Takes::Items, subelements),
        "random" | "shuffle" => (Takes::Items, |env, value, args| random(env, &value, args)),
        "random_mac" => (Takes::Items, |env, _, _| {
            Ok(Value::unknown("a random address", Some(env.here())))
        }),
        "counter" => (Takes::Known, |_, value, _| {
            let mut dict = crate::import::ansible::value::Dict::new();
            for item in items(&value)? {
                let entry = dict.entry(key_of(&item)?).or_insert(Value::Int(0));
                *entry = Value::Int(entry.as_int().unwrap_or(0) + 1);
            }
            Ok(Value::dict(dict))
        }),
        _ => return None,
    };
    Some((takes, run))
}

/// What a seed makes of `random` is a matter of Python's generator; it is not computed here.
fn random(env: &mut Env<'_, '_>, value: &Value, args: &Args) -> Eval<Value> {
    if let Some([only]) = value.as_list() {
        return Ok(only.clone());
    }
    let what = match args.named("seed") {
        Some(_) => "a choice that depends on a seed",
        None => "a random choice",
    };
    Ok(Value::unknown(what, Some(env.here())))
}

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

fn reverse(_: &mut Env<'_, '_>, value: Value, _: &Args) -> Eval<Value> {
    if let Some(text) = value.as_str() {
        return Ok(text.chars().rev().collect::<String>().into());
    }
    let mut list = items(&value)?;
    list.reverse();
    Ok(Value::list(list))
}

fn unique(_: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let attribute = args.get(1, "attribute").map(plain);
    let sensitive = args.get(0, "case_sensitive").is_none() || args.is_set(0, "case_sensitive");
    let list = items(&value)?;
    if attribute.is_none() && sensitive {
        return Ok(Value::list(distinct(list)));
    }
    let mut seen: Vec<Value> = Vec::new();
    let mut kept = Vec::new();
    for item in list {
        let key = match &attribute {
            Some(attribute) => select::pick(&item, attribute)?,
            None => item.clone(),
        };
        let key = if sensitive { key } else { folded(&key) };
        if !holds(&seen, &key) {
            seen.push(key);
            kept.push(item);
        }
    }
    Ok(Value::list(kept))
}

fn folded(value: &Value) -> Value {
    match value.as_str() {
        Some(text) => text.to_lowercase().into(),
        None => value.clone(),
    }
}

fn flatten(list: &[Value], levels: Option<i64>, keeps_nulls: bool, flat: &mut Vec<Value>) {
    for item in list {
        let null = matches!(item, Value::None) || matches!(item.as_str(), Some("None" | "null"));
        if null && !keeps_nulls {
            continue;
        }
        match (item, levels) {
            (Value::List(inner), None) => flatten(inner, None, keeps_nulls, flat),
            (Value::List(inner), Some(levels)) if levels >= 1 => {
                flatten(inner, Some(levels - 1), keeps_nulls, flat);
            }
            _ => flat.push(item.clone()),
        }
    }
}

fn sort(_: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let reverse = args.is_set(0, "reverse");
    let sensitive = args.is_set(1, "case_sensitive");
    let attributes = args.get(2, "attribute").map(plain);
    let mut keyed = Vec::new();
    for item in items(&value)? {
        let mut keys = Vec::new();
        match &attributes {
            Some(attributes) => {
                for attribute in attributes.split(',') {
                    keys.push(select::pick(&item, attribute)?);
                }
            }
            None => keys.push(item.clone()),
        }
        if !sensitive {
            keys = keys.iter().map(folded).collect();
        }
        keyed.push((Value::list(keys), item));
    }
    let mut failure = None;
    keyed.sort_by(|(a, _), (b, _)| {
        let order = ops::order(a, b).unwrap_or_else(|problem| {
            failure.get_or_insert(problem);
            std::cmp::Ordering::Equal
        });
        if reverse { order.reverse() } else { order }
    });
    match failure {
        Some(failure) => Err(failure),
        None => Ok(Value::list(
            keyed.into_iter().map(|(_, item)| item).collect(),
        )),
    }
}

fn extreme(value: &Value, args: &Args, wanted: std::cmp::Ordering) -> Eval<Value> {
    let attribute = args.named("attribute").map(plain);
    let sensitive = args.is_set(0, "case_sensitive");
    let mut best: Option<(Value, Value)> = None;
    for item in items(value)? {
        let key = match &attribute {
            Some(attribute) => select::pick(&item, attribute)?,
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
    let mut total = args.get(1, "start").cloned().unwrap_or(Value::Int(0));
    for item in items(&value)? {
        let item = match &attribute {
            Some(attribute) => select::pick(&item, attribute)?,
            None => item,
        };
        total = ops::math(crate::syntax::jinja::MathOp::Add, total, item)?;
    }
    Ok(total)
}

fn zip(_: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let mut lists = vec![items(&value)?];
    for other in &args.positional {
        lists.push(items(other)?);
    }
    let length = lists.iter().map(Vec::len).min().unwrap_or(0);
    let rows = (0..length)
        .map(|at| Value::list(lists.iter().filter_map(|it| it.get(at).cloned()).collect()));
    Ok(Value::list(rows.collect()))
}

fn zip_longest(_: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let mut lists = vec![items(&value)?];
    for other in &args.positional {
        lists.push(items(other)?);
    }
    let fill = args.named("fillvalue").cloned().unwrap_or(Value::None);
    let length = lists.iter().map(Vec::len).max().unwrap_or(0);
    let row = |at: usize| {
        lists
            .iter()
            .map(|it| it.get(at).unwrap_or(&fill).clone())
            .collect()
    };
    Ok(Value::list(
        (0..length).map(|at| Value::list(row(at))).collect(),
    ))
}

pub(in crate::import::ansible::jinja) fn product(lists: &[Vec<Value>]) -> Eval<Value> {
    let size = lists
        .iter()
        .map(Vec::len)
        .fold(1usize, usize::saturating_mul);
    if size > MAX_MADE {
        return Err(Failure::failed("the product of the lists is too long"));
    }
    let mut rows: Vec<Vec<Value>> = vec![Vec::new()];
    for list in lists {
        let mut longer = Vec::with_capacity(rows.len() * list.len());
        for row in &rows {
            for item in list {
                let mut row = row.clone();
                row.push(item.clone());
                longer.push(row);
            }
        }
        rows = longer;
    }
    Ok(Value::list(rows.into_iter().map(Value::list).collect()))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    Kept,
    Any,
}

fn chosen(value: &Value, args: &Args, order: Order) -> Eval<Value> {
    let list = items(value)?;
    let size = args.int(0, "r")?.and_then(|it| usize::try_from(it).ok());
    let size = size.unwrap_or(list.len());
    let mut rows = Vec::new();
    choose(&list, size, order, &mut Vec::new(), &mut rows)?;
    Ok(Value::list(rows))
}

fn choose(
    list: &[Value],
    size: usize,
    order: Order,
    picked: &mut Vec<usize>,
    rows: &mut Vec<Value>,
) -> Eval<()> {
    if picked.len() == size {
        if rows.len() >= MAX_MADE {
            return Err(Failure::failed("there are too many choices"));
        }
        rows.push(Value::list(
            picked
                .iter()
                .filter_map(|at| list.get(*at).cloned())
                .collect(),
        ));
        return Ok(());
    }
    for at in 0..list.len() {
        let later = picked.last().is_none_or(|last| at > *last);
        if picked.contains(&at) || order == Order::Kept && !later {
            continue;
        }
        picked.push(at);
        choose(list, size, order, picked, rows)?;
        picked.pop();
    }
    Ok(())
}

fn batch(_: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let size = args
        .int(0, "linecount")?
        .and_then(|it| usize::try_from(it).ok())
        .unwrap_or(1)
        .max(1);
    let fill = args
        .get(1, "fill_with")
        .filter(|it| !matches!(it, Value::None));
    let rows = items(&value)?;
    let rows = rows.chunks(size).map(|row| {
        let mut row = row.to_vec();
        if let Some(fill) = fill {
            row.resize(size, fill.clone());
        }
        Value::list(row)
    });
    Ok(Value::list(rows.collect()))
}

fn slice(_: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let slices = args
        .int(0, "slices")?
        .and_then(|it| usize::try_from(it).ok())
        .unwrap_or(1)
        .max(1);
    let fill = args
        .get(1, "fill_with")
        .filter(|it| !matches!(it, Value::None));
    let list = items(&value)?;
    let (each, more) = (list.len() / slices, list.len() % slices);
    let mut rows = Vec::with_capacity(slices);
    let mut start = 0;
    for at in 0..slices {
        let end = start + each + usize::from(at < more);
        let mut row = list.get(start..end).unwrap_or_default().to_vec();
        if let Some(fill) = fill
            && at >= more
            && more > 0
        {
            row.push(fill.clone());
        }
        rows.push(Value::list(row));
        start = end;
    }
    Ok(Value::list(rows))
}

fn subelements(_: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let elements = match &value {
        Value::Dict(dict) => dict.values().cloned().collect(),
        other => items(other)?,
    };
    let keys = match args.need(0, "subelements")? {
        Value::List(keys) => keys.iter().map(plain).collect(),
        one => plain(one).split('.').map(str::to_owned).collect::<Vec<_>>(),
    };
    let skip = match args.get(1, "skip_missing") {
        Some(Value::Dict(flags)) => {
            let flag = flags.get(&crate::import::ansible::value::Key::Str(
                "skip_missing".to_owned(),
            ));
            flag.is_some_and(|it| matches!(it.truth(), Some(Truth::Yes)))
        }
        _ => args.is_set(1, "skip_missing"),
    };
    let mut rows = Vec::new();
    'elements: for element in elements {
        let mut found = element.clone();
        for key in &keys {
            found = expr::item(&found, &Value::str(key), "item")?;
            if found.is_undefined() {
                if skip {
                    continue 'elements;
                }
                return Err(Failure::failed(format!(
                    "an item of `subelements` has no key `{key}`"
                )));
            }
        }
        if let Some(hole) = found.hole() {
            rows.push(Value::list(vec![element, Value::Unknown(hole.clone())]));
            continue;
        }
        for inner in items(&found)? {
            rows.push(Value::list(vec![element.clone(), inner]));
        }
    }
    Ok(Value::list(rows))
}
