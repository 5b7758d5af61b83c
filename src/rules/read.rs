//! `read`: the text of a rule file to rules.
//!
//! A file is one rule, or a list of `[[rule]]`. A key that is not known is an error, with its line.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::{Spanned, Table};

use super::example::Example;
use super::matching::Pattern;
use super::template::Template;
use super::{Join, KINDS, Rule, Ruling, Statement};
use crate::error::Error;
use crate::plan::OptionPath;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileText {
    rule: Vec<RuleText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RuleText {
    id: Spanned<String>,
    why: String,
    when: Spanned<Table>,
    set: Option<Spanned<Table>>,
    add: Option<Spanned<Table>>,
    append: Option<Spanned<Table>>,
    not_needed: Option<String>,
    manual: Option<String>,
    cure: Option<String>,
    about: Option<String>,
    assume: Option<String>,
    #[serde(default)]
    service_config: bool,
    #[serde(default)]
    example: Vec<Spanned<ExampleText>>,
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
    let wrong = |at: usize, message: &str| Error::Rule {
        path: PathBuf::from(file),
        message: format!("line {}: {message}", line_of(text, at)),
    };
    let toml_error = |error: toml::de::Error| {
        wrong(
            error.span().map_or(0, |span| span.start),
            error.message().trim(),
        )
    };
    // A file with several rules has nothing beside their list.
    let is_list = text.lines().any(|line| line.trim() == "[[rule]]");
    let rules = if is_list {
        toml::from_str::<FileText>(text).map_err(toml_error)?.rule
    } else {
        vec![toml::from_str::<RuleText>(text).map_err(toml_error)?]
    };
    let mut list = Vec::new();
    for rule in &rules {
        let line = line_of(text, rule.id.span().start);
        for (kind, mut rule) in build(rule, &wrong)? {
            file.clone_into(&mut rule.file);
            rule.line = line;
            for example in &mut rule.examples {
                example.line = line_of(text, example.line);
            }
            list.push((kind, rule));
        }
    }
    Ok(list)
}

fn line_of(text: &str, at: usize) -> usize {
    1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count()
}

fn build(
    rule: &RuleText,
    wrong: &dyn Fn(usize, &str) -> Error,
) -> Result<Vec<(&'static str, Rule)>, Error> {
    let at = rule.id.span().start;
    let id = rule.id.get_ref();
    let plain = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-';
    if id.is_empty() || !id.bytes().all(plain) {
        return Err(wrong(at, "an id has small letters, digits and `-`"));
    }
    let mut statements = 0;
    for table in [&rule.set, &rule.add, &rule.append].into_iter().flatten() {
        statements += table.get_ref().len();
    }
    let verdict = match (&rule.not_needed, &rule.manual) {
        (None, None) if statements > 0 => Ruling::Stated,
        (Some(reason), None) if statements == 0 => Ruling::NotNeeded(reason.clone()),
        (None, Some(reason)) => Ruling::Manual(reason.clone()),
        (None, None) => {
            return Err(wrong(
                at,
                "the rule says nothing: give it `set`, `add`, `append`, `not-needed` or `manual`",
            ));
        }
        (Some(_), _) => {
            return Err(wrong(
                at,
                "what is `not-needed` can state nothing, and is not `manual`",
            ));
        }
    };
    if rule.when.get_ref().is_empty() {
        return Err(wrong(rule.when.span().start, "`when` asks for nothing"));
    }
    let mut list = Vec::new();
    for (kind, pattern) in rule.when.get_ref() {
        let at = rule.when.span().start;
        let Some(kind) = KINDS.iter().copied().find(|it| it == kind) else {
            return Err(wrong(
                at,
                &format!("`{kind}` is no kind of resource: {}", KINDS.join(", ")),
            ));
        };
        let pattern = Pattern::read(pattern).map_err(|it| wrong(at, &it))?;
        let settings = statements_of(rule, kind, &pattern, wrong)?;
        let examples = rule
            .example
            .iter()
            .filter(|example| example.get_ref().model.contains_key(kind))
            .map(|example| read_example(example, kind, wrong))
            .collect::<Result<Vec<Example>, Error>>()?;
        list.push((
            kind,
            Rule {
                id: id.clone(),
                why: rule.why.clone(),
                file: String::new(),
                line: 0,
                pattern,
                settings,
                verdict: verdict.clone(),
                assume: rule.assume.clone(),
                cure: rule.cure.clone(),
                about: rule.about.as_deref().map(OptionPath::parse),
                service_config: rule.service_config,
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
    wrong: &dyn Fn(usize, &str) -> Error,
) -> Result<Vec<Statement>, Error> {
    let tables = [
        (&rule.set, Join::Only),
        (&rule.add, Join::Element),
        (&rule.append, Join::Text),
    ];
    let mut list = Vec::new();
    for (table, join) in tables {
        let Some(table) = table else { continue };
        let at = table.span().start;
        for (path, value) in table.get_ref() {
            let names = OptionPath::parse(path);
            let path = names
                .names()
                .iter()
                .map(|name| Template::read_text(name))
                .collect::<Result<Vec<Template>, String>>()
                .map_err(|it| wrong(at, &it))?;
            let value = Template::read(value).map_err(|it| wrong(at, &it))?;
            for template in path.iter().chain([&value]) {
                check_names(template, kind, pattern).map_err(|it| wrong(at, &it))?;
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
    example: &Spanned<ExampleText>,
    kind: &str,
    wrong: &dyn Fn(usize, &str) -> Error,
) -> Result<Example, Error> {
    let at = example.span().start;
    let text = example.get_ref();
    let model = serde_json::to_value(&text.model[kind])
        .map_err(|error| wrong(at, &format!("the model of the example: {error}")))?;
    match text.verdict.as_deref() {
        None | Some("translated" | "assumed" | "not-needed" | "manual" | "no-match") => {}
        Some(other) => {
            return Err(wrong(
                at,
                &format!(
                    "`{other}` is no verdict of a rule: translated, assumed, not-needed, manual, no-match"
                ),
            ));
        }
    }
    Ok(Example {
        // The offset for now: `read` makes a line of it.
        line: at,
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
             `not-needed`, `manual`, `cure`, `about`, `assume`, `service-config`, `example`",
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
            "r.toml: line 4: there is no function `nope`: `entries`, `int`, `json`, `lines`, `nameservers`, `scalar`, \
             `trim`, `words`",
        );
    }
}
