//! The formats in which modules of NixOS write files: how the module writes the value of an option, and what the text
//! means.

mod alertmanager;
mod aliases;
mod audit;
mod caddyfile;
mod certbot_renewal;
mod chrony;
mod cron;
mod cron_timers;
mod dnsmasq;
mod docker;
mod dovecot;
mod elasticsearch;
mod exim;
mod fail2ban;
mod firewalld;
mod fstab;
mod git_config;
mod grafana;
mod grub;
mod haproxy;
mod hosts;
mod httpd;
mod idmapd;
mod ifcfg;
mod ifupdown;
mod ini;
mod journald;
mod json;
mod kea;
mod keepalived;
mod key_value;
mod keyboard;
mod known_hosts;
mod limits;
mod lines;
mod locale;
mod logrotate;
mod main_cf;
mod master_cf;
mod memcached;
mod modprobe;
mod modules_load;
mod mosquitto;
mod my_cnf;
mod named;
mod netplan;
mod netplan_units;
mod network_unit;
mod nftables;
mod nginx;
mod ntp;
mod opendkim;
mod packet_filter;
mod php_ini;
mod php_pool;
mod postgresql;
mod prometheus;
mod rabbitmq;
mod redis;
mod registries;
mod resolv_conf;
mod rsyncd;
mod rsyslog;
mod samba;
mod session;
mod smartd;
mod ssh_client;
mod sshd;
mod sudoers;
mod sysctl;
mod tmpfiles;
mod toml;
mod ufw;
mod unbound;
mod updatedb;
mod vconsole;
mod vsftpd;
mod wg_quick;
mod wpa_supplicant;
mod yaml;

use serde_json::Value;

/// A format; the tree is what counts of a text: two texts of the same tree mean the same.
#[derive(Debug)]
pub(super) struct Format {
    pub(super) name: &'static str,
    /// Writes the option's value as the module does; none where it would write no file.
    pub(super) write: fn(&Value) -> Option<String>,
    /// Reads a text.
    pub(super) tree: fn(&str) -> Result<Value, String>,
}

static FORMATS: &[&Format] = &[
    &alertmanager::FORMAT,
    &aliases::FORMAT,
    &audit::FORMAT,
    &caddyfile::FORMAT,
    &certbot_renewal::FORMAT,
    &chrony::FORMAT,
    &cron::FORMAT,
    &cron_timers::FORMAT,
    &dnsmasq::FORMAT,
    &docker::FORMAT,
    &dovecot::FORMAT,
    &elasticsearch::FORMAT,
    &exim::FORMAT,
    &fail2ban::FORMAT,
    &firewalld::FORMAT,
    &firewalld::ZONE,
    &fstab::FORMAT,
    &fstab::SWAP,
    &git_config::FORMAT,
    &grafana::FORMAT,
    &grub::FORMAT,
    &haproxy::FORMAT,
    &hosts::FORMAT,
    &httpd::FORMAT,
    &idmapd::FORMAT,
    &ifcfg::FORMAT,
    &ifupdown::FORMAT,
    &ini::FORMAT,
    &journald::FORMAT,
    &json::FORMAT,
    &kea::DDNS,
    &kea::DHCP4,
    &kea::DHCP6,
    &keepalived::FORMAT,
    &key_value::FORMAT,
    &keyboard::FORMAT,
    &known_hosts::FORMAT,
    &limits::FORMAT,
    &lines::FORMAT,
    &locale::FORMAT,
    &logrotate::FORMAT,
    &main_cf::FORMAT,
    &master_cf::FORMAT,
    &memcached::FORMAT,
    &modprobe::FORMAT,
    &modules_load::FORMAT,
    &mosquitto::FORMAT,
    &my_cnf::FORMAT,
    &netplan::FORMAT,
    &netplan_units::FORMAT,
    &named::FORMAT,
    &network_unit::FORMAT,
    &nftables::FORMAT,
    &nginx::FORMAT,
    &nginx::HTTP,
    &ntp::FORMAT,
    &opendkim::FORMAT,
    &packet_filter::FORMAT,
    &php_ini::FORMAT,
    &php_pool::FORMAT,
    &postgresql::FORMAT,
    &prometheus::FORMAT,
    &rabbitmq::FORMAT,
    &redis::FORMAT,
    &resolv_conf::FORMAT,
    &registries::FORMAT,
    &rsyncd::FORMAT,
    &rsyslog::FORMAT,
    &samba::FORMAT,
    &session::FORMAT,
    &smartd::FORMAT,
    &ssh_client::FORMAT,
    &sshd::FORMAT,
    &sudoers::FORMAT,
    &sysctl::FORMAT,
    &tmpfiles::FORMAT,
    &toml::FORMAT,
    &ufw::FORMAT,
    &unbound::FORMAT,
    &updatedb::FORMAT,
    &vsftpd::FORMAT,
    &vconsole::FORMAT,
    &wg_quick::FORMAT,
    &wpa_supplicant::FORMAT,
    &yaml::FORMAT,
];

pub(super) fn find(name: &str) -> Option<&'static Format> {
    FORMATS.iter().copied().find(|it| it.name == name)
}

pub(super) fn names() -> String {
    let names: Vec<String> = FORMATS.iter().map(|it| format!("`{}`", it.name)).collect();
    names.join(", ")
}

/// A value as Nix's `generators.mkValueStringDefault` prints it.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            value.to_string()
        }
    }
}

/// The text that a name has; none is an empty one.
fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// The text that an option of lines has, with an end of line.
fn lines_of(options: &serde_json::Map<String, Value>, name: &str) -> String {
    let text = options.get(name).and_then(Value::as_str);
    match text.unwrap_or_default() {
        text if text.is_empty() || text.ends_with('\n') => text.to_owned(),
        text => format!("{text}\n"),
    }
}

/// The values that a name has: a list is the name several times.
pub(super) fn each(value: &Value) -> &[Value] {
    match value {
        Value::Array(list) => list,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            std::slice::from_ref(value)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Format;
    use serde_json::Value;

    /// What a format writes, and that reading it gives what reading the source gives.
    pub(super) fn check(format: &Format, value: &Value, source: &str) {
        let text = (format.write)(value).expect("there is something to write");
        assert_eq!((format.tree)(&text), (format.tree)(source), "{text}");
    }
}
