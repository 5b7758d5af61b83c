//! `sudoers`: a rule of sudo in a file of its own.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/community/general/sudoers_module.html>

use super::paths::{Asked, Wishes, absolute, write_file};
use super::{Kind, Module, Run};
use crate::account::Code;
use crate::import::ansible::params::{Params, Refusal};
use crate::import::state::Key;
use crate::model::{Content, Mode, Text};

pub(super) const MODULE: Module = Module {
    names: &["sudoers"],
    collection: "community.general",
    becomes: "A rule of security.sudo.extraRules.",
    kind: Kind::Changes,
    run,
};

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    params.pass_over(&["validation"]);
    let name = params.required(&["name"])?;
    let folder = params.string(&["sudoers_path"])?;
    let folder = absolute(run, folder.as_deref().unwrap_or("/etc/sudoers.d"))?;
    let path = format!("{folder}/{name}");
    let user = params.string(&["user"])?;
    let group = params.string(&["group"])?;
    let commands = params.list(&["commands"])?.unwrap_or_default();
    let host = params
        .string(&["host"])?
        .unwrap_or_else(|| "ALL".to_owned());
    let runas = params.string(&["runas"])?;
    let mut tags = String::new();
    for (name, tag, default) in [
        ("noexec", "NOEXEC:", false),
        ("nopassword", "NOPASSWD:", true),
        ("setenv", "SETENV:", false),
    ] {
        if params.flag(&[name])?.unwrap_or(default) {
            tags.push_str(tag);
        }
    }
    if params.choice(&["state"], &["absent", "present"], "present")? == "absent" {
        run.remove(&Key::Path(path.clone()), &format!("`{path}`"));
        return Ok(());
    }
    let owner = match (user, group) {
        (Some(user), None) => user,
        (None, Some(group)) => format!("%{group}"),
        (Some(_), Some(_)) | (None, None) => {
            let reason = "a rule of sudo is for a user or for a group";
            return Err(Refusal::new(Code::BadInput, reason));
        }
    };
    if commands.is_empty() {
        return params.required(&["commands"]).map(|_| ());
    }
    let runas = runas.map_or(String::new(), |it| format!("({it})"));
    let commands = commands.join(", ");
    let line = format!("{owner} {host}={runas}{tags} {commands}\n");
    let wishes = Wishes {
        mode: Some(Asked::Bits(Mode(0o440))),
        ..Wishes::default()
    };
    write_file(run, &path, Content::Text(Text::from(line)), &wishes);
    run.returns_changed(Vec::new());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn a_rule_is_a_file_of_its_own() {
        check(
            "- sudoers: {name: deploy, user: ada, runas: www, commands: [/bin/a, /bin/b]}",
            &[r#"{"sudo-rule":{"line":"ada ALL=(www)NOPASSWD: /bin/a, /bin/b"}}"#],
        );
        check(
            "- sudoers: {name: old, state: absent}",
            &["not-needed: `/etc/sudoers.d/old` was never there: a new machine does not have it"],
        );
    }
}
