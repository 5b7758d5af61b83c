//! Hosts that are no Linux: what plays ask of a FreeBSD is stated for no NixOS.
//!
//! Modules for the packages or the rc.conf of such a system tell, where a task that no condition guards uses one and none
//! installs packages of a Linux. Paths, services and commands of its base mean something else there: a translation of the
//! half of it would be wrong.

use crate::account::{Closing, Code, ItemId, Verdict};
use crate::diag::{self, Diagnostics};
use crate::import::EXAMPLE_HOST;
use crate::model::{Condition, Entry, Opaque, Resource};

/// Modules that only work on such a system.
const MODULES: [(&str, &str); 6] = [
    ("openbsd_pkg", "OpenBSD"),
    ("pkgng", "FreeBSD"),
    ("portinstall", "FreeBSD"),
    ("sysrc", "FreeBSD"),
    ("syspatch", "OpenBSD"),
    ("sysupgrade", "OpenBSD"),
];

/// Leaves what is asked of a host of another system to the person; returns how its items are closed.
pub(super) fn leave(
    entries: &mut [Entry],
    host: &str,
    diags: &mut Diagnostics,
) -> Vec<(ItemId, Closing)> {
    let Some(system) = system(entries).filter(|_| host != EXAMPLE_HOST) else {
        return Vec::new();
    };
    diags.general(
        diag::Code::ForeignSystem,
        format!("`{host}` runs {system}: nothing of its plays is translated"),
        "give another host, or say with conditions what is meant for a Linux",
    );
    let reason = format!("`{host}` runs {system}, and what its tasks ask is not for NixOS");
    let mut closings = Vec::new();
    for entry in entries {
        if matches!(entry.resource, Resource::Opaque(_) | Resource::Hostname(_)) {
            continue;
        }
        entry.assumptions.clear();
        entry.guard = Condition::True;
        entry.resource = Resource::Opaque(Opaque {
            subject: "task".to_owned(),
            title: String::new(),
            reason: reason.clone(),
            cure: Some(format!(
                "find the option of NixOS that does what it does on {system}"
            )),
            lines: Vec::new(),
        });
        for item in &entry.origin.items {
            let closing = Closing {
                host: host.to_owned(),
                verdict: Verdict::Manual,
                code: Code::CannotState,
                reason: reason.clone(),
            };
            closings.push((*item, closing));
        }
    }
    closings
}

/// Finds the system that the unguarded tasks are for.
fn system(entries: &[Entry]) -> Option<&'static str> {
    let sure = || entries.iter().filter(|it| it.guard == Condition::True);
    let is_linux = sure().any(|it| matches!(it.resource, Resource::Package(_)));
    let found = sure().find_map(|entry| {
        let Resource::Opaque(it) = &entry.resource else {
            return None;
        };
        let module = it.subject.rsplit('.').next()?;
        MODULES.iter().find(|(name, _)| *name == module)
    });
    found.map(|it| it.1).filter(|_| !is_linux)
}

#[cfg(test)]
mod tests {
    use super::leave;
    use crate::diag::Diagnostics;
    use crate::model::{Condition, Entry, Family, Opaque, Origin, Package, Part, Resource, Sysctl};

    fn entry(resource: Resource) -> Entry {
        Entry {
            resource,
            part: Part::Machine,
            origin: Origin::default(),
            assumptions: Vec::new(),
            guard: Condition::True,
        }
    }

    fn check(resources: Vec<Resource>, left: usize) {
        let mut entries: Vec<Entry> = resources.into_iter().map(entry).collect();
        leave(&mut entries, "web1", &mut Diagnostics::new());
        let is_left = |it: &&Entry| matches!(it.resource, Resource::Opaque(_));
        assert_eq!(entries.iter().filter(is_left).count(), left);
    }

    fn module(name: &str) -> Resource {
        Resource::Opaque(Opaque {
            subject: name.into(),
            title: String::new(),
            reason: String::new(),
            cure: None,
            lines: Vec::new(),
        })
    }

    fn sysctl() -> Resource {
        Resource::Sysctl(Sysctl {
            name: "kern.x".into(),
            value: "1".into(),
        })
    }

    #[test]
    fn a_host_of_another_system_is_left_as_a_whole() {
        check(vec![module("community.general.pkgng"), sysctl()], 2);
        check(vec![module("ufw"), sysctl()], 1);
        let package = Resource::Package(Package {
            name: "curl".into(),
            family: Family::Debian,
            version: None,
        });
        check(vec![module("pkgng"), package, sysctl()], 1);
    }
}
