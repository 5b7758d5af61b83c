//! `nfs-conf` and `idmapd`: the sections of nfs.conf and idmapd.conf, as `services.nfs.settings` and
//! `services.nfs.idmapd.settings` take them.
//!
//! Manual: nfs.conf(5), idmapd.conf(5). Where the kernel's pipes are is NixOS's matter. It gives who is nobody and how names
//! are translated values of its own: the same ones are left out, others are forced.

use serde_json::{Map, Value};

use super::{Function, force, ini};

pub(super) static FUNCTION: Function = Function {
    name: "nfs-conf",
    call,
};

pub(super) static IDMAPD: Function = Function {
    name: "idmapd",
    call: call_idmapd,
};

/// What the module says of idmapd: nfs.nix:146-160.
const OURS: [(&str, &str, &str); 3] = [
    ("Mapping", "Nobody-User", "nobody"),
    ("Mapping", "Nobody-Group", "nogroup"),
    ("Translation", "Method", "nsswitch"),
];

fn call(value: &Value) -> Option<Value> {
    let mut sections = sections(value.as_str()?)?;
    without(&mut sections, "general", "pipefs-directory");
    (!sections.is_empty()).then_some(Value::Object(sections))
}

fn call_idmapd(value: &Value) -> Option<Value> {
    let mut sections = sections(value.as_str()?)?;
    without(&mut sections, "General", "Pipefs-Directory");
    for (section, name, ours) in OURS {
        match sections.get(section).and_then(|it| it.get(name)) {
            None => {}
            Some(value) if value == ours => without(&mut sections, section, name),
            Some(value) => {
                let value = force(value.clone());
                sections.get_mut(section)?[name] = value;
            }
        }
    }
    (!sections.is_empty()).then_some(Value::Object(sections))
}

fn sections(text: &str) -> Option<Map<String, Value>> {
    let (globals, sections) = ini::read(text)?;
    globals.is_empty().then_some(sections)
}

/// Takes a name out of its section, and the section with it where that is all it has.
fn without(sections: &mut Map<String, Value>, section: &str, name: &str) {
    let Some(Value::Object(fields)) = sections.get_mut(section) else {
        return;
    };
    fields.shift_remove(name);
    if fields.is_empty() {
        sections.shift_remove(section);
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::{FUNCTION, IDMAPD};
    use serde_json::json;

    #[test]
    fn where_the_pipes_are_is_left_out() {
        check(
            &FUNCTION,
            "[general]\npipefs-directory=/run/rpc_pipefs\n[mountd]\nmanage-gids=y\n",
            Some(json!({"mountd": {"manage-gids": "y"}})),
        );
        check(&FUNCTION, "[general]\npipefs-directory=/run\n", None);
    }

    #[test]
    fn what_nixos_has_otherwise_is_forced() {
        check(
            &IDMAPD,
            "[General]\nVerbosity = 0\nDomain = example.org\n[Mapping]\nNobody-User = nobody\nNobody-Group = nobody\n",
            Some(json!({
                "General": {"Verbosity": 0, "Domain": "example.org"},
                "Mapping": {"Nobody-Group": {"$force": "nobody"}},
            })),
        );
    }
}
