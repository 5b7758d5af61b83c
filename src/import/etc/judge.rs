//! What a file below /etc is: as it was shipped, of no use on NixOS, a secret, of a known kind, or a file like any other.

use super::distribution::{Distribution, Provenance};
use super::kinds::{self, Reading};
use super::leftover;
use super::root::{Found, Root};
use super::secret::{is_without_passwords, of_the_machine};
use super::shipped;
use crate::account::Code;
use crate::import::redact::{hidden, redact};
use crate::model::{Content, File, Mode, Resource, Text};
use crate::secret::{holds_secret, is_secret_file};
use crate::source::{EntryKind, ReadProblem, Span};

/// What a file comes to.
pub(super) enum Fate {
    NotNeeded(Code, String),
    Manual(Left),
    /// It is read, and asks for this.
    Reads(File, Reading),
    /// It is a file of the machine. With the package that may have brought it as it is.
    Stays(File, Option<String>),
}

/// What is left to the person.
pub(super) struct Left {
    pub(super) code: Code,
    pub(super) reason: String,
    pub(super) cure: Option<String>,
    /// It should have been read.
    pub(super) is_problem: bool,
}

/// Judges what is no link.
pub(super) fn judge(root: &Root<'_>, distribution: &Distribution<'_>, found: &Found<'_>) -> Fate {
    if *found.kind != EntryKind::File {
        return not_read(&ReadProblem::Special);
    }
    let path = found.path.as_str();
    if leftover::is_copy(path) {
        let reason = "it is a copy that was put aside, which nothing reads";
        return Fate::NotNeeded(Code::NoMeaning, reason.to_owned());
    }
    if root
        .text(path)
        .is_some_and(|it| is_without_passwords(path, it))
    {
        let reason = "it holds no password, and NixOS writes such files itself";
        return Fate::NotNeeded(Code::AlreadySo, reason.to_owned());
    }
    if let Some((reason, cure)) = of_the_machine(path) {
        return Fate::Manual(Left {
            code: Code::ValueSecret,
            reason: reason.to_owned(),
            cure: Some(cure.to_owned()),
            is_problem: false,
        });
    }
    if path == "/etc/hostid" {
        return Fate::Manual(Left {
            code: Code::CannotState,
            reason: "it is the number by which ZFS knows the machine".to_owned(),
            cure: Some(
                "set networking.hostId to what `hostid` prints on the old machine".to_owned(),
            ),
            is_problem: false,
        });
    }
    let is_known = kinds::kind(path).is_some();
    if let Some(reason) = leftover::always(path).filter(|_| !is_known) {
        return Fate::NotNeeded(Code::NoMeaning, reason.to_owned());
    }
    let bytes = match root.tree.bytes(found.id) {
        Ok(bytes) => bytes,
        Err(problem) => return not_read(&problem),
    };
    let provenance = distribution.provenance(path, bytes);
    if let Provenance::AsShipped { package, known_by } = &provenance {
        let reason = format!("`{package}` brought it, and nobody changed it: {known_by}");
        return Fate::NotNeeded(Code::AsShipped, reason);
    }
    let package = match provenance {
        Provenance::Unclear { package } => Some(package),
        Provenance::AsShipped { .. } | Provenance::Changed { .. } | Provenance::Own => None,
    };
    if let (Some(package), Some(reason)) = (&package, leftover::of_packages(path)) {
        let reason = format!("`{package}` brings it: {reason}");
        return Fate::NotNeeded(Code::NoMeaning, reason);
    }
    if !distribution.knows_all() && leftover::is_former(path) {
        let reason = "it is of the upkeep of the distribution, and started by it alone";
        return Fate::NotNeeded(Code::NoMeaning, reason.to_owned());
    }
    if !is_known && !distribution.knows_all() && leftover::is_data(path) {
        let reason =
            "it is of the data that packages bring: on NixOS programs read it in the Nix store";
        return Fate::NotNeeded(Code::NoMeaning, reason.to_owned());
    }
    if names_distribution(path, bytes) {
        let reason = "it greets with the name of the distribution: NixOS has its own";
        return Fate::NotNeeded(Code::NoMeaning, reason.to_owned());
    }
    if let Some(zone) = copied_zone(root, path) {
        return zone;
    }
    if shipped::says_nothing(bytes) && !is_known {
        let reason = "it holds nothing but comments and blanks";
        return Fate::NotNeeded(Code::NoMeaning, reason.to_owned());
    }
    let content = match content(root, found, is_known) {
        Ok(content) => content,
        Err(problem) => return not_read(&problem),
    };
    let reading = match &content {
        Content::Text(text) if kinds::is_among_others(path) => {
            kinds::read_among(path, text, &others(root, path))
        }
        Content::Text(text) => kinds::read(path, text),
        Content::Binary(_) | Content::Fetched(_) => None,
    };
    let has_anacron = root.text("/etc/anacrontab").is_some();
    let reading = reading.map(|it| if has_anacron { catching_up(it) } else { it });
    // A script that runs at its time is stated as a whole, unless it is not known whether it runs.
    let is_script = |it: &Reading| {
        it.file == kinds::Fate::Kept && it.entries.iter().all(asks) && !catches_up(it)
    };
    let reading = reading.filter(|it| !is_script(it));
    let file = File {
        path: path.to_owned(),
        content,
        mode: mode(root, found),
        owner: None,
        group: None,
    };
    match reading {
        Some(reading) => Fate::Reads(file, reading),
        None => Fate::Stays(file, package),
    }
}

/// Tells whether a greeting is the one that a distribution gives by itself.
fn names_distribution(path: &str, bytes: &[u8]) -> bool {
    const NAMES: [&str; 6] = [
        "Debian GNU/Linux",
        "Ubuntu",
        "Welcome to Alpine",
        "Arch Linux",
        "Manjaro Linux",
        "\\S",
    ];
    let text = String::from_utf8_lossy(bytes);
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or_default();
    matches!(path, "/etc/issue" | "/etc/issue.net")
        && NAMES.iter().any(|name| first.starts_with(name))
        && lines.count() < 2
}

/// Returns the files of the same folder that are read together with one, as far as they hold no secret.
fn others(root: &Root<'_>, path: &str) -> Vec<(String, String)> {
    if path == kinds::PASSWD {
        // Of the hashes nothing goes any further.
        let shadow = root.text(kinds::SHADOW).map(kinds::locked);
        let shadow = shadow.map(|it| (kinds::SHADOW.to_owned(), it));
        return shadow.into_iter().collect();
    }
    let found = root.found().filter(|it| {
        it.path != path
            && it.path != kinds::PASSWD
            && kinds::is_among_others(&it.path)
            && !is_secret_file(&it.path)
    });
    let plain = found.filter_map(|it| {
        let content = content(root, &it, true).ok()?;
        match content {
            Content::Text(text) => Some((it.path.clone(), text.plain()?.to_owned())),
            Content::Binary(_) | Content::Fetched(_) => None,
        }
    });
    plain.collect()
}

/// Marks the jobs of scripts that anacron runs, which it does where the machine was off at their time.
fn catching_up(mut reading: Reading) -> Reading {
    for part in &mut reading.entries {
        let kinds::Meaning::Asks(resources) = &mut part.meaning else {
            continue;
        };
        for resource in resources {
            if let Resource::CronJob(job) = resource
                && reading.file == kinds::Fate::Kept
                && job.schedule != "@hourly"
            {
                job.catches_up = true;
            }
        }
    }
    reading
}

fn catches_up(reading: &Reading) -> bool {
    let mut all = reading.entries.iter();
    all.any(|part| {
        matches!(&part.meaning, kinds::Meaning::Asks(resources)
            if resources.iter().any(|it| matches!(it, Resource::CronJob(job) if job.catches_up)))
    })
}

fn asks(part: &kinds::Entry) -> bool {
    matches!(part.meaning, kinds::Meaning::Asks(_))
}

/// A time zone that was copied rather than linked does not say its name.
fn copied_zone(root: &Root<'_>, path: &str) -> Option<Fate> {
    if path != "/etc/localtime" {
        return None;
    }
    Some(match root.text("/etc/timezone") {
        Some(_) => Fate::NotNeeded(
            Code::AlreadySo,
            "it is a copy of the time zone that /etc/timezone names".to_owned(),
        ),
        None => Fate::Manual(Left {
            code: Code::NotRead,
            reason: "it is a copy of a time zone, which does not say its name".to_owned(),
            cure: Some("set time.timeZone".to_owned()),
            is_problem: false,
        }),
    })
}

/// Returns the text of a file with its secrets as holes; a secret as a whole is one hole.
fn content(root: &Root<'_>, found: &Found<'_>, is_known: bool) -> Result<Content, ReadProblem> {
    let shown = root.tree.path(found.id);
    let whole = || {
        let span = Span::new(found.id, 0, 0);
        Content::Text(hidden(format!("the file {shown}"), span))
    };
    let is_named = is_secret_file(&found.path);
    let holds_none = || {
        let text = root.tree.text(found.id);
        text.is_ok_and(|it| !holds_secret(&found.path, it))
    };
    if is_named && !holds_none() {
        return Ok(whole());
    }
    let text = root.tree.text(found.id)?;
    // What only its owner may read, and what is not understood, may hold anything.
    let is_closed = root
        .tree
        .mode(found.id)
        .is_some_and(|mode| mode & 0o004 == 0);
    if is_closed && !is_known && !is_named {
        return Ok(whole());
    }
    let text: Text = redact(text, &found.path, shown, |from, to| {
        Span::new(found.id, from, to)
    });
    Ok(Content::Text(text))
}

/// Programs stay programs; who may write a file is nothing that a store keeps, and what is no program does not run.
fn mode(root: &Root<'_>, found: &Found<'_>) -> Option<Mode> {
    let mut mode = root.tree.mode(found.id)? & !0o022;
    let is_program = root
        .tree
        .text(found.id)
        .is_ok_and(|text| text.starts_with("#!"));
    if !is_program {
        mode &= !0o111;
    }
    (mode & 0o111 != 0 || mode & 0o044 != 0o044).then_some(Mode(mode))
}

fn not_read(problem: &ReadProblem) -> Fate {
    let left = |reason: String, cure: &str, is_problem| {
        Fate::Manual(Left {
            code: Code::NotRead,
            reason,
            cure: Some(cure.to_owned()),
            is_problem,
        })
    };
    match problem {
        ReadProblem::Binary => left(
            "it is binary: what it says cannot be seen here".to_owned(),
            "make it anew from what it was made of, or carry it over",
            false,
        ),
        ReadProblem::Denied(_) => left(
            format!("it cannot be read: {problem}"),
            "run ops2nix as a user who may read it",
            true,
        ),
        ReadProblem::TooLarge(_) => left(
            format!("it is not read: {problem}"),
            "carry it over, or make it a file of a package",
            true,
        ),
        ReadProblem::Special => left(
            format!("it is not opened: {problem}"),
            "have what made it make it again, such as a rule of systemd.tmpfiles",
            true,
        ),
        ReadProblem::Missing
        | ReadProblem::Outside
        | ReadProblem::Dangling
        | ReadProblem::Loop
        | ReadProblem::Directory => left(
            format!("it is not read: {problem}"),
            "look at what the link leads to on the old machine",
            true,
        ),
    }
}

/// The fate of a link that leads nowhere good.
pub(super) fn bad_link(problem: &ReadProblem) -> Fate {
    not_read(problem)
}
