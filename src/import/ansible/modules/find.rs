//! `find`: the files below some folders.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/find_module.html>
//!
//! Where a new machine has nothing but what the source made, what it finds is known; elsewhere it is unknown, and so
//! it is where the choice hangs on what the files hold, or on their age and size.

use super::paths::{absolute, is_empty_at_first};
use super::{Kind, Module, Run, record};
use crate::import::ansible::params::{Params, Refusal};
use crate::import::ansible::value::Value;
use crate::model::Resource;

pub(super) const MODULE: Module = Module {
    names: &["find"],
    collection: "ansible.builtin",
    becomes: "Only looks. On a new machine it finds what the source itself made, and that is known.",
    kind: Kind::Steers,
    run,
};

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    run.probe("it only looks at the machine");
    let paths = params.list(&["paths", "path", "name"]);
    params.rest();
    let Ok(Some(paths)) = paths else {
        return Ok(());
    };
    let mut folders = Vec::with_capacity(paths.len());
    for path in &paths {
        match absolute(run, path) {
            Ok(path) if is_empty_at_first(&path) => folders.push(path),
            _ => return Ok(()),
        }
    }
    let has_more = run.state.entries().any(|entry| {
        let path = match &entry.resource {
            Resource::File(it) => &it.path,
            Resource::Directory(it) => &it.path,
            Resource::Link(it) => &it.path,
            _ => return false,
        };
        let below = |folder: &String| {
            let rest = path.strip_prefix(folder.as_str());
            rest.is_some_and(|rest| rest.starts_with('/'))
        };
        folders.iter().any(below)
    });
    // Which of the files that the source made are meant would need all of the module's conditions.
    if has_more {
        return Ok(());
    }
    let value = record(vec![
        ("changed", Value::Bool(false)),
        ("files", Value::list(Vec::new())),
        ("matched", Value::Int(0)),
        ("examined", Value::Int(0)),
    ]);
    let list = folders.join("`, `");
    run.returns_assuming(
        value,
        &format!("nothing is below `{list}` on a new machine"),
    );
    Ok(())
}
