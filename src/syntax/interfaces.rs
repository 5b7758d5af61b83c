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
    use super::read;
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
