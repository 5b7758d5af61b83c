//! The report as a page for people.

use std::collections::BTreeMap;

use handlebars::{Handlebars, no_escape};
use indexmap::IndexMap;
use serde::Serialize;

use super::{Report, ReportItem, Source, Totals};
use crate::account::{Code, Verdict};
use crate::emit::Markdown;

#[derive(Debug, Serialize)]
struct Page {
    tool: Markdown,
    release: Markdown,
    hosts: Markdown,
    items: u32,
    coverage: String,
    /// What coverage leaves out.
    beside: String,
    totals: Vec<TotalRow>,
    sections: Vec<Section>,
    diagnostics: Vec<DiagnosticsPart>,
    files: Vec<FileRow>,
}

#[derive(Debug, Serialize)]
struct TotalRow {
    verdict: &'static str,
    count: u32,
    meaning: &'static str,
}

/// Items of one verdict.
#[derive(Debug, Serialize)]
struct Section {
    title: &'static str,
    lead: &'static str,
    groups: Vec<Group>,
}

/// Items of one code.
#[derive(Debug, Serialize)]
struct Group {
    title: Markdown,
    items: Vec<Entry>,
}

#[derive(Debug, Serialize)]
struct Entry {
    place: Markdown,
    subject: Markdown,
    name: Markdown,
    reason: Markdown,
    shown: Markdown,
}

/// All diagnostics, where there are any.
#[derive(Debug, Serialize)]
struct DiagnosticsPart {
    list: Vec<DiagnosticRow>,
}

#[derive(Debug, Serialize)]
struct DiagnosticRow {
    severity: &'static str,
    code: Markdown,
    place: Markdown,
    message: Markdown,
}

#[derive(Debug, Serialize)]
struct FileRow {
    file: Markdown,
    items: u32,
    counts: Vec<u32>,
}

/// The verdicts that a reader has to look at, the most urgent first.
const SECTIONS: [(Verdict, &str, &str); 3] = [
    (
        Verdict::Manual,
        "Left to you",
        "Not, or not wholly, translated. Each is a comment `# MANUAL` in the output as well.",
    ),
    (
        Verdict::Assumed,
        "Assumptions",
        "Stated, under an assumption that somebody should confirm.",
    ),
    (
        Verdict::Runtime,
        "Steps at run time",
        "Commands that no configuration can state; they are kept as oneshot units or activation steps.",
    ),
];

/// The report as Markdown.
pub fn render_markdown(report: &Report) -> String {
    let mut registry = Handlebars::new();
    registry.set_strict_mode(true);
    registry.register_escape_fn(no_escape);
    let rendered = registry.render_template(include_str!("report.md.hbs"), &page(report));
    debug_assert!(rendered.is_ok(), "{rendered:?}");
    rendered.unwrap_or_default()
}

fn page(report: &Report) -> Page {
    let list: Vec<DiagnosticRow> = report
        .diagnostics
        .iter()
        .map(|it| {
            let message = match &it.help {
                Some(help) => format!("{}. {help}", it.message),
                None => it.message.clone(),
            };
            DiagnosticRow {
                severity: it.severity.name(),
                code: Markdown::code(&it.code),
                place: it
                    .source
                    .as_ref()
                    .map_or_else(|| Markdown::words("-"), place),
                message: Markdown::words(&message),
            }
        })
        .collect();
    Page {
        tool: Markdown::words(&format!("{} {}", report.tool.name, report.tool.version)),
        release: Markdown::words(&report.target.release),
        hosts: Markdown::words(&report.hosts.join(", ")),
        items: report.totals.items,
        coverage: format!("{:.1} %", report.coverage * 100.0),
        beside: report
            .beside_coverage()
            .map_or_else(String::new, |it| format!(" Note that {it}.")),
        totals: Verdict::ALL
            .iter()
            .map(|verdict| TotalRow {
                verdict: verdict.name(),
                count: report.totals.count(*verdict),
                meaning: meaning(*verdict),
            })
            .collect(),
        sections: SECTIONS
            .iter()
            .filter_map(|(verdict, title, lead)| section(report, *verdict, title, lead))
            .collect(),
        diagnostics: (!list.is_empty())
            .then_some(DiagnosticsPart { list })
            .into_iter()
            .collect(),
        files: files(report),
    }
}

fn meaning(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Manual => "not translated; the reason and what to do are given",
        Verdict::Runtime => "kept as a step at activation or a oneshot unit",
        Verdict::Assumed => "the output states this under an assumption",
        Verdict::Translated => "the output states exactly this",
        Verdict::NotNeeded => "has no meaning on NixOS, or leaves nothing to state",
        Verdict::Control => "steers the translation and was evaluated",
        Verdict::Skipped => "its condition is false for every host, or nothing reaches it",
    }
}

/// The items of a verdict by their codes, the most frequent first; plays only repeat what they hold.
fn section(
    report: &Report,
    verdict: Verdict,
    title: &'static str,
    lead: &'static str,
) -> Option<Section> {
    let mut by_code: IndexMap<&str, Vec<&ReportItem>> = IndexMap::new();
    for item in &report.items {
        if item.verdict == verdict && item.kind.is_counted() {
            by_code.entry(&item.code).or_default().push(item);
        }
    }
    by_code.sort_by(|code, items, other_code, other_items| {
        (other_items.len(), *code).cmp(&(items.len(), *other_code))
    });
    let groups: Vec<Group> = by_code
        .iter()
        .map(|(code, items)| Group {
            title: Markdown::words(&format!("{} (`{code}`, {})", code_title(code), items.len())),
            items: items.iter().map(|item| entry(item)).collect(),
        })
        .collect();
    (!groups.is_empty()).then_some(Section {
        title,
        lead,
        groups,
    })
}

fn code_title(id: &str) -> &str {
    Code::ALL
        .iter()
        .find(|code| code.id() == id)
        .map_or(id, |code| code.title())
}

fn entry(item: &ReportItem) -> Entry {
    let shown: Vec<String> = item
        .outputs
        .first()
        .map(|it| format!("`{}:{}`", it.file, it.line))
        .into_iter()
        .chain((item.outputs.len() > 1).then(|| format!("and {} more", item.outputs.len() - 1)))
        .collect();
    Entry {
        place: place(&item.source),
        subject: Markdown::code(&item.subject),
        name: Markdown::words(&item.name),
        reason: Markdown::words(&item.reason),
        shown: Markdown::words(&shown.join(" ")),
    }
}

fn place(source: &Source) -> Markdown {
    Markdown::code(&format!("{}:{}", source.file, source.line))
}

fn files(report: &Report) -> Vec<FileRow> {
    let mut by_file: BTreeMap<&str, Totals> = BTreeMap::new();
    for item in &report.items {
        by_file
            .entry(&item.source.file)
            .or_default()
            .add(item.verdict);
    }
    by_file
        .into_iter()
        .map(|(file, totals)| FileRow {
            file: Markdown::code(file),
            items: totals.items,
            counts: Verdict::ALL.iter().map(|it| totals.count(*it)).collect(),
        })
        .collect()
}
