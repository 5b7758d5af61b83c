//! What a unit means: its directives by section, merged as systemd merges them, in one spelling.

use std::collections::{BTreeMap, BTreeSet};

use crate::effect::compare::programs_alike;
use crate::syntax::systemd_words::{Atom, words};
use crate::syntax::unit;
use crate::syntax::unit_directive::{Merge, boolean, merge, microseconds, today, words_apart};

/// Section and directive, and all that counts of it.
pub type Meaning = BTreeMap<(String, String), Vec<String>>;

/// A directive that is not the same in both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    pub section: String,
    pub directive: String,
    pub source: Vec<String>,
    pub nixos: Vec<String>,
}

/// A difference that is meant, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Noise {
    /// NixOS has no folders of programs that all services search: it gives each service the path of its packages
    /// (systemd-lib.nix, `stage2ServiceConfig`), so a PATH that the source does not set, or sets to folders of the
    /// distribution, is another one there.
    Path,
    /// What switch-to-configuration reads (`X-Restart-Triggers` and its like) is nothing to systemd, and so are other
    /// sections and directives whose names begin with `X-` (systemd.unit(5)).
    Extension,
    /// Variables with secrets are in a file below /run/secrets, which `EnvironmentFile` reads.
    Secret,
    /// systemd hands sockets over in the order of their lines; NixOS writes them by kind (`socketToUnit`). Programs
    /// tell them apart by kind, address or name (sd_is_socket(3)); that they do is an assumption of the translation.
    SocketOrder,
}

impl Noise {
    pub fn name(self) -> &'static str {
        match self {
            Noise::Path => "path",
            Noise::Extension => "extension",
            Noise::Secret => "secret",
            Noise::SocketOrder => "socket-order",
        }
    }
}

/// Reads the meaning of a unit's text; `[Install]` is left out, its links say what it comes to.
pub fn meaning(text: &str) -> Meaning {
    let mut all = Meaning::new();
    for section in unit::read(text).sections {
        if section.name == "Install" {
            continue;
        }
        for directive in section.directives {
            let value = directive.value.as_str();
            let (section, name) = today(&section.name, &directive.key);
            // systemd.service(5): "a shorthand for configuring both".
            let names: &[&str] = match (section, name) {
                ("Service", "TimeoutSec") => &["TimeoutStartSec", "TimeoutStopSec"],
                _ => &[name],
            };
            let is_condition = name.starts_with("Condition") || name.starts_with("Assert");
            if is_condition && value.is_empty() {
                // systemd.unit(5): "the list of conditions is reset completely (...) of any kind".
                let kind = &name[..6];
                all.retain(|(_, it), _| !it.starts_with(kind));
                continue;
            }
            for name in names {
                let key = (section.to_owned(), (*name).to_owned());
                assign(all.entry(key).or_default(), name, value);
            }
        }
    }
    all.retain(|_, values| !values.is_empty());
    for ((_, name), values) in &mut all {
        if merge(name) == Merge::Dependency {
            // A set: systemd keeps dependencies in hash tables.
            values.sort();
            values.dedup();
        }
    }
    all
}

fn assign(values: &mut Vec<String>, name: &str, value: &str) {
    if value.is_empty() && merge(name) != Merge::Dependency {
        values.clear();
        return;
    }
    match merge(name) {
        Merge::Last => *values = vec![spelled(name, value)],
        Merge::Each if name == "Environment" => assign_variables(values, value),
        Merge::Each => values.push(spelled(name, value)),
        Merge::Words | Merge::Dependency => {
            values.extend(value.split_whitespace().map(str::to_owned));
        }
    }
}

/// systemd.exec(5), Environment=: "If the same variable is set twice, the later setting will override the earlier".
fn assign_variables(values: &mut Vec<String>, value: &str) {
    let atoms: Vec<Atom> = value.chars().map(Atom::Char).collect();
    for word in words(&atoms).unwrap_or_default() {
        let word: String = word
            .into_iter()
            .filter_map(|atom| match atom {
                Atom::Char(c) => Some(c),
                Atom::Hole(_) => None,
            })
            .collect();
        // What is no assignment is ignored, with a warning.
        let Some((name, _)) = word.split_once('=') else {
            continue;
        };
        let head = format!("{name}=");
        values.retain(|it| !it.starts_with(&head));
        values.push(programs_alike(&word));
    }
    values.sort();
}

/// One spelling for values that mean the same.
fn spelled(name: &str, value: &str) -> String {
    if let Some(value) = boolean(name, value) {
        return value.to_string();
    }
    if name == "StartLimitIntervalSec" {
        // It is an option of whole seconds on NixOS.
        return microseconds(value).map_or_else(|| value.to_owned(), |it| format!("{it} us"));
    }
    if name.starts_with("Exec") && !matches!(name, "ExecPaths" | "ExecSearchPath") {
        return command(value);
    }
    programs_alike(&words_apart(value))
}

/// A program without a path is looked for in folders of the distribution (systemd.service(5)), so it is that program.
fn command(value: &str) -> String {
    let value = words_apart(value);
    let head = value.trim_start_matches(['@', '-', ':', '+', '!', '|']);
    let marks = &value[..value.len() - head.len()];
    let end = head.find(char::is_whitespace).unwrap_or(head.len());
    let (program, rest) = head.split_at(end);
    let rest = programs_alike(rest);
    let name = program.trim_matches(['"', '\'']);
    if name.is_empty() || name.contains(['/', '$', '%', '{']) {
        return format!("{marks}{}{rest}", programs_alike(name));
    }
    format!(
        "{marks}{}{rest}",
        programs_alike(&format!("/usr/bin/{name}"))
    )
}

/// Compares what two units mean.
pub fn compare(source: &str, nixos: &str) -> (Vec<Difference>, BTreeSet<Noise>) {
    let (of_source, of_nixos) = (meaning(source), meaning(nixos));
    let keys: BTreeSet<&(String, String)> = of_source.keys().chain(of_nixos.keys()).collect();
    let mut differences = Vec::new();
    let mut noise = BTreeSet::new();
    for key in keys {
        let (section, directive) = key;
        let mut source = of_source.get(key).cloned().unwrap_or_default();
        let mut nixos = of_nixos.get(key).cloned().unwrap_or_default();
        if directive == "Environment" && take_path(&mut source, &mut nixos) {
            noise.insert(Noise::Path);
        }
        if source == nixos {
            continue;
        }
        if section.starts_with("X-") || directive.starts_with("X-") {
            noise.insert(Noise::Extension);
            continue;
        }
        differences.push(Difference {
            section: section.clone(),
            directive: directive.clone(),
            source,
            nixos,
        });
    }
    take_secrets(&mut differences, &mut noise);
    if differences.is_empty() && listens(source) != listens(nixos) {
        noise.insert(Noise::SocketOrder);
    }
    (differences, noise)
}

/// Takes the PATH of NixOS away, and folders of the distribution from that of the source; what else is in it must stay.
fn take_path(source: &mut Vec<String>, nixos: &mut Vec<String>) -> bool {
    const OF_DISTRIBUTION: [&str; 5] = ["/usr/", "/bin", "/sbin", "/snap", "/run/"];
    let take = |values: &mut Vec<String>| {
        let at = values.iter().position(|it| it.starts_with("PATH="))?;
        Some(values.remove(at))
    };
    let (of_source, of_nixos) = (take(source), take(nixos));
    let found = of_nixos.is_some() || of_source.is_some();
    let own = |path: Option<String>| -> Vec<String> {
        path.iter()
            .flat_map(|it| it.trim_start_matches("PATH=").split(':'))
            .filter(|it| !it.is_empty() && !it.starts_with("${"))
            .filter(|it| !OF_DISTRIBUTION.iter().any(|start| it.starts_with(start)))
            .map(str::to_owned)
            .collect()
    };
    let (of_source, mut of_nixos) = (own(of_source), own(of_nixos));
    // The option `path` brings the folder `sbin` along with `bin` (systemd-lib.nix, `serviceConfig`).
    let brought: Vec<String> = of_nixos
        .iter()
        .filter_map(|it| Some(format!("{}/sbin", it.strip_suffix("/bin")?)))
        .collect();
    of_nixos.retain(|it| of_source.contains(it) || !brought.contains(it));
    for (values, folders) in [(source, of_source), (nixos, of_nixos)] {
        if !folders.is_empty() {
            values.push(format!("PATH={}", folders.join(":")));
        }
    }
    found
}

/// Files below /run/secrets: those of the source that are put there, and those for variables that the source has.
fn take_secrets(differences: &mut Vec<Difference>, noise: &mut BTreeSet<Noise>) {
    let is_secret = |file: &String| file.trim_start_matches('-').starts_with("/run/secrets/");
    let file_name = |file: &str| file.rsplit('/').next().unwrap_or_default().to_owned();
    let Some(files) = differences
        .iter_mut()
        .find(|it| it.directive == "EnvironmentFile" && it.nixos.iter().any(is_secret))
    else {
        return;
    };
    let mut for_variables = false;
    for file in std::mem::take(&mut files.nixos) {
        if !is_secret(&file) {
            files.nixos.push(file);
            continue;
        }
        let name = file_name(&file);
        match files.source.iter().position(|it| file_name(it) == name) {
            Some(at) => {
                files.source.remove(at);
            }
            None => for_variables = true,
        }
    }
    if let Some(variables) = differences
        .iter_mut()
        .find(|it| for_variables && it.directive == "Environment")
    {
        let nixos = &variables.nixos;
        variables.source.retain(|it| nixos.contains(it));
    }
    differences.retain(|it| it.source != it.nixos);
    noise.insert(Noise::Secret);
}

fn listens(text: &str) -> Vec<(String, String)> {
    let sections = unit::read(text).sections.into_iter();
    let directives = sections.flat_map(|it| it.directives);
    let listens = directives.filter(|it| it.key.starts_with("Listen"));
    listens.map(|it| (it.key, it.value)).collect()
}

#[cfg(test)]
mod tests {
    use super::{Noise, compare};

    fn check(source: &str, nixos: &str, expected: &[&str], noises: &[Noise]) {
        let (differences, noise) = compare(source, nixos);
        let shown: Vec<String> = differences
            .iter()
            .map(|it| {
                format!(
                    "{}.{}: {:?} {:?}",
                    it.section, it.directive, it.source, it.nixos
                )
            })
            .collect();
        assert_eq!(shown, expected);
        assert_eq!(noise.into_iter().collect::<Vec<_>>(), noises);
    }

    #[test]
    fn units_are_compared_by_what_they_mean() {
        check(
            "[Unit]\nAfter=a.service\nAfter=\nAfter=b.service a.service\n[Service]\nExecStart=\nExecStart=/usr/bin/x   -y\n\
             TimeoutSec=5\nPrivateTmp=yes\nStartLimitInterval=1min\nUser=x\nUser=\n[Install]\nWantedBy=x.target\n",
            "[Unit]\nAfter=a.service b.service\nStartLimitIntervalSec=60\n[Service]\nExecStart=${pkgs.x}/bin/x -y\n\
             TimeoutStartSec=5\nTimeoutStopSec=5\nPrivateTmp=true\nEnvironment=\"PATH=${pkgs.coreutils}/bin\"\n",
            &[],
            &[Noise::Path],
        );
        check(
            "[Service]\nTimeoutStartSec=1\nTimeoutSec=5\nEnvironment=A=1 B=2\nEnvironment=A=3\nExecStart=x '$a  b'",
            "[Service]\nTimeoutSec=5\nTimeoutStartSec=1\nEnvironment=\"A=1\"\nEnvironment=\"B=2\"\nExecStart=${pkgs.x}/bin/x '$a b'",
            &[
                r#"Service.Environment: ["A=3", "B=2"] ["A=1", "B=2"]"#,
                r#"Service.ExecStart: ["<program x> '$a  b'"] ["<program x> '$a b'"]"#,
                r#"Service.TimeoutStartSec: ["5"] ["1"]"#,
            ],
            &[],
        );
    }

    #[test]
    fn a_path_of_ones_own_counts() {
        check(
            "[Service]\nEnvironment=PATH=/opt/x/bin:/usr/bin:/bin",
            "[Service]\nEnvironment=\"PATH=${pkgs.coreutils}/bin\"",
            &[r#"Service.Environment: ["PATH=/opt/x/bin"] []"#],
            &[Noise::Path],
        );
    }
}
