//! Rules, built-in and the user's own.

use super::page::{Entry, Facts, Part};
use super::{Chapter, Word, is};
use crate::error::Error;
use crate::rules::Rules;

pub(super) const RULES: Chapter = Chapter {
    prefixes: &["rule"],
    plural: "rules",
    about: "Data that maps what a machine has to options; the origin of a definition names it.",
    names: |rules| {
        let mut names: Vec<String> = rules.list().iter().map(|it| it.id.to_owned()).collect();
        names.dedup();
        names
    },
    find,
};

fn find(word: &Word<'_>, rules: &Rules) -> Result<Vec<Entry>, Error> {
    let all = rules.list();
    let own: Vec<_> = all.iter().filter(|it| is(word, it.id)).collect();
    let Some(first) = own.first() else {
        return Ok(Vec::new());
    };
    let mut kinds: Vec<&str> = own.iter().map(|it| it.kind).collect();
    kinds.dedup();
    let does = match first.does {
        "set" => "states it with options".to_owned(),
        "manual" => "leaves it to you, with the reason".to_owned(),
        other => format!("says that it is {other}"),
    };
    let mut facts = Facts::default();
    facts.add("About", kinds.join(", "));
    facts.add("Does", does);
    facts.add("Sets", options(first.id, rules).join(", "));
    facts.add("File", format!("{}:{}", first.file, first.line));
    let mut parts = vec![Part::Text(first.why.to_owned())];
    parts.extend(facts.part());
    parts.push(Part::Text(
        "As it is written, with its examples:".to_owned(),
    ));
    parts.push(Part::Lines(rules.text(first)?));
    parts.extend(Part::cure(
        "To have it otherwise, write a rule with the same id into a folder of your own, and give that with --rules.",
    ));
    Ok(vec![Entry {
        title: first.id.to_owned(),
        what: "a rule".to_owned(),
        parts,
    }])
}

/// Returns the options that a rule sets in its examples.
fn options(id: &str, rules: &Rules) -> Vec<String> {
    let outcomes = rules.example_outcomes().filter(|(rule, _, _)| *rule == id);
    let settings = outcomes.flat_map(|(_, _, outcome)| outcome.settings);
    let mut options: Vec<String> = settings.map(|(path, _, _)| path.to_string()).collect();
    options.sort();
    options.dedup();
    options
}
