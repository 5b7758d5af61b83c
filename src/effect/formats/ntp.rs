//! `ntp`: ntp.conf as services/networking/ntp/ntpd.nix writes it; a restriction counts by whom it is for, its flags in
//! any order.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{Format, plain, text};

pub(super) static FORMAT: Format = Format {
    name: "ntp",
    write,
    tree,
};

/// What both options say when nobody does; that for others also has `nopeer`: ntpd.nix:82-115.
const FLAGS: &str = "limited kod nomodify notrap noquery";

fn write(value: &Value) -> Option<String> {
    let flags = |name: &str| {
        let list = value.get(name)?.as_array()?;
        Some(list.iter().map(plain).collect::<Vec<String>>().join(" "))
    };
    let default = flags("restrictDefault").unwrap_or_else(|| format!("{FLAGS} nopeer"));
    let mut all = format!(
        "driftfile /var/lib/ntp/ntp.drift\nrestrict default {default}\nrestrict -6 default {default}\nrestrict source {}\nrestrict 127.0.0.1\nrestrict -6 ::1\n",
        flags("restrictSource").unwrap_or_else(|| FLAGS.to_owned())
    );
    for server in value.get("servers")?.as_array()? {
        let server = plain(server);
        let kind = if server.contains("pool") {
            "pool"
        } else {
            "server"
        };
        all += &format!("{kind} {server} iburst\n");
    }
    Some(all + text(value, "extraConfig"))
}

fn tree(text: &str) -> Result<Value, String> {
    let mut map: Map<String, Value> = Map::new();
    for line in text.lines() {
        let line = line.split('#').next().unwrap_or_default();
        let words: Vec<&str> = line.split_whitespace().collect();
        let Some((name, rest)) = words.split_first() else {
            continue;
        };
        if *name == "restrict" {
            restrict(rest, &mut map);
            continue;
        }
        let list = map
            .entry((*name).to_owned())
            .or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(list) = list {
            list.push(rest.join(" ").into());
        }
    }
    Ok(Value::Object(map))
}

fn restrict(words: &[&str], map: &mut Map<String, Value>) {
    let (families, words): (&[&str], &[&str]) = match words {
        ["-4", rest @ ..] => (&["4"], rest),
        ["-6", rest @ ..] => (&["6"], rest),
        // It holds for both.
        ["default" | "source", ..] => (&["4", "6"], words),
        [address, ..] if address.contains(':') => (&["6"], words),
        _ => (&["4"], words),
    };
    let Some((whom, flags)) = words.split_first() else {
        return;
    };
    let flags: BTreeSet<&str> = flags.iter().copied().collect();
    let flags: Vec<&str> = flags.into_iter().collect();
    for family in families {
        // Without a flag, everybody may do everything, as where nothing is said.
        if *whom == "default" && flags.is_empty() {
            map.shift_remove(&format!("restrict {family} default"));
            continue;
        }
        map.insert(format!("restrict {family} {whom}"), flags.join(" ").into());
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::check;
    use super::FORMAT;

    #[test]
    fn flags_have_no_order() {
        check(
            &FORMAT,
            &json!({"servers": [], "restrictDefault": ["a", "b"], "restrictSource": ["c"], "extraConfig": "server x # y\n"}),
            "server x\nrestrict -4 default b a\nrestrict -6 default a b\nrestrict source c\nrestrict ::1\nrestrict 127.0.0.1\ndriftfile /var/lib/ntp/ntp.drift\n",
        );
    }
}
