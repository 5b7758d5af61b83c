//! `listen`: where a server answers, as the options of a virtual host.
//!
//! Without an address the module listens on 0.0.0.0 and `[::0]` (`defaultListenAddresses`), on port 80, or 443 for TLS.

use serde_json::{Map, Value, json};

use super::Lifted;
use crate::syntax::nginx::Directive;
use crate::syntax::stand_ins;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Listen {
    pub(super) address: String,
    /// None for a socket of the file system.
    pub(super) port: Option<u16>,
    pub(super) ssl: bool,
    pub(super) default: bool,
    pub(super) http2: bool,
    proxy_protocol: bool,
    /// What has no option.
    others: Vec<String>,
}

pub(super) const ANY4: &str = "0.0.0.0";
pub(super) const ANY6: &str = "[::]";

/// How the module is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Plain,
    Only,
    Both,
}

/// Reads the `listen` directives of a server; without one it listens on port 80.
pub(super) fn read(list: &[&Directive]) -> Option<Vec<Listen>> {
    if list.is_empty() {
        return Some(vec![Listen {
            address: ANY4.to_owned(),
            port: Some(80),
            ssl: false,
            default: false,
            http2: false,
            proxy_protocol: false,
            others: Vec::new(),
        }]);
    }
    list.iter().map(|it| read_one(it)).collect()
}

fn read_one(directive: &Directive) -> Option<Listen> {
    if directive.block.is_some() {
        return None;
    }
    let words = directive.values();
    let (target, parameters) = words.split_first()?;
    // What a person gives may be a port or an address.
    if target.contains('$') || !stand_ins(target).is_empty() {
        return None;
    }
    let (address, port) = address_and_port(target)?;
    let mut listen = Listen {
        address,
        port,
        ssl: false,
        default: false,
        http2: false,
        proxy_protocol: false,
        others: Vec::new(),
    };
    for parameter in parameters {
        match *parameter {
            "ssl" => listen.ssl = true,
            "default_server" | "default" => listen.default = true,
            "http2" => listen.http2 = true,
            "proxy_protocol" => listen.proxy_protocol = true,
            // This is how nginx listens unless it is told otherwise.
            "ipv6only=on" => {}
            other => listen.others.push(other.to_owned()),
        }
    }
    Some(listen)
}

fn address_and_port(target: &str) -> Option<(String, Option<u16>)> {
    if target.starts_with("unix:") {
        return Some((target.to_owned(), None));
    }
    if let Ok(port) = target.parse::<u16>() {
        return Some((ANY4.to_owned(), Some(port)));
    }
    let (address, port) = match target.rsplit_once(':') {
        // The colon is one of an address in brackets.
        Some((_, rest)) if rest.contains(']') => (target, 80),
        Some((address, port)) => (address, port.parse().ok()?),
        None => (target, 80),
    };
    let address = match address {
        "*" => ANY4,
        "[::0]" | "[0:0:0:0:0:0:0:0]" => ANY6,
        other => other,
    };
    Some((address.to_owned(), Some(port)))
}

impl Listen {
    fn is_simple(&self) -> bool {
        self.others.is_empty() && !self.proxy_protocol && (self.ssl || !self.http2)
    }

    fn value(&self, is_default_apart: bool) -> Value {
        let mut value = json!({ "addr": self.address });
        if let Some(port) = self.port {
            value["port"] = port.into();
        }
        if self.ssl {
            value["ssl"] = true.into();
        }
        if self.proxy_protocol {
            value["proxyProtocol"] = true.into();
        }
        let mut others = self.others.clone();
        if self.http2 && !self.ssl {
            others.push("http2".to_owned());
        }
        if is_default_apart && self.default {
            others.push("default_server".to_owned());
        }
        if !others.is_empty() {
            value["extraParameters"] = others.into();
        }
        value
    }
}

/// Sets the options of a host for its sockets; tells whether the module writes its certificate.
pub(super) fn state(
    list: &[Listen],
    has_certificate: bool,
    host: &mut Map<String, Value>,
    lifted: &mut Lifted,
) -> bool {
    let is_default = list.iter().all(|it| it.default);
    if is_default {
        host.insert("default".to_owned(), true.into());
    }
    let is_default_apart = !is_default && list.iter().any(|it| it.default);
    let plain: Vec<&Listen> = list.iter().filter(|it| !it.ssl).collect();
    let ssl: Vec<&Listen> = list.iter().filter(|it| it.ssl).collect();
    let mode = match (plain.is_empty(), ssl.is_empty()) {
        (_, true) => Mode::Plain,
        (true, false) => Mode::Only,
        (false, false) => Mode::Both,
    };
    let writes_certificate = mode != Mode::Plain && has_certificate;
    if writes_certificate {
        let name = if mode == Mode::Only {
            "onlySSL"
        } else {
            "addSSL"
        };
        host.insert(name.to_owned(), true.into());
    }
    let addresses = if plain.is_empty() {
        addresses(&ssl)
    } else {
        addresses(&plain)
    };
    let is_usual = list.iter().all(Listen::is_simple)
        && plain.iter().all(|it| it.port == Some(80))
        && ssl.iter().all(|it| it.port == Some(443))
        && (mode != Mode::Both || addresses == self::addresses(&ssl))
        && (mode == Mode::Plain || has_certificate);
    if !is_usual || is_default_apart {
        let list: Vec<Value> = list.iter().map(|it| it.value(is_default_apart)).collect();
        host.insert("listen".to_owned(), list.into());
    } else if addresses == [ANY4] {
        lifted.assume("it may answer over IPv6 as well");
    } else if addresses != [ANY4, ANY6] {
        host.insert("listenAddresses".to_owned(), addresses.into());
    }
    writes_certificate
}

fn addresses<'a>(list: &[&'a Listen]) -> Vec<&'a str> {
    let mut addresses: Vec<&str> = list.iter().map(|it| it.address.as_str()).collect();
    addresses.sort_unstable();
    addresses
}
