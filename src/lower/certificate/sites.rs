//! The sites of web servers that a certificate is for.

use super::order::{Order, Server};
use crate::lower::machine;
use crate::lower::statement::Statement;
use crate::model::{Content, File, Machine};
use crate::nix::Expr;
use crate::plan::OptionPath;
use crate::syntax::{httpd, nginx};

/// Programs by the start of their files, with the group that reads the keys: on NixOS none of these is root when it does.
const READERS: [(&str, &str); 6] = [
    ("/etc/nginx/", "nginx"),
    ("/etc/apache2/", "wwwrun"),
    ("/etc/httpd/", "wwwrun"),
    ("/etc/haproxy/", "haproxy"),
    ("/etc/prosody/", "prosody"),
    ("/etc/mosquitto/", "mosquitto"),
];

struct Site {
    server: Server,
    names: Vec<String>,
    /// It names a certificate already.
    has_certificate: bool,
}

/// The sites that a certificate's names lead to.
pub(super) struct Sites {
    sites: Vec<Site>,
    /// A site reads the files of the certificate.
    are_read: bool,
}

impl Sites {
    /// Tells whether a web server of NixOS answers for the certificate.
    pub(super) fn are_there(&self) -> bool {
        self.are_read || !self.sites.is_empty()
    }

    /// Tells whether the site of this name has that other name too.
    pub(super) fn has_alias(&self, site: &str, name: &str) -> bool {
        let mut of_name = self.sites.iter();
        of_name.any(|it| {
            it.names.first().is_some_and(|it| it == site) && it.names.iter().any(|it| it == name)
        })
    }

    /// Gives sites without a certificate the ordered one, where the command does; tells whether the site of that name
    /// orders it itself.
    pub(super) fn state(&self, order: &Order, statement: &mut Statement) -> bool {
        let Some((server, redirects)) = order.installs else {
            return false;
        };
        let folder = match server {
            Server::Nginx => ["services", "nginx", "virtualHosts"],
            Server::Apache => ["services", "httpd", "virtualHosts"],
        };
        let mut is_enabled = false;
        let own = self
            .sites
            .iter()
            .filter(|it| it.server == server && !it.has_certificate);
        for name in own.filter_map(|it| it.names.first()) {
            let site = OptionPath::new(folder).child(name);
            if *name == order.name {
                is_enabled = true;
                statement.set(site.child("enableACME"), Expr::Bool(true));
            } else {
                statement.set(site.child("useACMEHost"), Expr::str(&*order.name));
            }
            let tls = if redirects { "forceSSL" } else { "addSSL" };
            statement.set(site.child(tls), Expr::Bool(true));
        }
        is_enabled
    }
}

/// Finds the sites of a certificate.
pub(super) fn of(order: &Order, machine: &Machine) -> Sites {
    let sites = machine::files(machine).flat_map(sites_of);
    let is_own = |site: &Site| site.names.iter().any(|it| order.domains.contains(it));
    let is_of_server = |file: &File| {
        let group = reader(&file.path);
        matches!(group, Some("nginx" | "wwwrun")) && names_it(file, &order.name)
    };
    Sites {
        sites: sites.filter(is_own).collect(),
        are_read: machine::files(machine).any(is_of_server),
    }
}

/// Tells whether the configuration of a web server names a folder.
pub(super) fn show(folder: &str, machine: &Machine) -> bool {
    let mut servers = machine::files(machine).filter(|it| reader(&it.path).is_some());
    servers.any(|file| match &file.content {
        Content::Text(text) => text.to_string().contains(folder),
        Content::Binary(_) | Content::Fetched(_) => false,
    })
}

/// Returns the group that must read the key of a certificate.
pub(super) fn group(order: &Order, machine: &Machine) -> Option<&'static str> {
    let read = machine::files(machine).filter(|it| names_it(it, &order.name));
    let of_reader = read.filter_map(|it| reader(&it.path)).next();
    let of_site = machine::files(machine).flat_map(sites_of).find_map(|site| {
        let is_own = site.names.iter().any(|it| order.domains.contains(it));
        is_own.then_some(match site.server {
            Server::Nginx => "nginx",
            Server::Apache => "wwwrun",
        })
    });
    of_reader.or(of_site.filter(|_| order.installs.is_some()))
}

fn reader(path: &str) -> Option<&'static str> {
    let found = READERS.iter().find(|(start, _)| path.starts_with(start));
    found.map(|(_, group)| *group)
}

fn names_it(file: &File, name: &str) -> bool {
    let Content::Text(text) = &file.content else {
        return false;
    };
    let text = text.to_string();
    ["/etc/letsencrypt/live/", "/var/lib/acme/"]
        .iter()
        .any(|folder| text.contains(&format!("{folder}{name}/")))
}

fn sites_of(file: &File) -> Vec<Site> {
    let Content::Text(text) = &file.content else {
        return Vec::new();
    };
    let Some(text) = text.plain() else {
        return Vec::new();
    };
    match reader(&file.path) {
        Some("nginx") => {
            let mut found = Vec::new();
            nginx_sites(&nginx::read(text).unwrap_or_default(), &mut found);
            found
        }
        Some("wwwrun") => {
            let nodes = httpd::read(text).unwrap_or_default();
            nodes.iter().filter_map(apache_site).collect()
        }
        _ => Vec::new(),
    }
}

fn nginx_sites(directives: &[nginx::Directive], found: &mut Vec<Site>) {
    for directive in directives {
        let Some(inner) = directive.inner() else {
            continue;
        };
        if directive.name != "server" {
            nginx_sites(inner, found);
            continue;
        }
        let names = inner.iter().filter(|it| it.name == "server_name");
        found.push(Site {
            server: Server::Nginx,
            names: names
                .flat_map(|it| it.values())
                .map(str::to_owned)
                .collect(),
            has_certificate: inner.iter().any(|it| it.name == "ssl_certificate"),
        });
    }
}

fn apache_site(node: &httpd::Node) -> Option<Site> {
    let inner = node.section.as_deref().filter(|_| node.is("VirtualHost"))?;
    let names = inner
        .iter()
        .filter(|it| it.is("ServerName") || it.is("ServerAlias"));
    Some(Site {
        server: Server::Apache,
        names: names.flat_map(httpd::Node::words).collect(),
        has_certificate: inner.iter().any(|it| it.is("SSLCertificateFile")),
    })
}
