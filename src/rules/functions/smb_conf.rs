//! `smb-conf`: the sections of an smb.conf, as `services.samba.settings` takes them.
//!
//! Manual: smb.conf(5). Names of sections and parameters have blanks; a line that ends with `\` goes on in the next. A
//! text that includes others has no answer, and Debian's own scripts are left out.

use serde_json::{Map, Value};

use super::{Function, scalar};

pub(super) static FUNCTION: Function = Function {
    name: "smb-conf",
    call,
};

fn call(value: &Value) -> Option<Value> {
    let text = value.as_str()?.replace("\\\n", " ");
    let mut sections: Map<String, Value> = Map::new();
    let mut section: Option<String> = None;
    for line in text.lines().map(str::trim) {
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if let Some(name) = line.strip_prefix('[').and_then(|it| it.strip_suffix(']')) {
            let name = match name.trim() {
                global if global.eq_ignore_ascii_case("global") => "global".to_owned(),
                other => other.to_owned(),
            };
            sections
                .entry(name.clone())
                .or_insert_with(|| Value::Object(Map::new()));
            section = Some(name);
            continue;
        }
        let (name, value) = line.split_once('=')?;
        let (name, value) = (name.trim().to_lowercase(), value.trim());
        if name == "include" || name.is_empty() {
            return None;
        }
        // The program and the script of Debian; NixOS has its own way to change passwords, and none to tell of a crash.
        let is_debians = matches!(
            (name.as_str(), value),
            ("panic action", "/usr/share/samba/panic-action %d")
                | ("passwd program", "/usr/bin/passwd %u")
        );
        if is_debians {
            continue;
        }
        // Samba has no other since its version 4.
        if name == "security" && !matches!(value, "auto" | "user" | "domain" | "ads") {
            return None;
        }
        let value: Value = match name.as_str() {
            "invalid users" if section.as_deref() == Some("global") => value
                .split([' ', '\t', ','])
                .filter(|it| !it.is_empty())
                .map(Value::from)
                .collect(),
            _ => scalar::number(value).unwrap_or_else(|| value.into()),
        };
        sections
            .get_mut(section.as_ref()?)?
            .as_object_mut()?
            .insert(name, value);
    }
    (!sections.is_empty()).then_some(Value::Object(sections))
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn names_have_blanks() {
        check(
            &FUNCTION,
            "# x\n[GLOBAL]\n  Server String = a b\n  invalid users = root bob\n[Public]\n  path = /srv\n",
            Some(
                json!({"global": {"server string": "a b", "invalid users": ["root", "bob"]}, "Public": {"path": "/srv"}}),
            ),
        );
        check(&FUNCTION, "[global]\ninclude = /etc/x\n", None);
        check(&FUNCTION, "a = b\n", None);
        check(&FUNCTION, "[global]\nsecurity = share\n", None);
        check(
            &FUNCTION,
            "[global]\nsecurity = user\npanic action = /usr/share/samba/panic-action %d\n",
            Some(json!({"global": {"security": "user"}})),
        );
    }
}
