//! `mount`: lines of fstab.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/ansible/posix/mount_module.html>

use super::paths::no_path;
use super::{Kind, Module, Run};
use crate::account::Code;
use crate::import::ansible::params::{Params, Refusal};
use crate::import::state::Key;
use crate::model::{Mount, Resource};

pub(super) const MODULE: Module = Module {
    names: &["mount"],
    collection: "ansible.posix",
    becomes: "fileSystems.<path>, or swapDevices.",
    kind: Kind::Changes,
    run,
};

const STATES: [&str; 7] = [
    "absent",
    "absent_from_fstab",
    "mounted",
    "present",
    "unmounted",
    "remounted",
    "ephemeral",
];

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    // `dump` is for a program that nobody has.
    params.pass_over(&["dump", "backup", "opts_no_log"]);
    let path = params.required(&["path", "name"])?;
    if path.is_empty() {
        return Err(no_path());
    }
    let state = params.choice(&["state"], &STATES, "")?;
    let source = params.string(&["src"])?;
    let fstype = params.string(&["fstype"])?;
    let options = params
        .string(&["opts"])?
        .unwrap_or_else(|| "defaults".to_owned());
    let passno = params.number(&["passno"])?.unwrap_or(0);
    let at_boot = params.flag(&["boot"])?.unwrap_or(true);
    let table = params.string(&["fstab"])?;
    if let Some(table) = table.filter(|it| it != "/etc/fstab") {
        let reason = format!("the line goes into another table, `{table}`");
        return Err(Refusal::new(Code::CannotState, reason));
    }
    let is_swap = fstype.as_deref() == Some("swap");
    let path = match path.trim_end_matches('/') {
        "" => "/".to_owned(),
        _ if is_swap => "none".to_owned(),
        path => path.to_owned(),
    };
    match state.as_str() {
        "absent" | "absent_from_fstab" => {
            let id = match (&source, is_swap) {
                (Some(device), true) => device.clone(),
                _ => path.clone(),
            };
            run.remove(&Key::Mount(id), &format!("the mount of `{path}`"));
            return Ok(());
        }
        "unmounted" => {
            run.not_needed(format!(
                "it unmounts `{path}` for now, and asks for nothing that stays"
            ));
            return Ok(());
        }
        "remounted" => {
            run.not_needed("NixOS mounts again what a switch changes");
            return Ok(());
        }
        "ephemeral" => {
            let reason = format!("`{path}` is mounted until the next boot only");
            return Err(Refusal::new(Code::CannotState, reason)
                .cure("state it with fileSystems where it is to stay"));
        }
        _ => {}
    }
    let (Some(device), Some(fstype)) = (source, fstype) else {
        params.required(&["src"])?;
        params.required(&["fstype"])?;
        return Ok(());
    };
    if device.is_empty() {
        return Err(Refusal::new(
            Code::ValueUnknown,
            format!("what `{path}` is mounted from is empty"),
        )
        .cure("give the variable that `src` is made of a value"));
    }
    let mut options: Vec<String> = options
        .split(',')
        .map(|it| it.trim().to_owned())
        .filter(|it| !it.is_empty())
        .collect();
    if !at_boot && !options.iter().any(|it| it == "noauto") {
        options.push("noauto".to_owned());
    }
    let passno =
        u32::try_from(passno).map_err(|_| params.bad("passno", &passno.to_string(), "a number"))?;
    run.put(Resource::Mount(Mount {
        device,
        path,
        fstype,
        options,
        passno,
    }));
    Ok(())
}
