//! `nmcli`: a connection of NetworkManager, as the keyfile in which it keeps one.
//!
//! Manuals: <https://docs.ansible.com/ansible/latest/collections/community/general/nmcli_module.html>, nm-settings-keyfile(5)
//!
//! Left out: teams, tunnels, modems and VPNs, whose keyfiles hang on plugins.

use super::{Kind, Module, Run};
use crate::account::Code;
use crate::import::ansible::params::{Params, Refusal, text_of};
use crate::import::ansible::value::Value;
use crate::import::state::Key;
use crate::model::{Content, File, Mode, Resource, Text};

pub(super) const MODULE: Module = Module {
    names: &["nmcli"],
    collection: "community.general",
    becomes: "A profile of networking.networkmanager.ensureProfiles.",
    kind: Kind::Changes,
    run,
};

const FOLDER: &str = "/etc/NetworkManager/system-connections";

/// What a parameter is in the keyfile, by section.
const SETTINGS: [(&str, &str, &str); 35] = [
    ("bond", "arp_interval", "arp_interval"),
    ("bond", "arp_ip_target", "arp_ip_target"),
    ("bond", "downdelay", "downdelay"),
    ("bond", "fail_over_mac", "fail_over_mac"),
    ("bond", "miimon", "miimon"),
    ("bond", "mode", "mode"),
    ("bond", "primary", "primary"),
    ("bond", "updelay", "updelay"),
    ("bond", "xmit_hash_policy", "xmit_hash_policy"),
    ("bridge", "ageingtime", "ageing-time"),
    ("bridge", "forwarddelay", "forward-delay"),
    ("bridge", "hellotime", "hello-time"),
    ("bridge", "mac", "mac-address"),
    ("bridge", "maxage", "max-age"),
    ("bridge", "priority", "priority"),
    ("bridge", "stp", "stp"),
    ("bridge-port", "hairpin", "hairpin-mode"),
    ("bridge-port", "path_cost", "path-cost"),
    ("bridge-port", "slavepriority", "priority"),
    ("connection", "autoconnect", "autoconnect"),
    ("connection", "autoconnect_priority", "autoconnect-priority"),
    ("connection", "autoconnect_retries", "autoconnect-retries"),
    ("connection", "zone", "zone"),
    ("ethernet", "mtu", "mtu"),
    ("ipv4", "dhcp_client_id", "dhcp-client-id"),
    ("ipv4", "gw4", "gateway"),
    ("ipv4", "may_fail4", "may-fail"),
    ("ipv4", "route_metric4", "route-metric"),
    ("ipv6", "addr_gen_mode6", "addr-gen-mode"),
    ("ipv6", "gw6", "gateway"),
    ("ipv6", "ip_privacy6", "ip6-privacy"),
    ("ipv6", "route_metric6", "route-metric"),
    ("vlan", "flags", "flags"),
    ("vlan", "vlandev", "parent"),
    ("vlan", "vlanid", "id"),
];

/// The same, where the keyfile has it only if it is true.
const SWITCHES: [(&str, &str, &str); 6] = [
    ("ipv4", "dns4_ignore_auto", "ignore-auto-dns"),
    ("ipv4", "gw4_ignore_auto", "ignore-auto-routes"),
    ("ipv4", "never_default4", "never-default"),
    ("ipv6", "dns6_ignore_auto", "ignore-auto-dns"),
    ("ipv6", "gw6_ignore_auto", "ignore-auto-routes"),
    ("ipv6", "never_default6", "never-default"),
];

/// The types of connections that are read, and what the keyfile calls them.
const TYPES: [(&str, &str); 10] = [
    ("bond", "bond"),
    ("bond-slave", "ethernet"),
    ("bridge", "bridge"),
    ("bridge-slave", "ethernet"),
    ("dummy", "dummy"),
    ("ethernet", "ethernet"),
    ("infiniband", "infiniband"),
    ("vlan", "vlan"),
    ("wifi", "wifi"),
    ("wireguard", "wireguard"),
];

/// A keyfile in the making: sections in order, each with its lines.
#[derive(Default)]
struct Keyfile {
    sections: Vec<(&'static str, Vec<(String, Text)>)>,
}

impl Keyfile {
    fn set(&mut self, section: &'static str, name: &str, value: impl Into<Text>) {
        let pair = (name.to_owned(), value.into());
        match self.sections.iter_mut().find(|(it, _)| *it == section) {
            Some((_, pairs)) => pairs.push(pair),
            None => self.sections.push((section, vec![pair])),
        }
    }

    fn text(&self) -> Text {
        let mut text = Text::new();
        for (section, pairs) in &self.sections {
            if !text.pieces().is_empty() {
                text.push_str("\n");
            }
            text.push_str(&format!("[{section}]\n"));
            for (name, value) in pairs {
                text.push_str(&format!("{name}="));
                text.push(value);
                text.push_str("\n");
            }
        }
        text
    }
}

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    // When it is taken up is for NetworkManager to say.
    params.pass_over(&["conn_reload", "ignore_unsupported_suboptions"]);
    let name = params.required(&["conn_name"])?;
    let states = ["absent", "down", "present", "up"];
    let state = params.choice(&["state"], &states, "present")?;
    let path = format!("{FOLDER}/{}.nmconnection", name.replace('/', "*"));
    if state == "absent" {
        params.rest();
        run.remove(
            &Key::Path(path),
            &format!("the connection `{name}` of NetworkManager"),
        );
        return Ok(());
    }
    let kind = params.string(&["type"])?;
    if kind.is_none() && params.left().is_empty() {
        run.not_needed("NetworkManager takes a connection up by itself");
        return Ok(());
    }
    let kind = kind.unwrap_or_else(|| "ethernet".to_owned());
    let Some((_, own)) = TYPES.iter().find(|(it, _)| *it == kind) else {
        let reason = format!("a connection of type `{kind}` is not read");
        return Err(Refusal::new(Code::CannotState, reason)
            .cure("state it in networking.networkmanager.ensureProfiles.profiles"));
    };
    let interface = params.string(&["ifname"])?;
    let master = params.string(&["master"])?;
    let port = params.string(&["slave_type"])?;
    let mut file = Keyfile::default();
    file.set("connection", "id", name.as_str());
    file.set("connection", "type", *own);
    let id = params.value(&["vlanid"]);
    let interface = interface.or_else(|| match (kind.as_str(), &id) {
        ("vlan", Some(id)) => Some(format!("vlan{}", text_of(id))),
        ("bond" | "bridge", _) => Some(name.clone()),
        _ => None,
    });
    if let Some(interface) = interface.filter(|it| it != "*") {
        file.set("connection", "interface-name", interface);
    }
    if let Some(master) = master {
        let of_kind = kind.strip_suffix("-slave").map(str::to_owned);
        let port = port.or(of_kind).unwrap_or_else(|| "bridge".to_owned());
        file.set("connection", "master", master);
        file.set("connection", "slave-type", port);
    }
    if let Some(id) = id {
        file.set("vlan", "id", text_of(&id));
    }
    settings(params, &kind, &mut file)?;
    let is_port = kind.ends_with("-slave");
    for (section, end) in [("ipv4", '4'), ("ipv6", '6')] {
        addresses(params, (section, end), is_port, &mut file)?;
    }
    wifi(params, &mut file)?;
    run.put(Resource::File(File {
        path,
        content: Content::Text(file.text()),
        mode: Some(Mode(0o600)),
        owner: None,
        group: None,
    }));
    Ok(())
}

fn settings(params: &mut Params, kind: &str, file: &mut Keyfile) -> Result<(), Refusal> {
    for (section, parameter, name) in SETTINGS {
        // What several types have stands in the section of each: only that of this one counts.
        let is_meant = match section {
            "bond" | "bridge" | "vlan" => section == kind,
            "bridge-port" => kind == "bridge-slave",
            _ => true,
        };
        if !is_meant {
            continue;
        }
        let value = match params.value(&[parameter]) {
            None | Some(Value::None | Value::Undefined(_)) => continue,
            Some(Value::Bool(value)) => Text::from(if value { "true" } else { "false" }),
            Some(Value::List(items)) => joined(&items.iter().map(text_of).collect::<Vec<_>>(), ","),
            Some(value) => text_of(&value),
        };
        file.set(section, name, value);
    }
    for (section, parameter, name) in SWITCHES {
        if params.flag(&[parameter])?.unwrap_or(false) {
            file.set(section, name, "true");
        }
    }
    Ok(())
}

fn joined(items: &[Text], between: &str) -> Text {
    let mut all = Text::new();
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            all.push_str(between);
        }
        all.push(item);
    }
    all
}

/// The addresses, name servers and routes of one protocol; `end` is what its parameters end in.
fn addresses(
    params: &mut Params,
    (section, end): (&'static str, char),
    is_port: bool,
    file: &mut Keyfile,
) -> Result<(), Refusal> {
    let given = params.list(&[&format!("ip{end}")])?.unwrap_or_default();
    let method = params.string(&[&format!("method{end}")])?;
    let servers = params.list(&[&format!("dns{end}")])?.unwrap_or_default();
    let search = params.list(&[&format!("dns{end}_search")])?;
    let options = params.list(&[&format!("dns{end}_options")])?;
    let routes = params.list(&[&format!("routes{end}")])?.unwrap_or_default();
    let extended = params.value(&[&format!("routes{end}_extended")]);
    if is_port {
        return Ok(());
    }
    let usual = if given.is_empty() { "auto" } else { "manual" };
    file.set(section, "method", method.as_deref().unwrap_or(usual));
    for (at, address) in given.iter().enumerate() {
        file.set(section, &format!("address{}", at + 1), address.as_str());
    }
    for (name, items) in [
        ("dns", servers),
        ("dns-search", search.unwrap_or_default()),
        ("dns-options", options.unwrap_or_default()),
    ] {
        if !items.is_empty() {
            file.set(section, name, format!("{};", items.join(";")));
        }
    }
    let mut count = 0;
    for route in &routes {
        count += 1;
        let words: Vec<&str> = route.split_whitespace().collect();
        file.set(section, &format!("route{count}"), words.join(","));
    }
    if let Some(Value::List(items)) = extended {
        for item in items.iter() {
            let Value::Dict(pairs) = item else { continue };
            let of = |name: &str| {
                let mut all = pairs.iter();
                all.find(|(it, _)| it.to_string() == name)
                    .map(|(_, value)| text_of(value).to_string())
            };
            let known = ["ip", "next_hop", "metric"];
            if pairs
                .iter()
                .any(|(it, _)| !known.contains(&it.to_string().as_str()))
            {
                let reason = "a route has more than an address, a next hop and a metric";
                return Err(Refusal::new(Code::CannotState, reason));
            }
            let words = [of("ip"), of("next_hop"), of("metric")];
            count += 1;
            let words: Vec<String> = words.into_iter().flatten().collect();
            file.set(section, &format!("route{count}"), words.join(","));
        }
    }
    Ok(())
}

/// The network of a wireless connection, and how to get into it.
fn wifi(params: &mut Params, file: &mut Keyfile) -> Result<(), Refusal> {
    if let Some(ssid) = params.text(&["ssid"])? {
        file.set("wifi", "ssid", ssid);
    }
    for (parameter, section) in [
        ("wifi", "wifi"),
        ("wifi_sec", "wifi-security"),
        ("wireguard", "wireguard"),
    ] {
        for (name, value) in params.pairs(&[parameter])? {
            file.set(section, &name, value);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn a_connection_is_its_keyfile() {
        check(
            "- nmcli: {conn_name: lan, ifname: eth0, type: ethernet, ip4: 192.0.2.2/24, gw4: 192.0.2.1, dns4: [192.0.2.53], autoconnect: true, state: present}",
            &[
                r#"{"file":{"path":"/etc/NetworkManager/system-connections/lan.nmconnection","content":"[connection]\nid=lan\ntype=ethernet\ninterface-name=eth0\nautoconnect=true\n\n[ipv4]\ngateway=192.0.2.1\nmethod=manual\naddress1=192.0.2.2/24\ndns=192.0.2.53;\n\n[ipv6]\nmethod=auto\n","mode":"0600"}}"#,
            ],
        );
        check(
            "- nmcli: {conn_name: port1, ifname: eth1, type: bond-slave, master: bond0, state: present}",
            &[
                r#"{"file":{"path":"/etc/NetworkManager/system-connections/port1.nmconnection","content":"[connection]\nid=port1\ntype=ethernet\ninterface-name=eth1\nmaster=bond0\nslave-type=bond\n","mode":"0600"}}"#,
            ],
        );
        check(
            "- nmcli: {conn_name: v7, type: vlan, vlanid: 7, vlandev: eth0, method4: disabled, method6: ignore, state: present}",
            &[
                r#"{"file":{"path":"/etc/NetworkManager/system-connections/v7.nmconnection","content":"[connection]\nid=v7\ntype=vlan\ninterface-name=vlan7\n\n[vlan]\nid=7\nparent=eth0\n\n[ipv4]\nmethod=disabled\n\n[ipv6]\nmethod=ignore\n","mode":"0600"}}"#,
            ],
        );
        check(
            "- nmcli: {conn_name: x, type: gsm, state: present}",
            &["manual: a connection of type `gsm` is not read"],
        );
        check(
            "- nmcli: {conn_name: x, state: up}",
            &["not-needed: NetworkManager takes a connection up by itself"],
        );
    }
}
