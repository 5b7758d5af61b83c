//! `mongod-conf`: mongod.conf as options of `services.mongodb`.
//!
//! Manual: <https://www.mongodb.com/docs/manual/reference/configuration-options/>. The module writes names with dots, one
//! in a line (nixos/modules/services/databases/mongodb.nix), and so does the rest here. It forks and logs as the module
//! says. Users of the database need a password that the module reads from a file: such a text has no answer.

use serde_json::{Map, Value, json};

use super::{Function, yaml};

pub(super) static FUNCTION: Function = Function {
    name: "mongod-conf",
    call,
};

fn call(value: &Value) -> Option<Value> {
    let file = (yaml::FUNCTION.call)(value)?;
    let mut leaves: Vec<(String, Value)> = Vec::new();
    flatten("", &file, &mut leaves)?;
    let mut options: Map<String, Value> = Map::new();
    let mut extra = String::new();
    let mut assume: Vec<&str> = Vec::new();
    for (name, value) in leaves {
        let option = match name.as_str() {
            "net.bindIp" => "bind_ip",
            "storage.dbPath" => "dbpath",
            "replication.replSetName" => "replSetName",
            "systemLog.quiet" => "quiet",
            "security.authorization" if value == json!("disabled") => continue,
            "security.authorization" | "security.keyFile" => return None,
            _ if name.starts_with("systemLog.") => {
                assume.push("its log goes to the journal");
                continue;
            }
            _ if name.starts_with("processManagement.") => continue,
            _ => {
                extra.push_str(&format!("{name}: {value}\n"));
                continue;
            }
        };
        options.insert(option.to_owned(), value);
    }
    if !extra.is_empty() {
        options.insert("extraConfig".to_owned(), extra.into());
    }
    assume.dedup();
    let says = !options.is_empty();
    says.then(|| json!({ "options": options, "assume": assume }))
}

fn flatten(name: &str, value: &Value, leaves: &mut Vec<(String, Value)>) -> Option<()> {
    let Value::Object(fields) = value else {
        leaves.push((name.to_owned(), value.clone()));
        return Some(());
    };
    for (field, value) in fields {
        // A heading with nothing below it.
        if value.is_null() {
            continue;
        }
        let name = if name.is_empty() {
            field.clone()
        } else {
            format!("{name}.{field}")
        };
        flatten(&name, value, leaves)?;
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn names_have_dots() {
        check(
            &FUNCTION,
            "storage:\n  dbPath: /var/lib/mongodb\n  journal:\n    enabled: true\nsystemLog:\n  destination: file\n  \
             path: /var/log/x\nnet:\n  port: 27017\n  bindIp: 127.0.0.1\nprocessManagement:\n  fork: true\nsecurity:\n",
            Some(json!({
                "options": {
                    "dbpath": "/var/lib/mongodb", "bind_ip": "127.0.0.1",
                    "extraConfig": "storage.journal.enabled: true\nnet.port: 27017\n",
                },
                "assume": ["its log goes to the journal"],
            })),
        );
        check(&FUNCTION, "security:\n  authorization: enabled\n", None);
    }
}
