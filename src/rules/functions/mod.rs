//! The functions that a rule may call in a reference: `$file.content | lines`.

mod acme_hook;
mod acpi_event;
mod alertmanager_yml;
mod aliases;
mod audit;
mod below_etc;
mod caddyfile;
mod chrony;
mod comma_words;
mod commented_json;
mod complete;
mod definitions;
mod dnsmasq;
mod docker_daemon;
mod elasticsearch_yml;
mod entries;
mod exim_config;
mod fail2ban;
mod git_config;
mod grafana_ini;
mod haproxy_cfg;
mod httpd;
mod ini;
mod int;
mod json;
mod keepalived_conf;
mod key_values;
mod known_hosts;
mod limits;
mod lines;
mod logrotate;
mod main_cf;
mod master_cf;
mod memcached;
mod mongod_conf;
mod mosquitto_conf;
mod munin_plugin;
mod my_cnf;
mod nameservers;
mod network_manager;
mod nfs_conf;
mod nginx;
mod nix_conf;
mod ntp_conf;
mod numbers;
mod pg_hba;
mod php_fpm_global;
mod php_options;
mod php_pool;
mod postgresql_conf;
mod postgresql_package;
mod prometheus_yml;
mod rabbitmq_conf;
mod redis_conf;
mod registries_conf;
mod rsyncd;
mod rsyslog;
mod scalar;
mod script;
mod search_domains;
mod section;
mod session_variables;
mod shell_script;
mod smartd;
mod smb_conf;
mod switch;
mod toml;
mod trim;
mod unbound;
mod uncommented;
mod updatedb;
mod ups;
mod upsd;
mod upsd_users;
mod upsmon;
mod variables;
mod vsftpd;
mod words;
mod xinetd;
mod yaml;
mod zram;

use serde_json::{Value, json};

/// A function from a value to a value; none where it has no answer, and then the rule does not apply.
#[derive(Debug)]
pub(super) struct Function {
    pub(super) name: &'static str,
    pub(super) call: fn(&Value) -> Option<Value>,
}

static FUNCTIONS: &[&Function] = &[
    &acme_hook::FUNCTION,
    &acpi_event::FUNCTION,
    &alertmanager_yml::FUNCTION,
    &aliases::FUNCTION,
    &audit::FUNCTION,
    &below_etc::FUNCTION,
    &caddyfile::FUNCTION,
    &chrony::FUNCTION,
    &comma_words::FUNCTION,
    &commented_json::FUNCTION,
    &complete::FUNCTION,
    &definitions::FUNCTION,
    &dnsmasq::FUNCTION,
    &docker_daemon::FUNCTION,
    &elasticsearch_yml::FUNCTION,
    &entries::FUNCTION,
    &entries::NAMES,
    &exim_config::FUNCTION,
    &fail2ban::FUNCTION,
    &git_config::FUNCTION,
    &grafana_ini::FUNCTION,
    &haproxy_cfg::FUNCTION,
    &httpd::MODULE,
    &httpd::SITE,
    &ini::FUNCTION,
    &int::FUNCTION,
    &json::FUNCTION,
    &keepalived_conf::FUNCTION,
    &key_values::FUNCTION,
    &known_hosts::FUNCTION,
    &limits::FUNCTION,
    &lines::FUNCTION,
    &logrotate::BLOCKS,
    &logrotate::FUNCTION,
    &logrotate::PARTS,
    &main_cf::FUNCTION,
    &master_cf::FUNCTION,
    &memcached::FUNCTION,
    &mongod_conf::FUNCTION,
    &mosquitto_conf::FUNCTION,
    &munin_plugin::FUNCTION,
    &my_cnf::FUNCTION,
    &nameservers::FUNCTION,
    &network_manager::FUNCTION,
    &nfs_conf::FUNCTION,
    &nfs_conf::IDMAPD,
    &nginx::CONF,
    &nginx::SITE,
    &nginx::STREAM,
    &nix_conf::FUNCTION,
    &ntp_conf::FUNCTION,
    &numbers::FUNCTION,
    &pg_hba::FUNCTION,
    &php_fpm_global::FUNCTION,
    &php_options::FUNCTION,
    &php_pool::FUNCTION,
    &postgresql_conf::FUNCTION,
    &postgresql_package::FUNCTION,
    &prometheus_yml::OPTIONS,
    &prometheus_yml::TEXT,
    &rabbitmq_conf::FUNCTION,
    &redis_conf::FUNCTION,
    &registries_conf::FUNCTION,
    &rsyncd::FUNCTION,
    &rsyslog::FUNCTION,
    &scalar::FUNCTION,
    &script::FUNCTION,
    &search_domains::FUNCTION,
    &section::FUNCTION,
    &session_variables::FUNCTION,
    &shell_script::FUNCTION,
    &smartd::FUNCTION,
    &smb_conf::FUNCTION,
    &switch::FUNCTION,
    &toml::FUNCTION,
    &trim::FUNCTION,
    &unbound::FUNCTION,
    &uncommented::FUNCTION,
    &updatedb::FUNCTION,
    &ups::FUNCTION,
    &upsd::FUNCTION,
    &upsd_users::FUNCTION,
    &upsmon::FUNCTION,
    &variables::FUNCTION,
    &vsftpd::FUNCTION,
    &words::ARGUMENTS,
    &words::FUNCTION,
    &xinetd::FUNCTION,
    &yaml::FUNCTION,
    &zram::FUNCTION,
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

/// A whole number, `true` or `false` where the text is just that, else the text.
fn atom(text: &str) -> Value {
    match text {
        "true" => true.into(),
        "false" => false.into(),
        _ => scalar::number(text).unwrap_or_else(|| text.into()),
    }
}

/// A value that stands against another that a module of NixOS gives the option.
fn force(value: Value) -> Value {
    json!({ "$force": value })
}

/// Returns the name of the certificate that `security.acme` puts at these two places.
fn acme_name(certificate: &str, key: &str) -> Option<String> {
    let certificate = certificate.strip_prefix("/var/lib/acme/")?;
    let name = certificate.strip_suffix("/fullchain.pem")?;
    let is_its_key = key
        .strip_prefix("/var/lib/acme/")?
        .strip_suffix("/key.pem")?
        == name;
    (is_its_key && !name.contains('/')).then(|| name.to_owned())
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
