//! Filters of network addresses: the family of `ansible.utils.ipaddr`.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::address::Network;
use super::{Filter, Takes, filter, items, plain};
use crate::import::ansible::jinja::args::Args;
use crate::import::ansible::jinja::catalog::Collection;
use crate::import::ansible::jinja::{Env, Eval};
use crate::import::ansible::scope::Failure;
use crate::import::ansible::value::Value;

const fn utils(name: &'static str, run: super::Run) -> Filter {
    filter(Collection::Utils, name, Takes::Known, run)
}

pub(super) const FILTERS: &[Filter] = &[
    utils("ipaddr", |_, value, args| filtered(&value, args, None)),
    utils("ipv4", |_, value, args| filtered(&value, args, Some(4))),
    utils("ipv6", |_, value, args| filtered(&value, args, Some(6))),
    utils("ipwrap", ipwrap),
    utils("nthhost", nthhost),
    utils("ipsubnet", ipsubnet),
    utils("ipmath", ipmath),
    utils("next_nth_usable", |_, value, args| {
        neighbour(&value, args, 1)
    }),
    utils("previous_nth_usable", |_, value, args| {
        neighbour(&value, args, -1)
    }),
    utils("network_in_network", |_, value, args| {
        let inner = Network::read(&plain(args.need(0, "test")?));
        Ok(Value::Bool(match (Network::read(&plain(&value)), inner) {
            (Some(outer), Some(inner)) => outer.contains(&inner),
            _ => false,
        }))
    }),
    utils("network_in_usable", |_, value, args| {
        let inner = Network::read(&plain(args.need(0, "test")?));
        Ok(Value::Bool(match (Network::read(&plain(&value)), inner) {
            (Some(outer), Some(inner)) if outer.six == inner.six => {
                let (first, last) = outer.usable().unwrap_or((outer.bits, outer.bits));
                first <= inner.network() && inner.last() <= last
            }
            _ => false,
        }))
    }),
    utils("reduce_on_network", |_, value, args| {
        let Some(outer) = Network::read(&plain(args.need(0, "network")?)) else {
            return Err(Failure::failed("`reduce_on_network` needs a network"));
        };
        let mut kept = match value {
            Value::Str(_) => vec![value],
            other => items(&other)?,
        };
        kept.retain(|it| Network::read(&plain(it)).is_some_and(|it| outer.contains(&it)));
        Ok(Value::list(kept))
    }),
    utils("hwaddr", hwaddr),
    utils("macaddr", hwaddr),
];

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
    let no = || Ok(Value::Bool(false));
    let (text, is_number) = match value {
        Value::Bool(_) | Value::None => return no(),
        other => {
            let text = plain(other);
            let digits = !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
            (text, digits)
        }
    };
    // A number is an address, of IPv6 where it is too large.
    let it = if is_number {
        let number: Option<u128> = text.parse().ok();
        number.map(|bits| {
            let six = version == Some(6) || version.is_none() && bits > 0xffff_ffff;
            let prefix = if six { 128 } else { 32 };
            Network { bits, six, prefix }
        })
    } else {
        Network::read(&text)
    };
    let Some(it) = it else { return no() };
    if version.is_some_and(|version| (version == 6) != it.six) {
        return no();
    }
    let is_network = text.contains('/') && !is_number;
    let given = || -> Value {
        if is_number {
            it.with_prefix(it.bits)
        } else {
            Value::str(&text)
        }
    };
    // What does not fit is none.
    let keep = |fits: bool| Ok(if fits { given() } else { Value::None });
    let ip = |fits: bool, made: Value| Ok(if fits { made } else { Value::None });
    let several = it.size() != Some(1);
    let many = it.size().is_none_or(|size| size > 2);
    let is_inside = !it.is_whole();
    let usable = || -> Eval<(u128, u128)> {
        let network = is_network.then(|| it.usable());
        network
            .ok_or_else(|| Failure::failed(format!("`{text}` is no network")))
            .map(|it| it.unwrap_or((1, 0)))
    };
    let between = |at: Option<u128>| -> Eval<Value> {
        let (first, last) = usable()?;
        let found = at.filter(|at| (first..=last).contains(at));
        Ok(found.map_or(Value::None, |at| it.show(at).into()))
    };
    match query {
        "" => Ok(if is_network {
            it.with_prefix(it.bits)
        } else {
            it.show(it.bits).into()
        }),
        "bool" => Ok(Value::Bool(true)),
        "address" | "ip" => ip(
            !several || is_inside || !many || it.six,
            it.show(it.bits).into(),
        ),
        "host" => ip(
            !several || is_inside || !many && !it.six,
            it.with_prefix(it.bits),
        ),
        "host/prefix" | "address/prefix" | "gateway" | "gw" | "hostnet" | "router" => {
            if many && (it.bits == it.network() || it.bits == it.last()) {
                return no();
            }
            Ok(it.with_prefix(it.bits))
        }
        "ip/prefix" => ip(several && (is_inside || !many), it.with_prefix(it.bits)),
        "ip_netmask" => ip(
            several && (is_inside || !many),
            format!("{} {}", it.show(it.bits), it.show(!it.host_mask())).into(),
        ),
        "network" | "network_id" => Ok(it.show(it.network()).into()),
        "network/prefix" | "subnet" => Ok(it.with_prefix(it.network())),
        "net" => ip(several && !is_inside, it.with_prefix(it.network())),
        "netmask" => Ok(it.show(!it.host_mask()).into()),
        "hostmask" | "wildcard" => Ok(it.show(it.host_mask()).into()),
        "network_netmask" => {
            Ok(format!("{} {}", it.show(it.network()), it.show(!it.host_mask())).into())
        }
        "network_wildcard" => {
            Ok(format!("{} {}", it.show(it.network()), it.show(it.host_mask())).into())
        }
        "broadcast" => ip(many, it.show(it.last()).into()),
        "first_usable" => between(usable().ok().map(|it| it.0)),
        "last_usable" => between(usable().ok().map(|it| it.1)),
        "next_usable" => between(it.bits.checked_add(1)),
        "previous_usable" => between(it.bits.checked_sub(1)),
        "range_usable" => {
            let (first, last) = usable()?;
            let range = format!("{}-{}", it.show(first), it.show(last));
            ip(several, range.into())
        }
        "peer" => match it.size() {
            Some(2) if is_network => Ok(it.show(it.bits ^ 1).into()),
            Some(4) if is_network && !matches!(it.bits % 4, 0 | 3) => {
                Ok(it.show(it.bits ^ 3).into())
            }
            _ => Err(Failure::failed(format!("`{text}` has no peer"))),
        },
        "prefix" => Ok(Value::Int(i64::from(it.prefix))),
        "size" => Ok(whole(it.size())),
        "size_usable" => Ok(match it.size() {
            Some(1) => Value::Int(0),
            Some(2) => Value::Int(2),
            size => whole(size.map(|it| it - 2)),
        }),
        "int" if is_network => Ok(format!("{}/{}", it.bits, it.prefix).into()),
        "int" => Ok(whole(Some(it.bits))),
        "version" => Ok(Value::Int(if it.six { 6 } else { 4 })),
        "type" => Ok(Value::str(if several && !is_inside {
            "network"
        } else {
            "address"
        })),
        "revdns" => Ok(revdns(&it).into()),
        "wrap" if it.six && is_network => {
            Ok(format!("[{}]/{}", it.show(it.bits), it.prefix).into())
        }
        "wrap" if it.six => Ok(format!("[{}]", it.show(it.bits)).into()),
        "wrap" => keep(true),
        "ipv4" | "v4" if it.six => Ok(match Ipv6Addr::from(it.bits).to_ipv4() {
            Some(four) => format!("{four}/{}", it.prefix.saturating_sub(96)).into(),
            None => Value::Bool(false),
        }),
        "ipv6" | "v6" if !it.six => {
            let four = Ipv4Addr::from(u32::try_from(it.bits).unwrap_or(0));
            Ok(format!("{}/{}", four.to_ipv6_mapped(), it.prefix + 96).into())
        }
        "ipv4" | "v4" | "ipv6" | "v6" => keep(true),
        "private" => keep(!it.is_global()),
        "public" => keep(
            it.is_global()
                && !it.ip().is_multicast()
                && !it.ip().is_loopback()
                && !it.is_mask()
                && !it.is_host_mask(),
        ),
        "unicast" => keep(!it.ip().is_multicast()),
        "multicast" => keep(it.ip().is_multicast()),
        "link-local" => keep(it.is_link_local()),
        "loopback" | "lo" => keep(it.ip().is_loopback()),
        "cidr" => Ok(it.with_prefix(it.bits)),
        "6to4" => six_to_four(&it, &given(), several && !is_inside),
        other => {
            if let Ok(index) = other.parse::<i128>() {
                if !several {
                    return query_one(value, "", version);
                }
                return Ok(match it.nth(index) {
                    Some(found) => it.with_prefix(found),
                    None => Value::Bool(false),
                });
            }
            match Network::read(other) {
                Some(outer) => keep(outer.contains(&it)),
                None => Err(Failure::failed(format!(
                    "`{other}` is nothing to ask of an address"
                ))),
            }
        }
    }
}

fn whole(number: Option<u128>) -> Value {
    let small = number.and_then(|it| i64::try_from(it).ok());
    match (small, number) {
        (Some(number), _) => Value::Int(number),
        // What is larger is shown, and not computed with.
        (None, Some(number)) => number.to_string().into(),
        (None, None) => Value::str("340282366920938463463374607431768211456"),
    }
}

fn six_to_four(it: &Network, given: &Value, is_network: bool) -> Eval<Value> {
    if is_network {
        return Ok(Value::Bool(false));
    }
    if it.six {
        let fits = it.bits >> 112 == 0x2002;
        return Ok(if fits {
            given.clone()
        } else {
            Value::Bool(false)
        });
    }
    let [high, low] = [it.bits >> 16, it.bits & 0xffff];
    Ok(format!("2002:{high:04x}:{low:04x}::1/48").into())
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
    let Some(it) = Network::read(&plain(&value)).filter(|_| index != 0) else {
        return Ok(Value::Bool(false));
    };
    match it.nth(i128::from(index)) {
        Some(bits) => Ok(it.show(bits).into()),
        None if index < 0 => Err(Failure::failed("the network has no such host")),
        None => Ok(Value::Bool(false)),
    }
}

fn neighbour(value: &Value, args: &Args, sign: i128) -> Eval<Value> {
    let offset = args.int(0, "offset")?;
    let offset = offset.ok_or_else(|| Failure::failed("a neighbour needs an offset"))?;
    let Some(it) = Network::read(&plain(value)) else {
        return Ok(Value::Bool(false));
    };
    // A network is counted from its own address.
    let from = if it.is_whole() { it.network() } else { it.bits };
    let wanted = i128::from(offset) * sign;
    let at = from.checked_add_signed(wanted);
    let found = it
        .usable()
        .zip(at)
        .filter(|((first, last), at)| (first..=last).contains(&at));
    Ok(found.map_or(Value::None, |(_, at)| it.show(at).into()))
}

fn ipsubnet(_: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let Some(it) = Network::read(&plain(&value)) else {
        return Ok(Value::Bool(false));
    };
    // An address inside of a network stands for that network here.
    let it = Network {
        bits: it.network(),
        ..it
    };
    let Some(query) = args.get(0, "query").map(plain).filter(|it| !it.is_empty()) else {
        return Ok(it.with_prefix(it.bits));
    };
    let Ok(prefix) = query.parse::<u32>() else {
        return place_in(&it, &query);
    };
    if prefix > it.width() {
        return Ok(Value::Bool(false));
    }
    let index = args.int(1, "index")?;
    let no_such = || Failure::failed(format!("there is no such subnet of the size {prefix}"));
    if it.is_host() {
        // The networks around the address, the largest first.
        let count = i64::from(it.width() - prefix);
        let index = index.unwrap_or(0);
        let index = if index < 0 { index + count } else { index };
        if !(0..count).contains(&index) {
            return Err(no_such());
        }
        let prefix = prefix + u32::try_from(index).unwrap_or(0);
        let around = Network { prefix, ..it };
        return Ok(around.with_prefix(around.network()));
    }
    if prefix < it.prefix {
        return Err(no_such());
    }
    let count = 1u128.checked_shl(prefix - it.prefix).unwrap_or(u128::MAX);
    let Some(index) = index else {
        return Ok(count.to_string().into());
    };
    let at = if index < 0 {
        count.checked_sub(u128::from(index.unsigned_abs()))
    } else {
        Some(u128::from(index.unsigned_abs()))
    };
    let Some(at) = at.filter(|at| *at < count) else {
        return Ok(Value::Bool(false));
    };
    let smaller = Network { prefix, ..it };
    let step = smaller.size().unwrap_or(0);
    let bits = it.bits.saturating_add(at.saturating_mul(step));
    Ok(smaller.with_prefix(bits))
}

/// Which of the subnets of its size a network is, from 1.
fn place_in(it: &Network, outer: &str) -> Eval<Value> {
    let no_such = || Failure::failed(format!("the network is not in `{outer}`"));
    let outer = Network::read(outer).ok_or_else(no_such)?;
    if !outer.contains(it) {
        return Err(no_such());
    }
    let step = it.size().unwrap_or(u128::MAX);
    Ok(((it.bits - outer.network()) / step + 1).to_string().into())
}

fn ipmath(_: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let amount = args.int(0, "amount")?;
    let amount = amount.ok_or_else(|| Failure::failed("`ipmath` needs an amount"))?;
    let Some(it) = Network::read(&plain(&value)) else {
        return Err(Failure::failed("`ipmath` needs an address"));
    };
    let moved = it.bits.checked_add_signed(i128::from(amount));
    match moved.filter(|bits| it.six || *bits <= 0xffff_ffff) {
        Some(bits) => Ok(it.show(bits).into()),
        None => Err(Failure::failed("the address of `ipmath` leaves its range")),
    }
}

/// Reads a hardware address in any of the ways to write one.
fn octets(text: &str) -> Option<[u8; 6]> {
    let groups: Vec<&str> = text.split([':', '-', '.']).collect();
    let width = match groups.len() {
        6 => 2,
        3 => 4,
        2 => 6,
        1 if text.len() == 12 => 12,
        _ => return None,
    };
    let fits =
        |it: &&str| (1..=width).contains(&it.len()) && it.bytes().all(|it| it.is_ascii_hexdigit());
    if !groups.iter().all(fits) {
        return None;
    }
    let digits: String = groups.iter().map(|it| format!("{it:0>width$}")).collect();
    let mut octets = [0; 6];
    for (at, octet) in octets.iter_mut().enumerate() {
        *octet = u8::from_str_radix(&digits[at * 2..at * 2 + 2], 16).ok()?;
    }
    Some(octets)
}

fn hwaddr(_: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let text = plain(&value);
    let query = args.str(0, "query")?.unwrap_or("");
    let Some(octets) = octets(&text) else {
        return match query {
            "" | "bool" => Ok(Value::None),
            _ => Err(Failure::failed(format!("`{text}` is no hardware address"))),
        };
    };
    let lower: String = octets.iter().map(|it| format!("{it:02x}")).collect();
    let groups = |size: usize, separator: &str| -> String {
        let starts = (0..lower.len()).step_by(size);
        let groups: Vec<&str> = starts.map(|at| &lower[at..at + size]).collect();
        groups.join(separator)
    };
    Ok(match query {
        "" => Value::from(text),
        "bool" => Value::Bool(true),
        "linux" => groups(2, ":").into(),
        "unix" => octets.map(|it| format!("{it:x}")).join(":").into(),
        "cisco" => groups(4, ".").into(),
        "pgsql" | "postgresql" | "psql" => groups(6, ":").into(),
        "bare" => lower.to_uppercase().into(),
        "eui48" | "win" => groups(2, "-").to_uppercase().into(),
        "int" => {
            let octets = octets.iter();
            Value::Int(octets.fold(0, |all, it| all << 8 | i64::from(*it)))
        }
        other => {
            return Err(Failure::failed(format!(
                "`{other}` is no way to write a hardware address"
            )));
        }
    })
}
