//! `server`: an attribute of `virtualHosts`.

use serde_json::{Map, Value, json};

use super::listen::{self, Listen};
use super::{Lifted, is_path, location, take_word, text_value};
use crate::rules::functions::acme_name;
use crate::rules::functions::{Site, attributes_of};
use crate::syntax::nginx::{self, Directive};

/// A server block that options say.
#[derive(Debug)]
pub(super) struct Server {
    /// Its names, as they are written; the first one is the main one.
    pub(super) names: Vec<String>,
    pub(super) listens: Vec<Listen>,
    pub(super) options: Map<String, Value>,
}

/// Reads a server block, of which the includes are resolved; none where it has to stay text.
pub(super) fn read(inner: &[Directive], lifted: &mut Lifted) -> Option<Server> {
    let mut rest = inner.to_vec();
    let includes = rest.iter().any(|it| it.name == "include");
    let mut listens: Vec<&Directive> = Vec::new();
    let mut names: Vec<String> = Vec::new();
    for directive in inner {
        match directive.name.as_str() {
            "listen" => listens.push(directive),
            "server_name" => names.extend(directive.words.iter().map(|it| it.raw.clone())),
            _ => {}
        }
    }
    // What it includes says where it listens; the module would listen on port 80 besides.
    if listens.is_empty() && includes {
        return None;
    }
    let mut listens = listen::read(&listens)?;
    rest.retain(|it| !matches!(it.name.as_str(), "listen" | "server_name"));
    let mut options = Map::new();
    tls(&mut rest, &mut listens, &mut options, lifted);
    if let Some(root) = take_word(&mut rest, "root", is_path) {
        options.insert("root".to_owned(), text_value(&root));
    }
    locations(&mut rest, includes, &mut options, lifted)?;
    if !rest.is_empty() {
        let text = text_value(&nginx::print(&rest));
        options.insert("extraConfig".to_owned(), text);
    }
    if names.len() > 1 {
        options.insert("serverAliases".to_owned(), json!(names[1..]));
    }
    let mut seen = (Vec::new(), false);
    super::see(inner, &mut seen.0, &mut seen.1);
    for folder in seen.0 {
        if !lifted.writes.contains(&folder) {
            lifted.writes.push(folder);
        }
    }
    lifted.reads_home |= seen.1;
    Some(Server {
        names,
        listens,
        options,
    })
}

/// The sockets, the certificate and the protocol.
fn tls(
    rest: &mut Vec<Directive>,
    listens: &mut [Listen],
    options: &mut Map<String, Value>,
    lifted: &mut Lifted,
) {
    // The old way to say `ssl` of every socket.
    if take_word(rest, "ssl", |it| it == "on").is_some() {
        for listen in listens.iter_mut() {
            listen.ssl = true;
        }
    }
    let count = |name: &str| {
        let own = rest.iter().filter(|it| it.name == name);
        let mut own = own.filter_map(Directive::only_word);
        match (own.next(), own.next()) {
            (Some(word), None) => is_path(&word.value) && super::is_bare(&word.value),
            _ => false,
        }
    };
    let has_certificate = count("ssl_certificate") && count("ssl_certificate_key");
    if !listen::state(listens, has_certificate, options, lifted) {
        // Where the module writes no certificate it does not say the protocol either.
        if listens.iter().any(|it| it.ssl && it.http2) {
            rest.push(Directive::plain("http2", &["on"]));
        }
        return;
    }
    certificate_of_nixos(rest, options);
    for (directive, option) in [
        ("ssl_certificate", "sslCertificate"),
        ("ssl_certificate_key", "sslCertificateKey"),
        ("ssl_trusted_certificate", "sslTrustedCertificate"),
    ] {
        if let Some(path) = take_word(rest, directive, is_path) {
            if path.starts_with("/etc/letsencrypt/") {
                lifted.assume(
                    "the certificates of /etc/letsencrypt are carried over and renewed (`enableACME` would get new ones)",
                );
            } else if path.contains("ssl-cert-snakeoil") {
                lifted.assume("the certificate that Debian makes for itself is there");
            }
            options.insert(option.to_owned(), path.into());
        }
    }
    let in_listen = listens.iter().any(|it| it.ssl && it.http2);
    let says_on = take_word(rest, "http2", |it| it == "on").is_some();
    if !in_listen && !says_on {
        take_word(rest, "http2", |it| it == "off");
        options.insert("http2".to_owned(), false.into());
    }
}

/// A certificate where `security.acme` puts it is one that the module knows by its name.
fn certificate_of_nixos(rest: &mut Vec<Directive>, options: &mut Map<String, Value>) {
    let word = |name: &str| {
        let own = rest.iter().find(|it| it.name == name);
        own.and_then(Directive::only_word)
            .map(|it| it.value.as_str())
    };
    let certificate = word("ssl_certificate").zip(word("ssl_certificate_key"));
    let Some(name) = certificate.and_then(|(file, key)| acme_name(file, key)) else {
        return;
    };
    for directive in ["ssl_certificate", "ssl_certificate_key"] {
        take_word(rest, directive, is_path);
    }
    let chain = format!("/var/lib/acme/{name}/chain.pem");
    take_word(rest, "ssl_trusted_certificate", |it| it == chain);
    options.insert("useACMEHost".to_owned(), name.into());
}

fn locations(
    rest: &mut Vec<Directive>,
    includes: bool,
    options: &mut Map<String, Value>,
    lifted: &mut Lifted,
) -> Option<()> {
    let mut locations: Map<String, Value> = Map::new();
    let mut names: Vec<String> = Vec::new();
    let mut left: Vec<Directive> = Vec::new();
    for directive in std::mem::take(rest) {
        // What is included may have regular expressions of its own, before or behind this one.
        let name = directive.raw_words();
        let stays = includes && name.starts_with('~');
        if directive.name != "location" || stays {
            left.push(directive);
            continue;
        }
        let inner = location::options(directive.inner()?, lifted);
        if locations.insert(name.clone(), inner.into()).is_some() {
            return None;
        }
        names.push(name);
    }
    // nginx sends every request away before it looks for a location.
    if let [only] = left.as_slice()
        && only.name == "return"
        && only.block.is_none()
        && locations.is_empty()
    {
        let inner = location::options(&left, lifted);
        locations.insert("/".to_owned(), inner.into());
        left.clear();
    }
    location::order(&mut locations, &names);
    if !locations.is_empty() {
        options.insert("locations".to_owned(), locations.into());
    }
    *rest = left;
    Some(())
}

/// Puts the servers of a text among the virtual hosts, each under a name of its own.
pub(super) fn name(servers: Vec<Server>, lifted: &mut Lifted) {
    if is_answered_by_another(&servers) {
        lifted.assume("where no name fits, the first of these servers by name may answer");
    }
    let sites: Vec<Site> = servers.iter().map(site).collect();
    let keys = attributes_of(&sites);
    for (mut server, key) in servers.into_iter().zip(keys) {
        let written = server.names.first().map_or("_", String::as_str);
        if written != key {
            let written = written.to_owned();
            server
                .options
                .insert("serverName".to_owned(), written.into());
        }
        lifted.hosts.insert(key, in_order(server.options).into());
    }
}

/// The options in the order in which people write them.
fn in_order(mut options: Map<String, Value>) -> Map<String, Value> {
    const FIRST: [&str; 9] = [
        "serverName",
        "serverAliases",
        "default",
        "listen",
        "listenAddresses",
        "onlySSL",
        "addSSL",
        "forceSSL",
        "redirectCode",
    ];
    let mut out = Map::new();
    for name in FIRST {
        if let Some(value) = options.shift_remove(name) {
            out.insert(name.to_owned(), value);
        }
    }
    out.extend(options);
    out
}

fn site(server: &Server) -> Site {
    let port = server.listens.first().and_then(|it| it.port);
    Site {
        name: main_name(server),
        port: port.map_or("unix".to_owned(), |it| it.to_string()),
        has_tls: server.listens.iter().any(|it| it.ssl),
    }
}

fn main_name(server: &Server) -> String {
    let written = server.names.first().map_or("_", String::as_str);
    match written.trim_matches(['"', '\'']) {
        "" => "_".to_owned(),
        name => name.to_owned(),
    }
}

/// Tells whether nginx would take another server for the one that answers where no name fits: it takes the first, and the
/// module sorts them.
fn is_answered_by_another(servers: &[Server]) -> bool {
    let mut sockets: Vec<(&str, Option<u16>)> = servers
        .iter()
        .flat_map(|it| &it.listens)
        .map(|it| (it.address.as_str(), it.port))
        .collect();
    sockets.sort_unstable();
    sockets.dedup();
    sockets.into_iter().any(|socket| {
        let of_socket = |it: &&Server| {
            let mut own = it.listens.iter();
            own.any(|it| (it.address.as_str(), it.port) == socket)
        };
        let on: Vec<&Server> = servers.iter().filter(of_socket).collect();
        let says_default = on.iter().any(|it| it.listens.iter().any(|it| it.default));
        let first = on.iter().map(|it| main_name(it)).min();
        !says_default && on.first().map(|it| main_name(it)) != first
    })
}
