//! What a unit `.network` says of a device, and what its parameters are called by systemd-networkd.

use serde_yaml::{Mapping, Value};

use super::{Sections, yes};
use crate::import::etc::kinds::netplan::{Plan, shown, strings, truth};

/// A key of netplan's, the directive that it is, and how its value is written.
pub(super) struct Row {
    pub(super) key: &'static str,
    pub(super) directive: &'static str,
    shape: Shape,
}

enum Shape {
    Plain,
    Truth,
    /// A number is one of milliseconds.
    Milliseconds,
    List,
}

impl Row {
    pub(super) fn value(&self, value: &Value) -> String {
        let text = shown(value);
        match self.shape {
            Shape::Plain => text,
            Shape::Truth => truth(value).map_or(text, |it| yes(it).to_owned()),
            Shape::Milliseconds if text.chars().all(|c| c.is_ascii_digit()) => format!("{text}ms"),
            Shape::Milliseconds => text,
            Shape::List if value.is_sequence() => strings(Some(value)).join(" "),
            Shape::List => text,
        }
    }
}

const fn plain(key: &'static str, directive: &'static str) -> Row {
    Row {
        key,
        directive,
        shape: Shape::Plain,
    }
}

const fn is(key: &'static str, directive: &'static str) -> Row {
    Row {
        key,
        directive,
        shape: Shape::Truth,
    }
}

const fn time(key: &'static str, directive: &'static str) -> Row {
    Row {
        key,
        directive,
        shape: Shape::Milliseconds,
    }
}

const fn list(key: &'static str, directive: &'static str) -> Row {
    Row {
        key,
        directive,
        shape: Shape::List,
    }
}

pub(super) const BRIDGE: [Row; 7] = [
    plain("ageing-time", "AgeingTimeSec"),
    plain("aging-time", "AgeingTimeSec"),
    plain("priority", "Priority"),
    plain("forward-delay", "ForwardDelaySec"),
    plain("hello-time", "HelloTimeSec"),
    plain("max-age", "MaxAgeSec"),
    is("stp", "STP"),
];

pub(super) const BOND: [Row; 20] = [
    plain("mode", "Mode"),
    plain("lacp-rate", "LACPTransmitRate"),
    time("mii-monitor-interval", "MIIMonitorSec"),
    plain("min-links", "MinLinks"),
    plain("transmit-hash-policy", "TransmitHashPolicy"),
    plain("ad-select", "AdSelect"),
    is("all-slaves-active", "AllSlavesActive"),
    is("all-members-active", "AllSlavesActive"),
    time("arp-interval", "ARPIntervalSec"),
    list("arp-ip-targets", "ARPIPTargets"),
    plain("arp-validate", "ARPValidate"),
    plain("arp-all-targets", "ARPAllTargets"),
    time("up-delay", "UpDelaySec"),
    time("down-delay", "DownDelaySec"),
    plain("fail-over-mac-policy", "FailOverMACPolicy"),
    plain("gratuitous-arp", "GratuitousARP"),
    plain("packets-per-slave", "PacketsPerSlave"),
    plain("primary-reselect-policy", "PrimaryReselectPolicy"),
    plain("resend-igmp", "ResendIGMP"),
    plain("learn-packet-interval", "LearnPacketIntervalSec"),
];

pub(super) const TUNNEL: [Row; 8] = [
    plain("local", "Local"),
    plain("remote", "Remote"),
    plain("ttl", "TTL"),
    plain("type-of-service", "TOS"),
    plain("port", "DestinationPort"),
    plain("ageing", "FDBAgeingSec"),
    plain("limit", "MaximumFDBEntries"),
    is("mac-learning", "MacLearning"),
];

const ROUTE: [Row; 13] = [
    plain("to", "Destination"),
    plain("via", "Gateway"),
    plain("from", "PreferredSource"),
    is("on-link", "GatewayOnLink"),
    plain("metric", "Metric"),
    plain("type", "Type"),
    plain("scope", "Scope"),
    plain("table", "Table"),
    plain("mtu", "MTUBytes"),
    plain("congestion-window", "InitialCongestionWindow"),
    plain(
        "advertised-receive-window",
        "InitialAdvertisedReceiveWindow",
    ),
    plain("advertised-mss", "TCPAdvertisedMaximumSegmentSize"),
    plain("retransmission-timeout", "TCPRetransmissionTimeoutSec"),
];

const POLICY: [Row; 6] = [
    plain("from", "From"),
    plain("to", "To"),
    plain("table", "Table"),
    plain("priority", "Priority"),
    plain("mark", "FirewallMark"),
    plain("type-of-service", "TypeOfService"),
];

const DHCP: [Row; 9] = [
    is("use-dns", "UseDNS"),
    is("use-ntp", "UseNTP"),
    is("send-hostname", "SendHostname"),
    is("use-hostname", "UseHostname"),
    is("use-mtu", "UseMTU"),
    plain("hostname", "Hostname"),
    is("use-routes", "UseRoutes"),
    plain("route-metric", "RouteMetric"),
    is("use-domains", "UseDomains"),
];

/// What is said elsewhere, or of the devices that one is made of.
const ELSEWHERE: [&str; 20] = [
    "match",
    "set-name",
    "wakeonlan",
    "interfaces",
    "parameters",
    "id",
    "link",
    "mode",
    "local",
    "remote",
    "ttl",
    "key",
    "keys",
    "peers",
    "peer",
    "port",
    "mark",
    "renderer",
    "dhcp4",
    "networkmanager",
];

impl Plan<'_> {
    pub(super) fn network(&mut self, kind: &str, id: &str, fields: &Mapping, own: &mut Sections) {
        let asks = |key: &str| fields.get(key).and_then(truth) == Some(true);
        match (asks("dhcp4"), asks("dhcp6")) {
            (true, true) => own.put("Network", "DHCP", "yes"),
            (true, false) => own.put("Network", "DHCP", "ipv4"),
            (false, true) => own.put("Network", "DHCP", "ipv6"),
            (false, false) => {}
        }
        let is_made = !matches!(kind, "ethernets" | "wifis");
        if is_made || asks("ignore-carrier") {
            own.put("Network", "ConfigureWithoutCarrier", "yes");
        }
        for (key, value) in fields {
            let key = key.as_str().unwrap_or_default();
            self.of_network(kind, id, key, value, own);
        }
    }

    fn of_network(&mut self, kind: &str, id: &str, key: &str, value: &Value, own: &mut Sections) {
        let is = truth(value);
        match key {
            "addresses" => {
                let all = value.as_sequence();
                for it in all.into_iter().flatten() {
                    address(it, own);
                }
            }
            "gateway4" | "gateway6" => own.put("Network", "Gateway", shown(value)),
            "nameservers" => {
                for (list, directive) in [("addresses", "DNS"), ("search", "Domains")] {
                    for it in strings(value.get(list)) {
                        own.put("Network", directive, it);
                    }
                }
            }
            "accept-ra" => own.put("Network", "IPv6AcceptRA", yes(is == Some(true))),
            "ipv6-privacy" => own.put("Network", "IPv6PrivacyExtensions", yes(is == Some(true))),
            "link-local" => {
                let all = strings(Some(value));
                let has = |it: &str| all.iter().any(|own| own == it);
                let value = match (has("ipv4"), has("ipv6")) {
                    (true, true) => "yes",
                    (true, false) => "ipv4",
                    (false, true) => "ipv6",
                    (false, false) => "no",
                };
                own.put("Network", "LinkLocalAddressing", value);
            }
            "ipv6-address-generation" => {
                own.put(
                    "Network",
                    "IPv6LinkLocalAddressGenerationMode",
                    shown(value),
                );
            }
            "ipv6-address-token" => {
                own.put("IPv6AcceptRA", "Token", format!("static:{}", shown(value)));
            }
            "ipv6-mtu" => own.put("Network", "IPv6MTUBytes", shown(value)),
            "emit-lldp" => own.put("Network", "EmitLLDP", yes(is == Some(true))),
            "critical" if is == Some(true) => own.put("Network", "KeepConfiguration", "yes"),
            "mtu" => own.put("Link", "MTUBytes", shown(value)),
            "macaddress" if matches!(kind, "ethernets" | "wifis") => {
                own.put("Link", "MACAddress", shown(value));
            }
            "optional" if is == Some(true) => own.put("Link", "RequiredForOnline", "no"),
            "activation-mode" => {
                let policy = match shown(value).as_str() {
                    "off" => "always-down".to_owned(),
                    other => other.to_owned(),
                };
                own.put("Link", "ActivationPolicy", policy);
                own.put("Link", "RequiredForOnline", "no");
            }
            "hairpin" => own.put("Bridge", "HairPin", yes(is == Some(true))),
            "port-mac-learning" => own.put("Bridge", "Learning", yes(is == Some(true))),
            "neigh-suppress" => own.put("Bridge", "NeighborSuppression", yes(is == Some(true))),
            "infiniband-mode" => own.put("IPoIB", "Mode", shown(value)),
            "dhcp-identifier" if shown(value) == "mac" => {
                own.put("DHCPv4", "ClientIdentifier", "mac");
            }
            "dhcp4-overrides" => self.overrides("DHCPv4", id, value, own),
            "dhcp6-overrides" => self.overrides("DHCPv6", id, value, own),
            "routes" => {
                for route in value.as_sequence().into_iter().flatten() {
                    own.begin("Route");
                    self.rows(id, route, &ROUTE, own);
                }
            }
            "routing-policy" => {
                for rule in value.as_sequence().into_iter().flatten() {
                    own.begin("RoutingPolicyRule");
                    self.rows(id, rule, &POLICY, own);
                }
            }
            "table" if kind == "vrfs" => {}
            "dhcp6" | "ignore-carrier" | "optional" | "critical" | "optional-addresses"
            | "dhcp-identifier" => {}
            "type-of-service" | "ageing" | "limit" | "mac-learning" if kind == "tunnels" => {}
            _ if ELSEWHERE.contains(&key) || key.ends_with("-offload") => {}
            "access-points" | "regulatory-domain" | "wakeonwlan" if kind == "wifis" => {}
            _ => self.leave(key, format!("`{key}` of `{id}` is not known here")),
        }
    }

    fn overrides(&mut self, section: &str, id: &str, value: &Value, own: &mut Sections) {
        for (key, value) in value.as_mapping().into_iter().flatten() {
            let key = key.as_str().unwrap_or_default();
            match DHCP.iter().find(|it| it.key == key) {
                // The one for IPv6 has no metric of its own.
                Some(row) if row.directive == "RouteMetric" && section == "DHCPv6" => {
                    own.put("IPv6AcceptRA", "RouteMetric", row.value(value));
                }
                Some(row) => own.put(section, row.directive, row.value(value)),
                None => self.leave(key, format!("`{key}` of `{id}` is not known here")),
            }
        }
    }

    fn rows(&mut self, id: &str, value: &Value, rows: &[Row], own: &mut Sections) {
        let is_bare = value.get("via").is_none();
        for (key, value) in value.as_mapping().into_iter().flatten() {
            let key = key.as_str().unwrap_or_default();
            let text = shown(value);
            // A route without a destination is the one to everywhere.
            if key == "to" && text == "default" {
                if is_bare {
                    own.add("Destination", "0.0.0.0/0");
                }
                continue;
            }
            match rows.iter().find(|it| it.key == key) {
                Some(row) => own.add(row.directive, row.value(value)),
                None => self.leave(key, format!("`{key}` of `{id}` is not known here")),
            }
        }
    }
}

fn address(value: &Value, own: &mut Sections) {
    let Value::Mapping(one) = value else {
        own.put("Network", "Address", shown(value));
        return;
    };
    for (address, options) in one {
        own.begin("Address");
        own.add("Address", shown(address));
        let of = |key: &str| options.get(key).map(shown);
        if let Some(label) = of("label") {
            own.add("Label", label);
        }
        if let Some(lifetime) = of("lifetime") {
            own.add("PreferredLifetime", lifetime);
        }
    }
}
