//! `slurp`: what a file holds, in base64.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/slurp_module.html>

use super::paths::{Change, There, absolute, bytes, real, tell, there};
use super::{Kind, Module, Run, record};
use crate::import::ansible::digest::base64;
use crate::import::ansible::params::{Params, Refusal};
use crate::import::ansible::value::Value;
use crate::model::Resource;

pub(super) const MODULE: Module = Module {
    names: &["slurp"],
    collection: "ansible.builtin",
    becomes: "Only looks. What a file holds that the source itself wrote is known.",
    kind: Kind::Steers,
    run,
};

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    let given = params.required(&["src", "path"])?;
    run.probe("it only looks at the machine");
    let Ok(path) = absolute(run, &given) else {
        return Ok(());
    };
    let folder = format!("Source is a directory and must be a file: {given}");
    let content = match there(run, &real(run, &path)) {
        There::Made(entry) => match &entry.resource {
            Resource::File(file) => bytes(&file.content).map(|it| base64(&it, false)),
            Resource::Directory(_) => return run.fails(folder, Vec::new()),
            _ => None,
        },
        There::Folder => return run.fails(folder, Vec::new()),
        There::Nothing => {
            return run.fails(format!("File not found: {given}"), Vec::new());
        }
        There::NothingAtFirst if may_be_missing(run) => {
            run.returns_under = Some(format!("nothing is at `{path}` on a new machine"));
            run.returns = Some(record(vec![
                ("changed", Value::Bool(false)),
                ("failed", Value::Bool(true)),
                ("msg", Value::str(&format!("File not found: {given}"))),
            ]));
            return Ok(());
        }
        There::NothingAtFirst | There::Foreign | There::Open(_) => None,
    };
    if let Some(content) = content {
        let pairs = vec![
            ("content", Value::str(&content)),
            ("source", Value::str(&given)),
            ("encoding", Value::str("base64")),
        ];
        tell(run, Change::No, pairs);
    }
    Ok(())
}

/// Tells whether the source says how it goes on where there is no such file.
fn may_be_missing(run: &Run<'_, '_>) -> bool {
    let keywords = &run.task.keywords;
    keywords.failed_when.is_some() || keywords.ignore_errors.is_some()
}
