//! `get_url`, `unarchive` and `git`: what is fetched or unpacked while Ansible runs. That something is there is known,
//! what it holds is not.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/get_url_module.html>

use super::paths::{absolute, base_name, is_folder, real};
use super::{Kind, Module, Run};
use crate::account::Code;
use crate::import::ansible::params::{Params, Refusal};
use crate::import::ansible::results;
use crate::import::ansible::value::Value;

pub(super) const MODULE: Module = Module {
    names: &["get_url", "git", "unarchive"],
    collection: "ansible.builtin",
    becomes: "Left to you: what it fetches is known only when Ansible runs. What later tasks find there is taken as \
              unknown.",
    kind: Kind::Changes,
    run,
};

const FOREIGN: &str = "take the program from nixpkgs; else pkgs.fetchurl fetches it with its hash, and one that was \
                       built for other systems runs with programs.nix-ld.enable, or patched by autoPatchelfHook";
const UNPACKED: &str = "package it, or carry its files over; programs that were built for other systems run with \
                        programs.nix-ld.enable, or patched by autoPatchelfHook";

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    let module = run.task.module.clone();
    let source = params
        .text(&["url", "repo", "name", "src"])?
        .unwrap_or_default();
    let dest = params.required(&["dest"])?;
    params.rest();
    let path = real(run, &absolute(run, &dest)?);
    let path = match source.plain() {
        Some(plain) if module == "get_url" && (dest.ends_with('/') || is_folder(run, &path)) => {
            let name = plain.split(['?', '#']).next().unwrap_or_default();
            format!("{}/{}", path.trim_end_matches('/'), base_name(name))
        }
        _ => path,
    };
    let why = format!("what {} puts there", results::said(run.task));
    run.state.blur(&path, &why);
    let state = if module == "get_url" {
        "file"
    } else {
        "directory"
    };
    run.returns_changed(vec![
        ("dest", Value::str(&path)),
        ("state", Value::str(state)),
    ]);
    let (reason, cure) = match module.as_str() {
        "get_url" if path.contains("/bin/") => {
            (format!("`{path}` is fetched from {source}"), FOREIGN)
        }
        "get_url" => (
            format!("`{path}` is fetched from {source}"),
            "pkgs.fetchurl fetches it with its hash, or put it there yourself",
        ),
        "unarchive" => (format!("{source} is unpacked to `{path}`"), UNPACKED),
        _ => (
            format!("`{path}` is a checkout of {source}"),
            "package it, or check it out yourself",
        ),
    };
    Err(Refusal::new(Code::CannotState, format!("{reason} while Ansible runs")).cure(cure))
}
