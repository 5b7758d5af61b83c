//! Golden folders: every `examples/<name>/` and `tests/cases/<area>/<claim>/` holds `in/`, which is translated with the
//! arguments of the optional file `args` (one on a line), or of which the parts that the optional file `inputs` names
//! (one on a line) are translated together, and what must come of it: `out/` (the whole tree),
//! `diagnostics.txt` (all that the user reads) and `account.txt` (the verdict of every item).
//!
//! `UPDATE=1` rewrites what is expected, but only where every emitted `.nix` parses and the account holds.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::{fs, io};

use rayon::prelude::*;
use serde_json::Value;
use similar::TextDiff;
use walkdir::WalkDir;

type Files = BTreeMap<String, Vec<u8>>;

const VERDICTS: [&str; 7] = [
    "translated",
    "assumed",
    "runtime",
    "control",
    "skipped",
    "not-needed",
    "manual",
];

/// What one translation gave.
struct Run {
    out: Files,
    diagnostics: String,
    report: Option<Value>,
    account: String,
}

#[test]
fn every_case_gives_what_it_must() {
    let cases = cases();
    let nix = nix_instantiate();
    if nix.is_none() {
        // Not by a macro of std: what those print is shown of failed tests only.
        let _ = io::stderr().write_all(
            b"skipped: nix-instantiate is not there, so no file was parsed by Nix itself\n",
        );
    }
    let failures: Vec<String> = cases
        .par_iter()
        .filter_map(|case| {
            let said = check(case, nix.as_deref());
            (!said.is_empty()).then(|| format!("==== {}\n{said}", case.display()))
        })
        .collect();
    assert!(
        failures.is_empty(),
        "{}\n{} of {} cases differ; UPDATE=1 cargo test --test golden takes them over\n",
        failures.join("\n"),
        failures.len(),
        cases.len()
    );
}

fn cases() -> Vec<PathBuf> {
    let folders = |above: &Path| -> Vec<PathBuf> {
        let mut found: Vec<PathBuf> = fs::read_dir(above)
            .into_iter()
            .flatten()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.is_dir())
            .collect();
        found.sort();
        found
    };
    // Relative paths, so that what is printed holds no path of this machine.
    let mut cases = folders(Path::new("examples"));
    for area in folders(Path::new("tests/cases")) {
        cases.extend(folders(&area));
    }
    cases
}

/// Returns what is wrong with a case; nothing where all is well.
fn check(case: &Path, nix: Option<&Path>) -> String {
    let mut said = String::new();
    if !case.join("in").is_dir() {
        return "it has no in/\n".to_owned();
    }
    let folder = tempfile::tempdir().unwrap();
    let run = translate(case, &folder.path().join("out"));
    let again = translate(case, &folder.path().join("again"));
    if run.out != again.out || run.diagnostics != again.diagnostics || run.report != again.report {
        said.push_str("a second run gives other bytes\n");
    }
    check_nix(&run.out, &folder.path().join("out"), nix, &mut said);
    if let Some(report) = &run.report {
        check_account(report, &run.out, &mut said);
        check_tasks(&case.join("in"), report, &mut said);
    }
    if std::env::var_os("UPDATE").is_some_and(|value| value == "1") && said.is_empty() {
        update(case, &run).unwrap();
        return said;
    }
    compare_trees(&read_tree(&case.join("out")), &run.out, &mut said);
    compare(case, "diagnostics.txt", &run.diagnostics, &mut said);
    compare(case, "account.txt", &run.account, &mut said);
    said
}

fn translate(case: &Path, out: &Path) -> Run {
    let reports = tempfile::tempdir().unwrap();
    let report = reports.path().join("report.json");
    let mut args: Vec<OsString> = ["ops2nix", "--color", "never", "translate"]
        .map(OsString::from)
        .to_vec();
    match fs::read_to_string(case.join("inputs")) {
        Ok(inputs) => args.extend(inputs.lines().map(|it| case.join("in").join(it).into())),
        Err(_) => args.push(case.join("in").into()),
    }
    args.extend([
        "--out".into(),
        out.into(),
        "--report".into(),
        report.clone().into(),
    ]);
    let more = fs::read_to_string(case.join("args")).unwrap_or_default();
    let place = case.to_str().unwrap();
    args.extend(
        more.lines()
            .map(|line| OsString::from(line.replace("{case}", place))),
    );
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let exit = ops2nix::cli::run(args, &mut stdout, &mut stderr);
    assert!(stdout.is_empty(), "{}", String::from_utf8_lossy(&stdout));
    let diagnostics = String::from_utf8(stderr).unwrap();
    let report: Option<Value> = fs::read(&report)
        .ok()
        .map(|bytes| serde_json::from_slice(&bytes).unwrap());
    let mut files = read_tree(out);
    files.retain(|path, _| !path.starts_with(".ops2nix/"));
    Run {
        out: files,
        diagnostics: diagnostics.replace(out.to_str().unwrap(), "out"),
        account: describe(exit, report.as_ref()),
        report,
    }
}

/// Writes the account as lines in which a change of one verdict is a change of one line.
fn describe(exit: ExitCode, report: Option<&Value>) -> String {
    let status = (0..=2)
        .find(|status| exit == ExitCode::from(*status))
        .unwrap();
    let mut text = format!("exit status {status}\n");
    let Some(report) = report else { return text };
    writeln!(text, "coverage {}", report["coverage"]).unwrap();
    for (verdict, count) in report["totals"].as_object().unwrap() {
        writeln!(text, "{verdict} {count}").unwrap();
    }
    text.push('\n');
    for item in array(&report["items"]) {
        let of = |key: &str| item[key].as_str().unwrap_or_default();
        writeln!(
            text,
            "{:<10} {} ({}) {}",
            of("verdict"),
            of("id"),
            of("code"),
            of("name")
        )
        .unwrap();
    }
    // Names may be empty, and no line ends in a blank.
    text.lines()
        .map(|line| format!("{}\n", line.trim_end()))
        .collect()
}

fn array(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn read_tree(root: &Path) -> Files {
    WalkDir::new(root)
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let path = entry.path().strip_prefix(root).unwrap();
            (
                path.to_str().unwrap().to_owned(),
                fs::read(entry.path()).unwrap(),
            )
        })
        .collect()
}

fn check_nix(files: &Files, folder: &Path, nix: Option<&Path>, said: &mut String) {
    for (path, bytes) in files.iter().filter(|(path, _)| path.ends_with(".nix")) {
        let text = String::from_utf8_lossy(bytes);
        for error in rnix::Root::parse(&text).errors() {
            writeln!(said, "{path} is not Nix: {error}").unwrap();
        }
        let Some(nix) = nix else { continue };
        let parsed = Command::new(nix)
            .arg("--parse")
            .arg(folder.join(path))
            .output()
            .unwrap();
        if !parsed.status.success() {
            let why = String::from_utf8_lossy(&parsed.stderr);
            writeln!(said, "{path} is not Nix for nix-instantiate: {why}").unwrap();
        }
    }
}

fn nix_instantiate() -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|folder| folder.join("nix-instantiate"))
        .find(|path| path.is_file())
}

/// What must be true of every account.
fn check_account(report: &Value, out: &Files, said: &mut String) {
    let items = array(&report["items"]);
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    let mut ids = BTreeSet::new();
    for item in items {
        let id = item["id"].as_str().unwrap_or_default();
        let verdict = item["verdict"].as_str().unwrap_or_default();
        *counts.entry(verdict).or_default() += 1;
        if !ids.insert(id) {
            writeln!(said, "the id {id} stands twice").unwrap();
        }
        if item["reason"]
            .as_str()
            .is_some_and(|it| it.starts_with("nothing closed"))
        {
            writeln!(said, "{id} is open").unwrap();
        }
        if !VERDICTS.contains(&verdict) {
            writeln!(said, "{id} is open: `{verdict}`").unwrap();
        }
        if item["reason"].as_str().is_none_or(str::is_empty)
            && verdict != "translated"
            && verdict != "control"
        {
            writeln!(said, "{id} is {verdict} without a reason").unwrap();
        }
        let outputs = array(&item["outputs"]);
        if outputs.is_empty() && ["translated", "assumed", "runtime"].contains(&verdict) {
            writeln!(said, "{id} is {verdict} and names no output").unwrap();
        }
        for output in outputs {
            let file = output["file"].as_str().unwrap_or_default();
            let line = output["line"].as_u64().unwrap_or_default();
            let lines = out
                .get(file)
                .map_or(0, |it| String::from_utf8_lossy(it).lines().count());
            if line < 1 || line > lines as u64 {
                writeln!(said, "{id} names {file}:{line}, which is not there").unwrap();
            }
        }
    }
    let totals = &report["totals"];
    let total = |key: &str| totals[key].as_u64().unwrap_or_default();
    if total("items") != items.len() as u64
        || VERDICTS.iter().map(|it| total(it)).sum::<u64>() != total("items")
    {
        writeln!(said, "the totals do not add up: {totals}").unwrap();
    }
    for verdict in VERDICTS {
        if total(verdict) != counts.get(verdict).copied().unwrap_or_default() {
            writeln!(said, "the total of {verdict} is not what the items say").unwrap();
        }
    }
}

/// Counts the tasks of the tree by itself, file by file, and compares with the account.
fn check_tasks(root: &Path, report: &Value, said: &mut String) {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for item in array(&report["items"]) {
        if matches!(
            item["kind"].as_str(),
            Some("ansible-task" | "ansible-handler")
        ) {
            *seen
                .entry(item["source"]["file"].as_str().unwrap_or_default())
                .or_default() += 1;
        }
    }
    for (path, bytes) in read_tree(root) {
        let parts: Vec<&str> = path.split('/').collect();
        let is_yaml = path.ends_with(".yml") || path.ends_with(".yaml");
        let is_data = [
            "defaults",
            "vars",
            "meta",
            "group_vars",
            "host_vars",
            "files",
            "templates",
        ]
        .iter()
        .any(|it| parts.contains(it));
        if !is_yaml || is_data || ops2nix::source::is_ignored(&path) {
            continue;
        }
        let Ok(document) = serde_yaml::from_slice(&bytes) else {
            continue;
        };
        let is_tasks = parts.contains(&"tasks") || parts.contains(&"handlers");
        let count = if is_tasks {
            count_tasks(&document)
        } else {
            count_plays(&document)
        };
        let accounted = seen.get(path.as_str()).copied().unwrap_or_default();
        if accounted < count {
            writeln!(
                said,
                "{path} has {count} tasks, the account knows {accounted}"
            )
            .unwrap();
        }
    }
}

fn count_plays(document: &serde_yaml::Value) -> usize {
    let plays = document.as_sequence().into_iter().flatten();
    plays
        .filter(|play| play.get("hosts").is_some())
        .flat_map(|play| {
            ["pre_tasks", "tasks", "post_tasks", "handlers"]
                .map(|key| play.get(key).map_or(0, count_tasks))
        })
        .sum()
}

fn count_tasks(tasks: &serde_yaml::Value) -> usize {
    let tasks = tasks.as_sequence().into_iter().flatten();
    tasks
        .filter(|task| task.is_mapping())
        .map(|task| {
            if task.get("block").is_none() {
                return 1;
            }
            let inner =
                ["block", "rescue", "always"].map(|key| task.get(key).map_or(0, count_tasks));
            inner.iter().sum()
        })
        .sum()
}

fn compare_trees(expected: &Files, found: &Files, said: &mut String) {
    let paths: BTreeSet<&String> = expected.keys().chain(found.keys()).collect();
    for path in paths {
        let (old, new) = (expected.get(path), found.get(path));
        if old == new {
            continue;
        }
        let text = |it: Option<&Vec<u8>>| {
            it.map_or_else(String::new, |it| String::from_utf8_lossy(it).into_owned())
        };
        said.push_str(&difference(&format!("out/{path}"), &text(old), &text(new)));
        if old.is_none() || new.is_none() {
            writeln!(
                said,
                "(the whole file is {})",
                if old.is_none() { "new" } else { "gone" }
            )
            .unwrap();
        }
    }
}

fn compare(case: &Path, name: &str, found: &str, said: &mut String) {
    let expected = fs::read_to_string(case.join(name)).unwrap_or_default();
    if expected != found {
        said.push_str(&difference(name, &expected, found));
    }
}

fn difference(name: &str, expected: &str, found: &str) -> String {
    TextDiff::from_lines(expected, found)
        .unified_diff()
        .header(&format!("{name} (expected)"), &format!("{name} (found)"))
        .to_string()
}

fn update(case: &Path, run: &Run) -> io::Result<()> {
    let out = case.join("out");
    if out.exists() {
        fs::remove_dir_all(&out)?;
    }
    for (path, bytes) in &run.out {
        let path = out.join(path);
        fs::create_dir_all(path.parent().unwrap())?;
        fs::write(path, bytes)?;
    }
    fs::write(case.join("diagnostics.txt"), &run.diagnostics)?;
    fs::write(case.join("account.txt"), &run.account)
}
