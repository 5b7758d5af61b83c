//! `package`, and what all modules of package managers share: the names, and what is asked of them.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/package_module.html>

use super::{Kind, Module, Run};
use crate::account::{Code, Verdict};
use crate::import::ansible::params::{Params, Refusal};
use crate::import::state::Key;
use crate::model::{Condition, Family, Package, Resource};

pub(super) const MODULE: Module = Module {
    names: &["package"],
    collection: "ansible.builtin",
    becomes: "Packages: environment.systemPackages, or the NixOS module that brings the program. Names are those \
              of the distribution that the facts say.",
    kind: Kind::Changes,
    run,
};

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    // `package` hands on what the package manager's own module takes.
    params.pass_over(&[
        "update_cache",
        "cache_valid_time",
        "allow_unauthenticated",
        "install_recommends",
        "disable_gpg_check",
        "enablerepo",
        "disablerepo",
        "lock_timeout",
        "purge",
        "autoremove",
        "upgrade",
        "force",
    ]);
    let family = match params.string(&["use"])?.as_deref() {
        Some("apt") => Family::Debian,
        Some("dnf" | "dnf5" | "yum") => Family::Rhel,
        Some("apk") => Family::Alpine,
        Some("pacman") => Family::Arch,
        _ => run.family,
    };
    let names = params.list(&["name", "pkg"])?.unwrap_or_default();
    let state = params.string(&["state"])?;
    ask(&names, state.as_deref().unwrap_or("present"), family, run)
}

/// States packages, or takes them away.
pub(super) fn ask(
    names: &[String],
    state: &str,
    family: Family,
    run: &mut Run<'_, '_>,
) -> Result<(), Refusal> {
    let is_absent = match state {
        "present" | "installed" | "latest" | "fixed" | "hold" => false,
        "absent" | "removed" => true,
        other => {
            let reason = format!("the state `{other}` of packages cannot be stated");
            return Err(Refusal::new(Code::CannotState, reason));
        }
    };
    let mut refusal = None;
    for name in names {
        match read(name, family) {
            Ok(_) if name == "*" => run.not_needed(UPGRADE),
            Ok(package) if is_absent => remove(package, run),
            Ok(package) => run.put(Resource::Package(package)),
            Err(_) if is_absent => {
                let reason = format!("`{name}` was never there: a new machine does not have it");
                run.close(Verdict::NotNeeded, Code::AlreadySo, reason);
            }
            Err(why) => refusal = Some(why),
        }
    }
    refusal.map_or(Ok(()), Err)
}

/// What upgrades of everything mean.
pub(super) const UPGRADE: &str = "NixOS is upgraded as a whole, with its nixpkgs";

/// Why caches and left-over packages need no word.
pub(super) const NO_CACHE: &str =
    "NixOS has no package cache to refresh or clean, and keeps no package that nothing asks for";

/// Says that a task which only tends the cache has no meaning; `false` where it names packages.
pub(super) fn tends_only(names: &[String], upgrades: bool, run: &mut Run<'_, '_>) -> bool {
    if upgrades {
        run.not_needed(UPGRADE);
    } else if names.is_empty() {
        run.not_needed(NO_CACHE);
    }
    names.is_empty()
}

fn remove(package: Package, run: &mut Run<'_, '_>) {
    let name = package.name;
    let was_there = run.state.get(&Key::Package(name.clone())).is_some();
    // An open condition matters only where there is something to take away.
    if was_there || run.guard == Condition::True {
        run.remove(
            &Key::Package(name.clone()),
            &format!("the package `{name}`"),
        );
    } else {
        let reason = format!("`{name}` was never there: a new machine does not have it");
        run.close(Verdict::NotNeeded, Code::AlreadySo, reason);
    }
}

const ARCHITECTURES: [&str; 8] = [
    "x86_64", "noarch", "i386", "i686", "aarch64", "ppc64le", "s390x", "armhfp",
];

/// Reads a package's name as its package manager does: with version, architecture, release.
fn read(name: &str, family: Family) -> Result<Package, Refusal> {
    let refuse = |what: &str, cure: &str| {
        let reason = format!("`{name}` is {what}");
        Err(Refusal::new(Code::CannotState, reason).cure(cure))
    };
    let by_hand = "name its packages in environment.systemPackages";
    if name.contains("://") {
        return refuse(
            "a package from an address",
            "find it in nixpkgs, or package it",
        );
    }
    let is_file = [".deb", ".rpm", ".apk", ".pkg.tar.zst", ".pkg.tar.xz"]
        .iter()
        .any(|end| name.ends_with(end));
    if name.starts_with(['/', '.']) || is_file {
        return refuse("a file on the machine", "find it in nixpkgs, or package it");
    }
    if name.starts_with('@') || name.starts_with('^') {
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
            Err(refusal) => refusal.reason,
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
        check(
            "/tmp/x.deb",
            Family::Debian,
            "`/tmp/x.deb` is a file on the machine",
        );
    }
}
