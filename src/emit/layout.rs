//! Which option goes to which file, which definitions stand together, and what files and folders are called.

use std::collections::{BTreeMap, BTreeSet};

use crate::plan::{Home, OptionPath};

/// A file of the output that definitions go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Place<'a> {
    Topic(&'static str),
    Role(&'a str),
    Service(&'a str),
    Host,
}

/// Where remarks go that are about the machine and no option of it.
const REMARKS_TOPIC: &str = "manual";
const OTHER_TOPIC: &str = "system";

/// Options and the topic of what is below them; the longest one that fits counts.
const TOPICS: &[(&[&str], &str)] = &[
    (&["age"], "secrets"),
    (&["boot"], "boot"),
    (&["console"], "locale"),
    (&["containers"], "containers"),
    (&["environment", "etc"], "files"),
    (&["environment", "systemPackages"], "packages"),
    (&["fileSystems"], "filesystems"),
    (&["hardware"], "hardware"),
    (&["i18n"], "locale"),
    (&["location"], "locale"),
    (&["networking"], "networking"),
    (&["networking", "firewall"], "firewall"),
    (&["networking", "nftables"], "firewall"),
    (&["nix"], "nix"),
    (&["nixpkgs"], "nix"),
    (&["programs"], "programs"),
    (&["programs", "ssh"], "ssh"),
    (&["security"], "security"),
    (&["services"], "services"),
    (&["services", "openssh"], "ssh"),
    (&["services", "resolved"], "networking"),
    (&["sops"], "secrets"),
    (&["swapDevices"], "filesystems"),
    (&["systemd"], "services"),
    (&["systemd", "mounts"], "filesystems"),
    (&["systemd", "automounts"], "filesystems"),
    (&["systemd", "network"], "networking"),
    (&["environment", "profiles"], "files"),
    (&["systemd", "tmpfiles"], "files"),
    (&["time"], "locale"),
    (&["users"], "users"),
    (&["virtualisation"], "containers"),
    (&["zramSwap"], "filesystems"),
];

/// Options whose children are things of their own: one group for each child. Else a group is two names deep.
const THINGS: &[&[&str]] = &[
    &["age", "secrets"],
    &["containers"],
    &["environment", "etc"],
    &["networking", "interfaces"],
    &["sops", "secrets"],
    &["sops", "templates"],
    &["systemd", "mounts"],
    &["systemd", "paths"],
    &["systemd", "services"],
    &["systemd", "slices"],
    &["systemd", "sockets"],
    &["systemd", "targets"],
    &["systemd", "timers"],
    &["systemd", "user"],
    &["users", "groups"],
    &["users", "users"],
];

/// Returns the file of a definition.
pub(super) fn place<'a>(home: &'a Home, path: &OptionPath) -> Place<'a> {
    match home {
        _ if is_name(path) => Place::Host,
        Home::Role(name) => Place::Role(name),
        Home::Service(name) => Place::Service(name),
        Home::Machine => Place::Topic(topic(path)),
        Home::Host => Place::Host,
    }
}

/// Tells whether an option is the name of a host, which is nobody else's.
pub(super) fn is_name(path: &OptionPath) -> bool {
    match path.names() {
        [networking, name] => networking == "networking" && name == "hostName",
        _ => false,
    }
}

/// Returns the file of a remark.
pub(super) fn remark_place<'a>(home: &'a Home, about: Option<&OptionPath>) -> Place<'a> {
    match (home, about) {
        (Home::Machine, None) => Place::Topic(REMARKS_TOPIC),
        (Home::Machine, Some(path)) => Place::Topic(topic(path)),
        (Home::Role(name), _) => Place::Role(name),
        (Home::Service(name), _) => Place::Service(name),
        (Home::Host, _) => Place::Host,
    }
}

/// Returns what the head of a topic's file calls it.
pub(super) fn topic_title(topic: &str) -> String {
    if topic == REMARKS_TOPIC {
        return "What is left to a person".to_owned();
    }
    if topic == "ssh" {
        return "SSH".to_owned();
    }
    let mut chars = topic.chars();
    let first: String = chars
        .next()
        .map_or_else(String::new, |c| c.to_uppercase().collect());
    format!("{first}{}", chars.as_str())
}

fn topic(path: &OptionPath) -> &'static str {
    let fits = |prefix: &[&str]| starts_with(path.names(), prefix);
    TOPICS
        .iter()
        .filter(|(prefix, _)| fits(prefix))
        .max_by_key(|(prefix, _)| prefix.len())
        .map_or(OTHER_TOPIC, |(_, topic)| topic)
}

fn starts_with(names: &[String], prefix: &[&str]) -> bool {
    names.len() >= prefix.len() && names.iter().zip(prefix).all(|(name, it)| name == it)
}

/// Returns how many names of a path say to which group it belongs.
pub(super) fn group_depth(path: &OptionPath) -> usize {
    let names = path.names();
    let depth = THINGS
        .iter()
        .find(|prefix| starts_with(names, prefix))
        .map_or(2, |prefix| prefix.len() + 1);
    depth.min(names.len())
}

/// File names for names that may be anything: safe on every file system, each different from the others.
#[derive(Debug, Default)]
pub(super) struct FileNames<'a>(BTreeMap<&'a str, String>);

impl<'a> FileNames<'a> {
    pub(super) fn of(names: impl IntoIterator<Item = &'a str>) -> FileNames<'a> {
        let names: BTreeSet<&str> = names.into_iter().collect();
        // A name that may stay as it is comes before one that would be changed to the same.
        let (plain, odd): (Vec<&str>, Vec<&str>) =
            names.into_iter().partition(|name| file_name(name) == *name);
        let mut used = BTreeSet::new();
        let chosen = plain
            .into_iter()
            .chain(odd)
            .map(|name| (name, unused(&file_name(name), &mut used)))
            .collect();
        FileNames(chosen)
    }

    pub(super) fn get(&self, name: &str) -> String {
        self.0.get(name).cloned().unwrap_or_else(|| file_name(name))
    }
}

/// Returns `name`, with a number behind it where it is taken, also in other letter case.
fn unused(name: &str, used: &mut BTreeSet<String>) -> String {
    let mut candidate = name.to_owned();
    let mut number = 2;
    while !used.insert(candidate.to_lowercase()) {
        candidate = format!("{name}-{number}");
        number += 1;
    }
    candidate
}

/// Paths of files below one folder, each different from the others, none a folder of another.
#[derive(Debug, Default)]
pub(super) struct FilePaths {
    files: BTreeSet<String>,
    folders: BTreeSet<String>,
}

impl FilePaths {
    /// Returns a safe path like `path` that was not returned before.
    pub(super) fn add(&mut self, path: &str) -> String {
        let parts: Vec<String> = path
            .split('/')
            .filter(|part| !matches!(*part, "" | "." | ".."))
            .map(file_name)
            .collect();
        let safe = if parts.is_empty() {
            file_name("")
        } else {
            parts.join("/")
        };
        // Below a file there is no place: the path becomes a name.
        let below_file = above(&safe.to_lowercase()).any(|it| self.files.contains(it));
        let base = if below_file {
            safe.replace('/', "-")
        } else {
            safe
        };
        let mut candidate = base.clone();
        let mut number = 2;
        while !self.is_free(&candidate.to_lowercase()) {
            candidate = format!("{base}-{number}");
            number += 1;
        }
        let key = candidate.to_lowercase();
        self.folders.extend(above(&key).map(str::to_owned));
        self.files.insert(key);
        candidate
    }

    fn is_free(&self, key: &str) -> bool {
        !self.files.contains(key) && !self.folders.contains(key)
    }
}

fn above(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(at, _)| &path[..at])
}

/// Makes a file name that is safe on every file system and in a path literal of Nix.
pub(super) fn file_name(name: &str) -> String {
    let safe: String = name
        .chars()
        .map(|c| match c {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '.' | '_' | '-' | '+' => c,
            _ => '-',
        })
        .take(100)
        .collect();
    // A store path's name does not begin with a dot.
    match safe.strip_prefix('.') {
        Some(rest) => format!("dot-{}", rest.trim_start_matches('.')),
        None if safe.is_empty() => "unnamed".to_owned(),
        None => safe,
    }
}

#[cfg(test)]
mod tests {
    use super::{FileNames, FilePaths, Place, group_depth, place};
    use crate::plan::{Home, OptionPath};

    #[test]
    fn options_have_their_topics() {
        for (path, topic) in [
            ("networking.firewall.allowedTCPPorts", "firewall"),
            ("networking.domain", "networking"),
            ("services.openssh.enable", "ssh"),
            ("services.nginx.enable", "services"),
            ("systemd.services.x.wantedBy", "services"),
            ("systemd.tmpfiles.rules", "files"),
            ("swapDevices", "filesystems"),
            ("documentation.enable", "system"),
        ] {
            let path = OptionPath::parse(path);
            assert_eq!(place(&Home::Machine, &path), Place::Topic(topic), "{path}");
        }
    }

    #[test]
    fn things_stand_for_themselves() {
        for (path, depth) in [
            ("users.users.shop.uid", 3),
            ("services.nginx.enable", 2),
            ("swapDevices", 1),
            ("boot.kernel.sysctl.\"vm.swappiness\"", 2),
        ] {
            assert_eq!(group_depth(&OptionPath::parse(path)), depth, "{path}");
        }
    }

    #[test]
    fn file_names_are_safe_and_different() {
        let names = FileNames::of(["a/b", "a-b", "A-B", "..", "日本", "web1.example.org"]);
        assert_eq!(names.get("a-b"), "a-b-2");
        assert_eq!(names.get("A-B"), "A-B");
        assert_eq!(names.get("a/b"), "a-b-3");
        assert_eq!(names.get(".."), "dot-");
        assert_eq!(names.get("日本"), "--");
        assert_eq!(names.get("web1.example.org"), "web1.example.org");
    }

    #[test]
    fn file_paths_are_different_and_no_file_is_a_folder() {
        let mut paths = FilePaths::default();
        for (path, expected) in [
            ("etc/a", "etc/a"),
            ("/etc/../etc/A", "etc/etc/A"),
            ("etc/A", "etc/A-2"),
            ("etc", "etc-2"),
            ("etc/.profile", "etc/dot-profile"),
            ("", "unnamed"),
            ("etc/a/b", "etc-a-b"),
        ] {
            assert_eq!(paths.add(path), expected);
        }
    }
}
