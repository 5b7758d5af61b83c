//! `Runner`: goes through a script, command by command, with the variables and the directory of its shell.

use std::collections::{BTreeMap, BTreeSet};

use super::words::Values;
use super::{
    Kind, Remainder, Sum, accounts, apache, global, installers, packages, paths, php, tables,
};
use crate::account::ItemId;
use crate::import::dockerfile::player::Player;
use crate::import::dockerfile::scope::is_plain;
use crate::model::{HoleKind, Origin, Package, Sourced};
use crate::source::absolute;
use crate::syntax::glob::glob;
use crate::syntax::shell::{
    self, Command, Compound, Connector, Pipeline, Script, Simple, Word, read_compound,
};

/// How deep scripts may hold scripts.
const MAX_DEPTH: usize = 8;

pub(super) struct Runner<'p, 'a> {
    pub(super) player: &'p mut Player<'a>,
    pub(super) item: ItemId,
    at: usize,
    pub(super) directory: String,
    variables: BTreeMap<String, String>,
    /// What runs here may not run: nothing may be stated that hangs on it.
    may_not_run: bool,
    depth: usize,
    /// Packages of `apk add --virtual`, by the name that stands for them.
    pub(super) bundles: BTreeMap<String, Vec<String>>,
    /// The packages that `apt-mark` is to keep, once it lets all others go.
    pub(super) kept: Option<BTreeSet<String>>,
    pub(super) noted: BTreeSet<String>,
    sum: Sum,
}

/// What a command comes to.
pub(super) enum Outcome {
    /// It states something.
    Stated,
    /// It means nothing here; why.
    Nothing(String),
    Left(Kind, String),
}

impl Outcome {
    pub(super) fn nothing(why: &str) -> Outcome {
        Outcome::Nothing(why.to_owned())
    }
}

/// What is known of a condition.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Truth {
    True,
    False,
    Unknown,
}

impl<'p, 'a> Runner<'p, 'a> {
    pub(super) fn new(player: &'p mut Player<'a>, at: usize) -> Runner<'p, 'a> {
        let noted = player.parts.packages.keys().cloned().collect();
        Runner {
            item: player.recipe.items[at],
            at,
            directory: player.here.directory.clone(),
            variables: BTreeMap::new(),
            may_not_run: false,
            depth: 0,
            bundles: BTreeMap::new(),
            kept: None,
            noted,
            sum: Sum::default(),
            player,
        }
    }

    pub(super) fn finish(self) -> Sum {
        self.sum
    }

    pub(super) fn left(&mut self, kind: Kind, what: impl Into<String>) {
        self.sum.left.push(Remainder {
            what: what.into(),
            kind,
        });
    }

    /// Notes packages that an installer brings: the same name may be one of the distribution's.
    pub(super) fn install(&mut self, installer: &str, packages: Vec<Package>) {
        for package in packages {
            let key = format!("{installer} {}", package.name);
            let origin = Origin::of(self.item);
            let found = self.player.parts.packages.entry(key).or_insert(Sourced {
                value: package,
                origin: origin.clone(),
                assumptions: Vec::new(),
            });
            found.origin.merge(&origin);
        }
    }

    /// Tells whether what is asked for holds for sure.
    pub(super) fn is_certain(&self) -> bool {
        !self.may_not_run
    }

    pub(super) fn take(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Stated => {}
            Outcome::Nothing(why) => {
                self.sum.nothing.get_or_insert(why);
            }
            Outcome::Left(kind, what) => self.left(kind, what),
        }
    }

    pub(super) fn values(&self) -> Values<'_> {
        Values {
            scope: &self.player.here.scope,
            holes: &self.player.recipe.holes,
            variables: &self.variables,
            span: self.player.span(self.at),
        }
    }

    pub(super) fn words(&self, words: &[Word]) -> Vec<String> {
        let values = self.values();
        words.iter().flat_map(|it| values.words(&it.raw)).collect()
    }

    pub(super) fn text(&self, word: &Word) -> String {
        match &word.plain {
            Some(plain) => plain.clone(),
            None => self.values().text(&word.raw),
        }
    }

    pub(super) fn script(&mut self, script: &Script) {
        for list in &script.lists {
            self.pipeline(&list.first);
            let mut before = &list.first;
            // What an earlier part of the list is known to have come to.
            let mut truth = self.truth(&list.first);
            for (connector, next) in &list.rest {
                let hangs = match (connector, truth) {
                    (Connector::And, Truth::False) | (Connector::Or, Truth::True) => continue,
                    (Connector::And, Truth::True) | (Connector::Or, Truth::False) => false,
                    (Connector::And, Truth::Unknown) => is_question(before),
                    // `mkdir` after a question whether it is there makes what would be there anyway.
                    (Connector::Or, Truth::Unknown) => !(is_question(before) && makes(next)),
                };
                self.perhaps(hangs, |runner| runner.pipeline(next));
                truth = match connector {
                    Connector::And if truth == Truth::True => self.truth(next),
                    Connector::Or if truth == Truth::False => self.truth(next),
                    Connector::And | Connector::Or => Truth::Unknown,
                };
                before = next;
            }
        }
    }

    fn perhaps(&mut self, hangs: bool, run: impl FnOnce(&mut Self)) {
        let outer = self.may_not_run;
        self.may_not_run |= hangs;
        run(self);
        self.may_not_run = outer;
    }

    fn pipeline(&mut self, pipeline: &Pipeline) {
        match pipeline.commands.as_slice() {
            [Command::Simple(simple)] => self.simple(simple),
            [Command::Compound(text)] => self.compound(text),
            commands => self.pipe(commands),
        }
    }

    /// `{ echo x; echo y; } | tee file`, `echo x | tee file`, and pipes whose parts all mean nothing.
    fn pipe(&mut self, commands: &[Command]) {
        if let [first, Command::Simple(last)] = commands {
            let printed = match first {
                Command::Simple(first) => self.printed(first),
                Command::Compound(text) => match read_compound(text) {
                    Compound::Group(script) => self.printed_by(&script),
                    Compound::If { .. }
                    | Compound::For { .. }
                    | Compound::Case { .. }
                    | Compound::Redirected(..)
                    | Compound::Other => None,
                },
            };
            let words = self.words(&last.words);
            let names: Vec<&str> = words.iter().map(String::as_str).collect();
            if let ["tee", rest @ ..] = names.as_slice()
                && let Some(text) = printed
            {
                let appends = rest.contains(&"-a");
                let files: Vec<String> = rest
                    .iter()
                    .filter(|it| !it.starts_with('-'))
                    .map(|it| (*it).to_owned())
                    .collect();
                for file in files {
                    let outcome = paths::write(self, &file, &text, appends);
                    self.take(outcome);
                }
                return;
            }
        }
        if let [Command::Simple(first), Command::Simple(last)] = commands {
            let words = self.words(&last.words);
            let names: Vec<&str> = words.iter().map(String::as_str).collect();
            let fetched = self.words(&first.words);
            if let Some(outcome) = installers::piped(self, &fetched, &words) {
                self.take(outcome);
                return;
            }
            if names.first() == Some(&"chpasswd") {
                self.left(Kind::Other, "sets a password");
                return;
            }
        }
        for command in commands {
            match command {
                Command::Simple(simple) => self.simple(simple),
                Command::Compound(text) => self.compound(text),
            }
        }
    }

    fn compound(&mut self, text: &str) {
        if self.depth >= MAX_DEPTH {
            self.left(
                Kind::Other,
                "runs a script that is nested too deep to be read",
            );
            return;
        }
        self.depth += 1;
        self.read(read_compound(text), text);
        self.depth -= 1;
    }

    fn read(&mut self, compound: Compound, text: &str) {
        match compound {
            Compound::Redirected(inner, redirections) => match self.written_to(&redirections) {
                None => self.read(*inner, text),
                Some((target, appends)) => {
                    let outcome = self.written_by(&inner, &target, appends);
                    self.take(outcome);
                }
            },
            Compound::Group(script) => {
                let directory = self.directory.clone();
                self.script(&script);
                if text.trim_start().starts_with('(') {
                    self.directory = directory;
                }
            }
            Compound::If {
                branches,
                otherwise,
            } => self.choose(&branches, otherwise.as_ref()),
            Compound::For {
                variable,
                values,
                body,
            } => self.repeat(&variable, values.as_deref(), &body),
            Compound::Case { value, branches } => self.case(&value, &branches),
            Compound::Other => {
                let first = text.split_whitespace().next().unwrap_or_default();
                // A function that nobody calls does nothing; its calls are commands that nobody knows.
                match first {
                    "[[" | "((" | "function" => {}
                    first if first.contains("()") || text.contains(" () ") => {}
                    first => self.left(Kind::Other, format!("runs a `{first}` of the shell")),
                }
            }
        }
    }

    fn choose(&mut self, branches: &[(Script, Script)], otherwise: Option<&Script>) {
        let mut hangs = false;
        for (condition, body) in branches {
            match self.condition(condition) {
                Truth::True => {
                    self.perhaps(hangs, |runner| runner.script(body));
                    return;
                }
                Truth::False => {}
                Truth::Unknown => {
                    self.perhaps(true, |runner| runner.script(body));
                    hangs = true;
                }
            }
        }
        if let Some(body) = otherwise {
            self.perhaps(hangs, |runner| runner.script(body));
        }
    }

    fn repeat(&mut self, variable: &str, values: Option<&[Word]>, body: &Script) {
        let words = values.map(|it| self.words(it)).unwrap_or_default();
        let is_known = !words.is_empty()
            && words
                .iter()
                .all(|it| is_plain(it) && !it.contains(['*', '?']));
        if !is_known {
            let what = format!("each `{variable}` of a loop");
            let hole = self
                .player
                .recipe
                .holes
                .place(HoleKind::Unknown, what, None);
            self.variables.insert(variable.to_owned(), hole);
            self.perhaps(true, |runner| runner.script(body));
            return;
        }
        // Loops over more words than these are data.
        for word in words.into_iter().take(64) {
            self.variables.insert(variable.to_owned(), word);
            self.script(body);
        }
    }

    fn case(&mut self, value: &Word, branches: &[(Vec<Word>, Script)]) {
        let value = self.text(value);
        if !is_plain(&value) {
            for (_, body) in branches {
                self.perhaps(true, |runner| runner.script(body));
            }
            return;
        }
        for (patterns, body) in branches {
            let fits = |pattern: &Word| {
                let pattern = self.text(pattern);
                glob(&pattern).is_some_and(|it| it.is_match(&value)) || pattern == value
            };
            if patterns.iter().any(fits) {
                self.script(body);
                return;
            }
        }
    }

    fn condition(&self, script: &Script) -> Truth {
        match script.lists.as_slice() {
            [list] if list.rest.is_empty() => self.truth(&list.first),
            _ => Truth::Unknown,
        }
    }

    /// Decides `test`, `[`, `true` and `false` over known words.
    fn truth(&self, pipeline: &Pipeline) -> Truth {
        let [Command::Simple(simple)] = pipeline.commands.as_slice() else {
            return Truth::Unknown;
        };
        let values = self.values();
        // Words are not split here: an empty one is one.
        let words: Vec<String> = simple.words.iter().map(|it| values.text(&it.raw)).collect();
        let mut names: Vec<&str> = words.iter().map(String::as_str).collect();
        match names.first().copied() {
            Some("true" | ":") => return Truth::True,
            Some("false") => return Truth::False,
            Some("[") if names.last() == Some(&"]") => {
                names.pop();
            }
            Some("test") => {}
            _ => return Truth::Unknown,
        }
        names.remove(0);
        let is_negated = names.first() == Some(&"!");
        let names = if is_negated { &names[1..] } else { &names[..] };
        if names.iter().any(|it| !is_plain(it)) {
            return Truth::Unknown;
        }
        let holds = match names {
            ["-z", word] => word.is_empty(),
            ["-n", word] | [word] => !word.is_empty(),
            [a, "=" | "==", b] => a == b,
            [a, "!=", b] => a != b,
            _ => return Truth::Unknown,
        };
        if holds != (is_negated != pipeline.negated) {
            Truth::True
        } else {
            Truth::False
        }
    }

    fn simple(&mut self, simple: &Simple) {
        for (name, value) in &simple.assignments {
            let text = self.values().text(&value.raw);
            if value.raw.contains("apt-mark showmanual") {
                self.noted = self.player.parts.packages.keys().cloned().collect();
            }
            self.variables.insert(name.clone(), text);
        }
        if simple.words.is_empty() && simple.redirections.is_empty() {
            return;
        }
        if let Some(outcome) = self.redirected(simple) {
            self.take(outcome);
            return;
        }
        let words = self.words(&simple.words);
        self.program(&words);
    }

    /// Runs one program with its arguments.
    pub(super) fn program(&mut self, words: &[String]) {
        let words = tables::bare(words);
        let Some((program, arguments)) = words.split_first() else {
            return;
        };
        let name = program.rsplit('/').next().unwrap_or(program).to_owned();
        match (name.as_str(), arguments) {
            ("cd" | "pushd", [.., path]) if is_plain(path) => {
                self.directory = absolute(&self.directory, path);
                return;
            }
            ("cd" | "pushd" | "popd", _) => {
                let hole = self.player.recipe.holes.place(
                    HoleKind::Unknown,
                    "the folder that the build is in".to_owned(),
                    None,
                );
                self.directory = hole;
                return;
            }
            ("export" | "local" | "readonly" | "declare", pairs) => {
                for (name, value) in pairs.iter().filter_map(|it| it.split_once('=')) {
                    self.variables.insert(name.to_owned(), value.to_owned());
                }
                return;
            }
            ("unset", names) => {
                for name in names {
                    self.variables.remove(name);
                }
                return;
            }
            ("sh" | "bash" | "ash" | "dash", [flags @ .., text])
                if flags
                    .iter()
                    .any(|it| it.starts_with('-') && it.ends_with('c'))
                    && is_plain(text) =>
            {
                self.inner(text);
                return;
            }
            _ => {}
        }
        let outcome = packages::of(self, &name, arguments)
            .or_else(|| php::of(self, &name, arguments))
            .or_else(|| global::of(self, &name, arguments))
            .or_else(|| apache::of(self, &name, arguments))
            .or_else(|| accounts::of(self, &name, arguments))
            .or_else(|| paths::of(self, &name, arguments))
            .unwrap_or_else(|| tables::of(self, &name, program, arguments));
        self.take(outcome);
    }

    /// Runs the text that another shell is given.
    fn inner(&mut self, text: &str) {
        self.depth += 1;
        match shell::read(text) {
            Ok(script) if self.depth < MAX_DEPTH => {
                let directory = self.directory.clone();
                self.script(&script);
                self.directory = directory;
            }
            Ok(_) | Err(_) => self.left(Kind::Other, "runs a script that cannot be read"),
        }
        self.depth -= 1;
    }

    /// Returns a text for people, with what is not known named.
    pub(super) fn shown(&self, text: &str) -> String {
        self.player.recipe.holes.text(text).to_string()
    }
}

/// Tells whether a pipeline only asks something.
fn is_question(pipeline: &Pipeline) -> bool {
    let Some(Command::Simple(simple)) = pipeline.commands.last() else {
        return true;
    };
    let program = simple.words.first().map(|it| it.raw.as_str());
    pipeline.negated
        || program.is_some_and(|it| {
            [
                "[", "test", "grep", "command", "which", "id", "getent", "type", "false", "ls",
            ]
            .contains(&it)
        })
}

/// Tells whether a pipeline makes what may be there already.
fn makes(pipeline: &Pipeline) -> bool {
    let [Command::Simple(simple)] = pipeline.commands.as_slice() else {
        return false;
    };
    let program = simple.words.first().map(|it| it.raw.as_str());
    program.is_some_and(|it| {
        [
            "mkdir", "useradd", "adduser", "groupadd", "addgroup", "ln", "touch",
        ]
        .contains(&it)
    })
}
