//! The firewall.

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protocol {
    Tcp,
    Udp,
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
