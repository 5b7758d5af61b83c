//! `chrony`: chrony.conf as services/networking/ntp/chrony.nix writes it; a name is there as often as it is said.

use serde_json::{Map, Value};

use super::{Format, plain, text};

pub(super) static FORMAT: Format = Format {
    name: "chrony",
    write,
    tree,
};

fn write(value: &Value) -> Option<String> {
    let is = |name: &str| value.get(name) == Some(&Value::Bool(true));
    let options = format!(
        "{}{}",
        value
            .get("serverOption")
            .map_or_else(|| "iburst".to_owned(), plain),
        if is("enableNTS") { " nts" } else { "" }
    );
    let mut all = String::new();
    for server in value.get("servers")?.as_array()? {
        let server = plain(server);
        let kind = if server.contains("pool") {
            "pool"
        } else {
            "server"
        };
        all += &format!("{kind} {server} {options}\n");
    }
    let step = value.get("makestep")?;
    if step.get("enable") == Some(&Value::Bool(true)) {
        all += &format!(
            "makestep {} {}\n",
            plain(step.get("threshold")?),
            plain(step.get("limit")?)
        );
    }
    all += "driftfile /var/lib/chrony/chrony.drift\nkeyfile /var/lib/chrony/chrony.keys\n";
    if is("enableRTCTrimming") {
        all += "rtcfile /var/lib/chrony/chrony.rtc\n";
        all += &format!("rtcautotrim {}\n", plain(value.get("autotrimThreshold")?));
    }
    all += "rtconutc\n";
    Some(all + text(value, "extraConfig"))
}

fn tree(text: &str) -> Result<Value, String> {
    let mut map: Map<String, Value> = Map::new();
    let lines = text.lines().map(str::trim);
    for line in lines.filter(|it| !it.is_empty() && !it.starts_with(['#', '%', '!', ';'])) {
        let (name, rest) = line.split_once([' ', '\t']).unwrap_or((line, ""));
        let words: Vec<String> = rest.split_whitespace().map(number).collect();
        let list = map
            .entry(name.to_lowercase())
            .or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(list) = list {
            list.push(words.join(" ").into());
        }
    }
    // All of them are asked, in no order: chrony.conf(5), Time sources.
    for name in ["peer", "pool", "server"] {
        if let Some(Value::Array(list)) = map.get_mut(name) {
            list.sort_by_key(Value::to_string);
        }
    }
    Ok(Value::Object(map))
}

/// `1.0` and `1` are the same number.
fn number(word: &str) -> String {
    word.parse::<f64>()
        .map_or_else(|_| word.to_owned(), |number| number.to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::check;
    use super::FORMAT;

    #[test]
    fn servers_are_asked_by_their_names() {
        check(
            &FORMAT,
            &json!({
                "servers": ["a", "0.pool"], "makestep": {"enable": true, "threshold": 1, "limit": 3},
                "enableRTCTrimming": false, "extraConfig": "rtcsync\n",
            }),
            "server a iburst\npool 0.pool iburst\nmakestep 1.0 3\nkeyfile /var/lib/chrony/chrony.keys\ndriftfile /var/lib/chrony/chrony.drift\nrtconutc\nrtcsync\n",
        );
    }
}
