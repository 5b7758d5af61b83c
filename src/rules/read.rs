//! `read`: the text of a rule file to rules.
//!
//! A file is one rule, or a list of `[[rule]]`. A key that is not known is an error, with its line.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Table;

use super::example::Example;
use super::matching::Pattern;
use super::part::Lines;
use super::template::Template;
use super::{Join, KINDS, Prepared, Rule, Ruling, Statement};
use crate::error::Error;
use crate::plan::OptionPath;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileText {
    #[serde(default)]
    rule: Vec<RuleText>,
    /// What `effect` reads.
    #[serde(default, rename = "reading")]
    _readings: Vec<Table>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RuleText {
    id: String,
    why: String,
    when: Table,
    set: Option<Table>,
    add: Option<Table>,
    append: Option<Table>,
    not_needed: Option<String>,
    manual: Option<String>,
    cure: Option<String>,
    about: Option<String>,
    assume: Option<String>,
    #[serde(default)]
    assume_of: Vec<String>,
    #[serde(default)]
    because: BTreeMap<String, String>,
    #[serde(default)]
    service_config: bool,
    lines: Option<String>,
    #[serde(default)]
    example: Vec<ExampleText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExampleText {
    model: Table,
    nix: Option<String>,
    verdict: Option<String>,
}

/// Finds the rule files of a folder, in the order of their paths.
///
/// # Errors
/// A folder that cannot be read.
pub(super) fn find(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut files = Vec::new();
    for entry in walkdir::WalkDir::new(folder).sort_by_file_name() {
        let entry = entry.map_err(|error| Error::Read {
            path: folder.to_owned(),
            source: error
                .into_io_error()
                .unwrap_or_else(|| std::io::Error::other("its links go in a circle")),
        })?;
        if entry.file_type().is_file() && entry.path().extension().is_some_and(|it| it == "toml") {
            files.push(entry.into_path());
        }
    }
    Ok(files)
}

/// Reads a rule file; each rule comes with the kind of resource that it is for.
///
/// # Errors
/// `Error::Rule` with the line of what is wrong.
pub(super) fn read(file: &str, text: &str) -> Result<Vec<(&'static str, Rule)>, Error> {
    let toml_error = |error: toml::de::Error| {
        let at = error.span().map_or(0, |span| span.start);
        let line = 1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count();
        wrong(file, line, error.message().trim())
    };
    // A file with several rules has nothing beside their list, and readings.
    let is_list = text
        .lines()
        .any(|line| matches!(line.trim(), "[[rule]]" | "[[reading]]"));
    let rules = if is_list {
        toml::from_str::<FileText>(text).map_err(toml_error)?.rule
    } else {
        vec![toml::from_str::<RuleText>(text).map_err(toml_error)?]
    };
    let starts = lines_of(text, "id");
    let mut list = Vec::new();
    for (number, rule) in rules.iter().enumerate() {
        let source = Source {
            file,
            text,
            line: starts.get(number).copied().unwrap_or(1),
            end: starts.get(number + 1).copied().unwrap_or(usize::MAX),
        };
        list.extend(build(rule, &source)?);
    }
    Ok(list)
}

/// Reads a built-in rule as build.rs has it: JSON, without its examples.
///
/// # Errors
/// `Error::Rule` where it is wrong.
pub(super) fn read_prepared(row: &Prepared) -> Result<Vec<(&'static str, Rule)>, Error> {
    let rule: RuleText = serde_json::from_str(row.json)
        .map_err(|error| wrong(row.file, row.line, &error.to_string()))?;
    let source = Source {
        file: row.file,
        text: "",
        line: row.line,
        end: usize::MAX,
    };
    build(&rule, &source)
}

/// Where a rule stands.
struct Source<'a> {
    file: &'a str,
    /// The text of the file; empty where it is not at hand.
    text: &'a str,
    line: usize,
    /// The line at which the next rule begins.
    end: usize,
}

impl Source<'_> {
    /// What is wrong with the value of a key of the rule.
    fn wrong(&self, key: &str, message: &str) -> Error {
        let lines = lines_of(self.text, key).into_iter();
        let mut own = lines.filter(|line| (self.line..self.end).contains(line));
        wrong(self.file, own.next().unwrap_or(self.line), message)
    }

    /// Returns the lines at which the examples of the rule begin.
    fn examples(&self) -> Vec<usize> {
        (1..)
            .zip(self.text.lines())
            .filter(|(line, _)| (self.line..self.end).contains(line))
            .filter(|(_, text)| matches!(text.trim(), "[[example]]" | "[[rule.example]]"))
            .map(|(line, _)| line)
            .collect()
    }
}

fn wrong(file: &str, line: usize, message: &str) -> Error {
    Error::Rule {
        path: PathBuf::from(file),
        message: format!("line {line}: {message}"),
    }
}

/// Returns the lines on which a key of a rule stands.
fn lines_of(text: &str, key: &str) -> Vec<usize> {
    let is_key = |line: &str| {
        let rest = line.trim_start().strip_prefix(key);
        rest.is_some_and(|rest| rest.trim_start().starts_with(['=', '.']))
    };
    (1..)
        .zip(text.lines())
        .filter(|(_, line)| is_key(line))
        .map(|(number, _)| number)
        .collect()
}

fn build(rule: &RuleText, source: &Source<'_>) -> Result<Vec<(&'static str, Rule)>, Error> {
    let id = &rule.id;
    let plain = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-';
    if id.is_empty() || !id.bytes().all(plain) {
        return Err(source.wrong("id", "an id has small letters, digits and `-`"));
    }
    let mut statements = 0;
    for table in [&rule.set, &rule.add, &rule.append].into_iter().flatten() {
        statements += table.len();
    }
    let verdict = match (&rule.not_needed, &rule.manual) {
        (None, None) if statements > 0 => Ruling::Stated,
        (Some(reason), None) if statements == 0 => Ruling::NotNeeded(reason.clone()),
        (None, Some(reason)) => Ruling::Manual(reason.clone()),
        (None, None) => {
            return Err(source.wrong(
                "id",
                "the rule says nothing: give it `set`, `add`, `append`, `not-needed` or `manual`",
            ));
        }
        (Some(_), _) => {
            return Err(source.wrong(
                "id",
                "what is `not-needed` can state nothing, and is not `manual`",
            ));
        }
    };
    if rule.when.is_empty() {
        return Err(source.wrong("when", "`when` asks for nothing"));
    }
    let lines = rule.lines.as_deref().map(Lines::read).transpose();
    let lines = lines.map_err(|it| source.wrong("lines", &it))?;
    let because = rule.because.iter();
    let because = because.map(|(path, why)| (OptionPath::parse(path), why.clone()));
    let starts = source.examples();
    let mut list = Vec::new();
    for (kind, pattern) in &rule.when {
        let Some(kind) = KINDS.iter().copied().find(|it| it == kind) else {
            return Err(source.wrong(
                "when",
                &format!("`{kind}` is no kind of resource: {}", KINDS.join(", ")),
            ));
        };
        let pattern = Pattern::read(pattern).map_err(|it| source.wrong("when", &it))?;
        let settings = statements_of(rule, kind, &pattern, source)?;
        let assume = rule.assume.as_deref().map(|text| {
            let template = Template::read_text(text)?;
            check_names(&template, kind, &pattern).map(|()| template)
        });
        let assume = assume
            .transpose()
            .map_err(|it| source.wrong("assume", &it))?;
        let examples = rule
            .example
            .iter()
            .zip(starts.iter().copied().chain(std::iter::repeat(source.line)))
            .filter(|(example, _)| example.model.contains_key(kind))
            .map(|(example, line)| read_example(example, kind, line, source))
            .collect::<Result<Vec<Example>, Error>>()?;
        list.push((
            kind,
            Rule {
                id: id.clone(),
                why: rule.why.clone(),
                file: source.file.to_owned(),
                line: source.line,
                pattern,
                settings,
                verdict: verdict.clone(),
                assume,
                assume_of: rule
                    .assume_of
                    .iter()
                    .map(|it| OptionPath::parse(it))
                    .collect(),
                because: because.clone().collect(),
                cure: rule.cure.clone(),
                about: rule.about.as_deref().map(OptionPath::parse),
                service_config: rule.service_config,
                lines: lines.clone(),
                examples,
            },
        ));
    }
    Ok(list)
}

fn statements_of(
    rule: &RuleText,
    kind: &str,
    pattern: &Pattern,
    source: &Source<'_>,
) -> Result<Vec<Statement>, Error> {
    let tables = [
        ("set", &rule.set, Join::Only),
        ("add", &rule.add, Join::Element),
        ("append", &rule.append, Join::Text),
    ];
    let mut list = Vec::new();
    for (key, table, join) in tables {
        let wrong = |message: String| source.wrong(key, &message);
        for (path, value) in table.iter().flatten() {
            let names = OptionPath::parse(path);
            let path = names
                .names()
                .iter()
                .map(|name| Template::read_text(name))
                .collect::<Result<Vec<Template>, String>>()
                .map_err(wrong)?;
            let value = Template::read(value).map_err(wrong)?;
            for template in path.iter().chain([&value]) {
                check_names(template, kind, pattern).map_err(wrong)?;
            }
            list.push(Statement { path, value, join });
        }
    }
    Ok(list)
}

/// Refuses a reference to what neither the resource nor the pattern has.
fn check_names(template: &Template, kind: &str, pattern: &Pattern) -> Result<(), String> {
    let names = pattern.names();
    let mut unknown = None;
    template.for_each_name(&mut |name| {
        if name != kind && !names.contains(&name) {
            unknown = Some(name);
        }
    });
    match unknown {
        None => Ok(()),
        Some(name) => Err(format!(
            "`${name}` is neither the resource, `${kind}`, nor a name of the pattern"
        )),
    }
}

fn read_example(
    text: &ExampleText,
    kind: &str,
    line: usize,
    source: &Source<'_>,
) -> Result<Example, Error> {
    let wrong = |message: &str| wrong(source.file, line, message);
    let model = serde_json::to_value(&text.model[kind])
        .map_err(|error| wrong(&format!("the model of the example: {error}")))?;
    match text.verdict.as_deref() {
        None | Some("translated" | "assumed" | "not-needed" | "manual" | "no-match") => {}
        Some(other) => {
            return Err(wrong(&format!(
                "`{other}` is no verdict of a rule: translated, assumed, not-needed, manual, no-match"
            )));
        }
    }
    Ok(Example {
        line,
        model,
        nix: text.nix.clone(),
        verdict: text.verdict.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::read;

    fn check(text: &str, expected: &str) {
        let got = match read("r.toml", text) {
            Ok(rules) => format!("{} rules", rules.len()),
            Err(error) => error.to_string(),
        };
        assert_eq!(got, expected, "{text}");
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        let head = "id = 'a'\nwhy = 'x'\n";
        check(
            &format!(
                "{head}when = {{ timezone = {{ name = '$plain' }} }}\nset = {{ 'time.timeZone' = '$timezone.name' }}"
            ),
            "1 rules",
        );
        check(
            &format!("{head}wenn = {{}}\n"),
            "r.toml: line 3: unknown field `wenn`, expected one of `id`, `why`, `when`, `set`, `add`, `append`, \
             `not-needed`, `manual`, `cure`, `about`, `assume`, `assume-of`, `because`, `service-config`, `lines`, `example`",
        );
        check(
            &format!("{head}when = {{ file = {{}} }}\n"),
            "r.toml: line 1: the rule says nothing: give it `set`, `add`, `append`, `not-needed` or `manual`",
        );
        check(
            &format!(
                "{head}when = {{ timezone = {{}} }}\nset = {{ 'time.timeZone' = '$zone.name' }}"
            ),
            "r.toml: line 4: `$zone` is neither the resource, `$timezone`, nor a name of the pattern",
        );
        check(
            &format!(
                "{head}when = {{ timezone = {{}} }}\nset = {{ 'time.timeZone' = '$timezone.name | nope' }}"
            ),
            &format!(
                "r.toml: line 4: there is no function `nope`: {}",
                crate::rules::functions::names()
            ),
        );
    }
}
