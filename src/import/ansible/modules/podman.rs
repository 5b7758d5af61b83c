//! `podman_network`, `podman_volume`, `podman_image` and their kin, and `docker_container_exec`.
//!
//! Manuals: <https://docs.ansible.com/ansible/latest/collections/containers/podman/index.html>,
//! <https://docs.ansible.com/ansible/latest/collections/community/docker/docker_container_exec_module.html>

use super::docker_container::connection;
use super::kept::{Kept, keep, texts};
use super::{Kind, Module, Run};
use crate::account::Code;
use crate::import::ansible::params::{Params, Refusal};
use crate::import::ansible::value::Value;
use crate::import::state::Key;
use crate::model::{ContainerNetwork, Engine, Resource, Text};

pub(super) const NETWORK: Module = Module {
    names: &["podman_network"],
    collection: "containers.podman",
    becomes: "A oneshot unit that makes the network before the containers that use it start.",
    kind: Kind::Changes,
    run: run_network,
};

pub(super) const VOLUME: Module = Module {
    names: &["podman_volume"],
    becomes: "Nothing for a plain volume: Podman makes it for the first container that names it.",
    run: run_volume,
    ..NETWORK
};

pub(super) const IMAGE: Module = Module {
    names: &["podman_image", "podman_load", "podman_import"],
    becomes: "Nothing for an image that is pulled: the unit of each container fetches its own. Others are left to you.",
    run: run_image,
    ..NETWORK
};

pub(super) const OTHERS: Module = Module {
    names: &[
        "podman_containers",
        "podman_generate_systemd",
        "podman_login",
        "podman_play",
        "podman_pod",
        "podman_prune",
        "podman_secret",
    ],
    becomes: "Left to you: containers of NixOS are virtualisation.oci-containers.containers.",
    run: run_others,
    ..NETWORK
};

pub(super) const EXECUTE: Module = Module {
    names: &["docker_container_exec", "podman_container_exec"],
    collection: "community.docker",
    becomes: "A oneshot unit that runs the command in the container after it has started, once.",
    run: run_command,
    ..NETWORK
};

fn is_absent(params: &mut Params) -> Result<bool, Refusal> {
    let state = params.string(&["state"])?;
    Ok(state.as_deref() == Some("absent"))
}

fn run_network(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    params.pass_over(&[
        "debug",
        "executable",
        "force",
        "quadlet_dir",
        "quadlet_file_mode",
        "quadlet_filename",
        "quadlet_options",
        "recreate",
    ]);
    let name = params.required(&["name"])?;
    if is_absent(params)? {
        params.rest();
        run.remove(
            &Key::ContainerNetwork(name.clone()),
            &format!("the network `{name}`"),
        );
        return Ok(());
    }
    let mut options = Vec::new();
    for (name, option) in [
        ("driver", "driver"),
        ("gateway", "gateway"),
        ("interface_name", "interface-name"),
        ("ip_range", "ip-range"),
        ("ipam_driver", "ipam-driver"),
        ("macvlan", "macvlan"),
        ("subnet", "subnet"),
    ] {
        if let Some(value) = params.string(&[name])?.filter(|it| it != "bridge") {
            options.push(Text::from(format!("--{option}={value}")));
        }
    }
    for (name, option) in [
        ("disable_dns", "disable-dns"),
        ("internal", "internal"),
        ("ipv6", "ipv6"),
    ] {
        if params.flag(&[name])?.unwrap_or(false) {
            options.push(Text::from(format!("--{option}")));
        }
    }
    for (name, option) in [("dns", "dns"), ("route", "route")] {
        for value in params.list(&[name])?.unwrap_or_default() {
            options.push(Text::from(format!("--{option}={value}")));
        }
    }
    for (key, value) in params.pairs(&["opt"])? {
        let mut text = Text::from(format!("--opt={key}="));
        text.push(&value);
        options.push(text);
    }
    run.put(Resource::ContainerNetwork(ContainerNetwork {
        name,
        engine: Engine::Podman,
        options,
    }));
    Ok(())
}

fn run_volume(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    let name = params.required(&["name"])?;
    let is_gone = is_absent(params)?;
    let driver = params.string(&["driver"])?.filter(|it| it != "local");
    let options = params.list(&["options"])?.unwrap_or_default();
    params.rest();
    if is_gone {
        run.already(format!(
            "the volume `{name}` was never there: a new machine does not have it"
        ));
    } else if driver.is_some() || !options.is_empty() {
        let reason =
            format!("NixOS has no option for volumes of Podman: `{name}` has a driver or options");
        return Err(Refusal::new(Code::CannotState, reason).cure(
            "make it once with `podman volume create`, or mount the file system with fileSystems and give the container its path",
        ));
    } else {
        run.not_needed(format!(
            "Podman makes the volume `{name}` when the first container that names it starts"
        ));
    }
    Ok(())
}

fn run_image(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    let name = params.text(&["name", "input", "src"])?.unwrap_or_default();
    let state = params.string(&["state"])?.unwrap_or_default();
    let builds = params.string(&["path"])?.is_some() || state == "build";
    let pushes = params.flag(&["push"])?.unwrap_or(false);
    params.rest();
    let module = params.module();
    if state == "absent" {
        run.already(format!(
            "the image `{name}` was never there: a new machine does not have it"
        ));
        return Ok(());
    }
    if module != "podman_image" || builds || pushes {
        let reason = format!("the image `{name}` is built, loaded or pushed on the machine");
        return Err(Refusal::new(Code::CannotState, reason).cure(
            "build it elsewhere and push it, or make it with pkgs.dockerTools and give it to the container's imageFile",
        ));
    }
    run.not_needed(format!(
        "the unit of a container fetches its image when it starts: `{name}` needs no task"
    ));
    Ok(())
}

fn run_others(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    let name = params
        .text(&["name", "registry", "kube_file"])?
        .unwrap_or_default();
    let is_gone = is_absent(params)?;
    params.rest();
    let module = params.module();
    if is_gone {
        run.already(format!("a new machine does not have `{name}`"));
        return Ok(());
    }
    let (code, what, cure) = match module {
        "podman_prune" => {
            run.not_needed(
                "a new machine has nothing to prune; virtualisation.podman.autoPrune.enable = true; does it every week",
            );
            return Ok(());
        }
        "podman_generate_systemd" => {
            run.not_needed("NixOS makes the unit of each container itself");
            return Ok(());
        }
        "podman_login" => (
            Code::ValueSecret,
            format!("each container of NixOS logs in for itself; this is for `{name}`"),
            "put the password into a file below /run/secrets, and set login.registry, login.username and login.passwordFile of the containers whose image is from there",
        ),
        "podman_secret" => (
            Code::ValueSecret,
            format!("Podman keeps the secret `{name}`"),
            "put it into a file below /run/secrets, and give it to the container by its environmentFiles or volumes",
        ),
        "podman_pod" => (
            Code::CannotState,
            format!("NixOS has no option for pods: `{name}`"),
            "give the containers one network, or virtualisation.oci-containers.containers.<name>.extraOptions = [ \"--pod=...\" ]",
        ),
        _ => (
            Code::CannotState,
            format!("Podman runs what `{name}` lists"),
            "state each container by virtualisation.oci-containers.containers",
        ),
    };
    Err(Refusal::new(code, what).cure(cure))
}

fn run_command(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    let module = params.module();
    let program = if module.starts_with("podman") {
        params.pass_over(&["executable", "latest", "name_or_id"]);
        "podman"
    } else {
        connection(params)?;
        "docker"
    };
    params.pass_over(&[
        "detach",
        "preserve_fds",
        "privileged",
        "strip_empty_ends",
        "tty",
    ]);
    params.pass_over(&["stdin", "stdin_add_newline"]);
    let container = params.required(&["container", "name"])?;
    let command = params.text(&["command"])?;
    let argv = params.value(&["argv"]);
    let folder = params.string(&["chdir", "workdir"])?;
    let user = params.string(&["user"])?;
    let mut words = texts([program, "exec"]);
    words.extend(user.iter().flat_map(|it| texts(["--user", it])));
    words.extend(folder.iter().flat_map(|it| texts(["--workdir", it])));
    for (name, value) in params.pairs(&["env"])? {
        let mut pair = Text::from(format!("{name}="));
        pair.push(&value);
        words.extend([Text::from("--env"), pair]);
    }
    words.push(Text::from(container.as_str()));
    match (argv, command) {
        (Some(Value::List(items)), _) => {
            words.extend(items.iter().map(crate::import::ansible::params::text_of));
        }
        (_, Some(command)) => {
            let Some(plain) = command.plain() else {
                return Err(command
                    .worst_hole()
                    .map_or_else(|| params.bad("command", "", "a command"), Refusal::hole));
            };
            let split = super::command::split_words(plain)
                .map_err(|_| params.bad("command", plain, "words of a shell"))?;
            words.extend(texts(split.iter().map(String::as_str)));
        }
        _ => return params.required(&["command"]).map(|_| ()),
    }
    keep(Kept::words(words), run)
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn networks_and_images_of_podman() {
        check(
            "- podman_network: {name: web, subnet: 192.0.2.0/24, internal: true}",
            &[
                r#"{"container-network":{"name":"web","engine":"podman","options":["--subnet=192.0.2.0/24","--internal"]}}"#,
            ],
        );
        check(
            "- podman_volume: {name: data}",
            &[
                "not-needed: Podman makes the volume `data` when the first container that names it starts",
            ],
        );
        check(
            "- podman_image: {name: docker.io/library/nginx}",
            &[
                "not-needed: the unit of a container fetches its image when it starts: `docker.io/library/nginx` needs no task",
            ],
        );
        check(
            "- podman_image: {name: app, path: /srv/app, state: build}",
            &["manual: the image `app` is built, loaded or pushed on the machine"],
        );
        check(
            "- podman_secret: {name: x, data: hunter2}",
            &["manual: Podman keeps the secret `x`"],
        );
    }

    #[test]
    fn commands_run_in_their_container() {
        check(
            "- community.docker.docker_container_exec: {container: cloud, user: www, command: 'php occ status', env: {A: b}}",
            &[
                r#"{"step":{"name":"docker container exec","command":{"words":["docker","exec","--user","www","--env","A=b","cloud","php","occ","status"]},"environment":[],"after":[]}}"#,
            ],
        );
    }
}
