//! What the programs of a step need besides themselves: the network, a home, other programs, a running service.

use super::runs::Runs;
use crate::lower::commands;
use crate::lower::container;
use crate::lower::machine;
use crate::lower::statement::Statement;
use crate::model::{Machine, Resource, Step};
use crate::nix::Expr;
use crate::plan::OptionPath;
use crate::rules;

/// Programs that talk to other machines as a rule.
const NETWORK: [&str; 22] = [
    "bundle",
    "cargo",
    "certbot",
    "composer",
    "curl",
    "docker",
    "docker-compose",
    "gem",
    "git",
    "go",
    "helm",
    "mvn",
    "npm",
    "npx",
    "pip",
    "pip3",
    "pnpm",
    "podman",
    "rsync",
    "uv",
    "wget",
    "yarn",
];

/// Programs that look for their settings in the home, which systemd names only where `User=` is set; and the packages
/// that they run by their names.
const AT_HOME: [(&str, &[&str]); 19] = [
    ("ansible-galaxy", &["git"]),
    ("bundle", &["git", "gcc", "gnumake"]),
    ("cargo", &["rustc", "gcc"]),
    ("composer", &["git", "unzip"]),
    ("docker", &[]),
    ("docker-compose", &[]),
    ("gem", &["gcc", "gnumake"]),
    ("git", &[]),
    ("go", &["git", "gcc"]),
    ("gpg", &[]),
    ("helm", &[]),
    ("kubectl", &[]),
    ("npm", &["nodejs", "git", "bash"]),
    ("npx", &["nodejs", "git", "bash"]),
    ("pip", &[]),
    ("pip3", &[]),
    ("pnpm", &["nodejs", "git", "bash"]),
    ("wp", &[]),
    ("yarn", &["nodejs", "git", "bash"]),
];

/// Programs that talk to a service, the option that switches it on, and the unit that has to run.
const CLIENTS: &[(&[&str], &str, &str)] = &[
    (
        &["docker", "docker-compose"],
        "virtualisation.docker.enable",
        "docker.service",
    ),
    (
        &[
            "mariadb",
            "mariadb-admin",
            "mysql",
            "mysqladmin",
            "mysqldump",
            "mysql_secure_installation",
        ],
        "services.mysql.enable",
        "mysql.service",
    ),
    (
        &[
            "createdb",
            "createuser",
            "dropdb",
            "dropuser",
            "pg_dump",
            "pg_restore",
            "psql",
        ],
        "services.postgresql.enable",
        "postgresql.target",
    ),
    (&["redis-cli"], "services.redis.servers", "redis.service"),
    (
        &["rabbitmqctl", "rabbitmq-plugins"],
        "services.rabbitmq.enable",
        "rabbitmq.service",
    ),
    (
        &["mongo", "mongosh"],
        "services.mongodb.enable",
        "mongodb.service",
    ),
    (
        &["influx"],
        "services.influxdb2.enable",
        "influxdb2.service",
    ),
    (
        &["fail2ban-client"],
        "services.fail2ban.enable",
        "fail2ban.service",
    ),
    (&["k3s", "kubectl"], "services.k3s.enable", "k3s.service"),
    (
        &["virsh"],
        "virtualisation.libvirtd.enable",
        "libvirtd.service",
    ),
    (&["consul"], "services.consul.enable", "consul.service"),
    (&["vault"], "services.vault.enable", "vault.service"),
    (&["nomad"], "services.nomad.enable", "nomad.service"),
    (
        &["prosodyctl"],
        "services.prosody.enable",
        "prosody.service",
    ),
    (
        &["postqueue", "postsuper"],
        "services.postfix.enable",
        "postfix.service",
    ),
    (
        &["nmcli"],
        "networking.networkmanager.enable",
        "NetworkManager.service",
    ),
    (
        &["tailscale"],
        "services.tailscale.enable",
        "tailscaled.service",
    ),
    (
        &["zerotier-cli"],
        "services.zerotierone.enable",
        "zerotierone.service",
    ),
    (
        &["ldapadd", "ldapmodify"],
        "services.openldap.enable",
        "openldap.service",
    ),
];

/// States what the programs need. `services` are the units that the source had started before.
pub(super) fn state(
    step: &Step,
    runs: &Runs,
    services: &[String],
    machine: &Machine,
    base: &OptionPath,
    statement: &mut Statement,
) {
    let programs: Vec<&str> = runs.commands.iter().map(|it| it.program()).collect();
    let has = |names: &[&str]| programs.iter().any(|it| names.contains(it));
    for (names, option, unit) in CLIENTS {
        if !has(names) {
            continue;
        }
        statement.add(base.child("after"), Expr::str(*unit));
        if is_on(machine, option) {
            statement.add(base.child("requires"), Expr::str(*unit));
        }
    }
    for unit in containers(runs, machine) {
        statement.add(base.child("after"), Expr::str(&unit));
        statement.add(base.child("requires"), Expr::str(unit));
    }
    for unit in services.iter().filter(|it| is_used(it, runs)) {
        statement.add(base.child("after"), Expr::str(unit));
    }
    if has(&NETWORK) {
        let online = || Expr::str("network-online.target");
        statement.add(base.child("after"), online());
        statement.add(base.child("wants"), online());
    }
    let is_roots = step.user.as_deref().is_none_or(|it| it == "root");
    let is_said = step.environment.iter().any(|(name, _)| name == "HOME");
    let at_home = AT_HOME.iter().any(|(name, _)| programs.contains(name));
    if is_roots && !is_said && at_home {
        statement.set(base.child("environment").child("HOME"), Expr::str("/root"));
    }
    packages(runs, base, statement);
}

/// States the packages that the programs run by their names.
pub(super) fn packages(runs: &Runs, base: &OptionPath, statement: &mut Statement) {
    let programs: Vec<&str> = runs.commands.iter().map(|it| it.program()).collect();
    let at_home = || AT_HOME.iter().filter(|(name, _)| programs.contains(name));
    let mut packages: Vec<&str> = at_home().flat_map(|(_, it)| it.iter().copied()).collect();
    let mut words = runs.commands.iter().flat_map(|it| &it.words);
    if programs.contains(&"git") && words.any(|it| it.contains("git@") || it.starts_with("ssh://"))
    {
        packages.push("openssh");
    }
    // What tar runs by its name to unpack.
    for tar in runs.commands.iter().filter(|it| it.program() == "tar") {
        packages.extend(commands::compressors(&tar.words.join(" ")));
    }
    packages.sort_unstable();
    packages.dedup();
    for package in packages {
        statement.add(base.child("path"), Expr::package(package));
    }
}

/// Returns the units of the containers in which a command runs.
fn containers(runs: &Runs, machine: &Machine) -> Vec<String> {
    let inside: Vec<&[String]> = runs
        .commands
        .iter()
        .filter(|it| matches!(it.program(), "docker" | "podman"))
        .filter_map(|it| it.parts().map(|(_, arguments)| arguments))
        .filter(|it| it.first().is_some_and(|verb| verb == "exec"))
        .collect();
    machine::containers(machine)
        .filter(|it| it.started && inside.iter().any(|words| words.contains(&it.name)))
        .map(|it| format!("{}.service", container::unit_name(it)))
        .collect()
}

/// Tells whether a command names a service or talks to one of this machine.
fn is_used(unit: &str, runs: &Runs) -> bool {
    let Some(name) = unit.strip_suffix(".service") else {
        return false;
    };
    let words = || runs.commands.iter().flat_map(|it| &it.words);
    words().any(|word| {
        let is_local = word.contains("//localhost") || word.contains("//127.0.0.1");
        let mut parts = word.split(|c: char| !c.is_alphanumeric() && c != '-' && c != '_');
        is_local || parts.any(|it| it == name)
    })
}

/// Tells whether the source has what switches an option on.
fn is_on(machine: &Machine, option: &str) -> bool {
    machine::stated(machine).any(|entry| {
        let found = if let Resource::Package(it) = &entry.resource {
            rules::package(&it.name, it.family).and_then(|it| it.option)
        } else if let Resource::Service(it) = &entry.resource {
            let is_meant = it.enabled == Some(true) || it.running == Some(true);
            let found = rules::service(&it.name, it.family);
            found
                .filter(|_| is_meant && !it.masked)
                .and_then(|it| it.option)
        } else {
            None
        };
        found.is_some_and(|it| it.path == option)
    })
}
