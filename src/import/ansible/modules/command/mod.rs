//! `command`, `shell`, `raw` and `script`: what a program does, where that is known; else the command is kept as a step.
//!
//! Manuals: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/command_module.html>, `shell_module.html`

mod accounts;
mod answers;
mod bootstrap;
mod calls;
mod downloads;
mod edits;
mod installer;
mod known;
mod lists;
mod pipes;
mod projects;
mod script;
mod sense;
mod servers;
mod stated;
mod walls;
mod words;

pub(super) use script::SCRIPT;
pub(super) use words::split as split_words;

use super::paths::{There, absolute, is_empty_at_first, parent, real, there};
use super::{Kind, Look, Module, Run, looks};
use crate::account::{Code, Verdict};
use crate::import::ansible::params::{Params, Refusal};
use crate::import::ansible::play::guards::line;
use crate::import::ansible::results;
use crate::import::ansible::value::Value;
use crate::import::holes::{Encoded, encode};
use crate::model::{Command, Condition, HoleKind, Piece, Resource, Step, Text};
use crate::secret;
use crate::syntax::glob::{glob, is_pattern};
use crate::syntax::placeholder_index;
use sense::{Sense, of_command, of_script};

pub(super) const COMMAND: Module = Module {
    names: &["command"],
    collection: "ansible.builtin",
    becomes: "What the program does, where that is known (useradd, systemctl, ln, sysctl ...). A command that only \
              looks steers. Others are kept as a oneshot unit that runs once, or left to you.",
    kind: Kind::Changes,
    run: run_command,
};

pub(super) const SHELL: Module = Module {
    names: &["shell", "raw"],
    collection: "ansible.builtin",
    becomes: "What the commands of the line do, where that is known. A line that only looks steers. Others are \
              kept as a oneshot unit that runs once, or left to you.",
    kind: Kind::Changes,
    run: run_shell,
};

/// No word of a command has it.
const BETWEEN_WORDS: &str = "\0";

fn run_command(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    let around = Around::take(params, run)?;
    params.pass_over(&["executable"]);
    let argv = params.value(&["argv"]);
    let words: Vec<Text> = match argv {
        Some(Value::List(items)) => items.iter().map(Value::to_text).collect(),
        Some(_) => return Err(params.bad("argv", "", "a list")),
        None => {
            let text = text(params)?;
            let encoded = encoded(&text)?;
            let split = words::split(&encoded.text).map_err(|why| {
                Refusal::new(Code::BadInput, format!("the command cannot be read: {why}"))
            })?;
            split.iter().map(|word| encoded.decode(word)).collect()
        }
    };
    let joined = joined(&words)?;
    let shown: Vec<&str> = match words.as_slice() {
        [] => Vec::new(),
        _ => joined.text.split(BETWEEN_WORDS).collect(),
    };
    let (sense, command) = (of_command(&shown), Command::Words(words.clone()));
    if let Err(refusal) = refuse_unknown(&words) {
        return looks_or(&sense, &command, &shown, run, refusal);
    }
    around.settle(sense, command, (&shown, &joined), run)
}

fn run_shell(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    let around = Around::take(params, run)?;
    let shell = params.string(&["executable"])?;
    let text = text(params)?;
    let encoded = encoded(&text)?;
    let shown: Vec<&str> = encoded.text.split_whitespace().collect();
    let sense = of_script(&encoded.text);
    let is_known = refuse_unknown(std::slice::from_ref(&text));
    let command = Command::Script {
        shell: shell.unwrap_or_else(|| "/bin/sh".to_owned()),
        text,
    };
    match is_known {
        Ok(()) => around.settle(sense, command, (&shown, &encoded), run),
        Err(refusal) => looks_or(&sense, &command, &shown, run, refusal),
    }
}

/// Says that a command of which a part is not known only looks, where it does; else it cannot be run later, either.
fn looks_or(
    sense: &Sense,
    command: &Command,
    shown: &[&str],
    run: &mut Run<'_, '_>,
    refusal: Refusal,
) -> Result<(), Refusal> {
    if makes_temporary(shown) {
        return temporary(shown, run);
    }
    if *sense != Sense::Reads && !says_unchanged(command, shown, run) {
        return Err(refusal);
    }
    run.probe("it only looks at the machine");
    Ok(())
}

/// Tells whether a command only makes room for a file.
fn makes_temporary(shown: &[&str]) -> bool {
    let is_one = shown
        .first()
        .is_some_and(|it| it.rsplit('/').next() == Some("mktemp"));
    is_one && !shown.iter().any(|it| is_shells(it))
}

/// Says where the file is for which a command makes room.
fn temporary(shown: &[&str], run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    let ending = shown.iter().find_map(|it| it.strip_prefix("--suffix="));
    let (path, clause) = looks::temporary(run, ending.unwrap_or_default());
    let answer = known::Answer {
        status: 0,
        output: Some(path),
        under: vec![clause],
    };
    known::tell(&answer, run);
    run.probe("it makes room for a file that is there only while Ansible runs");
    Ok(())
}

/// Keeps a command that a module has made, where the task's own words let it run.
pub(super) fn keep(
    command: Command,
    params: &mut Params,
    run: &mut Run<'_, '_>,
) -> Result<(), Refusal> {
    let around = Around::take(params, run)?;
    if let Command::Words(words) = &command {
        refuse_unknown(words)?;
    }
    if around.never_runs(run) {
        return Ok(());
    }
    around.keep(command, &[], run)
}

/// Takes the command line.
fn text(params: &mut Params) -> Result<Text, Refusal> {
    if let Some(value) = params.free() {
        params.pass_over(&["cmd", "_raw_params"]);
        return match &value {
            Value::Unknown(hole) => Err(Refusal::hole(hole)),
            _ => Ok(value.to_text()),
        };
    }
    match params.text(&["cmd", "_raw_params"])? {
        Some(text) => Ok(text),
        None => params.required(&["cmd"]).map(|it| Text::from(it.as_str())),
    }
}

fn encoded(text: &Text) -> Result<Encoded, Refusal> {
    let too_many = || Refusal::new(Code::CannotState, "the command has too many secret parts");
    encode(text).ok_or_else(too_many)
}

/// Joins the words of a command, so that each hole has a placeholder of its own.
fn joined(words: &[Text]) -> Result<Encoded, Refusal> {
    let mut all = Text::new();
    for (at, word) in words.iter().enumerate() {
        if at > 0 {
            all.push_str(BETWEEN_WORDS);
        }
        all.push(word);
    }
    encoded(&all)
}

/// A command of which a part is not known cannot be run later, either.
fn refuse_unknown(texts: &[Text]) -> Result<(), Refusal> {
    let mut holes = texts.iter().flat_map(Text::holes);
    match holes.find(|hole| hole.kind == HoleKind::Unknown) {
        Some(hole) => Err(Refusal::hole(hole)),
        None => Ok(()),
    }
}

/// What stands around a command.
struct Around {
    /// What it reads, and whether a line break ends it.
    stdin: Option<(Text, bool)>,
    directory: Option<String>,
    /// Why it is not known where it runs.
    unplaced: Option<Refusal>,
    creates: Option<String>,
    removes: Option<String>,
}

impl Around {
    fn take(params: &mut Params, run: &Run<'_, '_>) -> Result<Around, Refusal> {
        // How its output is kept, and warnings of old.
        params.pass_over(&["warn", "strip_empty_ends", "expand_argument_vars"]);
        let ends = params.flag(&["stdin_add_newline"])?.unwrap_or(true);
        let directory = params.string(&["chdir"])?;
        let (directory, unplaced) = match directory.map(|it| absolute(run, &it)).transpose() {
            Ok(directory) => (directory, None),
            Err(refusal) => (None, Some(refusal)),
        };
        let path = |given: Option<String>| match (given, &directory) {
            (Some(path), None) if unplaced.is_some() && !path.starts_with(['/', '~']) => Ok(None),
            (Some(path), Some(directory)) if !path.starts_with(['/', '~']) => {
                Ok(Some(format!("{directory}/{path}")))
            }
            (Some(path), _) => absolute(run, &path).map(Some),
            (None, _) => Ok(None),
        };
        let creates = path(params.string(&["creates"])?)?;
        let removes = path(params.string(&["removes"])?)?;
        let stdin = params.text(&["stdin"])?;
        Ok(Around {
            stdin: stdin.map(|it| (it, ends)),
            directory,
            unplaced,
            creates,
            removes,
        })
    }

    /// Says what becomes of a command, of which the words are shown with a placeholder for each hole.
    fn settle(
        self,
        sense: Sense,
        command: Command,
        (shown, encoded): (&[&str], &Encoded),
        run: &mut Run<'_, '_>,
    ) -> Result<(), Refusal> {
        if self.never_runs(run) {
            return Ok(());
        }
        if makes_temporary(shown) && run.task.keywords.register.is_some() {
            return temporary(shown, run);
        }
        let sense = match sense {
            Sense::Unknown => self.known_by_source(&command, shown, run),
            known => known,
        };
        let looks = sense == Sense::Reads || says_unchanged(&command, shown, run);
        if let Some(refusal) = &self.unplaced
            && !looks
            && !matches!(sense, Sense::Nothing(_) | Sense::Manual { .. })
        {
            return Err(refusal.clone());
        }
        if run.guard == Condition::True
            && let Some(answer) = self.answer(&command, shown, looks, run)
        {
            known::tell(&answer, run);
        }
        if looks && run.environment.is_empty() {
            run.look = line(&command).map(|script| Look::Command {
                script,
                directory: self.directory.clone(),
                user: run.user.clone(),
            });
        }
        match sense {
            Sense::Reads => run.probe("it only looks at the machine"),
            Sense::Nothing(reason) => run.not_needed(reason),
            // What it does hangs on what it reads.
            Sense::States(_) if self.stdin.is_some() => return self.keep(command, shown, run),
            Sense::States(asks) => {
                if !asks.put(encoded, run)? {
                    return self.keep(command, shown, run);
                }
            }
            Sense::Manual { reason, cure } => {
                return Err(Refusal::new(Code::CannotState, reason).cure(cure));
            }
            Sense::Unknown if says_unchanged(&command, shown, run) => {
                run.probe("the source says that it changes nothing");
            }
            Sense::Unknown => return self.keep(command, shown, run),
        }
        Ok(())
    }

    /// Says what a command asks for that only the source knows: a project of Compose in a folder, or an installer that an
    /// earlier task fetched.
    fn known_by_source(&self, command: &Command, shown: &[&str], run: &Run<'_, '_>) -> Sense {
        if !matches!(command, Command::Words(_)) && shown.iter().any(|it| is_shells(it)) {
            return Sense::Unknown;
        }
        if let Some(call) = projects::of_compose(shown, self.directory.as_deref()) {
            return sense::Asks::of_calls(vec![call]);
        }
        installer::of(shown, run).unwrap_or(Sense::Unknown)
    }

    /// Returns what the command answers: of what the source made, or, where it only looks, of a new machine.
    fn answer(
        &self,
        command: &Command,
        shown: &[&str],
        looks: bool,
        run: &Run<'_, '_>,
    ) -> Option<known::Answer> {
        let known = known::answer(shown, run);
        if known.is_some() || !looks || self.directory.is_some() {
            return known;
        }
        match command {
            Command::Words(_) => answers::of_words(shown, run),
            Command::Script { text, .. } => answers::of_script(&encoded(text).ok()?.text, run),
        }
    }

    /// Tells whether the command does not run on a new machine, and says so.
    fn never_runs(&self, run: &mut Run<'_, '_>) -> bool {
        if run.guard != Condition::True {
            return false;
        }
        if let Some(path) = &self.creates
            && is_there(path, run) == Some(true)
        {
            run.close(
                Verdict::NotNeeded,
                Code::AlreadySo,
                format!("`{path}`, without which it would run, is stated elsewhere"),
            );
            let message = format!("Did not run command since '{path}' exists");
            known::tell_skipped(&message, &format!("skipped, since {path} exists"), run);
            return true;
        }
        let Some(path) = &self.removes else {
            return false;
        };
        let is_gone = is_there(path, run) == Some(false);
        let is_new =
            is_empty_at_first(path) && !run.state.has_path(path) && run.state.vague(path).is_none();
        if !is_gone && !is_new {
            return false;
        }
        run.close(
            Verdict::NotNeeded,
            Code::AlreadySo,
            format!("`{path}`, with which it would run, is not there on a new machine"),
        );
        let message = format!("Did not run command since '{path}' does not exist");
        known::tell_skipped(
            &message,
            &format!("skipped, since {path} does not exist"),
            run,
        );
        if !is_gone {
            run.returns_under = Some(format!("nothing is at `{path}` on a new machine"));
        }
        true
    }

    /// Keeps the command as a step.
    fn keep(self, command: Command, shown: &[&str], run: &mut Run<'_, '_>) -> Result<(), Refusal> {
        if let Some(refusal) = self.unplaced {
            return Err(refusal);
        }
        let user = run.user.clone().ok_or_else(|| {
            Refusal::new(
                Code::ValueUnknown,
                "whom it runs as, only the run of Ansible decides",
            )
        })?;
        let environment = run.environment.clone();
        let values: Vec<Text> = environment.iter().map(|(_, value)| value.clone()).collect();
        refuse_unknown(&values)?;
        let command = match &self.stdin {
            Some((text, ends)) => fed(command, text, *ends)?,
            None => command,
        };
        let name = step_name(shown, run);
        let after = super::kept::started(run);
        run.state.stir();
        let checked = run.check.take().zip(line(&command));
        let command = match &checked {
            Some((check, line)) => Command::Script {
                shell: "/bin/sh".to_owned(),
                text: Text::from(format!("{check}{}\nfi", indented(line)).as_str()),
            },
            None => command,
        };
        // What asks for its condition itself hangs on nothing else.
        let guard = match checked {
            Some(_) => std::mem::replace(&mut run.guard, Condition::True),
            None => run.guard.clone(),
        };
        if let Some(path) = &self.creates {
            let why = format!("what {} makes", results::said(run.task));
            run.state.blur(path, &why);
        }
        run.put(Resource::Step(Step {
            name,
            command,
            user: Some(user).filter(|it| it != "root"),
            directory: self.directory,
            environment,
            creates: self.creates,
            removes: self.removes,
            after,
        }));
        run.guard = guard;
        Ok(())
    }
}

/// Tells whether a word of a script is more than a word.
fn is_shells(word: &str) -> bool {
    word.contains([';', '|', '&', '>', '<', '$', '`', '(', '\n']) || word == "if" || word == "for"
}

/// Sets a line of shell off; several may hold texts whose blanks count.
fn indented(line: &str) -> String {
    if line.contains('\n') {
        line.to_owned()
    } else {
        format!("  {line}")
    }
}

/// Returns a command that reads a text: a line of shell.
fn fed(command: Command, stdin: &Text, ends: bool) -> Result<Command, Refusal> {
    refuse_unknown(std::slice::from_ref(stdin))?;
    let Some(line) = line(&command) else {
        let reason = "the command reads what Ansible gives it, and a part of it is secret";
        return Err(Refusal::new(Code::CommandUnsafe, reason));
    };
    let break_or_none = if ends { r"\n" } else { "" };
    let mut text = Text::from(format!("printf '%s{break_or_none}' '").as_str());
    for piece in stdin.pieces() {
        match piece {
            Piece::Literal(it) => text.push_str(&it.replace('\'', r"'\''")),
            Piece::Hole(hole) => text.push_hole(hole.clone()),
        }
    }
    text.push_str("' | ");
    match line.contains('\n') {
        true => text.push_str(&format!("{{\n{line}\n}}")),
        false => text.push_str(&line),
    }
    let shell = "/bin/sh".to_owned();
    Ok(Command::Script { shell, text })
}

/// Tells whether something is at a path, or at one that a pattern means; nothing where only the machine knows.
fn is_there(path: &str, run: &Run<'_, '_>) -> Option<bool> {
    if !is_pattern(path) {
        return match there(run, &real(run, path)) {
            There::Made(_) | There::Folder => Some(true),
            There::Nothing => Some(false),
            There::NothingAtFirst | There::Foreign | There::Open(_) => None,
        };
    }
    let pattern = glob(path)?;
    let mut folder = parent(path);
    while is_pattern(folder) {
        folder = parent(folder);
    }
    let mut below = run.state.below(folder);
    if below.any(|(it, _)| pattern.is_match(it)) {
        return Some(true);
    }
    let is_known = matches!(there(run, &format!("{folder}/\u{1}")), There::Nothing);
    is_known.then_some(false)
}

/// Tells whether the task says that it changes nothing. Many say so of what does change something, to have a play without
/// changes: where nobody looks at the result, the command has to say it as well.
fn says_unchanged(command: &Command, shown: &[&str], run: &Run<'_, '_>) -> bool {
    let keywords = &run.task.keywords;
    let is_unchanged = keywords
        .changed_when
        .as_ref()
        .and_then(|it| it.text())
        .is_some_and(|it| matches!(it, "false" | "False" | "no" | "never"));
    let is_looked_at = keywords.register.is_some() || keywords.failed_when.is_some();
    let is_script = matches!(command, Command::Script { .. });
    is_unchanged && (is_looked_at || (!is_script && sense::says_that_it_looks(shown)))
}

/// The task's name, else the first words of the command.
fn step_name(shown: &[&str], run: &Run<'_, '_>) -> String {
    let rendered = run.scope.template(&run.task.name, run.task.span).ok();
    let rendered = rendered.map(|it| it.to_text());
    match rendered.as_ref().and_then(Text::plain) {
        Some(name) if !name.is_empty() => name.to_owned(),
        _ => {
            // What makes a word a secret may stand behind the first ones.
            let line = shown.join(" ");
            let secrets = secret::find(&line, "");
            let mut start = 0;
            let mut words = Vec::new();
            for word in shown.iter().take(3) {
                let end = start + word.len();
                let is_secret = secrets.iter().any(|it| it.start < end && start < it.end);
                if !is_secret && !word.chars().any(|c| placeholder_index(c).is_some()) {
                    words.push(*word);
                }
                start = end + 1;
            }
            words.join(" ")
        }
    }
}
