//! `uri`: requests over HTTP. One that only reads is a look; one that sends or keeps something is for a person.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/uri_module.html>

use super::{Kind, Module, Run};
use crate::account::Code;
use crate::import::ansible::params::{Params, Refusal};

pub(super) const MODULE: Module = Module {
    names: &["uri"],
    collection: "ansible.builtin",
    becomes: "Nothing for a request that only reads. One that sends or keeps something is left to you.",
    kind: Kind::Changes,
    run,
};

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    let url = params.text(&["url"])?.unwrap_or_default();
    let method = params
        .string(&["method"])?
        .unwrap_or_else(|| "GET".to_owned());
    let dest = params.string(&["dest"])?;
    // How the request is made, and what its answer has to be.
    params.rest();
    if let Some(dest) = dest {
        let reason = format!("it keeps in `{dest}` what {url} answers when Ansible runs");
        return Err(Refusal::new(Code::ValueUnknown, reason)
            .cure("pkgs.fetchurl takes it at build time, where the answer is always the same"));
    }
    if matches!(
        method.to_ascii_uppercase().as_str(),
        "GET" | "HEAD" | "OPTIONS"
    ) {
        run.probe("it only asks, and changes nothing on the machine");
        return Ok(());
    }
    let reason = format!("it sends a request ({method} {url}) to a running service");
    Err(Refusal::new(Code::CannotState, reason)
        .cure("do it once by hand, or as a oneshot unit after the service"))
}
