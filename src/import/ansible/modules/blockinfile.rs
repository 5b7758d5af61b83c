//! `blockinfile`: lines of a file between two marks.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/blockinfile_module.html>

use super::paths::by_shell;
use super::paths::{Edit, Edited, Finds, Missing, absolute, edit, real, section_of, wishes};
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
    let path = real(run, &absolute(run, &path)?);
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
    let wishes = wishes(params)?;
    if after.is_some() && before.is_some() {
        let message = "parameters are mutually exclusive: insertbefore|insertafter".to_owned();
        return run.fails(message, Vec::new());
    }

    let is_present = state == "present";
    let removes = !is_present || block.pieces().is_empty();
    let block = if removes { Text::new() } else { block };
    let insert = match (&after, &before) {
        (_, Some(before)) => Insert::Before(before),
        (Some(after), None) => Insert::After(after),
        (None, None) => Insert::After("EOF"),
    };
    let change = |parts: &[&str], text: Option<&str>| {
        let edit = BlockEdit {
            block: parts.first().copied().unwrap_or_default(),
            is_present,
            marker: &marker,
            marker_begin: &marker_begin,
            marker_end: &marker_end,
            insert,
            append_newline,
            prepend_newline,
        };
        let new = set_block(text.unwrap_or_default(), &edit)?;
        let message = match text {
            None => "File created",
            Some(text) if text == new => "",
            Some(_) if edit.block.is_empty() => "Block removed",
            Some(_) => "Block inserted",
        };
        Ok(Edited::new(new, message))
    };
    let anchor = after.as_deref().or(before.as_deref());
    let section = anchor.and_then(section_of).unwrap_or_default();
    let is_at_end = anchor.is_none_or(|it| it == "EOF");
    let marks = (
        marker.replace("{mark}", &marker_begin),
        marker.replace("{mark}", &marker_end),
    );
    let plain = block.plain().filter(|_| is_at_end && !removes);
    let script = plain.and_then(|block| {
        let marks = (marks.0.as_str(), marks.1.as_str());
        by_shell::set_block(&path, marks, block, creates)
    });
    let parts = [block];
    let missing = match (creates, is_present) {
        (false, _) => Missing::Fails(format!("Path {path} does not exist !")),
        (true, false) => Missing::Left(format!("File {path} not present")),
        (true, true) => Missing::Made,
    };
    let edited = Edit {
        path: &path,
        parts: &parts,
        change: &change,
        // Read as a whole: a `Match` of sshd holds for the lines below it.
        lines: if removes { &[] } else { &parts },
        section: &section,
        finds: Finds::Itself,
        missing,
        script,
        removes,
        wishes,
        says: Vec::new(),
    };
    edit(&edited, run)
}
