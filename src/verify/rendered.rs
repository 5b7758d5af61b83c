//! Files that NixOS writes only while a system is built: written here from the evaluated options, by the readings of
//! `effect`, and compared with the source's by what they mean.

use std::fmt::Write as _;

use super::compare::Side;
use super::direct::{Shown, etc};
use super::evaluation::Evaluation;
use super::planned::Planned;
use crate::effect::{self, Comparison, Difference, Reading, Written};
use crate::model::{Content, Machine, Resource, SshdSetting};
use crate::plan::OptionPath;

/// Where the readings have the files of which the model has the lines.
const SSHD: &str = "/etc/ssh/sshd_config";
const SUDOERS: &str = "/etc/sudoers";

/// A file of the sources, and the options that stand for it.
struct Source<'a> {
    path: &'a str,
    text: String,
    options: Vec<&'a OptionPath>,
}

pub(super) struct Rendered<'a> {
    readings: &'a [Reading],
    written: Vec<Written<'a>>,
    /// In the order of their paths.
    sources: Vec<Source<'a>>,
}

impl<'a> Rendered<'a> {
    pub(super) fn new(side: Side<'a>, planned: &Planned<'a>) -> Rendered<'a> {
        let mut sources: Vec<Source<'a>> = Vec::new();
        for entry in &side.machine.entries {
            let Resource::File(file) = &entry.resource else {
                continue;
            };
            if let Content::Text(text) = &file.content
                && let Some(text) = text.plain()
            {
                let options = planned.of(&entry.origin.items).into_iter();
                sources.push(Source {
                    path: &file.path,
                    text: text.to_owned(),
                    options: options.map(|(path, _)| path).collect(),
                });
            }
        }
        for (path, text) in [
            (SSHD, sshd_config(side.machine)),
            (SUDOERS, sudoers(side.machine)),
        ] {
            if !text.is_empty() {
                sources.push(Source {
                    path,
                    text,
                    options: Vec::new(),
                });
            }
        }
        sources.sort_by_key(|it| it.path);
        Rendered {
            readings: side.readings,
            written: effect::written_of(&planned.evaluated(), side.readings),
            sources,
        }
    }

    /// Compares a file with the one that the evaluation has the text of, where a reading knows its format.
    pub(super) fn in_etc(&self, resource: &Resource, evaluation: &Evaluation) -> Option<Shown> {
        let Resource::File(file) = resource else {
            return None;
        };
        let target = file.path.strip_prefix("/etc/")?;
        if evaluation.ours.etc.iter().any(|it| it == target) {
            return None;
        }
        let there = etc(target, evaluation)?.text.as_deref()?;
        let source = self.sources.iter().find(|it| it.path == file.path)?;
        let mut readings = self.readings.iter().filter(|it| it.is_of(&file.path));
        let found = readings.find_map(|it| it.compare(&source.text, there).ok())?;
        // What NixOS's own modules write besides belongs to them. What is lost here is looked for line by line, as a
        // place may be another only because of what stands before it.
        let is_lost = found.differences.iter().any(|it| it.source.is_some());
        (!is_lost).then_some(Shown::Same)
    }

    /// Compares a file, or a line of one, with what the evaluated options lead to.
    pub(super) fn look(&self, resource: &Resource) -> Option<Shown> {
        if let Resource::File(file) = resource {
            return Some(shown(&self.file(&file.path)?.differences));
        }
        if let Resource::SshdSetting(it) = resource {
            let keyword = it.keyword.to_ascii_lowercase();
            return Some(shown(&self.line(SSHD, &line_of(it), &keyword)?));
        }
        if let Resource::SudoRule(it) = resource {
            return Some(shown(&self.line(SUDOERS, &it.line, "")?));
        }
        None
    }

    /// Several files of which one is written are one, in the order of their paths.
    fn file(&self, path: &str) -> Option<Comparison> {
        let own = self.sources.iter().find(|it| it.path == path)?;
        let mut best: Option<Comparison> = None;
        for written in &self.written {
            if !written.reading.is_of(path) || !stands_for(own, &written.option) {
                continue;
            }
            let others = self
                .sources
                .iter()
                .filter(|it| written.reading.is_of(it.path) && stands_for(it, &written.option));
            let texts: Vec<&str> = others.map(|it| it.text.trim_end()).collect();
            let Ok(mut found) = written.reading.compare(&texts.join("\n"), &written.text) else {
                continue;
            };
            // Files of another kind, such as those that this one includes, say the rest.
            let is_other = |it: &Source<'_>| {
                !written.reading.is_of(it.path) && stands_for(it, &written.option)
            };
            if self.sources.iter().any(is_other) {
                found.differences.retain(|it| it.source.is_some());
            }
            let is_better = |it: &Comparison| found.differences.len() < it.differences.len();
            if best.as_ref().is_none_or(is_better) {
                best = Some(found);
            }
        }
        best
    }

    /// The differences at the names that a line has in the tree of its file.
    fn line(&self, path: &str, line: &str, keyword: &str) -> Option<Vec<Difference>> {
        let source = self.sources.iter().find(|it| it.path == path)?;
        let written = self.written.iter().find(|it| it.reading.is_of(path))?;
        let mut names = written.reading.names(line);
        names.push(keyword.to_owned());
        let found = written.reading.compare(&source.text, &written.text).ok()?;
        let is_own = |it: &Difference| {
            names.iter().any(|name| {
                let rest = it.place.strip_prefix(name.as_str());
                !name.is_empty() && rest.is_some_and(|it| it.is_empty() || it.starts_with('/'))
            })
        };
        Some(found.differences.into_iter().filter(is_own).collect())
    }
}

/// Tells whether one of the options that a file became is below the one that a file is written from.
fn stands_for(source: &Source<'_>, option: &OptionPath) -> bool {
    let mut options = source.options.iter();
    options.any(|it| it.names().starts_with(option.names()))
}

fn shown(differences: &[Difference]) -> Shown {
    let line = |place: &str, value: &Option<String>| {
        value.as_ref().map(|value| format!("{place}: {value}"))
    };
    let lost = differences
        .iter()
        .filter_map(|it| line(&it.place, &it.source));
    let added = differences
        .iter()
        .filter_map(|it| line(&it.place, &it.nixos));
    Shown::of(lost.collect(), added.collect())
}

fn line_of(setting: &SshdSetting) -> String {
    let line = format!("{} {}\n", setting.keyword, setting.value);
    match &setting.matching {
        Some(criteria) => format!("Match {criteria}\n{line}"),
        None => line,
    }
}

/// All lines of sshd_config, those of blocks behind the others.
fn sshd_config(machine: &Machine) -> String {
    let settings = || {
        let resources = machine.entries.iter().map(|it| &it.resource);
        resources.filter_map(|it| {
            if let Resource::SshdSetting(setting) = it {
                Some(setting)
            } else {
                None
            }
        })
    };
    let outside = settings().filter(|it| it.matching.is_none());
    let inside = settings().filter(|it| it.matching.is_some());
    outside.chain(inside).map(line_of).collect()
}

fn sudoers(machine: &Machine) -> String {
    let mut text = String::new();
    for entry in &machine.entries {
        if let Resource::SudoRule(rule) = &entry.resource {
            // A string takes all that is written to it.
            let _ = writeln!(text, "{}", rule.line);
        }
    }
    text
}
