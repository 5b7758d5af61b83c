//! Links below /etc: what enables a unit, what leads to a file of the machine, what belongs to packages.

use super::kinds;
use super::leftover;
use super::root::Root;
use crate::account::Code;
use crate::model::{Family, Link, Resource, Service};
use crate::source::{ReadProblem, join};

/// What a link comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Meant {
    States(Resource),
    NotNeeded(Code, String),
    /// It leads to this path of the machine, which the root holds: what becomes of the file decides.
    Follows(String),
    Manual(String),
    /// It leads out of the root, or in a circle.
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

pub(super) fn judge(root: &Root<'_>, path: &str, target: &str, family: Family) -> Meant {
    if let Some(resource) = kinds::read_link(path, target, family) {
        return Meant::States(resource);
    }
    let Some(target) = absolute(path, target) else {
        return Meant::Bad(ReadProblem::Outside);
    };
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
    match root.find(&target) {
        Ok(_) => Meant::Follows(target),
        Err(ReadProblem::Directory) => Meant::States(link),
        Err(problem @ (ReadProblem::Outside | ReadProblem::Loop)) => Meant::Bad(problem),
        Err(ReadProblem::Missing | ReadProblem::Dangling) if target.starts_with("/etc/") => {
            Meant::Manual(format!("the link leads to `{target}`, which is not there"))
        }
        // What is outside of /etc need not be captured.
        Err(ReadProblem::Missing | ReadProblem::Dangling) => Meant::States(link),
        Err(problem) => Meant::Manual(format!("the link leads to `{target}`: {problem}")),
    }
}

/// Returns where a link leads, as a path of the machine; `None` where that is above its root.
fn absolute(path: &str, target: &str) -> Option<String> {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let whole = if target.starts_with('/') {
        target.to_owned()
    } else {
        join(folder, target)
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in whole.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(format!("/{}", parts.join("/")))
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
        })
    })
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
    use super::{Meant, judge};
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
            "bad: it leads out of the input's root",
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
    fn an_alias_of_a_unit_enables_it() {
        check(
            "/etc/systemd/system/sshd.service",
            "/lib/systemd/system/ssh.service",
            r#"{"service":{"name":"ssh.service","family":"debian","enabled":true,"masked":false}}"#,
        );
    }
}
