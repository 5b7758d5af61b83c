//! sysctl.conf and sysctl.d: kernel parameters.
//!
//! Manual: sysctl.d(5), <https://www.freedesktop.org/software/systemd/man/latest/sysctl.d.html>

use super::place::{BLANKS, lines};
use super::{Fault, Place};

/// A line that says something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// With dots: `net.ipv4.ip_forward`.
    pub name: String,
    /// `None`: the parameter is taken out of what globs of other lines set.
    pub value: Option<String>,
    pub place: Place,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sysctl {
    pub settings: Vec<Setting>,
    pub faults: Vec<Fault>,
}

pub fn read(text: &str) -> Sysctl {
    let mut it = Sysctl::default();
    for (place, line) in lines(text) {
        let line = line.trim_matches(BLANKS);
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        // A `-` in front only keeps an error from being reported.
        let (tolerated, body) = match line.strip_prefix('-') {
            Some(body) => (true, body),
            None => (false, line),
        };
        let (name, value) = match body.split_once('=') {
            Some((name, value)) => (name, Some(value.trim_matches(BLANKS).to_owned())),
            None => (body, None),
        };
        let name = name.trim_matches(BLANKS);
        if name.is_empty() {
            it.faults
                .push(Fault::new(place, "there is no name in front of `=`"));
        } else if value.is_none() && !tolerated {
            it.faults
                .push(Fault::new(place, format!("`{name}` has no `=` and value")));
        } else {
            it.settings.push(Setting {
                name: dotted(name),
                value,
                place,
            });
        }
    }
    it
}

/// Returns a parameter's name with dots: of the separators the first decides which kind they are, and where they are
/// slashes, dots belong to names (`net/ipv4/conf/eth0.1/forwarding`) and are written as slashes.
pub fn dotted(name: &str) -> String {
    match name.find(['.', '/']) {
        Some(at) if name[at..].starts_with('/') => name
            .chars()
            .map(|c| match c {
                '/' => '.',
                '.' => '/',
                c => c,
            })
            .collect(),
        Some(_) | None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::syntax::place::shown;

    fn check(text: &str, expected: &[&str]) {
        let it = read(text);
        let mut found: Vec<String> = it
            .settings
            .iter()
            .map(|it| format!("{}: {} = {:?}", it.place.line, it.name, it.value))
            .collect();
        found.extend(shown(&it.faults));
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn settings_are_read_as_systemd_does() {
        check(
            "# a\n;b\n\nvm.swappiness=10\n  net.ipv4.ip_local_port_range = 1024 65535 \n",
            &[
                "4: vm.swappiness = Some(\"10\")",
                "5: net.ipv4.ip_local_port_range = Some(\"1024 65535\")",
            ],
        );
        check("-kernel.x = 1", &["1: kernel.x = Some(\"1\")"]);
        check(
            "-net.ipv4.conf.eth0.rp_filter",
            &["1: net.ipv4.conf.eth0.rp_filter = None"],
        );
        check("a = b = c", &["1: a = Some(\"b = c\")"]);
        check("a.b =", &["1: a.b = Some(\"\")"]);
    }

    #[test]
    fn slashes_become_dots() {
        check(
            "net/ipv4/conf/eth0.1/forwarding=1",
            &["1: net.ipv4.conf.eth0/1.forwarding = Some(\"1\")"],
        );
        check(
            "net.ipv4.conf.eth0/1.forwarding=1",
            &["1: net.ipv4.conf.eth0/1.forwarding = Some(\"1\")"],
        );
    }

    #[test]
    fn a_line_without_a_value_is_a_fault() {
        check(
            "vm.swappiness 10",
            &["1! `vm.swappiness 10` has no `=` and value"],
        );
        check("= 1", &["1! there is no name in front of `=`"]);
    }
}
