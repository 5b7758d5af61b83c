//! `ufw`: user.rules, the rules that a person gave ufw, as a packet filter: ufw asks them when its own have let in what
//! belongs to connections and pings, and refuses the rest.
//!
//! Manuals: ufw-framework(8), iptables-save(8)

use serde_json::Value;

use super::{Format, packet_filter};

pub(super) static FORMAT: Format = Format {
    name: "ufw",
    write: packet_filter::write,
    tree,
};

fn tree(text: &str) -> Result<Value, String> {
    if !text.contains(":ufw-user-input") {
        return packet_filter::tree(text);
    }
    let mut rules = vec![
        "*filter".to_owned(),
        ":INPUT DROP [0:0]".to_owned(),
        ":ufw-user-limit - [0:0]".to_owned(),
        ":ufw-user-limit-accept - [0:0]".to_owned(),
        "-A INPUT -i lo -j ACCEPT".to_owned(),
        "-A INPUT -p icmp --icmp-type echo-request -j ACCEPT".to_owned(),
    ];
    for line in text.lines().map(str::trim) {
        if let Some(rule) = line.strip_prefix("-A ufw-user-input ") {
            rules.push(format!("-A INPUT {rule}"));
        } else if line.starts_with("-A ufw-user-limit") {
            rules.push(line.to_owned());
        }
    }
    rules.push("COMMIT\n".to_owned());
    packet_filter::tree(&rules.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FORMAT;
    use serde_json::json;

    #[test]
    fn the_rules_of_a_person_are_a_filter() {
        check(
            &FORMAT,
            &json!({ "allowedTCPPorts": [22], "allowedUDPPorts": [53] }),
            "*filter\n:ufw-user-input - [0:0]\n:ufw-user-forward - [0:0]\n### tuple ### allow tcp 22 0.0.0.0/0 any 0.0.0.0/0 in\n-A ufw-user-input -p tcp --dport 22 -j ACCEPT\n-A ufw-user-input -p udp --dport 53 -j ACCEPT\nCOMMIT\n",
        );
    }
}
