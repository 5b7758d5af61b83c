//! `cron`: jobs of a user's crontab, or of a file of cron.d.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/ansible/builtin/cron_module.html>

use super::{Kind, Module, Run};
use crate::account::{Code, Verdict};
use crate::import::ansible::params::{Params, Refusal};
use crate::import::holes::encode;
use crate::import::state::Key;
use crate::model::{Condition, CronJob, Resource};
use crate::syntax::crontab::shell_command;

pub(super) const MODULE: Module = Module {
    names: &["cron"],
    collection: "ansible.builtin",
    becomes: "A service with a timer, or a line of services.cron.systemCronJobs.",
    kind: Kind::Changes,
    run,
};

/// The fields of a time, with their other names.
const FIELDS: [&[&str]; 5] = [
    &["minute"],
    &["hour"],
    &["day", "dom"],
    &["month"],
    &["weekday", "dow"],
];

const SPECIAL_TIMES: [&str; 7] = [
    "annually", "daily", "hourly", "monthly", "reboot", "weekly", "yearly",
];

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    // Where the line stands among others; `reboot` is the old form of a special time.
    params.pass_over(&["backup", "insertafter", "insertbefore"]);
    let name = params.string(&["name"])?.unwrap_or_default();
    let user = params.string(&["user"])?.or_else(|| run.user.clone());
    let user = user.ok_or_else(|| {
        Refusal::new(
            Code::ValueUnknown,
            "whose job it is, only the run of Ansible decides",
        )
    })?;
    let file = params.string(&["cron_file"])?;
    let state = params.choice(&["state"], &["absent", "present"], "present")?;
    let mut fields = Vec::with_capacity(FIELDS.len());
    for names in FIELDS {
        let field = params.string(names)?;
        fields.push(field.map_or_else(|| "*".to_owned(), |it| it.trim().to_owned()));
    }
    let special = params.string(&["special_time"])?;
    let is_disabled = params.flag(&["disabled"])?.unwrap_or(false);
    let is_variable = params.flag(&["env"])?.unwrap_or(false);
    let job = params.text(&["job", "value"])?;
    if is_variable {
        if state == "absent" {
            run.not_needed(format!("no crontab of a new machine sets `{name}`"));
            return Ok(());
        }
        return set_variable(&name, &user, job, run);
    }
    let key = Key::CronJob(user.clone(), name.clone());
    if state == "absent" || is_disabled {
        return remove(&name, key, file.as_deref(), is_disabled, run);
    }
    let schedule = match special {
        Some(word) if SPECIAL_TIMES.contains(&word.as_str()) => format!("@{word}"),
        Some(word) => return Err(params.bad("special_time", &word, "a time that cron knows")),
        None => fields.join(" "),
    };
    let Some(command) = job else {
        return params.required(&["job"]).map(|_| ());
    };
    let too_many = || Refusal::new(Code::CannotState, "the job has too many unknown parts");
    let encoded = encode(&command).ok_or_else(too_many)?;
    run.put(Resource::CronJob(CronJob {
        name,
        schedule,
        user,
        command: encoded.decode(&shell_command(&encoded.text)),
        environment: Vec::new(),
        catches_up: false,
    }));
    Ok(())
}

fn remove(
    name: &str,
    key: Key,
    file: Option<&str>,
    is_disabled: bool,
    run: &mut Run<'_, '_>,
) -> Result<(), Refusal> {
    if let (true, Some(file)) = (name.is_empty(), file) {
        let path = if file.starts_with('/') {
            file.to_owned()
        } else {
            format!("/etc/cron.d/{file}")
        };
        run.remove(&Key::Path(path.clone()), &format!("`{path}`"));
        return Ok(());
    }
    if is_disabled && run.state.get(&key).is_none() {
        run.not_needed(format!("the job `{name}` is only a comment"));
        return Ok(());
    }
    run.remove(&key, &format!("the job `{name}`"));
    Ok(())
}

/// A variable of the crontab holds for the jobs that are there.
fn set_variable(
    name: &str,
    user: &str,
    value: Option<crate::model::Text>,
    run: &mut Run<'_, '_>,
) -> Result<(), Refusal> {
    let value = value.unwrap_or_default();
    if let Some(hole) = value.worst_hole() {
        return Err(Refusal::hole(hole));
    }
    let setting = format!("{name}={value}");
    let mut jobs: Vec<CronJob> = Vec::new();
    for entry in run.state.entries() {
        if let (Resource::CronJob(job), Condition::True) = (&entry.resource, &entry.guard)
            && job.user == user
        {
            jobs.push(job.clone());
        }
    }
    if name == "MAILTO" && value.to_string().is_empty() {
        run.close(
            Verdict::NotNeeded,
            Code::NoMeaning,
            "NixOS sends no mail of what jobs print",
        );
        return Ok(());
    }
    // Jobs that come later would have it, too: that is for the person to see.
    for mut job in jobs {
        job.environment
            .retain(|it| !it.starts_with(&format!("{name}=")));
        job.environment.push(setting.clone());
        run.put(Resource::CronJob(job));
    }
    let reason = format!("`{setting}` holds for the later jobs of `{user}`, too");
    Err(Refusal::new(Code::CannotState, reason).cure("set it in the environment of these jobs"))
}
