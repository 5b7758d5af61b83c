//! Links below /etc: what enables a unit, what leads to a file of the machine, what belongs to packages.

use std::collections::BTreeSet;

use super::kinds;
use super::leftover;
use super::root::Root;
use crate::account::Code;
use crate::model::{Family, Link, Resource, Service};
use crate::source::{ReadProblem, absolute};

/// What a link comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Meant {
    States(Resource),
    NotNeeded(Code, String),
    /// It leads to this path of the machine, which the root holds: what becomes of the file decides.
    Follows(String),
    Manual(String),
    /// It leads in a circle.
    Bad(ReadProblem),
}

/// Folders of packages: what lies there is in the Nix store on NixOS.
const OF_PACKAGES: [&str; 11] = [
    "/usr/bin/",
    "/usr/sbin/",
    "/usr/lib/",
    "/usr/share/",
    "/usr/libexec/",
    "/usr/lib64/",
    "/bin/",
    "/sbin/",
    "/lib/",
    "/lib64/",
    "/usr/src/",
];

/// Folders that are filled while the machine runs.
const OF_RUNNING: [&str; 5] = ["/run/", "/proc/", "/var/run/", "/sys/", "/dev/"];

/// Where packages have their units.
const UNITS: [&str; 2] = ["/lib/systemd/system/", "/usr/lib/systemd/system/"];

/// Returns the init scripts that links start; `None` where no link says what the machine starts.
pub(super) fn started<'a>(paths: impl Iterator<Item = &'a str>) -> Option<BTreeSet<String>> {
    let mut scripts = None;
    for path in paths {
        let of_systemd = path
            .strip_prefix("/etc/systemd/system/")
            .and_then(|it| it.split_once('/'))
            .is_some_and(|(folder, _)| folder.ends_with(".wants") || folder.ends_with(".requires"));
        // insserv(8): `S20postfix` is started in the runlevel, `K20postfix` stopped.
        let script = ["/etc/rc2.d/S", "/etc/rc3.d/S"]
            .iter()
            .find_map(|it| path.strip_prefix(it))
            .map(|it| it.trim_start_matches(|c: char| c.is_ascii_digit()));
        if of_systemd || script.is_some() || path.starts_with("/etc/runlevels/") {
            let known = scripts.get_or_insert_with(BTreeSet::new);
            known.extend(script.map(str::to_owned));
        }
    }
    scripts
}

pub(super) fn judge(root: &Root<'_>, path: &str, target: &str, family: Family) -> Meant {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let whole = absolute(folder, target);
    if let Some(reason) = upkeep(path, &whole) {
        return Meant::NotNeeded(Code::NoMeaning, reason.to_owned());
    }
    if let Some(resource) = kinds::read_link(path, target, family) {
        return Meant::States(resource);
    }
    let target = whole;
    if let Some(service) = alias(path, &target, family) {
        return Meant::States(service);
    }
    if let Some(reason) = leftover::always(path).or_else(|| runlevel(path)) {
        return Meant::NotNeeded(Code::NoMeaning, reason.to_owned());
    }
    if path.starts_with("/etc/ssl/certs/") {
        let reason = "NixOS makes the list of certificate authorities itself (security.pki)";
        return Meant::NotNeeded(Code::NoMeaning, reason.to_owned());
    }
    if OF_PACKAGES.iter().any(|folder| target.starts_with(folder)) {
        let reason = format!(
            "it leads to `{target}`, a file of a package: on NixOS packages bring their own"
        );
        return Meant::NotNeeded(Code::NoMeaning, reason);
    }
    if OF_RUNNING.iter().any(|folder| target.starts_with(folder)) {
        let reason = format!("it leads to `{target}`, which is made while the machine runs");
        return Meant::NotNeeded(Code::NoMeaning, reason);
    }
    let link = Resource::Link(Link {
        path: path.to_owned(),
        target: target.clone(),
    });
    // That it is there loads the module, whatever stands in the file.
    if path.starts_with("/etc/apache2/mods-enabled/") && path.ends_with(".load") {
        return Meant::States(link);
    }
    match root.find(&target) {
        Ok(_) => Meant::Follows(root.real_path(&target).unwrap_or(target)),
        Err(ReadProblem::Directory) => Meant::States(link),
        Err(problem @ ReadProblem::Loop) => Meant::Bad(problem),
        Err(ReadProblem::Missing | ReadProblem::Dangling) if target.starts_with("/etc/") => {
            Meant::Manual(format!("the link leads to `{target}`, which is not there"))
        }
        // What is outside of /etc need not be captured.
        Err(ReadProblem::Missing | ReadProblem::Dangling) => Meant::States(link),
        Err(problem) => Meant::Manual(format!("the link leads to `{target}`: {problem}")),
    }
}

/// A second name for a unit of a package: `systemctl enable` makes it.
fn alias(path: &str, target: &str, family: Family) -> Option<Resource> {
    let name = path.strip_prefix("/etc/systemd/system/")?;
    let unit = UNITS
        .iter()
        .find_map(|folder| target.strip_prefix(folder))?;
    let is_unit = !name.contains('/') && !unit.contains('/') && unit.contains('.');
    is_unit.then(|| {
        Resource::Service(Service {
            name: unit.to_owned(),
            family,
            enabled: Some(true),
            running: None,
            masked: false,
            linked_in: Vec::new(),
        })
    })
}

/// Units that distributions enable by themselves, and why NixOS needs no word of them. A name ends with its suffix;
/// `*` at the end of a name is any rest.
const UPKEEP: &[(&[&str], &str)] = &[
    (
        &[
            "apt-daily*",
            "dpkg-db-backup*",
            "apt-*",
            "man-db.timer",
            "e2scrub_*",
            "xfs_scrub*",
            "popularity-contest*",
            "motd-news*",
            "update-notifier*",
            "ua-*",
            "ubuntu-advantage*",
            "pollinate*",
            "apport*",
            "whoopsie*",
            "kerneloops*",
            "pamac-*",
            "ssl-cert.service",
            "secureboot-db*",
            "etckeeper*",
            "unattended-upgrades.service",
            "wtmpdb*",
            "finalrd*",
            "sshd-keygen*",
            "ssh-*",
        ],
        "it is part of the upkeep of the distribution",
    ),
    (
        &["snap*", "lxd-installer*"],
        "it belongs to snap, which NixOS does not have: install what the snaps hold as packages",
    ),
    (
        &[
            "getty@*",
            "serial-getty@*",
            "console-getty*",
            "console-setup*",
            "keyboard-setup*",
            "setvtrgb*",
            "autovt@*",
        ],
        "NixOS has terminals that people log in at by itself",
    ),
    (
        &[
            "systemd-*",
            "dbus-org.freedesktop.*",
            "dbus.*",
            "dbus-broker*",
            "remote-fs.target",
            "remote-cryptsetup.target",
            "nfs-client.target",
            "ctrl-alt-del.target",
            "default.target",
            "machines.target",
            "reboot.target",
            "tpm-udev*",
            "udev*",
        ],
        "it belongs to systemd and what comes with it, which NixOS sets up by itself",
    ),
    (
        &[
            "networking.service",
            "ifup*",
            "NetworkManager-wait-online*",
            "NetworkManager-dispatcher*",
            "networkd-dispatcher*",
            "resolvconf*",
            "hwclock*",
            "ntp-systemd-netif*",
        ],
        "it belongs to the way in which the distribution sets up its network and clock",
    ),
    (
        &[
            "dm-event*",
            "lvm2-*",
            "blk-availability*",
            "grub*",
            "mdcheck*",
            "mdmonitor*",
            "zfs*",
            "zed.service",
            "nfs-blkmap*",
            "rpcbind.socket",
            "gpu-manager*",
            "binfmt-support*",
            "dmesg*",
            "uuidd*",
            "sssd-*",
        ],
        "NixOS starts it together with what needs it, or does without",
    ),
];

/// Why a link only says what a distribution starts by itself. What people wrote, or masked, is meant.
fn upkeep(path: &str, target: &str) -> Option<&'static str> {
    const MEANT: [&str; 4] = [
        "systemd-networkd.service",
        "systemd-resolved.service",
        "systemd-timesyncd.service",
        "systemd-homed.service",
    ];
    let below = path.strip_prefix("/etc/systemd/")?;
    let name = below.rsplit('/').next()?;
    if target == "/dev/null" || target.starts_with("/etc/") || MEANT.contains(&name) {
        return None;
    }
    let is_alike = |pattern: &&str| match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == *pattern,
    };
    let row = UPKEEP.iter().find(|row| row.0.iter().any(is_alike))?;
    Some(row.1)
}

/// OpenRC's runlevels are folders of links.
fn runlevel(path: &str) -> Option<&'static str> {
    (path.starts_with("/etc/runlevels/sysinit/")
        || path.starts_with("/etc/runlevels/boot/")
        || path.starts_with("/etc/runlevels/shutdown/"))
    .then_some("it has a part of the system started, which NixOS starts by itself")
}

#[cfg(test)]
mod tests {
    use super::{Meant, judge, started};
    use crate::import::etc::root::Root;
    use crate::model::Family;
    use crate::source::SourceTree;

    fn check(path: &str, target: &str, expected: &str) {
        let tree = SourceTree::from_texts("box", &[("etc/shop/a.conf", "a"), ("etc/b/c", "")]);
        let found = match judge(&Root::of(&tree), path, target, Family::Debian) {
            Meant::States(it) => serde_json::to_string(&it).unwrap(),
            Meant::NotNeeded(_, reason) => format!("not needed: {reason}"),
            Meant::Follows(target) => format!("follows {target}"),
            Meant::Manual(reason) => format!("manual: {reason}"),
            Meant::Bad(problem) => format!("bad: {problem}"),
        };
        assert_eq!(found, expected, "{path} -> {target}");
    }

    #[test]
    fn links_lead_where_they_lead_on_the_machine() {
        check("/etc/x", "shop/a.conf", "follows /etc/shop/a.conf");
        check(
            "/etc/b/x",
            "../shop/../shop/a.conf",
            "follows /etc/shop/a.conf",
        );
        check("/etc/x", "/etc/shop/a.conf", "follows /etc/shop/a.conf");
        check(
            "/etc/x",
            "b",
            r#"{"link":{"path":"/etc/x","target":"/etc/b"}}"#,
        );
        check(
            "/etc/x",
            "/opt/a",
            r#"{"link":{"path":"/etc/x","target":"/opt/a"}}"#,
        );
        check(
            "/etc/x",
            "gone",
            "manual: the link leads to `/etc/gone`, which is not there",
        );
        check(
            "/etc/x",
            "../../../y",
            r#"{"link":{"path":"/etc/x","target":"/y"}}"#,
        );
    }

    #[test]
    fn links_of_packages_say_nothing() {
        check(
            "/etc/mydb",
            "../usr/share/db",
            "not needed: it leads to `/usr/share/db`, a file of a package: on NixOS packages bring their own",
        );
        check(
            "/etc/resolv.conf",
            "../run/systemd/resolve/stub-resolv.conf",
            "not needed: it leads to `/run/systemd/resolve/stub-resolv.conf`, which is made while the machine runs",
        );
    }

    #[test]
    fn units_of_the_distribution_are_no_wish_of_its_people() {
        let wants = "/etc/systemd/system/multi-user.target.wants";
        let units = "/lib/systemd/system";
        check(
            &format!("{wants}/apt-daily.timer"),
            &format!("{units}/apt-daily.timer"),
            "not needed: it is part of the upkeep of the distribution",
        );
        check(
            &format!("{wants}/systemd-networkd.service"),
            &format!("{units}/systemd-networkd.service"),
            r#"{"service":{"name":"systemd-networkd.service","family":"debian","enabled":true,"masked":false,"linked_in":["multi-user.target.wants"]}}"#,
        );
        check(
            "/etc/systemd/system/apt-daily.timer",
            "/dev/null",
            r#"{"service":{"name":"apt-daily.timer","family":"debian","masked":true}}"#,
        );
    }

    #[test]
    fn links_say_what_started() {
        let check = |paths: &[&str], expected: Option<&[&str]>| {
            let found = started(paths.iter().copied());
            let expected = expected.map(|it| it.iter().map(|&it| it.to_owned()).collect());
            assert_eq!(found, expected, "{paths:?}");
        };
        check(&["/etc/fstab", "/etc/systemd/system/x.service"], None);
        let wants = "/etc/systemd/system/multi-user.target.wants/x.service";
        check(&[wants], Some(&[]));
        check(
            &[wants, "/etc/rc2.d/S20postfix", "/etc/rc2.d/K01nscd"],
            Some(&["postfix"]),
        );
    }

    #[test]
    fn an_alias_of_a_unit_enables_it() {
        check(
            "/etc/systemd/system/sshd.service",
            "/lib/systemd/system/ssh.service",
            r#"{"service":{"name":"ssh.service","family":"debian","enabled":true,"masked":false}}"#,
        );
    }
}
