//! `nginx` and `nginx-http`: nginx.conf, and what stands in its http block.
//!
//! Written as nixos/modules/services/web-servers/nginx/default.nix does, from line 169 on.

mod tree;
mod write;

use super::Format;

pub(super) static FORMAT: Format = Format {
    name: "nginx",
    write: write::whole,
    tree: tree::tree,
};

pub(super) static HTTP: Format = Format {
    name: "nginx-http",
    write: write::http,
    tree: tree::tree,
};

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::check;
    use super::tree;

    #[test]
    fn a_host_that_is_forced_to_tls_is_two_servers() {
        let host = json!({
            "forceSSL": true, "sslCertificate": "/c", "sslCertificateKey": "/k", "serverAliases": ["b"], "http2": true,
            "locations": {"/": {"proxyPass": "http://x", "priority": 1000}}, "extraConfig": "gzip on;\n",
        });
        let source = "server { listen 80; listen [::]:80; server_name a b; return 301 https://$host$request_uri; }\n\
             server { listen 443 ssl http2; listen [::]:443 ssl http2; server_name a b; ssl_certificate /c;\n\
             ssl_certificate_key /k; gzip on; location / { proxy_pass http://x; } }\n\
             include fastcgi.conf; include uwsgi_params; include mime.types; types_hash_max_size 2688;\n\
             default_type application/octet-stream; server_tokens off; client_max_body_size 10m;\n\
             map $http_upgrade $connection_upgrade { default upgrade; '' close; }";
        let value =
            json!({"virtualHosts": {"a": host}, "clientMaxBodySize": "10m", "serverTokens": false});
        check(&super::HTTP, &value, source);
    }

    #[test]
    fn order_counts_where_nginx_heeds_it() {
        let same = |one: &str, other: &str| tree::tree(one) == tree::tree(other);
        assert!(same("a; b;", "b;\na;"));
        assert!(same(
            "location / {} location ~ x {}",
            "location ~ x {} location / {}"
        ));
        assert!(!same(
            "location ~ x {} location ~ y {}",
            "location ~ y {} location ~ x {}"
        ));
        assert!(!same("set $a 1; return 200;", "return 200; set $a 1;"));
        assert!(!same("allow a; deny all;", "deny all; allow a;"));
        assert!(same(
            "server { listen 80 default; }",
            "server { listen *:80 default_server; }"
        ));
    }
}
