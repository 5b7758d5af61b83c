//! `location`: an attribute of `locations`.
//!
//! Within a location nginx heeds the order of the rewriting directives alone, and of headers and rules of access among
//! themselves: `return` is an option only where no other rewriting directive stands beside it.

use serde_json::{Map, Value, json};

use super::{Lifted, is_path, take_single, take_word, text_value};
use crate::syntax::nginx::{self, Directive};

/// What proxyWebsockets writes; people write the last one without the map as well.
const WEBSOCKETS: [(&str, &[&str]); 3] = [
    ("proxy_http_version", &["1.1"]),
    ("proxy_set_header", &["Upgrade", "$http_upgrade"]),
    ("proxy_set_header", &["Connection", "$connection_upgrade"]),
];
const UPGRADES: [&str; 2] = ["upgrade", "Upgrade"];

/// What recommendedProxySettings writes: those that people write, and two that it has besides.
const PROXY: [(&str, &[&str]); 4] = [
    ("proxy_set_header", &["Host", "$host"]),
    ("proxy_set_header", &["X-Real-IP", "$remote_addr"]),
    (
        "proxy_set_header",
        &["X-Forwarded-For", "$proxy_add_x_forwarded_for"],
    ),
    ("proxy_set_header", &["X-Forwarded-Proto", "$scheme"]),
];
const PROXY_BESIDES: [(&str, &[&str]); 2] = [
    ("proxy_set_header", &["X-Forwarded-Host", "$host"]),
    ("proxy_set_header", &["X-Forwarded-Server", "$hostname"]),
];

const REWRITING: [&str; 4] = ["if", "set", "rewrite", "break"];

/// Returns the attributes of a location, of which the includes are resolved.
pub(super) fn options(inner: &[Directive], lifted: &mut Lifted) -> Map<String, Value> {
    let mut rest = inner.to_vec();
    let mut options = Map::new();
    for (directive, option) in [("proxy_pass", "proxyPass"), ("uwsgi_pass", "uwsgiPass")] {
        if let Some(target) = take_word(&mut rest, directive, |_| true) {
            options.insert(option.to_owned(), target.into());
        }
    }
    if options.contains_key("proxyPass") {
        proxy(&mut rest, &mut options, lifted);
    }
    for name in ["root", "alias"] {
        if let Some(path) = take_word(&mut rest, name, is_path) {
            options.insert(name.to_owned(), text_value(&path));
        }
    }
    for (directive, option) in [("index", "index"), ("try_files", "tryFiles")] {
        if let Some(words) = take_words(&mut rest, directive) {
            options.insert(option.to_owned(), words.into());
        }
    }
    let rewrites = rest.iter().any(|it| REWRITING.contains(&it.name.as_str()));
    if !rewrites && let Some(words) = take_words(&mut rest, "return") {
        let value = match words.parse::<u16>() {
            Ok(code) => code.into(),
            Err(_) => Value::from(words),
        };
        options.insert("return".to_owned(), value);
    }
    if !rest.is_empty() {
        let text = text_value(&nginx::print(&rest));
        options.insert("extraConfig".to_owned(), text);
    }
    options
}

/// The headers for what is behind, which NixOS has switches for.
fn proxy(rest: &mut Vec<Directive>, options: &mut Map<String, Value>, lifted: &mut Lifted) {
    let mut on = |name: &str| options.insert(name.to_owned(), true.into());
    if take_all(rest, &WEBSOCKETS) {
        on("proxyWebsockets");
    } else {
        for upgrade in UPGRADES {
            let [version, header, _] = WEBSOCKETS;
            let always = ["Connection", upgrade];
            if take_all(rest, &[version, header, ("proxy_set_header", &always)]) {
                on("proxyWebsockets");
                lifted.assume("only who asks for an upgrade gets `Connection: upgrade` passed on");
                break;
            }
        }
    }
    if take_all(rest, &PROXY) {
        on("recommendedProxySettings");
        let mut besides = 0;
        for header in PROXY_BESIDES {
            besides += usize::from(take_all(rest, &[header]));
        }
        if besides < PROXY_BESIDES.len() {
            lifted.assume("X-Forwarded-Host and X-Forwarded-Server may be passed on, too");
        }
    }
}

/// Takes a directive that stands there once, as its words are written.
fn take_words(list: &mut Vec<Directive>, name: &str) -> Option<String> {
    let mut own = list.iter().filter(|it| it.name == name);
    let first = own.next()?;
    if own.next().is_some() || first.block.is_some() || first.words.is_empty() {
        return None;
    }
    take_single(list, name).map(|it| it.raw_words())
}

/// Takes directives out of a list, where all of them are there and none of them twice or with other words.
fn take_all(list: &mut Vec<Directive>, wanted: &[(&str, &[&str])]) -> bool {
    let matches = |directive: &Directive, (name, words): &(&str, &[&str])| {
        let values = directive.values();
        // The first of two words is the name of a header, of any case.
        let same = match (values.as_slice(), *words) {
            ([a, b], [c, d]) => a.eq_ignore_ascii_case(c) && b == d,
            (a, b) => a == b,
        };
        directive.name == *name && same
    };
    let is_there = |it| list.iter().filter(|own| matches(own, it)).count() == 1;
    if !wanted.iter().all(is_there) {
        return false;
    }
    list.retain(|own| !wanted.iter().any(|it| matches(own, it)));
    true
}

/// Gives the locations with regular expressions an order, where the names do not have it already: nginx takes the first
/// that fits.
pub(super) fn order(locations: &mut Map<String, Value>, names: &[String]) {
    let of_regex: Vec<&String> = names.iter().filter(|it| it.starts_with('~')).collect();
    if of_regex.is_sorted() {
        return;
    }
    for (number, name) in of_regex.into_iter().enumerate() {
        let priority = 1000 + 10 * (number + 1);
        if let Some(Value::Object(options)) = locations.get_mut(name) {
            options.insert("priority".to_owned(), json!(priority));
        }
    }
}
