//! A job as a line of `services.cron.systemCronJobs`.
//!
//! crontab(5): the line is schedule, user, command; `%` ends the command unless it is escaped, so the command stays
//! as the crontab has it. Variables hold for all lines below them, so those of one job are set in its command.

use super::{is_usual_shell, refused};
use crate::account::Code;
use crate::lower::commands::DEFAULT_PATH;
use crate::lower::paths;
use crate::lower::program;
use crate::lower::secret;
use crate::lower::statement::{Left, Lowered, Statement};
use crate::model::{CronJob, Machine};
use crate::nix::{Expr, StrPart};
use crate::plan::OptionPath;

pub(super) fn lower(job: &CronJob, machine: &Machine) -> Lowered {
    let used_by = format!("the job `{}` of cron", job.name);
    let Some(readable) = secret::readable(&job.command, &used_by, Some(&job.user)) else {
        return refused(job);
    };
    let command = &*program::follow(&readable.script, machine);
    // The command is as the shell gets it; in a crontab a bare `%` ends the line.
    let command = &*command.trim().replace('%', "\\%");
    if command.contains('\n') {
        return Lowered::manual(
            Code::BadInput,
            "a job of cron is one line, and its command has several",
        );
    }
    if let Some(path) = program::splice(command).broken() {
        let reason = format!("the job runs `{command}`, and NixOS has no `{path}`");
        return Lowered::manual_with_cure(
            Code::PackageUnknown,
            reason,
            "Find what brings it at https://search.nixos.org/packages, and add the line to services.cron.systemCronJobs with ${pkgs.name}/bin/...",
        );
    }
    let mut statement = Statement::default();
    for it in &readable.secrets {
        statement.assume(format!("`{}` holds the secret of the command", it.path));
    }
    statement.secrets.extend(readable.secrets);
    let mut line = format!("{} {} ", job.schedule.trim(), job.user);
    for variable in &job.environment {
        match variable.split_once('=') {
            Some(("MAILTO", to)) => statement.share(
                OptionPath::new(["services", "cron", "mailto"]),
                Expr::str(to.trim_matches('"')),
            ),
            Some(("SHELL", shell)) if is_usual_shell(shell) => {}
            Some(("PATH", _)) => {
                statement.assume("the programs of its PATH are in the system's packages");
            }
            Some((name, value)) if name != "SHELL" => {
                line.push_str(&format!("export {name}={}; ", quoted(value)));
            }
            _ => statement.left.push(Left::new(
                Code::CannotState,
                format!("cron of NixOS runs all jobs with bash, and the job asks for `{variable}`"),
            )),
        }
    }
    let mut parts = vec![StrPart::Literal(line)];
    let end = command.find(char::is_whitespace).unwrap_or(command.len());
    let (first, rest) = command.split_at(end);
    // cron looks programs up among the system's packages, which need not have this one.
    match program::package_of(first).filter(|it| !DEFAULT_PATH.contains(it)) {
        Some(package) => {
            program::take(first, package, &mut statement);
            parts.extend(program::program_parts(first, package));
            parts.extend(program::splice(rest).parts_told(&mut statement));
        }
        None => parts.extend(program::splice(command).parts_told(&mut statement)),
    }
    if let Some(claim) = paths::user_claim(machine, &job.user) {
        statement.assume(claim);
    }
    statement.share(
        OptionPath::new(["services", "cron", "enable"]),
        Expr::Bool(true),
    );
    statement.add(
        OptionPath::new(["services", "cron", "systemCronJobs"]),
        Expr::Str(program::joined(parts)),
    );
    Lowered::Stated(statement)
}

/// Quotes a value for the shell of a crontab, where `%` has to be escaped besides.
fn quoted(value: &str) -> String {
    let value = value.trim_matches('"');
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:,@+".contains(c);
    if !value.is_empty() && value.chars().all(plain) {
        return value.to_owned();
    }
    let mut out = String::from("'");
    for c in value.chars() {
        match c {
            '\'' => out.push_str("'\\''"),
            '%' => out.push_str("\\%"),
            c => out.push(c),
        }
    }
    out.push('\'');
    out
}

#[cfg(test)]
mod tests {

    use crate::lower::Cron;
    use crate::lower::tests::{check_with, text};
    use crate::model::{CronJob, Link, Resource};

    fn check(resource: Resource, expected: &str) {
        check_with(Cron::Daemon, vec![resource], expected);
    }

    fn job(command: &str, environment: &[&str]) -> Resource {
        Resource::CronJob(CronJob {
            name: "x".into(),
            schedule: "5 3 * * *".into(),
            user: "root".into(),
            command: text(command),
            environment: environment.iter().map(|&it| it.to_owned()).collect(),
            catches_up: false,
        })
    }

    #[test]
    fn jobs_are_lines_of_the_crontab() {
        check(
            job(
                "/usr/bin/rsync -a /a /b-$(date +%F)",
                &["MAILTO=ops", "A=b c"],
            ),
            r#"
            services.cron.mailto = "ops";
            services.cron.enable = true;
            services.cron.systemCronJobs += "5 3 * * * root export A='b c'; ${pkgs.rsync}/bin/rsync -a /a /b-$(date +\\%F)";
            assumed: `/usr/bin/rsync` is taken from `pkgs.rsync`
            "#,
        );
    }

    #[test]
    fn a_line_that_cannot_run_is_not_written() {
        check(
            job("/usr/bin/f2b > /var/log/x", &[]),
            "manual: the job runs `/usr/bin/f2b > /var/log/x`, and NixOS has no `/usr/bin/f2b`",
        );
        let link = Resource::Link(Link {
            path: "/usr/bin/f2b".into(),
            target: "/opt/f2b".into(),
        });
        check_with(
            Cron::Daemon,
            vec![link, job("/usr/bin/f2b > /var/log/x", &[])],
            r#"
            services.cron.enable = true;
            services.cron.systemCronJobs += "5 3 * * * root /opt/f2b > /var/log/x";
            manual: `/usr/bin/f2b` has no place on NixOS: programs live in the Nix store; /usr/bin has only env
            "#,
        );
    }

    #[test]
    fn bare_programs_come_from_their_packages() {
        check(
            job("certbot renew", &[]),
            r#"
            services.cron.enable = true;
            services.cron.systemCronJobs += "5 3 * * * root ${pkgs.certbot}/bin/certbot renew";
            assumed: `certbot` is taken from `pkgs.certbot`
            "#,
        );
    }

    #[test]
    fn a_secret_in_a_command_is_left() {
        check(
            job("/opt/x `y <secret: key>`", &[]),
            "manual: its command holds a secret (key), which must not reach the store",
        );
    }
}
