//! `apache2_module`: modules that Apache loads.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/community/general/apache2_module_module.html>

use super::{Kind, Module, Run};
use crate::import::ansible::params::{Params, Refusal};
use crate::import::state::Key;
use crate::model::{Link, Resource};

pub(super) const MODULE: Module = Module {
    names: &["apache2_module"],
    collection: "community.general",
    becomes: "services.httpd.extraModules, where NixOS does not load the module anyway.",
    kind: Kind::Changes,
    run,
};

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    params.pass_over(&[
        "force",
        "identifier",
        "ignore_configcheck",
        "warn_mpm_absent",
    ]);
    let name = params.required(&["name"])?;
    let state = params.choice(&["state"], &["absent", "present"], "present")?;
    let path = format!("/etc/apache2/mods-enabled/{name}.load");
    if state == "absent" {
        run.remove(&Key::Path(path), &format!("the module `{name}` of Apache"));
        return Ok(());
    }
    // What a2enmod makes; the rules say what NixOS has for it.
    run.put(Resource::Link(Link {
        path,
        target: format!("../mods-available/{name}.load"),
    }));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn a_module_is_its_link() {
        check(
            "- apache2_module: {name: rewrite}",
            &[
                r#"{"link":{"path":"/etc/apache2/mods-enabled/rewrite.load","target":"../mods-available/rewrite.load"}}"#,
            ],
        );
    }
}
