//! `firewalld` and `firewalld-zone`: what a zone lets in, as a packet filter: the zone that is the default on all
//! interfaces, any other on its own.
//!
//! Manual: firewalld.zone(5)

use serde_json::Value;

use super::{Format, packet_filter};
use crate::syntax::firewalld::{self, Zone};
use crate::syntax::firewalld_services::SERVICES;

pub(super) static FORMAT: Format = Format {
    name: "firewalld",
    write: packet_filter::write,
    tree: |text| tree(text, Of::All),
};

pub(super) static ZONE: Format = Format {
    name: "firewalld-zone",
    write: packet_filter::write,
    tree: |text| tree(text, Of::Own),
};

/// The interfaces that a zone is of.
#[derive(Clone, Copy, PartialEq)]
enum Of {
    All,
    Own,
}

fn tree(text: &str, of: Of) -> Result<Value, String> {
    if text.starts_with('*') {
        return packet_filter::tree(text);
    }
    let zone = firewalld::zone(text)?;
    let mut rules = vec![
        "*filter".to_owned(),
        ":INPUT DROP [0:0]".to_owned(),
        "-A INPUT -i lo -j ACCEPT".to_owned(),
    ];
    let mut last: Vec<String> = Vec::new();
    for rule in &zone.rules {
        for rule in firewalld::rich_rule(rule, None).unwrap_or_default() {
            let rule = rule.strip_prefix("-4 ").unwrap_or(&rule);
            if rule.starts_with("-A INPUT") && !rule.ends_with("ACCEPT") {
                rules.push(rule.to_owned());
            } else if rule.starts_with("-A INPUT") {
                last.push(rule.to_owned());
            }
        }
    }
    let mut places: Vec<String> = match of {
        Of::All => vec![String::new()],
        Of::Own => zone
            .interfaces
            .iter()
            .map(|it| format!("-i {it} "))
            .collect(),
    };
    places.extend(zone.sources.iter().map(|it| format!("-s {it} ")));
    for place in &places {
        for (port, protocol) in ports(&zone) {
            let port = port.replace('-', ":");
            rules.push(format!(
                "-A INPUT {place}-p {protocol} --dport {port} -j ACCEPT"
            ));
        }
        if zone.target == "ACCEPT" && !place.is_empty() {
            rules.push(format!("-A INPUT {place}-j ACCEPT"));
        }
    }
    rules.extend(last);
    let refused = zone.icmp_blocks.iter().any(|it| it == "echo-request");
    if !refused {
        rules.push("-A INPUT -p icmp --icmp-type echo-request -j ACCEPT".to_owned());
    }
    rules.push("COMMIT\n".to_owned());
    packet_filter::tree(&rules.join("\n"))
}

fn ports(zone: &Zone) -> Vec<(&str, &str)> {
    let of_services = zone.services.iter().filter(|it| *it != "dhcpv6-client");
    let of_services = of_services.flat_map(|name| {
        let known = SERVICES.iter().find(|(own, _)| own == name);
        known.map_or("", |(_, ports)| ports).split_whitespace()
    });
    let own = zone.ports.iter().map(String::as_str);
    own.chain(of_services)
        .filter_map(|it| it.split_once('/'))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::{FORMAT, ZONE};
    use serde_json::json;

    #[test]
    fn a_zone_is_a_filter() {
        check(
            &FORMAT,
            &json!({ "allowedTCPPorts": [22, 8080], "rejectPackets": true }),
            "<?xml version=\"1.0\"?>\n<zone><service name=\"ssh\"/><port port=\"8080\" protocol=\"tcp\"/></zone>\n",
        );
        check(
            &ZONE,
            &json!({ "interfaces": { "eth1": { "allowedUDPPorts": [53] } } }),
            "<zone><interface name=\"eth1\"/><port port=\"53\" protocol=\"udp\"/></zone>\n",
        );
    }
}
