//! What makes a unit be wanted by another one: its own `wantedBy`, or, of an instance, the other's `wants`.

use super::systemd;
use crate::nix::Expr;
use crate::plan::OptionPath;

/// Folders of links: their endings, the option of the unit that is linked, and that of the one that links.
const LINKS: [(&str, &str, &str); 3] = [
    (".wants", "wantedBy", "wants"),
    (".requires", "requiredBy", "requires"),
    (".upholds", "upheldBy", "upholds"),
];

/// Returns the option and the element that make a link to a unit, by the folder that it stands in:
/// `multi-user.target.wants`.
///
/// An instance has no unit file of its own on NixOS: stating `wantedBy` for it would write one, which hides its template.
pub(super) fn wanted(unit: &str, folder: &str) -> Option<(OptionPath, Expr)> {
    let (by, of_unit, of_other) = LINKS.iter().find_map(|(kind, of_unit, of_other)| {
        Some((folder.strip_suffix(kind)?, of_unit, of_other))
    })?;
    if is_instance(unit) {
        let (stem, option) = systemd::option_of(by)?;
        let path = OptionPath::new(["systemd", option, stem, of_other]);
        return Some((path, Expr::str(unit)));
    }
    let (stem, option) = systemd::option_of(unit)?;
    let path = OptionPath::new(["systemd", option, stem, of_unit]);
    Some((path, Expr::str(by)))
}

/// Tells whether a unit is one of a template's: `getty@tty1.service`.
pub(super) fn is_instance(unit: &str) -> bool {
    unit.split_once('@')
        .is_some_and(|(_, rest)| !rest.starts_with('.') && rest.contains('.'))
}

/// Returns the template of an instance.
pub(super) fn template_of(unit: &str) -> Option<String> {
    let (before, after) = unit.split_once('@')?;
    let (instance, suffix) = after.rsplit_once('.')?;
    (!instance.is_empty()).then(|| format!("{before}@.{suffix}"))
}

#[cfg(test)]
mod tests {
    use super::{template_of, wanted};

    fn check(unit: &str, folder: &str, expected: &str) {
        let found = wanted(unit, folder)
            .map(|(path, expr)| format!("{path} += {}", expr.as_str().unwrap()));
        assert_eq!(found.unwrap_or_default(), expected, "{unit} {folder}");
    }

    #[test]
    fn an_instance_is_wanted_by_its_target() {
        check(
            "a.service",
            "x.target.requires",
            "systemd.services.a.requiredBy += x.target",
        );
        check(
            "a@b.service",
            "x.target.wants",
            "systemd.targets.x.wants += a@b.service",
        );
        check(
            "a@.service",
            "x.target.wants",
            "systemd.services.\"a@\".wantedBy += x.target",
        );
        check("a.service", "x", "");
        assert_eq!(template_of("a@b.c.service").as_deref(), Some("a@.service"));
        assert_eq!(template_of("a@.service"), None);
    }
}
