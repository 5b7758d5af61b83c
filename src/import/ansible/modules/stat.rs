//! `stat`: what is at a path.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/stat_module.html>

use super::paths::{absolute, is_absent_at_first};
use super::{Kind, Module, Run, record};
use crate::import::ansible::params::{Params, Refusal};
use crate::import::ansible::value::Value;
use crate::model::{Hole, HoleKind, Mode, Resource};

pub(super) const MODULE: Module = Module {
    names: &["stat"],
    collection: "ansible.builtin",
    becomes: "Only looks. On a new machine it finds what the source itself made, and nothing else.",
    kind: Kind::Steers,
    run,
};

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    params.pass_over(&[
        "get_mime",
        "mime",
        "mime_type",
        "get_attributes",
        "attr",
        "attributes",
        "get_checksum",
        "get_md5",
        "checksum_algorithm",
        "checksum",
        "checksum_algo",
        "get_selinux_context",
    ]);
    let follows = params.flag(&["follow"])?.unwrap_or(false);
    run.probe("it only looks at the machine");
    let Ok(path) = params.required(&["path", "dest", "name"]) else {
        return Ok(());
    };
    let Ok(path) = absolute(run, &path) else {
        return Ok(());
    };
    let found = match run.state.at_path(&path).map(|it| &it.resource) {
        Some(Resource::Link(link)) if follows => {
            let target = link.target.clone();
            run.state.at_path(&target).map(|it| &it.resource)
        }
        other => other,
    };
    let found = found.and_then(|it| described(it, &path, run));
    if let Some(stat) = found {
        run.returns = Some(record(vec![
            ("changed", Value::Bool(false)),
            ("stat", stat),
        ]));
    } else if is_absent_at_first(&path, run) {
        let stat = record(vec![("exists", Value::Bool(false))]);
        let value = record(vec![("changed", Value::Bool(false)), ("stat", stat)]);
        run.returns_assuming(value, &format!("nothing is at `{path}` on a new machine"));
    }
    Ok(())
}

/// Returns what `stat` says of something that the source made; what hangs on the machine stays unknown.
fn described(resource: &Resource, path: &str, run: &Run<'_, '_>) -> Option<Value> {
    let (kind, mode, owner, group) = match resource {
        Resource::File(it) => ("isreg", it.mode, &it.owner, &it.group),
        Resource::Directory(it) => ("isdir", it.mode, &it.owner, &it.group),
        Resource::Link(_) => ("islnk", None, &None, &None),
        _ => return None,
    };
    let unknown = |what: &str| {
        Value::Unknown(Hole {
            kind: HoleKind::Unknown,
            what: format!("{what} of `{path}`"),
            span: Some(run.task.span),
        })
    };
    let text = |value: &Option<String>, what: &str| {
        value.as_deref().map_or_else(|| unknown(what), Value::str)
    };
    let octal =
        |mode: Option<Mode>| mode.map_or_else(|| unknown("the mode"), |it| Value::str(&it.octal()));
    let is = |name: &str| Value::Bool(kind == name);
    let mut pairs = vec![
        ("exists", Value::Bool(true)),
        ("path", Value::str(path)),
        ("isreg", is("isreg")),
        ("isdir", is("isdir")),
        ("islnk", is("islnk")),
        ("isblk", Value::Bool(false)),
        ("ischr", Value::Bool(false)),
        ("isfifo", Value::Bool(false)),
        ("issock", Value::Bool(false)),
        ("mode", octal(mode)),
        ("pw_name", text(owner, "the owner")),
        ("gr_name", text(group, "the group")),
    ];
    if let Resource::Link(link) = resource {
        pairs.push(("lnk_source", Value::str(&link.target)));
        pairs.push(("lnk_target", Value::str(&link.target)));
    }
    for name in [
        "uid",
        "gid",
        "size",
        "mtime",
        "atime",
        "ctime",
        "checksum",
        "executable",
        "inode",
        "nlink",
    ] {
        pairs.push((name, unknown(name)));
    }
    Some(record(pairs))
}
