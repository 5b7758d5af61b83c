//! Names of packages as package managers read them: with version, architecture, release.

use crate::model::{Family, Package};

/// Why a name cannot be taken for that of a package, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NoName {
    pub(crate) reason: String,
    pub(crate) cure: &'static str,
}

const ARCHITECTURES: [&str; 8] = [
    "x86_64", "noarch", "i386", "i686", "aarch64", "ppc64le", "s390x", "armhfp",
];

/// Returns the name of the package that a file is, by the file's name: `shop` of `https://x/shop_1.2-1_amd64.deb`; none
/// for what is no such file.
pub(crate) fn of_file(path: &str) -> Option<String> {
    let path = path.split(['?', '#']).next().unwrap_or(path);
    let file = path.rsplit('/').next().unwrap_or(path);
    let bare = match (file.strip_suffix(".deb"), file.strip_suffix(".rpm")) {
        (Some(bare), _) => bare.split('_').next()?,
        (None, bare) => bare?,
    };
    let begins_version = |it: &str| {
        let it = it.strip_prefix('v').unwrap_or(it);
        it.starts_with(|c: char| c.is_ascii_digit())
    };
    let words = bare.split('-');
    let name: Vec<&str> = words.take_while(|it| !begins_version(it)).collect();
    let name = name.join("-");
    let name = name.strip_suffix("-latest").unwrap_or(&name);
    let is_name = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
    (!name.is_empty() && name.chars().all(is_name)).then(|| name.to_owned())
}

/// Reads a package's name as its package manager does: with version, architecture, release.
pub(crate) fn read(name: &str, family: Family) -> Result<Package, NoName> {
    let refuse = |what: &str, cure: &'static str| {
        Err(NoName {
            reason: format!("`{name}` is {what}"),
            cure,
        })
    };
    let by_hand = "name its packages in environment.systemPackages";
    if name.contains("://") {
        return refuse(
            "a package from an address",
            "find it in nixpkgs, or package it",
        );
    }
    let is_scoped = family == Family::Node && name.starts_with('@');
    let is_file = [".deb", ".rpm", ".apk", ".pkg.tar.zst", ".pkg.tar.xz"]
        .iter()
        .any(|end| name.ends_with(end));
    if name.starts_with(['/', '.']) || is_file {
        return refuse("a file on the machine", "find it in nixpkgs, or package it");
    }
    if !is_scoped && name.starts_with(['@', '^']) {
        return refuse("a group or pattern of packages", by_hand);
    }
    let (bare, version) = match family {
        Family::Debian => {
            let (bare, version) = split_at(name, &['=']);
            let bare = bare.split('/').next().unwrap_or_default();
            (bare.split(':').next().unwrap_or_default(), version)
        }
        Family::Rhel => split_rpm(name),
        Family::Alpine => {
            let (bare, version) = split_at(name, &['=', '<', '>', '~', '!']);
            (bare.split('@').next().unwrap_or_default(), version)
        }
        Family::Arch => {
            let (bare, version) = split_at(name, &['=', '<', '>']);
            (bare.rsplit('/').next().unwrap_or_default(), version)
        }
        Family::Python => {
            // Behind `;` it says on which systems, in brackets with which extras.
            let required = name.split(';').next().unwrap_or_default();
            let (bare, version) = split_at(required, &['=', '<', '>', '~', '!']);
            (
                bare.split('[').next().unwrap_or_default().trim_end(),
                version,
            )
        }
        Family::Node => match name.rsplit_once('@') {
            Some((bare, version)) if !bare.is_empty() => (bare, Some(version)),
            Some(_) | None => (name, None),
        },
        Family::Ruby => match name.split_once(':') {
            Some((bare, version)) => (bare, Some(version)),
            None => (name, None),
        },
        Family::Other => split_at(name, &['=']),
    };
    if name != "*" && bare.contains(['*', '?', '[', ' ']) {
        return refuse(
            "a pattern: what it stands for only the package manager knows",
            by_hand,
        );
    }
    Ok(Package {
        name: bare.to_owned(),
        family,
        version: version.map(str::to_owned),
    })
}

fn split_at<'n>(name: &'n str, signs: &[char]) -> (&'n str, Option<&'n str>) {
    match name.find(signs) {
        Some(at) => {
            let version = name[at..].trim_start_matches(['=', '<', '>', '~', '!', ' ']);
            (name[..at].trim_end(), Some(version))
        }
        None => (name, None),
    }
}

/// `name-version-release.arch`, of which a number behind a dash begins the version only if nothing but numbers follow.
fn split_rpm(name: &str) -> (&str, Option<&str>) {
    let bare = ARCHITECTURES
        .iter()
        .find_map(|it| name.strip_suffix(it)?.strip_suffix('.'))
        .unwrap_or(name);
    let (bare, version) = split_at(bare, &['=', '<', '>']);
    if version.is_some() {
        return (bare, version);
    }
    let is_version = |rest: &str| {
        let begins = |part: &str| part.starts_with(|c: char| c.is_ascii_digit());
        let parts: Vec<&str> = rest.split('-').collect();
        parts.len() <= 2 && parts.iter().all(|it| begins(it)) && rest.contains(['.', '*'])
    };
    let dashes = bare.match_indices('-').map(|(at, _)| at);
    match dashes.into_iter().find(|at| is_version(&bare[at + 1..])) {
        Some(at) => (&bare[..at], Some(&bare[at + 1..])),
        None => (bare.strip_suffix("-*").unwrap_or(bare), None),
    }
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::model::Family;

    fn check(name: &str, family: Family, expected: &str) {
        let found = match read(name, family) {
            Ok(it) => format!("{} {}", it.name, it.version.unwrap_or_default()),
            Err(no_name) => no_name.reason,
        };
        assert_eq!(found.trim_end(), expected, "{name}");
    }

    #[test]
    fn names_lose_version_and_architecture() {
        check(
            "nginx=1.18.0-6ubuntu14",
            Family::Debian,
            "nginx 1.18.0-6ubuntu14",
        );
        check("libc6:i386", Family::Debian, "libc6");
        check("tor/bookworm-backports", Family::Debian, "tor");
        check(
            "httpd-2.4.6-97.el7.x86_64",
            Family::Rhel,
            "httpd 2.4.6-97.el7",
        );
        check("java-1.8.0-openjdk", Family::Rhel, "java-1.8.0-openjdk");
        check("nginx-1.20*", Family::Rhel, "nginx 1.20*");
        check("php >= 8.1", Family::Rhel, "php 8.1");
        check("python3-devel", Family::Rhel, "python3-devel");
        check("g++", Family::Debian, "g++");
        check("curl~8", Family::Alpine, "curl 8");
        check("extra/vim", Family::Arch, "vim");
        check(
            "@development",
            Family::Rhel,
            "`@development` is a group or pattern of packages",
        );
        check("requests[socks]==2.31.0", Family::Python, "requests 2.31.0");
        check(
            "ansible-core>=2.18.0",
            Family::Python,
            "ansible-core 2.18.0",
        );
        check("@angular/cli@17", Family::Node, "@angular/cli 17");
        check("@angular/cli", Family::Node, "@angular/cli");
        check(
            "/tmp/x.deb",
            Family::Debian,
            "`/tmp/x.deb` is a file on the machine",
        );
    }

    #[test]
    fn a_file_says_which_package_it_is() {
        for (file, name) in [
            ("https://x/shop_1.2-1_amd64.deb", Some("shop")),
            ("/tmp/shop-cli-v1.66.0-linux-amd64.deb", Some("shop-cli")),
            (
                "/tmp/google-shop-stable_current_amd64.deb",
                Some("google-shop-stable"),
            ),
            (
                "https://x/shop-release-latest-9.noarch.rpm",
                Some("shop-release"),
            ),
            (
                "https://x/shop-agent-2.0-1.x86_64.rpm?x=1",
                Some("shop-agent"),
            ),
            ("/tmp/1.2.deb", None),
            ("/tmp/x.tar", None),
        ] {
            assert_eq!(super::of_file(file).as_deref(), name, "{file}");
        }
    }
}
