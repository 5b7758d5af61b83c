//! The line with which a play brings Python to a machine that Ansible is to manage.

use crate::syntax::shell::{Command, Compound, Script, Simple, read_compound};

pub(super) const WHY: &str =
    "it brings the Python with which Ansible works, and NixOS is not managed by Ansible";

/// Programs that such a line has besides the managers of packages.
const AROUND: [&str; 16] = [
    ":", "[", "command", "echo", "exit", "export", "false", "if", "ls", "printf", "set", "sleep",
    "stat", "test", "true", "which",
];

const MANAGERS: [&str; 9] = [
    "apk", "apt", "apt-get", "aptitude", "dnf", "microdnf", "pacman", "yum", "zypper",
];

/// Tells whether all that a script installs is Python, and it does nothing besides.
pub(super) fn is_for_python(script: &Script) -> bool {
    let mut found = Found::default();
    found.script(script);
    found.installs && !found.is_other
}

#[derive(Default)]
struct Found {
    installs: bool,
    is_other: bool,
}

impl Found {
    fn script(&mut self, script: &Script) {
        for list in &script.lists {
            let others = list.rest.iter().map(|(_, it)| it);
            for command in std::iter::once(&list.first)
                .chain(others)
                .flat_map(|it| &it.commands)
            {
                match command {
                    Command::Simple(simple) => self.simple(simple),
                    Command::Compound(text) => self.compound(text),
                }
            }
        }
    }

    fn compound(&mut self, text: &str) {
        match read_compound(text) {
            Compound::Group(script) => self.script(&script),
            Compound::If {
                branches,
                otherwise,
            } => {
                for (condition, body) in &branches {
                    self.script(condition);
                    self.script(body);
                }
                if let Some(body) = &otherwise {
                    self.script(body);
                }
            }
            Compound::For { .. }
            | Compound::Case { .. }
            | Compound::Redirected(..)
            | Compound::Other => self.is_other = true,
        }
    }

    fn simple(&mut self, simple: &Simple) {
        let is_quiet = |it: &str| matches!(it, "/dev/null" | "&1" | "1");
        let mut writes = simple.redirections.iter().filter(|it| it.kind.writes());
        if writes.any(|it| !it.target.plain.as_deref().is_some_and(is_quiet)) {
            self.is_other = true;
        }
        let words: Vec<&str> = simple
            .words
            .iter()
            .map(|it| it.plain.as_deref().unwrap_or(&it.raw))
            .skip_while(|it| matches!(*it, "sudo" | "env") || it.contains('='))
            .collect();
        let Some((path, arguments)) = words.split_first() else {
            return;
        };
        let program = path.rsplit('/').next().unwrap_or(path);
        if program.starts_with("python")
            && arguments
                .iter()
                .all(|it| it.starts_with("-V") || it.starts_with("--version"))
        {
            return;
        }
        if AROUND.contains(&program) {
            return;
        }
        if !MANAGERS.contains(&program) {
            self.is_other = true;
            return;
        }
        let mut operands = arguments.iter().filter(|it| !it.starts_with('-'));
        let syncs = program == "pacman" && arguments.iter().any(|it| it.starts_with("-S"));
        let verb = if syncs {
            "install"
        } else {
            operands.next().copied().unwrap_or_default()
        };
        match verb {
            "install" | "add" | "in" => {
                let mut is_empty = true;
                for name in operands {
                    is_empty = false;
                    self.is_other |= !is_python(name);
                }
                self.installs |= !is_empty;
            }
            "update" | "makecache" | "clean" | "ref" | "refresh" => {}
            _ => self.is_other = true,
        }
    }
}

fn is_python(name: &str) -> bool {
    name.starts_with("python")
        || matches!(
            name,
            "libselinux-python" | "libselinux-python3" | "platform-python"
        )
}

#[cfg(test)]
mod tests {
    use super::is_for_python;
    use crate::syntax::shell::read;

    #[test]
    fn only_python_is_installed() {
        for (text, expected) in [
            (
                "test -e /usr/bin/python3 || (apt -y update && apt install -y python3-minimal)",
                true,
            ),
            (
                "apt-get update && apt-get install -y python3 python3-apt sudo",
                false,
            ),
            (
                "if [ ! -x /usr/bin/python ]; then yum install -y python 2>&1; fi",
                true,
            ),
            ("apt-get update", false),
            ("command -v python3 >/dev/null || apk add python3", true),
            ("apt install -y python3 && reboot", false),
        ] {
            assert_eq!(is_for_python(&read(text).unwrap()), expected, "{text}");
        }
    }
}
