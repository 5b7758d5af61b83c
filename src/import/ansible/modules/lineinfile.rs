//! `lineinfile`: one line of a file.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/lineinfile_module.html>

use super::paths::{Edit, NEW_FILE, absolute, attributes, edit};
use super::{Kind, Module, Run};
use crate::import::ansible::params::{Params, Refusal};
use crate::syntax::lines::{Find, Insert, LineEdit, remove_lines, set_line};

pub(super) const MODULE: Module = Module {
    names: &["lineinfile"],
    collection: "ansible.builtin",
    becomes: "An edit: applied to the text that an earlier task wrote, or read as an entry of a known kind of \
              file, such as sshd_config or fstab. Else the original is needed, and the edit is left to you.",
    kind: Kind::Changes,
    run,
};

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    params.pass_over(&["backup", "validate", "encoding"]);
    let path = params.required(&["path", "dest", "destfile", "name"])?;
    let path = absolute(run, &path)?;
    let state = params.choice(&["state"], &["absent", "present"], "present")?;
    let regexp = params
        .string(&["regexp", "regex"])?
        .filter(|it| !it.is_empty());
    let part = params
        .string(&["search_string"])?
        .filter(|it| !it.is_empty());
    let line = params.text(&["line", "value"])?;
    let has_references = params.flag(&["backrefs"])?.unwrap_or(false);
    let after = params.string(&["insertafter"])?;
    let before = params.string(&["insertbefore"])?;
    let creates = params.flag(&["create"])?.unwrap_or(false);
    let first_match = params.flag(&["firstmatch"])?.unwrap_or(false);
    let attributes = attributes(params, Some(NEW_FILE))?;

    let find = match (&regexp, &part) {
        (Some(regexp), _) => Find::Regexp(regexp),
        (None, Some(part)) => Find::Substring(part),
        (None, None) => Find::Line,
    };
    let removes = state == "absent";
    if line.is_none() && (!removes || matches!(find, Find::Line)) {
        params.required(&["line"])?;
    }
    let line = line.unwrap_or_default();
    let insert = match (&after, &before) {
        (_, Some(before)) => Insert::Before(before),
        (Some(after), None) => Insert::After(after),
        (None, None) => Insert::After("EOF"),
    };
    let change = |parts: &[&str], text: &str| {
        let line = parts.first().copied().unwrap_or_default();
        if removes {
            return remove_lines(text, find, line);
        }
        let edit = LineEdit {
            line,
            find,
            insert,
            backrefs: has_references,
            first_match,
        };
        set_line(text, &edit)
    };
    // A line made of what is there says nothing without it.
    let is_whole = !removes && !has_references;
    let parts = [line];
    let edited = Edit {
        path: &path,
        parts: &parts,
        change: &change,
        lines: if is_whole { &parts } else { &[] },
        creates: creates && !removes,
        removes,
        attributes,
    };
    edit(&edited, run)
}
