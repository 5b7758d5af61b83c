//! `cron-timers`: jobs of cron as services with `startAt`, as nixos/lib/systemd-unit-options.nix has them.
//!
//! Manuals: crontab(5), systemd.timer(5). In the tree is each job by its calendar events, its user and its command, with
//! its variables. Nothing is written to a file but units, so that the meaning itself stands for one.

use serde_json::{Map, Value, json};

use super::cron::told;
use super::{Format, each, plain, text};
use crate::syntax::cron_schedule::{self, Schedule};
use crate::syntax::crontab::{self, Line};
use crate::syntax::shell;
use crate::syntax::systemd_words::quote_literally;

pub(super) static FORMAT: Format = Format {
    name: "cron-timers",
    write,
    tree,
};

const BOOT: &str = "at the start";
/// Variables of cron itself, and those that a service has anyway.
const OF_CRON: [&str; 5] = ["SHELL", "PATH", "MAILTO", "MAILFROM", "LOGNAME"];

fn write(value: &Value) -> Option<String> {
    let mut jobs: Map<String, Value> = Map::new();
    for service in value.as_object()?.values() {
        let config = service.get("serviceConfig").cloned().unwrap_or_default();
        let at = service.get("startAt").map(each).unwrap_or_default();
        let wanted = service.get("wantedBy").map(each).unwrap_or_default();
        let stays = config.get("RemainAfterExit") == Some(&Value::Bool(true));
        let at = if !at.is_empty() {
            at.iter().map(plain).collect::<Vec<_>>().join(", ")
        } else if stays && wanted.iter().any(|it| plain(it) == "multi-user.target") {
            BOOT.to_owned()
        } else {
            continue;
        };
        let script = text(service, "script");
        let command = if script.is_empty() {
            text(&config, "ExecStart").replace("%%", "%")
        } else {
            let script = script.trim_end();
            let script = script.strip_prefix("set +e\n").unwrap_or(script);
            script.strip_suffix("\nwait").unwrap_or(script).to_owned()
        };
        let variables = service.get("environment").and_then(Value::as_object);
        let own = variables.into_iter().flatten();
        let own = own.filter(|(_, value)| !value.is_null());
        let own: Map<String, Value> = own
            .map(|(name, value)| (name.clone(), plain(value).replace("%%", "%").into()))
            .collect();
        put(&mut jobs, &at, text(&config, "User"), &command, own);
    }
    (!jobs.is_empty()).then(|| json!({ "jobs": jobs }).to_string())
}

fn put(
    jobs: &mut Map<String, Value>,
    at: &str,
    user: &str,
    command: &str,
    variables: Map<String, Value>,
) {
    let mut name = format!("{at} {user} {}", told(command));
    while jobs.contains_key(&name) {
        name += " (again)";
    }
    jobs.insert(name, variables.into());
}

fn tree(text: &str) -> Result<Value, String> {
    if text.starts_with('{') {
        return serde_json::from_str(text).map_err(|error| error.to_string());
    }
    let read = crontab::read(text, crontab::Format::System);
    if let Some(fault) = read.faults.first() {
        return Err(format!("line {}: {}", fault.place.line, fault.why));
    }
    let mut variables: Map<String, Value> = Map::new();
    let mut jobs: Map<String, Value> = Map::new();
    for (_, line) in read.lines {
        match line {
            Line::Variable { name, .. } if OF_CRON.contains(&name.as_str()) => {}
            Line::Variable { name, value } => drop(variables.insert(name, value.into())),
            Line::Job(job) => {
                let at = match cron_schedule::read(&job.schedule)? {
                    Schedule::Boot => BOOT.to_owned(),
                    Schedule::Calendar(events) => events.join(", "),
                };
                let user = job.user.unwrap_or_default();
                let command = crontab::shell_command(&job.command);
                let command = as_unit(&command).unwrap_or(command);
                put(&mut jobs, &at, &user, &command, variables.clone());
            }
        }
    }
    Ok(json!({ "jobs": jobs }))
}

/// A command without anything of a shell, as a unit has it.
fn as_unit(command: &str) -> Option<String> {
    let script = shell::read(command).ok()?;
    let [list] = script.lists.as_slice() else {
        return None;
    };
    let is_bare = |it: &shell::Simple| it.assignments.is_empty() && it.redirections.is_empty();
    let [shell::Command::Simple(simple)] = list.first.commands.as_slice() else {
        return None;
    };
    if !is_bare(simple) || !list.rest.is_empty() || list.background {
        return None;
    }
    let words = simple.words.iter().map(|it| it.plain.as_deref());
    let words: Option<Vec<&str>> = words.collect();
    let words: Vec<String> = words?.into_iter().map(quote_literally).collect();
    Some(words.join(" ").replace("%%", "%"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::check;
    use super::{FORMAT, tree};

    #[test]
    fn a_job_and_its_service_are_the_same() {
        check(
            &FORMAT,
            &json!({
                "dump": {
                    "startAt": ["*-*-13 03:05:00", "Fri *-*-* 03:05:00"],
                    "environment": { "A": "b%%", "B": null },
                    "serviceConfig": { "Type": "oneshot", "User": "root" },
                    "script": "set +e\na; /usr/bin/b > c-$(date +%F)\n",
                },
                "sync": {
                    "startAt": "daily",
                    "environment": { "A": "b%%" },
                    "serviceConfig": { "User": "ada", "ExecStart": "${pkgs.rsync}/bin/rsync \"a b\" 5%%" },
                },
                "up": {
                    "wantedBy": ["multi-user.target"],
                    "environment": { "A": "b%%" },
                    "serviceConfig": { "User": "root", "RemainAfterExit": true },
                    "script": "/opt/x > /dev/null &\nwait\n",
                },
                "other": { "wantedBy": ["multi-user.target"], "script": "x" },
            }),
            "MAILTO=ops\nA=b%\n5 3 13 * fri root a; /usr/bin/b > c-$(date +\\%F)\n@daily ada /usr/bin/rsync 'a b' 5\\%\n@reboot root /opt/x > /dev/null &\n",
        );
    }

    #[test]
    fn another_time_is_a_difference() {
        assert_ne!(tree("5 3 * * * root /opt/x"), tree("6 3 * * * root /opt/x"));
    }
}
