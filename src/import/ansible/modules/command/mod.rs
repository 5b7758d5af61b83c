//! `command`, `shell`, `raw` and `script`: what a program does, where that is known; else the command is kept as a step.
//!
//! Manuals: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/command_module.html>, `shell_module.html`

mod accounts;
mod calls;
mod known;
mod pipes;
mod sense;
mod stated;
mod walls;
mod words;

pub(super) use words::split as split_words;

use super::paths::{There, absolute, is_empty_at_first, parent, real, there};
use super::{Kind, Module, Run};
use crate::account::{Code, Verdict};
use crate::import::ansible::params::{Params, Refusal};
use crate::import::ansible::results;
use crate::import::ansible::value::Value;
use crate::import::holes::{Encoded, encode};
use crate::model::{Command, Condition, HoleKind, Resource, Step, Text};
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

pub(super) const SCRIPT: Module = Module {
    names: &["script"],
    collection: "ansible.builtin",
    becomes: "A oneshot unit that runs the script of the input once, or left to you where the script cannot run on \
              NixOS.",
    kind: Kind::Changes,
    run: run_script,
};

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
    refuse_unknown(&words)?;
    let shown: Vec<String> = words.iter().map(placeheld).collect::<Result<_, _>>()?;
    let shown: Vec<&str> = shown.iter().map(String::as_str).collect();
    around.settle(
        of_command(&shown),
        Command::Words(words.clone()),
        &shown,
        run,
    )
}

fn run_shell(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    let around = Around::take(params, run)?;
    let shell = params.string(&["executable"])?;
    let text = text(params)?;
    refuse_unknown(std::slice::from_ref(&text))?;
    let encoded = encoded(&text)?;
    let shown: Vec<&str> = encoded.text.split_whitespace().collect();
    let command = Command::Script {
        shell: shell.unwrap_or_else(|| "/bin/sh".to_owned()),
        text,
    };
    around.settle(of_script(&encoded.text), command, &shown, run)
}

fn run_script(params: &mut Params, _: &mut Run<'_, '_>) -> Result<(), Refusal> {
    params.pass_over(&["creates", "removes", "chdir", "executable"]);
    let text = text(params)?;
    let reason = format!("it takes the script `{text}` to the machine and runs it there");
    Err(Refusal::new(Code::CannotState, reason)
        .cure("state what the script makes, or run it as a oneshot unit"))
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

fn placeheld(word: &Text) -> Result<String, Refusal> {
    Ok(encoded(word)?.text)
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
    directory: Option<String>,
    creates: Option<String>,
    removes: Option<String>,
}

impl Around {
    fn take(params: &mut Params, run: &Run<'_, '_>) -> Result<Around, Refusal> {
        // How its output is kept, and warnings of old.
        params.pass_over(&[
            "warn",
            "strip_empty_ends",
            "expand_argument_vars",
            "stdin_add_newline",
        ]);
        let directory = params.string(&["chdir"])?;
        let directory = directory.map(|it| absolute(run, &it)).transpose()?;
        let path = |given: Option<String>| match (given, &directory) {
            (Some(path), Some(directory)) if !path.starts_with(['/', '~']) => {
                Ok(Some(format!("{directory}/{path}")))
            }
            (Some(path), _) => absolute(run, &path).map(Some),
            (None, _) => Ok(None),
        };
        let creates = path(params.string(&["creates"])?)?;
        let removes = path(params.string(&["removes"])?)?;
        if params.text(&["stdin"])?.is_some() {
            return Err(Refusal::new(
                Code::CommandUnsafe,
                "the command reads what Ansible gives it",
            ));
        }
        Ok(Around {
            directory,
            creates,
            removes,
        })
    }

    /// Says what becomes of a command.
    fn settle(
        self,
        sense: Sense,
        command: Command,
        shown: &[&str],
        run: &mut Run<'_, '_>,
    ) -> Result<(), Refusal> {
        if self.never_runs(run) {
            return Ok(());
        }
        if run.guard == Condition::True
            && let Some(answer) = known::answer(shown, run)
        {
            known::tell(&answer, run);
        }
        match sense {
            Sense::Reads => run.probe("it only looks at the machine"),
            Sense::Nothing(reason) => run.not_needed(reason),
            Sense::States(asks) => {
                if !asks.put(run)? {
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
        let user = run.user.clone().ok_or_else(|| {
            Refusal::new(
                Code::ValueUnknown,
                "whom it runs as, only the run of Ansible decides",
            )
        })?;
        let environment = run.environment.clone();
        let values: Vec<Text> = environment.iter().map(|(_, value)| value.clone()).collect();
        refuse_unknown(&values)?;
        let name = step_name(shown, run);
        let after = super::kept::started(run);
        run.state.stir();
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
        Ok(())
    }
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
