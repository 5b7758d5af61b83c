//! sshd_config and sshd_config.d: what sshd is set to.
//!
//! Manual: sshd_config(5)
//!
//! In one file the first line of a keyword counts. Between files the order is that of the `Include`, which the
//! distributions have at the top: whoever reads several files gives those of sshd_config.d first.

use std::collections::HashMap;

use super::{Entry, Fate, Given, Kind, Lines, is_conf_in};
use crate::model::{Resource, SshdSetting};
use crate::syntax::sshd_config::{self, Setting};

pub(super) const KIND: Kind = Kind {
    name: "sshd_config",
    paths: "/etc/ssh/sshd_config and /etc/ssh/sshd_config.d/*.conf",
    becomes: "Each keyword becomes an option of services.openssh, most of them \
              services.openssh.settings.<keyword>; a Match block becomes services.openssh.extraConfig. What sshd \
              does anyway is not needed.",
    matches,
    read,
    lines: Lines::Apart,
    file: Fate::Replaced,
};

fn matches(path: &str) -> bool {
    path == "/etc/ssh/sshd_config" || is_conf_in(path, "/etc/ssh/sshd_config.d")
}

fn read(given: &Given) -> Vec<Entry> {
    let file = sshd_config::read(given.text());
    let mut first: HashMap<(&str, Option<&str>), u32> = HashMap::new();
    let mut entries = Vec::new();
    for setting in &file.settings {
        let key = (setting.keyword.as_str(), setting.matching.as_deref());
        let line = *first.entry(key).or_insert(setting.place.line);
        if line < setting.place.line && !sshd_config::accumulates(&setting.keyword) {
            let why = format!(
                "line {line} set `{}` before, and sshd takes the first",
                key.0
            );
            entries.push(given.not_needed(setting.place, why));
        } else {
            entries.push(entry(given, setting));
        }
    }
    let last = file.settings.last().map(|setting| setting.place);
    for place in file.blocks {
        entries.push(match last {
            Some(last) if last > place => {
                given.not_needed(place, "it says for whom the settings below hold")
            }
            // Such as the `Match all` that ends the blocks before it.
            Some(_) => given.not_needed(place, "no setting stands below it, so it says nothing"),
            None => given.unknown(place, "no setting stands below it"),
        });
    }
    given.with_faults(entries, file.faults)
}

fn entry(given: &Given, setting: &Setting) -> Entry {
    let place = setting.place;
    if setting.keyword == "Include" {
        return match setting.value.trim_matches('"') {
            "/etc/ssh/sshd_config.d/*.conf" | "sshd_config.d/*.conf" => {
                given.not_needed(place, "the files of sshd_config.d are read by themselves")
            }
            other => given.unknown(place, format!("`{other}` is included, which is not read")),
        };
    }
    if is_usual_sftp(&setting.keyword, &setting.value) {
        let why = "NixOS has the sftp server of its own OpenSSH on by default";
        return given.not_needed(place, why);
    }
    let matching = setting.matching.as_deref().unwrap_or_default();
    let resource = Resource::SshdSetting(SshdSetting {
        keyword: setting.keyword.clone(),
        value: setting.value.clone(),
        matching: setting.matching.clone(),
    });
    given.asks(
        place,
        &[&setting.keyword, &setting.value, matching],
        resource,
    )
}

/// `Subsystem sftp` with the distribution's program and no arguments.
fn is_usual_sftp(keyword: &str, value: &str) -> bool {
    let mut words = value.split_ascii_whitespace();
    keyword == "Subsystem"
        && words.next() == Some("sftp")
        && words.next().is_some_and(|program| {
            program.starts_with("/usr/") && program.ends_with("/sftp-server")
        })
        && words.next().is_none()
}
