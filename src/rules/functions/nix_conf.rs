//! `nix-conf`: the lines of a nix.conf, as `nix.settings` takes them.
//!
//! Manual: nix.conf(5). What takes several words is a list; the group of the builders is the module's matter.

use serde_json::{Map, Value};

use super::{Function, atom};

pub(super) static FUNCTION: Function = Function {
    name: "nix-conf",
    call,
};

/// Settings of several words (nixos/modules/config/nix.nix names their types, and nix.conf(5) those of the others).
const LISTS: [&str; 9] = [
    "allowed-users",
    "experimental-features",
    "extra-platforms",
    "sandbox-paths",
    "substituters",
    "system-features",
    "trusted-public-keys",
    "trusted-substituters",
    "trusted-users",
];

fn call(value: &Value) -> Option<Value> {
    let mut fields: Map<String, Value> = Map::new();
    for line in value.as_str()?.lines() {
        let line = line.split('#').next().unwrap_or_default().trim();
        if line.is_empty() {
            continue;
        }
        // A line of another file is `include` and its path, without a sign.
        let (name, value) = line.split_once('=')?;
        let (name, value) = (name.trim(), value.trim());
        if name == "build-users-group" {
            continue;
        }
        let plain = name.strip_prefix("extra-").unwrap_or(name);
        let value = if LISTS.contains(&plain) || LISTS.contains(&name) {
            value.split_whitespace().map(Value::from).collect()
        } else {
            atom(value)
        };
        fields.insert(name.to_owned(), value);
    }
    (!fields.is_empty()).then_some(Value::Object(fields))
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn words_are_lists_where_there_may_be_several() {
        check(
            &FUNCTION,
            "# ours\nmax-jobs = 4\nsandbox = true\ntrusted-users = root @wheel # and who else\nextra-substituters = https://a https://b\n\
             build-users-group = nixbld\n",
            Some(json!({
                "max-jobs": 4,
                "sandbox": true,
                "trusted-users": ["root", "@wheel"],
                "extra-substituters": ["https://a", "https://b"],
            })),
        );
        check(&FUNCTION, "include /etc/nix/more.conf\n", None);
    }
}
