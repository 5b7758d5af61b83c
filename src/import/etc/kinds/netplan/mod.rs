//! Files of /etc/netplan: network interfaces as netplan sets them up.
//!
//! Manual: netplan(5), <https://netplan.readthedocs.io/en/stable/netplan-yaml/>
//!
//! What options of interfaces do not say becomes units of systemd-networkd, as netplan itself makes them.
//!
//! Left out: Open vSwitch, modems, and virtual functions of devices.

mod units;
mod wifi;

use serde_yaml::{Mapping, Value};

use super::interfaces::{full_address, leads_somewhere};
use super::{Entry, Fate, Given, Kind, Lines, Meaning, name_in};
use crate::model::{
    Content, Family, Hole, HoleKind, Interface, InterfaceTrait, NetworkUnit, NetworkUnitKind,
    OTHERS, Resource, Service, Setting, Settings, Text, UnitSection,
};
use crate::syntax::Place;
use crate::syntax::netplan::{self, BOND, NOT_NEEDED, OF_WIFI, shown, strings, truth};

pub(super) const KIND: Kind = Kind {
    name: "netplan",
    paths: "/etc/netplan/*.yaml",
    becomes: "Each device becomes networking.interfaces.<name>, and networking.bridges, .vlans, .bonds, .defaultGateway and .nameservers what stands there; a name by hardware address becomes systemd.network.links, a wireless network networking.wireless or a profile of NetworkManager. Tunnels, policies of routing and whatever else goes beyond that become systemd.network.networks and .netdevs.",
    matches: |path| {
        name_in(path, "/etc/netplan")
            .is_some_and(|name| name.ends_with(".yaml") || name.ends_with(".yml"))
    },
    read,
    lines: Lines::Together,
    file: Fate::Replaced,
};

/// What the file comes to, in the order in which it says it.
struct Plan<'a> {
    given: &'a Given<'a>,
    resources: Vec<Resource>,
    left: Vec<Entry>,
}

fn read(given: &Given) -> Vec<Entry> {
    let text = given.text();
    let place = whole(text);
    let parsed: Result<Value, _> = serde_yaml::from_str(text);
    let root = match parsed {
        Ok(Value::Null) => return Vec::new(),
        Ok(root) => root,
        Err(problem) => return vec![given.unknown(place, format!("it is no YAML: {problem}"))],
    };
    let Some(own) = root.get("network").and_then(Value::as_mapping) else {
        return vec![given.unknown(place, "it has no mapping `network`")];
    };
    let whole = joined(given, &root);
    let network = whole
        .get("network")
        .and_then(Value::as_mapping)
        .unwrap_or(own);
    let needs_units = netplan::needs_units(network);
    let mut plan = Plan {
        given,
        resources: Vec::new(),
        left: Vec::new(),
    };
    let by_manager = network.get("renderer").and_then(Value::as_str) == Some("NetworkManager");
    if by_manager {
        plan.resources.push(daemon("NetworkManager"));
    }
    if needs_units && !by_manager {
        plan.resources.push(daemon("systemd-networkd"));
    }
    for (kind, devices) in own {
        let kind = kind.as_str().unwrap_or_default();
        let named = |name: &Value, device: &Value| {
            let name = name.as_str().unwrap_or_default().to_owned();
            let whole = network.get(kind).and_then(|it| it.get(&name));
            (name, whole.unwrap_or(device).clone())
        };
        match (kind, devices.as_mapping()) {
            ("version" | "renderer", _) => {}
            ("ethernets" | "vlans" | "bridges" | "bonds", Some(devices)) => {
                for (name, device) in devices {
                    let (name, device) = named(name, device);
                    if needs_units && !(by_manager || is_of_manager(&device)) {
                        plan.units(kind, &name, &device, network);
                    } else {
                        plan.device(kind, &name, &device);
                    }
                }
            }
            ("tunnels" | "vrfs" | "dummy-devices" | "virtual-ethernets", Some(devices))
                if !by_manager =>
            {
                for (name, device) in devices {
                    let (name, device) = named(name, device);
                    plan.units(kind, &name, &device, network);
                }
            }
            ("wifis", Some(devices)) => {
                for (name, device) in devices {
                    let (name, device) = named(name, device);
                    let network = needs_units.then_some(network);
                    plan.wifi(&name, &device, by_manager, network);
                }
            }
            _ => plan.leave(
                kind,
                format!("`{kind}` is not known here; systemd.network.netdevs may say it"),
            ),
        }
    }
    // A file that leads somewhere is of the whole machine: netplan leaves alone what it does not name.
    if plan.resources.iter().any(leads_somewhere) {
        plan.has(OTHERS, InterfaceTrait::Dhcp(false));
    }
    let Plan {
        resources, left, ..
    } = plan;
    let mut entries = Vec::new();
    let may_hide = |it: &Resource| matches!(it, Resource::File(_) | Resource::NetworkUnit(_));
    if resources.iter().any(may_hide) {
        entries.push(with_passwords(given, place, resources));
    } else if !resources.is_empty() {
        entries.push(given.asks_all(place, resources));
    } else if left.is_empty() {
        entries.push(given.not_needed(place, "it names no device"));
    }
    entries.extend(left);
    entries
}

fn daemon(name: &str) -> Resource {
    Resource::Service(Service {
        name: name.to_owned(),
        family: Family::Other,
        enabled: Some(true),
        running: None,
        masked: false,
        linked_in: Vec::new(),
    })
}

fn is_of_manager(device: &Value) -> bool {
    device.get("renderer").and_then(Value::as_str) == Some("NetworkManager")
}

/// Returns what all files of the machine say together. Of those that hold what is not known only this one is read.
fn joined(given: &Given, root: &Value) -> Value {
    let mut all: Vec<(&str, Value)> = given
        .others
        .iter()
        .filter(|(path, _)| path != given.path && (KIND.matches)(path))
        .filter_map(|(path, text)| Some((path.as_str(), serde_yaml::from_str(text).ok()?)))
        .collect();
    all.push((given.path, root.clone()));
    all.sort_by(|one, other| one.0.cmp(other.0));
    let mut all = all.into_iter().map(|(_, it)| it);
    let first = all.next().unwrap_or_default();
    all.fold(first, netplan::join)
}

/// Passwords of networks are holes of the files that the resources are; nothing else may be one.
fn with_passwords(given: &Given, place: Place, resources: Vec<Resource>) -> Entry {
    let mut entry = given.entry(place, Meaning::Asks(Vec::new()));
    let holes: Vec<Hole> = entry.text.holes().cloned().collect();
    let in_files = |it: &Resource| match it {
        Resource::File(file) => match &file.content {
            Content::Text(text) => text.holes().cloned().collect(),
            Content::Binary(_) | Content::Fetched(_) => Vec::new(),
        },
        Resource::NetworkUnit(unit) => {
            let directives = unit.sections.iter().flat_map(|it| it.directives.values());
            let holes = directives.flatten().flat_map(Text::holes);
            holes.cloned().collect()
        }
        _ => Vec::new(),
    };
    let own: Vec<Hole> = resources.iter().flat_map(in_files).collect();
    let other = holes
        .iter()
        .find(|it| it.kind == HoleKind::Unknown || !own.contains(it));
    entry.meaning = match other {
        Some(hole) => Meaning::Hole(hole.clone()),
        None => Meaning::Asks(resources),
    };
    // What is shown of the file must not hold them.
    if let Some(hole) = own.first() {
        entry.text = Text::hole(hole.clone());
    }
    entry
}

fn whole(text: &str) -> Place {
    Place {
        line: 1,
        start: 0,
        end: text.trim_end_matches('\n').len(),
    }
}

impl Plan<'_> {
    fn leave(&mut self, key: &str, why: impl Into<String>) {
        let text = self.given.text();
        let wanted = format!("{key}:");
        let mut start = 0;
        let mut place = whole(text);
        for (line, number) in text.split_inclusive('\n').zip(1..) {
            if line
                .trim_start()
                .trim_start_matches("- ")
                .starts_with(&wanted)
            {
                place = Place {
                    line: number,
                    start,
                    end: start + line.trim_end().len(),
                };
                break;
            }
            start += line.len();
        }
        let entry = self.given.entry(place, Meaning::Unknown(why.into()));
        if !self.left.contains(&entry) {
            self.left.push(entry);
        }
    }

    fn has(&mut self, name: &str, has: InterfaceTrait) {
        self.resources.push(Resource::Interface(Interface {
            name: name.to_owned(),
            has,
        }));
    }

    /// A wireless device: its networks are files of NetworkManager or of wpa_supplicant.
    fn wifi(&mut self, id: &str, device: &Value, by_manager: bool, units_of: Option<&Mapping>) {
        let empty = Mapping::new();
        let fields = device.as_mapping().unwrap_or(&empty);
        let renderer = fields.get("renderer").and_then(Value::as_str);
        let by_manager = renderer.map_or(by_manager, |it| it == "NetworkManager");
        match wifi::files(self.given, id, fields, by_manager) {
            Ok(files) => self.resources.extend(files),
            Err(why) => return self.leave(id, why),
        }
        if by_manager {
            let others = fields.keys().filter_map(Value::as_str);
            let known = |it: &&str| {
                OF_WIFI.contains(it)
                    || NOT_NEEDED.contains(it)
                    || matches!(*it, "dhcp4" | "dhcp6" | "addresses" | "match")
            };
            let others: Vec<&str> = others.filter(|it| !known(it)).collect();
            for key in others {
                self.leave(
                    key,
                    format!("`{key}` of `{id}` is not stated for NetworkManager"),
                );
            }
            return;
        }
        let rest: Mapping = fields
            .iter()
            .filter(|(key, _)| !key.as_str().is_some_and(|it| OF_WIFI.contains(&it)))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        match units_of {
            Some(network) => self.units("wifis", id, &Value::Mapping(rest), network),
            None => self.device("wifis", id, &Value::Mapping(rest)),
        }
    }

    fn device(&mut self, kind: &str, id: &str, device: &Value) {
        let empty = Mapping::new();
        let fields = device.as_mapping().unwrap_or(&empty);
        let name = match self.name(id, fields) {
            Some(name) => name,
            None => {
                self.leave(id, format!("the device `{id}` is found by more than its name; systemd.network.networks can match it"));
                return;
            }
        };
        match kind {
            "vlans" => {
                let number = fields.get("id").and_then(Value::as_u64);
                let number = number.and_then(|it| u16::try_from(it).ok());
                match (number, fields.get("link").and_then(Value::as_str)) {
                    (Some(id), Some(on)) => {
                        let on = on.to_owned();
                        self.has(&name, InterfaceTrait::Vlan { on, id });
                    }
                    _ => self.leave(id, "the VLAN has no number, or nothing that it is on"),
                }
            }
            "bridges" => self.has(
                &name,
                InterfaceTrait::Bridge(strings(fields.get("interfaces"))),
            ),
            "bonds" => self.bond(&name, fields),
            _ => {}
        }
        self.addresses(&name, fields);
        let dhcp = ["dhcp4", "dhcp6"].map(|key| fields.get(key).and_then(truth));
        match dhcp {
            [Some(true), _] | [_, Some(true)] => self.has(&name, InterfaceTrait::Dhcp(true)),
            [Some(false), _] | [_, Some(false)] | [None, None] => {
                self.has(&name, InterfaceTrait::Dhcp(false));
            }
        }
        for (key, value) in fields {
            let key = key.as_str().unwrap_or_default();
            self.field(&name, key, value);
        }
    }

    /// Returns the name that a device has when it is up.
    fn name(&mut self, id: &str, fields: &Mapping) -> Option<String> {
        let Some(found) = fields.get("match").and_then(Value::as_mapping) else {
            return (!id.contains('*')).then(|| id.to_owned());
        };
        let address = found.get("macaddress").and_then(Value::as_str);
        let own = found.get("name").and_then(Value::as_str);
        match (address, own, fields.get("set-name").and_then(Value::as_str)) {
            (Some(address), None, Some(name)) => {
                let section = |header: &str, key: &str, value: &str| UnitSection {
                    name: header.to_owned(),
                    directives: [(key.to_owned(), vec![Text::from(value)])]
                        .into_iter()
                        .collect(),
                };
                self.resources.push(Resource::NetworkUnit(NetworkUnit {
                    name: format!("10-{name}"),
                    kind: NetworkUnitKind::Link,
                    drop_in: None,
                    sections: vec![
                        section("Match", "PermanentMACAddress", address),
                        section("Link", "Name", name),
                    ],
                }));
                Some(name.to_owned())
            }
            (None, Some(own), None) if !own.contains('*') => Some(own.to_owned()),
            _ => None,
        }
    }

    fn bond(&mut self, name: &str, fields: &Mapping) {
        let members = strings(fields.get("interfaces"));
        let mut options = Vec::new();
        let parameters = fields.get("parameters").and_then(Value::as_mapping);
        for (key, value) in parameters.into_iter().flatten() {
            let key = key.as_str().unwrap_or_default();
            match BOND.iter().find(|(own, _)| *own == key) {
                Some((_, option)) => options.push(((*option).to_owned(), shown(value))),
                None => self.leave(key, format!("the bond's `{key}` is not known here")),
            }
        }
        self.has(name, InterfaceTrait::Bond { members, options });
    }

    fn addresses(&mut self, name: &str, fields: &Mapping) {
        for address in fields
            .get("addresses")
            .and_then(Value::as_sequence)
            .into_iter()
            .flatten()
        {
            let text = match address {
                Value::Mapping(one) => one.keys().next().map(shown).unwrap_or_default(),
                other => shown(other),
            };
            match full_address(&text, None) {
                Ok(made) => self.has(name, made),
                Err(why) => self.leave("addresses", why),
            }
        }
    }

    fn field(&mut self, name: &str, key: &str, value: &Value) {
        match key {
            "dhcp4" | "dhcp6" | "addresses" | "match" | "set-name" | "interfaces" | "id"
            | "link" => {}
            "accept-ra" | "link-local" | "ipv6-privacy" if is_usual(key, value) => {}
            "parameters" if value.get("mode").is_some() => {}
            "parameters" => self.bridge_parameters(name, value),
            "gateway4" | "gateway6" => match shown(value).parse() {
                Ok(address) => self.has(
                    name,
                    InterfaceTrait::Gateway {
                        address,
                        metric: None,
                    },
                ),
                Err(_) => self.leave(key, format!("`{}` is no address", shown(value))),
            },
            "routes" => {
                for route in value.as_sequence().into_iter().flatten() {
                    self.route(name, route);
                }
            }
            "nameservers" => {
                let lists = [
                    ("addresses", Settings::NameServer),
                    ("search", Settings::SearchDomain),
                ];
                for (list, of) in lists {
                    for value in strings(value.get(list)) {
                        self.resources.push(Resource::Setting(Setting {
                            of,
                            name: String::new(),
                            value,
                        }));
                    }
                }
            }
            "mtu" => match value.as_u64().and_then(|it| u32::try_from(it).ok()) {
                Some(mtu) => self.has(name, InterfaceTrait::Mtu(mtu)),
                None => self.leave(key, format!("`{}` is no number", shown(value))),
            },
            "macaddress" => self.has(name, InterfaceTrait::MacAddress(shown(value))),
            _ if NOT_NEEDED.contains(&key) => {}
            _ => self.leave(
                key,
                format!("`{key}` of `{name}` has no option among networking.interfaces"),
            ),
        }
    }

    fn bridge_parameters(&mut self, name: &str, value: &Value) {
        for (key, value) in value.as_mapping().into_iter().flatten() {
            let key = key.as_str().unwrap_or_default();
            // A bridge of NixOS spans no tree, and so waits for nothing.
            let is_usual = key == "stp" && truth(value) == Some(false) || key == "forward-delay";
            if !is_usual {
                self.leave(
                    key,
                    format!("`{key}` of the bridge `{name}` is not known here"),
                );
            }
        }
    }

    fn route(&mut self, name: &str, route: &Value) {
        let text = |key: &str| route.get(key).map(shown);
        let to = text("to").unwrap_or_default();
        let via = text("via").and_then(|it| it.parse().ok());
        let metric = route.get("metric").and_then(Value::as_u64);
        let metric = metric.and_then(|it| u32::try_from(it).ok());
        let others = route.as_mapping().into_iter().flat_map(Mapping::keys);
        let mut others = others.filter_map(Value::as_str);
        if let Some(other) = others.find(|it| !matches!(*it, "to" | "via" | "metric" | "on-link")) {
            self.leave(other, format!("`{other}` of a route is not known here"));
            return;
        }
        let is_default = matches!(to.as_str(), "default" | "0.0.0.0/0" | "::/0" | "0/0");
        match (is_default, via, full_address(&to, Some("32"))) {
            (true, Some(address), _) => self.has(name, InterfaceTrait::Gateway { address, metric }),
            (false, via, Ok(InterfaceTrait::Address { address, prefix })) => self.has(
                name,
                InterfaceTrait::Route {
                    destination: address,
                    prefix,
                    via,
                    metric,
                },
            ),
            _ => self.leave("routes", format!("the route to `{to}` leads nowhere")),
        }
    }
}

/// Tells whether a value is what NixOS does by itself.
fn is_usual(key: &str, value: &Value) -> bool {
    match key {
        "accept-ra" => truth(value) == Some(true),
        "link-local" => strings(Some(value)).iter().all(|it| it == "ipv6"),
        _ => truth(value) == Some(true),
    }
}

/// A password or a key, which is not known where it has a hole that is none.
fn secret(given: &Given, text: &str, what: String) -> Text {
    let decoded = given.decode(text);
    if decoded.worst_hole().is_some() {
        return decoded;
    }
    Text::hole(Hole {
        kind: HoleKind::Secret,
        what,
        span: None,
    })
}
