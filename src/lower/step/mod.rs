//! `Step`: a command that is kept, as a oneshot unit.
//!
//! Steps of one part run in the order of the source, and only while their conditions hold (`once`). A unit that is
//! `active (exited)` is not started again by a switch.

mod clone;
mod needs;
mod once;
mod problem;
pub(super) mod runs;
pub(super) mod swap;

use super::commands;
use super::fetched;
use super::machine;
use super::paths;
use super::program;
use super::secret;
use super::statement::{Lowered, Statement};
use super::unit_name;
use crate::model::{Command, Entry, HoleKind, Machine, Part, Step, Text};
use crate::nix::{Expr, StrPart};
use crate::plan::{OptionPath, Secret};
use crate::syntax::systemd_words::quote_literally;
use problem::local_folder;
pub(super) use problem::problem;
use runs::Runs;

pub(super) fn lower(step: &Step, entry: &Entry, machine: &Machine) -> Lowered {
    if let Some(lowered) = swap::lower(step, machine) {
        return lowered;
    }
    if let Some(lowered) = fetched::lower_step(step, entry, machine) {
        return lowered;
    }
    let (entry, step) = first_alike(step, entry, machine);
    let mut statement = Statement::default();
    let unit = unit_name(step, entry, machine);
    let step = &without_secrets(step, &unit, &mut statement);
    let fitted = clone::fitted(step, machine);
    let step = fitted.as_ref().map_or(step, |it| &it.step);
    if let Some(left) = problem(step, machine) {
        return Lowered::Manual(left);
    }
    let base = OptionPath::new(["systemd", "services", &unit]);
    let title = step.name.lines().next().unwrap_or_default().trim();
    if !title.is_empty() {
        statement.set(base.child("description"), Expr::str(title));
    }
    statement.add(base.child("wantedBy"), Expr::str("multi-user.target"));
    if let Some(unit) = previous(entry, machine) {
        statement.add(base.child("after"), Expr::str(unit));
    }
    let services = started(step, machine);
    let runs = runs::of(step);
    needs::state(step, &runs, &services, machine, &base, &mut statement);
    for (name, value) in &step.environment {
        if name != "PATH" {
            let value = program::splice(value.plain().unwrap_or_default()).told(&mut statement);
            statement.set(base.child("environment").child(name), value);
        }
    }
    let config = base.child("serviceConfig");
    let file = variables_file(&unit);
    if statement.secrets.iter().any(|it| it.path == file) {
        statement.set(config.child("EnvironmentFile"), Expr::str(file));
    }
    statement.set(config.child("Type"), Expr::str("oneshot"));
    statement.set(config.child("RemainAfterExit"), Expr::Bool(true));
    if let Some(user) = step.user.as_deref().filter(|it| *it != "root") {
        statement.set(config.child("User"), Expr::str(user));
        if let Some(claim) = paths::user_claim(machine, user) {
            statement.assume(claim);
        }
    }
    if let Some(directory) = &step.directory {
        statement.set(config.child("WorkingDirectory"), Expr::str(directory));
    }
    command(step, &runs, machine, &base, &mut statement);
    if !statement.left.is_empty() {
        // What is known not to work is not run at each boot beside the comment that says so.
        return Lowered::Manual(statement.left.swap_remove(0));
    }
    if let Some(folder) = fitted.as_ref().and_then(|it| it.folder.as_deref()) {
        let mut parts = program::splice("+/usr/bin/systemd-tmpfiles").parts_told(&mut statement);
        let rest = format!(" --create --prefix={}", quote_literally(folder));
        parts.push(StrPart::Literal(rest));
        statement.set(
            config.child("ExecStartPost"),
            Expr::Str(program::joined(parts)),
        );
    }
    let when = once::state(step, &unit, &base, &mut statement);
    statement.runtime = Some(format!(
        "a command cannot be stated as configuration; {when}"
    ));
    Lowered::Stated(statement)
}

/// Returns a step that reads its secrets when it runs: those of its command by the shell, those of its variables from a
/// file. What cannot be read so stays as it is.
fn without_secrets(step: &Step, unit: &str, statement: &mut Statement) -> Step {
    let mut step = step.clone();
    let is_secret = |text: &Text| {
        let hole = text.worst_hole();
        hole.is_some_and(|hole| hole.kind == HoleKind::Secret)
    };
    let used_by = format!("the unit `{unit}`");
    let script = match &step.command {
        Command::Words(words) if words.iter().any(is_secret) => {
            Some(("/bin/sh".to_owned(), secret::script_of(words)))
        }
        Command::Script { shell, text } if is_secret(text) => Some((shell.clone(), text.clone())),
        Command::Words(_) | Command::Script { .. } => None,
    };
    if let Some((shell, text)) = script
        && let Some(readable) = secret::readable(&text, &used_by, step.user.as_deref())
    {
        let units = vec![format!("{unit}.service")];
        for it in readable.secrets {
            statement.assume(format!("`{}` holds the secret of the command", it.path));
            let units = units.clone();
            statement.secrets.push(Secret { units, ..it });
        }
        let text = Text::from(readable.script);
        step.command = Command::Script { shell, text };
    }
    let (secrets, others): (Vec<_>, Vec<_>) = step
        .environment
        .drain(..)
        .partition(|(_, value)| is_secret(value) && value.lines().len() == 1);
    step.environment = others;
    let lines: Vec<Text> = secrets
        .iter()
        .map(|(name, value)| secret::variable(name, value))
        .collect();
    if !lines.is_empty() {
        let path = variables_file(unit);
        statement.assume(format!("its secret variables are put into `{path}`"));
        statement.secrets.push(Secret {
            units: vec![format!("{unit}.service")],
            ..secret::secret(&path, &secret::variables(&lines), used_by)
        });
    }
    step
}

fn variables_file(unit: &str) -> String {
    format!("/run/secrets/{unit}.env")
}

/// Returns the names of the programs that a step runs: the first word, or the first words of a script's commands.
fn programs(step: &Step) -> Vec<String> {
    let found: Vec<&str> = match &step.command {
        Command::Words(words) => words.first().and_then(Text::plain).into_iter().collect(),
        Command::Script { text, .. } => {
            let text = text.plain().unwrap_or_default();
            let mut found = commands::commands_of(text);
            found.extend(runs::spawned(text));
            found
        }
    };
    let mut names = Vec::new();
    for name in found {
        let name = name.rsplit('/').next().unwrap_or(name).to_owned();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// Returns the first step that does the same under the same name: what two plays ask for is one unit.
fn first_alike<'a>(
    step: &'a Step,
    entry: &'a Entry,
    machine: &'a Machine,
) -> (&'a Entry, &'a Step) {
    machine::steps(machine)
        .find(|(it, other)| it.part == entry.part && is_alike(other, step))
        .unwrap_or((entry, step))
}

fn is_alike(one: &Step, other: &Step) -> bool {
    one.name == other.name
        && one.command == other.command
        && one.user == other.user
        && one.directory == other.directory
        && one.environment == other.environment
        && one.creates == other.creates
        && one.removes == other.removes
}

fn unit_name(step: &Step, entry: &Entry, machine: &Machine) -> String {
    let (entry, step) = first_alike(step, entry, machine);
    let name = bare_name(step, entry);
    let mut earlier: Vec<&Step> = Vec::new();
    for (_, other) in machine::steps(machine)
        .take_while(|(it, _)| !std::ptr::eq(*it, entry))
        // The names of two parts begin differently.
        .filter(|(it, other)| it.part == entry.part && bare_name(other, it) == name)
    {
        if !earlier.iter().any(|it| is_alike(it, other)) {
            earlier.push(other);
        }
    }
    if earlier.is_empty() {
        name
    } else {
        format!("{name}-{}", earlier.len() + 1)
    }
}

fn bare_name(step: &Step, entry: &Entry) -> String {
    let part = match &entry.part {
        Part::Role(name) | Part::Service(name) => slug(name),
        Part::Machine | Part::Host => "setup".to_owned(),
    };
    match slug(&step.name).as_str() {
        "" => format!("{part}-step"),
        name if name.starts_with(&format!("{part}-")) => name.to_owned(),
        name => format!("{part}-{name}"),
    }
}

pub(super) fn slug(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if c.is_ascii_alphanumeric() {
            out.push(c.to_ascii_lowercase());
        } else if !out.ends_with('-') && !out.is_empty() {
            out.push('-');
        }
    }
    // Longer names make bad file names; the description has it all.
    let cut = out.get(..60).unwrap_or(&out);
    cut.trim_end_matches('-').to_owned()
}

/// Returns the units of the services that the source had started before.
fn started(step: &Step, machine: &Machine) -> Vec<String> {
    let names = step.after.iter().map(|name| {
        let has_suffix = name.rsplit_once('.').is_some_and(|(_, suffix)| {
            matches!(
                suffix,
                "service" | "socket" | "timer" | "target" | "mount" | "path"
            )
        });
        if has_suffix {
            name.clone()
        } else {
            format!("{}.service", unit_name::service_name(name, machine))
        }
    });
    names.collect()
}

/// Returns the unit of the step before it.
fn previous(entry: &Entry, machine: &Machine) -> Option<String> {
    let mut earlier: Vec<(&Entry, &Step)> = Vec::new();
    for (it, other) in machine::steps(machine)
        .take_while(|(it, _)| !std::ptr::eq(*it, entry))
        .filter(|(it, _)| it.part == entry.part)
    {
        if !earlier.iter().any(|(_, known)| is_alike(known, other)) {
            earlier.push((it, other));
        }
    }
    let (found, step) = earlier.into_iter().rev().find(|(it, other)| {
        let kept = without_secrets(other, "", &mut Statement::default());
        swap::lower(other, machine).is_none()
            && fetched::lower_step(other, it, machine).is_none()
            && problem(&kept, machine).is_none()
    })?;
    Some(format!("{}.service", unit_name(step, found, machine)))
}

/// States what a job of cron runs, and the packages of that.
pub(super) fn run(step: &Step, machine: &Machine, base: &OptionPath, statement: &mut Statement) {
    let runs = runs::of(step);
    needs::packages(&runs, base, statement);
    command(step, &runs, machine, base, statement);
}

fn command(
    step: &Step,
    runs: &Runs,
    machine: &Machine,
    base: &OptionPath,
    statement: &mut Statement,
) {
    match &step.command {
        Command::Words(words) => {
            let words: Vec<&str> = words.iter().filter_map(Text::plain).collect();
            let [program, arguments @ ..] = words.as_slice() else {
                return;
            };
            let mut parts = program_path(program, step, machine, statement);
            for argument in arguments {
                parts.push(StrPart::Literal(" ".to_owned()));
                parts.extend(program::splice(&quote_literally(argument)).parts_told(statement));
            }
            let path = base.child("serviceConfig").child("ExecStart");
            statement.set(path, Expr::Str(program::joined(parts)));
        }
        Command::Script { text, .. } => {
            let mut script = text.plain().unwrap_or_default().trim_end().to_owned();
            script.push('\n');
            let script = program::splice(&script).told(statement);
            script_path(step, runs, machine, base, statement);
            statement.set(base.child("script"), script);
        }
    }
}

/// systemd asks for an absolute path: of a package, of the step's folder, or of the machine's own programs.
fn program_path(
    program: &str,
    step: &Step,
    machine: &Machine,
    statement: &mut Statement,
) -> Vec<StrPart> {
    if program.starts_with('/') {
        return program::splice(&quote_literally(program)).parts_told(statement);
    }
    let folder = if program == "sh" {
        Some("/bin")
    } else if program.contains('/') {
        step.directory.as_deref()
    } else if let Some(package) = program::likely_package_of(program) {
        program::take(program, &package, statement);
        return program::program_parts(program, &package);
    } else {
        local_folder(program, machine)
    };
    let folder = folder.unwrap_or_else(|| {
        statement.assume(format!("`{program}` is among the system's packages"));
        "/run/current-system/sw/bin"
    });
    let name = program.trim_start_matches("./");
    let whole = format!("{}/{name}", folder.trim_end_matches('/'));
    vec![StrPart::Literal(quote_literally(&whole))]
}

/// Gives a script the packages of the programs that it names; the machine's own and the system's stand behind them.
fn script_path(
    step: &Step,
    runs: &Runs,
    machine: &Machine,
    base: &OptionPath,
    statement: &mut Statement,
) {
    let mut rest = Vec::new();
    let mut added: Vec<String> = Vec::new();
    let mut add = |package: &str| {
        let is_there = commands::DEFAULT_PATH.contains(&package);
        if !is_there && !added.iter().any(|it| it == package) {
            added.push(package.to_owned());
        }
    };
    for name in programs(step) {
        if let Some(package) = program::package_of(&name) {
            add(package);
        } else if local_folder(&name, machine).is_some() {
            add("/usr/local");
        } else if runs.is_whole
            && let Some(package) = program::likely_package_of(&name)
        {
            program::take(&name, &package, statement);
            add(&package);
        } else if commands::is_program(&name) && name != "sh" && !runs.is_whole {
            rest.push(format!("`{name}`"));
        }
    }
    if !rest.is_empty() {
        statement.assume(format!(
            "{} can be found among the system's packages",
            rest.join(", ")
        ));
        add("/run/current-system/sw");
    }
    for package in added {
        let expr = program::package_expr(&package).unwrap_or_else(|| Expr::str(&package));
        statement.add(base.child("path"), expr);
    }
}

#[cfg(test)]
pub(super) mod tests {

    use crate::lower::tests::{check, check_all, text};
    use crate::model::{Command, Family, Package, Resource, Step};

    pub(in crate::lower) fn step(name: &str, command: Command) -> Step {
        Step {
            name: name.into(),
            command,
            user: None,
            directory: None,
            environment: Vec::new(),
            creates: None,
            removes: None,
            after: Vec::new(),
        }
    }

    pub(in crate::lower) fn words(words: &[&str]) -> Command {
        Command::Words(words.iter().map(|it| text(it)).collect())
    }

    #[test]
    fn commands_are_oneshots_in_order() {
        let first = Step {
            user: Some("root".into()),
            creates: Some("/srv/.schema".into()),
            after: vec!["shop".into()],
            ..step("Create schema", words(&["/srv/bin/migrate", "--init 100%"]))
        };
        let second = step("Create schema", words(&["openssl", "version"]));
        check_all(
            vec![Resource::Step(first), Resource::Step(second)],
            r#"
            systemd.services.shop-create-schema.description = "Create schema";
            systemd.services.shop-create-schema.wantedBy += "multi-user.target";
            systemd.services.shop-create-schema.serviceConfig.Type = "oneshot";
            systemd.services.shop-create-schema.serviceConfig.RemainAfterExit = true;
            systemd.services.shop-create-schema.serviceConfig.ExecStart = "/srv/bin/migrate \"--init 100%%\"";
            systemd.services.shop-create-schema.unitConfig.ConditionPathExists = "!/srv/.schema";
            systemd.services.shop-create-schema-2.description = "Create schema";
            systemd.services.shop-create-schema-2.wantedBy += "multi-user.target";
            systemd.services.shop-create-schema-2.after += "shop-create-schema.service";
            systemd.services.shop-create-schema-2.serviceConfig.Type = "oneshot";
            systemd.services.shop-create-schema-2.serviceConfig.RemainAfterExit = true;
            systemd.services.shop-create-schema-2.serviceConfig.ExecStart = "${pkgs.openssl}/bin/openssl version";
            systemd.services.shop-create-schema-2.unitConfig.ConditionPathExists = "!/var/lib/ops2nix/steps/shop-create-schema-2";
            systemd.services.shop-create-schema-2.serviceConfig.ExecStartPost = "+${pkgs.coreutils}/bin/install -D /dev/null /var/lib/ops2nix/steps/shop-create-schema-2";
            runtime: a command cannot be stated as configuration; it runs while /srv/.schema does not exist
            runtime: a command cannot be stated as configuration; it runs once, which `/var/lib/ops2nix/steps/shop-create-schema-2` marks
            "#,
        );
    }

    #[test]
    fn what_is_asked_for_twice_is_one_unit() {
        let step = Step {
            creates: Some("/srv/.schema".into()),
            ..step("Create schema", words(&["/srv/bin/migrate"]))
        };
        check_all(
            vec![Resource::Step(step.clone()), Resource::Step(step)],
            r#"
            systemd.services.shop-create-schema.description = "Create schema";
            systemd.services.shop-create-schema.wantedBy += "multi-user.target";
            systemd.services.shop-create-schema.serviceConfig.Type = "oneshot";
            systemd.services.shop-create-schema.serviceConfig.RemainAfterExit = true;
            systemd.services.shop-create-schema.serviceConfig.ExecStart = "/srv/bin/migrate";
            systemd.services.shop-create-schema.unitConfig.ConditionPathExists = "!/srv/.schema";
            runtime: a command cannot be stated as configuration; it runs while /srv/.schema does not exist
            runtime: a command cannot be stated as configuration; it runs while /srv/.schema does not exist
            "#,
        );
    }

    #[test]
    fn a_client_waits_for_its_service() {
        let docker = Resource::Package(Package {
            name: "docker-ce".into(),
            family: Family::Debian,
            version: None,
        });
        let step = Step {
            after: vec!["sshd".into(), "shop".into()],
            user: Some("shop".into()),
            ..step("x", words(&["docker", "exec", "shop", "setup"]))
        };
        check_all(
            vec![docker, Resource::Step(step)],
            r#"
            virtualisation.docker.enable = true;
            systemd.services.shop-x.description = "x";
            systemd.services.shop-x.wantedBy += "multi-user.target";
            systemd.services.shop-x.after += "docker.service";
            systemd.services.shop-x.after += "shop.service";
            systemd.services.shop-x.after += "network-online.target";
            systemd.services.shop-x.requires += "docker.service";
            systemd.services.shop-x.wants += "network-online.target";
            systemd.services.shop-x.serviceConfig.Type = "oneshot";
            systemd.services.shop-x.serviceConfig.RemainAfterExit = true;
            systemd.services.shop-x.serviceConfig.User = "shop";
            systemd.services.shop-x.serviceConfig.ExecStart = "${pkgs.docker}/bin/docker exec shop setup";
            systemd.services.shop-x.unitConfig.ConditionPathExists = "!/var/lib/ops2nix/steps/shop-x";
            systemd.services.shop-x.serviceConfig.ExecStartPost = "+${pkgs.coreutils}/bin/install -D /dev/null /var/lib/ops2nix/steps/shop-x";
            runtime: a command cannot be stated as configuration; it runs once, which `/var/lib/ops2nix/steps/shop-x` marks
            "#,
        );
    }

    #[test]
    fn scripts_have_their_programs_in_the_path() {
        let script = Command::Script {
            shell: "/bin/sh".into(),
            text: text("cd /srv && git pull | tee log; jq . x"),
        };
        check(
            Resource::Step(step("Pull", script)),
            r#"
            systemd.services.shop-pull.description = "Pull";
            systemd.services.shop-pull.wantedBy += "multi-user.target";
            systemd.services.shop-pull.after += "network-online.target";
            systemd.services.shop-pull.wants += "network-online.target";
            systemd.services.shop-pull.environment.HOME = "/root";
            systemd.services.shop-pull.serviceConfig.Type = "oneshot";
            systemd.services.shop-pull.serviceConfig.RemainAfterExit = true;
            systemd.services.shop-pull.path += pkgs.git;
            systemd.services.shop-pull.path += pkgs.jq;
            systemd.services.shop-pull.script = ''
              cd /srv && git pull | tee log; jq . x
            '';
            systemd.services.shop-pull.unitConfig.ConditionPathExists = "!/var/lib/ops2nix/steps/shop-pull";
            systemd.services.shop-pull.serviceConfig.ExecStartPost = "+${pkgs.coreutils}/bin/install -D /dev/null /var/lib/ops2nix/steps/shop-pull";
            runtime: a command cannot be stated as configuration; it runs once, which `/var/lib/ops2nix/steps/shop-pull` marks
            "#,
        );
    }

    #[test]
    fn what_cannot_run_is_left() {
        check(
            Resource::Step(step("x", words(&["/usr/bin/apt-get", "update"]))),
            "manual: `apt-get` has no work on NixOS: NixOS takes its packages from environment.systemPackages and its modules",
        );
        check(
            Resource::Step(step("x", words(&["aideinit"]))),
            "manual: nothing here brings `aideinit`, which it runs",
        );
        let script = |text: &str| Command::Script {
            shell: "/bin/sh".into(),
            text: text.into(),
        };
        check(
            Resource::Step(step("x", script("ln -sf /usr/bin/python3 /usr/bin/python"))),
            "manual: it writes `/usr/bin/python`: programs live in the Nix store; /usr/bin has only env",
        );
        check(
            Resource::Step(step("x", script("iptables-save > /etc/x.rules"))),
            "manual: it writes `/etc/x.rules`: NixOS makes the files of /etc, as links into its store",
        );
        check(
            Resource::Step(step("x", words(&["foo", "<unknown: y>"]))),
            "manual: the command holds y, which is known only on the machine",
        );
    }
}
