//! `Container`: an entry of `virtualisation.oci-containers.containers`; its networks are oneshots before it.
//!
//! The module is nixpkgs' nixos/modules/virtualisation/oci-containers.nix: a unit `<backend>-<name>` that runs
//! `docker run --rm` in the foreground, so systemd restarts it, and `--restart` must not be given.

use super::machine;
use super::secret;
use super::statement::{Left, Lowered, Statement};
use crate::account::Code;
use crate::model::{Container, ContainerNetwork, Engine, HoleKind, Machine, Restart, Text};
use crate::nix::Expr;
use crate::plan::{Chore, OptionPath, Secret};
use crate::syntax::shell::quoted;

/// What stands for a network without having been made.
const BUILT_IN: [&str; 7] = [
    "bridge",
    "default",
    "host",
    "none",
    "pasta",
    "private",
    "slirp4netns",
];

pub(super) fn lower(container: &Container, machine: &Machine) -> Lowered {
    if let Some(left) = problem(container) {
        return Lowered::Manual(left);
    }
    let mut statement = Statement::default();
    backend(container.engine, &mut statement);
    let base = OptionPath::new([
        "virtualisation",
        "oci-containers",
        "containers",
        &container.name,
    ]);
    statement.set(base.child("image"), text(&container.image));
    if container.pulls {
        statement.set(base.child("pull"), Expr::str("always"));
    }
    if !container.started {
        statement.set(base.child("autoStart"), Expr::Bool(false));
    }
    what_runs(container, &base, &mut statement);
    environment(container, &base, &mut statement);
    lists(container, &base, &mut statement);
    for (name, added) in &container.capabilities {
        let path = base.child("capabilities").child(name);
        statement.set(path, Expr::Bool(*added));
    }
    if container.privileged {
        statement.set(base.child("privileged"), Expr::Bool(true));
    }
    if let Some(driver) = container.log_driver.as_ref().filter(|it| *it != "journald") {
        statement.set(base.child("log-driver"), Expr::str(driver));
    }
    let needs = container.needs.iter().filter(|name| {
        *name != &container.name && machine::containers(machine).any(|it| it.name == **name)
    });
    for name in needs {
        statement.add(base.child("dependsOn"), Expr::str(name));
    }
    unit(container, machine, &mut statement);
    chores(container, machine, &mut statement);
    Lowered::Stated(statement)
}

/// Lowers a network: a oneshot that makes it where it is not there.
pub(super) fn lower_network(network: &ContainerNetwork, machine: &Machine) -> Lowered {
    if let Some(hole) = network.options.iter().find_map(Text::worst_hole) {
        return Lowered::manual(
            Code::ValueUnknown,
            format!(
                "an option of the network `{}` is {}, which is not known here",
                network.name, hole.what
            ),
        );
    }
    let mut statement = Statement::default();
    let is_docker = network.engine == Engine::Docker;
    if is_docker && !machine::containers(machine).any(|it| it.engine == Engine::Docker) {
        // The module of containers switches docker on where there are some.
        let path = OptionPath::parse("virtualisation.docker.enable");
        statement.share(path, Expr::Bool(true));
    } else {
        backend(network.engine, &mut statement);
    }
    let program = program(network.engine);
    let unit = network_unit(network.engine, &network.name);
    let base = OptionPath::new(["systemd", "services", unit.trim_end_matches(".service")]);
    statement.set(
        base.child("description"),
        Expr::str(format!("The network {} of containers", network.name)),
    );
    if is_docker {
        statement.add(base.child("after"), Expr::str("docker.service"));
        statement.add(base.child("requires"), Expr::str("docker.service"));
    }
    statement.add(base.child("wantedBy"), Expr::str("multi-user.target"));
    let config = base.child("serviceConfig");
    statement.set(config.child("Type"), Expr::str("oneshot"));
    statement.set(config.child("RemainAfterExit"), Expr::Bool(true));
    // The package of the engine's module, so that both are of one version.
    let package = Expr::select(&format!("config.virtualisation.{program}.package"));
    statement.add(base.child("path"), package);
    let name = quoted(&network.name);
    let options: String = network
        .options
        .iter()
        .filter_map(Text::plain)
        .map(|it| format!("{} ", quoted(it)))
        .collect();
    statement.set(
        base.child("script"),
        Expr::str(format!(
            "{program} network inspect {name} >/dev/null 2>&1 ||\n  {program} network create {options}{name}\n"
        )),
    );
    statement.runtime = Some(format!(
        "NixOS has no option for a network of containers: a unit makes `{}` where it is not there",
        network.name
    ));
    Lowered::Stated(statement)
}

fn program(engine: Engine) -> &'static str {
    match engine {
        Engine::Docker => "docker",
        Engine::Podman => "podman",
    }
}

/// The unit of a container, without its suffix.
pub(super) fn unit_name(container: &Container) -> String {
    format!("{}-{}", program(container.engine), container.name)
}

pub(super) fn network_unit(engine: Engine, name: &str) -> String {
    format!("{}-network-{name}.service", program(engine))
}

fn backend(engine: Engine, statement: &mut Statement) {
    // It enables the engine, too.
    let path = OptionPath::parse("virtualisation.oci-containers.backend");
    statement.share(path, Expr::str(program(engine)));
}

/// Finds why a container cannot be stated: without one of these it would be another one.
fn problem(container: &Container) -> Option<Left> {
    let name = &container.name;
    let is_usable = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    if name.is_empty() || !name.bytes().all(is_usable) {
        let reason = format!("`{name}` is no name of a container");
        return Some(Left::new(Code::BadInput, reason));
    }
    let groups: [(&str, Vec<&Text>); 8] = [
        ("image", vec![&container.image]),
        ("command", container.command.iter().collect()),
        ("entrypoint", container.entrypoint.iter().collect()),
        ("ports", container.ports.iter().collect()),
        ("volumes", container.volumes.iter().collect()),
        ("devices", container.devices.iter().collect()),
        (
            "networks",
            container.networks.iter().map(|it| &it.network).collect(),
        ),
        (
            "environment files",
            container.environment_files.iter().collect(),
        ),
    ];
    for (what, texts) in groups {
        let Some(hole) = texts.into_iter().find_map(Text::worst_hole) else {
            continue;
        };
        let hole_name = &hole.what;
        return Some(match hole.kind {
            HoleKind::Secret => Left::new(
                Code::ValueSecret,
                format!("the {what} of the container `{name}` holds a secret ({hole_name}), which must not reach the store"),
            )
            .cure("Give it to the container in a file below /run/secrets: environmentFiles, or a volume."),
            HoleKind::Unknown => Left::new(
                Code::ValueUnknown,
                format!("the {what} of the container `{name}` holds {hole_name}, which is known only on the machine"),
            ),
        });
    }
    None
}

fn text(text: &Text) -> Expr {
    Expr::str(text.plain().unwrap_or_default())
}

fn what_runs(container: &Container, base: &OptionPath, statement: &mut Statement) {
    // The command line takes one word as the entry point; the others come before the command.
    let mut words = container.entrypoint.iter();
    if let Some(program) = words.next() {
        statement.set(base.child("entrypoint"), text(program));
    }
    // Words may be there twice, which a list that joins would lose.
    let command: Vec<Expr> = words.chain(&container.command).map(text).collect();
    if !command.is_empty() {
        statement.set(base.child("cmd"), Expr::List(command));
    }
    for (name, value) in [
        ("hostname", &container.hostname),
        ("user", &container.user),
        ("workdir", &container.directory),
    ] {
        match value {
            Some(value) if value.plain().is_some() => {
                statement.set(base.child(name), text(value));
            }
            Some(value) => leave(container, &format!("the {name}"), value, statement),
            None => {}
        }
    }
}

/// Leaves a part that has a hole to the person.
fn leave(container: &Container, what: &str, value: &Text, statement: &mut Statement) {
    let Some(hole) = value.worst_hole() else {
        return;
    };
    let (code, why) = match hole.kind {
        HoleKind::Secret => (Code::ValueSecret, "is secret"),
        HoleKind::Unknown => (Code::ValueUnknown, "is known only on the machine"),
    };
    let reason = format!(
        "{what} of the container `{}` is not stated: {} {why}",
        container.name, hole.what
    );
    statement.left.push(Left::new(code, reason));
}

fn environment(container: &Container, base: &OptionPath, statement: &mut Statement) {
    for file in &container.environment_files {
        statement.add(base.child("environmentFiles"), text(file));
    }
    let mut content = Vec::new();
    for (name, value) in &container.environment {
        let is_secret = value.holes().any(|it| it.kind == HoleKind::Secret);
        let unknown = value.holes().any(|it| it.kind == HoleKind::Unknown);
        if unknown {
            leave(container, &format!("the variable {name}"), value, statement);
        } else if !is_secret {
            statement.set(base.child("environment").child(name), text(value));
        } else if value.lines().len() > 1 {
            let reason = format!(
                "the variable {name} of the container `{}` is a secret of several lines, and an environment file has one line for each",
                container.name
            );
            statement.left.push(
                Left::new(Code::ValueSecret, reason)
                    .cure("Give it to the container as a file below /run/secrets, in a volume."),
            );
        } else {
            content.push(secret::variable(name, value));
        }
    }
    if content.is_empty() {
        return;
    }
    let path = format!("/run/secrets/{}.env", container.name);
    statement.add(base.child("environmentFiles"), Expr::str(&path));
    statement.assume(format!("its secret variables are put into `{path}`"));
    let unit = unit_name(container);
    statement.secrets.push(Secret {
        units: vec![format!("{unit}.service")],
        ..secret::secret(&path, &secret::variables(&content), unit)
    });
}

fn lists(container: &Container, base: &OptionPath, statement: &mut Statement) {
    for (name, texts) in [
        ("ports", &container.ports),
        ("volumes", &container.volumes),
        ("devices", &container.devices),
    ] {
        for it in texts {
            statement.add(base.child(name), text(it));
        }
    }
    for attachment in &container.networks {
        let network = attachment.network.plain().unwrap_or_default();
        let mut whole = network.to_owned();
        let mut fields = Vec::new();
        for (key, value) in &attachment.fields {
            match value.plain() {
                Some(value) => fields.push(format!("{key}={value}")),
                None => leave(
                    container,
                    &format!("the {key} in the network {network}"),
                    value,
                    statement,
                ),
            }
        }
        if !fields.is_empty() {
            whole = format!("name={network},{}", fields.join(","));
        }
        statement.add(base.child("networks"), Expr::str(whole));
    }
    for (name, value) in &container.labels {
        if value.plain().is_some() {
            statement.set(base.child("labels").child(name), text(value));
        } else {
            leave(container, &format!("the label {name}"), value, statement);
        }
    }
    for option in &container.options {
        if option.plain().is_some() {
            statement.add(base.child("extraOptions"), text(option));
        } else {
            let name = option.to_string();
            let name = name.split('=').next().unwrap_or_default();
            leave(container, &format!("the option {name}"), option, statement);
        }
    }
}

/// States what the unit of the container has beside what the module gives it.
fn unit(container: &Container, machine: &Machine, statement: &mut Statement) {
    let base = OptionPath::new(["systemd", "services", &unit_name(container)]);
    // The module says `on-failure`, as a plain value.
    let restart = match container.restart {
        None | Some(Restart::OnFailure) => None,
        Some(Restart::Always) => Some("always"),
        Some(Restart::Never) => Some("no"),
    };
    if let Some(restart) = restart {
        statement.set(
            base.child("serviceConfig").child("Restart"),
            Expr::apply("lib.mkForce", vec![Expr::str(restart)]),
        );
    }
    for attachment in &container.networks {
        let network = attachment.network.plain().unwrap_or_default();
        let is_made = machine::container_networks(machine)
            .any(|it| it.name == network && it.engine == container.engine);
        if is_made {
            let unit = network_unit(container.engine, network);
            statement.add(base.child("after"), Expr::str(&unit));
            statement.add(base.child("requires"), Expr::str(unit));
        } else if !BUILT_IN.contains(&network) && !network.contains(':') {
            statement.assume(format!("the network `{network}` of containers is there"));
        }
    }
}

fn chores(container: &Container, machine: &Machine, statement: &mut Statement) {
    let open: Vec<&str> = container
        .ports
        .iter()
        .filter_map(Text::plain)
        .filter(|it| !it.starts_with("127.") && !it.starts_with("[::1]"))
        .collect();
    let name = &container.name;
    if !open.is_empty() && container.engine == Engine::Docker {
        statement.chores.push(Chore {
            topic: "Containers".to_owned(),
            text: format!(
                "Docker opens the published ports of `{name}` ({}) to everybody, past the firewall of NixOS: put `127.0.0.1:` before a port that only the machine itself needs",
                open.join(", ")
            ),
        });
    }
    let data: Vec<&str> = container
        .volumes
        .iter()
        .filter_map(Text::plain)
        .filter_map(|it| it.split_once(':'))
        // What is only read comes from elsewhere; sockets and the system's own files are there.
        .filter(|(source, rest)| {
            !rest.ends_with(":ro")
                && !["/dev", "/etc", "/proc", "/run", "/sys", "/tmp", "/var/run"]
                    .iter()
                    .any(|it| source == it || source.starts_with(&format!("{it}/")))
        })
        .map(|(source, _)| source)
        // What the configuration itself writes needs no carrying.
        .filter(|source| machine::files(machine).all(|file| file.path != *source))
        .collect();
    if !data.is_empty() {
        statement.chores.push(Chore {
            topic: "Containers".to_owned(),
            text: format!("carry over the data of `{name}`: {}", data.join(", ")),
        });
    }
    statement.chores.push(Chore {
        topic: "Containers".to_owned(),
        text: "NixOS makes a container anew at every start: what a container wrote elsewhere than into a volume is gone then"
            .to_owned(),
    });
}

#[cfg(test)]
mod tests {
    use crate::lower::tests::{check, check_all, text};
    use crate::model::{Attachment, Container, ContainerNetwork, Engine, Resource, Restart, Text};

    fn texts(texts: &[&str]) -> Vec<Text> {
        texts.iter().map(|it| text(it)).collect()
    }

    fn container(name: &str, image: &str) -> Container {
        Container {
            name: name.into(),
            image: text(image),
            ..super::super::container_run::empty(Engine::Docker)
        }
    }

    #[test]
    fn a_container_is_an_entry_and_its_policy_its_units() {
        let shop = Container {
            restart: Some(Restart::Always),
            pulls: true,
            entrypoint: texts(&["/bin/shop", "--verbose"]),
            command: texts(&["serve", "serve"]),
            ports: texts(&["127.0.0.1:8080:80"]),
            volumes: texts(&["data:/var/lib/shop"]),
            capabilities: vec![("NET_ADMIN".into(), true), ("ALL".into(), false)],
            options: texts(&["--memory=1g", "--memory=1g"]),
            ..container("shop", "example.org/shop:1.2")
        };
        check(
            Resource::Container(Box::new(shop)),
            r#"
            virtualisation.oci-containers.backend = "docker";
            virtualisation.oci-containers.containers.shop.image = "example.org/shop:1.2";
            virtualisation.oci-containers.containers.shop.pull = "always";
            virtualisation.oci-containers.containers.shop.entrypoint = "/bin/shop";
            virtualisation.oci-containers.containers.shop.cmd = [ "--verbose" "serve" "serve" ];
            virtualisation.oci-containers.containers.shop.ports += "127.0.0.1:8080:80";
            virtualisation.oci-containers.containers.shop.volumes += "data:/var/lib/shop";
            virtualisation.oci-containers.containers.shop.extraOptions += "--memory=1g";
            virtualisation.oci-containers.containers.shop.capabilities.NET_ADMIN = true;
            virtualisation.oci-containers.containers.shop.capabilities.ALL = false;
            systemd.services.docker-shop.serviceConfig.Restart = lib.mkForce "always";
            "#,
        );
    }

    #[test]
    fn secret_variables_stay_outside_the_store_and_unknown_ones_are_named() {
        let shop = Container {
            environment: vec![
                ("PORT".into(), text("80")),
                ("TOKEN".into(), text("x-<secret: token>")),
                ("ADDRESS".into(), text("<unknown: the address>")),
            ],
            ..container("shop", "shop")
        };
        check(
            Resource::Container(Box::new(shop)),
            r#"
            virtualisation.oci-containers.backend = "docker";
            virtualisation.oci-containers.containers.shop.image = "shop";
            virtualisation.oci-containers.containers.shop.environment.PORT = "80";
            virtualisation.oci-containers.containers.shop.environmentFiles += "/run/secrets/shop.env";
            /run/secrets/shop.env: TOKEN=x-<secret: token>
            assumed: its secret variables are put into `/run/secrets/shop.env`
            manual: the variable ADDRESS of the container `shop` is not stated: the address is known only on the machine
            "#,
        );
    }

    #[test]
    fn without_its_image_there_is_no_container() {
        check(
            Resource::Container(Box::new(container("shop", "shop:<unknown: the tag>"))),
            "manual: the image of the container `shop` holds the tag, which is known only on the machine",
        );
    }

    #[test]
    fn a_network_alone_needs_the_daemon() {
        let network = ContainerNetwork {
            name: "back".into(),
            engine: Engine::Docker,
            options: Vec::new(),
        };
        check_all(
            vec![Resource::ContainerNetwork(network)],
            r#"
            virtualisation.docker.enable = true;
            systemd.services.docker-network-back.description = "The network back of containers";
            systemd.services.docker-network-back.after += "docker.service";
            systemd.services.docker-network-back.requires += "docker.service";
            systemd.services.docker-network-back.wantedBy += "multi-user.target";
            systemd.services.docker-network-back.serviceConfig.Type = "oneshot";
            systemd.services.docker-network-back.serviceConfig.RemainAfterExit = true;
            systemd.services.docker-network-back.path += config.virtualisation.docker.package;
            systemd.services.docker-network-back.script = ''
              docker network inspect back >/dev/null 2>&1 ||
                docker network create back
            '';
            runtime: NixOS has no option for a network of containers: a unit makes `back` where it is not there
            "#,
        );
    }

    #[test]
    fn networks_are_made_before_their_containers() {
        let attachment = |network: &str| Attachment {
            network: text(network),
            fields: vec![("alias".into(), text("db"))],
        };
        let shop = Container {
            networks: vec![attachment("back"), attachment("other")],
            needs: vec!["nothing".into()],
            ..container("shop", "shop")
        };
        let network = ContainerNetwork {
            name: "back".into(),
            engine: Engine::Docker,
            options: texts(&["--internal"]),
        };
        check_all(
            vec![
                Resource::ContainerNetwork(network),
                Resource::Container(Box::new(shop)),
            ],
            r#"
            virtualisation.oci-containers.backend = "docker";
            systemd.services.docker-network-back.description = "The network back of containers";
            systemd.services.docker-network-back.after += "docker.service";
            systemd.services.docker-network-back.requires += "docker.service";
            systemd.services.docker-network-back.wantedBy += "multi-user.target";
            systemd.services.docker-network-back.serviceConfig.Type = "oneshot";
            systemd.services.docker-network-back.serviceConfig.RemainAfterExit = true;
            systemd.services.docker-network-back.path += config.virtualisation.docker.package;
            systemd.services.docker-network-back.script = ''
              docker network inspect back >/dev/null 2>&1 ||
                docker network create --internal back
            '';
            virtualisation.oci-containers.containers.shop.image = "shop";
            virtualisation.oci-containers.containers.shop.networks += "name=back,alias=db";
            virtualisation.oci-containers.containers.shop.networks += "name=other,alias=db";
            systemd.services.docker-shop.after += "docker-network-back.service";
            systemd.services.docker-shop.requires += "docker-network-back.service";
            runtime: NixOS has no option for a network of containers: a unit makes `back` where it is not there
            assumed: the network `other` of containers is there
            "#,
        );
    }
}
