//! Filters between texts and values: JSON, YAML, base64, hashes, booleans.

use sha1::{Digest, Sha1};

use super::{Filter, NAMED, Takes, builtin, filter, flag, plain};
use crate::import::ansible::digest::{alphabet, base64, digest, hex};
use crate::import::ansible::jinja::args::Args;
use crate::import::ansible::jinja::catalog::Collection;
use crate::import::ansible::jinja::python::{JsonStyle, json};
use crate::import::ansible::jinja::yaml::{Flow, Scalars, YamlStyle, dump};
use crate::import::ansible::jinja::{Env, Eval};
use crate::import::ansible::scope::Failure;
use crate::import::ansible::value::{Dict, Key, Value};
use crate::import::holes::{Encoded, encode};
use crate::model::{Hole, HoleKind, Piece, Text};
use crate::syntax::placeholder_index;
use crate::syntax::python_json::{Json, read_json as parse_json};
use crate::syntax::yaml::{Node, read_text};

pub(super) const FILTERS: &[Filter] = &[
    builtin("bool", Takes::Items, bool_filter),
    builtin("to_json", Takes::Holes, |_, value, args| {
        to_json(&value, args, NAMED, &JsonStyle::default())
    }),
    builtin("tojson", Takes::Holes, |_, value, args| {
        let style = JsonStyle {
            sort_keys: true,
            ..JsonStyle::default()
        };
        let made = to_json(&value, args, 0, &style)?.to_text();
        let mut out = Text::new();
        for piece in made.pieces() {
            match piece {
                Piece::Hole(hole) => out.push_hole(hole.clone()),
                // What HTML would read.
                Piece::Literal(literal) => out.push_str(
                    &literal
                        .replace('<', "\\u003c")
                        .replace('>', "\\u003e")
                        .replace('&', "\\u0026")
                        .replace('\'', "\\u0027"),
                ),
            }
        }
        Ok(Value::Str(out))
    }),
    builtin("to_nice_json", Takes::Holes, |_, value, args| {
        let style = JsonStyle {
            indent: Some("    ".to_owned()),
            sort_keys: true,
            item: ",".to_owned(),
            ..JsonStyle::default()
        };
        to_json(&value, args, 0, &style)
    }),
    builtin("to_yaml", Takes::Holes, |_, value, args| {
        to_yaml(&value, args, NAMED, 2, Flow::Leaves)
    }),
    builtin("to_nice_yaml", Takes::Holes, |_, value, args| {
        to_yaml(&value, args, 0, 4, Flow::None)
    }),
    builtin("from_json", Takes::Items, from_json),
    builtin("from_yaml", Takes::Holes, from_yaml),
    builtin("from_yaml_all", Takes::Holes, from_yaml_all),
    builtin("b64encode", Takes::Items, b64encode),
    builtin("b64decode", Takes::Items, b64decode),
    builtin("md5", Takes::Items, |_, value, _| hashed("md5", &value)),
    builtin("sha1", Takes::Items, |_, value, _| hashed("sha1", &value)),
    builtin("checksum", Takes::Items, |_, value, _| {
        hashed("sha1", &value)
    }),
    builtin("hash", Takes::Items, hash),
    builtin("to_uuid", Takes::Items, to_uuid),
    filter(Collection::General, "crc32", Takes::Items, |_, value, _| {
        Ok(format!("{:x}", crc32(plain(&value).as_bytes())).into())
    }),
    builtin(
        "password_hash",
        Takes::Anything,
        |env, value, _| match value {
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
        },
    ),
    builtin("vault", Takes::Anything, vaulted),
    builtin("unvault", Takes::Anything, vaulted),
];

/// What is encrypted, or was.
fn vaulted(env: &mut Env<'_, '_>, value: Value, _: &Args) -> Eval<Value> {
    if let Value::Undefined(name) = &value {
        return Err(Failure::undefined(name));
    }
    let place = env.scope.session().place(env.here());
    Ok(Value::secret(format!("{place} vault"), Some(env.here())))
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
        Value::Bool(_) => value,
        Value::Str(_) => Value::Bool(boolean(&plain(&value)).unwrap_or(false)),
        other => Value::Bool(other.as_number() == Some(1.0)),
    })
}

fn to_json(value: &Value, args: &Args, place: usize, usual: &JsonStyle) -> Eval<Value> {
    let mut style = usual.clone();
    match args.get(place, "indent") {
        None => {}
        Some(Value::None) => style.indent = None,
        Some(Value::Str(indent)) => style.indent = indent.plain().map(str::to_owned),
        Some(_) => {
            let width = super::size(args, place, "indent", 0)?;
            style.indent = Some(" ".repeat(width.min(100)));
        }
    }
    style.sort_keys = flag(args, NAMED, "sort_keys", style.sort_keys);
    style.ensure_ascii = flag(args, NAMED, "ensure_ascii", style.ensure_ascii);
    if style.indent.is_some() {
        style.item = ",".to_owned();
    }
    // `to_nice_json` has its own.
    if usual.indent.is_none()
        && let Some([item, key]) = args.named("separators").and_then(Value::as_list)
    {
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

fn to_yaml(value: &Value, args: &Args, place: usize, indent: usize, flow: Flow) -> Eval<Value> {
    if let Some(name) = value.deep_undefined() {
        return Err(Failure::undefined(name));
    }
    // Ansible gives it itself, and Python takes no argument twice.
    if args.named("allow_unicode").is_some() {
        return Err(Failure::failed("`allow_unicode` cannot be given"));
    }
    let indent = super::size(args, place, "indent", indent)?;
    let indent = if (2..10).contains(&indent) { indent } else { 2 };
    let width = super::size(args, NAMED, "width", 80)?;
    let style = YamlStyle {
        indent,
        // A width that leaves no room is not taken.
        width: if width > indent * 2 { width } else { 80 },
        sort_keys: flag(args, NAMED, "sort_keys", true),
        flow: match args.named("default_flow_style") {
            None => flow,
            Some(Value::None) => Flow::Leaves,
            Some(_) if args.is_set(NAMED, "default_flow_style") => Flow::All,
            Some(_) => Flow::None,
        },
        scalars: Scalars::of(args.str(NAMED, "default_style")?),
        explicit_start: args.is_set(NAMED, "explicit_start"),
        explicit_end: args.is_set(NAMED, "explicit_end"),
    };
    Ok(Value::Str(dump(value, &style)))
}

fn from_json(_: &mut Env<'_, '_>, value: Value, _: &Args) -> Eval<Value> {
    let Some(text) = value.as_str() else {
        return Err(Failure::failed(format!(
            "`from_json` reads a string, not a {}",
            value.type_name()
        )));
    };
    read_json(text).map_err(|error| Failure::failed(format!("`from_json` got no JSON: {error}")))
}

/// Takes over what `serde_json` read.
#[cfg(test)]
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
    let Value::Str(text) = &value else {
        return Ok(value);
    };
    let documents = yaml_documents(env, text)?;
    Ok(documents.unwrap_or_else(|hole| vec![Value::Unknown(hole)]))
        .map(|all| all.into_iter().next().unwrap_or(Value::None))
}

fn from_yaml_all(env: &mut Env<'_, '_>, value: Value, _: &Args) -> Eval<Value> {
    match &value {
        Value::Str(text) => Ok(match yaml_documents(env, text)? {
            Ok(documents) => Value::list(documents),
            Err(hole) => Value::Unknown(hole),
        }),
        Value::None => Ok(Value::list(Vec::new())),
        _ => Ok(value),
    }
}

/// Reads the documents of a text. A hole stands where a scalar does, or in one; where it may be more, the whole is
/// unknown.
fn yaml_documents(env: &Env<'_, '_>, text: &Text) -> Eval<Result<Vec<Value>, Hole>> {
    let Some(hole) = text.worst_hole() else {
        let documents = read_text(text.plain().unwrap_or_default(), env.here().file)
            .map_err(|error| Failure::failed(format!("`from_yaml` got no YAML: {error}")))?;
        return Ok(Ok(documents.iter().map(|node| of_yaml(node)).collect()));
    };
    let is_held = |c: char| placeholder_index(c).is_some();
    // What a statement would print may be lines of their own.
    let is_loose = |line: &str| {
        let line = line.trim();
        line.contains(is_held) && line.chars().all(is_held)
    };
    let encoded = encode(text).filter(|it| !it.text.lines().any(is_loose));
    let documents = encoded.and_then(|encoded| {
        let documents = read_text(&encoded.text, env.here().file).ok()?;
        let documents = documents.iter();
        documents
            .map(|node| decoded(of_yaml(node), &encoded))
            .collect::<Option<Vec<Value>>>()
    });
    Ok(documents.ok_or_else(|| hole.clone()))
}

/// Puts the holes back into what was read of a text with placeholders; none where a key has one.
fn decoded(value: Value, encoded: &Encoded) -> Option<Value> {
    Some(match value {
        Value::Str(text) => {
            let text = encoded.decode(text.plain()?);
            match text.pieces() {
                [Piece::Hole(hole)] if hole.kind == HoleKind::Unknown => {
                    Value::Unknown(hole.clone())
                }
                _ => Value::Str(text),
            }
        }
        Value::List(items) => {
            let items = items.iter().map(|it| decoded(it.clone(), encoded));
            Value::list(items.collect::<Option<Vec<Value>>>()?)
        }
        Value::Dict(pairs) => {
            let mut dict = Dict::with_capacity(pairs.len());
            for (key, it) in pairs.iter() {
                if matches!(key, Key::Str(name) if name.chars().any(|c| placeholder_index(c).is_some()))
                {
                    return None;
                }
                dict.insert(key.clone(), decoded(it.clone(), encoded)?);
            }
            Value::dict(dict)
        }
        other => other,
    })
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

fn hash(env: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let name = args.str(0, "hashtype")?.unwrap_or("sha1");
    let lower = name.to_ascii_lowercase();
    // What else there is depends on the machine.
    if matches!(
        lower.as_str(),
        "ripemd160" | "sm3" | "md4" | "whirlpool" | "md5-sha1"
    ) {
        let what = format!("the hash `{name}`");
        return Ok(Value::unknown(what, Some(env.here())));
    }
    hashed(&lower, &value)
}

fn hashed(algorithm: &str, value: &Value) -> Eval<Value> {
    let made = digest(algorithm, plain(value).as_bytes());
    made.map(Value::from)
        .ok_or_else(|| Failure::failed(format!("the hash `{algorithm}` is not known")))
}

/// The checksum of zip and gzip.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            let odd = if crc & 1 == 1 { 0xedb8_8320 } else { 0 };
            (crc >> 1) ^ odd
        })
    })
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

fn b64encode(env: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let text = plain(&value);
    let encoding = args.str(0, "encoding")?.unwrap_or("utf-8");
    let url = args.is_set(1, "urlsafe");
    let bytes = match Encoding::named(encoding) {
        Some(Encoding::Utf8) => Some(text.into_bytes()),
        Some(Encoding::Utf16 { big }) => Some(
            text.encode_utf16()
                .flat_map(|unit| {
                    if big {
                        unit.to_be_bytes()
                    } else {
                        unit.to_le_bytes()
                    }
                })
                .collect(),
        ),
        Some(Encoding::Bytes { last }) => text
            .chars()
            .map(|it| u8::try_from(u32::from(it)).ok().filter(|it| *it <= last))
            .collect(),
        None => return Ok(unknown_encoding(env, encoding)),
    };
    match bytes {
        Some(bytes) => Ok(base64(&bytes, url).into()),
        None => Err(Failure::failed(format!(
            "the text does not fit into {encoding}"
        ))),
    }
}

/// How texts are bytes.
enum Encoding {
    Utf8,
    Utf16 {
        big: bool,
    },
    /// One byte for each character, up to the last that there is.
    Bytes {
        last: u8,
    },
}

impl Encoding {
    fn named(name: &str) -> Option<Encoding> {
        Some(match name.to_ascii_lowercase().replace('_', "-").as_str() {
            "utf-8" | "utf8" => Encoding::Utf8,
            "utf-16-le" | "utf-16le" => Encoding::Utf16 { big: false },
            "utf-16-be" | "utf-16be" => Encoding::Utf16 { big: true },
            "latin-1" | "latin1" | "iso-8859-1" | "iso8859-1" => Encoding::Bytes { last: 0xff },
            "ascii" | "us-ascii" => Encoding::Bytes { last: 0x7f },
            _ => return None,
        })
    }
}

fn unknown_encoding(env: &Env<'_, '_>, name: &str) -> Value {
    Value::unknown(format!("a text in the encoding {name}"), Some(env.here()))
}

fn b64decode(env: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let alphabet = alphabet(args.is_set(1, "urlsafe"));
    let mut bytes = Vec::new();
    let (mut bits, mut count, mut digits, mut padding) = (0u32, 0, 0usize, 0);
    // What is in no alphabet is passed over.
    for byte in plain(&value).bytes() {
        if byte == b'=' {
            padding += 1;
            if digits % 4 >= 2 && digits % 4 + padding >= 4 {
                break;
            }
            continue;
        }
        let Some(index) = alphabet.iter().position(|it| *it == byte) else {
            continue;
        };
        padding = 0;
        digits += 1;
        bits = (bits << 6) | u32::try_from(index).unwrap_or(0);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from((bits >> count) & 0xff).unwrap_or(0));
            bits &= (1 << count) - 1;
        }
    }
    let rest = digits % 4;
    if rest == 1 || rest != 0 && rest + padding < 4 {
        return Err(Failure::failed(
            "`b64decode` got no base64: its padding is wrong",
        ));
    }
    let encoding = args.str(0, "encoding")?.unwrap_or("utf-8");
    let decoded = match Encoding::named(encoding) {
        Some(Encoding::Utf8) => String::from_utf8(bytes).ok(),
        Some(Encoding::Utf16 { big }) => {
            let units = bytes.chunks(2).map(|pair| match pair {
                [a, b] if big => u16::from_be_bytes([*a, *b]),
                [a, b] => u16::from_le_bytes([*a, *b]),
                _ => 0xfffd,
            });
            Some(String::from_utf16_lossy(&units.collect::<Vec<_>>()))
        }
        Some(Encoding::Bytes { .. }) => Some(bytes.into_iter().map(char::from).collect()),
        None => return Ok(unknown_encoding(env, encoding)),
    };
    match decoded {
        Some(text) => Ok(text.into()),
        None => Ok(Value::unknown(
            "decoded bytes that are no text",
            Some(env.here()),
        )),
    }
}

/// Reads JSON as Python's `json` does.
fn read_json(text: &str) -> Result<Value, String> {
    parse_json(text).map(of_python_json)
}

/// Takes over what was read as Python reads it.
pub(super) fn of_python_json(json: Json) -> Value {
    match json {
        Json::Null => Value::None,
        Json::Bool(it) => Value::Bool(it),
        Json::Int(it) => Value::Int(it),
        Json::Float(it) => Value::Float(it),
        Json::Str(it) => it.into(),
        Json::List(items) => Value::list(items.into_iter().map(of_python_json).collect()),
        Json::Dict(pairs) => {
            let pairs = pairs.into_iter();
            Value::dict(
                pairs
                    .map(|(name, it)| (Key::Str(name), of_python_json(it)))
                    .collect(),
            )
        }
    }
}

/// Writes JSON without spaces.
pub(super) fn compact_json(value: &Value) -> Text {
    let style = JsonStyle {
        item: ",".to_owned(),
        key: ":".to_owned(),
        ..JsonStyle::default()
    };
    let mut out = Text::new();
    json(value, &style, 0, &mut out);
    out
}
