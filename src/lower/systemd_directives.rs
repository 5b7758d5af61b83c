//! Which directives a unit file decides, joined with the other files of the same unit.

use super::machine;
use super::statement::Left;
use super::systemd::Base;
use crate::account::Code;
use crate::model::{HoleKind, Machine, Text, Unit};
use crate::syntax::unit_directive::{self, Merge};

/// A directive with all that counts of it.
pub(super) struct Directive {
    pub(super) section: String,
    pub(super) name: String,
    pub(super) values: Vec<Text>,
    /// What came before is reset.
    pub(super) reset: bool,
    /// The last unit file that says something of it.
    decided_by: usize,
}

/// Gathers the directives that this unit file decides: its own, joined with those of the unit files before it, without
/// those that a later one touches. Old names are those of today.
pub(super) fn directives(unit: &Unit, machine: &Machine, base: Base) -> Vec<Directive> {
    let all: Vec<&Unit> = match base {
        Base::Foreign | Base::Instance => vec![unit],
        Base::Own => {
            let mut all: Vec<&Unit> = machine::units(machine)
                .filter(|it| it.name == unit.name)
                .collect();
            // The whole unit is read first, wherever the source writes it.
            all.sort_by_key(|it| it.drop_in);
            all
        }
    };
    let at = all.iter().position(|it| *it == unit).unwrap_or(0);
    let mut merged = merged(&all);
    merged.retain(|it| it.decided_by == at && (!it.values.is_empty() || it.reset));
    merged
}

/// Merges the directives of all files of a unit as systemd does.
fn merged(units: &[&Unit]) -> Vec<Directive> {
    let mut merged: Vec<Directive> = Vec::new();
    for (at, unit) in units.iter().enumerate() {
        for section in &unit.sections {
            for (name, values) in &section.directives {
                for value in values {
                    assign(&mut merged, &section.name, name, value, at);
                }
            }
        }
    }
    merged
}

fn assign(merged: &mut Vec<Directive>, section: &str, name: &str, value: &Text, at: usize) {
    let (section, name) = unit_directive::today(section, name);
    let is_empty = value.plain() == Some("");
    // It is short for both, so it takes what was said of each.
    if (section, name) == ("Service", "TimeoutSec") {
        merged.retain(|it| !matches!(it.name.as_str(), "TimeoutStartSec" | "TimeoutStopSec"));
    }
    let kind = ["Condition", "Assert"]
        .into_iter()
        .find(|it| name.starts_with(it));
    if let (Some(kind), true) = (kind, is_empty) {
        // An empty one resets those of every kind.
        for it in merged.iter_mut().filter(|it| it.name.starts_with(kind)) {
            it.values.clear();
        }
    }
    let known = merged
        .iter()
        .position(|it| it.section == section && it.name == name);
    let known = known.unwrap_or_else(|| {
        merged.push(Directive {
            section: section.to_owned(),
            name: name.to_owned(),
            values: Vec::new(),
            reset: false,
            decided_by: at,
        });
        merged.len() - 1
    });
    let Some(directive) = merged.get_mut(known) else {
        return;
    };
    directive.decided_by = at;
    let merge = unit_directive::merge(name);
    match merge {
        Merge::Dependency if is_empty => return,
        Merge::Last | Merge::Each | Merge::Words if is_empty => {
            directive.values.clear();
            directive.reset = true;
            return;
        }
        Merge::Last => directive.values.clear(),
        Merge::Each | Merge::Words | Merge::Dependency => {}
    }
    directive.values.push(value.clone());
}

/// Finds what keeps the unit from being stated: a hole anywhere but a secret in `Environment=`.
pub(super) fn hole(directives: &[Directive]) -> Option<Left> {
    directives.iter().find_map(|directive| {
        directive.values.iter().find_map(|value| {
            let hole = value.worst_hole()?;
            let unknown = value.holes().find(|it| it.kind == HoleKind::Unknown);
            let name = &directive.name;
            match unknown {
                Some(unknown) => Some(Left::new(
                    Code::ValueUnknown,
                    format!("`{name}` holds {}, which is known only on the machine", unknown.what),
                )),
                None if name == "Environment" => None,
                None => Some(
                    Left::new(
                        Code::ValueSecret,
                        format!("`{name}` holds a secret ({}), which must not reach the store", hole.what),
                    )
                    .cure("Put it into a file below /run/secrets and read it with EnvironmentFile or LoadCredential."),
                ),
            }
        })
    })
}
