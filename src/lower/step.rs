//! `Step`: a command that is kept, as a oneshot unit.
//!
//! Steps of one part run in the order of the source. A unit that is `active (exited)` is not started again by a switch,
//! so a step runs once per boot, and only while its condition holds.

use super::commands;
use super::machine;
use super::paths;
use super::program;
use super::secret;
use super::statement::{Left, Lowered, Statement};
use super::tmpfiles;
use super::unit_name;
use crate::account::Code;
use crate::model::{Command, Entry, HoleKind, Machine, Part, Step, Text};
use crate::nix::{Expr, StrPart};
use crate::plan::{OptionPath, Secret};
use crate::syntax::systemd_words::quote_literally;

/// Programs that talk to other machines as a rule.
const NETWORK: [&str; 14] = [
    "curl",
    "docker",
    "docker-compose",
    "gem",
    "git",
    "go",
    "mvn",
    "npm",
    "npx",
    "pip",
    "pip3",
    "rsync",
    "wget",
    "yarn",
];

pub(super) fn lower(step: &Step, entry: &Entry, machine: &Machine) -> Lowered {
    let mut statement = Statement::default();
    let unit = unit_name(step, entry, machine);
    let step = &without_secrets(step, &unit, &mut statement);
    if let Some(left) = problem(step) {
        return Lowered::Manual(left);
    }
    let base = OptionPath::new(["systemd", "services", &unit]);
    let title = step.name.lines().next().unwrap_or_default().trim();
    if !title.is_empty() {
        statement.set(base.child("description"), Expr::str(title));
    }
    statement.add(base.child("wantedBy"), Expr::str("multi-user.target"));
    for unit in before(step, entry, machine) {
        statement.add(base.child("after"), Expr::str(unit));
    }
    if programs(step)
        .iter()
        .any(|it| NETWORK.contains(&it.as_str()))
    {
        let online = || Expr::str("network-online.target");
        statement.add(base.child("after"), online());
        statement.add(base.child("wants"), online());
    }
    condition(step, &base, &mut statement);
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
    if let Err(left) = command(step, &base, &mut statement) {
        return Lowered::Manual(left);
    }
    statement.runtime = Some(reason(step));
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

/// Finds why a step cannot be kept.
fn problem(step: &Step) -> Option<Left> {
    let texts: Vec<&Text> = match &step.command {
        Command::Words(words) => words.iter().collect(),
        Command::Script { text, .. } => vec![text],
    };
    let values = step.environment.iter().map(|(_, value)| value);
    let hole = texts.into_iter().chain(values).find_map(Text::worst_hole);
    if let Some(hole) = hole {
        return Some(if hole.kind == HoleKind::Secret {
            Left::new(
                Code::ValueSecret,
                format!(
                    "the command holds a secret ({}), which must not reach the store",
                    hole.what
                ),
            )
            .cure("Let the command read it from a file below /run/secrets, or run it by hand.")
        } else {
            Left::new(
                Code::ValueUnknown,
                format!(
                    "the command holds {}, which is known only on the machine",
                    hole.what
                ),
            )
        });
    }
    let foreign = programs(step)
        .into_iter()
        .find_map(|it| program::foreign(&it).map(|why| (it.clone(), why)));
    foreign.map(|(name, why)| {
        Left::new(
            Code::CommandUnsafe,
            format!("`{name}` has no work on NixOS: {why}"),
        )
    })
}

/// Returns the names of the programs that a step runs: the first word, or the first words of a script's commands.
fn programs(step: &Step) -> Vec<String> {
    let found: Vec<&str> = match &step.command {
        Command::Words(words) => words.first().and_then(Text::plain).into_iter().collect(),
        Command::Script { text, .. } => commands::commands_of(text.plain().unwrap_or_default()),
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

fn unit_name(step: &Step, entry: &Entry, machine: &Machine) -> String {
    let name = bare_name(step, entry);
    let earlier = machine::steps(machine)
        .take_while(|(it, _)| !std::ptr::eq(*it, entry))
        // The names of two parts begin differently.
        .filter(|(it, other)| it.part == entry.part && bare_name(other, it) == name)
        .count();
    if earlier == 0 {
        name
    } else {
        format!("{name}-{}", earlier + 1)
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

fn slug(text: &str) -> String {
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

/// Returns the units that a step waits for: services that were started, and the step before it.
fn before(step: &Step, entry: &Entry, machine: &Machine) -> Vec<String> {
    let mut units: Vec<String> = step
        .after
        .iter()
        .map(|name| {
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
        })
        .collect();
    let earlier: Vec<(&Entry, &Step)> = machine::steps(machine)
        .take_while(|(it, _)| !std::ptr::eq(*it, entry))
        .filter(|(it, _)| it.part == entry.part)
        .collect();
    let previous = earlier.into_iter().rev().find(|(_, other)| {
        let other = without_secrets(other, "", &mut Statement::default());
        problem(&other).is_none()
    });
    units.extend(previous.map(|(it, other)| format!("{}.service", unit_name(other, it, machine))));
    units
}

fn condition(step: &Step, base: &OptionPath, statement: &mut Statement) {
    let config = base.child("unitConfig");
    let paths = [
        (step.creates.as_deref(), "!"),
        (step.removes.as_deref(), ""),
    ];
    let mut conditions: Vec<(&str, String)> = Vec::new();
    for (path, mark) in paths {
        let Some(path) = path else { continue };
        let whole = match &step.directory {
            Some(directory) if !path.starts_with('/') => {
                format!("{}/{path}", directory.trim_end_matches('/'))
            }
            _ => path.to_owned(),
        };
        let directive = if whole.contains(['*', '?', '[']) {
            "ConditionPathExistsGlob"
        } else {
            "ConditionPathExists"
        };
        conditions.push((directive, format!("{mark}{}", tmpfiles::doubled(&whole))));
    }
    for directive in ["ConditionPathExists", "ConditionPathExistsGlob"] {
        let values: Vec<&String> = conditions
            .iter()
            .filter(|(it, _)| *it == directive)
            .map(|(_, value)| value)
            .collect();
        match values.as_slice() {
            [] => {}
            [value] => statement.set(config.child(directive), Expr::str(*value)),
            values => statement.set(
                config.child(directive),
                Expr::strs(values.iter().map(|it| it.as_str())),
            ),
        }
    }
}

fn command(step: &Step, base: &OptionPath, statement: &mut Statement) -> Result<(), Left> {
    match &step.command {
        Command::Words(words) => {
            let words: Vec<&str> = words.iter().filter_map(Text::plain).collect();
            let [program, arguments @ ..] = words.as_slice() else {
                return Err(Left::new(Code::BadInput, "there is no command"));
            };
            let mut parts = program_path(program, step, statement)?;
            for argument in arguments {
                parts.push(StrPart::Literal(" ".to_owned()));
                parts.extend(program::splice(&quote_literally(argument)).parts_told(statement));
            }
            let path = base.child("serviceConfig").child("ExecStart");
            statement.set(path, Expr::Str(program::joined(parts)));
        }
        Command::Script { shell, text } => {
            let text = text.plain().unwrap_or_default();
            let name = shell.rsplit('/').next().unwrap_or(shell);
            if !matches!(name, "sh" | "bash" | "dash" | "") {
                return Err(Left::new(
                    Code::CommandUnsafe,
                    format!("the script is for `{shell}`, and units run scripts with bash"),
                ));
            }
            let mut script = text.trim_end().to_owned();
            script.push('\n');
            let script = program::splice(&script).told(statement);
            script_path(step, base, statement);
            statement.set(base.child("script"), script);
        }
    }
    Ok(())
}

/// systemd asks for an absolute path: of a package, of the step's folder, or of the system's packages.
fn program_path(
    program: &str,
    step: &Step,
    statement: &mut Statement,
) -> Result<Vec<StrPart>, Left> {
    if program.starts_with('/') {
        return Ok(program::splice(&quote_literally(program)).parts_told(statement));
    }
    if program.contains('/') {
        return match &step.directory {
            Some(directory) => {
                let name = program.trim_start_matches("./");
                let whole = format!("{}/{name}", directory.trim_end_matches('/'));
                Ok(vec![StrPart::Literal(quote_literally(&whole))])
            }
            None => Err(Left::new(
                Code::CommandUnsafe,
                format!("`{program}` is relative, and the folder is not known"),
            )),
        };
    }
    if let Some(package) = program::likely_package_of(program) {
        statement.assume(program::claim(program, &package));
        return Ok(program::program_parts(program, &package));
    }
    statement.assume(format!("`{program}` is among the system's packages"));
    let path = format!("/run/current-system/sw/bin/{program}");
    Ok(vec![StrPart::Literal(quote_literally(&path))])
}

/// Gives a script the packages of the programs that it names; the system's own stand behind them.
fn script_path(step: &Step, base: &OptionPath, statement: &mut Statement) {
    let mut rest = Vec::new();
    let mut added: Vec<&str> = Vec::new();
    for name in programs(step) {
        match program::package_of(&name) {
            Some("/run/wrappers") if !added.contains(&"/run/wrappers") => {
                added.push("/run/wrappers")
            }
            Some(package)
                if !commands::DEFAULT_PATH.contains(&package) && !added.contains(&package) =>
            {
                added.push(package)
            }
            Some(_) => {}
            None if commands::is_program(&name) => rest.push(name),
            None => {}
        }
    }
    if !rest.is_empty() {
        let names: Vec<String> = rest.iter().map(|it| format!("`{it}`")).collect();
        statement.assume(format!(
            "{} can be found among the system's packages",
            names.join(", ")
        ));
        added.push("/run/current-system/sw");
    }
    let path = base.child("path");
    for package in added {
        let expr = program::package_expr(package).unwrap_or_else(|| Expr::str(package));
        statement.add(path.clone(), expr);
    }
}

fn reason(step: &Step) -> String {
    let when = match (&step.creates, &step.removes) {
        (Some(path), _) => format!("it runs while {path} does not exist"),
        (None, Some(path)) => format!("it runs while {path} exists"),
        (None, None) => "it runs at every boot".to_owned(),
    };
    format!("a command cannot be stated as configuration; {when}")
}

#[cfg(test)]
mod tests {

    use crate::lower::tests::{check, check_all, text};
    use crate::model::{Command, Resource, Step};

    fn step(name: &str, command: Command) -> Step {
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

    fn words(words: &[&str]) -> Command {
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
            systemd.services.shop-create-schema.after += "shop.service";
            systemd.services.shop-create-schema.unitConfig.ConditionPathExists = "!/srv/.schema";
            systemd.services.shop-create-schema.serviceConfig.Type = "oneshot";
            systemd.services.shop-create-schema.serviceConfig.RemainAfterExit = true;
            systemd.services.shop-create-schema.serviceConfig.ExecStart = "/srv/bin/migrate \"--init 100%%\"";
            systemd.services.shop-create-schema-2.description = "Create schema";
            systemd.services.shop-create-schema-2.wantedBy += "multi-user.target";
            systemd.services.shop-create-schema-2.after += "shop-create-schema.service";
            systemd.services.shop-create-schema-2.serviceConfig.Type = "oneshot";
            systemd.services.shop-create-schema-2.serviceConfig.RemainAfterExit = true;
            systemd.services.shop-create-schema-2.serviceConfig.ExecStart = "${pkgs.openssl}/bin/openssl version";
            runtime: a command cannot be stated as configuration; it runs while /srv/.schema does not exist
            runtime: a command cannot be stated as configuration; it runs at every boot
            "#,
        );
    }

    #[test]
    fn scripts_have_their_programs_in_the_path() {
        let script = Command::Script {
            shell: "/bin/sh".into(),
            text: text("cd /srv && git pull | tee log; mytool x"),
        };
        check(
            Resource::Step(step("Pull", script)),
            r#"
            systemd.services.shop-pull.description = "Pull";
            systemd.services.shop-pull.wantedBy += "multi-user.target";
            systemd.services.shop-pull.after += "network-online.target";
            systemd.services.shop-pull.wants += "network-online.target";
            systemd.services.shop-pull.serviceConfig.Type = "oneshot";
            systemd.services.shop-pull.serviceConfig.RemainAfterExit = true;
            systemd.services.shop-pull.path += pkgs.git;
            systemd.services.shop-pull.path += "/run/current-system/sw";
            systemd.services.shop-pull.script = ''
              cd /srv && git pull | tee log; mytool x
            '';
            runtime: a command cannot be stated as configuration; it runs at every boot
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
            Resource::Step(step("x", words(&["foo", "<unknown: y>"]))),
            "manual: the command holds y, which is known only on the machine",
        );
    }
}
