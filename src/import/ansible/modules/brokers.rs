//! `rabbitmq_*`, `redis`, `mongodb_*`: what the servers of messages and documents are told while they run.
//!
//! Manuals: <https://docs.ansible.com/ansible/latest/collections/community/rabbitmq/index.html>,
//! <https://docs.ansible.com/ansible/latest/collections/community/general/redis_module.html>,
//! <https://docs.ansible.com/ansible/latest/collections/community/mongodb/index.html>

use super::kept::{Kept, keep, line_of, texts};
use super::{Kind, Module, Run};
use crate::account::Code;
use crate::import::ansible::params::{Params, Refusal};
use crate::import::ansible::value::Value;
use crate::model::{FileLine, Hole, HoleKind, Resource, Text};

pub(super) const RABBITMQ_PLUGIN: Module = Module {
    names: &["rabbitmq_plugin"],
    collection: "community.rabbitmq",
    becomes: "An element of services.rabbitmq.plugins.",
    kind: Kind::Changes,
    run: run_plugin,
};

pub(super) const RABBITMQ_USER: Module = Module {
    names: &["rabbitmq_user"],
    becomes: "A oneshot unit that calls rabbitmqctl; the password is read from a file below /run/secrets.",
    run: run_user,
    ..RABBITMQ_PLUGIN
};

pub(super) const RABBITMQ_VHOST: Module = Module {
    names: &["rabbitmq_vhost"],
    becomes: "A oneshot unit that calls rabbitmqctl.",
    run: run_vhost,
    ..RABBITMQ_PLUGIN
};

pub(super) const RABBITMQ_RULES: Module = Module {
    names: &[
        "rabbitmq_feature_flag",
        "rabbitmq_global_parameter",
        "rabbitmq_parameter",
        "rabbitmq_policy",
        "rabbitmq_user_limits",
        "rabbitmq_vhost_limits",
    ],
    becomes: "A oneshot unit that calls rabbitmqctl.",
    run: run_rules,
    ..RABBITMQ_PLUGIN
};

pub(super) const REDIS: Module = Module {
    names: &["redis"],
    collection: "community.general",
    becomes: "A oneshot unit that calls redis-cli; services.redis.servers.<name>.settings and .slaveOf state it.",
    run: run_redis,
    ..RABBITMQ_PLUGIN
};

pub(super) const MONGODB_USER: Module = Module {
    names: &["mongodb_user"],
    collection: "community.mongodb",
    becomes: "Left to you: accounts are data of the server. services.mongodb.initialScript makes them on the first start.",
    run: run_mongodb,
    ..RABBITMQ_PLUGIN
};

/// How the modules log in.
const WAYS: [&str; 8] = [
    "ca_cert",
    "client_cert",
    "client_key",
    "login_password",
    "login_port",
    "login_protocol",
    "login_user",
    "update_password",
];

fn is_here(params: &mut Params) -> Result<Vec<Text>, Refusal> {
    params.pass_over(&WAYS);
    let host = params.string(&["login_host"])?;
    if let Some(host) = host.filter(|it| !matches!(it.as_str(), "" | "localhost" | "127.0.0.1")) {
        let reason = format!("the server is not this machine's own, but at `{host}`");
        return Err(Refusal::new(Code::CannotState, reason).cure("say it there by hand"));
    }
    let node = params.string(&["node"])?.filter(|it| it != "rabbit");
    let mut words = texts(["rabbitmqctl", "-q"]);
    words.extend(node.iter().flat_map(|it| texts(["-n", it])));
    Ok(words)
}

fn is_absent(params: &mut Params) -> Result<bool, Refusal> {
    Ok(params.choice(&["state"], &["absent", "present"], "present")? == "absent")
}

fn run_plugin(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    params.pass_over(&["broker_state", "new_only", "prefix"]);
    let names = params.list(&["names", "name"])?.unwrap_or_default();
    let state = params.choice(&["state"], &["disabled", "enabled"], "enabled")?;
    if names.is_empty() {
        return params.required(&["names"]).map(|_| ());
    }
    if state == "disabled" {
        run.already(format!(
            "NixOS's RabbitMQ has no plugin but those of services.rabbitmq.plugins: `{}`",
            names.join("`, `")
        ));
        return Ok(());
    }
    // The file in which the server keeps them: one of NixOS is made of the option.
    for name in names {
        let place = name.clone();
        run.put(Resource::FileLine(FileLine {
            path: "/etc/rabbitmq/enabled_plugins".to_owned(),
            section: String::new(),
            name: name.clone(),
            value: Text::new(),
            line: Text::from(name),
            place,
        }));
    }
    Ok(())
}

fn run_vhost(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    let control = is_here(params)?;
    let name = params.required(&["name", "vhost"])?;
    let traces = params.flag(&["tracing", "trace"])?.unwrap_or(false);
    if is_absent(params)? {
        if name != "/" {
            run.already(format!("a new server has no virtual host `{name}`"));
            return Ok(());
        }
        return say(&control, &["delete_vhost", "/"], run);
    }
    let mut script = line_of(&with(&control, &["add_vhost", &name]));
    script.push_str(" || true");
    if traces {
        script.push_str("\n");
        script.push(&line_of(&with(&control, &["trace_on", "-p", &name])));
    }
    keep(Kept::script(script), run)
}

fn with(control: &[Text], words: &[&str]) -> Vec<Text> {
    let mut all = control.to_vec();
    all.extend(texts(words.iter().copied()));
    all
}

fn say(control: &[Text], words: &[&str], run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    keep(Kept::words(with(control, words)), run)
}

fn run_user(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    let control = is_here(params)?;
    params.pass_over(&["force", "topic_permissions"]);
    let name = params.required(&["user", "username", "name"])?;
    let password = params.text(&["password"])?;
    let tags = params.list(&["tags"])?.unwrap_or_default();
    let own = [
        params.string(&["vhost"])?,
        params.string(&["configure_priv"])?,
        params.string(&["write_priv"])?,
        params.string(&["read_priv"])?,
    ];
    let given = params.value(&["permissions"]);
    if is_absent(params)? {
        if name != "guest" {
            run.already(format!("a new server has no account `{name}`"));
            return Ok(());
        }
        return say(&control, &["delete_user", "guest"], run);
    }
    let mut rights: Vec<[String; 4]> = Vec::new();
    match given {
        Some(Value::Unknown(hole)) => return Err(Refusal::hole(&hole)),
        Some(Value::List(items)) if !items.is_empty() => {
            for item in items.iter() {
                let field = |name: &str, default: &str| {
                    let value = item.get(name).map(Value::to_text);
                    let text = value.as_ref().and_then(Text::plain);
                    text.unwrap_or(default).to_owned()
                };
                rights.push([
                    field("vhost", "/"),
                    field("configure_priv", "^$"),
                    field("write_priv", "^$"),
                    field("read_priv", "^$"),
                ]);
            }
        }
        _ => {
            let [vhost, configure, write, read] = own;
            let or =
                |value: Option<String>, default: &str| value.unwrap_or_else(|| default.to_owned());
            rights.push([
                or(vhost, "/"),
                or(configure, "^$"),
                or(write, "^$"),
                or(read, "^$"),
            ]);
        }
    }
    let mut script = Text::new();
    if let Some(password) = password {
        if let Some(hole) = password
            .worst_hole()
            .filter(|it| it.kind == HoleKind::Unknown)
        {
            return Err(Refusal::hole(hole));
        }
        // Whatever it is, none of its characters goes further.
        let secret = Text::hole(Hole {
            kind: HoleKind::Secret,
            what: format!("the password of RabbitMQ's account {name}"),
            span: Some(params.span),
        });
        let mut words = with(&control, &["add_user", &name]);
        words.push(secret.clone());
        script.push(&line_of(&words));
        script.push_str(" || ");
        let mut words = with(&control, &["change_password", &name]);
        words.push(secret);
        script.push(&line_of(&words));
        script.push_str("\n");
    }
    if !tags.is_empty() {
        let mut words = with(&control, &["set_user_tags", &name]);
        words.extend(texts(tags.iter().map(String::as_str)));
        script.push(&line_of(&words));
        script.push_str("\n");
    }
    for [vhost, configure, write, read] in &rights {
        let words = [
            "set_permissions",
            "-p",
            vhost,
            &name,
            configure,
            write,
            read,
        ];
        script.push(&line_of(&with(&control, &words)));
        script.push_str("\n");
    }
    keep(Kept::script(script), run)
}

fn run_rules(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    let control = is_here(params)?;
    let name = params.string(&["name", "user"])?.unwrap_or_default();
    let vhost = params.string(&["vhost"])?.unwrap_or_else(|| "/".to_owned());
    let module = params.module();
    let kind = module.to_owned();
    if kind != "rabbitmq_feature_flag" && is_absent(params)? {
        params.rest();
        run.already(format!("a new server does not have `{name}`"));
        return Ok(());
    }
    match kind.as_str() {
        "rabbitmq_policy" => {
            let pattern = params.required(&["pattern"])?;
            let to = params.string(&["apply_to"])?;
            let priority = params.string(&["priority"])?;
            let tags = params.value(&["tags"]).unwrap_or(Value::None);
            let tags = plain_json(&tags)?;
            let priority = priority.as_deref().unwrap_or("0");
            let to = to.as_deref().unwrap_or("all");
            let mut words = vec!["set_policy", "-p", &vhost, "--priority", priority];
            words.extend(["--apply-to", to, &name, &pattern, &tags]);
            say(&control, &words, run)
        }
        "rabbitmq_parameter" | "rabbitmq_global_parameter" => {
            let value = params.value(&["value"]).unwrap_or(Value::None);
            let value = match &value {
                Value::Str(text) => text.to_string(),
                other => plain_json(other)?,
            };
            if kind == "rabbitmq_global_parameter" {
                return say(&control, &["set_global_parameter", &name, &value], run);
            }
            let component = params.required(&["component"])?;
            let words = ["set_parameter", "-p", &vhost, &component, &name, &value];
            say(&control, &words, run)
        }
        "rabbitmq_feature_flag" => say(&control, &["enable_feature_flag", &name], run),
        _ => {
            let mut limits = Vec::new();
            for (param, limit) in [
                ("max_channels", "max-channels"),
                ("max_connections", "max-connections"),
                ("max_queues", "max-queues"),
            ] {
                if let Some(number) = params.number(&[param])?.filter(|it| *it >= 0) {
                    limits.push(format!("\"{limit}\": {number}"));
                }
            }
            let limits = format!("{{{}}}", limits.join(", "));
            if kind == "rabbitmq_user_limits" {
                say(&control, &["set_user_limits", &name, &limits], run)
            } else {
                say(&control, &["set_vhost_limits", "-p", &vhost, &limits], run)
            }
        }
    }
}

fn plain_json(value: &Value) -> Result<String, Refusal> {
    let text = value.to_json();
    match text.worst_hole() {
        Some(hole) => Err(Refusal::hole(hole)),
        None => Ok(text.to_string()),
    }
}

fn run_redis(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    params.pass_over(&[
        "ca_certs",
        "client_cert_file",
        "client_key_file",
        "login_user",
        "tls",
        "validate_certs",
    ]);
    let host = params.string(&["login_host"])?;
    if let Some(host) = host.filter(|it| !matches!(it.as_str(), "" | "localhost" | "127.0.0.1")) {
        let reason = format!("the server is not this machine's own, but at `{host}`");
        return Err(Refusal::new(Code::CannotState, reason).cure("say it there by hand"));
    }
    let commands = ["config", "flush", "replica", "slave"];
    let command = params.choice(&["command"], &commands, "")?;
    let port = params.string(&["login_port"])?;
    let password = params.text(&["login_password"])?;
    let mut words = texts(["redis-cli"]);
    words.extend(port.iter().flat_map(|it| texts(["-p", it])));
    match command.as_str() {
        "config" => {
            let name = params.required(&["name"])?;
            let value = params.text(&["value"])?.unwrap_or_default();
            words.extend(texts(["CONFIG", "SET", name.as_str()]));
            words.push(value);
        }
        "flush" => {
            params.rest();
            run.already("the server of a new machine is empty");
            return Ok(());
        }
        _ => {
            let mode = params.string(&["replica_mode", "slave_mode"])?;
            let host = params.string(&["master_host"])?;
            let port = params.string(&["master_port"])?;
            match (mode.as_deref(), host, port) {
                (Some("master"), _, _) => {
                    run.already("the server of a new machine is no replica");
                    return Ok(());
                }
                (_, Some(host), Some(port)) => {
                    words.extend(texts(["REPLICAOF", host.as_str(), port.as_str()]));
                }
                _ => return params.required(&["master_host"]).map(|_| ()),
            }
        }
    }
    let mut kept = Kept::words(words);
    if let Some(password) = password {
        if let Some(hole) = password
            .worst_hole()
            .filter(|it| it.kind == HoleKind::Unknown)
        {
            return Err(Refusal::hole(hole));
        }
        kept.environment = vec![(
            "REDISCLI_AUTH".to_owned(),
            Text::hole(Hole {
                kind: HoleKind::Secret,
                what: "the password with which Ansible logs in at Redis".to_owned(),
                span: Some(params.span),
            }),
        )];
    }
    keep(kept, run)
}

fn run_mongodb(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    let name = params.text(&["name", "user"])?.unwrap_or_default();
    let database = params.text(&["database", "db"])?.unwrap_or_default();
    let state = params.choice(&["state"], &["absent", "present"], "present")?;
    params.rest();
    if state == "absent" {
        run.already(format!("a new server has no account `{name}`"));
        return Ok(());
    }
    let reason = format!("`{name}` is an account of MongoDB's `{database}`, with a password");
    Err(Refusal::new(Code::ValueSecret, reason).cure(
        "services.mongodb.enableAuth, .initialRootPasswordFile and .initialScript make accounts on the first start",
    ))
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn accounts_have_rights_and_passwords_that_go_nowhere() {
        check(
            "- rabbitmq_user: {user: ada, password: hunter2, tags: administrator, vhost: app, configure_priv: '.*'}",
            &[
                r#"{"step":{"name":"rabbitmq user","command":{"script":{"shell":"/bin/sh","text":["rabbitmqctl -q add_user ada ",{"secret":"the password of RabbitMQ's account ada"}," || rabbitmqctl -q change_password ada ",{"secret":"the password of RabbitMQ's account ada"},"\nrabbitmqctl -q set_user_tags ada administrator\nrabbitmqctl -q set_permissions -p app ada '.*' '^$' '^$'\n"]}},"environment":[],"after":[]}}"#,
            ],
        );
        check(
            "- rabbitmq_user: {user: guest, state: absent}",
            &[
                r#"{"step":{"name":"rabbitmq user","command":{"words":["rabbitmqctl","-q","delete_user","guest"]},"environment":[],"after":[]}}"#,
            ],
        );
        check(
            "- rabbitmq_vhost: {name: app}",
            &[
                r#"{"step":{"name":"rabbitmq vhost","command":{"script":{"shell":"/bin/sh","text":"rabbitmqctl -q add_vhost app || true"}},"environment":[],"after":[]}}"#,
            ],
        );
        check(
            "- rabbitmq_policy: {name: ha, pattern: '.*', tags: {ha-mode: all}}",
            &[
                r#"{"step":{"name":"rabbitmq policy","command":{"words":["rabbitmqctl","-q","set_policy","-p","/","--priority","0","--apply-to","all","ha",".*","{\"ha-mode\": \"all\"}"]},"environment":[],"after":[]}}"#,
            ],
        );
        check(
            "- rabbitmq_plugin: {names: 'rabbitmq_management,rabbitmq_mqtt'}",
            &[
                r#"{"file-line":{"path":"/etc/rabbitmq/enabled_plugins","name":"rabbitmq_management","value":"","line":"rabbitmq_management"}}"#,
                r#"{"file-line":{"path":"/etc/rabbitmq/enabled_plugins","name":"rabbitmq_mqtt","value":"","line":"rabbitmq_mqtt"}}"#,
            ],
        );
    }

    #[test]
    fn a_running_redis_is_told() {
        check(
            "- redis: {command: config, name: maxmemory, value: 1gb}",
            &[
                r#"{"step":{"name":"redis","command":{"words":["redis-cli","CONFIG","SET","maxmemory","1gb"]},"environment":[],"after":[]}}"#,
            ],
        );
        check(
            "- redis: {command: replica, master_host: 192.0.2.1, master_port: 6379, login_password: hunter2}",
            &[
                r#"{"step":{"name":"redis","command":{"words":["redis-cli","REPLICAOF","192.0.2.1","6379"]},"environment":[["REDISCLI_AUTH",[{"secret":"the password with which Ansible logs in at Redis"}]]],"after":[]}}"#,
            ],
        );
        check(
            "- mongodb_user: {name: ada, database: app, password: hunter2}",
            &["manual: `ada` is an account of MongoDB's `app`, with a password"],
        );
    }
}
