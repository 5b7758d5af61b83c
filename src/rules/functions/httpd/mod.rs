//! `httpd-site` and `httpd-module`: what Debian's Apache includes, as options of `services.httpd`.
//!
//! Follows nixos/modules/services/web-servers/apache-httpd/{default,vhost-options}.nix. A virtual host is an attribute of
//! `virtualHosts`, with what has no option in its `extraConfig`; what stands outside of them goes to `extraConfig`. The
//! module writes `Listen` for the hosts, and a log for each.
//!
//! Answers `hosts`, `text`, `modules` (for extraModules) and `assume`; what there is nothing of is null.

mod host;
mod modules;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value, json};

use super::{Function, Site, attributes_of};
use crate::syntax::httpd::{self, Node};
use host::Host;

pub(super) static SITE: Function = Function {
    name: "httpd-site",
    call,
};

pub(super) use modules::FUNCTION as MODULE;

/// Where Debian, and where NixOS, has the logs.
const LOGS: [&str; 3] = ["${APACHE_LOG_DIR}", "/var/log/apache2", "/var/log/httpd"];
const LOGS_OF_NIXOS: &str = "/var/log/httpd";

fn call(value: &Value) -> Option<Value> {
    let text = value.as_str()?;
    let mut assume: Vec<String> = Vec::new();
    let text = text
        .replace(LOGS[0], LOGS_OF_NIXOS)
        .replace(LOGS[1], LOGS_OF_NIXOS);
    // A variable of the environment, which the unit of NixOS does not have.
    if text.contains("${") {
        return None;
    }
    let mut hosts: Vec<Host> = Vec::new();
    let mut rest: Vec<Node> = Vec::new();
    take(httpd::read(&text).ok()?, &mut hosts, &mut rest, &mut assume)?;
    host::join(&mut hosts, &mut assume);
    let modules = modules::needed(&text, &mut assume);
    let hosts = named(hosts);
    let text = if rest.is_empty() {
        Value::Null
    } else {
        httpd::print(&rest).into()
    };
    if hosts.is_empty() && text.is_null() {
        return None;
    }
    Some(json!({
        "hosts": if hosts.is_empty() { Value::Null } else { hosts.into() },
        "text": text,
        "modules": modules,
        "assume": assume,
    }))
}

fn take(
    nodes: Vec<Node>,
    hosts: &mut Vec<Host>,
    rest: &mut Vec<Node>,
    assume: &mut Vec<String>,
) -> Option<()> {
    for node in nodes {
        let section = node.section.as_deref().unwrap_or_default();
        if node.is("VirtualHost") {
            hosts.push(Host::read(&node.words(), section, assume)?);
        } else if node.is("IfModule") && section.iter().any(|it| it.is("VirtualHost")) {
            // The module loads what a host with TLS needs.
            if !matches!(node.arguments.as_str(), "mod_ssl.c" | "ssl_module") {
                return None;
            }
            take(section.to_vec(), hosts, rest, assume)?;
        } else if node.is("IfModule")
            && !section.is_empty()
            && section.iter().all(|it| it.is("Listen"))
        {
            take(section.to_vec(), hosts, rest, assume)?;
        } else if node.is("Listen") {
            if !["80", "443"].contains(&node.arguments.as_str()) {
                say(assume, "a site listens where it says `Listen`");
            }
        } else if !node.is("NameVirtualHost") {
            rest.push(node);
        }
    }
    Some(())
}

fn say(assume: &mut Vec<String>, clause: &str) {
    if assume.iter().all(|it| it != clause) {
        assume.push(clause.to_owned());
    }
}

/// Gives each host an attribute of its own.
fn named(hosts: Vec<Host>) -> Map<String, Value> {
    let site = |host: &Host| Site {
        name: host.main_name().to_owned(),
        port: host.port().to_string(),
        has_tls: host.has_ssl(),
    };
    let sites: Vec<Site> = hosts.iter().map(site).collect();
    let named = hosts.into_iter().zip(attributes_of(&sites));
    named
        .map(|(host, key)| {
            let options = host.options(&key);
            (key, options.into())
        })
        .collect()
}
