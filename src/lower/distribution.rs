//! What a distribution has without a word and NixOS has not: defaults of its packages, folders of its base system, PHP in
//! Apache, /usr/local on the path.
//!
//! The defaults are in rules/nixos/differs.json: per option that switches a module on, what the distribution's package
//! would have done where the source says nothing of it. Either it is stated, or that it is not meant is assumed.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::ctx::Ctx;
use super::paths::is_below;
use crate::account::Code;
use crate::model::{Family, Machine, Resource};
use crate::nix::{Expr, StrPart};
use crate::plan::{Definition, Home, OptionPath, Origin, Plan, Setting};
use crate::rules::Join;

const TABLE: &str = include_str!("../../rules/nixos/differs.json");

/// What a distribution's package does otherwise than the module.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    switch: String,
    /// Where nixpkgs says what the module does.
    #[serde(rename = "module")]
    _module: String,
    families: Vec<String>,
    /// Options that say it already, with all that is below them.
    unless: Vec<String>,
    /// Words of a source that speaks of it itself.
    #[serde(default)]
    words: Vec<String>,
    /// What the source has to speak of.
    needs: Option<String>,
    set: BTreeMap<String, serde_json::Value>,
    clause: String,
}

static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| serde_json::from_str(TABLE).unwrap_or_default());

/// Folders of base systems and of web servers' packages, the ones above first: the family that has them, and the line of
/// tmpfiles.d.
const FOLDERS: [(&str, Option<Family>, &str); 6] = [
    (
        "/var/backups",
        Some(Family::Debian),
        "d /var/backups 0755 root root -",
    ),
    (
        "/var/local",
        Some(Family::Debian),
        "d /var/local 0755 root root -",
    ),
    ("/var/www", None, "d /var/www 0755 root root -"),
    ("/var/www/html", None, "d /var/www/html 0755 root root -"),
    ("/opt", None, "d /opt 0755 root root -"),
    ("/mnt", None, "d /mnt 0755 root root -"),
];

/// States what the distribution has and the plan needs.
pub(super) fn complete(ctx: &mut Ctx<'_>) {
    for row in ROWS.iter() {
        default_of(row, ctx);
    }
    php_in_apache(ctx);
    local_programs(ctx);
    for (folder, family, line) in FOLDERS {
        let is_of_family = family.is_none_or(|it| it == ctx.machine.family);
        if is_of_family && !is_made(folder, ctx) {
            make(folder, line, ctx);
        }
    }
}

fn default_of(row: &Row, ctx: &mut Ctx<'_>) {
    let is_of_family = row.families.iter().any(|it| it == family(ctx.machine));
    let Some(switch) = on(&row.switch, &ctx.plan).filter(|_| is_of_family) else {
        return;
    };
    let is_said = row.unless.iter().any(|it| has_below(it, &ctx.plan));
    let speaks = |word: &String| speaks_of(word, ctx.machine);
    if is_said || row.words.iter().any(speaks) || !row.needs.iter().all(speaks) {
        return;
    }
    if row.set.is_empty() {
        ctx.assume_of(&switch, &OptionPath::parse(&row.switch), &row.clause);
    } else {
        ctx.assumed(&switch, &row.clause);
    }
    for (path, value) in &row.set {
        let expr = match value.as_bool() {
            Some(value) => Expr::Bool(value),
            None => Expr::str(value.as_str().unwrap_or_default()),
        };
        let definition = Definition {
            expr,
            origin: with_clause(&switch, &row.clause),
            ..switch.clone()
        };
        ctx.state_besides(OptionPath::parse(path), definition, Join::Only);
    }
}

/// Debian's `php` depends on Apache's module, and Red Hat's on php-fpm with a configuration for Apache.
fn php_in_apache(ctx: &mut Ctx<'_>) {
    const ENABLE: &str = "services.httpd.enablePHP";
    const CLAUSE: &str = "`php` is for Apache, as the distribution's package sets it up";
    if on("services.httpd.enable", &ctx.plan).is_none()
        || has_below(ENABLE, &ctx.plan)
        || has_below("services.phpfpm.pools", &ctx.plan)
    {
        return;
    }
    let is_php = |name: &str| {
        let version = name.strip_prefix("php");
        version.is_some_and(|it| it.bytes().all(|it| it.is_ascii_digit() || it == b'.'))
    };
    let of_php = ctx
        .machine
        .entries
        .iter()
        .find(|entry| matches!(&entry.resource, Resource::Package(it) if is_php(&it.name)));
    if let Some(entry) = of_php {
        let mut entry = entry.clone();
        entry.assumptions.push(CLAUSE.to_owned());
        ctx.set(&entry, OptionPath::parse(ENABLE), Expr::Bool(true));
        ctx.stated(&entry, Code::Stated, "the output states this", None);
    }
}

/// Puts the programs of /usr/local on the path of those who log in, where the plan has one: NixOS does not look there.
fn local_programs(ctx: &mut Ctx<'_>) {
    let rules = OptionPath::new(["systemd", "tmpfiles", "rules"]);
    let lines = ctx.plan.get(&rules).into_iter();
    let found = lines.flat_map(Setting::definitions).find(|it| {
        // A file that nobody may run is none.
        let mut words = first_text(&it.expr).unwrap_or_default().split_whitespace();
        let kind = words.next().unwrap_or_default();
        let path = words.next().unwrap_or_default();
        let mode = words.next().unwrap_or_default();
        let runs = kind.starts_with('L')
            || kind.starts_with(['f', 'C'])
                && u32::from_str_radix(mode, 8).is_ok_and(|it| it & 0o111 != 0);
        runs && path.starts_with("/usr/local/bin/") && !matches!(it.home, Home::Service(_))
    });
    if let Some(found) = found {
        let definition = Definition {
            expr: Expr::str("/usr/local"),
            ..found.clone()
        };
        ctx.state_besides(
            OptionPath::parse("environment.profiles"),
            definition,
            Join::Element,
        );
    }
}

/// Makes a folder that a definition needs, where one does.
fn make(folder: &str, line: &str, ctx: &mut Ctx<'_>) {
    let rules = OptionPath::new(["systemd", "tmpfiles", "rules"]);
    let found = ctx.plan.settings().find_map(|(path, setting)| {
        let mut definitions = setting.definitions().iter();
        definitions
            .find(|it| *path != rules && needs(folder, path, &it.expr))
            .cloned()
    });
    if let Some(definition) = found {
        let clause = format!("the old system had `{folder}` so, without a word");
        ctx.assumed(&definition, &clause);
        let definition = Definition {
            expr: Expr::str(line),
            origin: with_clause(&definition, &clause),
            ..definition
        };
        ctx.state_besides(rules, definition, Join::Element);
    }
}

fn with_clause(of: &Definition, clause: &str) -> Origin {
    Origin {
        remarks: vec![format!("assumed: {clause}")],
        ..of.origin.clone()
    }
}

/// Tells whether a definition writes into a folder, serves it or works in it.
fn needs(folder: &str, path: &OptionPath, expr: &Expr) -> bool {
    let name = path.names().last().map(String::as_str).unwrap_or_default();
    let is_place = matches!(name, "root" | "documentRoot" | "WorkingDirectory");
    if is_place {
        return expr.as_str().map(|it| it.trim_end_matches('/')) == Some(folder);
    }
    let mut is_needed = false;
    for_each_text(expr, &mut |text| is_needed |= is_written_to(folder, text));
    is_needed
}

/// Tells whether a command puts a file right into a folder: behind `>`, or as the last of its words.
fn is_written_to(folder: &str, text: &str) -> bool {
    text.match_indices(folder).any(|(at, _)| {
        let (before, rest) = (&text[..at], &text[at + folder.len()..]);
        let Some(name) = rest.strip_prefix('/') else {
            return false;
        };
        let end = name
            .find(|c: char| c.is_whitespace() || matches!(c, ';' | '"' | '\'' | '|' | '&' | ')'))
            .unwrap_or(name.len());
        !name[..end].contains('/') && before.trim_end_matches(['"', '\'', ' ']).ends_with('>')
    })
}

fn for_each_text(expr: &Expr, visit: &mut impl FnMut(&str)) {
    match expr {
        Expr::Str(parts) => {
            for part in parts {
                match part {
                    StrPart::Literal(text) => visit(text),
                    StrPart::Splice(_) => {}
                }
            }
        }
        Expr::List(items) => items.iter().for_each(|it| for_each_text(it, visit)),
        Expr::Attrs(attrs) => attrs.iter().for_each(|(_, it)| for_each_text(it, visit)),
        Expr::Apply(_, arguments) => arguments.iter().for_each(|it| for_each_text(it, visit)),
        Expr::Null
        | Expr::Bool(_)
        | Expr::Int(_)
        | Expr::Float(_)
        | Expr::Select(_)
        | Expr::With(..)
        | Expr::Function(..)
        | Expr::Binary(..)
        | Expr::Asset(_) => {}
    }
}

/// Tells whether the plan, or a module, makes a folder: systemd-tmpfiles makes those above its own as well.
fn is_made(folder: &str, ctx: &Ctx<'_>) -> bool {
    let rules = OptionPath::new(["systemd", "tmpfiles", "rules"]);
    let lines = ctx.plan.get(&rules).into_iter();
    let mut lines = lines
        .flat_map(Setting::definitions)
        .filter_map(|it| first_text(&it.expr));
    let makes = |line: &str| {
        let mut words = line.split_whitespace();
        let kind = words.next().unwrap_or_default();
        !kind.starts_with(['z', 'Z', 'R', 'r', 'X', 'x'])
            && words.next().is_some_and(|it| is_below(it, folder))
    };
    let mounts = OptionPath::new(["fileSystems", folder]);
    lines.any(makes) || has_below(&mounts.to_string(), &ctx.plan)
}

fn first_text(expr: &Expr) -> Option<&str> {
    let Expr::Str(parts) = expr else {
        return None;
    };
    match parts.first()? {
        StrPart::Literal(text) => Some(text),
        StrPart::Splice(_) => None,
    }
}

/// Returns the definition that switches an option on.
fn on(option: &str, plan: &Plan) -> Option<Definition> {
    let setting = plan.get(&OptionPath::parse(option))?;
    let first = setting.definitions().first()?;
    // An image has its own files and listens to others, whatever the package of a distribution does.
    let is_of_image = matches!(first.home, Home::Service(_));
    (first.expr == Expr::Bool(true) && !is_of_image).then(|| first.clone())
}

fn has_below(option: &str, plan: &Plan) -> bool {
    let option = OptionPath::parse(option);
    plan.settings()
        .any(|(path, _)| path.names().starts_with(option.names()))
}

/// Tells whether anything that the source asks for, or that is left to a person, holds a word.
fn speaks_of(word: &str, machine: &Machine) -> bool {
    machine
        .entries
        .iter()
        .any(|entry| serde_json::to_string(&entry.resource).is_ok_and(|text| text.contains(word)))
}

fn family(machine: &Machine) -> &'static str {
    match machine.family {
        Family::Debian => "debian",
        Family::Rhel => "rhel",
        Family::Alpine => "alpine",
        Family::Arch => "arch",
        Family::Python | Family::Node | Family::Ruby | Family::Other => "",
    }
}

#[cfg(test)]
mod tests {
    use super::{ROWS, is_written_to};
    use crate::lower::tests::{check_all, file, is_in_index};
    use crate::model::{CronJob, Family, Link, Package, Resource};

    fn package(name: &str, family: Family) -> Resource {
        Resource::Package(Package {
            name: name.into(),
            family,
            version: None,
        })
    }

    #[test]
    fn what_the_distribution_does_otherwise_is_stated() {
        check_all(
            vec![
                package("apache2", Family::Debian),
                package("php", Family::Debian),
            ],
            r#"
            services.httpd.enable = true;
            environment.systemPackages += pkgs.php;
            services.httpd.virtualHosts.localhost.documentRoot = "/var/www/html";
            services.httpd.enablePHP = true;
            systemd.tmpfiles.rules += "d /var/www/html 0755 root root -";
            assumed: the distribution's own site, which serves /var/www/html, is meant
            assumed: the old system had `/var/www/html` so, without a word
            assumed: `php` is for Apache, as the distribution's package sets it up
            "#,
        );
        check_all(
            vec![
                package("nginx", Family::Debian),
                file("/var/www/html/index.html", "hello\n"),
            ],
            r#"
            services.nginx.enable = true;
            systemd.tmpfiles.rules += "f+ /var/www/html/index.html - - - - hello\\n";
            services.nginx.virtualHosts._.default = true;
            services.nginx.virtualHosts._.root = "/var/www/html";
            assumed: Debian's own site, which serves /var/www/html, is meant
            "#,
        );
    }

    #[test]
    fn programs_of_usr_local_are_on_the_path() {
        check_all(
            vec![Resource::Link(Link {
                path: "/usr/local/bin/x".into(),
                target: "/srv/x/bin/x".into(),
            })],
            r#"
            systemd.tmpfiles.rules += "L+ /usr/local/bin/x - - - - /srv/x/bin/x";
            environment.profiles += "/usr/local";
            "#,
        );
    }

    #[test]
    fn a_folder_of_the_base_system_is_made_where_something_writes() {
        let job = Resource::CronJob(CronJob {
            name: "a".into(),
            schedule: "@daily".into(),
            user: "root".into(),
            command: "/srv/dump > /var/backups/a.sql".into(),
            environment: Vec::new(),
            catches_up: false,
        });
        check_all(
            vec![job],
            r#"
            systemd.services.a.startAt = "daily";
            systemd.services.a.serviceConfig.Type = "oneshot";
            systemd.services.a.serviceConfig.User = "root";
            systemd.services.a.script = ''
            /srv/dump > /var/backups/a.sql
            '';
            systemd.services.a.path += "/run/current-system/sw";
            systemd.tmpfiles.rules += "d /var/backups 0755 root root -";
            assumed: the programs that `/srv/dump` calls are among the system's packages
            assumed: the old system had `/var/backups` so, without a word
            "#,
        );
    }

    #[test]
    fn a_file_below_a_folder_of_ones_own_needs_that_one() {
        assert!(is_written_to("/opt", "a > /opt/b; c"));
        assert!(!is_written_to("/opt", "a > /opt/b/c"));
        assert!(!is_written_to("/opt", "a /opt/b"));
    }

    #[test]
    fn every_option_of_the_table_is_in_the_index() {
        assert!(!ROWS.is_empty());
        for row in ROWS.iter() {
            assert!(is_in_index(&row.switch), "{}", row.switch);
        }
    }
}
