//! `docker_container`: containers that the machine runs.
//!
//! Manual: <https://docs.ansible.com/ansible/latest/collections/community/docker/docker_container_module.html>

mod options;
#[cfg(test)]
mod tests;

use options::Parts;

use super::command::split_words;
use super::{Kind, Module, Run};
use crate::account::{Code, Verdict};
use crate::import::ansible::params::{Params, Refusal, text_of};
use crate::import::ansible::value::Value;
use crate::import::state::Key;
use crate::model::{Attachment, Container, Engine, Resource, Restart, Text};

pub(super) const MODULE: Module = Module {
    names: &["docker_container"],
    collection: "community.docker",
    becomes: "A container of virtualisation.oci-containers.containers.",
    kind: Kind::Changes,
    run,
};

const STATES: [&str; 5] = ["absent", "present", "healthy", "stopped", "started"];

/// How Ansible goes about it: how it finds out what has changed, whether it asks the registry, how it stops what runs.
/// Every start of NixOS makes the container anew, so that nothing of this is left to say.
const MEANS: &[&str] = &[
    "auto_remove",
    "command_handling",
    "comparisons",
    "container_default_behavior",
    "debug",
    "default_host_ip",
    "force_kill",
    "forcekill",
    "healthy_wait_timeout",
    "ignore_image",
    "image_comparison",
    "image_label_mismatch",
    "image_name_mismatch",
    "keep_volumes",
    "kill_signal",
    "output_logs",
    "pull_check_mode_behavior",
    "purge_networks",
    "recreate",
    "removal_wait_timeout",
    "timeout",
    "trust_image_content",
];

/// How the engine is reached.
pub(super) const CONNECTION: &[&str] = &[
    "api_version",
    "ca_path",
    "cacert_path",
    "tls_ca_cert",
    "cli_context",
    "client_cert",
    "cert_path",
    "tls_client_cert",
    "client_key",
    "key_path",
    "tls_client_key",
    "docker_cli",
    "docker_api_version",
    "ssl_version",
    "tls",
    "tls_hostname",
    "use_ssh_client",
    "validate_certs",
    "tls_verify",
    "timeout",
    "debug",
];

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    params.pass_over(MEANS);
    connection(params)?;
    let name = params.required(&["name"])?;
    let state = params.choice(&["state"], &STATES, "started")?;
    let key = Key::Container(name.clone());
    if state == "absent" {
        params.rest();
        run.remove(&key, &format!("the container `{name}`"));
        return Ok(());
    }
    let restarts = params.flag(&["restart"])?.unwrap_or(false);
    let Some(image) = params.text(&["image"])? else {
        params.rest();
        return without_image(&name, &state, restarts, run);
    };
    // A task that waits for the container is about what it does once.
    let waits = !params.flag(&["detach"])?.unwrap_or(true);
    let cleans = params.flag(&["cleanup"])?.unwrap_or(false);
    if waits || cleans {
        params.rest();
        let reason = format!("the container `{name}` runs once, to its end, while Ansible waits");
        return Err(Refusal::new(Code::CannotState, reason)
            .cure("a oneshot unit of systemd.services can run it with `docker run --rm`"));
    }
    let started = matches!(state.as_str(), "started" | "healthy");
    let Found {
        container,
        assumptions,
        left,
    } = read(params, name, image, started)?;
    state_it(container, assumptions, &left, run)
}

/// A container, under what it assumes, and what of it has no option.
pub(super) struct Found {
    pub(super) container: Container,
    pub(super) assumptions: Vec<String>,
    pub(super) left: Vec<String>,
}

/// Takes what the parameters say of a container.
pub(super) fn read(
    params: &mut Params,
    name: String,
    image: Text,
    started: bool,
) -> Result<Found, Refusal> {
    let parts = options::read(params)?;
    let mut container = Container {
        engine: Engine::Docker,
        image,
        pulls: pulls(params)?,
        started,
        restart: restart(params)?,
        command: words(params, "command")?,
        entrypoint: words(params, "entrypoint")?,
        environment: params.pairs(&["env"])?,
        environment_files: params.texts(&["env_file"])?,
        ports: ports(params)?,
        volumes: params.texts(&["volumes"])?,
        networks: Vec::new(),
        devices: params.texts(&["devices"])?,
        labels: params.pairs(&["labels"])?,
        capabilities: capabilities(params)?,
        privileged: params.flag(&["privileged"])?.unwrap_or(false),
        hostname: params.text(&["hostname"])?,
        user: params.text(&["user"])?,
        directory: params.text(&["working_dir"])?,
        log_driver: params.string(&["log_driver"])?,
        options: Vec::new(),
        needs: Vec::new(),
        name,
    };
    let Parts {
        options,
        needs,
        assumptions,
        mut left,
    } = parts;
    container.options = options;
    container.needs = needs;
    networks(params, &mut container, &mut left)?;
    if params.flag(&["paused"])?.unwrap_or(false) {
        left.push("that it is paused".to_owned());
    }
    if params
        .string(&["restart_retries"])?
        .is_some_and(|it| it != "0")
    {
        left.push("how often it is started again (`restart_retries`)".to_owned());
    }
    Ok(Found {
        container,
        assumptions,
        left,
    })
}

/// Puts a container under what it assumes, and says what of it is not stated.
pub(super) fn state_it(
    container: Container,
    assumptions: Vec<String>,
    left: &[String],
    run: &mut Run<'_, '_>,
) -> Result<(), Refusal> {
    let name = container.name.clone();
    let before = run.assumptions.len();
    run.assumptions.extend(assumptions);
    run.put(Resource::Container(Box::new(container)));
    run.assumptions.truncate(before);
    if left.is_empty() {
        return Ok(());
    }
    let reason = format!(
        "of the container `{name}` this is not stated: {}",
        left.join(", ")
    );
    Err(Refusal::new(Code::CannotState, reason)
        .cure("where the engine has an option for it, add it to the container's extraOptions"))
}

/// Takes how the engine is reached, and refuses that of another machine.
pub(super) fn connection(params: &mut Params) -> Result<(), Refusal> {
    params.pass_over(CONNECTION);
    let Some(host) = params.string(&["docker_host", "docker_url"])? else {
        return Ok(());
    };
    if host.starts_with("unix://") || host.is_empty() {
        return Ok(());
    }
    params.rest();
    let reason = format!("it is about the containers of another machine, `{host}`");
    Err(Refusal::new(Code::CannotState, reason).cure("state it in that machine's configuration"))
}

/// Without an image the task is about a container that is there already.
pub(super) fn without_image(
    name: &str,
    state: &str,
    restarts: bool,
    run: &mut Run<'_, '_>,
) -> Result<(), Refusal> {
    let known = run.state.get(&Key::Container(name.to_owned()));
    let known = known.and_then(|entry| match &entry.resource {
        Resource::Container(it) => Some(it.as_ref().clone()),
        _ => None,
    });
    match (known, state) {
        (None, "stopped") => run.close(
            Verdict::NotNeeded,
            Code::AlreadySo,
            format!("the container `{name}` was never there: a new machine does not have it"),
        ),
        (None, _) => {
            let reason =
                format!("the container `{name}` is made elsewhere: its image is not in the input");
            return Err(Refusal::new(Code::OriginalNeeded, reason)
                .cure("state it in virtualisation.oci-containers.containers"));
        }
        (Some(known), "stopped") => run.put(Resource::Container(Box::new(Container {
            started: false,
            ..known
        }))),
        (Some(known), _) if known.started || restarts || state == "present" => run.close(
            Verdict::NotNeeded,
            Code::ServiceImplied,
            format!(
                "NixOS starts the container `{name}`, and restarts it when a switch changes it"
            ),
        ),
        (Some(known), _) => run.put(Resource::Container(Box::new(Container {
            started: true,
            ..known
        }))),
    }
    Ok(())
}

/// `pull`: whether the registry is asked although the image is there.
fn pulls(params: &mut Params) -> Result<bool, Refusal> {
    let Some(pull) = params.string(&["pull"])? else {
        return Ok(false);
    };
    match pull.to_ascii_lowercase().as_str() {
        "always" | "true" | "yes" => Ok(true),
        "missing" | "never" | "false" | "no" => Ok(false),
        other => Err(params.bad("pull", other, "one of always, missing, never")),
    }
}

pub(super) fn restart(params: &mut Params) -> Result<Option<Restart>, Refusal> {
    let Some(policy) = params.string(&["restart_policy"])? else {
        return Ok(None);
    };
    match policy.to_ascii_lowercase().as_str() {
        // YAML reads a bare `no` as false.
        "no" | "false" => Ok(Some(Restart::Never)),
        "on-failure" | "on_failure" => Ok(Some(Restart::OnFailure)),
        "always" | "unless-stopped" => Ok(Some(Restart::Always)),
        other => Err(params.bad(
            "restart_policy",
            other,
            "one of no, on-failure, always, unless-stopped",
        )),
    }
}

/// Takes a command: a list of words, or a string that is split as a shell does.
pub(super) fn words(params: &mut Params, name: &str) -> Result<Vec<Text>, Refusal> {
    let value = params.value(&[name]);
    Ok(match value {
        None => Vec::new(),
        Some(Value::List(items)) => items.iter().map(text_of).collect(),
        Some(value) => {
            let text = text_of(&value);
            match text.plain().map(split_words) {
                Some(Ok(words)) => words.into_iter().map(Text::from).collect(),
                Some(Err(_)) => return Err(params.bad(name, &text.to_string(), "a command")),
                None => vec![text],
            }
        }
    })
}

/// `all` was once allowed, and is what `publish_all_ports` is today.
fn ports(params: &mut Params) -> Result<Vec<Text>, Refusal> {
    let ports = params.texts(&["published_ports", "ports"])?;
    if ports.iter().any(|it| it.plain() == Some("all")) {
        return Err(params.bad("published_ports", "all", "ports"));
    }
    Ok(ports)
}

pub(super) fn capabilities(params: &mut Params) -> Result<Vec<(String, bool)>, Refusal> {
    let mut all = Vec::new();
    for (names, added) in [
        (["capabilities", "cap_add"], true),
        (["cap_drop", ""], false),
    ] {
        for name in params.list(&names)?.unwrap_or_default() {
            let name = name.to_ascii_uppercase();
            all.push((name.strip_prefix("CAP_").unwrap_or(&name).to_owned(), added));
        }
    }
    Ok(all)
}

fn networks(
    params: &mut Params,
    container: &mut Container,
    left: &mut Vec<String>,
) -> Result<(), Refusal> {
    let mode = params.string(&["network_mode", "net"])?;
    let is_like_cli = params.flag(&["networks_cli_compatible"])?.unwrap_or(true);
    for entry in items(params, "networks")? {
        container.networks.push(attachment(params, &entry, left)?);
    }
    let mode = mode.filter(|it| it != "default" && !it.is_empty());
    if let Some(other) = mode.as_deref().and_then(|it| it.strip_prefix("container:")) {
        container.needs.push(other.to_owned());
    }
    let plain = |network: &str| Attachment {
        network: network.into(),
        fields: Vec::new(),
    };
    match mode {
        Some(mode) => {
            let named = |it: &Attachment| it.network.plain() == Some(mode.as_str());
            if !container.networks.iter().any(named) {
                container.networks.insert(0, plain(&mode));
            }
        }
        // The default network stays, too.
        None if !is_like_cli && !container.networks.is_empty() => {
            container.networks.insert(0, plain("bridge"));
        }
        None => {}
    }
    Ok(())
}

fn items(params: &mut Params, name: &str) -> Result<Vec<Value>, Refusal> {
    match params.value(&[name]) {
        None => Ok(Vec::new()),
        Some(Value::List(items)) => Ok(items.to_vec()),
        Some(Value::Unknown(hole)) => Err(Refusal::hole(&hole)),
        Some(Value::Str(text)) if text.plain().is_some() => {
            let names = text.plain().unwrap_or_default().split(',');
            Ok(names.map(|it| Value::str(it.trim())).collect())
        }
        Some(value) => Err(params.bad(name, &text_of(&value).to_string(), "a list")),
    }
}

fn attachment(
    params: &Params,
    entry: &Value,
    left: &mut Vec<String>,
) -> Result<Attachment, Refusal> {
    let Value::Dict(dict) = entry else {
        return Ok(Attachment {
            network: text_of(entry),
            fields: Vec::new(),
        });
    };
    let mut network = None;
    let mut fields = Vec::new();
    for (key, value) in dict.iter() {
        if matches!(value, Value::Omit | Value::None) {
            continue;
        }
        let field = match key.to_string().as_str() {
            "name" => {
                network = Some(text_of(value));
                continue;
            }
            "ipv4_address" => "ip",
            "ipv6_address" => "ip6",
            "mac_address" => "mac-address",
            "aliases" => {
                let aliases = value.iterate().unwrap_or_else(|| vec![value.clone()]);
                fields.extend(aliases.iter().map(|it| ("alias".to_owned(), text_of(it))));
                continue;
            }
            other => {
                left.push(format!("`{other}` of a network"));
                continue;
            }
        };
        fields.push((field.to_owned(), text_of(value)));
    }
    let network =
        network.ok_or_else(|| params.bad("networks", "a mapping", "networks with a name"))?;
    Ok(Attachment { network, fields })
}
