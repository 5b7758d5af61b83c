//! When a step runs: a play runs it when a person runs the play, a unit at every boot.
//!
//! Where neither the source nor the command's own operands say when there is nothing left to do, a file marks that it
//! ran. What comes to the same however often it runs needs no mark.

use super::runs::{self, Ran};
use crate::lower::statement::Statement;
use crate::lower::{paths, tmpfiles};
use crate::model::Step;
use crate::nix::{Expr, StrPart};
use crate::plan::OptionPath;

const MARKS: &str = "/var/lib/ops2nix/steps";

/// Programs that come to the same however often they run.
const REPEATABLE: [&str; 31] = [
    "alsactl",
    "augenrules",
    "auditctl",
    "chattr",
    "chgrp",
    "chmod",
    "chown",
    "dconf",
    "ethtool",
    "exportfs",
    "hdparm",
    "hostname",
    "hwclock",
    "ip6tables-restore",
    "iptables-restore",
    "journalctl",
    "loadkeys",
    "modprobe",
    "newaliases",
    "nft",
    "nmcli",
    "postmap",
    "sensors",
    "setcap",
    "setfacl",
    "setterm",
    "sievec",
    "swapon",
    "sysctl",
    "systemctl",
    "udevadm",
];

/// Programs and words of the shell that change nothing by themselves.
const HARMLESS: [&str; 14] = [
    ":", "[", "cd", "echo", "exit", "export", "false", "printf", "set", "sleep", "test", "true",
    "umask", "cat",
];

/// When a step runs.
#[derive(Debug, PartialEq, Eq)]
enum When {
    /// While a path is there, or while one is not.
    Paths {
        is_there: Option<String>,
        is_not: Option<String>,
    },
    EveryBoot,
    /// Once, and a file marks it.
    Once,
}

fn when(step: &Step) -> When {
    if step.creates.is_some() || step.removes.is_some() {
        return When::Paths {
            is_there: step.removes.clone(),
            is_not: step.creates.clone(),
        };
    }
    let runs = runs::of(step);
    match runs.commands.as_slice() {
        [only] if runs.is_whole => {
            if let Some(when) = by_operands(only) {
                return when;
            }
        }
        _ => {}
    }
    if runs.is_whole && runs.commands.iter().all(is_repeatable) {
        When::EveryBoot
    } else {
        When::Once
    }
}

/// What a command's operands say of when nothing is left to do.
fn by_operands(command: &Ran) -> Option<When> {
    let operands = command.operands();
    let whole = |path: &str| path.starts_with('/') && !path.contains(['*', '?', '[', '$']);
    match (command.program(), operands.as_slice()) {
        ("mv", [from, _]) if whole(from) => Some(When::Paths {
            is_there: Some((*from).to_owned()),
            is_not: None,
        }),
        ("git", ["clone", .., to]) if whole(to) => Some(When::Paths {
            is_there: None,
            is_not: Some((*to).to_owned()),
        }),
        _ => None,
    }
}

fn is_repeatable(command: &Ran) -> bool {
    // What the kernel takes from a file is gone with a boot.
    let is_kernels = |path: &String| {
        let mut folders = ["/proc", "/sys"].iter();
        folders.any(|folder| paths::is_below(path, folder))
    };
    if !command.outputs.iter().all(is_kernels) {
        return false;
    }
    match command.program() {
        "" => true,
        "mkdir" => command.has_option('p', "--parents"),
        "ln" => command.has_option('f', "--force"),
        "ip" => command
            .operands()
            .iter()
            .any(|it| matches!(*it, "replace" | "set" | "flush")),
        "tee" => command
            .operands()
            .iter()
            .all(|it| is_kernels(&(*it).to_owned())),
        program => REPEATABLE.contains(&program) || HARMLESS.contains(&program),
    }
}

/// States when the step runs; returns it in words.
pub(super) fn state(
    step: &Step,
    unit: &str,
    base: &OptionPath,
    statement: &mut Statement,
) -> String {
    let (is_there, is_not) = match when(step) {
        When::EveryBoot => return "it runs at every boot".to_owned(),
        When::Once => {
            let mark = format!("{MARKS}/{unit}");
            let parts = vec![
                StrPart::Literal("+".to_owned()),
                StrPart::Splice(Expr::package("coreutils")),
                StrPart::Literal(format!("/bin/install -D /dev/null {mark}")),
            ];
            let config = base.child("unitConfig");
            statement.set(
                config.child("ConditionPathExists"),
                Expr::str(format!("!{mark}")),
            );
            let after = base.child("serviceConfig").child("ExecStartPost");
            statement.set(after, Expr::Str(parts));
            return format!("it runs once, which `{mark}` marks");
        }
        When::Paths { is_there, is_not } => (is_there, is_not),
    };
    conditions(
        step,
        [(is_not.as_deref(), "!"), (is_there.as_deref(), "")],
        base,
        statement,
    );
    match (is_not, is_there) {
        (Some(path), _) => format!("it runs while {path} does not exist"),
        (None, Some(path)) => format!("it runs while {path} exists"),
        (None, None) => String::new(),
    }
}

fn conditions(
    step: &Step,
    paths: [(Option<&str>, &str); 2],
    base: &OptionPath,
    statement: &mut Statement,
) {
    let mut conditions: Vec<(&str, String)> = Vec::new();
    for (path, mark) in paths {
        let Some(path) = path else { continue };
        let whole = match &step.directory {
            Some(directory) if !path.starts_with('/') => {
                format!("{}/{path}", directory.trim_end_matches('/'))
            }
            _ => path.to_owned(),
        };
        let directive = if whole.contains(['*', '?', '[']) {
            "ConditionPathExistsGlob"
        } else {
            "ConditionPathExists"
        };
        conditions.push((directive, format!("{mark}{}", tmpfiles::doubled(&whole))));
    }
    let config = base.child("unitConfig");
    for directive in ["ConditionPathExists", "ConditionPathExistsGlob"] {
        let values: Vec<&String> = conditions
            .iter()
            .filter(|(it, _)| *it == directive)
            .map(|(_, value)| value)
            .collect();
        match values.as_slice() {
            [] => {}
            [value] => statement.set(config.child(directive), Expr::str(*value)),
            values => statement.set(
                config.child(directive),
                Expr::strs(values.iter().map(|it| it.as_str())),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{When, by_operands, is_repeatable};
    use crate::lower::step::runs::of_text;

    fn check(text: &str, expected: &str) {
        let runs = of_text(text);
        let found = match runs.commands.first().and_then(by_operands) {
            Some(When::Paths { is_there, is_not }) => {
                format!(
                    "{}{}",
                    is_there.unwrap_or_default(),
                    is_not.map(|it| format!("!{it}")).unwrap_or_default()
                )
            }
            _ if runs.commands.iter().all(is_repeatable) => "every boot".to_owned(),
            _ => "once".to_owned(),
        };
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn a_command_runs_as_often_as_it_may() {
        check("mv /srv/a /srv/b", "/srv/a");
        check("git clone https://example.org/x /srv/x", "!/srv/x");
        check("sysctl -w a=1 && systemctl start x", "every boot");
        check("echo 1 > /proc/sys/a", "every boot");
        check("echo 1 > /srv/a", "once");
        check("mkdir /srv/a", "once");
        check("mkdir -p /srv/a && chown ada /srv/a", "every boot");
        check("createdb shop", "once");
    }
}
