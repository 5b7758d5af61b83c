//! What an instruction says, by its keyword.

use super::words::{self, Json};
use super::{Flag, Heredoc, Instruction, KEYWORDS, duration, heredoc, lines};
use crate::syntax::Place;

/// Why a line cannot be read, and what to do.
pub(super) type Refusal = (String, Option<String>);

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Statement {
    From {
        image: String,
        /// `AS name`, in small letters.
        name: Option<String>,
    },
    /// Names, and what they are where nobody says otherwise.
    Arg(Vec<(String, Option<String>)>),
    Env(Vec<(String, String)>),
    Label(Vec<(String, String)>),
    Run {
        command: CommandLine,
        heredocs: Vec<Heredoc>,
    },
    Cmd(CommandLine),
    Entrypoint(CommandLine),
    Copy(Transfer),
    Add(Transfer),
    Expose(Vec<String>),
    Volume(Vec<String>),
    User(String),
    Workdir(String),
    Shell(Vec<String>),
    Stopsignal(String),
    Maintainer(String),
    Healthcheck(Health),
    Onbuild(Box<Instruction>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommandLine {
    /// For a shell.
    Shell(String),
    /// Written as JSON: a program and its arguments.
    Exec(Vec<String>),
}

/// What COPY and ADD bring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transfer {
    pub sources: Vec<Source>,
    pub target: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    Path(String),
    Heredoc(Heredoc),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Health {
    /// The base image's check is switched off.
    None,
    Command(CommandLine),
}

pub(super) fn read(
    keyword: &str,
    flags: &[Flag],
    rest: &str,
    heredocs: Vec<Heredoc>,
    escape: char,
    place: Place,
) -> Result<Statement, Refusal> {
    Ok(match keyword {
        "FROM" => from(rest)?,
        "ARG" => Statement::Arg(arguments(rest, escape)?),
        "ENV" => Statement::Env(pairs(keyword, rest, escape)?),
        "LABEL" => Statement::Label(pairs(keyword, rest, escape)?),
        "RUN" => {
            let command = command(keyword, rest)?;
            if command == CommandLine::Shell(String::new()) {
                return Err(needs(keyword, "a command"));
            }
            Statement::Run { command, heredocs }
        }
        "CMD" => Statement::Cmd(command(keyword, rest)?),
        "ENTRYPOINT" => Statement::Entrypoint(command(keyword, rest)?),
        "COPY" => Statement::Copy(transfer(keyword, rest, heredocs)?),
        "ADD" => Statement::Add(transfer(keyword, rest, heredocs)?),
        "EXPOSE" => Statement::Expose(some(keyword, words::blanks(rest), "a port")?),
        "VOLUME" => Statement::Volume(some(keyword, listed(keyword, rest)?, "a path")?),
        "USER" => Statement::User(one(keyword, rest, "a user")?),
        "WORKDIR" => Statement::Workdir(one(keyword, rest, "a path")?),
        "STOPSIGNAL" => Statement::Stopsignal(one(keyword, rest, "a signal")?),
        "MAINTAINER" => Statement::Maintainer(one(keyword, rest, "a name")?),
        "SHELL" => match words::json(rest) {
            Some(Json::Strings(words)) if !words.is_empty() => Statement::Shell(words),
            _ => {
                return Err(needs(
                    keyword,
                    "a JSON array of strings, as [\"/bin/sh\", \"-c\"]",
                ));
            }
        },
        "HEALTHCHECK" => Statement::Healthcheck(health(flags, rest)?),
        "ONBUILD" => onbuild(rest, heredocs, escape, place)?,
        _ => return Err(unknown(keyword)),
    })
}

fn needs(keyword: &str, what: &str) -> Refusal {
    (format!("{keyword} needs {what}"), None)
}

fn some(keyword: &str, words: Vec<String>, what: &str) -> Result<Vec<String>, Refusal> {
    if words.is_empty() {
        Err(needs(keyword, what))
    } else {
        Ok(words)
    }
}

fn one(keyword: &str, rest: &str, what: &str) -> Result<String, Refusal> {
    if rest.is_empty() {
        Err(needs(keyword, what))
    } else {
        Ok(rest.to_owned())
    }
}

fn from(rest: &str) -> Result<Statement, Refusal> {
    let words = words::blanks(rest);
    let (image, name) = match words.as_slice() {
        [image] => (image, None),
        [image, word, name] if word.eq_ignore_ascii_case("as") => {
            (image, Some(name.to_ascii_lowercase()))
        }
        _ => {
            let cure = "write `FROM image` or `FROM image AS name`".to_owned();
            return Err((
                "FROM takes an image and perhaps a name".to_owned(),
                Some(cure),
            ));
        }
    };
    if let Some(name) = &name {
        let is_name = name.starts_with(|c: char| c.is_ascii_lowercase())
            && name
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
        if !is_name {
            let cure =
                "a name begins with a letter and goes on with letters, digits, `-`, `_`, `.`";
            let why = format!("`{name}` cannot be the name of a stage");
            return Err((why, Some(cure.to_owned())));
        }
    }
    Ok(Statement::From {
        image: image.clone(),
        name,
    })
}

fn arguments(rest: &str, escape: char) -> Result<Vec<(String, Option<String>)>, Refusal> {
    let words = some("ARG", words::quoted(rest, escape), "a name")?;
    let pairs = words.iter().map(|word| match word.split_once('=') {
        Some(("", _)) => Err(("ARG has a value without a name".to_owned(), None)),
        Some((name, value)) => Ok((name.to_owned(), Some(value.to_owned()))),
        None => Ok((word.clone(), None)),
    });
    pairs.collect()
}

fn pairs(keyword: &str, rest: &str, escape: char) -> Result<Vec<(String, String)>, Refusal> {
    let words = some(keyword, words::quoted(rest, escape), "a name and a value")?;
    // The first word decides: with `=` all are pairs, without it is a name and the rest of the line its value.
    if !words[0].contains('=') {
        let (name, value) = words::first_blank(rest).ok_or_else(|| {
            let cure = format!("write `{keyword} {rest}=value`");
            (format!("{keyword} `{rest}` has no value"), Some(cure))
        })?;
        return Ok(vec![(name.to_owned(), value.to_owned())]);
    }
    let pairs = words.iter().map(|word| match word.split_once('=') {
        Some(("", _)) => Err((format!("{keyword} has a value without a name"), None)),
        Some((name, value)) => Ok((name.to_owned(), value.to_owned())),
        None => {
            let cure = "put quotes around a value with blanks".to_owned();
            Err((format!("{keyword} has `{word}` without `=`"), Some(cure)))
        }
    });
    pairs.collect()
}

fn command(keyword: &str, rest: &str) -> Result<CommandLine, Refusal> {
    match words::json(rest) {
        Some(Json::Strings(words)) => Ok(CommandLine::Exec(words)),
        Some(Json::Other) => Err(needs(keyword, "an array of which all are strings")),
        None => Ok(CommandLine::Shell(rest.to_owned())),
    }
}

fn listed(keyword: &str, rest: &str) -> Result<Vec<String>, Refusal> {
    match words::json(rest) {
        Some(Json::Strings(words)) => Ok(words),
        Some(Json::Other) => Err(needs(keyword, "an array of which all are strings")),
        None => Ok(words::blanks(rest)),
    }
}

fn transfer(keyword: &str, rest: &str, heredocs: Vec<Heredoc>) -> Result<Transfer, Refusal> {
    let mut words = listed(keyword, rest)?;
    let target = words.pop().filter(|_| !words.is_empty());
    let target = target.ok_or_else(|| needs(keyword, "a source and a target"))?;
    let mut texts = heredocs.into_iter();
    let sources = words.into_iter().map(|word| {
        // Marks and texts are in the same order; a mark in an array is an ordinary name.
        match heredoc::mark(&word).and_then(|_| texts.next()) {
            Some(it) => Source::Heredoc(it),
            None => Source::Path(word),
        }
    });
    Ok(Transfer {
        sources: sources.collect(),
        target,
    })
}

fn health(flags: &[Flag], rest: &str) -> Result<Health, Refusal> {
    let (kind, command_line) = lines::split_keyword(rest);
    if kind.eq_ignore_ascii_case("NONE") {
        return Ok(Health::None);
    }
    if !kind.eq_ignore_ascii_case("CMD") {
        let cure = "write `HEALTHCHECK CMD command` or `HEALTHCHECK NONE`".to_owned();
        return Err((format!("HEALTHCHECK does not know `{kind}`"), Some(cure)));
    }
    for flag in flags {
        let value = flag.value.as_deref().unwrap_or_default();
        let is_right = match flag.name.as_str() {
            "retries" => value.parse::<u32>().is_ok(),
            // A variable has its value only later.
            _ => duration::seconds(value).is_some() || value.contains('$'),
        };
        if !is_right {
            let cure = "durations are written as 30s or 1m30s, retries as a number".to_owned();
            return Err((
                format!("`--{}={value}` cannot be read", flag.name),
                Some(cure),
            ));
        }
    }
    let command = command("HEALTHCHECK", command_line)?;
    if command == CommandLine::Shell(String::new()) {
        return Err(needs("HEALTHCHECK CMD", "a command"));
    }
    Ok(Health::Command(command))
}

fn onbuild(
    rest: &str,
    heredocs: Vec<Heredoc>,
    escape: char,
    place: Place,
) -> Result<Statement, Refusal> {
    let it = lines::inner(rest, heredocs, escape, place);
    if rest.is_empty() {
        return Err(needs("ONBUILD", "an instruction"));
    }
    if matches!(it.keyword.as_str(), "ONBUILD" | "FROM" | "MAINTAINER") {
        return Err((format!("ONBUILD cannot hold {}", it.keyword), None));
    }
    match it.statement {
        Err(fault) => Err((format!("ONBUILD: {}", fault.why), fault.cure)),
        Ok(_) => Ok(Statement::Onbuild(Box::new(it))),
    }
}

/// A line that is no instruction: often the rest of one whose continuation mark is missing, or a slip of the pen.
fn unknown(keyword: &str) -> Refusal {
    if keyword.is_empty() {
        return (
            "the line is empty but for its continuation mark".to_owned(),
            None,
        );
    }
    let near = KEYWORDS
        .iter()
        .map(|it| (similar::TextDiff::from_chars(*it, keyword).ratio(), it))
        .filter(|(ratio, _)| *ratio > 0.7)
        .max_by(|a, b| a.0.total_cmp(&b.0));
    let cure = match near {
        Some((_, name)) => format!("did you mean {name}?"),
        None => {
            "if it belongs to the line above, that has to end with the escape character".to_owned()
        }
    };
    let shown: String = keyword.chars().take(40).collect();
    (format!("`{shown}` is no instruction"), Some(cure))
}
