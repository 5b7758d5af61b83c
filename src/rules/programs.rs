//! The programs of packages: rules/nixos/programs.json.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

const TABLE: &str = include_str!("../../rules/nixos/programs.json");

/// Which package has which program.
#[derive(Default)]
pub struct Programs {
    /// By the program's name, the attribute of its package, or a folder that has `bin`.
    pub packages: BTreeMap<String, String>,
    /// By what a distribution calls a program, its package, and its name there.
    pub named: BTreeMap<String, (String, String)>,
    /// By a folder, its package, and where it is in that.
    pub files: BTreeMap<String, (String, String)>,
    /// Packages of which every Linux of the GNU kind has the same programs, NixOS among them: to name them is no guess.
    pub everywhere: BTreeSet<String>,
    /// Programs that no NixOS has, and why.
    pub foreign: BTreeMap<String, String>,
}

#[derive(serde::Deserialize)]
struct Raw {
    programs: BTreeMap<String, Vec<String>>,
    named: BTreeMap<String, (String, String)>,
    files: BTreeMap<String, (String, String)>,
    everywhere: BTreeSet<String>,
    foreign: BTreeMap<String, Vec<String>>,
}

pub static PROGRAMS: LazyLock<Programs> = LazyLock::new(|| {
    // A test reads the table, so a faulty one never ships.
    let Ok(raw) = serde_json::from_str::<Raw>(TABLE) else {
        return Programs::default();
    };
    Programs {
        packages: turned(raw.programs),
        named: raw.named,
        files: raw.files,
        everywhere: raw.everywhere,
        foreign: turned(raw.foreign),
    }
});

fn turned(table: BTreeMap<String, Vec<String>>) -> BTreeMap<String, String> {
    table
        .into_iter()
        .flat_map(|(key, names)| names.into_iter().map(move |name| (name, key.clone())))
        .collect()
}
