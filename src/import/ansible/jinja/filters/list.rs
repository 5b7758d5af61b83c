//! Filters of lists.

use super::select::{self, Direction};
use super::{Filter, NAMED, Takes, builtin, filter, flag, fold, items, plain, size};
use crate::import::ansible::jinja::args::Args;
use crate::import::ansible::jinja::catalog::Collection;
use crate::import::ansible::jinja::method::count;
use crate::import::ansible::jinja::test::loose_order;
use crate::import::ansible::jinja::{Env, Eval, expr, ops};
use crate::import::ansible::scope::Failure;
use crate::import::ansible::value::{Truth, Value};
use crate::syntax::jinja::MathOp;

/// More combinations are not made.
const MAX_MADE: usize = 1_000_000;

pub(super) const FILTERS: &[Filter] = &[
    builtin("list", Takes::Items, |_, value, _| {
        items(&value).map(Value::list)
    }),
    builtin("reverse", Takes::Items, reverse),
    builtin("flatten", Takes::Items, |_, value, args| {
        let levels = args.int(0, "levels")?;
        let keeps_nulls = !flag(args, 1, "skip_nulls", true);
        let mut flat = Vec::new();
        flatten(&items(&value)?, levels, keeps_nulls, &mut flat);
        Ok(Value::list(flat))
    }),
    builtin("sort", Takes::Known, sort),
    builtin("zip", Takes::Items, zip),
    builtin("zip_longest", Takes::Items, zip_longest),
    builtin("product", Takes::Items, |_, value, args| {
        let mut lists = vec![items(&value)?];
        for other in &args.positional {
            lists.push(items(other)?);
        }
        let times = size(args, NAMED, "repeat", 1)?.min(20);
        let count = lists.len() * times;
        product(&lists.into_iter().cycle().take(count).collect::<Vec<_>>())
    }),
    builtin("combinations", Takes::Items, |_, value, args| {
        chosen(&value, args, Order::Kept)
    }),
    builtin("permutations", Takes::Items, |_, value, args| {
        chosen(&value, args, Order::Any)
    }),
    builtin("batch", Takes::Items, batch),
    builtin("slice", Takes::Items, slice),
    builtin("subelements", Takes::Items, subelements),
    filter(
        Collection::General,
        "accumulate",
        Takes::Known,
        |_, value, _| {
            let mut sums: Vec<Value> = Vec::new();
            for item in items(&value)? {
                sums.push(match sums.last() {
                    None => item,
                    Some(last) => ops::math(MathOp::Add, last.clone(), item)?,
                });
            }
            Ok(Value::list(sums))
        },
    ),
    filter(Collection::Utils, "index_of", Takes::Known, index_of),
    filter(
        Collection::General,
        "version_sort",
        Takes::Known,
        version_sort,
    ),
];

fn reverse(_: &mut Env<'_, '_>, value: Value, _: &Args) -> Eval<Value> {
    if let Some(text) = value.as_str() {
        return Ok(text.chars().rev().collect::<String>().into());
    }
    let mut list = items(&value)?;
    list.reverse();
    Ok(Value::list(list))
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
    let sensitive = args.is_set(1, "case_sensitive");
    let attributes = args.get(2, "attribute").map(plain);
    let mut keyed = Vec::new();
    for item in items(&value)? {
        let mut keys = Vec::new();
        match &attributes {
            Some(attributes) => {
                for attribute in attributes.split(',') {
                    keys.push(select::found(&item, attribute)?);
                }
            }
            None => keys.push(item.clone()),
        }
        if !sensitive {
            keys = keys.iter().map(fold::folded).collect();
        }
        keyed.push((Value::list(keys), item));
    }
    let direction = if args.is_set(0, "reverse") {
        Direction::Down
    } else {
        Direction::Up
    };
    select::sort_by(&mut keyed, |(key, _)| key, direction)?;
    Ok(Value::list(
        keyed.into_iter().map(|(_, item)| item).collect(),
    ))
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
    let size = size(args, 0, "r", list.len())?;
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
    let size = size(args, 0, "linecount", 1)?.max(1);
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
    let slices = size(args, 0, "slices", 1)?.max(1);
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
        {
            row.push(fill.clone());
        }
        rows.push(Value::list(row));
        start = end;
    }
    Ok(Value::list(rows))
}

fn subelements(_: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let elements: Vec<Value> = match &value {
        Value::Dict(dict) => dict.values().cloned().collect(),
        Value::List(list) => list.to_vec(),
        other => {
            return Err(Failure::failed(format!(
                "`subelements` needs a list or a dictionary, not a {}",
                other.type_name()
            )));
        }
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
            if !matches!(found, Value::Dict(_) | Value::Unknown(_)) {
                return Err(Failure::failed(format!(
                    "the key `{key}` of `subelements` needs a dictionary, not a {}",
                    found.type_name()
                )));
            }
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
        if let Value::Unknown(hole) = &found {
            rows.push(Value::list(vec![element, Value::Unknown(hole.clone())]));
            continue;
        }
        let Some(found) = found.as_list() else {
            return Err(Failure::failed(format!(
                "what `subelements` goes through is a {}, not a list",
                found.type_name()
            )));
        };
        for inner in found {
            rows.push(Value::list(vec![element.clone(), inner.clone()]));
        }
    }
    Ok(Value::list(rows))
}

/// `ansible.utils.index_of`: the places of the items that a test holds for; one place alone is a number.
fn index_of(env: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let test = args.need_str(0, "test")?.to_owned();
    let key = args.get(2, "key").filter(|it| !matches!(it, Value::None));
    let mut rest = Args::default();
    if let Some(other) = args.get(1, "value")
        && !matches!(other, Value::None)
    {
        rest.positional.push(other.clone());
    }
    let mut places = Vec::new();
    for (at, item) in items(&value)?.into_iter().enumerate() {
        let looked_at = match key {
            Some(key) => expr::item(&item, key, "item")?,
            None => item,
        };
        if looked_at.is_undefined() {
            if args.is_set(3, "fail_on_missing") {
                return Err(Failure::failed("an item of `index_of` lacks the key"));
            }
            continue;
        }
        match env.test(&test, &looked_at, &rest)? {
            Truth::Yes => places.push(count(at)),
            Truth::No => {}
            Truth::Unknown(hole) => return Ok(Value::Unknown(hole)),
        }
    }
    if places.len() == 1 && !args.is_set(NAMED, "wantlist") {
        return Ok(places.remove(0));
    }
    Ok(Value::list(places))
}

fn version_sort(_: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let mut list = items(&value)?;
    let mut unordered = None;
    list.sort_by(|a, b| {
        let (a, b) = (plain(a), plain(b));
        let order = loose_order(&a, &b).unwrap_or_else(|| {
            unordered.get_or_insert(format!("the versions `{a}` and `{b}` have no order"));
            std::cmp::Ordering::Equal
        });
        if args.is_set(0, "reverse") {
            order.reverse()
        } else {
            order
        }
    });
    match unordered {
        Some(message) => Err(Failure::failed(message)),
        None => Ok(Value::list(list)),
    }
}
