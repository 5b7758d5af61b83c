//! The filters of Jinja2, Ansible and the collections that ship with it.

mod address;
mod chance;
mod data;
mod dict;
mod fold;
mod json_query;
mod key_values;
mod keys;
mod list;
mod markup;
mod net;
mod number;
mod path;
mod select;
mod set;
mod table;
mod text;
mod time;
mod url;
mod wrap;

use std::collections::HashMap;
use std::sync::LazyLock;

use super::args::Args;
use super::catalog::{self, Collection};
use super::{Env, Eval, expr};
use crate::import::ansible::scope::Failure;
use crate::import::ansible::value::{Truth, Value, worst};
use crate::syntax::jinja::{Arg, Expr};

pub(super) use address::Network;
pub(super) use data::boolean;
#[cfg(test)]
pub(super) use data::of_json;
pub(super) use list::product;
pub(super) use path::normal as normal_path;
pub(super) use url::Url;

pub(super) type Run = fn(&mut Env<'_, '_>, Value, &Args) -> Eval<Value>;

/// What of an unknown a filter can take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Takes {
    /// Whatever comes, undefined too.
    Anything,
    /// Unknown items of a list, and texts with holes.
    Holes,
    /// Unknown items of a list.
    Items,
    /// Nothing that is not known, however deep.
    Known,
}

pub(super) struct Filter {
    from: Collection,
    name: &'static str,
    takes: Takes,
    run: Run,
}

const fn builtin(name: &'static str, takes: Takes, run: Run) -> Filter {
    filter(Collection::Builtin, name, takes, run)
}

const fn filter(from: Collection, name: &'static str, takes: Takes, run: Run) -> Filter {
    Filter {
        from,
        name,
        takes,
        run,
    }
}

const OWN: &[Filter] = &[
    builtin("d", Takes::Anything, default),
    builtin("default", Takes::Anything, default),
    builtin("mandatory", Takes::Anything, mandatory),
    builtin("ternary", Takes::Anything, ternary),
    builtin("type_debug", Takes::Anything, |env, value, _| {
        if env.scope.is_taken_as_unset(&value) {
            return Ok(Value::str("UndefinedMarker"));
        }
        Ok(match value {
            Value::Unknown(hole) => Value::Unknown(hole),
            Value::Undefined(_) => Value::str("UndefinedMarker"),
            Value::Omit => Value::str("_OmitType"),
            other => Value::str(other.type_name()),
        })
    }),
];

fn all() -> impl Iterator<Item = &'static Filter> {
    let tables = [
        OWN,
        text::FILTERS,
        fold::FILTERS,
        wrap::FILTERS,
        markup::FILTERS,
        list::FILTERS,
        set::FILTERS,
        select::FILTERS,
        dict::FILTERS,
        json_query::FILTERS,
        data::FILTERS,
        path::FILTERS,
        url::FILTERS,
        number::FILTERS,
        time::FILTERS,
        chance::FILTERS,
        net::FILTERS,
        keys::FILTERS,
        key_values::FILTERS,
        table::FILTERS,
    ];
    tables.into_iter().flatten()
}

/// The filters by the last part of their name.
static BY_NAME: LazyLock<HashMap<&'static str, Vec<&'static Filter>>> = LazyLock::new(|| {
    let mut by_name: HashMap<_, Vec<_>> = HashMap::new();
    for filter in all() {
        by_name.entry(filter.name).or_default().push(filter);
    }
    by_name
});

/// Returns the names of all filters.
pub(super) fn names() -> Vec<(Collection, &'static str)> {
    all().map(|filter| (filter.from, filter.name)).collect()
}

/// Finds a filter by its name, with or without its collection.
pub(super) fn find(name: &str) -> Option<&'static Filter> {
    let last = name.rsplit('.').next()?;
    let rows = BY_NAME.get(last)?.iter();
    catalog::find(rows, name, |filter| (filter.from, filter.name)).copied()
}

impl Env<'_, '_> {
    /// Applies a filter as it is written.
    pub(super) fn filter_expr(&mut self, name: &str, value: Value, args: &[Arg]) -> Eval<Value> {
        let is_extract = |name: &str| matches!(name, "extract" | "ansible.builtin.extract");
        let extracts = match args {
            [Arg::Positional(hosts), ..] if is_extract(name) => Some((hosts, 0)),
            [
                Arg::Positional(Expr::Const(crate::syntax::jinja::Const::Str(inner))),
                Arg::Positional(hosts),
                ..,
            ] if name == "map" && is_extract(inner) => Some((hosts, 1)),
            _ => None,
        };
        if let Some((hosts, place)) = extracts
            && self.is_hostvars(hosts)
        {
            let rest = self.args(args.get(place + 1..).unwrap_or_default())?;
            return self.extract_hosts(&value, &rest, place == 1);
        }
        let args = self.args(args)?;
        self.filter(name, value, &args)
    }

    pub(super) fn filter(&mut self, name: &str, value: Value, args: &Args) -> Eval<Value> {
        let Some(filter) = find(name) else {
            if value.is_undefined() {
                return Ok(value);
            }
            let hole = worst(value.hole().into_iter().chain(args.hole())).cloned();
            let unsupported = self.unsupported("filter", name);
            return Ok(hole.map_or(unsupported, Value::Unknown));
        };
        if filter.takes == Takes::Anything {
            return (filter.run)(self, value, args);
        }
        if value.is_undefined() {
            return Ok(value);
        }
        if let Some(undefined) = args.all().find(|it| it.is_undefined()) {
            return Ok(undefined.clone());
        }
        let unknown = |it: &Value| match it {
            Value::Unknown(hole) => Some(hole.clone()),
            _ => None,
        };
        let hole = match filter.takes {
            Takes::Anything => None,
            Takes::Holes => unknown(&value).or_else(|| args.all().find_map(unknown)),
            Takes::Items => worst(value.hole().into_iter().chain(args.hole())).cloned(),
            Takes::Known => worst(value.deep_hole().into_iter().chain(args.deep_hole())).cloned(),
        };
        if let Some(hole) = hole {
            // A length says nothing of what a secret reads like.
            if matches!(filter.name, "length" | "count")
                && let Some(text) = self.scope.session().reveal(&value)
            {
                return Ok(super::method::count(text.chars().count()));
            }
            return Ok(Value::Unknown(hole));
        }
        (filter.run)(self, value, args)
    }

    /// `x | extract(hostvars, key)`, for one host or for each of a list.
    fn extract_hosts(&mut self, value: &Value, rest: &Args, many: bool) -> Eval<Value> {
        if let Some(hole) = value.deep_hole() {
            return Ok(Value::Unknown(hole.clone()));
        }
        if value.is_undefined() {
            return Ok(value.clone());
        }
        let keys = match rest.get(0, "morekeys") {
            None | Some(Value::None) => Vec::new(),
            Some(Value::List(keys)) => keys.to_vec(),
            Some(key) => vec![key.clone()],
        };
        let one = |host: &Value| -> Eval<Value> {
            let name = host.as_str().unwrap_or_default();
            let Some(first) = keys.first().and_then(Value::as_str) else {
                return self.whole_host(name);
            };
            let Some(scope) = self.scope.of_host(name) else {
                return Ok(Value::Undefined(format!("hostvars[{name}]")));
            };
            let mut found = scope.get(first)?;
            for key in &keys[1..] {
                found = expr::item(&found, key, first)?;
            }
            Ok(found)
        };
        if many {
            let hosts = value.iterate().unwrap_or_default();
            return Ok(Value::list(hosts.iter().map(one).collect::<Eval<_>>()?));
        }
        one(value)
    }
}

fn default(env: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    if let Some(boolean) = args.get(1, "boolean")
        && boolean.hole().is_none()
        && !matches!(boolean, Value::Bool(_))
    {
        return Err(Failure::failed(format!(
            "the argument `boolean` of `default` is a {}, not a bool",
            boolean.type_name()
        )));
    }
    let value = if env.scope.is_taken_as_unset(&value) {
        Value::Undefined(String::new())
    } else {
        value
    };
    let other = || {
        args.get(0, "default_value")
            .cloned()
            .unwrap_or_else(|| Value::str(""))
    };
    if value.is_undefined() {
        return Ok(other());
    }
    if args.is_set(1, "boolean") && matches!(env.scope.truth(&value)?, Truth::No) {
        return Ok(other());
    }
    Ok(value)
}

fn mandatory(_: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let Value::Undefined(name) = &value else {
        return Ok(value);
    };
    let message = args.str(0, "msg")?.map(str::to_owned);
    let message =
        message.unwrap_or_else(|| format!("the mandatory variable `{name}` has no value"));
    Err(Failure::new(crate::diag::Code::JinjaUndefined, message))
}

fn ternary(env: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    if let (Value::None, Some(none)) = (&value, args.get(2, "none_val"))
        && !matches!(none, Value::None)
    {
        return Ok(none.clone());
    }
    let (yes, no) = (args.need(0, "true_val")?, args.need(1, "false_val")?);
    Ok(match env.scope.truth(&value)? {
        Truth::Yes => yes.clone(),
        Truth::No => no.clone(),
        Truth::Unknown(hole) => Value::Unknown(hole),
    })
}

/// Returns the items of a value, or says why it has none.
fn items(value: &Value) -> Eval<Vec<Value>> {
    value.iterate().ok_or_else(|| match value {
        Value::Undefined(name) => Failure::undefined(name),
        other => Failure::failed(format!("a {} is no list", other.type_name())),
    })
}

/// Returns a value as Python's `str()`; only for filters that take nothing unknown.
fn plain(value: &Value) -> String {
    value.to_text().plain().unwrap_or_default().to_owned()
}

/// Returns an argument that is a size; what is negative is none.
fn size(args: &Args, place: usize, name: &str, usual: usize) -> Eval<usize> {
    let given = args.int(place, name)?;
    Ok(given.map_or(usual, |it| usize::try_from(it).unwrap_or(0)))
}

/// Returns whether an argument is true, or what holds where it is not given.
fn flag(args: &Args, place: usize, name: &str, usual: bool) -> bool {
    match args.get(place, name) {
        Some(_) => args.is_set(place, name),
        None => usual,
    }
}

/// The place of an argument that has only a name.
const NAMED: usize = usize::MAX;

#[cfg(test)]
mod tests {
    use super::all;

    #[test]
    fn no_filter_stands_twice() {
        let mut seen = std::collections::HashSet::new();
        for filter in all() {
            assert!(seen.insert((filter.from, filter.name)), "{}", filter.name);
        }
    }
}
