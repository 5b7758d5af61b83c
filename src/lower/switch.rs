//! Modules of which something is configured and that nothing switches on.
//!
//! Who writes the configuration of a daemon wants it to run, as far as nothing says otherwise. A machine whose /etc was
//! captured may say otherwise: what none of its links starts was off. Either way the options of a module that is off
//! are not stated in silence.

use std::collections::{BTreeMap, BTreeSet};

use super::ctx::Ctx;
use crate::account::ItemId;
use crate::model::{Condition, Family, Machine, Resource, Service};
use crate::nix::Expr;
use crate::plan::{Definition, Home, OptionPath, Origin, Plan};
use crate::rules::{self, Attribute, Join};

/// Servers of which nothing says which one they are: the switch, and the Debian package that is meant.
const MEANT: [(&str, &str); 1] = [("services.mysql.enable", "mariadb-server")];

/// A switch that the plan does not set, and what the plan has that hangs on it.
struct Idle {
    switch: OptionPath,
    definitions: Vec<(OptionPath, Definition)>,
    fate: Fate,
}

/// What becomes of the switch.
enum Fate {
    /// It is to be on, with the package that is taken where one has to be named.
    On(Option<(OptionPath, String)>),
    /// It stays off, and why.
    Off(String),
    /// The module would not evaluate, and why.
    Refused(String),
}

/// Switches on what the source configures, or says why it stays off.
pub(super) fn complete(ctx: &mut Ctx<'_>) {
    for idle in idle(&ctx.plan, ctx.machine) {
        let Some((path, first)) = idle.definitions.first() else {
            continue;
        };
        match &idle.fate {
            Fate::Off(clause) => {
                ctx.assume_of(first, path, clause);
                for (_, definition) in &idle.definitions {
                    ctx.assumed(definition, clause);
                }
            }
            Fate::Refused(why) => ctx.leave_switch(&idle.switch, &idle.definitions, why),
            Fate::On(package) => {
                let clause = meant(&idle.switch);
                for (_, definition) in &idle.definitions {
                    ctx.assumed(definition, &clause);
                }
                if let Some((choice, attr)) = package {
                    let clause = format!("the server is that of `pkgs.{attr}`");
                    let definition = Definition {
                        expr: Expr::package(attr),
                        ..on(first, &clause)
                    };
                    ctx.state_besides(choice.clone(), definition, Join::Only);
                }
                ctx.state_besides(idle.switch.clone(), on(first, &clause), Join::Only);
            }
        }
    }
}

/// Switches on in a draft what `complete` switches on in the plan.
pub(super) fn draft(plan: &mut Plan, machine: &Machine) {
    for idle in idle(plan, machine) {
        if let (Fate::On(_), Some((_, first))) = (&idle.fate, idle.definitions.first()) {
            // The plan does not have the switch: nothing clashes.
            let _ = plan.set(idle.switch, on(first, ""));
        }
    }
}

fn on(of: &Definition, clause: &str) -> Definition {
    let origin = Origin {
        remarks: vec![format!("assumed: {clause}")],
        ..of.origin.clone()
    };
    Definition {
        expr: Expr::Bool(true),
        origin,
        ..of.clone()
    }
}

fn meant(switch: &OptionPath) -> String {
    let what = module(switch);
    format!("`{what}` is to be on, since it is configured and nothing here says that it is off")
}

/// The folder of a switch.
fn module(switch: &OptionPath) -> String {
    let switch = switch.to_string();
    switch.trim_end_matches(".enable").to_owned()
}

fn idle(plan: &Plan, machine: &Machine) -> Vec<Idle> {
    let mut found: BTreeMap<OptionPath, Vec<(OptionPath, Definition)>> = BTreeMap::new();
    for (path, setting) in plan.settings() {
        let Some(switch) = rules::switch_of(path).filter(|it| plan.get(it).is_none()) else {
            continue;
        };
        // What an image or another module brings is switched on with that.
        let of_source =
            |it: &&Definition| !it.origin.items.is_empty() && !matches!(it.home, Home::Service(_));
        let definitions = setting.definitions().iter().filter(of_source);
        let definitions: Vec<_> = definitions.map(|it| (path.clone(), it.clone())).collect();
        if !definitions.is_empty() {
            found.entry(switch).or_default().extend(definitions);
        }
    }
    if found.is_empty() {
        return Vec::new();
    }
    let mut tried = plan.clone();
    for (switch, definitions) in &found {
        if let Some((_, first)) = definitions.first() {
            // Nothing of it is in the plan, so that nothing clashes.
            let _ = tried.set(switch.clone(), on(first, ""));
            if let Some((choice, attr)) = package(switch, plan) {
                let expr = Expr::package(&attr);
                let _ = tried.set(
                    choice,
                    Definition {
                        expr,
                        ..on(first, "")
                    },
                );
            }
        }
    }
    let refused = rules::refused_switches(&tried);
    let asked = asked(machine);
    let edits = edits(machine);
    let idle = found.into_iter().map(|(switch, definitions)| {
        let refusal = refused.iter().find(|(path, _)| *path == switch);
        let is_daemon = switch.names().first().is_some_and(|it| it == "services");
        let what = module(&switch);
        let fate = if asked.contains(&switch) {
            Fate::Off(format!(
                "`{what}` stays off, as the source has its service off"
            ))
        } else if is_daemon
            && let Some(scripts) = &machine.started
            && !scripts.iter().any(|it| is_of(it, &switch, machine))
        {
            Fate::Off(format!(
                "`{what}` stays off, as nothing started its service on the old machine"
            ))
        } else if let Some((_, why)) = refusal {
            Fate::Refused(why.clone())
        } else if definitions.iter().all(|(_, it)| is_of_edits(it, &edits)) {
            Fate::Off(format!(
                "`{what}` stays off, as the source only edits its files"
            ))
        } else {
            Fate::On(package(&switch, plan))
        };
        Idle {
            switch,
            definitions,
            fate,
        }
    });
    idle.collect()
}

/// The package that a module has to be given, where the plan has none.
fn package(switch: &OptionPath, plan: &Plan) -> Option<(OptionPath, String)> {
    let (_, name) = MEANT.iter().find(|it| switch.to_string() == it.0)?;
    let choice = OptionPath::parse(&format!("{}.package", module(switch)));
    match rules::package(name, Family::Debian)?.attribute {
        Attribute::Known(attr) if plan.get(&choice).is_none() => Some((choice, attr)),
        Attribute::Known(_) | Attribute::Unknown => None,
    }
}

/// Tells whether an init script is that of the service of a switch.
fn is_of(script: &str, switch: &OptionPath, machine: &Machine) -> bool {
    let found = rules::service(script, machine.family).and_then(|it| it.option);
    found.is_some_and(|it| OptionPath::parse(it.path) == *switch)
}

/// The items that change lines of files which something else has to bring: who edits a file wants nothing to run.
fn edits(machine: &Machine) -> BTreeSet<ItemId> {
    let entries = machine.entries.iter();
    let edits = entries.filter(|it| matches!(it.resource, Resource::FileLine(_)));
    edits
        .flat_map(|it| it.origin.items.iter().copied())
        .collect()
}

fn is_of_edits(definition: &Definition, edits: &BTreeSet<ItemId>) -> bool {
    let mut items = definition.origin.items.iter();
    items.all(|it| edits.contains(it))
}

/// The switches of services that the source stops, disables or masks.
fn asked(machine: &Machine) -> Vec<OptionPath> {
    let is_off = |it: &Service| {
        it.masked
            || it.enabled == Some(false)
            || (it.enabled.is_none() && it.running == Some(false))
    };
    let entries = machine.entries.iter();
    entries
        .filter(|it| it.guard == Condition::True)
        .filter_map(|entry| {
            let Resource::Service(it) = &entry.resource else {
                return None;
            };
            let option = rules::service(&it.name, it.family)?.option?;
            is_off(it).then(|| OptionPath::parse(option.path))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::lower::name_tests::{check, file};
    use crate::model::{Family, Resource, Service};

    #[test]
    fn what_is_configured_is_switched_on() {
        check(
            vec![file("/etc/dnsmasq.conf", "domain-needed\n")],
            &[
                "services.dnsmasq.settings.domain-needed = true",
                "services.dnsmasq.enable = true",
            ],
            &["assumed"],
        );
    }

    #[test]
    fn what_the_source_stops_stays_off() {
        let service = Resource::Service(Service {
            name: "dnsmasq".into(),
            family: Family::Debian,
            enabled: Some(false),
            running: None,
            masked: false,
            linked_in: Vec::new(),
        });
        check(
            vec![file("/etc/dnsmasq.conf", "domain-needed\n"), service],
            &["services.dnsmasq.settings.domain-needed = true"],
            &["assumed", "not-needed"],
        );
    }
}
