//! `httpd`: what Apache's sites come to, as nixos/modules/services/web-servers/apache-httpd/default.nix writes them from
//! its options (lines 180 to 333). Of all else that it writes nothing is said by a site.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::{Format, lines_of, plain};
use crate::syntax::httpd::{self, Node};

pub(super) static FORMAT: Format = Format {
    name: "httpd",
    write,
    tree,
};

fn write(value: &Value) -> Option<String> {
    let options = value.as_object()?;
    let mut out = lines_of(options, "extraConfig");
    let hosts = options.get("virtualHosts").and_then(Value::as_object);
    for (name, host) in hosts.into_iter().flatten() {
        write_host(name, host.as_object()?, &mut out);
    }
    Some(out)
}

fn write_host(name: &str, host: &Map<String, Value>, out: &mut String) {
    let is_on = |name: &str| host.get(name) == Some(&json!(true));
    let only = is_on("onlySSL");
    let has_ssl = only || is_on("addSSL") || is_on("forceSSL");
    let own = host.get("listen").and_then(Value::as_array);
    let own = own.filter(|it| !it.is_empty()).cloned();
    let addresses = host.get("listenAddresses").and_then(Value::as_array);
    let addresses = addresses.cloned().unwrap_or(vec![json!("*")]);
    let of = |port: u16, ssl: bool| -> Vec<Value> {
        let addresses = addresses.iter();
        addresses
            .map(|ip| json!({ "ip": ip, "port": port, "ssl": ssl }))
            .collect()
    };
    let listens = own.unwrap_or_else(|| {
        let mut all = if has_ssl { of(443, true) } else { Vec::new() };
        all.extend(if only { Vec::new() } else { of(80, false) });
        all
    });
    for ssl in [false, true] {
        let places: Vec<String> = listens
            .iter()
            .filter(|it| (it.get("ssl") == Some(&json!(true))) == ssl)
            .map(|it| {
                format!(
                    "{}:{}",
                    it.get("ip").map_or("*".to_owned(), plain),
                    it["port"]
                )
            })
            .collect();
        if places.is_empty() {
            continue;
        }
        let host_name = host.get("hostName").map_or(name.to_owned(), plain);
        let _ = writeln!(
            out,
            "<VirtualHost {}>\nServerName {host_name}",
            places.join(" ")
        );
        let aliases = host.get("serverAliases").and_then(Value::as_array);
        for alias in aliases.into_iter().flatten() {
            let _ = writeln!(out, "ServerAlias {}", plain(alias));
        }
        let mut line = |directive: &str, option: &str| {
            if let Some(value) = host.get(option) {
                let _ = writeln!(out, "{directive} {}", plain(value));
            }
        };
        line("ServerAdmin", "adminAddr");
        if ssl {
            line("SSLCertificateFile", "sslServerCert");
            line("SSLCertificateKeyFile", "sslServerKey");
            line("SSLCertificateChainFile", "sslServerChain");
            if let Some(name) = host.get("useACMEHost").map(plain) {
                for (directive, file) in [
                    ("File", "fullchain"),
                    ("KeyFile", "key"),
                    ("ChainFile", "chain"),
                ] {
                    let _ = writeln!(
                        out,
                        "SSLCertificate{directive} /var/lib/acme/{name}/{file}.pem"
                    );
                }
            }
            *out += "SSLEngine on\n";
            if is_on("http2") {
                *out += "Protocols h2 h2c http/1.1\n";
            }
        }
        if !ssl && is_on("forceSSL") {
            *out += "RewriteEngine on\nRewriteCond %{REQUEST_URI} !^/.well-known/acme-challenge [NC]\n\
                     RewriteCond %{HTTPS} off\nRewriteRule (.*) https://%{HTTP_HOST}%{REQUEST_URI} [L,R=301]\n";
        } else {
            let format = host.get("logFormat").map_or("common".to_owned(), plain);
            let root = host
                .get("documentRoot")
                .map_or("${pkgs.emptyDirectory}".to_owned(), plain);
            let _ = writeln!(
                out,
                "ErrorLog /var/log/httpd/error-{host_name}.log\nCustomLog /var/log/httpd/access-{host_name}.log {format}\n\
                 DocumentRoot {root}\n<Directory {root}>\nOptions Indexes FollowSymLinks\nAllowOverride None\n\
                 Require all granted\n</Directory>"
            );
            *out += &lines_of(host, "extraConfig");
        }
        *out += "</VirtualHost>\n";
    }
}

/// Reads what Apache heeds: the order among directives of a name, and of those that rewrite; of two sections of one head
/// the later one stands in what both say.
fn tree(text: &str) -> Result<Value, String> {
    let nodes = httpd::read(text).map_err(|it| format!("line {}: {}", it.place.line, it.why))?;
    let mut out = Map::new();
    put(&nodes, &mut out);
    Ok(out.into())
}

fn put(nodes: &[Node], out: &mut Map<String, Value>) {
    let mut own: Map<String, Value> = Map::new();
    for node in nodes {
        let words = node.words().join(" ");
        let Some(inner) = &node.section else {
            let name = node.name.to_lowercase();
            let (name, value) = match name.strip_prefix("rewrite") {
                Some(_) => ("rewrite".to_owned(), format!("{name} {words}")),
                None => (name, words),
            };
            let values: Vec<String> = match name.as_str() {
                // Several names of a host stand in one line or in several.
                "serveralias" => value.split_whitespace().map(str::to_owned).collect(),
                _ => vec![value],
            };
            let list = own.entry(name).or_insert_with(|| json!([]));
            if let Value::Array(list) = list {
                list.extend(values.into_iter().map(Value::from));
            }
            continue;
        };
        // The module of TLS is loaded where a host has it.
        if node.is("IfModule") && matches!(words.as_str(), "mod_ssl.c" | "ssl_module") {
            put(inner, out);
            continue;
        }
        let head = if node.is("VirtualHost") {
            let name = inner.iter().find(|it| it.is("ServerName"));
            let name = name.map_or("localhost", |it| it.arguments.as_str());
            format!("host {name} {}", words.replace("_default_", "*"))
        } else {
            format!(
                "[{} {}]",
                node.name.to_lowercase(),
                words.trim_end_matches('/')
            )
        };
        let section = out.entry(head).or_insert_with(|| json!({}));
        if let Value::Object(section) = section {
            put(inner, section);
        }
    }
    out.extend(own);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::check;
    use super::FORMAT;

    #[test]
    fn the_later_section_stands() {
        let host = json!({
            "documentRoot": "/a", "adminAddr": "x", "logFormat": "combined",
            "extraConfig": "<Directory /a/>\n  AllowOverride All\n</Directory>\n",
        });
        check(
            &FORMAT,
            &json!({"virtualHosts": {"a": host}, "extraConfig": "ServerTokens Prod"}),
            "servertokens Prod\n<VirtualHost *:80>\nServerName a\nServerAdmin x\nErrorLog /var/log/httpd/error-a.log\n\
             CustomLog /var/log/httpd/access-a.log combined\nDocumentRoot \"/a\"\n<Directory \"/a\">\n\
             Options Indexes FollowSymLinks\nAllowOverride All\nRequire all granted\n</Directory>\n</VirtualHost>\n",
        );
    }
}
