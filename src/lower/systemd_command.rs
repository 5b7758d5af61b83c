//! Command lines of units, and the programs that a shell, a script or `env` in them looks up by name.
//!
//! A service of NixOS has coreutils, findutils, gnugrep, gnused and systemd in its PATH (nixos/lib/systemd-lib.nix,
//! `stage2ServiceConfig`), and there is no /usr/bin besides: whatever else is run by its bare name has to be in `path`.

use super::commands;
use super::machine;
use super::paths;
use super::program;
use super::systemd_value::Place;
use crate::model::{Content, Machine};
use crate::nix::{Expr, StrPart};
use crate::syntax::systemd_words::{Atom, words};

/// Programs that run another one, given in their arguments.
const RUNNERS: [&str; 25] = [
    "cgexec",
    "chpst",
    "chroot",
    "chrt",
    "env",
    "exec",
    "flock",
    "gosu",
    "ionice",
    "nice",
    "nohup",
    "runuser",
    "setpriv",
    "setsid",
    "softlimit",
    "ssh-agent",
    "stdbuf",
    "sudo",
    "systemd-cat",
    "systemd-inhibit",
    "taskset",
    "time",
    "timeout",
    "unshare",
    "xargs",
];

/// What a command looks up in its PATH.
#[derive(Debug, Default)]
struct Lookups {
    /// Packages, and what runs a program of them.
    packages: Vec<(String, String)>,
    /// Names that no package is known for.
    unknown: Vec<String>,
    /// Scripts that nothing is known of.
    scripts: Vec<String>,
}

impl Place<'_> {
    /// A command line: its text stays, program paths become packages.
    pub(super) fn command(&mut self, text: &str) -> Expr {
        let head = text.trim_start_matches(['@', '-', ':', '+', '!', '|']);
        let marks = &text[..text.len() - head.len()];
        let end = head.find(char::is_whitespace).unwrap_or(head.len());
        let program = head[..end].trim_matches(['"', '\'']);
        if let Some(mut argv) = arguments(head) {
            if marks.contains('@') && argv.len() > 1 {
                // The second word is the name that the program is told it has.
                argv.remove(1);
            }
            self.look_up(&argv);
        }
        if !program.contains(['/', '$', '%'])
            && let Some(package) = program::likely_package_of(program)
        {
            let mut parts = vec![StrPart::Literal(marks.to_owned())];
            parts.extend(program::program_parts(program, &package));
            program::take(program, &package, self.statement);
            parts.extend(program::splice(&head[end..]).parts_told(self.statement));
            parts.retain(|part| !matches!(part, StrPart::Literal(text) if text.is_empty()));
            return Expr::Str(program::joined(parts));
        }
        self.claim_program(program);
        program::splice(text).told(self.statement)
    }

    fn look_up(&mut self, argv: &[String]) {
        let mut lookups = Lookups::default();
        of_command(argv, self.machine, &mut lookups);
        for (package, by) in lookups.packages {
            let expr = program::package_expr(&package).unwrap_or_else(|| Expr::str(&package));
            self.statement
                .assume(format!("a program of {by} is in `{package}`"));
            self.add(&["path"], expr);
        }
        for name in lookups.unknown {
            self.statement
                .assume(format!("`{name}`, which it runs, is in the unit's `path`"));
        }
        for script in lookups.scripts {
            self.statement.assume(format!(
                "`{script}` runs nothing by name that is not in the unit's `path`"
            ));
        }
    }

    /// A program outside the store has to be put there by something.
    fn claim_program(&mut self, program: &str) {
        let system = program == "/bin/sh" || program == "/usr/bin/env";
        let packaged = paths::out_of_place(program).is_some();
        let made = machine::files(self.machine).any(|file| file.path == program);
        if program.starts_with('/') && !system && !packaged && !made {
            self.statement
                .assume(format!("the program `{program}` is there"));
        }
    }
}

fn arguments(command: &str) -> Option<Vec<String>> {
    let atoms: Vec<Atom> = command.chars().map(Atom::Char).collect();
    let words = words(&atoms).ok()?;
    let word = |atoms: Vec<Atom>| {
        let chars = atoms.into_iter().filter_map(|atom| match atom {
            Atom::Char(c) => Some(c),
            Atom::Hole(_) => None,
        });
        chars.collect()
    };
    Some(words.into_iter().map(word).collect())
}

fn of_command(argv: &[String], machine: &Machine, found: &mut Lookups) {
    let Some((program, arguments)) = argv.split_first() else {
        return;
    };
    let name = program.rsplit('/').next().unwrap_or(program);
    if commands::is_shell(name) {
        of_shell(arguments, machine, found);
    } else if RUNNERS.contains(&name) {
        of_runner(arguments, machine, found);
    } else if name == "tar" {
        for package in commands::compressors(&argv.join(" ")) {
            push_package(package, "its command", found);
        }
    } else if program.starts_with('/') {
        of_script(program, machine, found);
    }
}

/// `-c` and a script in its words, or a file with one.
fn of_shell(arguments: &[String], machine: &Machine, found: &mut Lookups) {
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let options = argument.strip_prefix(['-', '+']);
        match options {
            Some(options) if !options.starts_with('-') && options.contains('c') => {
                if let Some(script) = rest.find(|it| !it.starts_with('-')) {
                    of_text(script, "its command", found);
                    for word in commands::commands_of(script) {
                        if word.starts_with('/') {
                            of_script(word, machine, found);
                        }
                    }
                    unknown_of(script, found);
                }
                return;
            }
            Some(options) => {
                if options.ends_with('o') && !options.starts_with('-') {
                    rest.next();
                }
            }
            None => {
                of_script(argument, machine, found);
                let made = machine::files(machine).any(|file| file.path == *argument);
                if argument.contains('/') && !made {
                    found.scripts.push(argument.clone());
                }
                return;
            }
        }
    }
}

/// `env A=1 git`, `flock /run/x git`, `nice -n 5 sh -c ...`: the first argument that is a command.
fn of_runner(arguments: &[String], machine: &Machine, found: &mut Lookups) {
    for (at, argument) in arguments.iter().enumerate() {
        if argument.contains(char::is_whitespace) {
            // `env -S "git pull"`, `flock /run/x -c "git pull"`.
            of_text(argument, "its command", found);
            continue;
        }
        let name = argument.rsplit('/').next().unwrap_or(argument);
        let runs = commands::is_shell(name) || RUNNERS.contains(&name);
        let known = || program::package_of(argument);
        if runs || argument.starts_with('/') {
            of_command(&arguments[at..], machine, found);
        }
        if !argument.contains('/')
            && let Some(package) = known()
        {
            push_package(package, "its command", found);
            of_command(&arguments[at..], machine, found);
            return;
        }
        if runs {
            return;
        }
    }
}

/// A script that the machine has as a file.
fn of_script(path: &str, machine: &Machine, found: &mut Lookups) {
    let file = machine::files(machine).find(|file| file.path == path);
    let text = file.and_then(|file| match &file.content {
        Content::Text(text) => Some(text.to_string()),
        Content::Binary(_) | Content::Fetched(_) => None,
    });
    match text {
        Some(text) if commands::is_shell_script(&text) => {
            let code: Vec<&str> = text
                .lines()
                .filter(|line| !line.trim_start().starts_with('#'))
                .collect();
            of_text(&code.join("\n"), &format!("`{path}`"), found);
        }
        Some(_) => {}
        None if [".sh", ".bash"].iter().any(|it| path.ends_with(it))
            && paths::out_of_place(path).is_none() =>
        {
            found.scripts.push(path.to_owned());
        }
        None => {}
    }
}

fn of_text(script: &str, by: &str, found: &mut Lookups) {
    for package in commands::packages_of(script) {
        push_package(package, by, found);
    }
}

fn push_package(package: &str, by: &str, found: &mut Lookups) {
    let known = commands::DEFAULT_PATH.contains(&package)
        || found.packages.iter().any(|(it, _)| it == package);
    if !known {
        found.packages.push((package.to_owned(), by.to_owned()));
    }
}

/// Names of a one-line command that are neither the shell's nor those of a known package.
fn unknown_of(script: &str, found: &mut Lookups) {
    for word in commands::commands_of(script) {
        let is_own = script.contains(&format!("{word}()")) || commands::is_shell(word);
        let is_known = program::package_of(word).is_some() || program::foreign(word).is_some();
        if commands::is_program(word)
            && !is_own
            && !is_known
            && !OF_SHELL.contains(&word)
            && !found.unknown.iter().any(|it| it == word)
        {
            found.unknown.push(word.to_owned());
        }
    }
}

/// Builtins that are programs too, so that no package need have them.
const OF_SHELL: [&str; 9] = [
    "echo", "false", "kill", "printf", "pwd", "test", "true", "if", "then",
];
