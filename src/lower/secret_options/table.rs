//! The table of the options that take a file in place of a secret: `rules/nixos/secret-options.json`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// What an option has for a secret.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Variant {
    /// Another option, which takes the path of a file.
    File(String),
    /// A text of its own in which `PATH` is the path of a file.
    Text(String),
    /// A variable anywhere in the text, which the module puts in while the program starts.
    Variable(Variables),
    /// A text of its own in which `PATH` is the path of a file, which the program includes in the place of the text.
    Include(String),
    /// The same, of single directives: lines that end with `;`, or blocks of lines in braces.
    IncludeEach(String),
    /// Another option, which takes the path of a file with the whole text.
    Whole(String),
}

/// What a module needs to put variables in.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Variables {
    /// The option that takes the path of the file with the variables; `<name>` in it is the first open name of the row.
    pub(super) file: String,
    /// It takes a list of them.
    #[serde(default)]
    pub(super) list: bool,
    /// Switches that have to be off: a check that would read the variables' names as values.
    #[serde(default)]
    pub(super) off: Vec<String>,
    /// The text may hold no other dollar, which would be taken for a variable.
    #[serde(default)]
    pub(super) all: bool,
}

static VARIANTS: LazyLock<BTreeMap<Vec<String>, Variant>> = LazyLock::new(|| {
    let text = include_str!("../../../rules/nixos/secret-options.json");
    let rows: BTreeMap<String, Variant> = serde_json::from_str(text).unwrap_or_default();
    let names = |path: &str| path.split('.').map(str::to_owned).collect();
    rows.into_iter()
        .map(|(path, variant)| (names(&path), variant))
        .collect()
});

/// Finds what an option has for a secret.
pub(super) fn variant(names: &[String]) -> Option<&'static Variant> {
    row(names).map(|(_, variant)| variant)
}

/// Returns the first name of an option that its row leaves open.
pub(super) fn open_name(names: &[String]) -> Option<&String> {
    let (path, _) = row(names)?;
    let at = path.iter().position(|it| it == "<name>")?;
    names.get(at)
}

fn row(names: &[String]) -> Option<(&'static Vec<String>, &'static Variant)> {
    let fits = |path: &[String]| {
        // `**` is whatever is below.
        let (path, is_folder) = match path.split_last() {
            Some((last, folder)) if last == "**" => (folder, true),
            _ => (path, false),
        };
        (path.len() == names.len() || is_folder && path.len() <= names.len())
            && path
                .iter()
                .zip(names)
                .all(|(it, name)| matches!(it.as_str(), "<name>" | "*") || it == name)
    };
    VARIANTS.iter().find(|(path, _)| fits(path))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{VARIANTS, Variant};

    #[test]
    fn the_options_of_the_table_are_there() {
        let root = env!("CARGO_MANIFEST_DIR");
        let mut options: BTreeMap<String, serde_json::Value> = BTreeMap::new();
        for name in ["options", "added-options"] {
            let path = format!("{root}/rules/nixos/{name}.json");
            let text = std::fs::read_to_string(path).unwrap();
            options.extend(serde_json::from_str::<BTreeMap<_, _>>(&text).unwrap());
        }
        for (path, variant) in VARIANTS.iter() {
            let files = match variant {
                Variant::File(file) => vec![file],
                Variant::Whole(option) => vec![option],
                Variant::Text(_) | Variant::Include(_) | Variant::IncludeEach(_) => Vec::new(),
                Variant::Variable(it) => it.off.iter().chain([&it.file]).collect(),
            };
            for file in files {
                let option = file.trim_end_matches(".<name>");
                // What systemd reads has no row of its own in the index.
                let is_of_systemd = option.ends_with(".serviceConfig.EnvironmentFile");
                let option = if is_of_systemd {
                    "systemd.services.<name>.serviceConfig"
                } else {
                    option
                };
                assert!(options.contains_key(option), "{path:?}: no option {file}");
            }
        }
        // Each option that names a secret and has such a variant beside it is a row.
        for (name, option) in &options {
            // Of names and passwords together a file has another form.
            let kind = option["type"].as_str().unwrap_or_default();
            if kind.starts_with("attribute set") {
                continue;
            }
            let last = name.rsplit('.').next().unwrap_or(name);
            let has_file = ["File", "_file"]
                .iter()
                .any(|end| options.contains_key(&format!("{name}{end}")));
            if has_file && crate::secret::is_secret_name(last) {
                let path: Vec<String> = name.split('.').map(str::to_owned).collect();
                assert!(VARIANTS.contains_key(&path), "{name} is no row");
            }
        }
    }
}
