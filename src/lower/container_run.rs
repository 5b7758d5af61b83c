//! The words of `docker run` and `podman run`, as a container.
//!
//! Manuals: docker-run(1), podman-run(1). What nixos/modules/virtualisation/oci-containers.nix has an option for goes there,
//! every other option that is known goes to its extraOptions as it stands. A word that is not understood has no answer:
//! where the image begins could not be told.

use crate::lower::step_words;
use crate::model::{Attachment, Container, Engine, Restart, Text};

/// Options with one letter, and their long names.
const SHORT: [(char, &str); 12] = [
    ('P', "publish-all"),
    ('d', "detach"),
    ('e', "env"),
    ('h', "hostname"),
    ('i', "interactive"),
    ('l', "label"),
    ('m', "memory"),
    ('p', "publish"),
    ('t', "tty"),
    ('u', "user"),
    ('v', "volume"),
    ('w', "workdir"),
];

/// Options that take no word.
const SWITCHES: [&str; 13] = [
    "detach",
    "init",
    "interactive",
    "no-healthcheck",
    "no-hosts",
    "oom-kill-disable",
    "privileged",
    "publish-all",
    "read-only",
    "replace",
    "rm",
    "sig-proxy",
    "tty",
];

/// Options that the module has no name for, and that take a word.
const OTHERS: [&str; 62] = [
    "add-host",
    "annotation",
    "blkio-weight",
    "cgroup-parent",
    "cgroupns",
    "cpu-period",
    "cpu-quota",
    "cpu-shares",
    "cpus",
    "cpuset-cpus",
    "cpuset-mems",
    "device-cgroup-rule",
    "device-read-bps",
    "device-write-bps",
    "dns",
    "dns-option",
    "dns-search",
    "domainname",
    "expose",
    "gpus",
    "group-add",
    "health-cmd",
    "health-interval",
    "health-retries",
    "health-start-period",
    "health-timeout",
    "ip",
    "ip6",
    "ipc",
    "isolation",
    "kernel-memory",
    "label-file",
    "log-opt",
    "mac-address",
    "memory",
    "memory-reservation",
    "memory-swap",
    "memory-swappiness",
    "mount",
    "network-alias",
    "oom-score-adj",
    "pid",
    "pids-limit",
    "platform",
    "runtime",
    "secret",
    "security-opt",
    "shm-size",
    "stop-signal",
    "stop-timeout",
    "storage-opt",
    "subgidname",
    "subuidname",
    "sysctl",
    "systemd",
    "timezone",
    "tmpfs",
    "tz",
    "ulimit",
    "userns",
    "uts",
    "volumes-from",
];

/// Options by which systemd and podman find each other: the module has its own.
const MEANS: [&str; 5] = [
    "cgroups",
    "cidfile",
    "conmon-pidfile",
    "pidfile",
    "sdnotify",
];

/// A container, and how the command runs it.
pub(super) struct Run {
    pub(super) container: Container,
    pub(super) is_detached: bool,
}

/// Reads a command line, from its program on.
pub(super) fn read(words: &[Text]) -> Option<Run> {
    let engine = match step_words::program(words)? {
        "docker" => Engine::Docker,
        "podman" => Engine::Podman,
        _ => return None,
    };
    let mut words = words.get(1..)?.iter();
    if words.as_slice().first()?.plain() == Some("container") {
        words.next();
    }
    if words.next()?.plain() != Some("run") {
        return None;
    }
    let mut run = Run {
        container: empty(engine),
        is_detached: false,
    };
    while let Some(word) = words.as_slice().first() {
        let start = literal_start(word);
        if !start.starts_with('-') {
            break;
        }
        words.next();
        if let Some(long) = start.strip_prefix("--") {
            let (name, value) = match long.split_once('=') {
                Some((name, _)) => (name, Some(behind(word, name.len() + 3))),
                None => (long, None),
            };
            let value = match value {
                Some(value) => Some(value),
                None if SWITCHES.contains(&name) => None,
                None => Some(words.next()?.clone()),
            };
            option(&mut run, name, value)?;
            continue;
        }
        short(&mut run, word, &mut words)?;
    }
    run.container.image = words.next()?.clone();
    run.container.command = words.cloned().collect();
    (!run.container.name.is_empty()).then_some(run)
}

/// A container of which nothing is said.
pub(super) fn empty(engine: Engine) -> Container {
    Container {
        name: String::new(),
        engine,
        image: Text::new(),
        pulls: false,
        started: true,
        restart: None,
        command: Vec::new(),
        entrypoint: Vec::new(),
        environment: Vec::new(),
        environment_files: Vec::new(),
        ports: Vec::new(),
        volumes: Vec::new(),
        networks: Vec::new(),
        devices: Vec::new(),
        labels: Vec::new(),
        capabilities: Vec::new(),
        privileged: false,
        hostname: None,
        user: None,
        directory: None,
        log_driver: None,
        options: Vec::new(),
        needs: Vec::new(),
    }
}

/// Reads `-it`, `-p 80:80`, `-p80:80`.
fn short<'a>(run: &mut Run, word: &Text, words: &mut impl Iterator<Item = &'a Text>) -> Option<()> {
    let start = literal_start(word).to_owned();
    for (at, letter) in start.char_indices().skip(1) {
        let name = SHORT.iter().find(|(it, _)| *it == letter)?.1;
        if SWITCHES.contains(&name) {
            option(run, name, None)?;
            continue;
        }
        let rest = behind(word, at + letter.len_utf8());
        let value = if rest.pieces().is_empty() {
            words.next()?.clone()
        } else {
            rest
        };
        return option(run, name, Some(value));
    }
    (start.len() > 1).then_some(())
}

/// Puts an option to the container; none where it is not understood.
pub(super) fn option(run: &mut Run, name: &str, value: Option<Text>) -> Option<()> {
    let container = &mut run.container;
    let is_off = value.as_ref().is_some_and(|it| it.plain() == Some("false"));
    if SWITCHES.contains(&name) {
        match name {
            _ if is_off => {}
            "detach" => run.is_detached = true,
            "privileged" => container.privileged = true,
            // The module removes and replaces what it starts.
            "rm" | "replace" => {}
            _ => container.options.push(format!("--{name}").into()),
        }
        return Some(());
    }
    let value = value?;
    match name {
        "name" => container.name = value.plain()?.to_owned(),
        "hostname" => container.hostname = Some(value),
        "user" => container.user = Some(value),
        "workdir" => container.directory = Some(value),
        "entrypoint" => container.entrypoint = vec![value],
        "env" => {
            let (name, value) = pair(&value)?;
            container.environment.push((name, value));
        }
        "env-file" => container.environment_files.push(value),
        "label" => {
            let (name, value) = pair(&value).or_else(|| {
                let name = value.plain()?.to_owned();
                Some((name, Text::new()))
            })?;
            container.labels.push((name, value));
        }
        "publish" => container.ports.push(value),
        "volume" => container.volumes.push(value),
        "device" => container.devices.push(value),
        "network" | "net" => {
            if let Some(other) = value.plain()?.strip_prefix("container:") {
                container.needs.push(other.to_owned());
            }
            container.networks.push(Attachment {
                network: value,
                fields: Vec::new(),
            });
        }
        "cap-add" | "cap-drop" => {
            let capability = value.plain()?.to_ascii_uppercase();
            let capability = capability.strip_prefix("CAP_").unwrap_or(&capability);
            let is_added = name == "cap-add";
            container
                .capabilities
                .push((capability.to_owned(), is_added));
        }
        "log-driver" => container.log_driver = Some(value.plain()?.to_owned()),
        "pull" => container.pulls = matches!(value.plain()?, "always" | "newer"),
        "restart" => {
            let policy = value.plain()?;
            container.restart = Some(match policy.split(':').next().unwrap_or(policy) {
                "no" => Restart::Never,
                "on-failure" => Restart::OnFailure,
                "always" | "unless-stopped" => Restart::Always,
                _ => return None,
            });
        }
        _ if MEANS.contains(&name) => {}
        _ if OTHERS.contains(&name) => {
            let mut whole = Text::from(format!("--{name}="));
            whole.push(&value);
            container.options.push(whole);
        }
        _ => return None,
    }
    Some(())
}

/// Splits `NAME=value`; a name alone takes what the environment of the command has, which nobody knows.
pub(super) fn pair(text: &Text) -> Option<(String, Text)> {
    let (name, _) = literal_start(text).split_once('=')?;
    Some((name.to_owned(), behind(text, name.len() + 1)))
}

/// The text up to the first hole.
fn literal_start(text: &Text) -> &str {
    match text.pieces().first() {
        Some(crate::model::Piece::Literal(literal)) => literal,
        Some(crate::model::Piece::Hole(_)) | None => "",
    }
}

/// What is behind the first bytes of a text.
fn behind(text: &Text, bytes: usize) -> Text {
    let mut rest = Text::new();
    for (at, piece) in text.pieces().iter().enumerate() {
        match piece {
            crate::model::Piece::Literal(literal) if at == 0 => {
                rest.push_str(literal.get(bytes..).unwrap_or_default());
            }
            crate::model::Piece::Literal(literal) => rest.push_str(literal),
            crate::model::Piece::Hole(hole) => rest.push_hole(hole.clone()),
        }
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::lower::step_words;
    use crate::lower::tests::text;

    /// The command line, and what of the container is not as in an empty one.
    fn check(command: &str, expected: Option<&str>) {
        let words = step_words::split(&text(command)).expect("it can be split");
        let found = read(&words).map(|run| {
            let dump = serde_json::to_value(&run.container).expect("it can be shown");
            let fields = dump.as_object().cloned().unwrap_or_default();
            let usual = ["pulls", "privileged"];
            let shown = fields.iter().filter(|(name, it)| {
                let is_usual = usual.contains(&name.as_str()) && **it == serde_json::json!(false);
                !is_usual && !matches!(name.as_str(), "engine" | "started")
            });
            let shown: Vec<String> = shown.map(|(name, it)| format!("{name}={it}")).collect();
            shown.join(" ")
        });
        assert_eq!(found.as_deref(), expected, "{command}");
    }

    #[test]
    fn options_end_at_the_image() {
        check(
            "/usr/bin/docker run --rm -it --name shop -p 80:80 -p127.0.0.1:81:81 -e A=b --env=C='d e' -v /a:/b:ro --net host --cap-add=cap_net_admin --gpus all --memory=1g shop:1 serve --port 80",
            Some(
                r#"name="shop" image="shop:1" command=["serve","--port","80"] environment=[["A","b"],["C","d e"]] ports=["80:80","127.0.0.1:81:81"] volumes=["/a:/b:ro"] networks=[{"network":"host"}] capabilities=[["NET_ADMIN",true]] options=["--interactive","--tty","--gpus=all","--memory=1g"]"#,
            ),
        );
        check(
            "podman container run -d --replace --cidfile=%t/x --name=a --restart unless-stopped --user 1:1 --entrypoint=/x b",
            Some(r#"name="a" image="b" restart="always" entrypoint=["/x"] user="1:1""#),
        );
    }

    #[test]
    fn what_is_not_understood_has_no_answer() {
        check("docker run --name a --new-thing b c", None);
        check("docker run b", None);
        check("docker run --name a -e HOME b", None);
        check("docker compose up", None);
        check("docker run --name a --link b c", None);
    }
}
