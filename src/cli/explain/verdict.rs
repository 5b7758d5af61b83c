//! Verdicts and severities.

use super::page::{Entry, Part};
use super::{Chapter, is};
use crate::account::Verdict;
use crate::diag::Severity;

pub(super) const VERDICTS: Chapter = Chapter {
    prefixes: &["verdict"],
    plural: "verdicts",
    about: "What became of each thing that was read, in the report and in its sums.",
    names: |_| Verdict::ALL.iter().map(|it| it.name().to_owned()).collect(),
    find: |word, _| {
        let own = Verdict::ALL.iter().filter(|it| is(word, it.name()));
        Ok(own.map(|it| verdict(*it)).collect())
    },
};

pub(super) const SEVERITIES: Chapter = Chapter {
    prefixes: &["severity"],
    plural: "severities",
    about: "What a diagnostic says of the output.",
    names: |_| {
        Severity::ALL
            .iter()
            .map(|it| it.name().to_owned())
            .collect()
    },
    find: |word, _| {
        let own = Severity::ALL.iter().filter(|it| is(word, it.name()));
        Ok(own.map(|it| severity(*it)).collect())
    },
};

fn verdict(verdict: Verdict) -> Entry {
    let mut worst: Vec<Verdict> = Verdict::ALL.to_vec();
    worst.sort();
    let names: Vec<&str> = worst.iter().map(|it| it.name()).collect();
    let counts = match verdict.counts() {
        Some(true) => "It counts in coverage, as covered.",
        Some(false) => "It counts in coverage, as not covered.",
        None => "It does not count in coverage.",
    };
    let order = format!(
        "{counts} Where an item has several, one for each host and part, the worst stands: {}.",
        names.join(", ")
    );
    let mut parts = vec![Part::Text(verdict.meaning().to_owned()), Part::Text(order)];
    parts.extend(Part::cure(verdict.cure()));
    Entry {
        title: verdict.name().to_owned(),
        what: "a verdict".to_owned(),
        parts,
    }
}

fn severity(severity: Severity) -> Entry {
    let name = severity.name();
    Entry {
        title: name.to_owned(),
        what: "a severity".to_owned(),
        parts: vec![
            Part::Text(severity.meaning().to_owned()),
            Part::Text(format!(
                "With `--fail-on {name}`, one diagnostic of this severity or above makes the exit status 1."
            )),
        ],
    }
}
