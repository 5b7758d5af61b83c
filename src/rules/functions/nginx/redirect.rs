//! The pair of a server that sends to https, and the server that answers there: `forceSSL`.
//!
//! The module writes a server that listens without TLS, with the same names, and `location / { return 301
//! https://$host$request_uri; }`. What sends elsewhere, or does more, stays a server of its own.

use serde_json::Value;

use super::listen::Listen;
use super::server::Server;

/// Finds the servers that only send to the https of another one, and says so there.
pub(super) fn join(servers: &mut Vec<Server>) {
    let mut at = 0;
    while at < servers.len() {
        let found = code(&servers[at]).and_then(|code| {
            let other = (0..servers.len()).find(|it| fits(&servers[at], &servers[*it]))?;
            Some((code, other))
        });
        let Some((code, other)) = found else {
            at += 1;
            continue;
        };
        let options = &mut servers[other].options;
        options.shift_remove("onlySSL");
        options.insert("forceSSL".to_owned(), true.into());
        if code != 301 {
            options.insert("redirectCode".to_owned(), code.into());
        }
        servers.remove(at);
    }
}

/// The code with which a server sends everything to https of the same host, where it does nothing else.
fn code(server: &Server) -> Option<u16> {
    let mut options = server.options.clone();
    options.remove("default");
    options.remove("serverName");
    options.remove("serverAliases");
    let locations = options.remove("locations")?;
    let Some(Value::Object(root)) = locations.get("/") else {
        return None;
    };
    let is_all = options.is_empty()
        && locations.as_object().is_some_and(|it| it.len() == 1)
        && root.len() == 1;
    if !is_all {
        return None;
    }
    let (code, target) = root.get("return")?.as_str()?.split_once(' ')?;
    let code = code.parse().ok()?;
    let is_so = matches!(code, 301 | 302 | 303 | 307 | 308)
        && target.trim_matches('"') == "https://$host$request_uri";
    is_so.then_some(code)
}

fn fits(plain: &Server, ssl: &Server) -> bool {
    let ports = |server: &Server, port| server.listens.iter().all(|it| it.port == Some(port));
    let addresses = |server: &Server| {
        let own = server.listens.iter().map(|it: &Listen| it.address.clone());
        let mut own: Vec<String> = own.collect();
        own.sort_unstable();
        own
    };
    ports(plain, 80)
        && ports(ssl, 443)
        && ssl.options.contains_key("onlySSL")
        && !ssl.options.contains_key("listen")
        && plain.names == ssl.names
        && addresses(plain) == addresses(ssl)
        && plain.options.get("default") == ssl.options.get("default")
}
