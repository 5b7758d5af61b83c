//! What interfaces have, whatever file says it: as nixos/modules/tasks/network-interfaces-scripted.nix makes it from
//! `networking`, where nothing is written but commands, so that the meaning itself stands for a file.
//!
//! In the tree is each interface with its addresses, routes, whether it asks for addresses by DHCP, and what it is made
//! of; the default routes, name servers and search domains are the machine's. What no option says is below `left`.

use serde_json::{Map, Value, json};

use super::formats::{each, plain};

/// What is known of the machine's interfaces.
#[derive(Default)]
pub(super) struct Wiring {
    root: Map<String, Value>,
}

impl Wiring {
    /// Returns what was written from `networking`, if a text is that.
    pub(super) fn written(text: &str) -> Option<Value> {
        text.starts_with('{')
            .then(|| serde_json::from_str(text).ok())
            .flatten()
    }

    /// Says that an interface is there, which asks for no addresses by DHCP unless that is said.
    pub(super) fn interface(&mut self, name: &str) {
        let place = self.root.entry(name);
        place.or_insert_with(|| json!({ "dhcp": false }));
    }

    /// Adds to a list of an interface; such lists have no order.
    pub(super) fn add(&mut self, name: &str, list: &str, value: String) {
        self.interface(name);
        if let Some(Value::Object(own)) = self.root.get_mut(name) {
            put(own, list, value);
        }
    }

    pub(super) fn set(&mut self, name: &str, key: &str, value: impl Into<Value>) {
        self.interface(name);
        if let Some(Value::Object(own)) = self.root.get_mut(name) {
            own.insert(key.to_owned(), value.into());
        }
    }

    /// Adds to a list of the machine.
    pub(super) fn of_machine(&mut self, list: &str, value: String) {
        put(&mut self.root, list, value);
    }

    /// Tells whether an interface gets an address: then the file is that of the whole machine.
    pub(super) fn leads(&self) -> bool {
        let asks = |it: &Value| {
            it.get("dhcp") == Some(&Value::Bool(true)) || it.get("addresses").is_some()
        };
        self.root.values().any(asks)
            || self.root.contains_key("gateway4")
            || self.root.contains_key("gateway6")
    }

    /// Interfaces that nothing names ask for addresses, or do not.
    pub(super) fn others(&mut self, dhcp: bool) {
        self.root
            .insert("others".to_owned(), json!({ "dhcp": dhcp }));
    }

    pub(super) fn gateway(&mut self, address: &str, name: &str, metric: Option<&str>) {
        let list = if address.contains(':') {
            "gateway6"
        } else {
            "gateway4"
        };
        self.of_machine(list, route(address, Some(name), metric));
    }

    pub(super) fn value(self) -> Value {
        Value::Object(self.root)
    }
}

fn put(map: &mut Map<String, Value>, list: &str, value: String) {
    let place = map.entry(list).or_insert_with(|| Value::Array(Vec::new()));
    if let Value::Array(all) = place
        && !all.contains(&Value::from(value.as_str()))
    {
        all.push(value.into());
        all.sort_by_key(plain);
    }
}

/// A route in one line.
pub(super) fn route(to: &str, via: Option<&str>, metric: Option<&str>) -> String {
    let part = |word: &str, value: Option<&str>| value.map(|it| format!(" {word} {it}"));
    format!(
        "{to}{}{}",
        part("by", via).unwrap_or_default(),
        part("metric", metric).unwrap_or_default()
    )
}

/// Writes what `networking` comes to.
pub(super) fn write(value: &Value) -> Option<String> {
    let own = value.as_object()?;
    let mut wiring = Wiring::default();
    let all = own.get("useDHCP") != Some(&Value::Bool(false));
    wiring.others(all);
    let sets = |name: &str| {
        own.get(name)
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
    };
    for (name, interface) in sets("interfaces") {
        let mut has_v4 = false;
        for family in ["ipv4", "ipv6"] {
            let family_of = interface.get(family);
            let list = |name: &str| {
                family_of
                    .and_then(|it| it.get(name))
                    .map(each)
                    .unwrap_or_default()
            };
            for it in list("addresses") {
                has_v4 |= family == "ipv4";
                wiring.add(name, "addresses", cidr(it)?);
            }
            for it in list("routes") {
                let via = it.get("via").and_then(Value::as_str);
                let metric = it.get("options").and_then(|it| it.get("metric"));
                let metric = metric.map(plain);
                wiring.add(name, "routes", route(&cidr(it)?, via, metric.as_deref()));
            }
        }
        let dhcp = interface.get("useDHCP").and_then(Value::as_bool);
        wiring.set(name, "dhcp", dhcp.unwrap_or(all && !has_v4));
        if let Some(mtu) = interface.get("mtu").filter(|it| it.is_number()) {
            wiring.set(name, "mtu", plain(mtu));
        }
        if let Some(mac) = interface.get("macAddress").and_then(Value::as_str) {
            wiring.set(name, "mac", mac.to_ascii_lowercase());
        }
    }
    for (name, it) in sets("bridges") {
        wiring.set(name, "bridge", it.get("interfaces")?.clone());
    }
    for (name, it) in sets("vlans") {
        let on = it.get("interface")?.as_str()?;
        wiring.set(name, "vlan", format!("{} on {on}", it.get("id")?));
    }
    for (name, it) in sets("bonds") {
        wiring.set(name, "bond", it.get("interfaces")?.clone());
        for (option, value) in it
            .get("driverOptions")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            wiring.add(name, "options", format!("{option} {}", plain(value)));
        }
    }
    for option in ["defaultGateway", "defaultGateway6"] {
        let Some(it) = own.get(option).filter(|it| it.is_object()) else {
            continue;
        };
        let Some(address) = it.get("address").and_then(Value::as_str) else {
            continue;
        };
        let metric = it.get("metric").filter(|it| !it.is_null()).map(plain);
        let on = it
            .get("interface")
            .and_then(Value::as_str)
            .unwrap_or_default();
        wiring.gateway(address, on, metric.as_deref());
    }
    for (option, list) in [("nameservers", "nameservers"), ("search", "search")] {
        for it in own.get(option).map(each).unwrap_or_default() {
            wiring.of_machine(list, plain(it));
        }
    }
    Some(wiring.value().to_string())
}

fn cidr(value: &Value) -> Option<String> {
    let address = value.get("address")?.as_str()?;
    Some(format!("{address}/{}", value.get("prefixLength")?))
}
