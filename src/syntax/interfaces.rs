//! ifupdown's interfaces: stanzas of network interfaces.
//!
//! Manual: interfaces(5), <https://manpages.debian.org/stable/ifupdown/interfaces.5.en.html>

use super::place::{BLANKS, lines, split_word};
use super::{Fault, Place};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Interfaces {
    pub stanzas: Vec<Stanza>,
    pub faults: Vec<Fault>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stanza {
    /// `iface`, `auto`, `allow-hotplug`, `source`, `mapping` and so on.
    pub keyword: String,
    pub words: Vec<String>,
    pub place: Place,
    /// The lines below an `iface` or a `mapping`.
    pub options: Vec<Setting>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    pub keyword: String,
    /// Everything behind the keyword.
    pub value: String,
    pub place: Place,
}

/// What a command of an interface adds to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Adds {
    /// With the length of its network: `192.0.2.5/24`.
    Address(String),
    Route {
        /// `default`, or a network.
        to: String,
        via: Option<String>,
        metric: Option<u32>,
    },
    /// It is up, which it is anyway.
    Nothing,
}

/// Reads a command that makes an interface what options say: `ip route add 10.0.0.0/8 via 192.0.2.1`.
pub fn adds(command: &str, interface: &str) -> Option<Adds> {
    let words: Vec<&str> = command.split_ascii_whitespace().collect();
    let (program, rest) = words.split_first()?;
    let program = program.rsplit('/').next()?;
    let is_own = |name: &str| name == interface || matches!(name, "$IFACE" | "${IFACE}");
    match (program, rest) {
        ("ifconfig", [name, "up"]) if is_own(name) => return Some(Adds::Nothing),
        ("ip", ["link" | "l", "set", rest @ ..]) => {
            let rest = rest.strip_prefix(&["dev"]).unwrap_or(rest);
            return matches!(rest, [name, "up"] if is_own(name)).then_some(Adds::Nothing);
        }
        ("ip", _) => {}
        _ => return None,
    }
    let rest = match rest {
        ["-4" | "-6", rest @ ..] => rest,
        rest => rest,
    };
    let (is_route, rest) = match rest {
        ["route" | "ro" | "r", "add" | "replace", rest @ ..] => (true, rest),
        ["address" | "addr" | "a", "add" | "replace", rest @ ..] => (false, rest),
        _ => return None,
    };
    let (mut to, mut via, mut metric) = (None, None, None);
    let mut words = rest.iter().copied();
    while let Some(word) = words.next() {
        match word {
            "dev" if words.next().is_some_and(is_own) => {}
            "via" if is_route => via = Some(words.next()?.to_owned()),
            "metric" if is_route => metric = Some(words.next()?.parse().ok()?),
            "||" => {
                words.next().filter(|it| *it == "true")?;
            }
            word if to.is_none() && (word == "default" || word.contains(['.', ':'])) => {
                to = Some(word.to_owned());
            }
            _ => return None,
        }
    }
    let to = to?;
    Some(if is_route {
        Adds::Route { to, via, metric }
    } else {
        Adds::Address(to)
    })
}

/// Tells whether a command takes back what an interface has, which goes with it.
pub fn takes_back(command: &str) -> bool {
    let words: Vec<&str> = command.split_ascii_whitespace().collect();
    let program = words.first().and_then(|it| it.rsplit('/').next());
    match program {
        Some("ip") => {
            let is_del = words
                .iter()
                .any(|it| matches!(*it, "del" | "delete" | "flush"));
            let is_what = |it: &&str| matches!(*it, "route" | "r" | "addr" | "address" | "a");
            is_del && words.iter().any(is_what) || words.ends_with(&["down"])
        }
        Some("route") => words.contains(&"del"),
        Some("ifconfig") => words.ends_with(&["down"]),
        Some(_) | None => false,
    }
}

/// The length of a network, from its number or its mask.
pub fn prefix(mask: &str) -> Option<u8> {
    match (mask.parse::<u8>(), mask.parse::<std::net::Ipv4Addr>()) {
        (Ok(prefix), _) => Some(prefix),
        (Err(_), Ok(mask)) => {
            let bits = u32::from(mask);
            let is_mask = bits.leading_ones() + bits.trailing_zeros() >= 32;
            u8::try_from(bits.leading_ones()).ok().filter(|_| is_mask)
        }
        (Err(_), Err(_)) => None,
    }
}

pub fn read(text: &str) -> Interfaces {
    let mut it = Interfaces::default();
    let mut open: Option<(Place, String)> = None;
    for (place, line) in lines(text) {
        let (place, joined) = match open.take() {
            Some((first, before)) => (first.to(place), before + line),
            // A comment is a line of its own, and does not go on.
            None if line.trim_start_matches(BLANKS).starts_with('#') => continue,
            None => (place, line.to_owned()),
        };
        match joined.strip_suffix('\\') {
            Some(part) => open = Some((place, part.to_owned())),
            None => read_line(&joined, place, &mut it),
        }
    }
    if let Some((place, joined)) = open {
        read_line(&joined, place, &mut it);
    }
    it
}

fn read_line(line: &str, place: Place, it: &mut Interfaces) {
    let line = line.trim_matches(BLANKS);
    if line.is_empty() {
        return;
    }
    let (keyword, rest) = split_word(line);
    let begins = matches!(
        keyword,
        "iface"
            | "mapping"
            | "auto"
            | "source"
            | "source-directory"
            | "no-auto-down"
            | "no-scripts"
            | "rename"
            | "template"
    ) || keyword.starts_with("allow-");
    if begins {
        it.stanzas.push(Stanza {
            keyword: keyword.to_owned(),
            words: rest.split_ascii_whitespace().map(str::to_owned).collect(),
            place,
            options: Vec::new(),
        });
        return;
    }
    let last = it.stanzas.last_mut();
    let Some(stanza) = last.filter(|it| matches!(it.keyword.as_str(), "iface" | "mapping")) else {
        let why = format!("`{keyword}` stands below no interface");
        it.faults.push(Fault::new(place, why));
        return;
    };
    stanza.options.push(Setting {
        keyword: keyword.to_owned(),
        value: rest.to_owned(),
        place,
    });
}

#[cfg(test)]
mod tests {
    use super::{Adds, adds, read, takes_back};
    use crate::syntax::place::shown;

    fn check(text: &str, expected: &[&str]) {
        let it = read(text);
        let mut found = Vec::new();
        for stanza in &it.stanzas {
            found.push(format!(
                "{}: {} {}",
                stanza.place.line,
                stanza.keyword,
                stanza.words.join(" ")
            ));
            let options = stanza.options.iter();
            found.extend(
                options.map(|it| format!("{}:  {} = {}", it.place.line, it.keyword, it.value)),
            );
        }
        found.extend(shown(&it.faults));
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn settings_stand_below_their_interface() {
        check(
            "auto lo eth0\n# x\niface eth0 inet static\n\taddress 192.0.2.5/24\n\tup ip route add \\\n  default\n\niface eth1 inet dhcp\n",
            &[
                "1: auto lo eth0",
                "3: iface eth0 inet static",
                "4:  address = 192.0.2.5/24",
                "5:  up = ip route add   default",
                "8: iface eth1 inet dhcp",
            ],
        );
    }

    #[test]
    fn commands_that_say_what_options_say_are_read() {
        let route = |to: &str, via: Option<&str>, metric| Adds::Route {
            to: to.into(),
            via: via.map(str::to_owned),
            metric,
        };
        for (command, expected) in [
            (
                "/sbin/ip route add 10.0.0.0/8 via 192.0.2.1 metric 5 dev eth0 || true",
                Some(route("10.0.0.0/8", Some("192.0.2.1"), Some(5))),
            ),
            (
                "ip -6 r add default via fe80::1 dev $IFACE",
                Some(route("default", Some("fe80::1"), None)),
            ),
            (
                "ip   a add dev $IFACE 2001:db8::/64",
                Some(Adds::Address("2001:db8::/64".into())),
            ),
            ("ip link set eth0 up", Some(Adds::Nothing)),
            ("ifconfig eth1 up", None),
            ("ip route add 10.0.0.0/8 table 7", None),
            ("iptables -A INPUT", None),
        ] {
            assert_eq!(adds(command, "eth0"), expected, "{command}");
        }
        assert!(takes_back("ip a del dev $IFACE 2001:db8::/64"));
        assert!(takes_back("ifconfig $IFACE down"));
        assert!(!takes_back("iptables -D INPUT"));
    }

    #[test]
    fn a_setting_of_nothing_is_a_fault() {
        check(
            "address 192.0.2.5\nauto eth0\ngateway 192.0.2.1\n",
            &[
                "2: auto eth0",
                "1! `address` stands below no interface",
                "3! `gateway` stands below no interface",
            ],
        );
    }
}
