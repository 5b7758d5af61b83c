//! `aliases`: the table of aliases as nixos/modules/services/mail/postfix.nix writes it from `services.postfix`.

use serde_json::{Map, Value};

use super::{Format, text};
use crate::syntax::aliases;

pub(super) static FORMAT: Format = Format {
    name: "aliases",
    write,
    tree,
};

fn write(value: &Value) -> Option<String> {
    let own = text(value, "extraAliases");
    let mut all = String::new();
    for (name, option) in [("postmaster", "postmasterAlias"), ("root", "rootAlias")] {
        if !text(value, option).is_empty() {
            all += &format!("{name}: {}\n", text(value, option));
        }
    }
    Some(all + own)
}

/// Reads names and where their mail goes; the first line for a name counts.
fn tree(text: &str) -> Result<Value, String> {
    let read = aliases::read(text);
    if let Some(fault) = read.faults.first() {
        return Err(format!("line {}: {}", fault.place.line, fault.why));
    }
    let mut all: Map<String, Value> = Map::new();
    for alias in read.aliases {
        let targets: Vec<&str> = alias.targets.split(',').map(str::trim).collect();
        all.entry(alias.name)
            .or_insert_with(|| targets.join(", ").into());
    }
    Ok(all.into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::check;
    use super::FORMAT;

    #[test]
    fn options_stand_first() {
        check(
            &FORMAT,
            &json!({"postmasterAlias": "root", "extraAliases": "root: a,b\n"}),
            "# x\nroot:   a, b\npostmaster: root\n",
        );
    }
}
