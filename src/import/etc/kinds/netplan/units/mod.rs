//! Devices of netplan as units of systemd-networkd, as netplan writes them itself.
//!
//! Manuals: netplan(5), systemd.network(5), systemd.netdev(5), systemd.link(5)

mod device;

use indexmap::IndexMap;
use serde_yaml::{Mapping, Value};

use super::{Plan, secret, shown, strings, truth};
use crate::model::{NetworkUnit, NetworkUnitKind, Resource, Text, UnitSection};

/// Devices that lie on others, and how the unit of the other one names them.
const UPON: [(&str, &str); 2] = [("vlans", "VLAN"), ("tunnels", "Tunnel")];
/// Devices that are made of others, and how the units of these name them.
const OF_MEMBERS: [(&str, &str); 3] = [("bridges", "Bridge"), ("bonds", "Bond"), ("vrfs", "VRF")];
/// How the names of links are chosen where no file says it.
const NAME_POLICY: &str = "keep kernel database onboard slot path";

/// The sections of a unit, in the order in which they are begun.
#[derive(Default)]
pub(super) struct Sections(Vec<UnitSection>);

impl Sections {
    /// Adds to the first section of a name.
    pub(super) fn put(&mut self, section: &str, key: &str, value: impl Into<Text>) {
        let at = match self.0.iter().position(|it| it.name == section) {
            Some(at) => at,
            None => {
                self.begin(section);
                self.0.len() - 1
            }
        };
        if let Some(own) = self.0.get_mut(at) {
            let values = own.directives.entry(key.to_owned()).or_default();
            values.push(value.into());
        }
    }

    /// Adds to the section that was begun last.
    pub(super) fn add(&mut self, key: &str, value: impl Into<Text>) {
        if let Some(own) = self.0.last_mut() {
            let values = own.directives.entry(key.to_owned()).or_default();
            values.push(value.into());
        }
    }

    /// Begins a section that is a thing of its own.
    pub(super) fn begin(&mut self, section: &str) {
        self.0.push(UnitSection {
            name: section.to_owned(),
            directives: IndexMap::new(),
        });
    }
}

impl Plan<'_> {
    /// States a device of a kind; `network` is what all files say.
    pub(super) fn units(&mut self, kind: &str, id: &str, device: &Value, network: &Mapping) {
        let empty = Mapping::new();
        let fields = device.as_mapping().unwrap_or(&empty);
        self.netdev(kind, id, fields);
        self.link(id, fields);
        let mut own = Sections::default();
        matches(id, fields, &mut own);
        self.members(id, network, &mut own);
        self.network(kind, id, fields, &mut own);
        self.unit(id, NetworkUnitKind::Network, own);
    }

    fn unit(&mut self, id: &str, kind: NetworkUnitKind, sections: Sections) {
        self.resources.push(Resource::NetworkUnit(NetworkUnit {
            name: format!("10-{id}"),
            kind,
            drop_in: None,
            sections: sections.0,
        }));
    }

    /// What udev does of a device before it has an address.
    fn link(&mut self, id: &str, fields: &Mapping) {
        let name = fields.get("set-name").map(shown);
        let wakes = fields.get("wakeonlan").and_then(truth) == Some(true);
        let offloads = [
            ("receive-checksum-offload", "ReceiveChecksumOffload"),
            ("transmit-checksum-offload", "TransmitChecksumOffload"),
            ("tcp-segmentation-offload", "TCPSegmentationOffload"),
            ("tcp6-segmentation-offload", "TCP6SegmentationOffload"),
            ("generic-segmentation-offload", "GenericSegmentationOffload"),
            ("generic-receive-offload", "GenericReceiveOffload"),
            ("large-receive-offload", "LargeReceiveOffload"),
        ];
        let offloads: Vec<(&str, &str)> = offloads
            .iter()
            .filter_map(|(key, own)| Some((*own, yes(truth(fields.get(*key)?)?))))
            .collect();
        if name.is_none() && !wakes && offloads.is_empty() {
            return;
        }
        let mut own = Sections::default();
        let found = fields.get("match");
        let of = |key: &str| found.and_then(|it| it.get(key)).map(shown);
        match (of("macaddress"), of("driver"), of("name")) {
            (Some(address), _, _) => own.put("Match", "PermanentMACAddress", address),
            (None, Some(driver), _) => own.put("Match", "Driver", driver),
            (None, None, name) => {
                own.put(
                    "Match",
                    "OriginalName",
                    name.unwrap_or_else(|| id.to_owned()),
                );
            }
        }
        match name {
            Some(name) => own.put("Link", "Name", name),
            // A file of a device takes the place of the one that says how all are called.
            None => {
                own.put("Link", "NamePolicy", NAME_POLICY);
                own.put("Link", "MACAddressPolicy", "persistent");
            }
        }
        if wakes {
            own.put("Link", "WakeOnLan", "magic");
        }
        for (key, value) in offloads {
            own.put("Link", key, value);
        }
        self.unit(id, NetworkUnitKind::Link, own);
    }

    /// The devices that lie on this one, and those that it is a member of.
    fn members(&mut self, id: &str, network: &Mapping, own: &mut Sections) {
        let devices = |kind: &str| {
            let devices = network.get(kind).and_then(Value::as_mapping);
            devices.into_iter().flatten()
        };
        for (kind, key) in UPON {
            for (name, device) in devices(kind) {
                if device.get("link").map(shown).as_deref() != Some(id) {
                    continue;
                }
                let is_vxlan = device.get("mode").map(shown).as_deref() == Some("vxlan");
                let key = if is_vxlan { "VXLAN" } else { key };
                own.put("Network", key, shown(name));
            }
        }
        for (kind, key) in OF_MEMBERS {
            for (name, device) in devices(kind) {
                if !strings(device.get("interfaces")).iter().any(|it| it == id) {
                    continue;
                }
                own.put("Network", key, shown(name));
                let parameters = device.get("parameters");
                let of = |key: &str| parameters.and_then(|it| it.get(key));
                if of("primary").map(shown).as_deref() == Some(id) {
                    own.put("Network", "PrimarySlave", "yes");
                }
                let of_port = |key: &str| of(key).and_then(|it| it.get(id)).map(shown);
                for (key, directive) in [("path-cost", "Cost"), ("port-priority", "Priority")] {
                    if let Some(value) = of_port(key) {
                        own.put("Bridge", directive, value);
                    }
                }
            }
        }
    }

    /// A device that is not there before networkd makes it.
    fn netdev(&mut self, kind: &str, id: &str, fields: &Mapping) {
        let mut own = Sections::default();
        own.put("NetDev", "Name", id);
        let mut parameters = Mapping::new();
        if let Some(it) = fields.get("parameters").and_then(Value::as_mapping) {
            parameters.clone_from(it);
        }
        match kind {
            "vlans" => {
                own.put("NetDev", "Kind", "vlan");
                match fields.get("id").map(shown) {
                    Some(number) => own.put("VLAN", "Id", number),
                    None => self.leave(id, "the VLAN has no number"),
                }
            }
            "bridges" => {
                own.put("NetDev", "Kind", "bridge");
                self.parameters("Bridge", id, &parameters, &device::BRIDGE, &mut own);
            }
            "bonds" => {
                own.put("NetDev", "Kind", "bond");
                self.parameters("Bond", id, &parameters, &device::BOND, &mut own);
            }
            "dummy-devices" => own.put("NetDev", "Kind", "dummy"),
            "virtual-ethernets" => {
                own.put("NetDev", "Kind", "veth");
                match fields.get("peer").map(shown) {
                    // Both ends are one device, of which either file would do.
                    Some(peer) if peer.as_str() < id => return,
                    Some(peer) => own.put("Peer", "Name", peer),
                    None => self.leave(id, "the device has no other end"),
                }
            }
            "vrfs" => {
                own.put("NetDev", "Kind", "vrf");
                match fields.get("table").map(shown) {
                    Some(table) => own.put("VRF", "Table", table),
                    None => self.leave(id, "it has no table"),
                }
            }
            "tunnels" => {
                if !self.tunnel(id, fields, &mut own) {
                    return;
                }
            }
            _ => return,
        }
        if let Some(address) = fields.get("macaddress") {
            own.put("NetDev", "MACAddress", shown(address));
        }
        self.unit(id, NetworkUnitKind::Netdev, own);
    }

    fn parameters(
        &mut self,
        section: &str,
        id: &str,
        fields: &Mapping,
        rows: &[device::Row],
        own: &mut Sections,
    ) {
        for (key, value) in fields {
            let key = key.as_str().unwrap_or_default();
            // They are said of the members.
            if matches!(key, "primary" | "path-cost" | "port-priority") {
                continue;
            }
            match rows.iter().find(|it| it.key == key) {
                Some(row) => own.put(section, row.directive, row.value(value)),
                None => self.leave(key, format!("`{key}` of `{id}` is not known here")),
            }
        }
    }

    /// Says what kind of tunnel a device is; `false` where that is not known.
    fn tunnel(&mut self, id: &str, fields: &Mapping, own: &mut Sections) -> bool {
        let mode = fields.get("mode").map(shown).unwrap_or_default();
        let (kind, section) = match mode.as_str() {
            "wireguard" => {
                own.put("NetDev", "Kind", "wireguard");
                self.wireguard(id, fields, own);
                return true;
            }
            "vxlan" => ("vxlan", "VXLAN"),
            "ipip6" | "ip6ip6" => ("ip6tnl", "Tunnel"),
            "sit" | "gre" | "ip6gre" | "ipip" | "vti" | "vti6" | "gretap" | "ip6gretap" => {
                (mode.as_str(), "Tunnel")
            }
            other => {
                self.leave(
                    id,
                    format!("a tunnel of the mode `{other}` is not known here"),
                );
                return false;
            }
        };
        own.put("NetDev", "Kind", kind);
        if kind == "ip6tnl" {
            own.put("Tunnel", "Mode", mode.as_str());
        }
        if kind == "vxlan" {
            let number = fields.get("id").map(shown).unwrap_or_default();
            own.put("VXLAN", "VNI", number);
        }
        if fields.get("link").is_none() {
            own.put(section, "Independent", "yes");
        }
        for row in &device::TUNNEL {
            let value = fields.get(row.key);
            if let Some(value) = value {
                let key = match (kind, row.directive) {
                    ("vxlan", "FDBAgeingSec" | "MaximumFDBEntries" | "MacLearning") => {
                        row.directive
                    }
                    ("vxlan", "DestinationPort" | "Local" | "Remote" | "TTL" | "TOS") => {
                        row.directive
                    }
                    ("vxlan", _) | (_, "FDBAgeingSec" | "MaximumFDBEntries" | "MacLearning") => {
                        self.leave(
                            row.key,
                            format!("`{}` of `{id}` is not known here", row.key),
                        );
                        continue;
                    }
                    (_, directive) => directive,
                };
                own.put(section, key, row.value(value));
            }
        }
        match fields.get("key").or_else(|| fields.get("keys")) {
            Some(Value::Mapping(keys)) => {
                for (key, directive) in [("input", "InputKey"), ("output", "OutputKey")] {
                    if let Some(value) = keys.get(key) {
                        own.put("Tunnel", directive, shown(value));
                    }
                }
            }
            Some(value) => own.put("Tunnel", "Key", shown(value)),
            None => {}
        }
        true
    }

    fn wireguard(&mut self, id: &str, fields: &Mapping, own: &mut Sections) {
        own.begin("WireGuard");
        let key = fields.get("key").or_else(|| fields.get("keys"));
        let key = key.map(|it| it.get("private").map_or_else(|| shown(it), shown));
        match key {
            Some(path) if path.starts_with('/') => own.add("PrivateKeyFile", path),
            Some(key) => {
                let what = format!("the private key of {id} in {}", self.given.path);
                own.add("PrivateKey", secret(self.given, &key, what));
            }
            None => self.leave(id, "the tunnel has no private key"),
        }
        for (key, directive) in [("port", "ListenPort"), ("mark", "FirewallMark")] {
            if let Some(value) = fields.get(key) {
                own.add(directive, shown(value));
            }
        }
        let peers = fields.get("peers").and_then(Value::as_sequence);
        for (peer, number) in peers.into_iter().flatten().zip(1..) {
            own.begin("WireGuardPeer");
            let keys = peer.get("keys");
            let of_keys = |key: &str| keys.and_then(|it| it.get(key)).map(shown);
            match of_keys("public") {
                Some(key) => own.add("PublicKey", key),
                None => self.leave("peers", format!("a peer of `{id}` has no public key")),
            }
            match of_keys("shared") {
                Some(path) if path.starts_with('/') => own.add("PresharedKeyFile", path),
                Some(key) => {
                    let path = self.given.path;
                    let what = format!("the key shared with the peer {number} of {id} in {path}");
                    own.add("PresharedKey", secret(self.given, &key, what));
                }
                None => {}
            }
            if let Some(endpoint) = peer.get("endpoint") {
                own.add("Endpoint", shown(endpoint));
            }
            for address in strings(peer.get("allowed-ips")) {
                own.add("AllowedIPs", address);
            }
            if let Some(seconds) = peer.get("keepalive") {
                own.add("PersistentKeepalive", shown(seconds));
            }
        }
    }
}

/// How networkd finds the device.
fn matches(id: &str, fields: &Mapping, own: &mut Sections) {
    let found = fields.get("match").filter(|it| it.is_mapping());
    let of = |key: &str| found.and_then(|it| it.get(key));
    if let Some(name) = fields.get("set-name") {
        own.put("Match", "Name", shown(name));
        return;
    }
    if found.is_none() {
        own.put("Match", "Name", id);
    }
    if let Some(address) = of("macaddress") {
        own.put("Match", "PermanentMACAddress", shown(address));
    }
    if let Some(name) = of("name") {
        own.put("Match", "Name", shown(name));
    }
    match of("driver") {
        Some(Value::Sequence(all)) => {
            let all: Vec<String> = all.iter().map(shown).collect();
            own.put("Match", "Driver", all.join(" "));
        }
        Some(driver) => own.put("Match", "Driver", shown(driver)),
        None => {}
    }
}

pub(super) fn yes(is: bool) -> &'static str {
    if is { "yes" } else { "no" }
}
