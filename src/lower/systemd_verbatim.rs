//! Units that no option of their kind can say: `systemd.units.<name>.text`, and drop-ins of all units of a kind.
//!
//! nixos/modules/system/boot/systemd.nix has no option for swaps (`swapDevices` makes lines of fstab, without what a unit
//! can say besides), `systemd.mounts` needs `what` and `where` even for a drop-in, and systemd-unit-options.nix
//! (`checkService`) refuses some values that systemd takes.

use super::program;
use super::statement::{Left, Lowered, Statement};
use super::systemd::{self, Base};
use super::systemd_directives::Directive;
use crate::account::Code;
use crate::model::{Machine, Text, Unit};
use crate::nix::{Expr, StrPart};
use crate::plan::OptionPath;

/// systemd-unit-options.nix, `checkService`.
const RESTARTS: [&str; 6] = [
    "no",
    "on-success",
    "on-failure",
    "on-abnormal",
    "on-abort",
    "always",
];

/// Tells whether the options of the unit's kind can say it.
pub(super) fn has_options(unit: &Unit, base: Base) -> bool {
    let is_mount = unit.name.ends_with("mount");
    if base == Base::Instance && is_mount {
        return false;
    }
    let mut restarts = unit
        .sections
        .iter()
        .filter(|it| it.name == "Service")
        .filter_map(|it| it.directives.get("Restart"))
        .flatten()
        .filter_map(Text::plain);
    restarts
        .next_back()
        .is_none_or(|it| it.is_empty() || RESTARTS.contains(&it))
}

pub(super) fn lower(
    unit: &Unit,
    directives: &[Directive],
    base: Base,
    machine: &Machine,
) -> Lowered {
    const KINDS: [&str; 9] = [
        "service",
        "socket",
        "timer",
        "path",
        "slice",
        "target",
        "mount",
        "automount",
        "swap",
    ];
    let mut statement = Statement::default();
    if KINDS.contains(&unit.name.as_str()) {
        // Drop-ins of one unit are joined, those of all units of a kind too.
        let parts = text(directives, base, &mut statement);
        let path = format!("lib/systemd/system/{}.d/from-source.conf", unit.name);
        let package = Expr::apply("pkgs.writeTextDir", vec![Expr::str(path), Expr::Str(parts)]);
        statement.add(OptionPath::new(["systemd", "packages"]), package);
        return Lowered::Stated(statement);
    }
    let suffix = unit.name.rsplit_once('.').map_or("", |(_, suffix)| suffix);
    if !KINDS.contains(&suffix) {
        return Lowered::manual(
            Code::CannotState,
            format!("there is no option for units such as `{}`", unit.name),
        );
    }
    let path = OptionPath::new(["systemd", "units", unit.name.as_str()]);
    if base != Base::Own {
        statement.set(path.child("overrideStrategy"), Expr::str("asDropin"));
    }
    let parts = text(directives, base, &mut statement);
    statement.set(path.child("text"), Expr::Str(parts));
    install(unit, directives, &path, machine, &mut statement);
    Lowered::Stated(statement)
}

fn text(directives: &[Directive], base: Base, statement: &mut Statement) -> Vec<StrPart> {
    let mut sections: Vec<&str> = Vec::new();
    for directive in directives {
        let section = directive.section.as_str();
        if section != "Install" && !sections.contains(&section) {
            sections.push(section);
        }
    }
    let mut parts = Vec::new();
    for section in sections {
        let gap = if parts.is_empty() { "" } else { "\n" };
        parts.push(StrPart::Literal(format!("{gap}[{section}]\n")));
        for directive in directives.iter().filter(|it| it.section == section) {
            if directive.reset && base != Base::Own {
                parts.push(StrPart::Literal(format!("{}=\n", directive.name)));
            }
            for value in directive.values.iter().filter_map(Text::plain) {
                parts.push(StrPart::Literal(format!("{}=", directive.name)));
                parts.extend(program::splice(value).parts_told(statement));
                parts.push(StrPart::Literal("\n".to_owned()));
            }
        }
    }
    program::joined(parts)
}

/// The links of an enabled unit.
fn install(
    unit: &Unit,
    directives: &[Directive],
    path: &OptionPath,
    machine: &Machine,
    statement: &mut Statement,
) {
    let links = systemd::links(unit, machine);
    for folder in links {
        let by = folder
            .rsplit_once('.')
            .and_then(|(by, kind)| Some((by, systemd::link_option(kind)?)));
        if let Some((by, option)) = by {
            statement.add(path.child(option), Expr::str(by));
        }
    }
    if !links.is_empty() || !systemd::is_enabled(unit, machine) {
        return;
    }
    for directive in directives.iter().filter(|it| it.section == "Install") {
        let option = match directive.name.as_str() {
            "WantedBy" => "wantedBy",
            "RequiredBy" => "requiredBy",
            "UpheldBy" => "upheldBy",
            "Alias" => "aliases",
            other => {
                statement.left.push(Left::new(
                    Code::CannotState,
                    format!("there is no option for `{other}` of [Install]"),
                ));
                continue;
            }
        };
        let words = directive.values.iter().filter_map(Text::plain);
        for word in words.flat_map(str::split_whitespace) {
            statement.add(path.child(option), Expr::str(word));
        }
    }
}
