//! What a text means to nginx: which directives stand in which block, and their order where nginx heeds it.
//!
//! It heeds the order of rewriting directives, of `allow` and `deny`, and of locations with regular expressions.
//! `server { return X; }` is `location / { return X; }` where no other location is there, `listen 80` is `listen
//! 0.0.0.0:80`, and `http2` and `ssl` are said in `listen` or by themselves.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::syntax::nginx::{self, Block, Directive};

const REWRITING: [&str; 5] = ["if", "set", "rewrite", "break", "return"];

pub(super) fn tree(text: &str) -> Result<Value, String> {
    let list = nginx::read(text).map_err(|it| format!("line {}: {}", it.place.line, it.why))?;
    Ok(block(&list).into())
}

fn block(list: &[Directive]) -> Map<String, Value> {
    let mut out: Map<String, Value> = Map::new();
    let mut servers: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    let mut regexes: Vec<Value> = Vec::new();
    for directive in list {
        let said = said(directive);
        match (directive.name.as_str(), &directive.block) {
            ("server", Some(Block::Directives(inner))) => {
                let (names, tree) = server(inner);
                servers.entry(names).or_default().push(tree.into());
            }
            (name, _) if REWRITING.contains(&name) => {
                let tree = match directive.inner() {
                    Some(inner) => json!({ said: block(inner) }),
                    None => said.into(),
                };
                push(&mut out, "rewriting", tree);
            }
            ("allow" | "deny", None) => push(&mut out, "access", said.into()),
            (name, Some(Block::Directives(inner))) => {
                if name == "location" && directive.raw_words().starts_with('~') {
                    regexes.push(said.clone().into());
                }
                let inner = block(inner).into();
                match out.get_mut(&said) {
                    // Two blocks of `events` or `types` are one.
                    Some(Value::Object(there)) => {
                        if let Value::Object(inner) = inner {
                            there.extend(inner);
                        }
                    }
                    _ => {
                        out.insert(said, inner);
                    }
                }
            }
            (_, Some(Block::Lua(text))) => {
                out.insert(said, text.trim().into());
            }
            (_, None) => {
                let count = out.get(&said).and_then(Value::as_u64).unwrap_or(0);
                out.insert(said, json!(count + 1));
            }
        }
    }
    if regexes.len() > 1 {
        out.insert("order of locations".to_owned(), regexes.into());
    }
    for (names, mut trees) in servers {
        // A server without TLS before the one with it.
        trees.sort_by_key(Value::to_string);
        for (number, tree) in trees.into_iter().enumerate() {
            let key = match number {
                0 => format!("server {names}"),
                _ => format!("server {names} ({})", number + 1),
            };
            out.insert(key, tree);
        }
    }
    out
}

fn push(out: &mut Map<String, Value>, name: &str, value: Value) {
    let list = out.entry(name).or_insert_with(|| json!([]));
    if let Value::Array(list) = list {
        list.push(value);
    }
}

/// A directive as one line; files of nginx's package have one name wherever they are.
fn said(directive: &Directive) -> String {
    let mut words: Vec<&str> = vec![&directive.name];
    words.extend(directive.values());
    if directive.name == "include"
        && let [_, path] = words.as_mut_slice()
    {
        let path_in_package = path
            .split_once("/conf/")
            .filter(|(it, _)| it.starts_with("${"));
        let relative = match path_in_package {
            Some((_, name)) => name,
            None => path.strip_prefix("/etc/nginx/").unwrap_or(path),
        };
        *path = relative;
    }
    words.join(" ")
}

/// The names of a server, and what it says besides.
fn server(inner: &[Directive]) -> (String, Map<String, Value>) {
    let mut names: Vec<&str> = Vec::new();
    let mut rest: Vec<Directive> = Vec::new();
    let mut listens: Vec<String> = Vec::new();
    let mut http2 = false;
    let all_ssl = inner
        .iter()
        .any(|it| it.name == "ssl" && it.values() == ["on"]);
    for directive in inner {
        match (directive.name.as_str(), directive.values().as_slice()) {
            ("server_name", values) => names.extend(values),
            ("listen", values) => {
                http2 |= values.contains(&"http2");
                listens.push(listen(values, all_ssl));
            }
            ("ssl", ["on"]) => {}
            ("http2", ["on"]) => http2 = true,
            ("http2", ["off"]) => {}
            _ => rest.push(directive.clone()),
        }
    }
    if listens.is_empty() {
        listens.push(listen(&["80"], all_ssl));
    }
    let mut tree = block(&rest);
    let has_locations = rest.iter().any(|it| it.name == "location");
    let rewriting = tree.get("rewriting").and_then(Value::as_array);
    let returns = rewriting.is_some_and(|it| {
        it.len() == 1 && it[0].as_str().is_some_and(|it| it.starts_with("return "))
    });
    if returns && !has_locations && rest.len() == 1 {
        tree = Map::from_iter([("location /".to_owned(), tree.into())]);
    }
    listens.sort();
    let mut out = Map::new();
    for listen in listens {
        out.insert(format!("listen {listen}"), json!(1));
    }
    if http2 {
        out.insert("http2".to_owned(), json!(1));
    }
    out.extend(tree);
    let names = match names.as_slice() {
        [] => "_".to_owned(),
        names => names.join(" "),
    };
    (names, out)
}

fn listen(values: &[&str], all_ssl: bool) -> String {
    let Some((target, parameters)) = values.split_first() else {
        return String::new();
    };
    let target = if target.parse::<u16>().is_ok() {
        format!("0.0.0.0:{target}")
    } else if target.contains(':') && !target.ends_with(']') {
        (*target).to_owned()
    } else {
        format!("{target}:80")
    };
    let target = target.replace("[::0]", "[::]").replace("*:", "0.0.0.0:");
    let mut parameters: Vec<&str> = parameters
        .iter()
        .filter(|it| !["http2", "ipv6only=on"].contains(it))
        .map(|it| {
            if *it == "default" {
                "default_server"
            } else {
                it
            }
        })
        .collect();
    if all_ssl {
        parameters.push("ssl");
    }
    parameters.sort_unstable();
    parameters.dedup();
    parameters.insert(0, &target);
    parameters.join(" ")
}
