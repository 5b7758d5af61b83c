//! The rules: data that says *when the model has this, set that option to this value*.
//!
//! A rule is TOML, in a file of rules/ or of a folder of the user's. `when` is a pattern over a resource as the model's
//! dump shows it; `set`, `add` and `append` give options their values; `not-needed` and `manual` say why there is
//! nothing to state, or nothing known. Rules that fit compete: the one that says more about the resource wins.

mod example;
mod file_systems;
mod functions;
mod lint;
mod matching;
mod names;
pub mod network_fields;
mod part;
mod programs;
mod read;
mod switches;
mod template;
mod typed;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

pub use example::ExampleOutcome;
pub use file_systems::UNCHECKED_FILE_SYSTEMS;
pub use lint::Problem;
pub use names::{Attribute, Kind, ModuleOption, OptionShape, PackageName, ServiceName};
pub use names::{is_taken, module_option, package, package_names, service, service_names};
pub use programs::{PROGRAMS, Programs};
pub use switches::{refused_switches, switch_of};

use crate::error::Error;
use crate::model::Resource;
use crate::nix::Expr;
use crate::plan::OptionPath;
use matching::{Captures, Pattern};
pub(crate) use template::expr_of;
use template::{Scope, Template};

/// A built-in rule as build.rs has it.
struct Prepared {
    /// The kinds of resource that it is for.
    kinds: &'static [&'static str],
    file: &'static str,
    line: usize,
    /// All but its examples.
    json: &'static str,
}

include!(concat!(env!("OUT_DIR"), "/rules.rs"));

/// All rules, built-in and the user's own.
#[derive(Debug, Default)]
pub struct Rules {
    /// By the kind of resource; a kind of which none is there yet has just the built-in ones.
    by_kind: BTreeMap<&'static str, OnceLock<Vec<Rule>>>,
}

/// One rule, read.
#[derive(Debug)]
struct Rule {
    id: String,
    why: String,
    /// `rules/ntp/timesyncd.toml`, or the path of the user's file.
    file: String,
    line: usize,
    pattern: Pattern,
    settings: Vec<Statement>,
    verdict: Ruling,
    assume: Option<Template>,
    assume_of: Vec<OptionPath>,
    because: BTreeMap<OptionPath, String>,
    cure: Option<String>,
    about: Option<OptionPath>,
    service_config: bool,
    /// How lines of the file mean something without the others, where they do.
    lines: Option<part::Lines>,
    examples: Vec<example::Example>,
}

#[derive(Debug)]
struct Statement {
    path: Vec<Template>,
    value: Template,
    join: Join,
}

/// How a value stands beside others of the same option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Join {
    /// It is the only one.
    Only,
    /// It is an element of a list.
    Element,
    /// It is text that follows other text.
    Text,
}

/// What a rule makes of a resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    pub rule: String,
    pub why: String,
    pub settings: Vec<(OptionPath, Expr, Join)>,
    pub ruling: Ruling,
    /// The clauses that the rule rests on.
    pub assume: Vec<String>,
    /// The options that the clauses are about, with all that is below them; none where they are about all.
    pub assume_of: Vec<OptionPath>,
    /// Options that have a reason of their own.
    pub because: BTreeMap<OptionPath, String>,
    pub cure: Option<String>,
    /// The option beside which a reader will look.
    pub about: Option<OptionPath>,
    /// The file is one that a NixOS module makes itself.
    pub service_config: bool,
}

/// What becomes of the resource; the text is the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ruling {
    Stated,
    NotNeeded(String),
    Manual(String),
}

/// A line of `rules list`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed<'a> {
    pub id: &'a str,
    pub why: &'a str,
    pub file: &'a str,
    pub line: usize,
    /// The kind of resource, such as `file`.
    pub kind: &'a str,
    /// `set`, `not-needed` or `manual`.
    pub does: &'a str,
}

impl Rules {
    /// Loads the built-in rules and those of `folders`, which override built-in ones of the same id.
    ///
    /// The built-in ones come without their examples, as build.rs prepared them, and are read kind by kind when the first
    /// resource of a kind is there.
    ///
    /// # Errors
    /// `Error::Rule` with the file and line of a rule that is wrong.
    pub fn load(folders: &[PathBuf]) -> Result<Rules, Error> {
        if folders.is_empty() {
            let unread = KINDS.iter().map(|kind| (*kind, OnceLock::new()));
            return Ok(Rules {
                by_kind: unread.collect(),
            });
        }
        let mut rules = Vec::new();
        for row in &PREPARED {
            rules.extend(read::read_prepared(row)?);
        }
        Rules::with_own(rules, folders)
    }

    /// Loads the rules with their examples, which nobody needs who only applies them.
    ///
    /// # Errors
    /// As `load`.
    pub fn load_with_examples(folders: &[PathBuf]) -> Result<Rules, Error> {
        let mut rules = Vec::new();
        for (file, text) in BUILT_IN {
            rules.extend(read::read(file, text)?);
        }
        refuse_doubles(&rules)?;
        Rules::with_own(rules, folders)
    }

    fn with_own(mut rules: Vec<(&'static str, Rule)>, folders: &[PathBuf]) -> Result<Rules, Error> {
        for folder in folders {
            let mut own = Vec::new();
            for path in read::find(folder)? {
                own.extend(read::read(&path.display().to_string(), &read_file(&path)?)?);
            }
            refuse_doubles(&own)?;
            rules.retain(|(_, old)| own.iter().all(|(_, new)| new.id != old.id));
            rules.extend(own);
        }
        let mut by_kind: BTreeMap<&'static str, Vec<Rule>> = BTreeMap::new();
        for (kind, rule) in rules {
            by_kind.entry(kind).or_default().push(rule);
        }
        let read = by_kind.into_iter();
        Ok(Rules {
            by_kind: read.map(|(kind, rules)| (kind, rules.into())).collect(),
        })
    }

    /// Finds the rule for a resource, and what it makes of it.
    pub fn apply(&self, resource: &Resource) -> Option<Outcome> {
        let kind = kind_of(resource);
        if self.of_kind(kind).is_empty() {
            return None;
        }
        let dump = serde_json::to_value(resource).ok()?;
        self.apply_to_dump(kind, dump.get(kind)?)
    }

    fn apply_to_dump(&self, kind: &str, value: &serde_json::Value) -> Option<Outcome> {
        best(kind, value, self.of_kind(kind).iter())
    }

    /// Lists the rules by file and line.
    pub fn list(&self) -> Vec<Listed<'_>> {
        let mut list: Vec<Listed<'_>> = self.all().map(|(kind, rule)| listed(kind, rule)).collect();
        list.sort_by_key(|it| (it.file, it.line));
        list
    }

    /// Lists the rules about a field of resources: those for a file at a path, for a service of a name.
    pub fn about(&self, kind: &str, field: &str, value: &str) -> Vec<Listed<'_>> {
        let value = serde_json::Value::from(value);
        self.all()
            .filter(|(own, _)| *own == kind)
            .filter(|(_, rule)| rule.pattern.asks_for(field, &value))
            .map(|(kind, rule)| listed(kind, rule))
            .collect()
    }

    /// Returns a rule as it is written, with its examples.
    ///
    /// # Errors
    /// `Error::Read` where the file of a user's rule is gone meanwhile.
    pub fn text(&self, rule: &Listed<'_>) -> Result<String, Error> {
        let built_in = BUILT_IN.iter().find(|(file, _)| *file == rule.file);
        let text = match built_in {
            Some((_, text)) => (*text).to_owned(),
            None => read_file(Path::new(rule.file))?,
        };
        let lines: Vec<&str> = text.lines().collect();
        let at = rule.line.min(lines.len());
        let is_head = |line: &&str| line.trim() == "[[rule]]";
        let start = lines[..at].iter().rposition(is_head);
        let start = start.map_or(0, |it| it + 1);
        let rest = &lines[start..];
        let end = rest.iter().position(is_head).unwrap_or(rest.len());
        let own = rest[..end].join("\n");
        Ok(own.trim_end().to_owned())
    }

    /// Finds what is wrong with rules that can be read.
    pub fn lint(&self) -> Vec<Problem> {
        lint::lint(self)
    }

    /// Runs the examples of all rules.
    pub fn test(&self) -> Vec<ExampleOutcome> {
        example::test(self)
    }

    /// Returns what the rules make of their examples: the rule's id, the resource as the model's dump shows it.
    pub fn example_outcomes(&self) -> impl Iterator<Item = (&str, &serde_json::Value, Outcome)> {
        self.all().flat_map(|(kind, rule)| {
            rule.examples.iter().filter_map(move |example| {
                let outcome = rule.apply(kind, &example.model)?;
                Some((rule.id.as_str(), &example.model, outcome))
            })
        })
    }

    fn all(&self) -> impl Iterator<Item = (&'static str, &Rule)> {
        self.by_kind
            .keys()
            .flat_map(|kind| self.of_kind(kind).iter().map(move |rule| (*kind, rule)))
    }

    fn of_kind(&self, kind: &str) -> &[Rule] {
        let Some(cell) = self.by_kind.get(kind) else {
            return &[];
        };
        cell.get_or_init(|| {
            let rows = PREPARED.iter().filter(|row| row.kinds.contains(&kind));
            // A test reads every row: none of them is wrong.
            let rules = rows.flat_map(|row| read::read_prepared(row).unwrap_or_default());
            let own = rules.filter(|(other, _)| *other == kind);
            own.map(|(_, rule)| rule).collect()
        })
    }
}

/// Returns the rule files, built-in and of `folders`, with their texts.
///
/// # Errors
/// `Error::Read` for a file of a folder that cannot be read.
pub fn texts(folders: &[PathBuf]) -> Result<Vec<(String, String)>, Error> {
    let built_in = BUILT_IN.iter();
    let mut texts: Vec<(String, String)> = built_in
        .map(|(file, text)| ((*file).to_owned(), (*text).to_owned()))
        .collect();
    for folder in folders {
        for path in read::find(folder)? {
            let text = read_file(&path)?;
            texts.push((path.display().to_string(), text));
        }
    }
    Ok(texts)
}

/// Tells whether a text fits a glob, as those of rules: `*` is anything but a `/`, `**` is anything.
pub fn fits(glob: &str, text: &str) -> bool {
    matching::fits(glob, text)
}

fn read_file(path: &Path) -> Result<String, Error> {
    std::fs::read_to_string(path).map_err(|source| Error::Read {
        path: path.to_owned(),
        source,
    })
}

impl Rule {
    /// Applies the rule to a resource of its kind, where it fits and has all that its values ask for.
    fn apply(&self, kind: &str, value: &serde_json::Value) -> Option<Outcome> {
        let (captures, _) = self.pattern.captures(value)?;
        self.outcome(&Scope {
            kind,
            value,
            captures: &captures,
        })
    }

    fn outcome(&self, scope: &Scope<'_>) -> Option<Outcome> {
        let mut settings = Vec::new();
        for statement in &self.settings {
            let names: Option<Vec<String>> =
                statement.path.iter().map(|it| it.text(scope)).collect();
            let path = OptionPath::new(names?);
            let expr = statement.value.expr(scope)?;
            // A function that has nothing for this option.
            if expr == Expr::Null && statement.value.is_reference() {
                continue;
            }
            match (statement.join, expr) {
                (Join::Element, Expr::List(elements)) => {
                    for element in elements {
                        settings.push((path.clone(), element, Join::Element));
                    }
                }
                (join, expr) => leaves(path, expr, join, &mut settings),
            }
        }
        if settings.is_empty() && self.verdict == Ruling::Stated {
            return None;
        }
        Some(Outcome {
            rule: self.id.clone(),
            why: self.why.clone(),
            settings,
            ruling: self.verdict.clone(),
            assume: match &self.assume {
                Some(template) => template.clauses(scope)?,
                None => Vec::new(),
            },
            assume_of: self.assume_of.clone(),
            because: self.because.clone(),
            cure: self.cure.clone(),
            about: self.about.clone(),
            service_config: self.service_config,
        })
    }
}

/// Finds the rule that says most of a resource, and what it makes of it.
fn best<'r>(
    kind: &str,
    value: &serde_json::Value,
    rules: impl Iterator<Item = &'r Rule>,
) -> Option<Outcome> {
    let mut fitting: Vec<(usize, &Rule, Captures)> = rules
        .filter_map(|rule| {
            let (captures, weight) = rule.pattern.captures(value)?;
            Some((weight, rule, captures))
        })
        .collect();
    // The rule that says most goes first, then one that states something, then by name.
    fitting.sort_by(|(a_weight, a, _), (b_weight, b, _)| {
        b_weight
            .cmp(a_weight)
            .then_with(|| a.settings.is_empty().cmp(&b.settings.is_empty()))
            .then_with(|| a.id.cmp(&b.id))
    });
    fitting.iter().find_map(|(_, rule, captures)| {
        rule.outcome(&Scope {
            kind,
            value,
            captures,
        })
    })
}

/// A path of the plan names one leaf: an attribute set becomes a definition for each of its names. Where it is added, so
/// are the elements of each list in it, and what is no list is the only value.
fn leaves(path: OptionPath, expr: Expr, join: Join, all: &mut Vec<(OptionPath, Expr, Join)>) {
    match expr {
        Expr::Attrs(attrs) if !attrs.is_empty() => {
            for (name, value) in attrs {
                let path = path.child(&name);
                match (join, value) {
                    (Join::Element, Expr::List(elements)) => {
                        let elements = elements.into_iter();
                        all.extend(elements.map(|it| (path.clone(), it, Join::Element)));
                    }
                    (Join::Element, Expr::Attrs(attrs)) if !attrs.is_empty() => {
                        leaves(path, Expr::Attrs(attrs), Join::Element, all);
                    }
                    (Join::Element, value) => all.push((path, value, Join::Only)),
                    (Join::Only | Join::Text, value) => leaves(path, value, join, all),
                }
            }
        }
        other => all.push((path, other, join)),
    }
}

fn listed<'a>(kind: &'static str, rule: &'a Rule) -> Listed<'a> {
    Listed {
        id: &rule.id,
        why: &rule.why,
        file: &rule.file,
        line: rule.line,
        kind,
        does: match rule.verdict {
            Ruling::Stated => "set",
            Ruling::NotNeeded(_) => "not-needed",
            Ruling::Manual(_) => "manual",
        },
    }
}

fn refuse_doubles(rules: &[(&'static str, Rule)]) -> Result<(), Error> {
    let mut seen: BTreeMap<&str, &Rule> = BTreeMap::new();
    for (_, rule) in rules {
        // One rule may have several kinds of resource, and stands here once for each.
        if let Some(first) = seen.insert(&rule.id, rule)
            && (&first.file, first.line) != (&rule.file, rule.line)
        {
            return Err(Error::Rule {
                path: Path::new(&rule.file).to_owned(),
                message: format!(
                    "line {}: the id `{}` is also that of {}:{}",
                    rule.line, rule.id, first.file, first.line
                ),
            });
        }
    }
    Ok(())
}

/// The kinds of resources, as the model's dump names them.
const KINDS: [&str; 26] = [
    "package",
    "service",
    "unit",
    "cron-job",
    "file",
    "file-line",
    "directory",
    "link",
    "path-mode",
    "removed-path",
    "user",
    "group",
    "authorized-key",
    "hostname",
    "timezone",
    "sysctl",
    "kernel-module",
    "mount",
    "hosts-entry",
    "sshd-setting",
    "sudo-rule",
    "firewall",
    "firewall-port",
    "setting",
    "step",
    "opaque",
];

fn kind_of(resource: &Resource) -> &'static str {
    match resource {
        Resource::Package(_) => "package",
        Resource::Service(_) => "service",
        Resource::Unit(_) => "unit",
        Resource::CronJob(_) => "cron-job",
        Resource::File(_) => "file",
        Resource::FileLine(_) => "file-line",
        Resource::Directory(_) => "directory",
        Resource::Link(_) => "link",
        Resource::PathMode(_) => "path-mode",
        Resource::RemovedPath(_) => "removed-path",
        Resource::User(_) => "user",
        Resource::Group(_) => "group",
        Resource::AuthorizedKey(_) => "authorized-key",
        Resource::Hostname(_) => "hostname",
        Resource::Timezone(_) => "timezone",
        Resource::Sysctl(_) => "sysctl",
        Resource::KernelModule(_) => "kernel-module",
        Resource::Mount(_) => "mount",
        Resource::Database(_) => "database",
        Resource::DatabaseUser(_) => "database-user",
        Resource::HostsEntry(_) => "hosts-entry",
        Resource::SshdSetting(_) => "sshd-setting",
        Resource::SudoRule(_) => "sudo-rule",
        Resource::Firewall(_) => "firewall",
        Resource::FirewallPort(_) => "firewall-port",
        Resource::Container(_) => "container",
        Resource::ContainerNetwork(_) => "container-network",
        Resource::Application(_) => "application",
        Resource::Setting(_) => "setting",
        Resource::Membership(_) => "membership",
        Resource::SubordinateIds(_) => "subordinate-ids",
        Resource::Interface(_) => "interface",
        Resource::NetworkUnit(_) => "network-unit",
        Resource::Step(_) => "step",
        Resource::Opaque(_) => "opaque",
        Resource::Contradicted(_) => "contradicted",
    }
}

#[cfg(test)]
mod tests {
    use super::Rules;
    use crate::model::{Resource, Timezone};

    fn own_rules(text: &str) -> Result<Rules, crate::error::Error> {
        let folder = tempfile::tempdir().expect("a folder to write to");
        std::fs::write(folder.path().join("own.toml"), text).expect("it can be written");
        Rules::load(&[folder.path().to_owned()])
    }

    #[test]
    fn a_users_rule_stands_for_the_built_in_one_of_its_id() {
        let rules = own_rules(
            "id = 'timezone'\nwhy = 'x.'\nwhen = { timezone = { name = '$plain' } }\nnot-needed = 'all clocks show UTC'\n",
        )
        .expect("it is read");
        let outcome = rules.apply(&Resource::Timezone(Timezone {
            name: "Europe/Berlin".to_owned(),
        }));
        let reason = super::Ruling::NotNeeded("all clocks show UTC".to_owned());
        assert_eq!(outcome.map(|it| it.ruling), Some(reason));
    }

    #[test]
    fn the_prepared_rules_are_those_of_the_files() {
        let prepared = Rules::load(&[]).expect("prepared rules are read");
        let read = Rules::load_with_examples(&[]).expect("built-in rules are read");
        assert_eq!(prepared.list(), read.list());
        let rules = prepared.all().zip(read.all());
        for ((_, prepared), (_, read)) in rules {
            let shown = |rule: &super::Rule| {
                let super::Rule {
                    id,
                    why,
                    file,
                    line,
                    pattern,
                    settings,
                    verdict,
                    assume,
                    assume_of,
                    because,
                    cure,
                    about,
                    service_config,
                    lines,
                    examples: _,
                } = rule;
                format!(
                    "{id} {why} {file} {line} {pattern:?} {settings:?} {verdict:?} {assume:?} {assume_of:?} {because:?} {cure:?} {about:?} {service_config} {lines:?}"
                )
            };
            assert_eq!(shown(prepared), shown(read));
        }
    }

    #[test]
    fn an_id_is_given_once() {
        let rule = "[[rule]]\nid = 'a'\nwhy = 'x.'\nwhen = { timezone = {} }\nnot-needed = 'y'\n";
        let error = own_rules(&rule.repeat(2)).expect_err("two of one id");
        assert!(
            error
                .to_string()
                .contains("line 7: the id `a` is also that of")
        );
    }
}
