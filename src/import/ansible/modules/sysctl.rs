//! `sysctl`: kernel parameters.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/ansible/posix/sysctl_module.html>

use super::{Kind, Module, Run};
use crate::import::ansible::params::{Params, Refusal};
use crate::import::ansible::value::Value;
use crate::import::state::Key;
use crate::model::{Resource, Sysctl};

pub(super) const MODULE: Module = Module {
    names: &["sysctl"],
    collection: "ansible.posix",
    becomes: "A kernel parameter of boot.kernel.sysctl.",
    kind: Kind::Changes,
    run,
};

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    // When and in which file it is set.
    params.pass_over(&["ignoreerrors", "reload", "sysctl_file", "sysctl_set"]);
    let name = params.required(&["name", "key"])?;
    // sysctl(8): either separator may be used; with a slash first, dots are part of a name.
    let name = match (name.find('/'), name.find('.')) {
        (Some(slash), Some(dot)) if slash < dot => {
            name.replace('.', "\0").replace('/', ".").replace('\0', "/")
        }
        (Some(_), None) => name.replace('/', "."),
        _ => name,
    };
    let state = params.choice(&["state"], &["present", "absent"], "present")?;
    let value = params.value(&["value", "val"]);
    if state == "absent" {
        run.remove(
            &Key::Sysctl(name.clone()),
            &format!("the setting of `{name}`"),
        );
        return Ok(());
    }
    let value = match value {
        None => {
            params.required(&["value"])?;
            return Ok(());
        }
        Some(Value::Bool(value)) => i32::from(value).to_string(),
        Some(Value::Unknown(hole)) => return Err(Refusal::hole(&hole)),
        Some(value) => {
            let text = value.to_text();
            if let Some(hole) = text.worst_hole() {
                return Err(Refusal::hole(hole));
            }
            let text = text.to_string();
            match text.trim().to_ascii_lowercase().as_str() {
                "y" | "yes" | "on" | "true" | "t" => "1".to_owned(),
                "n" | "no" | "off" | "false" | "f" => "0".to_owned(),
                _ => text.trim().to_owned(),
            }
        }
    };
    run.put(Resource::Sysctl(Sysctl { name, value }));
    Ok(())
}
