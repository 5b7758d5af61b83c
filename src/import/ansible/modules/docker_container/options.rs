//! The options of `docker run` that parameters of `docker_container` are.

use super::{Params, Refusal};
use crate::import::ansible::params::text_of;
use crate::import::ansible::value::Value;
use crate::model::Text;
use crate::syntax::shell::quoted;

/// What parameters come to.
#[derive(Debug, Default)]
pub(super) struct Parts {
    pub(super) options: Vec<Text>,
    /// Containers that have to be there.
    pub(super) needs: Vec<String>,
    pub(super) assumptions: Vec<String>,
    /// What there is no option for.
    pub(super) left: Vec<String>,
}

#[derive(Clone, Copy)]
enum Shape {
    /// `--memory=1g`
    One,
    /// An option for each element.
    Each,
    /// An option for each pair, with this between name and value.
    Pairs(&'static str),
    /// Given where it is true.
    Switch,
    /// An option for each mapping of a path and a rate.
    Rates,
}

use Shape::{Each, One, Pairs, Rates, Switch};

const OPTIONS: &[(&[&str], &str, Shape)] = &[
    (&["blkio_weight"], "blkio-weight", One),
    (&["cgroupns_mode"], "cgroupns", One),
    (&["cgroup_parent"], "cgroup-parent", One),
    (&["cpu_period"], "cpu-period", One),
    (&["cpu_quota"], "cpu-quota", One),
    (&["cpus"], "cpus", One),
    (&["cpuset_cpus"], "cpuset-cpus", One),
    (&["cpuset_mems"], "cpuset-mems", One),
    (&["cpu_shares"], "cpu-shares", One),
    (&["device_cgroup_rules"], "device-cgroup-rule", Each),
    (&["device_read_bps"], "device-read-bps", Rates),
    (&["device_read_iops"], "device-read-iops", Rates),
    (&["device_write_bps"], "device-write-bps", Rates),
    (&["device_write_iops"], "device-write-iops", Rates),
    (&["dns_opts"], "dns-option", Each),
    (&["dns_search_domains"], "dns-search", Each),
    (&["dns_servers"], "dns", Each),
    (&["domainname"], "domainname", One),
    (&["etc_hosts"], "add-host", Pairs(":")),
    (&["exposed_ports", "exposed", "expose"], "expose", Each),
    (&["groups"], "group-add", Each),
    (&["init"], "init", Switch),
    (&["ipc_mode"], "ipc", One),
    (&["kernel_memory"], "kernel-memory", One),
    (&["links"], "link", Each),
    (&["log_options", "log_opt"], "log-opt", Pairs("=")),
    (&["mac_address"], "mac-address", One),
    (&["memory", "memory_limit"], "memory", One),
    (&["memory_reservation"], "memory-reservation", One),
    (&["memory_swap"], "memory-swap", One),
    (&["memory_swappiness"], "memory-swappiness", One),
    (&["oom_killer"], "oom-kill-disable", Switch),
    (&["oom_score_adj"], "oom-score-adj", One),
    (&["pid_mode"], "pid", One),
    (&["pids_limit"], "pids-limit", One),
    (&["platform"], "platform", One),
    (&["publish_all_ports"], "publish-all", Switch),
    (&["read_only"], "read-only", Switch),
    (&["runtime"], "runtime", One),
    (&["security_opts"], "security-opt", Each),
    (&["shm_size"], "shm-size", One),
    (&["stop_signal"], "stop-signal", One),
    (&["stop_timeout"], "stop-timeout", One),
    (&["storage_opts"], "storage-opt", Pairs("=")),
    (&["sysctls"], "sysctl", Pairs("=")),
    (&["tmpfs"], "tmpfs", Each),
    (&["tty"], "tty", Switch),
    (&["ulimits"], "ulimit", Each),
    (&["userns_mode"], "userns", One),
    (&["uts"], "uts", One),
    (&["volume_driver"], "volume-driver", One),
    (&["volumes_from"], "volumes-from", Each),
];

/// Fields of a mount, and how `--mount` calls them; those without a value are flags.
const MOUNT_FIELDS: &[(&str, &str)] = &[
    ("source", "source"),
    ("target", "target"),
    ("consistency", "consistency"),
    ("propagation", "bind-propagation"),
    ("subpath", "volume-subpath"),
    ("tmpfs_mode", "tmpfs-mode"),
    ("tmpfs_size", "tmpfs-size"),
    ("volume_driver", "volume-driver"),
];

/// Takes all parameters that are options of the command line.
pub(super) fn read(params: &mut Params) -> Result<Parts, Refusal> {
    let mut parts = Parts::default();
    for (names, option, shape) in OPTIONS {
        read_option(params, names, (option, *shape), &mut parts)?;
    }
    for value in mappings(params, "mounts")? {
        mount(&value, &mut parts);
    }
    healthcheck(params, &mut parts)?;
    // The unit has no input that could stay open.
    if params.flag(&["interactive"])?.unwrap_or(false) {
        let clause = "the container needs no open standard input";
        parts.assumptions.push(clause.to_owned());
    }
    if params.value(&["device_requests"]).is_some() {
        let left =
            "devices such as GPUs (`device_requests`; NixOS: hardware.nvidia-container-toolkit)";
        parts.left.push(left.to_owned());
    }
    Ok(parts)
}

fn read_option(
    params: &mut Params,
    names: &[&str],
    (option, shape): (&str, Shape),
    parts: &mut Parts,
) -> Result<(), Refusal> {
    match shape {
        One => {
            if let Some(value) = params.text(names)?.filter(|it| it.plain() != Some("")) {
                match (option, value.plain()) {
                    ("memory-swap", Some("unlimited")) => {
                        push_to(&mut parts.options, option, &Text::from("-1"))
                    }
                    (_, Some(mode)) if mode.starts_with("container:") => {
                        parts.needs.extend(other_container(mode));
                        push_to(&mut parts.options, option, &value);
                    }
                    _ => push_to(&mut parts.options, option, &value),
                }
            }
        }
        Each => {
            for value in params.texts(names)? {
                let plain = value.plain().unwrap_or_default().to_owned();
                match option {
                    // Ansible writes `nofile:1024:2048`, the command line `nofile=1024:2048`.
                    "ulimit" if !plain.contains('=') => {
                        push_to(
                            &mut parts.options,
                            option,
                            &Text::from(plain.replacen(':', "=", 1)),
                        );
                    }
                    "link" | "volumes-from" => {
                        let name = plain.split(':').next().unwrap_or_default();
                        parts.needs.push(name.to_owned());
                        push_to(&mut parts.options, option, &value);
                    }
                    _ => push_to(&mut parts.options, option, &value),
                }
            }
        }
        Pairs(between) => {
            for (name, value) in params.pairs(names)? {
                let mut text = Text::from(format!("{name}{between}"));
                text.push(&value);
                push_to(&mut parts.options, option, &text);
            }
        }
        Switch => {
            if params.flag(names)?.unwrap_or(false) {
                parts.options.push(Text::from(format!("--{option}")));
            }
        }
        Rates => {
            let name = names.first().copied().unwrap_or_default();
            for value in mappings(params, name)? {
                let field = |name: &str| value.iter().find(|(it, _)| it == name);
                if let (Some((_, path)), Some((_, rate))) = (field("path"), field("rate")) {
                    let mut text = text_of(path);
                    text.push_str(":");
                    text.push(&text_of(rate));
                    push_to(&mut parts.options, option, &text);
                }
            }
        }
    }
    Ok(())
}

fn push_to(options: &mut Vec<Text>, option: &str, value: &Text) {
    let mut text = Text::from(format!("--{option}="));
    text.push(value);
    options.push(text);
}

fn other_container(mode: &str) -> Option<String> {
    mode.strip_prefix("container:").map(str::to_owned)
}

/// Takes a list of mappings.
fn mappings(params: &mut Params, name: &str) -> Result<Vec<Vec<(String, Value)>>, Refusal> {
    let items = match params.value(&[name]) {
        None => return Ok(Vec::new()),
        Some(Value::Unknown(hole)) => return Err(Refusal::hole(&hole)),
        Some(Value::List(items)) => items,
        Some(value) => return Err(params.bad(name, &text_of(&value).to_string(), "a list")),
    };
    let mut found = Vec::new();
    for item in items.iter() {
        let Value::Dict(dict) = item else {
            return Err(params.bad(name, &text_of(item).to_string(), "a list of mappings"));
        };
        let given = dict
            .iter()
            .filter(|(_, it)| !matches!(it, Value::Omit | Value::None));
        found.push(
            given
                .map(|(key, it)| (key.to_string(), it.clone()))
                .collect(),
        );
    }
    Ok(found)
}

fn mount(fields: &[(String, Value)], parts: &mut Parts) {
    let kind = fields.iter().find(|(name, _)| name == "type");
    let mut text = Text::from("--mount=type=");
    match kind {
        Some((_, kind)) => text.push(&text_of(kind)),
        None => text.push_str("volume"),
    }
    for (name, value) in fields {
        let is_true = matches!(value, Value::Bool(true));
        if let Some((_, field)) = MOUNT_FIELDS.iter().find(|(it, _)| it == name) {
            text.push_str(&format!(",{field}="));
            text.push(&text_of(value));
            continue;
        }
        match (name.as_str(), is_true) {
            ("type", _) | ("read_only" | "no_copy" | "create_mountpoint", false) => {}
            ("read_only", true) => text.push_str(",readonly"),
            ("no_copy", true) => text.push_str(",volume-nocopy"),
            ("create_mountpoint", true) => text.push_str(",bind-create-src"),
            _ => parts.left.push(format!("`{name}` of a mount")),
        }
    }
    parts.options.push(text);
}

fn healthcheck(params: &mut Params, parts: &mut Parts) -> Result<(), Refusal> {
    let fields = match params.value(&["healthcheck"]) {
        None => return Ok(()),
        Some(Value::Unknown(hole)) => return Err(Refusal::hole(&hole)),
        Some(Value::Dict(dict)) => dict,
        Some(value) => {
            return Err(params.bad("healthcheck", &text_of(&value).to_string(), "a mapping"));
        }
    };
    let given = |name: &str| {
        let value = fields.iter().find(|(key, _)| key.to_string() == name);
        value
            .map(|(_, it)| it)
            .filter(|it| !matches!(it, Value::Omit | Value::None))
    };
    let keeps = matches!(given("test_cli_compatible"), Some(Value::Bool(true)));
    match given("test") {
        // Without a test the module switches the image's own one off.
        None if !keeps => {
            parts.options.push(Text::from("--no-healthcheck"));
            return Ok(());
        }
        None => {}
        Some(Value::List(words)) => {
            let words: Vec<Text> = words.iter().map(text_of).collect();
            let kind = words.first().and_then(Text::plain).unwrap_or_default();
            let rest = words.get(1..).unwrap_or_default();
            let mut text = Text::from("--health-cmd=");
            match kind {
                "NONE" => {
                    parts.options.push(Text::from("--no-healthcheck"));
                    return Ok(());
                }
                "CMD-SHELL" => rest.iter().for_each(|it| text.push(it)),
                "CMD" => {
                    // The command line has only the form that a shell runs.
                    let clause = "the image has a shell for its health check";
                    parts.assumptions.push(clause.to_owned());
                    for (at, word) in rest.iter().enumerate() {
                        if at > 0 {
                            text.push_str(" ");
                        }
                        match word.plain() {
                            Some(plain) => text.push_str(&quoted(plain)),
                            None => text.push(word),
                        }
                    }
                }
                other => {
                    return Err(params.bad(
                        "healthcheck",
                        other,
                        "a test that begins with CMD, CMD-SHELL or NONE",
                    ));
                }
            }
            parts.options.push(text);
        }
        Some(value) => push_to(&mut parts.options, "health-cmd", &text_of(value)),
    }
    for name in [
        "interval",
        "timeout",
        "retries",
        "start_period",
        "start_interval",
    ] {
        if let Some(value) = given(name) {
            let option = format!("health-{}", name.replace('_', "-"));
            push_to(&mut parts.options, &option, &text_of(value));
        }
    }
    Ok(())
}
