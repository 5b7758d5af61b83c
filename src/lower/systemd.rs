//! `Unit`: a unit file or drop-in to the typed options of `systemd.services` and its like.
//!
//! Manuals: systemd.unit(5), systemd.service(5), and nixos/lib/systemd-unit-options.nix for the options.
//!
//! Every directive has its place: `[Unit]` in options of their own or `unitConfig`, `[Install]` in `wantedBy` and its
//! like where the unit is enabled, the unit's own section in `serviceConfig` and its like. A drop-in of a unit that the
//! machine brings itself is one unit with it, as systemd reads both; of another unit it overrides what NixOS says.

use super::machine;
use super::statement::{Left, Lowered, Statement};
use super::systemd_directives::{Directive, directives, hole};
use super::systemd_secret;
use super::systemd_value::{self, Place};
use super::systemd_verbatim;
use super::unit_name;
use super::unit_want;
use crate::account::Code;
use crate::model::{Machine, Text, Unit};
use crate::nix::Expr;
use crate::plan::OptionPath;
use crate::syntax::unit_directive::{self, Merge};

/// A kind of unit: its suffix, its option, its own section and the option for that.
struct UnitKind {
    suffix: &'static str,
    option: &'static str,
    section: &'static str,
    config: &'static str,
    /// The option is a list, so the unit is one element.
    is_element: bool,
}

const KINDS: [UnitKind; 8] = [
    kind("service", "services", "Service", "serviceConfig", false),
    kind("timer", "timers", "Timer", "timerConfig", false),
    kind("socket", "sockets", "Socket", "socketConfig", false),
    kind("path", "paths", "Path", "pathConfig", false),
    kind("slice", "slices", "Slice", "sliceConfig", false),
    kind("target", "targets", "", "", false),
    kind("mount", "mounts", "Mount", "mountConfig", true),
    kind(
        "automount",
        "automounts",
        "Automount",
        "automountConfig",
        true,
    ),
];

/// Directives of `[Unit]` and `[Install]` that are lists of units, and their options.
const UNIT_LISTS: [(&str, &str); 15] = [
    ("After", "after"),
    ("Before", "before"),
    ("Wants", "wants"),
    ("Requires", "requires"),
    ("Requisite", "requisite"),
    ("BindsTo", "bindsTo"),
    ("PartOf", "partOf"),
    ("Conflicts", "conflicts"),
    ("OnFailure", "onFailure"),
    ("OnSuccess", "onSuccess"),
    ("Upholds", "upholds"),
    ("WantedBy", "wantedBy"),
    ("RequiredBy", "requiredBy"),
    ("UpheldBy", "upheldBy"),
    ("Alias", "aliases"),
];

/// Who else defines the unit that a drop-in changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Base {
    /// The unit is whole: nobody else says anything about it.
    Own,
    /// NixOS, or one of its packages, may have the unit; single values have to be forced.
    Foreign,
    /// A template, or a generator, has it: no module says anything about it.
    Instance,
}

const fn kind(
    suffix: &'static str,
    option: &'static str,
    section: &'static str,
    config: &'static str,
    is_element: bool,
) -> UnitKind {
    UnitKind {
        suffix,
        option,
        section,
        config,
        is_element,
    }
}

pub(super) fn lower(unit: &Unit, machine: &Machine) -> Lowered {
    if unit.sections.iter().all(|it| it.directives.is_empty()) {
        return Lowered::manual(
            Code::BadInput,
            format!("`{}` holds no directive", unit.name),
        );
    }
    if is_of_nixos(unit) {
        return Lowered::manual_with_cure(
            Code::OptionClash,
            format!(
                "NixOS makes a unit `{}` of its own from `networking.firewall`",
                unit.name
            ),
            "State its rules by the options of networking.firewall, or switch that off and give the unit another name.",
        );
    }
    let base = base_of(unit, machine);
    let mut directives = directives(unit, machine, base);
    let secrets = systemd_secret::without_secrets(&mut directives, &unit.name);
    // Without what only orders or describes it, the unit is one all the same.
    let open = without_open(&mut directives);
    if let Some(left) = hole(&directives) {
        return Lowered::Manual(left);
    }
    let mut lowered = lower_directives(unit, machine, base, directives);
    if let Lowered::Stated(statement) = &mut lowered {
        statement.left.extend(open);
        for secret in secrets {
            statement.assume(format!("`{}` holds the secret of a command", secret.path));
            statement.secrets.push(secret);
        }
    }
    lowered
}

/// Takes out the values that only the machine knows of directives that the unit can do without; returns what is left to
/// the person.
fn without_open(directives: &mut [Directive]) -> Vec<Left> {
    const BESIDE: [&str; 6] = [
        "After",
        "Before",
        "Description",
        "Documentation",
        "PartOf",
        "Wants",
    ];
    let beside = directives
        .iter_mut()
        .filter(|it| BESIDE.contains(&it.name.as_str()));
    let mut left = Vec::new();
    for directive in beside {
        left.extend(hole(std::slice::from_ref(directive)));
        directive.values.retain(|it| it.holes().next().is_none());
    }
    left
}

/// Tells whether every NixOS has a unit of this name, which does something else.
pub(super) fn is_of_nixos(unit: &Unit) -> bool {
    unit.name == "firewall.service" && !unit.drop_in
}

fn lower_directives(
    unit: &Unit,
    machine: &Machine,
    base: Base,
    mut directives: Vec<Directive>,
) -> Lowered {
    let Some((stem, kind)) =
        kind_of(&unit.name).filter(|_| systemd_verbatim::has_options(unit, base))
    else {
        return systemd_verbatim::lower(unit, &directives, base, machine);
    };
    let mut statement = Statement::default();
    let stem = match base {
        Base::Own => stem.to_owned(),
        Base::Foreign => foreign_name(stem, kind, unit, machine, &mut statement),
        Base::Instance => instance(stem, kind, unit, machine, &mut statement),
    };
    if !unit.drop_in && base == Base::Foreign {
        // The unit takes the place of systemd's: what adds up there begins anew.
        for it in &mut directives {
            it.reset |= unit_directive::merge(&it.name) == Merge::Each;
        }
    }
    // What was assumed of the unit is about all of it.
    statement.recent();
    let mut place = Place {
        unit: &stem,
        base,
        machine,
        statement: &mut statement,
        leaves: Vec::new(),
        environment_files: Vec::new(),
        file_clauses: Vec::new(),
    };
    for directive in &directives {
        lower_directive(directive, unit, kind, &mut place);
    }
    if kind.is_element {
        lower_links(unit, &mut place);
    }
    let leaves = place.finish();
    finish(kind, &stem, leaves, &mut statement);
    if statement.definitions.is_empty() && statement.left.is_empty() {
        return Lowered::NotNeeded(
            Code::AlreadySo,
            format!("nothing of `{}` is left to state", unit.name),
        );
    }
    Lowered::Stated(statement)
}

/// Says who else has the unit.
fn base_of(unit: &Unit, machine: &Machine) -> Base {
    let is_whole = !unit.drop_in || has_main(unit, machine);
    if is_whole && !unit_name::is_of_systemd(&unit.name) {
        return Base::Own;
    }
    let is_element = kind_of(&unit.name).is_none_or(|(_, kind)| kind.is_element);
    let of_many = unit
        .name
        .rsplit_once('.')
        .is_none_or(|(stem, _)| stem.ends_with('-'));
    if is_element || of_many || unit_want::is_instance(&unit.name) {
        Base::Instance
    } else {
        Base::Foreign
    }
}

/// Tells whether the machine brings the unit whole.
fn has_main(unit: &Unit, machine: &Machine) -> bool {
    machine::units(machine).any(|it| !it.drop_in && it.name == unit.name)
}

/// Returns a unit's name without its suffix, and its option below `systemd` where that is a set.
pub(super) fn option_of(name: &str) -> Option<(&str, &'static str)> {
    let (stem, kind) = kind_of(name)?;
    (!kind.is_element).then_some((stem, kind.option))
}

fn kind_of(name: &str) -> Option<(&str, &'static UnitKind)> {
    let (stem, suffix) = name.rsplit_once('.')?;
    let kind = KINDS.iter().find(|kind| kind.suffix == suffix)?;
    Some((stem, kind))
}

/// As `known_name`, for a unit that NixOS has; says what it rests on.
fn foreign_name(
    stem: &str,
    kind: &UnitKind,
    unit: &Unit,
    machine: &Machine,
    statement: &mut Statement,
) -> String {
    if unit_name::is_of_systemd(&unit.name) {
        if !unit.drop_in {
            let clause = format!("what systemd's own `{}` says besides stays", unit.name);
            statement.assume(clause);
        }
        return stem.to_owned();
    }
    let known = (kind.suffix == "service")
        .then(|| unit_name::known_name(stem, machine))
        .flatten();
    if let Some(name) = known {
        statement.assume(format!("NixOS has the unit `{name}.service`"));
        return name;
    }
    statement.assume(format!("something brings the unit `{}`", unit.name));
    stem.to_owned()
}

/// The drop-in of one of a template's units, or of all whose names begin so: it must not become a unit of its own.
fn instance(
    stem: &str,
    kind: &UnitKind,
    unit: &Unit,
    machine: &Machine,
    statement: &mut Statement,
) -> String {
    let template = unit_want::template_of(&unit.name);
    let own = machine::units(machine).any(|it| !it.drop_in && Some(&it.name) == template.as_ref());
    let of_systemd = template.as_deref().is_some_and(unit_name::is_of_systemd);
    if let (Some(template), false) = (&template, own || of_systemd) {
        statement.assume(format!("something brings the unit `{template}`"));
    }
    let base = OptionPath::new(["systemd", kind.option, stem]);
    statement.set(base.child("overrideStrategy"), Expr::str("asDropin"));
    if kind.suffix == "service" {
        // Else the drop-in would bring a PATH, which replaces that of the unit.
        statement.set(base.child("enableDefaultPath"), Expr::Bool(false));
    }
    stem.to_owned()
}

fn lower_directive(directive: &Directive, unit: &Unit, kind: &UnitKind, place: &mut Place<'_>) {
    let Directive {
        section,
        name,
        values,
        reset,
        ..
    } = directive;
    match section.as_str() {
        "Unit" => lower_unit_directive(name, values, *reset, place),
        "Install" => lower_install(name, values, unit, place),
        it if it == kind.section && !kind.section.is_empty() => {
            match (kind.suffix, name.as_str()) {
                ("service", "Environment") => place.environment(values, *reset),
                ("service", "EnvironmentFile") => place.environment_file(values, *reset),
                ("socket", "ListenStream") if place.base == Base::Own => {
                    place.add_lines("listenStreams", values);
                }
                ("socket", "ListenDatagram") if place.base == Base::Own => {
                    // systemd hands sockets over in the order of the unit's lines.
                    place.statement.assume(
                        "the program tells its sockets apart by kind or address, not by their order",
                    );
                    place.add_lines("listenDatagrams", values);
                }
                ("mount", "What" | "Where" | "Type") | ("automount", "Where") => {
                    place.single(&[&name.to_lowercase()], values);
                }
                ("mount", "Options") => place.single(&["options"], values),
                _ => place.directive(kind.config, name, values, *reset),
            }
        }
        // systemd reads no such section, and nothing else of NixOS does.
        it if it.starts_with("X-") => {}
        _ => place.statement.left.push(Left::new(
            Code::CannotState,
            format!(
                "there is no option for the section [{section}] of `{}`",
                unit.name
            ),
        )),
    }
}

fn lower_unit_directive(name: &str, values: &[Text], reset: bool, place: &mut Place<'_>) {
    if let Some((_, option)) = UNIT_LISTS.iter().find(|(it, _)| *it == name) {
        let mut others = Vec::new();
        for word in systemd_value::plain_words(values) {
            if unit_name::is_unit_name(word) {
                place.add(&[option], Expr::str(word));
            } else {
                others.push(Expr::str(word));
            }
        }
        if !others.is_empty() {
            // The option refuses it; a list joins with what the option says.
            place.set(&["unitConfig", name], Expr::List(others));
        }
        return;
    }
    let seconds = || systemd_value::last_plain(values).and_then(systemd_value::seconds);
    let burst = || systemd_value::last_plain(values).and_then(|it| it.parse().ok());
    match name {
        "Description" => place.single(&["description"], values),
        "Documentation" if !reset || place.base == Base::Own => {
            place.add_words("documentation", values);
        }
        "StartLimitIntervalSec" => match seconds() {
            Some(seconds) => place.limit("startLimitIntervalSec", seconds),
            None => place.directive("unitConfig", name, values, reset),
        },
        "StartLimitBurst" => match burst() {
            Some(count) => place.limit("startLimitBurst", count),
            None => place.directive("unitConfig", name, values, reset),
        },
        _ => place.directive("unitConfig", name, values, reset),
    }
}

/// `[Install]` says what `systemctl enable` links; NixOS makes the links at once, so they are stated only where
/// something enables the unit. Where the links themselves are known, they say it.
fn lower_install(name: &str, values: &[Text], unit: &Unit, place: &mut Place<'_>) {
    let is_template = place.unit.ends_with('@');
    let is_said = is_template || !links(unit, place.machine).is_empty();
    if is_said || !(unit.drop_in || is_enabled(unit, place.machine)) {
        return;
    }
    let words = systemd_value::plain_words(values);
    if let Some((_, option)) = UNIT_LISTS.iter().find(|(it, _)| *it == name) {
        for word in words.into_iter().filter(|word| *word != unit.name) {
            place.add(&[option], Expr::str(word));
        }
    } else if name == "Also" {
        for word in words {
            if word != unit.name && !machine::units(place.machine).any(|it| it.name == word) {
                place.statement.left.push(Left::new(
                    Code::CannotState,
                    format!("`Also={word}`: NixOS enables each unit by itself, and this one is not in the input"),
                ));
            }
        }
    } else if name != "DefaultInstance" {
        place.statement.left.push(Left::new(
            Code::CannotState,
            format!("there is no option for `{name}` of [Install]"),
        ));
    }
}

/// The links to a unit that is an element of a list, which no service can name by its option.
fn lower_links(unit: &Unit, place: &mut Place<'_>) {
    for folder in links(unit, place.machine) {
        let by = folder
            .rsplit_once('.')
            .and_then(|(by, kind)| Some((by, link_option(kind)?)));
        if let Some((by, option)) = by {
            place.add(&[option], Expr::str(by));
        }
    }
}

/// Returns the option for links in a folder of this kind.
pub(super) fn link_option(kind: &str) -> Option<&'static str> {
    match kind {
        "wants" => Some("wantedBy"),
        "requires" => Some("requiredBy"),
        "upholds" => Some("upheldBy"),
        _ => None,
    }
}

/// The folders with links to a unit, where they are known.
pub(super) fn links<'a>(unit: &Unit, machine: &'a Machine) -> &'a [String] {
    machine::services(machine)
        .find(|it| it.name == unit.name)
        .map_or(&[], |it| it.linked_in.as_slice())
}

/// Tells whether the unit is enabled, by itself or by a service of the same name.
pub(super) fn is_enabled(unit: &Unit, machine: &Machine) -> bool {
    if let Some(enabled) = unit.enabled {
        return enabled;
    }
    machine::services(machine).any(|it| {
        it.enabled == Some(true)
            && (it.name == unit.name
                || unit.name.strip_suffix(".service") == Some(it.name.as_str()))
    })
}

fn finish(
    kind: &UnitKind,
    stem: &str,
    leaves: Vec<systemd_value::Leaf>,
    statement: &mut Statement,
) {
    if kind.is_element {
        let path = OptionPath::new(["systemd", kind.option]);
        if !leaves.is_empty() {
            statement.add(path, systemd_value::nested(&leaves));
        }
        return;
    }
    let base = OptionPath::new(["systemd", kind.option, stem]);
    for leaf in leaves {
        let path = leaf
            .path
            .iter()
            .fold(base.clone(), |path, name| path.child(name));
        if leaf.joins {
            statement.add(path, leaf.expr);
        } else {
            statement.set(path, leaf.expr);
        }
        statement.about_last(leaf.clauses);
    }
}
