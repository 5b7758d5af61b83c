//! Rules about the source itself: arrows between folders, rows of tables against files, the form of files, README.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use regex::Regex;
use walkdir::WalkDir;

const MAX_LINES: usize = 600;

/// Which folders of `src/` a folder may use besides itself and `error`. What is not listed may use all.
const MAY_USE: &[(&str, &[&str])] = &[
    ("source", &[]),
    ("nix", &[]),
    ("diag", &["source"]),
    ("account", &["source"]),
    ("syntax", &["source", "diag"]),
    ("model", &["source", "account"]),
    ("plan", &["source", "account", "nix"]),
    ("schema", &["source", "diag", "account", "nix", "plan"]),
    ("secret", &["syntax"]),
    (
        "import",
        &["source", "syntax", "diag", "account", "model", "secret"],
    ),
    (
        "rules",
        &[
            "source", "syntax", "diag", "account", "model", "nix", "plan", "schema",
        ],
    ),
    (
        "lower",
        &[
            "source", "syntax", "diag", "account", "model", "nix", "plan", "rules",
        ],
    ),
    ("emit", &["source", "account", "nix", "plan"]),
    ("check", &["source", "syntax", "diag", "nix", "schema"]),
    ("diff", &["syntax", "nix", "plan", "emit"]),
    ("effect", &["syntax", "nix", "plan", "schema", "rules"]),
    (
        "verify",
        &[
            "source", "syntax", "account", "model", "nix", "plan", "rules", "effect",
        ],
    ),
    (
        "report",
        &["source", "diag", "account", "plan", "emit", "secret"],
    ),
];

/// Folders in which every file is a row of the table in `mod.rs`.
const TABLES: &[&str] = &[
    "src/import/ansible/modules",
    "src/import/etc/kinds",
    "src/rules/functions",
    "src/effect/formats",
];

/// Folders that match on closed enums, each variant by its name.
const WITHOUT_WILDCARDS: &[&str] = &["model", "lower", "check", "diff", "report", "verify"];

const TOP_LEVEL: &[&str] = &[
    ".ci",
    ".gitignore",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "README.md",
    "benches",
    "examples",
    "rules",
    "src",
    "tests",
];

/// Fails with all that was found, not only with the first.
fn none(found: &[String]) {
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

/// Returns the files of the project, relative to its top, sorted; what git ignores is none.
fn files() -> Vec<String> {
    let listed = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .output();
    let mut files: Vec<String> = match listed {
        Ok(output) if output.status.success() => String::from_utf8(output.stdout)
            .unwrap()
            .lines()
            .map(str::to_owned)
            .collect(),
        // An unpacked archive has no repository.
        _ => WalkDir::new(".")
            .into_iter()
            .filter_entry(|entry| !matches!(entry.file_name().to_str(), Some("target" | ".git")))
            .filter_map(Result::ok)
            .filter(|entry| entry.file_type().is_file())
            .map(|entry| {
                entry
                    .path()
                    .to_str()
                    .unwrap()
                    .trim_start_matches("./")
                    .to_owned()
            })
            .collect(),
    };
    files.retain(|path| Path::new(path).is_file());
    files.sort();
    files.dedup();
    files
}

/// Returns path and text of every Rust file.
fn rust() -> Vec<(String, String)> {
    files()
        .into_iter()
        .filter(|path| path.ends_with(".rs"))
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap();
            (path, text)
        })
        .collect()
}

/// Returns the lines of a file that are code outside its tests, with their numbers.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    (1..)
        .zip(text.lines())
        .take_while(|(_, line)| *line != "#[cfg(test)]")
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
}

#[test]
fn folders_use_only_what_they_may() {
    let allowed: BTreeMap<&str, &[&str]> = MAY_USE.iter().copied().collect();
    let used = Regex::new(r"\bcrate::(\w+)").unwrap();
    let mut found = Vec::new();
    for (path, text) in rust() {
        let Some(rest) = path.strip_prefix("src/") else {
            continue;
        };
        let folder = rest.split(['/', '.']).next().unwrap();
        for (number, line) in code(&text) {
            if line.contains("crate::{") || line.contains("super::super") {
                found.push(format!("{path}:{number}: write `use crate::x::...`"));
            }
            let Some(may) = allowed.get(folder) else {
                continue;
            };
            for name in used.captures_iter(line).map(|it| it[1].to_owned()) {
                let is_own = name == folder || name == "error";
                let is_folder = Path::new("src").join(&name).is_dir();
                if is_folder && !is_own && !may.contains(&name.as_str()) {
                    found.push(format!("{path}:{number}: `{folder}` may not use `{name}`"));
                }
            }
        }
    }
    none(&found);
}

#[test]
fn every_file_of_a_table_is_a_row() {
    let mut found = Vec::new();
    for path in files() {
        let Some((folder, file)) = path.rsplit_once('/') else {
            continue;
        };
        let Some(name) = file
            .strip_suffix(".rs")
            .filter(|it| !matches!(*it, "mod" | "tests"))
        else {
            continue;
        };
        if !TABLES.contains(&folder) {
            continue;
        }
        let table = fs::read_to_string(format!("{folder}/mod.rs")).unwrap();
        if !table.contains(&format!("mod {name};")) || !table.contains(&format!("{name}::")) {
            found.push(format!("{path} has no row in {folder}/mod.rs"));
        }
    }
    none(&found);
}

#[test]
fn every_file_says_what_it_is_and_is_short() {
    let mut found = Vec::new();
    for (path, text) in rust() {
        if !text.starts_with("//!") {
            found.push(format!("{path} does not begin with `//!`"));
        }
        let lines = text.lines().count();
        if lines > MAX_LINES {
            found.push(format!("{path} has {lines} lines, more than {MAX_LINES}"));
        }
    }
    none(&found);
}

#[test]
fn no_test_is_ignored_and_no_lint_allowed() {
    let mut found = Vec::new();
    let forbidden = ["ignore", "should_panic", "allow"].map(|it| format!("#[{it}"));
    for (path, text) in rust() {
        for (number, line) in (1..).zip(text.lines()) {
            if forbidden.iter().any(|it| line.trim_start().starts_with(it)) {
                found.push(format!("{path}:{number}: {}", line.trim()));
            }
        }
    }
    none(&found);
}

#[test]
fn closed_enums_are_matched_by_name() {
    let mut found = Vec::new();
    for folder in WITHOUT_WILDCARDS {
        let path = format!("src/{folder}/mod.rs");
        let Ok(text) = fs::read_to_string(&path) else {
            continue;
        };
        if !text.contains("#![deny(clippy::wildcard_enum_match_arm)]") {
            found.push(format!(
                "{path} does not deny clippy::wildcard_enum_match_arm"
            ));
        }
    }
    none(&found);
}

#[test]
fn the_top_level_holds_what_it_should() {
    let found: Vec<String> = files()
        .into_iter()
        .filter(|path| !TOP_LEVEL.contains(&path.split('/').next().unwrap()))
        .map(|path| format!("{path} has no place here"))
        .collect();
    none(&found);
}

#[test]
fn no_file_names_a_path_of_the_machine_it_was_written_on() {
    // Put together here, so that this file is none of them.
    let forbidden = [["/wo", "rk/"].concat(), ["/ro", "ot/."].concat()];
    let mut found = Vec::new();
    for path in files() {
        let Ok(text) = fs::read_to_string(&path) else {
            continue;
        };
        if path.starts_with("rules/nixos/") {
            continue;
        }
        for (number, line) in (1..).zip(text.lines()) {
            if forbidden.iter().any(|it| line.contains(it.as_str())) {
                found.push(format!("{path}:{number}: {}", line.trim()));
            }
        }
    }
    none(&found);
}

#[test]
fn every_rule_has_an_example() {
    let mut found = Vec::new();
    for path in files() {
        if !path.starts_with("rules/") || !path.ends_with(".toml") {
            continue;
        }
        let table: toml::Table = toml::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        let rules = match table.get("rule") {
            Some(toml::Value::Array(rules)) => rules.clone(),
            _ => vec![toml::Value::Table(table)],
        };
        for rule in rules {
            let examples = rule.get("example").and_then(toml::Value::as_array);
            if examples.is_none_or(Vec::is_empty) {
                let id = rule.get("id").map_or_else(String::new, ToString::to_string);
                found.push(format!("{path}: rule {id} has no example"));
            }
        }
    }
    none(&found);
}

#[test]
fn every_case_is_complete() {
    let mut found = Vec::new();
    let mut cases: Vec<String> = files()
        .iter()
        .filter_map(|path| path.find("/in/").map(|at| path[..at].to_owned()))
        .filter(|path| path.starts_with("examples/") || path.starts_with("tests/cases/"))
        .collect();
    cases.dedup();
    for case in cases {
        for name in ["diagnostics.txt", "account.txt"] {
            if !Path::new(&case).join(name).is_file() {
                found.push(format!(
                    "{case} has no {name}; UPDATE=1 cargo test --test golden makes it"
                ));
            }
        }
    }
    none(&found);
}

#[test]
fn the_support_tables_of_the_readme_are_true() {
    let readme = fs::read_to_string("README.md").unwrap();
    let (begin, end) = ("<!-- support -->\n", "<!-- /support -->");
    let from = readme.find(begin).expect("README.md has the marker") + begin.len();
    let to = readme.find(end).expect("README.md has the closing marker");
    let expected = ops2nix::cli::support();
    if std::env::var_os("UPDATE").is_some_and(|value| value == "1") {
        let text = format!("{}{expected}{}", &readme[..from], &readme[to..]);
        fs::write("README.md", text).unwrap();
        return;
    }
    assert_eq!(
        &readme[from..to],
        expected,
        "UPDATE=1 cargo test --test tidy writes it"
    );
}

#[test]
fn what_the_readme_shows_is_there() {
    let readme = fs::read_to_string("README.md").unwrap();
    let block = Regex::new(r"(?ms)^```(yaml|nix|toml)\n(.*?)^```$").unwrap();
    let shown: Vec<String> = files()
        .into_iter()
        .filter(|path| path.starts_with("examples/") || path.starts_with("rules/"))
        .filter(|path| {
            [".yml", ".nix", ".toml"]
                .iter()
                .any(|it| path.ends_with(it))
        })
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    let found: Vec<String> = block
        .captures_iter(&readme)
        .map(|it| it[2].to_owned())
        // The file of settings is the user's own.
        .filter(|it| !it.contains("[extra-vars]"))
        .filter(|it| !shown.iter().any(|text| text.contains(it.as_str())))
        .collect();
    none(&found);
}
