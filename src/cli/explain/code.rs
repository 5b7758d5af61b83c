//! Codes of diagnostics, and the reasons that verdicts name.

use super::page::{Entry, Part};
use super::{Chapter, is};
use crate::account;
use crate::diag;

pub(super) const CODES: Chapter = Chapter {
    prefixes: &["code"],
    plural: "codes",
    about: "What stands in brackets before a diagnostic: error[option-clash].",
    names: |_| {
        diag::Code::ALL
            .iter()
            .map(|it| it.id().to_owned())
            .collect()
    },
    find: |word, _| {
        let own = diag::Code::ALL.iter().filter(|it| is(word, it.id()));
        Ok(own.map(|it| code(*it)).collect())
    },
};

pub(super) const REASONS: Chapter = Chapter {
    prefixes: &["reason"],
    plural: "reasons",
    about: "Why an item of the report has its verdict: its `code`.",
    names: |_| {
        let all = account::Code::ALL.iter();
        all.map(|it| it.id().to_owned()).collect()
    },
    find: |word, _| {
        let own = account::Code::ALL.iter().filter(|it| is(word, it.id()));
        Ok(own.map(|it| reason(*it)).collect())
    },
};

fn code(code: diag::Code) -> Entry {
    let severity = code.severity();
    let mut parts = vec![
        Part::Text(format!("{}. {}", code.title(), code.more())),
        Part::Text(format!("{}: {}", severity.name(), severity.meaning())),
    ];
    parts.extend(Part::cure(code.cure()));
    Entry {
        title: code.id().to_owned(),
        what: "a code of diagnostics".to_owned(),
        parts,
    }
}

fn reason(code: account::Code) -> Entry {
    let mut parts = vec![Part::Text(format!("{}. {}", code.title(), code.more()))];
    parts.extend(Part::cure(code.cure()));
    Entry {
        title: code.id().to_owned(),
        what: "a reason of verdicts".to_owned(),
        parts,
    }
}
