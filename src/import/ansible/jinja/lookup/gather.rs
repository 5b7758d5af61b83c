//! Lookups that gather what other names stand for: `dependent` and `merge_variables` of community.general, and the
//! sources of `debops.debops`.

use super::{Found, NAMED};
use crate::diag::Code;
use crate::import::ansible::jinja::args::Args;
use crate::import::ansible::jinja::{Env, Eval, expression, ops, regex};
use crate::import::ansible::scope::{Binding, Failure, Layer};
use crate::import::ansible::value::{Dict, Key, Truth, Value};
use crate::source::join;

/// The files in which a project of DebOps says where its own files stand.
const DEBOPS_SETTINGS: &[&str] = &[
    ".debops.yaml",
    ".debops.yml",
    ".debops.json",
    ".debops.toml",
    ".debops.cfg",
];

impl Env<'_, '_> {
    /// `task_src` and its like: a file of the role, unless the project has one in its place.
    pub(super) fn debops_source(&mut self, kind: &str, terms: &[Value]) -> Eval<Found> {
        let tree = self.scope.session().tree;
        for settings in DEBOPS_SETTINGS {
            let text = tree.find(settings).ok().map(|file| tree.text(file));
            if text.is_some_and(|it| it.is_ok_and(|text| text.contains("override_paths"))) {
                let what = format!("the files that {settings} puts in place of those of the roles");
                return Ok(Found::Value(Value::unknown(what, Some(self.here()))));
            }
        }
        let role = self.scope.search().role.clone();
        let mut found = Vec::new();
        for term in terms {
            let term = term.to_text().to_string();
            let path = role.as_deref().map(|role| join(&join(role, kind), &term));
            let Some(path) = path.filter(|path| tree.find(path).is_ok()) else {
                let message = format!("there is no file `{term}` in the input");
                return Err(Failure::new(Code::MissingFile, message));
            };
            found.push(Value::str(&path));
        }
        Ok(Found::Items(found))
    }

    /// `dependent`: each element of the first list, with each of the second, which may be made of it, and so on.
    pub(super) fn dependent(&mut self, terms: &[Value]) -> Eval<Vec<Value>> {
        let mut axes = Vec::new();
        for term in terms {
            let axis = term.as_dict().filter(|it| it.len() == 1);
            let Some((key, source)) = axis.and_then(|it| it.first()) else {
                return Err(Failure::failed("`dependent` needs dictionaries of one key"));
            };
            if axes.iter().any(|(known, _)| known == key) {
                return Err(Failure::failed(format!(
                    "`{key}` of `dependent` stands twice"
                )));
            }
            axes.push((key.clone(), source.clone()));
        }
        let mut rows = vec![Dict::new()];
        for (key, source) in axes {
            let mut next = Vec::new();
            for row in rows {
                let values = match &source {
                    Value::Str(_) => self.beside(&source, &row)?,
                    other => other.clone(),
                };
                let values = match values {
                    Value::List(values) => values.to_vec(),
                    Value::Dict(dict) => {
                        let mut pairs: Vec<_> = dict.iter().collect();
                        pairs.sort_by_key(|(key, _)| *key);
                        let pair = |(key, value): (&Key, &Value)| {
                            Value::record([("key", key.value()), ("value", value.clone())])
                        };
                        pairs.into_iter().map(pair).collect()
                    }
                    // One row stands for those that nobody knows.
                    unknown @ Value::Unknown(_) => vec![unknown],
                    Value::Undefined(name) => return Err(Failure::undefined(&name)),
                    other => {
                        let kind = other.type_name();
                        return Err(Failure::failed(format!(
                            "`{key}` of `dependent` is a {kind}"
                        )));
                    }
                };
                for value in values {
                    let mut row = row.clone();
                    row.insert(key.clone(), value);
                    next.push(row);
                }
            }
            rows = next;
        }
        Ok(match terms {
            [] => Vec::new(),
            _ => rows.into_iter().map(Value::dict).collect(),
        })
    }

    /// Evaluates an expression that sees what was chosen so far as `item`.
    fn beside(&self, source: &Value, row: &Dict) -> Eval<Value> {
        let Some(text) = source.as_str() else {
            let hole = source.hole().cloned();
            return Ok(hole.map_or(Value::None, Value::Unknown));
        };
        let mut layer = Layer::default();
        let item = Binding::Value(Value::dict(row.clone()));
        layer.vars.insert("item".to_owned(), item);
        expression(&self.scope.with(layer), text, self.here())
    }

    /// `merge_variables`: all variables whose names fit, joined.
    pub(super) fn merge_variables(&mut self, terms: &[Value], args: &Args) -> Eval<Found> {
        if args
            .named("groups")
            .is_some_and(|it| !matches!(it, Value::None))
        {
            let what = "the variables that `merge_variables` finds of other hosts";
            return Ok(Found::Value(Value::unknown(what, Some(self.here()))));
        }
        let overrides = args.str(NAMED, "override")?.unwrap_or("error");
        let clash = match overrides {
            "error" => Clash::Fails,
            _ => Clash::Replaces,
        };
        let how = args.str(NAMED, "pattern_type")?.unwrap_or("regex");
        let mut initial = args.named("initial_value").cloned();
        initial = initial.filter(|it| !matches!(it, Value::None));
        let mut found = Vec::new();
        for term in terms {
            let Some(pattern) = term.as_str() else {
                let kind = term.type_name();
                return Err(Failure::failed(format!(
                    "`merge_variables` looks for no {kind}"
                )));
            };
            let mut names = Vec::new();
            for name in self.scope.names() {
                let fits = match how {
                    "prefix" => name.starts_with(pattern),
                    "suffix" => name.ends_with(pattern),
                    _ => {
                        let regex = regex::compile(self.scope.session(), pattern, "")?;
                        regex::is_match(&regex, name)?
                    }
                };
                if fits {
                    names.push(name.to_owned());
                }
            }
            names.sort();
            let mut whole = initial.clone();
            for name in &names {
                let value = self.scope.get(name)?;
                if let Some(hole) = value.hole() {
                    return Ok(Found::Value(Value::Unknown(hole.clone())));
                }
                whole = Some(match (whole, value) {
                    (_, Value::Undefined(name)) => return Err(Failure::undefined(&name)),
                    (None, value @ (Value::List(_) | Value::Dict(_))) => value,
                    (Some(Value::List(known)), Value::List(more)) => {
                        Value::list(known.iter().chain(more.iter()).cloned().collect())
                    }
                    (Some(Value::Dict(known)), Value::Dict(more)) => {
                        let mut known = Dict::clone(&known);
                        merge(&mut known, &more, clash)?;
                        Value::dict(known)
                    }
                    (_, other) => {
                        let kind = other.type_name();
                        let message = format!("`{name}` is a {kind}, which cannot be merged");
                        return Err(Failure::failed(message));
                    }
                });
            }
            // The plugin changes the initial value itself: each result is that one.
            if initial.is_some() {
                initial.clone_from(&whole);
            }
            found.push(whole.unwrap_or(Value::None));
        }
        if let Some(initial) = initial {
            found.fill(initial);
        }
        Ok(Found::Items(found))
    }
}

/// What it means that two variables give one key different values.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Clash {
    Fails,
    Replaces,
}

/// Joins a dictionary to another: dictionaries and lists below are joined too.
fn merge(known: &mut Dict, more: &Dict, clash: Clash) -> Eval<()> {
    for (key, value) in more {
        let joined = match (known.get(key), value) {
            (Some(Value::Dict(inner)), Value::Dict(below)) => {
                let mut inner = Dict::clone(inner);
                merge(&mut inner, below, clash)?;
                Value::dict(inner)
            }
            (Some(Value::List(inner)), Value::List(below)) => {
                Value::list(inner.iter().chain(below.iter()).cloned().collect())
            }
            (Some(other), value)
                if clash == Clash::Fails && matches!(ops::equal(other, value), Truth::No) =>
            {
                let message = format!("two variables say different things of the key `{key}`");
                return Err(Failure::failed(message));
            }
            (_, value) => value.clone(),
        };
        known.insert(key.clone(), joined);
    }
    Ok(())
}
