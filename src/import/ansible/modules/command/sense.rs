//! What a command asks of a machine, as far as its program is known.

use crate::import::ansible::modules::Run;
use crate::import::ansible::modules::package;
use crate::import::ansible::params::Refusal;
use crate::import::programs::{BY_HAND, NOTHING, READERS};
use crate::model::{Family, Hostname, KernelModule, Resource, Service, Sysctl, Timezone, User};
use crate::syntax::placeholder_index;
use crate::syntax::shell::{RedirectionKind, Simple, read};

/// What a command asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Sense {
    /// It only looks.
    Reads,
    /// It has no meaning on NixOS; why.
    Nothing(&'static str),
    States(Asks),
    Manual {
        reason: String,
        cure: &'static str,
    },
    /// Nobody knows: it is kept.
    Unknown,
}

/// What is stated instead of a command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Asks {
    resources: Vec<Resource>,
    packages: Vec<(String, bool, Family)>,
}

impl Asks {
    fn of(resource: Resource) -> Sense {
        Sense::States(Asks {
            resources: vec![resource],
            packages: Vec::new(),
        })
    }

    pub(super) fn put(self, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
        for resource in self.resources {
            run.put(match resource {
                Resource::Service(service) => Resource::Service(Service {
                    family: run.family,
                    ..service
                }),
                other => other,
            });
        }
        let mut outcome = Ok(());
        for (name, is_there, family) in self.packages {
            let state = if is_there { "present" } else { "absent" };
            let asked = package::ask(&[name], state, family, run);
            outcome = outcome.and(asked);
        }
        outcome
    }
}

/// Returns what a shell script asks for; it is known only where it is nothing but simple commands.
pub(super) fn of_script(text: &str) -> Sense {
    let Ok(script) = read(text) else {
        return Sense::Unknown;
    };
    let Some(commands) = script.simple_commands() else {
        return Sense::Unknown;
    };
    // What stands behind `||` or `&&` may not run: only what reads or means nothing may hang on it.
    let is_single = commands.len() == 1;
    let mut asks = Asks::default();
    let mut nothing = None;
    let mut is_asked = false;
    for command in commands {
        match of_simple(command) {
            Sense::Reads => is_asked |= !is_harmless(command),
            Sense::Nothing(why) => nothing = nothing.or(Some(why)),
            Sense::States(_) if !is_single && script.lists.iter().any(hangs) => {
                return Sense::Unknown;
            }
            Sense::States(more) => {
                asks.resources.extend(more.resources);
                asks.packages.extend(more.packages);
            }
            other => return other,
        }
    }
    if asks != Asks::default() {
        return if is_asked {
            Sense::Unknown
        } else {
            Sense::States(asks)
        };
    }
    nothing.map_or(Sense::Reads, Sense::Nothing)
}

/// Tells whether a command that looks says nothing on which others could hang: `test -f x && …` does.
fn is_harmless(command: &Simple) -> bool {
    let program = command.words.first().and_then(|it| it.plain.as_deref());
    program.is_none_or(|it| {
        [
            "cd", "set", "export", "echo", "printf", "true", ":", "umask",
        ]
        .contains(&it)
    })
}

/// Tells whether what runs hangs on what came before, other than on its success.
fn hangs(list: &crate::syntax::shell::List) -> bool {
    use crate::syntax::shell::Connector;
    let is_piped = |it: &crate::syntax::shell::Pipeline| it.negated || it.commands.len() > 1;
    is_piped(&list.first)
        || list
            .rest
            .iter()
            .any(|(connector, it)| *connector == Connector::Or || is_piped(it))
}

fn of_simple(command: &Simple) -> Sense {
    let writes = command.redirections.iter().any(|it| {
        let is_written = match it.kind {
            RedirectionKind::Read | RedirectionKind::Duplicate | RedirectionKind::Here => false,
            RedirectionKind::Write
            | RedirectionKind::Append
            | RedirectionKind::ReadWrite
            | RedirectionKind::OutputAndErrors
            | RedirectionKind::AppendOutputAndErrors => true,
        };
        is_written && it.target.plain.as_deref() != Some("/dev/null")
    });
    let runs_others = command
        .words
        .iter()
        .chain(command.assignments.iter().map(|(_, value)| value))
        .any(|it| it.plain.is_none() && (it.raw.contains("$(") || it.raw.contains('`')));
    if writes || runs_others {
        return Sense::Unknown;
    }
    let words: Vec<&str> = command
        .words
        .iter()
        .map(|it| it.plain.as_deref().unwrap_or(&it.raw))
        .collect();
    let sense = of_command(&words);
    let is_plain = command.plain_words().is_some();
    match sense {
        Sense::States(_) if !is_plain => Sense::Unknown,
        sense => sense,
    }
}

/// Returns what a program with its arguments asks for.
pub(super) fn of_command(words: &[&str]) -> Sense {
    let words = match words {
        ["sudo", rest @ ..] if rest.first().is_some_and(|it| !it.starts_with('-')) => rest,
        words => words,
    };
    let Some((program, arguments)) = words.split_first() else {
        return Sense::Reads;
    };
    let program = program.rsplit('/').next().unwrap_or(program);
    if let [only] = arguments
        && ["--version", "-version", "--help", "version", "-V"].contains(only)
    {
        return Sense::Reads;
    }
    if let Some(sense) = stated(program, arguments) {
        return sense;
    }
    let is_meant =
        |wanted: &[&str]| wanted.is_empty() || arguments.iter().any(|it| wanted.contains(it));
    if let Some((_, _, why)) = NOTHING
        .iter()
        .find(|(name, wanted, _)| *name == program && is_meant(wanted))
    {
        return Sense::Nothing(why);
    }
    if let Some((_, what, cure)) = BY_HAND.iter().find(|(name, _, _)| *name == program) {
        let named: Vec<&str> = arguments
            .iter()
            .filter(|it| !it.starts_with('-') && !is_secret(it))
            .copied()
            .collect();
        return Sense::Manual {
            reason: format!("{what}: {}", named.join(" ")),
            cure,
        };
    }
    let reads = READERS
        .iter()
        .any(|(name, wanted)| *name == program && is_meant(wanted));
    if reads && !acts(program, arguments) {
        return Sense::Reads;
    }
    Sense::Unknown
}

/// Arguments with which a program that usually looks does something.
fn acts(program: &str, arguments: &[&str]) -> bool {
    let has = |wanted: &[&str]| {
        arguments
            .iter()
            .any(|it| wanted.iter().any(|wanted| it == wanted))
    };
    match program {
        "find" => has(&["-delete", "-exec", "-execdir", "-ok", "-fprint"]),
        "sed" => arguments
            .iter()
            .any(|it| it.starts_with("-i") || it.starts_with("--in-place") || it.contains("w /")),
        "awk" | "gawk" => arguments
            .iter()
            .any(|it| it.contains("system(") || it.contains("print >")),
        "sort" => has(&["-o"]),
        "hostname" | "date" => arguments.iter().any(|it| !it.starts_with(['-', '+'])),
        "sysctl" => has(&["-w", "-p", "--system"]) || arguments.iter().any(|it| it.contains('=')),
        "xargs" => arguments
            .iter()
            .find(|it| !it.starts_with('-'))
            .is_some_and(|it| of_command(&[it]) != Sense::Reads),
        _ => false,
    }
}

fn is_secret(word: &str) -> bool {
    word.chars().any(|c| placeholder_index(c).is_some())
}

/// Returns what programs state whose work NixOS does by options.
fn stated(program: &str, arguments: &[&str]) -> Option<Sense> {
    if arguments.iter().any(|it| is_secret(it)) {
        return None;
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
        ("modprobe", [name]) if arguments.len() == 1 => {
            let name = (*name).to_owned();
            let blacklisted = false;
            Some(Asks::of(Resource::KernelModule(KernelModule {
                name,
                blacklisted,
            })))
        }
        ("sysctl", [setting]) if arguments.contains(&"-w") => {
            let (name, value) = setting.split_once('=')?;
            Some(Asks::of(Resource::Sysctl(Sysctl {
                name: name.trim().replace('/', "."),
                value: value.trim().to_owned(),
            })))
        }
        ("usermod", [groups, user])
            if arguments
                .first()
                .is_some_and(|it| matches!(*it, "-aG" | "-a")) =>
        {
            Some(with_groups(user, groups))
        }
        ("gpasswd", [user, group]) if arguments.first() == Some(&"-a") => {
            Some(with_groups(user, group))
        }
        ("adduser" | "addgroup", [user, group]) if arguments.len() == 2 => {
            Some(with_groups(user, group))
        }
        _ => None,
    }
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
        resources: Vec::new(),
        packages,
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
        packages: Vec::new(),
    }))
}

#[cfg(test)]
mod tests {
    use super::{Sense, of_script};

    fn check(script: &str, expected: &str) {
        let found = match of_script(script) {
            Sense::Reads => "reads".to_owned(),
            Sense::Nothing(_) => "nothing".to_owned(),
            Sense::Unknown => "unknown".to_owned(),
            Sense::Manual { reason, .. } => format!("manual: {reason}"),
            Sense::States(asks) => {
                let mut all: Vec<String> = Vec::new();
                for it in &asks.resources {
                    all.push(serde_json::to_string(it).unwrap());
                }
                for (name, is_there, _) in &asks.packages {
                    all.push(format!("{}{name}", if *is_there { "+" } else { "-" }));
                }
                all.join(" ")
            }
        };
        assert_eq!(found, expected, "{script}");
    }

    #[test]
    fn what_only_looks_is_a_probe() {
        for script in [
            "cat /etc/passwd | grep -c root",
            "systemctl is-active nginx",
            "git -C /x rev-parse HEAD",
            "nginx -t",
            "java -version 2>&1 | head -1",
            "test -f /x && echo yes || echo no",
            "ls /x > /dev/null",
        ] {
            check(script, "reads");
        }
        for script in [
            "ls > /tmp/x",
            "find / -delete",
            "echo $(rm -rf /x)",
            "sed -i s/a/b/ /x",
            "make install",
            "for i in a b; do rm $i; done",
        ] {
            check(script, "unknown");
        }
    }

    #[test]
    fn what_nixos_does_otherwise_means_nothing() {
        for script in [
            "systemctl daemon-reload",
            "apt-get update",
            "/usr/sbin/update-grub",
            "sysctl -p /etc/sysctl.conf",
            "systemctl restart nginx",
            "apt-get update && apt-get -y autoremove",
        ] {
            check(script, "nothing");
        }
        check(
            "a2enmod rewrite",
            "manual: a module of Apache is switched on: rewrite",
        );
    }

    #[test]
    fn what_an_option_says_is_stated() {
        check(
            "systemctl enable --now foo",
            r#"{"service":{"name":"foo","family":"other","enabled":true,"running":true,"masked":false}}"#,
        );
        check("apt-get update && apt-get install -y vim git", "+vim +git");
        check("dnf -y remove foo || true", "unknown");
        check("test -f /x && systemctl enable foo", "unknown");
        check(
            "sysctl -w net.ipv4.ip_forward=1",
            r#"{"sysctl":{"name":"net.ipv4.ip_forward","value":"1"}}"#,
        );
        check(
            "usermod -aG docker,wheel ada",
            r#"{"user":{"name":"ada","groups":["docker","wheel"],"locked":false}}"#,
        );
    }
}
