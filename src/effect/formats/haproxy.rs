//! `haproxy`: haproxy.cfg, as nixos/modules/services/networking/haproxy.nix writes it (lines 9 to 14).

use serde_json::{Map, Value, json};

use super::Format;

pub(super) static FORMAT: Format = Format {
    name: "haproxy",
    write,
    tree,
};

fn write(value: &Value) -> Option<String> {
    let own = value.as_str()?;
    let socket = "stats socket /run/haproxy/haproxy.sock mode 600 expose-fd listeners level user";
    Some(format!("global\n  {socket}\n{own}\n"))
}

/// Reads sections, of which lines that begin at the margin are the heads; `global` is one wherever it stands, and its lines
/// have no order.
fn tree(text: &str) -> Result<Value, String> {
    const HEADS: [&str; 12] = [
        "backend",
        "cache",
        "defaults",
        "fcgi-app",
        "frontend",
        "global",
        "listen",
        "mailers",
        "peers",
        "program",
        "resolvers",
        "userlist",
    ];
    let mut sections: Map<String, Value> = Map::new();
    let mut head = String::new();
    for line in text.lines().map(str::trim) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let words: Vec<&str> = line.split_whitespace().collect();
        let said = words.join(" ");
        if words.first().is_some_and(|it| HEADS.contains(it)) {
            head = said;
            let empty = if head == "global" {
                json!({})
            } else {
                json!([])
            };
            sections.entry(&head).or_insert(empty);
            continue;
        }
        match sections.get_mut(&head) {
            Some(Value::Object(lines)) => {
                lines.insert(said, json!(1));
            }
            Some(Value::Array(lines)) => lines.push(said.into()),
            _ => return Err(format!("`{line}` stands in no section")),
        }
    }
    Ok(sections.into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::check;
    use super::FORMAT;

    #[test]
    fn the_module_has_a_socket_of_its_own() {
        check(
            &FORMAT,
            &json!("defaults\n  mode http\nglobal\n  maxconn 5\n"),
            "global\n  maxconn 5\n  stats socket /run/haproxy/haproxy.sock mode 600 expose-fd listeners level user\n\
             # x\ndefaults\n  mode  http\n",
        );
    }
}
