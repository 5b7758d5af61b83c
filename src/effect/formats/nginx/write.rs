//! How the module writes its options.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use crate::effect::formats::{lines_of, plain};

/// A set of options, by name.
type Set = Map<String, Value>;

pub(super) fn whole(value: &Value) -> Option<String> {
    let options = value.as_object()?;
    let mut out = lines_of(options, "prependConfig");
    let log = options.get("logError").map_or("stderr".to_owned(), plain);
    let _ = writeln!(
        out,
        "pid /run/nginx/nginx.pid;\nerror_log {log};\ndaemon off;"
    );
    let _ = writeln!(out, "events {{\n{}}}", lines_of(options, "eventsConfig"));
    let _ = writeln!(out, "http {{\n{}}}", http(value)?);
    let stream = lines_of(options, "streamConfig");
    if !stream.is_empty() {
        let _ = writeln!(out, "stream {{\n{stream}}}");
    }
    out += &lines_of(options, "appendConfig");
    Some(out)
}

pub(super) fn http(value: &Value) -> Option<String> {
    let options = value.as_object()?;
    let types = options
        .get("typesHashMaxSize")
        .map_or("2688".to_owned(), plain);
    let mut out = format!(
        "include mime.types;\ntypes_hash_max_size {types};\ninclude fastcgi.conf;\ninclude uwsgi_params;\n\
         default_type application/octet-stream;\n"
    );
    resolver(options, &mut out);
    upstreams(options, &mut out);
    if is_on(options, "recommendedOptimisation") {
        out += "sendfile on;\ntcp_nopush on;\ntcp_nodelay on;\nkeepalive_timeout 65;\n";
    }
    for (directive, option) in [
        ("ssl_protocols", "sslProtocols"),
        ("map_hash_bucket_size", "mapHashBucketSize"),
        ("map_hash_max_size", "mapHashMaxSize"),
        ("server_names_hash_bucket_size", "serverNamesHashBucketSize"),
        ("server_names_hash_max_size", "serverNamesHashMaxSize"),
        ("client_max_body_size", "clientMaxBodySize"),
    ] {
        if let Some(value) = options.get(option) {
            let _ = writeln!(out, "{directive} {};", plain(value));
        }
    }
    match options.get("sslCiphers") {
        Some(Value::Array(list)) => {
            let list: Vec<String> = list.iter().map(plain).collect();
            let _ = writeln!(out, "ssl_ciphers {};", list.join(":"));
        }
        Some(Value::String(ciphers)) => {
            let _ = writeln!(out, "ssl_ciphers {ciphers};");
        }
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_)) | None => {}
    }
    out += "map $http_upgrade $connection_upgrade { default upgrade; '' close; }\n";
    let tokens = if is_on(options, "serverTokens") {
        "on"
    } else {
        "off"
    };
    let _ = writeln!(out, "server_tokens {tokens};");
    out += &lines_of(options, "commonHttpConfig");
    let usual = json!({ "localhost": {} });
    let hosts = options.get("virtualHosts").unwrap_or(&usual);
    for (name, host) in sorted(hosts) {
        server(name, host.as_object()?, &mut out);
    }
    out += &lines_of(options, "appendHttpConfig");
    Some(out)
}

fn resolver(options: &Set, out: &mut String) {
    let Some(Value::Object(resolver)) = options.get("resolver") else {
        return;
    };
    let Some(addresses) = resolver.get("addresses").and_then(Value::as_array) else {
        return;
    };
    if addresses.is_empty() {
        return;
    }
    let addresses: Vec<String> = addresses.iter().map(plain).collect();
    let _ = write!(out, "resolver {}", addresses.join(" "));
    match resolver.get("valid").and_then(Value::as_str) {
        Some("") | None => {}
        Some(time) => {
            let _ = write!(out, " valid={time}");
        }
    }
    for name in ["ipv4", "ipv6"] {
        if resolver.get(name) == Some(&json!(false)) {
            let _ = write!(out, " {name}=off");
        }
    }
    *out += ";\n";
}

fn upstreams(options: &Set, out: &mut String) {
    let none = json!({});
    for (name, upstream) in sorted(options.get("upstreams").unwrap_or(&none)) {
        let _ = writeln!(out, "upstream {name} {{");
        for (name, server) in sorted(upstream.get("servers").unwrap_or(&none)) {
            let _ = write!(out, "server {name}");
            for (name, value) in sorted(server) {
                match value {
                    Value::Bool(true) => *out += &format!(" {name}"),
                    Value::Bool(false) => {}
                    Value::Null
                    | Value::Number(_)
                    | Value::String(_)
                    | Value::Array(_)
                    | Value::Object(_) => *out += &format!(" {name}={}", plain(value)),
                }
            }
            *out += ";\n";
        }
        if let Some(upstream) = upstream.as_object() {
            *out += &lines_of(upstream, "extraConfig");
        }
        *out += "}\n";
    }
}

fn server(name: &str, host: &Set, out: &mut String) {
    let only = is_on(host, "onlySSL");
    let force = is_on(host, "forceSSL");
    let has_ssl = only || is_on(host, "addSSL") || force;
    let names = {
        let mut names = vec![host.get("serverName").map_or(name.to_owned(), plain)];
        let aliases = host.get("serverAliases").and_then(Value::as_array);
        names.extend(aliases.into_iter().flatten().map(plain));
        names.join(" ")
    };
    let listens = listens(host, has_ssl, only);
    if force {
        let code = host.get("redirectCode").map_or("301".to_owned(), plain);
        *out += "server {\n";
        for (line, _) in listens.iter().filter(|(_, ssl)| !ssl) {
            *out += line;
        }
        let _ = writeln!(
            out,
            "server_name {names};\nlocation / {{ return {code} https://$host$request_uri; }}\n}}"
        );
    }
    *out += "server {\n";
    for (line, _) in listens.iter().filter(|(_, ssl)| *ssl || !force) {
        *out += line;
    }
    let _ = writeln!(out, "server_name {names};");
    if has_ssl {
        if is_on(host, "http2") {
            *out += "http2 on;\n";
        }
        if let Some(name) = host.get("useACMEHost").map(plain) {
            for (directive, file) in [
                ("ssl_certificate", "fullchain"),
                ("ssl_certificate_key", "key"),
                ("ssl_trusted_certificate", "chain"),
            ] {
                let _ = writeln!(out, "{directive} /var/lib/acme/{name}/{file}.pem;");
            }
        }
        for (directive, option) in [
            ("ssl_certificate", "sslCertificate"),
            ("ssl_certificate_key", "sslCertificateKey"),
            ("ssl_trusted_certificate", "sslTrustedCertificate"),
        ] {
            if let Some(path) = host.get(option) {
                let _ = writeln!(out, "{directive} {};", plain(path));
            }
        }
    }
    if let Some(root) = host.get("root") {
        let _ = writeln!(out, "root {};", plain(root));
    }
    let none = json!({});
    let mut locations: Vec<(&str, &Set)> = sorted(host.get("locations").unwrap_or(&none))
        .into_iter()
        .filter_map(|(name, it)| Some((name, it.as_object()?)))
        .collect();
    locations.sort_by_key(|(_, it)| it.get("priority").and_then(Value::as_i64).unwrap_or(1000));
    for (name, options) in locations {
        location(name, options, out);
    }
    *out += &lines_of(host, "extraConfig");
    *out += "}\n";
}

/// The `listen` lines of a host, and whether each is one of TLS.
fn listens(host: &Set, has_ssl: bool, only: bool) -> Vec<(String, bool)> {
    let own = host.get("listen").and_then(Value::as_array);
    let own = own.filter(|it| !it.is_empty());
    let usual = match own {
        Some(own) => own.clone(),
        None => {
            let addresses = host.get("listenAddresses").and_then(Value::as_array);
            let addresses = addresses.filter(|it| !it.is_empty());
            let addresses = addresses
                .cloned()
                .unwrap_or(vec![json!("0.0.0.0"), json!("[::0]")]);
            let of = |port: u16, ssl: bool| {
                let addresses = addresses.iter();
                addresses.map(move |it| json!({ "addr": it, "port": port, "ssl": ssl }))
            };
            let ssl = of(443, true).filter(|_| has_ssl);
            ssl.chain(of(80, false).filter(|_| !only)).collect()
        }
    };
    usual
        .iter()
        .filter_map(Value::as_object)
        .map(|it| {
            let ssl = is_on(it, "ssl");
            let mut line = format!("listen {}", it.get("addr").map(plain).unwrap_or_default());
            if let Some(port) = it.get("port").filter(|it| !it.is_null()) {
                let _ = write!(line, ":{}", plain(port));
            }
            for (word, is_so) in [
                ("ssl", ssl),
                ("default_server", is_on(host, "default")),
                ("proxy_protocol", is_on(it, "proxyProtocol")),
            ] {
                if is_so {
                    line += &format!(" {word}");
                }
            }
            let others = it.get("extraParameters").and_then(Value::as_array);
            for word in others.into_iter().flatten() {
                line += &format!(" {}", plain(word));
            }
            (line + ";\n", ssl)
        })
        .collect()
}

fn location(name: &str, options: &Set, out: &mut String) {
    let _ = writeln!(out, "location {name} {{");
    let mut line = |directive: &str, option: &str| {
        if let Some(value) = options.get(option) {
            let _ = writeln!(out, "{directive} {};", plain(value));
        }
    };
    line("proxy_pass", "proxyPass");
    line("uwsgi_pass", "uwsgiPass");
    line("index", "index");
    line("try_files", "tryFiles");
    line("root", "root");
    line("alias", "alias");
    line("return", "return");
    if is_on(options, "proxyWebsockets") {
        *out += "proxy_http_version 1.1;\nproxy_set_header Upgrade $http_upgrade;\n\
                 proxy_set_header Connection $connection_upgrade;\n";
    }
    *out += &lines_of(options, "extraConfig");
    if options.contains_key("proxyPass") && is_on(options, "recommendedProxySettings") {
        *out += "proxy_set_header Host $host;\nproxy_set_header X-Real-IP $remote_addr;\n\
                 proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;\n\
                 proxy_set_header X-Forwarded-Proto $scheme;\nproxy_set_header X-Forwarded-Host $host;\n\
                 proxy_set_header X-Forwarded-Server $hostname;\n";
    }
    *out += "}\n";
}

fn is_on(options: &Set, name: &str) -> bool {
    options.get(name) == Some(&Value::Bool(true))
}

/// Nix has the names of a set in their order.
fn sorted(value: &Value) -> Vec<(&str, &Value)> {
    let fields = value.as_object().into_iter().flatten();
    let mut fields: Vec<(&str, &Value)> = fields.map(|(name, it)| (name.as_str(), it)).collect();
    fields.sort_by_key(|(name, _)| *name);
    fields
}
