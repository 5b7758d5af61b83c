//! A unit that runs a container by `docker run` or `podman run`, and a command that starts one: an entry of
//! `virtualisation.oci-containers.containers`, of which NixOS makes such a unit.
//!
//! What the unit does before and after is what the module does as well: fetching the image, taking away what is left of
//! the last run, stopping. Where it does anything else, it stays as it is.

use super::container;
use super::container_run::{self, Run};
use super::machine;
use super::statement::{Lowered, Statement};
use super::step_words;
use super::systemd::Base;
use super::systemd_directives::{Directive, directives};
use crate::model::{Command, Container, Machine, Restart, Step, Text, Unit};
use crate::nix::Expr;
use crate::plan::OptionPath;

/// Units that the module's own waits for, or that are there before it.
const EARLY: [&str; 9] = [
    "basic.target",
    "containerd.service",
    "docker.service",
    "docker.socket",
    "local-fs.target",
    "multi-user.target",
    "network-online.target",
    "network.target",
    "remote-fs.target",
];

/// Commands of the engine that make place for a container, or end it.
const CLEANING: [&str; 4] = ["kill", "rm", "stop", "wait"];

/// States the container that a unit runs; none where the unit is no such one.
pub(super) fn lower(unit: &Unit, machine: &Machine) -> Option<Lowered> {
    let (container, extra) = of_unit(unit, machine)?;
    Some(stated(&container, extra, machine))
}

/// Returns the name of the unit that NixOS makes in the place of one that runs a container.
pub(super) fn unit_of(unit: &Unit, machine: &Machine) -> Option<String> {
    let (container, _) = of_unit(unit, machine)?;
    Some(format!("{}.service", container::unit_name(&container)))
}

/// States the container that a command starts and leaves running; none where it does anything else.
pub(super) fn lower_step(step: &Step, machine: &Machine) -> Option<Lowered> {
    const SHELL: &str = "|&;<>$`(){}*?#~!\n";
    if step.creates.is_some() || step.removes.is_some() || step.user.as_deref() == Some("") {
        return None;
    }
    let words = match &step.command {
        Command::Words(words) => words.clone(),
        Command::Script { text, .. } => {
            let joined = text.plain()?.trim().replace("\\\n", " ");
            if joined.contains(|it| SHELL.contains(it)) {
                return None;
            }
            step_words::split(&Text::from(joined))?
        }
    };
    let Run {
        container,
        is_detached,
    } = container_run::read(&words)?;
    if !is_detached {
        return None;
    }
    let restart = container.restart.or(Some(Restart::Never));
    let container = Container {
        restart,
        ..container
    };
    Some(stated(&container, Statement::default(), machine))
}

/// States a container, and what is said of its unit besides.
pub(super) fn stated(container: &Container, extra: Statement, machine: &Machine) -> Lowered {
    let mut lowered = container::lower(container, machine);
    if let Lowered::Stated(statement) = &mut lowered {
        statement.join(extra);
    }
    lowered
}

fn of_unit(unit: &Unit, machine: &Machine) -> Option<(Container, Statement)> {
    let stem = unit.name.strip_suffix(".service")?;
    let mut others = machine::units(machine).filter(|it| it.name == unit.name && *it != unit);
    if unit.drop_in || stem.contains('@') || others.next().is_some() {
        return None;
    }
    let directives = directives(unit, machine, Base::Own);
    let start = directives
        .iter()
        .find(|it| it.section == "Service" && it.name == "ExecStart")?;
    let [start] = start.values.as_slice() else {
        return None;
    };
    let Run { mut container, .. } = container_run::read(&words(start, stem)?)?;
    container.restart = Some(Restart::Never);
    container.started = is_wanted(unit, machine);
    let mut extra = Statement::default();
    let own = OptionPath::new(["systemd", "services", &container::unit_name(&container)]);
    for it in &directives {
        state(it, stem, &own, &mut container, &mut extra)?;
    }
    if is_named(&unit.name, machine) {
        extra.add(own.child("aliases"), Expr::str(&unit.name));
    }
    Some((container, extra))
}

/// Puts a directive of the unit where it belongs; none where the module does something else.
pub(super) fn state(
    directive: &Directive,
    stem: &str,
    own: &OptionPath,
    container: &mut Container,
    extra: &mut Statement,
) -> Option<()> {
    let values = &directive.values;
    let last = || values.last().and_then(Text::plain);
    match (directive.section.as_str(), directive.name.as_str()) {
        ("Unit", "Description" | "Documentation") | ("Service", "ExecStart") => {}
        ("Unit", "StartLimitIntervalSec" | "StartLimitBurst") => {
            let path = own.child("unitConfig").child(&directive.name);
            extra.set(path, Expr::str(last()?));
        }
        ("Unit", name) => {
            let list = match name {
                "After" => "after",
                "Wants" => "wants",
                "Requires" => "requires",
                "BindsTo" => "bindsTo",
                "PartOf" => "partOf",
                "Before" => "before",
                _ => return None,
            };
            for value in values {
                let words = value.plain()?.split_whitespace();
                for word in words.filter(|it| !EARLY.contains(it)) {
                    extra.add(own.child(list), Expr::str(word));
                }
            }
        }
        ("Install", "WantedBy") => {
            let usual = ["multi-user.target", "default.target", "docker.service"];
            for value in values {
                let mut words = value.plain()?.split_whitespace();
                words.all(|it| usual.contains(&it)).then_some(())?;
            }
        }
        ("Service", "Restart") => {
            container.restart = Some(match last()? {
                "no" => Restart::Never,
                "on-failure" | "on-abnormal" => Restart::OnFailure,
                "always" | "on-success" => Restart::Always,
                _ => return None,
            });
        }
        ("Service", "RestartSec") => {
            let path = own.child("serviceConfig").child("RestartSec");
            extra.set(path, Expr::str(last()?));
        }
        ("Service", "TimeoutStartSec" | "TimeoutSec" | "TimeoutStopSec") => {}
        ("Service", "Type" | "NotifyAccess" | "RemainAfterExit" | "KillMode" | "PIDFile") => {}
        ("Service", "StandardOutput" | "StandardError" | "SyslogIdentifier" | "Delegate") => {}
        ("Service", "User" | "Group") => {
            matches!(last()?, "root" | "0").then_some(())?;
        }
        ("Service", "Environment") => {
            let is_own = |it: &Text| it.to_string().contains("PODMAN_SYSTEMD_UNIT=");
            values.iter().all(is_own).then_some(())?;
        }
        ("Service", "ExecStartPre" | "ExecStop" | "ExecStopPost" | "ExecStartPost") => {
            for value in values {
                side_command(value, stem, container)?;
            }
        }
        ("Service", "ExecReload") => {}
        _ => return None,
    }
    Some(())
}

/// A command beside that which runs the container: the module pulls the image, and takes away what was there.
fn side_command(value: &Text, stem: &str, container: &mut Container) -> Option<()> {
    let words = words(value, stem)?;
    let plain: Option<Vec<&str>> = words.iter().map(Text::plain).collect();
    let plain = plain?;
    // Podman's own units take away the files by which it is found.
    if plain.first()?.ends_with("/rm")
        && plain
            .iter()
            .skip(1)
            .all(|it| it.starts_with(['-', '/', '%']))
    {
        return Some(());
    }
    matches!(step_words::program(&words)?, "docker" | "podman").then_some(())?;
    match *plain.get(1)? {
        "pull" => container.pulls = true,
        it if CLEANING.contains(&it) => {}
        _ => return None,
    }
    Some(())
}

/// The words of a command line of a unit; none where one hangs on something that is not known here.
fn words(value: &Text, stem: &str) -> Option<Vec<Text>> {
    let mut text = Text::new();
    for (at, piece) in value.pieces().iter().enumerate() {
        match piece {
            crate::model::Piece::Literal(literal) => {
                let literal = if at == 0 {
                    literal.trim_start_matches(['-', '@', ':', '+', '!', '|'])
                } else {
                    literal
                };
                text.push_str(&specified(literal, stem)?);
            }
            crate::model::Piece::Hole(hole) => text.push_hole(hole.clone()),
        }
    }
    step_words::split(&text)
}

/// Puts the unit's name in the place of its specifiers; folders of systemd stay, since they are for the engine's files.
fn specified(text: &str, stem: &str) -> Option<String> {
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '%' => match chars.next()? {
                '%' => out.push('%'),
                'n' | 'N' | 'p' => out.push_str(stem),
                't' => out.push_str("/run"),
                _ => return None,
            },
            '$' => (chars.next()? == '$').then(|| out.push('$'))?,
            _ => out.push(c),
        }
    }
    Some(out)
}

/// Tells whether the unit is started at boot.
fn is_wanted(unit: &Unit, machine: &Machine) -> bool {
    let stem = unit.name.strip_suffix(".service");
    let mut services = machine::services(machine);
    unit.enabled == Some(true)
        || services.any(|it| {
            let is_it = it.name == unit.name || Some(it.name.as_str()) == stem;
            is_it && !it.masked && it.enabled.or(it.running) == Some(true)
        })
}

/// Tells whether another unit names one.
fn is_named(name: &str, machine: &Machine) -> bool {
    machine::units(machine).any(|unit| {
        let values = unit.sections.iter().flat_map(|it| it.directives.values());
        let mut words = values.flatten().filter_map(Text::plain);
        unit.name != name && words.any(|it| it.split_whitespace().any(|word| word == name))
    })
}

#[cfg(test)]
mod tests {
    use indexmap::IndexMap;

    use crate::lower::tests::{check, check_all, text};
    use crate::model::{Command, Resource, Unit, UnitSection};

    fn unit(service: &[(&str, &str)]) -> Resource {
        let mut directives: IndexMap<String, Vec<crate::model::Text>> = IndexMap::new();
        for (name, value) in service {
            let values = directives.entry((*name).to_owned()).or_default();
            values.push(text(value));
        }
        Resource::Unit(Unit {
            name: "shop.service".into(),
            drop_in: false,
            sections: vec![UnitSection {
                name: "Service".into(),
                directives,
            }],
            enabled: Some(true),
        })
    }

    #[test]
    fn a_unit_that_runs_a_container_is_one() {
        check(
            unit(&[
                ("ExecStartPre", "-/usr/bin/docker rm -f %n"),
                ("ExecStartPre", "/usr/bin/docker pull shop:1"),
                (
                    "ExecStart",
                    "/usr/bin/docker run --rm --name %n -p 80:80 -e TOKEN=<secret: token> shop:1",
                ),
                ("ExecStop", "/usr/bin/docker stop %n"),
                ("Restart", "always"),
                ("RestartSec", "10"),
                ("TimeoutStartSec", "0"),
            ]),
            r#"
            virtualisation.oci-containers.backend = "docker";
            virtualisation.oci-containers.containers.shop.image = "shop:1";
            virtualisation.oci-containers.containers.shop.pull = "always";
            virtualisation.oci-containers.containers.shop.environmentFiles += "/run/secrets/shop.env";
            virtualisation.oci-containers.containers.shop.ports += "80:80";
            systemd.services.docker-shop.serviceConfig.Restart = lib.mkForce "always";
            systemd.services.docker-shop.serviceConfig.RestartSec = "10";
            /run/secrets/shop.env: TOKEN=<secret: token>
            assumed: its secret variables are put into `/run/secrets/shop.env`
            "#,
        );
    }

    #[test]
    fn a_unit_that_does_more_stays() {
        check(
            unit(&[
                ("ExecStartPre", "/usr/bin/docker network create back"),
                ("ExecStart", "/usr/bin/docker run --name shop shop:1"),
            ]),
            r#"
            systemd.services.shop.serviceConfig.ExecStartPre = "${pkgs.docker}/bin/docker network create back";
            systemd.services.shop.serviceConfig.ExecStart = "${pkgs.docker}/bin/docker run --name shop shop:1";
            virtualisation.docker.enable = true;
            assumed: `/usr/bin/docker` is taken from `pkgs.docker`
            assumed: the daemon of Docker is to run, since this talks to it
            "#,
        );
    }

    #[test]
    fn a_command_that_leaves_one_running_is_one() {
        let run = |words: &str| {
            let words = words.split(' ').map(crate::model::Text::from);
            Resource::Step(crate::lower::step::tests::step(
                "Run",
                Command::Words(words.collect()),
            ))
        };
        check_all(
            vec![run(
                "docker run -d --restart=unless-stopped --name shop shop:1",
            )],
            r#"
            virtualisation.oci-containers.backend = "docker";
            virtualisation.oci-containers.containers.shop.image = "shop:1";
            systemd.services.docker-shop.serviceConfig.Restart = lib.mkForce "always";
            "#,
        );
    }
}
