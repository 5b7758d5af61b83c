//! `explain`: what a code, a verdict, an option, a module and so on means, which rule decides, and what to do.
//!
//! Each kind of thing is a chapter, which makes its entries from the table that the program itself works with.

mod code;
mod option;
mod package;
mod page;
mod rule;
mod subject;
mod verdict;

use super::args::Explain;
use super::{Status, Streams};
use crate::error::Error;
use crate::rules::Rules;
use crate::schema::alike;

use page::{Entry, Part};

/// A kind of thing that can be explained.
struct Chapter {
    /// What stands before a `:` to mean this kind only; the first is its own.
    prefixes: &'static [&'static str],
    /// All of it, as a word that can be asked for.
    plural: &'static str,
    /// Where a person meets it.
    about: &'static str,
    /// All names that can be asked for.
    names: fn(&Rules) -> Vec<String>,
    /// What a word means; it comes with its prefix, where it has one of this kind.
    find: fn(&Word<'_>, &Rules) -> Result<Vec<Entry>, Error>,
}

/// What was asked for.
#[derive(Clone, Copy)]
struct Word<'a> {
    prefix: Option<&'a str>,
    name: &'a str,
}

const CHAPTERS: &[&Chapter] = &[
    &code::CODES,
    &code::REASONS,
    &verdict::VERDICTS,
    &verdict::SEVERITIES,
    &subject::MODULES,
    &subject::INSTRUCTIONS,
    &subject::KINDS,
    &option::OPTIONS,
    &rule::RULES,
    &package::PACKAGES,
    &package::SERVICES,
];

pub(super) fn run(args: &Explain, streams: &mut Streams<'_>) -> anyhow::Result<Status> {
    let rules = Rules::load_with_examples(&args.rules)?;
    let mut entries = Vec::new();
    let mut unknown = Vec::new();
    if args.words.is_empty() {
        entries.push(index(&rules));
    }
    for word in &args.words {
        let found = explain(word, &rules)?;
        if found.is_empty() {
            unknown.push(not_known(word, &rules));
        }
        entries.extend(found);
    }
    let text = page::render(&entries, streams.stdout_colour);
    streams.stdout.write_all(text.as_bytes())?;
    streams.stdout.flush()?;
    if unknown.is_empty() {
        return Ok(Status::Done);
    }
    Err(Error::Usage(unknown.join("\n")).into())
}

fn explain(asked: &str, rules: &Rules) -> Result<Vec<Entry>, Error> {
    let asked = bare(asked);
    let mut entries = Vec::new();
    for chapter in CHAPTERS {
        if chapter.plural == asked {
            entries.push(contents(chapter, rules));
        }
        let word = match asked.split_once(':') {
            Some((prefix, name)) if chapter.prefixes.contains(&prefix) => Word {
                prefix: Some(prefix),
                name,
            },
            Some((prefix, _)) if is_prefix(prefix) => continue,
            Some(_) | None => Word {
                prefix: None,
                name: asked,
            },
        };
        if !word.name.is_empty() {
            entries.extend((chapter.find)(&word, rules)?);
        }
    }
    if entries.is_empty() {
        let name = asked.strip_prefix("option:").unwrap_or(asked);
        entries.extend(option::ending_in(name));
    }
    Ok(entries)
}

/// Takes a code out of what stands around it where it is copied from a terminal: `error[option-clash]:`.
fn bare(asked: &str) -> &str {
    let asked = asked.trim().trim_matches(['`', '\'']).trim_end_matches(':');
    match asked.split_once('[') {
        Some(("note" | "warning" | "error", code)) => code.trim_end_matches(']'),
        Some(_) | None => asked,
    }
}

fn is_prefix(text: &str) -> bool {
    CHAPTERS.iter().any(|it| it.prefixes.contains(&text))
}

fn index(rules: &Rules) -> Entry {
    let mut rows = Vec::new();
    for chapter in CHAPTERS {
        let count = (chapter.names)(rules).len();
        rows.push((
            format!("{count} {}", chapter.plural),
            chapter.about.to_owned(),
        ));
    }
    Entry {
        title: "ops2nix explain WORD...".to_owned(),
        what: String::new(),
        parts: vec![
            Part::Text("A WORD is the name of one of these:".to_owned()),
            Part::Facts(rows),
            Part::Text(
                "`ops2nix explain codes` lists the first kind, and so on. A kind before the name means that alone: \
                 `module:cron`, `option:services.nginx`, `apt:nginx`."
                    .to_owned(),
            ),
        ],
    }
}

/// As many names are listed in full.
const MOST_LISTED: usize = 400;

fn contents(chapter: &Chapter, rules: &Rules) -> Entry {
    let mut names = (chapter.names)(rules);
    let count = names.len();
    names.sort();
    let mut parts = vec![Part::Text(chapter.about.to_owned())];
    if count > MOST_LISTED {
        names = heads(&names);
        parts.push(Part::Text(format!(
            "They are {count}, too many to list. They begin with:"
        )));
    }
    parts.push(Part::Text(names.join(", ")));
    Entry {
        title: chapter.plural.to_owned(),
        what: format!("{count} that can be explained"),
        parts,
    }
}

/// The first names of paths, or the first letters of other names.
fn heads(names: &[String]) -> Vec<String> {
    let mut heads: Vec<String> = names
        .iter()
        .map(|name| match name.split_once('.') {
            Some((head, _)) => head.to_owned(),
            None => name.chars().take(1).collect(),
        })
        .collect();
    heads.sort();
    heads.dedup();
    heads
}

fn not_known(asked: &str, rules: &Rules) -> String {
    let asked = bare(asked);
    let (chapters, name): (Vec<&Chapter>, &str) = match asked.split_once(':') {
        Some((prefix, name)) if is_prefix(prefix) => {
            let own = CHAPTERS.iter().filter(|it| it.prefixes.contains(&prefix));
            (own.copied().collect(), name)
        }
        Some(_) | None => (CHAPTERS.to_vec(), asked),
    };
    let mut offered: Vec<String> = Vec::new();
    for chapter in chapters {
        let names = (chapter.names)(rules);
        let prefix = chapter.prefixes.first().copied().unwrap_or_default();
        let like = alike(name, names.iter().map(String::as_str));
        offered.extend(like.iter().map(|name| format!("`{name}` ({prefix})")));
    }
    match offered.as_slice() {
        [] => format!(
            "nothing that is called `{asked}` can be explained; `ops2nix explain` lists what can"
        ),
        offered => format!(
            "nothing that is called `{asked}` can be explained; like it: {}",
            offered.join(", ")
        ),
    }
}

/// Returns whether a name that is asked for is this one.
fn is(word: &Word<'_>, name: &str) -> bool {
    word.name.eq_ignore_ascii_case(name)
}

#[cfg(test)]
mod tests;
