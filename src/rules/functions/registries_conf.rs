//! `registries-conf`: registries.conf of podman and its kin, as `virtualisation.containers.registries`.
//!
//! Manual: containers-registries.conf(5). The module writes the lists to search, not to verify and to refuse
//! (nixos/modules/virtualisation/containers.nix); what says more has no answer.

use serde_json::{Value, json};

use super::{Function, toml};

pub(super) static FUNCTION: Function = Function {
    name: "registries-conf",
    call,
};

fn call(value: &Value) -> Option<Value> {
    let file = (toml::FUNCTION.call)(value)?;
    let mut search = json!([]);
    let (mut insecure, mut block) = (Vec::new(), Vec::new());
    for (name, value) in file.as_object()? {
        match name.as_str() {
            "unqualified-search-registries" => search = value.clone(),
            "short-name-mode" => {}
            "registry" => {
                for registry in value.as_array()? {
                    let place = registry
                        .get("location")
                        .or_else(|| registry.get("prefix"))?;
                    for (name, value) in registry.as_object()? {
                        match (name.as_str(), value.as_bool()) {
                            ("location" | "prefix", None) if value == place => {}
                            ("insecure", Some(true)) => insecure.push(place.clone()),
                            ("blocked", Some(true)) => block.push(place.clone()),
                            ("insecure" | "blocked", Some(false)) => {}
                            _ => return None,
                        }
                    }
                }
            }
            _ => return None,
        }
    }
    let mut options = json!({ "search": search });
    if !insecure.is_empty() {
        options["insecure"] = insecure.into();
    }
    if !block.is_empty() {
        options["block"] = block.into();
    }
    Some(options)
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn what_the_module_cannot_say_has_no_answer() {
        check(
            &FUNCTION,
            "unqualified-search-registries = [\"docker.io\"]\n[[registry]]\nlocation = \"a:5000\"\ninsecure = true\n",
            Some(json!({"search": ["docker.io"], "insecure": ["a:5000"]})),
        );
        check(
            &FUNCTION,
            "[[registry]]\nprefix = \"docker.io\"\nlocation = \"mirror\"\n",
            None,
        );
    }
}
