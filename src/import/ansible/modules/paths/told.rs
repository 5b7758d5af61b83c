//! What modules about files return: what has become of the file, as far as the play made it.

use std::borrow::Cow;

use crate::import::ansible::modules::Run;
use crate::import::ansible::results;
use crate::import::ansible::value::Value;
use crate::import::state::Key;
use crate::model::{Content, Mode, Resource};

use super::disk::{There, real, there};
use super::{Change, NEW_FILE, NEW_FOLDER};

/// Returns the bytes of a content that is wholly known.
pub(in crate::import::ansible::modules) fn bytes(content: &Content) -> Option<Cow<'_, [u8]>> {
    match content {
        Content::Text(text) => text.plain().map(|it| Cow::Borrowed(it.as_bytes())),
        Content::Binary(bytes) => Some(Cow::Borrowed(bytes)),
        Content::Fetched(_) => None,
    }
}

/// Returns permissions as the modules about files print them.
fn octal(mode: Mode) -> Value {
    Value::str(&format!("0{:03o}", mode.0))
}

/// Returns what every module adds to its result about the path that it names.
pub(in crate::import::ansible::modules) fn told(
    run: &Run<'_, '_>,
    path: &str,
) -> Vec<(&'static str, Value)> {
    let hole = |what: &str| {
        let what = format!("{what} of `{path}`");
        Value::unknown(what, Some(run.task.span))
    };
    let found = match there(run, path) {
        There::Made(entry) => entry.resource.clone(),
        There::Nothing => return Vec::new(),
        There::Folder | There::NothingAtFirst | There::Foreign | There::Open(_) => {
            return ["uid", "gid", "owner", "group", "mode", "state", "size"]
                .map(|name| (name, hole(name)))
                .into();
        }
    };
    let (state, mode, owner, group, size) = match &found {
        Resource::File(it) => (
            "file",
            it.mode.unwrap_or(NEW_FILE),
            &it.owner,
            &it.group,
            bytes(&it.content).map(|it| it.len()),
        ),
        Resource::Directory(it) => (
            "directory",
            it.mode.unwrap_or(NEW_FOLDER),
            &it.owner,
            &it.group,
            None,
        ),
        Resource::Link(it) => {
            // Nothing is said of a link that leads nowhere.
            if let There::Nothing = there(run, &real(run, path)) {
                return Vec::new();
            }
            ("link", Mode(0o777), &None, &None, Some(it.target.len()))
        }
        _ => return Vec::new(),
    };
    let (uid, owner) = identity(run, owner.as_deref(), &|name| Key::User(name.to_owned()));
    let (gid, group) = identity(run, group.as_deref(), &|name| Key::Group(name.to_owned()));
    let size = size.and_then(|it| i64::try_from(it).ok());
    vec![
        ("uid", uid.map_or_else(|| hole("uid"), Value::Int)),
        ("gid", gid.map_or_else(|| hole("gid"), Value::Int)),
        (
            "owner",
            owner.map_or_else(|| hole("the owner"), |it| Value::str(&it)),
        ),
        (
            "group",
            group.map_or_else(|| hole("the group"), |it| Value::str(&it)),
        ),
        ("mode", octal(mode)),
        ("state", Value::str(state)),
        ("size", size.map_or_else(|| hole("the size"), Value::Int)),
    ]
}

/// Returns the number and name of an owner or group.
fn identity(
    run: &Run<'_, '_>,
    said: Option<&str>,
    key: &dyn Fn(&str) -> Key,
) -> (Option<i64>, Option<String>) {
    let name = said.or(run.user.as_deref().filter(|it| *it == "root"));
    match name {
        None => (None, None),
        Some("root" | "0") => (Some(0), Some("root".to_owned())),
        Some(name) => {
            if let Ok(number) = name.parse() {
                return (Some(number), None);
            }
            let number = match run.state.get(&key(name)).map(|it| &it.resource) {
                Some(Resource::User(it)) => it.uid,
                Some(Resource::Group(it)) => it.gid,
                _ => None,
            };
            (number.map(i64::from), Some(name.to_owned()))
        }
    }
}

/// Says what `register` binds: whether something changed, and what the module says besides.
pub(in crate::import::ansible::modules) fn tell(
    run: &mut Run<'_, '_>,
    change: Change,
    pairs: Vec<(&str, Value)>,
) {
    let hole = |what: &str| {
        let what = format!("{what} of {}", results::said(run.task));
        Value::unknown(what, Some(run.task.span))
    };
    let changed = match change {
        Change::Yes | Change::Assumed => Value::Bool(true),
        Change::No => Value::Bool(false),
        Change::Unknown => hole("the change"),
    };
    let failed = match change {
        Change::Yes | Change::No => Value::Bool(false),
        Change::Assumed | Change::Unknown => results::failed(run.task),
    };
    let mut all = vec![
        ("changed", changed),
        ("failed", failed),
        ("invocation", hole("the arguments")),
    ];
    all.extend(pairs);
    run.returns = Some(Value::of_pairs(all));
    run.returns_under = (change == Change::Assumed).then(|| results::change_assumed(run.task));
}
