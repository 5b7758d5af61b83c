//! Checks NixOS modules that people wrote against an option index.
//!
//! Every definition of every module is looked up: an option that does not exist, has another name, is gone, or gets a value
//! of another type is a diagnostic at its place. What cannot be judged is never a problem: options of modules that the index
//! does not have, options that the files declare themselves, values that only evaluation knows, modules of home-manager
//! and nix-darwin.

#![deny(clippy::wildcard_enum_match_arm)]

mod class;
mod convert;
mod declared;
mod inner;
mod judge;
mod moving;
mod rename;
#[cfg(test)]
mod tests;

use rayon::prelude::*;

use crate::diag::{Code, Diagnostics};
use crate::schema::Index;
use crate::source::{FileId, SourceTree, Span};
use crate::syntax::nix_module::{self, Definition, NixModule};
use class::Class;
use declared::Declared;

/// What a check found.
#[derive(Debug, Default)]
pub struct Checked {
    pub diagnostics: Diagnostics,
    pub summary: Summary,
    /// Changes that give renamed options their new names, by place.
    pub edits: Vec<Edit>,
}

/// How much was looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    pub files: usize,
    /// Files that are NixOS modules or hold some.
    pub modules: usize,
    /// Definitions in NixOS modules.
    pub definitions: usize,
    /// Those of which the index can tell whether they are right.
    pub covered: usize,
    /// Definitions that something is wrong with, and syntax errors.
    pub problems: usize,
}

/// A text that stands in place of another one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    pub span: Span,
    pub text: String,
}

/// A file with what was read of it.
struct File<'a> {
    id: FileId,
    path: &'a str,
    text: &'a str,
    module: NixModule,
}

/// Checks all files of a tree.
pub fn check(tree: &SourceTree, index: &Index) -> Checked {
    let ids: Vec<FileId> = tree.entries().map(|(id, _)| id).collect();
    let mut checked = Checked::default();
    checked.summary.files = ids.len();
    let read: Vec<Result<File<'_>, (FileId, String)>> = ids
        .into_par_iter()
        .map(|id| match tree.text(id) {
            Ok(text) => Ok(File {
                id,
                path: tree.path(id),
                text,
                module: nix_module::read(text),
            }),
            Err(problem) => Err((id, problem.to_string())),
        })
        .collect();
    let mut files = Vec::new();
    for file in read {
        match file {
            Ok(file) => files.push(file),
            Err((id, why)) => {
                let message = format!("the file cannot be read: {why}");
                let span = Span::new(id, 0, 0);
                checked
                    .diagnostics
                    .at(Code::SourceUnreadable, span, message);
                checked.summary.problems += 1;
            }
        }
    }
    let declared = Declared::find(&files);
    let has_foreign = files.iter().any(|file| imports_foreign(&file.module));
    let classes = class::classify(&files, &declared);
    let parts: Vec<Checked> = files
        .par_iter()
        .zip(&classes)
        .map(|(file, class)| {
            let definitions = inner::definitions(&file.module, *class);
            let ctx = judge::Ctx {
                index,
                declared: &declared,
                file: file.id,
                text: file.text,
                has_foreign,
                paths: &definitions
                    .iter()
                    .filter_map(Definition::names)
                    .collect::<Vec<_>>(),
            };
            let mut checked = check_file(file, &ctx, &definitions);
            checked.summary.modules =
                usize::from(!definitions.is_empty() || *class == Class::System);
            checked
        })
        .collect();
    for part in parts {
        checked.diagnostics.append(part.diagnostics);
        checked.edits.extend(part.edits);
        checked.summary.modules += part.summary.modules;
        checked.summary.definitions += part.summary.definitions;
        checked.summary.covered += part.summary.covered;
        checked.summary.problems += part.summary.problems;
    }
    checked.edits.sort();
    checked.edits.dedup();
    checked
}

/// Tells whether a module imports one that is not given by its path.
fn imports_foreign(module: &NixModule) -> bool {
    module.imports.iter().any(|it| it.path.is_none())
}

fn check_file(file: &File<'_>, ctx: &judge::Ctx<'_>, definitions: &[Definition]) -> Checked {
    let mut checked = Checked::default();
    if let Some(fault) = &file.module.fault {
        let span = Span::new(file.id, fault.place.start, fault.place.end);
        checked
            .diagnostics
            .at(Code::NixSyntax, span, fault.why.clone());
        checked.summary.problems += 1;
    }
    // Behind a syntax error, names may stand at another depth than was meant; at the end of a file, everywhere.
    let sound = match &file.module.fault {
        Some(fault) if fault.place.start >= file.text.trim_end().len() => 0,
        Some(fault) => fault.place.start,
        None => usize::MAX,
    };
    for definition in definitions {
        if definition.place().start >= sound {
            continue;
        }
        let judged = judge::judge(ctx, definition);
        checked.summary.definitions += 1;
        checked.summary.covered += usize::from(judged.is_covered);
        checked.summary.problems += usize::from(judged.is_wrong());
        for problem in judged.problems {
            let span = Span::new(file.id, problem.place.start, problem.place.end);
            match problem.help {
                Some(help) => {
                    checked
                        .diagnostics
                        .at_with_help(problem.code, span, problem.message, help);
                }
                None => checked.diagnostics.at(problem.code, span, problem.message),
            }
            checked.edits.extend(problem.edit);
        }
    }
    checked
}
