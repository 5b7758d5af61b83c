//! Modules that tell a program of the machine what to do, in its words: `docker_stack`, `hg` and their kin.
//!
//! Manuals: <https://docs.ansible.com/ansible/latest/collections/community/docker/index.html>,
//! <https://docs.ansible.com/ansible/latest/collections/community/general/index.html>
//!
//! A row says how the program's words are made of the parameters. NixOS has no option for what they make: the call is
//! kept, and runs once. What is to be gone is not there on a new machine.

use super::kept::{Kept, keep, line_of};
use super::paths::absolute;
use super::{Kind, Module, Run};
use crate::account::Code;
use crate::import::ansible::params::{Params, Refusal};
use crate::model::Text;

pub(super) const MODULE: Module = Module {
    names: &[
        "consul_kv",
        "dconf",
        "docker_compose_v2_exec",
        "docker_compose_v2_run",
        "docker_config",
        "docker_image_push",
        "docker_image_tag",
        "docker_node",
        "docker_plugin",
        "docker_secret",
        "docker_stack",
        "docker_swarm",
        "ejabberd_user",
        "filesize",
        "hg",
        "ip_netns",
        "subversion",
    ],
    collection: "community.general",
    becomes: "A oneshot unit that calls the program; a secret is read from a file below /run/secrets.",
    kind: Kind::Changes,
    run,
};

pub(super) const LOOKS: Module = Module {
    names: &[
        "acme_inspect",
        "facter",
        "get_certificate",
        "ldap_search",
        "mongodb_status",
        "ohai",
        "openssl_csr_pipe",
        "openssl_privatekey_pipe",
        "pids",
        "postgresql_ping",
        "read_csv",
        "x509_certificate_pipe",
    ],
    becomes: "Only looks at the machine, or makes a text for later tasks: what it registers is unknown.",
    run: |params, run| {
        params.rest();
        run.probe("it only looks, or makes a text for later tasks");
        Ok(())
    },
    ..MODULE
};

/// How a word of the call is made. Several names of one parameter stand behind another, with `|` between them.
#[derive(Clone, Copy)]
enum Word {
    /// As it is.
    Is(&'static str),
    /// The value of a parameter that has to be given.
    Of(&'static str),
    /// The values of a list.
    All(&'static str),
    /// An option with the value of a parameter, where that is given.
    With(&'static str, &'static str),
    /// The same for each value of a list.
    Each(&'static str, &'static str),
    /// A switch, where a parameter is true.
    If(&'static str, &'static str),
    /// A value that nobody may see.
    Secret(&'static str),
}

use Word::{All, Each, If, Is, Of, Secret, With};

struct Row {
    module: &'static str,
    words: &'static [Word],
    /// What changes nothing of the call on a new machine.
    passed: &'static [&'static str],
    /// The parameter that names what it makes.
    makes: Option<&'static str>,
    /// The parameter that names the folder that it runs in.
    within: Option<&'static str>,
}

const PLAIN: Row = Row {
    module: "",
    words: &[],
    passed: &[],
    makes: None,
    within: None,
};

/// How the modules of Docker reach its daemon.
const DAEMON: [&str; 14] = [
    "api_version",
    "ca_path",
    "cacert_path",
    "cert_path",
    "client_cert",
    "client_key",
    "cli_context",
    "debug",
    "docker_cli",
    "docker_host",
    "timeout",
    "tls",
    "use_ssh_client",
    "validate_certs",
];

const ROWS: [Row; 17] = [
    Row {
        module: "consul_kv",
        words: &[Is("consul"), Is("kv"), Is("put"), Of("key"), Of("value")],
        passed: &["host", "port", "scheme", "validate_certs"],
        ..PLAIN
    },
    Row {
        module: "dconf",
        words: &[
            Is("dbus-run-session"),
            Is("dconf"),
            Is("write"),
            Of("key"),
            Of("value"),
        ],
        ..PLAIN
    },
    Row {
        module: "docker_compose_v2_exec",
        words: &[
            Is("docker"),
            Is("compose"),
            With("--project-name", "project_name"),
            Each("--file", "files"),
            Is("exec"),
            Is("-T"),
            If("--detach", "detach"),
            If("--privileged", "privileged"),
            With("--user", "user"),
            With("--workdir", "chdir"),
            With("--index", "index"),
            Of("service"),
            All("argv|command"),
        ],
        passed: &["strip_empty_ends", "tty"],
        within: Some("project_src"),
        ..PLAIN
    },
    Row {
        module: "docker_compose_v2_run",
        words: &[
            Is("docker"),
            Is("compose"),
            With("--project-name", "project_name"),
            Each("--file", "files"),
            Is("run"),
            Is("-T"),
            If("--detach", "detach"),
            If("--rm", "cleanup"),
            If("--no-deps", "no_deps"),
            With("--user", "user"),
            With("--workdir", "chdir"),
            With("--entrypoint", "entrypoint"),
            Of("service"),
            All("argv|command"),
        ],
        passed: &["strip_empty_ends", "tty"],
        within: Some("project_src"),
        ..PLAIN
    },
    Row {
        module: "docker_config",
        words: &[
            Is("docker"),
            Is("config"),
            Is("create"),
            Of("name"),
            Of("data_src"),
        ],
        passed: &["force", "rolling_versions", "versions_to_keep"],
        ..PLAIN
    },
    Row {
        module: "docker_image_push",
        words: &[Is("docker"), Is("push"), Of("name")],
        ..PLAIN
    },
    Row {
        module: "docker_image_tag",
        words: &[Is("docker"), Is("tag"), Of("name"), All("repository")],
        passed: &["existing_images"],
        ..PLAIN
    },
    Row {
        module: "docker_node",
        words: &[
            Is("docker"),
            Is("node"),
            Is("update"),
            With("--availability", "availability"),
            With("--role", "role"),
            Of("hostname"),
        ],
        ..PLAIN
    },
    Row {
        module: "docker_plugin",
        words: &[
            Is("docker"),
            Is("plugin"),
            Is("install"),
            Is("--grant-all-permissions"),
            With("--alias", "alias"),
            Of("plugin_name"),
        ],
        passed: &["enable_timeout", "force_remove"],
        ..PLAIN
    },
    Row {
        module: "docker_secret",
        words: &[
            Is("docker"),
            Is("secret"),
            Is("create"),
            Of("name"),
            Of("data_src"),
        ],
        passed: &["force", "rolling_versions", "versions_to_keep"],
        ..PLAIN
    },
    Row {
        module: "docker_stack",
        words: &[
            Is("docker"),
            Is("stack"),
            Is("deploy"),
            If("--prune", "prune"),
            If("--with-registry-auth", "with_registry_auth"),
            With("--resolve-image", "resolve_image"),
            Each("--compose-file", "compose"),
            Of("name"),
        ],
        passed: &["absent_retries", "absent_retries_interval", "detach"],
        ..PLAIN
    },
    Row {
        module: "docker_swarm",
        words: &[
            Is("docker"),
            Is("swarm"),
            Is("init"),
            With("--advertise-addr", "advertise_addr"),
            With("--listen-addr", "listen_addr"),
            With("--data-path-addr", "data_path_addr"),
            With("--data-path-port", "data_path_port"),
            Each("--default-addr-pool", "default_addr_pool"),
            If("--force-new-cluster", "force"),
        ],
        ..PLAIN
    },
    Row {
        module: "ejabberd_user",
        words: &[
            Is("ejabberdctl"),
            Is("register"),
            Of("username"),
            Of("host"),
            Secret("password"),
        ],
        ..PLAIN
    },
    Row {
        module: "filesize",
        words: &[Is("fallocate"), Is("--length"), Of("size"), Of("path")],
        passed: &["blocksize", "force", "sparse", "unsafe_writes"],
        makes: Some("path"),
        ..PLAIN
    },
    Row {
        module: "hg",
        words: &[
            Is("hg"),
            Is("clone"),
            With("--updaterev", "revision|version"),
            Of("repo|name"),
            Of("dest"),
        ],
        passed: &["force", "purge", "update", "clone", "executable"],
        makes: Some("dest"),
        ..PLAIN
    },
    Row {
        module: "ip_netns",
        words: &[Is("ip"), Is("netns"), Is("add"), Of("name")],
        ..PLAIN
    },
    Row {
        module: "subversion",
        words: &[
            Is("svn"),
            Is("checkout"),
            Is("--non-interactive"),
            With("--revision", "revision|rev|version"),
            With("--username", "username"),
            Of("repo|name|repository"),
            Of("dest"),
        ],
        passed: &[
            "checkout",
            "executable",
            "force",
            "in_place",
            "switch",
            "update",
            "validate_certs",
        ],
        makes: Some("dest"),
        ..PLAIN
    },
];

/// What `state` says of what is to be gone.
const GONE: [&str; 4] = ["absent", "remove", "disable", "unpresent"];
/// What it says of what is to be there.
const THERE: [&str; 3] = ["present", "enable", "latest"];

fn run(params: &mut Params, run: &mut Run<'_, '_>) -> Result<(), Refusal> {
    let Some(row) = ROWS.iter().find(|it| it.module == params.module()) else {
        return Ok(());
    };
    let state = params.string(&["state"])?;
    let state = state.unwrap_or_else(|| "present".to_owned());
    if GONE.contains(&state.as_str()) {
        params.rest();
        run.already("what it would take away is not there on a new machine");
        return Ok(());
    }
    if !THERE.contains(&state.as_str()) {
        let reason = format!("`state: {state}` is no state that lasts");
        return Err(Refusal::new(Code::CannotState, reason).cure("do it by hand"));
    }
    params.pass_over(&DAEMON);
    params.pass_over(row.passed);
    let within = match row.within {
        Some(name) => Some(absolute(run, &params.required(&[name])?)?),
        None => None,
    };
    let makes = match row.makes {
        Some(name) => Some(params.required(&[name])?),
        None => None,
    };
    let data = match row.module {
        "docker_secret" => secret(params, "data")?,
        "docker_config" => params.text(&["data"])?,
        _ => None,
    };
    let mut words: Vec<Text> = Vec::new();
    let mut hidden: Option<Text> = None;
    for word in row.words {
        match *word {
            Is(word) => words.push(Text::from(word)),
            // It was taken above.
            Of(name) if row.makes == Some(name) => {
                words.extend(makes.as_deref().map(Text::from));
            }
            Of("data_src") if data.is_some() => words.push(Text::from("-")),
            Of(names) => words.push(Text::from(params.required(&names_of(names))?)),
            All(names) => words.extend(list(params, names)?),
            With(option, names) => {
                if let Some(value) = params.text(&names_of(names))? {
                    words.extend([Text::from(option), value]);
                }
            }
            Each(option, names) => {
                for value in list(params, names)? {
                    words.extend([Text::from(option), value]);
                }
            }
            If(option, names) => {
                if params.flag(&names_of(names))?.unwrap_or(false) {
                    words.push(Text::from(option));
                }
            }
            Secret(name) => hidden = secret(params, name)?,
        }
    }
    let line = line_of(&words);
    let mut kept = match (data, hidden) {
        (Some(data), _) => {
            let mut script = Text::from("printf %s \"$DATA\" | ");
            script.push(&line);
            with_secret(script, "DATA", data)
        }
        (None, Some(hidden)) => {
            let mut script = line;
            script.push_str(" \"$SECRET\"");
            with_secret(script, "SECRET", hidden)
        }
        (None, None) => Kept::words(words),
    };
    if let Some(folder) = within {
        kept = kept.within(folder);
    }
    if let Some(path) = makes {
        kept = kept.creating(absolute(run, &path)?);
    }
    keep(kept, run)
}

fn names_of(names: &'static str) -> Vec<&'static str> {
    names.split('|').collect()
}

/// Takes a list, or a line of words.
fn list(params: &mut Params, names: &'static str) -> Result<Vec<Text>, Refusal> {
    let mut found = Vec::new();
    for name in names.split('|') {
        if name == "command" {
            let line = params.string(&[name])?.unwrap_or_default();
            found.extend(line.split_whitespace().map(Text::from));
        } else {
            found.extend(params.texts(&[name])?);
        }
    }
    Ok(found)
}

/// Takes a parameter of which no character goes further.
pub(super) fn secret(params: &mut Params, name: &str) -> Result<Option<Text>, Refusal> {
    params.secret(name, &format!("the `{name}` of the task"))
}

pub(super) fn with_secret(script: Text, name: &str, value: Text) -> Kept {
    let mut kept = Kept::script(script);
    kept.environment = vec![(name.to_owned(), value)];
    kept
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn the_words_of_a_program_are_made_of_the_parameters() {
        check(
            "- docker_stack: {name: shop, compose: [/srv/shop/a.yml, /srv/shop/b.yml], prune: true}",
            &[
                r#"{"step":{"name":"docker stack","command":{"words":["docker","stack","deploy","--prune","--compose-file","/srv/shop/a.yml","--compose-file","/srv/shop/b.yml","shop"]},"environment":[],"after":[]}}"#,
            ],
        );
        check(
            "- hg: {repo: 'https://example.org/x', dest: /srv/x, revision: stable}",
            &[
                r#"{"step":{"name":"hg","command":{"words":["hg","clone","--updaterev","stable","https://example.org/x","/srv/x"]},"environment":[],"creates":"/srv/x","after":[]}}"#,
            ],
        );
        check(
            "- docker_stack: {name: shop, state: absent}",
            &["not-needed: what it would take away is not there on a new machine"],
        );
        check(
            "- docker_swarm: {state: join, join_token: x}",
            &["manual: `state: join` is no state that lasts"],
        );
    }

    #[test]
    fn a_secret_is_a_variable() {
        check(
            "- docker_secret: {name: db, data: '{{ db_password }}'}",
            &[
                r#"{"step":{"name":"docker secret","command":{"script":{"shell":"/bin/sh","text":"printf %s \"$DATA\" | docker secret create db -"}},"environment":[["DATA",[{"secret":"the `data` of the task"}]]],"after":[]}}"#,
            ],
        );
    }
}
