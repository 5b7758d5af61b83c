//! Whose machine it is: the distribution and its release, and what it brings by itself.
//!
//! Manual: os-release(5)

use super::conffiles::Conffiles;
use super::root::Root;
use super::shipped::{fingerprint, shipped};
use crate::diag::{self, Diagnostics};
use crate::model::Family;

/// The release of which the table knows what its files hold.
const KNOWN_RELEASE: &str = "Debian 12";

/// The distribution of a machine.
#[derive(Debug)]
pub(super) struct Distribution<'a> {
    pub(super) family: Family,
    /// With its release: `Debian 12`; empty where nothing says it.
    pub(super) name: String,
    /// The whole /etc is there, with all that was shipped.
    is_whole: bool,
    conffiles: Conffiles<'a>,
}

/// Where a file comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Provenance {
    /// A package brought it, and nobody changed it; how that is known.
    AsShipped {
        package: String,
        known_by: &'static str,
    },
    /// A package brought it, and somebody changed it.
    Changed { package: String },
    /// A package brings a file of this name; whether somebody changed it is not known.
    Unclear { package: String },
    /// No package that is known here brings it.
    Own,
}

/// Files that only one system has, its family, and the words before the version that is their first line.
const MARKS: [(&str, Family, &str); 10] = [
    ("/etc/debian_version", Family::Debian, "Debian"),
    ("/etc/alpine-release", Family::Alpine, "Alpine"),
    ("/etc/redhat-release", Family::Rhel, ""),
    ("/etc/fedora-release", Family::Rhel, ""),
    ("/etc/arch-release", Family::Arch, "Arch"),
    ("/etc/pacman.conf", Family::Arch, "Arch"),
    ("/etc/gentoo-release", Family::Other, ""),
    ("/etc/SuSE-release", Family::Other, ""),
    ("/etc/freebsd-update.conf", Family::Other, "FreeBSD"),
    ("/etc/master.passwd", Family::Other, "BSD"),
];

/// Folders that only systems of one family have.
const FOLDERS: [(&str, Family); 7] = [
    ("/etc/apt", Family::Debian),
    ("/etc/dpkg", Family::Debian),
    ("/etc/default", Family::Debian),
    ("/etc/apk", Family::Alpine),
    ("/etc/pacman.d", Family::Arch),
    ("/etc/yum.repos.d", Family::Rhel),
    ("/etc/sysconfig", Family::Rhel),
];

impl<'a> Distribution<'a> {
    pub(super) fn of(root: &Root<'a>, diags: &mut Diagnostics) -> Distribution<'a> {
        let release = ["/etc/os-release", "/usr/lib/os-release"]
            .iter()
            .find_map(|path| root.text(path));
        let (family, name) = match release {
            Some(text) => read_release(text),
            None => guess(root),
        };
        let status = root.text("/var/lib/dpkg/status").unwrap_or_default();
        let it = Distribution {
            family,
            name,
            is_whole: root.is_whole(),
            conffiles: Conffiles::read(status),
        };
        it.report(diags);
        it
    }

    fn report(&self, diags: &mut Diagnostics) {
        if !self.is_whole && self.family == Family::Debian {
            return;
        }
        if self.family != Family::Debian {
            let whose = match self.name.as_str() {
                "" => "a system that nothing here names",
                name => name,
            };
            diags.general(
                diag::Code::EtcForeign,
                format!(
                    "this is /etc of {whose}, whose own files are not known here: what it shipped is told apart from what \
                     people wrote only where NixOS has no use for it"
                ),
                "look through what is left to you: much of it may be as it was shipped",
            );
        } else if self.name != KNOWN_RELEASE && self.conffiles.is_empty() {
            let whose = if self.name.is_empty() {
                "Debian"
            } else {
                &self.name
            };
            diags.general(
                diag::Code::EtcRelease,
                format!(
                    "of {whose} it is not known here what its files held as shipped: they are compared with those of \
                     {KNOWN_RELEASE}"
                ),
                "capture /var/lib/dpkg/status too: it has the checksums of all files as shipped",
            );
        }
    }

    /// Tells whether a file that no package is known for is certain to be of none.
    pub(super) fn knows_all(&self) -> bool {
        !self.is_whole || self.name == KNOWN_RELEASE || !self.conffiles.is_empty()
    }

    /// Tells where a file comes from.
    pub(super) fn provenance(&self, path: &str, bytes: &[u8]) -> Provenance {
        let remembered = self.conffiles.judge(path, bytes);
        if let Some((package, true)) = remembered {
            return Provenance::AsShipped {
                package: package.to_owned(),
                known_by: "its checksum is the one that dpkg noted",
            };
        }
        let row = shipped(path);
        if let Some(row) = row
            && !row.hashes.is_empty()
            && row.hashes.contains(&fingerprint(bytes))
        {
            return Provenance::AsShipped {
                package: row.package.to_owned(),
                known_by: "it says what it says in Debian 12",
            };
        }
        match (remembered, row) {
            (Some((package, _)), _) => Provenance::Changed {
                package: package.to_owned(),
            },
            (None, Some(row)) if self.name == KNOWN_RELEASE && !row.hashes.is_empty() => {
                Provenance::Changed {
                    package: row.package.to_owned(),
                }
            }
            // Who keeps a few files keeps those that are his own.
            (None, Some(row)) if self.family == Family::Debian && self.is_whole => {
                Provenance::Unclear {
                    package: row.package.to_owned(),
                }
            }
            (None, _) => Provenance::Own,
        }
    }
}

fn read_release(text: &str) -> (Family, String) {
    let value = |key: &str| {
        let mut lines = text.lines();
        let found = lines.find_map(|line| line.trim().strip_prefix(key)?.strip_prefix('='));
        found
            .unwrap_or_default()
            .trim_matches(['"', '\''])
            .to_owned()
    };
    let (id, like) = (value("ID"), value("ID_LIKE"));
    let family = std::iter::once(id.as_str())
        .chain(like.split(' '))
        .find_map(family_of)
        .unwrap_or(Family::Other);
    let name = match id.as_str() {
        "debian" => "Debian".to_owned(),
        "ubuntu" => "Ubuntu".to_owned(),
        "alpine" => "Alpine".to_owned(),
        _ => value("NAME"),
    };
    let version = value("VERSION_ID");
    (family, format!("{name} {version}").trim().to_owned())
}

fn family_of(id: &str) -> Option<Family> {
    Some(match id {
        "debian" | "ubuntu" | "raspbian" | "linuxmint" | "devuan" => Family::Debian,
        "rhel" | "centos" | "fedora" | "rocky" | "almalinux" | "ol" | "amzn" => Family::Rhel,
        "alpine" => Family::Alpine,
        "arch" | "archarm" | "manjaro" => Family::Arch,
        _ => return None,
    })
}

/// Old systems have no os-release, and a part of a root may lack it.
fn guess(root: &Root<'_>) -> (Family, String) {
    for (path, family, before) in MARKS {
        let Some(text) = root.text(path) else {
            continue;
        };
        let version = text.lines().next().unwrap_or_default().trim();
        let name = match (
            before,
            path.ends_with("release") || path.ends_with("version"),
        ) {
            ("Debian", _) => {
                // `12.4`, or `bookworm/sid` of a release that is not out.
                let major = version.split('.').next().unwrap_or_default();
                format!("Debian {major}")
            }
            ("", _) => version.to_owned(),
            (name, true) => format!("{name} {version}"),
            (name, false) => name.to_owned(),
        };
        return (family, name.trim().to_owned());
    }
    let there = |path: &str| {
        root.in_tree(path)
            .is_some_and(|it| root.tree.is_directory(&it))
    };
    let found = FOLDERS.iter().find(|(path, _)| there(path));
    // What is no other system's is taken for the most usual one's: names of packages are looked up in its tables.
    (
        found.map_or(Family::Debian, |(_, family)| *family),
        String::new(),
    )
}

#[cfg(test)]
mod tests {
    use super::{Distribution, Provenance};
    use crate::diag::Diagnostics;
    use crate::import::etc::root::Root;
    use crate::model::Family;
    use crate::source::SourceTree;

    fn check(texts: &[(&str, &str)], family: Family, name: &str) {
        let tree = SourceTree::from_texts("box", texts);
        let found = Distribution::of(&Root::of(&tree), &mut Diagnostics::new());
        assert_eq!((found.family, found.name.as_str()), (family, name));
    }

    #[test]
    fn the_distribution_is_known_by_its_marks() {
        check(
            &[(
                "etc/os-release",
                "NAME=\"Debian GNU/Linux\"\nID=debian\nVERSION_ID=\"12\"\n",
            )],
            Family::Debian,
            "Debian 12",
        );
        check(
            &[
                (
                    "usr/lib/os-release",
                    "NAME=Rocky\nID=rocky\nID_LIKE=\"rhel centos\"\nVERSION_ID=9.3\n",
                ),
                ("etc/x", ""),
            ],
            Family::Rhel,
            "Rocky 9.3",
        );
        check(
            &[("etc/debian_version", "8.11\n")],
            Family::Debian,
            "Debian 8",
        );
        check(
            &[("etc/alpine-release", "3.20.1\n")],
            Family::Alpine,
            "Alpine 3.20.1",
        );
        check(&[("etc/pacman.conf", "[options]\n")], Family::Arch, "Arch");
        check(&[("etc/sysconfig/network", "")], Family::Rhel, "");
        check(&[("etc/fstab", "")], Family::Debian, "");
    }

    #[test]
    fn what_dpkg_noted_counts_before_the_table() {
        let status =
            "Package: base-files\nConffiles:\n /etc/host.conf 764efa883dda1e11db47671c4a3bbd9e\n";
        let texts = [
            ("etc/os-release", "ID=debian\nVERSION_ID=12\n"),
            ("var/lib/dpkg/status", status),
        ];
        let tree = SourceTree::from_texts("box", &texts);
        let distribution = Distribution::of(&Root::of(&tree), &mut Diagnostics::new());
        let check = |path: &str, text: &str, expected: &str| {
            let found = match distribution.provenance(path, text.as_bytes()) {
                Provenance::AsShipped { package, known_by } => format!("{package}: {known_by}"),
                Provenance::Changed { package } => format!("{package}: changed"),
                Provenance::Unclear { package } => format!("{package}: unclear"),
                Provenance::Own => "own".to_owned(),
            };
            assert_eq!(found, expected, "{path}");
        };
        check(
            "/etc/host.conf",
            "hi\n",
            "base-files: its checksum is the one that dpkg noted",
        );
        check(
            "/etc/host.conf",
            "multi on\n",
            "base-files: it says what it says in Debian 12",
        );
        check("/etc/host.conf", "multi off\n", "base-files: changed");
        check("/etc/debian_version", "9\n", "base-files: changed");
        check("/etc/shop.conf", "a=1\n", "own");
    }
}
