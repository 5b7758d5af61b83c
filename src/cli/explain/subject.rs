//! What importers understand: modules of Ansible, instructions of Dockerfiles, kinds of files of /etc.

use super::page::{Entry, Facts, Part};
use super::{Chapter, Word, is};
use crate::error::Error;
use crate::import::{self, Subject};
use crate::lower;
use crate::rules::Rules;

pub(super) const MODULES: Chapter = Chapter {
    prefixes: &["module"],
    plural: "modules",
    about: "What a task of Ansible calls, with or without its collection: ansible.builtin.cron.",
    names: |_| names(import::modules()),
    find: |word, _| {
        // The importer goes by the last name, too.
        let name = word.name.rsplit('.').next().unwrap_or_default();
        let is_plain = !word.name.contains('.') || word.name.matches('.').count() == 2;
        let whole = word.name;
        let word = &Word { name, ..*word };
        let is_own = |it: &Subject| match it.name.strip_suffix('*') {
            // One row for all that begin so, by their whole names or their last ones.
            Some(start) if start.contains('.') => whole.starts_with(start),
            Some(start) => name.starts_with(start),
            None => is_plain && is(word, it.name),
        };
        let own = import::modules().into_iter().filter(is_own);
        Ok(own.map(module).collect())
    },
};

pub(super) const INSTRUCTIONS: Chapter = Chapter {
    prefixes: &["instruction"],
    plural: "instructions",
    about: "What a line of a Dockerfile begins with.",
    names: |_| names(import::instructions()),
    find: |word, _| {
        let own = import::instructions().into_iter();
        let own = own.filter(|it| is(word, it.name));
        Ok(own
            .map(|it| subject(it, "an instruction of Dockerfiles"))
            .collect())
    },
};

pub(super) const KINDS: Chapter = Chapter {
    prefixes: &["kind", "file"],
    plural: "kinds",
    about: "Kinds of files of /etc that are taken apart; a path is asked for, too: /etc/fstab.",
    names: |_| names(import::file_kinds()),
    find,
};

fn names(subjects: Vec<Subject>) -> Vec<String> {
    let mut names: Vec<String> = subjects.iter().map(|it| it.name.to_owned()).collect();
    names.sort();
    names.dedup();
    names
}

fn find(word: &Word<'_>, rules: &Rules) -> Result<Vec<Entry>, Error> {
    if word.name.starts_with('/') {
        return Ok(vec![path(word.name, rules)]);
    }
    let own = import::file_kinds().into_iter();
    let own = own.filter(|it| is(word, it.name));
    Ok(own.map(|it| subject(it, "a kind of files")).collect())
}

fn module(it: Subject) -> Entry {
    let parameters = "A parameter that is not understood is reported as ansible-unknown-param; what the task states is then `assumed`.";
    let mut entry = subject(it, "an Ansible module");
    entry.parts.push(Part::Text(parameters.to_owned()));
    entry
}

fn subject(it: Subject, what: &str) -> Entry {
    let mut facts = Facts::default();
    let others = it.names.iter().filter(|name| **name != it.name);
    let others: Vec<&str> = others.copied().collect();
    facts.add("Files", it.paths);
    facts.add("Becomes", it.becomes);
    facts.add("Read alike", others.join(", "));
    facts.add("Manual", it.manual);
    Entry {
        title: it.name.to_owned(),
        what: what.to_owned(),
        parts: facts.part().into_iter().collect(),
    }
}

/// What a file at a path becomes, whoever brings it.
fn path(path: &str, rules: &Rules) -> Entry {
    let mut facts = Facts::default();
    let kind = import::file_kind(path);
    let subject = import::file_kinds()
        .into_iter()
        .find(|it| Some(it.name) == kind);
    let rules = rules.about("file", "path", path);
    let ids: Vec<&str> = rules.iter().map(|it| it.id).collect();
    if let Some(subject) = &subject {
        facts.add("Kind", subject.name);
        facts.add("Becomes", subject.becomes);
    }
    facts.add("Rules", ids.join(", "));
    let on_nixos = lower::on_nixos(path);
    facts.add("On NixOS", on_nixos.clone().unwrap_or_default());
    if subject.is_none() && rules.is_empty() && on_nixos.is_none() {
        let becomes = if path.starts_with("/etc/") {
            "An ordinary file: its text or its source in environment.etc."
        } else {
            "An ordinary file: a line of systemd.tmpfiles.rules."
        };
        facts.add("Becomes", becomes);
    }
    let mut parts: Vec<Part> = facts.part().into_iter().collect();
    if !rules.is_empty() {
        let text = "A rule counts where the rest of what it asks of the file holds, too; `ops2nix explain RULE` shows it.";
        parts.push(Part::Text(text.to_owned()));
    }
    Entry {
        title: path.to_owned(),
        what: "a file".to_owned(),
        parts,
    }
}
