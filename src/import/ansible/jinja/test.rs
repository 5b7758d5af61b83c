//! The tests of Jinja2 and Ansible: `x is y`.

use super::args::Args;
use super::{Env, Eval, ops, regex};
use crate::import::ansible::scope::Failure;
use crate::import::ansible::value::{Truth, Value, worst};
use crate::syntax::jinja::CompareOp;

impl Env<'_, '_> {
    pub(super) fn test(&mut self, full: &str, value: &Value, args: &Args) -> Eval<Truth> {
        let name = bare(full);
        match name {
            "defined" | "undefined" => {
                let unset = value.is_undefined() || self.scope.is_taken_as_unset(value);
                return Ok(Truth::of(unset == (name == "undefined")));
            }
            "filter" | "test" => {
                let known = match value.as_str() {
                    Some(it) if name == "filter" => super::filters::find(it).is_some(),
                    Some(it) => is_known(it),
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
                let converted = match value.as_str() {
                    Some(text) if args.is_set(0, "convert_bool") => super::filters::boolean(text),
                    _ => None,
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
        self.known(full, name, value, args)
    }

    fn known(&mut self, full: &str, name: &str, value: &Value, args: &Args) -> Eval<Truth> {
        let whole = || {
            let number = value.as_int();
            number.ok_or_else(|| Failure::failed(format!("`is {name}` needs a whole number")))
        };
        Ok(Truth::of(match name {
            "none" => matches!(value, Value::None),
            "true" => matches!(value, Value::Bool(true)),
            "false" => matches!(value, Value::Bool(false)),
            "callable" | "escaped" => false,
            "odd" => whole()? % 2 != 0,
            "even" => whole()? % 2 == 0,
            "divisibleby" => {
                let by = args.int(0, "num")?.unwrap_or(0);
                if by == 0 {
                    return Err(Failure::failed("a division by zero"));
                }
                whole()? % by == 0
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
                let pattern = args.need_str(0, "pattern")?;
                let flags = regex::flags(args, 1, 2);
                let compiled = regex::compile(self.scope.session(), pattern, &flags)?;
                let text = value.to_text();
                let text = text.plain().unwrap_or_default();
                let at_start = name == "match"
                    || name == "regex" && args.str(3, "match_type")? == Some("match");
                if at_start {
                    // The first match may start later than one that starts here.
                    let anchored = format!("\\A(?:{pattern})");
                    let compiled = regex::compile(self.scope.session(), &anchored, &flags)?;
                    regex::matches_at_start(&compiled, text)?
                } else {
                    regex::is_match(&compiled, text)?
                }
            }
            "version" | "version_compare" => {
                let other = args.need(0, "version")?.to_text().to_string();
                let operator = args.str(1, "operator")?.unwrap_or("eq").to_owned();
                return version(&value.to_text().to_string(), &other, &operator);
            }
            "subset" | "issubset" | "superset" | "issuperset" => {
                let other = args.need(0, "other")?;
                let (small, large) = if name.ends_with("subset") {
                    (value, other)
                } else {
                    (other, value)
                };
                return all_of(&small.iterate().unwrap_or_default(), |item| {
                    ops::contains(large, item)
                });
            }
            "all" => {
                let items = value.iterate().unwrap_or_default();
                return all_of(&items, |item| self.scope.truth(item));
            }
            "any" => {
                let items = value.iterate().unwrap_or_default();
                let none = all_of(&items, |item| self.scope.truth(item).map(Truth::not))?;
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
            "nan" => value.as_number().is_some_and(f64::is_nan),
            "abs" | "is_abs" => value.as_str().is_some_and(|it| it.starts_with('/')),
            "file" | "directory" | "exists" | "link" | "is_file" | "is_dir" | "is_link"
            | "link_exists" | "mount" | "is_mount" | "same_file" | "is_same_file"
            | "vaulted_file" => {
                let path = value.to_text();
                let what = format!("whether `{path}` is there when the playbook runs");
                let hole = crate::model::Hole {
                    kind: crate::model::HoleKind::Unknown,
                    what,
                    span: Some(self.here()),
                };
                return Ok(Truth::Unknown(hole));
            }
            "ip" | "ip_address" | "ipv4" | "ipv4_address" | "ipv6" | "ipv6_address" | "uri"
            | "url" => {
                let text = value.as_str().unwrap_or_default();
                match name {
                    "ip" | "ip_address" => text.parse::<std::net::IpAddr>().is_ok(),
                    "ipv4" | "ipv4_address" => text.parse::<std::net::Ipv4Addr>().is_ok(),
                    "ipv6" | "ipv6_address" => text.parse::<std::net::Ipv6Addr>().is_ok(),
                    _ => text.contains("://"),
                }
            }
            _ => {
                // Ansible lets a filter stand for a test.
                if super::filters::find(name).is_some() {
                    let made = self.filter(name, value.clone(), args)?;
                    return self.scope.truth(&made);
                }
                let hole = self.unsupported("test", full);
                return self.scope.truth(&hole);
            }
        }))
    }
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

fn bare(name: &str) -> &str {
    match name.rsplit_once('.') {
        Some((collection, last)) if is_known(last) && collection.contains('.') => last,
        _ => name,
    }
}

fn is_known(name: &str) -> bool {
    matches!(
        name,
        "defined"
            | "undefined"
            | "string"
            | "mapping"
            | "iterable"
            | "sequence"
            | "number"
            | "integer"
            | "float"
            | "boolean"
            | "none"
            | "true"
            | "false"
            | "odd"
            | "even"
            | "divisibleby"
            | "lower"
            | "upper"
            | "sameas"
            | "match"
            | "search"
            | "regex"
            | "version"
            | "version_compare"
            | "subset"
            | "superset"
            | "issubset"
            | "issuperset"
            | "all"
            | "any"
            | "failed"
            | "failure"
            | "succeeded"
            | "success"
            | "successful"
            | "changed"
            | "change"
            | "skipped"
            | "skip"
            | "finished"
            | "started"
            | "reachable"
            | "unreachable"
            | "timedout"
            | "vault_encrypted"
            | "nan"
            | "abs"
            | "file"
            | "directory"
            | "exists"
            | "link"
            | "link_exists"
            | "mount"
            | "same_file"
            | "ip"
            | "ip_address"
            | "ipv4_address"
            | "ipv6_address"
            | "uri"
            | "url"
            | "truthy"
            | "falsy"
            | "contains"
            | "in"
            | "eq"
            | "ne"
            | "lt"
            | "le"
            | "gt"
            | "ge"
            | "equalto"
            | "callable"
            | "escaped"
            | "filter"
            | "test"
            | "vaulted_file"
    )
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

/// Compares versions as Python's `LooseVersion` does.
fn version(left: &str, right: &str, operator: &str) -> Eval<Truth> {
    if left.is_empty() || right.is_empty() {
        return Err(Failure::failed("a version that is compared is empty"));
    }
    let order = compare_versions(&parts(left), &parts(right)).ok_or_else(|| {
        Failure::failed(format!(
            "the versions `{left}` and `{right}` cannot be compared"
        ))
    })?;
    Ok(Truth::of(match operator {
        "==" | "=" | "eq" => order.is_eq(),
        "<" | "lt" => order.is_lt(),
        "<=" | "le" => order.is_le(),
        ">" | "gt" => order.is_gt(),
        ">=" | "ge" => order.is_ge(),
        "!=" | "<>" | "ne" => order.is_ne(),
        other => {
            return Err(Failure::failed(format!(
                "`{other}` is no comparison of versions"
            )));
        }
    }))
}

#[derive(PartialEq, Eq)]
enum Part {
    Number(u128),
    Word(String),
}

fn parts(version: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = version;
    while let Some(first) = rest.chars().next() {
        let digits = first.is_ascii_digit();
        let letters = first.is_ascii_lowercase();
        let end = rest
            .find(|it: char| {
                if digits {
                    !it.is_ascii_digit()
                } else if letters {
                    !it.is_ascii_lowercase()
                } else {
                    it.is_ascii_digit() || it.is_ascii_lowercase() || it == '.'
                }
            })
            .unwrap_or(rest.len());
        let end = if first == '.' {
            1
        } else {
            end.max(first.len_utf8())
        };
        let part = &rest[..end];
        if digits {
            parts.push(Part::Number(part.parse().unwrap_or(u128::MAX)));
        } else if first != '.' {
            parts.push(Part::Word(part.to_owned()));
        }
        rest = &rest[end..];
    }
    parts
}

fn compare_versions(left: &[Part], right: &[Part]) -> Option<std::cmp::Ordering> {
    for (a, b) in left.iter().zip(right) {
        let order = match (a, b) {
            (Part::Number(a), Part::Number(b)) => a.cmp(b),
            (Part::Word(a), Part::Word(b)) => a.cmp(b),
            // Python cannot order a number and a word.
            _ => return None,
        };
        if order.is_ne() {
            return Some(order);
        }
    }
    Some(left.len().cmp(&right.len()))
}
