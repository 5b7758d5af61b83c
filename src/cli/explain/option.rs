//! Options of NixOS, by the index of the release.

use super::page::{Entry, Facts, Part};
use super::{Chapter, Word};
use crate::emit::RELEASE;
use crate::error::Error;
use crate::model::Family;
use crate::plan::OptionPath;
use crate::rules::{self, Rules};
use crate::schema::{self, Found, OptionFacts};

/// As many options of one name are listed.
const MOST_OF_A_NAME: usize = 12;

pub(super) const OPTIONS: Chapter = Chapter {
    prefixes: &["option"],
    plural: "options",
    about: "What NixOS can be told, by path: services.nginx.enable, or a folder of them.",
    names: |_| schema::paths().collect(),
    find,
};

fn find(word: &Word<'_>, rules: &Rules) -> Result<Vec<Entry>, Error> {
    let path = OptionPath::parse(word.name);
    let names = path.names();
    if names.iter().any(String::is_empty) || word.name.starts_with('/') {
        return Ok(Vec::new());
    }
    Ok(match schema::lookup(names) {
        Some(Found::Option(facts)) => vec![option(&path, &facts, rules)],
        Some(Found::Folder) => vec![folder(&path)],
        None => old(&path, rules),
    })
}

fn option(path: &OptionPath, it: &OptionFacts<'_>, rules: &Rules) -> Entry {
    let own = it.names.join(".");
    let mut facts = Facts::default();
    facts.add("Type", it.description);
    let default = match it.default {
        "" if it.read_only => "",
        "" => "none, or one that is computed",
        text => text,
    };
    facts.add("Default", default);
    facts.add("Declared", it.declared);
    if it.read_only {
        facts.add("Set", "by NixOS alone: it is read-only");
    } else if schema::is_required(&it.names) {
        facts.add(
            "Set",
            "always, where what it belongs to is: it has no default",
        );
    }
    facts.add("Rules", rules_that_set(&it.names, rules).join(", "));
    facts.add("Packages", packages(&own).join(", "));
    facts.add("Services", services(&own).join(", "));
    let mut parts = Vec::new();
    if it.inside {
        parts.push(Part::Text(format!("It lies inside of the value of {own}:")));
    }
    parts.extend(facts.part());
    let address = format!(
        "https://search.nixos.org/options?query={}",
        it.names.join(".")
    );
    let address = address.replace('<', "%3C").replace('>', "%3E");
    parts.push(Part::Text(format!("Described at {address}")));
    Entry {
        title: path.to_string(),
        what: format!("an option of NixOS {RELEASE}"),
        parts,
    }
}

fn folder(path: &OptionPath) -> Entry {
    let names = schema::children(path.names());
    Entry {
        title: path.to_string(),
        what: format!("a folder of options of NixOS {RELEASE}"),
        parts: vec![
            Part::Text(format!("In it: {}.", names.join(", "))),
            Part::Text(format!("`ops2nix explain {path}.NAME` explains one.")),
        ],
    }
}

/// An option that has another name, or is gone.
fn old(path: &OptionPath, rules: &Rules) -> Vec<Entry> {
    let entry = |what: String| Entry {
        title: path.to_string(),
        what,
        parts: Vec::new(),
    };
    if let Some(new) = schema::renamed(path.names()) {
        let new = OptionPath::new(new.new);
        let mut entries = vec![entry(format!(
            "an option that is called {new} in NixOS {RELEASE}"
        ))];
        if let Some(Found::Option(facts)) = schema::lookup(new.names()) {
            entries.push(option(&new, &facts, rules));
        }
        return entries;
    }
    if schema::removed(path.names()).is_none() {
        return Vec::new();
    }
    let mut gone = entry(format!("an option that NixOS {RELEASE} no longer has"));
    gone.parts.extend(Part::cure(
        "The release notes of NixOS say what stands for it: https://nixos.org/manual/nixos/stable/release-notes",
    ));
    vec![gone]
}

/// Returns the options that end in a name which was asked for alone, where it has no other meaning.
pub(super) fn ending_in(name: &str) -> Option<Entry> {
    let end = format!(".{name}");
    let all: Vec<String> = schema::paths().filter(|it| it.ends_with(&end)).collect();
    if all.is_empty() || name.contains('.') {
        return None;
    }
    let shown: Vec<&str> = all
        .iter()
        .take(MOST_OF_A_NAME)
        .map(String::as_str)
        .collect();
    let more = match all.len().saturating_sub(MOST_OF_A_NAME) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let what = match all.len() {
        1 => "the last name of an option".to_owned(),
        count => format!("the last name of {count} options"),
    };
    Some(Entry {
        title: name.to_owned(),
        what,
        parts: vec![Part::Text(format!("{}{more}.", shown.join(", ")))],
    })
}

/// The rules whose examples set the option, or something below or above it.
fn rules_that_set(names: &[&str], rules: &Rules) -> Vec<String> {
    let sets = |path: &OptionPath| {
        let own = path.names().iter().zip(names);
        own.clone().count() == names.len()
            && own.fold(true, |fits, (given, name)| {
                fits && (*name == "<name>" || *name == "*" || given == name)
            })
    };
    let mut ids: Vec<String> = rules
        .example_outcomes()
        .filter(|(_, _, outcome)| outcome.settings.iter().any(|(path, _, _)| sets(path)))
        .map(|(id, _, _)| id.to_owned())
        .collect();
    ids.sort();
    ids.dedup();
    ids
}

/// The packages of distributions that the option brings.
fn packages(option: &str) -> Vec<&'static str> {
    let brings = |name: &&str| {
        let found = rules::package(name, Family::Other);
        found.is_some_and(|it| it.option.is_some_and(|it| it.path == option))
    };
    rules::package_names().filter(brings).collect()
}

/// The services of distributions that the option runs.
fn services(option: &str) -> Vec<&'static str> {
    let runs = |name: &&str| {
        let found = rules::service(name, Family::Other);
        found.is_some_and(|it| it.option.is_some_and(|it| it.path == option))
    };
    rules::service_names().filter(runs).collect()
}
