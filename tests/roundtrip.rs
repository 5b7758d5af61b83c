//! The round trip of units: each one is somebody's own, below etc/systemd/system and enabled; what NixOS would write of
//! its translation (`effect::unit`) must mean the same.
//!
//! It runs over `tests/roundtrip/units/`. `OPS2NIX_UNITS`, a list of folders with `:` between them, makes it run over
//! all units below them too and print figures (`cargo test --test roundtrip -- --nocapture`).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::Write as _;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::{fs, io};

use ops2nix::account::{Code, Verdict};
use ops2nix::effect::unit::{self, Units};
use ops2nix::import::IMPORTERS;
use ops2nix::rules::Rules;
use ops2nix::source::SourceTree;
use ops2nix::syntax;
use ops2nix::{Conversion, Input, Options};
use walkdir::WalkDir;

const SUFFIXES: [&str; 9] = [
    "service",
    "socket",
    "timer",
    "path",
    "mount",
    "automount",
    "swap",
    "slice",
    "target",
];

/// A unit with its drop-ins, in the order in which systemd reads them.
struct Source {
    name: String,
    path: PathBuf,
    /// The unit's own text; `None` where there are drop-ins only.
    main: Option<String>,
    drop_ins: Vec<(String, String)>,
}

#[derive(Default)]
struct Figures {
    units: usize,
    /// Nothing of them is left to the person.
    translated: usize,
    same: usize,
    /// Places with differences.
    differ: Vec<String>,
    left: BTreeMap<String, usize>,
    noise: BTreeMap<&'static str, usize>,
}

#[test]
fn own_units_read_back_the_same() {
    let figures = run(Path::new("tests/roundtrip/units"));
    assert!(figures.units > 0, "there are no units");
    assert!(
        figures.differ.is_empty(),
        "\n{}\n",
        figures.differ.join("\n")
    );
    assert_eq!(figures.left, BTreeMap::new());
}

#[test]
fn units_of_the_given_folders_read_back_the_same() {
    let Ok(folders) = std::env::var("OPS2NIX_UNITS") else {
        return;
    };
    let mut out = String::new();
    let mut differ = Vec::new();
    for folder in folders.split(':') {
        let figures = run(Path::new(folder));
        let _ = writeln!(
            out,
            "{folder}: {} units, {} translated whole, {} read back the same",
            figures.units, figures.translated, figures.same
        );
        for (name, count) in &figures.noise {
            let _ = writeln!(out, "  noise {name}: {count} units");
        }
        for (reason, count) in &figures.left {
            let _ = writeln!(out, "  left {count}: {reason}");
        }
        for line in &figures.differ {
            let _ = writeln!(out, "  differs: {line}");
        }
        differ.extend(figures.differ);
    }
    let _ = io::stderr().write_all(out.as_bytes());
    assert!(differ.is_empty(), "{} differences", differ.len());
}

fn run(folder: &Path) -> Figures {
    let rules = Rules::load(&[]).expect("built-in rules are read");
    let mut figures = Figures::default();
    for source in sources(folder) {
        judge(&source, &rules, &mut figures);
    }
    figures
}

/// Finds the units below a folder, each with the drop-ins beside it.
fn sources(folder: &Path) -> Vec<Source> {
    let mut found: BTreeMap<PathBuf, Source> = BTreeMap::new();
    let files = WalkDir::new(folder)
        .sort_by_file_name()
        .into_iter()
        .flatten();
    for entry in files.filter(|it| it.file_type().is_file()) {
        let path = entry.path();
        let name = |path: &Path| {
            path.file_name()
                .and_then(|it| it.to_str())
                .map(str::to_owned)
        };
        let parent = path.parent().and_then(name).unwrap_or_default();
        // Units of users' own managers are ordinary files.
        if path.components().any(|it| it.as_os_str() == "user") {
            continue;
        }
        let (Some(file), Ok(text)) = (name(path), fs::read_to_string(path)) else {
            continue;
        };
        let drop_in_of = parent.strip_suffix(".d").filter(|it| is_unit(it));
        let (key, unit) = match drop_in_of {
            Some(unit) if file.ends_with(".conf") => {
                (path.parent().unwrap().with_file_name(unit), unit.to_owned())
            }
            _ if is_unit(&file) => (path.to_owned(), file.clone()),
            _ => continue,
        };
        let source = found.entry(key.clone()).or_insert_with(|| Source {
            name: unit,
            path: key,
            main: None,
            drop_ins: Vec::new(),
        });
        if drop_in_of.is_some() {
            source.drop_ins.push((file, text));
        } else {
            source.main = Some(text);
        }
    }
    found.into_values().collect()
}

fn is_unit(name: &str) -> bool {
    name.rsplit_once('.')
        .is_some_and(|(stem, suffix)| !stem.is_empty() && SUFFIXES.contains(&suffix))
}

/// The least that a unit must say.
fn standing(name: &str) -> &'static str {
    if name.ends_with(".service") {
        "[Service]\nExecStart=/bin/sh -c true\n"
    } else {
        "[Unit]\nDescription=x\n"
    }
}

fn is_without_unit(conversion: &Conversion) -> bool {
    let items = conversion.account.items();
    let mut closings = items.flat_map(|(_, item)| &item.closings);
    closings.any(|it| it.code == Code::UnitMissing)
}

fn judge(source: &Source, rules: &Rules, figures: &mut Figures) {
    let texts: Vec<&str> = source
        .main
        .iter()
        .chain(source.drop_ins.iter().map(|(_, text)| text))
        .map(String::as_str)
        .collect();
    let whole = texts.join("\n");
    let read = syntax::unit::read(&whole);
    // Files of D-Bus have the same ending.
    let of_bus = read.sections.iter().any(|it| it.name == "D-BUS Service");
    if of_bus || read.sections.iter().all(|it| it.directives.is_empty()) {
        return;
    }
    figures.units += 1;
    let (conversion, expected) = translate(source, &whole, rules);
    // Over a unit that nothing brings a drop-in is left to the person: it gets one to stand on.
    if source.main.is_none() && is_without_unit(&conversion) {
        figures.units -= 1;
        let standing = Source {
            name: source.name.clone(),
            path: source.path.clone(),
            main: Some(standing(&source.name).to_owned()),
            drop_ins: source.drop_ins.clone(),
        };
        return judge(&standing, rules, figures);
    }
    let manual = left(&conversion);
    figures.translated += usize::from(manual.is_empty());
    for reason in manual {
        *figures.left.entry(reason).or_default() += 1;
    }
    let units = conversion
        .plans
        .first()
        .map(unit::units)
        .unwrap_or_default();
    if let Some(reason) = as_shipped(&conversion) {
        figures.units -= 1;
        figures.translated -= 1;
        *figures
            .left
            .entry(format!("(not needed) {reason}"))
            .or_default() += 1;
        return;
    }
    let mut problems = Vec::new();
    let suffix = source.name.rsplit('.').next().unwrap_or_default();
    // What a drop-in changes may have another name on NixOS.
    let is_it = |it: &&unit::Unit| {
        it.name == source.name || (source.main.is_none() && it.name.ends_with(suffix))
    };
    let written = units.units.iter().find(is_it);
    match written {
        None => problems.push("NixOS writes no such unit".to_owned()),
        Some(written) => {
            let (differences, noise) = unit::compare(&whole, &written.text);
            for it in noise {
                *figures.noise.entry(it.name()).or_default() += 1;
            }
            problems.extend(differences.iter().map(|it| {
                format!(
                    "{}.{}\n      source: {:?}\n      NixOS:  {:?}",
                    it.section, it.directive, it.source, it.nixos
                )
            }));
        }
    }
    let mut links = links_of(&units, &source.name);
    let stem = source.name.split(['@', '.']).next().unwrap_or_default();
    // What is enabled along with it has links of its own.
    links.retain(|(_, unit)| unit.starts_with(stem) && unit.ends_with(suffix));
    if source.main.is_some() && links != expected {
        problems.push(format!(
            "links\n      source: {expected:?}\n      NixOS:  {links:?}"
        ));
    }
    figures.same += usize::from(problems.is_empty());
    let of_unit = problems
        .into_iter()
        .map(|it| format!("{}: {it}", source.path.display()));
    figures.differ.extend(of_unit);
}

/// Translates a root with the unit alone in it; returns the links besides that enable it.
fn translate(
    source: &Source,
    whole: &str,
    rules: &Rules,
) -> (Conversion, BTreeSet<(String, String)>) {
    let root = tempfile::tempdir().unwrap();
    let units = root.path().join("etc/systemd/system");
    fs::create_dir_all(&units).unwrap();
    fs::write(root.path().join("etc/hostname"), "box\n").unwrap();
    if let Some(main) = &source.main {
        fs::write(units.join(&source.name), main).unwrap();
    }
    let folder = units.join(format!("{}.d", source.name));
    for (name, text) in &source.drop_ins {
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(name), text).unwrap();
    }
    // What is enabled along with the unit is there too.
    for also in also(whole) {
        let beside = source.path.with_file_name(&also);
        if let Ok(text) = fs::read_to_string(beside) {
            fs::write(units.join(also), text).unwrap();
        }
    }
    let links = enabled(&source.name, whole);
    for (place, _) in links.iter().filter(|_| source.main.is_some()) {
        let place = units.join(place);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        symlink(format!("/etc/systemd/system/{}", source.name), place).unwrap();
    }
    let tree = SourceTree::open(root.path(), &[]).unwrap();
    let importer = IMPORTERS.iter().find(|it| it.name == "etc").unwrap();
    let input = Input {
        importer,
        folder: String::new(),
        left_out: Vec::new(),
        given: Vec::new(),
    };
    let options = Options::default();
    (ops2nix::convert(&tree, &[input], rules, &options), links)
}

fn also(text: &str) -> Vec<String> {
    let sections = syntax::unit::read(text).sections.into_iter();
    let directives = sections.flat_map(|it| it.directives);
    let also = directives.filter(|it| it.key == "Also");
    let words = also.map(|it| it.value);
    words
        .flat_map(|it| it.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
        .collect()
}

/// The links that `systemctl enable` makes; of a template, those of its default instance, or of one.
fn enabled(name: &str, text: &str) -> BTreeSet<(String, String)> {
    let mut values: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let sections = syntax::unit::read(text).sections.into_iter();
    for directive in sections
        .filter(|it| it.name == "Install")
        .flat_map(|it| it.directives)
    {
        let words = values.entry(directive.key).or_default();
        if directive.value.is_empty() {
            words.clear();
        }
        words.extend(directive.value.split_whitespace().map(str::to_owned));
    }
    let instance = match name.split_once("@.") {
        Some((stem, suffix)) => {
            let default = values.get("DefaultInstance").and_then(|it| it.first());
            format!("{stem}@{}.{suffix}", default.map_or("one", String::as_str))
        }
        None => name.to_owned(),
    };
    let mut links = BTreeSet::new();
    for (key, folder) in [
        ("WantedBy", "wants"),
        ("RequiredBy", "requires"),
        ("UpheldBy", "upholds"),
    ] {
        for by in values.get(key).into_iter().flatten() {
            links.insert((format!("{by}.{folder}/{instance}"), instance.clone()));
        }
    }
    let aliases = values.get("Alias").into_iter().flatten();
    links.extend(
        aliases
            .filter(|it| *it != name)
            .map(|it| (it.clone(), name.to_owned())),
    );
    links
}

/// The links of NixOS; what another unit wants is the same as a link in its folder.
fn links_of(units: &Units, own: &str) -> BTreeSet<(String, String)> {
    let mut links = units.links.clone();
    for target in units.units.iter().filter(|it| it.name != own) {
        for (directive, folder) in [
            ("Wants", "wants"),
            ("Requires", "requires"),
            ("Upholds", "upholds"),
        ] {
            let key = ("Unit".to_owned(), directive.to_owned());
            let meaning = unit::meaning(&target.text);
            for word in meaning
                .get(&key)
                .into_iter()
                .flatten()
                .filter(|it| it.contains('@'))
            {
                links.insert((format!("{}.{folder}/{word}", target.name), word.clone()));
            }
        }
    }
    links
}

/// Returns why there is nothing to translate: the file is as a package of the distribution brought it.
fn as_shipped(conversion: &Conversion) -> Option<String> {
    let mut closings = conversion
        .account
        .items()
        .flat_map(|(_, item)| &item.closings);
    let reason = closings.find(|it| it.reason.contains("nobody changed it"))?;
    Some(reason.reason.clone())
}

/// Returns why something is left to the person, each reason once.
fn left(conversion: &Conversion) -> Vec<String> {
    let mut reasons = Vec::new();
    for (_, item) in conversion.account.items() {
        for closing in &item.closings {
            let is_sum = closing.reason.starts_with("it holds ");
            if closing.verdict == Verdict::Manual && !is_sum && !reasons.contains(&closing.reason) {
                reasons.push(closing.reason.clone());
            }
        }
    }
    reasons
}
