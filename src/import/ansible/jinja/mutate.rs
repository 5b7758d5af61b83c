//! Methods that change a list or dictionary. Values are shared and never change, so that a change makes a new one, and
//! every name that held the old one holds it from then on: what Python's references come to inside of one template.

use std::rc::Rc;
use std::sync::Arc;

use super::args::Args;
use super::{Env, Eval, Local, key_of, ops};
use crate::import::ansible::scope::Failure;
use crate::import::ansible::value::{Dict, Key, Value};
use crate::syntax::jinja::{Arg, Expr};

pub(super) fn is_mutating(method: &str) -> bool {
    matches!(
        method,
        "append"
            | "extend"
            | "insert"
            | "remove"
            | "pop"
            | "popitem"
            | "clear"
            | "sort"
            | "reverse"
            | "update"
            | "setdefault"
    )
}

/// Where a list or dictionary is kept: a name, and the keys below it.
struct Path {
    name: Rc<str>,
    keys: Vec<Value>,
}

/// Calls a method that may change what it is called on; `None` where it is no such value.
pub(super) fn call(
    env: &mut Env<'_, '_>,
    object: &Expr,
    method: &str,
    args: &[Arg],
) -> Eval<Option<Value>> {
    let value = env.eval(object)?;
    if let Value::Unknown(_) | Value::Undefined(_) = value {
        return Ok(Some(value));
    }
    let args = env.args(args)?;
    let (changed, result) = match &value {
        Value::List(items) => {
            let mut list = items.to_vec();
            let result = change_list(&mut list, method, &args)?;
            (Value::list(list), result)
        }
        Value::Dict(dict) => {
            let mut dict = Dict::clone(dict);
            let result = change_dict(&mut dict, method, &args)?;
            (Value::dict(dict), result)
        }
        _ => return Ok(None),
    };
    let Some(result) = result else {
        return Ok(None);
    };
    if let Some(path) = path(env, object)? {
        store(env, &path, &value, &changed);
    }
    Ok(Some(result))
}

/// Gives a name a new value in the frame that has it, or for the whole template.
pub(super) fn replace(env: &mut Env<'_, '_>, name: &str, value: Value) {
    let holder = env.frames.iter_mut().rev();
    let holder = holder.filter_map(|frame| frame.get_mut(name)).next();
    match holder {
        Some(local) => *local = Local::Value(value),
        None => {
            if let Some(frame) = env.frames.first_mut() {
                frame.insert(Rc::from(name), Local::Value(value));
            }
        }
    }
}

fn path(env: &mut Env<'_, '_>, object: &Expr) -> Eval<Option<Path>> {
    let mut keys = Vec::new();
    let mut root = object;
    loop {
        match root {
            Expr::Attr(inner, name) => {
                keys.push(Value::str(name));
                root = inner;
            }
            Expr::Item(inner, key) => {
                let key = env.eval(key)?;
                keys.push(key);
                root = inner;
            }
            Expr::Var(name) => {
                keys.reverse();
                return Ok(Some(Path {
                    name: Rc::clone(name),
                    keys,
                }));
            }
            // A change of what nobody holds is seen by nobody.
            _ => return Ok(None),
        }
    }
}

fn store(env: &mut Env<'_, '_>, path: &Path, old: &Value, new: &Value) {
    if let Some(Local::Namespace(names)) = env.local(&path.name) {
        let names = Rc::clone(names);
        if let Some(first) = path.keys.first().and_then(Value::as_str)
            && let Some(held) = names.borrow_mut().get_mut(first)
        {
            set_below(held, &path.keys[1..], new);
        }
    } else {
        let mut root = match env.local(&path.name) {
            Some(Local::Value(value)) => value.clone(),
            Some(_) => return,
            None => match env.scope.get(&path.name) {
                Ok(value) => value,
                Err(_) => return,
            },
        };
        set_below(&mut root, &path.keys, new);
        replace(env, &path.name, root);
    }
    // Other names may hold the same list: the item of a loop, or what it was taken from.
    let suspended = env.callers.iter_mut().flatten();
    for frame in env.frames.iter_mut().chain(suspended) {
        #[expect(clippy::iter_over_hash_type, reason = "each is looked at alone")]
        for local in frame.values_mut() {
            if let Local::Value(value) = local {
                swap(value, old, new);
            }
        }
    }
}

/// Puts `new` at the keys below a value.
fn set_below(value: &mut Value, keys: &[Value], new: &Value) {
    let Some((key, rest)) = keys.split_first() else {
        *value = new.clone();
        return;
    };
    match value {
        Value::Dict(dict) => {
            let dict = Arc::make_mut(dict);
            if let Some(inner) = key.key().and_then(|key| dict.get_mut(&key)) {
                set_below(inner, rest, new);
            }
        }
        Value::List(items) => {
            let items = Arc::make_mut(items);
            let at = key.as_int().and_then(|at| ops::index(items.len(), at));
            if let Some(inner) = at.and_then(|at| items.get_mut(at)) {
                set_below(inner, rest, new);
            }
        }
        _ => {}
    }
}

fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::List(a), Value::List(b)) => Arc::ptr_eq(a, b),
        (Value::Dict(a), Value::Dict(b)) => Arc::ptr_eq(a, b),
        _ => false,
    }
}

fn holds(value: &Value, old: &Value) -> bool {
    same(value, old)
        || match value {
            Value::List(items) => items.iter().any(|item| holds(item, old)),
            Value::Dict(dict) => dict.values().any(|item| holds(item, old)),
            _ => false,
        }
}

fn swap(value: &mut Value, old: &Value, new: &Value) {
    if same(value, old) {
        *value = new.clone();
    } else if holds(value, old) {
        match value {
            Value::List(items) => {
                for item in Arc::make_mut(items) {
                    swap(item, old, new);
                }
            }
            Value::Dict(dict) => {
                for item in Arc::make_mut(dict).values_mut() {
                    swap(item, old, new);
                }
            }
            _ => {}
        }
    }
}

fn change_list(list: &mut Vec<Value>, method: &str, args: &Args) -> Eval<Option<Value>> {
    let item = |place: usize| args.need(place, "item").cloned();
    Ok(Some(match method {
        "append" => {
            list.push(item(0)?);
            Value::None
        }
        "extend" => {
            let more = item(0)?;
            match more.iterate() {
                Some(more) => list.extend(more),
                // How many come is not known: one stands for them.
                None if more.hole().is_some() => list.push(more),
                None => return Err(Failure::failed("a list is extended by what is no list")),
            }
            Value::None
        }
        "insert" => {
            let at = args.int(0, "index")?.unwrap_or(0);
            let length = i64::try_from(list.len()).unwrap_or(i64::MAX);
            let at = if at < 0 { at + length } else { at }.clamp(0, length);
            list.insert(usize::try_from(at).unwrap_or(0), item(1)?);
            Value::None
        }
        "remove" => {
            let wanted = item(0)?;
            let found = list.iter().position(|it| {
                matches!(
                    ops::equal(it, &wanted),
                    crate::import::ansible::value::Truth::Yes
                )
            });
            match found {
                Some(at) => list.remove(at),
                None => {
                    return Err(Failure::failed(
                        "a list does not hold what is removed from it",
                    ));
                }
            };
            Value::None
        }
        "pop" => {
            let at = args.int(0, "index")?.unwrap_or(-1);
            match ops::index(list.len(), at) {
                Some(at) => list.remove(at),
                None => {
                    return Err(Failure::failed(
                        "`pop` of a place that the list does not have",
                    ));
                }
            }
        }
        "clear" => {
            list.clear();
            Value::None
        }
        "reverse" => {
            list.reverse();
            Value::None
        }
        "sort" => {
            let mut failure = None;
            list.sort_by(|a, b| {
                ops::order(a, b).unwrap_or_else(|problem| {
                    failure.get_or_insert(problem);
                    std::cmp::Ordering::Equal
                })
            });
            if let Some(failure) = failure {
                return Err(failure);
            }
            if args.is_set(usize::MAX, "reverse") {
                list.reverse();
            }
            Value::None
        }
        _ => return Ok(None),
    }))
}

fn change_dict(dict: &mut Dict, method: &str, args: &Args) -> Eval<Option<Value>> {
    Ok(Some(match method {
        "update" => {
            for more in &args.positional {
                match more {
                    Value::Dict(more) => {
                        for (key, value) in more.iter() {
                            dict.insert(key.clone(), value.clone());
                        }
                    }
                    Value::List(pairs) => {
                        for pair in pairs.iter() {
                            let pair = pair.as_list().unwrap_or_default();
                            if let [key, value] = pair {
                                dict.insert(key_of(key)?, value.clone());
                            }
                        }
                    }
                    Value::Undefined(name) => return Err(Failure::undefined(name)),
                    other => {
                        let kind = other.type_name();
                        return Err(Failure::failed(format!(
                            "a dictionary is updated by a {kind}"
                        )));
                    }
                }
            }
            for (name, value) in &args.named {
                dict.insert(Key::Str(name.to_string()), value.clone());
            }
            Value::None
        }
        "setdefault" => {
            let key = key_of(args.need(0, "key")?)?;
            let default = args.get(1, "default").cloned().unwrap_or(Value::None);
            dict.entry(key).or_insert(default).clone()
        }
        "pop" => {
            let key = key_of(args.need(0, "key")?)?;
            match (dict.shift_remove(&key), args.get(1, "default")) {
                (Some(value), _) => value,
                (None, Some(default)) => default.clone(),
                (None, None) => {
                    let key = key.value().to_text();
                    return Err(Failure::failed(format!("there is no key `{key}` to pop")));
                }
            }
        }
        "popitem" => match dict.pop() {
            Some((key, value)) => Value::list(vec![key.value(), value]),
            None => return Err(Failure::failed("`popitem` of an empty dictionary")),
        },
        "clear" => {
            dict.clear();
            Value::None
        }
        _ => return Ok(None),
    }))
}
