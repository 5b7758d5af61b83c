//! The http block: servers, upstreams, and what the module writes there itself.

use serde_json::{Value, json};

use super::{Lifted, PACKAGE, include, is_bare, redirect, server, upstream};
use crate::syntax::nginx::Directive;

/// Folders whose files are read for themselves.
const READ_APART: [&str; 4] = ["conf.d/", "sites-enabled/", "nginx.d/", "modules-enabled/"];

/// Lifts what stands in a http block; none where something cannot be told to the module.
pub(super) fn lift(list: Vec<Directive>, lifted: &mut Lifted) -> Option<()> {
    lifted.need(&list);
    let mut servers = Vec::new();
    let list: Vec<Directive> = list.into_iter().filter(|it| !is_read_apart(it)).collect();
    for directive in include::resolve(list, lifted) {
        match directive.name.as_str() {
            "server" => {
                let inner = directive.inner()?;
                match server::read(inner, lifted) {
                    Some(server) => servers.push(server),
                    None => lifted.append.push(directive),
                }
            }
            "upstream" => match upstream::options(&directive) {
                Some((name, _)) if lifted.upstreams.contains_key(&name) => return None,
                Some((name, options)) => {
                    lifted.upstreams.insert(name, options);
                }
                None => lifted.common.push(directive),
            },
            _ => other(directive, lifted)?,
        }
    }
    // An upstream that is text may be named by one that is text: both stay in their order.
    redirect::join(&mut servers);
    server::name(servers, lifted);
    Some(())
}

pub(super) fn is_read_apart(directive: &Directive) -> bool {
    let path = directive.only_word().map_or("", |it| it.value.as_str());
    let below = path.strip_prefix("/etc/nginx/").unwrap_or(path);
    directive.name == "include" && READ_APART.iter().any(|it| below.starts_with(it))
}

/// A directive of the http block that is neither server nor upstream. nginx refuses most of them twice, and the module
/// writes some itself.
fn other(directive: Directive, lifted: &mut Lifted) -> Option<()> {
    let word = directive.only_word().map(|it| it.value.clone());
    let mut set = |name: &str, value: Option<Value>| {
        let old = lifted.options.insert(name.to_owned(), value?);
        old.is_none().then_some(())
    };
    let number = || {
        let word = word.as_ref()?;
        word.parse::<u32>().ok().map(Value::from)
    };
    match directive.name.as_str() {
        "client_max_body_size" => set(
            "clientMaxBodySize",
            word.filter(|it| is_bare(it)).map(Value::from),
        ),
        "server_tokens" => {
            let value = match word.as_deref()? {
                "on" => true,
                "off" => false,
                _ => return None,
            };
            set("serverTokens", Some(value.into()))
        }
        "types_hash_max_size" => {
            // The table of types that NixOS has needs more than nginx's own.
            match number()?.as_u64() {
                Some(size) if size > 2688 => set("typesHashMaxSize", Some(size.into())),
                _ => Some(()),
            }
        }
        "default_type" => (word.as_deref() == Some("application/octet-stream")).then_some(()),
        "ssl_protocols" => set("sslProtocols", Some(directive.raw_words().into())),
        "ssl_ciphers" => set("sslCiphers", Some(word?.trim_matches('"').into())),
        "map_hash_bucket_size" => set("mapHashBucketSize", number()),
        "map_hash_max_size" => set("mapHashMaxSize", number()),
        "server_names_hash_bucket_size" => set("serverNamesHashBucketSize", number()),
        "server_names_hash_max_size" => set("serverNamesHashMaxSize", number()),
        "include" if is_mime(&directive) => {
            lifted.assume("the types of files may be those of NixOS's larger table");
            Some(())
        }
        "map" if is_connection_upgrade(&directive) => Some(()),
        "resolver" => match resolver(&directive) {
            Some(value) => set("resolver", Some(value)),
            None => {
                lifted.common.push(directive);
                Some(())
            }
        },
        _ => {
            lifted.common.push(directive);
            Some(())
        }
    }
}

fn is_mime(directive: &Directive) -> bool {
    let path = directive.only_word().map_or("", |it| it.value.as_str());
    path.trim_start_matches(PACKAGE) == "/conf/mime.types"
}

/// The module writes this map itself.
fn is_connection_upgrade(directive: &Directive) -> bool {
    let is_so = |it: &Directive| {
        let line = (it.name.as_str(), it.values());
        line == ("default", vec!["upgrade"]) || line == ("", vec!["close"])
    };
    let inner = directive.inner().unwrap_or_default();
    directive.values() == ["$http_upgrade", "$connection_upgrade"]
        && inner.len() == 2
        && inner.iter().all(is_so)
}

fn resolver(directive: &Directive) -> Option<Value> {
    let mut addresses = Vec::new();
    let mut value = json!({});
    for word in directive.values() {
        match word.split_once('=') {
            None => addresses.push(word),
            Some(("valid", time)) => value["valid"] = time.into(),
            Some((name @ ("ipv4" | "ipv6"), "off")) => value[name] = false.into(),
            Some((name @ ("ipv4" | "ipv6"), "on")) => value[name] = true.into(),
            Some(_) => return None,
        }
    }
    value["addresses"] = addresses.into();
    Some(value)
}
