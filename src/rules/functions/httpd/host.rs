//! `<VirtualHost>`: an attribute of `virtualHosts`.

use serde_json::{Map, Value, json};

use super::{LOGS_OF_NIXOS, say};
use crate::rules::functions::acme_name;
use crate::syntax::httpd::{self, Node};

/// A host without a name stands first on Debian, and answers where no name fits; so it does under this name.
const NAMELESS: &str = "000-default";

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Host {
    /// Addresses and ports.
    listens: Vec<(String, u16)>,
    name: Option<String>,
    aliases: Vec<String>,
    ssl: Option<bool>,
    http2: bool,
    /// By the names of the options.
    simple: Map<String, Value>,
    rest: Vec<Node>,
    /// Set where the host without TLS is another one of the same.
    mode: &'static str,
}

impl Host {
    pub(super) fn read(
        places: &[String],
        nodes: &[Node],
        assume: &mut Vec<String>,
    ) -> Option<Host> {
        let mut host = Host {
            listens: places.iter().map(|it| listen(it)).collect::<Option<_>>()?,
            name: None,
            aliases: Vec::new(),
            ssl: None,
            http2: false,
            simple: Map::new(),
            rest: Vec::new(),
            mode: "",
        };
        for node in nodes {
            host.take(node, assume);
        }
        host.say_root(assume);
        // mod_ssl is on where Apache listens for https, unless something says that it is off.
        let is_https = host.listens.iter().all(|(_, port)| *port == 443);
        if host.ssl.is_none() && is_https && host.simple.contains_key("sslServerCert") {
            host.ssl = Some(true);
        }
        host.mode = match host.ssl {
            Some(true) => "onlySSL",
            Some(false) | None => "",
        };
        // Without a certificate of its own the module has nothing to write.
        let certified = ["sslServerCert", "sslServerKey"];
        let has_certificate = certified.iter().all(|it| host.simple.contains_key(*it));
        (host.ssl != Some(true) || has_certificate).then_some(host)
    }

    fn take(&mut self, node: &Node, assume: &mut Vec<String>) {
        let words = node.words();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let name = node.name.to_lowercase();
        let option = match name.as_str() {
            "serveradmin" => "adminAddr",
            "documentroot" => "documentRoot",
            "sslcertificatefile" => "sslServerCert",
            "sslcertificatekeyfile" => "sslServerKey",
            "sslcertificatechainfile" => "sslServerChain",
            _ => "",
        };
        match (name.as_str(), words.as_slice()) {
            _ if node.section.is_some() => self.rest.push(node.clone()),
            ("servername", [name]) => self.name = Some((*name).to_owned()),
            ("serveralias", names) => self.aliases.extend(names.iter().map(|it| (*it).to_owned())),
            ("sslengine", [value]) => self.ssl = Some(value.eq_ignore_ascii_case("on")),
            ("protocols", protocols) if protocols.contains(&"h2") => self.http2 = true,
            // What certbot has there: TLS, with protocols and ciphers of its own.
            ("include", [path]) if path.ends_with("/options-ssl-apache.conf") => {
                self.ssl = Some(true);
                say(
                    assume,
                    "protocols and ciphers of TLS are those of NixOS, not of certbot's options-ssl-apache.conf",
                );
            }
            ("sslciphersuite", ["PROFILE=SYSTEM"]) => {
                say(
                    assume,
                    "the ciphers are those of NixOS (services.httpd.sslCiphers)",
                );
            }
            ("errorlog" | "transferlog", [path]) | ("customlog", [path, "combined" | "common"])
                if path.starts_with(LOGS_OF_NIXOS) =>
            {
                if let [_, format] = words.as_slice() {
                    self.simple.insert("logFormat".to_owned(), (*format).into());
                }
                say(
                    assume,
                    "its logs have the names that NixOS gives them, in /var/log/httpd",
                );
            }
            (_, [value])
                if !option.is_empty() && (option == "adminAddr" || value.starts_with('/')) =>
            {
                self.simple.insert(option.to_owned(), (*value).into());
                if value.starts_with("/etc/letsencrypt/") {
                    say(
                        assume,
                        "the certificates of /etc/letsencrypt are carried over and renewed (`enableACME` would get new ones)",
                    );
                }
            }
            _ => self.rest.push(node.clone()),
        }
    }

    /// The module lets the document root be listed; Debian does so below /var/www alone.
    fn say_root(&self, assume: &mut Vec<String>) {
        let Some(root) = self.simple.get("documentRoot").and_then(Value::as_str) else {
            return;
        };
        let says = self.rest.iter().any(|it| {
            let own = it.words();
            let is_root = own
                .first()
                .is_some_and(|it| it.trim_end_matches('/') == root.trim_end_matches('/'));
            let inner = it.section.as_deref().unwrap_or_default();
            it.is("Directory") && is_root && inner.iter().any(|it| it.is("Options"))
        });
        if !says && root != "/var/www" && !root.starts_with("/var/www/") {
            say(
                assume,
                "its document root may be read and listed, as NixOS has it",
            );
        }
    }

    pub(super) fn has_ssl(&self) -> bool {
        self.ssl == Some(true)
    }

    pub(super) fn main_name(&self) -> &str {
        self.name.as_deref().unwrap_or(NAMELESS)
    }

    pub(super) fn port(&self) -> u16 {
        self.listens.first().map_or(80, |(_, port)| *port)
    }

    /// Where it sends everything, with the code 301, where it does nothing else.
    fn target(&self) -> Option<String> {
        if self.rewrites_to_https() {
            return Some(format!("https://{}", self.name.as_deref()?));
        }
        let [only] = self.rest.as_slice() else {
            return None;
        };
        let words = only.words();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let (from, to) = match (only.name.to_lowercase().as_str(), words.as_slice()) {
            ("redirectpermanent", [from, to]) => (*from, *to),
            ("redirect", ["permanent" | "301", from, to]) => (*from, *to),
            _ => return None,
        };
        (from == "/").then(|| to.to_owned())
    }

    /// Tells whether it sends everything to https by a rule of rewriting, as certbot and many people write it.
    fn rewrites_to_https(&self) -> bool {
        let mut rules = 0;
        let own_names = || self.name.iter().chain(&self.aliases);
        let all = self.rest.iter().all(|node| {
            let words = node.words();
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            match (node.name.to_lowercase().as_str(), words.as_slice()) {
                ("rewriteengine", [on]) => on.eq_ignore_ascii_case("on"),
                ("rewritecond", ["%{HTTPS}", "off" | "!=on" | "!on"]) => true,
                ("rewritecond", ["%{SERVER_NAME}", name] | ["%{SERVER_NAME}", name, "[OR]"]) => {
                    own_names().any(|own| name.strip_prefix('=') == Some(own.as_str()))
                }
                ("rewriterule", [from, to, flags]) => {
                    rules += 1;
                    let is_all = ["^", "^(.*)$", "(.*)", "^/?(.*)", "^(.*)", "^/(.*)"];
                    let to = to
                        .strip_prefix("https://%{SERVER_NAME}")
                        .or_else(|| to.strip_prefix("https://%{HTTP_HOST}"));
                    let is_permanent = flags.contains("R=permanent") || flags.contains("R=301");
                    is_all.contains(from) && to == Some("%{REQUEST_URI}") && is_permanent
                }
                _ => false,
            }
        });
        all && rules == 1
    }

    /// The options, of which the module prints the same host under this attribute.
    pub(super) fn options(self, key: &str) -> Map<String, Value> {
        let mut options = Map::new();
        match &self.name {
            Some(name) if name != key => {
                options.insert("hostName".to_owned(), name.as_str().into());
            }
            Some(_) => {}
            None => {
                options.insert("hostName".to_owned(), "localhost".into());
            }
        }
        if !self.aliases.is_empty() {
            options.insert("serverAliases".to_owned(), self.aliases.clone().into());
        }
        let ssl = self.has_ssl();
        let usual = |(_, port): &(String, u16)| match self.mode {
            "" => *port == 80,
            "onlySSL" => *port == 443,
            _ => true,
        };
        let addresses: Vec<&str> = self.listens.iter().map(|it| it.0.as_str()).collect();
        if !self.listens.iter().all(usual) {
            let list = self.listens.iter().map(|(ip, port)| {
                if ssl {
                    json!({ "ip": ip, "port": port, "ssl": true })
                } else {
                    json!({ "ip": ip, "port": port })
                }
            });
            options.insert("listen".to_owned(), list.collect());
        } else if addresses != ["*"] {
            options.insert("listenAddresses".to_owned(), addresses.into());
        }
        if !self.mode.is_empty() {
            options.insert(self.mode.to_owned(), true.into());
            if !self.http2 {
                options.insert("http2".to_owned(), false.into());
            }
        }
        let mut simple = self.simple;
        let text = |name: &str| simple.get(name).and_then(Value::as_str);
        let certificate = text("sslServerCert").zip(text("sslServerKey"));
        if let Some(name) = certificate.and_then(|(file, key)| acme_name(file, key)) {
            simple.retain(|option, _| !option.starts_with("sslServer"));
            simple.insert("useACMEHost".to_owned(), name.into());
        }
        options.extend(simple);
        if !self.rest.is_empty() {
            options.insert("extraConfig".to_owned(), httpd::print(&self.rest).into());
        }
        options
    }
}

fn listen(place: &str) -> Option<(String, u16)> {
    let (address, port) = place.rsplit_once(':')?;
    let address = match address {
        "_default_" => "*",
        other => other,
    };
    Some((address.to_owned(), port.parse().ok()?))
}

/// Finds the hosts that are one host of the module: the same with and without TLS, or one that sends to the other.
pub(super) fn join(hosts: &mut Vec<Host>, assume: &mut Vec<String>) {
    let mut at = 0;
    while at < hosts.len() {
        let found = (0..hosts.len()).find_map(|it| Some((it, mode(&hosts[at], &hosts[it])?)));
        let Some((other, mode)) = found else {
            at += 1;
            continue;
        };
        if mode == "forceSSL" {
            say(
                assume,
                "it sends to https under the name that was asked for",
            );
        }
        hosts[other].mode = mode;
        hosts.remove(at);
    }
}

/// How the module has a host without TLS and another one as one.
fn mode(plain: &Host, ssl: &Host) -> Option<&'static str> {
    let name = plain.name.as_deref()?;
    let on = |host: &Host, port: u16| host.listens.iter().all(|it| it.1 == port);
    let addresses = |host: &Host| -> Vec<String> {
        host.listens
            .iter()
            .map(|(address, _)| address.clone())
            .collect()
    };
    let is_pair = plain.ssl != Some(true)
        && plain.mode.is_empty()
        && ssl.mode == "onlySSL"
        && ssl.name.as_deref() == Some(name)
        && plain.aliases == ssl.aliases
        && on(plain, 80)
        && on(ssl, 443)
        && addresses(plain) == addresses(ssl);
    if !is_pair {
        return None;
    }
    let target = plain.target().map(|it| it.trim_end_matches('/').to_owned());
    if target == Some(format!("https://{name}")) {
        return Some("forceSSL");
    }
    let without_tls = |host: &Host| {
        let mut simple = host.simple.clone();
        simple.retain(|name, _| !name.starts_with("sslServer"));
        (simple, host.rest.clone())
    };
    (without_tls(plain) == without_tls(ssl)).then_some("addSSL")
}
