//! Filters of paths and addresses of the web.

use super::{Run, Takes, items, plain};
use crate::import::ansible::jinja::args::Args;
use crate::import::ansible::jinja::{Env, Eval};
use crate::import::ansible::scope::Failure;
use crate::import::ansible::value::Value;

pub(super) fn find(name: &str) -> Option<(Takes, Run)> {
    let run: Run = match name {
        "basename" => |_, value, _| Ok(Value::str(split(&plain(&value)).1)),
        "dirname" => |_, value, _| Ok(Value::str(split(&plain(&value)).0)),
        "splitext" => |_, value, _| {
            let text = plain(&value);
            let (stem, ending) = splitext(&text);
            Ok(Value::list(vec![Value::str(stem), Value::str(ending)]))
        },
        "path_join" => |_, value, _| match value.as_str() {
            Some(text) => Ok(Value::str(text)),
            None => Ok(join(&items(&value)?.iter().map(plain).collect::<Vec<_>>()).into()),
        },
        "normpath" => |_, value, _| Ok(normal(&plain(&value)).into()),
        "realpath" => real,
        "expanduser" => expanduser,
        "expandvars" => |env, value, _| {
            let text = plain(&value);
            if text.contains('$') {
                return Ok(Value::unknown(
                    "a variable of the environment",
                    Some(env.here()),
                ));
            }
            Ok(text.into())
        },
        "relpath" => |env, value, args| {
            let Some(start) = args.str(0, "start")? else {
                return Ok(Value::unknown("where Ansible runs", Some(env.here())));
            };
            Ok(relative(&plain(&value), start).into())
        },
        "commonpath" => |_, value, _| {
            let paths: Vec<String> = items(&value)?.iter().map(plain).collect();
            Ok(common(&paths).into())
        },
        "win_basename" => |_, value, _| {
            let text = plain(&value);
            Ok(Value::str(
                text.rsplit(['\\', '/']).next().unwrap_or_default(),
            ))
        },
        "win_dirname" => |_, value, _| {
            let text = plain(&value);
            Ok(Value::str(
                text.rsplit_once(['\\', '/']).map_or("", |(head, _)| head),
            ))
        },
        "fileglob" => fileglob,
        "urlsplit" => urlsplit,
        _ => return None,
    };
    Some((Takes::Known, run))
}

/// `os.path.split`
fn split(path: &str) -> (&str, &str) {
    let Some(at) = path.rfind('/') else {
        return ("", path);
    };
    let (head, tail) = (&path[..=at], &path[at + 1..]);
    let bare = head.trim_end_matches('/');
    (if bare.is_empty() { head } else { bare }, tail)
}

/// `os.path.splitext`
fn splitext(path: &str) -> (&str, &str) {
    let name = path.rfind('/').map_or(0, |at| at + 1);
    let dots = path[name..].len() - path[name..].trim_start_matches('.').len();
    match path[name + dots..].rfind('.') {
        Some(at) => path.split_at(name + dots + at),
        None => (path, ""),
    }
}

/// `os.path.join`
fn join(parts: &[String]) -> String {
    let mut path = String::new();
    for part in parts {
        if part.starts_with('/') {
            path.clone_from(part);
        } else {
            if !path.is_empty() && !path.ends_with('/') {
                path.push('/');
            }
            path.push_str(part);
        }
    }
    path
}

/// `os.path.normpath`
fn normal(path: &str) -> String {
    let root = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|it| *it != "..") => {
                parts.pop();
            }
            ".." if root => {}
            other => parts.push(other),
        }
    }
    let joined = parts.join("/");
    match (root, joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".to_owned(),
        (false, false) => joined,
    }
}

/// The links of the machine that runs Ansible are not looked at: an absolute path is taken as it is.
fn real(env: &mut Env<'_, '_>, value: Value, _: &Args) -> Eval<Value> {
    let path = plain(&value);
    if !path.starts_with('/') {
        return Ok(Value::unknown("where Ansible runs", Some(env.here())));
    }
    Ok(normal(&path).into())
}

fn expanduser(env: &mut Env<'_, '_>, value: Value, _: &Args) -> Eval<Value> {
    let path = plain(&value);
    if path.starts_with('~') {
        return Ok(Value::unknown(
            "a home on the machine that runs Ansible",
            Some(env.here()),
        ));
    }
    Ok(path.into())
}

fn relative(path: &str, start: &str) -> String {
    let (path, start) = (normal(path), normal(start));
    let parts = |it: &str| -> Vec<String> {
        it.split('/')
            .filter(|it| !it.is_empty() && *it != ".")
            .map(str::to_owned)
            .collect()
    };
    let (path, start) = (parts(&path), parts(&start));
    let same = path.iter().zip(&start).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..".to_owned(), start.len() - same);
    let all: Vec<String> = up.chain(path.iter().skip(same).cloned()).collect();
    if all.is_empty() {
        ".".to_owned()
    } else {
        all.join("/")
    }
}

fn common(paths: &[String]) -> String {
    let Some((first, rest)) = paths.split_first() else {
        return String::new();
    };
    let mut parts: Vec<&str> = first.split('/').collect();
    for path in rest {
        let same = parts
            .iter()
            .zip(path.split('/'))
            .take_while(|(a, b)| *a == b)
            .count();
        parts.truncate(same);
    }
    let joined = parts.join("/");
    if joined.is_empty() && first.starts_with('/') {
        "/".to_owned()
    } else {
        joined
    }
}

fn fileglob(env: &mut Env<'_, '_>, value: Value, _: &Args) -> Eval<Value> {
    Ok(env.glob(&plain(&value)))
}

fn urlsplit(_: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let url = plain(&value);
    let (rest, fragment) = url.split_once('#').unwrap_or((&url, ""));
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (scheme, rest) = match rest.split_once(':') {
        Some((scheme, after))
            if !scheme.is_empty()
                && scheme
                    .chars()
                    .all(|it| it.is_ascii_alphanumeric() || "+-.".contains(it))
                && scheme.starts_with(|it: char| it.is_ascii_alphabetic()) =>
        {
            (scheme.to_lowercase(), after)
        }
        _ => (String::new(), rest),
    };
    let (netloc, path) = match rest.strip_prefix("//") {
        Some(after) => after.split_at(after.find('/').unwrap_or(after.len())),
        None => ("", rest),
    };
    let (user, host) = match netloc.rsplit_once('@') {
        Some((user, host)) => (Some(user), host),
        None => (None, netloc),
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
    let port = port
        .and_then(|it| it.parse().ok())
        .map_or(Value::None, Value::Int);
    let hostname = if hostname.is_empty() {
        Value::None
    } else {
        hostname.to_lowercase().into()
    };
    let parts = Value::record([
        ("fragment", Value::str(fragment)),
        ("hostname", hostname),
        ("netloc", Value::str(netloc)),
        ("password", password),
        ("path", Value::str(path)),
        ("port", port),
        ("query", Value::str(query)),
        ("scheme", scheme.into()),
        ("username", username),
    ]);
    match args.str(0, "query")? {
        None | Some("") => Ok(parts),
        Some(name) => parts.get(name).cloned().ok_or_else(|| {
            Failure::failed(format!("`{name}` is no part of an address of the web"))
        }),
    }
}
