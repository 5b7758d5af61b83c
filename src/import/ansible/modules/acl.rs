//! `acl`: entries of access control lists.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/ansible/posix/acl_module.html>

use super::paths::{absolute, real};
use super::{Kind, Module, Run};
use crate::account::{Code, Verdict};
use crate::import::ansible::params::{Params, Refusal};
use crate::model::{Resource, Setting, Settings};

pub(super) const MODULE: Module = Module {
    names: &["acl"],
    collection: "ansible.posix",
    becomes: "A rule `a+` of systemd.tmpfiles.rules, `A+` for all below.",
    kind: Kind::Changes,
    run,
};

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    // How it is done: systemd-tmpfiles reckons the mask itself.
    params.pass_over(&["follow", "recalculate_mask", "use_nfsv4_acls"]);
    let path = params.required(&["path", "name"])?;
    let state = params.choice(&["state"], &["absent", "present", "query"], "query")?;
    let entry = params.string(&["entry"])?;
    let entity = params.string(&["entity"])?.unwrap_or_default();
    let kind = params.string(&["etype"])?;
    let permissions = params.string(&["permissions"])?.unwrap_or_default();
    let is_default = params.flag(&["default"])?.unwrap_or(false);
    let is_recursive = params.flag(&["recursive"])?.unwrap_or(false);
    let path = real(run, &absolute(run, &path)?);
    if state == "query" {
        run.probe("it only looks at the machine");
        return Ok(());
    }
    if state == "absent" {
        run.close(
            Verdict::NotNeeded,
            Code::AlreadySo,
            format!("on a new machine `{path}` has no such entry"),
        );
        return Ok(());
    }
    let entry = match (entry, kind) {
        (Some(entry), _) => entry,
        (None, Some(kind)) => format!("{kind}:{entity}:{permissions}"),
        (None, None) => return params.required(&["entry"]).map(drop),
    };
    let Some(entry) = normal(&entry, is_default) else {
        return Err(params.bad("entry", &entry, "`type:name:permissions`"));
    };
    if path.contains([' ', '%', '"', '\\']) {
        let reason = format!("`{path}` is no plain path");
        return Err(Refusal::new(Code::CannotState, reason)
            .cure("state it in systemd.tmpfiles.rules, quoted"));
    }
    let rule = if is_recursive { "A+" } else { "a+" };
    run.put(Resource::Setting(Setting {
        of: Settings::Tmpfiles,
        name: String::new(),
        value: format!("{rule} {path} - - - - {entry}"),
    }));
    Ok(())
}

/// Makes an entry what systemd-tmpfiles takes; nothing where it is none.
fn normal(entry: &str, is_default: bool) -> Option<String> {
    let (rest, is_default) = match entry.strip_prefix("default:").or(entry.strip_prefix("d:")) {
        Some(rest) => (rest, true),
        None => (entry, is_default),
    };
    let mut parts = rest.split(':');
    let kind = match parts.next()? {
        "user" | "u" => "user",
        "group" | "g" => "group",
        "other" | "o" => "other",
        "mask" | "m" => "mask",
        _ => return None,
    };
    let (name, permissions) = match (parts.next()?, parts.next()) {
        (name, Some(permissions)) => (name, permissions),
        (permissions, None) => ("", permissions),
    };
    let permissions = match permissions.parse::<u8>() {
        Ok(bits) => [(4, 'r'), (2, 'w'), (1, 'x')]
            .map(|(bit, c)| if bits & bit == 0 { '-' } else { c })
            .iter()
            .collect(),
        Err(_) => permissions.to_owned(),
    };
    let is_known = permissions.chars().all(|it| "rwxX-".contains(it));
    let start = if is_default { "default:" } else { "" };
    (is_known && !permissions.is_empty()).then(|| format!("{start}{kind}:{name}:{permissions}"))
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn entries_are_rules_of_tmpfiles() {
        check(
            "- acl: {path: /srv/a, entry: 'default:user:ada:rwX', state: present}\n- acl: {path: /srv/b, etype: other, permissions: 0, default: true, recursive: true, state: present}\n- acl: {path: /srv/c, entity: ada, etype: user, state: absent}",
            &[
                r#"{"setting":{"of":"tmpfiles","value":"a+ /srv/a - - - - default:user:ada:rwX"}}"#,
                r#"{"setting":{"of":"tmpfiles","value":"A+ /srv/b - - - - default:other::---"}}"#,
                "not-needed: on a new machine `/srv/c` has no such entry",
            ],
        );
    }
}
