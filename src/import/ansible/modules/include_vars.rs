//! `include_vars`: variables of files, while the play runs.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/include_vars_module.html>

use std::sync::Arc;

use super::paths::{Asset, find};
use super::{Kind, Module, Run};
use crate::account::Code;
use crate::diag;
use crate::import::ansible::inventory::string;
use crate::import::ansible::params::{Params, Refusal};
use crate::import::ansible::scope::{Binding, Layer};
use crate::import::ansible::value::Value;
use crate::source::FileId;
use crate::syntax::yaml::{Kind as NodeKind, Node};

pub(super) const MODULE: Module = Module {
    names: &["include_vars"],
    collection: "ansible.builtin",
    becomes: "Steers only: its variables are read and count for what follows.",
    kind: Kind::Steers,
    run,
};

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    params.pass_over(&["ignore_unknown_extensions"]);
    let free = match params.free() {
        Some(value) => {
            let text = value.to_text();
            if let Some(hole) = text.worst_hole() {
                return Err(Refusal::hole(hole));
            }
            Some(text.to_string())
        }
        None => None,
    };
    let file = params.string(&["file"])?.or(free);
    let folder = params.string(&["dir"])?;
    let name = params.string(&["name"])?;
    let merges = params.string(&["hash_behaviour"])?.as_deref() == Some("merge");
    let choice = Choice {
        depth: params.number(&["depth"])?.unwrap_or(0),
        matching: params.string(&["files_matching"])?,
        ignored: params.list(&["ignore_files"])?.unwrap_or_default(),
        endings: params.list(&["extensions"])?,
    };
    let Some(named) = file.as_ref().or(folder.as_ref()) else {
        params.required(&["file"])?;
        return Ok(());
    };
    let found = find(run, named, "vars").inspect_err(|_| run.failed = true)?;
    let files = match found {
        Asset::File(file) => vec![file],
        Asset::Folder(folder) => choice.files(&folder, run)?,
    };
    let before = run.included.len();
    match name {
        Some(name) => include_as(&name, &files, run),
        None => {
            for file in &files {
                include(*file, run);
            }
        }
    }
    if merges {
        merge(before, run);
    }
    run.returns = Some(result(&run.included[before..], &files, run));
    run.control("the variables are read");
    Ok(())
}

/// What `register` binds: the variables, as they are written, and their files.
fn result(included: &[(String, Binding)], files: &[FileId], run: &Run<'_, '_>) -> Value {
    let variables = included.iter().map(|(name, binding)| {
        let value = match binding {
            Binding::Node(node) => Value::as_written(node),
            Binding::Value(value) | Binding::Assumed(value, _) => value.clone(),
        };
        (name.as_str(), value)
    });
    let paths = files
        .iter()
        .map(|it| Value::str(run.library.tree.path(*it)));
    Value::of_pairs(vec![
        ("changed", Value::Bool(false)),
        ("failed", Value::Bool(false)),
        ("ansible_facts", Value::of_pairs(variables.collect())),
        ("ansible_included_var_files", Value::list(paths.collect())),
    ])
}

/// Merges mappings into those that the variables hold already (`hash_behaviour: merge`).
fn merge(from: usize, run: &mut Run<'_, '_>) {
    for (name, binding) in &mut run.included[from..] {
        let Binding::Node(node) = binding else {
            continue;
        };
        let (Ok(old @ Value::Dict(_)), Ok(new @ Value::Dict(_))) =
            (run.scope.get(name), run.scope.resolve(node))
        else {
            continue;
        };
        let mut layer = Layer::default();
        for (name, value) in [("old", old), ("new", new)] {
            layer.vars.insert(name.to_owned(), Binding::Value(value));
        }
        let both = run.scope.with(layer);
        if let Ok(merged) = both.expression("old | combine(new, recursive=true)", run.task.span) {
            *binding = Binding::Value(merged);
        }
    }
}

fn include(file: FileId, run: &mut Run<'_, '_>) {
    let layer: Arc<Layer> = run.library.layer(file, run.diags);
    for (name, binding) in &layer.vars {
        run.included.push((name.clone(), binding.clone()));
    }
    if let Some(hole) = &layer.unknown_names {
        run.locked = Some(hole.clone());
    }
}

/// Binds all variables of the files as one mapping.
fn include_as(name: &str, files: &[FileId], run: &mut Run<'_, '_>) {
    let mut pairs: Vec<(Arc<Node>, Arc<Node>)> = Vec::new();
    for file in files {
        let layer = run.library.layer(*file, run.diags);
        if let Some(hole) = &layer.unknown_names {
            let value = Value::Unknown(hole.clone());
            run.included.push((name.to_owned(), Binding::Value(value)));
            return;
        }
        for (name, binding) in &layer.vars {
            if let Binding::Node(value) = binding {
                pairs.retain(|(it, _)| it.text() != Some(name));
                pairs.push((string(name, value.span), Arc::clone(value)));
            }
        }
    }
    let node = Node {
        kind: NodeKind::Mapping(pairs),
        span: run.task.span,
        tag: None,
    };
    run.included
        .push((name.to_owned(), Binding::Node(Arc::new(node))));
}

/// Which files of a folder are read.
struct Choice {
    depth: i64,
    matching: Option<String>,
    ignored: Vec<String>,
    endings: Option<Vec<String>>,
}

impl Choice {
    fn files(&self, folder: &str, run: &mut Run<'_, '_>) -> Result<Vec<FileId>, Refusal> {
        let tree = run.library.tree;
        let matching = match &self.matching {
            Some(pattern) => Some(regex::Regex::new(pattern).map_err(|_| {
                let reason = format!("`{pattern}` is no regular expression that is understood");
                Refusal::new(Code::BadInput, reason)
            })?),
            None => None,
        };
        let endings: Vec<&str> = match &self.endings {
            Some(endings) => endings
                .iter()
                .map(|it| it.trim_start_matches('.'))
                .collect(),
            None => vec!["json", "yaml", "yml"],
        };
        let mut found = Vec::new();
        for (below, file) in super::paths::folder_files(tree, folder) {
            let Some(file) = file else { continue };
            let depth = i64::try_from(below.matches('/').count()).unwrap_or(i64::MAX);
            let base = super::paths::base_name(below);
            let ending = base.rsplit_once('.').map_or("", |(_, ending)| ending);
            let is_meant = (self.depth == 0 || depth < self.depth)
                && endings.contains(&ending)
                && matching.as_ref().is_none_or(|it| it.is_match(base))
                && !self.ignored.iter().any(|it| it == base);
            if is_meant {
                found.push(file);
            }
        }
        if found.is_empty() {
            let message = format!("the folder `{folder}` has no file of variables that is meant");
            run.diags
                .at(diag::Code::SourceEmpty, run.task.span, message);
        }
        Ok(found)
    }
}
