//! /etc/crontab, cron.d and the crontabs of users: jobs.
//!
//! Manual: crontab(5)

use super::{Entry, Fate, Given, Kind, Lines, doubt_about, name_in};
use crate::model::{CronJob, Resource};
use crate::syntax::crontab::{self, Format, Job, Line, shell_command};

pub(super) const KIND: Kind = Kind {
    name: "crontab",
    paths: "/etc/crontab, /etc/cron.d/*, and the crontabs of users below /var/spool/cron and /etc/crontabs",
    becomes: "Each job becomes a service with a timer, or a line of services.cron.systemCronJobs.",
    matches: |path| owner(path).is_some(),
    read,
    lines: Lines::Apart,
    file: Fate::Replaced,
};

/// Whose jobs a crontab holds.
enum Owner<'a> {
    /// Each line says it.
    Named,
    User(&'a str),
}

fn owner(path: &str) -> Option<Owner<'_>> {
    if path == "/etc/crontab" || name_in(path, "/etc/cron.d").is_some() {
        return Some(Owner::Named);
    }
    [
        "/var/spool/cron/crontabs",
        "/var/spool/cron",
        "/etc/crontabs",
    ]
    .iter()
    .find_map(|folder| name_in(path, folder))
    .filter(|name| *name != "crontabs")
    .map(Owner::User)
}

fn read(given: &Given) -> Vec<Entry> {
    let Some(owner) = owner(given.path) else {
        return Vec::new();
    };
    let format = match owner {
        Owner::Named => Format::System,
        Owner::User(_) => Format::User,
    };
    let file = crontab::read(given.text(), format);
    let doubt = name_in(given.path, "/etc/cron.d").and_then(doubt_about);
    let last_job = file
        .lines
        .iter()
        .rev()
        .find(|(_, line)| matches!(line, Line::Job(_)))
        .map(|(place, _)| *place);
    let mut environment: Vec<(String, String)> = Vec::new();
    let mut names: Vec<String> = Vec::new();
    let mut entries = Vec::new();
    for (place, line) in &file.lines {
        let job = match line {
            Line::Variable { name, value } => {
                environment.retain(|(known, _)| known != name);
                environment.push((name.clone(), value.clone()));
                if last_job.is_some_and(|last| last > *place) {
                    let why = format!("`{name}` stands with each job below it");
                    entries.push(given.not_needed(*place, why));
                } else {
                    let why = format!("`{name}` is for jobs below it, and there are none here");
                    entries.push(given.unknown(*place, why));
                }
                continue;
            }
            Line::Job(job) => job,
        };
        if let Some(folder) = scripts_folder(&job.command) {
            let why = format!("each script of {folder} is a job of its own");
            entries.push(given.not_needed(*place, why));
            continue;
        }
        if let Some(doubt) = doubt {
            entries.push(given.unknown(*place, doubt));
            continue;
        }
        let user = match (&job.user, &owner) {
            (Some(user), _) => user.as_str(),
            (None, Owner::User(user)) => user,
            (None, Owner::Named) => "root",
        };
        let environment: Vec<String> = environment
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let name = unique(&job_name(given, job), &mut names);
        let mut fields: Vec<&str> = environment.iter().map(String::as_str).collect();
        fields.extend([name.as_str(), job.schedule.as_str(), user]);
        let resource = Resource::CronJob(CronJob {
            name: name.clone(),
            schedule: job.schedule.clone(),
            user: user.to_owned(),
            command: given.decode(&shell_command(&job.command)),
            environment: environment.clone(),
            catches_up: false,
        });
        entries.push(given.asks(*place, &fields, resource));
    }
    given.with_faults(entries, file.faults)
}

/// Returns the folder of which the stock lines of /etc/crontab run the scripts.
pub(super) fn scripts_folder(command: &str) -> Option<&str> {
    let runs = command.contains("run-parts");
    command
        .split([' ', '\t', ')', ';', '}'])
        .find(|word| runs && super::cron_script::schedule(&format!("{word}/x")).is_some())
}

/// Ansible writes a job's name in the line above; else the file of cron.d has one, else the program.
fn job_name(given: &Given, job: &Job) -> String {
    let ansible = job
        .comment
        .as_deref()
        .and_then(|comment| comment.strip_prefix("Ansible:"));
    if let Some(name) = ansible {
        return name.trim().to_owned();
    }
    if let Some(name) = name_in(given.path, "/etc/cron.d") {
        return name.to_owned();
    }
    // A hole in the program must not keep the job from being stated: the name is only for people.
    let program = job.command.split_ascii_whitespace().next();
    let program: String = super::file_name(program.unwrap_or_default())
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || "-_.".contains(*c))
        .collect();
    if program.is_empty() {
        "cron".to_owned()
    } else {
        program
    }
}

fn unique(name: &str, names: &mut Vec<String>) -> String {
    let mut unique = name.to_owned();
    let mut number = 2;
    while names.contains(&unique) {
        unique = format!("{name}-{number}");
        number += 1;
    }
    names.push(unique.clone());
    unique
}
