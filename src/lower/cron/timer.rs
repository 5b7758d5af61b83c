//! A job of cron as a service with `startAt`, one that runs at the start of the machine as a service that this wants.
//!
//! Manuals: crontab(5), systemd.timer(5); nixos/lib/systemd-lib.nix writes a `script` with `bash -e`.
//!
//! cron gives a job its user's home as the working folder and HOME, USER, LOGNAME and SHELL: `User=` gives the latter,
//! root's too. What a job prints goes to the journal. A plain command is `ExecStart`, anything else a `script`.

use crate::account::Code;
use crate::lower::commands;
use crate::lower::machine;
use crate::lower::paths;
use crate::lower::program;
use crate::lower::secret;
use crate::lower::statement::{Left, Lowered, Statement};
use crate::lower::step;
use crate::model::{Command, CronJob, Family, Machine, Step};
use crate::nix::Expr;
use crate::plan::{OptionPath, Secret};
use crate::rules;
use crate::syntax::cron_schedule::{self, Schedule};
use crate::syntax::shell::{self, Script, Simple};

/// What every program is found in, by the folder that holds `bin`.
const SYSTEM: &str = "/run/current-system/sw";

pub(super) fn lower(job: &CronJob, machine: &Machine) -> Lowered {
    let schedule = match cron_schedule::read(&job.schedule) {
        Ok(schedule) => schedule,
        Err(why) => {
            return Lowered::manual_with_cure(
                Code::CannotState,
                format!("the time `{}` cannot be read: {why}", job.schedule),
                "Say by startAt of the service when it runs (man systemd.time).",
            );
        }
    };
    let used_by = format!("the job `{}` of cron", job.name);
    let Some(readable) = secret::readable(&job.command, &used_by, Some(&job.user)) else {
        return super::refused(job);
    };
    let text = program::follow(&readable.script, machine).trim().to_owned();
    if let Some(path) = program::splice(&text).broken() {
        return Lowered::manual_with_cure(
            Code::PackageUnknown,
            format!("the job runs `{text}`, and NixOS has no `{path}`"),
            "Find what brings it at https://search.nixos.org/packages, and write the service with ${pkgs.name}/bin/...",
        );
    }
    let unit = unit_name(job, machine);
    let base = OptionPath::new(["systemd", "services", &unit]);
    let mut statement = Statement::default();
    for it in readable.secrets {
        statement.assume(format!("`{}` holds the secret of the command", it.path));
        let units = vec![format!("{unit}.service")];
        statement.secrets.push(Secret { units, ..it });
    }
    let read = shell::read(&text).ok();
    let simple = read.as_ref().and_then(plain_command);
    let words = simple.map(|it| it.words.iter().filter_map(|word| word.plain.clone()));
    let command = match words {
        Some(words) => Command::Words(words.map(Into::into).collect()),
        None => Command::Script {
            shell: "/bin/sh".to_owned(),
            text: script(&text, read.as_ref()).into(),
        },
    };
    let variables = job.environment.iter().filter_map(|it| it.split_once('='));
    let variables: Vec<(&str, &str)> = variables
        .map(|(name, value)| (name, value.trim_matches('"')))
        .collect();
    let step = Step {
        name: job.name.clone(),
        command,
        user: Some(job.user.clone()),
        directory: None,
        environment: variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).into()))
            .collect(),
        creates: None,
        removes: None,
        after: Vec::new(),
    };
    if let Some(left) = step::problem(&step, machine) {
        return Lowered::Manual(left);
    }
    if step::slug(&job.name) != job.name && !job.name.trim().is_empty() {
        statement.set(base.child("description"), Expr::str(job.name.trim()));
    }
    let zone = zone(job, machine.family);
    when((&schedule, zone), job, &base, &unit, &mut statement);
    for (name, value) in variables {
        variable(name, value, &base, &mut statement);
    }
    let config = base.child("serviceConfig");
    statement.set(config.child("User"), Expr::str(&job.user));
    if let Some(claim) = paths::user_claim(machine, &job.user) {
        statement.assume(claim);
    }
    if read.as_ref().is_none_or(looks_around) {
        statement.set(config.child("WorkingDirectory"), Expr::str("~"));
    }
    step::run(&step, machine, &base, &mut statement);
    if let Some(program) = own_program(&step, machine) {
        let path = base.child("path");
        let is_there =
            |it: &crate::lower::statement::Wanted| it.path == path && it.expr == Expr::str(SYSTEM);
        if !statement.definitions.iter().any(is_there) {
            statement.add(path.clone(), Expr::str(SYSTEM));
        }
        statement.assume(format!(
            "the programs that `{program}` calls are among the system's packages"
        ));
    }
    statement.besides = Some(format!("cron: {}", job.schedule));
    Lowered::Stated(statement)
}

/// States when the job runs.
fn when(
    (schedule, zone): (&Schedule, Option<&str>),
    job: &CronJob,
    base: &OptionPath,
    unit: &str,
    statement: &mut Statement,
) {
    let config = base.child("serviceConfig");
    match schedule {
        // A start of the machine need not wait for it, and a switch is no start.
        Schedule::Boot => {
            statement.add(base.child("wantedBy"), Expr::str("multi-user.target"));
            statement.set(config.child("RemainAfterExit"), Expr::Bool(true));
        }
        Schedule::Calendar(events) => {
            let zone = zone.map(|it| format!(" {it}"));
            let events: Vec<String> = events
                .iter()
                .map(|it| format!("{it}{}", zone.as_deref().unwrap_or_default()))
                .collect();
            let at = match events.as_slice() {
                [only] => Expr::str(only),
                all => Expr::strs(all.iter().map(String::as_str)),
            };
            statement.set(base.child("startAt"), at);
            if job.catches_up {
                let timer = OptionPath::new(["systemd", "timers", unit, "timerConfig"]);
                statement.set(timer.child("Persistent"), Expr::Bool(true));
            }
            statement.set(config.child("Type"), Expr::str("oneshot"));
        }
    }
}

/// crontab(5) of cronie, which is not that of Debian: CRON_TZ is where the time of a job is what it says.
fn zone(job: &CronJob, family: Family) -> Option<&str> {
    let said = job.environment.iter().rev();
    let zone = said.filter_map(|it| it.strip_prefix("CRON_TZ=")).next()?;
    let is_zone = |it: &&str| {
        !it.is_empty()
            && it
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "/_+-".contains(c))
    };
    (family != Family::Debian)
        .then(|| zone.trim_matches('"'))
        .filter(is_zone)
}

/// States a variable of the crontab.
fn variable(name: &str, value: &str, base: &OptionPath, statement: &mut Statement) {
    match name {
        "MAILTO" | "MAILFROM" if value.is_empty() => {}
        "MAILFROM" | "CONTENT_TYPE" | "CONTENT_TRANSFER_ENCODING" | "LOGNAME" => {}
        "MAILTO" => statement.assume(format!(
            "what it prints is in the journal, and is not mailed to `{value}`"
        )),
        "SHELL" if super::is_usual_shell(value) => {}
        "SHELL" => statement.left.push(Left::new(
            Code::CannotState,
            format!("units of NixOS run scripts with bash, and the job asks for `SHELL={value}`"),
        )),
        "PATH" => path(value, base, statement),
        _ => {
            let value = program::splice(&value.replace('%', "%%")).told(statement);
            statement.set(base.child("environment").child(name), value);
        }
    }
}

/// States a search path: what lies in the folders of the system comes from the packages.
fn path(value: &str, base: &OptionPath, statement: &mut Statement) {
    for folder in value.split(':') {
        let of_system = matches!(
            folder,
            "/bin" | "/sbin" | "/usr/bin" | "/usr/sbin" | "/snap/bin" | ""
        );
        let above = folder.strip_suffix("/bin").filter(|it| it.starts_with('/'));
        if let Some(above) = above.filter(|_| !of_system) {
            statement.add(base.child("path"), Expr::str(above));
        }
    }
    statement.add(base.child("path"), Expr::str(SYSTEM));
    statement.assume("the programs of its PATH are in the system's packages");
}

/// Returns the one command that a line is nothing but.
fn plain_command(script: &Script) -> Option<&Simple> {
    let [list] = script.lists.as_slice() else {
        return None;
    };
    let [shell::Command::Simple(simple)] = list.first.commands.as_slice() else {
        return None;
    };
    let is_alone = list.rest.is_empty() && !list.background && !list.first.negated;
    let is_bare = simple.assignments.is_empty() && simple.redirections.is_empty();
    let first = simple.words.first()?.plain.as_deref()?;
    let is_program = first.starts_with('/') || commands::is_program(first);
    let is_plain = simple.words.iter().all(|it| it.plain.is_some());
    (is_alone && is_bare && is_program && is_plain).then_some(simple)
}

/// The text of a line for a shell that NixOS starts with `-e`, and whose unit ends what it leaves behind.
fn script(text: &str, read: Option<&Script>) -> String {
    let is_one = read.is_some_and(|script| {
        let pipelines = script.lists.iter().flat_map(|list| {
            let others = list.rest.iter().map(|(_, pipeline)| pipeline);
            std::iter::once(&list.first).chain(others)
        });
        let mut commands = pipelines.flat_map(|it| &it.commands);
        script.lists.len() == 1 && commands.all(|it| matches!(it, shell::Command::Simple(_)))
    });
    let waits = read.is_some_and(|it| it.lists.iter().any(|list| list.background));
    let head = if is_one { "" } else { "set +e\n" };
    let tail = if waits { "\nwait" } else { "" };
    format!("{head}{text}{tail}")
}

/// Tells whether a line names files by where it runs.
fn looks_around(script: &Script) -> bool {
    let Some(commands) = script.simple_commands() else {
        return false;
    };
    let is_relative = |word: &str| {
        let is_path = word == "."
            || word.starts_with("./")
            || word.starts_with("../")
            || word.contains('/') && word.starts_with(|c: char| c.is_ascii_alphanumeric());
        is_path && !word.contains([':', '=', '@', ','])
    };
    let first = commands.first().and_then(|it| it.words.first());
    if first.is_some_and(|it| it.raw == "cd") {
        return false;
    }
    commands.iter().any(|it| {
        let outputs = it.redirections.iter().filter(|it| it.kind.writes());
        let is_here = |word: &str| !word.starts_with(['/', '$', '"', '\'', '~', '&']);
        it.words.iter().any(|word| is_relative(&word.raw))
            || outputs.map(|it| it.target.raw.as_str()).any(is_here)
    })
}

/// Returns the program that a job runs by its path, where no package has it: nobody knows what that calls.
fn own_program(step: &Step, machine: &Machine) -> Option<String> {
    let runs = step::runs::of(step);
    let mut all = runs.commands.iter().filter_map(|it| it.script());
    let is_own = |path: &&str| {
        let name = path.rsplit('/').next().unwrap_or(path);
        let is_known = matches!(
            path.rsplit_once('/').map(|it| it.0),
            Some("/bin" | "/sbin" | "/usr/bin" | "/usr/sbin")
        ) && program::package_of(name).is_some();
        !is_known && (!is_shells(name) || machine::files(machine).any(|it| it.path == **path))
    };
    all.find(is_own).map(str::to_owned)
}

fn is_shells(name: &str) -> bool {
    commands::is_shell(name)
}

/// The unit of a job: by its name, so that no unit of the machine or of NixOS has it.
fn unit_name(job: &CronJob, machine: &Machine) -> String {
    let name = bare_name(job, machine);
    let earlier = machine::cron_jobs(machine)
        .take_while(|it| *it != job)
        .filter(|it| bare_name(it, machine) == name)
        .count();
    if earlier == 0 {
        name
    } else {
        format!("{name}-{}", earlier + 1)
    }
}

fn bare_name(job: &CronJob, machine: &Machine) -> String {
    let mut name = step::slug(&job.name);
    if name.is_empty() {
        let command = job.command.plain().unwrap_or_default();
        let first = commands::commands_of(command).into_iter().next();
        let first = first.unwrap_or_default();
        name = step::slug(first.rsplit('/').next().unwrap_or(first));
    }
    let is_unit = machine::units(machine).any(|it| {
        it.name
            .rsplit_once('.')
            .is_some_and(|(stem, _)| stem == name)
    });
    let is_service = || rules::service(&name, machine.family).is_some();
    if name.is_empty() {
        "cron-job".to_owned()
    } else if is_unit || is_service() {
        format!("{name}-cron")
    } else {
        name
    }
}

#[cfg(test)]
mod tests {
    use crate::lower::tests::{check, check_all, file, text};
    use crate::model::{CronJob, Family, Resource};

    fn job(name: &str, schedule: &str, command: &str, environment: &[&str]) -> Resource {
        Resource::CronJob(CronJob {
            name: name.into(),
            schedule: schedule.into(),
            user: "root".into(),
            command: text(command),
            environment: environment.iter().map(|&it| it.to_owned()).collect(),
            catches_up: false,
        })
    }

    #[test]
    fn a_plain_command_is_what_the_unit_starts() {
        check(
            job("sync", "5 3 * * 1-5", "/usr/bin/rsync -a '/a b' /c%", &[]),
            r#"
            systemd.services.sync.startAt = "Mon..Fri *-*-* 03:05:00";
            systemd.services.sync.serviceConfig.Type = "oneshot";
            systemd.services.sync.serviceConfig.User = "root";
            systemd.services.sync.serviceConfig.ExecStart = "${pkgs.rsync}/bin/rsync -a \"/a b\" /c%%";
            assumed: `/usr/bin/rsync` is taken from `pkgs.rsync`
            "#,
        );
    }

    #[test]
    fn a_line_of_the_shell_is_a_script() {
        check(
            job(
                "Nightly dump",
                "0 4 13 * 5",
                "cd /srv/shop && git fetch > /dev/null 2>&1; jq . x.json",
                &["MAILTO=ops", "A=b 5%"],
            ),
            r#"
            systemd.services.nightly-dump.description = "Nightly dump";
            systemd.services.nightly-dump.startAt = [ "*-*-13 04:00:00" "Fri *-*-* 04:00:00" ];
            systemd.services.nightly-dump.serviceConfig.Type = "oneshot";
            systemd.services.nightly-dump.environment.A = "b 5%%";
            systemd.services.nightly-dump.serviceConfig.User = "root";
            systemd.services.nightly-dump.path += pkgs.git;
            systemd.services.nightly-dump.path += pkgs.jq;
            systemd.services.nightly-dump.script = ''
              set +e
              cd /srv/shop && git fetch > /dev/null 2>&1; jq . x.json
            '';
            assumed: what it prints is in the journal, and is not mailed to `ops`
            "#,
        );
    }

    #[test]
    fn a_time_of_another_zone_says_so() {
        let job = |zone: &str| CronJob {
            name: "x".into(),
            schedule: "5 8 * * *".into(),
            user: "root".into(),
            command: text("x"),
            environment: vec![format!("CRON_TZ={zone}")],
            catches_up: false,
        };
        let zone = |zone: &str, family| super::zone(&job(zone), family).map(str::to_owned);
        assert_eq!(
            zone("Europe/Berlin", Family::Rhel).as_deref(),
            Some("Europe/Berlin")
        );
        assert_eq!(zone("a b", Family::Rhel), None);
        assert_eq!(zone("UTC", Family::Debian), None);
    }

    #[test]
    fn a_job_at_the_start_is_a_service_that_stays() {
        check(
            job("tunnel", "@reboot", "/opt/tunnel/run &", &["MAILTO="]),
            r#"
            systemd.services.tunnel.wantedBy += "multi-user.target";
            systemd.services.tunnel.serviceConfig.RemainAfterExit = true;
            systemd.services.tunnel.serviceConfig.User = "root";
            systemd.services.tunnel.script = ''
              /opt/tunnel/run &
              wait
            '';
            systemd.services.tunnel.path += "/run/current-system/sw";
            assumed: the programs that `/opt/tunnel/run` calls are among the system's packages
            "#,
        );
    }

    #[test]
    fn jobs_have_names_of_their_own() {
        let one = || job("nginx", "@daily", "/usr/bin/touch ./x", &[]);
        let other = job("nginx!", "@daily", "/usr/bin/touch /y", &[]);
        check_all(
            vec![one(), other],
            r#"
            systemd.services.nginx-cron.startAt = "daily";
            systemd.services.nginx-cron.serviceConfig.Type = "oneshot";
            systemd.services.nginx-cron.serviceConfig.User = "root";
            systemd.services.nginx-cron.serviceConfig.WorkingDirectory = "~";
            systemd.services.nginx-cron.serviceConfig.ExecStart = "${pkgs.coreutils}/bin/touch ./x";
            systemd.services.nginx-cron-2.description = "nginx!";
            systemd.services.nginx-cron-2.startAt = "daily";
            systemd.services.nginx-cron-2.serviceConfig.Type = "oneshot";
            systemd.services.nginx-cron-2.serviceConfig.User = "root";
            systemd.services.nginx-cron-2.serviceConfig.ExecStart = "${pkgs.coreutils}/bin/touch /y";
            "#,
        );
    }

    #[test]
    fn what_cannot_run_is_left() {
        check(
            job("x", "5 3 * * *", "/usr/bin/f2b > /var/log/x", &[]),
            "manual: the job runs `/usr/bin/f2b > /var/log/x`, and NixOS has no `/usr/bin/f2b`",
        );
        check(
            job("x", "5 3 * * *", "apt-get -y upgrade", &[]),
            "manual: `apt-get` has no work on NixOS: NixOS takes its packages from environment.systemPackages and its modules",
        );
        check(
            job("x", "5/2 3 * * *", "/opt/x", &[]),
            "manual: the time `5/2 3 * * *` cannot be read: `5/2` is no minute of cron",
        );
        check(
            job("x", "5 3 * * *", "/opt/x `y <secret: key>`", &[]),
            "manual: its command holds a secret (key), which must not reach the store",
        );
    }

    #[test]
    fn a_secret_is_read_when_the_job_runs() {
        check_all(
            vec![
                file("/usr/local/bin/push", "#!/bin/sh\ncurl x\n"),
                job(
                    "push",
                    "@hourly",
                    "/usr/local/bin/push -t <secret: token>",
                    &[],
                ),
            ],
            r#"
            systemd.tmpfiles.rules += "f+ /usr/local/bin/push - - - - ${lib.strings.escapeC [ "\t" "\n" "\r" " " "\\" ] ''
            #!/bin/sh
            curl x
            ''}";
            systemd.services.push.startAt = "hourly";
            systemd.services.push.serviceConfig.Type = "oneshot";
            systemd.services.push.serviceConfig.User = "root";
            systemd.services.push.path += "/usr/local";
            systemd.services.push.path += "/run/current-system/sw";
            systemd.services.push.script = ''
            /usr/local/bin/push -t "$(cat /run/secrets/token)"
            '';
            /run/secrets/token: <secret: token>
            assumed: `/run/secrets/token` holds the secret of the command; the programs that `/usr/local/bin/push` calls are among the system's packages
            "#,
        );
    }
}
