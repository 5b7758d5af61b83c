//! Filters of addresses of the web.

use super::{Filter, Takes, builtin, plain};
use crate::import::ansible::jinja::args::Args;
use crate::import::ansible::jinja::{Env, Eval};
use crate::import::ansible::scope::Failure;
use crate::import::ansible::value::Value;

pub(super) const FILTERS: &[Filter] = &[
    builtin("urlsplit", Takes::Known, urlsplit),
    builtin("urlencode", Takes::Known, urlencode),
    builtin("urldecode", Takes::Known, |_, value, _| {
        Ok(unquote(&plain(&value)).into())
    }),
];

/// The parts of an address of the web, as `urllib.parse.urlsplit` finds them.
#[derive(Debug)]
pub(in crate::import::ansible::jinja) struct Url<'t> {
    pub(in crate::import::ansible::jinja) scheme: String,
    pub(in crate::import::ansible::jinja) netloc: &'t str,
    path: &'t str,
    query: &'t str,
    fragment: &'t str,
}

impl Url<'_> {
    pub(in crate::import::ansible::jinja) fn read(url: &str) -> Url<'_> {
        let is_scheme = |it: &str| {
            it.starts_with(|it: char| it.is_ascii_alphabetic())
                && it
                    .chars()
                    .all(|it| it.is_ascii_alphanumeric() || "+-.".contains(it))
        };
        let (scheme, rest) = match url.split_once(':') {
            Some((scheme, after)) if is_scheme(scheme) => (scheme.to_lowercase(), after),
            _ => (String::new(), url),
        };
        let (netloc, rest) = match rest.strip_prefix("//") {
            Some(after) => after.split_at(after.find(['/', '?', '#']).unwrap_or(after.len())),
            None => ("", rest),
        };
        let (rest, fragment) = rest.split_once('#').unwrap_or((rest, ""));
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        Url {
            scheme,
            netloc,
            path,
            query,
            fragment,
        }
    }
}

fn urlsplit(_: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let text = plain(&value);
    let url = Url::read(&text);
    let (user, host) = match url.netloc.rsplit_once('@') {
        Some((user, host)) => (Some(user), host),
        None => (None, url.netloc),
    };
    let (username, password) = match user {
        Some(user) => match user.split_once(':') {
            Some((name, password)) => (Value::str(name), Value::str(password)),
            None => (Value::str(user), Value::None),
        },
        None => (Value::None, Value::None),
    };
    let (hostname, port) = match host.strip_prefix('[').and_then(|it| it.split_once(']')) {
        Some((inner, after)) => (inner, after.strip_prefix(':')),
        None => match host.split_once(':') {
            Some((name, port)) => (name, Some(port)),
            None => (host, None),
        },
    };
    let port = match port.filter(|it| !it.is_empty()) {
        None => Value::None,
        Some(port) => match port.parse::<u16>() {
            Ok(port) => Value::Int(i64::from(port)),
            Err(_) => return Err(Failure::failed(format!("`{port}` is no port"))),
        },
    };
    let hostname = if hostname.is_empty() {
        Value::None
    } else {
        hostname.to_lowercase().into()
    };
    let parts = Value::record([
        ("fragment", Value::str(url.fragment)),
        ("hostname", hostname),
        ("netloc", Value::str(url.netloc)),
        ("password", password),
        ("path", Value::str(url.path)),
        ("port", port),
        ("query", Value::str(url.query)),
        ("scheme", url.scheme.into()),
        ("username", username),
    ]);
    match args.str(0, "query")? {
        None | Some("") => Ok(parts),
        Some(name) => parts.get(name).cloned().ok_or_else(|| {
            Failure::failed(format!("`{name}` is no part of an address of the web"))
        }),
    }
}

fn urlencode(_: &mut Env<'_, '_>, value: Value, _: &Args) -> Eval<Value> {
    let pair = |key: &str, value: &str| format!("{}={}", quote_plus(key), quote_plus(value));
    Ok(match &value {
        Value::Dict(dict) => {
            let pairs = dict
                .iter()
                .map(|(key, value)| pair(&plain(&key.value()), &plain(value)));
            pairs.collect::<Vec<_>>().join("&")
        }
        Value::List(pairs) => {
            let pairs = pairs.iter().map(|it| match it.as_list() {
                Some([key, value]) => pair(&plain(key), &plain(value)),
                _ => quote_plus(&plain(it)),
            });
            pairs.collect::<Vec<_>>().join("&")
        }
        other => percent(&plain(other), "/"),
    }
    .into())
}

/// `urllib.parse.quote_plus`
fn quote_plus(text: &str) -> String {
    percent(text, " ").replace(' ', "+")
}

/// `urllib.parse.quote`
fn percent(text: &str, safe: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        let character = char::from(byte);
        if byte.is_ascii_alphanumeric() || "_.-~".contains(character) || safe.contains(character) {
            out.push(character);
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// `urllib.parse.unquote_plus`
fn unquote(text: &str) -> String {
    let text = text.replace('+', " ");
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let code = text.get(at + 1..at + 3).filter(|_| *byte == b'%');
        let is_hex = |it: &&str| it.bytes().all(|it| it.is_ascii_hexdigit());
        let code = code.filter(is_hex);
        match code.and_then(|it| u8::from_str_radix(it, 16).ok()) {
            Some(code) => {
                out.push(code);
                at += 3;
            }
            None => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}
