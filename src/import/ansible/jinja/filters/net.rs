//! Filters of network addresses: the family of `ansible.utils.ipaddr`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{Run, Takes, plain};
use crate::import::ansible::jinja::args::Args;
use crate::import::ansible::jinja::{Env, Eval};
use crate::import::ansible::scope::Failure;
use crate::import::ansible::value::Value;

pub(super) fn find(name: &str) -> Option<(Takes, Run)> {
    let run: Run = match name {
        "ipaddr" => |_, value, args| filtered(&value, args, None),
        "ipv4" => |_, value, args| filtered(&value, args, Some(4)),
        "ipv6" => |_, value, args| filtered(&value, args, Some(6)),
        "ipwrap" => ipwrap,
        "nthhost" => nthhost,
        "ipsubnet" => ipsubnet,
        "ipmath" => ipmath,
        "network_in_network" | "network_in_usable" => |_, value, args| {
            let inner = Network::read(&plain(args.need(0, "test")?));
            Ok(Value::Bool(match (Network::read(&plain(&value)), inner) {
                (Some(outer), Some(inner)) => outer.contains(&inner),
                _ => false,
            }))
        },
        "hwaddr" | "macaddr" => hwaddr,
        _ => return None,
    };
    Some((Takes::Known, run))
}

/// An address and how many bits of it are the network's.
#[derive(Clone, Copy, Debug)]
struct Network {
    bits: u128,
    six: bool,
    prefix: u32,
}

impl Network {
    fn read(text: &str) -> Option<Network> {
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

    fn width(&self) -> u32 {
        if self.six { 128 } else { 32 }
    }

    /// The bits that are not the network's.
    fn host_mask(&self) -> u128 {
        let free = self.width() - self.prefix;
        if free == 128 {
            u128::MAX
        } else {
            (1 << free) - 1
        }
    }

    fn network(&self) -> u128 {
        self.bits & !self.host_mask()
    }

    fn last(&self) -> u128 {
        self.network() | self.host_mask()
    }

    fn is_host(&self) -> bool {
        self.prefix == self.width()
    }

    fn show(&self, bits: u128) -> String {
        if self.six {
            Ipv6Addr::from(bits).to_string()
        } else {
            Ipv4Addr::from(u32::try_from(bits & 0xffff_ffff).unwrap_or(0)).to_string()
        }
    }

    fn with_prefix(&self, bits: u128) -> Value {
        format!("{}/{}", self.show(bits), self.prefix).into()
    }

    fn contains(&self, other: &Network) -> bool {
        self.six == other.six && self.network() <= other.network() && other.last() <= self.last()
    }

    fn ip(&self) -> IpAddr {
        if self.six {
            IpAddr::V6(Ipv6Addr::from(self.bits))
        } else {
            IpAddr::V4(Ipv4Addr::from(u32::try_from(self.bits).unwrap_or(0)))
        }
    }

    fn is_private(&self) -> bool {
        match self.ip() {
            IpAddr::V4(it) => it.is_private(),
            IpAddr::V6(it) => it.is_unique_local(),
        }
    }

    fn is_multicast(&self) -> bool {
        self.ip().is_multicast()
    }

    fn is_link_local(&self) -> bool {
        match self.ip() {
            IpAddr::V4(it) => it.is_link_local(),
            IpAddr::V6(it) => it.is_unicast_link_local(),
        }
    }

    /// Returns the address at `index`; from the end where it is negative.
    fn nth(&self, index: i128) -> Option<u128> {
        let found = if index < 0 {
            self.last().checked_sub(index.unsigned_abs() - 1)?
        } else {
            self.network().checked_add(index.unsigned_abs())?
        };
        (self.network() <= found && found <= self.last()).then_some(found)
    }
}

/// Applies a query to one value, or to each of a list of which those that do not fit are left out.
fn filtered(value: &Value, args: &Args, version: Option<u8>) -> Eval<Value> {
    let query = args.get(0, "query").map(plain).unwrap_or_default();
    if let Value::List(items) = value {
        let mut kept = Vec::new();
        for item in items.iter() {
            let made = query_one(item, &query, version)?;
            if !matches!(made, Value::Bool(false) | Value::None) {
                kept.push(made);
            }
        }
        return Ok(Value::list(kept));
    }
    query_one(value, &query, version)
}

fn query_one(value: &Value, query: &str, version: Option<u8>) -> Eval<Value> {
    if matches!(value, Value::Bool(_) | Value::None) {
        return Ok(Value::Bool(false));
    }
    let text = match value.as_int() {
        Some(number) => u32::try_from(number)
            .map_or_else(|_| String::new(), |it| Ipv4Addr::from(it).to_string()),
        None => plain(value),
    };
    let Some(it) = Network::read(&text) else {
        return Ok(Value::Bool(false));
    };
    if version.is_some_and(|version| (version == 6) != it.six) {
        return Ok(Value::Bool(false));
    }
    let keep = |fits: bool| {
        if fits {
            Value::str(&text)
        } else {
            Value::Bool(false)
        }
    };
    let network = || -> Value { it.show(it.network()).into() };
    // An address inside of a network, other than the network's own.
    let usable = it.is_host() || it.bits != it.network();
    Ok(match query {
        "" => keep(true),
        "address" | "ip" => {
            if usable {
                it.show(it.bits).into()
            } else {
                Value::Bool(false)
            }
        }
        "host" => {
            if it.is_host() {
                it.with_prefix(it.bits)
            } else if usable {
                keep(true)
            } else {
                Value::Bool(false)
            }
        }
        "host/prefix" | "address/prefix" | "ip/prefix" | "gateway" | "gw" | "hostnet"
        | "router" => {
            if usable {
                it.with_prefix(it.bits)
            } else {
                Value::Bool(false)
            }
        }
        "network" | "network_id" => network(),
        "network/prefix" | "subnet" | "network_id/prefix" => it.with_prefix(it.network()),
        "net" => {
            if it.prefix < it.width() && it.bits == it.network() {
                it.with_prefix(it.network())
            } else {
                Value::None
            }
        }
        "netmask" => it.show(!it.host_mask()).into(),
        "hostmask" | "wildcard" => it.show(it.host_mask()).into(),
        "network/netmask" | "network_netmask" => {
            format!("{} {}", it.show(it.network()), it.show(!it.host_mask())).into()
        }
        "ip_netmask" | "address_netmask" => {
            format!("{} {}", it.show(it.bits), it.show(!it.host_mask())).into()
        }
        "broadcast" => {
            if it.width() - it.prefix > 1 {
                it.show(it.last()).into()
            } else {
                Value::None
            }
        }
        "first_usable" | "last_usable" | "range_usable" => {
            let small = it.width() - it.prefix <= 1;
            let (first, last) = if small {
                (it.network(), it.last())
            } else {
                (it.network() + 1, it.last() - u128::from(!it.six))
            };
            match query {
                "first_usable" => it.show(first).into(),
                "last_usable" => it.show(last).into(),
                _ => format!("{}-{}", it.show(first), it.show(last)).into(),
            }
        }
        "prefix" => Value::Int(i64::from(it.prefix)),
        "size" => i64::try_from(it.host_mask().saturating_add(1)).map_or(Value::None, Value::Int),
        "int" => {
            let number = i64::try_from(it.bits).ok();
            match number {
                Some(number) if it.is_host() => Value::Int(number),
                _ if it.is_host() => it.bits.to_string().into(),
                _ => format!("{}/{}", it.bits, it.prefix).into(),
            }
        }
        "version" => Value::Int(if it.six { 6 } else { 4 }),
        "type" => Value::str(if usable { "address" } else { "network" }),
        "revdns" => revdns(&it).into(),
        "wrap" => {
            if it.six {
                wrapped(&text).into()
            } else {
                keep(true)
            }
        }
        "bool" => Value::Bool(true),
        "ipv4" => keep(!it.six),
        "ipv6" => keep(it.six),
        "private" => keep(it.is_private()),
        "public" => keep(
            !it.is_private() && !it.is_multicast() && !it.is_link_local() && !it.ip().is_loopback(),
        ),
        "unicast" => keep(!it.is_multicast()),
        "multicast" => keep(it.is_multicast()),
        "link-local" | "lladdr" => keep(it.is_link_local()),
        "loopback" | "lo" => keep(it.ip().is_loopback()),
        "cidr" => it.with_prefix(it.bits),
        other => {
            if let Ok(index) = other.parse::<i128>() {
                let Some(found) = it.nth(index) else {
                    return Ok(Value::Bool(false));
                };
                return Ok(it.with_prefix(found));
            }
            match Network::read(other) {
                Some(outer) => keep(outer.contains(&it)),
                None => {
                    return Err(Failure::failed(format!(
                        "`{other}` is nothing to ask of an address"
                    )));
                }
            }
        }
    })
}

fn revdns(it: &Network) -> String {
    if it.six {
        let digits = format!("{:032x}", it.bits);
        let mut out: String = digits
            .chars()
            .rev()
            .map(|digit| format!("{digit}."))
            .collect();
        out.push_str("ip6.arpa.");
        return out;
    }
    let octets = Ipv4Addr::from(u32::try_from(it.bits).unwrap_or(0)).octets();
    let [a, b, c, d] = octets;
    format!("{d}.{c}.{b}.{a}.in-addr.arpa.")
}

fn wrapped(text: &str) -> String {
    match text.split_once('/') {
        Some((address, prefix)) => format!("[{address}]/{prefix}"),
        None => format!("[{text}]"),
    }
}

fn ipwrap(_: &mut Env<'_, '_>, value: Value, _: &Args) -> Eval<Value> {
    let one = |it: &Value| match it.as_str() {
        Some(text) if Network::read(text).is_some_and(|it| it.six) => wrapped(text).into(),
        _ => it.clone(),
    };
    Ok(match &value {
        Value::List(items) => Value::list(items.iter().map(one).collect()),
        other => one(other),
    })
}

fn nthhost(_: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let index = args.int(0, "query")?.unwrap_or(0);
    let found = Network::read(&plain(&value));
    let found = found.and_then(|it| it.nth(i128::from(index)).map(|bits| it.show(bits)));
    Ok(found.map_or(Value::Bool(false), Value::from))
}

fn ipsubnet(_: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let Some(it) = Network::read(&plain(&value)) else {
        return Ok(Value::Bool(false));
    };
    let Some(size) = args.get(0, "query").map(plain).filter(|it| !it.is_empty()) else {
        return Ok(it.with_prefix(it.network()));
    };
    let Some(prefix) = size
        .parse::<u32>()
        .ok()
        .filter(|prefix| *prefix <= it.width())
    else {
        return Ok(Value::Bool(false));
    };
    let index = args.int(1, "index")?;
    let smaller = Network { prefix, ..it };
    if prefix < it.prefix {
        // An address and a shorter prefix: the network around it.
        return Ok(smaller.with_prefix(smaller.network()));
    }
    let count = 1u128.checked_shl(prefix - it.prefix).unwrap_or(u128::MAX);
    let Some(index) = index else {
        return Ok(i64::try_from(count)
            .map_or(Value::Bool(false), Value::Int)
            .to_text()
            .into());
    };
    let at = if index < 0 {
        count.checked_sub(u128::from(index.unsigned_abs()))
    } else {
        Some(u128::from(index.unsigned_abs()))
    };
    let Some(at) = at.filter(|at| *at < count) else {
        return Ok(Value::Bool(false));
    };
    let step = smaller.host_mask().saturating_add(1);
    let bits = it.network().saturating_add(at.saturating_mul(step));
    Ok(smaller.with_prefix(bits))
}

fn ipmath(_: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let amount = args.int(0, "amount")?.unwrap_or(0);
    let Some(it) = Network::read(&plain(&value)) else {
        return Err(Failure::failed("`ipmath` needs an address"));
    };
    let moved = if amount < 0 {
        it.bits.checked_sub(u128::from(amount.unsigned_abs()))
    } else {
        it.bits.checked_add(u128::from(amount.unsigned_abs()))
    };
    match moved {
        Some(bits) => Ok(it.show(bits).into()),
        None => Err(Failure::failed("the address of `ipmath` leaves its range")),
    }
}

fn hwaddr(_: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let text = plain(&value);
    let digits: String = text.chars().filter(|it| !":-.".contains(*it)).collect();
    if digits.len() != 12 || !digits.bytes().all(|it| it.is_ascii_hexdigit()) {
        return Ok(Value::Bool(false));
    }
    let lower = digits.to_ascii_lowercase();
    let groups = |size: usize, separator: &str| -> String {
        let starts = (0..lower.len()).step_by(size);
        let groups: Vec<&str> = starts.map(|at| &lower[at..at + size]).collect();
        groups.join(separator)
    };
    Ok(match args.str(0, "query")?.unwrap_or("") {
        "" => Value::from(text),
        "linux" | "unix" => groups(2, ":").into(),
        "cisco" => groups(4, ".").into(),
        "bare" => lower.into(),
        "eui48" | "win" => groups(2, "-").to_uppercase().into(),
        "bool" => Value::Bool(true),
        other => {
            return Err(Failure::failed(format!(
                "`{other}` is no way to write a hardware address"
            )));
        }
    })
}
