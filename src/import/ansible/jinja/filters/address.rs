//! Addresses of IPv4 and IPv6, and the networks that they are in.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::import::ansible::value::Value;

/// What cannot be reached from everywhere, and what of it can.
const LOCAL_FOUR: [&str; 14] = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "240.0.0.0/4",
    "255.255.255.255/32",
];
const GLOBAL_FOUR: [&str; 2] = ["192.0.0.9/32", "192.0.0.10/32"];
const LOCAL_SIX: [&str; 10] = [
    "::1/128",
    "::/128",
    "::ffff:0:0/96",
    "64:ff9b:1::/48",
    "100::/64",
    "2001::/23",
    "2001:db8::/32",
    "2002::/16",
    "fc00::/7",
    "fe80::/10",
];
const GLOBAL_SIX: [&str; 6] = [
    "2001:1::1/128",
    "2001:1::2/128",
    "2001:3::/32",
    "2001:4:112::/48",
    "2001:20::/28",
    "2001:30::/28",
];

/// An address and how many bits of it are the network's.
#[derive(Clone, Copy, Debug)]
pub(in crate::import::ansible::jinja) struct Network {
    pub(super) bits: u128,
    pub(super) six: bool,
    pub(super) prefix: u32,
}

impl Network {
    pub(in crate::import::ansible::jinja) fn read(text: &str) -> Option<Network> {
        let text = text.trim();
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let (bits, six) = match address.parse::<IpAddr>().ok()? {
            IpAddr::V4(it) => (u128::from(u32::from(it)), false),
            IpAddr::V6(it) => (u128::from(it), true),
        };
        let width = if six { 128 } else { 32 };
        let length = match prefix {
            None => width,
            Some(prefix) => match prefix.parse::<u32>() {
                Ok(length) => length,
                Err(_) => u32::from(prefix.parse::<Ipv4Addr>().ok()?).leading_ones(),
            },
        };
        (length <= width).then_some(Network {
            bits,
            six,
            prefix: length,
        })
    }

    pub(super) fn width(&self) -> u32 {
        if self.six { 128 } else { 32 }
    }

    /// The bits that are not the network's.
    pub(super) fn host_mask(&self) -> u128 {
        let free = self.width() - self.prefix;
        if free == 128 {
            u128::MAX
        } else {
            (1 << free) - 1
        }
    }

    pub(super) fn network(&self) -> u128 {
        self.bits & !self.host_mask()
    }

    pub(super) fn last(&self) -> u128 {
        self.network() | self.host_mask()
    }

    pub(super) fn is_host(&self) -> bool {
        self.prefix == self.width()
    }

    pub(super) fn show(&self, bits: u128) -> String {
        if self.six {
            Ipv6Addr::from(bits).to_string()
        } else {
            Ipv4Addr::from(u32::try_from(bits & 0xffff_ffff).unwrap_or(0)).to_string()
        }
    }

    pub(super) fn with_prefix(&self, bits: u128) -> Value {
        format!("{}/{}", self.show(bits), self.prefix).into()
    }

    pub(in crate::import::ansible::jinja) fn contains(&self, other: &Network) -> bool {
        self.six == other.six && self.network() <= other.network() && other.last() <= self.last()
    }

    pub(in crate::import::ansible::jinja) fn ip(&self) -> IpAddr {
        if self.six {
            IpAddr::V6(Ipv6Addr::from(self.bits))
        } else {
            IpAddr::V4(Ipv4Addr::from(u32::try_from(self.bits).unwrap_or(0)))
        }
    }

    /// Tells whether it is of those that are only for use inside.
    pub(in crate::import::ansible::jinja) fn is_private(&self) -> bool {
        match self.ip() {
            IpAddr::V4(it) => it.is_private() || !self.is_global(),
            IpAddr::V6(it) => it.is_unique_local() || !self.is_global(),
        }
    }

    pub(in crate::import::ansible::jinja) fn is_special(&self) -> bool {
        self.ip().is_multicast()
    }

    pub(in crate::import::ansible::jinja) fn is_reserved(&self) -> bool {
        !self.six && self.bits >> 28 == 0xf
    }

    pub(super) fn is_link_local(&self) -> bool {
        match self.ip() {
            IpAddr::V4(it) => it.is_link_local(),
            IpAddr::V6(it) => it.is_unicast_link_local(),
        }
    }

    /// Tells whether the address can be reached from everywhere, as IANA's registries say.
    pub(super) fn is_global(&self) -> bool {
        let (local, except): (&[&str], &[&str]) = if self.six {
            (&LOCAL_SIX, &GLOBAL_SIX)
        } else {
            (&LOCAL_FOUR, &GLOBAL_FOUR)
        };
        let address = Network {
            prefix: self.width(),
            ..*self
        };
        let is_in = |networks: &[&str]| {
            let mut networks = networks.iter().filter_map(|it| Network::read(it));
            networks.any(|it| it.contains(&address))
        };
        is_in(except) || !is_in(local)
    }

    /// Tells whether the address is a mask: ones and then zeros.
    pub(in crate::import::ansible::jinja) fn is_mask(&self) -> bool {
        let all = if self.six { u128::MAX } else { 0xffff_ffff };
        let rest = (self.bits ^ all).wrapping_add(1);
        rest & rest.wrapping_sub(1) == 0
    }

    pub(in crate::import::ansible::jinja) fn is_host_mask(&self) -> bool {
        let next = self.bits.wrapping_add(1);
        next & next.wrapping_sub(1) == 0
    }

    pub(in crate::import::ansible::jinja) fn is_six(&self) -> bool {
        self.six
    }

    /// Tells whether no bit of the host is set.
    pub(in crate::import::ansible::jinja) fn is_whole(&self) -> bool {
        self.bits == self.network()
    }

    /// How many addresses there are; `None` where that is all of IPv6.
    pub(super) fn size(&self) -> Option<u128> {
        self.host_mask().checked_add(1)
    }

    /// The first and the last address that a host may have; `None` where there is only one address.
    pub(super) fn usable(&self) -> Option<(u128, u128)> {
        match self.size() {
            Some(1) => None,
            Some(2) => Some((self.network(), self.last())),
            _ => Some((self.network() + 1, self.last() - 1)),
        }
    }

    /// Returns the address at `index`; from the end where it is negative.
    pub(super) fn nth(&self, index: i128) -> Option<u128> {
        let found = if index < 0 {
            self.last().checked_sub(index.unsigned_abs() - 1)?
        } else {
            self.network().checked_add(index.unsigned_abs())?
        };
        (self.network() <= found && found <= self.last()).then_some(found)
    }
}
