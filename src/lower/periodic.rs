//! Scripts that cron runs by their folders (/etc/cron.daily): a service with a timer each.
//!
//! What is nothing but text of a shell is a rule's (rules/system/periodic.toml); the others stay scripts, with the
//! programs of their packages. The job that an importer states beside such a script says the same again.

use super::file;
use super::statement::{Lowered, Statement};
use crate::account::Code;
use crate::lower::{commands, machine};
use crate::model::{Content, CronJob, Family, File, Machine};
use crate::nix::Expr;
use crate::plan::OptionPath;

const PERIODS: [&str; 4] = ["hourly", "daily", "weekly", "monthly"];

/// Returns when cron runs what is at a path, and the name of the file.
fn period(path: &str) -> Option<(&'static str, &str)> {
    PERIODS.into_iter().find_map(|period| {
        let folders = [
            format!("/etc/cron.{period}/"),
            format!("/etc/periodic/{period}/"),
        ];
        let name = folders
            .iter()
            .find_map(|it| path.strip_prefix(it.as_str()))?;
        (!name.contains('/') && !name.is_empty()).then_some((period, name))
    })
}

/// Lowers such a script; `None` for any other file.
pub(super) fn lower(file: &File, machine: &Machine) -> Option<Lowered> {
    let (period, name) = period(&file.path)?;
    let Content::Text(text) = &file.content else {
        return None;
    };
    let text = text.plain().filter(|it| it.starts_with("#!"))?;
    if commands::is_shell_script(text)
        && let Some(left) = file::foreign(text, machine)
    {
        return Some(Lowered::Manual(left));
    }
    let mut statement = Statement::default();
    let script = file::content(text, machine, &mut statement);
    let base = OptionPath::new(["systemd", "services", &format!("{name}-{period}")]);
    let script = Expr::apply("pkgs.writeScript", vec![Expr::str(name), script]);
    statement.set(base.child("startAt"), Expr::str(period));
    statement.add(base.child("path"), Expr::str("/run/current-system/sw"));
    statement.assume("the programs that it calls are among the system's packages");
    let config = base.child("serviceConfig");
    statement.set(config.child("Type"), Expr::str("oneshot"));
    statement.set(config.child("ExecStart"), script);
    Some(Lowered::Stated(statement))
}

/// Lowers the job that runs such a script: the script says itself what becomes of it.
pub(super) fn lower_job(job: &CronJob, machine: &Machine) -> Option<Lowered> {
    let path = job.command.plain()?.trim();
    let (period, name) = period(path)?;
    let file = machine::files(machine).find(|it| it.path == path)?;
    if catches_up(job, period, machine) && is_stated(file, machine) {
        let timer = format!("{name}-{period}");
        let timer = OptionPath::new(["systemd", "timers", &timer, "timerConfig"]);
        let mut statement = Statement::default();
        statement.set(timer.child("Persistent"), Expr::Bool(true));
        return Some(Lowered::Stated(statement));
    }
    let reason = format!("what becomes of `{path}` says when it runs");
    Some(Lowered::NotNeeded(Code::AlreadySo, reason))
}

/// Tells whether the script runs later where the machine was off at its time: anacron sees to that, which runs all
/// folders but the one of each hour, and which Red Hat's cron brings along.
fn catches_up(job: &CronJob, period: &str, machine: &Machine) -> bool {
    let is_anacron = |name: &str| matches!(name, "anacron" | "cronie-anacron");
    let is_there = || {
        machine.family == Family::Rhel || machine::packages(machine).any(|it| is_anacron(&it.name))
    };
    period != "hourly" && (job.catches_up || is_there())
}

/// Tells whether a script becomes a service.
fn is_stated(file: &File, machine: &Machine) -> bool {
    let Content::Text(text) = &file.content else {
        return false;
    };
    let text = text.plain().filter(|it| it.starts_with("#!"));
    text.is_some_and(|it| !commands::is_shell_script(it) || file::foreign(it, machine).is_none())
}

#[cfg(test)]
mod tests {
    use crate::lower::tests::{check, check_all};
    use crate::model::{Content, CronJob, File, Mode, Resource};

    fn script(text: &str) -> Resource {
        Resource::File(File {
            path: "/etc/cron.weekly/copy".into(),
            content: Content::Text(text.into()),
            mode: Some(Mode(0o755)),
            owner: None,
            group: None,
        })
    }

    #[test]
    fn a_script_is_a_service_with_a_timer() {
        let job = Resource::CronJob(CronJob {
            name: "copy".into(),
            schedule: "@weekly".into(),
            user: "root".into(),
            command: "/etc/cron.weekly/copy".into(),
            environment: Vec::new(),
            catches_up: false,
        });
        check_all(
            vec![script("#!/bin/sh\n/usr/bin/rsync -a /a /b\n"), job],
            r##"
            systemd.services.copy-weekly.startAt = "weekly";
            systemd.services.copy-weekly.path += "/run/current-system/sw";
            systemd.services.copy-weekly.serviceConfig.Type = "oneshot";
            systemd.services.copy-weekly.serviceConfig.ExecStart = pkgs.writeScript "copy" ''
              #!/bin/sh
              ${pkgs.rsync}/bin/rsync -a /a /b
            '';
            assumed: `/usr/bin/rsync` is taken from `pkgs.rsync`; the programs that it calls are among the system's packages
            not-needed: what becomes of `/etc/cron.weekly/copy` says when it runs
            "##,
        );
    }

    #[test]
    fn what_anacron_runs_catches_up() {
        let job = Resource::CronJob(CronJob {
            name: "copy".into(),
            schedule: "@weekly".into(),
            user: "root".into(),
            command: "/etc/cron.weekly/copy".into(),
            environment: Vec::new(),
            catches_up: true,
        });
        check_all(
            vec![script("#!/bin/sh\ndate\n"), job.clone()],
            r##"
            systemd.services.copy-weekly.startAt = "weekly";
            systemd.services.copy-weekly.path += "/run/current-system/sw";
            systemd.services.copy-weekly.serviceConfig.Type = "oneshot";
            systemd.services.copy-weekly.serviceConfig.ExecStart = pkgs.writeScript "copy" ''
              #!/bin/sh
              date
            '';
            systemd.timers.copy-weekly.timerConfig.Persistent = true;
            assumed: the programs that it calls are among the system's packages
            "##,
        );
        check_all(
            vec![script("#!/bin/sh\napt-get update\n"), job],
            r#"
            manual: the script runs `apt-get`, which NixOS does not have: NixOS takes its packages from environment.systemPackages and its modules
            not-needed: what becomes of `/etc/cron.weekly/copy` says when it runs
            "#,
        );
    }

    #[test]
    fn what_cannot_run_is_left() {
        check(
            script("#!/bin/sh\napt-get update\n"),
            "manual: the script runs `apt-get`, which NixOS does not have: NixOS takes its packages from environment.systemPackages and its modules",
        );
    }
}
