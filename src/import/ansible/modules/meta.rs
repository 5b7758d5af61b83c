//! `meta`: what Ansible itself does between tasks.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/meta_module.html>

use super::{End, Kind, Module, Run};
use crate::account::Code;
use crate::import::ansible::params::{Params, Refusal};
use crate::model::Condition;

pub(super) const MODULE: Module = Module {
    names: &["meta"],
    collection: "ansible.builtin",
    becomes: "Steers only: handlers that it flushes run at that place; end_play, end_host and end_role end the play \
              or the role for the host.",
    kind: Kind::Steers,
    run,
};

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    let action = match params.free() {
        Some(value) => value.to_text().to_string(),
        None => params
            .string(&["free_form", "_raw_params"])?
            .unwrap_or_default(),
    };
    let is_certain = run.guard == Condition::True;
    match action.trim() {
        "flush_handlers" => {
            run.flush = is_certain;
            run.control("the notified handlers run here");
        }
        // A batch is all of the hosts that `serial` plays at once: for each of them the play ends.
        "end_play" | "end_batch" | "end_host" => end(End::Play, "the play ends here", run),
        "end_role" => end(End::Role, "the role ends here", run),
        "noop" => run.control("it does nothing"),
        "clear_facts" | "clear_host_errors" | "refresh_inventory" | "reset_connection" => {
            run.control("it is about Ansible's own connections and memory");
        }
        other => {
            let message = format!("`{other}` is no action of `meta`");
            return Err(Refusal::new(Code::BadInput, message));
        }
    }
    Ok(())
}

fn end(what: End, said: &str, run: &mut Run<'_, '_>) {
    match &run.guard {
        Condition::Unknown(why) => {
            let reason = format!("whether it ends here hangs on {why}; the rest is played");
            run.control(reason);
        }
        Condition::True | Condition::False => {
            run.ended = Some(what);
            run.control(said);
        }
    }
}
