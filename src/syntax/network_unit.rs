//! Files of systemd-networkd and of udev's names of interfaces: what their directives are called today.
//!
//! Manuals: systemd.network(5), systemd.netdev(5), systemd.link(5). systemd still reads the older names; NixOS's module
//! lets through today's alone.

/// A directive in the section that it stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directive {
    pub section: String,
    pub key: String,
    pub value: String,
}

/// Older sections, and their names of today.
const SECTIONS: [(&str, &str); 4] = [
    ("IPv6PrefixDelegation", "IPv6SendRA"),
    ("DHCPv6PrefixDelegation", "DHCPPrefixDelegation"),
    ("FairQueueTrafficPolicing", "FairQueueing"),
    ("FairQueueTraffic", "FairQueueing"),
];

/// Older keys of a section, and where they stand today.
const KEYS: [(&str, &str, &str, &str); 16] = [
    ("Network", "IPv6Token", "IPv6AcceptRA", "Token"),
    ("Network", "ProxyARP", "Network", "IPv4ProxyARP"),
    ("Network", "IPv6PrefixDelegation", "Network", "IPv6SendRA"),
    (
        "Network",
        "DHCPv6PrefixDelegation",
        "Network",
        "DHCPPrefixDelegation",
    ),
    (
        "DHCPv4",
        "CriticalConnection",
        "Network",
        "KeepConfiguration",
    ),
    ("DHCPv4", "BlackList", "DHCPv4", "DenyList"),
    ("DHCPv4", "UseDomainName", "DHCPv4", "UseDomains"),
    ("DHCPv6", "UseDomainName", "DHCPv6", "UseDomains"),
    (
        "IPv6AcceptRA",
        "BlackList",
        "IPv6AcceptRA",
        "PrefixDenyList",
    ),
    ("IPv6AcceptRA", "DenyList", "IPv6AcceptRA", "PrefixDenyList"),
    ("Route", "GatewayOnlink", "Route", "GatewayOnLink"),
    ("Neighbor", "MACAddress", "Neighbor", "LinkLayerAddress"),
    ("VXLAN", "Id", "VXLAN", "VNI"),
    ("VXLAN", "ARPProxy", "VXLAN", "ReduceARPProxy"),
    ("VXLAN", "UDPCheckSum", "VXLAN", "UDPChecksum"),
    ("WireGuard", "FwMark", "WireGuard", "FirewallMark"),
];

/// Directives that a systemd of today takes no notice of.
const GONE: [(&str, &str); 3] = [
    ("Tun", "OneQueue"),
    ("Tap", "OneQueue"),
    ("Network", "IPv6PrivacyExtensionsPrefer"),
];

/// What the section that both families of DHCP shared said of both.
const OF_BOTH: [&str; 4] = ["UseDNS", "UseNTP", "UseDomains", "UseDomainName"];

/// Directives of which every line counts; of all others the last one does.
const MANY: [&str; 31] = [
    "Address",
    "AllowedIPs",
    "AlternativeName",
    "BindCarrier",
    "DNS",
    "DNSSECNegativeTrustAnchors",
    "Domains",
    "EgressUntagged",
    "Gateway",
    "IPVLAN",
    "IPVTAP",
    "IPv6ProxyNDPAddress",
    "ImportProperty",
    "L2TP",
    "MACVLAN",
    "MACVTAP",
    "MACsec",
    "MultiPathRoute",
    "NFTSet",
    "NTP",
    "Property",
    "RequestOptions",
    "SendOption",
    "SendVendorOption",
    "Tunnel",
    "UnsetProperty",
    "VLAN",
    "VXLAN",
    "Xfrm",
    "Advertise",
    "UserClass",
];

/// Times of which the module takes a number of seconds alone.
const SECONDS: [&str; 8] = [
    "AgeingTimeSec",
    "ForwardDelaySec",
    "HelloTimeSec",
    "IPv6RetransmissionTimeSec",
    "LifetimeSec",
    "MaxAgeSec",
    "PeerNotifyDelaySec",
    "PerturbPeriodSec",
];

/// Tells whether every line of a directive counts, not the last one alone.
pub fn is_many(section: &str, key: &str) -> bool {
    let is_one = matches!(
        (section, key),
        ("Address" | "Neighbor" | "Route" | "NextHop", _) | ("DHCPServerStaticLease", _)
    );
    // What an interface is matched by may be said in several lines.
    section == "Match" || MANY.contains(&key) && (!is_one || key == "MultiPathRoute")
}

/// Says a directive as it is called today: nothing where it says nothing any more, twice where it meant two things.
pub fn today(section: &str, key: &str, value: &str) -> Vec<Directive> {
    let older = SECTIONS.iter().find(|(old, _)| *old == section);
    let section = older.map_or(section, |(_, new)| new);
    if section == "DHCP" {
        let mut all = today("DHCPv4", key, value);
        if OF_BOTH.contains(&key) {
            all.extend(today("DHCPv6", key, value));
        }
        return all;
    }
    if GONE.contains(&(section, key)) {
        return Vec::new();
    }
    let moved = KEYS
        .iter()
        .find(|(of, old, _, _)| *of == section && *old == key);
    let is_critical = key == "CriticalConnection";
    let (section, key) = moved.map_or((section, key), |(_, _, of, new)| (*of, *new));
    let lower = value.to_ascii_lowercase();
    let value = match (section, key) {
        ("Network", "KeepConfiguration") if is_critical => match truth(&lower) {
            Some(true) => "dynamic",
            Some(false) => "no",
            None => value,
        },
        ("Network", "KeepConfiguration") => match lower.as_str() {
            "dhcp" => "dynamic",
            "dhcp-on-stop" => "dynamic-on-stop",
            _ => value,
        },
        ("Network", "DHCP") => match lower.as_str() {
            "both" => "yes",
            "none" => "no",
            "v4" => "ipv4",
            "v6" => "ipv6",
            _ => value,
        },
        _ => value,
    };
    let value = if SECONDS.contains(&key) {
        seconds(value).unwrap_or_else(|| value.to_owned())
    } else {
        value.to_owned()
    };
    vec![Directive {
        section: section.to_owned(),
        key: key.to_owned(),
        value,
    }]
}

/// systemd's words for yes and no; `off` of a few directives is a value of theirs.
pub fn truth(value: &str) -> Option<bool> {
    match value.to_ascii_lowercase().as_str() {
        "yes" | "true" | "on" | "y" | "t" => Some(true),
        "no" | "false" | "n" | "f" => Some(false),
        _ => None,
    }
}

/// systemd.time(7): a time in whole seconds.
fn seconds(text: &str) -> Option<String> {
    let mut total: u64 = 0;
    let mut rest = text.trim();
    while !rest.is_empty() {
        let digits = rest
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(rest.len());
        let number: u64 = rest[..digits].parse().ok()?;
        rest = rest[digits..].trim_start();
        let word = rest
            .find(|c: char| !c.is_ascii_alphabetic())
            .unwrap_or(rest.len());
        total += number
            * match &rest[..word] {
                "" | "s" | "sec" | "second" | "seconds" => 1,
                "m" | "min" | "minute" | "minutes" => 60,
                "h" | "hr" | "hour" | "hours" => 3600,
                "d" | "day" | "days" => 86400,
                _ => return None,
            };
        rest = rest[word..].trim_start();
    }
    Some(total.to_string())
}

#[cfg(test)]
mod tests {
    use super::today;

    fn check(section: &str, key: &str, value: &str, expected: &[&str]) {
        let all = today(section, key, value).into_iter();
        let found: Vec<String> = all
            .map(|it| format!("[{}] {}={}", it.section, it.key, it.value))
            .collect();
        assert_eq!(found, expected, "[{section}] {key}={value}");
    }

    #[test]
    fn older_names_are_those_of_today() {
        check("Network", "DHCP", "both", &["[Network] DHCP=yes"]);
        check("Network", "DHCP", "no", &["[Network] DHCP=no"]);
        check("Network", "IPv6Token", "::1", &["[IPv6AcceptRA] Token=::1"]);
        check(
            "DHCP",
            "CriticalConnection",
            "true",
            &["[Network] KeepConfiguration=dynamic"],
        );
        check(
            "DHCP",
            "UseDNS",
            "no",
            &["[DHCPv4] UseDNS=no", "[DHCPv6] UseDNS=no"],
        );
        check("DHCP", "RouteMetric", "9", &["[DHCPv4] RouteMetric=9"]);
        check("Tun", "OneQueue", "yes", &[]);
        check(
            "Bridge",
            "ForwardDelaySec",
            "1min 5s",
            &["[Bridge] ForwardDelaySec=65"],
        );
    }
}
