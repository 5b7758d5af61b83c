//! What a recipe says besides its application: of accounts, files and folders.
//!
//! Each image is looked at alone: its module has to evaluate without those of others, and no other image's users and
//! files are there for it. What would change the machine as a whole is not in the module of a service: a container has
//! its own time zone, resolver and servers, and the machine has them from whoever configures the machine.

use super::account::{self, Runner, account_name, made_group, made_user, whose_home};
use super::layout::{Layout, PROGRAM_FOLDERS};
use super::{service_name, tool};
use crate::account::{Code, Verdict};
use crate::lower::ctx::Ctx;
use crate::lower::statement::{Left, Lowered};
use crate::lower::{cron, lower_stated, machine};
use crate::model::{
    ApplicationSource, CronJob, Entry, Family, File, Machine, Package, Part, Resource, SourceFrom,
    Sourced,
};
use crate::nix::Expr;
use crate::plan::OptionPath;
use crate::rules::{self, Attribute};

/// What the machine has for itself, and why a service does not say it.
const OF_MACHINE: [(&str, &str); 17] = [
    ("/etc/bash.bashrc", LOGINS),
    ("/etc/bashrc", LOGINS),
    ("/etc/hostname", ENGINE),
    ("/etc/hosts", ENGINE),
    ("/etc/inputrc", LOGINS),
    ("/etc/issue", LOGINS),
    ("/etc/issue.net", LOGINS),
    ("/etc/locale.conf", LOCALE),
    ("/etc/default/locale", LOCALE),
    ("/etc/localtime", ZONE),
    ("/etc/motd", LOGINS),
    ("/etc/profile", LOGINS),
    ("/etc/profile.d", LOGINS),
    ("/etc/resolv.conf", ENGINE),
    ("/etc/skel", LOGINS),
    ("/etc/timezone", ZONE),
    ("/etc/update-motd.d", LOGINS),
];

const LOGINS: &str = "it is for those who log in, and nobody logs in to a service";
const ENGINE: &str =
    "a container engine writes it for each container; the machine has its own, for all services";
const LOCALE: &str = "a service has its locale from its variables, the machine its own";
const ZONE: &str =
    "the machine has its own time zone; a service that needs another has it from the variable TZ";

/// Folders of /etc that are the machine's.
const MACHINE_ETC: [&str; 16] = [
    "default",
    "ld.so.conf.d",
    "modprobe.d",
    "modules-load.d",
    "network",
    "pam.d",
    "pki",
    "security",
    "ssh",
    "ssl",
    "sudoers.d",
    "sysctl.d",
    "systemd",
    "udev",
    "NetworkManager",
    "X11",
];

/// Tells whether an entry is an image's.
pub(in crate::lower) fn is_of_image(entry: &Entry) -> bool {
    matches!(entry.part, Part::Service(_))
}

/// Returns the images of a machine, each with what belongs to it and nothing else.
pub(in crate::lower) fn images(machine: &Machine) -> Vec<Machine> {
    let mut images: Vec<(String, Machine)> = Vec::new();
    for entry in &machine.entries {
        let Part::Service(name) = &entry.part else {
            continue;
        };
        let at = images.iter().position(|(it, _)| it == name);
        let at = at.unwrap_or_else(|| {
            let empty = Machine {
                entries: Vec::new(),
                packaged: machine.packaged.clone(),
                started: machine.started.clone(),
                name: machine.name.clone(),
                described: machine.described.clone(),
                family: machine.family,
            };
            images.push((name.clone(), empty));
            images.len() - 1
        });
        if let Some((_, image)) = images.get_mut(at) {
            image.entries.push(entry.clone());
        }
    }
    images
        .into_iter()
        .map(|(_, image)| with_owners(with_programs(image)))
        .collect()
}

/// A program of another image is that of nixpkgs, where nixpkgs has it.
fn with_programs(mut image: Machine) -> Machine {
    for entry in &mut image.entries {
        let Resource::Application(application) = &mut entry.resource else {
            continue;
        };
        let sources = std::mem::take(&mut application.source);
        for source in sources {
            if let Some(name) = of_every_machine(&source.value) {
                application.packages.push(Sourced {
                    value: Package {
                        name: name.to_owned(),
                        family: Family::Debian,
                        version: None,
                    },
                    origin: source.origin,
                    assumptions: source.assumptions,
                });
                continue;
            }
            match program_of_image(&source.value) {
                None => application.source.push(source),
                Some(name) => {
                    let clause = format!(
                        "`{}` of the other image is that of nixpkgs",
                        source.value.path
                    );
                    let mut assumptions = source.assumptions;
                    assumptions.push(clause);
                    application.packages.push(Sourced {
                        value: Package {
                            name,
                            family: Family::Other,
                            version: None,
                        },
                        origin: source.origin,
                        assumptions,
                    });
                }
            }
        }
    }
    image
}

/// Returns the package of what an image takes from another one because it has no system of its own.
fn of_every_machine(source: &ApplicationSource) -> Option<&'static str> {
    let (SourceFrom::Stage(from) | SourceFrom::Image(from)) = &source.from else {
        return None;
    };
    let (_, path) = from.rsplit_once(':')?;
    match path.trim_end_matches('/') {
        "/etc/ssl/certs/ca-certificates.crt" | "/etc/ssl/certs" | "/etc/ssl/cert.pem" => {
            Some("ca-certificates")
        }
        "/usr/share/zoneinfo" => Some("tzdata"),
        _ => None,
    }
}

fn program_of_image(source: &ApplicationSource) -> Option<String> {
    let SourceFrom::Image(_) = &source.from else {
        return None;
    };
    let (folder, name) = source.path.rsplit_once('/')?;
    let is_program = folder.is_empty() || PROGRAM_FOLDERS.contains(&folder);
    let is_known = || {
        let found = rules::package(name, Family::Other);
        found.is_some_and(|it| matches!(it.attribute, Attribute::Known(_)))
    };
    (is_program && !source.folder && is_known()).then(|| name.to_owned())
}

/// Gives the files of an image to the users that the machine will have.
fn with_owners(mut image: Machine) -> Machine {
    let Some((_, application)) = machine::applications(&image).next() else {
        return image;
    };
    let user = application.user.as_ref().map(|it| it.value.as_str());
    let user = user.map(|it| it.split_once(':').map_or(it, |(user, _)| user));
    let name = service_name(&application.name);
    let runner = Runner::of(user, &image)
        .name()
        .unwrap_or(account_name(&name))
        .to_owned();
    let own_group = machine::users(&image)
        .find(|it| it.name == runner)
        .and_then(|it| made_group(it.group.as_deref()?, &image))
        .unwrap_or(&runner)
        .to_owned();
    let owners: Vec<(Option<String>, Option<String>)> = image
        .entries
        .iter()
        .map(|entry| {
            let (owner, group) = owners(&entry.resource);
            let is_root = |it: &str| matches!(it, "root" | "0" | "");
            let owner = owner.map(|it| match made_user(it, &image) {
                Some(made) => made.to_owned(),
                None if is_root(it) => it.to_owned(),
                None => runner.clone(),
            });
            let group = group.map(|it| match made_group(it, &image) {
                Some(made) => made.to_owned(),
                None if is_root(it) => it.to_owned(),
                None => own_group.clone(),
            });
            (owner, group)
        })
        .collect();
    let users: Vec<String> = machine::users(&image).map(|it| it.name.clone()).collect();
    for (entry, (owner, group)) in image.entries.iter_mut().zip(owners) {
        if let Resource::File(it) = &mut entry.resource {
            (it.owner, it.group) = (owner, group);
        } else if let Resource::Directory(it) = &mut entry.resource {
            (it.owner, it.group) = (owner, group);
        } else if let Resource::PathMode(it) = &mut entry.resource {
            (it.owner, it.group) = (owner, group);
        } else if let Resource::CronJob(it) = &mut entry.resource
            && !users.contains(&it.user)
        {
            it.user.clone_from(&runner);
            let clause = format!("`{runner}` has the rights that the job needs");
            entry.assumptions.push(clause);
        }
    }
    image
}

fn owners(resource: &Resource) -> (Option<&str>, Option<&str>) {
    let (owner, group) = if let Resource::File(it) = resource {
        (&it.owner, &it.group)
    } else if let Resource::Directory(it) = resource {
        (&it.owner, &it.group)
    } else if let Resource::PathMode(it) = resource {
        (&it.owner, &it.group)
    } else {
        return (None, None);
    };
    (owner.as_deref(), group.as_deref())
}

/// Lowers what an image means otherwise than a machine does; `false` where it means the same.
pub(in crate::lower) fn lower(entry: &Entry, ctx: &mut Ctx<'_>) -> bool {
    let Part::Service(name) = &entry.part else {
        return false;
    };
    if matches!(
        entry.resource,
        Resource::Application(_) | Resource::Opaque(_)
    ) {
        return false;
    }
    if let Some(lowered) = tool::of_part(entry, ctx.machine) {
        ctx.conclude(entry, lowered);
        return true;
    }
    let own = service_name(name);
    lower_within(entry, &Within::Own(&own), ctx)
}

/// Whose options an entry of an image may set, besides those that join with what others say.
#[derive(Clone, Copy, Debug)]
pub(super) enum Within<'a> {
    /// Those of the service of this name, which the image's module declares.
    Own(&'a str),
    /// Those of a module of NixOS, which is on: `services.mysql`.
    Module(&'a str),
}

/// Lowers what an image means otherwise than a machine does, to options that it may set; `false` where it means the
/// same.
pub(super) fn lower_within(entry: &Entry, within: &Within<'_>, ctx: &mut Ctx<'_>) -> bool {
    if let Resource::CronJob(job) = &entry.resource {
        let lowered = cron_job(job, ctx);
        ctx.conclude(entry, lowered);
        return true;
    }
    if let Some(lowered) = otherwise(&entry.resource, ctx.machine) {
        let is_stated = matches!(lowered, Lowered::Stated(_));
        ctx.conclude(entry, lowered);
        if is_stated {
            tell_disabled(entry, within, ctx);
        }
        return true;
    }
    let draft = ctx.draft(|ctx| lower_stated(entry, ctx));
    let beyond = draft.settings().find(|(it, _)| !is_of_service(it, within));
    if let Some((option, _)) = beyond {
        let option = option.clone();
        let lines = ctx.rehearse(|ctx| lower_stated(entry, ctx));
        leave(entry, &option, lines, ctx);
        return true;
    }
    let is_read = matches!(&entry.resource, Resource::File(it) if it.path.starts_with("/etc/"));
    if is_read && draft.settings().any(|(it, _)| is_etc(it)) {
        // Programs of nixpkgs look below /etc mostly, not always.
        let mut entry = entry.clone();
        let clause = "what reads it looks there on NixOS too";
        entry.assumptions.push(clause.to_owned());
        lower_stated(&entry, ctx);
        tell_disabled(&entry, within, ctx);
        return true;
    }
    if draft.settings().next().is_some() {
        lower_stated(entry, ctx);
        tell_disabled(entry, within, ctx);
        return true;
    }
    false
}

/// What a module says holds where a host enables it.
fn tell_disabled(entry: &Entry, within: &Within<'_>, ctx: &mut Ctx<'_>) {
    let Within::Own(own) = within else {
        return;
    };
    let option = OptionPath::new(["services", own, "enable"]);
    if ctx.plan.get(&option).is_none() {
        let reason = format!("it holds once `services.{own}` is enabled");
        ctx.close(entry, Verdict::Assumed, Code::Stated, &reason);
    }
}

/// A job of the image's own cron is one of the machine's, with the paths that the service has here.
fn cron_job(job: &CronJob, ctx: &Ctx<'_>) -> Lowered {
    let image = ctx.machine;
    let mut lowered = cron::lower(job, image, ctx.cron);
    let layout = machine::applications(image)
        .map(|(_, it)| Layout::of(it, image, &service_name(&it.name)))
        .next();
    if let (Lowered::Stated(statement), Some(layout)) = (&mut lowered, layout) {
        for wanted in &mut statement.definitions {
            if let Expr::Str(parts) = &wanted.expr {
                wanted.expr = Expr::Str(layout.replaced(parts));
            }
        }
    }
    lowered
}

fn not_needed(why: &str) -> Lowered {
    Lowered::NotNeeded(Code::NoMeaning, why.to_owned())
}

/// What means something else in an image, whatever the machine would make of it.
fn otherwise(resource: &Resource, image: &Machine) -> Option<Lowered> {
    if let Resource::User(user) = resource {
        Some(account::lower_user(user, image))
    } else if let Resource::Group(group) = resource {
        Some(account::lower_group(group, image))
    } else if let Resource::Timezone(_) = resource {
        Some(not_needed(ZONE))
    } else if let Resource::Directory(it) = resource {
        of_home(&it.path, image).or_else(|| of_machine(&it.path))
    } else if let Resource::PathMode(it) = resource {
        of_home(&it.path, image).or_else(|| of_machine(&it.path))
    } else if let Resource::File(it) = resource {
        of_machine(&it.path)
    } else if let Resource::Link(it) = resource {
        of_machine(&it.path)
    } else {
        None
    }
}

fn of_home(path: &str, image: &Machine) -> Option<Lowered> {
    let user = whose_home(path, image)?;
    let why = format!("it is the home of `{user}`, which is made with the user");
    Some(Lowered::NotNeeded(Code::AlreadySo, why))
}

/// Tells whether a path is one that the machine has for itself, or that only the building of images has.
pub(super) fn is_of_machine(path: &str) -> bool {
    of_machine(path).is_some()
}

fn of_machine(path: &str) -> Option<Lowered> {
    let name = path.rsplit('/').next().unwrap_or(path);
    if name.starts_with("docker-php-ext-") || name == "docker-php-source" {
        return Some(not_needed(
            "only who builds an image upon this one runs it: PHP of nixpkgs has its extensions by withExtensions",
        ));
    }
    let is_it = |row: &&(&str, &str)| {
        path.strip_prefix(row.0)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let (_, why) = OF_MACHINE.iter().find(is_it)?;
    Some(not_needed(why))
}

fn is_etc(option: &OptionPath) -> bool {
    matches!(option.names(), [first, second, ..] if first == "environment" && second == "etc")
}

/// Tells whether an option is the service's, or one that joins with what others say of it.
fn is_of_service(option: &OptionPath, within: &Within<'_>) -> bool {
    let names: Vec<&str> = option.names().iter().map(String::as_str).collect();
    match names.as_slice() {
        ["systemd", kind, ..] => {
            ["services", "timers", "sockets", "paths", "tmpfiles"].contains(kind)
        }
        ["users", "users" | "groups", ..] | ["networking", "firewall", ..] | ["nixpkgs", ..] => {
            true
        }
        ["environment", "etc", below, ..] => {
            let folder = below.split('/').next().unwrap_or_default();
            !(below.contains('/') && MACHINE_ETC.contains(&folder))
        }
        ["services", "cron", ..] | ["services", "logrotate", "settings", ..] => true,
        ["services", name, ..] => match within {
            Within::Own(own) => name == own,
            Within::Module(module) => module.strip_prefix("services.") == Some(*name),
        },
        _ => false,
    }
}

fn leave(entry: &Entry, option: &OptionPath, lines: Vec<String>, ctx: &mut Ctx<'_>) {
    let names = option.names();
    let shown = names.get(..2).unwrap_or(names).join(".");
    let (code, reason) = match (&entry.resource, names.first().map(String::as_str)) {
        (Resource::File(File { path, .. }), Some("services")) => (
            Code::ServiceConfig,
            format!(
                "NixOS does not read `{path}` as a file: it is `{shown}`, which is the machine's"
            ),
        ),
        _ => (
            Code::CannotState,
            format!("it is `{shown}`, which is the machine's, and not a service's"),
        ),
    };
    let left = Left::new(code, reason);
    let mut all = vec!["State on the host what of it the machine is to have:".to_owned()];
    all.extend(lines);
    ctx.manual_with_lines(entry, left.code, &left.reason, all);
}
