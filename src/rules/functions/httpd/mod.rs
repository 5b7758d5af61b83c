//! `httpd-site` and `httpd-module`: what Debian's Apache includes, as options of `services.httpd`.
//!
//! Follows nixos/modules/services/web-servers/apache-httpd/{default,vhost-options}.nix. A virtual host is an attribute of
//! `virtualHosts`, with what has no option in its `extraConfig`; what stands outside of them goes to `extraConfig`. The
//! module writes `Listen` for the hosts, and a log for each.
//!
//! Answers `hosts`, `options` (of `services.httpd`), `text`, `modules` (for extraModules) and `assume`; what there is
//! nothing of is null.

mod host;
mod main;
mod modules;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value, json};

use super::{Function, Site, attributes_of};
use crate::syntax::httpd::{self, Node};
use host::Host;
use main::Main;

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
    let nodes = httpd::read(&text).ok()?.into_iter().map(at_home);
    let mut hosts: Vec<Host> = Vec::new();
    let mut rest: Vec<Node> = Vec::new();
    take(nodes.collect(), &mut hosts, &mut rest, &mut assume)?;
    host::join(&mut hosts, &mut assume);
    let mut main = Main::default();
    main.take(rest, &mut assume)?;
    let mut needed: Vec<String> = modules::needed(&text, &mut assume);
    needed.extend(main.modules);
    needed.sort_unstable();
    needed.dedup();
    let mut hosts = named(hosts);
    if let Some(root) = main.root {
        let clause = "where no name fits, the first of its hosts by name answers";
        say(&mut assume, clause);
        hosts.insert("localhost".to_owned(), json!({ "documentRoot": root }));
    }
    let text = if main.rest.is_empty() {
        Value::Null
    } else {
        httpd::print(&main.rest).into()
    };
    let some = |map: Map<String, Value>| {
        if map.is_empty() {
            Value::Null
        } else {
            map.into()
        }
    };
    let (hosts, options) = (some(hosts), some(main.options));
    let is_empty = hosts.is_null() && text.is_null() && options.is_null() && needed.is_empty();
    // A variable of the environment, which the unit of NixOS does not have.
    let has_variable = hosts.to_string().contains("${") || text.to_string().contains("${");
    if is_empty || has_variable {
        return None;
    }
    Some(json!({
        "hosts": hosts,
        "options": options,
        "text": text,
        "modules": needed,
        "assume": assume,
    }))
}

/// Puts the folder of NixOS for the one that Red Hat's logs are in, relative to its own folder of the server.
fn at_home(mut node: Node) -> Node {
    let section = node.section.take();
    node.section = section.map(|inner| inner.into_iter().map(at_home).collect());
    let is_log = ["ErrorLog", "CustomLog", "TransferLog"]
        .iter()
        .any(|it| node.is(it));
    for begin in ["logs/", "\"logs/"] {
        if is_log && let Some(rest) = node.arguments.strip_prefix(begin) {
            let quote = &begin[..begin.len() - "logs/".len()];
            node.arguments = format!("{quote}{LOGS_OF_NIXOS}/{rest}");
            break;
        }
    }
    node
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
