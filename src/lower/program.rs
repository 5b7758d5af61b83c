//! Programs by their paths: `/usr/bin/node` to `${pkgs.nodejs}/bin/node`.
//!
//! The table is rules/nixos/programs.json: package attributes (or a folder that has `bin`) to their programs, programs that
//! have another name there, folders of packages that are no programs, and the programs that no NixOS has, with the reason.

use std::sync::LazyLock;

use regex::Regex;

use super::machine;
use super::paths;
use super::statement::{Left, Statement};
use crate::account::Code;
use crate::model::{Command, Family, Machine};
use crate::nix::{Expr, StrPart};
use crate::rules::{self, Attribute, Kind, PROGRAMS};
use crate::source;

/// What every NixOS has at its usual path.
const KEPT: [&str; 2] = ["/bin/sh", "/usr/bin/env"];

/// A text whose program paths are spliced in.
#[derive(Debug, Default)]
pub(super) struct Spliced {
    pub(super) parts: Vec<StrPart>,
    /// Paths and the expressions that stand for their packages.
    known: Vec<(String, String)>,
    unknown: Vec<String>,
    /// Paths that are no programs, and not on NixOS.
    missing: Vec<String>,
}

static PATH: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?:/usr)?/s?bin/([A-Za-z0-9_\[][A-Za-z0-9._+-]*)").ok());

static OWN: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"/usr/local/s?bin/([A-Za-z0-9_][A-Za-z0-9._+-]*)").ok());

static MISSING: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"/(?:usr/(?:lib|lib32|lib64|libexec|share)|lib|lib64)/[A-Za-z0-9_][A-Za-z0-9._/@+-]*",
    )
    .ok()
});

/// Returns the attribute or folder that has a program.
pub(super) fn package_of(program: &str) -> Option<&'static str> {
    let named = PROGRAMS.named.get(program).map(|(package, _)| package);
    let package = PROGRAMS.packages.get(program).or(named)?;
    Some(package)
}

/// As `package_of`, and where the table of programs has none, the package of the program's own name.
pub(super) fn likely_package_of(program: &str) -> Option<String> {
    if let Some(package) = package_of(program) {
        return Some(package.to_owned());
    }
    of_table(program, Family::Other)
}

/// Returns the package that the table has for a name, where it has something to run.
pub(super) fn of_table(name: &str, family: Family) -> Option<String> {
    let found = rules::package(name, family)?;
    let runs = matches!(
        found.kind,
        Kind::Program | Kind::Service | Kind::Module | Kind::Runtime
    );
    match found.attribute {
        Attribute::Known(attr) if runs && !is_part_of_nginx(&attr) => Some(attr),
        Attribute::Known(_) | Attribute::Unknown => None,
    }
}

/// Tells whether an attribute says how a module of nginx is built: that is no package (pkgs/servers/http/nginx/modules.nix).
pub(super) fn is_part_of_nginx(attribute: &str) -> bool {
    attribute.starts_with("nginxModules.")
}

/// Says why NixOS cannot have a program, given by name or path.
pub(super) fn foreign(program: &str) -> Option<&'static str> {
    let name = program.rsplit('/').next().unwrap_or(program);
    PROGRAMS.foreign.get(name).map(String::as_str)
}

/// Makes the package of a row of the table an expression; `None` for a folder.
pub(super) fn package_expr(package: &str) -> Option<Expr> {
    (!package.starts_with('/')).then(|| Expr::package(package))
}

/// Makes the path of a program, by the name that it has in its package.
pub(super) fn program_parts(program: &str, package: &str) -> Vec<StrPart> {
    let named = PROGRAMS.named.get(program);
    let program = named
        .filter(|it| it.0 == package)
        .map_or(program, |(_, name)| name);
    match package_expr(package) {
        None => vec![StrPart::Literal(format!("{package}/bin/{program}"))],
        Some(expr) => vec![
            StrPart::Splice(expr),
            StrPart::Literal(format!("/bin/{program}")),
        ],
    }
}

/// Replaces the paths of known programs in a text, and those of folders that packages have elsewhere.
pub(super) fn splice(text: &str) -> Spliced {
    let mut spliced = Spliced::default();
    let mut from = 0;
    for (start, path) in foreign_paths(text) {
        let Some((package, parts)) = parts_of(path) else {
            let list = match name_of(path) {
                Some(_) => &mut spliced.unknown,
                None => &mut spliced.missing,
            };
            push_new(list, path.to_owned());
            continue;
        };
        push_literal(&mut spliced.parts, &text[from..start]);
        spliced.parts.extend(parts);
        from = start + path.len();
        push_new(&mut spliced.known, (path.to_owned(), package));
    }
    push_literal(&mut spliced.parts, &text[from..]);
    spliced
}

/// What may be replaced in a text as a whole: the known paths that are no part of another word, and what replaces them.
pub(super) fn replacements(text: &str, statement: &mut Statement) -> Vec<(String, Expr)> {
    let found = foreign_paths(text);
    let mut list: Vec<(String, Expr)> = Vec::new();
    for (_, path) in &found {
        let alone = found.iter().filter(|(_, other)| other == path).count();
        if list.iter().any(|(done, _)| done == path) || text.matches(path).count() != alone {
            continue;
        }
        if let Some((package, parts)) = parts_of(path) {
            take(path, &package, statement);
            list.push(((*path).to_owned(), Expr::Str(joined(parts))));
        }
    }
    list
}

/// Says why a link to a program in a folder of programs is none on NixOS, where a package has the program.
pub(super) fn needs_no_link(path: &str, target: &str) -> Option<String> {
    name_of(path)?;
    let name = match target.rsplit_once('/') {
        Some(_) => name_of(target)?,
        None => target,
    };
    let package = package_of(name)?;
    Some(format!(
        "nothing on NixOS looks for programs there: `{name}` is that of pkgs.{package}"
    ))
}

/// Replaces the paths of links of the machine by what they lead to, where that is no path of a package.
pub(super) fn follow(text: &str, machine: &Machine) -> String {
    let mut out = String::new();
    let mut from = 0;
    for (start, path) in foreign_paths(text) {
        if let Some(target) = target_of(path, machine) {
            out.push_str(&text[from..start]);
            out.push_str(&target);
            from = start + path.len();
        }
    }
    out.push_str(&text[from..]);
    unmade(&out, machine)
}

/// Takes programs below /usr/local that nothing of the machine puts there for those of the distribution, where a package
/// has them: somebody installed them by hand.
fn unmade(text: &str, machine: &Machine) -> String {
    let mut out = String::new();
    let mut from = 0;
    let found = OWN.iter().flat_map(|pattern| pattern.captures_iter(text));
    for (whole, name) in found.filter_map(|it| Some((it.get(0)?, it.get(1)?))) {
        let is_alone = stands_alone(text, whole.start(), whole.end());
        if is_alone
            && likely_package_of(name.as_str()).is_some()
            && !is_made(whole.as_str(), machine)
        {
            out.push_str(&text[from..whole.start()]);
            out.push_str("/usr/bin/");
            out.push_str(name.as_str());
            from = whole.end();
        }
    }
    out.push_str(&text[from..]);
    out
}

/// Tells whether a file, a link or a step of the machine may put something at a path.
fn is_made(path: &str, machine: &Machine) -> bool {
    let mut steps = machine::steps(machine);
    machine::files(machine).any(|it| it.path == path)
        || machine::links(machine).any(|it| it.path == path)
        || steps.any(|(_, step)| {
            let is_named = match &step.command {
                Command::Words(words) => words.iter().any(|it| it.to_string().contains(path)),
                Command::Script { text, .. } => text.to_string().contains(path),
            };
            is_named || step.creates.as_deref() == Some(path)
        })
}

fn target_of(path: &str, machine: &Machine) -> Option<String> {
    const MOST: usize = 8;
    let mut at = path.to_owned();
    for _ in 0..MOST {
        let link = machine::links(machine).find(|it| it.path == at);
        let Some(link) = link else { break };
        at = source::absolute(at.rsplit_once('/')?.0, &link.target);
    }
    (at != path).then_some(at)
}

/// Finds the paths in a text that NixOS has not, in order.
fn foreign_paths(text: &str) -> Vec<(usize, &str)> {
    let programs = PATH.iter().flat_map(|pattern| pattern.find_iter(text));
    let others = MISSING.iter().flat_map(|pattern| pattern.find_iter(text));
    let mut found: Vec<(usize, &str)> = programs
        .chain(others)
        .filter(|it| stands_alone(text, it.start(), it.end()) && !KEPT.contains(&it.as_str()))
        .map(|it| (it.start(), it.as_str()))
        .collect();
    found.sort_unstable();
    found
}

/// Returns the program that a path in a folder of programs names.
fn name_of(path: &str) -> Option<&str> {
    let (folder, name) = path.rsplit_once('/')?;
    matches!(folder, "/bin" | "/sbin" | "/usr/bin" | "/usr/sbin").then_some(name)
}

/// Returns the package that has what a path leads to, and the path there.
fn parts_of(path: &str) -> Option<(String, Vec<StrPart>)> {
    if let Some(name) = name_of(path) {
        let package = likely_package_of(name)?;
        let parts = program_parts(name, &package);
        return Some((package, parts));
    }
    let (folder, (package, place)) = PROGRAMS
        .files
        .iter()
        .find(|(folder, _)| paths::is_below(path, folder))?;
    let rest = format!("{place}{}", &path[folder.len()..]);
    let parts = vec![
        StrPart::Splice(Expr::package(package)),
        StrPart::Literal(rest),
    ];
    Some((package.clone(), parts))
}

impl Spliced {
    /// Returns the first path that nothing on NixOS has.
    pub(super) fn broken(&self) -> Option<&str> {
        let mut all = self.unknown.iter().chain(&self.missing);
        all.next().map(String::as_str)
    }

    /// Hands over the parts of a text in which a path may be of any use: what is not known stays as it is.
    pub(super) fn known_parts(self, statement: &mut Statement) -> Vec<StrPart> {
        for (path, package) in &self.known {
            take(path, package, statement);
        }
        self.parts
    }

    /// Hands over the expression, and tells the statement what it rests on.
    pub(super) fn told(self, statement: &mut Statement) -> Expr {
        Expr::Str(joined(self.parts_told(statement)))
    }

    /// As `told`, for a part of a string.
    pub(super) fn parts_told(mut self, statement: &mut Statement) -> Vec<StrPart> {
        for path in std::mem::take(&mut self.unknown) {
            statement.left.push(
                Left::new(
                    Code::PackageUnknown,
                    format!("NixOS has no `{path}`, and no package is known here for it"),
                )
                .cure("Find its package at https://search.nixos.org/packages and write ${pkgs.name}/bin/..."),
            );
        }
        for path in std::mem::take(&mut self.missing) {
            let reason =
                format!("`{path}` is not on NixOS: the files of packages live in the Nix store");
            statement.left.push(
                Left::new(Code::CannotState, reason)
                    .cure("Write the path below ${pkgs.name} of the package that brings it."),
            );
        }
        self.known_parts(statement)
    }
}

/// Notes what a replaced path rests on: nothing, where every machine has the same program.
pub(super) fn take(path: &str, package: &str, statement: &mut Statement) {
    if !rules::PROGRAMS.everywhere.contains(package) {
        statement.assume(claim(path, package));
    }
}

/// Says what a replaced path rests on.
pub(super) fn claim(path: &str, package: &str) -> String {
    let whole = if package.starts_with('/') {
        package.to_owned()
    } else {
        format!("pkgs.{package}")
    };
    format!("`{path}` is taken from `{whole}`")
}

/// Joins literals that stand beside each other.
pub(super) fn joined(parts: Vec<StrPart>) -> Vec<StrPart> {
    let mut out: Vec<StrPart> = Vec::new();
    for part in parts {
        match (out.last_mut(), part) {
            (Some(StrPart::Literal(last)), StrPart::Literal(text)) => last.push_str(&text),
            (_, part) => out.push(part),
        }
    }
    out
}

/// A path inside a longer one (`/opt/bin/x`, `$HOME/bin/x`, `/usr/bin/x/y`) is none of the system's programs.
fn stands_alone(text: &str, start: usize, end: usize) -> bool {
    let before = text[..start].chars().next_back();
    let free = before.is_none_or(|c| c.is_whitespace() || "\"'=;|&(`!@+:-<>,{[".contains(c));
    free && !text[end..].starts_with('/')
}

fn push_literal(parts: &mut Vec<StrPart>, text: &str) {
    if !text.is_empty() {
        parts.push(StrPart::Literal(text.to_owned()));
    }
}

fn push_new<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}

#[cfg(test)]
mod tests {
    use super::{PROGRAMS, foreign, splice};
    use crate::nix::{Expr, print};

    fn check(text: &str, expected: &str) {
        let expr = Expr::Str(splice(text).parts);
        assert_eq!(print(&expr, &|_| String::new()).as_str(), expected);
    }

    #[test]
    fn paths_of_known_programs_become_packages() {
        check(
            "/usr/bin/node server.js",
            r#""${pkgs.nodejs}/bin/node server.js""#,
        );
        check("-/bin/rm -f /x", r#""-${pkgs.coreutils}/bin/rm -f /x""#);
        check("/usr/bin/sudo x", r#""/run/wrappers/bin/sudo x""#);
        check(
            "/usr/bin/logstash x",
            r#""${pkgs.logstash}/bin/logstash x""#,
        );
        check("/bin/systemctl x", r#""${pkgs.systemd}/bin/systemctl x""#);
        check("/usr/sbin/nodejs a", r#""${pkgs.nodejs}/bin/node a""#);
        check(
            "TZDIR=/usr/share/zoneinfo /usr/bin/rsync x",
            r#""TZDIR=${pkgs.tzdata}/share/zoneinfo ${pkgs.rsync}/bin/rsync x""#,
        );
        check(
            "internal /usr/lib/openssh/sftp-server -l INFO",
            r#""internal ${pkgs.openssh}/libexec/sftp-server -l INFO""#,
        );
    }

    #[test]
    fn other_paths_stay() {
        for text in [
            "/bin/sh -c x",
            "/usr/bin/env x",
            "/opt/a/bin/node",
            "/usr/local/bin/node",
            "$H/bin/node",
            "/usr/bin/nothing-known",
        ] {
            check(text, &format!("{text:?}"));
        }
    }

    #[test]
    fn every_package_is_in_the_table_of_packages() {
        let rows = include_str!("../../rules/nixos/packages.jsonl");
        let named = PROGRAMS.named.values().map(|it| &it.0);
        let files = PROGRAMS.files.values().map(|it| &it.0);
        for package in PROGRAMS.packages.values().chain(named).chain(files) {
            let known = package.starts_with('/') || rows.contains(&format!("\"{package}\""));
            assert!(known, "{package}");
        }
        assert!(foreign("/usr/bin/apt-get").is_some());
    }
}
