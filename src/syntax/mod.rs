//! Formats of text: one file each, text with spans to a tree. Whoever needs a format reads it here.
//!
//! Readers of line formats take any `&str`, also the text of a rendered template: their places are lines and bytes of
//! that text. A part that is not known is one placeholder character in it (`placeholder`), ordinary text to a reader.

pub mod aliases;
pub mod ansible_vault;
pub mod assignments;
pub mod columns;
pub mod commented_json;
pub mod configparser;
pub mod cron_schedule;
pub mod crontab;
pub mod csv;
pub mod dockerfile;
pub mod dockerignore;
pub mod dovecot_conf;
pub mod firewalld;
pub mod firewalld_services;
pub mod fstab;
pub mod glob;
pub mod hosts;
pub mod httpd;
pub mod interfaces;
pub mod iptables;
pub mod jinja;
pub mod jmespath;
pub mod keepalived;
pub mod lines;
pub mod list;
pub mod modprobe;
pub mod named_conf;
pub mod netplan;
pub mod network_unit;
pub mod nftables;
pub mod nginx;
pub mod nix_module;
pub mod nix_packages;
pub mod nix_statement;
mod place;
mod placeholder;
pub mod python_json;
pub mod python_regex;
pub mod shell;
pub mod sshd_config;
mod stand_in;
pub mod strftime;
pub mod sudoers;
pub mod sudoers_rule;
pub mod sysctl;
pub mod systemd_words;
pub mod unit;
pub mod unit_directive;
pub mod yaml;

pub use place::{Fault, Place};
pub use placeholder::{placeholder, placeholder_index};
pub use stand_in::{shown_stand_ins, stand_in, stand_ins};
