//! cron.hourly, cron.daily, cron.weekly, cron.monthly: scripts that run at their time.
//!
//! Manual: run-parts(8)
//!
//! The script stays a file; the job that runs it is stated besides.

use super::{Entry, Fate, Given, Kind, Lines, Meaning, doubt_about, name_in};
use crate::model::{CronJob, Resource, Text};
use crate::syntax::Place;

pub(super) const KIND: Kind = Kind {
    name: "cron script",
    paths: "scripts of /etc/cron.hourly, .daily, .weekly and .monthly, and of Alpine's /etc/periodic",
    becomes: "The script becomes a service with a timer.",
    matches: |path| schedule(path).is_some(),
    read,
    lines: Lines::Together,
    file: Fate::Kept,
};

/// Returns when the script at a path runs.
pub(super) fn schedule(path: &str) -> Option<&'static str> {
    [
        ("/etc/cron.hourly", "@hourly"),
        ("/etc/cron.daily", "@daily"),
        ("/etc/cron.weekly", "@weekly"),
        ("/etc/cron.monthly", "@monthly"),
        // Alpine's
        ("/etc/periodic/hourly", "@hourly"),
        ("/etc/periodic/daily", "@daily"),
        ("/etc/periodic/weekly", "@weekly"),
        ("/etc/periodic/monthly", "@monthly"),
    ]
    .iter()
    .find_map(|(folder, schedule)| name_in(path, folder).map(|_| *schedule))
}

fn read(given: &Given) -> Vec<Entry> {
    let Some(schedule) = schedule(given.path) else {
        return Vec::new();
    };
    let place = Place {
        line: 1,
        start: 0,
        end: given.text().len(),
    };
    if let Some(doubt) = doubt_about(given.file_name()) {
        return vec![given.entry(place, Meaning::Unknown(doubt.to_owned()))];
    }
    let job = Resource::CronJob(CronJob {
        name: given.file_name().to_owned(),
        schedule: schedule.to_owned(),
        user: "root".to_owned(),
        command: Text::from(given.path),
        environment: Vec::new(),
        catches_up: false,
    });
    vec![given.entry(place, Meaning::Asks(vec![job]))]
}
