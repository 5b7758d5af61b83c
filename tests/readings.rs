//! The round trip of files that become options: what NixOS writes of them, by our reading of its modules, means the same.
//!
//! It runs over the examples of the rules. `OPS2NIX_ROOTS`, a list of folders with `:` between them that each have an
//! etc/, makes it run over their files too, and print figures by reading (`cargo test --test readings -- --nocapture`).

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use ops2nix::effect::{self, Reading};
use ops2nix::nix::Expr;
use ops2nix::plan::{Definition, Home, OptionPath, Origin, Plan};
use ops2nix::rules::{Join, Outcome, Rules, Ruling};
use walkdir::WalkDir;

/// What came of the files of a reading.
#[derive(Default)]
struct Figures {
    files: usize,
    /// Without any option that the reading knows of.
    left: usize,
    same: usize,
    explained: usize,
    /// The explained differences, and how often each is there.
    reasons: BTreeMap<String, usize>,
    differ: Vec<String>,
}

#[test]
fn what_rules_state_reads_back_the_same() {
    let rules = Rules::load_with_examples(&[]).expect("built-in rules are read");
    let readings = effect::readings(&[]).expect("built-in readings are read");
    let mut figures = BTreeMap::new();
    for (id, model, outcome) in rules.example_outcomes() {
        let (Some(path), Some(content)) = (model["path"].as_str(), model["content"].as_str())
        else {
            continue;
        };
        if outcome.ruling == Ruling::Stated {
            let plan = plan_of(id, outcome);
            judge(id, path, content, &plan, &readings, &mut figures);
        }
    }
    let differ: Vec<String> = figures
        .into_values()
        .flat_map(|it: Figures| it.differ)
        .collect();
    assert!(differ.is_empty(), "\n{}\n", differ.join("\n"));
}

#[test]
fn files_of_the_given_roots_read_back_the_same() {
    let Ok(roots) = std::env::var("OPS2NIX_ROOTS") else {
        return;
    };
    let rules = Rules::load(&[]).expect("built-in rules are read");
    let readings = effect::readings(&[]).expect("built-in readings are read");
    let mut figures = BTreeMap::new();
    for root in roots.split(':') {
        let etc = Path::new(root).join("etc");
        for entry in WalkDir::new(&etc).sort_by_file_name().into_iter().flatten() {
            let below = entry.path().strip_prefix(root).expect("found below it");
            let path = format!("/{}", below.display());
            if !entry.file_type().is_file() || !readings.iter().any(|it| it.is_of(&path)) {
                continue;
            }
            let Ok(content) = fs::read_to_string(entry.path()) else {
                continue;
            };
            // A file as its package ships it says nothing: one more comment makes it somebody's own.
            let own = format!("{content}\n# of this machine\n");
            let plan = translate(&path, &own, &rules);
            // Lines that are left to the person, and said so, are no difference.
            let is_left = |it: &ops2nix::plan::Remark| it.reason.starts_with("of this file");
            if plan.remarks.iter().any(is_left) {
                continue;
            }
            let name = format!("{root}{path}");
            judge(&name, &path, &content, &plan, &readings, &mut figures);
        }
    }
    let mut said = String::new();
    for (reading, it) in &figures {
        let _ = writeln!(
            said,
            "{reading}: {} files, {} not stated, {} same, {} with explained differences, {} differ",
            it.files,
            it.left,
            it.same,
            it.explained,
            it.differ.len()
        );
        for (reason, times) in &it.reasons {
            let _ = writeln!(said, "  {times:5} {reason}");
        }
        for line in &it.differ {
            let _ = writeln!(said, "    {line}");
        }
    }
    println!("{said}");
    assert!(
        figures.values().all(|it| it.differ.is_empty()),
        "files differ"
    );
}

fn plan_of(id: &str, outcome: Outcome) -> Plan {
    let mut plan = Plan::new(id, "");
    for (path, expr, join) in outcome.settings {
        let definition = definition(expr);
        let placed = match join {
            Join::Element => plan.add(path, definition),
            Join::Only | Join::Text => plan.set(path, definition),
        };
        assert!(placed.is_ok(), "{id} sets an option twice");
    }
    plan
}

fn definition(expr: Expr) -> Definition {
    Definition {
        expr,
        home: Home::Host,
        origin: Origin::default(),
        rule: String::new(),
    }
}

/// What becomes of a machine of which this file is all that is known.
fn translate(path: &str, content: &str, rules: &Rules) -> Plan {
    let below = path.trim_start_matches('/');
    let texts = [
        (below, content),
        ("etc/os-release", "ID=debian\nVERSION_ID=12\n"),
    ];
    let tree = ops2nix::source::SourceTree::from_texts("root", &texts);
    let importer = ops2nix::import::IMPORTERS
        .iter()
        .find(|it| it.name == "etc")
        .expect("there is one for /etc");
    let input = ops2nix::Input {
        importer,
        folder: String::new(),
        left_out: Vec::new(),
        given: Vec::new(),
    };
    let options = ops2nix::Options::default();
    let conversion = ops2nix::convert(&tree, &[input], rules, &options);
    conversion.plans.into_iter().next().unwrap_or_default()
}

fn judge(
    name: &str,
    path: &str,
    content: &str,
    plan: &Plan,
    readings: &[Reading],
    figures: &mut BTreeMap<String, Figures>,
) {
    let written = effect::written(plan, readings);
    for reading in readings.iter().filter(|it| it.is_of(path)) {
        let key = format!(
            "{} ({}) of {}",
            reading.option,
            reading.format(),
            reading.files.join(" ")
        );
        let own = figures.entry(key).or_default();
        own.files += 1;
        let Some(file) = written.iter().find(|it| it.reading == reading) else {
            own.left += 1;
            continue;
        };
        match reading.compare(content, &file.text) {
            Err(why) => own.differ.push(format!("{name}: {why}")),
            Ok(found) if !found.differences.is_empty() => {
                for it in &found.differences {
                    own.differ.push(format!(
                        "{name}: {}: {} | {}",
                        it.place,
                        it.source.as_deref().unwrap_or("-"),
                        it.nixos.as_deref().unwrap_or("-")
                    ));
                }
            }
            Ok(found) if found.explained.is_empty() => own.same += 1,
            Ok(found) => {
                own.explained += 1;
                for (it, reason) in found.explained {
                    let said = format!(
                        "{}: {} | {}: {reason}",
                        it.place,
                        it.source.as_deref().unwrap_or("-"),
                        it.nixos.as_deref().unwrap_or("-")
                    );
                    *own.reasons.entry(said).or_default() += 1;
                }
            }
        }
    }
}

#[test]
fn a_lost_value_is_a_difference() {
    let readings = effect::readings(&[]).expect("built-in readings are read");
    let reading = readings
        .iter()
        .find(|it| it.option == OptionPath::parse("services.opensearch.settings"))
        .expect("it is built in");
    let found = reading.compare("x: 1\ny: 2\n", "{\"x\": 1}");
    assert_eq!(found.expect("both are read").differences.len(), 1);
}
