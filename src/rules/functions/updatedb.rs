//! `updatedb`: an updatedb.conf, as attributes of `services.locate`.
//!
//! Manual: updatedb.conf(5).

use serde_json::{Map, Value};

use super::Function;

pub(super) static FUNCTION: Function = Function {
    name: "updatedb",
    call,
};

fn call(value: &Value) -> Option<Value> {
    let mut all: Map<String, Value> = Map::new();
    for line in value.as_str()?.lines() {
        let line = line.split('#').next().unwrap_or_default().trim();
        if line.is_empty() {
            continue;
        }
        let (name, value) = line.split_once('=')?;
        let value = value.trim().strip_prefix('"')?.strip_suffix('"')?;
        let words = || value.split_whitespace().map(Value::from).collect::<Value>();
        let (name, value) = match name.trim() {
            "PRUNE_BIND_MOUNTS" => ("pruneBindMounts", (value == "yes" || value == "1").into()),
            "PRUNEFS" => ("pruneFS", words()),
            "PRUNENAMES" => ("pruneNames", words()),
            "PRUNEPATHS" => ("prunePaths", words()),
            _ => return None,
        };
        all.insert(name.to_owned(), value);
    }
    (!all.is_empty()).then_some(Value::Object(all))
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn lists_are_lists() {
        check(
            &FUNCTION,
            "PRUNE_BIND_MOUNTS=\"no\" # x\nPRUNEPATHS=\"/tmp /media\"\n",
            Some(json!({"pruneBindMounts": false, "prunePaths": ["/tmp", "/media"]})),
        );
        check(&FUNCTION, "OTHER=\"x\"\n", None);
    }
}
