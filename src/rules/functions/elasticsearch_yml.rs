//! `elasticsearch-yml`: elasticsearch.yml as options of `services.elasticsearch`.
//!
//! nixos/modules/services/search/elasticsearch.nix writes some settings itself, and a name that is there twice is an error
//! to Elasticsearch: those go to their options, the others to `extraConf`. Where nothing is said of it, the module makes a
//! node that is alone, and Elasticsearch one that looks for others.

use serde_json::{Map, Value, json};

use super::{Function, yaml};

pub(super) static FUNCTION: Function = Function {
    name: "elasticsearch-yml",
    call,
};

fn call(value: &Value) -> Option<Value> {
    let file = (yaml::FUNCTION.call)(value)?;
    let mut settings: Map<String, Value> = Map::new();
    flatten("", &file, &mut settings);
    let mut options: Map<String, Value> = Map::new();
    let mut rest: Map<String, Value> = Map::new();
    let mut is_alone = false;
    for (name, value) in settings {
        let text = value.as_str().unwrap_or_default();
        match name.as_str() {
            "network.host" | "network.bind_host" if value.is_string() => {
                options.insert("listenAddress".to_owned(), value);
            }
            "cluster.name" => {
                options.insert("cluster_name".to_owned(), value.as_str()?.into());
            }
            "http.port" => {
                options.insert("port".to_owned(), value.as_i64()?.into());
            }
            "transport.port" | "transport.tcp.port" => {
                options.insert("tcp_port".to_owned(), value.as_i64()?.into());
            }
            "discovery.type" if text == "single-node" => is_alone = true,
            "path.data" => {
                if text != "/var/lib/elasticsearch" {
                    options.insert("dataDir".to_owned(), value.as_str()?.into());
                }
            }
            "path.logs" => {}
            _ => {
                rest.insert(name, value);
            }
        }
    }
    if !is_alone {
        options.insert("single_node".to_owned(), false.into());
    }
    if !rest.is_empty() {
        let text = serde_yaml::to_string(&rest).ok()?;
        options.insert("extraConf".to_owned(), text.into());
    }
    Some(json!(options))
}

/// Elasticsearch takes names with dots and mappings for the same.
fn flatten(name: &str, value: &Value, settings: &mut Map<String, Value>) {
    match value {
        Value::Object(fields) => {
            for (field, value) in fields {
                let name = if name.is_empty() {
                    field.clone()
                } else {
                    format!("{name}.{field}")
                };
                flatten(&name, value, settings);
            }
        }
        Value::Null => {}
        _ => {
            settings.insert(name.to_owned(), value.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn what_the_module_writes_is_not_there_twice() {
        check(
            &FUNCTION,
            "cluster.name: x\nnetwork: {host: 192.0.2.1}\nhttp.port: 9201\npath.data: /var/lib/elasticsearch\npath.logs: /var/log/x\n\
             discovery.type: single-node\nnode.name: a\n",
            Some(json!({
                "cluster_name": "x", "listenAddress": "192.0.2.1", "port": 9201, "extraConf": "node.name: a\n",
            })),
        );
        check(
            &FUNCTION,
            "discovery.seed_hosts: [a]\n",
            Some(json!({"single_node": false, "extraConf": "discovery.seed_hosts:\n- a\n"})),
        );
    }
}
