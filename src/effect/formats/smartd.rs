//! `smartd`: smartd.conf as services/monitoring/smartd.nix writes it; a disk counts by its name, a directive by its letter.

use serde_json::{Value, json};

use super::{Format, plain, text};

pub(super) static FORMAT: Format = Format {
    name: "smartd",
    write,
    tree,
};

fn write(value: &Value) -> Option<String> {
    let defaults = value.get("defaults").cloned().unwrap_or_default();
    let monitored = text(&defaults, "monitored");
    let notify = "-m <nomailer> -M exec smartd-notify.sh ";
    let mut all = format!("DEFAULT {notify}{monitored}\n");
    for device in value
        .get("devices")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        all += &format!(
            "{} {}\n",
            plain(device.get("device")?),
            text(device, "options")
        );
    }
    if value.get("autodetect") != Some(&Value::Bool(false)) {
        let found = match text(&defaults, "autodetected") {
            "" => monitored,
            own => own,
        };
        all += &format!("DEVICESCAN {notify}{found}\n");
    }
    Some(all)
}

fn tree(text: &str) -> Result<Value, String> {
    let mut all = json!({});
    for line in text.replace("\\\n", " ").lines() {
        let line = line.split('#').next().unwrap_or_default();
        let mut words = line.split_whitespace();
        let Some(device) = words.next() else {
            continue;
        };
        all[device] = json!({});
        let mut letter = "";
        for word in words {
            if word.starts_with('-') {
                letter = word;
                all[device][letter] = true.into();
            } else {
                all[device][letter] = word.into();
            }
        }
        if device == "DEVICESCAN" {
            break;
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::check;
    use super::FORMAT;

    #[test]
    fn who_is_told_stands_before_what_is_watched() {
        check(
            &FORMAT,
            &json!({"autodetect": true, "defaults": {"monitored": "-a", "autodetected": "-a -W 4,40"}, "devices": [{"device": "/dev/sda", "options": "-d sat"}]}),
            "DEFAULT -a -m <nomailer> -M exec -M smartd-notify.sh\n/dev/sda -d \\\n sat\nDEVICESCAN -M smartd-notify.sh -m <nomailer> -W 4,40 -a # x\nignored\n",
        );
    }
}
