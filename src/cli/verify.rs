//! `verify`: each host of a folder, evaluated by Nix in a nixpkgs, against what the sources ask for.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use walkdir::WalkDir;

use super::args::{FailOn, Verify};
use super::convert::{self, Made, Outcome};
use super::paint::{self, paint};
use super::progress::Watcher;
use super::translate::counted;
use super::{Status, Streams, write};
use crate::diag::Severity;
use crate::effect::{self, Reading};
use crate::emit;
use crate::error::Error;
use crate::nix::{Expr, print};
use crate::secret::conceal;
use crate::verify::{self, Compared, Evaluation, Finding, Kind, Missing, Query, Side};

const PROGRAM: &str = "nix-instantiate";
/// So many lines of what Nix says of a host that does not evaluate are shown.
const SAID: usize = 12;
/// So many lines of one thing's difference are shown.
const SHOWN: usize = 12;

/// A host that could not be evaluated, and what Nix said.
struct Failed(String);

pub(super) fn run(args: Verify, streams: &mut Streams<'_>) -> anyhow::Result<Status> {
    let folder = canonical(&args.folder)?;
    let nixpkgs = canonical(&args.nixpkgs)?;
    if !nixpkgs.join("nixos/lib/eval-config.nix").is_file() {
        let message = "it is no nixpkgs: it has no nixos/lib/eval-config.nix".to_owned();
        let path = args.nixpkgs;
        return Err(Error::Refused { path, message }.into());
    }
    let hosts = hosts(&folder, &args.host);
    if hosts.is_empty() {
        let message = "it holds no host to verify: hosts/NAME/default.nix".to_owned();
        let path = args.folder;
        return Err(Error::Refused { path, message }.into());
    }
    let made = if args.sources.is_empty() {
        None
    } else {
        let opened = convert::open(&args.sources, args.settings.clone(), Some(&args.folder))?;
        match opened.convert()? {
            Outcome::Made(made) => Some(*made),
            Outcome::Nothing(tree, diags) => {
                convert::say(&diags, &tree, Severity::Warning, streams)?;
                return Ok(Status::CouldNotWork);
            }
        }
    };
    let modules = modules(&folder);
    let readings = effect::readings(&args.settings.rules)?;
    let room = Room::new()?;
    let mut status = Status::Done;
    for host in &hosts {
        let side = made.as_ref().and_then(|made| side(made, host, &readings));
        let texts = modules.iter().map(String::as_str);
        let query = verify::query(&folder.to_string_lossy(), texts, side.map(|it| it.plan));
        if Watcher::found() == Watcher::Person {
            writeln!(streams.stderr, "evaluating {host} ...")?;
        }
        let evaluation = match evaluate(&room, &nixpkgs, &folder.join(host), &query)? {
            Ok(mut evaluation) => {
                let is_used = |it: &String| modules.iter().any(|text| text.contains(it.as_str()));
                evaluation.missing.functions.retain(is_used);
                evaluation
            }
            Err(Failed(said)) => {
                title(host, ": it does not evaluate", streams)?;
                for line in said.lines() {
                    writeln!(streams.stdout, "  {}", conceal(line))?;
                }
                status = Status::CouldNotWork;
                continue;
            }
        };
        let read = |path: &str| read_in(&folder, path);
        let compared = side.map(|side| verify::compare(side, &evaluation, &read));
        show(host, &evaluation, compared.as_ref(), &args, streams)?;
        let is_different = compared.is_some_and(|it| it.differences().next().is_some());
        if is_different && args.settings.fail_on != Some(FailOn::Never) && status == Status::Done {
            status = Status::Limit;
        }
    }
    streams.stdout.flush()?;
    if made.is_none() && !args.quiet {
        writeln!(
            streams.stderr,
            "nothing was compared: give what the folder was translated from with --source"
        )?;
    }
    Ok(status)
}

fn canonical(path: &Path) -> Result<PathBuf, Error> {
    path.canonicalize().map_err(|source| Error::Read {
        path: path.to_path_buf(),
        source,
    })
}

/// Finds the folders of hosts, relative to the folder of the output.
fn hosts(folder: &Path, asked: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    let walk = WalkDir::new(folder).sort_by_file_name().into_iter();
    let is_hidden = |it: &walkdir::DirEntry| it.file_name().to_string_lossy().starts_with('.');
    for entry in walk
        .filter_entry(|it| it.depth() == 0 || !is_hidden(it))
        .flatten()
    {
        let host = entry.path();
        let is_host = host
            .parent()
            .and_then(Path::file_name)
            .is_some_and(|it| it == "hosts")
            && host.join("default.nix").is_file();
        if let (true, Ok(path)) = (is_host, host.strip_prefix(folder)) {
            found.push(path.to_string_lossy().replace('\\', "/"));
        }
    }
    let is_asked = |host: &String| {
        asked.is_empty()
            || asked
                .iter()
                .any(|it| host.rsplit('/').next() == Some(it.as_str()))
    };
    found.retain(is_asked);
    found
}

/// The texts of all modules of the folder.
fn modules(folder: &Path) -> Vec<String> {
    let is_module = |path: &Path| {
        path.extension().is_some_and(|it| it == "nix")
            && path.file_name().is_some_and(|it| it != "flake.nix")
    };
    let walk = WalkDir::new(folder)
        .sort_by_file_name()
        .into_iter()
        .flatten();
    walk.filter(|it| it.file_type().is_file() && is_module(it.path()))
        .filter_map(|it| fs::read_to_string(it.path()).ok())
        .collect()
}

/// Finds the host of the sources that a folder is of.
fn side<'a>(made: &'a Made, folder: &str, readings: &'a [Reading]) -> Option<Side<'a>> {
    let conversion = &made.conversion;
    let names = conversion.plans.iter().map(|it| it.host.as_str());
    let folders = emit::host_folders(names);
    let plan = conversion.plans.iter().find(|plan| {
        folders
            .get(plan.host.as_str())
            .is_some_and(|it| it == folder)
    })?;
    let machine = conversion
        .model
        .machines
        .iter()
        .find(|it| it.name == plan.host)?;
    Some(Side {
        machine,
        plan,
        account: &conversion.account,
        tree: &made.tree,
        readings,
    })
}

/// Reads a file of the folder, or of what it was copied to.
fn read_in(folder: &Path, path: &str) -> Option<Vec<u8>> {
    let below = Path::new(path).strip_prefix(folder).ok()?;
    write::read_below(folder, &below.to_string_lossy())
}

/// A folder for what Nix is given, gone when it is no longer needed.
struct Room(PathBuf);

impl Room {
    fn new() -> Result<Room, Error> {
        let folder = std::env::temp_dir().join(format!("ops2nix-verify-{}", std::process::id()));
        let made = fs::create_dir(&folder)
            .and_then(|()| fs::write(folder.join("evaluate.nix"), verify::EXPRESSION));
        match made {
            Ok(()) => Ok(Room(folder)),
            Err(source) => Err(Error::Write {
                path: folder,
                source,
            }),
        }
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        // What stays in a folder for temporary files does no harm.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Runs Nix for one host.
fn evaluate(
    room: &Room,
    nixpkgs: &Path,
    host: &Path,
    query: &Query,
) -> anyhow::Result<Result<Evaluation, Failed>> {
    let question = room.0.join("query.json");
    write::replace(&question, serde_json::to_string(query)?.as_bytes())?;
    let arguments = [
        ("nixpkgs", nixpkgs),
        ("entry", &host.join("default.nix")),
        ("query", &question),
    ];
    let mut command = Command::new(PROGRAM);
    command.args(["--eval", "--strict", "--json"]);
    command.arg(room.0.join("evaluate.nix"));
    for (name, path) in arguments {
        command.args([
            OsString::from("--arg"),
            name.into(),
            expression(path).into(),
        ]);
    }
    let output = command.output().map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => Error::Usage(format!(
            "there is no {PROGRAM} here: verify needs Nix, https://nixos.org/download"
        )),
        _ => Error::Read {
            path: PathBuf::from(PROGRAM),
            source,
        },
    })?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        let lines = said.lines().skip_while(|it| !it.starts_with("error"));
        let lines: Vec<&str> = lines
            .filter(|it| !it.trim().is_empty())
            .take(SAID)
            .collect();
        return Ok(Err(Failed(lines.join("\n"))));
    }
    Ok(Ok(serde_json::from_slice(&output.stdout)?))
}

/// A path as an expression, whatever its name holds.
fn expression(path: &Path) -> String {
    let text = print(&Expr::str(path.to_string_lossy()), &|_| String::new());
    format!("/. + {}", text.as_str())
}

fn title(host: &str, rest: &str, streams: &mut Streams<'_>) -> anyhow::Result<()> {
    let host = paint(host, paint::TITLE, streams.stdout_colour);
    writeln!(streams.stdout, "{host}{rest}")?;
    Ok(())
}

fn show(
    host: &str,
    evaluation: &Evaluation,
    compared: Option<&Compared>,
    args: &Verify,
    streams: &mut Streams<'_>,
) -> anyhow::Result<()> {
    let Some(compared) = compared else {
        title(host, ": it evaluates", streams)?;
        return show_missing(evaluation, streams);
    };
    let count = |is: fn(&verify::Outcome) -> bool| {
        compared
            .findings
            .iter()
            .filter(|it| is(&it.outcome))
            .count()
    };
    let same = count(|it| matches!(it, verify::Outcome::Same));
    let explained = count(|it| matches!(it, verify::Outcome::Explained(_)));
    let different = compared.differences().count();
    let rest = format!(
        ": {same} the same, {explained} explained, {}",
        counted(different, "difference", "differences")
    );
    title(host, &rest, streams)?;
    show_missing(evaluation, streams)?;
    for kind in Kind::ALL {
        let findings = compared.findings.iter().filter(|it| it.kind == kind);
        let findings: Vec<&Finding> = findings.collect();
        if findings.is_empty() {
            continue;
        }
        writeln!(streams.stdout, "  {}: {}", kind.name(), figures(&findings))?;
        for finding in findings.into_iter().filter(|it| is_shown(it, args)) {
            show_finding(finding, streams)?;
        }
    }
    Ok(())
}

/// How many are the same, how many are not there as such with a reason, how many differ.
fn figures(findings: &[&Finding]) -> String {
    let (mut same, mut explained, mut differ) = (0, 0, 0);
    for finding in findings {
        match finding.outcome {
            verify::Outcome::Same => same += 1,
            verify::Outcome::Explained(_) => explained += 1,
            verify::Outcome::Different { .. } => differ += 1,
        }
    }
    match explained {
        0 => format!("{same} same, {differ} differ"),
        explained => format!("{same} same, {explained} explained, {differ} differ"),
    }
}

fn is_shown(finding: &Finding, args: &Verify) -> bool {
    match finding.outcome {
        verify::Outcome::Same => false,
        verify::Outcome::Explained(_) => args.verbose,
        verify::Outcome::Different { .. } => true,
    }
}

fn show_missing(evaluation: &Evaluation, streams: &mut Streams<'_>) -> anyhow::Result<()> {
    let Missing {
        options,
        packages,
        functions,
    } = &evaluation.missing;
    for (names, what) in [
        (options, "options, which mean nothing there"),
        (packages, "packages, for which empty ones stand"),
        (functions, "functions, for which ours stand"),
    ] {
        if !names.is_empty() {
            let text = format!(
                "  nixpkgs {} has not these {what}: {}",
                evaluation.release,
                names.join(", ")
            );
            writeln!(
                streams.stdout,
                "{}",
                paint(&text, paint::CHANGED, streams.stdout_colour)
            )?;
        }
    }
    Ok(())
}

fn show_finding(finding: &Finding, streams: &mut Streams<'_>) -> anyhow::Result<()> {
    let origin = match finding.origin.as_str() {
        "" => String::new(),
        origin => format!(" ({origin})"),
    };
    let (lost, added) = match &finding.outcome {
        verify::Outcome::Same => return Ok(()),
        verify::Outcome::Explained(reason) => {
            writeln!(streams.stdout, "    {}{origin}: {reason}", finding.name)?;
            return Ok(());
        }
        verify::Outcome::Different { lost, added } => (lost, added),
    };
    writeln!(streams.stdout, "    {}{origin}", finding.name)?;
    let lines = lost.iter().map(|it| ("-", paint::REMOVED, it));
    let lines = lines.chain(added.iter().map(|it| ("+", paint::ADDED, it)));
    for (sign, style, line) in lines.clone().take(SHOWN) {
        let text = conceal(&format!("      {sign} {line}"));
        writeln!(
            streams.stdout,
            "{}",
            paint(&text, style, streams.stdout_colour)
        )?;
    }
    let more = lines.count().saturating_sub(SHOWN);
    if more > 0 {
        writeln!(
            streams.stdout,
            "      and {} more",
            counted(more, "line", "lines")
        )?;
    }
    Ok(())
}
