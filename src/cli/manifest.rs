//! `.ops2nix/manifest.json`: the fingerprint of the text that was made for every file.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Component, Path};

use sha2::{Digest, Sha256};

use super::write::replace;
use crate::error::Error;
use crate::source::MANIFEST;

const VERSION: u32 = 1;

/// What earlier runs wrote, by path relative to the folder of the output.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Manifest {
    version: u32,
    pub(super) files: BTreeMap<String, String>,
}

pub(super) fn read(out: &Path) -> Result<Manifest, Error> {
    let path = out.join(MANIFEST);
    if fs::symlink_metadata(&path).is_ok_and(|it| it.is_symlink())
        || path.parent().is_some_and(Path::is_symlink)
    {
        return Err(Error::Refused {
            path,
            message: "it is a link, which ops2nix never makes; take it away".to_owned(),
        });
    }
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Ok(Manifest {
                version: VERSION,
                files: BTreeMap::new(),
            });
        }
        Err(source) => return Err(Error::Read { path, source }),
    };
    let refused = |why: String| Error::Refused {
        path: path.clone(),
        message: format!("it is no manifest of ops2nix: {why}; take it away to start anew"),
    };
    let manifest: Manifest =
        serde_json::from_str(&text).map_err(|error| refused(error.to_string()))?;
    if manifest.version != VERSION {
        return Err(refused(format!("its version is {}", manifest.version)));
    }
    // A manifest can come with somebody else's folder: it must not lead the removal of files out of that folder.
    if let Some(path) = manifest.files.keys().find(|path| !stays_below(path)) {
        return Err(refused(format!("`{path}` leads out of the folder")));
    }
    Ok(manifest)
}

pub(super) fn stays_below(path: &str) -> bool {
    !path.is_empty()
        && Path::new(path)
            .components()
            .all(|it| matches!(it, Component::Normal(_)))
}

pub(super) fn write(out: &Path, manifest: &Manifest) -> Result<(), Error> {
    let path = out.join(MANIFEST);
    let text = serde_json::to_string_pretty(manifest).map_err(|error| Error::Write {
        path: path.clone(),
        source: error.into(),
    })?;
    let text = format!("{text}\n");
    if fs::read(&path).is_ok_and(|there| there == text.as_bytes()) {
        return Ok(());
    }
    replace(&path, text.as_bytes())
}

pub(super) fn fingerprint(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}
