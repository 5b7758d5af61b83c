//! The words of a command line, as options of the module that runs the program.

use super::{Config, Flag, Form, Row, set};
use crate::lower::statement::Statement;
use crate::lower::{file, machine};
use crate::model::{Content, Machine};
use crate::nix::Expr;
use crate::plan::OptionPath;
use crate::rules;
use crate::syntax::systemd_words::quote;

/// A flag of a command line.
struct Given<'a> {
    /// Without its dashes.
    name: &'a str,
    value: Option<&'a str>,
    /// As it stands there.
    words: Vec<&'a str>,
}

/// What a command line said, and what it comes to beside single options.
#[derive(Default)]
struct Said<'a> {
    options: Vec<&'a str>,
    lists: Vec<(&'a str, String)>,
}

/// States what words of a command line and variables come to; none where one is not understood.
pub(super) fn state(
    row: &Row,
    words: &[String],
    variables: &[(&Flag, &str)],
    machine: &Machine,
    statement: &mut Statement,
) -> Option<()> {
    let mut said = Said::default();
    // A flag goes before a variable.
    for given in read(words)? {
        if let Some(config) = row.config.as_ref().filter(|it| it.flag == given.name) {
            state_config(row, config, given.value?, machine, statement)?;
        } else if let Some(collector) = collector(row, &given) {
            said.lists.push(collector);
        } else if let Some(flag) = row.flags.get(given.name).filter(|it| !is_again(it, &said)) {
            state_flag(row, flag, given.value, &mut said, statement)?;
        } else {
            for word in given.words {
                let word = if row.quotes {
                    literal(word)?
                } else {
                    quote(word)
                };
                said.lists.push((&row.rest, word));
            }
        }
    }
    for (flag, value) in variables {
        if !is_again(flag, &said) {
            state_flag(row, flag, Some(value), &mut said, statement)?;
        }
    }
    let mut order: Vec<&str> = said.lists.iter().map(|(list, _)| *list).collect();
    order.sort_unstable();
    order.dedup();
    for list in order {
        let own = said.lists.iter().filter(|(it, _)| *it == list);
        let own = own.map(|(_, word)| word.clone());
        set(row, list, Expr::strs(own), statement);
    }
    for (option, value) in &row.defaults {
        if !said.options.contains(&option.as_str()) {
            set(row, option, Expr::str(value), statement);
        }
    }
    Some(())
}

/// Tells whether a flag is one that was given already: a second address has no option of its own.
fn is_again(flag: &Flag, said: &Said<'_>) -> bool {
    matches!(flag, Flag::Listen) && said.options.contains(&"port")
}

fn state_flag<'a>(
    row: &Row,
    flag: &'a Flag,
    value: Option<&str>,
    said: &mut Said<'a>,
    statement: &mut Statement,
) -> Option<()> {
    match flag {
        Flag::Listen => {
            said.options.push("port");
            listen(row, value?, statement)?;
        }
        Flag::Text(option) => {
            said.options.push(option);
            let value = value?;
            // What is empty says what the program does anyway.
            if !value.is_empty() {
                set(row, option, Expr::str(literal(value)?), statement);
            }
        }
        Flag::Number(option) => {
            said.options.push(option);
            set(row, option, Expr::Int(value?.parse().ok()?), statement);
        }
        Flag::List(option) => said.lists.push((option, literal(value?)?)),
        Flag::Words(option) => {
            let words = literal(value?)?;
            let words = words
                .split(',')
                .map(|it| (option.as_str(), it.trim().to_owned()));
            said.lists.extend(words);
        }
        Flag::On(option) => set(row, option, Expr::Bool(value != Some("false")), statement),
        Flag::Off(option) => set(row, option, Expr::Bool(false), statement),
        Flag::Drop(clause) if clause.is_empty() => {}
        Flag::Drop(clause) => statement.assume(clause.clone()),
    }
    Some(())
}

/// Takes a command line apart: `--name=value`, `-name value`, `--switch`; none where a word belongs to no flag.
fn read(words: &[String]) -> Option<Vec<Given<'_>>> {
    let mut flags: Vec<Given<'_>> = Vec::new();
    for word in words {
        let Some(name) = word.strip_prefix("--").or_else(|| word.strip_prefix('-')) else {
            let last = flags.last_mut().filter(|it| it.value.is_none())?;
            last.value = Some(word);
            last.words.push(word);
            continue;
        };
        let (name, value) = match name.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (name, None),
        };
        if name.is_empty() {
            return None;
        }
        flags.push(Given {
            name,
            value,
            words: vec![word],
        });
    }
    Some(flags)
}

/// A value that is put there as it is: systemd and the shell would look into it once more.
fn literal(value: &str) -> Option<String> {
    (!value.contains(['$', '%', '\'', '"'])).then(|| value.to_owned())
}

fn collector<'a>(row: &'a Row, given: &Given<'_>) -> Option<(&'a str, String)> {
    if given.value.is_some() {
        return None;
    }
    row.collectors.iter().find_map(|(start, list)| {
        let name = given.name.strip_prefix(start.as_str())?;
        let is_switch = !name.is_empty() && !name.contains('.');
        is_switch.then(|| (list.as_str(), name.to_owned()))
    })
}

fn listen(row: &Row, address: &str, statement: &mut Statement) -> Option<()> {
    let (host, port) = address.rsplit_once(':')?;
    let port: i64 = port.parse().ok()?;
    let path = OptionPath::parse(&row.option);
    let own = row.address.as_deref().unwrap_or("0.0.0.0");
    if host.is_empty() && !own.is_empty() {
        statement.assume("nobody asks it by IPv6");
    } else if host != own {
        statement.set(path.child("listenAddress"), Expr::str(literal(host)?));
    }
    statement.set(path.child("port"), Expr::Int(port));
    Some(())
}

fn state_config(
    row: &Row,
    config: &Config,
    path: &str,
    machine: &Machine,
    statement: &mut Statement,
) -> Option<()> {
    let path = literal(path).filter(|it| it.starts_with('/'))?;
    let known = machine::files(machine).find(|it| it.path == path);
    let text = known.and_then(|file| match &file.content {
        Content::Text(text) => text.plain(),
        Content::Binary(_) | Content::Fetched(_) => None,
    });
    match (config.form, text) {
        (Form::Rule, _) => return config.paths.contains(&path).then_some(()),
        (Form::Path, _) => set(row, &config.option, Expr::str(&path), statement),
        (Form::File, Some(text)) => {
            let asset = file::asset(&path, text.as_bytes());
            set(row, &config.option, Expr::Asset(asset), statement);
        }
        (Form::File, None) => {
            set(row, &config.option, Expr::str(&path), statement);
            if let Some(check) = &config.check {
                set(row, check, Expr::Bool(false), statement);
            }
        }
        (Form::Yaml, text) => {
            let value: serde_json::Value = serde_yaml::from_str(text?).ok()?;
            set(row, &config.option, rules::expr_of(&value)?, statement);
        }
    }
    Some(())
}
