//! `Service`: what is asked of a unit that something else brings.
//!
//! A unit of the machine's own is wanted by its targets; a daemon that NixOS has a module for is switched on by the
//! option. What is off where NixOS has it off leaves nothing to state.

use super::container_unit;
use super::ctx::Ctx;
use super::daemon;
use super::machine;
use super::statement::Lowered;
use super::systemd::{self, Base};
use super::systemd_verbatim;
use super::unit_of_module;
use super::unit_want;
use crate::account::{Code, Verdict};
use crate::model::{Condition, Entry, Resource, Service, Unit};
use crate::nix::Expr;
use crate::plan::OptionPath;
use crate::rules::{self, Attribute, ModuleOption, OptionShape, ServiceName};

/// What the source asks of the unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wish {
    On,
    Off,
    Masked,
    Nothing,
}

fn wish(service: &Service) -> Wish {
    if service.masked {
        return Wish::Masked;
    }
    match (service.enabled, service.running) {
        (Some(true), _) | (None, Some(true)) => Wish::On,
        // Started now and not at the next boot: what stays is that it is off.
        (Some(false), _) | (None, Some(false)) => Wish::Off,
        (None, None) => Wish::Nothing,
    }
}

pub(super) fn lower(entry: &Entry, service: &Service, ctx: &mut Ctx<'_>) {
    let wish = wish(service);
    if wish == Wish::Nothing {
        let reason = "NixOS restarts what changed, and nothing else is asked of the service";
        ctx.close(entry, Verdict::NotNeeded, Code::ServiceImplied, reason);
        return;
    }
    let mut entry = entry.clone();
    if wish == Wish::On && service.enabled.is_none() {
        // Only `started`: the source may count on the package, or on another task, to enable it.
        let clause = format!("`{}`, which is started, also starts at boot", service.name);
        entry.assumptions.push(clause);
    }
    let is_modules = |unit: &Unit| {
        daemon::switch(unit, ctx.machine).is_none() && unit_of_module::option(unit, ctx).is_some()
    };
    if let Some(unit) = own_unit(service, ctx).filter(|it| !is_modules(it)) {
        if let Some(switch) = daemon::switch(&unit, ctx.machine) {
            module_of(&entry, &unit, switch, wish, ctx);
        } else if let Some(name) = container_unit::unit_of(&unit, ctx.machine) {
            let reason = format!("`{name}` of NixOS runs the container of `{}`", unit.name);
            ctx.close(&entry, Verdict::NotNeeded, Code::ServiceImplied, &reason);
        } else {
            own(&entry, &unit, service, wish, ctx);
        }
        return;
    }
    match rules::service(&service.name, service.family) {
        Some(found) => match found.option {
            Some(option) if option.shape == OptionShape::Switch => {
                switch(&entry, service, option, wish, ctx);
            }
            _ => without_switch(&entry, service, found, wish, ctx),
        },
        None => unknown(&entry, service, wish, ctx),
    }
}

/// The unit's name with its suffix.
fn full_name(service: &Service) -> String {
    const SUFFIXES: [&str; 9] = [
        ".service",
        ".socket",
        ".timer",
        ".target",
        ".mount",
        ".automount",
        ".path",
        ".slice",
        ".swap",
    ];
    if SUFFIXES.iter().any(|it| service.name.ends_with(it)) {
        service.name.clone()
    } else {
        format!("{}.service", service.name)
    }
}

/// Finds the unit that the machine itself makes, or the template of it.
pub(super) fn own_unit(service: &Service, ctx: &Ctx<'_>) -> Option<Unit> {
    let name = full_name(service);
    let template = unit_want::template_of(&name);
    ctx.machine.entries.iter().find_map(|entry| {
        let Resource::Unit(unit) = &entry.resource else {
            return None;
        };
        let is_it = unit.name == name || template.as_ref() == Some(&unit.name);
        let is_own = is_it && !unit.drop_in && !systemd::is_of_nixos(unit);
        (is_own && entry.guard == Condition::True).then(|| unit.clone())
    })
}

/// The folder of options for a unit, and the target that wants such a unit by custom.
fn folder(full_name: &str) -> Option<(OptionPath, &'static str)> {
    let (name, suffix) = full_name.rsplit_once('.')?;
    let (folder, target) = match suffix {
        "service" => ("services", "multi-user.target"),
        "socket" => ("sockets", "sockets.target"),
        "timer" => ("timers", "timers.target"),
        "path" => ("paths", "multi-user.target"),
        "target" => ("targets", "multi-user.target"),
        "slice" => ("slices", "slices.target"),
        _ => return None,
    };
    Some((OptionPath::new(["systemd", folder, name]), target))
}

fn own(entry: &Entry, unit: &Unit, service: &Service, wish: Wish, ctx: &mut Ctx<'_>) {
    let name = full_name(service);
    let options = folder(&name).filter(|_| systemd_verbatim::has_options(unit, Base::Own));
    let Some((path, target)) = options else {
        let reason = format!("`{name}` starts as its own unit says");
        ctx.close(entry, Verdict::NotNeeded, Code::ServiceImplied, &reason);
        return;
    };
    match wish {
        Wish::On if matches!(systemd::lower(unit, ctx.machine), Lowered::Manual(_)) => {
            let reason = format!("the unit `{name}` is left to you");
            ctx.manual_about(
                entry,
                Some(path),
                Code::ServiceUnknown,
                &reason,
                Some("state it with wantedBy, as its [Install] section says"),
            );
        }
        Wish::On => {
            let mut folders = service.linked_in.clone();
            if folders.is_empty() {
                folders = installed(unit);
            }
            if folders.is_empty()
                && service.enabled.is_none()
                && let Some(timer) = timer_of(&name, ctx)
            {
                let reason = format!("`{timer}` starts it");
                ctx.close(entry, Verdict::NotNeeded, Code::ServiceImplied, &reason);
                return;
            }
            let mut entry = entry.clone();
            if folders.is_empty() && !has_alias(unit) {
                let clause = format!("`{name}` is wanted by {target}, its unit names nothing");
                entry.assumptions.push(clause);
                folders.push(format!("{target}.wants"));
            }
            let mut wanted = Vec::new();
            for folder in &folders {
                if let Some((path, element)) = unit_want::wanted(&name, folder) {
                    ctx.add(&entry, path, element);
                }
                wanted.extend(folder.rsplit_once('.').map(|(by, _)| by));
            }
            let reason = format!("wanted by {}", wanted.join(", "));
            ctx.stated(&entry, Code::Stated, &reason, None);
        }
        Wish::Masked => {
            ctx.set(entry, path.child("enable"), Expr::Bool(false));
            ctx.stated(entry, Code::Stated, "the unit is off", None);
        }
        Wish::Off | Wish::Nothing => {
            let reason = format!("nothing wants `{name}`");
            ctx.close(entry, Verdict::NotNeeded, Code::AlreadySo, &reason);
        }
    }
}

/// A module runs what the unit would.
fn module_of(entry: &Entry, unit: &Unit, switch: OptionPath, wish: Wish, ctx: &mut Ctx<'_>) {
    match wish {
        Wish::On => {
            let reason = format!("`{}` is `{switch}`", unit.name);
            ctx.set(entry, switch, Expr::Bool(true));
            ctx.stated(entry, Code::ServiceMapped, &reason, None);
        }
        Wish::Off | Wish::Masked | Wish::Nothing => {
            let reason = format!("`{switch}` is off on NixOS unless it is set");
            ctx.close(entry, Verdict::NotNeeded, Code::AlreadySo, &reason);
        }
    }
}

/// Finds the timer of the machine that starts a unit: the one that names it, or that has its name and names none.
fn timer_of(name: &str, ctx: &Ctx<'_>) -> Option<String> {
    let stem = name.strip_suffix(".service")?;
    let starts = |timer: &Unit| {
        let sections = timer.sections.iter().filter(|it| it.name == "Timer");
        let mut units = sections
            .filter_map(|it| it.directives.get("Unit"))
            .flatten();
        match units.next_back() {
            Some(unit) => unit.plain() == Some(name),
            None => timer.name.strip_suffix(".timer") == Some(stem),
        }
    };
    machine::units(ctx.machine)
        .filter(|it| it.name.ends_with(".timer"))
        .find(|it| starts(it))
        .map(|it| it.name.clone())
}

/// The folders of links that enabling the unit makes.
fn installed(unit: &Unit) -> Vec<String> {
    const LINKS: [(&str, &str); 3] = [
        ("WantedBy", "wants"),
        ("RequiredBy", "requires"),
        ("UpheldBy", "upholds"),
    ];
    let mut folders = Vec::new();
    for (directive, folder) in LINKS {
        for value in install(unit, directive) {
            if value.is_empty() {
                folders.retain(|it: &String| !it.ends_with(folder));
            }
            folders.extend(value.split_whitespace().map(|by| format!("{by}.{folder}")));
        }
    }
    folders
}

fn has_alias(unit: &Unit) -> bool {
    install(unit, "Alias").any(|it| !it.is_empty())
}

fn install<'a>(unit: &'a Unit, directive: &'a str) -> impl Iterator<Item = &'a str> {
    unit.sections
        .iter()
        .filter(|it| it.name == "Install")
        .filter_map(move |it| it.directives.get(directive))
        .flatten()
        .filter_map(|it| it.plain())
}

fn switch(entry: &Entry, service: &Service, option: ModuleOption, wish: Wish, ctx: &mut Ctx<'_>) {
    let path = OptionPath::parse(option.path);
    let reason = format!("`{}` is `{}`", service.name, option.path);
    match wish {
        Wish::On => {
            ctx.set(entry, path, Expr::Bool(true));
            let mut entry = entry.clone();
            if let Some((choice, attr, clause)) = package_of(service, option, ctx) {
                entry.assumptions.extend(clause);
                ctx.set(&entry, choice, Expr::package(&attr));
            }
            ctx.stated(&entry, Code::ServiceMapped, &reason, None);
        }
        Wish::Off if option.default == Some(false) => {
            let reason = format!("`{}` is off on NixOS unless it is set", option.path);
            ctx.close(entry, Verdict::NotNeeded, Code::AlreadySo, &reason);
        }
        Wish::Off | Wish::Masked => {
            ctx.set(entry, path, Expr::Bool(false));
            ctx.stated(entry, Code::ServiceMapped, &reason, None);
        }
        Wish::Nothing => {}
    }
}

/// The package that a service without a default one takes: that of a package of the machine, else of its own name.
fn package_of(
    service: &Service,
    option: ModuleOption,
    ctx: &Ctx<'_>,
) -> Option<(OptionPath, String, Option<String>)> {
    let choice = format!("{}.package", option.path.strip_suffix(".enable")?);
    if !option.needs.contains(&choice.as_str()) {
        return None;
    }
    let attr = |name: &str, family| {
        let found = rules::package(name, family)?;
        let same = found.option.is_some_and(|it| it.path == option.path);
        match found.attribute {
            Attribute::Known(attr) if same => Some(attr),
            Attribute::Known(_) | Attribute::Unknown => None,
        }
    };
    let of_machine = ctx.machine.entries.iter().find_map(|entry| {
        let Resource::Package(it) = &entry.resource else {
            return None;
        };
        let is_server = it.name.contains("server") || it.name == service.name;
        (is_server && entry.guard == Condition::True)
            .then(|| attr(&it.name, it.family))
            .flatten()
    });
    let path = OptionPath::parse(&choice);
    if let Some(attr) = of_machine {
        return Some((path, attr, None));
    }
    let name = service.name.trim_end_matches(".service");
    let attr =
        attr(&format!("{name}-server"), service.family).or_else(|| attr(name, service.family))?;
    let clause = format!("`{name}` is that of `pkgs.{attr}`");
    Some((path, attr, Some(clause)))
}

/// A service for which NixOS has no switch: it is always there, or more than one, or there is no module.
fn without_switch(
    entry: &Entry,
    service: &Service,
    found: ServiceName,
    wish: Wish,
    ctx: &mut Ctx<'_>,
) {
    let name = &service.name;
    let is_always_there = found
        .note
        .is_some_and(|it| it.starts_with("always on") || it.starts_with("part of systemd"));
    if wish == Wish::On
        && let Some(option) = stated(service, &found, ctx)
    {
        let reason = format!("`{option}`, which is stated, starts it");
        ctx.close(entry, Verdict::NotNeeded, Code::ServiceImplied, &reason);
        return;
    }
    match wish {
        Wish::On if is_always_there => {
            let reason = format!("`{name}` is always there on NixOS");
            ctx.close(entry, Verdict::NotNeeded, Code::AlreadySo, &reason);
        }
        Wish::On => {
            let note = found.note.map_or_else(String::new, |it| format!(" ({it})"));
            let (reason, cure) = match found.option {
                Some(option) => (
                    format!("NixOS has no single switch for `{name}`{note}"),
                    format!("see the option `{}`", option.path),
                ),
                None => (
                    format!("NixOS has no module for `{name}`{note}"),
                    "write its unit as an option of systemd.services".to_owned(),
                ),
            };
            let about = found.option.map_or_else(
                || OptionPath::new(["systemd", "services", name]),
                |it| OptionPath::parse(it.path),
            );
            ctx.manual_about(
                entry,
                Some(about),
                Code::ServiceUnknown,
                &reason,
                Some(&cure),
            );
        }
        Wish::Off | Wish::Masked if found.unit.is_some() && !is_off_anyway(&found) => {
            let unit = found.unit.unwrap_or_default();
            turn_off(entry, unit, ctx);
        }
        Wish::Off | Wish::Masked => off_already(entry, name, ctx),
        Wish::Nothing => {}
    }
}

/// Options of which each attribute is a unit that starts at boot.
const OF_UNITS: [&str; 6] = [
    "networking.wg-quick.interfaces",
    "security.acme.certs",
    "services.fcgiwrap.instances",
    "services.openvpn.servers",
    "services.phpfpm.pools",
    "services.tinc.networks",
];

/// Finds the option of the plan that makes the unit: that of its instance, or any where the unit has none.
fn stated(service: &Service, found: &ServiceName, ctx: &Ctx<'_>) -> Option<OptionPath> {
    let option = found.option.filter(|it| OF_UNITS.contains(&it.path))?;
    let mut path = OptionPath::parse(option.path);
    let name = full_name(service);
    if let Some((_, instance)) = name.trim_end_matches(".service").split_once('@') {
        path = path.child(instance);
    }
    let mut settings = ctx.brought.draft().settings();
    settings
        .any(|(it, _)| {
            it.names().len() > path.names().len() && it.names().starts_with(path.names())
        })
        .then_some(path)
}

fn is_off_anyway(found: &ServiceName) -> bool {
    found.note.is_some_and(|it| it.starts_with("off unless"))
        // Units of which the name hangs on an instance are there once somebody makes one.
        || found.unit.is_some_and(|it| it.contains('<'))
}

fn turn_off(entry: &Entry, unit: &str, ctx: &mut Ctx<'_>) {
    let Some((path, _)) = folder(unit) else {
        off_already(entry, unit, ctx);
        return;
    };
    ctx.set(entry, path.child("enable"), Expr::Bool(false));
    ctx.stated(entry, Code::Stated, "the unit is off", None);
}

fn off_already(entry: &Entry, name: &str, ctx: &mut Ctx<'_>) {
    let reason = format!("nothing on NixOS starts `{name}` unless it is set");
    ctx.close(entry, Verdict::NotNeeded, Code::AlreadySo, &reason);
}

/// Beginnings of the names of units that systemd itself brings.
const OF_SYSTEMD: [&str; 7] = [
    "systemd-",
    "getty@",
    "serial-getty@",
    "user@",
    "dbus",
    "rescue",
    "emergency",
];

fn unknown(entry: &Entry, service: &Service, wish: Wish, ctx: &mut Ctx<'_>) {
    let name = &service.name;
    let of_systemd = OF_SYSTEMD.iter().any(|it| name.starts_with(it));
    match wish {
        Wish::Off | Wish::Masked if of_systemd => turn_off(entry, &full_name(service), ctx),
        Wish::Off | Wish::Masked => off_already(entry, name, ctx),
        Wish::On | Wish::Nothing => {
            let about = OptionPath::new(["systemd", "services", name]);
            ctx.manual_about(
                entry,
                Some(about),
                Code::ServiceUnknown,
                &format!("no NixOS module and no unit of the input is known for `{name}`"),
                Some(
                    "find its module at https://search.nixos.org/options, or write its unit as an option of \
                     systemd.services",
                ),
            );
        }
    }
}
