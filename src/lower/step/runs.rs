//! The commands that a step runs, and the paths that each of them writes.

use crate::lower::commands;
use crate::model::{Command, Step, Text};
use crate::syntax::shell::{self, Compound, Script, Simple, read_compound};

/// One command: its words, as far as they can be read, and the files into which its output goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::lower) struct Ran {
    pub(super) words: Vec<String>,
    pub(super) outputs: Vec<String>,
}

/// What a step runs.
#[derive(Debug, Default)]
pub(in crate::lower) struct Runs {
    pub(in crate::lower) commands: Vec<Ran>,
    /// Nothing was kept as text: no loop, no function.
    pub(super) is_whole: bool,
}

/// Programs that run the one behind them.
const RUNNERS: [&str; 8] = [
    "sudo", "env", "exec", "nice", "nohup", "time", "command", "ionice",
];

/// What most versions of a program that has an option for its output call that.
const OUTPUT_OPTIONS: [&str; 5] = ["-o", "-O", "-out", "--output", "--output-document"];

pub(in crate::lower) fn of(step: &Step) -> Runs {
    match &step.command {
        Command::Words(words) => Runs {
            commands: vec![Ran {
                words: words
                    .iter()
                    .filter_map(Text::plain)
                    .map(str::to_owned)
                    .collect(),
                outputs: Vec::new(),
            }],
            is_whole: true,
        },
        Command::Script { text, .. } => of_text(text.plain().unwrap_or_default()),
    }
}

/// Reads a script of a shell.
pub(in crate::lower) fn of_text(text: &str) -> Runs {
    let mut runs = Runs {
        is_whole: true,
        ..Runs::default()
    };
    match shell::read(text) {
        Ok(script) => of_script(&script, &mut runs),
        Err(_) => runs.is_whole = false,
    }
    runs
}

fn of_script(script: &Script, runs: &mut Runs) {
    for list in &script.lists {
        let others = list.rest.iter().map(|(_, pipeline)| pipeline);
        for pipeline in std::iter::once(&list.first).chain(others) {
            for command in &pipeline.commands {
                match command {
                    shell::Command::Simple(simple) => {
                        let ran = of_simple(simple);
                        let inner = ran.words.iter().filter_map(|it| spawned(it));
                        let inner: Vec<Ran> = inner.map(Ran::of_program).collect();
                        runs.commands.push(ran);
                        runs.commands.extend(inner);
                    }
                    shell::Command::Compound(text) => of_compound(text, runs),
                }
            }
        }
    }
}

/// Returns the program that a script of expect starts: `spawn {program} ...` on a line of its own.
pub(super) fn spawned(script: &str) -> Option<&str> {
    let line = script.lines().find_map(|it| it.strip_prefix("spawn {"))?;
    line.split_once('}').map(|(program, _)| program)
}

fn of_compound(text: &str, runs: &mut Runs) {
    of_read(&read_compound(text), runs);
}

fn of_read(compound: &Compound, runs: &mut Runs) {
    match compound {
        Compound::Redirected(inner, _) => of_read(inner, runs),
        Compound::Group(script) => of_script(script, runs),
        Compound::If {
            branches,
            otherwise,
        } => {
            for (condition, body) in branches {
                of_script(condition, runs);
                of_script(body, runs);
            }
            if let Some(script) = otherwise {
                of_script(script, runs);
            }
        }
        Compound::For { body, .. } => of_script(body, runs),
        Compound::Case { branches, .. } => {
            for (_, body) in branches {
                of_script(body, runs);
            }
        }
        Compound::Other => runs.is_whole = false,
    }
}

fn of_simple(simple: &Simple) -> Ran {
    let said = |word: &shell::Word| word.plain.clone().unwrap_or_else(|| word.raw.clone());
    let outputs = simple.redirections.iter().filter(|it| it.kind.writes());
    Ran {
        words: simple.words.iter().map(said).collect(),
        outputs: outputs
            .map(|it| said(&it.target))
            .filter(|it| it != "/dev/null")
            .collect(),
    }
}

impl Ran {
    fn of_program(name: &str) -> Ran {
        Ran {
            words: vec![name.to_owned()],
            outputs: Vec::new(),
        }
    }

    /// Returns the program's name and its arguments; nothing where only variables are set.
    pub(super) fn parts(&self) -> Option<(&str, &[String])> {
        let mut words = self.words.as_slice();
        loop {
            let (first, rest) = words.split_first()?;
            let name = first.rsplit('/').next().unwrap_or(first);
            if !RUNNERS.contains(&name) || rest.is_empty() {
                return Some((name, rest));
            }
            let is_own = |it: &&String| it.starts_with('-') || it.contains('=');
            let own = rest.iter().take_while(is_own).count();
            // `sudo -u name program`
            let named = rest.iter().take(own).any(|it| it == "-u");
            words = rest.get(own + usize::from(named)..)?;
        }
    }

    pub(super) fn program(&self) -> &str {
        self.parts().map_or("", |(name, _)| name)
    }

    /// Returns the path of what runs: the program, or the script that a shell is given.
    pub(in crate::lower) fn script(&self) -> Option<&str> {
        let first = self.words.first()?;
        if first.starts_with('/') {
            return Some(first);
        }
        let is_shell = commands::is_shell(self.program());
        self.operands()
            .first()
            .copied()
            .filter(|it| is_shell && it.starts_with('/'))
    }

    /// Returns the arguments that are no options.
    pub(super) fn operands(&self) -> Vec<&str> {
        let arguments = self.parts().map_or(&[][..], |(_, arguments)| arguments);
        let operands = arguments.iter().map(String::as_str);
        operands.filter(|it| !it.starts_with('-')).collect()
    }

    /// Tells whether an option is given, by itself or among other letters.
    pub(super) fn has_option(&self, letter: char, long: &str) -> bool {
        let arguments = self.parts().map_or(&[][..], |(_, arguments)| arguments);
        arguments.iter().any(|it| match it.strip_prefix('-') {
            Some(rest) if rest.starts_with('-') => it == long,
            Some(letters) => letters.contains(letter),
            None => false,
        })
    }

    /// Returns the paths that the command makes, changes or removes, as far as they are whole ones.
    pub(in crate::lower) fn written(&self) -> Vec<&str> {
        let mut found: Vec<&str> = self.outputs.iter().map(String::as_str).collect();
        let Some((program, arguments)) = self.parts() else {
            return found;
        };
        let operands = self.operands();
        match program {
            "ln" | "cp" | "install" | "rsync" => found.extend(operands.last()),
            "mv" | "rm" | "rmdir" | "mkdir" | "touch" | "truncate" | "tee" | "unlink" => {
                found.extend(operands);
            }
            "chmod" | "chown" | "chgrp" | "setfacl" | "setcap" | "chattr" => {
                found.extend(operands.iter().skip(1));
            }
            "sed" | "perl" if self.has_option('i', "--in-place") => {
                found.extend(operands.iter().skip(1));
            }
            "dd" => found.extend(arguments.iter().filter_map(|it| it.strip_prefix("of="))),
            _ => {
                let pairs = arguments.windows(2);
                let outputs = pairs.filter(|it| OUTPUT_OPTIONS.contains(&it[0].as_str()));
                found.extend(outputs.map(|it| it[1].as_str()));
            }
        }
        found.retain(|it| it.starts_with('/'));
        found
    }
}

#[cfg(test)]
mod tests {
    use super::of_text;

    #[test]
    fn what_a_command_writes_is_known_by_its_program() {
        for (text, expected) in [
            ("ln -sf /usr/bin/python3 /usr/bin/python", "/usr/bin/python"),
            (
                "sudo -u ada cp a /srv/b && echo x >> /srv/c",
                "/srv/b /srv/c",
            ),
            ("cat a | tee -a /etc/x > /dev/null", "/etc/x"),
            ("sed -i s,a,b, /etc/x; sed s,/a,b, /etc/y", "/etc/x"),
            ("curl -o /opt/x https://example.org/x", "/opt/x"),
            ("if true; then chmod 755 /opt/y; fi", "/opt/y"),
            ("dd if=/dev/zero of=/swap", "/swap"),
        ] {
            let runs = of_text(text);
            let written: Vec<&str> = runs.commands.iter().flat_map(|it| it.written()).collect();
            assert_eq!(written.join(" "), expected, "{text}");
        }
    }
}
