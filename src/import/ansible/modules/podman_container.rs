//! `podman_container`: containers of Podman.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/containers/podman/podman_container_module.html>
//!
//! Left out: its many options of the command line beside those that all containers have; each is named.

use super::docker_container::{capabilities, restart, state_it, without_image, words};
use super::{Kind, Module, Run};
use crate::account::Code;
use crate::import::ansible::params::{Params, Refusal};
use crate::import::state::Key;
use crate::model::{Attachment, Container, Engine, Text};

pub(super) const MODULE: Module = Module {
    names: &["podman_container"],
    collection: "containers.podman",
    becomes: "A container of virtualisation.oci-containers.containers, with Podman as its engine.",
    kind: Kind::Changes,
    run,
};

const STATES: [&str; 6] = [
    "absent", "present", "stopped", "started", "created", "quadlet",
];

/// How Ansible goes about it, and units that another program writes for what NixOS has one anyhow.
const MEANS: &[&str] = &[
    "debug",
    "delete_depend",
    "delete_time",
    "delete_volumes",
    "executable",
    "force_delete",
    "force_restart",
    "generate_systemd",
    "quadlet_dir",
    "quadlet_file_mode",
    "quadlet_filename",
    "quadlet_options",
    "recreate",
    "restart",
    "rm",
    "remove",
    "auto_remove",
];

/// Parameters that are options of `podman run`, with one value.
const OPTIONS: &[(&[&str], &str)] = &[
    (&["cpus"], "cpus"),
    (&["dns_option", "dns_opts"], "dns-option"),
    (&["healthcheck", "health_cmd"], "health-cmd"),
    (
        &["healthcheck_interval", "health_interval"],
        "health-interval",
    ),
    (&["healthcheck_retries", "health_retries"], "health-retries"),
    (
        &["healthcheck_start_period", "health_start_period"],
        "health-start-period",
    ),
    (&["healthcheck_timeout", "health_timeout"], "health-timeout"),
    (&["ip"], "ip"),
    (&["ipc", "ipc_mode"], "ipc"),
    (&["memory"], "memory"),
    (&["pid", "pid_mode"], "pid"),
    (&["shm_size"], "shm-size"),
    (&["stop_signal"], "stop-signal"),
    (&["stop_timeout"], "stop-timeout"),
    (&["userns", "userns_mode"], "userns"),
];

/// Those that are given once for each element.
const REPEATED: &[(&[&str], &str)] = &[
    (&["dns", "dns_servers"], "dns"),
    (&["dns_search", "dns_search_domains"], "dns-search"),
    (&["expose", "exposed", "exposed_ports"], "expose"),
    (&["group_add", "groups"], "group-add"),
    (&["mount", "mounts"], "mount"),
    (&["network_aliases", "network_alias"], "network-alias"),
    (&["secrets"], "secret"),
    (&["security_opt"], "security-opt"),
    (&["ulimit", "ulimits"], "ulimit"),
];

/// Those that are given where they are true.
const SWITCHES: &[(&str, &str)] = &[("init", "init"), ("read_only", "read-only"), ("tty", "tty")];

/// Those of names and values, and what stands between the two.
const PAIRS: &[(&[&str], &str, &str)] = &[
    (&["etc_hosts", "add_hosts"], "add-host", ":"),
    (&["sysctl"], "sysctl", "="),
    (&["tmpfs"], "tmpfs", ":"),
];

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    params.pass_over(MEANS);
    let name = params.required(&["name"])?;
    let state = params.choice(&["state"], &STATES, "started")?;
    if state == "absent" {
        params.rest();
        let key = Key::Container(name.clone());
        run.remove(&key, &format!("the container `{name}`"));
        return Ok(());
    }
    let Some(image) = params.text(&["image"])? else {
        params.rest();
        return without_image(&name, &state, false, run);
    };
    if !params.flag(&["detach"])?.unwrap_or(true) {
        params.rest();
        let reason = format!("the container `{name}` runs once, to its end, while Ansible waits");
        return Err(Refusal::new(Code::CannotState, reason)
            .cure("a oneshot unit of systemd.services can run it with `podman run --rm`"));
    }
    if let Some(user) = run.user.clone().filter(|it| it != "root") {
        params.rest();
        let reason = format!("the container `{name}` is one of the user `{user}`, without root");
        return Err(Refusal::new(Code::CannotState, reason).cure(
            "virtualisation.oci-containers.containers.<name>.podman.user runs it as that user, who needs linger",
        ));
    }
    let networks = params.texts(&["network", "net", "network_mode", "networks"])?;
    let mut container = Container {
        engine: Engine::Podman,
        image,
        pulls: matches!(
            params.string(&["pull"])?.as_deref(),
            Some("always" | "newer")
        ),
        started: matches!(state.as_str(), "started" | "quadlet"),
        restart: restart(params)?,
        command: words(params, "command")?,
        entrypoint: words(params, "entrypoint")?,
        environment: params.pairs(&["env"])?,
        environment_files: params.texts(&["env_file", "env_files"])?,
        ports: params.texts(&["publish", "ports", "published", "published_ports"])?,
        volumes: params.texts(&["volume", "volumes"])?,
        networks: networks.into_iter().map(attachment).collect(),
        devices: params.texts(&["device", "devices"])?,
        labels: params.pairs(&["label", "labels"])?,
        capabilities: capabilities(params)?,
        privileged: params.flag(&["privileged"])?.unwrap_or(false),
        hostname: params.text(&["hostname"])?,
        user: params.text(&["user"])?,
        directory: params.text(&["workdir", "working_dir"])?,
        log_driver: params.string(&["log_driver"])?,
        options: Vec::new(),
        needs: Vec::new(),
        name,
    };
    container.options = options(params)?;
    container.options.extend(params.texts(&["cmd_args"])?);
    let left: Vec<String> = params.rest().keys().map(|it| format!("`{it}`")).collect();
    state_it(container, Vec::new(), &left, run)
}

fn options(params: &mut Params) -> Result<Vec<Text>, Refusal> {
    let option_of = |option: &str, value: &Text| {
        let mut text = Text::from(format!("--{option}="));
        text.push(value);
        text
    };
    let mut options = Vec::new();
    for (names, option) in OPTIONS {
        options.extend(params.text(names)?.map(|it| option_of(option, &it)));
    }
    for (names, option) in REPEATED {
        let values = params.texts(names)?;
        options.extend(values.iter().map(|it| option_of(option, it)));
    }
    for (name, option) in SWITCHES {
        if params.flag(&[*name])?.unwrap_or(false) {
            options.push(Text::from(format!("--{option}")));
        }
    }
    for (names, option, between) in PAIRS {
        for (key, value) in params.pairs(names)? {
            let mut pair = Text::from(format!("{key}{between}"));
            pair.push(&value);
            options.push(option_of(option, &pair));
        }
    }
    Ok(options)
}

fn attachment(network: Text) -> Attachment {
    Attachment {
        network,
        fields: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use crate::import::ansible::modules::tests::check;

    #[test]
    fn what_is_no_common_option_is_named() {
        check(
            "- podman_container: {name: a, image: a, publish: ['80:80'], volume: [d:/d], memory: 1g, secrets: [x], etc_hosts: {b: 10.0.0.1}, cgroups: split}",
            &[
                r#"{"container":{"name":"a","engine":"podman","image":"a","pulls":false,"started":true,"ports":["80:80"],"volumes":["d:/d"],"privileged":false,"options":["--memory=1g","--secret=x","--add-host=b:10.0.0.1"]}}"#,
                "manual: of the container `a` this is not stated: `cgroups`",
            ],
        );
    }
}
