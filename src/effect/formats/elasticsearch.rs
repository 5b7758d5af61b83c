//! `elasticsearch`: elasticsearch.yml, as nixos/modules/services/search/elasticsearch.nix writes it (`esConfig`).
//!
//! Names with dots and mappings are the same; what Elasticsearch takes by itself is as if it stood there.

use serde_json::{Map, Value, json};

use super::{Format, plain, text, yaml};

pub(super) static FORMAT: Format = Format {
    name: "elasticsearch",
    write,
    tree,
};

const DEFAULTS: [(&str, &str); 4] = [
    ("cluster.name", "elasticsearch"),
    ("http.port", "9200"),
    ("network.host", "127.0.0.1"),
    ("transport.port", "9300"),
];

fn write(value: &Value) -> Option<String> {
    let number = |name: &str| value.get(name).map(plain).unwrap_or_default();
    let mut out = format!(
        "network.host: {}\ncluster.name: {}\n",
        text(value, "listenAddress"),
        text(value, "cluster_name")
    );
    if value.get("single_node") != Some(&json!(false)) {
        out += "discovery.type: single-node\ngateway.auto_import_dangling_indices: true\n";
    }
    out += &format!(
        "http.port: {}\ntransport.port: {}\n",
        number("port"),
        number("tcp_port")
    );
    Some(out + text(value, "extraConf"))
}

fn tree(text: &str) -> Result<Value, String> {
    let mut fields = Map::new();
    flatten("", &(yaml::FORMAT.tree)(text)?, &mut fields);
    if let Some(port) = fields.shift_remove("transport.tcp.port") {
        fields.insert("transport.port".to_owned(), port);
    }
    for (name, value) in DEFAULTS {
        fields.entry(name).or_insert_with(|| value.into());
    }
    Ok(fields.into())
}

fn flatten(name: &str, value: &Value, out: &mut Map<String, Value>) {
    match value {
        Value::Object(fields) => {
            for (field, value) in fields {
                let dot = if name.is_empty() { "" } else { "." };
                flatten(&format!("{name}{dot}{field}"), value, out);
            }
        }
        Value::Null => {}
        Value::Array(_) => {
            out.insert(name.to_owned(), value.clone());
        }
        Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            out.insert(name.to_owned(), plain(value).into());
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::check;
    use super::FORMAT;

    #[test]
    fn names_have_dots() {
        check(
            &FORMAT,
            &json!({
                "listenAddress": "127.0.0.1", "cluster_name": "x", "port": 9200, "tcp_port": 9300,
                "single_node": false, "extraConf": "node.name: a\n",
            }),
            "cluster: {name: x}\nnode.name: a\n",
        );
    }
}
