//! Which files are modules of NixOS, and which are those of home-manager, of nix-darwin, or none at all.
//!
//! A file says it by the options that it sets and the names that it uses, by who imports it, by the folder that it lies in,
//! and by its neighbours, in this order. A file that says nothing is a module of NixOS, unless its neighbours are not.

use std::collections::BTreeMap;

use super::File;
use super::declared::Declared;
use crate::syntax::nix_module::{Definition, NixModule, Value, ValueKind};

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    /// A module of NixOS.
    System,
    /// A module of home-manager.
    Home,
    /// A module of nix-darwin.
    Darwin,
    /// A flake, a package, an overlay, a function, data.
    Other,
}

/// Options that only one of the three has, by the first names of their paths.
const PREFIXES: [(&str, Class); 62] = [
    ("boot", Class::System),
    ("console", Class::System),
    ("containers", Class::System),
    ("environment.etc", Class::System),
    ("environment.persistence", Class::System),
    ("fileSystems", Class::System),
    ("hardware", Class::System),
    ("i18n.defaultLocale", Class::System),
    ("networking.firewall", Class::System),
    ("networking.hostId", Class::System),
    ("networking.interfaces", Class::System),
    ("networking.networkmanager", Class::System),
    ("networking.useDHCP", Class::System),
    ("networking.nftables", Class::System),
    ("powerManagement", Class::System),
    ("security.acme", Class::System),
    ("security.polkit", Class::System),
    ("security.rtkit", Class::System),
    ("security.sudo.wheelNeedsPassword", Class::System),
    ("services.nginx", Class::System),
    ("services.openssh.settings", Class::System),
    ("services.postgresql", Class::System),
    ("services.xserver", Class::System),
    ("services.udev", Class::System),
    ("specialisation", Class::System),
    ("swapDevices", Class::System),
    ("systemd.services", Class::System),
    ("systemd.tmpfiles.settings", Class::System),
    ("systemd.network", Class::System),
    ("system.activationScripts", Class::System),
    ("users.groups", Class::System),
    ("users.mutableUsers", Class::System),
    ("virtualisation", Class::System),
    ("zramSwap", Class::System),
    ("home", Class::Home),
    ("accounts", Class::Home),
    ("wayland.windowManager", Class::Home),
    ("xsession", Class::Home),
    ("xresources", Class::Home),
    ("gtk.theme", Class::Home),
    ("gtk.gtk3", Class::Home),
    ("gtk.gtk4", Class::Home),
    ("dconf.settings", Class::Home),
    ("editorconfig", Class::Home),
    ("xdg.configFile", Class::Home),
    ("xdg.dataFile", Class::Home),
    ("xdg.userDirs", Class::Home),
    ("xdg.desktopEntries", Class::Home),
    ("xdg.mimeApps", Class::Home),
    ("xdg.configHome", Class::Home),
    ("xdg.cacheHome", Class::Home),
    ("systemd.user.startServices", Class::Home),
    ("systemd.user.sessionVariables", Class::Home),
    ("targets", Class::Home),
    ("homebrew", Class::Darwin),
    ("launchd", Class::Darwin),
    ("system.defaults", Class::Darwin),
    ("system.keyboard", Class::Darwin),
    ("system.primaryUser", Class::Darwin),
    ("networking.computerName", Class::Darwin),
    ("services.aerospace", Class::Darwin),
    ("services.yabai", Class::Darwin),
];

/// What only modules of home-manager use.
const HOME_WORDS: [&str; 7] = [
    "lib.hm.",
    "config.home.",
    "config.xdg.",
    "config.lib.file.mkOutOfStoreSymlink",
    "osConfig",
    "nixosConfig",
    "config.programs.fish.shellAbbrs",
];

/// Attributes of which a set is no module of NixOS.
const OTHER_ROOTS: [&str; 9] = [
    "outputs",
    "perSystem",
    "flake",
    "projectRootFile",
    "plugins",
    "homeConfigurations",
    "nixosConfigurations",
    "disko",
    "pname",
];

pub(super) fn classify(files: &[File<'_>], declared: &Declared) -> Vec<Class> {
    let by_path: BTreeMap<String, usize> = files
        .iter()
        .enumerate()
        .map(|(at, file)| (clean(file.path), at))
        .collect();
    let mut classes: Vec<Option<Class>> = files.iter().map(|it| own(it, declared)).collect();
    for file in files {
        for target in homes(file, &by_path) {
            classes[target].get_or_insert(Class::Home);
        }
    }
    let given = classes.clone();
    spread(files, &by_path, &mut classes);
    // What a folder is called says less than who imports a file.
    for (file, class) in files.iter().zip(&mut classes) {
        if class.is_none() {
            *class = folder_class(file.path);
        }
    }
    spread(files, &by_path, &mut classes);
    let neighbours = Neighbours::count(files, &given);
    files
        .iter()
        .zip(classes)
        .map(|(file, class)| class.unwrap_or_else(|| neighbours.class(file.path)))
        .collect()
}

/// What a file says of itself.
fn own(file: &File<'_>, declared: &Declared) -> Option<Class> {
    let module = &file.module;
    if !module.is_set {
        return Some(Class::Other);
    }
    let head = &module.head;
    let is_function_of_none = head.plain > 0 && head.patterns == 0;
    // NixOS gives more arguments than any module names.
    let is_closed = head.patterns > 0 && !head.is_open;
    let has_root = |names: &[&str]| {
        let mut roots = module.definitions.iter().filter_map(root);
        roots.any(|it| names.contains(&it) && !declared.has_root(it))
    };
    if is_function_of_none && head.plain > 1 || is_closed || has_root(&OTHER_ROOTS) {
        return Some(Class::Other);
    }
    // nix-darwin counts its versions, NixOS names its releases.
    let version = module.definitions.iter().find(|it| {
        it.names()
            .is_some_and(|it| it == ["system", "stateVersion"])
    });
    match version.map(|it| &it.value.kind) {
        Some(ValueKind::Int(_)) => return Some(Class::Darwin),
        Some(ValueKind::Str(_)) => return Some(Class::System),
        Some(_) | None => {}
    }
    let mut votes: BTreeMap<Class, usize> = BTreeMap::new();
    for definition in &module.definitions {
        let declared_here = root(definition).is_none_or(|it| declared.has_root(it));
        if let Some(class) = option_class(definition)
            && (!declared_here || class == Class::System)
        {
            *votes.entry(class).or_default() += 1;
        }
    }
    let is_unit = |it: &Definition| {
        let names: Vec<&str> = it
            .path
            .iter()
            .map(|it| it.text.as_deref().unwrap_or(""))
            .collect();
        matches!(names.as_slice(), ["systemd", "user", _, _, section, ..]
            if section.starts_with(|c: char| c.is_ascii_uppercase()))
    };
    if module.definitions.iter().any(is_unit) {
        *votes.entry(Class::Home).or_default() += 1;
    }
    // The one that has options which no other has; where there are several, more of them.
    let most = votes.iter().max_by_key(|(_, count)| **count);
    if let Some((class, _)) = most {
        return Some(*class);
    }
    if !declared.has_root("home") && HOME_WORDS.iter().any(|it| file.text.contains(it)) {
        return Some(Class::Home);
    }
    if head.names.iter().any(|it| it == "modulesPath") {
        return Some(Class::System);
    }
    None
}

fn root(definition: &Definition) -> Option<&str> {
    definition.path.first()?.text.as_deref()
}

fn option_class(definition: &Definition) -> Option<Class> {
    PREFIXES.iter().find_map(|(prefix, class)| {
        let mut names = definition.path.iter();
        prefix
            .split('.')
            .all(|it| {
                names
                    .next()
                    .is_some_and(|name| name.text.as_deref() == Some(it))
            })
            .then_some(*class)
    })
}

/// Finds the files that a file gives to home-manager.
fn homes(file: &File<'_>, by_path: &BTreeMap<String, usize>) -> Vec<usize> {
    let mut found = Vec::new();
    for definition in &file.module.definitions {
        let mut names = definition.path.iter().map(|it| it.text.as_deref());
        if names.any(|it| matches!(it, Some("home-manager" | "homeConfigurations"))) {
            paths_in(&definition.value, &mut |path| {
                found.extend(resolve(file.path, path, by_path));
            });
        }
    }
    found
}

fn paths_in(value: &Value, take: &mut impl FnMut(&str)) {
    match &value.kind {
        ValueKind::Path(path) => take(path),
        ValueKind::List(items) => items.iter().for_each(|it| paths_in(it, take)),
        ValueKind::Call(_, arguments) => arguments.iter().for_each(|it| paths_in(it, take)),
        ValueKind::Attrs(inner) => inner.iter().for_each(|it| paths_in(&it.value, take)),
        ValueKind::Function(module) => module_paths(module, take),
        ValueKind::Null
        | ValueKind::Bool(_)
        | ValueKind::Int(_)
        | ValueKind::Float(_)
        | ValueKind::Str(_)
        | ValueKind::Name(_)
        | ValueKind::Inherited
        | ValueKind::Other => {}
    }
}

fn module_paths(module: &NixModule, take: &mut impl FnMut(&str)) {
    for path in module.imports.iter().filter_map(|it| it.path.as_deref()) {
        take(path);
    }
}

/// Gives files that say nothing the class of those that import them, then of those that they import.
fn spread(files: &[File<'_>], by_path: &BTreeMap<String, usize>, classes: &mut [Option<Class>]) {
    let edges: Vec<(usize, usize)> = files
        .iter()
        .enumerate()
        .flat_map(|(from, file)| {
            let paths = file
                .module
                .imports
                .iter()
                .filter_map(|it| it.path.as_deref());
            paths
                .filter_map(|path| resolve(file.path, path, by_path))
                .map(move |to| (from, to))
                .collect::<Vec<_>>()
        })
        .collect();
    let is_class = |it: Option<Class>| it.filter(|it| *it != Class::Other);
    // Each turn goes one import further; a chain is no longer than there are files.
    for _ in 0..files.len() {
        let before = classes.to_vec();
        for (from, to) in &edges {
            if classes[*to].is_none() {
                classes[*to] = is_class(before[*from]);
            }
        }
        for (from, to) in &edges {
            if classes[*from].is_none() {
                classes[*from] = is_class(before[*to]);
            }
        }
        if before == classes {
            break;
        }
    }
}

/// Finds the file that an import of a path leads to.
fn resolve(from: &str, path: &str, by_path: &BTreeMap<String, usize>) -> Option<usize> {
    if !path.starts_with('.') {
        return None;
    }
    let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
    let target = clean(&format!("{folder}/{path}"));
    let target = match folder {
        "" => target.trim_start_matches('/').to_owned(),
        _ => target,
    };
    by_path
        .get(&target)
        .or_else(|| by_path.get(format!("{target}/default.nix").trim_start_matches('/')))
        .copied()
}

/// Takes `.` and `..` out of a path.
fn clean(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "." => {}
            "" if !parts.is_empty() => {}
            ".." if parts.last().is_some_and(|it| !matches!(*it, ".." | "")) => {
                parts.pop();
            }
            other => parts.push(other),
        }
    }
    parts.join("/")
}

/// What the names of the folders say, and of the file; the nearest counts.
fn folder_class(path: &str) -> Option<Class> {
    path.rsplit('/').find_map(|part| {
        let part = part.strip_suffix(".nix").unwrap_or(part).to_lowercase();
        let words: Vec<&str> = part
            .split(|c: char| !c.is_ascii_alphanumeric())
            .filter(|it| !it.is_empty())
            .collect();
        let is = |names: &[&str]| words.iter().any(|it| names.contains(it));
        if part.contains("darwin") || is(&["macos", "mac"]) {
            Some(Class::Darwin)
        } else if is(&[
            "home",
            "homes",
            "hm",
            "homemanager",
            "homemodules",
            "homemanagermodules",
        ]) {
            Some(Class::Home)
        } else if is(&[
            "pkgs",
            "packages",
            "overlays",
            "overlay",
            "lib",
            "shells",
            "templates",
        ]) {
            Some(Class::Other)
        } else if part.contains("nixos") || is(&["hosts", "machines", "configuration"]) {
            Some(Class::System)
        } else {
            None
        }
    })
}

/// How many files of each class lie below a folder.
struct Neighbours(BTreeMap<String, BTreeMap<Class, usize>>);

impl Neighbours {
    fn count(files: &[File<'_>], classes: &[Option<Class>]) -> Neighbours {
        let mut folders: BTreeMap<String, BTreeMap<Class, usize>> = BTreeMap::new();
        for (file, class) in files.iter().zip(classes) {
            let Some(class) = class.filter(|it| *it != Class::Other) else {
                continue;
            };
            for (at, _) in file.path.match_indices('/') {
                let folder = folders.entry(file.path[..at].to_owned()).or_default();
                *folder.entry(class).or_default() += 1;
            }
        }
        Neighbours(folders)
    }

    /// What most files are in the nearest folder of which any is known.
    fn class(&self, path: &str) -> Class {
        let nearest = path
            .match_indices('/')
            .rev()
            .find_map(|(at, _)| self.0.get(&path[..at]));
        let most = nearest.and_then(|it| it.iter().max_by_key(|(_, count)| **count));
        most.map_or(Class::System, |(class, _)| *class)
    }
}

#[cfg(test)]
mod tests {
    use super::{Class, clean, folder_class};

    #[test]
    fn paths_are_cleaned() {
        for (path, expected) in [
            ("a/./b/../c.nix", "a/c.nix"),
            ("../a/../b", "../b"),
            ("/a//b/..", "/a"),
            ("./a", "a"),
        ] {
            assert_eq!(clean(path), expected);
        }
    }

    #[test]
    fn folders_say_what_their_files_are() {
        for (path, expected) in [
            ("home/nixos/x.nix", Some(Class::System)),
            ("hosts/web/home.nix", Some(Class::Home)),
            ("modules/home-manager/git.nix", Some(Class::Home)),
            ("modules/darwin/dock.nix", Some(Class::Darwin)),
            ("pkgs/x/default.nix", Some(Class::Other)),
            ("modules/git.nix", None),
        ] {
            assert_eq!(folder_class(path), expected, "{path}");
        }
    }
}
