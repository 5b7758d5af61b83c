//! The filters of Jinja2, Ansible and the collections that ship with it.

mod data;
mod dict;
mod list;
mod net;
mod number;
mod path;
mod select;
mod text;

use super::args::Args;
use super::{Env, Eval, expr};
use crate::import::ansible::scope::Failure;
use crate::import::ansible::value::{Truth, Value, worst};
use crate::syntax::jinja::{Arg, Expr};

pub(super) use data::{boolean, of_json};
pub(super) use list::product;

pub(super) type Run = fn(&mut Env<'_, '_>, Value, &Args) -> Eval<Value>;

/// What of an unknown a filter can take.
#[derive(Clone, Copy, PartialEq, Eq)]
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

type Find = fn(&str) -> Option<(Takes, Run)>;

pub(super) struct Filter {
    takes: Takes,
    run: Run,
}

impl Env<'_, '_> {
    /// Applies a filter as it is written.
    pub(super) fn filter_expr(&mut self, name: &str, value: Value, args: &[Arg]) -> Eval<Value> {
        let extracts = match args {
            [Arg::Positional(hosts), ..] if bare_name(name) == "extract" => Some((hosts, 0)),
            [Arg::Positional(Expr::Const(it)), Arg::Positional(hosts), ..]
                if name == "map"
                    && *it == crate::syntax::jinja::Const::Str("extract".to_owned()) =>
            {
                Some((hosts, 1))
            }
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
        let Some(filter) = find(bare_name(name)) else {
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
            if matches!(bare_name(name), "length" | "count")
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

/// Returns the name of a filter without its collection: only collections that we know are taken for their own.
pub(super) fn bare_name(name: &str) -> &str {
    const COLLECTIONS: &[&str] = &[
        "ansible.builtin",
        "ansible.legacy",
        "ansible.utils",
        "ansible.netcommon",
        "ansible.posix",
        "community.general",
    ];
    match name.rsplit_once('.') {
        Some((collection, last)) if COLLECTIONS.contains(&collection) => last,
        _ => name,
    }
}

/// Finds a filter by its name.
pub(super) fn find(name: &str) -> Option<Filter> {
    let table: [Find; 9] = [
        own,
        text::find,
        list::find,
        select::find,
        dict::find,
        data::find,
        path::find,
        number::find,
        net::find,
    ];
    let (takes, run) = table.iter().find_map(|find| find(name))?;
    Some(Filter { takes, run })
}

fn own(name: &str) -> Option<(Takes, Run)> {
    let run: Run = match name {
        "default" | "d" => default,
        "mandatory" => mandatory,
        "type_debug" => |_, value, _| Ok(Value::str(value.type_name())),
        "ternary" => ternary,
        _ => return None,
    };
    Some((Takes::Anything, run))
}

fn default(env: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
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
    Ok(match env.scope.truth(&value)? {
        Truth::Yes => args.need(0, "true_val")?.clone(),
        Truth::No => args.need(1, "false_val")?.clone(),
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
