//! `curl … | sh` and its like: what well-known scripts install, and the keys of repositories.

use super::script::{Outcome, Runner};
use crate::model::{Family, Origin, Package, Sourced};

const REPOSITORIES: &str = "NixOS takes packages from nixpkgs, not from repositories";
const KEYS: &str = "NixOS takes packages from nixpkgs, and needs no key of a repository";

/// Parts of the addresses of scripts that set repositories up.
const SETS_UP: [&str; 7] = [
    "deb.nodesource.com/setup",
    "rpm.nodesource.com/setup",
    "packagecloud.io/install/repositories",
    "packages.gitlab.com/install/repositories",
    "dl.cloudsmith.io/public",
    "deb.sury.org",
    "mariadb_repo_setup",
];

/// Parts of the addresses of scripts that install a program, and what it is called.
const INSTALLS: [(&str, &str); 15] = [
    ("astral.sh/uv", "uv"),
    ("awscli.amazonaws.com", "awscli"),
    ("bun.sh/install", "bun"),
    ("deno.land/install", "deno"),
    ("deno.land/x/install", "deno"),
    ("get-helm", "kubernetes-helm"),
    ("get.docker.com", "docker"),
    ("get.pnpm.io", "pnpm"),
    ("getcomposer.org/installer", "composer"),
    ("install.python-poetry.org", "poetry"),
    ("just.systems/install", "just"),
    ("raw.githubusercontent.com/python-poetry", "poetry"),
    ("rustup.rs", "rustup"),
    ("sh.rustup.rs", "rustup"),
    ("starship.rs/install", "starship"),
];

/// What a program that fetches hands to another one comes to; `None` where nothing is known of it.
pub(super) fn piped(
    runner: &mut Runner<'_, '_>,
    first: &[String],
    last: &[String],
) -> Option<Outcome> {
    let program = |words: &[String]| {
        let words = super::tables::bare(words);
        let first = words.first().cloned().unwrap_or_default();
        first.rsplit('/').next().unwrap_or_default().to_owned()
    };
    if !matches!(program(first).as_str(), "curl" | "wget") {
        return None;
    }
    let address = first.iter().find(|it| it.contains("://"))?;
    match program(last).as_str() {
        "gpg" | "gpg2" | "apt-key" | "rpm" | "rpmkeys" => Some(Outcome::nothing(KEYS)),
        "tee" | "dd"
            if last
                .iter()
                .any(|it| is_key(it) || it.starts_with("/etc/apt/")) =>
        {
            Some(Outcome::nothing(KEYS))
        }
        "sh" | "bash" | "ash" | "php" | "python" | "python3" => script(runner, address),
        _ => None,
    }
}

fn script(runner: &mut Runner<'_, '_>, address: &str) -> Option<Outcome> {
    if SETS_UP.iter().any(|it| address.contains(it)) {
        return Some(Outcome::nothing(REPOSITORIES));
    }
    let (_, name) = INSTALLS.iter().find(|(it, _)| address.contains(it))?;
    if !runner.is_certain() {
        return None;
    }
    if !runner.player.is_image() {
        return Some(Outcome::nothing("a build of nixpkgs has its tools by name"));
    }
    let item = runner.item;
    let found = runner.player.parts.packages.entry((*name).to_owned());
    let sourced = found.or_insert(Sourced {
        value: Package {
            name: (*name).to_owned(),
            family: Family::Other,
            version: None,
        },
        origin: Origin::of(item),
        assumptions: vec![format!(
            "the `{name}` of nixpkgs stands for the one that {address} installs"
        )],
    });
    sourced.origin.merge(&Origin::of(item));
    Some(Outcome::Stated)
}

/// Tells whether a fetched file is a key of a repository, or only proves another file.
pub(super) fn only_proves(arguments: &[String]) -> Option<Outcome> {
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        let target = match word.as_str() {
            "-o" | "-O" | "--output" | "--output-document" => words.next().map(String::as_str),
            _ => word
                .strip_prefix("--output=")
                .or_else(|| word.strip_prefix("-O"))
                .filter(|it| it.starts_with('/')),
        };
        if let Some(target) = target
            && is_key(target)
        {
            return Some(Outcome::nothing(KEYS));
        }
    }
    let mut addresses = arguments.iter().filter(|it| it.contains("://")).peekable();
    addresses.peek()?;
    addresses
        .all(|it| super::fetched::is_proof(it))
        .then(|| Outcome::nothing("it proves what the build fetched"))
}

fn is_key(path: &str) -> bool {
    [
        "/etc/apt/keyrings/",
        "/etc/apt/trusted.gpg.d/",
        "/etc/pki/rpm-gpg/",
        "/usr/local/share/keyrings/",
        "/usr/share/keyrings/",
        "/etc/apk/keys/",
    ]
    .iter()
    .any(|it| path.starts_with(it))
}

#[cfg(test)]
mod tests {
    use super::only_proves;

    #[test]
    fn keys_and_signatures_prove_and_nothing_else() {
        for (line, expected) in [
            (
                "-fsSL https://example.org/gpg -o /etc/apt/keyrings/x.gpg",
                true,
            ),
            ("-O x.asc https://example.org/x.tar.gz.asc", true),
            ("-O x.tar.gz https://example.org/x.tar.gz", false),
            ("--version", false),
        ] {
            let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
            assert_eq!(only_proves(&words).is_some(), expected, "{line}");
        }
    }
}
