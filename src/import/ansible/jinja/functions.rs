//! The functions of Jinja2 and Ansible that a template can call.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use indexmap::IndexMap;

use super::call::{not_callable, positional};
use super::{Env, Eval, Local, key_of};
use crate::import::ansible::scope::Failure;
use crate::import::ansible::value::{Dict, Key, Value};
use crate::syntax::jinja::Arg;

/// The functions.
pub(super) const NAMES: [&str; 13] = [
    "cycler",
    "dict",
    "joiner",
    "lipsum",
    "lookup",
    "namespace",
    "now",
    "q",
    "query",
    "range",
    "super",
    "undef",
    "caller",
];

/// Longer ranges are not made.
const MAX_RANGE: i64 = 1_000_000;

impl Env<'_, '_> {
    /// Makes an object that is more than a value; `None` where the function makes a value.
    pub(super) fn object(&mut self, name: &str, args: &[Arg]) -> Eval<Option<Local>> {
        Ok(match name {
            "namespace" => {
                let args = self.args(args)?;
                let mut names = IndexMap::new();
                for dict in args.positional.iter().filter_map(Value::as_dict) {
                    for (key, value) in dict {
                        if let Key::Str(name) = key {
                            names.insert(name.clone(), value.clone());
                        }
                    }
                }
                for (name, value) in args.named {
                    names.insert(name.to_string(), value);
                }
                Some(Local::Namespace(Rc::new(RefCell::new(names))))
            }
            "cycler" => {
                let items = positional(self.args(args)?);
                Some(Local::Cycler(Rc::new((items, Cell::new(0)))))
            }
            "joiner" => {
                let args = self.args(args)?;
                let separator = args.get(0, "sep").cloned();
                let separator = separator.unwrap_or_else(|| Value::str(", "));
                Some(Local::Joiner(Rc::new((separator, Cell::new(false)))))
            }
            _ => None,
        })
    }

    pub(super) fn function(&mut self, name: &str, args: &[Arg]) -> Eval<Value> {
        match name {
            "lookup" | "query" | "q" => {
                let args = self.args(args)?;
                return self.lookup(name != "lookup", &args);
            }
            "super" => return self.super_block(),
            "undef" => {
                let args = self.args(args)?;
                let hint = args.str(0, "hint")?.unwrap_or("undef()").to_owned();
                return Ok(Value::Undefined(hint));
            }
            _ => {}
        }
        let variable = self.outer(name)?;
        if !variable.is_undefined() {
            return match variable {
                Value::Unknown(hole) => Ok(Value::Unknown(hole)),
                value => Err(not_callable(&value)),
            };
        }
        if !NAMES.contains(&name) {
            // Nobody can add functions to Ansible's.
            return Ok(Value::Undefined(name.to_owned()));
        }
        let args = self.args(args)?;
        if let Some(Value::Undefined(name)) = args.all().find(|it| it.is_undefined()) {
            return Err(Failure::undefined(name));
        }
        match name {
            "range" => {
                if let Some(hole) = args.hole() {
                    return Ok(Value::Unknown(hole.clone()));
                }
                range(&args)
            }
            "dict" => {
                let mut dict = Dict::new();
                match args.positional.first() {
                    Some(Value::Dict(first)) => dict = Dict::clone(first),
                    Some(Value::Unknown(hole)) => return Ok(Value::Unknown(hole.clone())),
                    Some(other) => {
                        let pairs = other.iterate().ok_or_else(|| {
                            let kind = other.type_name();
                            Failure::failed(format!("`dict()` makes nothing of a {kind}"))
                        })?;
                        for pair in pairs {
                            let pair = pair.iterate().unwrap_or_default();
                            let [key, value] = pair.as_slice() else {
                                return Err(Failure::failed("`dict()` needs pairs"));
                            };
                            dict.insert(key_of(key)?, value.clone());
                        }
                    }
                    None => {}
                }
                for (name, value) in args.named {
                    dict.insert(Key::Str(name.to_string()), value);
                }
                Ok(Value::dict(dict))
            }
            "now" => Ok(Value::unknown("the time of the run", Some(self.here()))),
            "lipsum" => Ok(Value::unknown("random text", Some(self.here()))),
            _ => Err(Failure::failed(format!(
                "`{name}()` has to be assigned to a name"
            ))),
        }
    }
}

fn range(args: &super::args::Args) -> Eval<Value> {
    if args.positional.len() > 3 || !args.named.is_empty() {
        return Err(Failure::failed("`range()` takes one to three numbers"));
    }
    if args.positional.iter().any(|it| it.as_int().is_none()) {
        return Err(Failure::failed("`range()` needs whole numbers"));
    }
    let number = |place: usize| args.int(place, "range");
    let (start, stop) = match (number(0)?, number(1)?) {
        (Some(stop), None) => (0, stop),
        (Some(start), Some(stop)) => (start, stop),
        _ => return Err(Failure::failed("`range()` needs a number")),
    };
    let step = number(2)?.unwrap_or(1);
    if step == 0 {
        return Err(Failure::failed("the step of `range()` is zero"));
    }
    let length = stop.saturating_sub(start).checked_div(step);
    if length.is_none_or(|length| length > MAX_RANGE) {
        return Err(Failure::failed("`range()` is too long"));
    }
    let mut items = Vec::new();
    let mut at = start;
    while if step > 0 { at < stop } else { at > stop } {
        items.push(Value::Int(at));
        at = at.saturating_add(step);
    }
    Ok(Value::list(items))
}
