//! The readings of the rule files.

use std::path::PathBuf;

use serde::Deserialize;

use super::explained::Explained;
use super::formats::{self, Format};
use crate::error::Error;
use crate::plan::OptionPath;
use crate::rules;

/// How NixOS writes a file of the old machine.
#[derive(Debug)]
pub struct Reading {
    /// Where machines of the old kind have it: paths with `*`.
    pub files: Vec<String>,
    /// What the file is written from; a name `*` is any.
    pub option: OptionPath,
    /// The file and line of nixpkgs that write it.
    pub module: String,
    pub(super) format: &'static Format,
    pub(super) explained: Explained,
}

impl PartialEq for Reading {
    fn eq(&self, other: &Reading) -> bool {
        (&self.files, &self.option, &self.module) == (&other.files, &other.option, &other.module)
    }
}

impl Eq for Reading {}

#[derive(Deserialize)]
struct FileText {
    #[serde(default)]
    reading: Vec<ReadingText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReadingText {
    file: Vec<String>,
    option: String,
    format: String,
    module: String,
    #[serde(default)]
    explained: Explained,
}

/// Reads the built-in readings and those of the user's folders of rules.
///
/// # Errors
/// `Error::Rule` with the file of a reading that is wrong.
pub fn readings(folders: &[PathBuf]) -> Result<Vec<Reading>, Error> {
    let mut list = Vec::new();
    for (file, text) in rules::texts(folders)? {
        let wrong = |message: String| Error::Rule {
            path: PathBuf::from(&file),
            message,
        };
        let rows: FileText = toml::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        for row in rows.reading {
            let format = formats::find(&row.format).ok_or_else(|| {
                wrong(format!(
                    "there is no format `{}`: {}",
                    row.format,
                    formats::names()
                ))
            })?;
            list.push(Reading {
                files: row.file,
                option: OptionPath::parse(&row.option),
                module: row.module,
                format,
                explained: row.explained,
            });
        }
    }
    Ok(list)
}

impl Reading {
    /// Tells whether machines of the old kind have the file at this path.
    pub fn is_of(&self, path: &str) -> bool {
        self.files.iter().any(|glob| rules::fits(glob, path))
    }

    /// Returns the names at the top of a text's tree; none where it cannot be read.
    pub fn names(&self, text: &str) -> Vec<String> {
        match (self.format.tree)(text) {
            Ok(serde_json::Value::Object(map)) => map.into_iter().map(|(name, _)| name).collect(),
            Ok(_) | Err(_) => Vec::new(),
        }
    }

    /// Returns the name of the format.
    pub fn format(&self) -> &'static str {
        self.format.name
    }
}
