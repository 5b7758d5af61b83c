//! Names of units: what NixOS calls them, and what its options take for one.

use super::machine;
use crate::model::Machine;
use crate::rules;

/// Returns the name that NixOS has for a service, without its suffix; the machine's own units keep theirs.
pub(super) fn service_name(name: &str, machine: &Machine) -> String {
    let own = format!("{name}.service");
    if machine::units(machine).any(|it| !it.drop_in && it.name == own) {
        return name.to_owned();
    }
    known_name(name, machine).unwrap_or_else(|| name.to_owned())
}

/// Returns the name that NixOS has for a distribution's service, where a table says one.
pub(super) fn known_name(name: &str, machine: &Machine) -> Option<String> {
    let unit = rules::service(name, machine.family)?.unit?;
    unit.strip_suffix(".service").map(str::to_owned)
}

/// The pattern that the options ask for.
pub(super) fn is_unit_name(word: &str) -> bool {
    const SUFFIXES: [&str; 11] = [
        "service",
        "socket",
        "device",
        "mount",
        "automount",
        "swap",
        "target",
        "path",
        "timer",
        "scope",
        "slice",
    ];
    word.rsplit_once('.').is_some_and(|(stem, suffix)| {
        !stem.is_empty()
            && SUFFIXES.contains(&suffix)
            && stem
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "@%:_.\\-".contains(c))
    })
}

#[cfg(test)]
mod tests {
    use super::is_unit_name;

    #[test]
    fn names_of_units_have_a_suffix() {
        assert!(is_unit_name("a@b.service"));
        assert!(!is_unit_name("a"));
        assert!(!is_unit_name("a b.service"));
    }
}
