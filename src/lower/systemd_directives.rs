//! Which directives a unit file decides, joined with the other files of the same unit.

use super::machine;
use super::statement::Left;
use super::systemd::Base;
use super::systemd_value;
use crate::account::Code;
use crate::model::{HoleKind, Machine, Text, Unit};

/// A directive with all that counts of it.
pub(super) struct Directive {
    pub(super) section: String,
    pub(super) name: String,
    pub(super) values: Vec<Text>,
    /// What came before is reset.
    pub(super) reset: bool,
}

/// Gathers the directives that this unit file decides: its own, joined with those of the unit files before it, without
/// those that a later one touches.
pub(super) fn directives(unit: &Unit, machine: &Machine, base: Base) -> Vec<Directive> {
    let all: Vec<&Unit> = match base {
        Base::Foreign => vec![unit],
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
    let later = all.get(at + 1..).unwrap_or_default();
    let mut out = Vec::new();
    for section in &unit.sections {
        for name in section.directives.keys() {
            let touched = later
                .iter()
                .any(|it| values(it, &section.name, name).next().is_some());
            if touched {
                continue;
            }
            let before = all.get(..=at).unwrap_or_default();
            let mut found: Vec<Text> = before
                .iter()
                .flat_map(|it| values(it, &section.name, name))
                .cloned()
                .collect();
            let reset = found.iter().rposition(|it| it.plain() == Some(""));
            if let Some(reset) = reset {
                found.drain(..=reset);
            }
            if !systemd_value::is_list(name) && found.len() > 1 {
                found.drain(..found.len() - 1);
            }
            out.push(Directive {
                section: section.name.clone(),
                name: name.clone(),
                values: found,
                reset: reset.is_some(),
            });
        }
    }
    out
}

fn values<'a>(unit: &'a Unit, section: &'a str, name: &'a str) -> impl Iterator<Item = &'a Text> {
    unit.sections
        .iter()
        .filter(move |it| it.name == section)
        .filter_map(move |it| it.directives.get(name))
        .flatten()
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
