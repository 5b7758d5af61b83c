//! `ntp-conf`: an ntp.conf, as attributes of `services.ntp`.
//!
//! Manual: ntp.conf(5). Who may ask what is `restrictDefault` and `restrictSource`, where both protocols say the same;
//! servers that are asked as NixOS would ask them are `servers`, and others stay lines. This machine itself may always
//! ask, and the drift file is the module's.

use serde_json::{Map, Value};

use super::Function;

pub(super) static FUNCTION: Function = Function {
    name: "ntp-conf",
    call,
};

/// What the module writes for sources when nobody says otherwise, sorted.
const DEFAULT_FLAGS: [&str; 6] = ["kod", "limited", "nomodify", "nopeer", "noquery", "notrap"];
const SOURCE_FLAGS: [&str; 5] = ["kod", "limited", "nomodify", "noquery", "notrap"];

fn call(value: &Value) -> Option<Value> {
    let mut all: Map<String, Value> = Map::new();
    let mut rest = String::new();
    let mut sources: Vec<(&str, Vec<&str>)> = Vec::new();
    let mut restrictions: Vec<(u8, Vec<&str>)> = Vec::new();
    let mut of_sources: Option<Vec<&str>> = None;
    for line in value.as_str()?.lines() {
        let line = line.split('#').next().unwrap_or_default().trim();
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            [] | ["driftfile", _] => {}
            ["includefile", ..] => return None,
            ["server" | "pool", ..] => sources.push((line, words)),
            ["restrict", "-4", "default", flags @ ..] => restrictions.push((4, sorted(flags))),
            ["restrict", "-6", "default", flags @ ..] => restrictions.push((6, sorted(flags))),
            ["restrict", "default", flags @ ..] => {
                restrictions.extend([(4, sorted(flags)), (6, sorted(flags))]);
            }
            ["restrict", "source", flags @ ..] => of_sources = Some(sorted(flags)),
            ["restrict", "127.0.0.1" | "::1"] | ["restrict", "-6", "::1"] => {}
            ["leapfile", path] => {
                rest.push_str("leapfile ");
                // NixOS has the zones there.
                rest.push_str(&path.replace("/usr/share/zoneinfo/", "/etc/zoneinfo/"));
                rest.push('\n');
            }
            _ => {
                rest.push_str(line);
                rest.push('\n');
            }
        }
    }
    let last = |family: u8| {
        let own = restrictions.iter().rev().find(|it| it.0 == family);
        own.map(|it| it.1.clone()).unwrap_or_default()
    };
    let flags = last(4);
    if flags != last(6) {
        return None;
    }
    if flags != DEFAULT_FLAGS {
        all.insert("restrictDefault".to_owned(), flags.into());
    }
    if let Some(flags) = of_sources.filter(|it| *it != SOURCE_FLAGS) {
        all.insert("restrictSource".to_owned(), flags.into());
    }
    let names: Vec<&str> = sources
        .iter()
        .filter_map(|(_, words)| plain_source(words))
        .collect();
    all.insert("servers".to_owned(), names.into());
    let others = sources
        .iter()
        .filter(|(_, words)| plain_source(words).is_none());
    let lines: String = others.map(|(line, _)| format!("{line}\n")).collect();
    rest.insert_str(0, &lines);
    if !rest.is_empty() {
        all.insert("extraConfig".to_owned(), rest.into());
    }
    Some(Value::Object(all))
}

fn sorted<'a>(flags: &[&'a str]) -> Vec<&'a str> {
    let mut flags = flags.to_vec();
    flags.sort_unstable();
    flags
}

/// The name of a server that is asked as the module would: as a pool where its name has that word.
fn plain_source<'a>(words: &[&'a str]) -> Option<&'a str> {
    match words {
        [kind, name, "iburst"] => ((*kind == "pool") == name.contains("pool")).then_some(name),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn restrictions_and_servers_are_options() {
        check(
            &FUNCTION,
            "driftfile /var/lib/ntp/drift\npool 0.pool.example.org iburst\nrestrict -4 default kod notrap nomodify # x\nrestrict -6 default kod nomodify notrap\nrestrict 127.0.0.1\nrestrict ::1\ntinker panic 0\n",
            Some(json!({
                "restrictDefault": ["kod", "nomodify", "notrap"],
                "servers": ["0.pool.example.org"], "extraConfig": "tinker panic 0\n",
            })),
        );
        check(
            &FUNCTION,
            "server 0.pool.example.org iburst\nrestrict default kod limited nomodify nopeer noquery notrap\nrestrict source notrap nomodify\n",
            Some(json!({
                "restrictSource": ["nomodify", "notrap"],
                "servers": [], "extraConfig": "server 0.pool.example.org iburst\n",
            })),
        );
    }

    #[test]
    fn what_differs_between_protocols_has_no_answer() {
        check(&FUNCTION, "restrict -4 default kod\n", None);
        check(&FUNCTION, "includefile /etc/x\n", None);
    }
}
