//! What a line that only looks answers on a new machine: shell over what the source made and what NixOS has.
//!
//! It is run as far as every part of it is known: which packages, programs, services and accounts there are, what is at
//! a path, what a file holds that the source wrote. What hangs on anything else has no answer.

mod account;
mod file;
mod grep;
mod package;
mod text;
mod version;

use super::known::Answer;
use crate::import::ansible::modules::Run;
use crate::import::ansible::modules::paths::fresh;
use crate::import::ansible::modules::paths::{There, absolute, real, there};
use crate::syntax::placeholder_index;
use crate::syntax::shell::{
    Command, Connector, List, Pipeline, RedirectionKind, Simple, Word, read,
};

/// What a command prints.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Output {
    Text(String),
    /// A list of all packages, or of all units, of which only the names are known.
    Packages,
    Units,
    Unknown,
}

/// How a command ends.
#[derive(Clone, Debug)]
struct Said {
    status: i64,
    output: Output,
    /// It complains, in words that are not known.
    complains: bool,
    /// What has to hold.
    under: Vec<String>,
}

impl Said {
    fn new(status: i64, output: Output) -> Said {
        Said {
            status,
            output,
            complains: false,
            under: Vec::new(),
        }
    }

    fn text(status: i64, text: &str) -> Said {
        Said::new(status, Output::Text(text.to_owned()))
    }

    /// It prints nothing.
    fn silent(yes: bool) -> Said {
        Said::text(i64::from(!yes), "")
    }

    /// It prints nothing but a complaint.
    fn fails(status: i64) -> Said {
        Said {
            complains: true,
            ..Said::text(status, "")
        }
    }

    fn under(mut self, clause: String) -> Said {
        if !self.under.contains(&clause) {
            self.under.push(clause);
        }
        self
    }

    fn under_all(mut self, clauses: &[String]) -> Said {
        for clause in clauses {
            self = self.under(clause.clone());
        }
        self
    }
}

/// Returns what a script answers.
pub(super) fn of_script(script: &str, run: &Run<'_, '_>) -> Option<Answer> {
    if script.chars().any(|c| placeholder_index(c).is_some()) {
        return None;
    }
    let script = match read(script) {
        Ok(script) => script,
        // A line that begins with `|` is no shell, and was meant to go on: where nothing is printed before it, both
        // print nothing.
        Err(_) => return of_script_meant(script, run),
    };
    let mut said = Said::text(0, "");
    let mut pipefail = false;
    let mut under: Vec<String> = Vec::new();
    for list in &script.lists {
        let next = of_list(list, &mut pipefail, run)?;
        let output = joined(said.output, next.output);
        under.extend(next.under.clone());
        said = Said { output, ..next };
    }
    Some(answer(said.under_all(&under)))
}

fn of_script_meant(script: &str, run: &Run<'_, '_>) -> Option<Answer> {
    let lines: Vec<&str> = script.lines().map(str::trim).collect();
    if !lines.iter().any(|it| it.starts_with('|')) {
        return None;
    }
    let meant = lines.join("\n").replace("\n|", " |");
    read(&meant).ok()?;
    of_script(&meant, run).filter(|it| it.output.as_deref() == Some(""))
}

/// Returns what a program with its arguments answers, without a shell.
pub(super) fn of_words(words: &[&str], run: &Run<'_, '_>) -> Option<Answer> {
    let is_secret = |it: &&str| it.chars().any(|c| placeholder_index(c).is_some());
    if words.iter().any(is_secret) {
        return None;
    }
    let mut found = answer(of_program(words, None, run)?);
    // The module itself says that there is no such program.
    if found.status == 127 {
        found.status = 2;
    }
    Some(found)
}

fn answer(said: Said) -> Answer {
    Answer {
        status: said.status,
        output: match said.output {
            Output::Text(text) => Some(text),
            Output::Packages | Output::Units | Output::Unknown => None,
        },
        under: said.under,
    }
}

fn joined(first: Output, second: Output) -> Output {
    match (first, second) {
        (Output::Text(first), Output::Text(second)) => Output::Text(first + &second),
        (Output::Text(empty), other) | (other, Output::Text(empty)) if empty.is_empty() => other,
        _ => Output::Unknown,
    }
}

fn of_list(list: &List, pipefail: &mut bool, run: &Run<'_, '_>) -> Option<Said> {
    if list.background {
        return None;
    }
    let Some(mut said) = of_pipeline(&list.first, pipefail, run) else {
        // `… || true`: it succeeds, whatever it prints.
        let [(Connector::Or, last)] = list.rest.as_slice() else {
            return None;
        };
        let end = of_pipeline(last, pipefail, run)?;
        let is_true = end.status == 0 && end.output == Output::Text(String::new());
        return is_true.then(|| Said::new(0, Output::Unknown));
    };
    for (connector, pipeline) in &list.rest {
        let runs = match connector {
            Connector::And => said.status == 0,
            Connector::Or => said.status != 0,
        };
        if runs {
            let next = of_pipeline(pipeline, pipefail, run)?;
            let under = said.under;
            let output = joined(said.output, next.output.clone());
            said = Said { output, ..next }.under_all(&under);
        }
    }
    Some(said)
}

fn of_pipeline(pipeline: &Pipeline, pipefail: &mut bool, run: &Run<'_, '_>) -> Option<Said> {
    let mut input: Option<Said> = None;
    let mut failed = 0;
    for command in &pipeline.commands {
        let Command::Simple(simple) = command else {
            return None;
        };
        let stdin = input.as_ref().map(|it| &it.output);
        let said = of_simple(simple, stdin, pipefail, run)?;
        let under = input.map(|it| it.under).unwrap_or_default();
        if said.status != 0 {
            failed = said.status;
        }
        input = Some(said.under_all(&under));
    }
    let mut said = input?;
    if *pipefail && failed != 0 {
        said.status = failed;
    }
    if pipeline.negated {
        said.status = i64::from(said.status == 0);
    }
    Some(said)
}

fn of_simple(
    simple: &Simple,
    stdin: Option<&Output>,
    pipefail: &mut bool,
    run: &Run<'_, '_>,
) -> Option<Said> {
    let mut words: Vec<String> = Vec::new();
    for word in &simple.words {
        words.extend(expanded(word, run)?);
    }
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let mut given = stdin.cloned();
    let (mut hides, mut mixes) = (false, false);
    let mut under = Vec::new();
    for it in &simple.redirections {
        let target = it.target.plain.as_deref()?;
        match it.kind {
            RedirectionKind::Read => {
                let (text, why) = file::content(target, run)?;
                given = Some(Output::Text(text));
                under.extend(why);
            }
            RedirectionKind::Here => return None,
            RedirectionKind::Duplicate if it.descriptor == Some(2) && target == "1" => {
                mixes = !hides;
            }
            RedirectionKind::Duplicate => return None,
            kind if kind.writes() && target == "/dev/null" => {
                let is_of_errors = it.descriptor == Some(2)
                    && matches!(kind, RedirectionKind::Write | RedirectionKind::Append);
                hides |= !is_of_errors;
            }
            _ => return None,
        }
    }
    if words.first() == Some(&"set") {
        *pipefail |= words.contains(&"pipefail");
        return Some(Said::silent(true));
    }
    let mut said = of_program(&words, given.as_ref(), run)?;
    if mixes && said.complains {
        said.output = match (said.status, words.first()) {
            (127, Some(program)) => Output::Text(format!("{program}: command not found\n")),
            _ => Output::Unknown,
        };
    }
    if hides {
        said.output = Output::Text(String::new());
    }
    Some(said.under_all(&under))
}

/// Returns what the shell makes of a word.
fn expanded(word: &Word, run: &Run<'_, '_>) -> Option<Vec<String>> {
    if let Some(plain) = &word.plain {
        return Some(vec![plain.clone()]);
    }
    if matches!(word.raw.as_str(), "[" | "]") {
        return Some(vec![word.raw.clone()]);
    }
    let is_pattern_only = !word
        .raw
        .contains(['$', '`', '\\', '\'', '"', '{', '~', '[']);
    if !is_pattern_only || !word.raw.starts_with('/') {
        return None;
    }
    file::matching(&word.raw, run)
}

/// Returns what a program answers.
fn of_program(words: &[&str], stdin: Option<&Output>, run: &Run<'_, '_>) -> Option<Said> {
    if let ["sudo", "--version" | "-V"] = words {
        return fresh::sudo().map(|it| Said::text(0, it).under(fresh::SUDO_OF_NIXOS.to_owned()));
    }
    let words = match words {
        ["sudo", rest @ ..] if rest.first().is_some_and(|it| !it.starts_with('-')) => rest,
        words => words,
    };
    let (path, arguments) = words.split_first()?;
    let program = path.rsplit('/').next().unwrap_or(path);
    match program {
        "true" | ":" | "export" | "umask" | "cd" => Some(Said::silent(true)),
        "false" => Some(Said::silent(false)),
        "echo" => echo(arguments),
        "test" => file::test(arguments, run),
        "[" => file::test(arguments.strip_suffix(&["]"])?, run),
        "cat" | "head" | "tail" | "wc" | "cut" | "sort" | "uniq" | "tr" | "awk" | "gawk"
        | "sed" => text::of(program, arguments, stdin, run),
        "grep" | "egrep" | "fgrep" | "zgrep" => grep::of(program, arguments, stdin, run),
        "ls" | "find" | "stat" | "readlink" => file::of(program, arguments, run),
        "dpkg" if arguments == ["--print-architecture"] => {
            account::of_facts(program, arguments, run)
        }
        "dpkg" | "dpkg-query" | "rpm" | "apt" | "pacman" | "apk" => {
            package::of(program, arguments, run)
        }
        "which" | "command" | "type" | "hash" | "whereis" => located(program, arguments, run),
        "id" | "getent" | "whoami" | "crontab" => account::of(program, arguments, run),
        "systemctl" => account::of_systemctl(arguments, run),
        "uname" | "arch" | "lsb_release" => account::of_facts(program, arguments, run),
        _ => version::of(program, arguments, run).or_else(|| missing(path, run)),
    }
}

/// Says that there is no such program, where that is so.
fn missing(path: &str, run: &Run<'_, '_>) -> Option<Said> {
    let program = path.rsplit('/').next().unwrap_or(path);
    let is_elsewhere = path.contains('/') && fresh::program_at(path).is_none();
    let is_missing = if is_elsewhere {
        let path = real(run, &absolute(run, path).ok()?);
        matches!(there(run, &path), There::Nothing | There::NothingAtFirst)
    } else {
        fresh::has_program(program, run) == Some(false)
    };
    is_missing.then(|| Said::fails(127).under(fresh::no_program(program)))
}

fn echo(arguments: &[&str]) -> Option<Said> {
    let (words, end) = match arguments {
        ["-n", rest @ ..] => (rest, ""),
        rest => (rest, "\n"),
    };
    let is_plain = !words
        .iter()
        .any(|it| it.starts_with('-') || it.contains('\\'));
    is_plain.then(|| Said::text(0, &format!("{}{end}", words.join(" "))))
}

/// `which docker`, `command -v docker`
fn located(program: &str, arguments: &[&str], run: &Run<'_, '_>) -> Option<Said> {
    let names = match (program, arguments) {
        ("command", ["-v" | "-V", names @ ..]) | ("which", ["-a", names @ ..]) => names,
        ("command", _) => return None,
        (_, names) => names,
    };
    let [name] = names else { return None };
    let is_there = match fresh::program_at(name) {
        Some(_) => file::is_there(name, run)?.0,
        None if name.contains(['/', '-']) && name.starts_with(['/', '-']) => return None,
        None => fresh::has_program(name, run)?,
    };
    Some(match (program, is_there) {
        ("whereis", false) => Said::text(0, &format!("{name}:\n")).under(fresh::no_program(name)),
        ("hash", true) => Said::silent(true),
        (_, true) => Said::new(0, Output::Unknown),
        ("which" | "command", false) => Said::silent(false).under(fresh::no_program(name)),
        (_, false) => Said::fails(1).under(fresh::no_program(name)),
    })
}
