//! Programs in texts that rules take over as they are: the hooks of logrotate, the lines of modprobe.d and of udev.
//!
//! A path of another distribution leads to nothing on NixOS, and a hook that looks first whether its program is there does
//! nothing without a word. Known programs are those of packages; what is not known is left to the person.

use std::collections::{BTreeMap, BTreeSet};

use super::commands;
use super::ctx::Ctx;
use super::init_words;
use super::program;
use super::statement::{Left, Statement};
use crate::account::Code;
use crate::model::Machine;
use crate::nix::Expr;
use crate::plan::OptionPath;
use crate::rules::Join;

/// Hooks of logrotate(8).
const HOOKS: [&str; 5] = [
    "firstaction",
    "lastaction",
    "postrotate",
    "preremove",
    "prerotate",
];

/// Logs that a module rotates by itself: the switch, the name of its block, and where other distributions have them.
/// nginx: nixos/modules/services/web-servers/nginx/default.nix; httpd: apache-httpd/default.nix.
const ROTATED: [(&str, &str, &[&str]); 2] = [
    ("services.nginx.enable", "nginx", &["/var/log/nginx/"]),
    (
        "services.httpd.enable",
        "httpd",
        &["/var/log/apache2/", "/var/log/httpd/"],
    ),
];

/// What the module says of its block, so that nobody else has to.
const OF_MODULE: [&str; 4] = ["files", "postrotate", "create", "su"];

/// Takes the programs of texts from packages; returns what that rests on, and what is left.
pub(super) fn take(settings: &mut Vec<(OptionPath, Expr, Join)>, ctx: &Ctx<'_>) -> Statement {
    let mut statement = Statement::default();
    let blocks = brought(settings, ctx);
    settings.retain(|(path, _, _)| match path.names() {
        [_, _, _, block, field] => {
            !(blocks.contains_key(block) && OF_MODULE.contains(&field.as_str()))
        }
        _ => true,
    });
    for name in blocks.values() {
        statement.assume(format!(
            "`services.{name}` tells its server itself that its logs are new"
        ));
    }
    let programs = of_actions(settings);
    apart(settings);
    for (path, expr, _) in settings.iter_mut() {
        let names: Vec<&str> = path.names().iter().map(String::as_str).collect();
        match names.as_slice() {
            ["services", "logrotate", "settings", block, field] => {
                if let Some(name) = blocks.get(*block) {
                    *path = OptionPath::new(["services", "logrotate", "settings", name, field]);
                } else if matches!(*field, "compresscmd" | "uncompresscmd") {
                    known(expr, &mut statement);
                } else if HOOKS.contains(field) {
                    hook(expr, ctx.machine, &mut statement);
                }
            }
            ["networking", "networkmanager", "dispatcherScripts"] => written(expr, &mut statement),
            ["boot", "extraModprobeConfig"] => known(expr, &mut statement),
            ["services", "postfix", "settings", "main", name] => {
                parameter(name, expr, &mut statement);
            }
            ["services", "postfix", "settings", "master", name, "args"] => {
                if let Expr::List(arguments) = expr {
                    for argument in arguments {
                        parameter(name, argument, &mut statement);
                    }
                }
            }
            ["environment", "sessionVariables", _] => of_variable(expr, &mut statement),
            _ => {}
        }
    }
    settings.extend(programs.into_iter().map(|package| {
        let packages = OptionPath::new(["services", "fail2ban", "extraPackages"]);
        (packages, Expr::package(package), Join::Element)
    }));
    statement
}

/// Makes the packages of fail2ban elements, so that those of several files join.
fn apart(settings: &mut Vec<(OptionPath, Expr, Join)>) {
    let packages = OptionPath::new(["services", "fail2ban", "extraPackages"]);
    let Some(at) = settings.iter().position(|it| it.0 == packages) else {
        return;
    };
    if let (path, Expr::List(items), _) = settings.remove(at) {
        let items = items.into_iter();
        settings.extend(items.map(|it| (path.clone(), it, Join::Element)));
    }
}

/// Finds the packages of what the actions of fail2ban run, `actionban = curl ...`, which its unit does not have anyway.
fn of_actions(settings: &[(OptionPath, Expr, Join)]) -> BTreeSet<&'static str> {
    const OF_UNIT: [&str; 3] = ["fail2ban", "iproute2", "iptables"];
    let mut found = BTreeSet::new();
    for (path, expr, _) in settings {
        let names: Vec<&str> = path.names().iter().map(String::as_str).collect();
        let ["environment", "etc", file, "text"] = names.as_slice() else {
            continue;
        };
        if !file.starts_with("fail2ban/action.d/") {
            continue;
        }
        let lines = expr.as_str().unwrap_or_default().lines();
        for line in lines.filter(|it| !it.starts_with(['#', ';'])) {
            let command = match line.split_once('=') {
                Some((name, command)) if name.trim_end().starts_with("action") => command,
                Some(_) | None if line.starts_with([' ', '\t']) => line,
                Some(_) | None => continue,
            };
            found.extend(commands::packages_of(command));
        }
    }
    found.retain(|it| !OF_UNIT.contains(it));
    found
}

/// Finds the blocks of which a module rotates the files already, and the names of its own.
fn brought(settings: &[(OptionPath, Expr, Join)], ctx: &Ctx<'_>) -> BTreeMap<String, &'static str> {
    let mut found = BTreeMap::new();
    for (path, expr, _) in settings {
        let names: Vec<&str> = path.names().iter().map(String::as_str).collect();
        let (["services", "logrotate", "settings", block, "files"], Expr::List(files)) =
            (names.as_slice(), expr)
        else {
            continue;
        };
        let row = ROTATED.iter().find(|(switch, _, folders)| {
            let is_there = |file: &Expr| {
                let file = file.as_str().unwrap_or_default();
                folders.iter().any(|it| file.starts_with(it))
            };
            let switch = OptionPath::parse(switch);
            ctx.brought.draft().get(&switch).is_some()
                && !files.is_empty()
                && files.iter().all(is_there)
        });
        if let Some((_, name, _)) = row {
            found.insert((*block).to_owned(), *name);
        }
    }
    found
}

/// Takes the programs of a hook from packages, or leaves the hook to the person.
fn hook(expr: &mut Expr, machine: &Machine, statement: &mut Statement) {
    if let Some(script) = expr.as_str() {
        init_words::taken(script, machine, statement);
        let script = init_words::said(script, machine).into_owned();
        let foreign = commands::foreign_in(&script);
        let spliced = program::splice(&script);
        if foreign.is_empty() && spliced.broken().is_none() {
            *expr = spliced.told(statement);
        } else {
            let name = foreign.first().map_or_else(
                || spliced.broken().unwrap_or_default().to_owned(),
                |(name, _)| (*name).to_owned(),
            );
            statement.left.push(
                Left::new(
                    Code::CommandUnsafe,
                    format!("what is done when the logs are rotated runs `{name}`, which NixOS does not have"),
                )
                .about("services.logrotate.settings")
                .cure("State it with what NixOS has, such as `systemctl reload` or `systemctl kill --signal=HUP` and the name of the unit."),
            );
        }
    }
}

/// Takes the programs of a parameter of postfix from packages, or leaves it to the person.
fn parameter(name: &str, expr: &mut Expr, statement: &mut Statement) {
    if let Some(text) = expr.as_str().map(str::to_owned) {
        let spliced = program::splice(&text);
        match spliced.broken() {
            None => *expr = Expr::Str(program::joined(spliced.known_parts(statement))),
            Some(path) => statement.left.push(
                Left::new(
                    Code::PackageUnknown,
                    format!("`{name}` names `{path}`, which NixOS does not have"),
                )
                .about("services.postfix.settings.main")
                .cure("Write the path that it has in its package: ${pkgs.name}/..."),
            ),
        }
    }
}

/// Takes the programs of a script that the store holds from packages.
fn written(expr: &mut Expr, statement: &mut Statement) {
    let Expr::Attrs(attrs) = expr else { return };
    for (_, value) in attrs {
        if let Expr::Apply(_, arguments) = value
            && let Some(text) = arguments.last_mut()
            && let Some(script) = text.as_str().map(str::to_owned)
        {
            *text = program::splice(&script).told(statement);
        }
    }
}

/// Replaces what packages have in a variable; that all else is there is assumed.
fn of_variable(expr: &mut Expr, statement: &mut Statement) {
    if let Some(text) = expr.as_str().map(str::to_owned) {
        let spliced = program::splice(&text);
        if let Some(path) = spliced.broken() {
            statement.assume(format!(
                "`{path}` is there, for which no package is known here"
            ));
        }
        *expr = Expr::Str(program::joined(spliced.known_parts(statement)));
    }
}

/// Replaces known programs, and leaves all else as it is.
fn known(expr: &mut Expr, statement: &mut Statement) {
    if let Some(text) = expr.as_str().map(str::to_owned) {
        let parts = program::splice(&text).known_parts(statement);
        *expr = Expr::Str(program::joined(parts));
    }
}

#[cfg(test)]
mod tests {
    use crate::lower::name_tests::{check, file};
    use crate::model::{Family, Package, Resource};

    #[test]
    fn programs_of_hooks_are_those_of_packages() {
        check(
            vec![file(
                "/etc/logrotate.d/x",
                "/var/log/x.log {\n  postrotate\n    test -x /usr/bin/rsync && /usr/bin/rsync a b\n  endscript\n}\n",
            )],
            &[
                r#"services.logrotate.settings.x.postrotate = "test -x ${pkgs.rsync}/bin/rsync && ${pkgs.rsync}/bin/rsync a b""#,
                r#"services.logrotate.settings.x.files = [ "/var/log/x.log" ]"#,
            ],
            &["assumed"],
        );
        check(
            vec![file(
                "/etc/logrotate.d/x",
                "/var/log/x.log {\n  postrotate\n    test -x /usr/sbin/invoke-rc.d && invoke-rc.d x rotate\n  endscript\n}\n",
            )],
            &[
                r#"services.logrotate.settings.x.postrotate = "test -x /usr/sbin/invoke-rc.d && invoke-rc.d x rotate""#,
                r#"services.logrotate.settings.x.files = [ "/var/log/x.log" ]"#,
            ],
            &["manual"],
        );
    }

    #[test]
    fn what_services_are_told_is_said_by_systemctl() {
        check(
            vec![file(
                "/etc/logrotate.d/x",
                "/var/log/x.log {\n  compresscmd /usr/bin/xz\n  postrotate\n    /usr/lib/rsyslog/rsyslog-rotate\n    if /etc/init.d/apache2 status > /dev/null; then invoke-rc.d apache2 reload > /dev/null; fi;\n  endscript\n}\n",
            )],
            &[
                r#"services.logrotate.settings.x.compresscmd = "${pkgs.xz}/bin/xz""#,
                "services.logrotate.settings.x.postrotate = ''\n  systemctl kill --signal=HUP syslog.service\n  if systemctl status httpd.service > /dev/null; then systemctl try-reload-or-restart httpd.service > /dev/null; fi;''",
                r#"services.logrotate.settings.x.files = [ "/var/log/x.log" ]"#,
            ],
            &["assumed"],
        );
    }

    #[test]
    fn a_module_that_rotates_its_logs_keeps_its_own_hook() {
        check(
            vec![
                Resource::Package(Package {
                    name: "nginx".into(),
                    family: Family::Debian,
                    version: None,
                }),
                file(
                    "/etc/logrotate.d/web",
                    "/var/log/nginx/*.log {\n  daily\n  create 0640 www-data adm\n  postrotate\n    invoke-rc.d nginx rotate\n  endscript\n}\n",
                ),
            ],
            &[
                "services.nginx.enable = true",
                r#"services.logrotate.settings.nginx.frequency = "daily""#,
            ],
            &["assumed", "assumed"],
        );
    }

    #[test]
    fn scripts_of_the_dispatcher_run_programs_of_packages() {
        check(
            vec![file(
                "/etc/NetworkManager/dispatcher.d/50-x",
                "#!/bin/bash\n/sbin/ip route add default dev $1\n",
            )],
            &[
                "networking.networkmanager.dispatcherScripts = { source = pkgs.writeScript \"script\" ''\n  #!${pkgs.bash}/bin/bash\n  ${pkgs.iproute2}/bin/ip route add default dev $1\n''; }",
            ],
            &["assumed"],
        );
    }

    #[test]
    fn what_actions_of_fail2ban_run_is_there() {
        check(
            vec![file(
                "/etc/fail2ban/action.d/tell.local",
                "[Definition]\nactionban = curl -d <ip> <url>\n  logger x\n[Init]\nurl = https://example.org\n",
            )],
            &[
                "environment.etc.\"fail2ban/action.d/tell.local\".text = ''\n  [Definition]\n  actionban = curl -d <ip> <url>\n    logger x\n  [Init]\n  url = https://example.org\n''",
                "services.fail2ban.extraPackages = pkgs.curl",
                "services.fail2ban.extraPackages = pkgs.util-linux",
                "services.fail2ban.enable = true",
            ],
            &["assumed"],
        );
    }

    #[test]
    fn modprobe_runs_programs_of_packages() {
        check(
            vec![file("/etc/modprobe.d/x.conf", "install cramfs /bin/true\n")],
            &["boot.extraModprobeConfig = ''\n  install cramfs ${pkgs.coreutils}/bin/true\n''"],
            &["translated"],
        );
    }
}
