//! `sshd`: sshd_config as nixos/modules/services/networking/ssh/sshd.nix writes it from `services.openssh`.
//!
//! Manual: sshd_config(5). In the tree are the keywords that differ from what sshd does without a line, under their names
//! of today; of a keyword that may stand once the first line counts, and what stands in a `Match` block is below it.

use serde_json::{Map, Value};

use super::{Format, each};
use crate::syntax::sshd_config;

pub(super) static FORMAT: Format = Format {
    name: "sshd",
    write,
    tree,
};

const COMMA: [&str; 3] = ["Ciphers", "KexAlgorithms", "Macs"];

/// What the module names where nobody does (`enableRecommendedAlgorithms`, sshd.nix).
const ALGORITHMS: [(&str, &str); 3] = [
    (
        "Ciphers",
        "chacha20-poly1305@openssh.com,aes256-gcm@openssh.com,aes128-gcm@openssh.com,aes256-ctr,aes192-ctr,aes128-ctr",
    ),
    (
        "KexAlgorithms",
        "mlkem768x25519-sha256,sntrup761x25519-sha512,sntrup761x25519-sha512@openssh.com,curve25519-sha256,\
         curve25519-sha256@libssh.org,diffie-hellman-group-exchange-sha256",
    ),
    (
        "Macs",
        "hmac-sha2-512-etm@openssh.com,hmac-sha2-256-etm@openssh.com,umac-128-etm@openssh.com",
    ),
];

/// What sshd does without a line, by sshd_config(5).
const DEFAULTS: [(&str, &str); 45] = [
    ("addressfamily", "any"),
    ("allowagentforwarding", "yes"),
    ("allowstreamlocalforwarding", "yes"),
    ("allowtcpforwarding", "yes"),
    ("authorizedprincipalsfile", "none"),
    ("banner", "none"),
    ("chrootdirectory", "none"),
    ("clientalivecountmax", "3"),
    ("clientaliveinterval", "0"),
    ("compression", "delayed"),
    ("disableforwarding", "no"),
    ("exposeauthinfo", "no"),
    ("fingerprinthash", "sha256"),
    ("forcecommand", "none"),
    ("gatewayports", "no"),
    ("gssapiauthentication", "no"),
    ("gssapicleanupcredentials", "yes"),
    ("hostbasedauthentication", "no"),
    ("hostbasedusesnamefrompacketonly", "no"),
    ("ignorerhosts", "yes"),
    ("ignoreuserknownhosts", "no"),
    ("kbdinteractiveauthentication", "yes"),
    ("kerberosauthentication", "no"),
    ("kerberosorlocalpasswd", "yes"),
    ("kerberosticketcleanup", "yes"),
    ("logingracetime", "120"),
    ("loglevel", "info"),
    ("maxauthtries", "6"),
    ("maxsessions", "10"),
    ("maxstartups", "10:30:100"),
    ("passwordauthentication", "yes"),
    ("permitemptypasswords", "no"),
    ("permitrootlogin", "prohibit-password"),
    ("permittunnel", "no"),
    ("permituserenvironment", "no"),
    ("printlastlog", "yes"),
    ("pubkeyauthentication", "yes"),
    ("strictmodes", "yes"),
    ("syslogfacility", "auth"),
    ("tcpkeepalive", "yes"),
    ("usedns", "no"),
    ("versionaddendum", "none"),
    ("x11displayoffset", "10"),
    ("x11forwarding", "no"),
    ("x11uselocalhost", "yes"),
];

/// Older names.
const NAMES: [(&str, &str); 4] = [
    (
        "challengeresponseauthentication",
        "kbdinteractiveauthentication",
    ),
    ("skeyauthentication", "kbdinteractiveauthentication"),
    ("pubkeyacceptedkeytypes", "pubkeyacceptedalgorithms"),
    ("keepalive", "tcpkeepalive"),
];

/// What the sshd of today does not have, and what it would refuse or ignore.
const GONE: [&str; 12] = [
    "debianbanner",
    "dsaauthentication",
    "keyregenerationinterval",
    "protocol",
    "rhostsauthentication",
    "rhostsrsaauthentication",
    "rsaauthentication",
    "serverkeybits",
    "uselogin",
    "useprivilegeseparation",
    "usersh",
    "include",
];

fn write(value: &Value) -> Option<String> {
    let own = value.as_object()?;
    let mut text = String::new();
    for (name, value) in own.get("settings")?.as_object()? {
        let value = match value {
            Value::Null => continue,
            Value::Array(list) => {
                let words: Vec<String> = list.iter().map(word).collect();
                words.join(if COMMA.contains(&name.as_str()) {
                    ","
                } else {
                    " "
                })
            }
            other => word(other),
        };
        text += &format!("{name} {value}\n");
    }
    let is_curated = own.get("enableRecommendedAlgorithms") != Some(&Value::Bool(false));
    for (name, value) in ALGORITHMS.iter().filter(|_| is_curated) {
        if own.get("settings").and_then(|it| it.get(name)).is_none() {
            text += &format!("{name} {value}\n");
        }
    }
    let list = |name: &str| own.get(name).map(each).unwrap_or_default();
    let string = |name: &str| own.get(name).and_then(Value::as_str);
    text += "AddressFamily any\n";
    for port in list("ports") {
        text += &format!("Port {port}\n");
    }
    for it in list("listenAddresses") {
        let address = it.get("addr").and_then(Value::as_str)?;
        let port = it.get("port").map(|port| format!(":{port}"));
        text += &format!("ListenAddress {address}{}\n", port.unwrap_or_default());
    }
    if own.get("allowSFTP") != Some(&Value::Bool(false)) {
        let server =
            string("sftpServerExecutable").unwrap_or("${pkgs.openssh}/libexec/sftp-server");
        let flags: Vec<String> = list("sftpFlags").iter().map(word).collect();
        text += &format!("Subsystem sftp {server} {}\n", flags.join(" "));
    }
    let mut files: Vec<String> = list("authorizedKeysFiles").iter().map(word).collect();
    if own.get("authorizedKeysInHomedir") != Some(&Value::Bool(false)) {
        files.push("%h/.ssh/authorized_keys".to_owned());
    }
    files.push("/etc/ssh/authorized_keys.d/%u".to_owned());
    text += &format!("AuthorizedKeysFile {}\n", files.join(" "));
    if let Some(command) = string("authorizedKeysCommand").filter(|it| *it != "none") {
        let user = string("authorizedKeysCommandUser").unwrap_or("nobody");
        text += &format!("AuthorizedKeysCommand {command}\nAuthorizedKeysCommandUser {user}\n");
    }
    for key in list("hostKeys") {
        text += &format!("HostKey {}\n", key.get("path").map(word)?);
    }
    text += string("extraConfig").unwrap_or_default();
    Some(text)
}

fn word(value: &Value) -> String {
    match value {
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        other => super::plain(other),
    }
}

fn tree(text: &str) -> Result<Value, String> {
    let read = sshd_config::read(text);
    if let Some(fault) = read.faults.first() {
        return Err(format!("line {}: {}", fault.place.line, fault.why));
    }
    // Even a file that sets nothing but defaults says something.
    let mut root: Map<String, Value> = Map::new();
    root.insert("is".to_owned(), "sshd_config".into());
    for setting in &read.settings {
        let keyword = setting.keyword.to_ascii_lowercase();
        let newer = NAMES.iter().find(|(old, _)| *old == keyword);
        let keyword = newer.map_or(keyword.as_str(), |(_, new)| new);
        if GONE.contains(&keyword) {
            continue;
        }
        let is_inside = setting.matching.is_some();
        let place = match &setting.matching {
            None => &mut root,
            Some(criteria) => {
                let block = root
                    .entry(format!("match {criteria}"))
                    .or_insert_with(|| Value::Object(Map::new()));
                let Value::Object(block) = block else {
                    continue;
                };
                block
            }
        };
        let value = meaning(keyword, &setting.value);
        let is_default = DEFAULTS.contains(&(keyword, value.as_str()));
        if sshd_config::accumulates(&setting.keyword) {
            let list = place
                .entry(keyword)
                .or_insert_with(|| Value::Array(Vec::new()));
            if let Value::Array(list) = list {
                let words = value.split_whitespace().map(Value::from);
                match keyword {
                    "allowusers" | "allowgroups" | "denyusers" | "denygroups" | "acceptenv" => {
                        list.extend(words);
                    }
                    _ => list.push(value.into()),
                }
            }
        } else if !place.contains_key(keyword) {
            // Kept until all lines are read, as a later one would not count.
            let shown = if is_default && !is_inside {
                Value::Null
            } else {
                value.into()
            };
            place.insert(keyword.to_owned(), shown);
        }
    }
    root.retain(|_, value| !value.is_null());
    if root.get("port") == Some(&Value::from(vec!["22"])) {
        root.remove("port");
    }
    Ok(Value::Object(root))
}

/// A value in the way that is compared: times in seconds, words in one case, programs by their names.
fn meaning(keyword: &str, value: &str) -> String {
    let value = value.trim().trim_matches('"');
    let lower = value.to_ascii_lowercase();
    match keyword {
        "permitrootlogin" if lower == "without-password" => "prohibit-password".to_owned(),
        "logingracetime" | "clientaliveinterval" => seconds(&lower).unwrap_or(lower),
        "loglevel" | "syslogfacility" => lower,
        "subsystem" => {
            let mut words: Vec<String> = value.split_whitespace().map(str::to_owned).collect();
            if let Some(program) = words.get_mut(1) {
                *program = program.rsplit('/').next().unwrap_or_default().to_owned();
            }
            words.join(" ")
        }
        _ if matches!(lower.as_str(), "yes" | "no" | "none") => lower,
        _ => value.split_whitespace().collect::<Vec<_>>().join(" "),
    }
}

fn seconds(text: &str) -> Option<String> {
    let (number, unit) = match text.strip_suffix(|c: char| c.is_ascii_alphabetic()) {
        Some(number) => (number, text.chars().last()?),
        None => (text, 's'),
    };
    let factor = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        _ => return None,
    };
    Some((number.parse::<u64>().ok()? * factor).to_string())
}

#[cfg(test)]
mod tests {
    use super::{FORMAT, tree};
    use serde_json::json;

    #[test]
    fn what_sshd_does_anyway_is_not_in_the_tree() {
        let text = (FORMAT.write)(&json!({
            "settings": { "UseDns": false, "PermitRootLogin": "no", "AllowUsers": ["a", "b"], "Macs": ["x", "y"] },
            "ports": [22],
            "allowSFTP": false,
            "enableRecommendedAlgorithms": false,
            "extraConfig": "Match User a\n  X11Forwarding no\n",
        }));
        let source = "PermitRootLogin No\nAllowUsers a\nAllowUsers b\nMACs x,y\nAuthorizedKeysFile %h/.ssh/authorized_keys /etc/ssh/authorized_keys.d/%u\nMatch User a\nX11Forwarding no\n";
        assert_eq!(tree(&text.unwrap()), tree(source));
    }

    #[test]
    fn the_first_line_counts() {
        let found = tree("UsePAM yes\nLoginGraceTime 2m\nUseDNS no\nUseDNS yes\nUsePAM no\n");
        assert_eq!(found, Ok(json!({ "is": "sshd_config", "usepam": "yes" })));
    }
}
