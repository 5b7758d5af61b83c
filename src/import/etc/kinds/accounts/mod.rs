//! Which accounts and groups a distribution and its packages make, and nobody else.
//!
//! The table is rules/nixos/accounts.json: Debian's base-passwd and what Red Hat, Arch and Alpine have in its place, and
//! the accounts that scripts of packages add. They are known by name and number: a person's account is not among them.

pub(super) mod group;
pub(super) mod passwd;
pub(super) mod subordinate_ids;

use std::collections::BTreeSet;
use std::sync::LazyLock;

const TABLE: &str = include_str!("../../../../../rules/nixos/accounts.json");

#[derive(Default, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Table {
    base_users: BTreeSet<String>,
    base_groups: BTreeSet<String>,
    packages: BTreeSet<String>,
}

// A test reads the table, so a faulty one never ships.
static ACCOUNTS: LazyLock<Table> =
    LazyLock::new(|| serde_json::from_str(TABLE).unwrap_or_default());

/// Numbers of accounts that people do not have.
fn is_system_number(id: u32) -> bool {
    // Debian gives fixed numbers from 60000 on to packages, and 65534 to nobody.
    id < 1000 || (60_000..=65_535).contains(&id)
}

/// Returns why an account is nobody's own, for people.
fn user(name: &str, uid: u32) -> Option<&'static str> {
    if name == "root" || name == "nobody" || uid == 65_534 {
        return Some("every NixOS has it");
    }
    if is_system_number(uid) && ACCOUNTS.base_users.contains(name) {
        return Some(
            "an account of the distribution's base, which NixOS does without or has itself",
        );
    }
    (is_system_number(uid) && is_packages(name)).then_some(
        "a package's account: the module of NixOS for its service brings its own, whose number may differ",
    )
}

/// As `user`, for groups.
fn group(name: &str, gid: u32) -> Option<&'static str> {
    if ACCOUNTS.base_groups.contains(name)
        && (is_system_number(gid) || matches!(name, "sudo" | "wheel"))
    {
        return Some("a group of the distribution's base, which NixOS does without or has itself");
    }
    (is_system_number(gid) && is_packages(name))
        .then_some("a package's group: the module of NixOS for its service brings its own")
        .or_else(|| (name == "autologin").then_some("a group of the display manager"))
}

/// Tells whether a name is that of an account which no person made.
fn is_known(name: &str) -> bool {
    ACCOUNTS.base_users.contains(name) || is_packages(name)
}

fn is_packages(name: &str) -> bool {
    // systemd's and snap's own are many; a leading underscore is Debian's mark for accounts of packages.
    ACCOUNTS.packages.contains(name)
        || ["systemd-", "_", "Debian-", "debian-", "gitlab-", "snapd-"]
            .iter()
            .any(|prefix| name.starts_with(prefix))
}

/// Debian's fixed number of a base group, by name where other distributions agree.
fn base_group(gid: u32) -> Option<&'static str> {
    match gid {
        0 => Some("root"),
        100 => Some("users"),
        65_534 => Some("nogroup"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{ACCOUNTS, group, is_known, user};

    #[test]
    fn the_table_is_read() {
        assert!(ACCOUNTS.base_users.contains("www-data"));
        assert!(ACCOUNTS.packages.contains("messagebus"));
    }

    #[test]
    fn people_are_no_system_accounts() {
        for (name, id, known) in [
            ("root", 0, true),
            ("www-data", 33, true),
            ("systemd-network", 998, true),
            ("ceph", 64_045, true),
            ("nagios", 1002, false),
            ("git", 1000, false),
            ("shop", 998, false),
        ] {
            assert_eq!(user(name, id).is_some(), known, "{name}");
        }
        assert!(group("sudo", 1002).is_some());
        assert!(group("shop", 1002).is_none());
        assert!(is_known("_apt") && !is_known("bob"));
    }
}
