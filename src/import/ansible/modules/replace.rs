//! `replace`: what matches a regular expression, everywhere in a file.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/replace_module.html>

use super::paths::by_shell;
use super::paths::{
    Edit, Edited, Finds, Missing, absolute, edit, expanded, is_whole, real, section_of, wishes,
};
use super::{Kind, Module, Run};
use crate::import::ansible::params::{Params, Refusal};
use crate::import::ansible::value::Value;
use crate::model::Text;
use crate::syntax::lines::{Replaced, Replacement, replace};

pub(super) const MODULE: Module = Module {
    names: &["replace"],
    collection: "ansible.builtin",
    becomes: "An edit: applied to the text that an earlier task wrote. Else the original is needed, and the edit \
              is left to you.",
    kind: Kind::Changes,
    run,
};

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    params.pass_over(&["backup", "validate", "encoding"]);
    let path = params.required(&["path", "dest", "destfile", "name"])?;
    let path = real(run, &absolute(run, &path)?);
    let regexp = params.required(&["regexp"])?;
    let new = params.text(&["replace"])?.unwrap_or_default();
    let after = params.string(&["after"])?;
    let before = params.string(&["before"])?;
    let wishes = wishes(params)?;
    let change = |parts: &[&str], text: Option<&str>| {
        let replacement = Replacement {
            regexp: &regexp,
            replace: parts.first().copied().unwrap_or_default(),
            after: after.as_deref(),
            before: before.as_deref(),
        };
        let text = text.unwrap_or_default();
        Ok(match replace(text, &replacement)? {
            Replaced::Count(new, count) if count > 0 && new != text => {
                Edited::new(new, &format!("{count} replacements made"))
            }
            Replaced::Count(new, _) => Edited::new(new, ""),
            Replaced::NoSection(pattern) => {
                let message = format!(
                    "Pattern for before/after params did not match the given file: {pattern}"
                );
                let mut edited = Edited::new(text.to_owned(), &message);
                edited.ends = true;
                edited
            }
        })
    };
    let removes = new.pieces().is_empty();
    // What it puts in the place of whole lines is known where its groups are.
    let whole = new.plain().filter(|_| !removes).and_then(|new| {
        let is_one = !new.contains('\n') && !new.contains("\\n");
        if new.starts_with('#') && is_one && is_line_start(&regexp) {
            return Some("#".to_owned());
        }
        expanded(&regexp, new).filter(|_| is_whole(&regexp) || names_value(&regexp))
    });
    if whole.is_some() && !is_whole(&regexp) && names_value(&regexp) {
        run.assumptions
            .push("the line that it changes ends where the pattern does".to_owned());
    }
    let lines: Vec<Text> = whole.iter().map(|it| it.as_str().into()).collect();
    let section = after.as_deref().and_then(section_of).unwrap_or_default();
    let is_all = after.is_none() && before.is_none();
    let plain = new.plain().filter(|_| is_all);
    let script = plain.and_then(|new| by_shell::replace(&path, &regexp, new));
    let parts = [new];
    let edited = Edit {
        path: &path,
        parts: &parts,
        change: &change,
        lines: &lines,
        section: &section,
        finds: Finds::Regexp(&regexp),
        missing: Missing::Fails(format!("Path {path} does not exist !")),
        script,
        removes,
        wishes,
        says: vec![("rc", Value::Int(0))],
    };
    edit(&edited, run)
}

/// Tells whether a regular expression is a setting with its value, from the start of a line: `^#Port 22`.
fn names_value(regexp: &str) -> bool {
    let Some(rest) = regexp.strip_prefix('^') else {
        return false;
    };
    let rest = rest.trim_start_matches(['#', '?']);
    let rest = rest.strip_prefix(r"\s*").unwrap_or(rest).trim_start();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || " _-./=\\".contains(c);
    let halves = rest.split_once([' ', '=']);
    rest.chars().all(is_plain)
        && halves.is_some_and(|(name, value)| {
            !name.is_empty() && value.ends_with(|c: char| c.is_ascii_alphanumeric())
        })
}

/// Tells whether a regular expression finds something at the start of a line only.
fn is_line_start(regexp: &str) -> bool {
    let regexp = regexp.strip_prefix("(?m)").unwrap_or(regexp);
    regexp.trim_start_matches('(').starts_with('^')
}
