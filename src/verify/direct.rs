//! One resource of the model against what the evaluation shows of it by itself: a file, a unit, a user, a port.

use super::compare::Kind;
use super::evaluation::{Evaluation, Ports, User as Evaluated};
use super::{entry, noise, unit};
use crate::model::{
    Content, CronJob, FirewallPort, IdKind, Membership, Protocol, Resource, Service, Text, Unit,
    User,
};
use crate::rules::{self, Attribute};
use crate::syntax::cron_schedule::{self, Schedule};

/// What the evaluation shows of a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    Same,
    /// It shows nothing of that name.
    Nothing,
    /// What only the source has, and what only NixOS has.
    Differs {
        lost: Vec<String>,
        added: Vec<String>,
    },
}

impl Shown {
    pub(super) fn of(lost: Vec<String>, added: Vec<String>) -> Shown {
        if lost.is_empty() && added.is_empty() {
            Shown::Same
        } else {
            Shown::Differs { lost, added }
        }
    }
}

/// The kind of a resource and its name, for people.
pub(super) fn name(resource: &Resource) -> (Kind, String) {
    match resource {
        Resource::Package(it) => (Kind::Packages, it.name.clone()),
        Resource::Service(it) => (Kind::Units, unit_name(&it.name)),
        Resource::Unit(it) => (Kind::Units, it.name.clone()),
        Resource::CronJob(it) => (Kind::Cron, format!("cron job {}", it.name)),
        Resource::File(it) => of_path(&it.path),
        Resource::Directory(it) => of_path(&it.path),
        Resource::Link(it) => of_path(&it.path),
        Resource::PathMode(it) => of_path(&it.path),
        Resource::RemovedPath(it) => of_path(&it.path),
        Resource::User(it) => (Kind::Users, it.name.clone()),
        Resource::Group(it) => (Kind::Groups, it.name.clone()),
        Resource::AuthorizedKey(it) => (Kind::Users, format!("{}, a key of", it.user)),
        Resource::Membership(it) => (Kind::Groups, format!("{}, member {}", it.group, it.user)),
        Resource::SubordinateIds(it) => (Kind::Users, format!("{}, subordinate ids", it.user)),
        Resource::Hostname(it) => (Kind::Settings, format!("host name {}", it.name)),
        Resource::Timezone(it) => (Kind::Settings, format!("time zone {}", it.name)),
        Resource::Sysctl(it) => (Kind::Sysctl, it.name.clone()),
        Resource::KernelModule(it) => (Kind::Settings, format!("kernel module {}", it.name)),
        Resource::Mount(it) => (Kind::Fstab, format!("{} {}", it.device, it.path)),
        Resource::HostsEntry(it) => (
            Kind::Hosts,
            format!("{} {}", it.address, it.names.join(" ")),
        ),
        Resource::Database(it) => (Kind::Settings, format!("database {}", it.name)),
        Resource::DatabaseUser(it) => (
            Kind::Settings,
            format!("account {} of the database", it.name),
        ),
        Resource::SshdSetting(it) => (Kind::Sshd, format!("{} {}", it.keyword, it.value)),
        Resource::SudoRule(it) => (Kind::Sudo, it.line.clone()),
        Resource::Firewall(_) => (Kind::Ports, "the firewall".to_owned()),
        Resource::FirewallPort(it) => (Kind::Ports, port_name(it)),
        Resource::Container(it) => (Kind::Units, format!("container {}", it.name)),
        Resource::ContainerNetwork(it) => (Kind::Units, format!("container network {}", it.name)),
        Resource::Application(it) => (Kind::Units, format!("application {}", it.name)),
        Resource::Setting(it) => (Kind::Settings, format!("{} {}", it.name, it.value)),
        Resource::Interface(it) => (Kind::Settings, format!("interface {}", it.name)),
        Resource::NetworkUnit(it) => (Kind::Settings, format!("network unit {}", it.name)),
        Resource::FileLine(it) => (Kind::Settings, format!("{}: {}", it.path, it.line)),
        Resource::Step(it) => (Kind::Settings, format!("step {}", it.name)),
        Resource::Opaque(it) => (Kind::Settings, format!("{} {}", it.subject, it.title)),
        Resource::Contradicted(it) => name(&it.resource),
    }
}

/// What is outside of /etc is made by systemd-tmpfiles.
fn of_path(path: &str) -> (Kind, String) {
    let kind = if path.starts_with("/etc/") {
        Kind::Files
    } else {
        Kind::Tmpfiles
    };
    (kind, path.to_owned())
}

/// Looks for a resource; `read` gives the bytes of a file of the output's folder by its absolute path.
pub(super) fn look(
    resource: &Resource,
    evaluation: &Evaluation,
    read: &dyn Fn(&str) -> Option<Vec<u8>>,
) -> Shown {
    match resource {
        Resource::File(it) => file(&it.path, &it.content, evaluation, read),
        Resource::Directory(it) => entry::directory(it, evaluation),
        Resource::Link(it) => match it.path.strip_prefix("/etc/") {
            Some(target) if etc(target, evaluation).is_some() => Shown::Same,
            Some(_) | None => entry::link(it, evaluation),
        },
        Resource::PathMode(it) => entry::path_mode(it, evaluation),
        Resource::RemovedPath(it) => match it.path.strip_prefix("/etc/") {
            Some(target) if etc(target, evaluation).is_some() => Shown::Nothing,
            Some(_) | None => Shown::Same,
        },
        Resource::Unit(it) => of_unit(it, evaluation),
        Resource::Service(it) => service(it, evaluation),
        Resource::User(it) => match evaluation.users.get(&it.name) {
            Some(there) => user(it, there),
            None => Shown::Nothing,
        },
        Resource::Group(it) => match evaluation.groups.get(&it.name) {
            Some(there) => number("gid", it.gid, there.gid),
            None => Shown::Nothing,
        },
        Resource::Membership(it) => membership(it, evaluation),
        Resource::AuthorizedKey(it) => {
            let keys = evaluation.users.get(&it.user).map(|it| it.keys.as_slice());
            let is_there = |key: &str| {
                keys.unwrap_or_default()
                    .iter()
                    .any(|it| it.trim() == key.trim())
            };
            match it.key.plain() {
                Some(key) if is_there(key) => Shown::Same,
                Some(_) | None => Shown::Nothing,
            }
        }
        Resource::FirewallPort(it) => port(it, &evaluation.ports),
        Resource::Firewall(it) if it.enabled == evaluation.ports.enabled => Shown::Same,
        Resource::Firewall(_) => Shown::Nothing,
        Resource::Package(it) => {
            let found = rules::package(&it.name, it.family);
            let attribute = found.as_ref().map(|it| &it.attribute);
            let Some(Attribute::Known(attribute)) = attribute else {
                return Shown::Nothing;
            };
            let is_it = |name: &str| *name == *attribute;
            let there = evaluation
                .packages
                .iter()
                .any(|it| it.installed && is_it(&it.name));
            if there { Shown::Same } else { Shown::Nothing }
        }
        Resource::Hostname(it) => {
            let full = match &evaluation.domain {
                Some(domain) => format!("{}.{domain}", evaluation.host_name),
                None => evaluation.host_name.clone(),
            };
            of_bool(it.name == evaluation.host_name || it.name == full)
        }
        Resource::Timezone(it) => of_bool(evaluation.time_zone.as_ref() == Some(&it.name)),
        Resource::Sysctl(it) => entry::sysctl(it, evaluation),
        Resource::KernelModule(it) => {
            of_bool(!it.blacklisted && evaluation.modules.contains(&it.name))
        }
        Resource::Mount(it) => entry::mount(it, evaluation),
        Resource::HostsEntry(it) => entry::hosts(it, evaluation),
        Resource::CronJob(it) => {
            let command = it.command.plain().map(noise::plain);
            let is_line = |line: &String| {
                let line = noise::plain(line);
                line.starts_with(&it.schedule)
                    && command
                        .as_ref()
                        .is_some_and(|command| line.contains(command))
            };
            of_bool(evaluation.cron.iter().any(is_line) || has_timer(it, evaluation))
        }
        Resource::SubordinateIds(it) => {
            let there = evaluation.users.get(&it.user).map(|there| match it.kind {
                IdKind::User => &there.uids,
                IdKind::Group => &there.gids,
            });
            of_bool(there.is_some_and(|all| all.contains(&(it.first, it.count))))
        }
        Resource::Database(_)
        | Resource::DatabaseUser(_)
        | Resource::SshdSetting(_)
        | Resource::SudoRule(_)
        | Resource::Container(_)
        | Resource::ContainerNetwork(_)
        | Resource::Application(_)
        | Resource::Setting(_)
        | Resource::Interface(_)
        | Resource::NetworkUnit(_)
        | Resource::FileLine(_)
        | Resource::Step(_)
        | Resource::Opaque(_)
        | Resource::Contradicted(_) => Shown::Nothing,
    }
}

/// Tells whether a job has a service of its name, user and times.
fn has_timer(job: &CronJob, evaluation: &Evaluation) -> bool {
    let bare = |text: &str| -> String {
        let plain = text.chars().filter(char::is_ascii_alphanumeric);
        plain.map(|c| c.to_ascii_lowercase()).take(40).collect()
    };
    let values = |unit: &str, name: &str| -> Vec<String> {
        let text = evaluation.units.get(unit).and_then(|it| it.text.as_deref());
        let lines = text.unwrap_or_default().lines();
        let all = lines.filter_map(|line| line.strip_prefix(name)?.strip_prefix('='));
        all.map(|it| it.trim().to_owned()).collect()
    };
    let Ok(schedule) = cron_schedule::read(&job.schedule) else {
        return false;
    };
    evaluation.units.iter().any(|(name, unit)| {
        let Some(stem) = name.strip_suffix(".service") else {
            return false;
        };
        let is_in_time = match &schedule {
            Schedule::Boot => unit.wanted_by.iter().any(|it| it == "multi-user.target"),
            Schedule::Calendar(events) => values(&format!("{stem}.timer"), "OnCalendar") == *events,
        };
        is_in_time
            && bare(stem).starts_with(&bare(&job.name))
            && values(name, "User").contains(&job.user)
    })
}

pub(super) fn of_bool(is_there: bool) -> Shown {
    if is_there {
        Shown::Same
    } else {
        Shown::Nothing
    }
}

pub(super) fn etc<'a>(
    target: &str,
    evaluation: &'a Evaluation,
) -> Option<&'a super::evaluation::EtcFile> {
    evaluation.etc.values().find(|it| it.target == target)
}

/// What NixOS's own modules write besides belongs to them; only what our modules state is all there is to say.
fn of_nixos(shown: Shown, is_ours: bool) -> Shown {
    match shown {
        Shown::Differs { lost, .. } if !is_ours => Shown::of(lost, Vec::new()),
        Shown::Same | Shown::Nothing | Shown::Differs { .. } => shown,
    }
}

fn file(
    path: &str,
    content: &Content,
    evaluation: &Evaluation,
    read: &dyn Fn(&str) -> Option<Vec<u8>>,
) -> Shown {
    let Some(there) = path
        .strip_prefix("/etc/")
        .and_then(|it| etc(it, evaluation))
    else {
        return entry::made(path, evaluation);
    };
    let bytes = match &there.text {
        Some(text) => Some(text.clone().into_bytes()),
        None => read(&there.source),
    };
    // What NixOS builds only while the system is built is not there to be read.
    let Some(bytes) = bytes else {
        return Shown::Nothing;
    };
    match content {
        Content::Binary(wanted) if *wanted == bytes => Shown::Same,
        Content::Binary(_) => Shown::of(vec!["other bytes".to_owned()], Vec::new()),
        // What it holds is known only to whoever fetches it.
        Content::Fetched(_) => Shown::Nothing,
        Content::Text(wanted) => {
            let target = &there.target;
            let shown = text(wanted, &String::from_utf8_lossy(&bytes));
            of_nixos(shown, evaluation.ours.etc.contains(target))
        }
    }
}

/// Lines with a hole stand for any line: what they are, nobody knows yet.
fn text(wanted: &Text, there: &str) -> Shown {
    let there = noise::lines(there);
    let (mut known, mut holes) = (Vec::new(), 0);
    for line in wanted.lines() {
        match line.plain() {
            Some(line) => known.extend(noise::lines(line)),
            None => holes += 1,
        }
    }
    let lost: Vec<String> = known
        .iter()
        .filter(|it| !there.contains(it))
        .cloned()
        .collect();
    let mut added: Vec<String> = there
        .iter()
        .filter(|it| !known.contains(it))
        .cloned()
        .collect();
    if added.len() <= holes {
        added.clear();
    }
    Shown::of(lost, added)
}

fn of_unit(source: &Unit, evaluation: &Evaluation) -> Shown {
    let Some(there) = evaluation.units.get(&source.name) else {
        return Shown::Nothing;
    };
    let Some(text) = there.text.as_deref() else {
        return Shown::Nothing;
    };
    let (mut lost, added) = unit::differences(source, text);
    if source.enabled == Some(true) && !is_wanted(&source.name, evaluation) {
        lost.push("enabled".to_owned());
    }
    of_nixos(
        Shown::of(lost, added),
        evaluation.ours.units.contains(&source.name),
    )
}

/// A unit is started by what wants it, or by its timer, socket or path.
fn is_wanted(unit: &str, evaluation: &Evaluation) -> bool {
    let stem = unit.rsplit_once('.').map_or(unit, |it| it.0);
    let own = [unit.to_owned()].into_iter();
    let others = ["timer", "socket", "path"].map(|it| format!("{stem}.{it}"));
    own.chain(others).any(|name| {
        let unit = evaluation.units.get(&name);
        unit.is_some_and(|it| it.enabled && !it.wanted_by.is_empty())
    })
}

fn unit_name(service: &str) -> String {
    if service.contains('.') {
        service.to_owned()
    } else {
        format!("{service}.service")
    }
}

fn service(source: &Service, evaluation: &Evaluation) -> Shown {
    let unit = unit_name(&source.name);
    let is_on = is_wanted(&unit, evaluation);
    let is_off = evaluation.units.get(&unit).is_none_or(|it| !it.enabled) || !is_on;
    match (source.masked, source.enabled.or(source.running)) {
        (true, _) | (false, Some(false)) if is_off => Shown::Same,
        (false, Some(true)) if is_on => Shown::Same,
        (false, None) => Shown::Same,
        (true | false, _) => Shown::Nothing,
    }
}

fn user(source: &User, there: &Evaluated) -> Shown {
    let (mut lost, mut added) = (Vec::new(), Vec::new());
    let mut texts = |what: &str, wanted: Option<&str>, is: &str| {
        if let Some(wanted) = wanted.filter(|it| noise::plain(it) != noise::plain(is)) {
            lost.push(format!("{what}: {wanted}"));
            added.push(format!("{what}: {is}"));
        }
    };
    let is_number = |it: &&str| it.parse::<u32>().is_ok();
    texts(
        "group",
        source.group.as_deref().filter(|it| !is_number(it)),
        &there.group,
    );
    texts("home", source.home.as_deref(), &there.home);
    texts("comment", source.comment.as_deref(), &there.description);
    let is_nologin = |it: &str| it.ends_with("nologin") || it.ends_with("/false");
    if !(source.shell.as_deref().is_some_and(is_nologin) && is_nologin(&there.shell)) {
        texts("shell", source.shell.as_deref(), &there.shell);
    }
    let missing = source
        .groups
        .iter()
        .filter(|it| !there.extra_groups.contains(it) && **it != there.group);
    lost.extend(missing.map(|it| format!("in group {it}")));
    match number("uid", source.uid, there.uid) {
        Shown::Differs {
            lost: number,
            added: is,
        } => {
            lost.extend(number);
            added.extend(is);
        }
        Shown::Same | Shown::Nothing => {}
    }
    Shown::of(lost, added)
}

fn number(what: &str, wanted: Option<u32>, is: Option<u32>) -> Shown {
    let shown = |it: u32| format!("{what}: {it}");
    match wanted {
        Some(wanted) if is != Some(wanted) => Shown::Differs {
            lost: vec![shown(wanted)],
            added: is.map(shown).into_iter().collect(),
        },
        Some(_) | None => Shown::Same,
    }
}

fn membership(source: &Membership, evaluation: &Evaluation) -> Shown {
    let in_user = evaluation.users.get(&source.user);
    let is_in = |group: &str| {
        let in_group = evaluation.groups.get(group);
        in_group.is_some_and(|it| it.members.contains(&source.user))
            || in_user
                .is_some_and(|it| it.extra_groups.iter().any(|it| it == group) || it.group == group)
    };
    // Who administers a machine of Debian's family is in `sudo`, one with NixOS in `wheel`.
    let is_admin = source.group == "sudo" && !evaluation.groups.contains_key("sudo");
    if is_in(&source.group) || is_admin && is_in("wheel") {
        Shown::Same
    } else {
        Shown::Nothing
    }
}

fn port(source: &FirewallPort, ports: &Ports) -> Shown {
    if !ports.enabled {
        return Shown::Same;
    }
    let ports = match &source.interface {
        Some(interface) => match ports.interfaces.get(interface) {
            Some(ports) => ports,
            None => return Shown::Nothing,
        },
        None => ports,
    };
    let (single, ranges) = match source.protocol {
        Protocol::Tcp => (&ports.tcp, &ports.tcp_ranges),
        Protocol::Udp => (&ports.udp, &ports.udp_ranges),
    };
    let is_open = |port: u16| {
        single.contains(&port)
            || ranges
                .iter()
                .any(|[first, last]| (*first..=*last).contains(&port))
    };
    if (source.first..=source.last).all(is_open) {
        Shown::Same
    } else {
        Shown::Nothing
    }
}

fn port_name(port: &FirewallPort) -> String {
    let protocol = port.protocol.name();
    let range = if port.first == port.last {
        port.first.to_string()
    } else {
        format!("{}-{}", port.first, port.last)
    };
    match &port.interface {
        Some(interface) => format!("{range}/{protocol} on {interface}"),
        None => format!("{range}/{protocol}"),
    }
}
