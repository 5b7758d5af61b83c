//! Files of which a part is secret: a person puts them below /run/secrets, and what read them reads them there; a script
//! of a shell stays a script, which reads its secrets when it runs.

use super::commands;
use super::file::{below_etc, lower_text};
use super::machine;
use super::paths;
use super::secret::{self, Readable};
use super::statement::{Lowered, Statement};
use super::systemd;
use super::tmpfiles::Rule;
use crate::model::{File, Machine, Text};
use crate::nix::{Expr, StrPart};
use crate::plan::{OptionPath, Secret};

/// A script of a shell reads its secrets when it runs, so that all else of it can stay a file of the store.
pub(super) fn readable(file: &File, text: &Text) -> Option<Readable> {
    let head = text.lines().into_iter().next()?;
    let is_shell = commands::is_shell_script(head.plain()?);
    let is_run = file.mode.is_none_or(|mode| mode.0 & 0o111 != 0);
    if !is_shell || !is_run {
        return None;
    }
    secret::readable(text, &format!("`{}`", file.path), file.owner.as_deref())
}

pub(super) fn lower_script(file: &File, readable: Readable, machine: &Machine) -> Lowered {
    let mut lowered = lower_text(file, &readable.script, machine);
    if let Lowered::Stated(statement) = &mut lowered {
        for secret in readable.secrets {
            statement.assume(format!("who runs it can read `{}`", secret.path));
            statement.secrets.push(secret);
        }
    }
    lowered
}

pub(super) fn lower_secret(file: &File, text: &Text, machine: &Machine) -> Lowered {
    let path = paths::secret_path(machine, &file.path);
    let mut statement = Statement::default();
    let mut used_by = Vec::new();
    let mut units = Vec::new();
    for unit in machine::units(machine) {
        let Lowered::Stated(whole) = systemd::lower(unit, machine) else {
            continue;
        };
        let reads = unit
            .sections
            .iter()
            .filter_map(|it| it.directives.get("EnvironmentFile"))
            .flatten()
            .any(|it| it.plain().map(|it| it.trim_start_matches('-')) == Some(&file.path));
        let place = whole.definitions.into_iter().find(|it| {
            it.path
                .names()
                .last()
                .is_some_and(|name| name == "EnvironmentFile")
        });
        if let (true, Some(place)) = (reads, place) {
            used_by.push(unit.name.clone());
            units.push(unit.name.clone());
            statement.set(place.path, place.expr);
        }
    }
    if used_by.is_empty() {
        link_secret(file, &path, machine, &mut statement);
        used_by.push(format!("{}{}", file.path, rights(file)));
    }
    statement.assume(format!(
        "the content of `{}` is put into `{path}`",
        file.path
    ));
    let is_linked = units.is_empty();
    statement.secrets.push(Secret {
        owner: file.owner.clone().filter(|_| is_linked),
        group: file.group.clone().filter(|_| is_linked),
        mode: file.mode.map(|it| it.octal()).filter(|_| is_linked),
        units,
        ..secret::secret(&path, text, used_by.join(", "))
    });
    Lowered::Stated(statement)
}

/// Who must be able to read the file that a link leads to.
fn rights(file: &File) -> String {
    let owner = file.owner.as_ref().map(|it| format!("owner {it}"));
    let group = file.group.as_ref().map(|it| format!("group {it}"));
    let mode = file.mode.map(|it| format!("mode {}", it.octal()));
    let all: Vec<String> = [owner, group, mode].into_iter().flatten().collect();
    if all.is_empty() {
        String::new()
    } else {
        format!(" ({})", all.join(", "))
    }
}

fn link_secret(file: &File, path: &str, machine: &Machine, statement: &mut Statement) {
    match below_etc(&file.path) {
        Some(below) => statement.set(
            OptionPath::new(["environment", "etc", below, "source"]),
            Expr::str(path),
        ),
        None => {
            let rule = Rule {
                argument: vec![StrPart::Literal(path.to_owned())],
                ..Rule::new("L+", &file.path)
            };
            rule.state(machine, statement);
        }
    }
}
