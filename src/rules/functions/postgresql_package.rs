//! `postgresql-package`: the package of a version of PostgreSQL, where NixOS has it; nothing for any other.

use serde_json::{Value, json};

use super::Function;

pub(super) static FUNCTION: Function = Function {
    name: "postgresql-package",
    call,
};

/// pkgs/servers/sql/postgresql/default.nix.
const VERSIONS: [&str; 5] = ["14", "15", "16", "17", "18"];

fn call(value: &Value) -> Option<Value> {
    let version = value.as_str()?;
    if !VERSIONS.contains(&version) {
        return Some(Value::Null);
    }
    Some(json!({ "$nix": format!("pkgs.postgresql_{version}") }))
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::{Value, json};

    #[test]
    fn what_nixos_does_not_have_is_not_named() {
        check(&FUNCTION, "16", Some(json!({"$nix": "pkgs.postgresql_16"})));
        check(&FUNCTION, "9.6", Some(Value::Null));
    }
}
