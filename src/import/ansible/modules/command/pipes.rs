//! Lines of a shell that say what becomes of a text: `echo … >> file`, `echo … | tee`, `… | crontab -`, and installers
//! that are fetched and run.

use super::calls::{Call, call};
use super::sense::{Asks, Sense};
use super::walls;
use crate::model::{Family, Resource, Sysctl};
use crate::syntax::shell::{
    Command, Compound, Pipeline, Redirection, RedirectionKind, Simple, read_compound,
};

/// Where other systems have their lists of repositories and the keys of these.
const SOURCES: [&str; 6] = [
    "/etc/apt/",
    "/usr/share/keyrings/",
    "/etc/yum.repos.d/",
    "/etc/pki/rpm-gpg/",
    "/etc/zypp/",
    "/etc/apk/",
];

const NO_SOURCES: &str =
    "NixOS takes packages from nixpkgs, and needs neither repositories nor their keys";

/// Parts of addresses of installers, and the package that does the same.
const INSTALLERS: [(&str, &str); 17] = [
    ("get.docker.com", "docker-ce"),
    ("tailscale.com/install.sh", "tailscale"),
    ("sh.rustup.rs", "rustup"),
    ("starship.rs/install", "starship"),
    ("astral.sh/uv", "uv"),
    ("get-helm-3", "kubernetes-helm"),
    ("install.determinate.systems", "nix"),
    ("bun.sh/install", "bun"),
    ("deno.land/install", "deno"),
    ("get.pnpm.io", "pnpm"),
    ("install.python-poetry.org", "poetry"),
    ("install.zerotier.com", "zerotier-one"),
    ("istio.io/downloadIstio", "istioctl"),
    ("just.systems/install", "just"),
    ("kustomize/master/hack/install_kustomize", "kustomize"),
    ("ajeetdsouza/zoxide", "zoxide"),
    ("aquasecurity/trivy", "trivy"),
];

/// Parts of addresses of installers, and the module of NixOS that does the same.
const MODULES: [(&str, &str); 5] = [
    (
        "get.k3s.io",
        "services.k3s.enable = true; with role, serverAddr, tokenFile and extraFlags for what the installer is told",
    ),
    (
        "get.rke2.io",
        "services.rke2.enable = true; with role, serverAddr and tokenFile",
    ),
    (
        "install.pi-hole.net",
        "services.pihole-ftl.enable = true; and services.pihole-web.enable = true;",
    ),
    (
        "kubernetes.io",
        "services.kubernetes.roles, or services.k3s for a small cluster",
    ),
    ("netdata.cloud/kickstart", "services.netdata.enable = true;"),
];

/// Parts of addresses of scripts that only set up repositories.
const SETUPS: [&str; 11] = [
    "Homebrew/install",
    "deb.nodesource.com",
    "rpm.nodesource.com",
    "packagecloud.io",
    "packages.gitlab.com",
    "rpmfusion.org",
    "downloads.mariadb.com",
    "r.mariadb.com",
    "repo.mysql.com",
    "packages.sury.org",
    "apt.llvm.org",
];

/// Returns what a pipeline asks for, where it is one of these.
pub(super) fn of(pipeline: &Pipeline) -> Option<Sense> {
    if pipeline.negated {
        return None;
    }
    match pipeline.commands.as_slice() {
        [Command::Simple(only)] => {
            if let Some(sense) = walls::of_saved(only) {
                return Some(sense);
            }
            if let Some(url) = installer_in(only) {
                return Some(installs(&url));
            }
            match only.redirections.as_slice() {
                [output] if output.kind != RedirectionKind::Here => written(only, output),
                redirections => of_here_document(only, redirections),
            }
        }
        [Command::Simple(first), .., Command::Simple(last)] => {
            let (_, program) = program(last)?;
            if let Some(url) = fetched(first).filter(|_| is_shell(program)) {
                return Some(installs(&url));
            }
            piped(first, last)
        }
        [Command::Compound(text), Command::Simple(last)] if is_crontab(last) => {
            let read = match read_compound(text) {
                Compound::Redirected(inner, _) => *inner,
                other => other,
            };
            let Compound::Group(script) = read else {
                return None;
            };
            let mut jobs = Vec::new();
            for list in &script.lists {
                let others = list.rest.iter().map(|(_, it)| it);
                for pipeline in std::iter::once(&list.first).chain(others) {
                    let [Command::Simple(simple), ..] = pipeline.commands.as_slice() else {
                        return None;
                    };
                    match printed(simple) {
                        Some(text) if pipeline.commands.len() == 1 => jobs.extend(job(&text)),
                        _ if is_crontab(simple) => {}
                        _ => return None,
                    }
                }
            }
            (!jobs.is_empty()).then(|| Asks::of_calls(jobs))
        }
        _ => None,
    }
}

/// Says why a command about lists of repositories and their keys has no meaning.
pub(super) fn of_sources(program: &str, arguments: &[&str]) -> Option<Sense> {
    const PROGRAMS: [&str; 11] = [
        "chmod", "cp", "curl", "gpg", "install", "mv", "rm", "sed", "tee", "touch", "wget",
    ];
    let mut paths = arguments.iter().filter(|it| it.starts_with('/')).peekable();
    let is_meant = PROGRAMS.contains(&program) && paths.peek().is_some();
    let mut all = paths.map(|path| SOURCES.iter().any(|it| path.starts_with(it)));
    (is_meant && all.all(|it| it)).then_some(Sense::Nothing(NO_SOURCES))
}

fn piped(first: &Simple, last: &Simple) -> Option<Sense> {
    let (words, name) = program(last)?;
    let sinks: Vec<&str> = words
        .iter()
        .copied()
        .chain(
            last.redirections
                .iter()
                .filter_map(|it| it.target.plain.as_deref()),
        )
        .filter(|it| it.starts_with('/') && *it != "/dev/null")
        .collect();
    let is_source = |path: &&str| SOURCES.iter().any(|it| path.starts_with(it));
    if name == "apt-key" || (!sinks.is_empty() && sinks.iter().all(is_source)) {
        return Some(Sense::Nothing(NO_SOURCES));
    }
    let text = printed(first)?;
    if is_crontab(last) {
        return job(&text).map(|it| Asks::of_calls(vec![it]));
    }
    let appends = words.iter().any(|it| matches!(*it, "-a" | "--append"));
    match (name, sinks.as_slice()) {
        ("tee", [path]) => Some(puts(&text, path, appends)),
        _ => None,
    }
}

/// `echo text > path`, and what fetches a list of repositories.
fn written(command: &Simple, output: &Redirection) -> Option<Sense> {
    let path = output.target.plain.as_deref()?;
    let appends = match output.kind {
        RedirectionKind::Write => false,
        RedirectionKind::Append => true,
        RedirectionKind::Read
        | RedirectionKind::ReadWrite
        | RedirectionKind::Duplicate
        | RedirectionKind::OutputAndErrors
        | RedirectionKind::AppendOutputAndErrors
        | RedirectionKind::Here => return None,
    };
    if SOURCES.iter().any(|it| path.starts_with(it)) {
        return Some(Sense::Nothing(NO_SOURCES));
    }
    if !path.starts_with('/') || output.descriptor.is_some_and(|it| it != 1) {
        return None;
    }
    printed(command).map(|text| puts(&text, path, appends))
}

/// `cat > path <<EOF`, `tee path <<EOF`: a text that is known as a whole.
fn of_here_document(command: &Simple, redirections: &[Redirection]) -> Option<Sense> {
    let mut text = None;
    let mut output = None;
    for it in redirections {
        let target = it.target.plain.as_deref()?;
        match it.kind {
            RedirectionKind::Here if text.is_none() => text = Some(target),
            RedirectionKind::Write | RedirectionKind::Append
                if output.is_none() && it.descriptor.is_none_or(|it| it == 1) =>
            {
                output = Some((target, it.kind == RedirectionKind::Append));
            }
            RedirectionKind::Read
            | RedirectionKind::Write
            | RedirectionKind::Append
            | RedirectionKind::ReadWrite
            | RedirectionKind::Duplicate
            | RedirectionKind::OutputAndErrors
            | RedirectionKind::AppendOutputAndErrors
            | RedirectionKind::Here => return None,
        }
    }
    let text = text?;
    let (path, appends) = match (program(command)?, output) {
        ((words, "cat"), Some(output)) if words.is_empty() => output,
        ((words, "tee"), Some(("/dev/null", _)) | None) => match words.as_slice() {
            [path] => (*path, false),
            ["-a" | "--append", path] => (*path, true),
            _ => return None,
        },
        _ => return None,
    };
    if SOURCES.iter().any(|it| path.starts_with(it)) {
        return Some(Sense::Nothing(NO_SOURCES));
    }
    let text = text.strip_suffix('\n').unwrap_or(text);
    path.starts_with('/').then(|| puts(text, path, appends))
}

fn puts(text: &str, path: &str, appends: bool) -> Sense {
    if let Some(name) = path.strip_prefix("/proc/sys/") {
        return Asks::of(Resource::Sysctl(Sysctl {
            name: name.replace('/', "."),
            value: text.trim().to_owned(),
        }));
    }
    if ["/proc/", "/sys/", "/dev/"]
        .iter()
        .any(|it| path.starts_with(it))
    {
        return Sense::Unknown;
    }
    if appends {
        let lines = text.lines().filter(|it| !it.trim().is_empty());
        let calls = lines
            .map(|line| {
                let params = [("path", path), ("line", line), ("create", "yes")];
                call("lineinfile", &params)
            })
            .collect();
        return Asks::of_calls(calls);
    }
    let content = format!("{text}\n");
    Asks::of_calls(vec![call("copy", &[("dest", path), ("content", &content)])])
}

/// Returns what `echo` prints, without the line's end.
fn printed(command: &Simple) -> Option<String> {
    let words = command.plain_words()?;
    let (name, rest) = words.split_first()?;
    let text = match (name.rsplit('/').next()?, rest) {
        ("echo", ["-e" | "-n" | "-en" | "-ne", ..]) => return None,
        ("echo", rest) => rest.join(" "),
        ("printf", [text]) if !text.contains('%') => {
            text.replace("\\n", "\n").trim_end_matches('\n').to_owned()
        }
        _ => return None,
    };
    (!text.contains('\\') || *name == "printf").then_some(text)
}

/// Returns the words of a command and its program's name, without `sudo`.
fn program(command: &Simple) -> Option<(Vec<&str>, &str)> {
    let words: Vec<&str> = command
        .words
        .iter()
        .map(|it| it.plain.as_deref().unwrap_or(&it.raw))
        .skip_while(|it| matches!(*it, "sudo" | "-E" | "env" | "-H"))
        .collect();
    let name = words.first()?.rsplit('/').next()?;
    Some((words.get(1..)?.to_vec(), name))
}

pub(super) fn is_shell(name: &str) -> bool {
    matches!(
        name,
        "sh" | "bash" | "dash" | "zsh" | "python3" | "python" | "perl"
    )
}

fn is_crontab(command: &Simple) -> bool {
    program(command)
        .is_some_and(|(words, name)| name == "crontab" && matches!(words.as_slice(), ["-" | "-l"]))
}

/// Reads a line of a crontab.
fn job(line: &str) -> Option<Call> {
    const FIELDS: [&str; 5] = ["minute", "hour", "day", "month", "weekday"];
    let mut rest = line.trim();
    let mut params = Vec::new();
    if let Some(special) = rest.strip_prefix('@') {
        let (word, command) = special.split_once(char::is_whitespace)?;
        params.push(("special_time", word));
        rest = command.trim_start();
    } else {
        for name in FIELDS {
            let (field, after) = rest.split_once(char::is_whitespace)?;
            let is_field = |c: char| c.is_ascii_alphanumeric() || "*/,-".contains(c);
            if !field.chars().all(is_field) {
                return None;
            }
            params.push((name, field));
            rest = after.trim_start();
        }
    }
    if rest.is_empty() {
        return None;
    }
    params.extend([("name", rest), ("job", rest)]);
    Some(call("cron", &params))
}

/// Returns the address that a command fetches.
fn fetched(command: &Simple) -> Option<String> {
    let (_, name) = program(command)?;
    let words = command.words.iter().map(|it| it.raw.as_str());
    matches!(name, "curl" | "wget")
        .then(|| words.collect::<Vec<_>>().join(" "))
        .and_then(|it| address(&it))
}

/// `sh -c "$(curl …)"`, `bash <(curl …)`
fn installer_in(command: &Simple) -> Option<String> {
    let (_, name) = program(command)?;
    let words = command.words.iter().map(|it| it.raw.as_str());
    let text = words.collect::<Vec<_>>().join(" ");
    is_shell(name).then(|| installer(&text)).flatten()
}

/// Returns the address of the script that a shell is given to run.
pub(super) fn installer(text: &str) -> Option<String> {
    let fetches = ["$(curl", "$(wget", "<(curl", "<(wget", "`curl", "`wget"];
    let is_meant = fetches.iter().any(|it| text.contains(it));
    is_meant.then(|| address(text)).flatten()
}

pub(super) fn address(text: &str) -> Option<String> {
    let at = text.find("https://").or_else(|| text.find("http://"))?;
    let rest = &text[at..];
    let end = rest.find(|c: char| c.is_whitespace() || "\"')`|;".contains(c));
    Some(rest[..end.unwrap_or(rest.len())].to_owned())
}

/// Tells whether an address is that of an installer that is known.
pub(super) fn is_installer(url: &str) -> bool {
    let known = INSTALLERS.iter().map(|(part, _)| *part);
    known.chain(SETUPS).any(|part| url.contains(part))
}

/// Says what a script does that is fetched and run.
pub(super) fn installs(url: &str) -> Sense {
    if SETUPS.iter().any(|it| url.contains(it)) {
        return Sense::Nothing(NO_SOURCES);
    }
    if let Some((_, name)) = INSTALLERS.iter().find(|(part, _)| url.contains(part)) {
        return Asks::of_package(name, Family::Other);
    }
    let own = MODULES.iter().find(|(part, _)| url.contains(part));
    Sense::Manual {
        reason: format!("it fetches an installer and runs it: {url}"),
        cure: own.map_or(
            "take the program from nixpkgs, or switch on the module that has it",
            |(_, cure)| cure,
        ),
    }
}
