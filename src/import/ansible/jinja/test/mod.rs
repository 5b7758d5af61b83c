//! The tests of Jinja2 and Ansible: `x is y`.

mod net;
mod version;

use std::sync::LazyLock;

use super::args::Args;
use super::catalog::{self, Collection};
use super::filters::{Url, normal_path};
use super::{Env, Eval, ops, regex};
use crate::import::ansible::scope::Failure;
use crate::import::ansible::value::{Truth, Value, worst};
use crate::source::EntryKind;
use crate::syntax::jinja::CompareOp;
use crate::syntax::python_regex::{Characters, Pattern};

pub(super) use version::loose_order;

/// The tests, by collection.
const TESTS: &[(Collection, &[&str])] = &[
    (
        Collection::Builtin,
        &[
            "defined",
            "undefined",
            "string",
            "mapping",
            "iterable",
            "sequence",
            "number",
            "integer",
            "float",
            "boolean",
            "none",
            "true",
            "false",
            "odd",
            "even",
            "divisibleby",
            "lower",
            "upper",
            "sameas",
            "callable",
            "escaped",
            "filter",
            "test",
            "eq",
            "equalto",
            "==",
            "ne",
            "!=",
            "lt",
            "lessthan",
            "<",
            "le",
            "<=",
            "gt",
            "greaterthan",
            ">",
            "ge",
            ">=",
            "in",
            "contains",
            "truthy",
            "falsy",
            "match",
            "search",
            "regex",
            "version",
            "version_compare",
            "subset",
            "issubset",
            "superset",
            "issuperset",
            "all",
            "any",
            "failed",
            "failure",
            "succeeded",
            "success",
            "successful",
            "changed",
            "change",
            "skipped",
            "skip",
            "finished",
            "started",
            "reachable",
            "unreachable",
            "timedout",
            "vault_encrypted",
            "vaulted_file",
            "nan",
            "isnan",
            "abs",
            "is_abs",
            "file",
            "is_file",
            "directory",
            "is_dir",
            "exists",
            "link",
            "is_link",
            "link_exists",
            "mount",
            "is_mount",
            "same_file",
            "is_same_file",
            "uri",
            "url",
            "urn",
        ],
    ),
    (
        Collection::Utils,
        &[
            "ip",
            "ip_address",
            "ipv4",
            "ipv4_address",
            "ipv6",
            "ipv6_address",
            "in_network",
            "in_any_network",
            "in_one_network",
            "subnet_of",
            "supernet_of",
            "private",
            "public",
            "loopback",
            "multicast",
            "reserved",
            "unspecified",
            "ipv4_netmask",
            "ipv4_hostmask",
            "mac",
        ],
    ),
];

/// Returns the names of all tests.
pub(super) fn names() -> Vec<(Collection, &'static str)> {
    let rows = TESTS.iter();
    rows.flat_map(|(from, names)| names.iter().map(|name| (*from, *name)))
        .collect()
}

static ROWS: LazyLock<Vec<(Collection, &'static str)>> = LazyLock::new(names);

/// Finds a test by its name, with or without its collection.
fn find(name: &str) -> Option<&'static str> {
    catalog::find(ROWS.iter(), name, |row| *row).map(|row| row.1)
}

impl Env<'_, '_> {
    pub(super) fn test(&mut self, full: &str, value: &Value, args: &Args) -> Eval<Truth> {
        let Some(name) = find(full) else {
            if let Value::Undefined(name) = value {
                return Err(Failure::undefined(name));
            }
            let hole = self.unsupported("test", full);
            return self.scope.truth(&hole);
        };
        match name {
            "defined" | "undefined" => {
                let unset = value.is_undefined() || self.scope.is_taken_as_unset(value);
                return Ok(Truth::of(unset == (name == "undefined")));
            }
            "filter" | "test" => {
                let known = match value.as_str() {
                    Some(it) if name == "filter" => super::filters::find(it).is_some(),
                    Some(it) => find(it).is_some(),
                    None => false,
                };
                return Ok(Truth::of(known));
            }
            _ => {}
        }
        for it in std::iter::once(value).chain(args.all()) {
            if let Value::Undefined(name) = it {
                return Err(Failure::undefined(name));
            }
        }
        let session = self.scope.session();
        let compare = |op| ops::compare(session, op, value, args.need(0, "other")?);
        match name {
            "eq" | "==" | "equalto" => return compare(CompareOp::Eq),
            "ne" | "!=" => return compare(CompareOp::Ne),
            "lt" | "<" | "lessthan" => return compare(CompareOp::Lt),
            "le" | "<=" => return compare(CompareOp::Lte),
            "gt" | ">" | "greaterthan" => return compare(CompareOp::Gt),
            "ge" | ">=" => return compare(CompareOp::Gte),
            "in" => return ops::contains(args.need(0, "seq")?, value),
            "contains" => return ops::contains(value, args.need(0, "item")?),
            "truthy" | "falsy" => {
                let converted = if args.is_set(0, "convert_bool") {
                    converted(value)
                } else {
                    None
                };
                let truth = match converted {
                    Some(it) => Truth::of(it),
                    None => self.scope.truth(value)?,
                };
                return Ok(if name == "truthy" { truth } else { truth.not() });
            }
            _ => {}
        }
        if let Some(known) = of_type(name, value) {
            return Ok(known);
        }
        let holes = worst(value.hole().into_iter().chain(args.hole()));
        if let Some(hole) = holes {
            return Ok(Truth::Unknown(hole.clone()));
        }
        self.known(name, value, args)
    }

    fn known(&mut self, name: &str, value: &Value, args: &Args) -> Eval<Truth> {
        let remainder = |by: f64| {
            let number = value.as_number();
            let number =
                number.ok_or_else(|| Failure::failed(format!("`is {name}` needs a number")))?;
            Ok(number.rem_euclid(by))
        };
        Ok(Truth::of(match name {
            "none" => matches!(value, Value::None),
            "true" => matches!(value, Value::Bool(true)),
            "false" => matches!(value, Value::Bool(false)),
            "callable" | "escaped" => false,
            "odd" => remainder(2.0)? == 1.0,
            "even" => remainder(2.0)? == 0.0,
            "divisibleby" => {
                let by = args.need(0, "num")?.as_number().unwrap_or(0.0);
                if by == 0.0 {
                    return Err(Failure::failed("a division by zero"));
                }
                remainder(by.abs())? == 0.0
            }
            "lower" | "upper" => {
                let text = value.to_text().to_string();
                let other = if name == "lower" {
                    text.to_lowercase()
                } else {
                    text.to_uppercase()
                };
                text == other && text.chars().any(char::is_alphabetic)
            }
            "sameas" => {
                let other = args.need(0, "other")?;
                let same = value.type_name() == other.type_name();
                same && matches!(ops::equal(value, other), Truth::Yes)
            }
            "match" | "search" | "regex" => {
                let pattern = args.str(0, "pattern")?.unwrap_or_default();
                let flags = regex::flags(args, 1, 2);
                let text = value.to_text();
                let text = text.plain().unwrap_or_default();
                let how = match name {
                    "regex" => args.str(3, "match_type")?.unwrap_or("search"),
                    other => other,
                };
                let compiled = match how {
                    "fullmatch" => Pattern::of_whole(pattern, &flags, Characters::Unicode)
                        .map(std::rc::Rc::new)
                        .map_err(Failure::failed)?,
                    _ => regex::compile(self.scope.session(), pattern, &flags)?,
                };
                if how == "match" {
                    compiled.matches(text).map_err(Failure::failed)?
                } else {
                    regex::is_match(&compiled, text)?
                }
            }
            "version" | "version_compare" => version::test(value, args)?,
            "subset" | "issubset" | "superset" | "issuperset" => {
                let other = args.need(0, "other")?;
                let (small, large) = if name.ends_with("subset") {
                    (value, other)
                } else {
                    (other, value)
                };
                let large = Value::list(hashable(large)?);
                return all_of(&hashable(small)?, |item| ops::contains(&large, item));
            }
            "all" => {
                return all_of(&items(value)?, |item| self.scope.truth(item));
            }
            "any" => {
                let none = all_of(&items(value)?, |item| {
                    self.scope.truth(item).map(Truth::not)
                })?;
                return Ok(none.not());
            }
            "failed" | "failure" | "succeeded" | "success" | "successful" | "changed"
            | "change" | "skipped" | "skip" | "finished" | "started" | "reachable"
            | "unreachable" | "timedout" => {
                return result(name, value);
            }
            "vault_encrypted" => value
                .as_str()
                .is_some_and(|it| it.starts_with("$ANSIBLE_VAULT;")),
            "nan" | "isnan" => value.as_number().is_some_and(f64::is_nan),
            "abs" | "is_abs" => value.as_str().is_some_and(|it| it.starts_with('/')),
            "file" | "directory" | "exists" | "link" | "is_file" | "is_dir" | "is_link"
            | "link_exists" | "mount" | "is_mount" | "same_file" | "is_same_file"
            | "vaulted_file" => return self.is_path(name, value, args),
            "uri" | "url" | "urn" => {
                let text = value.to_text().to_string();
                let url = Url::read(&text);
                let schemes = match args.get(0, "schemes") {
                    _ if name == "urn" => vec!["urn".to_owned()],
                    Some(Value::List(schemes)) => {
                        schemes.iter().map(|it| it.to_text().to_string()).collect()
                    }
                    _ => Vec::new(),
                };
                let fits = schemes.is_empty() || schemes.contains(&url.scheme);
                fits && (name != "url" || !url.netloc.is_empty() || url.scheme == "file")
            }
            // What is left is of addresses.
            _ => net::test(name, value, args)?,
        }))
    }

    /// Tests of the machine that runs Ansible: what lies in the input is there, of anything else nobody knows.
    fn is_path(&self, name: &str, value: &Value, args: &Args) -> Eval<Truth> {
        let path = value.to_text().to_string();
        let tree = self.scope.session().tree;
        let inside = normal_path(&path);
        let unknown = || {
            let hole = crate::model::Hole {
                kind: crate::model::HoleKind::Unknown,
                what: format!("whether `{path}` is there when the playbook runs"),
                span: Some(self.here()),
            };
            Ok(Truth::Unknown(hole))
        };
        if path.starts_with(['/', '~']) {
            return unknown();
        }
        let link = match tree.entry(&inside).map(|(_, entry)| &entry.kind) {
            Some(kind) => matches!(kind, EntryKind::Link(_)),
            None if tree.is_directory(&inside) => false,
            None => return unknown(),
        };
        let file = tree.find(&inside).ok();
        Ok(Truth::of(match name {
            "link_exists" => true,
            "link" | "is_link" => link,
            "file" | "is_file" => file.is_some(),
            "directory" | "is_dir" => tree.is_directory(&inside),
            "exists" => file.is_some() || tree.is_directory(&inside),
            "vaulted_file" => match file.and_then(|it| tree.bytes(it).ok()) {
                Some(bytes) => bytes.starts_with(b"$ANSIBLE_VAULT"),
                None => return unknown(),
            },
            "same_file" | "is_same_file" => {
                let other = args.need(0, "path")?.to_text().to_string();
                if other.starts_with(['/', '~']) {
                    return unknown();
                }
                let other = normal_path(&other);
                match (tree.find(&inside), tree.find(&other)) {
                    (Ok(one), Ok(other)) => one == other,
                    _ if inside == other => true,
                    _ => return unknown(),
                }
            }
            _ => return unknown(),
        }))
    }
}

/// Returns what Ansible takes for a truth, as its `boolean` does.
fn converted(value: &Value) -> Option<bool> {
    let text = match value {
        Value::Str(_) => value.as_str()?.trim().to_lowercase(),
        Value::Int(it) => it.to_string(),
        Value::Float(it) if *it == 1.0 || *it == 0.0 => format!("{it:.0}"),
        _ => return None,
    };
    match text.as_str() {
        "y" | "yes" | "on" | "1" | "true" | "t" => Some(true),
        "n" | "no" | "off" | "0" | "false" | "f" => Some(false),
        _ => None,
    }
}

fn items(value: &Value) -> Eval<Vec<Value>> {
    value
        .iterate()
        .ok_or_else(|| Failure::failed(format!("a {} is no list", value.type_name())))
}

/// Returns the items of a set: Python makes none of lists and dictionaries.
fn hashable(value: &Value) -> Eval<Vec<Value>> {
    let items = items(value)?;
    if items
        .iter()
        .any(|it| matches!(it, Value::List(_) | Value::Dict(_)))
    {
        return Err(Failure::failed("lists and dictionaries make no set"));
    }
    Ok(items)
}

/// Tests of the type: of a text with holes the type is known, of an unknown value nothing is.
fn of_type(name: &str, value: &Value) -> Option<Truth> {
    let is = match name {
        "string" => matches!(value, Value::Str(_) | Value::Omit),
        "mapping" => matches!(value, Value::Dict(_)),
        "iterable" | "sequence" => {
            matches!(value, Value::Str(_) | Value::List(_) | Value::Dict(_))
        }
        "number" => matches!(value, Value::Int(_) | Value::Float(_) | Value::Bool(_)),
        "integer" => matches!(value, Value::Int(_)),
        "float" => matches!(value, Value::Float(_)),
        "boolean" => matches!(value, Value::Bool(_)),
        "none" | "true" | "false" if matches!(value, Value::Str(_)) => false,
        _ => return None,
    };
    match value {
        Value::Unknown(hole) => Some(Truth::Unknown(hole.clone())),
        _ => Some(Truth::of(is)),
    }
}

fn all_of(items: &[Value], mut test: impl FnMut(&Value) -> Eval<Truth>) -> Eval<Truth> {
    let mut result = Truth::Yes;
    for item in items {
        match test(item)? {
            Truth::Yes => {}
            Truth::No => return Ok(Truth::No),
            Truth::Unknown(hole) => result = Truth::Unknown(hole),
        }
    }
    Ok(result)
}

/// Tests of what a task registered.
fn result(name: &str, value: &Value) -> Eval<Truth> {
    if value.as_dict().is_none() {
        return Err(Failure::failed(format!(
            "`is {name}` needs the result of a task"
        )));
    }
    let flag = |key: &str| match value.get(key) {
        Some(it) => it.truth().ok_or_else(|| Failure::undefined(key)),
        None => Ok(Truth::No),
    };
    match name {
        "failed" | "failure" => flag("failed"),
        "succeeded" | "success" | "successful" => flag("failed").map(Truth::not),
        "skipped" | "skip" => flag("skipped"),
        "unreachable" => flag("unreachable"),
        "reachable" => flag("unreachable").map(Truth::not),
        "finished" | "started" if value.get(name).is_none() => Ok(Truth::Yes),
        "timedout" => match value.get("timedout") {
            Some(it) => it.get("period").map_or(Ok(Truth::No), |it| {
                it.truth().ok_or_else(|| Failure::undefined("period"))
            }),
            None => Ok(Truth::No),
        },
        "changed" | "change" if value.get("changed").is_none() => {
            let results = value
                .get("results")
                .and_then(Value::iterate)
                .unwrap_or_default();
            let none = all_of(&results, |item| {
                let changed = item.get("changed").and_then(Value::truth);
                Ok(changed.unwrap_or(Truth::No).not())
            })?;
            Ok(none.not())
        }
        "change" => flag("changed"),
        other => flag(other),
    }
}
