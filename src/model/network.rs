//! Network interfaces and the firewall.

use super::UnitSection;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protocol {
    Tcp,
    Udp,
}

impl Protocol {
    /// Returns the name that rules of firewalls have for it.
    pub fn name(self) -> &'static str {
        match self {
            Protocol::Tcp => "tcp",
            Protocol::Udp => "udp",
        }
    }
}

/// A port, or a range of ports, that is open to everybody.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct FirewallPort {
    pub protocol: Protocol,
    pub first: u16,
    pub last: u16,
    /// Only on this interface.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interface: Option<String>,
}

/// The firewall as a whole: on or off.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Firewall {
    pub enabled: bool,
}

/// The name of all interfaces that have none.
pub const OTHERS: &str = "*";

/// One thing that holds for a network interface.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Interface {
    pub name: String,
    pub has: InterfaceTrait,
}

#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum InterfaceTrait {
    /// Asks a DHCP server for its addresses, or does not.
    Dhcp(bool),
    Address {
        address: std::net::IpAddr,
        prefix: u8,
    },
    /// The default route leads through this address.
    Gateway {
        address: std::net::IpAddr,
        #[serde(skip_serializing_if = "Option::is_none")]
        metric: Option<u32>,
    },
    /// What lies there is reached through an address, or through the interface itself.
    Route {
        destination: std::net::IpAddr,
        prefix: u8,
        #[serde(skip_serializing_if = "Option::is_none")]
        via: Option<std::net::IpAddr>,
        #[serde(skip_serializing_if = "Option::is_none")]
        metric: Option<u32>,
    },
    Mtu(u32),
    /// The hardware address that it takes on.
    MacAddress(String),
    /// It is a bridge of these interfaces.
    Bridge(Vec<String>),
    /// It is the VLAN with this number on another interface.
    Vlan {
        on: String,
        id: u16,
    },
    /// It is a bond of these interfaces, with options of the driver.
    Bond {
        members: Vec<String>,
        options: Vec<(String, String)>,
    },
}

/// A file of systemd-networkd or of udev's names of interfaces.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct NetworkUnit {
    /// Without its suffix: `10-lan`.
    pub name: String,
    pub kind: NetworkUnitKind,
    /// The name of the file that adds to the unit, of `10-lan.network.d/dns.conf` it is `dns`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drop_in: Option<String>,
    /// In order; a section may stand there several times.
    pub sections: Vec<UnitSection>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum NetworkUnitKind {
    Network,
    Netdev,
    Link,
}
