//! The report: items with their verdicts, totals, coverage, diagnostics. JSON and Markdown, and diagnostics for a
//! terminal.

#![deny(clippy::wildcard_enum_match_arm)]

mod markdown;
mod terminal;
#[cfg(test)]
mod tests;

pub use markdown::render_markdown;
pub use terminal::{Colour, render_diagnostics};

use std::collections::{BTreeMap, BTreeSet, HashMap};

use schemars::JsonSchema;
use serde::Serialize;

use crate::account::{Account, Code, Item, ItemId, ItemKind, Output, Verdict};
use crate::diag::{Diagnostics, Severity};
use crate::emit::RELEASE;
use crate::source::{SourceTree, Span};

/// The version of the report's shape.
const VERSION: u32 = 1;
const NOT_CLOSED: &str = "nothing closed this item (a bug of ops2nix)";

/// What became of everything that was read.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Report {
    pub version: u32,
    pub tool: Tool,
    pub target: Target,
    pub hosts: Vec<String>,
    /// By file, line, column and kind.
    pub items: Vec<ReportItem>,
    pub totals: Totals,
    /// `(translated + assumed) / (translated + assumed + runtime + manual)`, without plays and whole files; 1 where
    /// there is nothing to cover.
    pub coverage: f64,
    pub diagnostics: Vec<ReportDiagnostic>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Tool {
    pub name: String,
    pub version: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Target {
    pub release: String,
}

/// One thing that was read, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ReportItem {
    /// `kind:file:line:column`
    pub id: String,
    pub kind: ItemKind,
    /// The module, instruction or kind of file.
    pub subject: String,
    /// What its author called it.
    pub name: String,
    pub source: Source,
    /// The hosts for which its fate was decided.
    pub hosts: Vec<String>,
    pub verdict: Verdict,
    /// Why, for machines.
    pub code: String,
    /// Why, for people.
    pub reason: String,
    /// Where it shows in the output.
    pub outputs: Vec<Output>,
}

/// A place in the input: relative to its root, lines and columns from 1.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Source {
    pub file: String,
    pub line: u32,
    pub column: u32,
    pub end_line: u32,
}

/// How many items have which verdict; all kinds of items.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Totals {
    pub items: u32,
    pub translated: u32,
    pub assumed: u32,
    pub runtime: u32,
    pub control: u32,
    pub skipped: u32,
    pub not_needed: u32,
    pub manual: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ReportDiagnostic {
    pub code: String,
    pub severity: Severity,
    pub message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// The cure, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

impl Totals {
    fn add(&mut self, verdict: Verdict) {
        self.items += 1;
        *self.count_mut(verdict) += 1;
    }

    fn count_mut(&mut self, verdict: Verdict) -> &mut u32 {
        match verdict {
            Verdict::Manual => &mut self.manual,
            Verdict::Runtime => &mut self.runtime,
            Verdict::Assumed => &mut self.assumed,
            Verdict::Translated => &mut self.translated,
            Verdict::NotNeeded => &mut self.not_needed,
            Verdict::Control => &mut self.control,
            Verdict::Skipped => &mut self.skipped,
        }
    }

    pub fn count(mut self, verdict: Verdict) -> u32 {
        *self.count_mut(verdict)
    }
}

/// Makes the report of a run.
pub fn report(
    account: &Account,
    hosts: &[String],
    diags: &Diagnostics,
    tree: &SourceTree,
) -> Report {
    let mut items: Vec<ReportItem> = account
        .items()
        .map(|(id, item)| report_item(id, item, hosts, tree))
        .collect();
    items.sort_by(|a, b| sort_key(a).cmp(&sort_key(b)));
    number_twins(&mut items);
    let mut totals = Totals::default();
    let mut counted = Totals::default();
    for item in &items {
        totals.add(item.verdict);
        if item.kind.is_counted() {
            counted.add(item.verdict);
        }
    }
    let mut hosts = hosts.to_vec();
    let mut seen = BTreeSet::new();
    hosts.retain(|host| seen.insert(host.clone()));
    Report {
        version: VERSION,
        tool: Tool {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        },
        target: Target {
            release: RELEASE.to_owned(),
        },
        hosts,
        items,
        totals,
        coverage: coverage(counted),
        diagnostics: diagnostics(diags, tree),
    }
}

impl Report {
    /// What coverage leaves out: files of /etc that are taken as a whole are no entries. None where all of them are
    /// stated, or have nothing to state.
    pub fn beside_coverage(&self) -> Option<String> {
        let whole = self
            .items
            .iter()
            .filter(|it| it.kind == ItemKind::EtcFile && it.code != Code::Carries.id());
        let counted: Vec<bool> = whole.filter_map(|it| it.verdict.counts()).collect();
        let left = counted.iter().filter(|is_stated| !**is_stated).count();
        (left > 0).then(|| {
            format!(
                "it counts entries: of the {} files of /etc that are taken whole, {left} are left to you",
                counted.len()
            )
        })
    }
}

/// The report as JSON, with a line break at its end.
pub fn render_json(report: &Report) -> String {
    // Strings, numbers and lists cannot fail to be JSON.
    let mut text = serde_json::to_string_pretty(report).unwrap_or_default();
    text.push('\n');
    text
}

/// The JSON Schema of the report.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Report).to_value()
}

fn sort_key(item: &ReportItem) -> (&Source, &'static str) {
    (&item.source, item.kind.name())
}

fn report_item(id: ItemId, item: &Item, hosts: &[String], tree: &SourceTree) -> ReportItem {
    let source = source(item.span, tree);
    let (verdict, code, reason) = match item.decision() {
        Some(closing) => (closing.verdict, closing.code, closing.reason.clone()),
        None => {
            debug_assert!(false, "item {id:?} at {source:?} was not closed");
            (Verdict::Manual, Code::BadInput, NOT_CLOSED.to_owned())
        }
    };
    let decided: BTreeSet<&str> = item.closings.iter().map(|it| it.host.as_str()).collect();
    let for_all = decided.contains("");
    let outputs: BTreeSet<&Output> = item.outputs.iter().collect();
    ReportItem {
        id: format!(
            "{}:{}:{}:{}",
            item.kind.name(),
            source.file,
            source.line,
            source.column
        ),
        kind: item.kind,
        subject: item.subject.clone(),
        name: item.name.clone(),
        source,
        hosts: hosts
            .iter()
            .filter(|host| for_all || decided.contains(host.as_str()))
            .cloned()
            .collect(),
        verdict,
        code: code.id().to_owned(),
        reason,
        outputs: outputs.into_iter().cloned().collect(),
    }
}

/// Two items may begin at one place, as an empty list of tasks does at the file's start.
fn number_twins(items: &mut [ReportItem]) {
    let mut seen: HashMap<String, u32> = HashMap::new();
    for item in items {
        let count = seen.entry(item.id.clone()).or_insert(0);
        *count += 1;
        if *count > 1 {
            item.id = format!("{}#{count}", item.id);
        }
    }
}

fn source(span: Span, tree: &SourceTree) -> Source {
    let position = tree.position(span);
    Source {
        file: tree.path(span.file).to_owned(),
        line: position.line,
        column: position.column,
        end_line: tree.end_line(span).max(position.line),
    }
}

fn coverage(counted: Totals) -> f64 {
    let stated = counted.translated + counted.assumed;
    let all = stated + counted.runtime + counted.manual;
    if all == 0 {
        return 1.0;
    }
    (f64::from(stated) / f64::from(all) * 1000.0).round() / 1000.0
}

/// By place, those of no place first; each once.
fn diagnostics(diags: &Diagnostics, tree: &SourceTree) -> Vec<ReportDiagnostic> {
    let mut found: BTreeMap<(Option<Source>, &str, &str), ReportDiagnostic> = BTreeMap::new();
    for it in diags.sorted() {
        let source = it.span.map(|span| source(span, tree));
        let key = (source.clone(), it.code.id(), it.message.as_str());
        found.entry(key).or_insert_with(|| ReportDiagnostic {
            code: it.code.id().to_owned(),
            severity: it.code.severity(),
            message: it.message.clone(),
            source,
            help: it.help.clone(),
        });
    }
    found.into_values().collect()
}
