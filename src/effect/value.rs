//! The value that an option has on a host, as data: what the plan gives it, and the defaults of what it leaves out.
//!
//! What is spliced in stays as `${…}`, the text of a file stands for it. Defaults come from the option index; those that
//! are computed are not known, and left out.

use serde_json::{Map, Value};

use crate::nix::{Expr, StrPart, print};
use crate::plan::{OptionPath, Plan, Setting};
use crate::schema::{self, Found};

/// The values that a plan gives to options.
pub(super) fn stated(plan: &Plan) -> Vec<(&[String], Value)> {
    let settings = plan.settings();
    settings
        .map(|(path, setting)| (path.names(), of_setting(setting)))
        .collect()
}

/// Finds the values of an option or of a folder of options, with their names where the path has a `*`.
pub(super) fn values(
    stated: &[(&[String], Value)],
    option: &OptionPath,
) -> Vec<(OptionPath, Value)> {
    let wanted = option.names();
    let mut found: Vec<(OptionPath, Value)> = Vec::new();
    for (names, value) in stated {
        let fits = names.len() >= wanted.len()
            && names
                .iter()
                .zip(wanted)
                .all(|(name, wanted)| wanted == "*" || name == wanted);
        if !fits {
            continue;
        }
        let (own, below) = names.split_at(wanted.len());
        let own = OptionPath::new(own.iter().cloned());
        let at = match found.iter().position(|(it, _)| *it == own) {
            Some(at) => at,
            None => {
                found.push((own, Value::Null));
                found.len() - 1
            }
        };
        put(&mut found[at].1, below, value.clone());
    }
    for (path, value) in &mut found {
        complete(path.names(), value);
    }
    found
}

/// Puts the defaults of options below a path where nothing is.
fn complete(names: &[String], value: &mut Value) {
    for child in schema::children(names) {
        let Value::Object(map) = value else { return };
        if matches!(child, "*" | "<name>") {
            for (name, value) in map.iter_mut() {
                complete(&with(names, name), value);
            }
            continue;
        }
        let path = with(names, child);
        let default = match schema::lookup(&path) {
            Some(Found::Option(option)) => literal(option.default),
            Some(Found::Folder) | None => None,
        };
        if !map.contains_key(child) {
            match default {
                Some(Value::Null) => continue,
                Some(default) => {
                    map.insert(child.to_owned(), default);
                }
                None => {}
            }
        }
        let mut inner = map
            .remove(child)
            .unwrap_or_else(|| Value::Object(Map::new()));
        complete(&path, &mut inner);
        if inner != Value::Object(Map::new()) {
            map.insert(child.to_owned(), inner);
        }
    }
}

fn with(names: &[String], name: &str) -> Vec<String> {
    let mut names = names.to_vec();
    names.push(name.to_owned());
    names
}

/// Reads a default as the index has it, where it is a plain value.
fn literal(text: &str) -> Option<Value> {
    match text.trim() {
        "[ ]" => Some(Value::Array(Vec::new())),
        "{ }" => Some(Value::Object(Map::new())),
        text => serde_json::from_str(text).ok(),
    }
}

fn put(place: &mut Value, names: &[String], value: Value) {
    let Some((first, rest)) = names.split_first() else {
        *place = value;
        return;
    };
    if !place.is_object() {
        *place = Value::Object(Map::new());
    }
    if let Value::Object(map) = place {
        put(map.entry(first.clone()).or_insert(Value::Null), rest, value);
    }
}

fn of_setting(setting: &Setting) -> Value {
    match setting {
        Setting::One(definition) => of_expr(&definition.expr),
        Setting::Elements(list) => list.iter().map(|it| of_expr(&it.expr)).collect(),
    }
}

fn of_expr(expr: &Expr) -> Value {
    match expr {
        Expr::Null => Value::Null,
        Expr::Bool(value) => (*value).into(),
        Expr::Int(value) => (*value).into(),
        Expr::Float(value) => (*value).into(),
        Expr::Str(parts) => parts.iter().map(of_part).collect::<String>().into(),
        Expr::List(items) => items.iter().map(of_expr).collect(),
        Expr::Attrs(attrs) => {
            let attrs = attrs
                .iter()
                .map(|(name, value)| (name.clone(), of_expr(value)));
            Value::Object(attrs.collect())
        }
        Expr::Asset(asset) => String::from_utf8_lossy(&asset.bytes).into(),
        // What says how strongly a value stands says nothing about the value.
        Expr::Apply(function, arguments) => match (function.as_ref(), arguments.as_slice()) {
            (Expr::Select(names), [value])
                if matches!(
                    names.last().map(String::as_str),
                    Some("mkForce" | "mkDefault" | "mkBefore" | "mkAfter")
                ) =>
            {
                of_expr(value)
            }
            _ => spliced(expr).into(),
        },
        Expr::Select(_) | Expr::With(..) | Expr::Function(..) | Expr::Binary(..) => {
            spliced(expr).into()
        }
    }
}

fn of_part(part: &StrPart) -> String {
    match part {
        StrPart::Literal(text) => text.clone(),
        StrPart::Splice(Expr::Asset(asset)) => String::from_utf8_lossy(&asset.bytes).into_owned(),
        StrPart::Splice(expr) => spliced(expr),
    }
}

fn spliced(expr: &Expr) -> String {
    format!("${{{}}}", print(expr, &|asset| asset.name.clone()).as_str())
}
