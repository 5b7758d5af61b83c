//! /etc/anacrontab: jobs that run every so many days, also when the machine was off.
//!
//! Manual: anacrontab(5)

use super::{Entry, Fate, Given, Kind, Lines, Meaning};
use crate::model::{CronJob, Resource};
use crate::syntax::columns;

pub(super) const KIND: Kind = Kind {
    name: "anacrontab",
    paths: "/etc/anacrontab",
    becomes: "Each job becomes a timer and a service.",
    matches: |path| path == "/etc/anacrontab",
    read,
    lines: Lines::Apart,
    file: Fate::Replaced,
};

fn read(given: &Given) -> Vec<Entry> {
    let mut entries = Vec::new();
    for (place, first, rest) in columns::read_pairs(given.text()) {
        let line = given.text().get(place.start..place.end).unwrap_or_default();
        if let Some((name, _)) = line
            .split_once('=')
            .filter(|(name, _)| is_name(name.trim()))
        {
            let why = format!(
                "`{}` is for anacron, which NixOS does not have",
                name.trim()
            );
            entries.push(given.not_needed(place, why));
            continue;
        }
        let (delay, tail) = split(rest);
        let (name, command) = split(tail);
        let schedule = match first {
            "1" | "@daily" => "@daily",
            "7" | "@weekly" => "@weekly",
            "30" | "31" | "@monthly" => "@monthly",
            "@yearly" | "@annually" => "@yearly",
            other => {
                let why = format!(
                    "a period of `{other}` days has no timer of its own; write its OnCalendar into systemd.timers"
                );
                entries.push(given.unknown(place, why));
                continue;
            }
        };
        if delay.parse::<u32>().is_err() || command.is_empty() {
            entries.push(given.unknown(place, "a job has a period, a delay, a name and a command"));
            continue;
        }
        if let Some(folder) = super::crontab::scripts_folder(command) {
            let why = format!("each script of {folder} is a job of its own");
            entries.push(given.not_needed(place, why));
            continue;
        }
        let job = Resource::CronJob(CronJob {
            name: name.to_owned(),
            schedule: schedule.to_owned(),
            user: "root".to_owned(),
            command: given.decode(command),
            environment: Vec::new(),
            catches_up: true,
        });
        let mut entry = given.entry(place, Meaning::Asks(vec![job]));
        if let Some(hole) = given.hole(&[name]) {
            entry.meaning = Meaning::Hole(hole);
        }
        entries.push(entry);
    }
    entries
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !text.starts_with(|c: char| c.is_ascii_digit())
}

fn split(text: &str) -> (&str, &str) {
    let text = text.trim();
    text.split_once([' ', '\t'])
        .map_or((text, ""), |(word, rest)| (word, rest.trim()))
}
