//! Filters of tables and of files of sections.

use super::{Filter, NAMED, Takes, filter, plain};
use crate::import::ansible::jinja::args::Args;
use crate::import::ansible::jinja::catalog::Collection;
use crate::import::ansible::jinja::{Env, Eval};
use crate::import::ansible::scope::Failure;
use crate::import::ansible::value::{Dict, Key, Value};
use crate::syntax::configparser::{Ini, Options, Reading};
use crate::syntax::csv::csv_rows;

pub(super) const FILTERS: &[Filter] = &[
    filter(Collection::General, "from_csv", Takes::Items, from_csv),
    filter(Collection::General, "from_ini", Takes::Items, from_ini),
    filter(Collection::General, "to_ini", Takes::Known, to_ini),
];

fn from_csv(env: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let separator = match args.str(0, "dialect")?.unwrap_or("excel") {
        "excel" | "unix" => ',',
        "excel-tab" => '\t',
        _ => return Ok(env.unsupported("filter", "community.general.from_csv")),
    };
    let separator = match args.str(2, "delimiter")? {
        Some(given) => given.chars().next().unwrap_or(separator),
        None => separator,
    };
    let mut rows = csv_rows(&plain(&value), separator).into_iter();
    let names: Vec<String> = match args.get(1, "fieldnames").and_then(Value::as_list) {
        Some(names) => names.iter().map(plain).collect(),
        None => rows.next().unwrap_or_default(),
    };
    let trims = args.is_set(NAMED, "skipinitialspace");
    let rows = rows.filter(|row| !row.is_empty()).map(|row| {
        let mut fields = row.into_iter().map(|field| {
            Value::str(if trims {
                field.trim_start_matches(' ')
            } else {
                &field
            })
        });
        let mut made = Dict::new();
        for name in &names {
            let field = fields.next().unwrap_or(Value::None);
            made.insert(Key::Str(name.clone()), field);
        }
        Value::dict(made)
    });
    Ok(Value::list(rows.collect()))
}

fn from_ini(_: &mut Env<'_, '_>, value: Value, _: &Args) -> Eval<Value> {
    let Some(text) = value.as_str() else {
        return Err(Failure::failed("`from_ini` reads a string"));
    };
    let reading = Reading {
        case_sensitive: true,
        allow_no_value: false,
    };
    let ini = Ini::read(text, reading).map_err(Failure::failed)?;
    let dict = |options: &Options| {
        let pairs = options.iter().map(|(name, value)| {
            let value = value.as_deref().map_or(Value::None, Value::str);
            (Key::Str(name.clone()), value)
        });
        Value::dict(pairs.collect())
    };
    let mut made = Dict::new();
    for name in ini.sections.keys() {
        let options = ini.section(name).unwrap_or_default();
        made.insert(Key::Str(name.clone()), dict(&options));
    }
    if !ini.defaults.is_empty() {
        made.insert(Key::Str("DEFAULT".to_owned()), dict(&ini.defaults));
    }
    Ok(Value::dict(made))
}

fn to_ini(_: &mut Env<'_, '_>, value: Value, _: &Args) -> Eval<Value> {
    let sections = value.as_dict().filter(|it| !it.is_empty());
    let Some(sections) = sections else {
        return Err(Failure::failed("`to_ini` needs a dictionary of sections"));
    };
    let mut out = String::new();
    // The default section comes first.
    let is_default = |key: &Key| matches!(key, Key::Str(name) if name == "DEFAULT");
    let (first, rest): (Vec<_>, Vec<_>) = sections.iter().partition(|(key, _)| is_default(key));
    for (name, options) in first.into_iter().chain(rest) {
        let Some(options) = options.as_dict() else {
            return Err(Failure::failed(format!(
                "the section `{name}` is no dictionary"
            )));
        };
        out.push_str(&format!("[{name}]\n"));
        for (name, value) in options {
            match value {
                Value::None => out.push_str(&format!("{name}\n")),
                value => {
                    let value = plain(value).replace('\n', "\n\t");
                    out.push_str(&format!("{name} = {value}\n"));
                }
            }
        }
        out.push('\n');
    }
    out.pop();
    Ok(out.into())
}
