//! Files below /etc that no NixOS machine has a use for, whatever they hold, and why.

mod always;
mod packages;

use always::ALWAYS;
use packages::{DATA, FORMER, OF_PACKAGES};

/// Tells whether a file is of the upkeep of a distribution, where it is not known what was shipped.
pub(super) fn is_former(path: &str) -> bool {
    let below = path.strip_prefix("/etc/").unwrap_or_default();
    FORMER.iter().any(|pattern| matches(pattern, below))
}

/// Tells whether a file is data of a package, where it is not known what was shipped.
pub(super) fn is_data(path: &str) -> bool {
    let below = path.strip_prefix("/etc/").unwrap_or_default();
    DATA.iter().any(|pattern| matches(pattern, below))
}

/// Returns why nothing on NixOS has a use for the file at an absolute path, whoever wrote it.
pub(super) fn always(path: &str) -> Option<&'static str> {
    find(ALWAYS, path)
}

/// Returns why nothing on NixOS has a use for a file of a package.
pub(super) fn of_packages(path: &str) -> Option<&'static str> {
    find(OF_PACKAGES, path)
}

/// Tells whether the file is a copy that an editor, a package manager or a person put aside.
pub(super) fn is_copy(path: &str) -> bool {
    const ENDS: [&str; 21] = [
        "~",
        ".bak",
        ".old",
        ".orig",
        ".save",
        ".sav",
        ".swp",
        ".swo",
        ".backup",
        ".dpkg-old",
        ".dpkg-new",
        ".dpkg-dist",
        ".dpkg-bak",
        ".dpkg-tmp",
        ".ucf-old",
        ".ucf-new",
        ".ucf-dist",
        ".rpmsave",
        ".rpmnew",
        ".rpmorig",
        ".pacnew",
    ];
    const NAMES: [&str; 6] = [
        "passwd-", "group-", "shadow-", "gshadow-", "subuid-", "subgid-",
    ];
    let name = path.rsplit('/').next().unwrap_or_default();
    let lower = name.to_ascii_lowercase();
    // The day or the number of the copy: `fstab.bak-2024-05-01`, `fstab.old1`.
    let undated = lower.trim_end_matches(|c: char| c.is_ascii_digit() || "-_.:t".contains(c));
    ENDS.iter()
        .any(|end| lower.ends_with(end) || undated.len() < lower.len() && undated.ends_with(end))
        || NAMES.contains(&name)
}

fn find(table: &[(&[&str], &'static str)], path: &str) -> Option<&'static str> {
    let below = path.strip_prefix("/etc/")?;
    let row = table
        .iter()
        .find(|(patterns, _)| patterns.iter().any(|pattern| matches(pattern, below)));
    row.map(|(_, reason)| *reason)
}

/// `*` and `?` stand for characters of one name.
fn matches(pattern: &str, path: &str) -> bool {
    let (pattern, is_folder) = match pattern.strip_suffix('/') {
        Some(folder) => (folder, true),
        None => (pattern, false),
    };
    let mut parts = path.split('/');
    for name in pattern.split('/') {
        if !parts
            .next()
            .is_some_and(|part| is_alike(name.as_bytes(), part.as_bytes()))
        {
            return false;
        }
    }
    parts.next().is_some() == is_folder
}

fn is_alike(pattern: &[u8], name: &[u8]) -> bool {
    match (pattern.split_first(), name.split_first()) {
        (None, None) => true,
        (Some((b'*', rest)), _) => {
            is_alike(rest, name)
                || name
                    .split_first()
                    .is_some_and(|(_, name)| is_alike(pattern, name))
        }
        (Some((b'?', rest)), Some((_, name))) => is_alike(rest, name),
        (Some((a, rest)), Some((b, name))) => a == b && is_alike(rest, name),
        (Some(_), None) | (None, Some(_)) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{always, is_copy, matches, of_packages};

    #[test]
    fn patterns_are_of_whole_names() {
        let check = |pattern: &str, path: &str, expected: bool| {
            assert_eq!(matches(pattern, path), expected, "{pattern} {path}");
        };
        check("apt/", "apt/sources.list", true);
        check("apt/", "apt", false);
        check("apt/", "apticron/x", false);
        check("rc?.d/", "rc2.d/S01x", true);
        check("rc?.d/", "rc.d/S01x", false);
        check("pam.d/common-*", "pam.d/common-auth", true);
        check("*/README", "a/README", true);
        check("*/README", "README", false);
        check("motd", "motd", true);
        check("motd", "motd/x", false);
    }

    #[test]
    fn what_has_no_use_says_why() {
        assert!(always("/etc/alternatives/vi").is_some());
        assert!(always("/etc/init.d/shop").is_none());
        assert!(of_packages("/etc/init.d/ssh").is_some());
        assert!(always("/etc/nginx/nginx.conf").is_none());
    }

    #[test]
    fn copies_are_known_by_their_names() {
        for path in [
            "/etc/fstab~",
            "/etc/x.conf.dpkg-old",
            "/etc/passwd-",
            "/etc/a.BAK",
            "/etc/fstab.bak-2024-05-01",
            "/etc/fstab.old1",
        ] {
            assert!(is_copy(path), "{path}");
        }
        for path in [
            "/etc/passwd",
            "/etc/old",
            "/etc/backup",
            "/etc/a.conf.1",
            "/etc/fstab",
        ] {
            assert!(!is_copy(path), "{path}");
        }
    }
}
