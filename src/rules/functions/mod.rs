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

#[cfg(test)]
mod tests {
    use super::Function;
    use serde_json::Value;

    pub(super) fn check(function: &Function, input: &str, expected: Option<Value>) {
        let got = (function.call)(&Value::String(input.to_owned()));
        assert_eq!(got, expected, "{} {input:?}", function.name);
    }
}
