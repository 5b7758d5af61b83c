//! Lays what ops2nix computes of playbooks beside what ansible-core computed: `tests/conformance/<area>/` holds
//! playbooks (`<name>.yml`: each of its tasks is a case) and folders of playbooks, roles and inventories (`<name>/`: one
//! case), and beside each what `record.py` recorded. README.md there says more.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde_json::{Map, Value, json};

/// Where the cases write: the variable `out`.
const OUT: &str = "/tmp/ops2nix-conformance";

/// What only steers: `ansible-playbook` tells of it in other words.
const STEERS: [&str; 6] = [
    "include",
    "include_tasks",
    "include_role",
    "import_tasks",
    "import_role",
    "meta",
];

#[test]
fn what_ansible_computes_is_computed() {
    let cases = cases();
    let failures: Vec<String> = cases
        .par_iter()
        .filter_map(|case| {
            let said = check(case);
            (!said.is_empty()).then(|| format!("==== {}\n{said}", case.display()))
        })
        .collect();
    assert!(
        failures.is_empty(),
        "{}\n{} of {} differ from what ansible-core computed\n",
        failures.join("\n"),
        failures.len(),
        cases.len()
    );
}

/// Returns every playbook and folder that has a recording; one without is a mistake, and fails.
fn cases() -> Vec<PathBuf> {
    let mut cases = Vec::new();
    for area in entries(Path::new("tests/conformance")) {
        if area.is_dir() {
            let found = entries(&area).into_iter();
            cases.extend(
                found.filter(|it| it.is_dir() || it.extension().is_some_and(|it| it == "yml")),
            );
        }
    }
    let only = std::env::var("CASE").unwrap_or_default();
    cases.retain(|it| it.to_str().is_some_and(|it| it.contains(&only)));
    cases
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    found.sort();
    found
}

/// Returns where a case differs; nothing where it does not.
fn check(case: &Path) -> String {
    let recorded = case.with_extension("json");
    let Ok(recorded) = fs::read(&recorded) else {
        return format!("{} is not there: run record.py\n", recorded.display());
    };
    let recorded: Value = serde_json::from_slice(&recorded).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let run = translate(case, folder.path());
    let mut said = String::new();
    if let Some(why) = recorded["rejected"].as_str() {
        if !run.diagnostics.contains("error[") && !run.diagnostics.contains("warning[") {
            writeln!(said, "ansible rejects it ({why}), and nothing is said here").unwrap();
        }
        return said;
    }
    if run.steps.is_empty() {
        writeln!(said, "nothing is played: {}", run.diagnostics).unwrap();
    }
    for (host, expected) in recorded["hosts"].as_object().unwrap() {
        let found = run.steps.get(host).map_or(&[][..], Vec::as_slice);
        compare_steps(host, expected.as_array().unwrap(), found, &mut said);
    }
    for host in run.steps.keys() {
        if recorded["hosts"].get(host).is_none() {
            writeln!(said, "{host}: ansible does nothing on it").unwrap();
        }
    }
    compare_files(&recorded["files"], &run.files, &mut said);
    said
}

/// `FILE`, `--option=FILE` and `--option=LABEL@FILE`, with the file's place.
fn located(case: &Path, option: &str) -> OsString {
    let at = option.find('=').map_or(0, |at| at + 1);
    let at = option[at..].find('@').map_or(at, |found| at + found + 1);
    let mut whole = OsString::from(&option[..at]);
    match case.join(&option[at..]) {
        path if at < option.len() && path.exists() => whole.push(path),
        _ => whole.push(&option[at..]),
    }
    whole
}

struct Run {
    steps: BTreeMap<String, Vec<Value>>,
    files: Map<String, Value>,
    diagnostics: String,
}

fn translate(case: &Path, folder: &Path) -> Run {
    let mut input = case.to_owned();
    let mut args: Vec<OsString> = Vec::new();
    if case.is_file() {
        args.extend(["-i", "localhost,"].map(Into::into));
        input = folder.join("in");
        fs::create_dir(&input).unwrap();
        fs::copy(case, input.join("site.yml")).unwrap();
    } else if let Ok(more) = fs::read_to_string(case.join("args")) {
        let playbook = more.lines().next().and_then(|it| it.strip_prefix('@'));
        input.extend(playbook);
        let options = more.lines().skip(usize::from(playbook.is_some()));
        // Files that options name are files of the case.
        args.extend(options.map(|it| located(case, it)));
        if case.join("facts.json").exists() {
            args.extend(["--facts".into(), case.join("facts.json").into()]);
        }
    }
    let trace = folder.join("trace");
    let mut all: Vec<OsString> = ["ops2nix", "--color", "never", "translate"]
        .map(OsString::from)
        .to_vec();
    all.extend([input.into(), "--dump-model".into(), "json".into()]);
    all.extend(["--trace".into(), trace.clone().into()]);
    all.extend(["-e".into(), format!("out={OUT}").into()]);
    all.extend(args);
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    ops2nix::cli::run(all, &mut stdout, &mut stderr);
    let mut steps: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for line in fs::read_to_string(&trace).unwrap_or_default().lines() {
        let step = below_root(serde_json::from_str(line).unwrap());
        if !STEERS.contains(&step["module"].as_str().unwrap()) {
            steps
                .entry(step["host"].as_str().unwrap().to_owned())
                .or_default()
                .push(step);
        }
    }
    let model: Value = serde_json::from_slice(&stdout).unwrap_or_default();
    Run {
        steps,
        files: files(&model),
        diagnostics: String::from_utf8(stderr).unwrap(),
    }
}

/// Writes paths relative to the root as the recorder does, which takes the root away.
fn below_root(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(text.strip_prefix("./").unwrap_or(&text).to_owned()),
        Value::Array(items) => items.into_iter().map(below_root).collect(),
        Value::Object(pairs) => {
            let pairs = pairs.into_iter();
            Value::Object(pairs.map(|(key, it)| (key, below_root(it))).collect())
        }
        other => other,
    }
}

fn compare_steps(host: &str, expected: &[Value], found: &[Value], said: &mut String) {
    let mut found = found.iter();
    for step in expected {
        let place = format!(
            "{host}: {} {} ({})",
            step["source"].as_str().unwrap(),
            step["name"],
            step["module"].as_str().unwrap()
        );
        let Some(ours) = found.next() else {
            writeln!(said, "{place} is not played").unwrap();
            return;
        };
        if ours["source"] != step["source"] {
            writeln!(said, "{place} is due, and {} is played", ours["source"]).unwrap();
            return;
        }
        for key in ["module", "outcome", "handler", "item", "arguments"] {
            let theirs = &step[key];
            let is_due = !theirs.is_null() || key == "handler" || key == "item";
            let is_same = match key {
                "item" => is_item(theirs, &ours[key]),
                _ => *theirs == ours[key],
            };
            if is_due && !is_same {
                let (theirs, ours) = (short(theirs), short(&ours[key]));
                writeln!(
                    said,
                    "{place}: {key}\n    is due: {theirs}\n    is:     {ours}"
                )
                .unwrap();
            }
        }
    }
    for step in found {
        writeln!(said, "{host}: {} is played, and not due", step["source"]).unwrap();
    }
}

/// Tells whether an item is the one that is due. Where it is the result of another task, what only the machine knows
/// of it is unknown here.
fn is_item(theirs: &Value, ours: &Value) -> bool {
    if ours.get("unknown").is_some() {
        return true;
    }
    match (theirs, ours) {
        (Value::Object(theirs), Value::Object(ours)) => {
            let names = theirs.keys().chain(ours.keys());
            names.into_iter().all(|name| {
                let (theirs, ours) = (theirs.get(name), ours.get(name));
                is_item(theirs.unwrap_or(&Value::Null), ours.unwrap_or(&Value::Null))
            })
        }
        (Value::Array(theirs), Value::Array(ours)) => {
            let mut pairs = theirs.iter().zip(ours);
            theirs.len() == ours.len() && pairs.all(|(theirs, ours)| is_item(theirs, ours))
        }
        _ => theirs == ours,
    }
}

fn short(value: &Value) -> String {
    value.to_string().chars().take(2000).collect()
}

/// Returns the files, folders and links of the model below `OUT`, of all hosts.
fn files(model: &Value) -> Map<String, Value> {
    let mut found = Map::new();
    let machines = model["machines"].as_array().into_iter().flatten();
    for entry in machines.flat_map(|it| it["entries"].as_array().into_iter().flatten()) {
        for (kind, value) in entry["resource"].as_object().into_iter().flatten() {
            let is_below = |it: &&str| it.strip_prefix(OUT).is_some_and(|it| it.len() > 1);
            let Some(path) = value["path"].as_str().filter(is_below) else {
                continue;
            };
            let mut said = value.clone();
            said["kind"] = json!(kind);
            found.insert(path.to_owned(), said);
        }
    }
    found
}

fn compare_files(expected: &Value, found: &Map<String, Value>, said: &mut String) {
    for (path, theirs) in expected.as_object().into_iter().flatten() {
        let Some(ours) = found.get(path) else {
            writeln!(said, "{path} is not made").unwrap();
            continue;
        };
        let due = [
            ("kind", json!(kind_of(theirs))),
            ("content", theirs["content"].clone()),
            ("target", theirs["link"].clone()),
            // What no task says of a mode is left to the system.
            ("mode", theirs["mode"].clone()),
        ];
        for (key, due) in due {
            let is_said = key != "mode" || !ours[key].is_null();
            if is_said && due != ours[key] {
                let (due, is) = (short(&due), short(&ours[key]));
                writeln!(said, "{path}: {key}\n    is due: {due}\n    is:     {is}").unwrap();
            }
        }
    }
    for path in found.keys() {
        if expected.get(path).is_none() {
            writeln!(said, "{path} is made, and not due").unwrap();
        }
    }
}

fn kind_of(theirs: &Value) -> &'static str {
    match (theirs.get("link"), theirs.get("directory")) {
        (Some(_), _) => "link",
        (_, Some(_)) => "directory",
        _ => "file",
    }
}
