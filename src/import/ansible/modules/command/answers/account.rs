//! Users, groups, services, and what the facts of the host say of its system.

use super::{Output, Said};
use crate::import::ansible::modules::Run;
use crate::import::ansible::modules::paths::fresh;
use crate::import::state::Key;
use crate::model::Resource;

pub(super) fn of(program: &str, arguments: &[&str], run: &Run<'_, '_>) -> Option<Said> {
    let key = match (program, arguments) {
        ("whoami", []) => return Some(Said::text(0, &format!("{}\n", run.user.as_deref()?))),
        ("id", ["-u", "root"]) => return Some(Said::text(0, "0\n")),
        ("id", [name]) if !name.starts_with('-') => Key::User((*name).to_owned()),
        ("id", [flag, name]) if flag.starts_with('-') => Key::User((*name).to_owned()),
        ("getent", ["passwd", name]) => Key::User((*name).to_owned()),
        ("getent", ["group", name]) => Key::Group((*name).to_owned()),
        ("crontab", ["-l"]) => {
            let is_cron = |it: &Resource| matches!(it, Resource::CronJob(_));
            let has_any = run.state.entries().any(|entry| is_cron(&entry.resource));
            let why = "nobody has a crontab on a new machine".to_owned();
            return (!has_any).then(|| Said::fails(1).under(why));
        }
        _ => return None,
    };
    let (Key::User(name) | Key::Group(name)) = &key else {
        return None;
    };
    if run.state.get(&key).is_some() {
        return Some(Said::new(0, Output::Unknown));
    }
    let is_user = matches!(key, Key::User(_));
    let status = if program == "getent" { 2 } else { 1 };
    let is_number = name.bytes().all(|it| it.is_ascii_digit());
    if run.state.doubt(&key).is_some() || is_number || fresh::has_account(name, run)? {
        return None;
    }
    let kind = if is_user { "user" } else { "group" };
    let why = format!("a new machine has no {kind} `{name}` but where the play makes it");
    let said = if program == "getent" {
        Said::text(status, "")
    } else {
        Said::fails(status)
    };
    Some(said.under(why))
}

/// `systemctl is-active NAME`, `systemctl is-enabled NAME`, and the list of units.
pub(super) fn of_systemctl(arguments: &[&str], run: &Run<'_, '_>) -> Option<Said> {
    let words: Vec<&str> = arguments
        .iter()
        .filter(|it| !matches!(**it, "-q" | "--quiet" | "--no-pager" | "--all" | "-a"))
        .copied()
        .collect();
    let is_quiet = arguments.iter().any(|it| matches!(*it, "-q" | "--quiet"));
    let (asked, name) = match words.as_slice() {
        [
            asked @ ("is-active" | "is-enabled" | "status" | "cat"),
            name,
        ] => (*asked, *name),
        ["list-unit-files" | "list-units", rest @ ..] => {
            let is_all = rest
                .iter()
                .all(|it| it.starts_with("--type") || *it == "--full" || *it == "--plain");
            return is_all.then(|| Said::new(0, Output::Units));
        }
        _ => return None,
    };
    let why = has_unit(name, run)?;
    let (status, output) = match asked {
        "is-active" => (4, Output::Text("inactive\n".to_owned())),
        "is-enabled" => (4, Output::Text("not-found\n".to_owned())),
        "status" => (4, Output::Text(String::new())),
        _ => (1, Output::Text(String::new())),
    };
    let output = if is_quiet {
        Output::Text(String::new())
    } else {
        output
    };
    let said = Said {
        complains: !matches!(asked, "is-active"),
        ..Said::new(status, output)
    };
    Some(said.under(why))
}

/// Returns why there is no such unit; nothing where there may be one.
fn has_unit(name: &str, run: &Run<'_, '_>) -> Option<String> {
    let bare = name.trim_end_matches(".service");
    let is_plain = !bare.contains(['*', '?', '@', '/']);
    let is_made = run.state.get(&Key::Service(bare.to_owned())).is_some()
        || run.state.doubt(&Key::Service(bare.to_owned())).is_some()
        || run
            .state
            .has_path(&format!("/etc/systemd/system/{bare}.service"));
    let is_missing = is_plain && !is_made && fresh::has_service(bare, run) == Some(false);
    is_missing.then(|| format!("a new machine has no unit `{bare}` before the play brings it"))
}

/// Looks for names in the list of all units.
pub(super) fn among_units(names: &[&str], run: &Run<'_, '_>) -> Option<Said> {
    let mut said = Said::silent(false);
    for name in names {
        said = said.under(has_unit(name, run)?);
    }
    Some(said)
}

/// `uname -m`, `lsb_release -cs`, `dpkg --print-architecture`: what the facts say.
pub(super) fn of_facts(program: &str, arguments: &[&str], run: &Run<'_, '_>) -> Option<Said> {
    let fact = |name: &str| {
        let value = run.scope.get(&format!("ansible_{name}")).ok()?;
        value.as_str().map(str::to_owned)
    };
    let text = match (program, arguments) {
        ("arch", []) | ("uname", ["-m" | "-p" | "-i" | "--machine"]) => fact("architecture")?,
        ("uname", [] | ["-s" | "--kernel-name"]) => fact("system")?,
        ("uname", ["-r" | "--kernel-release"]) => fact("kernel")?,
        ("uname", ["-a" | "--all"]) => format!(
            "{} {} {} {} GNU/Linux",
            fact("system")?,
            fact("hostname")?,
            fact("kernel")?,
            fact("architecture")?
        ),
        // dpkg(1) has names of its own.
        ("dpkg", ["--print-architecture"]) => match fact("architecture")?.as_str() {
            "x86_64" => "amd64".to_owned(),
            "aarch64" => "arm64".to_owned(),
            "armv7l" => "armhf".to_owned(),
            other => other.to_owned(),
        },
        ("lsb_release", ["-cs" | "-sc"] | ["-c", "-s"] | ["-s", "-c"]) => {
            fact("distribution_release")?
        }
        ("lsb_release", ["-is" | "-si"] | ["-i", "-s"] | ["-s", "-i"]) => fact("distribution")?,
        ("lsb_release", ["-rs" | "-sr"] | ["-r", "-s"] | ["-s", "-r"]) => {
            fact("distribution_version")?
        }
        _ => return None,
    };
    let why = format!("`{program}` prints what the facts of the host say");
    Some(Said::text(0, &format!("{text}\n")).under(why))
}
