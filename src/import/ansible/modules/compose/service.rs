//! A service of a project, in the words of `docker_container`.

use indexmap::IndexMap;

use super::project::{Project, Service, depends_on, is_in_default};
use super::variables::texts_of;
use crate::account::Code;
use crate::import::ansible::modules::docker_container::{self, Found};
use crate::import::ansible::params::{Params, Refusal, text_of};
use crate::import::ansible::value::Value;
use crate::model::Text;
use crate::source::{self, Span};

/// Fields that `docker_container` has by another name, in the same form.
const NAMES: &[(&str, &str)] = &[
    ("cap_add", "capabilities"),
    ("cgroup", "cgroupns_mode"),
    ("cgroup_parent", "cgroup_parent"),
    ("command", "command"),
    ("cpu_period", "cpu_period"),
    ("cpu_quota", "cpu_quota"),
    ("cpu_shares", "cpu_shares"),
    ("cpus", "cpus"),
    ("cpuset", "cpuset_cpus"),
    ("cap_drop", "cap_drop"),
    ("device_cgroup_rules", "device_cgroup_rules"),
    ("dns", "dns_servers"),
    ("dns_opt", "dns_opts"),
    ("dns_search", "dns_search_domains"),
    ("domainname", "domainname"),
    ("entrypoint", "entrypoint"),
    ("environment", "env"),
    ("expose", "exposed_ports"),
    ("external_links", "links"),
    ("group_add", "groups"),
    ("hostname", "hostname"),
    ("init", "init"),
    ("ipc", "ipc_mode"),
    ("labels", "labels"),
    ("mac_address", "mac_address"),
    ("mem_limit", "memory"),
    ("mem_reservation", "memory_reservation"),
    ("mem_swappiness", "memory_swappiness"),
    ("memswap_limit", "memory_swap"),
    ("oom_kill_disable", "oom_killer"),
    ("oom_score_adj", "oom_score_adj"),
    ("pid", "pid_mode"),
    ("pids_limit", "pids_limit"),
    ("platform", "platform"),
    ("privileged", "privileged"),
    ("read_only", "read_only"),
    ("runtime", "runtime"),
    ("security_opt", "security_opts"),
    ("shm_size", "shm_size"),
    ("stdin_open", "interactive"),
    ("stop_signal", "stop_signal"),
    ("storage_opt", "storage_opts"),
    ("sysctls", "sysctls"),
    ("tmpfs", "tmpfs"),
    ("tty", "tty"),
    ("user", "user"),
    ("userns_mode", "userns_mode"),
    ("uts", "uts"),
    ("volumes_from", "volumes_from"),
    ("working_dir", "working_dir"),
];

/// What is read elsewhere, says how Compose goes about it, or is about its other commands.
const OTHERS: [&str; 9] = [
    "attach",
    "container_name",
    "depends_on",
    "develop",
    "extends",
    "image",
    "profiles",
    "pull_policy",
    "networks",
];

/// Reads the container of a service.
pub(super) fn read(service: &Service, project: &Project, span: Span) -> Result<Found, Refusal> {
    let mut reader = Reader {
        project,
        values: IndexMap::new(),
        left: Vec::new(),
        assumptions: Vec::new(),
    };
    let Some(fields) = service.fields.as_dict() else {
        let reason = format!("the service `{}` is no mapping", service.name);
        return Err(Refusal::new(Code::BadInput, reason).cure("correct the file of the project"));
    };
    let image = service.fields.get("image").map(text_of);
    if service.fields.get("build").is_some() {
        let of = image.unwrap_or_else(|| Text::from(service.name.as_str()));
        let reason = format!(
            "the image `{of}` of the service `{}` is built from a Dockerfile",
            service.name
        );
        return Err(Refusal::new(Code::CannotState, reason).cure(
            "build it with dockerTools.buildLayeredImage and give it as imageFile, or push it to a registry: \
             virtualisation.oci-containers.containers.<name>.image names it; ops2nix reads the Dockerfile, too",
        ));
    }
    let Some(image) = image else {
        let reason = format!("the service `{}` has no image", service.name);
        return Err(Refusal::new(Code::BadInput, reason).cure("correct the file of the project"));
    };
    for (key, value) in fields {
        if !matches!(value, Value::None | Value::Omit) {
            reader.field(&key.to_string(), value);
        }
    }
    reader.networks(service);
    let name = project.container(&service.name);
    let mut params = Params::new("docker_compose", span, reader.values, None);
    let mut found = docker_container::read(&mut params, name, image, true)?;
    let needs = depends_on(&service.fields);
    found
        .container
        .needs
        .extend(needs.iter().map(|it| project.container(it)));
    found.container.pulls =
        service.fields.get("pull_policy").and_then(Value::as_str) == Some("always");
    if let Some(Value::Dict(pairs)) = service.fields.get("depends_on") {
        let waits = pairs.values().any(|it| {
            let condition = it.get("condition").and_then(Value::as_str);
            condition.is_some_and(|it| it != "service_started")
        });
        if waits {
            let clause = "it is enough that the containers before it have been started";
            reader.assumptions.push(clause.to_owned());
        }
    }
    found.assumptions.extend(reader.assumptions);
    found.left.extend(reader.left);
    found
        .left
        .extend(params.left().iter().map(|it| format!("`{it}`")));
    Ok(found)
}

struct Reader<'p> {
    project: &'p Project,
    values: IndexMap<String, Value>,
    left: Vec<String>,
    assumptions: Vec<String>,
}

impl Reader<'_> {
    fn set(&mut self, name: &str, value: Value) {
        self.values.insert(name.to_owned(), value);
    }

    fn leave(&mut self, what: &str) {
        self.left.push(format!("`{what}`"));
    }

    fn field(&mut self, name: &str, value: &Value) {
        if OTHERS.contains(&name) || name.starts_with("x-") {
            return;
        }
        match name {
            "build" => {}
            "env_file" => self.env_files(value),
            "environment" => self.environment(value),
            "expose" => self.set("exposed_ports", strings(texts_of(value))),
            "ports" => self.ports(value),
            "volumes" => self.volumes(value),
            "network_mode" => {
                let mode = text_of(value);
                let other = mode.plain().and_then(|it| it.strip_prefix("service:"));
                let mode = match other {
                    Some(other) => {
                        Text::from(format!("container:{}", self.project.container(other)))
                    }
                    None => mode,
                };
                self.set("network_mode", Value::Str(mode));
            }
            "links" => {
                let links = texts_of(value).into_iter().map(|it| match it.plain() {
                    Some(plain) => {
                        let (name, alias) = plain.split_once(':').unwrap_or((plain, plain));
                        Text::from(format!("{}:{alias}", self.project.container(name)))
                    }
                    None => it,
                });
                let links = strings(links.collect());
                self.set("links", links);
            }
            "restart" => {
                let policy = text_of(value);
                let policy = policy.plain().unwrap_or_default();
                let (policy, retries) = policy.split_once(':').unwrap_or((policy, "0"));
                let (policy, retries) = (Value::str(policy), Value::str(retries));
                self.set("restart_policy", policy);
                self.set("restart_retries", retries);
            }
            "stop_grace_period" => match seconds(&text_of(value)) {
                Some(seconds) => self.set("stop_timeout", Value::Int(seconds)),
                None => self.leave(name),
            },
            "healthcheck" => self.health(value),
            "logging" => {
                for (key, to) in [("driver", "log_driver"), ("options", "log_options")] {
                    if let Some(value) = value.get(key) {
                        self.set(to, value.clone());
                    }
                }
            }
            "extra_hosts" => self.hosts(value),
            "ulimits" => self.limits(value),
            "devices" => {
                let devices = items(value).into_iter().map(|it| match it.as_dict() {
                    Some(_) => of_fields(&it, &["source", "target", "permissions"]),
                    None => text_of(&it),
                });
                let devices = strings(devices.collect());
                self.set("devices", devices);
            }
            "secrets" => self.mounted(value, "secrets", "/run/secrets/"),
            "configs" => self.mounted(value, "configs", "/"),
            "deploy" => self.deploy(value),
            "scale" if value.as_int() == Some(1) => {}
            _ => match NAMES.iter().find(|(it, _)| *it == name) {
                Some((_, to)) => self.set(to, value.clone()),
                None => self.leave(name),
            },
        }
    }

    /// A path of the machine: what is relative is so to the folder of the project.
    fn path(&self, text: &Text) -> Text {
        match text.plain() {
            Some(plain) if plain.starts_with('.') => {
                Text::from(source::absolute(&self.project.folder, plain))
            }
            _ => text.clone(),
        }
    }

    fn env_files(&mut self, value: &Value) {
        let mut files = Vec::new();
        for item in items(value) {
            let path = item.get("path").unwrap_or(&item);
            let path = text_of(path);
            files.push(match path.plain() {
                Some(plain) => Text::from(source::absolute(&self.project.folder, plain)),
                None => path,
            });
        }
        self.set("env_file", strings(files));
    }

    /// What has no value is taken from the environment of Compose.
    fn environment(&mut self, value: &Value) {
        let mut passed = Vec::new();
        match value {
            Value::List(all) => {
                let given = |it: &&Value| text_of(it).to_string().contains('=');
                let (given, bare): (Vec<&Value>, Vec<&Value>) = all.iter().partition(given);
                passed.extend(bare.iter().map(|it| text_of(it).to_string()));
                self.set("env", Value::list(given.into_iter().cloned().collect()));
            }
            Value::Dict(pairs) => {
                let (given, bare): (Vec<_>, Vec<_>) =
                    pairs.iter().partition(|(_, it)| !matches!(it, Value::None));
                passed.extend(bare.iter().map(|(key, _)| key.to_string()));
                let given = given.into_iter().map(|(key, it)| (key.clone(), it.clone()));
                self.set("env", Value::dict(given.collect()));
            }
            _ => self.leave("environment"),
        }
        if !passed.is_empty() {
            self.assumptions.push(format!(
                "Compose finds no value of `{}`, and does not set it",
                passed.join("`, `")
            ));
        }
    }

    fn ports(&mut self, value: &Value) {
        let ports = items(value).into_iter().map(|item| {
            if item.as_dict().is_none() {
                return text_of(&item);
            }
            let mut text = of_fields(&item, &["host_ip", "published", "target"]);
            if let Some(protocol) = item.get("protocol") {
                text.push_str("/");
                text.push(&text_of(protocol));
            }
            text
        });
        let ports = strings(ports.collect());
        self.set("ports", ports);
    }

    fn volumes(&mut self, value: &Value) {
        let mut short = Vec::new();
        let mut long = Vec::new();
        for item in items(value) {
            let Some(fields) = item.as_dict() else {
                short.push(self.volume(&text_of(&item)));
                continue;
            };
            let kind = item.get("type").and_then(Value::as_str).unwrap_or("volume");
            let mut mount = vec![("type", Value::str(kind))];
            for (key, value) in fields {
                match (key.to_string().as_str(), kind) {
                    ("type", _) | ("create_host_path" | "consistency", _) => {}
                    ("source", "bind") => {
                        mount.push(("source", Value::Str(self.path(&text_of(value)))))
                    }
                    ("source", "volume") => {
                        let name = self
                            .project
                            .named("volumes", value.as_str().unwrap_or_default());
                        mount.push(("source", Value::str(&name)));
                    }
                    ("source", _) => mount.push(("source", value.clone())),
                    ("target", _) => mount.push(("target", value.clone())),
                    ("read_only", _) => mount.push(("read_only", value.clone())),
                    ("bind", _) => {
                        if let Some(value) = value.get("propagation") {
                            mount.push(("propagation", value.clone()));
                        }
                    }
                    ("volume", _) => {
                        for (key, to) in [("nocopy", "no_copy"), ("subpath", "subpath")] {
                            if let Some(value) = value.get(key) {
                                mount.push((to, value.clone()));
                            }
                        }
                    }
                    ("tmpfs", _) => {
                        for (key, to) in [("size", "tmpfs_size"), ("mode", "tmpfs_mode")] {
                            if let Some(value) = value.get(key) {
                                mount.push((to, value.clone()));
                            }
                        }
                    }
                    (other, _) => self.left.push(format!("`{other}` of a volume")),
                }
            }
            long.push(Value::of_pairs(mount));
        }
        self.set("volumes", strings(short));
        if !long.is_empty() {
            self.set("mounts", Value::list(long));
        }
    }

    /// `./data:/data:ro`, `data:/data`, `/data`
    fn volume(&mut self, text: &Text) -> Text {
        let Some(plain) = text.plain() else {
            return text.clone();
        };
        let Some((source, rest)) = plain.split_once(':') else {
            return text.clone();
        };
        let source = match source.chars().next() {
            Some('/') => source.to_owned(),
            Some('.') => source::absolute(&self.project.folder, source),
            Some('~') => {
                self.assumptions.push("Compose runs as root".to_owned());
                format!("/root{}", source.trim_start_matches('~'))
            }
            _ => self.project.named("volumes", source),
        };
        Text::from(format!("{source}:{rest}"))
    }

    fn networks(&mut self, service: &Service) {
        let entry = |name: &str, fields: Option<&Value>| {
            let mut pairs = vec![("name", Value::str(&self.project.named("networks", name)))];
            let mut aliases = vec![Value::str(&service.name)];
            for (key, value) in fields.and_then(Value::as_dict).into_iter().flatten() {
                match key.to_string().as_str() {
                    "aliases" => aliases.extend(items(value)),
                    "ipv4_address" => pairs.push(("ipv4_address", value.clone())),
                    "ipv6_address" => pairs.push(("ipv6_address", value.clone())),
                    "mac_address" => pairs.push(("mac_address", value.clone())),
                    _ => {}
                }
            }
            pairs.push(("aliases", Value::list(aliases)));
            Value::of_pairs(pairs)
        };
        let entries: Vec<Value> = match service.fields.get("networks") {
            Some(Value::List(names)) => names
                .iter()
                .filter_map(Value::as_str)
                .map(|it| entry(it, None))
                .collect(),
            Some(Value::Dict(pairs)) => pairs
                .iter()
                .map(|(name, it)| entry(&name.to_string(), Some(it)))
                .collect(),
            _ if self.project.has_default() && is_in_default(&service.fields) => {
                vec![entry("default", None)]
            }
            _ => Vec::new(),
        };
        if !entries.is_empty() {
            self.set("networks", Value::list(entries));
        }
    }

    fn health(&mut self, value: &Value) {
        let Some(fields) = value.as_dict() else {
            return self.leave("healthcheck");
        };
        let mut pairs = Vec::new();
        let is_off = matches!(value.get("disable"), Some(Value::Bool(true)));
        if is_off {
            pairs.push(("test", Value::list(vec![Value::str("NONE")])));
        } else {
            pairs.push(("test_cli_compatible", Value::Bool(true)));
        }
        for (key, value) in fields.iter().filter(|_| !is_off) {
            let key = key.to_string();
            let known = [
                "test",
                "interval",
                "timeout",
                "retries",
                "start_period",
                "start_interval",
            ];
            if let Some(name) = known.into_iter().find(|it| *it == key) {
                pairs.push((name, value.clone()));
            }
        }
        self.set("healthcheck", Value::of_pairs(pairs));
    }

    /// `name:address` or `name=address`, or a mapping.
    fn hosts(&mut self, value: &Value) {
        if value.as_dict().is_some() {
            return self.set("etc_hosts", value.clone());
        }
        let pairs = texts_of(value).into_iter().filter_map(|it| {
            let plain = it.plain()?.to_owned();
            let (name, address) = plain.split_once(['=', ':'])?;
            Some(Value::str(&format!("{name}={address}")))
        });
        let pairs = Value::list(pairs.collect());
        self.set("etc_hosts", pairs);
    }

    fn limits(&mut self, value: &Value) {
        let mut limits = Vec::new();
        for (name, value) in value.as_dict().into_iter().flatten() {
            limits.push(match (value.get("soft"), value.get("hard")) {
                (Some(soft), Some(hard)) => {
                    Text::from(format!("{name}={}:{}", text_of(soft), text_of(hard)))
                }
                _ => Text::from(format!("{name}={}", text_of(value))),
            });
        }
        self.set("ulimits", strings(limits));
    }

    /// Secrets and configurations are files of the machine that a container sees.
    fn mounted(&mut self, value: &Value, kind: &str, folder: &str) {
        for item in items(value) {
            let name = item
                .as_str()
                .or_else(|| item.get("source").and_then(Value::as_str));
            let Some(name) = name else {
                self.leave(kind);
                continue;
            };
            let own = self.project.whole.get(kind).and_then(|it| it.get(name));
            let Some(file) = own.and_then(|it| it.get("file")) else {
                self.left
                    .push(format!("`{name}` of the {kind}, which is no file"));
                continue;
            };
            let target = item.get("target").and_then(Value::as_str).unwrap_or(name);
            let target = if target.starts_with('/') {
                target.to_owned()
            } else {
                format!("{folder}{target}")
            };
            let source = text_of(file);
            let mut volume = match source.plain() {
                Some(plain) => Text::from(source::absolute(&self.project.folder, plain)),
                None => source,
            };
            volume.push_str(&format!(":{target}:ro"));
            let mut all = match self.values.get("volumes") {
                Some(Value::List(all)) => all.to_vec(),
                _ => Vec::new(),
            };
            all.push(Value::Str(volume));
            self.set("volumes", Value::list(all));
        }
    }

    fn deploy(&mut self, value: &Value) {
        for (key, value) in value.as_dict().into_iter().flatten() {
            let key = key.to_string();
            match key.as_str() {
                "mode" | "endpoint_mode" | "labels" | "placement" | "update_config"
                | "rollback_config" => {
                    self.assumptions
                        .push(format!("`deploy.{key}` is for a swarm alone"));
                }
                "replicas" if matches!(value.as_int(), Some(1)) => {}
                "resources" => {
                    let limits = value.get("limits");
                    let reserved = value.get("reservations");
                    for (from, key, to) in [
                        (limits, "cpus", "cpus"),
                        (limits, "memory", "memory"),
                        (limits, "pids", "pids_limit"),
                        (reserved, "memory", "memory_reservation"),
                    ] {
                        if let Some(value) = from.and_then(|it| it.get(key)) {
                            self.set(to, value.clone());
                        }
                    }
                    if reserved.and_then(|it| it.get("devices")).is_some() {
                        let what =
                            "its devices such as GPUs (NixOS: hardware.nvidia-container-toolkit)";
                        self.left.push(what.to_owned());
                    }
                }
                "restart_policy" => {
                    let policy = match value.get("condition").and_then(Value::as_str) {
                        Some("none") => "no",
                        Some("on-failure") => "on-failure",
                        _ => "always",
                    };
                    self.set("restart_policy", Value::str(policy));
                }
                _ => self.left.push(format!("`deploy.{key}`")),
            }
        }
    }
}

fn strings(texts: Vec<Text>) -> Value {
    Value::list(texts.into_iter().map(Value::Str).collect())
}

fn items(value: &Value) -> Vec<Value> {
    match value {
        Value::List(items) => items.to_vec(),
        Value::None | Value::Omit => Vec::new(),
        other => vec![other.clone()],
    }
}

/// Joins the fields that are given with colons.
fn of_fields(value: &Value, names: &[&str]) -> Text {
    let mut text = Text::new();
    for value in names.iter().filter_map(|it| value.get(it)) {
        if !text.pieces().is_empty() {
            text.push_str(":");
        }
        text.push(&text_of(value));
    }
    text
}

/// `1m30s` as seconds.
fn seconds(text: &Text) -> Option<i64> {
    let plain = text.plain()?;
    let mut total = 0;
    let mut number = String::new();
    for c in plain.chars() {
        if c.is_ascii_digit() {
            number.push(c);
            continue;
        }
        let count: i64 = number.parse().ok()?;
        number.clear();
        total += match c {
            'h' => count * 3600,
            'm' => count * 60,
            's' => count,
            _ => return None,
        };
    }
    match number.parse::<i64>() {
        Ok(rest) => Some(total + rest),
        Err(_) => (total > 0).then_some(total),
    }
}
