//! What a new NixOS machine has that the source did not make: programs, packages, files of other systems.
//!
//! The table is rules/nixos/fresh.json: the programs of `environment.corePackages`, of systemd and of what every NixOS
//! switches on, what NixOS itself has below /etc, and which packages elsewhere bring a program of another name.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use super::Run;
use super::{There, base_name, parent, there};
use crate::import::etc::brought_by;
use crate::import::state::Key;
use crate::model::{Command, Condition, Family, Mode, Piece, Resource, Text};

const TABLE: &str = include_str!("../../../../../rules/nixos/fresh.json");

#[derive(Default, serde::Deserialize)]
struct Table {
    programs: BTreeSet<String>,
    /// Programs of other systems, of which nothing is said by that NixOS does without.
    foreign: BTreeSet<String>,
    accounts: BTreeSet<String>,
    /// How the names of NixOS's own services begin.
    services: BTreeSet<String>,
    /// What a file holds that NixOS writes, where the source says nothing more.
    texts: BTreeMap<String, String>,
    /// What NixOS makes itself: mode, owner, group.
    own: BTreeMap<String, (String, String, String)>,
    /// By a program, the packages elsewhere that bring it.
    brought: BTreeMap<String, Vec<String>>,
    /// Below /etc, what NixOS has there: in a folder of these names only, or whatever it likes.
    etc: BTreeMap<String, Option<BTreeSet<String>>>,
    /// What the kernel shows: `dir`, `file`, or that there is nothing, and what has to hold for it.
    kernel: BTreeMap<String, (String, String)>,
    /// What `sudo --version` prints.
    sudo: String,
    /// Folders in which NixOS has nothing but these names.
    folders: BTreeMap<String, BTreeSet<String>>,
}

// A test reads the table, so a faulty one never ships.
static FRESH: LazyLock<Table> = LazyLock::new(|| serde_json::from_str(TABLE).unwrap_or_default());

/// By a program, the package of nixpkgs that has it.
static PACKAGES: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
    let Ok(raw) = serde_json::from_str::<Programs>(OF_PACKAGES) else {
        return BTreeMap::new();
    };
    let pairs = raw.programs.into_iter();
    pairs
        .flat_map(|(package, names)| names.into_iter().map(move |it| (it, package.clone())))
        .collect()
});

const OF_PACKAGES: &str = include_str!("../../../../../rules/nixos/programs.json");

#[derive(serde::Deserialize)]
struct Programs {
    programs: BTreeMap<String, Vec<String>>,
}

/// Folders of programs, elsewhere.
const PROGRAMS: [&str; 6] = [
    "/bin",
    "/sbin",
    "/usr/bin",
    "/usr/sbin",
    "/usr/local/bin",
    "/usr/local/sbin",
];

/// Parts of names of packages that name nothing by themselves.
const GENERIC: [&str; 12] = [
    "client", "common", "core", "daemon", "data", "dev", "perl", "plugin", "python3", "server",
    "tools", "utils",
];

/// Parts of paths that name nothing by themselves.
const COMMON: [&str; 14] = [
    "bin", "cache", "conf", "default", "etc", "keyrings", "lib", "local", "log", "sbin", "share",
    "spool", "system", "systemd",
];

/// What `sudo --version` says holds for the sudo of nixpkgs.
pub(in crate::import::ansible::modules) const SUDO_OF_NIXOS: &str =
    "the machine has the sudo of nixpkgs";

/// Returns what `sudo --version` prints.
pub(in crate::import::ansible::modules) fn sudo() -> Option<&'static str> {
    Some(FRESH.sudo.as_str()).filter(|it| !it.is_empty())
}

/// What the kernel shows at a path.
pub(in crate::import::ansible::modules) struct Shown {
    /// Whether it is a folder; nothing where there is nothing.
    pub(in crate::import::ansible::modules) is_folder: Option<bool>,
    pub(in crate::import::ansible::modules) under: &'static str,
}

/// Returns what the kernel of NixOS shows at a path.
pub(in crate::import::ansible::modules) fn of_kernel(path: &str) -> Option<Shown> {
    let (kind, under) = FRESH.kernel.get(path)?;
    let is_folder = match kind.as_str() {
        "dir" => Some(true),
        "file" => Some(false),
        _ => None,
    };
    Some(Shown { is_folder, under })
}

/// Mode and owner of what NixOS makes itself.
pub(in crate::import::ansible::modules) struct Own {
    pub(in crate::import::ansible::modules) mode: Mode,
    pub(in crate::import::ansible::modules) owner: String,
    pub(in crate::import::ansible::modules) group: String,
}

/// Returns mode and owner of what NixOS makes itself at a path; of a program, those of the Nix store.
pub(in crate::import::ansible::modules) fn own(path: &str) -> Option<Own> {
    if let Some((mode, owner, group)) = FRESH.own.get(path) {
        return Some(Own {
            mode: Mode(u32::from_str_radix(mode, 8).ok()?),
            owner: owner.clone(),
            group: group.clone(),
        });
    }
    program_at(path).map(|_| Own {
        mode: Mode(0o555),
        owner: "root".to_owned(),
        group: "root".to_owned(),
    })
}

/// Tells whether NixOS has nothing of its own at a path, whatever the source made.
pub(in crate::import::ansible::modules) fn is_bare(path: &str) -> bool {
    if let Some(unit) = path.strip_prefix("/etc/systemd/system/") {
        let is_of_system = FRESH
            .services
            .iter()
            .any(|it| unit.starts_with(it.as_str()));
        return unit.ends_with(".service") && !unit.contains('/') && !is_of_system;
    }
    if let Some(below) = path.strip_prefix("/etc/") {
        let (first, rest) = below.split_once('/').unwrap_or((below, ""));
        return match FRESH.etc.get(first) {
            None => !first.is_empty(),
            Some(None) => false,
            Some(Some(_)) if rest.is_empty() => false,
            Some(Some(names)) => !names.contains(first_part(rest)),
        };
    }
    let mut above = parent(path);
    let mut at = path;
    while !above.is_empty() && above != "/" {
        if let Some(names) = FRESH.folders.get(above) {
            return !names.contains(base_name(at));
        }
        at = above;
        above = parent(above);
    }
    // Deeper, services and containers put what they like.
    let is_near = path.matches('/').count() < 3;
    let names = FRESH.folders.get("/").filter(|_| is_near);
    names.is_some_and(|names| !names.contains(base_name(at)))
}

fn first_part(path: &str) -> &str {
    path.split('/').next().unwrap_or_default()
}

/// Folders into which packages elsewhere put files: no package of NixOS puts anything below /etc.
const DROP_INS: [&str; 14] = [
    "/etc/apt/apt.conf.d",
    "/etc/bash_completion.d",
    "/etc/cron.d",
    "/etc/cron.daily",
    "/etc/cron.hourly",
    "/etc/cron.monthly",
    "/etc/cron.weekly",
    "/etc/default",
    "/etc/init.d",
    "/etc/logrotate.d",
    "/etc/ssh",
    "/etc/sudoers.d",
    "/etc/sysconfig",
    "/etc/update-motd.d",
];

/// Returns what a file holds that NixOS writes, with what the source adds to it.
pub(in crate::import::ansible::modules) fn text(path: &str, run: &Run<'_, '_>) -> Option<String> {
    let mut text = FRESH.texts.get(path)?.clone();
    for entry in run.state.entries() {
        if let Resource::SudoRule(rule) = &entry.resource {
            text.push_str(&format!("{}\n", rule.line));
        }
    }
    let key = Key::Path(path.to_owned());
    (run.state.at_path(path).is_none() && run.state.doubt(&key).is_none()).then_some(text)
}

/// Says that a file is as NixOS writes it.
pub(in crate::import::ansible::modules) fn written(path: &str) -> String {
    format!("`{path}` is as NixOS writes it")
}

/// Tells whether a folder holds plain files of settings, of a system or of its packages.
pub(in crate::import::ansible::modules) fn holds_settings(folder: &str) -> bool {
    DROP_INS.contains(&folder)
        || matches!(
            folder,
            "/etc" | "/etc/grub.d" | "/etc/pam.d" | "/etc/security"
        )
}

/// Tells whether a package that the source installs may have brought what is at a path, or a step that runs before.
pub(in crate::import::ansible::modules) fn may_be_brought(path: &str, run: &Run<'_, '_>) -> bool {
    if DROP_INS.contains(&parent(path)) {
        return is_mentioned(path, run);
    }
    let parts: Vec<String> = path
        .split('/')
        .filter(|part| !COMMON.contains(part))
        .map(stem)
        .filter(|stem| stem.len() > 2)
        .collect();
    let whole = path.to_ascii_lowercase();
    let brings = |name: &str| {
        let name = match name.bytes().any(|it| it.is_ascii_uppercase()) {
            true => Cow::Owned(name.to_ascii_lowercase()),
            false => Cow::Borrowed(name),
        };
        parts.iter().any(|it| name.contains(it.as_str()))
            || (name.len() > 3 && whole.contains(&*name))
    };
    packages(run).any(|(name, _)| brings(name)) || is_mentioned(path, run)
}

fn stem(part: &str) -> String {
    let letters = part
        .trim_start_matches('.')
        .chars()
        .take_while(char::is_ascii_alphanumeric);
    letters.map(|c| c.to_ascii_lowercase()).collect()
}

/// The packages that the source installs, and whether it does so for sure.
fn packages<'r>(run: &'r Run<'_, '_>) -> impl Iterator<Item = (&'r str, bool)> {
    run.state
        .entries()
        .filter_map(|entry| match &entry.resource {
            Resource::Package(it) => Some((it.name.as_str(), entry.guard == Condition::True)),
            _ => None,
        })
}

/// Tells whether a step that is kept names something.
pub(in crate::import::ansible::modules) fn is_mentioned(what: &str, run: &Run<'_, '_>) -> bool {
    let holds = |text: &Text| {
        let mut pieces = text.pieces().iter();
        pieces.any(|it| matches!(it, Piece::Literal(it) if names(it, what)))
    };
    run.state.entries().any(|entry| match &entry.resource {
        Resource::Step(step) => match &step.command {
            Command::Words(words) => words.iter().any(holds),
            Command::Script { text, .. } => holds(text),
        },
        _ => false,
    })
}

/// Tells whether a script names something. An archive that it only downloads is not there yet.
fn names(script: &str, what: &str) -> bool {
    let is_archive = |word: &str| {
        [".deb", ".gz", ".jar", ".rpm", ".tgz", ".xz", ".zip"]
            .iter()
            .any(|it| word.ends_with(it))
    };
    if what.starts_with('/') || !script.contains("--create-dirs -o ") {
        return script.contains(what);
    }
    let mut words = script.split_whitespace();
    words.any(|it| it.contains(what) && !is_archive(it))
}

/// Tells whether a step that is kept makes accounts, and names one.
fn is_made_by_step(name: &str, run: &Run<'_, '_>) -> bool {
    ["useradd", "adduser", "groupadd", "addgroup", "usermod"]
        .iter()
        .any(|it| is_mentioned(it, run))
        && is_mentioned(name, run)
}

/// Returns the package that the source installs and that brings a file or folder of settings, and whether it is a folder:
/// the module of NixOS for it has settings in that place, too.
pub(in crate::import::ansible::modules) fn brought<'r>(
    path: &str,
    run: &'r Run<'_, '_>,
) -> Option<(&'r str, bool)> {
    if run.family != Family::Debian || DROP_INS.contains(&parent(path)) {
        return None;
    }
    let (owners, is_folder) = brought_by(path);
    let brings = |name: &str| {
        owners.iter().any(|owner| {
            let common = owner.strip_suffix("-common").unwrap_or(owner);
            *owner == name || common == name || name.strip_suffix("-server") == Some(common)
        })
    };
    let mut found = packages(run).filter(|(_, is_sure)| *is_sure);
    found
        .find(|(name, _)| brings(name))
        .map(|(name, _)| (name, is_folder))
}

/// The names that services may have on a machine with what NixOS and the source bring.
pub(in crate::import::ansible::modules) fn services(run: &Run<'_, '_>) -> BTreeSet<String> {
    let mut names: BTreeSet<String> = [
        "dbus",
        "nscd",
        "sshd",
        "systemd-journald",
        "systemd-logind",
        "systemd-udevd",
        "systemd-timesyncd",
        "systemd-tmpfiles-setup",
    ]
    .map(str::to_owned)
    .into();
    for (package, _) in packages(run) {
        names.insert(package.to_owned());
        for ending in ["-server", "-common", "-ce", ".io", "-daemon"] {
            names.extend(package.strip_suffix(ending).map(str::to_owned));
        }
        let brought = FRESH.brought.iter();
        let programs = brought.filter(|(_, packages)| packages.iter().any(|it| it == package));
        names.extend(programs.map(|(program, _)| program.clone()));
        names.extend((package == "network-manager").then(|| "NetworkManager".to_owned()));
    }
    names
}

/// Says that a package brings what is at a path.
pub(in crate::import::ansible::modules) fn brought_so(package: &str, path: &str) -> String {
    format!("`{package}`, which the play installs, has its settings at `{path}`")
}

/// Tells whether a package is installed; nothing where that cannot be said.
pub(in crate::import::ansible::modules) fn has_package(
    name: &str,
    run: &Run<'_, '_>,
) -> Option<bool> {
    has_any(&[name], name, run)
}

/// Tells whether one of some packages is installed, which people call by a name.
fn has_any(names: &[&str], called: &str, run: &Run<'_, '_>) -> Option<bool> {
    let wanted: Vec<String> = names.iter().map(|it| it.to_ascii_lowercase()).collect();
    let mut may_be = false;
    for (found, is_sure) in packages(run) {
        let found = found.to_ascii_lowercase();
        if is_sure && wanted.contains(&found) {
            return Some(true);
        }
        may_be |= wanted.iter().any(|it| is_akin(it, &found));
    }
    // What a service is called that the source starts is part of its package's name, too.
    let mut started = run
        .state
        .entries()
        .filter_map(|entry| match &entry.resource {
            Resource::Service(it) => Some(it.name.to_ascii_lowercase()),
            _ => None,
        });
    may_be = may_be || started.any(|name| wanted.iter().any(|it| is_akin(it, &name)));
    (!may_be && !is_mentioned(called, run)).then_some(false)
}

/// Tells whether one package may bring what the other is called after.
fn is_akin(one: &str, other: &str) -> bool {
    let words = |text: &str| -> Vec<String> {
        let parts = text.split(['-', '.', '_']);
        let telling = parts.filter(|it| it.len() > 2 && !GENERIC.contains(it));
        telling.map(str::to_owned).collect()
    };
    let (ours, theirs) = (words(one), words(other));
    let alike = |one: &str, other: &str| {
        let shared = one.chars().zip(other.chars()).take_while(|(a, b)| a == b);
        let shared = shared.count();
        shared > 4 || shared == one.len().min(other.len())
    };
    ours.iter()
        .any(|it| theirs.iter().any(|other| alike(it, other)))
}

/// Tells whether a program can be run by its name; nothing where that cannot be said.
pub(in crate::import::ansible::modules) fn has_program(
    name: &str,
    run: &Run<'_, '_>,
) -> Option<bool> {
    if FRESH.programs.contains(name) {
        return Some(true);
    }
    if FRESH.foreign.contains(name) {
        return None;
    }
    for folder in PROGRAMS {
        match there(run, &format!("{folder}/{name}")) {
            There::Made(_) => return Some(true),
            There::Open(_) => return None,
            There::Folder | There::Nothing | There::NothingAtFirst | There::Foreign => {}
        }
    }
    // So short a name says nothing of the packages that may bring it.
    if name.len() < 3 {
        return None;
    }
    let brought = FRESH.brought.get(name).into_iter().flatten();
    let mut names: Vec<&str> = brought.map(String::as_str).collect();
    names.push(name);
    let found = has_any(&names, name, run)?;
    // What nixpkgs calls its package may be what the source installs.
    match PACKAGES.get(name) {
        Some(package) if !found => has_any(&[package], name, run),
        _ => Some(found),
    }
}

/// Returns the name of the program whose usual place a path is: below /usr/local is what the source puts there.
pub(in crate::import::ansible::modules) fn program_at(path: &str) -> Option<&str> {
    let (folder, name) = path.rsplit_once('/')?;
    let is_usual = PROGRAMS.contains(&folder) && !folder.starts_with("/usr/local");
    (is_usual && !name.is_empty()).then_some(name)
}

/// Tells whether there may be an account of a name that the source did not make: of the system, or of a package.
pub(in crate::import::ansible::modules) fn has_account(
    name: &str,
    run: &Run<'_, '_>,
) -> Option<bool> {
    if FRESH.accounts.contains(name) || is_made_by_step(name, run) {
        return None;
    }
    // What a step does with files that are called so makes no account.
    has_any(&[name], "useradd", run)
}

/// Tells whether there may be a service of a name that the source says nothing of: of NixOS, or of a package.
pub(in crate::import::ansible::modules) fn has_service(
    name: &str,
    run: &Run<'_, '_>,
) -> Option<bool> {
    let is_of_system = FRESH
        .services
        .iter()
        .any(|it| name.starts_with(it.as_str()));
    if is_of_system || name.contains(".target") || name.contains(".mount") {
        return None;
    }
    has_any(&[name, name.trim_end_matches('d')], name, run)
}

/// Says that a package is not there.
pub(in crate::import::ansible::modules) fn no_package(name: &str) -> String {
    format!("a new machine does not have the package `{name}` before the play installs it")
}

/// Says that a program is not there.
pub(in crate::import::ansible::modules) fn no_program(name: &str) -> String {
    format!("nothing on a new machine has `{name}` before the play brings it")
}

#[cfg(test)]
mod tests {
    use super::{FRESH, is_akin, is_bare, names};

    #[test]
    fn nixos_has_little_of_its_own() {
        assert!(FRESH.programs.len() > 200);
        for (path, expected) in [
            ("/usr/share/x", true),
            ("/usr/bin/env", false),
            ("/usr/bin/docker", true),
            ("/etc/cron.allow", true),
            ("/etc/hosts", false),
            ("/etc/ssh/sshd_config", false),
            ("/etc/ssh/sshd_config.d", true),
            ("/etc/ssh", false),
            ("/etc/default/grub", true),
            ("/var/lib/aide/aide.db", true),
            ("/var/lib/systemd/x", false),
            ("/var/lib", false),
            ("/sys/firmware/efi", false),
            ("/boot/grub/grub.cfg", false),
        ] {
            assert_eq!(is_bare(path), expected, "{path}");
        }
    }

    #[test]
    fn akin_packages_share_a_word() {
        assert!(is_akin("docker", "docker-compose"));
        assert!(is_akin("php8.2", "php-fpm"));
        assert!(is_akin("apachehttpd", "apache2-utils"));
        assert!(!is_akin("nginx", "git"));
        assert!(!is_akin("mysql-server", "openssh-server"));
    }

    #[test]
    fn what_is_only_downloaded_is_not_there() {
        for (script, expected) in [
            (
                "curl -fsSL --create-dirs -o /tmp/zoom.deb https://zoom/zoom.deb",
                false,
            ),
            (
                "curl -fsSL --create-dirs -o /tmp/get-zoom.sh https://example.org/x",
                true,
            ),
            ("dpkg -i /tmp/zoom.deb", true),
            ("make install", false),
        ] {
            assert_eq!(names(script, "zoom"), expected, "{script}");
        }
    }
}
