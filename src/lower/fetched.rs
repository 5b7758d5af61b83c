//! What is fetched: `pkgs.fetchurl`, linked to its place; the program of nixpkgs where it has one of the name.
//!
//! An archive or an installer that only tasks of the source needed, of which none is kept, needs no word.

use super::file::{below_etc, etc_ownership, is_program};
use super::machine;
use super::paths::is_below;
use super::program;
use super::statement::{Lowered, Statement};
use super::tmpfiles::Rule;
use crate::account::Code;
use crate::model::{Command, Entry, Fetched, File, Machine, Resource, Step, Text};
use crate::nix::{Expr, StrPart};
use crate::plan::OptionPath;

/// Where things lie only for a while.
const PASSING: [&str; 2] = ["/tmp", "/var/tmp"];

/// Where programs are that the machine did not get from its distribution.
const LOCAL: [&str; 4] = ["/usr/local/bin", "/usr/local/sbin", "/usr/bin", "/opt/bin"];

/// What archives and packages end with.
const ARCHIVES: [&str; 11] = [
    ".deb", ".rpm", ".tar", ".tar.bz2", ".tar.gz", ".tar.xz", ".tar.zst", ".tbz2", ".tgz", ".txz",
    ".zip",
];

pub(super) fn lower(file: &File, fetched: &Fetched, machine: &Machine) -> Lowered {
    let Fetched { url, hash } = fetched;
    if is_of_tasks(&file.path) && !is_used(&file.path, None, machine) {
        return not_used(&file.path);
    }
    if let Some(lowered) = package_at(&file.path, url) {
        return lowered;
    }
    let mut statement = Statement::default();
    let mut attrs = vec![("url".to_owned(), Expr::str(url))];
    match hash {
        Some(hash) => attrs.push((hash.algorithm.clone(), Expr::str(&hash.digits))),
        None => {
            statement.assume("`lib.fakeHash` is replaced by the hash that the first build prints");
            attrs.push(("hash".to_owned(), Expr::select("lib.fakeHash")));
        }
    }
    let is_run = is_program(file);
    if is_run {
        attrs.push(("executable".to_owned(), Expr::Bool(true)));
        statement.assume(
            "it runs on NixOS: a program that was built for other systems needs programs.nix-ld.enable",
        );
    }
    let source = Expr::apply("pkgs.fetchurl", vec![Expr::Attrs(attrs)]);
    if let Some(below) = below_etc(&file.path) {
        let path = OptionPath::new(["environment", "etc", below]);
        statement.set(path.child("source"), source);
        etc_ownership(&path, file, machine, &mut statement);
    } else {
        let rule = Rule {
            argument: vec![StrPart::Splice(source)],
            ..Rule::new("L+", &file.path)
        };
        rule.state(machine, &mut statement);
    }
    Lowered::Stated(statement)
}

/// Says of a folder for what lies there only for a while that nothing does.
pub(super) fn passing_folder(path: &str, machine: &Machine) -> Option<Lowered> {
    let is_passing = PASSING.iter().any(|it| is_below(path, it) && path != *it);
    let holds = || {
        let mut files = machine::files(machine).filter(|file| is_below(&file.path, path));
        // What is fetched there is looked at by itself.
        files.any(|file| !matches!(file.content, crate::model::Content::Fetched(_)))
            || machine::links(machine).any(|link| is_below(&link.path, path))
    };
    (is_passing && !holds() && !is_used(path, None, machine)).then(|| not_used(path))
}

/// Says of a step that only fetches something for others that none of these is there.
pub(super) fn lower_step(step: &Step, entry: &Entry, machine: &Machine) -> Option<Lowered> {
    let path = step.creates.as_deref()?;
    let Command::Script { text, .. } = &step.command else {
        return None;
    };
    // What the importer writes of a download, and of nothing else.
    let is_download = text.pieces().first().is_some_and(|it| match it {
        crate::model::Piece::Literal(text) => {
            text.starts_with("curl -fsSL ") && text.contains(" --create-dirs -o ")
        }
        crate::model::Piece::Hole(_) => false,
    });
    if is_download && let Some(lowered) = package_at(path, text.plain().unwrap_or_default()) {
        return Some(lowered);
    }
    if !is_download || !is_of_tasks(path) || is_used(path, Some(entry), machine) {
        return None;
    }
    Some(not_used(path))
}

/// States the package of nixpkgs that has the program which is fetched to a folder of the search path.
fn package_at(path: &str, from: &str) -> Option<Lowered> {
    let (folder, name) = path.rsplit_once('/')?;
    let package = program::likely_package_of(name).filter(|_| LOCAL.contains(&folder))?;
    let url = from.split_whitespace().find(|it| it.contains("://"));
    let mut statement = Statement::default();
    statement.assume(match url {
        Some(url) => format!(
            "`{name}` of nixpkgs does as well as the one of {}",
            url.trim_matches(['"', '\''])
        ),
        None => format!("`{name}` of nixpkgs does as well as the one that is fetched"),
    });
    let packages = OptionPath::new(["environment", "systemPackages"]);
    statement.add(packages, Expr::package(&package));
    Some(Lowered::Stated(statement))
}

fn not_used(path: &str) -> Lowered {
    Lowered::NotNeeded(
        Code::NoMeaning,
        format!(
            "`{path}` is there only for what is done with it, and nothing that is kept does anything with it"
        ),
    )
}

/// Tells whether a path is that of something which is only a step to something else.
fn is_of_tasks(path: &str) -> bool {
    PASSING.iter().any(|it| is_below(path, it)) || ARCHIVES.iter().any(|it| path.ends_with(it))
}

/// Tells whether a step, another file or a unit names a path.
fn is_used(path: &str, besides: Option<&Entry>, machine: &Machine) -> bool {
    let names = |text: &Text| {
        text.pieces().iter().any(|it| match it {
            crate::model::Piece::Literal(text) => text.contains(path),
            crate::model::Piece::Hole(_) => false,
        })
    };
    machine::stated(machine)
        .filter(|it| besides.is_none_or(|own| !std::ptr::eq(*it, own)))
        .any(|entry| match &entry.resource {
            Resource::Step(step) => match &step.command {
                Command::Words(words) => words.iter().any(names),
                Command::Script { text, .. } => names(text),
            },
            Resource::Unit(unit) => unit
                .sections
                .iter()
                .flat_map(|it| it.directives.values().flatten())
                .any(names),
            Resource::File(file) => match &file.content {
                crate::model::Content::Text(text) => file.path != path && names(text),
                crate::model::Content::Binary(_) | crate::model::Content::Fetched(_) => false,
            },
            Resource::FileLine(line) => names(&line.line),
            Resource::Link(link) => link.target == path,
            Resource::CronJob(job) => names(&job.command),
            Resource::Container(container) => container.volumes.iter().any(names),
            Resource::Package(_)
            | Resource::Service(_)
            | Resource::Directory(_)
            | Resource::PathMode(_)
            | Resource::RemovedPath(_)
            | Resource::User(_)
            | Resource::Group(_)
            | Resource::AuthorizedKey(_)
            | Resource::Hostname(_)
            | Resource::Timezone(_)
            | Resource::Sysctl(_)
            | Resource::KernelModule(_)
            | Resource::Mount(_)
            | Resource::Database(_)
            | Resource::DatabaseUser(_)
            | Resource::HostsEntry(_)
            | Resource::SshdSetting(_)
            | Resource::SudoRule(_)
            | Resource::Firewall(_)
            | Resource::FirewallPort(_)
            | Resource::ContainerNetwork(_)
            | Resource::Application(_)
            | Resource::Setting(_)
            | Resource::Membership(_)
            | Resource::SubordinateIds(_)
            | Resource::Interface(_)
            | Resource::NetworkUnit(_)
            | Resource::Opaque(_)
            | Resource::Contradicted(_) => false,
        })
}

#[cfg(test)]
mod tests {
    use crate::lower::tests::check;
    use crate::model::{Content, Fetched, File, Hash, Mode, Resource};

    fn file(path: &str, hash: Option<&str>, mode: u32) -> Resource {
        let hash = hash.map(|digits| Hash {
            algorithm: "sha256".into(),
            digits: digits.into(),
        });
        let url = "https://example.org/shop-1.2".into();
        Resource::File(File {
            path: path.into(),
            content: Content::Fetched(Fetched { url, hash }),
            mode: Some(Mode(mode)),
            owner: None,
            group: None,
        })
    }

    #[test]
    fn what_is_fetched_is_linked_to_its_place() {
        check(
            file("/opt/shop.jar", Some("ab"), 0o644),
            r#"
            systemd.tmpfiles.rules += "L+ /opt/shop.jar - - - - ${pkgs.fetchurl { url = "https://example.org/shop-1.2"; sha256 = "ab"; }}";
            "#,
        );
        check(
            file("/etc/shop/shop.dat", None, 0o644),
            r#"
            environment.etc."shop/shop.dat".source = pkgs.fetchurl { url = "https://example.org/shop-1.2"; hash = lib.fakeHash; };
            assumed: `lib.fakeHash` is replaced by the hash that the first build prints
            "#,
        );
        check(
            file("/usr/local/bin/jq", None, 0o755),
            r#"
            environment.systemPackages += pkgs.jq;
            assumed: `jq` of nixpkgs does as well as the one of https://example.org/shop-1.2
            "#,
        );
        check(
            file("/tmp/shop.tar.gz", None, 0o644),
            "not-needed: `/tmp/shop.tar.gz` is there only for what is done with it, and nothing that is kept does anything with it",
        );
    }
}
