//! `NetworkUnit`: `systemd.network.networks`, `netdevs` and `links`.
//!
//! Manuals: systemd.network(5), systemd.netdev(5), systemd.link(5). The module writes the sections as they are given, and
//! checks them before (nixos/modules/system/boot/networkd.nix): it knows `yes` and `no`, takes numbers only as numbers,
//! and stops at what it does not know, which goes to extraConfig. A unit is one with what adds to it in its folder `.d`,
//! and each of these files states all of it.

use indexmap::IndexMap;

use super::machine;
use super::network_value::{expr, in_force};
use super::secret;
use super::statement::{Left, Lowered, Statement};
use crate::account::Code;
use crate::model::{Machine, NetworkUnit, NetworkUnitKind, Resource, Text, UnitSection};
use crate::nix::Expr;
use crate::plan::{OptionPath, Secret};
use crate::rules::network_fields::{LINK, NETDEV, NETWORK, Section, Shape};
use crate::syntax::network_unit;

/// Lists that stand beside the section `Network`, where people look for them.
const LISTS: [(&str, &str); 15] = [
    ("Address", "address"),
    ("Gateway", "gateway"),
    ("DNS", "dns"),
    ("Domains", "domains"),
    ("NTP", "ntp"),
    ("Bridge", "bridge"),
    ("Bond", "bond"),
    ("VRF", "vrf"),
    ("VLAN", "vlan"),
    ("IPVLAN", "ipvlan"),
    ("MACVLAN", "macvlan"),
    ("MACVTAP", "macvtap"),
    ("VXLAN", "vxlan"),
    ("Tunnel", "tunnel"),
    ("Xfrm", "xfrm"),
];

/// Keys, the directives that name a file with them instead, and how such a file ends.
const KEYS: [(&str, &str, &str); 3] = [
    ("PrivateKey", "PrivateKeyFile", "key"),
    ("PresharedKey", "PresharedKeyFile", "psk"),
    ("Key", "KeyFile", "key"),
];

/// A section under today's names.
struct Part {
    name: String,
    fields: IndexMap<String, Vec<Text>>,
}

pub(super) fn lower(unit: &NetworkUnit, machine: &Machine) -> Lowered {
    let option = match unit.kind {
        NetworkUnitKind::Network => "networks",
        NetworkUnitKind::Netdev => "netdevs",
        NetworkUnitKind::Link => "links",
    };
    let base = OptionPath::new(["systemd", "network", option, &unit.name]);
    let mut statement = Statement::default();
    state_daemon(unit, machine, &mut statement);
    let mut state = State {
        base,
        unit,
        keys: 0,
        statement,
        extra: String::new(),
    };
    match whole(unit, machine) {
        Some(sections) => {
            let table: &[Section] = match unit.kind {
                NetworkUnitKind::Network => &NETWORK,
                NetworkUnitKind::Netdev => &NETDEV,
                NetworkUnitKind::Link => &LINK,
            };
            state.sections(parts(&sections), table);
        }
        None => state.as_file(),
    }
    let State {
        base,
        mut statement,
        extra,
        ..
    } = state;
    if !extra.is_empty() {
        statement.set(base.child("extraConfig"), Expr::str(extra));
    }
    let says = |it: &super::statement::Wanted| it.kind != super::statement::Kind::Shared;
    if !statement.definitions.iter().any(says) && statement.left.is_empty() {
        return Lowered::NotNeeded(Code::NoMeaning, "the file sets nothing".to_owned());
    }
    Lowered::Stated(statement)
}

/// udev reads the names of links, with networkd or without.
fn state_daemon(unit: &NetworkUnit, machine: &Machine, statement: &mut Statement) {
    if unit.kind == NetworkUnitKind::Link {
        return;
    }
    let path = OptionPath::new(["systemd", "network", "enable"]);
    statement.share(path, Expr::Bool(true));
    if unit.kind == NetworkUnitKind::Network {
        // Else NixOS asks for addresses by a program of its own, too.
        let path = OptionPath::new(["networking", "useDHCP"]);
        statement.share(path, Expr::Bool(false));
    }
    let runs = machine::services(machine).any(|it| {
        it.name.trim_end_matches(".service") == "systemd-networkd" && it.enabled == Some(true)
    });
    if !runs {
        statement.assume("systemd-networkd runs on the old machine");
    }
}

/// Returns the sections of a unit and of what adds to it; none where the unit itself is not known.
fn whole<'a>(unit: &'a NetworkUnit, machine: &'a Machine) -> Option<Vec<&'a UnitSection>> {
    let resources = machine.entries.iter().map(|it| &it.resource);
    let mut all: Vec<&NetworkUnit> = resources
        .filter_map(|it| {
            if let Resource::NetworkUnit(other) = it {
                Some(other)
            } else {
                None
            }
        })
        .filter(|it| it.name == unit.name && it.kind == unit.kind)
        .collect();
    if all.is_empty() {
        all.push(unit);
    }
    // systemd.unit(5): they are read in the order of their names.
    all.sort_by(|a, b| a.drop_in.cmp(&b.drop_in));
    let is_known = all.iter().any(|it| it.drop_in.is_none());
    is_known.then(|| all.into_iter().flat_map(|it| &it.sections).collect())
}

/// Says sections under today's names, each directive where it belongs today.
fn parts(sections: &[&UnitSection]) -> Vec<Part> {
    let mut all: Vec<Part> = Vec::new();
    for section in sections {
        let first = all.len();
        for (key, values) in &section.directives {
            for value in values {
                let Some(plain) = value.plain() else {
                    put(&mut all, first, &section.name, key, value.clone());
                    continue;
                };
                for it in network_unit::today(&section.name, key, plain) {
                    put(&mut all, first, &it.section, &it.key, it.value.into());
                }
            }
        }
    }
    all
}

/// Puts a directive into the part of its name behind the first ones, which are of other sections.
fn put(all: &mut Vec<Part>, first: usize, section: &str, key: &str, value: Text) {
    let at = all.iter().skip(first).position(|it| it.name == section);
    let at = match at {
        Some(at) => first + at,
        None => {
            all.push(Part {
                name: section.to_owned(),
                fields: IndexMap::new(),
            });
            all.len() - 1
        }
    };
    all[at]
        .fields
        .entry(key.to_owned())
        .or_default()
        .push(value);
}

/// What is stated of one unit.
struct State<'a> {
    base: OptionPath,
    unit: &'a NetworkUnit,
    /// How many peers there were.
    keys: usize,
    statement: Statement,
    /// What no option says, as text.
    extra: String,
}

impl State<'_> {
    fn sections(&mut self, parts: Vec<Part>, table: &'static [Section]) {
        let mut joined: Vec<(Option<&'static Section>, Part)> = Vec::new();
        for part in parts {
            let row = table.iter().find(|it| it.name == part.name);
            let same = joined.iter_mut().find(|(_, it)| it.name == part.name);
            match (row.map(|it| it.shape), same) {
                (Some(Shape::One), Some((_, same))) => {
                    for (key, values) in part.fields {
                        same.fields.entry(key).or_default().extend(values);
                    }
                }
                // There is room for the first one alone.
                (Some(Shape::Own), Some(_)) => joined.push((None, part)),
                (_, _) => joined.push((row, part)),
            }
        }
        for (row, part) in joined {
            match row {
                Some(row) => self.section(row, part),
                None => self.verbatim(&part),
            }
        }
    }

    fn section(&mut self, row: &'static Section, mut part: Part) {
        if part.name == "WireGuardPeer" {
            self.keys += 1;
        }
        if self.unit.kind == NetworkUnitKind::Network
            && part.name == "Network"
            && let Some(values) = part.fields.shift_remove("IPForward")
        {
            self.forwarding(&in_force("Network", "IPForward", &values));
        }
        let unknown: Vec<String> = part
            .fields
            .keys()
            .filter(|it| !row.knows(it))
            .cloned()
            .collect();
        if !unknown.is_empty() {
            if row.shape != Shape::One {
                self.verbatim(&part);
                return;
            }
            let mut own = Part {
                name: part.name.clone(),
                fields: IndexMap::new(),
            };
            for key in unknown {
                if let Some(values) = part.fields.shift_remove(&key) {
                    own.fields.insert(key, values);
                }
            }
            self.verbatim(&own);
        }
        let is_network = self.unit.kind == NetworkUnitKind::Network && row.name == "Network";
        let place = self.base.child(row.option);
        let mut fields = Vec::new();
        for (key, values) in &part.fields {
            if values.iter().any(|it| it.plain().is_none()) {
                fields.extend(self.key(&part.name, key, values));
                continue;
            }
            let plain = in_force(&part.name, key, values);
            if KEYS.iter().any(|(_, file, _)| file == key) {
                for path in &plain {
                    self.statement.assume(format!(
                        "the key is in `{path}`, where systemd-networkd can read it"
                    ));
                }
            }
            let list = LISTS.iter().find(|(it, _)| is_network && it == key);
            if let Some((_, list)) = list {
                let words = plain.iter().flat_map(|it| it.split_ascii_whitespace());
                for word in words {
                    self.statement.add(self.base.child(list), Expr::str(word));
                }
            } else if let Some(expr) = expr(key, &plain) {
                fields.push((key.clone(), expr));
            }
        }
        if row.shape == Shape::List {
            if !fields.is_empty() {
                self.statement.add(place, Expr::Attrs(fields));
            }
            return;
        }
        for (key, expr) in fields {
            self.statement.set(place.child(&key), expr);
        }
    }

    /// A key goes into a file of its own, which the unit names.
    fn key(&mut self, section: &str, key: &str, values: &[Text]) -> Option<(String, Expr)> {
        let value = values.last()?;
        let known = KEYS.iter().find(|(it, _, _)| *it == key);
        let Some((_, file, end)) = known.filter(|_| section != "Tunnel") else {
            let what = value.worst_hole().map_or("", |it| it.what.as_str());
            let reason = format!("`{key}` is a secret ({what}), and has no directive for a file");
            self.statement.left.push(
                Left::new(Code::ValueSecret, reason)
                    .about(&self.base.to_string())
                    .cure("say it in a file of its own: /etc/systemd/network/<unit>.d/<name>.conf"),
            );
            return None;
        };
        let peer = match self.keys {
            0 => String::new(),
            number => format!("-peer{number}"),
        };
        let path = format!("/run/secrets/{}{peer}.{end}", self.unit.name);
        self.statement
            .assume(format!("the key is put into `{path}`"));
        let content = secret::hidden(value, &self.base.to_string());
        self.statement.secrets.push(Secret {
            // systemd-networkd is not root.
            group: Some("systemd-network".to_owned()),
            mode: Some("0640".to_owned()),
            ..secret::secret(&path, &content, format!("{}.{file}", self.base))
        });
        Some(((*file).to_owned(), Expr::str(path)))
    }

    /// What a link said of forwarding held for the whole machine.
    fn forwarding(&mut self, values: &[&str]) {
        let Some(value) = values.last() else { return };
        let families: &[&str] = match (*value, network_unit::truth(value)) {
            (_, Some(true)) => &["IPv4Forwarding", "IPv6Forwarding"],
            ("ipv4", _) => &["IPv4Forwarding"],
            ("ipv6", _) => &["IPv6Forwarding"],
            (_, _) => &[],
        };
        let place = OptionPath::new(["systemd", "network", "config", "networkConfig"]);
        for family in families {
            self.statement.share(place.child(family), Expr::str("yes"));
        }
    }

    fn verbatim(&mut self, part: &Part) {
        let mut text = format!("[{}]\n", part.name);
        for (key, values) in &part.fields {
            for value in values {
                let Some(plain) = value.plain() else {
                    self.key(&part.name, key, values);
                    return;
                };
                text.push_str(&format!("{key}={plain}\n"));
            }
        }
        let named: Vec<&str> = part.fields.keys().map(String::as_str).collect();
        let known = NETWORK.iter().chain(&NETDEV).any(|it| it.name == part.name);
        let what = match named.as_slice() {
            [only] if known => format!("`{only}` of `[{}]`", part.name),
            _ => format!("`[{}]`", part.name),
        };
        self.statement.assume(format!(
            "networkd takes {what} as it did, of which NixOS knows nothing"
        ));
        self.extra.push_str(&text);
    }

    /// What adds to a unit that others bring stays a file beside it.
    fn as_file(&mut self) {
        let mut text = String::new();
        for section in &self.unit.sections {
            text.push_str(&format!("[{}]\n", section.name));
            for (key, values) in &section.directives {
                for value in values {
                    let Some(plain) = value.plain() else {
                        self.key("Tunnel", key, values);
                        return;
                    };
                    text.push_str(&format!("{key}={plain}\n"));
                }
            }
        }
        let suffix = match self.unit.kind {
            NetworkUnitKind::Network => "network",
            NetworkUnitKind::Netdev => "netdev",
            NetworkUnitKind::Link => "link",
        };
        let name = format!(
            "systemd/network/{}.{suffix}.d/{}.conf",
            self.unit.name,
            self.unit.drop_in.as_deref().unwrap_or_default()
        );
        if !text.is_empty() {
            let path = OptionPath::new(["environment", "etc", &name, "text"]);
            self.statement.set(path, Expr::str(text));
            let unit = format!("{}.{suffix}", self.unit.name);
            self.statement.assume(format!("`{unit}` is there"));
        }
    }
}

#[cfg(test)]
mod tests {
    use indexmap::IndexMap;

    use crate::lower::tests::{check, check_all};
    use crate::model::{NetworkUnit, NetworkUnitKind, Resource, UnitSection};

    fn unit(kind: NetworkUnitKind, sections: &[(&str, &[(&str, &str)])]) -> Resource {
        let sections = sections.iter().map(|(name, directives)| {
            let mut all: IndexMap<String, Vec<crate::model::Text>> = IndexMap::new();
            for (key, value) in *directives {
                all.entry((*key).to_owned())
                    .or_default()
                    .push((*value).into());
            }
            UnitSection {
                name: (*name).to_owned(),
                directives: all,
            }
        });
        Resource::NetworkUnit(NetworkUnit {
            name: "10-lan".into(),
            kind,
            drop_in: None,
            sections: sections.collect(),
        })
    }

    #[test]
    fn networks_are_sets_and_lists() {
        check(
            unit(
                NetworkUnitKind::Network,
                &[
                    ("Match", &[("Name", "lan0")]),
                    (
                        "Network",
                        &[
                            ("Address", "192.0.2.1/24"),
                            ("Address", "2001:db8::1/64"),
                            ("DNS", "192.0.2.53 192.0.2.54"),
                            ("IPv6AcceptRA", "false"),
                        ],
                    ),
                    ("Route", &[("Gateway", "192.0.2.254"), ("Metric", "5")]),
                    ("Teleport", &[("To", "moon")]),
                ],
            ),
            r#"
            systemd.network.enable = true;
            networking.useDHCP = false;
            systemd.network.networks."10-lan".matchConfig.Name = "lan0";
            systemd.network.networks."10-lan".address += "192.0.2.1/24";
            systemd.network.networks."10-lan".address += "2001:db8::1/64";
            systemd.network.networks."10-lan".dns += "192.0.2.53";
            systemd.network.networks."10-lan".dns += "192.0.2.54";
            systemd.network.networks."10-lan".networkConfig.IPv6AcceptRA = "no";
            systemd.network.networks."10-lan".routes += { Gateway = "192.0.2.254"; Metric = 5; };
            systemd.network.networks."10-lan".extraConfig = ''
            [Teleport]
            To=moon
            '';
            assumed: systemd-networkd runs on the old machine; networkd takes `[Teleport]` as it did, of which NixOS knows nothing
            "#,
        );
    }

    #[test]
    fn links_need_no_daemon() {
        check(
            unit(
                NetworkUnitKind::Link,
                &[
                    ("Match", &[("MACAddress", "02:00:00:00:00:01")]),
                    ("Link", &[("Name", "lan0"), ("WakeOnLan", "off")]),
                ],
            ),
            r#"
            systemd.network.links."10-lan".matchConfig.MACAddress = "02:00:00:00:00:01";
            systemd.network.links."10-lan".linkConfig.Name = "lan0";
            systemd.network.links."10-lan".linkConfig.WakeOnLan = "off";
            "#,
        );
    }

    #[test]
    fn an_empty_value_takes_back() {
        check(
            unit(
                NetworkUnitKind::Netdev,
                &[
                    ("NetDev", &[("Name", "x"), ("Name", ""), ("Kind", "bridge")]),
                    ("VLAN", &[("Id", "7")]),
                ],
            ),
            r#"
            systemd.network.enable = true;
            systemd.network.netdevs."10-lan".netdevConfig.Kind = "bridge";
            systemd.network.netdevs."10-lan".vlanConfig.Id = 7;
            assumed: systemd-networkd runs on the old machine
            "#,
        );
    }

    #[test]
    fn what_adds_to_a_unit_is_one_with_it() {
        let of = |drop_in: Option<&str>, sections: &[(&str, &[(&str, &str)])]| {
            let Resource::NetworkUnit(mut it) = unit(NetworkUnitKind::Network, sections) else {
                unreachable!()
            };
            it.drop_in = drop_in.map(str::to_owned);
            Resource::NetworkUnit(it)
        };
        check_all(
            vec![
                of(
                    None,
                    &[
                        ("Match", &[("Name", "lan0")]),
                        ("Network", &[("DHCP", "both"), ("DNS", "192.0.2.1")]),
                    ],
                ),
                of(
                    Some("own"),
                    &[(
                        "Network",
                        &[("DHCP", "v4"), ("DNS", ""), ("DNS", "192.0.2.2")],
                    )],
                ),
            ],
            r#"
            systemd.network.enable = true;
            networking.useDHCP = false;
            systemd.network.networks."10-lan".matchConfig.Name = "lan0";
            systemd.network.networks."10-lan".dns += "192.0.2.2";
            systemd.network.networks."10-lan".networkConfig.DHCP = "ipv4";
            assumed: systemd-networkd runs on the old machine
            assumed: systemd-networkd runs on the old machine
            "#,
        );
        check(
            of(Some("own"), &[("Network", &[("DNS", "192.0.2.2")])]),
            r#"
            systemd.network.enable = true;
            networking.useDHCP = false;
            environment.etc."systemd/network/10-lan.network.d/own.conf".text = ''
            [Network]
            DNS=192.0.2.2
            '';
            assumed: systemd-networkd runs on the old machine; `10-lan.network` is there
            "#,
        );
    }

    #[test]
    fn what_the_module_does_not_know_is_text() {
        check(
            unit(
                NetworkUnitKind::Network,
                &[
                    ("Network", &[("IPForward", "ipv4"), ("Moon", "yes")]),
                    ("Bridge", &[("Cost", "4")]),
                    ("CAKE", &[("Bandwidth", "9M")]),
                    ("CAKE", &[("Bandwidth", "8M")]),
                ],
            ),
            r#"
            systemd.network.enable = true;
            networking.useDHCP = false;
            systemd.network.config.networkConfig.IPv4Forwarding = "yes";
            systemd.network.networks."10-lan".bridgeConfig.Cost = 4;
            systemd.network.networks."10-lan".cakeConfig.Bandwidth = "9M";
            systemd.network.networks."10-lan".extraConfig = ''
            [Network]
            Moon=yes
            [CAKE]
            Bandwidth=8M
            '';
            assumed: systemd-networkd runs on the old machine; networkd takes `Moon` of `[Network]` as it did, of which NixOS knows nothing; networkd takes `Bandwidth` of `[CAKE]` as it did, of which NixOS knows nothing
            "#,
        );
    }

    #[test]
    fn keys_of_tunnels_are_files() {
        let key = |what: &str| crate::lower::tests::text(&format!("<secret: {what}>"));
        let section = |name: &str, key: &str, value: crate::model::Text| UnitSection {
            name: name.to_owned(),
            directives: IndexMap::from([(key.to_owned(), vec![value])]),
        };
        check(
            Resource::NetworkUnit(NetworkUnit {
                name: "wg0".into(),
                kind: NetworkUnitKind::Netdev,
                drop_in: None,
                sections: vec![
                    section("WireGuard", "PrivateKey", key("k")),
                    section("WireGuardPeer", "PresharedKey", key("p")),
                ],
            }),
            r#"
            systemd.network.enable = true;
            systemd.network.netdevs.wg0.wireguardConfig.PrivateKeyFile = "/run/secrets/wg0.key";
            systemd.network.netdevs.wg0.wireguardPeers += { PresharedKeyFile = "/run/secrets/wg0-peer1.psk"; };
            /run/secrets/wg0.key: <secret: k>
            /run/secrets/wg0-peer1.psk: <secret: p>
            assumed: systemd-networkd runs on the old machine; the key is put into `/run/secrets/wg0.key`; the key is put into `/run/secrets/wg0-peer1.psk`
            "#,
        );
    }
}
