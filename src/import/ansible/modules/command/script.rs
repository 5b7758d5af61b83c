//! `script`: a script of the input, taken to the machine and run there: a step that holds the script itself.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/script_module.html>

use super::{Around, encoded, refuse_unknown, text, words};
use crate::account::Code;
use crate::import::ansible::modules::paths::{Asset, content, find};
use crate::import::ansible::modules::{Kind, Module, Run};
use crate::import::ansible::params::{Params, Refusal};
use crate::model::{Command, Content, Text};
use crate::syntax::shell::quoted;

pub(in crate::import::ansible::modules) const SCRIPT: Module = Module {
    names: &["script"],
    collection: "ansible.builtin",
    becomes: "What the commands of the script do, where that is known; else a oneshot unit that runs the script of \
              the input once. A script in another language than shell is left to you.",
    kind: Kind::Changes,
    run,
};

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    let around = Around::take(params, run)?;
    let executable = params.string(&["executable"])?;
    let line = text(params)?;
    let whole = encoded(&line)?;
    let shown = words::split(&whole.text).map_err(|why| {
        Refusal::new(Code::BadInput, format!("the command cannot be read: {why}"))
    })?;
    let split: Vec<Text> = shown.iter().map(|word| whole.decode(word)).collect();
    let shown: Vec<&str> = shown.iter().map(String::as_str).collect();
    if super::says_unchanged(
        &Command::Script {
            shell: String::new(),
            text: line.clone(),
        },
        &shown,
        run,
    ) {
        run.probe("the source says that it changes nothing");
        return Ok(());
    }
    refuse_unknown(&split)?;
    let (name, arguments) = match split.split_first() {
        Some((name, arguments)) => (name.plain(), arguments),
        None => (None, split.as_slice()),
    };
    let Some(name) = name else {
        return Err(Refusal::new(
            Code::CannotState,
            "the name of the script is a secret",
        ));
    };
    let left = |why: String| {
        Refusal::new(Code::CannotState, why)
            .cure("state what the script makes, or run it as a oneshot unit with its interpreter")
    };
    let script = match find(run, name, "files")? {
        Asset::File(file) => content(run.library.tree, file)?,
        Asset::Folder(_) => return Err(left(format!("`{name}` is a folder"))),
    };
    let Content::Text(script) = script else {
        return Err(left(format!("`{name}` is a program, no script")));
    };
    let Some(script) = script.plain() else {
        return Err(left(format!("the script `{name}` is a secret")));
    };
    let interpreter = interpreter(script, executable.as_deref());
    if !matches!(interpreter.as_str(), "sh" | "bash" | "dash") {
        let why =
            format!("the script `{name}` is for `{interpreter}`, and units run scripts of shell");
        return Err(left(why));
    }
    let arguments: Option<Vec<String>> =
        arguments.iter().map(|it| it.plain().map(quoted)).collect();
    let Some(arguments) = arguments else {
        return Err(left(format!("the script `{name}` is given a secret")));
    };
    let body = match script.split_once('\n') {
        Some((first, rest)) if first.starts_with("#!") => rest,
        _ => script,
    };
    let body = match arguments.as_slice() {
        [] => body.to_owned(),
        arguments => format!("set -- {}\n{body}", arguments.join(" ")),
    };
    let text = Text::from(body.as_str());
    let encoded = encoded(&text)?;
    let sense = super::of_script(&encoded.text);
    let shell = "/bin/sh".to_owned();
    let command = Command::Script { shell, text };
    around.settle(sense, command, (&shown, &encoded), run)
}

/// Returns the name of the program that runs a script: what the task says, else what its first line says.
fn interpreter(script: &str, executable: Option<&str>) -> String {
    let first = script.lines().next().unwrap_or_default();
    let said = executable.or_else(|| first.strip_prefix("#!"));
    let Some(said) = said else {
        return "sh".to_owned();
    };
    let mut words = said.split_whitespace();
    let name = |path: &str| path.rsplit('/').next().unwrap_or(path).to_owned();
    match words.next().map(name) {
        Some(env) if env == "env" => words
            .find(|it| !it.starts_with('-'))
            .unwrap_or("sh")
            .to_owned(),
        Some(program) => program,
        None => "sh".to_owned(),
    }
}
