//! Tests of addresses, of `ansible.utils`.

use crate::import::ansible::jinja::Eval;
use crate::import::ansible::jinja::args::Args;
use crate::import::ansible::jinja::filters::Network;
use crate::import::ansible::scope::Failure;
use crate::import::ansible::value::Value;

pub(super) fn test(name: &str, value: &Value, args: &Args) -> Eval<bool> {
    let text = value.to_text().to_string();
    if name == "mac" {
        return Ok(is_mac(&text));
    }
    let Some(network) = Network::read(&text) else {
        return Ok(false);
    };
    let is_address = !text.contains('/');
    let others = |name: &str| -> Eval<Vec<Network>> {
        let given = match args.need(0, name)? {
            Value::List(networks) => networks.to_vec(),
            one => vec![one.clone()],
        };
        let networks = given.iter().map(|it| {
            let text = it.to_text().to_string();
            Network::read(&text).ok_or_else(|| Failure::failed(format!("`{text}` is no network")))
        });
        networks.collect()
    };
    let around = |others: &[Network]| others.iter().filter(|it| it.contains(&network)).count();
    Ok(match name {
        "ip" => is_address || network.is_whole(),
        "ip_address" => is_address,
        "ipv4" => !network.is_six() && (is_address || network.is_whole()),
        "ipv4_address" => is_address && !network.is_six(),
        "ipv6" => network.is_six() && (is_address || network.is_whole()),
        "ipv6_address" => is_address && network.is_six(),
        "in_network" | "subnet_of" => around(&others("network")?) > 0,
        "in_any_network" => around(&others("networks")?) > 0,
        "in_one_network" => around(&others("networks")?) == 1,
        "supernet_of" => others("network")?.iter().any(|it| network.contains(it)),
        "private" => network.is_private(),
        "public" => !network.is_private() && !network.is_special(),
        "loopback" => network.ip().is_loopback(),
        "multicast" => network.ip().is_multicast(),
        "unspecified" => network.ip().is_unspecified(),
        "reserved" => network.is_reserved(),
        "ipv4_netmask" => network.is_mask(),
        "ipv4_hostmask" => network.is_host_mask(),
        _ => false,
    })
}

fn is_mac(text: &str) -> bool {
    let groups = |separator: char, count: usize, width: usize| {
        let parts: Vec<&str> = text.split(separator).collect();
        let is_hex = |it: &&str| it.len() == width && it.bytes().all(|it| it.is_ascii_hexdigit());
        parts.len() == count && parts.iter().all(is_hex)
    };
    groups(':', 6, 2) || groups('-', 6, 2) || groups('.', 3, 4)
}
