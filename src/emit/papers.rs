//! What is written for people: `secrets/README.md` and `MIGRATION.md`.

use std::collections::BTreeMap;

use indexmap::{IndexMap, IndexSet};

use super::layout::file_name;
use super::markdown::Markdown;
use super::sheet::Page;
use super::skeleton::{
    MigrationFile, MigrationManual, MigrationPage, MigrationTopic, SecretEntry, SecretExample,
    SecretsPage,
};
use crate::nix::{Asset, Expr, print};
use crate::plan::{Plan, Secret};

/// Every secret of every host, each once; `None` where there is none.
pub(super) fn secrets(plans: &[Plan]) -> Option<SecretsPage> {
    let mut found: BTreeMap<&Secret, Vec<&str>> = BTreeMap::new();
    for plan in plans {
        for secret in &plan.secrets {
            found.entry(secret).or_default().push(&plan.host);
        }
    }
    let (example, _) = found.first_key_value()?;
    let name = file_name(example.path.rsplit('/').next().unwrap_or_default());
    let nix = |text: &str| print(&Expr::str(text), &|_| String::new());
    let age_file = Expr::Asset(Asset {
        name: format!("../../secrets/{name}.age"),
        bytes: Vec::new().into(),
    });
    let example = SecretExample {
        path: Markdown::code(&example.path),
        quoted_path: nix(&example.path),
        age_file: print(&age_file, &|asset| asset.name.clone()),
        name: nix(&name),
    };
    let secrets = found
        .iter()
        .map(|(secret, hosts)| SecretEntry {
            path: Markdown::code(&secret.path),
            hosts: Markdown::words(&names(hosts)),
            used_by: Markdown::words(&secret.used_by),
            from: secret
                .from
                .iter()
                .collect::<IndexSet<_>>()
                .into_iter()
                .map(|it| Markdown::words(it))
                .collect(),
            content: Markdown::block(&secret.content, 2),
        })
        .collect();
    Some(SecretsPage { secrets, example })
}

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
        .then(|| MigrationManual {
            remarks: files.iter().map(|it| it.remarks).sum(),
            files,
        })
        .into_iter()
        .collect();
    (!topics.is_empty() || !manual.is_empty()).then_some(MigrationPage { topics, manual })
}

fn names(hosts: &[&str]) -> String {
    hosts
        .iter()
        .map(|host| format!("`{}`", host.replace('`', "'")))
        .collect::<Vec<_>>()
        .join(", ")
}
