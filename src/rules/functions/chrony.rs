//! `chrony`: a chrony.conf, as attributes of `services.chrony`.
//!
//! Manual: chrony.conf(5). Servers that are asked as NixOS would ask them are `servers`; others stay lines. Where chrony
//! keeps its state is the module's matter. NixOS trims the hardware clock itself unless told otherwise, which `rtcsync`
//! excludes, and steps the clock at start: what the file says of both is said.

use serde_json::{Map, Value, json};

use super::Function;

pub(super) static FUNCTION: Function = Function {
    name: "chrony",
    call,
};

/// Where parts of it are, and what the module says to the program itself.
const PLACES: [&str; 11] = [
    "confdir",
    "driftfile",
    "dumpdir",
    "dumponexit",
    "keyfile",
    "lock_all",
    "ntsdumpdir",
    "pidfile",
    "rtconutc",
    "sourcedir",
    "user",
];

struct Source<'a> {
    line: &'a str,
    is_pool: bool,
    name: &'a str,
    options: Vec<&'a str>,
}

fn call(value: &Value) -> Option<Value> {
    let text = value.as_str()?;
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with(['#', '%', '!', ';']))
        .collect();
    let word = |line: &str| {
        line.split_whitespace()
            .next()
            .unwrap_or_default()
            .to_lowercase()
    };
    let has = |name: &str| lines.iter().any(|line| word(line) == name);
    let mut sources = Vec::new();
    let mut all: Map<String, Value> = Map::new();
    let mut rest: Vec<String> = Vec::new();
    let keyed = lines
        .iter()
        .any(|line| line.split_whitespace().any(|it| it == "key"));
    let trims = has("rtcfile") && has("rtcautotrim");
    for line in &lines {
        let mut words = line.split_whitespace().skip(1);
        match word(line).as_str() {
            "include" => return None,
            kind @ ("server" | "pool") => sources.push(Source {
                line,
                is_pool: kind == "pool",
                name: words.next()?,
                options: words.collect(),
            }),
            "makestep" => {
                let (threshold, limit) = (words.next()?, words.next()?);
                match (number(threshold), limit.parse::<u32>()) {
                    (Some(threshold), Ok(limit)) if limit > 0 => {
                        all.insert(
                            "makestep".to_owned(),
                            json!({ "threshold": threshold, "limit": limit }),
                        );
                    }
                    _ => rest.push((*line).to_owned()),
                }
            }
            "rtcfile" if trims => {}
            "rtcautotrim" if trims => {
                let threshold: u32 = words.next()?.parse().ok()?;
                all.insert("autotrimThreshold".to_owned(), threshold.into());
            }
            // A folder for logs says nothing where nothing is logged.
            "logdir" if !has("log") => {}
            // The module's own file has no keys.
            "keyfile" if keyed => rest.push((*line).to_owned()),
            place if PLACES.contains(&place) => {}
            // NixOS has the zones there.
            "leapseclist" => rest.push(line.replace("/usr/share/zoneinfo/", "/etc/zoneinfo/")),
            _ => rest.push((*line).to_owned()),
        }
    }
    if !all.contains_key("makestep") {
        all.insert("makestep".to_owned(), json!({ "enable": false }));
    }
    if !trims {
        all.insert("enableRTCTrimming".to_owned(), false.into());
    }
    let before = state_sources(&sources, &mut all);
    let text: String = before.into_iter().chain(rest).map(|it| it + "\n").collect();
    if !text.is_empty() {
        all.insert("extraConfig".to_owned(), text.into());
    }
    Some(Value::Object(all))
}

/// A number of seconds: whole where nothing stands behind its point.
fn number(text: &str) -> Option<Value> {
    let whole = match text.split_once('.') {
        Some((whole, rest)) if rest.bytes().all(|it| it == b'0') => whole,
        Some(_) | None => text,
    };
    match whole.parse::<i64>() {
        Ok(number) => Some(number.into()),
        Err(_) => text.parse::<f64>().ok().map(Value::from),
    }
}

/// States the servers that are asked alike as options, and returns the lines of those that stay lines.
fn state_sources(sources: &[Source<'_>], all: &mut Map<String, Value>) -> Vec<String> {
    const WAYS: [&[&str]; 3] = [&["iburst"], &["iburst", "nts"], &["offline"]];
    // The module asks what has `pool` in its name as a pool.
    let fits = |it: &Source<'_>, options: &[&str]| {
        it.is_pool == it.name.contains("pool") && it.options == options
    };
    let count = |options: &[&str]| sources.iter().filter(|it| fits(it, options)).count();
    // The first of those that most are asked.
    let way = WAYS.into_iter().rev().max_by_key(|it| count(it));
    let way = way.filter(|it| count(it) > 0);
    let (own, others): (Vec<_>, Vec<_>) = sources
        .iter()
        .partition(|it| way.is_some_and(|options| fits(it, options)));
    let names: Vec<&str> = own.iter().map(|it| it.name).collect();
    all.insert("servers".to_owned(), names.into());
    match way {
        Some(["iburst", "nts"]) => {
            all.insert("enableNTS".to_owned(), true.into());
        }
        Some(["offline"]) => {
            all.insert("serverOption".to_owned(), "offline".into());
        }
        Some(_) | None => {}
    }
    others.iter().map(|it| it.line.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn servers_that_are_asked_alike_are_options() {
        check(
            &FUNCTION,
            "! x\npool 2.pool.example.org iburst\nserver ntp.example.org iburst\ndriftfile /var/lib/chrony/drift\nmakestep 1.0 3\nrtcsync\nlogdir /var/log/chrony\nleapseclist /usr/share/zoneinfo/leap-seconds.list\n",
            Some(json!({
                "makestep": {"threshold": 1, "limit": 3},
                "enableRTCTrimming": false,
                "servers": ["2.pool.example.org", "ntp.example.org"],
                "extraConfig": "rtcsync\nleapseclist /etc/zoneinfo/leap-seconds.list\n",
            })),
        );
        check(
            &FUNCTION,
            "server a.example.org iburst nts\nmakestep 0.5 -1\n",
            Some(json!({
                "makestep": {"enable": false}, "enableRTCTrimming": false,
                "servers": ["a.example.org"], "enableNTS": true, "extraConfig": "makestep 0.5 -1\n",
            })),
        );
    }

    #[test]
    fn servers_with_options_of_their_own_stay_lines() {
        check(
            &FUNCTION,
            "server 0.pool.example.org minpoll 8\nrtcfile /var/lib/chrony/rtc\nrtcautotrim 30\nmakestep 0.1 3\n",
            Some(json!({
                "autotrimThreshold": 30, "makestep": {"threshold": 0.1, "limit": 3},
                "servers": [], "extraConfig": "server 0.pool.example.org minpoll 8\n",
            })),
        );
        check(
            &FUNCTION,
            "pool 2.pool.example.org iburst\nserver a.example.org iburst key 1\nkeyfile /etc/chrony/chrony.keys\nmakestep 1 3\n",
            Some(json!({
                "makestep": {"threshold": 1, "limit": 3}, "enableRTCTrimming": false,
                "servers": ["2.pool.example.org"],
                "extraConfig": "server a.example.org iburst key 1\nkeyfile /etc/chrony/chrony.keys\n",
            })),
        );
        check(&FUNCTION, "include /etc/x\n", None);
    }
}
