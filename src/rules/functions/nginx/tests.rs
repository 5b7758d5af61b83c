//! What texts come to.

use serde_json::{Value, json};

use super::{CONF, SITE, STREAM};

fn check(text: &str, expected: &Value) {
    let got = (SITE.call)(&text.into());
    let options = got.as_ref().map_or(Value::Null, |it| it["options"].clone());
    assert_eq!(&options, expected, "{text}");
}

fn check_part(function: &super::Function, text: &str, part: &str, expected: &Value) {
    let got = (function.call)(&text.into());
    let found = got.map_or(json!("no answer"), |it| it[part].clone());
    assert_eq!(&found, expected, "{part} of {text}");
}

#[test]
fn a_server_is_a_virtual_host() {
    check(
        "server { listen 80; listen [::]:80; server_name a.org www.a.org; root /srv/a; index index.html;\n\
         location / { try_files $uri =404; } location /api/ { proxy_pass http://127.0.0.1:8000; proxy_http_version 1.1;\n\
         proxy_set_header Upgrade $http_upgrade; proxy_set_header connection $connection_upgrade; } }",
        &json!({"virtualHosts": {"a.org": {
            "serverAliases": ["www.a.org"], "root": "/srv/a",
            "locations": {
                "/": {"tryFiles": "$uri =404"},
                "/api/": {"proxyPass": "http://127.0.0.1:8000", "proxyWebsockets": true},
            },
            "extraConfig": "index index.html;\n",
        }}}),
    );
}

#[test]
fn a_pair_that_sends_to_https_is_one_host() {
    let ssl = "server { listen 443 ssl http2; listen [::]:443 ssl http2; server_name a.org; ssl_certificate /c.pem; \
               ssl_certificate_key /k.pem; root /srv/a; }";
    let merged = json!({"virtualHosts": {"a.org": {
        "forceSSL": true, "sslCertificate": "/c.pem", "sslCertificateKey": "/k.pem", "root": "/srv/a",
    }}});
    let plain = "server { listen 80; listen [::]:80; server_name a.org; return 301 https://$host$request_uri; }";
    check(&format!("{plain} {ssl}"), &merged);
    let elsewhere = plain.replace("$host", "b.org");
    check(
        &format!("{elsewhere} {ssl}"),
        &json!({"virtualHosts": {
            "a.org:80": {"serverName": "a.org", "locations": {"/": {"return": "301 https://b.org$request_uri"}}},
            "a.org": {"onlySSL": true, "sslCertificate": "/c.pem", "sslCertificateKey": "/k.pem", "root": "/srv/a"},
        }}),
    );
}

#[test]
fn sockets_of_their_own_are_listed() {
    check(
        "server { listen 127.0.0.1:8080 proxy_protocol; listen unix:/run/a.sock default_server; server_name a; }",
        &json!({"virtualHosts": {"a": {"listen": [
            {"addr": "127.0.0.1", "port": 8080, "proxyProtocol": true},
            {"addr": "unix:/run/a.sock", "extraParameters": ["default_server"]},
        ]}}}),
    );
    check(
        "server { listen 10.0.0.1; server_name a; }",
        &json!({"virtualHosts": {"a": {"listenAddresses": ["10.0.0.1"]}}}),
    );
    // Without a certificate of its own the module has nothing to write for `addSSL`.
    check(
        "server { listen 443 ssl http2; server_name a; }",
        &json!({"virtualHosts": {"a": {
            "listen": [{"addr": "0.0.0.0", "port": 443, "ssl": true}], "extraConfig": "http2 on;\n",
        }}}),
    );
    check(
        "server { listen 80; listen 443 ssl; server_name a; ssl_certificate /c; ssl_certificate_key /k; http2 off; }",
        &json!({"virtualHosts": {"a": {
            "addSSL": true, "sslCertificate": "/c", "sslCertificateKey": "/k", "http2": false,
        }}}),
    );
}

#[test]
fn the_order_of_regular_expressions_is_kept() {
    check(
        "server { server_name a; location ~ \\.php$ { } location / { } location ~ \\.js$ { return 404; } }",
        &json!({"virtualHosts": {"a": {"locations": {
            "/": {}, "~ \\.php$": {"priority": 1010}, "~ \\.js$": {"return": 404, "priority": 1020},
        }}}}),
    );
    check(
        "server { listen 80; server_name a; include x; location ~ b { } }",
        &json!({"virtualHosts": {"a": {"extraConfig": "include /etc/nginx/x;\nlocation ~ b {\n}\n"}}}),
    );
}

#[test]
fn a_return_among_other_rewriting_stays_in_its_place() {
    check(
        "server { server_name a; location / { if ($x) { return 403; } return 200; root html; } }",
        &json!({"virtualHosts": {"a": {"locations": {"/": {
            "extraConfig": "if ($x) {\n  return 403;\n}\nreturn 200;\nroot html;\n",
        }}}}}),
    );
}

#[test]
fn upstreams() {
    check(
        "upstream b { server 10.0.0.2:80 weight=2 fail_timeout=30s; server unix:/x backup; keepalive 8; }",
        &json!({"upstreams": {"b": {
            "servers": {"10.0.0.2:80": {"weight": 2, "fail_timeout": "30s"}, "unix:/x": {"backup": true}},
            "extraConfig": "keepalive 8;\n",
        }}}),
    );
    check_part(
        &SITE,
        "upstream b { ip_hash; server b; server a; }",
        "common",
        &json!("upstream b {\n  ip_hash;\n  server b;\n  server a;\n}\n"),
    );
}

#[test]
fn what_the_module_writes_is_told_to_it() {
    check(
        "client_max_body_size 64m; server_tokens on; resolver 192.0.2.1 valid=5s; ssl_protocols TLSv1.3;",
        &json!({
            "clientMaxBodySize": "64m", "serverTokens": true, "sslProtocols": "TLSv1.3",
            "resolver": {"addresses": ["192.0.2.1"], "valid": "5s"},
        }),
    );
    check_part(
        &SITE,
        "map $http_upgrade $connection_upgrade { default upgrade; '' close; } gzip on;",
        "common",
        &json!("gzip on;\n"),
    );
    check_part(
        &SITE,
        "default_type text/plain;",
        "common",
        &json!("no answer"),
    );
    check_part(&SITE, "server {", "common", &json!("no answer"));
    check_part(
        &SITE,
        "include mime.types; include x/mime.types;",
        "common",
        &json!("include /etc/nginx/x/mime.types;\n"),
    );
}

#[test]
fn files_of_the_package_are_in_the_store() {
    check(
        "server { server_name a; location ~ \\.php$ { fastcgi_pass unix:/run/x; include fastcgi_params; } }",
        &json!({"virtualHosts": {"a": {"locations": {"~ \\.php$": {"extraConfig": {"$text": [
            "fastcgi_pass unix:/run/x;\ninclude ", {"$nix": "config.services.nginx.package"}, "/conf/fastcgi_params;\n",
        ]}}}}}}),
    );
}

#[test]
fn where_it_writes_and_reads_is_told_to_the_unit() {
    let text = "server { server_name a; root /home/a/www; access_log /srv/logs/a.log; error_log /var/log/nginx/a; }";
    check_part(&SITE, text, "writes", &json!(["/srv/logs"]));
    check_part(&SITE, text, "home", &json!("read-only"));
}

#[test]
fn what_does_not_say_where_it_listens_stays_text() {
    check_part(
        &SITE,
        "server { include snippets/listen.conf; server_name a; }",
        "append",
        &json!("server {\n  include /etc/nginx/snippets/listen.conf;\n  server_name a;\n}\n"),
    );
}

#[test]
fn the_main_file() {
    let text = "user www-data; worker_processes auto; pid /run/nginx.pid; error_log /var/log/nginx/error.log warn;\n\
                include /etc/nginx/modules-enabled/*.conf; events { worker_connections 768; }\n\
                http { sendfile on; tcp_nopush on; keepalive_timeout 65; types_hash_max_size 2048; include mime.types;\n\
                default_type application/octet-stream; gzip on; server_tokens off;\n\
                include /etc/nginx/conf.d/*.conf; include /etc/nginx/sites-enabled/*; }";
    check_part(
        &CONF,
        text,
        "options",
        &json!({
            "eventsConfig": "worker_connections 768;\n", "logError": "/var/log/nginx/error.log warn",
            "recommendedOptimisation": true, "serverTokens": false,
        }),
    );
    check_part(&CONF, text, "common", &json!("gzip on;\n"));
    check_part(&CONF, text, "main", &json!("worker_processes auto;\n"));
    check_part(
        &CONF,
        text,
        "assume",
        &json!([
            "nginx runs as the user `nginx`, which NixOS makes",
            "the types of files may be those of NixOS's larger table",
            "what it does not say is as NixOS has it: requests of up to 10m, the ciphers that NixOS recommends",
        ]),
    );
    check_part(
        &CONF,
        "load_module x.so; events {}",
        "main",
        &json!("no answer"),
    );
}

#[test]
fn streams_stay_text() {
    check_part(
        &STREAM,
        "server { listen 53 udp; proxy_pass 192.0.2.1:53; include x; }",
        "stream",
        &json!(
            "server {\n  listen 53 udp;\n  proxy_pass 192.0.2.1:53;\n  include /etc/nginx/x;\n}\n"
        ),
    );
}
