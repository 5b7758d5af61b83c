//! Filters of paths.

use super::{Filter, Takes, builtin};
use crate::import::ansible::jinja::args::Args;
use crate::import::ansible::jinja::{Env, Eval};
use crate::import::ansible::scope::Failure;
use crate::import::ansible::value::Value;
use crate::model::{Hole, HoleKind, Text};

pub(super) const FILTERS: &[Filter] = &[
    builtin("basename", Takes::Known, |_, value, _| {
        Ok(Value::str(split(text(&value)?).1))
    }),
    builtin("dirname", Takes::Known, |_, value, _| {
        Ok(Value::str(split(text(&value)?).0))
    }),
    builtin("splitext", Takes::Known, |_, value, _| {
        let (stem, ending) = splitext(text(&value)?);
        Ok(Value::list(vec![Value::str(stem), Value::str(ending)]))
    }),
    builtin("path_join", Takes::Known, path_join),
    builtin("normpath", Takes::Known, |_, value, _| {
        Ok(normal(text(&value)?).into())
    }),
    builtin("realpath", Takes::Holes, real),
    builtin("expanduser", Takes::Known, expanduser),
    builtin("expandvars", Takes::Known, |env, value, _| {
        if text(&value)?.contains('$') {
            return Ok(Value::unknown(
                "a variable of the environment",
                Some(env.here()),
            ));
        }
        Ok(value)
    }),
    builtin("relpath", Takes::Known, |env, value, args| {
        let Some(start) = args.str(0, "start")? else {
            return Ok(Value::unknown("where Ansible runs", Some(env.here())));
        };
        Ok(relative(text(&value)?, start).into())
    }),
    builtin("commonpath", Takes::Known, commonpath),
    builtin("fileglob", Takes::Known, |env, value, _| {
        Ok(env.glob(text(&value)?))
    }),
    builtin("win_basename", Takes::Known, |_, value, _| {
        Ok(Value::str(win_split(text(&value)?).1))
    }),
    builtin("win_dirname", Takes::Known, |_, value, _| {
        Ok(Value::str(win_split(text(&value)?).0))
    }),
    builtin("win_splitdrive", Takes::Known, |_, value, _| {
        let (drive, path) = win_drive(text(&value)?);
        Ok(Value::list(vec![Value::str(drive), Value::str(path)]))
    }),
];

/// Returns a path: Python's functions take nothing else.
fn text(value: &Value) -> Eval<&str> {
    value
        .as_str()
        .ok_or_else(|| Failure::failed(format!("a path is a string, not a {}", value.type_name())))
}

fn texts(value: &Value) -> Eval<Vec<String>> {
    let Some(list) = value.as_list() else {
        return Err(Failure::failed(format!(
            "paths are a list, not a {}",
            value.type_name()
        )));
    };
    if list.is_empty() {
        return Err(Failure::failed("there are no paths"));
    }
    list.iter().map(|it| text(it).map(str::to_owned)).collect()
}

fn path_join(_: &mut Env<'_, '_>, value: Value, _: &Args) -> Eval<Value> {
    match value {
        Value::Str(_) => Ok(value),
        other => Ok(join(&texts(&other)?).into()),
    }
}

fn commonpath(_: &mut Env<'_, '_>, value: Value, _: &Args) -> Eval<Value> {
    let paths = texts(&value)?;
    let absolute = |it: &String| it.starts_with('/');
    let root = paths.iter().all(absolute);
    if !root && paths.iter().any(absolute) {
        return Err(Failure::failed(
            "some of the paths are absolute, and some are not",
        ));
    }
    let parts = |path: &'_ str| -> Vec<String> {
        let parts = path.split('/').filter(|it| !it.is_empty() && *it != ".");
        parts.map(str::to_owned).collect()
    };
    let mut common: Option<Vec<String>> = None;
    for path in &paths {
        let parts = parts(path);
        common = Some(match common {
            None => parts,
            Some(common) => {
                let both = common.into_iter().zip(parts);
                both.take_while(|(a, b)| a == b).map(|(a, _)| a).collect()
            }
        });
    }
    let start = if root { "/" } else { "" };
    Ok(format!("{start}{}", common.unwrap_or_default().join("/")).into())
}

/// `ntpath.splitdrive`
fn win_drive(path: &str) -> (&str, &str) {
    let slashes = path.replace('/', "\\");
    let start = if slashes
        .get(..8)
        .is_some_and(|it| it.eq_ignore_ascii_case("\\\\?\\UNC\\"))
    {
        8
    } else if slashes.starts_with("\\\\") {
        2
    } else {
        let end = if path.as_bytes().get(1) == Some(&b':') {
            2
        } else {
            0
        };
        return path.split_at_checked(end).unwrap_or((path, ""));
    };
    // A server and what it shares.
    let next = |from: usize| slashes.get(from..)?.find('\\').map(|at| from + at);
    match next(start).map(|at| next(at + 1)) {
        Some(Some(end)) => path.split_at(end),
        Some(None) | None => (path, ""),
    }
}

/// `ntpath.split`
fn win_split(path: &str) -> (&str, &str) {
    let (drive, rest) = win_drive(path);
    let start = rest.rfind(['/', '\\']).map_or(0, |at| at + 1);
    let (head, tail) = rest.split_at(start);
    let bare = head.trim_end_matches(['/', '\\']);
    let kept = if bare.is_empty() { head } else { bare };
    (&path[..drive.len() + kept.len()], tail)
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
pub(in crate::import::ansible::jinja) fn normal(path: &str) -> String {
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
        // POSIX leaves open what exactly two slashes at the start are.
        (true, _) if path.starts_with("//") && !path.starts_with("///") => format!("//{joined}"),
        (true, _) => format!("/{joined}"),
        (false, true) => ".".to_owned(),
        (false, false) => joined,
    }
}

/// The links of the machine that runs Ansible are not looked at: an absolute path is taken as it is. Any other lies below
/// where Ansible runs, which stays a hole at its start.
fn real(env: &mut Env<'_, '_>, value: Value, _: &Args) -> Eval<Value> {
    if value.hole().is_some() {
        return Ok(value);
    }
    let path = normal(text(&value)?);
    if path.starts_with('/') {
        return Ok(path.into());
    }
    let mut whole = Text::hole(Hole {
        kind: HoleKind::Unknown,
        what: "where Ansible runs".to_owned(),
        span: Some(env.here()),
    });
    if path != "." {
        whole.push_str(&format!("/{path}"));
    }
    Ok(whole.into())
}

fn expanduser(env: &mut Env<'_, '_>, value: Value, _: &Args) -> Eval<Value> {
    let path = text(&value)?.to_owned();
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
