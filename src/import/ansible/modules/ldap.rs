//! `ldap_entry`, `ldap_attrs`: what a directory holds, as LDIF that ldapmodify reads.
//!
//! Manuals: <https://docs.ansible.com/ansible/latest/collections/community/general/ldap_entry_module.html> and its kin
//!
//! What a directory holds is data of its server: the call is kept, and runs once.

use super::by_program::{secret, with_secret};
use super::kept::{Kept, keep, line_of, push_quoted, texts};
use super::{Kind, Module, Run};
use crate::account::Code;
use crate::import::ansible::params::{Params, Refusal};
use crate::import::ansible::value::Value;
use crate::model::Text;

pub(super) const MODULE: Module = Module {
    names: &["ldap_attrs", "ldap_entry"],
    becomes: "A oneshot unit that calls ldapmodify; the password is read from a file below /run/secrets.",
    collection: "community.general",
    kind: Kind::Changes,
    run,
};

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    params.pass_over(&[
        "ca_path",
        "client_cert",
        "client_key",
        "ordered",
        "recursive",
        "referrals_chasing",
        "validate_certs",
        "xorder_discovery",
    ]);
    let is_entry = run.task.module.ends_with("ldap_entry");
    let name = params.required(&["dn"])?;
    let states = ["absent", "exact", "present"];
    let state = params.choice(&["state"], &states, "present")?;
    let server = params.string(&["server_uri"])?;
    let server = server.unwrap_or_else(|| "ldapi:///".to_owned());
    let starts_tls = params.flag(&["start_tls"])?.unwrap_or(false);
    let user = params.string(&["bind_dn"])?;
    let password = secret(params, "bind_pw")?;
    let kind = params.string(&["sasl_class"])?;
    let classes = params.list(&["objectClass"])?.unwrap_or_default();
    let attributes = params.value(&["attributes"]);
    if is_entry && state == "absent" {
        params.rest();
        run.already(format!("a new directory has no entry `{name}`"));
        return Ok(());
    }
    let mut text = Text::from(format!("dn: {name}\nchangetype: "));
    text.push_str(if is_entry { "add\n" } else { "modify\n" });
    for class in &classes {
        text.push_str(&format!("objectClass: {class}\n"));
    }
    let pairs = match &attributes {
        Some(Value::Dict(pairs)) => pairs.iter().collect(),
        None | Some(Value::None | Value::Undefined(_)) => Vec::new(),
        Some(_) => {
            let reason = "the attributes are no dictionary of names and values";
            return Err(Refusal::new(Code::CannotState, reason));
        }
    };
    for (attribute, values) in pairs {
        let attribute = attribute.to_string();
        let values: Vec<Text> = match values {
            Value::List(items) => items.iter().map(Value::to_text).collect(),
            other => vec![other.to_text()],
        };
        if !is_entry {
            let verb = match state.as_str() {
                "absent" => "delete",
                "exact" => "replace",
                _ => "add",
            };
            text.push_str(&format!("{verb}: {attribute}\n"));
        }
        for value in &values {
            // Other texts stand in base64 there.
            if value.to_string().contains('\n') || value.to_string().starts_with([' ', ':', '<']) {
                let reason = format!("the value of `{attribute}` has no line of its own in LDIF");
                return Err(Refusal::new(Code::CannotState, reason));
            }
            text.push_str(&format!("{attribute}: "));
            text.push(value);
            text.push_str("\n");
        }
        if !is_entry {
            text.push_str("-\n");
        }
    }
    if let Some(hole) = text.worst_hole() {
        return Err(Refusal::hole(hole));
    }
    let mut words = texts(["ldapmodify", "-c", "-H", server.as_str()]);
    if starts_tls {
        words.push(Text::from("-ZZ"));
    }
    match &user {
        Some(user) => words.extend(texts(["-x", "-D", user.as_str()])),
        None if kind.as_deref() == Some("gssapi") => words.extend(texts(["-Y", "GSSAPI"])),
        None => words.extend(texts(["-Y", "EXTERNAL"])),
    }
    let mut script = Text::from("printf %s");
    push_quoted(&mut script, &text);
    script.push_str(" | ");
    script.push(&line_of(&words));
    let kept = match password {
        Some(password) => {
            script.push_str(" -w \"$PASSWORD\"");
            with_secret(script, "PASSWORD", password)
        }
        None => Kept::script(script),
    };
    keep(kept, run)
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn entries_of_a_directory_are_lines_of_ldif() {
        check(
            "- ldap_entry: {dn: 'ou=people,dc=x', objectClass: organizationalUnit, attributes: {description: all}}",
            &[
                r#"{"step":{"name":"ldap entry","command":{"script":{"shell":"/bin/sh","text":"printf %s 'dn: ou=people,dc=x\nchangetype: add\nobjectClass: organizationalUnit\ndescription: all\n' | ldapmodify -c -H ldapi:/// -Y EXTERNAL"}},"environment":[],"after":[]}}"#,
            ],
        );
        check(
            "- ldap_attrs: {dn: 'cn=config', attributes: {olcLogLevel: stats}, state: exact, bind_dn: cn=admin, bind_pw: hunter2}",
            &[
                r#"{"step":{"name":"ldap attrs","command":{"script":{"shell":"/bin/sh","text":"printf %s 'dn: cn=config\nchangetype: modify\nreplace: olcLogLevel\nolcLogLevel: stats\n-\n' | ldapmodify -c -H ldapi:/// -x -D cn=admin -w \"$PASSWORD\""}},"environment":[["PASSWORD",[{"secret":"the `bind_pw` of the task"}]]],"after":[]}}"#,
            ],
        );
    }
}
