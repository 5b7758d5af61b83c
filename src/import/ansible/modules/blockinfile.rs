//! `blockinfile`: lines of a file between two marks.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/blockinfile_module.html>

use super::paths::{Edit, NEW_FILE, absolute, attributes, edit};
use super::{Kind, Module, Run};
use crate::import::ansible::params::{Params, Refusal};
use crate::model::Text;
use crate::syntax::lines::{BlockEdit, Insert, set_block};

pub(super) const MODULE: Module = Module {
    names: &["blockinfile"],
    collection: "ansible.builtin",
    becomes: "An edit: applied to the text that an earlier task wrote, or read as entries of the file where each \
              line speaks for itself. Else the original is needed, and the edit is left to you.",
    kind: Kind::Changes,
    run,
};

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    params.pass_over(&["backup", "validate", "encoding"]);
    let path = params.required(&["path", "dest", "destfile", "name"])?;
    let path = absolute(run, &path)?;
    let state = params.choice(&["state"], &["absent", "present"], "present")?;
    let block = params.text(&["block", "content"])?.unwrap_or_default();
    let marker = params.string(&["marker"])?;
    let marker = marker.unwrap_or_else(|| "# {mark} ANSIBLE MANAGED BLOCK".to_owned());
    let marker_begin = params
        .string(&["marker_begin"])?
        .unwrap_or_else(|| "BEGIN".to_owned());
    let marker_end = params
        .string(&["marker_end"])?
        .unwrap_or_else(|| "END".to_owned());
    let after = params.string(&["insertafter"])?;
    let before = params.string(&["insertbefore"])?;
    let creates = params.flag(&["create"])?.unwrap_or(false);
    let append_newline = params.flag(&["append_newline"])?.unwrap_or(false);
    let prepend_newline = params.flag(&["prepend_newline"])?.unwrap_or(false);
    let attributes = attributes(params, Some(NEW_FILE))?;

    let removes = state == "absent" || block.pieces().is_empty();
    let block = if removes { Text::new() } else { block };
    let insert = match (&after, &before) {
        (_, Some(before)) => Insert::Before(before),
        (Some(after), None) => Insert::After(after),
        (None, None) => Insert::After("EOF"),
    };
    let change = |parts: &[&str], text: &str| {
        let edit = BlockEdit {
            block: parts.first().copied().unwrap_or_default(),
            marker: &marker,
            marker_begin: &marker_begin,
            marker_end: &marker_end,
            insert,
            append_newline,
            prepend_newline,
        };
        set_block(text, &edit)
    };
    let parts = [block];
    let edited = Edit {
        path: &path,
        parts: &parts,
        change: &change,
        // Read as a whole: a `Match` of sshd holds for the lines below it.
        lines: if removes { &[] } else { &parts },
        creates: creates && !removes,
        removes,
        attributes,
    };
    edit(&edited, run)
}
