//! Quadlets of podman, `/etc/containers/systemd/*.container`: each is a container of `virtualisation.oci-containers`.
//!
//! Manual: podman-systemd.unit(5). podman's generator makes a unit of the file at boot; NixOS's podman has none for /etc.
//! A volume `data.volume` and a network `back.network` are `systemd-data` and `systemd-back`, as the generator calls them.
//! A quadlet of a key that is not known here has no answer, nor has a template.

use indexmap::IndexMap;

use super::container_run::{self, Run};
use super::container_unit;
use super::machine;
use super::statement::{Lowered, Statement};
use super::step_words;
use super::systemd_directives::directives;
use super::{container, systemd};
use crate::model::{
    Attachment, ContainerNetwork, Content, Engine, File, Machine, Restart, Text, Unit, UnitSection,
};
use crate::nix::Expr;
use crate::plan::OptionPath;
use crate::syntax::unit as unit_syntax;

const FOLDERS: [&str; 2] = ["/etc/containers/systemd/", "/usr/share/containers/systemd/"];

/// Keys that are an option of the command line, and that.
const OPTIONS: [(&str, &str); 41] = [
    ("AddDevice", "device"),
    ("AddHost", "add-host"),
    ("Annotation", "annotation"),
    ("CgroupsMode", "cgroups"),
    ("ContainerName", "name"),
    ("DNS", "dns"),
    ("DNSOption", "dns-option"),
    ("DNSSearch", "dns-search"),
    ("Entrypoint", "entrypoint"),
    ("EnvironmentFile", "env-file"),
    ("ExposeHostPort", "expose"),
    ("GroupAdd", "group-add"),
    ("HealthCmd", "health-cmd"),
    ("HealthInterval", "health-interval"),
    ("HealthRetries", "health-retries"),
    ("HealthStartPeriod", "health-start-period"),
    ("HealthTimeout", "health-timeout"),
    ("HostName", "hostname"),
    ("IP", "ip"),
    ("IP6", "ip6"),
    ("LogDriver", "log-driver"),
    ("LogOpt", "log-opt"),
    ("Memory", "memory"),
    ("Mount", "mount"),
    ("NetworkAlias", "network-alias"),
    ("PidsLimit", "pids-limit"),
    ("PublishPort", "publish"),
    ("Pull", "pull"),
    ("SeccompProfile", "security-opt"),
    ("Secret", "secret"),
    ("ShmSize", "shm-size"),
    ("StopSignal", "stop-signal"),
    ("StopTimeout", "stop-timeout"),
    ("Sysctl", "sysctl"),
    ("Timezone", "tz"),
    ("Tmpfs", "tmpfs"),
    ("Ulimit", "ulimit"),
    ("User", "user"),
    ("UserNS", "userns"),
    ("Volume", "volume"),
    ("WorkingDir", "workdir"),
];

/// Lowers a quadlet; `None` for any other file, and for one that says more than an option does.
pub(super) fn lower(file: &File, machine: &Machine) -> Option<Lowered> {
    let name = FOLDERS
        .iter()
        .find_map(|folder| file.path.strip_prefix(folder))?;
    let (stem, suffix) = name.rsplit_once('.')?;
    if name.contains(['/', '@']) {
        return None;
    }
    let unit = read(file, stem)?;
    match suffix {
        "container" => container(stem, &unit, machine),
        "network" => network(stem, &unit, machine),
        "volume" => is_plain(&unit).then(|| {
            let reason =
                format!("podman makes the volume `systemd-{stem}` when a container asks for it");
            Lowered::NotNeeded(crate::account::Code::NoMeaning, reason)
        }),
        _ => None,
    }
}

/// Reads a quadlet as the unit of its name; none where it has holes, or cannot be read.
fn read(file: &File, stem: &str) -> Option<Unit> {
    let Content::Text(text) = &file.content else {
        return None;
    };
    let read = unit_syntax::read(text.plain()?);
    if !read.faults.is_empty() {
        return None;
    }
    let section = |it: unit_syntax::Section| {
        let mut directives: IndexMap<String, Vec<Text>> = IndexMap::new();
        for it in it.directives {
            let values = directives.entry(it.key).or_default();
            values.push(Text::from(it.value));
        }
        let name = it.name;
        UnitSection { name, directives }
    };
    let sections: Vec<UnitSection> = read.sections.into_iter().map(section).collect();
    Some(Unit {
        name: format!("{stem}.service"),
        drop_in: false,
        sections,
        enabled: None,
    })
}

fn container(stem: &str, unit: &Unit, machine: &Machine) -> Option<Lowered> {
    let mut run = Run {
        container: container_run::empty(Engine::Podman),
        is_detached: true,
    };
    run.container.name = stem.to_owned();
    let mut extra = Statement::default();
    let own = unit.sections.iter().filter(|it| it.name == "Container");
    for (name, value) in own.flat_map(|it| &it.directives) {
        // An empty value takes back what came before.
        let reset = value.iter().rposition(|it| it.plain() == Some(""));
        for value in value.iter().skip(reset.map_or(0, |it| it + 1)) {
            key(name, value.plain()?, &mut run, machine)?;
        }
    }
    let Run { mut container, .. } = run;
    if container.image.plain().is_none_or(str::is_empty) {
        return None;
    }
    container.restart = Some(Restart::Never);
    container.started = unit.sections.iter().any(|it| it.name == "Install");
    let own = OptionPath::new(["systemd", "services", &container::unit_name(&container)]);
    let networks = container.networks.iter();
    let made: Vec<String> = networks
        .filter_map(|it| it.network.plain())
        .filter(|it| it.starts_with("systemd-"))
        .map(str::to_owned)
        .collect();
    for name in &made {
        let unit = container::network_unit(Engine::Podman, name);
        extra.add(own.child("after"), Expr::str(&unit));
        extra.add(own.child("requires"), Expr::str(unit));
    }
    let others = directives(unit, machine, systemd::Base::Foreign);
    for it in others.iter().filter(|it| it.section != "Container") {
        container_unit::state(it, stem, &own, &mut container, &mut extra)?;
    }
    let mut lowered = container_unit::stated(&container, extra, machine);
    if let Lowered::Stated(statement) = &mut lowered {
        let is_made = |clause: &String| {
            made.iter()
                .any(|it| clause.contains(&format!("network `{it}`")))
        };
        statement.assumptions.retain(|it| !is_made(it));
    }
    Some(lowered)
}

/// Puts a key of `[Container]` to the container; none where it is not known.
fn key(name: &str, value: &str, run: &mut Run, machine: &Machine) -> Option<()> {
    if value.contains('%') {
        return None;
    }
    let text = Text::from(value);
    let is_on = matches!(value, "true" | "yes" | "1" | "on");
    match name {
        "Image" => {
            // The name of another quadlet that builds it.
            if value.ends_with(".image") || value.ends_with(".build") {
                return None;
            }
            run.container.image = text;
        }
        "Exec" => run.container.command = step_words::split(&text)?,
        "Environment" => {
            for word in step_words::split(&text)? {
                run.container.environment.push(container_run::pair(&word)?);
            }
        }
        "Label" => {
            for word in step_words::split(&text)? {
                container_run::option(run, "label", Some(word))?;
            }
        }
        "AddCapability" | "DropCapability" => {
            let option = if name == "AddCapability" {
                "cap-add"
            } else {
                "cap-drop"
            };
            for word in value.split_whitespace() {
                container_run::option(run, option, Some(word.into()))?;
            }
        }
        "Network" => {
            let network = match value.strip_suffix(".network") {
                Some(stem) => {
                    quadlet(stem, "network", machine)?;
                    format!("systemd-{stem}")
                }
                None => value.to_owned(),
            };
            run.container.networks.push(Attachment {
                network: network.into(),
                fields: Vec::new(),
            });
        }
        "Volume" => {
            let value = match value.split_once(".volume:") {
                Some((stem, rest)) if !stem.contains('/') => {
                    is_plain(&quadlet(stem, "volume", machine)?).then_some(())?;
                    format!("systemd-{stem}:{rest}")
                }
                _ => value.to_owned(),
            };
            run.container.volumes.push(value.into());
        }
        "PodmanArgs" => {
            let words = step_words::split(&text)?;
            run.container.options.extend(words);
        }
        "ReadOnly" if is_on => container_run::option(run, "read-only", None)?,
        "RunInit" if is_on => container_run::option(run, "init", None)?,
        "NoNewPrivileges" if is_on => {
            let value = Text::from("no-new-privileges");
            container_run::option(run, "security-opt", Some(value))?;
        }
        "SecurityLabelDisable" if is_on => {
            let value = Text::from("label=disable");
            container_run::option(run, "security-opt", Some(value))?;
        }
        "SeccompProfile" => {
            let value = Text::from(format!("seccomp={value}"));
            container_run::option(run, "security-opt", Some(value))?;
        }
        "AutoUpdate" => {
            let label = ("io.containers.autoupdate".to_owned(), text);
            run.container.labels.push(label);
        }
        "ReadOnly" | "RunInit" | "NoNewPrivileges" | "SecurityLabelDisable" => {}
        _ => {
            let (_, option) = OPTIONS.iter().find(|(it, _)| *it == name)?;
            container_run::option(run, option, Some(text))?;
        }
    }
    Some(())
}

/// Finds another quadlet of the machine.
fn quadlet(stem: &str, suffix: &str, machine: &Machine) -> Option<Unit> {
    let mut files = machine::files(machine);
    let file = files.find(|file| {
        let mut folders = FOLDERS.iter();
        folders.any(|folder| file.path == format!("{folder}{stem}.{suffix}"))
    })?;
    read(file, stem)
}

/// Tells whether a quadlet says nothing of its own.
fn is_plain(unit: &Unit) -> bool {
    let kinds = ["Volume", "Network"];
    let mut own = unit
        .sections
        .iter()
        .filter(|it| kinds.contains(&it.name.as_str()));
    own.all(|it| it.directives.is_empty())
}

fn network(stem: &str, unit: &Unit, machine: &Machine) -> Option<Lowered> {
    let mut network = ContainerNetwork {
        name: format!("systemd-{stem}"),
        engine: Engine::Podman,
        options: Vec::new(),
    };
    let own = unit.sections.iter().filter(|it| it.name == "Network");
    for (name, values) in own.flat_map(|it| &it.directives) {
        let option = match name.as_str() {
            "Driver" => "--driver",
            "Gateway" => "--gateway",
            "IPRange" => "--ip-range",
            "Internal" => "--internal",
            "IPv6" => "--ipv6",
            "Label" => "--label",
            "Options" => "--opt",
            "Subnet" => "--subnet",
            "DNS" => "--dns",
            "NetworkName" => {
                // Containers would ask for another name.
                return None;
            }
            _ => return None,
        };
        for value in values {
            let value = value.plain()?;
            network.options.push(format!("{option}={value}").into());
        }
    }
    Some(container::lower_network(&network, machine))
}

#[cfg(test)]
mod tests {
    use crate::lower::tests::{check, check_all, file};

    #[test]
    fn a_quadlet_is_a_container() {
        check_all(
            vec![
                file(
                    "/etc/containers/systemd/shop.container",
                    "[Unit]\nDescription=Shop\nAfter=network-online.target\n[Container]\nImage=docker.io/shop:1\nPublishPort=80:80\n\
                     Environment=A=b \"C=d e\"\nVolume=data.volume:/data:Z\nNetwork=back.network\nAutoUpdate=registry\nExec=serve --all\n\
                     [Service]\nRestart=always\n[Install]\nWantedBy=default.target\n",
                ),
                file("/etc/containers/systemd/data.volume", "[Volume]\n"),
                file(
                    "/etc/containers/systemd/back.network",
                    "[Network]\nSubnet=192.0.2.0/24\n",
                ),
            ],
            r#"
            virtualisation.oci-containers.backend = "podman";
            virtualisation.oci-containers.containers.shop.image = "docker.io/shop:1";
            virtualisation.oci-containers.containers.shop.cmd = [ "serve" "--all" ];
            virtualisation.oci-containers.containers.shop.environment.A = "b";
            virtualisation.oci-containers.containers.shop.environment.C = "d e";
            virtualisation.oci-containers.containers.shop.ports += "80:80";
            virtualisation.oci-containers.containers.shop.volumes += "systemd-data:/data:Z";
            virtualisation.oci-containers.containers.shop.networks += "systemd-back";
            virtualisation.oci-containers.containers.shop.labels."io.containers.autoupdate" = "registry";
            systemd.services.podman-shop.serviceConfig.Restart = lib.mkForce "always";
            systemd.services.podman-shop.after += "podman-network-systemd-back.service";
            systemd.services.podman-shop.requires += "podman-network-systemd-back.service";
            systemd.services.podman-network-systemd-back.description = "The network systemd-back of containers";
            systemd.services.podman-network-systemd-back.wantedBy += "multi-user.target";
            systemd.services.podman-network-systemd-back.serviceConfig.Type = "oneshot";
            systemd.services.podman-network-systemd-back.serviceConfig.RemainAfterExit = true;
            systemd.services.podman-network-systemd-back.path += config.virtualisation.podman.package;
            systemd.services.podman-network-systemd-back.script = ''
              podman network inspect systemd-back >/dev/null 2>&1 ||
                podman network create --subnet=192.0.2.0/24 systemd-back
            '';
            not-needed: podman makes the volume `systemd-data` when a container asks for it
            runtime: NixOS has no option for a network of containers: a unit makes `systemd-back` where it is not there
            "#,
        );
    }

    #[test]
    fn what_is_not_known_stays_a_file() {
        check(
            file(
                "/etc/containers/systemd/shop.container",
                "[Container]\nImage=shop\nRootfs=/x\n",
            ),
            "environment.etc.\"containers/systemd/shop.container\".text = ''\n  [Container]\n  Image=shop\n  Rootfs=/x\n'';",
        );
    }
}
