//! `nginx-conf`: nginx.conf itself.
//!
//! Where the source leaves nginx's own default, and the module has another one, that is said as an assumption.

use serde_json::{Value, json};

use super::{Lifted, http, include};
use crate::syntax::nginx::{self, Directive};

/// Options that the module sets where nginx's default is another one, and what NixOS's says.
const DEFAULTS: [(&str, &str); 3] = [
    ("clientMaxBodySize", "requests of up to 10m"),
    ("serverTokens", "no version shown"),
    ("sslCiphers", "the ciphers that NixOS recommends"),
];

/// What recommendedOptimisation writes.
const OPTIMISATION: [(&str, &str); 4] = [
    ("sendfile", "on"),
    ("tcp_nopush", "on"),
    ("tcp_nodelay", "on"),
    ("keepalive_timeout", "65"),
];

pub(super) fn call(value: &Value) -> Option<Value> {
    let list = nginx::read(value.as_str()?).ok()?;
    let mut lifted = Lifted::default();
    for directive in list {
        main(directive, &mut lifted)?;
    }
    lifted.answer()
}

fn main(mut directive: Directive, lifted: &mut Lifted) -> Option<()> {
    match directive.name.as_str() {
        // The unit runs it, and the module writes these.
        "pid" | "daemon" => {}
        "user" => {
            let usual = ["www-data", "nginx", "http", "nobody"];
            let name = directive.words.first()?.value.clone();
            if usual.contains(&name.as_str()) {
                lifted.assume("nginx runs as the user `nginx`, which NixOS makes");
            } else {
                lifted.assume(&format!("the user `{name}` is there"));
                let group = directive.words.get(1).map_or(&name, |it| &it.value);
                lifted.options.insert("user".to_owned(), json!(name));
                lifted.options.insert("group".to_owned(), json!(group));
            }
        }
        "error_log" if !lifted.options.contains_key("logError") => {
            let words = directive.raw_words();
            lifted.options.insert("logError".to_owned(), words.into());
            super::see(
                std::slice::from_ref(&directive),
                &mut lifted.writes,
                &mut false,
            );
        }
        "events" => {
            let inner = directive.inner()?;
            if !inner.is_empty() {
                let text = nginx::print(inner).into();
                let old = lifted.options.insert("eventsConfig".to_owned(), text);
                if old.is_some() {
                    return None;
                }
            }
        }
        "http" => whole_http(directive.inner()?.to_vec(), lifted)?,
        "stream" => {
            let list = directive.inner()?.to_vec();
            let list = list.into_iter().filter(|it| !is_stream_folder(it));
            let list = include::resolve(list.collect(), lifted);
            lifted.stream.extend(list);
        }
        // Modules are part of the package.
        "load_module" => return None,
        "include" if http::is_read_apart(&directive) => {}
        _ => {
            directive = include::resolve(vec![directive], lifted).pop()?;
            lifted.main.push(directive);
        }
    }
    Some(())
}

fn is_stream_folder(directive: &Directive) -> bool {
    let path = directive.only_word().map_or("", |it| it.value.as_str());
    let below = path.strip_prefix("/etc/nginx/").unwrap_or(path);
    let folders = ["stream.d/", "streams-enabled/", "stream-enabled/"];
    directive.name == "include" && folders.iter().any(|it| below.starts_with(it))
}

fn whole_http(mut list: Vec<Directive>, lifted: &mut Lifted) -> Option<()> {
    let says = |list: &[Directive], name: &str, value: &str| {
        let own = list.iter().filter(|it| it.name == name);
        own.map(Directive::values).eq([vec![value]])
    };
    // Without a word of it nginx does `tcp_nodelay`.
    let nodelay = list.iter().all(|it| it.name != "tcp_nodelay");
    let optimised = OPTIMISATION
        .iter()
        .all(|(name, value)| says(&list, name, value) || (nodelay && *name == "tcp_nodelay"));
    if optimised {
        list.retain(|it| OPTIMISATION.iter().all(|(name, _)| *name != it.name));
    }
    http::lift(list, lifted)?;
    if optimised {
        let name = "recommendedOptimisation".to_owned();
        lifted.options.insert(name, true.into());
    }
    let unsaid = DEFAULTS
        .iter()
        .filter(|(name, _)| !lifted.options.contains_key(*name));
    let unsaid: Vec<&str> = unsaid.map(|(_, clause)| *clause).collect();
    if !unsaid.is_empty() {
        let clause = format!(
            "what it does not say is as NixOS has it: {}",
            unsaid.join(", ")
        );
        lifted.assume(&clause);
    }
    Some(())
}
