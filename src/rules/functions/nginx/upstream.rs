//! `upstream`: an attribute of `upstreams`.
//!
//! The module sorts the servers and puts them first. Their order means nothing to nginx where it takes them in turn, or the
//! one with the fewest connections; with a method that hashes it does.

use serde_json::{Map, Value, json};

use super::{is_bare, text_value};
use crate::syntax::nginx::{self, Directive};

const HASHES: [&str; 3] = ["hash", "ip_hash", "sticky"];

/// Returns the name and the attributes of an upstream; none where it has to stay text.
pub(super) fn options(directive: &Directive) -> Option<(String, Value)> {
    let [name] = directive.words.as_slice() else {
        return None;
    };
    let mut servers: Map<String, Value> = Map::new();
    let mut order: Vec<&str> = Vec::new();
    let mut rest: Vec<Directive> = Vec::new();
    for inner in directive.inner()? {
        if inner.name != "server" {
            // Where it includes others, they may be servers.
            if inner.name == "include" || inner.block.is_some() {
                return None;
            }
            rest.push(inner.clone());
            continue;
        }
        let (address, parameters) = inner.words.split_first()?;
        if !is_bare(&address.value) || servers.contains_key(&address.value) {
            return None;
        }
        let mut options = Map::new();
        for parameter in parameters {
            let (key, value) = match parameter.value.split_once('=') {
                Some((key, value)) => match value.parse::<i64>() {
                    Ok(number) if number.to_string() == value => (key, json!(number)),
                    _ => (key, json!(value)),
                },
                None => (parameter.value.as_str(), json!(true)),
            };
            if options.insert(key.to_owned(), value).is_some() {
                return None;
            }
        }
        order.push(&address.value);
        servers.insert(address.value.clone(), options.into());
    }
    let hashes = rest.iter().any(|it| HASHES.contains(&it.name.as_str()));
    if hashes && !order.is_sorted() {
        return None;
    }
    // nginx wants the method before `keepalive`, and both stay in their order; the servers may stand before them.
    let mut options = json!({ "servers": servers });
    if !rest.is_empty() {
        options["extraConfig"] = text_value(&nginx::print(&rest));
    }
    Some((name.value.clone(), options))
}
