//! What starts the service: a command line of systemd, or a script.
//!
//! In front of the program stands what only a container needs, and goes: an init (`tini`, `dumb-init`), which systemd is
//! itself, and a change of the user (`gosu`, `su-exec`), which is the unit's. A script that is one plain command is that
//! command. systemd finds programs by whole paths only: those of the source, of files that the configuration writes, and
//! of packages.

use super::find::{Program, find, interpreter_of_base, is_wrapper, written};
use super::layout::Layout;
use super::packages;
use super::servers;
use crate::account::Code;
use crate::lower::commands;
use crate::lower::program;
use crate::lower::statement::{Left, Statement};
use crate::model::{Application, Command, HoleKind, Machine, Text};
use crate::nix::{Expr, StrPart};
use crate::syntax::shell;
use crate::syntax::systemd_words::quote_literally;

/// Programs that run others as children of theirs, and the options of each that take a word.
pub(super) const INITS: [(&str, &[&str]); 4] = [
    ("tini", &["-p", "-e"]),
    ("tini-static", &["-p", "-e"]),
    ("dumb-init", &["-r", "--rewrite"]),
    ("catatonit", &[]),
];

/// Programs that run what follows as the user that they name first.
pub(super) const SWITCHES: [&str; 2] = ["gosu", "su-exec"];

/// Programs that wait for somebody who types, when nothing follows them.
const INTERACTIVE: [&str; 14] = [
    "ash", "bash", "cmd", "ghci", "iex", "ipython", "irb", "jshell", "julia", "node", "psql",
    "pwsh", "python", "sh",
];

/// Programs that run those of others: their package is not the service's own.
const INTERPRETERS: [&str; 33] = [
    "ash",
    "bash",
    "bundle",
    "bun",
    "celery",
    "dash",
    "deno",
    "dotnet",
    "env",
    "flask",
    "go",
    "gunicorn",
    "java",
    "mono",
    "node",
    "npm",
    "npx",
    "perl",
    "php",
    "php-fpm",
    "pnpm",
    "poetry",
    "python",
    "python2",
    "python3",
    "rackup",
    "rails",
    "ruby",
    "sh",
    "supervisord",
    "uv",
    "uvicorn",
    "yarn",
];

/// Programs that start further ones by their names, and what those are found in.
const STARTERS: [&str; 5] = ["npm", "npx", "pnpm", "yarn", "bundle"];

/// What the unit runs.
#[derive(Debug)]
pub(super) enum Runs {
    Line(Vec<StrPart>),
    Script(Expr),
}

/// The package that has the service's own program.
#[derive(Debug)]
pub(super) struct Own {
    pub(super) program: String,
    /// Without one, whoever enables the service has to say which.
    pub(super) attr: Option<String>,
}

#[derive(Debug)]
pub(super) struct Start {
    pub(super) runs: Runs,
    pub(super) own: Option<Own>,
    /// The user that the command changes to.
    pub(super) user: Option<String>,
    /// Packages for the search path.
    pub(super) path: Vec<String>,
    /// The service's own program is found by its name.
    pub(super) finds_own: bool,
}

/// What is known of the service when its command is read.
#[derive(Clone, Copy)]
pub(super) struct Around<'a> {
    pub(super) application: &'a Application,
    pub(super) machine: &'a Machine,
    pub(super) layout: &'a Layout,
    /// The port that `cfg.port` stands for.
    pub(super) port: Option<u16>,
    /// It asks whether the service is well: its programs are tools.
    pub(super) is_check: bool,
}

/// Why a command is none for a service.
#[derive(Debug)]
pub(super) enum Refused {
    /// There is none.
    Absent,
    Left(Left),
    /// There is nobody to talk to.
    Interactive(String),
}

pub(super) fn start(
    command: &Command,
    around: Around<'_>,
    statement: &mut Statement,
) -> Result<Start, Refused> {
    let texts: Vec<&Text> = match command {
        Command::Words(words) => words.iter().collect(),
        Command::Script { text, .. } => vec![text],
    };
    if let Some(hole) = texts.iter().find_map(|it| it.worst_hole()) {
        return Err(Refused::Left(match hole.kind {
            HoleKind::Secret => Left::new(
                Code::ValueSecret,
                format!(
                    "the command holds a secret ({}), which must not reach the store",
                    hole.what
                ),
            )
            .cure("Let the program read it from a variable, and put that into environmentFile."),
            HoleKind::Unknown => Left::new(
                Code::ValueUnknown,
                format!("the command holds {}, which nothing here says", hole.what),
            ),
        }));
    }
    let mut start = Start {
        runs: Runs::Line(Vec::new()),
        own: None,
        user: None,
        path: Vec::new(),
        finds_own: false,
    };
    match command {
        Command::Words(words) => {
            let words: Vec<&str> = words.iter().filter_map(Text::plain).collect();
            line(&words, around, &mut start, statement)?;
        }
        Command::Script { shell, text } => {
            let text = text.plain().unwrap_or_default();
            script(shell, text, around, &mut start, statement)?;
        }
    }
    Ok(start)
}

fn line(
    words: &[&str],
    around: Around<'_>,
    start: &mut Start,
    statement: &mut Statement,
) -> Result<(), Refused> {
    let words = &unwrapped(words, around, start)[..];
    let Some((first, arguments)) = words.split_first() else {
        return Err(Refused::Left(Left::new(
            Code::BadInput,
            "there is no command",
        )));
    };
    let name = first.rsplit('/').next().unwrap_or(first);
    if waits_for_typing(name, arguments) {
        return Err(Refused::Interactive(name.to_owned()));
    }
    // A script that prepares things and starts what follows it.
    if let Some((started, rest)) = arguments.split_first()
        && waits_for_typing(started, rest)
        && written(first, around).is_some_and(|it| it.contains("exec \"$@\""))
    {
        return Err(Refused::Interactive((*started).to_owned()));
    }
    if let ["-c", text] = arguments
        && commands::is_shell(name)
    {
        return script(name, text, around, start, statement);
    }
    let found = find(first, around);
    let started = match (&found, arguments.first()) {
        (Program::At(_), Some(started)) => started,
        (Program::At(_), None) => "",
        (Program::Package(_) | Program::Unknown, _) => first,
    };
    if !around.is_check
        && let Some(left) = servers::refused(started)
    {
        return Err(Refused::Left(left));
    }
    let mut parts = Vec::new();
    let mut own = None;
    match found {
        Program::At(path) => {
            if path.iter().any(|it| matches!(it, StrPart::Splice(_))) {
                start.path.extend(interpreter_of_base(around));
            }
            started_by(first, arguments, around, start);
            parts.extend(path);
        }
        Program::Package(attr) => {
            if STARTERS.contains(&name) {
                start.path.extend(["bash".to_owned(), attr.clone()]);
            }
            own = Some(Own {
                program: name.to_owned(),
                attr: Some(attr),
            });
        }
        Program::Unknown => {
            own = Some(Own {
                program: name.to_owned(),
                attr: None,
            });
        }
    }
    let mut rest = Vec::new();
    for (at, argument) in arguments.iter().enumerate() {
        rest.push(StrPart::Literal(" ".to_owned()));
        let previous = if at == 0 { name } else { arguments[at - 1] };
        rest.extend(argument_parts(argument, previous, around, statement));
    }
    if let Some(own) = own {
        let uses_source = rest.iter().any(|it| match it {
            StrPart::Splice(expr) => *expr == Expr::select("cfg.source"),
            StrPart::Literal(_) => false,
        });
        // A folder of the system is no package that could be another one.
        let is_folder = own.attr.as_ref().is_some_and(|it| it.starts_with('/'));
        let is_runner = around.is_check
            || is_folder
            || INTERPRETERS.contains(&name)
            || uses_source
            || around.layout.root.is_some();
        if around.is_check && own.attr.is_none() {
            return Err(unknown(name));
        }
        parts = match &own.attr {
            // Another program than the package's own one: the package is a tool.
            Some(attr) if is_runner => {
                if !packages::brings(attr, around.application) {
                    program::take(first, attr, statement);
                }
                program::program_parts(name, attr)
            }
            _ => vec![
                StrPart::Splice(Expr::select("cfg.package")),
                StrPart::Literal(format!("/bin/{name}")),
            ],
        };
        match &own.attr {
            Some(attr) if !is_runner => {
                if !packages::brings(attr, around.application) {
                    program::take(first, attr, statement);
                }
                start.own = Some(own);
            }
            Some(_) => {}
            None => start.own = Some(own),
        }
    }
    parts.extend(rest);
    start.runs = Runs::Line(program::joined(parts));
    Ok(())
}

/// Finds what a script needs: the programs that it names, and the one that it is told to start.
fn started_by(script: &str, arguments: &[&str], around: Around<'_>, start: &mut Start) {
    let Some(content) = written(script, around) else {
        return;
    };
    let known = commands::commands_of(content)
        .into_iter()
        .filter(|it| !it.contains('/'))
        .filter_map(program::package_of)
        .filter(|it| !it.starts_with('/') && !commands::DEFAULT_PATH.contains(it));
    start.path.extend(known.map(str::to_owned));
    let Some(name) = arguments.first().filter(|it| is_name(it)) else {
        return;
    };
    if around.is_check || !content.contains("exec \"$@\"") {
        return;
    }
    match find(name, around) {
        Program::At(_) => {}
        Program::Package(attr) if INTERPRETERS.contains(name) || attr.starts_with('/') => {
            start.path.push(attr);
        }
        Program::Package(attr) => {
            start.finds_own = true;
            start.own = Some(Own {
                program: (*name).to_owned(),
                attr: Some(attr),
            });
        }
        Program::Unknown => {
            start.finds_own = true;
            start.own = Some(Own {
                program: (*name).to_owned(),
                attr: None,
            });
        }
    }
}

fn is_name(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_alphanumeric())
        && word
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
}

fn unknown(program: &str) -> Refused {
    let reason = format!("no package is known here that has the program `{program}`");
    Refused::Left(
        Left::new(Code::PackageUnknown, reason)
            .cure("find it at https://search.nixos.org/packages"),
    )
}

/// Takes away what stands in front of the service's own program.
fn unwrapped<'w>(words: &[&'w str], around: Around<'_>, start: &mut Start) -> Vec<&'w str> {
    let mut words = words.to_vec();
    loop {
        let Some(first) = words.first() else {
            return words;
        };
        let name = first.rsplit('/').next().unwrap_or(first);
        if let Some((_, taking)) = INITS.iter().find(|(init, _)| *init == name) {
            let mut at = 1;
            while let Some(option) = words.get(at).filter(|it| it.starts_with('-')) {
                at += 1;
                if *option == "--" {
                    break;
                }
                at += usize::from(taking.contains(option));
            }
            words.drain(..at.min(words.len()));
        } else if SWITCHES.contains(&name) && words.len() > 2 {
            start.user = Some(words[1].to_owned());
            words.drain(..2);
        } else if words.len() > 1 && is_wrapper(first, name, around) {
            words.remove(0);
            if name == "docker-php-entrypoint" && words[0].starts_with('-') {
                words.insert(0, "php");
            }
        } else {
            return words;
        }
    }
}

fn waits_for_typing(program: &str, arguments: &[&str]) -> bool {
    let is_shell_of_php = program == "php" && arguments == ["-a"];
    is_shell_of_php || (arguments.is_empty() && is_interactive(program))
}

fn is_interactive(name: &str) -> bool {
    let bare = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    INTERACTIVE.contains(&bare)
}

fn argument_parts(
    argument: &str,
    previous: &str,
    around: Around<'_>,
    statement: &mut Statement,
) -> Vec<StrPart> {
    let quoted = quote_literally(argument);
    if let Some(port) = around.port
        && let Some(at) = port_at(argument, previous, port)
        && quoted == argument
    {
        let port = Expr::apply("toString", vec![Expr::select("cfg.port")]);
        let mut parts = around.layout.text(&argument[..at], statement);
        parts.push(StrPart::Splice(port));
        return parts;
    }
    around.text(&quoted, statement)
}

impl Around<'_> {
    /// Replaces paths and the port in a text.
    fn text(&self, text: &str, statement: &mut Statement) -> Vec<StrPart> {
        let parts = self.layout.text(text, statement);
        let Some(port) = self.port else {
            return parts;
        };
        let with_port = parts.into_iter().flat_map(|part| match part {
            StrPart::Literal(text) => own_addresses(&text, port),
            splice @ StrPart::Splice(_) => vec![splice],
        });
        program::joined(with_port.collect())
    }
}

/// Puts the option into the addresses of this machine that name the port: `http://localhost:8000/health`.
fn own_addresses(text: &str, port: u16) -> Vec<StrPart> {
    let number = format!(":{port}");
    let mut parts = Vec::new();
    let mut from = 0;
    for (at, _) in text.match_indices(&number) {
        let end = at + number.len();
        let goes_on = text[end..].starts_with(|c: char| c.is_ascii_digit());
        let host = text[..at].rsplit(['/', ' ', '=', '\'', '"', '@']).next();
        let is_own = matches!(host, Some("localhost" | "127.0.0.1" | "[::1]" | "0.0.0.0"));
        if goes_on || !is_own {
            continue;
        }
        parts.push(StrPart::Literal(text[from..=at].to_owned()));
        let port = Expr::apply("toString", vec![Expr::select("cfg.port")]);
        parts.push(StrPart::Splice(port));
        from = end;
    }
    parts.push(StrPart::Literal(text[from..].to_owned()));
    parts
}

/// Finds the port that the service listens on at the end of an argument: `8000` behind `--port`, `--port=8000`,
/// `0.0.0.0:8000`.
pub(super) fn port_at(argument: &str, previous: &str, port: u16) -> Option<usize> {
    let before = argument.strip_suffix(&port.to_string())?;
    let is_port_option = |option: &str| {
        let option = option.trim_start_matches('-').to_ascii_lowercase();
        option.ends_with("port") || option == "p"
    };
    let follows = match before.chars().next_back() {
        None => {
            (previous.starts_with('-') && is_port_option(previous)) || previous == "http.server"
        }
        Some('=') => is_port_option(before.trim_end_matches('=')),
        Some(':') => is_any_address(before),
        Some(_) => false,
    };
    follows.then_some(before.len())
}

/// Tells whether what stands before a port is this machine: `0.0.0.0:`, `--bind=:`, `http://localhost:`.
fn is_any_address(before: &str) -> bool {
    let address = before.trim_end_matches(':');
    let address = address.rsplit(['=', '/']).next().unwrap_or(address);
    matches!(
        address,
        "" | "*" | "0.0.0.0" | "127.0.0.1" | "[::]" | "[::1]" | "::" | "localhost"
    )
}

fn script(
    shell_name: &str,
    text: &str,
    around: Around<'_>,
    start: &mut Start,
    statement: &mut Statement,
) -> Result<(), Refused> {
    let name = shell_name.rsplit('/').next().unwrap_or(shell_name);
    if !commands::is_shell(name) && !name.is_empty() {
        return Err(Refused::Left(Left::new(
            Code::CannotState,
            format!("the command is for `{shell_name}`, and units run scripts with bash"),
        )));
    }
    let read = shell::read(text).ok();
    let single = read.as_ref().and_then(shell::Script::single);
    if let Some(simple) = single
        && simple.assignments.is_empty()
        && simple.redirections.is_empty()
        && let Some(words) = simple.plain_words()
    {
        let words = match words.as_slice() {
            ["exec", rest @ ..] if !rest.is_empty() => rest.to_vec(),
            _ => words.clone(),
        };
        return line(&words, around, start, statement);
    }
    let mut whole = text.trim().to_owned();
    if single.is_some_and(|it| it.words.first().is_some_and(|word| word.raw != "exec")) {
        // Signals reach the program only where no shell stands before it.
        whole.insert_str(0, "exec ");
    }
    whole.push('\n');
    let mut rest = Vec::new();
    if !around.is_check
        && let Some(left) = commands::commands_of(text)
            .into_iter()
            .find_map(servers::refused)
    {
        return Err(Refused::Left(left));
    }
    for program in commands::commands_of(text) {
        let name = program.rsplit('/').next().unwrap_or(program);
        match find(program, around) {
            Program::At(parts) if !program.contains('/') => {
                // The script finds it by its name no more.
                let path = Expr::Str(parts);
                let Some(at) = whole.find(program) else {
                    continue;
                };
                let (before, behind) = whole.split_at(at);
                let mut parts = around.text(before, statement);
                parts.push(StrPart::Splice(path));
                parts.extend(around.text(&behind[program.len()..], statement));
                start.path.extend(interpreter_of_base(around));
                start.runs = Runs::Script(Expr::Str(flattened(parts)));
                return Ok(());
            }
            Program::At(_) => start.path.extend(interpreter_of_base(around)),
            Program::Package(attr) => {
                if !commands::DEFAULT_PATH.contains(&attr.as_str()) {
                    start.path.push(attr);
                }
            }
            Program::Unknown if commands::is_program(name) && program == name => {
                rest.push(name.to_owned());
            }
            Program::Unknown => {}
        }
    }
    if let [program, ..] = rest.as_slice() {
        if around.is_check {
            return Err(unknown(program));
        }
        start.finds_own = true;
        start.own = Some(Own {
            program: program.clone(),
            attr: None,
        });
    }
    start.runs = Runs::Script(Expr::Str(around.text(&whole, statement)));
    Ok(())
}

/// A string inside a string is a part of it.
fn flattened(parts: Vec<StrPart>) -> Vec<StrPart> {
    let parts = parts.into_iter().flat_map(|part| match part {
        StrPart::Splice(Expr::Str(inner)) => inner,
        literal @ StrPart::Literal(_) => vec![literal],
        splice @ StrPart::Splice(_) => vec![splice],
    });
    program::joined(parts.collect())
}
