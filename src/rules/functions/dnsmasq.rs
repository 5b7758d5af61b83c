//! `dnsmasq`: a dnsmasq.conf as the options of `services.dnsmasq`.
//!
//! Manual: dnsmasq(8). What may be given more than once is a list, so that several files join; an option without a value
//! is `true`. The folder of files that dnsmasq reads besides is left out: its files are read by themselves. A machine on
//! which dnsmasq serves no names (`port=0`), or serves them where this machine does not ask, has no part in its own questions. A text that names other files has no answer.

use serde_json::{Map, Value, json};

use super::Function;
use super::unbound::without_comment;

pub(super) static FUNCTION: Function = Function {
    name: "dnsmasq",
    call,
};

/// Options that may be given more than once.
const MANY: [&str; 50] = [
    "addn-hosts",
    "address",
    "alias",
    "auth-server",
    "auth-zone",
    "bogus-nxdomain",
    "bridge-interface",
    "caa-record",
    "cname",
    "conf-file",
    "dhcp-boot",
    "dhcp-circuitid",
    "dhcp-host",
    "dhcp-hostsdir",
    "dhcp-hostsfile",
    "dhcp-ignore",
    "dhcp-mac",
    "dhcp-match",
    "dhcp-option",
    "dhcp-option-force",
    "dhcp-optsfile",
    "dhcp-range",
    "dhcp-relay",
    "dhcp-userclass",
    "dhcp-vendorclass",
    "dns-rr",
    "domain",
    "dynamic-host",
    "except-interface",
    "host-record",
    "hostsdir",
    "ignore-address",
    "interface",
    "interface-name",
    "ipset",
    "listen-address",
    "local",
    "mx-host",
    "naptr-record",
    "nftset",
    "no-dhcp-interface",
    "ptr-record",
    "pxe-service",
    "ra-param",
    "rebind-domain-ok",
    "rev-server",
    "server",
    "srv-host",
    "tag-if",
    "txt-record",
];

const LEASES: [&str; 2] = [
    "/var/lib/misc/dnsmasq.leases",
    "/var/lib/dnsmasq/dnsmasq.leases",
];

fn call(value: &Value) -> Option<Value> {
    let mut fields: Map<String, Value> = Map::new();
    for line in value.as_str()?.lines() {
        let line = without_comment(line).trim();
        if line.is_empty() {
            continue;
        }
        let (key, value): (&str, Value) = match line.split_once('=') {
            Some((key, value)) => (key.trim(), value.trim().into()),
            None => (line, true.into()),
        };
        if key.is_empty() || key.contains(char::is_whitespace) {
            return None;
        }
        let text = value.as_str().unwrap_or_default();
        match key {
            "conf-dir" if text.starts_with("/etc/dnsmasq.d") => continue,
            "conf-dir" | "conf-file" | "conf-script" | "servers-file" => return None,
            // The command line of the unit has it.
            "user" | "group" if text == "dnsmasq" => continue,
            // The places of distributions, where the module has one of its own and makes it.
            "dhcp-leasefile" if LEASES.contains(&text) => continue,
            _ => {}
        }
        let value = match text.parse::<i64>() {
            Ok(number) if !MANY.contains(&key) && number.to_string() == text => number.into(),
            Ok(_) | Err(_) => value,
        };
        match fields.get_mut(key) {
            None if MANY.contains(&key) => {
                fields.insert(key.to_owned(), json!([value]));
            }
            None => {
                fields.insert(key.to_owned(), value);
            }
            Some(Value::Array(list)) => list.push(value),
            Some(first) => *first = json!([first.take(), value]),
        }
    }
    if fields.is_empty() {
        return None;
    }
    let names = |key: &str| {
        fields
            .get(key)
            .into_iter()
            .flat_map(Value::as_array)
            .flatten()
    };
    // This machine asks 127.0.0.1 at the usual port: it cannot where dnsmasq is not there.
    let is_usual = fields.get("port").is_none_or(|port| *port == 53);
    let is_elsewhere = fields.contains_key("listen-address")
        && !fields.contains_key("interface")
        && !names("listen-address")
            .filter_map(Value::as_str)
            .any(|it| it.contains("127.0.0.1"));
    let is_kept_out = names("except-interface").any(|it| it == "lo");
    let serves_names = is_usual && !is_elsewhere && !is_kept_out;
    let mut options = json!({ "settings": fields });
    if !serves_names {
        options["resolveLocalQueries"] = false.into();
    }
    Some(options)
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::FUNCTION;
    use serde_json::json;

    #[test]
    fn what_may_stand_twice_is_a_list() {
        check(
            &FUNCTION,
            "# x\nbogus-priv\nserver=192.0.2.1\ninterface=br0 # y\ncache-size = 500\nconf-dir=/etc/dnsmasq.d/,*.conf\n",
            Some(json!({ "settings": {
                "bogus-priv": true,
                "server": ["192.0.2.1"],
                "interface": ["br0"],
                "cache-size": 500,
            }})),
        );
        check(
            &FUNCTION,
            "port=0\n",
            Some(json!({ "settings": { "port": 0 }, "resolveLocalQueries": false })),
        );
        check(
            &FUNCTION,
            "listen-address=192.0.2.1\ndhcp-leasefile=/var/lib/misc/dnsmasq.leases\n",
            Some(
                json!({ "settings": { "listen-address": ["192.0.2.1"] }, "resolveLocalQueries": false }),
            ),
        );
    }

    #[test]
    fn other_files_are_not_read() {
        check(&FUNCTION, "conf-file=/etc/x\n", None);
        check(&FUNCTION, "two words\n", None);
    }
}
