//! What is written for people: `MIGRATION.md`.

use indexmap::{IndexMap, IndexSet};

use super::markdown::Markdown;
use super::sheet::Page;
use super::skeleton::{MigrationFile, MigrationManual, MigrationPage, MigrationTopic};
use crate::plan::Plan;

/// The topics in the order of what is lost when one is forgotten.
const ORDER: [&str; 9] = [
    "First",
    "Access",
    "Data",
    "Containers",
    "Homes",
    "Users",
    "Firewall",
    "Versions",
    "Programs",
];

/// What to carry over, by topic, and where remarks are; `None` where there is nothing of both.
pub(super) fn migration(plans: &[Plan], pages: &[Page]) -> Option<MigrationPage> {
    let mut topics: IndexMap<&str, IndexMap<&str, IndexSet<&str>>> = IndexMap::new();
    for plan in plans {
        for chore in &plan.chores {
            let chores = topics.entry(&chore.topic).or_default();
            chores.entry(&chore.text).or_default().insert(&plan.host);
        }
    }
    // A topic of which nothing is said here comes behind those that are.
    topics.sort_by_cached_key(|title, _| {
        let place = ORDER.iter().position(|it| it == title);
        place.unwrap_or(ORDER.len())
    });
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
                    let others: Vec<&str> = plans
                        .iter()
                        .map(|plan| plan.host.as_str())
                        .filter(|host| !hosts.contains(host))
                        .collect();
                    let hosts: Vec<&str> = hosts.iter().copied().collect();
                    let whom = if hosts.len() > MANY_HOSTS && others.len() < hosts.len() {
                        format!("all but {}", names(&others))
                    } else {
                        names(&hosts)
                    };
                    Markdown::words(&format!("{whom}: {text}"))
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
        .then(|| MigrationManual {
            sentences: Markdown::words(&left(files.iter().map(|it| it.remarks).sum())),
            files,
        })
        .into_iter()
        .collect();
    (!topics.is_empty() || !manual.is_empty()).then_some(MigrationPage { topics, manual })
}

/// How many things are left, in sentences.
fn left(remarks: usize) -> String {
    if remarks == 1 {
        return "One thing could not be stated. It is a comment `# MANUAL` in this file, with its reason and its place in the \
                source."
            .to_owned();
    }
    format!(
        "{remarks} things could not be stated. Each is a comment `# MANUAL` in these files, with its reason and its place in \
         the source."
    )
}

/// From more on, those that something is not about are named where they are fewer.
const MANY_HOSTS: usize = 6;

pub(super) fn names(hosts: &[&str]) -> String {
    hosts
        .iter()
        .map(|host| format!("`{}`", host.replace('`', "'")))
        .collect::<Vec<_>>()
        .join(", ")
}
