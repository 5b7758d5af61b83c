//! Programs whose work NixOS does by options.

use super::calls;
use super::pipes;
use super::sense::{Asks, Sense, is_secret};
use crate::model::{
    Family, FileLine, Hostname, KernelModule, Resource, Service, Setting, Settings, Sysctl, Text,
    Timezone, User,
};

/// Returns what programs state whose work NixOS does by options.
pub(super) fn stated(path: &str, program: &str, arguments: &[&str]) -> Option<Sense> {
    if arguments.iter().any(|it| is_secret(it)) {
        return None;
    }
    if let Some(sense) = pipes::of_sources(program, arguments) {
        return Some(sense);
    }
    if program == "useradd"
        && arguments
            .iter()
            .any(|it| matches!(*it, "-D" | "--defaults"))
    {
        return Some(match arguments.len() {
            1 => Sense::Reads,
            _ => Sense::Manual {
                reason: "the defaults of new accounts, which NixOS has in its store".to_owned(),
                cure: "state them for each of users.users",
            },
        });
    }
    if program == "usermod" && arguments.iter().any(|it| it.starts_with("--add-sub")) {
        return Some(Sense::Manual {
            reason: "subordinate numbers of a user, which NixOS writes at each switch".to_owned(),
            cure: "state them by subUidRanges and subGidRanges of users.users",
        });
    }
    if let Some(calls) = calls::of(path, arguments) {
        return Some(Asks::of_calls(calls));
    }
    let names: Vec<&str> = arguments
        .iter()
        .filter(|it| !it.starts_with('-'))
        .copied()
        .collect();
    match (program, names.as_slice()) {
        ("systemctl", [verb, units @ ..]) if !units.is_empty() => {
            if arguments
                .iter()
                .any(|it| *it == "--user" || *it == "--global")
            {
                return None;
            }
            of_systemctl(verb, units, arguments.contains(&"--now"))
        }
        ("service", [name, verb]) => of_systemctl(verb, &[*name], false),
        ("chkconfig", [name, "on"]) => of_systemctl("enable", &[*name], false),
        ("chkconfig", [name, "off"]) => of_systemctl("disable", &[*name], false),
        ("update-rc.d", [name, "enable" | "defaults"]) => of_systemctl("enable", &[*name], false),
        ("update-rc.d", [name, "disable" | "remove"]) => of_systemctl("disable", &[*name], false),
        ("rc-update", ["add", name, ..]) => of_systemctl("enable", &[*name], false),
        ("apt-get" | "apt" | "aptitude", ["install", names @ ..]) => {
            packages(names, true, Family::Debian)
        }
        ("apt-get" | "apt" | "aptitude", ["remove" | "purge", names @ ..]) => {
            packages(names, false, Family::Debian)
        }
        ("yum" | "dnf", ["install", names @ ..]) => packages(names, true, Family::Rhel),
        ("yum" | "dnf", ["remove" | "erase", names @ ..]) => packages(names, false, Family::Rhel),
        ("apk", ["add", names @ ..]) if !arguments.contains(&"--virtual") => {
            packages(names, true, Family::Alpine)
        }
        ("apk", ["del", names @ ..]) => packages(names, false, Family::Alpine),
        ("hostnamectl", ["set-hostname" | "hostname", name]) => {
            let name = (*name).to_owned();
            Some(Asks::of(Resource::Hostname(Hostname { name })))
        }
        ("timedatectl", ["set-timezone", name]) => {
            let name = (*name).to_owned();
            Some(Asks::of(Resource::Timezone(Timezone { name })))
        }
        ("timedatectl", ["set-ntp", wish]) => {
            let is_on = matches!(*wish, "true" | "yes" | "on" | "1");
            let verb = if is_on { "enable" } else { "disable" };
            of_systemctl(verb, &["systemd-timesyncd"], true)
        }
        ("localectl", ["set-locale", settings @ ..]) if !settings.is_empty() => {
            let setting = |it: &&str| {
                let (name, value) = it.split_once('=').unwrap_or(("LANG", it));
                Resource::Setting(Setting {
                    of: Settings::Locale,
                    name: name.to_owned(),
                    value: value.trim_matches(['"', '\'']).to_owned(),
                })
            };
            Some(Sense::States(Asks {
                resources: settings.iter().map(setting).collect(),
                ..Asks::default()
            }))
        }
        ("localectl", ["set-keymap", name]) => Some(Asks::of(Resource::Setting(Setting {
            of: Settings::Console,
            name: "keymap".to_owned(),
            value: (*name).to_owned(),
        }))),
        ("modprobe", [name]) if arguments.len() == 1 => {
            let name = (*name).to_owned();
            let blacklisted = false;
            Some(Asks::of(Resource::KernelModule(KernelModule {
                name,
                blacklisted,
            })))
        }
        ("sysctl", [setting]) if setting.contains('=') => {
            let (name, value) = setting.split_once('=')?;
            Some(Asks::of(Resource::Sysctl(Sysctl {
                name: name.trim().replace('/', "."),
                value: value.trim().to_owned(),
            })))
        }
        ("loginctl", ["enable-linger", user]) => Some(listed("/var/lib/systemd/linger", user)),
        ("rabbitmq-plugins", ["enable", names @ ..]) if !names.is_empty() => {
            let lines = names.iter().map(|name| line_in(ENABLED_PLUGINS, name));
            Some(Sense::States(Asks {
                resources: lines.collect(),
                ..Asks::default()
            }))
        }
        ("snap", ["install", names @ ..]) => packages(names, true, Family::Other),
        ("gpasswd", [user, group]) if arguments.first() == Some(&"-a") => {
            Some(with_groups(user, group))
        }
        ("adduser" | "addgroup", [user, group]) if arguments.len() == 2 => {
            Some(with_groups(user, group))
        }
        _ => None,
    }
}

/// Where RabbitMQ keeps the plugins that are on.
const ENABLED_PLUGINS: &str = "/etc/rabbitmq/enabled_plugins";

/// Something whose name stands in a folder, or in a list of a program.
fn listed(path: &str, name: &str) -> Sense {
    Asks::of(line_in(path, name))
}

fn line_in(path: &str, name: &str) -> Resource {
    Resource::FileLine(FileLine {
        path: path.to_owned(),
        section: String::new(),
        name: name.to_owned(),
        value: Text::new(),
        line: Text::from(name),
        place: name.to_owned(),
    })
}

fn with_groups(user: &str, groups: &str) -> Sense {
    Asks::of(Resource::User(User {
        name: user.to_owned(),
        groups: groups.split(',').map(str::to_owned).collect(),
        ..User::default()
    }))
}

fn packages(names: &[&str], is_there: bool, family: Family) -> Option<Sense> {
    if names.is_empty() {
        return None;
    }
    let packages = names
        .iter()
        .map(|name| ((*name).to_owned(), is_there, family))
        .collect();
    Some(Sense::States(Asks {
        packages,
        ..Asks::default()
    }))
}

fn of_systemctl(verb: &str, units: &[&str], at_once: bool) -> Option<Sense> {
    let (enabled, running, masked) = match verb {
        "enable" => (Some(true), at_once.then_some(true), false),
        "disable" => (Some(false), at_once.then_some(false), false),
        "start" => (None, Some(true), false),
        "stop" => (None, Some(false), false),
        "mask" => (None, None, true),
        _ => return None,
    };
    // A path or a pattern of units is for systemctl alone.
    if units.iter().any(|it| it.contains(['/', '*'])) {
        return None;
    }
    let service = |name: &&str| {
        Resource::Service(Service {
            name: (*name).to_owned(),
            family: Family::Other,
            enabled,
            running,
            masked,
            linked_in: Vec::new(),
        })
    };
    Some(Sense::States(Asks {
        resources: units.iter().map(service).collect(),
        ..Asks::default()
    }))
}
