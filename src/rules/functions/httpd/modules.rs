//! `httpd-module`: a module of Apache's own that NixOS does not load by itself, for `extraModules`.

use serde_json::Value;

use super::say;
use crate::rules::functions::Function;

pub(in crate::rules::functions) static FUNCTION: Function = Function {
    name: "httpd-module",
    call,
};

/// Modules that come with Apache, without those that the module of NixOS loads (lines 86 to 121, 687 to 737).
const OWN: [&str; 36] = [
    "allowmethods",
    "auth_form",
    "authn_socache",
    "authnz_fcgi",
    "authz_dbm",
    "authz_owner",
    "buffer",
    "charset_lite",
    "data",
    "deflate",
    "filter",
    "lbmethod_bybusyness",
    "lbmethod_byrequests",
    "lbmethod_bytraffic",
    "log_debug",
    "log_forensic",
    "logio",
    "macro",
    "proxy_ajp",
    "proxy_balancer",
    "proxy_connect",
    "proxy_express",
    "proxy_fcgi",
    "proxy_ftp",
    "proxy_hcheck",
    "proxy_scgi",
    "proxy_uwsgi",
    "proxy_wstunnel",
    "ratelimit",
    "remoteip",
    "reqtimeout",
    "request",
    "session",
    "session_cookie",
    "substitute",
    "unique_id",
];

/// What a text names, and the modules that it takes.
const NEEDED: [(&str, &[&str]); 8] = [
    ("fcgi://", &["proxy_fcgi"]),
    ("ws://", &["proxy_wstunnel"]),
    ("wss://", &["proxy_wstunnel"]),
    ("balancer://", &["proxy_balancer", "lbmethod_byrequests"]),
    ("ajp://", &["proxy_ajp"]),
    ("DEFLATE", &["filter", "deflate"]),
    ("RemoteIPHeader", &["remoteip"]),
    ("Substitute ", &["substitute"]),
];

/// Directives of modules that are packages of their own.
const OF_PACKAGES: [&str; 5] = ["WSGI", "Python", "Passenger", "XSendFile", "Svn"];

fn call(value: &Value) -> Option<Value> {
    let name = value.as_str()?;
    OWN.contains(&name).then(|| name.into())
}

/// Finds the modules that a text takes besides those that are loaded.
pub(super) fn needed(text: &str, assume: &mut Vec<String>) -> Vec<String> {
    let mut modules: Vec<&str> = Vec::new();
    for (word, own) in NEEDED {
        if text.contains(word) {
            modules.extend(own);
        }
    }
    modules.sort_unstable();
    modules.dedup();
    let begins = |line: &str, word: &str| line.trim_start().starts_with(word);
    if ["php_value", "php_flag", "php_admin_"]
        .iter()
        .any(|word| text.lines().any(|line| begins(line, word)))
    {
        say(assume, "Apache runs PHP itself (services.httpd.enablePHP)");
    }
    if OF_PACKAGES
        .iter()
        .any(|word| text.lines().any(|line| begins(line, word)))
    {
        say(
            assume,
            "the modules that its directives need are in services.httpd.extraModules",
        );
    }
    modules.into_iter().map(str::to_owned).collect()
}

/// Tells whether a module comes with Apache, and NixOS does not load it by itself.
pub(super) fn is_of_apache(name: &str) -> bool {
    OWN.contains(&name)
}
