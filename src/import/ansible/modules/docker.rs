//! What belongs to containers of Docker: images, networks, volumes, logins.
//!
//! Manuals: <https://docs.ansible.com/ansible/latest/collections/community/docker/docker_network_module.html> and its
//! kin

use super::docker_container::connection;
use super::{Kind, Module, Run};
use crate::account::{Code, Verdict};
use crate::import::ansible::params::{Params, Refusal, text_of};
use crate::import::ansible::value::Value;
use crate::import::state::Key;
use crate::model::{ContainerNetwork, Engine, Resource, Text};

pub(super) const IMAGE: Module = Module {
    names: &[
        "docker_image",
        "docker_image_build",
        "docker_image_load",
        "docker_image_pull",
        "docker_image_remove",
    ],
    collection: "community.docker",
    becomes: "Nothing for an image that is pulled: the unit of each container fetches its own. Building, loading \
              and pushing are left to you.",
    kind: Kind::Changes,
    run: run_image,
};

pub(super) const LOGIN: Module = Module {
    names: &["docker_login"],
    collection: "community.docker",
    becomes: "Left to you: each container of NixOS logs in for itself \
              (virtualisation.oci-containers.containers.<name>.login).",
    kind: Kind::Changes,
    run: run_login,
};

pub(super) const NETWORK: Module = Module {
    names: &["docker_network"],
    collection: "community.docker",
    becomes: "A oneshot unit that makes the network before the containers that use it start.",
    kind: Kind::Changes,
    run: run_network,
};

pub(super) const PRUNE: Module = Module {
    names: &["docker_prune"],
    collection: "community.docker",
    becomes: "Nothing: a new machine has nothing to prune. virtualisation.docker.autoPrune does it every week.",
    kind: Kind::Changes,
    run: run_prune,
};

pub(super) const VOLUME: Module = Module {
    names: &["docker_volume"],
    collection: "community.docker",
    becomes: "Nothing for a plain volume: Docker makes it for the first container that names it. One with a driver \
              or options is left to you.",
    kind: Kind::Changes,
    run: run_volume,
};

fn run_image(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    connection(params)?;
    let name = params.text(&["name"])?.unwrap_or_default();
    let source = params.string(&["source"])?.unwrap_or_default();
    let state = params.string(&["state"])?.unwrap_or_default();
    let pushes = params.flag(&["push"])?.unwrap_or(false);
    params.rest();
    let module = params.module();
    let kind = match module {
        "docker_image_build" => "build",
        "docker_image_load" => "load",
        "docker_image_remove" => "remove",
        _ if state == "absent" => "remove",
        _ => source.as_str(),
    };
    if pushes {
        let reason = format!("the image `{name}` is pushed to a registry while Ansible runs");
        return Err(Refusal::new(Code::CannotState, reason));
    }
    match kind {
        "remove" => run.close(
            Verdict::NotNeeded,
            Code::AlreadySo,
            format!("the image `{name}` was never there: a new machine does not have it"),
        ),
        "build" => {
            let reason = format!("the image `{name}` is built on the machine");
            return Err(Refusal::new(Code::CannotState, reason).cure(
                "build it elsewhere and push it, or make it with pkgs.dockerTools and give it to the container's imageFile",
            ));
        }
        "load" => {
            let reason = format!("the image `{name}` is loaded from an archive");
            return Err(Refusal::new(Code::CannotState, reason)
                .cure("the container's imageFile takes an archive"));
        }
        "local" => run.not_needed(format!("it only looks whether the image `{name}` is there")),
        _ => run.not_needed(format!(
            "the unit of a container fetches its image when it starts: `{name}` needs no task"
        )),
    }
    Ok(())
}

fn run_login(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    connection(params)?;
    let registry = params.text(&["registry_url", "registry", "url"])?;
    let state = params.choice(&["state"], &["present", "absent"], "present")?;
    // The password and where Docker keeps it: none of it goes further.
    params.rest();
    let registry = registry.unwrap_or_else(|| Text::from("https://index.docker.io/v1/"));
    if state == "absent" {
        run.close(
            Verdict::NotNeeded,
            Code::AlreadySo,
            format!("a new machine is not logged in at `{registry}`"),
        );
        return Ok(());
    }
    let reason = format!("each container of NixOS logs in for itself; this is for `{registry}`");
    Err(Refusal::new(Code::ValueSecret, reason).cure(
        "put the password into a file below /run/secrets, and set login.registry, login.username and login.passwordFile of the containers whose image is from there",
    ))
}

fn run_prune(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    connection(params)?;
    params.rest();
    run.not_needed(
        "a new machine has nothing to prune; virtualisation.docker.autoPrune.enable = true; does it every week",
    );
    Ok(())
}

fn run_volume(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    connection(params)?;
    params.pass_over(&["recreate", "force"]);
    let name = params.required(&["volume_name", "name"])?;
    let state = params.choice(&["state"], &["present", "absent"], "present")?;
    let driver = params.string(&["driver"])?.filter(|it| it != "local");
    let options = params.value(&["driver_options"]);
    let labels = params.value(&["labels"]);
    if state == "absent" {
        run.close(
            Verdict::NotNeeded,
            Code::AlreadySo,
            format!("the volume `{name}` was never there: a new machine does not have it"),
        );
        return Ok(());
    }
    let is_given = |value: &Option<Value>| match value {
        Some(Value::Dict(dict)) => !dict.is_empty(),
        Some(_) => true,
        None => false,
    };
    let mut parts = Vec::new();
    parts.extend(driver.map(|it| format!("its driver `{it}`")));
    if is_given(&options) {
        parts.push("the options of its driver".to_owned());
    }
    if is_given(&labels) {
        parts.push("its labels".to_owned());
    }
    if parts.is_empty() {
        run.not_needed(format!(
            "Docker makes the volume `{name}` when the first container that names it starts"
        ));
        return Ok(());
    }
    let reason = format!(
        "NixOS has no option for volumes of Docker; of `{name}` this is not stated: {}",
        parts.join(", ")
    );
    Err(Refusal::new(Code::CannotState, reason).cure(
        "make it once with `docker volume create`, or mount the file system with fileSystems and give the container its path",
    ))
}

pub(super) fn run_network(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    connection(params)?;
    // Who is in it, the containers say; the rest is about a network that is there already.
    params.pass_over(&["connected", "containers", "appends", "incremental", "force"]);
    let name = params.required(&["name", "network_name"])?;
    let state = params.choice(&["state"], &["present", "absent"], "present")?;
    if state == "absent" {
        params.rest();
        run.remove(
            &Key::ContainerNetwork(name.clone()),
            &format!("the network `{name}`"),
        );
        return Ok(());
    }
    let mut options = Vec::new();
    if let Some(driver) = params.string(&["driver"])?.filter(|it| it != "bridge") {
        options.push(Text::from(format!("--driver={driver}")));
    }
    for (name, option) in [
        ("attachable", "attachable"),
        ("enable_ipv6", "ipv6"),
        ("ingress", "ingress"),
        ("internal", "internal"),
    ] {
        if params.flag(&[name])?.unwrap_or(false) {
            options.push(Text::from(format!("--{option}")));
        }
    }
    for (name, option) in [
        ("config_from", "config-from"),
        ("ipam_driver", "ipam-driver"),
        ("scope", "scope"),
    ] {
        if let Some(value) = params.text(&[name])? {
            options.push(option_of(option, &value));
        }
    }
    if params.flag(&["config_only"])?.unwrap_or(false) {
        options.push(Text::from("--config-only"));
    }
    for (name, option) in [
        ("driver_options", "opt"),
        ("ipam_driver_options", "ipam-opt"),
        ("labels", "label"),
    ] {
        for (key, value) in params.pairs(&[name])? {
            let mut pair = Text::from(format!("{key}="));
            pair.push(&value);
            options.push(option_of(option, &pair));
        }
    }
    subnets(params, &mut options)?;
    run.put(Resource::ContainerNetwork(ContainerNetwork {
        name,
        engine: Engine::Docker,
        options,
    }));
    Ok(())
}

fn option_of(option: &str, value: &Text) -> Text {
    let mut text = Text::from(format!("--{option}="));
    text.push(value);
    text
}

/// `ipam_config`: the addresses of a network.
fn subnets(params: &mut Params, options: &mut Vec<Text>) -> Result<(), Refusal> {
    let configs = match params.value(&["ipam_config"]) {
        None => return Ok(()),
        Some(Value::Unknown(hole)) => return Err(Refusal::hole(&hole)),
        Some(Value::List(configs)) => configs,
        Some(value) => {
            return Err(params.bad("ipam_config", &text_of(&value).to_string(), "a list"));
        }
    };
    for config in configs.iter() {
        let Value::Dict(fields) = config else {
            let text = text_of(config).to_string();
            return Err(params.bad("ipam_config", &text, "a list of mappings"));
        };
        for (key, value) in fields.iter() {
            match (key.to_string().as_str(), value) {
                (_, Value::Omit | Value::None) => {}
                ("subnet", value) => options.push(option_of("subnet", &text_of(value))),
                ("gateway", value) => options.push(option_of("gateway", &text_of(value))),
                ("iprange", value) => options.push(option_of("ip-range", &text_of(value))),
                ("aux_addresses", Value::Dict(hosts)) => {
                    for (host, address) in hosts.iter() {
                        let mut pair = Text::from(format!("{host}="));
                        pair.push(&text_of(address));
                        options.push(option_of("aux-address", &pair));
                    }
                }
                (other, _) => {
                    return Err(params.bad("ipam_config", other, "subnet, gateway or iprange"));
                }
            }
        }
    }
    Ok(())
}
