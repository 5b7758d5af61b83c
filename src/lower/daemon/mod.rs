//! A program that somebody installed and wrote a unit for, and that a module of NixOS runs: `node_exporter`, Prometheus.
//!
//! The table is rules/nixos/daemons.json, read from the modules that it names: how each flag of the program's command
//! line is an option of the module, and in which option the other flags go. Then the options say the same as the unit;
//! who runs it, and under which restrictions, is for the module to say, and assumed to do as well. Where a flag or a
//! directive is not understood, the unit stays as it is.
//!
//! What brings the program of such a unit to its place is not needed.
//!
//! The start options of a distribution's own unit (/etc/default/prometheus) are such a command line as well.

mod arguments;
mod flags;
mod unit;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::ctx::Ctx;
use super::machine;
use super::statement::{Lowered, Statement};
use crate::account::{Code, Verdict};
use crate::model::{Content, Entry, File, FileLine, Machine, Opaque, Resource, Text, Unit};
use crate::nix::Expr;
use crate::plan::OptionPath;

/// Modules that bring a program to its place.
const FETCHING: [&str; 3] = ["copy", "get_url", "unarchive"];

const TABLE: &str = include_str!("../../../rules/nixos/daemons.json");

/// A program and the module that runs it.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    /// The names of its file.
    programs: Vec<String>,
    /// The folder of its options.
    option: String,
    /// The unit of NixOS, without its suffix.
    unit: String,
    /// Who runs it, where that is a user of its own.
    user: Option<String>,
    #[serde(rename = "module")]
    _module: String,
    /// The option for flags that have none.
    rest: String,
    /// The module quotes what is in that option.
    #[serde(default)]
    quotes: bool,
    /// The address that the module has where the command line names none; that of all interfaces in IPv4 where it is not given.
    address: Option<String>,
    #[serde(default)]
    flags: BTreeMap<String, Flag>,
    /// Beginnings of switches, and the lists for what follows.
    #[serde(default)]
    collectors: BTreeMap<String, String>,
    /// What the program does without a flag, where the module says something else.
    #[serde(default)]
    defaults: BTreeMap<String, String>,
    /// Variables of its environment that are options.
    #[serde(default)]
    variables: BTreeMap<String, Flag>,
    /// The variable without which it does nothing.
    needs: Option<String>,
    config: Option<Config>,
}

/// What a flag is to the module.
#[derive(Debug, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Flag {
    /// An address and a port: `listenAddress` and `port`.
    Listen,
    Text(String),
    Number(String),
    /// An element of a list.
    List(String),
    /// A list, with commas.
    Words(String),
    On(String),
    Off(String),
    /// Nothing; the clause that this rests on, or nothing.
    Drop(String),
}

/// The flag that names the program's configuration.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    flag: String,
    #[serde(default)]
    option: String,
    form: Form,
    /// The switch of a check that needs the file while the system is built.
    check: Option<String>,
    /// The paths for which a rule says what the file comes to.
    #[serde(default)]
    paths: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Form {
    /// The option takes the file, from the store or from the machine.
    File,
    /// The option takes the path, and reads it at the start.
    Path,
    /// The option takes what the file says.
    Yaml,
    /// A rule for the file sets options.
    Rule,
}

static ROWS: LazyLock<BTreeMap<String, Row>> =
    LazyLock::new(|| serde_json::from_str(TABLE).unwrap_or_default());

/// Finds the row of a program by its path or name.
fn row_of(program: &str) -> Option<&'static Row> {
    let name = program.rsplit('/').next().unwrap_or(program);
    ROWS.values()
        .find(|row| row.programs.iter().any(|it| it == name))
}

/// Lowers a unit or start options that a module says as well; tells whether it did.
pub(super) fn lower(entry: &Entry, ctx: &mut Ctx<'_>) -> bool {
    let statement = if let Resource::Unit(it) = &entry.resource {
        unit::state(it, ctx.machine)
    } else if let Resource::File(it) = &entry.resource {
        arguments::state(it, ctx.machine)
    } else {
        None
    };
    if let Resource::Opaque(it) = &entry.resource
        && let Some(row) = brought(it, ctx.machine)
    {
        let reason = format!("`{}` brings the program", row.option);
        ctx.answer(
            entry,
            &it.reason,
            Verdict::NotNeeded,
            Code::NoMeaning,
            &reason,
        );
        return true;
    }
    let is_stated = statement.is_some();
    if let Some(statement) = statement {
        let lowered = if statement.definitions.is_empty() && statement.left.is_empty() {
            // All that it says is as the module has it.
            Lowered::NotNeeded(Code::NoMeaning, statement.assumptions.join("; "))
        } else {
            Lowered::Stated(statement)
        };
        ctx.conclude(entry, lowered);
    }
    is_stated
}

/// States what a line of start options comes to.
pub(super) fn start_options(line: &FileLine, machine: &Machine) -> Option<Statement> {
    let file = File {
        path: line.path.clone(),
        content: Content::Text(line.line.clone()),
        mode: None,
        owner: None,
        group: None,
    };
    arguments::state(&file, machine)
}

/// Returns the switch of the module that runs what a unit would.
pub(super) fn switch(unit: &Unit, machine: &Machine) -> Option<OptionPath> {
    unit::state(unit, machine)?;
    let row = unit::row(unit)?;
    Some(OptionPath::parse(&row.option).child("enable"))
}

/// Finds the module that brings what a task fetches, unpacks or puts into place: the program of a unit that it runs.
fn brought(opaque: &Opaque, machine: &Machine) -> Option<&'static Row> {
    if !FETCHING.contains(&opaque.subject.as_str()) {
        return None;
    }
    let lines = opaque.lines.iter().filter_map(Text::plain);
    let values = lines.filter_map(|it| it.split_once(": "));
    let values = values.filter(|(name, _)| matches!(*name, "url" | "src" | "dest"));
    let files: Vec<&str> = values
        .filter_map(|(_, it)| it.trim().trim_end_matches('/').rsplit('/').next())
        .collect();
    let is_release = |file: &str, program: &str| {
        let rest = file.strip_prefix(program)?;
        let rest = rest.strip_prefix(['-', '_']).unwrap_or(rest);
        let rest = rest.strip_prefix('v').unwrap_or(rest);
        let starts = rest.is_empty() || rest.starts_with("linux");
        (starts || rest.starts_with(|it: char| it.is_ascii_digit())).then_some(())
    };
    let mut rows = machine::units(machine).filter_map(|it| {
        let row = unit::row(it)?;
        let mut programs = row.programs.iter();
        let is_own = programs.any(|it| files.iter().any(|file| is_release(file, it).is_some()));
        (is_own && unit::state(it, machine).is_some()).then_some(row)
    });
    rows.next()
}

/// Puts what the flags of a command line come to below the folder of a row.
fn set(row: &Row, option: &str, expr: Expr, statement: &mut Statement) {
    let mut path = OptionPath::parse(&row.option);
    for name in OptionPath::parse(option).names() {
        path = path.child(name);
    }
    statement.set(path, expr);
}

#[cfg(test)]
mod tests {
    use super::ROWS;

    #[test]
    fn the_options_of_the_table_are_there() {
        assert!(ROWS.len() > 10, "the table is read");
        let root = env!("CARGO_MANIFEST_DIR");
        let mut known = Vec::new();
        for name in ["options", "added-options"] {
            let text = std::fs::read_to_string(format!("{root}/rules/nixos/{name}.json")).unwrap();
            let rows: serde_json::Map<String, serde_json::Value> =
                serde_json::from_str(&text).unwrap();
            known.extend(rows.into_iter().map(|(path, _)| path));
        }
        for row in ROWS.values() {
            let config = row.config.iter();
            let of_config =
                config.flat_map(|it| [it.option.clone()].into_iter().chain(it.check.clone()));
            let flags = row.flags.values().chain(row.variables.values());
            let of_flags = flags.filter_map(|it| match it {
                super::Flag::Listen => Some("port".to_owned()),
                super::Flag::Text(option)
                | super::Flag::Number(option)
                | super::Flag::List(option)
                | super::Flag::Words(option)
                | super::Flag::On(option)
                | super::Flag::Off(option) => Some(option.clone()),
                super::Flag::Drop(_) => None,
            });
            let others = row.collectors.values().chain(row.defaults.keys());
            let others = others.chain([&row.rest]).cloned();
            for option in of_flags.chain(of_config).chain(others) {
                let path = format!("{}.{option}", row.option);
                let is_known = option.is_empty()
                    || known.contains(&path)
                    || known.iter().any(|it| it.starts_with(&format!("{path}.")));
                assert!(is_known, "{path} is no option");
            }
        }
    }
}
