//! The functions that a rule may call in a reference: `$file.content | lines`.

mod audit_rules;
mod below_etc;
mod complete;
mod definitions;
mod dnsmasq;
mod entries;
mod int;
mod json;
mod key_values;
mod known_hosts;
mod limits;
mod lines;
mod logrotate;
mod main_cf;
mod my_cnf;
mod nameservers;
mod network_manager;
mod nginx;
mod numbers;
mod php_options;
mod php_pool;
mod scalar;
mod search_domains;
mod section;
mod shell_script;
mod smb_conf;
mod toml;
mod trim;
mod unbound;
mod uncommented;
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

static FUNCTIONS: [&Function; 37] = [
    &audit_rules::FUNCTION,
    &below_etc::FUNCTION,
    &complete::FUNCTION,
    &definitions::FUNCTION,
    &dnsmasq::FUNCTION,
    &entries::FUNCTION,
    &int::FUNCTION,
    &json::FUNCTION,
    &key_values::FUNCTION,
    &known_hosts::FUNCTION,
    &limits::FUNCTION,
    &lines::FUNCTION,
    &logrotate::FUNCTION,
    &logrotate::BLOCKS,
    &main_cf::FUNCTION,
    &my_cnf::FUNCTION,
    &nameservers::FUNCTION,
    &network_manager::FUNCTION,
    &nginx::CONF,
    &nginx::SITE,
    &nginx::STREAM,
    &numbers::FUNCTION,
    &php_options::FUNCTION,
    &php_pool::FUNCTION,
    &scalar::FUNCTION,
    &search_domains::FUNCTION,
    &section::FUNCTION,
    &shell_script::FUNCTION,
    &smb_conf::FUNCTION,
    &toml::FUNCTION,
    &trim::FUNCTION,
    &unbound::FUNCTION,
    &uncommented::FUNCTION,
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
