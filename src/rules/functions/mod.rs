//! The functions that a rule may call in a reference: `$file.content | lines`.

mod audit_rules;
mod below_etc;
mod caddyfile;
mod complete;
mod definitions;
mod docker_daemon;
mod entries;
mod haproxy_cfg;
mod httpd;
mod int;
mod json;
mod key_values;
mod limits;
mod lines;
mod logrotate;
mod main_cf;
mod memcached;
mod mongod_conf;
mod my_cnf;
mod nameservers;
mod nginx;
mod numbers;
mod pg_hba;
mod php_options;
mod php_pool;
mod postgresql_conf;
mod postgresql_package;
mod redis_conf;
mod registries_conf;
mod scalar;
mod search_domains;
mod section;
mod shell_script;
mod smb_conf;
mod toml;
mod trim;
mod unbound;
mod ups;
mod variables;
mod words;
mod yaml;

use serde_json::Value;

/// A function from a value to a value; none where it has no answer, and then the rule does not apply.
#[derive(Debug)]
pub(super) struct Function {
    pub(super) name: &'static str,
    pub(super) call: fn(&Value) -> Option<Value>,
}

static FUNCTIONS: [&Function; 45] = [
    &audit_rules::FUNCTION,
    &below_etc::FUNCTION,
    &caddyfile::FUNCTION,
    &complete::FUNCTION,
    &definitions::FUNCTION,
    &docker_daemon::FUNCTION,
    &entries::FUNCTION,
    &haproxy_cfg::FUNCTION,
    &httpd::MODULE,
    &httpd::SITE,
    &int::FUNCTION,
    &json::FUNCTION,
    &key_values::FUNCTION,
    &limits::FUNCTION,
    &lines::FUNCTION,
    &logrotate::BLOCKS,
    &logrotate::FUNCTION,
    &main_cf::FUNCTION,
    &memcached::FUNCTION,
    &mongod_conf::FUNCTION,
    &my_cnf::FUNCTION,
    &nameservers::FUNCTION,
    &nginx::CONF,
    &nginx::SITE,
    &nginx::STREAM,
    &numbers::FUNCTION,
    &pg_hba::FUNCTION,
    &php_options::FUNCTION,
    &php_pool::FUNCTION,
    &postgresql_conf::FUNCTION,
    &postgresql_package::FUNCTION,
    &redis_conf::FUNCTION,
    &registries_conf::FUNCTION,
    &scalar::FUNCTION,
    &search_domains::FUNCTION,
    &section::FUNCTION,
    &shell_script::FUNCTION,
    &smb_conf::FUNCTION,
    &toml::FUNCTION,
    &trim::FUNCTION,
    &unbound::FUNCTION,
    &ups::FUNCTION,
    &variables::FUNCTION,
    &words::FUNCTION,
    &yaml::FUNCTION,
];

pub(super) fn find(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().copied().find(|it| it.name == name)
}

pub(super) fn names() -> String {
    let names: Vec<String> = FUNCTIONS
        .iter()
        .map(|it| format!("`{}`", it.name))
        .collect();
    names.join(", ")
}

/// A site, as it is told apart from others of its name.
struct Site {
    name: String,
    port: String,
    has_tls: bool,
}

/// Gives each site an attribute of its own: the one with TLS has the name, another one of it the port too.
fn attributes_of(sites: &[Site]) -> Vec<String> {
    let mut order: Vec<usize> = (0..sites.len()).collect();
    order.sort_by_key(|at| !sites[*at].has_tls);
    let mut attributes: Vec<String> = vec![String::new(); sites.len()];
    for at in order {
        let Site { name, port, .. } = &sites[at];
        let mut free = name.clone();
        let mut number = 1;
        while attributes.contains(&free) {
            free = match number {
                1 => format!("{name}:{port}"),
                _ => format!("{name}:{port}-{number}"),
            };
            number += 1;
        }
        attributes[at] = free;
    }
    attributes
}

#[cfg(test)]
mod tests {
    use super::Function;
    use serde_json::Value;

    pub(super) fn check(function: &Function, input: &str, expected: Option<Value>) {
        let got = (function.call)(&Value::String(input.to_owned()));
        assert_eq!(got, expected, "{} {input:?}", function.name);
    }
}
