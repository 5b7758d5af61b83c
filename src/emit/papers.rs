//! What is written for people: `MIGRATION.md`.

use indexmap::{IndexMap, IndexSet};

use super::markdown::Markdown;
use super::sheet::Page;
use super::skeleton::{MigrationFile, MigrationManual, MigrationPage, MigrationTopic};
use crate::plan::Plan;

/// What to carry over, by topic, and where remarks are; `None` where there is nothing of both.
pub(super) fn migration(plans: &[Plan], pages: &[Page]) -> Option<MigrationPage> {
    let mut topics: IndexMap<&str, IndexMap<&str, IndexSet<&str>>> = IndexMap::new();
    for plan in plans {
        for chore in &plan.chores {
            let chores = topics.entry(&chore.topic).or_default();
            chores.entry(&chore.text).or_default().insert(&plan.host);
        }
    }
    let topics: Vec<MigrationTopic> = topics
        .iter()
        .map(|(title, chores)| MigrationTopic {
            title: Markdown::words(title),
            chores: chores
                .iter()
                .map(|(text, hosts)| {
                    if hosts.len() == plans.len() {
                        return Markdown::words(text);
                    }
                    let hosts: Vec<&str> = hosts.iter().copied().collect();
                    Markdown::words(&format!("{}: {text}", names(&hosts)))
                })
                .collect(),
        })
        .collect();
    let files: Vec<MigrationFile> = pages
        .iter()
        .filter(|page| page.remarks > 0)
        .map(|page| MigrationFile {
            file: Markdown::code(&page.path),
            remarks: page.remarks,
        })
        .collect();
    let manual: Vec<MigrationManual> = (!files.is_empty())
        .then(|| {
            let remarks = files.iter().map(|it| it.remarks).sum();
            MigrationManual {
                remarks,
                things: if remarks == 1 { "thing" } else { "things" },
                files,
            }
        })
        .into_iter()
        .collect();
    (!topics.is_empty() || !manual.is_empty()).then_some(MigrationPage { topics, manual })
}

pub(super) fn names(hosts: &[&str]) -> String {
    hosts
        .iter()
        .map(|host| format!("`{}`", host.replace('`', "'")))
        .collect::<Vec<_>>()
        .join(", ")
}
