//! All resources of a host, and what the modules of the folder define besides.

use std::collections::BTreeSet;

use super::direct::{self, Shown};
use super::evaluation::{Evaluation, Ours};
use super::planned::{Broken, Planned};
use super::rendered::Rendered;
use crate::account::{Account, ItemId, Verdict};
use crate::effect::Reading;
use crate::model::{Entry, Machine};
use crate::plan::{OptionPath, Plan};
use crate::source::SourceTree;

/// What the sources say of a host.
#[derive(Clone, Copy)]
pub struct Side<'a> {
    pub machine: &'a Machine,
    pub plan: &'a Plan,
    pub account: &'a Account,
    pub tree: &'a SourceTree,
    /// How modules of NixOS write what only a built system has.
    pub readings: &'a [Reading],
}

/// The kinds of effects, in the order in which they are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Files,
    Fstab,
    Hosts,
    Units,
    Cron,
    Users,
    Groups,
    Ports,
    Sshd,
    Sudo,
    Sysctl,
    Tmpfiles,
    Packages,
    Settings,
}

impl Kind {
    pub const ALL: [Kind; 14] = [
        Kind::Files,
        Kind::Fstab,
        Kind::Hosts,
        Kind::Units,
        Kind::Cron,
        Kind::Users,
        Kind::Groups,
        Kind::Ports,
        Kind::Sshd,
        Kind::Sudo,
        Kind::Sysctl,
        Kind::Tmpfiles,
        Kind::Packages,
        Kind::Settings,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Kind::Files => "files",
            Kind::Fstab => "fstab",
            Kind::Hosts => "hosts",
            Kind::Units => "units",
            Kind::Cron => "cron",
            Kind::Users => "users",
            Kind::Groups => "groups",
            Kind::Ports => "ports",
            Kind::Sshd => "sshd_config",
            Kind::Sudo => "sudoers",
            Kind::Sysctl => "sysctl",
            Kind::Tmpfiles => "tmpfiles",
            Kind::Packages => "packages",
            Kind::Settings => "settings",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    Same,
    /// It is not there as such, and why that is right.
    Explained(String),
    /// What only the sources have, and what only NixOS has.
    Different {
        lost: Vec<String>,
        added: Vec<String>,
    },
}

/// What became of one thing that the sources ask for, or of one that they do not.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    pub kind: Kind,
    pub name: String,
    /// Where it is asked for; empty for what nobody asked for.
    pub origin: String,
    pub outcome: Outcome,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compared {
    pub findings: Vec<Finding>,
}

impl Compared {
    pub fn differences(&self) -> impl Iterator<Item = &Finding> {
        let is_different = |it: &&Finding| matches!(it.outcome, Outcome::Different { .. });
        self.findings.iter().filter(is_different)
    }
}

/// Compares a host; `read` gives the bytes of a file of the output's folder by its absolute path.
pub fn compare(
    side: Side<'_>,
    evaluation: &Evaluation,
    read: &dyn Fn(&str) -> Option<Vec<u8>>,
) -> Compared {
    let planned = Planned::new(side.plan, evaluation);
    let entries = side.machine.entries.iter();
    let names: BTreeSet<(Kind, String)> = entries.map(|it| direct::name(&it.resource)).collect();
    let rendered = Rendered::new(side, &planned);
    let mut said = BTreeSet::new();
    let mut findings: Vec<Finding> = Vec::new();
    for entry in &side.machine.entries {
        let (kind, name) = direct::name(&entry.resource);
        let shown = match rendered.in_etc(&entry.resource, evaluation) {
            Some(shown) => shown,
            None => direct::look(&entry.resource, evaluation, read),
        };
        let outcome = settle(side, entry, shown, (&planned, &rendered), &names, &mut said);
        findings.push(Finding {
            kind,
            name,
            origin: origin(side, &entry.origin.items),
            outcome,
        });
    }
    for broken in planned.all_broken() {
        if !said.contains(&broken.option) {
            findings.push(Finding {
                kind: Kind::Settings,
                name: broken.option.clone(),
                origin: String::new(),
                outcome: of_broken(&[broken]),
            });
        }
    }
    findings.extend(besides(side.plan, &evaluation.ours));
    findings.sort();
    findings.dedup();
    Compared { findings }
}

/// Decides whether what is not shown as such is right.
fn settle(
    side: Side<'_>,
    entry: &Entry,
    shown: Shown,
    (planned, rendered): (&Planned<'_>, &Rendered<'_>),
    names: &BTreeSet<(Kind, String)>,
    said: &mut BTreeSet<String>,
) -> Outcome {
    if shown == Shown::Same {
        return Outcome::Same;
    }
    let items = &entry.origin.items;
    let mut options = planned.of(items);
    let own = direct::name(&entry.resource).1;
    options.retain(|(path, _)| !is_about_another(names, &own, path));
    let broken: Vec<Broken> = options
        .iter()
        .filter_map(|(path, setting)| planned.broken(path, setting))
        .collect();
    let new: Vec<Broken> = broken
        .iter()
        .filter(|it| said.insert(it.option.clone()))
        .cloned()
        .collect();
    if !new.is_empty() {
        return of_broken(&new);
    }
    if let Some(first) = broken.first() {
        return Outcome::Explained(format!("`{}` is another, as is shown once", first.option));
    }
    if let Some(reason) = decided(side, items) {
        return Outcome::Explained(reason);
    }
    let shown = match shown {
        Shown::Nothing => rendered.look(&entry.resource).unwrap_or(shown),
        Shown::Same | Shown::Differs { .. } => shown,
    };
    match (shown, options.as_slice()) {
        (Shown::Same, _) => Outcome::Same,
        (Shown::Differs { lost, added }, _) => Outcome::Different { lost, added },
        (Shown::Nothing, []) => Outcome::Different {
            lost: vec!["nothing of it is there".to_owned()],
            added: Vec::new(),
        },
        (Shown::Nothing, [(first, _), rest @ ..]) => {
            let more = match rest.len() {
                0 => String::new(),
                count => format!(" and {count} more"),
            };
            Outcome::Explained(format!("`{first}`{more} says it, and has that value"))
        }
    }
}

/// Tells whether an option is for another file, user, group or unit of the sources than this one.
fn is_about_another(names: &BTreeSet<(Kind, String)>, own: &str, option: &OptionPath) -> bool {
    let path: Vec<&str> = option.names().iter().map(String::as_str).collect();
    let about = match path.as_slice() {
        ["environment", "etc", name, ..] => (Kind::Files, format!("/etc/{name}")),
        ["users", "users", name, ..] => (Kind::Users, (*name).to_owned()),
        ["users", "groups", name, ..] => (Kind::Groups, (*name).to_owned()),
        ["systemd", kind, name, ..] => (
            Kind::Units,
            format!("{name}.{}", kind.trim_end_matches('s')),
        ),
        _ => return false,
    };
    about.1 != own && names.contains(&about)
}

/// Returns what the account says where it is not that all of it is stated.
fn decided(side: Side<'_>, items: &[ItemId]) -> Option<String> {
    let closings = items.iter().flat_map(|it| &side.account.get(*it).closings);
    let here = closings.filter(|it| it.host.is_empty() || it.host == side.machine.name);
    let worst = here.min_by_key(|it| it.verdict)?;
    let what = match worst.verdict {
        Verdict::Manual => "left to you",
        Verdict::Runtime => "done by a step on the machine",
        Verdict::Skipped => "its condition is false",
        Verdict::NotNeeded => "not needed",
        Verdict::Assumed | Verdict::Translated | Verdict::Control => return None,
    };
    Some(format!("{what}: {}", worst.reason))
}

fn of_broken(broken: &[Broken]) -> Outcome {
    let lost = broken
        .iter()
        .map(|it| format!("{} = {}", it.option, it.planned));
    let added = broken.iter().filter_map(|it| {
        let value = it.evaluated.as_ref()?;
        Some(format!("{} = {value}", it.option))
    });
    Outcome::Different {
        lost: lost.collect(),
        added: added.collect(),
    }
}

fn origin(side: Side<'_>, items: &[ItemId]) -> String {
    let Some(first) = items.first() else {
        return String::new();
    };
    let span = side.account.get(*first).span;
    let line = side.tree.position(span).line;
    format!("{}:{line}", side.tree.path(span.file))
}

/// Names what the modules of the folder define and the plan does not.
fn besides(plan: &Plan, ours: &Ours) -> Vec<Finding> {
    let defined = |folder: &[&str], name: &str| {
        plan.settings().any(|(path, _)| {
            let names = path.names();
            names.len() > folder.len()
                && names.iter().zip(folder).all(|(a, b)| a == b)
                && names[folder.len()] == name
        })
    };
    let unit = |name: &String| {
        let (stem, kind) = name.rsplit_once('.').unwrap_or((name, "service"));
        let folder = format!("{kind}s");
        defined(&["systemd", &folder], stem) || defined(&["systemd", "units"], name)
    };
    let etc = ours
        .etc
        .iter()
        .filter(|it| !defined(&["environment", "etc"], it));
    let units = ours
        .units
        .iter()
        .filter(|it| !unit(it) && plan.modules.is_empty());
    let users = ours
        .users
        .iter()
        .filter(|it| !defined(&["users", "users"], it) && plan.modules.is_empty());
    let groups = ours
        .groups
        .iter()
        .filter(|it| !defined(&["users", "groups"], it) && plan.modules.is_empty());
    foreign(Kind::Files, etc)
        .chain(foreign(Kind::Units, units))
        .chain(foreign(Kind::Users, users))
        .chain(foreign(Kind::Groups, groups))
        .collect()
}

fn foreign<'a>(
    kind: Kind,
    names: impl Iterator<Item = &'a String>,
) -> impl Iterator<Item = Finding> {
    names.map(move |name| Finding {
        kind,
        name: name.clone(),
        origin: String::new(),
        outcome: Outcome::Different {
            lost: Vec::new(),
            added: vec!["no source asks for it: it is yours, or was made before".to_owned()],
        },
    })
}
