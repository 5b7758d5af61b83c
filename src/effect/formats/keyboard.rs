//! `keyboard`: /etc/default/keyboard, as `services.xserver.xkb` says it, which the console takes over.
//!
//! Manual: keyboard(5). What NixOS has anyway stands on both sides.

use serde_json::{Map, Value};

use super::{Format, plain};
use crate::syntax::assignments;

pub(super) static FORMAT: Format = Format {
    name: "keyboard",
    write,
    tree,
};

/// Variables, the options that they are, and NixOS's defaults.
const NAMES: [(&str, &str, &str); 4] = [
    ("XKBLAYOUT", "layout", "us"),
    ("XKBMODEL", "model", "pc104"),
    ("XKBVARIANT", "variant", ""),
    ("XKBOPTIONS", "options", "terminate:ctrl_alt_bksp"),
];

fn write(value: &Value) -> Option<String> {
    let lines = NAMES.iter().map(|(name, option, usual)| {
        let own = value.get(*option).map(plain);
        format!("{name}=\"{}\"\n", own.as_deref().unwrap_or(usual))
    });
    Some(lines.collect())
}

fn tree(text: &str) -> Result<Value, String> {
    let read = assignments::read(text);
    if let Some(fault) = read.faults.first() {
        return Err(format!("line {}: {}", fault.place.line, fault.why));
    }
    let variables = read.assignments.iter().filter(|it| !it.value.is_empty());
    let known = variables.filter(|it| NAMES.iter().any(|(name, _, _)| *name == it.name));
    let known = known.map(|it| (it.name.clone(), it.value.clone().into()));
    Ok(known.collect::<Map<String, Value>>().into())
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FORMAT;
    use serde_json::json;

    #[test]
    fn an_empty_variable_says_nothing() {
        check(
            &FORMAT,
            &json!({ "layout": "de", "model": "pc105", "options": "caps:escape" }),
            "XKBMODEL=\"pc105\"\nXKBLAYOUT=\"de\"\nXKBVARIANT=\"\"\nXKBOPTIONS=\"caps:escape\"\nBACKSPACE=\"guess\"\n",
        );
    }
}
