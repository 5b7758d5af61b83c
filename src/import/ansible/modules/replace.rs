//! `replace`: what matches a regular expression, everywhere in a file.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/replace_module.html>

use super::paths::{Edit, NEW_FILE, absolute, attributes, edit};
use super::{Kind, Module, Run};
use crate::import::ansible::params::{Params, Refusal};
use crate::syntax::lines::{Replacement, replace};

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
    let path = absolute(run, &path)?;
    let regexp = params.required(&["regexp"])?;
    let new = params.text(&["replace"])?.unwrap_or_default();
    let after = params.string(&["after"])?;
    let before = params.string(&["before"])?;
    let attributes = attributes(params, Some(NEW_FILE))?;
    let change = |parts: &[&str], text: &str| {
        let replacement = Replacement {
            regexp: &regexp,
            replace: parts.first().copied().unwrap_or_default(),
            after: after.as_deref(),
            before: before.as_deref(),
        };
        replace(text, &replacement)
    };
    let removes = new.pieces().is_empty();
    let parts = [new];
    let edited = Edit {
        path: &path,
        parts: &parts,
        change: &change,
        lines: &[],
        creates: false,
        removes,
        attributes,
    };
    edit(&edited, run)
}
