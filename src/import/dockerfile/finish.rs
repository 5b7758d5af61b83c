//! The end of a recipe: ENTRYPOINT and CMD joined as Docker does, and the application as a whole.

use super::base::Base;
use super::files::in_context;
use super::known;
use super::player::{Left, Player, Purpose, not_needed};
use super::run;
use super::scope::hide_credentials;
use crate::account::{Account, Code, ItemId};
use crate::diag::Diagnostics;
use crate::import::etc::kinds;
use crate::import::reading::{self, Said};
use crate::import::redact::{Taken, redact, redact_words};
use crate::import::taint::taken;
use crate::model::{
    Application, Command, Content, Entry, File, Origin, Piece, Resource, Sourced, Text,
};
use crate::source::Span;
use crate::syntax::dockerfile::CommandLine;

/// Commands of a stage that one comment tells of.
const MOST_GATHERED: usize = 20;

/// Programs that are process 1 of a container and nothing else: systemd is that on a machine.
const INITS: [&str; 4] = ["tini", "tini-static", "dumb-init", "catatonit"];

impl Player<'_> {
    /// Joins ENTRYPOINT and CMD: a shell command as ENTRYPOINT takes no arguments.
    pub(super) fn join_command(&mut self) {
        let entrypoint = self
            .parts
            .entrypoint
            .clone()
            .filter(|(it, ..)| !is_empty(it));
        let cmd = self.parts.cmd.clone().filter(|(it, ..)| !is_empty(it));
        let joined = match (entrypoint, cmd) {
            (None, None) => None,
            (Some((CommandLine::Exec(words), _, item)), None) if self.only_passes_on(&words) => {
                let reason = format!(
                    "`{}` starts the command that it is given, and nothing here gives one",
                    words.join(" ")
                );
                self.leave(
                    item,
                    "ENTRYPOINT",
                    Left::new(reason, self.where_command_is()),
                );
                self.parts.entrypoint = None;
                self.parts.is_told = true;
                None
            }
            (None, Some((command, shell, item))) | (Some((command, shell, item)), None) => {
                Some((self.command_of(&command, &shell), Origin::of(item)))
            }
            (Some((command @ CommandLine::Shell(_), shell, item)), Some(_)) => {
                Some((self.command_of(&command, &shell), Origin::of(item)))
            }
            (Some((CommandLine::Exec(mut words), _, item)), Some((cmd, shell, more))) => {
                words.extend(match cmd {
                    CommandLine::Exec(words) => words,
                    CommandLine::Shell(text) => {
                        shell.iter().cloned().chain(std::iter::once(text)).collect()
                    }
                });
                let mut origin = Origin::of(item);
                origin.merge(&Origin::of(more));
                Some((self.words(&words), origin))
            }
        };
        self.parts.command = joined.map(|(value, origin)| Sourced {
            value,
            origin,
            assumptions: Vec::new(),
        });
    }

    fn only_passes_on(&self, words: &[String]) -> bool {
        let words = without_init(words);
        matches!(words, [program] if self.starts_its_arguments(program))
    }

    /// Says where the command of a service may stand that its image does not have.
    fn where_command_is(&self) -> String {
        const FILES: [&str; 4] = [
            "compose.yaml",
            "compose.yml",
            "docker-compose.yaml",
            "docker-compose.yml",
        ];
        let folders = [self.recipe.given.context.as_str(), ""];
        let found = folders.iter().find_map(|folder| {
            let paths = FILES.iter().map(|it| in_context(folder, it));
            paths
                .into_iter()
                .find(|it| self.recipe.tree.find(it).is_ok())
        });
        match found {
            Some(file) => format!(
                "Give the command to the option `command`: `{file}`, which is not read, may have it."
            ),
            None => "Give the command to the option `command`, as `docker run` gets it.".to_owned(),
        }
    }

    /// Returns the jobs that a file has for cron; any other entry as it is.
    fn jobs(&self, entry: Entry, account: &mut Account) -> Vec<Entry> {
        let Resource::File(File {
            path,
            content: Content::Text(text),
            ..
        }) = &entry.resource
        else {
            return vec![entry];
        };
        let reads = kinds::kind(path).is_some_and(|it| it.name == "crontab");
        let Some(found) = kinds::read(path, text).filter(|_| reads) else {
            return vec![entry];
        };
        let said = reading::said(&entry, &found, |_| entry.origin.clone());
        let mut entries = Vec::new();
        for it in said {
            match it {
                Said::Asks(it) => entries.push(it),
                Said::NotNeeded(origin, reason) => {
                    for item in origin.items {
                        not_needed(account, item, Code::NoMeaning, &reason);
                    }
                }
                Said::Left(shown, _, _) => entries.push(shown),
            }
        }
        entries
    }

    /// Starts what the image below starts, where the recipe says nothing of it.
    pub(super) fn default_command(&mut self, item: ItemId, image: &str, base: &Base) {
        let is_said =
            self.parts.is_told || self.parts.entrypoint.is_some() || self.parts.cmd.is_some();
        if is_said || base.runs.is_empty() {
            return;
        }
        let words: Vec<String> = base.runs.iter().map(ToString::to_string).collect();
        self.parts.command = Some(Sourced {
            value: self.words(&words),
            origin: Origin::of(item),
            assumptions: vec![format!("`{image}` starts `{}`", words.join(" "))],
        });
    }

    /// Makes one entry of what the commands of a stage that builds leave to a person.
    fn gathered(&self, entries: Vec<Entry>) -> Vec<Entry> {
        let Purpose::Build(stage) = &self.purpose else {
            return entries;
        };
        let (left, others): (Vec<Entry>, Vec<Entry>) = entries
            .into_iter()
            .partition(|it| matches!(&it.resource, Resource::Opaque(it) if it.subject == "RUN"));
        let mut gathered = others;
        for some in left.chunks(MOST_GATHERED) {
            gathered.extend(one_of(some, stage));
        }
        gathered
    }

    /// Returns a text that the Dockerfile itself writes to a file, with holes in place of its secrets.
    pub(super) fn written(&self, text: &str, path: &str, item: ItemId) -> Text {
        let span = self.span_of(item);
        let holes = &self.recipe.holes;
        let shown = &self.recipe.given.path;
        let mut out = Text::new();
        let redacted = redact(text, path, shown, |_, _| span);
        holes.keep(taken(text, &redacted));
        for piece in redacted.pieces() {
            match piece {
                Piece::Literal(text) => out.push(&holes.text(text)),
                Piece::Hole(hole) => out.push_hole(hole.clone()),
            }
        }
        out
    }

    fn span_of(&self, item: ItemId) -> Span {
        let at = self.recipe.items.iter().position(|it| *it == item);
        self.span(at.unwrap_or(0))
    }

    /// Returns a command line as what runs it.
    pub(super) fn command_of(&self, command: &CommandLine, shell: &[String]) -> Command {
        let span = Span::new(self.recipe.given.file, 0, 0);
        match (command, shell) {
            (CommandLine::Exec(words), _) => self.words(words),
            (CommandLine::Shell(text), [program, flag]) if flag == "-c" => Command::Script {
                shell: program.clone(),
                text: self.secretless(&single_blanks(text), span),
            },
            (CommandLine::Shell(text), shell) => {
                let mut words: Vec<Text> = shell.iter().map(|it| Text::from(it.as_str())).collect();
                words.push(self.secretless(text, span));
                Command::Words(words)
            }
        }
    }

    fn secretless(&self, text: &str, span: Span) -> Text {
        let holes = &self.recipe.holes;
        holes.text(&hide_credentials(text.to_owned(), holes, span))
    }

    /// Words of a program; the value of an option that names a secret is one.
    fn words(&self, words: &[String]) -> Command {
        let words = without_init(words);
        let holes = &self.recipe.holes;
        let mut texts: Vec<Text> = words.iter().map(|it| holes.text(it)).collect();
        let what = |_: usize, name: Option<&str>| match name {
            Some(name) => format!("the value of the option {name}"),
            None => "the password of a command".to_owned(),
        };
        let mut taken = Taken::new();
        redact_words(&mut texts, what, &mut taken);
        holes.keep(taken);
        Command::Words(texts)
    }

    /// Returns what the stage asks of the machine.
    pub(super) fn into_entries(
        mut self,
        account: &mut Account,
        diags: &mut Diagnostics,
    ) -> Vec<Entry> {
        let mut entries = Vec::new();
        if self.is_image() {
            self.close_unused(account);
            self.drop_sources_of_build(account);
            let at = self.recipe.file.instructions.len().saturating_sub(1);
            let place = self.recipe.image_from().unwrap_or(at);
            let parts = std::mem::take(&mut self.parts);
            let application = Application {
                name: self.recipe.given.name.clone(),
                described: self.recipe.given.path.clone(),
                summary: parts.summary,
                base: parts.base,
                family: self.here.family,
                command: parts.command,
                directory: parts.directory,
                user: parts.user,
                group: parts.group,
                environment: parts.environment.into_values().collect(),
                ports: parts.ports,
                packages: parts.packages.into_values().collect(),
                fetched: parts.fetched,
                state: parts.state,
                source: parts.source,
                stop_signal: parts.stop_signal,
                health: parts.health,
                variant_of: self.recipe.given.variant_of.clone(),
                owns_source: parts.owns_source,
            };
            let resource = Resource::Application(Box::new(application));
            let mut entry = self.recipe.entry(self.recipe.items[place], resource);
            entry.origin = Origin {
                items: Vec::new(),
                places: vec![self.recipe.span(place)],
            };
            entries.push(entry);
        }
        let of_build: Vec<ItemId> = if self.is_image() {
            let entries = self.state.entries().filter(|it| self.is_file_of_build(it));
            entries.flat_map(|it| it.origin.items.clone()).collect()
        } else {
            Vec::new()
        };
        for item in &of_build {
            known::close(account, *item);
        }
        self.state.learn(self.recipe.holes.taken());
        diags.hide(self.state.known().values());
        let search = self.state.search();
        let (others, closings) = std::mem::take(&mut self.state).finish();
        for (item, closing) in closings {
            account.close(item, closing);
        }
        let is_of_build = |it: &Entry| {
            matches!(it.resource, Resource::File(_))
                && it
                    .origin
                    .items
                    .first()
                    .is_some_and(|it| of_build.contains(it))
        };
        let others = others.into_iter().map(|(entry, _)| entry);
        let others = others.filter(|it| !is_of_build(it));
        let others: Vec<Entry> = others.flat_map(|it| self.jobs(it, account)).collect();
        entries.extend(self.gathered(others));
        if let Some(search) = search {
            for entry in &mut entries {
                search.hide(&mut entry.resource);
            }
            account.reword(|it| search.shown(it));
        }
        entries
    }

    /// Closes a CMD or ENTRYPOINT that says nothing.
    fn close_unused(&self, account: &mut Account) {
        let used: Vec<ItemId> = self
            .parts
            .command
            .iter()
            .flat_map(|it| it.origin.items.clone())
            .collect();
        for part in [&self.parts.entrypoint, &self.parts.cmd] {
            let Some((command, _, item)) = part else {
                continue;
            };
            if used.contains(item) {
                continue;
            }
            let reason = if is_empty(command) {
                "it is empty"
            } else {
                "an ENTRYPOINT that a shell runs takes no arguments from CMD"
            };
            not_needed(account, *item, Code::AlreadySo, reason);
        }
    }
}

/// Returns the items that the parts of an application come from.
pub(super) fn items(application: &Application) -> Vec<ItemId> {
    let Application {
        name: _,
        described: _,
        summary: _,
        base: _,
        family: _,
        command,
        directory,
        user,
        group,
        environment,
        ports,
        packages,
        fetched,
        state,
        source,
        stop_signal,
        health,
        variant_of: _,
        owns_source: _,
    } = application;
    let mut found: Vec<&Origin> = Vec::new();
    found.extend(command.iter().map(|it| &it.origin));
    for part in [directory, user, group, stop_signal] {
        found.extend(part.iter().map(|it| &it.origin));
    }
    found.extend(environment.iter().map(|it| &it.origin));
    found.extend(ports.iter().map(|it| &it.origin));
    found.extend(packages.iter().map(|it| &it.origin));
    found.extend(fetched.iter().map(|it| &it.origin));
    found.extend(state.iter().map(|it| &it.origin));
    found.extend(source.iter().map(|it| &it.origin));
    found.extend(health.iter().map(|it| &it.origin));
    found
        .iter()
        .flat_map(|it| it.items.iter().copied())
        .collect()
}

fn one_of(left: &[Entry], stage: &str) -> Option<Entry> {
    let mut entry = left.first()?.clone();
    let mut does: Vec<&str> = Vec::new();
    for it in left {
        entry.origin.merge(&it.origin);
        if let Resource::Opaque(opaque) = &it.resource {
            let what = opaque.reason.strip_prefix("it ").unwrap_or(&opaque.reason);
            if !does.contains(&what) {
                does.push(what);
            }
        }
    }
    let does = does.join("; ");
    let cure = run::builder(&does);
    if let Resource::Opaque(opaque) = &mut entry.resource {
        opaque.reason = format!("the stage `{stage}` {does}");
        opaque.cure = cure.or(opaque.cure.take());
    }
    Some(entry)
}

fn is_empty(command: &CommandLine) -> bool {
    match command {
        CommandLine::Shell(text) => text.is_empty(),
        CommandLine::Exec(words) => words.is_empty(),
    }
}

/// Leaves an init of containers out, and what it is told.
fn without_init(words: &[String]) -> &[String] {
    let Some((program, rest)) = words.split_first() else {
        return words;
    };
    let name = program.rsplit('/').next().unwrap_or(program);
    if !INITS.contains(&name) || rest.is_empty() {
        return words;
    }
    match rest.iter().position(|it| !it.starts_with('-')) {
        // Options with a value of their own would be taken for the program.
        Some(0) => rest,
        Some(at) if rest[at - 1] == "--" => &rest[at..],
        Some(at)
            if rest[..at]
                .iter()
                .all(|it| matches!(it.as_str(), "-g" | "-v" | "-s")) =>
        {
            &rest[at..]
        }
        Some(_) | None => words,
    }
}

/// Lines that were joined bring their indentation along, which a shell does not see outside of quotes.
fn single_blanks(text: &str) -> String {
    let mut out = String::new();
    let mut quote = None;
    let mut is_escaped = false;
    for c in text.trim().chars() {
        let is_blank = matches!(c, ' ' | '\t') && quote.is_none() && !is_escaped;
        match quote {
            _ if is_escaped => {}
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if matches!(c, '"' | '\'') => quote = Some(c),
            None => {}
        }
        is_escaped = c == '\\' && !is_escaped && quote != Some('\'');
        if !is_blank {
            out.push(c);
        } else if !out.ends_with(' ') {
            out.push(' ');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::without_init;

    #[test]
    fn an_init_of_containers_is_left_out() {
        for (words, expected) in [
            ("/sbin/tini -- a b", "a b"),
            ("tini -g -- a", "a"),
            ("dumb-init a --", "a --"),
            ("tini -p SIGINT a", "tini -p SIGINT a"),
            ("tini", "tini"),
            ("a --", "a --"),
        ] {
            let split: Vec<String> = words.split(' ').map(str::to_owned).collect();
            assert_eq!(without_init(&split).join(" "), expected, "{words}");
        }
    }
}
