//! What has to be carried over: the data of the modules that a plan switches on, the versions that decide how, and the
//! programs that units start and that no package brings.

use super::brought::{Brought, Row};
use super::paths::is_below;
use super::{access, machine, needed_paths, program};
use crate::model::Machine;
use crate::nix::{Expr, StrPart};
use crate::plan::{Chore, OptionPath, Plan};

/// The topics of chores, in the order of what is lost when one is forgotten; others come behind.
pub(super) const ACCESS: &str = "Access";
pub(super) const DATA: &str = "Data";
pub(super) const HOMES: &str = "Homes";
pub(super) const USERS: &str = "Users";

/// Folders of programs that are not the system's.
const ELSEWHERE: [&str; 5] = ["/home", "/opt", "/srv", "/usr/local", "/var/www"];

const CERTIFICATES: &str = "`security.acme` orders its certificates anew, with an account of its own, in `/var/lib/acme`: the \
                            names have to lead to this machine before, and what pins the old keys has to know";

/// The topic of what comes before all others.
pub(super) const FIRST: &str = "First";

const HARDWARE: &str = "`nixos-generate-config --show-hardware-config > hosts/<host>/hardware-configuration.nix` on each \
                        machine: it says its kernel modules, its disks and its root file system; then `git add` it, and \
                        `local.nix`, since a flake does not see files that git does not know";

const DISKS: &str = "the file systems of the system itself are stated as the old machine had them, with `lib.mkDefault`: what \
                     `hardware-configuration.nix` says of them wins. What is left of disks that stay behind, in \
                     `fileSystems` or `swapDevices`, has to go, or the boot waits for it";

const LOADER: &str = "the boot loader in `hosts/<host>/local.nix`, without which a host does not evaluate: \
                      `boot.loader.systemd-boot.enable = true;` with `boot.loader.efi.canTouchEfiVariables = true;` where it \
                      starts by UEFI, else `boot.loader.grub.device` with the disk";

/// The host that stands for any that imports what is made of a role or an image.
const EXAMPLE: &str = "example";

/// What every machine needs and no source says: its disks and its boot loader.
fn hardware(plan: &Plan) -> Vec<Chore> {
    if plan.host == EXAMPLE {
        return Vec::new();
    }
    let has = |start: &[&str]| {
        plan.settings().any(|(path, _)| {
            let names = path.names();
            names.len() >= start.len() && names.iter().zip(start).all(|(name, it)| name == it)
        })
    };
    let mut texts = vec![HARDWARE];
    if has(&["fileSystems", "/"]) {
        texts.push(DISKS);
    }
    let loaders: [&[&str]; 4] = [
        &["boot", "loader", "systemd-boot", "enable"],
        &["boot", "loader", "grub", "device"],
        &["boot", "loader", "grub", "devices"],
        &["boot", "loader", "generic-extlinux-compatible", "enable"],
    ];
    if !loaders.iter().any(|it| has(it)) {
        texts.push(LOADER);
    }
    let texts = texts.into_iter();
    texts
        .map(|text| Chore {
            topic: FIRST.to_owned(),
            text: text.to_owned(),
        })
        .collect()
}

/// Adds the chores of the modules that a plan switches on.
pub(super) fn chores(plan: &mut Plan, brought: &Brought, machine: &Machine) {
    let mut found: Vec<Chore> = hardware(plan);
    found.extend(programs(plan, machine));
    for (option, row) in brought.rows() {
        let service = option.trim_end_matches(".enable").trim_end_matches(".\"\"");
        found.extend(row.data.iter().map(|folder| Chore {
            topic: DATA.to_owned(),
            text: transfer(service, folder, row, brought),
        }));
        let choice = OptionPath::parse(&format!("{service}.package"));
        let version = match plan.get(&choice) {
            Some(_) => &row.pinned,
            None => &row.version,
        };
        if let Some(version) = version {
            found.push(Chore {
                topic: "Versions".to_owned(),
                text: format!("`{service}`: {version}"),
            });
        }
    }
    let orders = |path: &OptionPath| {
        path.names()
            .starts_with(&["security".into(), "acme".into()])
    };
    if plan.settings().any(|(path, _)| orders(path)) {
        found.push(Chore {
            topic: DATA.to_owned(),
            text: CERTIFICATES.to_owned(),
        });
    }
    // What services keep comes before folders of which nobody knows what they hold.
    found.append(&mut plan.chores);
    plan.chores = found;
    plan.chores.extend(needed_paths::chores(plan));
    access::chores(plan);
    plan.chores = said_once(std::mem::take(&mut plan.chores));
}

/// Returns the path that a chore is about: its text begins with it.
pub(super) fn subject(chore: &Chore) -> Option<&str> {
    let (path, _) = chore.text.strip_prefix('`')?.split_once('`')?;
    path.starts_with('/').then_some(path)
}

/// Leaves out what is said of a folder, or of one above, already; what is said of many homes or users alike is one chore.
fn said_once(chores: Vec<Chore>) -> Vec<Chore> {
    let mut out: Vec<Chore> = Vec::new();
    let paths: Vec<String> = chores
        .iter()
        .filter(|it| it.topic == DATA || it.topic == HOMES)
        .filter_map(|it| subject(it).map(str::to_owned))
        .collect();
    for chore in chores {
        let is_below_another = |path: &str| {
            let mut others = paths.iter().filter(|it| *it != path);
            others.any(|it| is_below(path, it))
        };
        let is_said = match subject(&chore) {
            Some(path) if chore.topic == DATA => {
                is_below_another(path) || out.iter().filter_map(subject).any(|it| it == path)
            }
            Some(_) | None => out.contains(&chore),
        };
        if !is_said {
            out.push(chore);
        }
    }
    gathered(&mut out, HOMES, |all| {
        format!("carry over what is to be kept of {all}")
    });
    gathered(&mut out, USERS, |all| {
        format!(
            "no number is said of {all}: NixOS chooses one; compare it with the old machine's before files are carried over, or set `users.users.<name>.uid`"
        )
    });
    out
}

/// Makes the chores of a topic one, in the place of the first.
fn gathered(chores: &mut Vec<Chore>, topic: &str, say: impl FnOnce(&str) -> String) {
    let Some(at) = chores.iter().position(|it| it.topic == topic) else {
        return;
    };
    let own = chores.iter().filter(|it| it.topic == topic);
    let all: Vec<&str> = own.map(|it| it.text.as_str()).collect();
    let text = say(&all.join(", "));
    let mut number = 0;
    chores.retain(|it| {
        number += 1;
        it.topic != topic || number == at + 1
    });
    if let Some(first) = chores.get_mut(at) {
        first.text = text;
    }
}

fn transfer(service: &str, folder: &str, row: &Row, brought: &Brought) -> String {
    if let Some(transfer) = &row.transfer {
        return format!("`{service}`: {transfer}");
    }
    let mut text = format!(
        "`{service}`: with the service stopped on both machines, copy what its folder on the old one holds to `{folder}`"
    );
    if let Some(owner) = brought.owner(folder) {
        text.push_str(&format!(", then `chown -R {owner}: {folder}`"));
        if let Some(uid) = brought.uid(owner) {
            text.push_str(&format!(", whose uid is {uid} here"));
        }
    }
    text
}

/// Programs below /opt and the like that units start: nothing of the plan puts them there.
fn programs(plan: &Plan, machine: &Machine) -> Vec<Chore> {
    let mut found = Vec::new();
    for (path, setting) in plan.settings() {
        let [systemd, services, unit, .., directive] = path.names() else {
            continue;
        };
        if systemd != "systemd" || services != "services" || !directive.starts_with("Exec") {
            continue;
        }
        let expressions = setting.definitions().iter().map(|it| &it.expr);
        for command in expressions.flat_map(commands) {
            let Some(file) = started(command) else {
                continue;
            };
            let is_stated = machine::files(machine).any(|it| it.path == file)
                || machine::links(machine).any(|it| it.path == file);
            if !is_stated {
                found.push(from_elsewhere(file, unit));
            }
        }
    }
    found
}

/// The commands of an `Exec` directive, as far as they are plain text.
fn commands(expr: &Expr) -> Vec<&str> {
    if let Expr::List(list) = expr {
        return list.iter().flat_map(commands).collect();
    }
    let Expr::Str(parts) = expr else {
        return Vec::new();
    };
    match parts.first() {
        Some(StrPart::Literal(text)) => vec![text],
        Some(StrPart::Splice(_)) | None => Vec::new(),
    }
}

/// Returns the program that a command starts, where it is from elsewhere.
fn started(command: &str) -> Option<&str> {
    // systemd.service(5): what stands before the path says how it is run.
    let file = command.trim_start_matches(['@', '-', ':', '+', '!', '|']);
    let file = file.split_whitespace().next()?;
    ELSEWHERE
        .iter()
        .any(|folder| is_below(file, folder))
        .then_some(file)
}

fn from_elsewhere(file: &str, unit: &str) -> Chore {
    let name = file.rsplit('/').next().unwrap_or(file);
    let known = program::likely_package_of(name).filter(|it| !it.starts_with('/'));
    let or = known.map_or_else(String::new, |it| {
        format!("; nixpkgs has a `{name}` in `pkgs.{it}`")
    });
    Chore {
        topic: "Programs".to_owned(),
        text: format!(
            "`{file}`, which `{unit}` starts, has to be put there; a program that was built for other systems finds its libraries only with `programs.nix-ld.enable = true;`, or as a derivation with autoPatchelfHook{or}"
        ),
    }
}
