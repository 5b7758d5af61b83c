//! `firewalld`: the firewall of Fedora and its kin: open ports and services.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/ansible/posix/firewalld_module.html>

use super::{Kind, Module, Run};
use crate::account::{Code, Verdict};
use crate::import::ansible::params::{Params, Refusal};
use crate::import::state::Key;
use crate::model::{FirewallPort, Protocol, Resource};

pub(super) const MODULE: Module = Module {
    names: &["firewalld"],
    collection: "ansible.posix",
    becomes: "Ports of networking.firewall. Rich rules, zones and forwarding are left to you.",
    kind: Kind::Changes,
    run,
};

/// firewalld's services (config/services/*.xml) and their ports.
const SERVICES: &[(&str, &str)] = &[
    ("cockpit", "9090/tcp"),
    ("dhcp", "67/udp"),
    ("dhcpv6", "547/udp"),
    ("dhcpv6-client", "546/udp"),
    ("dns", "53/tcp 53/udp"),
    ("dns-over-tls", "853/tcp"),
    ("docker-registry", "5000/tcp"),
    ("elasticsearch", "9200/tcp 9300/tcp"),
    ("etcd-client", "2379/tcp"),
    ("etcd-server", "2380/tcp"),
    ("git", "9418/tcp"),
    ("grafana", "3000/tcp"),
    ("http", "80/tcp"),
    ("http3", "443/udp"),
    ("https", "443/tcp"),
    ("imap", "143/tcp"),
    ("imaps", "993/tcp"),
    ("ipp", "631/tcp 631/udp"),
    ("ipp-client", "631/udp"),
    ("irc", "6667/tcp"),
    ("ircs", "6697/tcp"),
    ("iscsi-target", "3260/tcp 3260/udp"),
    ("jenkins", "8080/tcp"),
    ("kdeconnect", "1714-1764/tcp 1714-1764/udp"),
    ("kerberos", "88/tcp 88/udp"),
    ("kube-apiserver", "6443/tcp"),
    ("ldap", "389/tcp"),
    ("ldaps", "636/tcp"),
    ("libvirt", "16509/tcp"),
    ("mdns", "5353/udp"),
    ("minecraft", "25565/tcp 25565/udp"),
    ("mongodb", "27017/tcp"),
    ("mountd", "20048/tcp 20048/udp"),
    ("mqtt", "1883/tcp"),
    ("mqtt-tls", "8883/tcp"),
    ("mysql", "3306/tcp"),
    ("nfs", "2049/tcp"),
    ("nfs3", "2049/tcp 2049/udp"),
    ("ntp", "123/udp"),
    ("openvpn", "1194/udp"),
    ("pop3", "110/tcp"),
    ("pop3s", "995/tcp"),
    ("postgresql", "5432/tcp"),
    ("prometheus", "9090/tcp"),
    ("prometheus-node-exporter", "9100/tcp"),
    ("puppetmaster", "8140/tcp"),
    ("rdp", "3389/tcp"),
    ("redis", "6379/tcp"),
    ("rpc-bind", "111/tcp 111/udp"),
    ("rsyncd", "873/tcp 873/udp"),
    ("salt-master", "4505/tcp 4506/tcp"),
    ("samba", "137/udp 138/udp 139/tcp 445/tcp"),
    ("samba-client", "137/udp 138/udp"),
    ("smtp", "25/tcp"),
    ("smtp-submission", "587/tcp"),
    ("smtps", "465/tcp"),
    ("snmp", "161/tcp 161/udp"),
    ("snmptrap", "162/tcp 162/udp"),
    ("squid", "3128/tcp"),
    ("ssh", "22/tcp"),
    ("syncthing", "22000/tcp 22000/udp 21027/udp"),
    ("syslog", "514/udp"),
    ("syslog-tls", "6514/tcp 6514/udp"),
    ("telnet", "23/tcp"),
    ("transmission-client", "51413/tcp 51413/udp"),
    ("vnc-server", "5900-5903/tcp"),
    ("wireguard", "51820/udp"),
    ("xmpp-client", "5222/tcp"),
    ("xmpp-server", "5269/tcp"),
    ("zabbix-agent", "10050/tcp"),
    ("zabbix-server", "10051/tcp"),
];

const BY_HAND: &str = "state it in networking.firewall.extraInputRules (with networking.nftables.enable), or in networking.firewall.extraCommands";

/// What a rule may be about besides ports, and in which words.
const OTHERS: &[(&str, &str)] = &[
    ("forward", "the forwarding of packets in a zone"),
    ("icmp_block", "messages of ICMP that are refused"),
    ("icmp_block_inversion", "messages of ICMP that are refused"),
    ("masquerade", "the masquerading of a zone (networking.nat)"),
    (
        "port_forward",
        "a forwarded port (networking.nat.forwardPorts)",
    ),
    ("protocol", "all packets of a protocol"),
    ("rich_rule", "a rich rule"),
    ("source", "packets from certain addresses"),
    ("target", "what a zone does with all other packets"),
];

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    // Whether the rule holds at once or after a reload: what NixOS states holds for good.
    params.pass_over(&["immediate", "permanent", "offline", "timeout"]);
    let state = params.choice(
        &["state"],
        &["enabled", "disabled", "present", "absent"],
        "enabled",
    )?;
    let is_open = matches!(state.as_str(), "enabled" | "present");
    let zone = params.string(&["zone"])?;
    let interface = params.text(&["interface"])?;
    let service = params.string(&["service"])?;
    let port = params.string(&["port"])?;
    let mut others = Vec::new();
    for (name, what) in OTHERS {
        if params.value(&[*name]).is_some() {
            others.push(format!("{what} (`{name}`)"));
        }
    }
    if !others.is_empty() {
        if !is_open {
            run.close(
                Verdict::NotNeeded,
                Code::AlreadySo,
                "a new machine has no such rule of firewalld",
            );
            return Ok(());
        }
        let reason = format!("it is about {}", others.join(", "));
        return Err(Refusal::new(Code::CannotState, reason).cure(BY_HAND));
    }
    let found = match (&service, &port) {
        (Some(name), _) => ports_of(name).ok_or_else(|| {
            let reason = format!("the ports of firewalld's service `{name}` are not known here");
            Refusal::new(Code::CannotState, reason)
                .cure("open them with networking.firewall.allowedTCPPorts and allowedUDPPorts")
        })?,
        (None, Some(port)) => read_ports(port).ok_or_else(|| not_tcp_or_udp(params, port))?,
        (None, None) => return zone_only(zone.as_deref(), interface.is_some(), run),
    };
    if interface.is_some() {
        let reason = "the rule is about an interface, too";
        return Err(Refusal::new(Code::CannotState, reason).cure(
            "networking.firewall.interfaces.<name>.allowedTCPPorts has ports of one interface",
        ));
    }
    match zone.as_deref() {
        None | Some("public" | "") => {}
        Some("drop" | "block") if !is_open => {}
        // The interfaces of other zones stand elsewhere.
        Some(zone) => {
            let reason = format!("which interfaces are in the zone `{zone}` is not in the task");
            return Err(Refusal::new(Code::CannotState, reason).cure(
                "networking.firewall.interfaces.<name>.allowedTCPPorts has ports of one interface, and trustedInterfaces opens all",
            ));
        }
    }
    for port in found {
        let resource = Resource::FirewallPort(port);
        if is_open {
            run.put(resource);
        } else if let Some(key) = Key::of(&resource) {
            run.remove(&key, "the open port");
        }
    }
    Ok(())
}

/// Tells a port that cannot be read from one of a protocol that NixOS has no list for.
fn not_tcp_or_udp(params: &Params, port: &str) -> Refusal {
    match port.split_once('/') {
        Some((_, protocol @ ("sctp" | "dccp"))) => Refusal::new(
            Code::CannotState,
            format!("it is about the protocol {protocol}"),
        )
        .cure(BY_HAND),
        _ => params.bad("port", port, "a port such as `80/tcp`"),
    }
}

fn zone_only(
    zone: Option<&str>,
    has_interface: bool,
    run: &mut Run<'_, '_>,
) -> Result<(), Refusal> {
    let zone = zone.unwrap_or("public");
    if has_interface && zone == "trusted" {
        let reason = "everything is open on an interface";
        return Err(Refusal::new(Code::CannotState, reason)
            .cure("networking.firewall.trustedInterfaces names such interfaces"));
    }
    if has_interface {
        let reason = format!("an interface is put into the zone `{zone}`, and NixOS has no zones");
        return Err(Refusal::new(Code::CannotState, reason)
            .cure("networking.firewall.interfaces.<name> has what is open on one interface"));
    }
    run.not_needed("NixOS's firewall has no zones");
    Ok(())
}

fn ports_of(name: &str) -> Option<Vec<FirewallPort>> {
    let (_, ports) = SERVICES.iter().find(|(it, _)| *it == name)?;
    let each = ports.split(' ').map(read_ports);
    Some(each.collect::<Option<Vec<_>>>()?.concat())
}

/// Reads `80/tcp`, `1000-2000/udp`, and several of them with commas.
fn read_ports(text: &str) -> Option<Vec<FirewallPort>> {
    let each = text.split(',').map(|part| {
        let (range, protocol) = part.trim().split_once('/')?;
        let protocol = match protocol.to_ascii_lowercase().as_str() {
            "tcp" => Protocol::Tcp,
            "udp" => Protocol::Udp,
            _ => return None,
        };
        let (first, last) = range.split_once(['-', ':']).unwrap_or((range, range));
        Some(FirewallPort {
            protocol,
            first: first.parse().ok()?,
            last: last.parse().ok()?,
            interface: None,
        })
    });
    each.collect()
}

#[cfg(test)]
mod tests {
    use super::{SERVICES, ports_of, read_ports};

    #[test]
    fn ports_have_a_protocol() {
        for (text, expected) in [
            ("80/tcp", Some(1)),
            ("1000-2000/udp", Some(1)),
            ("80/tcp, 443/tcp", Some(2)),
            ("80", None),
            ("80/sctp", None),
            ("http/tcp", None),
        ] {
            assert_eq!(read_ports(text).map(|it| it.len()), expected, "{text}");
        }
    }

    #[test]
    fn the_table_of_services_can_be_read() {
        for (name, _) in SERVICES {
            assert!(ports_of(name).is_some(), "{name}");
        }
        assert!(ports_of("nothing").is_none());
    }
}
