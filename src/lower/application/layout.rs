//! Where the folders of an image are on a machine.
//!
//! - The application's folder is what the option `source` names: a person puts it there, built. A file that the image has
//!   elsewhere (`/entrypoint.sh`) lies beside it, by its name.
//! - A folder that outlives the service is one that systemd makes: `/data` is `/var/lib/<service>`, and what NixOS knows
//!   as it is (`/var/lib/mysql`, `/var/log/shop`) stays.
//! - Where neither the command nor a variable names such a folder, the program has its path built in: the unit sees the
//!   folder at its old path, by `BindPaths`.

use crate::lower::file::asset;
use crate::lower::machine;
use crate::lower::paths::is_below;
use crate::lower::program;
use crate::lower::statement::Statement;
use crate::model::{Application, Command, Content, File, Machine, Text};
use crate::nix::{Expr, StrPart, is_plain_name};

/// Folders in which programs are found by their names.
pub(super) const PROGRAM_FOLDERS: [&str; 6] = [
    "/bin",
    "/sbin",
    "/usr/bin",
    "/usr/sbin",
    "/usr/local/bin",
    "/usr/local/sbin",
];

/// Folders of the system: what lies there is no application's folder.
const SYSTEM: [&str; 16] = [
    "/bin",
    "/boot",
    "/dev",
    "/etc",
    "/lib",
    "/lib64",
    "/proc",
    "/run",
    "/sbin",
    "/sys",
    "/tmp",
    "/usr/bin",
    "/usr/lib",
    "/usr/sbin",
    "/usr/share",
    "/var",
];

/// Folders below those of the system in which applications are.
const APPLICATIONS: [&str; 4] = ["/var/www", "/var/app", "/var/task", "/usr/share/nginx/html"];

/// Folders that every machine has: a volume there says nothing.
const THERE: [&str; 9] = [
    "/dev/shm",
    "/run",
    "/tmp",
    "/var/cache",
    "/var/lib",
    "/var/log",
    "/var/run",
    "/var/tmp",
    "/",
];

/// Names that a module's file has already.
const RESERVED: [&str; 10] = [
    "builtins", "cfg", "config", "false", "lib", "null", "php", "pkgs", "python", "true",
];

/// A folder that outlives the service.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    /// Where the image has it.
    pub(super) path: String,
    pub(super) place: Place,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Every machine has it.
    There,
    /// It is the application's own folder.
    Source,
    /// systemd makes it: the directive, and the folder below the one that the directive is for.
    Made(&'static str, String),
    /// As `Made` by `StateDirectory`, elsewhere than in the image; the paths that name it are changed.
    Moved(String),
    /// As `Moved`, and the unit sees it at its old path.
    Bound(String),
}

/// A script of the recipe as a program of the store.
#[derive(Debug)]
pub(super) struct Script {
    path: String,
    /// What the module calls it.
    pub(super) name: String,
    pub(super) expr: Expr,
}

#[derive(Debug, Default)]
pub(super) struct Layout {
    /// The image's folder for which `source` stands.
    pub(super) root: Option<String>,
    /// Paths of the image beside it, and their names in `source`.
    strays: Vec<(String, String)>,
    /// Scripts that the recipe writes and the service starts, and what has them.
    pub(super) scripts: Vec<Script>,
    /// Paths of the source that neither the command nor a variable names: the program has them built in.
    bound: Vec<String>,
    pub(super) kept: Vec<Kept>,
}

/// What stands for a path of the image.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Target {
    /// Below `source`; empty, or with a slash in front.
    Source(String),
    Machine(String),
}

impl Layout {
    pub(super) fn of(application: &Application, machine: &Machine, name: &str) -> Layout {
        let root = root(application);
        let mut layout = Layout {
            strays: strays(application, root.as_deref()),
            root,
            scripts: scripts(application, machine),
            bound: Vec::new(),
            kept: Vec::new(),
        };
        let strays = layout.strays.iter().map(|(path, _)| path);
        layout.bound = strays
            .chain(&layout.root)
            .filter(|path| !layout.is_found(path, application))
            .cloned()
            .collect();
        let mut paths: Vec<String> = application
            .state
            .iter()
            .map(|it| trimmed(&it.value))
            .collect();
        // A working directory of the system is there only where systemd makes it.
        let directory = application.directory.iter().map(|it| trimmed(&it.value));
        for path in directory {
            let is_source = layout.path(&path).is_some();
            if !is_source && !paths.contains(&path) && layout.usual_place(&path).is_some() {
                paths.push(path);
            }
        }
        let moved: Vec<&String> = paths
            .iter()
            .filter(|path| layout.usual_place(path).is_none())
            .collect();
        let alone = moved.len() == 1;
        for path in &paths {
            let place = layout.usual_place(path).unwrap_or_else(|| {
                let in_source = layout.root.as_ref().is_some_and(|it| is_below(path, it));
                let directory = if alone {
                    name.to_owned()
                } else {
                    format!("{name}/{}", layout.short(path, &moved))
                };
                if !in_source && names(application, path) {
                    Place::Moved(directory)
                } else {
                    Place::Bound(directory)
                }
            });
            layout.kept.push(Kept {
                path: path.clone(),
                place,
            });
        }
        layout
    }

    /// Names a folder among others: by its path in the application's folder, else by its last name where no other has it.
    fn short(&self, path: &str, others: &[&String]) -> String {
        if let Some(rest) = self
            .root
            .as_ref()
            .and_then(|root| path.strip_prefix(root.as_str()))
        {
            return rest.trim_matches('/').to_owned();
        }
        let last = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
        let name = last(path);
        if others.iter().filter(|it| last(it) == name).count() > 1 {
            return path.trim_matches('/').replace('/', "-");
        }
        name
    }

    /// Tells whether a file is a script that the unit has from the store.
    pub(super) fn is_script(&self, path: &str) -> bool {
        self.scripts.iter().any(|it| it.path == path)
    }

    /// Returns the place of a folder that needs no other one.
    fn usual_place(&self, path: &str) -> Option<Place> {
        if THERE.contains(&path) {
            return Some(Place::There);
        }
        // What holds the application cannot be elsewhere than it.
        if self.root.as_ref().is_some_and(|root| is_below(root, path)) {
            return Some(Place::Source);
        }
        for (folder, directive) in [
            ("/var/lib/", "StateDirectory"),
            ("/var/cache/", "CacheDirectory"),
            ("/var/log/", "LogsDirectory"),
            ("/var/run/", "RuntimeDirectory"),
            ("/run/", "RuntimeDirectory"),
            ("/etc/", "ConfigurationDirectory"),
        ] {
            if let Some(rest) = path.strip_prefix(folder) {
                return Some(Place::Made(directive, rest.to_owned()));
            }
        }
        None
    }

    /// Tells whether systemd makes a folder of a name in /var/lib, or below it.
    pub(super) fn keeps(&self, name: &str) -> bool {
        self.kept.iter().any(|it| match &it.place {
            Place::Moved(directory) | Place::Bound(directory) => is_below(directory, name),
            Place::Made(directive, directory) => {
                *directive == "StateDirectory" && is_below(directory, name)
            }
            Place::There | Place::Source => false,
        })
    }

    /// Tells whether systemd makes a folder that is to be kept, as the unit asks.
    pub(super) fn is_made(&self, path: &str) -> bool {
        let path = trimmed(path);
        self.kept.iter().any(|it| {
            it.path == path
                && matches!(
                    it.place,
                    Place::Made(..) | Place::Moved(_) | Place::Bound(_)
                )
        })
    }

    /// Tells whether a folder that is to be kept is the application's own.
    pub(super) fn keeps_in_source(&self, path: &str) -> bool {
        let path = trimmed(path);
        let mut kept = self.kept.iter();
        kept.any(|it| it.path == path && it.place == Place::Source)
    }

    pub(super) fn has_source(&self) -> bool {
        self.root.is_some() || !self.strays.is_empty()
    }

    /// Returns the paths beside the application's folder, and their names in `source`.
    pub(super) fn strays(&self) -> impl Iterator<Item = (&str, &str)> {
        let strays = self.strays.iter();
        strays.map(|(path, name)| (path.as_str(), name.as_str()))
    }

    /// Returns what a unit has to see where the image has it, so that a part of the source is there.
    pub(super) fn bound(&self, path: &str) -> Option<&str> {
        let mut bound = self.bound.iter().map(String::as_str);
        bound.find(|it| is_below(path, it))
    }

    /// Tells whether the service finds a part of the source where `source` has it.
    fn is_found(&self, path: &str, application: &Application) -> bool {
        let in_root = self.root.as_ref().is_some_and(|root| {
            is_below(path, root) && (application.directory.is_some() || names(application, root))
        });
        let name = path.rsplit('/').next().unwrap_or_default();
        in_root || names(application, path) || starts(application, name)
    }

    fn target(&self, path: &str) -> Option<Target> {
        let root = self.root.iter().map(|root| (root.as_str(), None));
        let strays = self
            .strays
            .iter()
            .map(|(path, name)| (path.as_str(), Some(Target::Source(format!("/{name}")))));
        let kept = self.kept.iter().filter_map(|kept| match &kept.place {
            Place::Moved(directory) => Some((
                kept.path.as_str(),
                Some(Target::Machine(format!("/var/lib/{directory}"))),
            )),
            Place::There | Place::Source | Place::Made(..) | Place::Bound(_) => None,
        });
        let (prefix, target) = root
            .chain(strays)
            .chain(kept)
            .filter(|(prefix, _)| is_below(path, prefix))
            .max_by_key(|(prefix, _)| prefix.len())?;
        let rest = &path[prefix.len()..];
        Some(match target {
            None => Target::Source(rest.to_owned()),
            Some(Target::Source(folder)) => Target::Source(format!("{folder}{rest}")),
            Some(Target::Machine(folder)) => Target::Machine(format!("{folder}{rest}")),
        })
    }

    /// Makes what stands for a path; `None` where the machine has it, or has it not, as the image does.
    pub(super) fn path(&self, path: &str) -> Option<Vec<StrPart>> {
        if let Some(script) = self.scripts.iter().find(|it| it.path == path) {
            return Some(vec![StrPart::Splice(Expr::select(&script.name))]);
        }
        Some(match self.target(&trimmed(path))? {
            Target::Machine(path) => vec![StrPart::Literal(path)],
            Target::Source(rest) => {
                let mut parts = vec![StrPart::Splice(Expr::select("cfg.source"))];
                if !rest.is_empty() {
                    parts.push(StrPart::Literal(rest));
                }
                parts
            }
        })
    }

    /// Replaces the paths of the image in parts of a string.
    pub(super) fn replaced(&self, parts: &[StrPart]) -> Vec<StrPart> {
        let mut out = Vec::new();
        for part in parts {
            let StrPart::Literal(text) = part else {
                out.push(part.clone());
                continue;
            };
            let mut from = 0;
            for (start, end) in paths_in(text) {
                let Some(path) = self.path(&text[start..end]) else {
                    continue;
                };
                out.push(StrPart::Literal(text[from..start].to_owned()));
                out.extend(path);
                from = start + trimmed(&text[start..end]).len();
            }
            out.push(StrPart::Literal(text[from..].to_owned()));
        }
        program::joined(out)
    }

    /// Replaces the paths in a text: those of the image, then those of programs.
    pub(super) fn text(&self, text: &str, statement: &mut Statement) -> Vec<StrPart> {
        let mut parts = Vec::new();
        let mut from = 0;
        for (start, end) in paths_in(text) {
            let Some(path) = self.path(&text[start..end]) else {
                continue;
            };
            parts.extend(program::splice(&text[from..start]).parts_told(statement));
            parts.extend(path);
            from = start + trimmed(&text[start..end]).len();
        }
        parts.extend(program::splice(&text[from..]).parts_told(statement));
        program::joined(parts)
    }
}

/// Finds the absolute paths of a text: where they start and end. What follows `://` is the name of a machine.
fn paths_in(text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = text[from..].find('/').map(|at| from + at) {
        let slashes = text[at..].bytes().take_while(|it| *it == b'/').count();
        let start = at + slashes - 1;
        let end = text[start..]
            .find(|c: char| !(c.is_ascii_alphanumeric() || "/._-+@".contains(c)))
            .map_or(text.len(), |length| start + length);
        let before = text[..at].chars().next_back();
        let is_inside = before.is_some_and(|c| c.is_ascii_alphanumeric() || "._-$})~".contains(c));
        let is_address = slashes == 2 && before == Some(':');
        if !is_inside && !is_address && end > start + 1 {
            found.push((start, end));
        }
        from = end.max(start + 1);
    }
    found
}

/// Returns the image's folder that holds the application.
///
/// It is the working directory, unless that is a folder of the system without anything of the source in it; else the
/// first folder that is copied to where no system has its own; else where the program that is started was put.
fn root(application: &Application) -> Option<String> {
    let sources = || application.source.iter().map(|it| &it.value);
    let kept = |path: &str| {
        application
            .state
            .iter()
            .any(|it| trimmed(&it.value) == path)
    };
    if let Some(directory) = &application.directory {
        let directory = trimmed(&directory.value);
        let above = sources()
            .filter(|it| it.folder && it.path != "/" && is_below(&directory, &it.path))
            .min_by_key(|it| it.path.len());
        if let Some(above) = above {
            return Some(above.path.clone());
        }
        let holds = sources().any(|it| is_below(&it.path, &directory));
        if directory != "/" && (holds || (!is_system(&directory) && !kept(&directory))) {
            return Some(directory);
        }
    }
    let copied = sources().find(|it| it.folder && it.path != "/" && !is_system(&it.path));
    if let Some(copied) = copied {
        return Some(copied.path.clone());
    }
    let command = &application.command.as_ref()?.value;
    let folder = words(command)
        .iter()
        .filter_map(|word| word.plain())
        .filter(|word| sources().any(|it| it.path == *word))
        .filter_map(|word| word.rsplit_once('/').map(|(folder, _)| folder))
        .find(|folder| !folder.is_empty() && !is_system(folder) && *folder != "/usr/local/bin");
    folder.map(str::to_owned)
}

/// Returns what is copied elsewhere than into the application's folder, with a name for each. Several files of one
/// folder are that folder.
fn strays(application: &Application, root: Option<&str>) -> Vec<(String, String)> {
    let is_stray = |path: &str| path != "/" && !root.is_some_and(|root| is_below(path, root));
    let sources = || {
        let paths = application.source.iter().map(|it| it.value.path.as_str());
        paths.filter(|path| is_stray(path))
    };
    let mut strays: Vec<(String, String)> = Vec::new();
    for path in sources() {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let is_shared = folder.matches('/').count() > 1
            && !PROGRAM_FOLDERS.contains(&folder)
            && sources().any(|other| {
                other != path && other.rsplit_once('/').is_some_and(|(it, _)| it == folder)
            });
        let path = if is_shared { folder } else { path };
        if strays.iter().any(|(it, _)| it == path) {
            continue;
        }
        let name = path.rsplit('/').next().unwrap_or_default();
        let is_taken = strays.iter().any(|(_, other)| other == name);
        let name = if is_taken {
            path.trim_matches('/').replace('/', "-")
        } else {
            name.to_owned()
        };
        strays.push((path.to_owned(), name));
    }
    strays
}

fn is_system(path: &str) -> bool {
    let below = |folders: &[&str]| folders.iter().any(|it| is_below(path, it));
    below(&SYSTEM) && !below(&APPLICATIONS)
}

/// Tells whether the command or a variable names a path.
fn names(application: &Application, path: &str) -> bool {
    let values = application.environment.iter().map(|it| &it.value.value);
    let command = application.command.iter();
    let words = command.flat_map(|it| words(&it.value));
    values.chain(words).any(|text| {
        let text = text.to_string();
        paths_in(&text)
            .iter()
            .any(|(start, end)| is_below(&text[*start..*end], path))
    }) || application
        .directory
        .as_ref()
        .is_some_and(|it| is_below(&it.value, path))
}

/// Tells whether the command, or the check of its health, names a file as a program or as one of its words.
fn is_started(path: &str, application: &Application) -> bool {
    let commands = application.command.iter().map(|it| &it.value);
    let health = application.health.iter().map(|it| &it.value.command);
    let in_path = path
        .rsplit_once('/')
        .filter(|(folder, _)| PROGRAM_FOLDERS.contains(folder));
    commands.chain(health).flat_map(words).any(|word| {
        let word = word.to_string();
        word.split(|c: char| c.is_whitespace() || ";|&()".contains(c))
            .any(|it| it == path || in_path.is_some_and(|(_, name)| it == name))
    })
}

/// Returns the shell scripts that the service starts, each with a name of its own.
fn scripts(application: &Application, machine: &Machine) -> Vec<Script> {
    let mut scripts: Vec<Script> = Vec::new();
    let started = machine::files(machine).filter(|file| is_started(&file.path, application));
    for mut script in started.filter_map(script) {
        while scripts.iter().any(|it| it.name == script.name) {
            script.name.push_str("-other");
        }
        scripts.push(script);
    }
    scripts
}

/// Makes a shell script a program of the store; `None` for any other file, and where its first line asks for more.
fn script(file: &File) -> Option<Script> {
    let Content::Text(text) = &file.content else {
        return None;
    };
    let text = text.plain()?;
    let mut first = text.lines().next()?.strip_prefix("#!")?.split_whitespace();
    let mut shell = first.next()?;
    if shell == "/usr/bin/env" {
        shell = first.next()?;
    }
    let shell = shell.rsplit('/').next().unwrap_or(shell);
    if !matches!(shell, "sh" | "bash" | "ash" | "dash") || first.next().is_some() {
        return None;
    }
    let file_name = file.path.rsplit('/').next().unwrap_or_default();
    let stem = file_name.split('.').next().unwrap_or_default();
    let asset = Expr::Asset(asset(&file.path, text.as_bytes()));
    let content = Expr::apply("builtins.readFile", vec![asset]);
    let arguments = vec![Expr::str(file_name), content];
    Some(Script {
        path: file.path.clone(),
        name: if is_plain_name(stem) && !RESERVED.contains(&stem) {
            stem.to_owned()
        } else {
            let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
            format!("script-{}", stem.chars().map(plain).collect::<String>())
        },
        expr: Expr::apply("pkgs.writeShellScript", arguments),
    })
}

/// Tells whether the command names a program by its name alone.
fn starts(application: &Application, name: &str) -> bool {
    let command = application.command.iter();
    let mut words = command.flat_map(|it| words(&it.value));
    words.any(|word| {
        let word = word.to_string();
        word.split_whitespace().any(|it| it == name)
    })
}

fn words(command: &Command) -> Vec<&Text> {
    match command {
        Command::Words(words) => words.iter().collect(),
        Command::Script { text, .. } => vec![text],
    }
}

pub(super) fn trimmed(path: &str) -> String {
    let path = path.trim_end_matches('/');
    if path.is_empty() { "/" } else { path }.to_owned()
}

#[cfg(test)]
mod tests {
    use super::paths_in;

    #[test]
    fn paths_stand_behind_what_is_no_part_of_them() {
        for (text, paths) in [
            ("/app/x --to=/data/", vec!["/app/x", "/data/"]),
            ("sqlite:////data/x.db?a=/b", vec!["/data/x.db", "/b"]),
            ("http://app/x file:///app/y", vec!["/app/y"]),
            ("a/b $HOME/x ~/y //z", vec!["/z"]),
            ("/", vec![]),
        ] {
            let found: Vec<&str> = paths_in(text)
                .iter()
                .map(|(start, end)| &text[*start..*end])
                .collect();
            assert_eq!(found, paths, "{text}");
        }
    }
}
