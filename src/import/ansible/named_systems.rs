//! Which distributions a project speaks of: in conditions, in the names of its files, in the addresses of repositories.
//!
//! A project for Ubuntu alone does nothing on Debian, and says so in its conditions only.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::library::Library;

/// A distribution, the profile that stands for it, its words, and what addresses of its packages have in them.
struct Row {
    profile: &'static str,
    words: &'static [&'static str],
    addresses: &'static [&'static str],
}

/// The first of a family is the one that is taken where nothing, or everything, is named.
const FAMILIES: [&[Row]; 2] = [
    &[
        Row {
            profile: "debian-12",
            words: &[
                "debian", "buster", "bullseye", "bookworm", "trixie", "stretch", "jessie",
            ],
            addresses: &["/linux/debian", "deb.debian.org", "packages.sury.org"],
        },
        Row {
            profile: "ubuntu-24.04",
            words: &[
                "ubuntu", "trusty", "xenial", "bionic", "focal", "jammy", "noble",
            ],
            addresses: &["/linux/ubuntu", "archive.ubuntu.com", "ppa:"],
        },
    ],
    &[
        Row {
            profile: "rhel-9",
            words: &["redhat"],
            addresses: &[],
        },
        Row {
            profile: "rocky-9",
            words: &["rocky"],
            addresses: &[],
        },
        Row {
            profile: "centos-7",
            words: &["centos"],
            addresses: &[],
        },
        Row {
            profile: "fedora-40",
            words: &["fedora"],
            addresses: &["/linux/fedora"],
        },
    ],
];

/// `ansible_distribution == "Ubuntu"`, `ansible_facts['distribution'] | lower in ['ubuntu']`, `..._release == "jammy"`.
static CONDITION: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let fact = r#"distribution(?:_release)?['"]?\s*\]?\s*(?:\|\s*lower)?\s*\)?"#;
    Regex::new(&format!(
        r#"{fact}\s*(?:==|\bin\b)\s*(\[[^\]]*\]|\([^)]*\)|"[^"]*"|'[^']*')"#
    ))
    .ok()
});

/// Returns the profile of the only distribution of a family that a project names, where `usual` is one of the family.
///
/// What conditions name counts before the names of files, since `Debian.yml` may be for all of the family, and these
/// before addresses.
pub(super) fn only_named(library: &Library<'_>, usual: &str) -> Option<&'static str> {
    let family = FAMILIES
        .iter()
        .find(|rows| rows.iter().any(|row| row.profile == usual))?;
    let [conditions, files, addresses] = named(library);
    let named = [conditions, files, addresses]
        .into_iter()
        .find_map(|words| {
            let is_named = |row: &&Row| {
                let mut all = row.words.iter().chain(row.addresses);
                all.any(|it| words.contains(it))
            };
            let rows: Vec<&Row> = family.iter().filter(is_named).collect();
            (!rows.is_empty()).then_some(rows)
        })?;
    match named.as_slice() {
        [row] => Some(row.profile),
        _ => None,
    }
}

/// Returns the words of conditions, of the names of files, and the addresses.
fn named(library: &Library<'_>) -> [BTreeSet<&'static str>; 3] {
    let [mut conditions, mut files, mut addresses] = [const { BTreeSet::new() }; 3];
    for file in library.files() {
        let text = library.tree.text(file.file).unwrap_or_default();
        let found = CONDITION.iter().flat_map(|it| it.captures_iter(text));
        for captures in found {
            let list = captures.get(1).map_or("", |it| it.as_str());
            conditions.extend(
                list.split(|c: char| !c.is_ascii_alphanumeric())
                    .filter_map(word_of),
            );
        }
        // `tasks/ubuntu.yml`, `tasks/setup-Ubuntu-22.yml`.
        let path = library.tree.path(file.file);
        let name = path.rsplit('/').next().unwrap_or(path);
        files.extend(
            name.split(|c: char| !c.is_ascii_alphabetic())
                .filter_map(word_of),
        );
        let rows = FAMILIES.iter().flat_map(|rows| rows.iter());
        let all = rows.flat_map(|row| row.addresses).copied();
        addresses.extend(all.filter(|it| text.contains(it)));
    }
    [conditions, files, addresses]
}

fn word_of(word: &str) -> Option<&'static str> {
    let rows = FAMILIES.iter().flat_map(|rows| rows.iter());
    let mut words = rows.flat_map(|row| row.words);
    words.find(|it| it.eq_ignore_ascii_case(word)).copied()
}

#[cfg(test)]
mod tests {
    use super::only_named;
    use crate::account::Account;
    use crate::diag::Diagnostics;
    use crate::import::ansible::library::Library;
    use crate::source::SourceTree;

    fn check(files: &[(&str, &str)], usual: &str, expected: Option<&str>) {
        let tree = SourceTree::from_texts("t", files);
        let mut account = Account::new();
        let library = Library::load(&tree, &mut account, &mut Diagnostics::new());
        assert_eq!(only_named(&library, usual), expected, "{files:?}");
    }

    #[test]
    fn the_only_distribution_that_is_named_is_taken() {
        let play = |condition: &str| {
            format!("- hosts: all\n  tasks:\n    - apt: {{name: vim}}\n      when: {condition}\n")
        };
        for (condition, usual, expected) in [
            (
                "ansible_distribution == 'Ubuntu'",
                "debian-12",
                Some("ubuntu-24.04"),
            ),
            (
                "ansible_facts['distribution'] | lower == 'ubuntu'",
                "debian-12",
                Some("ubuntu-24.04"),
            ),
            (
                "ansible_distribution_release in ['focal', 'jammy']",
                "debian-12",
                Some("ubuntu-24.04"),
            ),
            (
                "ansible_distribution in ['Debian', 'Ubuntu']",
                "debian-12",
                None,
            ),
            (
                "ansible_distribution == 'Debian'",
                "debian-12",
                Some("debian-12"),
            ),
            ("ansible_distribution != 'Ubuntu'", "debian-12", None),
            ("ansible_os_family == 'Debian'", "debian-12", None),
            (
                "ansible_distribution == 'Fedora'",
                "rhel-9",
                Some("fedora-40"),
            ),
            ("ansible_distribution == 'Fedora'", "debian-12", None),
        ] {
            check(&[("site.yml", &play(condition))], usual, expected);
        }
    }

    #[test]
    fn conditions_count_before_files_and_these_before_addresses() {
        let tasks = "- apt: {name: vim}\n";
        let of_ubuntu = "- apt: {name: vim}\n  when: ansible_distribution == 'Ubuntu'\n";
        let docker =
            "- apt_repository: {repo: 'deb https://download.docker.com/linux/ubuntu x stable'}\n";
        for (path, text, expected) in [
            ("roles/a/tasks/ubuntu.yml", tasks, Some("ubuntu-24.04")),
            (
                "roles/a/tasks/setup-Debian.yml",
                of_ubuntu,
                Some("ubuntu-24.04"),
            ),
            ("roles/a/tasks/main.yml", docker, Some("ubuntu-24.04")),
            ("roles/a/tasks/debian.yml", docker, Some("debian-12")),
            ("roles/a/tasks/main.yml", tasks, None),
        ] {
            check(&[(path, text)], "debian-12", expected);
        }
    }
}
