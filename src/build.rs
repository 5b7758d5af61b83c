//! Turns the facts of rules/nixos/ into static sorted tables, and embeds the rules of rules/.
//!
//! The tables are Rust arrays of string slices in OUT_DIR, sorted by the bytes of their key, so that the program finds a
//! row by binary search and parses nothing when it starts. Names of an option's path are joined by U+0001, which no name
//! holds and which sorts before every other character of a name.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use serde_json::Value;

type Options = BTreeMap<String, Value>;

fn main() {
    println!("cargo:rerun-if-changed=rules");
    // The tables are some 200,000 pointers into the program itself. One that may lie anywhere in memory sets each of them
    // at every start, which takes longer than a small translation.
    let of_target = |name: &str| env::var(name).unwrap_or_default();
    if of_target("CARGO_CFG_TARGET_OS") == "linux" && of_target("CARGO_CFG_TARGET_ENV") == "gnu" {
        println!("cargo:rustc-link-arg-bins=-no-pie");
    }
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let out = PathBuf::from(env::var("OUT_DIR").expect("cargo sets it"));
    let facts = root.join("rules/nixos");

    let mut options: Options = read_json(&facts.join("options.json"));
    options.extend(read_json::<Options>(&facts.join("added-options.json")));
    let required: BTreeSet<String> = read_json(&facts.join("required.json"));

    write(
        &out.join("schema.rs"),
        &schema_table(
            &options,
            &required,
            &read_json(&facts.join("renames.json")),
            &read_json(&facts.join("partial.json")),
        ),
    );
    write(
        &out.join("names.rs"),
        &names_table(&facts, &options, &required),
    );
    write(
        &out.join("taken.rs"),
        &taken_table(&facts, &options, &read_json(&facts.join("renames.json"))),
    );
    write(&out.join("rules.rs"), &rules_table(&root.join("rules")));
    write(
        &out.join("shipped.rs"),
        &shipped_table(&read(&root.join("rules/distribution/debian-12.txt"))),
    );
}

fn read_json<T: serde::de::DeserializeOwned>(path: &Path) -> T {
    serde_json::from_str(&read(path)).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn read_rows(path: &Path) -> Vec<Value> {
    read(path)
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| {
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        })
        .collect()
}

fn write(path: &Path, text: &str) {
    fs::write(path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}

/// The options with their interned types, the required ones, and what was renamed or removed.
fn schema_table(
    options: &Options,
    required: &BTreeSet<String>,
    renames: &Value,
    partial: &Value,
) -> String {
    let mut rows: Vec<(String, &str, bool, &str, String)> = options
        .values()
        .map(|option| {
            let read_only = option["readOnly"].as_bool().unwrap_or(false);
            let default = option["default"]["text"].as_str().unwrap_or("");
            let path = join_names(&option["loc"]);
            let places = strings(&option["declarations"]);
            let declared = places.first().copied().unwrap_or_default().to_owned();
            (path, text(option, "type"), read_only, default, declared)
        })
        .collect();
    rows.sort();

    let mut out = String::new();
    list(
        &mut out,
        "OPTIONS",
        "Row",
        rows.iter().map(|(path, kind, read_only, default, declared)| {
            format!(
                "Row{{path:Cow::Borrowed({}),kind:Cow::Borrowed({}),read_only:{read_only},default:Cow::Borrowed({}),declared:Cow::Borrowed({})}}",
                quoted(path),
                quoted(kind),
                quoted(default),
                quoted(declared)
            )
        }),
    );
    let complete = complete_folders(options);
    list(
        &mut out,
        "COMPLETE",
        "&str",
        complete.iter().map(|it| quoted(it)),
    );
    for (name, field) in [("OPEN", "open"), ("ELSEWHERE", "elsewhere")] {
        let paths: BTreeSet<String> = strings(&partial[field])
            .iter()
            .map(|it| it.replace('.', "\u{1}"))
            .collect();
        list(&mut out, name, "&str", paths.iter().map(|it| quoted(it)));
    }
    let mut paths: Vec<String> = required
        .iter()
        .map(|path| match options.get(path) {
            Some(option) => join_names(&option["loc"]),
            None => panic!("required.json: {path} is not in options.json"),
        })
        .collect();
    paths.sort();
    list(
        &mut out,
        "REQUIRED",
        "&str",
        paths.iter().map(|it| quoted(it)),
    );
    let mut renamed: Vec<(&str, &str)> = renames["renamed"]
        .as_object()
        .into_iter()
        .flatten()
        .filter_map(|(old, new)| Some((old.as_str(), new.as_str()?)))
        .collect();
    renamed.sort_unstable();
    let (changed, aliases) = (strings(&renames["changed"]), strings(&renames["aliases"]));
    let mut old = changed.iter().chain(&aliases);
    if let Some(old) = old.find(|it| renames["renamed"][**it].is_null()) {
        panic!("renames.json: {old} is changed or an alias, but not renamed");
    }
    list(
        &mut out,
        "RENAMED",
        "(&str, &str, Rename)",
        renamed.iter().map(|(old, new)| {
            let how = match (changed.contains(old), aliases.contains(old)) {
                (true, _) => "Changed",
                (_, true) => "Alias",
                _ => "Same",
            };
            format!("({},{},Rename::{how})", quoted(old), quoted(new))
        }),
    );
    let mut removed: Vec<&str> = strings(&renames["removed"]);
    removed.sort_unstable();
    list(
        &mut out,
        "REMOVED",
        "&str",
        removed.iter().map(|it| quoted(it)),
    );
    out
}

/// The folders of which the index has everything: what a module of its own declares below two names or more.
///
/// A module counts as one for each pair of names with which its options begin, since some declare a little elsewhere.
fn complete_folders(options: &Options) -> BTreeSet<String> {
    let mut modules: BTreeMap<(&str, Vec<&str>), Vec<Vec<&str>>> = BTreeMap::new();
    for option in options.values() {
        let names = strings(&option["loc"]);
        for file in strings(&option["declarations"]) {
            let start = names.iter().take(2).copied().collect();
            modules
                .entry((file, start))
                .or_default()
                .push(names.clone());
        }
    }
    let mut folders = BTreeSet::new();
    for paths in modules.values() {
        let Some((first, rest)) = paths.split_first() else {
            continue;
        };
        // One option alone says no more than its folder.
        let mut common = first.len() - usize::from(rest.is_empty());
        for path in rest {
            let same = first.iter().zip(path).take_while(|(a, b)| a == b).count();
            common = common.min(same);
        }
        if common >= 2 {
            folders.insert(first[..common].join("\u{1}"));
        }
    }
    folders
}

/// The names of packages and services, the families of versioned names, and the options that they name.
fn names_table(facts: &Path, options: &Options, required: &BTreeSet<String>) -> String {
    let mut out = String::new();
    let mut named: BTreeSet<String> = BTreeSet::new();

    let mut packages = read_rows(&facts.join("packages.jsonl"));
    packages.sort_by(|a, b| text(a, "name").cmp(text(b, "name")));
    named.extend(packages.iter().filter_map(option_of));
    list(
        &mut out,
        "PACKAGES",
        "PackageRow",
        packages.iter().map(package_row),
    );

    let mut services = read_rows(&facts.join("services.jsonl"));
    services.sort_by(|a, b| text(a, "service").cmp(text(b, "service")));
    named.extend(services.iter().filter_map(option_of));
    list(
        &mut out,
        "SERVICES",
        "ServiceRow",
        services.iter().map(service_row),
    );

    let patterns: Vec<Value> = read_json(&facts.join("patterns.json"));
    named.extend(patterns.iter().filter_map(option_of));
    list(
        &mut out,
        "PATTERNS",
        "PatternRow",
        patterns.iter().map(pattern_row),
    );
    // Only the tests ask what the patterns' examples give.
    out.push_str("#[cfg(test)]\n");
    list(
        &mut out,
        "PATTERN_EXAMPLES",
        "&[(&str, Option<&str>)]",
        patterns.iter().map(pattern_examples),
    );

    // What Rust wants to know of an option before it states it: whether it is a switch, and what it is without a word.
    list(
        &mut out,
        "NAMED_OPTIONS",
        "NamedOption",
        named.iter().map(|path| {
            let option = options.get(path);
            let kind = option.map_or("", |it| text(it, "type"));
            let shape = match kind {
                "" => "Unknown",
                "boolean" => "Switch",
                "list of package" => "Packages",
                _ => "Other",
            };
            let default = match option.and_then(|it| it["default"]["text"].as_str()) {
                Some("true") => "Some(true)",
                Some("false") => "Some(false)",
                _ => "None",
            };
            let folder = path.rsplit_once('.').map_or("", |(folder, _)| folder);
            let needs = required.iter().filter(|it| {
                it.rsplit_once('.')
                    .is_some_and(|(parent, _)| parent == folder)
                    && path.ends_with(".enable")
            });
            format!(
                "NamedOption{{path:{},shape:OptionShape::{shape},default:{default},needs:&[{}]}}",
                quoted(path),
                needs.map(|it| quoted(it)).collect::<Vec<_>>().join(",")
            )
        }),
    );
    out
}

fn option_of(row: &Value) -> Option<String> {
    row["option"].as_str().map(str::to_owned)
}

fn package_row(row: &Value) -> String {
    format!(
        "PackageRow{{name:{},families:{},attr:{},kind:Kind::{},option:{},also:&[{}],note:{},alias_checked:{}}}",
        quoted(text(row, "name")),
        families(&row["family"]),
        maybe(&row["attr"]),
        kind(row),
        maybe(&row["option"]),
        strings(&row["also"])
            .iter()
            .map(|it| quoted(it))
            .collect::<Vec<_>>()
            .join(","),
        maybe(&row["note"]),
        row["evidence"].as_str() == Some("alias-checked"),
    )
}

fn service_row(row: &Value) -> String {
    format!(
        "ServiceRow{{name:{},families:{},option:{},unit:{},note:{}}}",
        quoted(text(row, "service")),
        families(&row["families"]),
        maybe(&row["option"]),
        maybe(&row["nixosUnit"]),
        maybe(&row["note"]),
    )
}

fn pattern_row(row: &Value) -> String {
    let groups = |field: &str| -> Vec<(u8, &Value)> {
        let groups = row[field].as_object().into_iter().flatten();
        groups
            .map(|(group, it)| (group.parse().expect("a group's number"), it))
            .collect()
    };
    let map: Vec<String> = groups("map")
        .into_iter()
        .flat_map(|(group, pairs)| {
            let pairs = pairs.as_object().into_iter().flatten();
            pairs.map(move |(from, to)| format!("({group},{},{})", quoted(from), maybe(to)))
        })
        .collect();
    let values: Vec<String> = groups("values")
        .into_iter()
        .flat_map(|(group, list)| {
            strings(list)
                .into_iter()
                .map(move |it| format!("({group},{})", quoted(it)))
        })
        .collect();
    let transform = match row["transform"].as_str() {
        None => "None".to_owned(),
        Some("lower-case") => "Some(Transform::LowerCase)".to_owned(),
        Some(other) => match other
            .strip_prefix("delete '")
            .and_then(|rest| rest.strip_suffix("' in group 1"))
        {
            Some(gone) => format!("Some(Transform::Delete({}))", quoted(gone)),
            None => panic!("patterns.json: unknown transform {other}"),
        },
    };
    format!(
        "PatternRow{{families:{},pattern:{},attr:{},valid:&[{}],map:&[{}],values:&[{}],check:{},transform:{transform},\
         kind:Kind::{},option:{},note:{}}}",
        families(&row["family"]),
        quoted(text(row, "pattern")),
        maybe(&row["attr"]),
        strings(&row["valid"])
            .iter()
            .map(|it| quoted(it))
            .collect::<Vec<_>>()
            .join(","),
        map.join(","),
        values.join(","),
        maybe(&row["check"]),
        kind(row),
        maybe(&row["option"]),
        maybe(&row["note"]),
    )
}

fn pattern_examples(row: &Value) -> String {
    let examples = row["examples"].as_array().into_iter().flatten();
    let examples: Vec<String> = examples
        .map(|it| format!("({},{})", quoted(text(it, "name")), maybe(&it["attr"])))
        .collect();
    format!("&[{}]", examples.join(","))
}

/// The rule files with their text, by path; the facts in rules/nixos/ are no rules.
fn rules_table(folder: &Path) -> String {
    let mut files = Vec::new();
    find_rules(folder, &mut files);
    files.sort();
    let mut out = String::new();
    let rows = files.iter().map(|path| {
        format!(
            "({},include_str!({:?}))",
            quoted(&rule_file(folder, path)),
            path.display().to_string()
        )
    });
    list(&mut out, "BUILT_IN", "(&str, &str)", rows);
    let prepared = files
        .iter()
        .flat_map(|path| prepared_rules(&rule_file(folder, path), &read(path)));
    list(&mut out, "PREPARED", "Prepared", prepared);
    out
}

/// What messages call a file of rules.
fn rule_file(folder: &Path, path: &Path) -> String {
    let name = path.strip_prefix(folder).expect("found below it");
    let name: Vec<&str> = name.iter().filter_map(|it| it.to_str()).collect();
    format!("rules/{}", name.join("/"))
}

/// The rules of a file, each with its line and, as JSON, all but its examples.
fn prepared_rules(file: &str, text: &str) -> Vec<String> {
    let mut table: toml::Table =
        toml::from_str(text).unwrap_or_else(|error| panic!("{file}: {error}"));
    // Only who compares reads them, from the text.
    table.remove("reading");
    let rules = match table.remove("rule") {
        Some(toml::Value::Array(rules)) => rules,
        None if table.is_empty() => Vec::new(),
        Some(_) | None => vec![toml::Value::Table(table)],
    };
    let starts: Vec<usize> = (1..)
        .zip(text.lines())
        .filter(|(_, line)| {
            let rest = line.trim_start().strip_prefix("id");
            rest.is_some_and(|rest| rest.trim_start().starts_with('='))
        })
        .map(|(number, _)| number)
        .collect();
    assert_eq!(
        starts.len(),
        rules.len(),
        "{file}: each rule has one line `id = `"
    );
    let rows = rules.into_iter().zip(starts);
    rows.map(|(mut rule, line)| {
        let mut kinds = Vec::new();
        if let Some(rule) = rule.as_table_mut() {
            rule.remove("example");
            let when = rule.get("when").and_then(toml::Value::as_table);
            kinds.extend(when.into_iter().flatten().map(|(kind, _)| quoted(kind)));
        }
        let json = serde_json::to_string(&rule).expect("a table is an object");
        format!(
            "Prepared{{kinds:&[{}],file:{},line:{line},json:{}}}",
            kinds.join(","),
            quoted(file),
            quoted(&json)
        )
    })
    .collect()
}

fn find_rules(folder: &Path, files: &mut Vec<PathBuf>) {
    let entries =
        fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    for entry in entries {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() {
            find_rules(&path, files);
        } else if path.extension().is_some_and(|it| it == "toml") {
            files.push(path);
        }
    }
}

/// The names below `services` that NixOS has or had, and the names of its own units: a service of the input's own has
/// another one.
fn taken_table(facts: &Path, options: &Options, renames: &Value) -> String {
    let rows = read_rows(&facts.join("services.jsonl"));
    let packages = read_rows(&facts.join("packages.jsonl"));
    let named = rows.iter().chain(&packages).filter_map(option_of);
    let renamed = renames["renamed"].as_object().into_iter().flatten();
    let paths = options
        .keys()
        .cloned()
        .chain(named)
        .chain(renamed.map(|(old, _)| old.clone()))
        .chain(strings(&renames["removed"]).into_iter().map(str::to_owned));
    let mut taken: BTreeSet<String> = paths
        .filter_map(|path| {
            Some(
                path.strip_prefix("services.")?
                    .split('.')
                    .next()?
                    .to_owned(),
            )
        })
        .collect();
    let units = rows.iter().filter_map(|row| row["unit"].as_str());
    taken.extend(units.map(|unit| unit.trim_end_matches(".service").to_owned()));
    let mut out = String::new();
    list(&mut out, "TAKEN", "&str", taken.iter().map(|it| quoted(it)));
    out
}

/// The files that packages bring below /etc, by path, with the hashes of what they hold as shipped.
fn shipped_table(text: &str) -> String {
    let mut rows: BTreeMap<&str, (&str, BTreeSet<&str>)> = BTreeMap::new();
    let mut package = "";
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        if let Some(name) = line.strip_prefix("= ") {
            package = name;
            continue;
        }
        let mut words = line.split(' ');
        let path = words.next().expect("a line has a word");
        // Two packages may bring one path: each hash is that of one of them.
        let row = rows.entry(path).or_insert((package, BTreeSet::new()));
        row.1.extend(words);
    }
    let mut out = String::new();
    let rows = rows.iter().map(|(path, (package, hashes))| {
        let hashes: Vec<String> = hashes.iter().map(|it| format!("0x{it}")).collect();
        format!(
            "Shipped{{path:{},package:{},hashes:&[{}]}}",
            quoted(path),
            quoted(package),
            hashes.join(",")
        )
    });
    list(&mut out, "SHIPPED", "Shipped", rows);
    out
}

fn list(out: &mut String, name: &str, row: &str, rows: impl Iterator<Item = String>) {
    let rows: Vec<String> = rows.collect();
    let _ = writeln!(
        out,
        "static {name}: [{row}; {}] = [{}];",
        rows.len(),
        rows.join(",\n")
    );
}

fn text<'a>(row: &'a Value, field: &str) -> &'a str {
    row[field]
        .as_str()
        .unwrap_or_else(|| panic!("no {field} in {row}"))
}

fn strings(list: &Value) -> Vec<&str> {
    list.as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

fn join_names(loc: &Value) -> String {
    strings(loc).join("\u{1}")
}

fn quoted(text: &str) -> String {
    format!("{text:?}")
}

fn maybe(value: &Value) -> String {
    match value.as_str() {
        Some(text) => format!("Some({text:?})"),
        None => "None".to_owned(),
    }
}

/// Bits in the order of `FAMILIES` in names.rs.
fn families(list: &Value) -> u8 {
    strings(list)
        .into_iter()
        .map(|family| match family {
            "debian" => 1,
            "rhel" => 2,
            "alpine" => 4,
            "arch" => 8,
            "pip" => 16,
            "npm" => 32,
            "gem" => 64,
            other => panic!("unknown family {other}"),
        })
        .sum()
}

fn kind(row: &Value) -> &'static str {
    match text(row, "kind") {
        "program" => "Program",
        "library" => "Library",
        "service" => "Service",
        "module" => "Module",
        "runtime" => "Runtime",
        "meta" => "Meta",
        "nothing" => "Nothing",
        "missing" => "Missing",
        other => panic!("unknown kind {other}"),
    }
}
