//! `debconf`: answers to what packages ask when they are installed.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/debconf_module.html>

use super::{Kind, Module, Run};
use crate::account::Code;
use crate::import::ansible::params::{Params, Refusal};

pub(super) const MODULE: Module = Module {
    names: &["debconf"],
    collection: "ansible.builtin",
    becomes: "Left to you: NixOS asks nothing when a package is installed, and the option that says the same has \
              to be found.",
    kind: Kind::Changes,
    run,
};

/// Answers that mean nothing where nothing asks: licences, and how the question itself is put.
const MEANINGLESS: [&str; 5] = [
    "accepted-",
    "/license",
    "debconf/frontend",
    "debconf/priority",
    "/present-",
];

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    params.pass_over(&["vtype", "value", "answer", "unseen"]);
    let name = params.required(&["name", "pkg"])?;
    let Some(question) = params.string(&["question", "selection", "setting"])? else {
        run.probe("it only reads the answers of a package");
        return Ok(());
    };
    if MEANINGLESS.iter().any(|it| question.contains(it)) {
        run.not_needed("no package of NixOS asks when it is installed");
        return Ok(());
    }
    let reason =
        format!("the answer to `{question}` sets up `{name}`, and NixOS has options for that");
    Err(Refusal::new(Code::CannotState, reason).cure(format!(
        "look for the option of `{name}` that says the same"
    )))
}
