//! Files that a script writes by what its commands print: `echo x > file`, `{ echo x; echo y; } > file`.

use super::script::{Outcome, Runner};
use super::{Kind, paths, tables};
use crate::model::Family;
use crate::syntax::shell::{Command, Compound, Redirection, RedirectionKind, Script, Simple};

impl Runner<'_, '_> {
    /// Says what becomes of a file that a group, a loop or a condition prints.
    pub(super) fn written_by(
        &mut self,
        compound: &Compound,
        target: &str,
        appends: bool,
    ) -> Outcome {
        if let Some(outcome) = paths::writes_nothing(self, target) {
            return outcome;
        }
        let printed = match compound {
            Compound::Group(script) => self.printed_by(script),
            Compound::If { .. }
            | Compound::For { .. }
            | Compound::Case { .. }
            | Compound::Redirected(..)
            | Compound::Other => None,
        };
        match printed {
            Some(text) => paths::write(self, target, &text, appends),
            None => {
                let shown = self.shown(target);
                Outcome::Left(Kind::Edit, format!("writes `{shown}` by several commands"))
            }
        }
    }

    /// Returns what a script prints, where all of it only prints.
    pub(super) fn printed_by(&self, script: &Script) -> Option<String> {
        let mut whole = String::new();
        for list in &script.lists {
            let ([Command::Simple(simple)], []) =
                (list.first.commands.as_slice(), list.rest.as_slice())
            else {
                return None;
            };
            let is_written = !simple.redirections.is_empty()
                && simple.redirections.iter().all(|it| it.kind.writes());
            if is_written || !simple.assignments.is_empty() {
                return None;
            }
            whole.push_str(&self.printed(simple)?);
        }
        Some(whole)
    }

    /// What a command that writes to a file comes to; `None` where its output goes nowhere.
    /// Returns the file that what is printed goes to, and whether it is put behind what is there.
    pub(super) fn written_to(&self, redirections: &[Redirection]) -> Option<(String, bool)> {
        redirections.iter().find_map(|it| {
            let appends = match it.kind {
                RedirectionKind::Write | RedirectionKind::OutputAndErrors => false,
                RedirectionKind::Append | RedirectionKind::AppendOutputAndErrors => true,
                RedirectionKind::Read
                | RedirectionKind::ReadWrite
                | RedirectionKind::Duplicate
                | RedirectionKind::Here => return None,
            };
            let target = self.text(&it.target);
            (!target.starts_with("/dev/") && it.descriptor != Some(2)).then_some((target, appends))
        })
    }

    pub(super) fn redirected(&mut self, simple: &Simple) -> Option<Outcome> {
        let (target, appends) = self.written_to(&simple.redirections)?;
        if let Some(outcome) = paths::writes_nothing(self, &target) {
            return Some(outcome);
        }
        match self.printed(simple) {
            Some(text) => Some(paths::write(self, &target, &text, appends)),
            None => {
                let words = self.words(&simple.words);
                let program = words.first().cloned().unwrap_or_default();
                let name = program.rsplit('/').next().unwrap_or_default().to_owned();
                // A command that fetches or builds says more than the file does.
                match tables::of(self, &name, &program, &words[1.min(words.len())..]) {
                    Outcome::Left(kind, what) => Some(Outcome::Left(kind, what)),
                    Outcome::Stated | Outcome::Nothing(_) => {
                        let shown = self.shown(&target);
                        Some(Outcome::Left(
                            Kind::Edit,
                            format!("writes `{shown}` by `{name}`"),
                        ))
                    }
                }
            }
        }
    }

    /// Tells whether `echo` reads `\t` and its like by itself: that of dash does, Debian's /bin/sh.
    fn echo_reads_escapes(&self) -> bool {
        let here = &self.player.here;
        let shell = here.shell.first().map(String::as_str);
        here.family == Family::Debian && matches!(shell, Some("/bin/sh" | "sh" | "/bin/dash"))
    }

    /// Returns what a command prints, where it is one that only prints.
    pub(super) fn printed(&self, simple: &Simple) -> Option<String> {
        let program = simple.words.first().map(|it| it.raw.as_str());
        let values = self.values();
        let texts: Vec<String> = simple
            .words
            .iter()
            .skip(1)
            .map(|it| values.text(&it.raw))
            .collect();
        match (program, texts.as_slice()) {
            (Some("echo"), [flag, rest @ ..]) if flag == "-n" => Some(rest.join(" ")),
            (Some("echo"), [flag, rest @ ..]) if flag == "-e" => {
                Some(escapes(&rest.join(" "))? + "\n")
            }
            (Some("echo"), texts) if self.echo_reads_escapes() => {
                Some(dash_escapes(&texts.join(" "))? + "\n")
            }
            (Some("echo"), texts) => Some(texts.join(" ") + "\n"),
            (Some("printf"), [format, rest @ ..]) => formatted(format, rest),
            (Some("cat"), []) | (None, []) => {
                let here = simple
                    .redirections
                    .iter()
                    .find(|it| it.kind == RedirectionKind::Here);
                match here {
                    Some(it) => it.target.plain.clone(),
                    None => program.is_none().then(String::new),
                }
            }
            _ => None,
        }
    }
}

/// `\n` and `\t` as `echo -e` and `printf` write them; `None` for others.
fn escapes(text: &str) -> Option<String> {
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        out.push(match chars.next()? {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            '\\' => '\\',
            '"' => '"',
            '\'' => '\'',
            _ => return None,
        });
    }
    Some(out)
}

/// As `escapes`, for the `echo` of dash: it leaves what it does not know as it is. `None` for what ends the output, or
/// is a number.
fn dash_escapes(text: &str) -> Option<String> {
    let mut out = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let known = match chars.peek() {
            Some('n') => '\n',
            Some('t') => '\t',
            Some('r') => '\r',
            Some('\\') => '\\',
            Some('a' | 'b' | 'c' | 'f' | 'v' | '0') if c == '\\' => return None,
            _ => '\0',
        };
        if c == '\\' && known != '\0' {
            chars.next();
            out.push(known);
        } else {
            out.push(c);
        }
    }
    Some(out)
}

/// `printf` with `%s` and `%%` only.
fn formatted(format: &str, arguments: &[String]) -> Option<String> {
    let format = escapes(format)?;
    let needed = format.matches("%s").count();
    let mut out = String::new();
    let mut arguments = arguments.iter();
    loop {
        let mut rest = format.as_str();
        while let Some(at) = rest.find('%') {
            out.push_str(&rest[..at]);
            match rest[at + 1..].chars().next()? {
                's' => out.push_str(arguments.next().map_or("", String::as_str)),
                '%' => out.push('%'),
                _ => return None,
            }
            rest = &rest[at + 2..];
        }
        out.push_str(rest);
        // The format is used again for what is left over.
        if needed == 0 || arguments.len() == 0 {
            return Some(out);
        }
    }
}
