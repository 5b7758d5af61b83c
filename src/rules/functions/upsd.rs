//! `upsd`: an upsd.conf, as attributes of `power.ups.upsd`.
//!
//! Manual: upsd.conf(5). Where it listens is an option, and the rest lines.

use serde_json::{Map, Value, json};

use super::Function;

pub(super) static FUNCTION: Function = Function { name: "upsd", call };

fn call(value: &Value) -> Option<Value> {
    let mut listen: Vec<Value> = Vec::new();
    let mut rest = String::new();
    for line in value.as_str()?.lines().map(str::trim) {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            [] => {}
            [first, ..] if first.starts_with('#') => {}
            ["LISTEN", address] => listen.push(json!({ "address": address })),
            ["LISTEN", address, port] => {
                let port: u16 = port.parse().ok()?;
                listen.push(json!({ "address": address, "port": port }));
            }
            _ => {
                rest.push_str(line);
                rest.push('\n');
            }
        }
    }
    let mut all: Map<String, Value> = Map::new();
    if !listen.is_empty() {
        all.insert("listen".to_owned(), listen.into());
    }
    if !rest.is_empty() {
        all.insert("extraConfig".to_owned(), rest.into());
    }
    (!all.is_empty()).then_some(Value::Object(all))
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn where_it_listens_is_an_option() {
        check(
            &FUNCTION,
            "# x\nLISTEN 192.0.2.1 3493\nLISTEN ::1\nMAXAGE 25\n",
            Some(
                json!({"listen": [{"address": "192.0.2.1", "port": 3493}, {"address": "::1"}], "extraConfig": "MAXAGE 25\n"}),
            ),
        );
        check(&FUNCTION, "# x\n", None);
    }
}
