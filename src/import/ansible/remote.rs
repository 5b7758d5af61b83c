//! Hosts that are reached over ssh: whatever the plays say of sshd, it runs there, or they could not be played.

use std::sync::Arc;

use super::hosts::Host;
use super::library::Library;
use super::playbook::Play;
use super::scope::Binding;
use crate::account::ItemId;
use crate::model::{Condition, Entry, Family, Origin, Part, Resource, Service};
use crate::syntax::yaml::Node;

/// What `connection` is where it leads over the network to a shell.
const SSH: [&str; 5] = [
    "ssh",
    "smart",
    "paramiko",
    "paramiko_ssh",
    "ansible.builtin.ssh",
];
/// The machine that runs Ansible.
const LOCAL: [&str; 3] = ["localhost", "127.0.0.1", "::1"];
/// What services and packages of sshd are called.
const NAMES: [&str; 4] = ["ssh", "sshd", "openssh-server", "openssh"];

/// Returns that sshd runs on a host, unless the plays say themselves whether it does, or come another way.
pub(super) fn sshd(
    host: &Host,
    library: &Library<'_>,
    is_played: impl Fn(&ItemId) -> bool,
    entries: &[Entry],
) -> Option<Entry> {
    let layers = host.vars.iter().rev();
    let connection = layers
        .filter_map(|layer| layer.vars.get("ansible_connection"))
        .next();
    let is_ssh = match connection {
        None => true,
        Some(Binding::Node(node)) => leads_over_ssh(Some(node)),
        Some(Binding::Value(_) | Binding::Assumed(..)) => false,
    };
    if LOCAL.contains(&host.name.as_str()) || !is_ssh || entries.iter().any(speaks_of_sshd) {
        return None;
    }
    let mut plays = library.files().flat_map(|file| &file.plays);
    let is_elsewhere = |play: &Play| {
        let hosts = play.node.get("hosts").and_then(|it| it.text());
        !hosts.is_some_and(|it| LOCAL.contains(&it))
    };
    let comes_so = |play: &&Play| {
        is_played(&play.item) && is_elsewhere(play) && leads_over_ssh(play.node.get("connection"))
    };
    let play = plays.find(comes_so)?;
    let name = match host.profile.family() {
        Family::Debian => "ssh",
        _ => "sshd",
    };
    Some(Entry {
        resource: Resource::Service(Service {
            name: name.to_owned(),
            family: host.profile.family(),
            enabled: Some(true),
            running: None,
            masked: false,
            linked_in: Vec::new(),
        }),
        part: Part::Machine,
        origin: Origin::of(play.item),
        assumptions: vec!["sshd runs, the plays come over ssh".to_owned()],
        guard: Condition::True,
    })
}

fn leads_over_ssh(connection: Option<&Arc<Node>>) -> bool {
    connection.is_none_or(|node| node.text().is_some_and(|it| SSH.contains(&it)))
}

/// Tells whether an entry says that sshd runs, or that it does not.
fn speaks_of_sshd(entry: &Entry) -> bool {
    if entry.guard != Condition::True {
        return false;
    }
    match &entry.resource {
        Resource::SshdSetting(_) => true,
        Resource::Service(it) => {
            let name = it.name.trim_end_matches(".service");
            NAMES.contains(&name.trim_end_matches(".socket"))
                && (it.enabled.is_some() || it.running.is_some() || it.masked)
        }
        Resource::Package(it) => it.name == "openssh-server" && it.family == Family::Debian,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::account::Account;
    use crate::diag::Diagnostics;
    use crate::import::{Options, ansible};
    use crate::model::Resource;
    use crate::source::SourceTree;

    fn check(play: &str, task: &str, expected: bool) {
        let text = format!("- {play}\n  tasks:\n    - {task}\n");
        let tree = SourceTree::from_texts("x", &[("site.yml", &text)]);
        let model = (ansible::IMPORTER.import)(
            &tree,
            &Options::default(),
            &mut Account::new(),
            &mut Diagnostics::new(),
        );
        let entries = model.machines.iter().flat_map(|it| &it.entries);
        let mut assumed = entries.filter(|it| {
            matches!(&it.resource, Resource::Service(_)) && !it.assumptions.is_empty()
        });
        assert_eq!(assumed.next().is_some(), expected, "{text}");
    }

    #[test]
    fn who_comes_over_ssh_finds_sshd() {
        let task = "file: {path: /srv/a, state: directory}";
        check("hosts: web1", task, true);
        check("hosts: localhost", task, false);
        check("hosts: web1\n  connection: local", task, false);
        check("hosts: web1\n  connection: ssh", task, true);
        check(
            "hosts: web1\n  vars: {}",
            "service: {name: sshd, enabled: false}",
            false,
        );
    }
}
