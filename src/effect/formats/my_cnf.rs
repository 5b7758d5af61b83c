//! `my-cnf`: my.cnf, as nixos/modules/services/databases/mysql.nix writes it from its options (lines 15, 427 to 431).

use serde_json::{Map, Value, json};

use super::{Format, ini};

pub(super) static FORMAT: Format = Format {
    name: "my-cnf",
    write,
    tree,
};

fn write(value: &Value) -> Option<String> {
    let options = value.as_object()?;
    let mut settings = options.get("settings").cloned().unwrap_or(json!({}));
    let data = options.get("dataDir").cloned();
    let mut server = json!({ "datadir": data.unwrap_or(json!("/var/lib/mysql")), "port": 3306 });
    if let (Some(own), Some(all)) = (settings.get("mysqld"), server.as_object_mut()) {
        all.extend(own.as_object()?.clone());
    }
    settings["mysqld"] = server;
    ini::write(&settings)
}

/// Reads groups; `-` and `_` are the same in a name, a name alone is true, and the last value counts where not all do.
fn tree(text: &str) -> Result<Value, String> {
    const LISTS: [&str; 2] = ["binlog-ignore-db", "replicate-do-db"];
    let mut groups: Map<String, Value> = Map::new();
    let mut group = String::new();
    for line in text.lines().map(str::trim) {
        if line.is_empty() || line.starts_with(['#', ';', '!']) {
            continue;
        }
        if let Some(name) = line.strip_prefix('[').and_then(|it| it.strip_suffix(']')) {
            group = name.to_owned();
            continue;
        }
        let line = line.split_once(" #").map_or(line, |(before, _)| before);
        let line = line.split_once("\t#").map_or(line, |(before, _)| before);
        let (name, value) = line.split_once('=').unwrap_or((line, "true"));
        let (name, value) = (name.trim().replace('_', "-"), value.trim());
        let names = groups.entry(group.clone()).or_insert_with(|| json!({}));
        match names.get_mut(&name) {
            Some(Value::Array(list)) if LISTS.contains(&name.as_str()) => list.push(value.into()),
            _ => names[name] = json!([value]),
        }
    }
    Ok(groups.into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::check;
    use super::FORMAT;

    #[test]
    fn the_data_folder_and_the_port_are_the_modules() {
        check(
            &FORMAT,
            &json!({"dataDir": "/d", "settings": {"mysqld": {"skip-name-resolve": true, "a_b": 5}, "client": {"x": "y"}}}),
            "[mysqld]\nskip_name_resolve\na-b = 4\na-b = 5 # few\n[client]\nx = y\n[mysqld]\nport = 3306\ndatadir = /d\n",
        );
    }
}
