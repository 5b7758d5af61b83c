//! Filters between texts and values: JSON, YAML, base64, hashes, booleans.

use sha1::{Digest, Sha1};

use super::{Run, Takes, plain};
use crate::import::ansible::digest::{alphabet, base64, digest, hex};
use crate::import::ansible::jinja::args::Args;
use crate::import::ansible::jinja::python::{JsonStyle, json};
use crate::import::ansible::jinja::yaml::{Flow, YamlStyle, dump};
use crate::import::ansible::jinja::{Env, Eval};
use crate::import::ansible::scope::Failure;
use crate::import::ansible::value::{Dict, Key, Value};
use crate::model::Text;
use crate::syntax::yaml::{Node, read_text};

pub(super) fn find(name: &str) -> Option<(Takes, Run)> {
    let (takes, run): (Takes, Run) = match name {
        "bool" => (Takes::Items, bool_filter),
        "to_json" => (Takes::Holes, |_, value, args| {
            to_json(&value, args, &JsonStyle::default())
        }),
        "tojson" => (Takes::Holes, |_, value, args| {
            to_json(&value, args, &JsonStyle::default())
        }),
        "to_nice_json" => (Takes::Holes, |_, value, args| {
            let style = JsonStyle {
                indent: Some(4),
                sort_keys: true,
                ..JsonStyle::default()
            };
            to_json(&value, args, &style)
        }),
        "to_yaml" => (Takes::Holes, |_, value, args| {
            to_yaml(&value, args, 2, Flow::Leaves)
        }),
        "to_nice_yaml" => (Takes::Holes, |_, value, args| {
            to_yaml(&value, args, 4, Flow::None)
        }),
        "from_json" => (Takes::Items, from_json),
        "from_yaml" => (Takes::Items, from_yaml),
        "from_yaml_all" => (Takes::Items, from_yaml_all),
        "b64encode" => (Takes::Items, |_, value, args| {
            let url = args.is_set(usize::MAX, "urlsafe");
            Ok(base64(plain(&value).as_bytes(), url).into())
        }),
        "b64decode" => (Takes::Items, b64decode),
        "md5" => (Takes::Items, |_, value, _| hashed("md5", &value)),
        "sha1" | "checksum" => (Takes::Items, |_, value, _| hashed("sha1", &value)),
        "hash" => (Takes::Items, |_, value, args| {
            hashed(args.str(0, "hashtype")?.unwrap_or("sha1"), &value)
        }),
        "to_uuid" => (Takes::Items, to_uuid),
        "password_hash" => (Takes::Anything, |env, value, _| match value {
            Value::Undefined(name) => Err(Failure::undefined(&name)),
            Value::Unknown(hole) => Ok(secret(hole.what)),
            Value::Str(text) if text.worst_hole().is_some() => Ok(secret(
                text.worst_hole()
                    .map(|it| it.what.clone())
                    .unwrap_or_default(),
            )),
            _ => {
                let place = env.scope.session().place(env.here());
                Ok(secret(place))
            }
        }),
        "vault" | "unvault" => (Takes::Anything, |env, _, _| {
            let place = env.scope.session().place(env.here());
            Ok(Value::secret(format!("{place} vault"), Some(env.here())))
        }),
        "strftime" | "to_datetime" | "to_time_unit" => (Takes::Items, |env, _, _| {
            Ok(Value::unknown("a time", Some(env.here())))
        }),
        _ => return None,
    };
    Some((takes, run))
}

fn secret(of: String) -> Value {
    Value::secret(format!("{of} (hashed)"), None)
}

/// Returns what Ansible's `bool` makes of a string, where it is one that it knows.
pub(in crate::import::ansible::jinja) fn boolean(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "yes" | "on" | "true" | "1" => Some(true),
        "no" | "off" | "false" | "0" => Some(false),
        _ => None,
    }
}

fn bool_filter(_: &mut Env<'_, '_>, value: Value, _: &Args) -> Eval<Value> {
    Ok(match &value {
        Value::None => Value::None,
        Value::Bool(_) => value,
        Value::Str(_) => Value::Bool(boolean(&plain(&value)).unwrap_or(false)),
        other => Value::Bool(other.as_number() == Some(1.0)),
    })
}

fn to_json(value: &Value, args: &Args, usual: &JsonStyle) -> Eval<Value> {
    let mut style = usual.clone();
    if let Some(indent) = args.int(0, "indent")? {
        style.indent = usize::try_from(indent).ok().map(|it| it.min(100));
    } else if matches!(args.get(0, "indent"), Some(Value::None)) {
        style.indent = None;
    }
    let flag = |name: &str, usual: bool| match args.named(name) {
        Some(_) => args.is_set(usize::MAX, name),
        None => usual,
    };
    style.sort_keys = flag("sort_keys", style.sort_keys);
    style.ensure_ascii = flag("ensure_ascii", style.ensure_ascii);
    if let Some([item, key]) = args.named("separators").and_then(Value::as_list) {
        style.item = plain(item);
        style.key = plain(key);
    }
    if let Some(name) = value.deep_undefined() {
        return Err(Failure::undefined(name));
    }
    let mut out = Text::new();
    json(value, &style, 0, &mut out);
    Ok(Value::Str(out))
}

fn to_yaml(value: &Value, args: &Args, indent: usize, flow: Flow) -> Eval<Value> {
    if let Some(name) = value.deep_undefined() {
        return Err(Failure::undefined(name));
    }
    let number = |name: &str, usual: usize| -> Eval<usize> {
        let given = args.int(
            if name == "indent" && flow == Flow::None {
                0
            } else {
                usize::MAX
            },
            name,
        )?;
        Ok(given
            .and_then(|it| usize::try_from(it).ok())
            .unwrap_or(usual))
    };
    let style = YamlStyle {
        indent: number("indent", indent)?.clamp(2, 9),
        width: number("width", 80)?,
        sort_keys: args.named("sort_keys").is_none() || args.is_set(usize::MAX, "sort_keys"),
        flow: match args.named("default_flow_style") {
            None => flow,
            Some(Value::None) => Flow::Leaves,
            Some(_) if args.is_set(usize::MAX, "default_flow_style") => Flow::All,
            Some(_) => Flow::None,
        },
        explicit_start: args.is_set(usize::MAX, "explicit_start"),
        explicit_end: args.is_set(usize::MAX, "explicit_end"),
    };
    Ok(Value::Str(dump(value, &style)))
}

fn from_json(_: &mut Env<'_, '_>, value: Value, _: &Args) -> Eval<Value> {
    let Some(text) = value.as_str() else {
        return Ok(value);
    };
    let parsed: serde_json::Value = serde_json::from_str(text)
        .map_err(|error| Failure::failed(format!("`from_json` got no JSON: {error}")))?;
    Ok(of_json(&parsed))
}

/// Takes over what `serde_json` read.
pub(in crate::import::ansible::jinja) fn of_json(value: &serde_json::Value) -> Value {
    match value {
        serde_json::Value::Null => Value::None,
        serde_json::Value::Bool(it) => Value::Bool(*it),
        serde_json::Value::Number(number) => match number.as_i64() {
            Some(number) => Value::Int(number),
            None => Value::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        serde_json::Value::String(text) => Value::str(text),
        serde_json::Value::Array(items) => Value::list(items.iter().map(of_json).collect()),
        serde_json::Value::Object(fields) => {
            let fields = fields.iter();
            Value::dict(
                fields
                    .map(|(name, it)| (Key::Str(name.clone()), of_json(it)))
                    .collect(),
            )
        }
    }
}

fn from_yaml(env: &mut Env<'_, '_>, value: Value, _: &Args) -> Eval<Value> {
    let Some(text) = value.as_str() else {
        return Ok(value);
    };
    let documents = yaml_documents(env, text)?;
    Ok(documents.into_iter().next().unwrap_or(Value::None))
}

fn from_yaml_all(env: &mut Env<'_, '_>, value: Value, _: &Args) -> Eval<Value> {
    let Some(text) = value.as_str() else {
        return Ok(value);
    };
    yaml_documents(env, text).map(Value::list)
}

fn yaml_documents(env: &Env<'_, '_>, text: &str) -> Eval<Vec<Value>> {
    let documents = read_text(text, env.here().file)
        .map_err(|error| Failure::failed(format!("`from_yaml` got no YAML: {error}")))?;
    Ok(documents.iter().map(|node| of_yaml(node)).collect())
}

/// Takes over a node as it is written, without rendering it.
pub(in crate::import::ansible::jinja) fn of_yaml(node: &Node) -> Value {
    if let Some(items) = node.items() {
        return Value::list(items.iter().map(|it| of_yaml(it)).collect());
    }
    if let Some(pairs) = node.pairs() {
        let mut dict = Dict::new();
        for (key, value) in pairs {
            if let Some(key) = of_yaml(key).key() {
                dict.insert(key, of_yaml(value));
            }
        }
        return Value::dict(dict);
    }
    node.scalar().map_or(Value::None, Value::from_scalar)
}

fn hashed(algorithm: &str, value: &Value) -> Eval<Value> {
    let found = digest(algorithm, plain(value).as_bytes());
    found
        .map(Value::from)
        .ok_or_else(|| Failure::failed(format!("the hash `{algorithm}` is not known")))
}

/// A version 5 UUID.
fn to_uuid(_: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let namespace = args
        .str(0, "namespace")?
        .unwrap_or("361E6D51-FAEC-444A-9079-341386DA8E2E");
    let digits: String = namespace.chars().filter(char::is_ascii_hexdigit).collect();
    let bytes: Option<Vec<u8>> = (0..16)
        .map(|at| u8::from_str_radix(digits.get(at * 2..at * 2 + 2)?, 16).ok())
        .collect();
    let Some(mut bytes) = bytes else {
        return Err(Failure::failed(format!("`{namespace}` is no UUID")));
    };
    bytes.extend(plain(&value).as_bytes());
    let mut digest = Sha1::digest(&bytes)[..16].to_vec();
    if let [_, _, _, _, _, _, version, _, variant, ..] = digest.as_mut_slice() {
        *version = (*version & 0x0f) | 0x50;
        *variant = (*variant & 0x3f) | 0x80;
    }
    let text = hex(&digest);
    let parts = [
        &text[..8],
        &text[8..12],
        &text[12..16],
        &text[16..20],
        &text[20..],
    ];
    Ok(parts.join("-").into())
}

fn b64decode(env: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let alphabet = alphabet(args.is_set(usize::MAX, "urlsafe"));
    let mut bytes = Vec::new();
    let (mut bits, mut count) = (0u32, 0);
    for byte in plain(&value).bytes().filter(|it| *it != b'=') {
        let Some(index) = alphabet.iter().position(|it| *it == byte) else {
            continue;
        };
        bits = (bits << 6) | u32::try_from(index).unwrap_or(0);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from((bits >> count) & 0xff).unwrap_or(0));
            bits &= (1 << count) - 1;
        }
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text.into()),
        Err(_) => Ok(Value::unknown(
            "decoded bytes that are no text",
            Some(env.here()),
        )),
    }
}
