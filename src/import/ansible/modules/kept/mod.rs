//! What a module does by a program of the machine, kept as the call of that program: a oneshot unit runs it.

use super::Run;
use crate::account::Code;
use crate::import::ansible::params::Refusal;
use crate::import::ansible::results;
use crate::model::{Command, Condition, Hole, HoleKind, Piece, Resource, Step, Text};
use crate::syntax::shell::quoted;

/// A call of a program in a module's place.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) command: Command,
    pub(super) directory: Option<String>,
    /// It runs only while this path is not there.
    pub(super) creates: Option<String>,
    /// It runs only while this path is there.
    pub(super) removes: Option<String>,
    /// Who runs it, where the task's own user could not.
    pub(super) user: Option<String>,
    /// Variables besides those of the task.
    pub(super) environment: Vec<(String, Text)>,
}

impl Kept {
    fn new(command: Command) -> Kept {
        Kept {
            command,
            directory: None,
            creates: None,
            removes: None,
            user: None,
            environment: Vec::new(),
        }
    }

    /// A program and its arguments.
    pub(super) fn words(words: Vec<Text>) -> Kept {
        Kept::new(Command::Words(words))
    }

    /// Lines of a shell; what goes in is `quoted`.
    pub(super) fn script(text: Text) -> Kept {
        let shell = "/bin/sh".to_owned();
        Kept::new(Command::Script { shell, text })
    }

    #[must_use]
    pub(super) fn within(mut self, directory: impl Into<String>) -> Kept {
        self.directory = Some(directory.into());
        self
    }

    #[must_use]
    pub(super) fn creating(mut self, path: impl Into<String>) -> Kept {
        self.creates = Some(path.into());
        self
    }
}

/// Keeps a module as a step.
pub(super) fn keep(kept: Kept, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    let Kept {
        command,
        directory,
        creates,
        removes,
        user,
        environment: more,
    } = kept;
    let user = user.or_else(|| run.user.clone()).ok_or_else(|| {
        Refusal::new(
            Code::ValueUnknown,
            "whom it runs as, only the run of Ansible decides",
        )
    })?;
    let mut environment = run.environment.clone();
    environment.extend(more);
    let texts: Vec<&Text> = match &command {
        Command::Words(words) => words.iter().collect(),
        Command::Script { text, .. } => vec![text],
    };
    let values = environment.iter().map(|(_, value)| value);
    if let Some(hole) = unknown(texts.into_iter().chain(values)) {
        return Err(Refusal::hole(&hole));
    }
    let name = name(run);
    let after = started(run);
    if let Some(path) = &creates {
        let why = format!("what {} makes", results::said(run.task));
        run.state.blur(path, &why);
    }
    run.put(Resource::Step(Step {
        name,
        command,
        user: Some(user).filter(|it| it != "root"),
        directory,
        environment,
        creates,
        removes,
        after,
    }));
    Ok(())
}

fn unknown<'t>(texts: impl Iterator<Item = &'t Text>) -> Option<Hole> {
    let mut holes = texts.flat_map(Text::holes);
    holes.find(|it| it.kind == HoleKind::Unknown).cloned()
}

/// The task's name, else the module's.
fn name(run: &Run<'_, '_>) -> String {
    let rendered = run.scope.template(&run.task.name, run.task.span).ok();
    let rendered = rendered.map(|it| it.to_text());
    match rendered.as_ref().and_then(Text::plain) {
        Some(name) if !name.is_empty() => name.to_owned(),
        _ => run.task.module.replace('_', " "),
    }
}

/// Returns the services that the same part of the source has started before.
pub(super) fn started(run: &Run<'_, '_>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for entry in run.state.entries() {
        if let (Resource::Service(it), Condition::True) = (&entry.resource, &entry.guard)
            && entry.part == run.part
            && (it.running == Some(true) || it.enabled == Some(true))
            && !names.contains(&it.name)
        {
            names.push(it.name.clone());
        }
    }
    names
}

/// Makes words of a command.
pub(super) fn texts<'w>(words: impl IntoIterator<Item = &'w str>) -> Vec<Text> {
    words.into_iter().map(Text::from).collect()
}

/// Appends a word to a line of a shell, quoted; a secret in it stays one.
pub(super) fn push_quoted(line: &mut Text, word: &Text) {
    line.push_str(" ");
    if word.pieces().is_empty() {
        line.push_str("''");
    }
    for piece in word.pieces() {
        match piece {
            Piece::Literal(text) => line.push_str(&quoted(text)),
            // What reads a secret for a script quotes it itself.
            Piece::Hole(hole) => line.push_hole(hole.clone()),
        }
    }
}

/// Makes a line of a shell of words.
pub(super) fn line_of(words: &[Text]) -> Text {
    let mut line = Text::new();
    for word in words {
        if line.pieces().is_empty() {
            line.push(word);
        } else {
            push_quoted(&mut line, word);
        }
    }
    line
}
