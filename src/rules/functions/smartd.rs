//! `smartd`: a smartd.conf, as attributes of `services.smartd`.
//!
//! Manual: smartd.conf(5). `DEVICESCAN` is what is done with the disks that are found, other lines are disks. Who is told is
//! `notifications.mail`; the module writes `-m` and `-M exec` itself.

use serde_json::{Map, Value, json};

use super::Function;

pub(super) static FUNCTION: Function = Function {
    name: "smartd",
    call,
};

fn call(value: &Value) -> Option<Value> {
    let text = value.as_str()?.replace("\\\n", " ");
    let mut all: Map<String, Value> = Map::new();
    let mut devices: Vec<Value> = Vec::new();
    let mut recipients: Vec<String> = Vec::new();
    let mut scans = false;
    for line in text.lines() {
        let line = line.split('#').next().unwrap_or_default();
        let mut words = line.split_whitespace();
        let Some(device) = words.next() else {
            continue;
        };
        // What stands behind the scan is not read.
        if scans {
            break;
        }
        let options = options(words, &mut recipients)?;
        let defaults = |name: &str| json!({ name: options });
        match device {
            "DEVICESCAN" => {
                scans = true;
                if !options.is_empty() {
                    all.insert("defaults".to_owned(), defaults("autodetected"));
                }
            }
            other if !other.starts_with('/') => return None,
            _ if options.is_empty() => devices.push(json!({ "device": device })),
            _ => devices.push(json!({ "device": device, "options": options })),
        }
    }
    if !scans {
        all.insert("autodetect".to_owned(), false.into());
        // The module's `-a` stands before the options of each disk.
        if devices.iter().any(|it| !has_all(it)) {
            all.insert("defaults".to_owned(), json!({ "monitored": "" }));
        }
    }
    if scans && devices.is_empty() && all.is_empty() {
        all.insert("autodetect".to_owned(), true.into());
    }
    if !devices.is_empty() {
        all.insert("devices".to_owned(), devices.into());
    }
    recipients.sort_unstable();
    recipients.dedup();
    match recipients.as_slice() {
        [] => {}
        [one] => {
            all.insert(
                "notifications".to_owned(),
                json!({ "mail": { "enable": true, "recipient": one } }),
            );
        }
        [..] => return None,
    }
    (scans || all.contains_key("devices")).then_some(Value::Object(all))
}

/// Tells whether a disk has the default, which is `-a`, by its own options.
fn has_all(device: &Value) -> bool {
    let options = device.get("options").and_then(Value::as_str);
    options.is_none_or(|it| it.split(' ').any(|word| word == "-a"))
}

/// The options but for those about who is told, who is kept.
fn options<'a>(
    words: impl Iterator<Item = &'a str>,
    recipients: &mut Vec<String>,
) -> Option<String> {
    let mut options: Vec<&str> = Vec::new();
    let mut words = words;
    while let Some(word) = words.next() {
        match word {
            "-m" => {
                let who = words.next()?;
                if who.starts_with('<') {
                    return None;
                }
                recipients.push(who.to_owned());
            }
            "-M" => match words.next()? {
                // A program that sends the mail: NixOS has its own.
                "exec" => {
                    words.next()?;
                }
                how => options.extend(["-M", how]),
            },
            _ => options.push(word),
        }
    }
    Some(options.join(" "))
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn a_scan_is_what_is_done_with_found_disks() {
        check(
            &FUNCTION,
            "# x\nDEVICESCAN -a -o on -m root -M exec /usr/share/smartmontools/smartd-runner\n",
            Some(json!({
                "defaults": {"autodetected": "-a -o on"},
                "notifications": {"mail": {"enable": true, "recipient": "root"}},
            })),
        );
        check(&FUNCTION, "DEVICESCAN\n", Some(json!({"autodetect": true})));
    }

    #[test]
    fn disks_are_devices() {
        check(
            &FUNCTION,
            "/dev/sda -a \\\n  -d sat\n/dev/sdb -H\n",
            Some(json!({
                "autodetect": false, "defaults": {"monitored": ""},
                "devices": [{"device": "/dev/sda", "options": "-a -d sat"}, {"device": "/dev/sdb", "options": "-H"}],
            })),
        );
        check(&FUNCTION, "/dev/sda -m a@x\n/dev/sdb -m b@x\n", None);
        check(&FUNCTION, "# nothing\n", None);
    }
}
