//! Output to disk. `.ops2nix/manifest.json` holds the fingerprint of every file that was written; a file that differs
//! from its fingerprint, or that has none, belongs to a person and is never overwritten or removed.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::diag::{Code, Diagnostics};
use crate::diff::{Deed, Fate};
use crate::emit::Output;
use crate::error::Error;
use crate::source::MANIFEST;

const VERSION: u32 = 1;

/// What earlier runs wrote, by path relative to the folder of the output.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    version: u32,
    files: BTreeMap<String, String>,
}

/// What writing did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) written: usize,
    pub(super) unchanged: usize,
    pub(super) removed: usize,
    /// Left as a person made them.
    pub(super) kept: usize,
}

/// What stands where a file is to be written.
enum Found {
    Nothing,
    /// Exactly the text that is to be written.
    Same,
    /// What an earlier run wrote.
    Ours(Vec<u8>),
    /// Anything else: what it is, and its bytes where it is a file.
    Foreign(&'static str, Option<Vec<u8>>),
}

/// Writes the files of `output` below `out`, and removes those of earlier runs that it no longer has.
///
/// # Errors
/// `Error::Read` before anything is written, `Error::Write` for the first file that cannot be written; the manifest
/// knows those before it. `Error::Refused` for a manifest that ops2nix did not write.
pub(super) fn write(
    output: &Output,
    out: &Path,
    diags: &mut Diagnostics,
) -> Result<Written, Error> {
    let write_error = |source: io::Error| Error::Write {
        path: out.to_path_buf(),
        source,
    };
    fs::create_dir_all(out).map_err(write_error)?;
    let out = &out.canonicalize().map_err(write_error)?;
    let mut manifest = read_manifest(out)?;
    let fates = decide(output, out, &manifest)?;
    let mut written = Written::default();
    let result = fates
        .iter()
        .try_for_each(|fate| carry_out(fate, out, &mut manifest, &mut written, diags));
    write_manifest(out, &manifest)?;
    result.map(|()| written)
}

/// Says what `write` would do to each file, and does nothing.
///
/// # Errors
/// `Error::Read` for what cannot be read, `Error::Refused` for a manifest that ops2nix did not write.
pub(super) fn fates<'a>(output: &'a Output, out: &Path) -> Result<Vec<Fate<'a>>, Error> {
    decide(output, out, &read_manifest(out)?)
}

/// Decides about the files of `output`, then about those of earlier runs that it no longer has.
fn decide<'a>(output: &'a Output, out: &Path, manifest: &Manifest) -> Result<Vec<Fate<'a>>, Error> {
    let mut fates = Vec::new();
    for (path, new) in &output.files {
        let (old, deed) = match find(out, path, manifest, Some(new))? {
            Found::Nothing => (None, Deed::Write(new)),
            Found::Same => (None, Deed::Leave(new)),
            Found::Ours(old) => (Some(old), Deed::Write(new)),
            Found::Foreign(why, old) => (old, Deed::Keep(why, new)),
        };
        let path = path.clone();
        fates.push(Fate { path, old, deed });
    }
    let stale = manifest.files.keys();
    for path in stale.filter(|path| !output.files.contains_key(*path)) {
        let (old, deed) = match find(out, path, manifest, None) {
            Ok(Found::Nothing | Found::Same) => (None, Deed::Forget),
            Ok(Found::Ours(old)) => (Some(old), Deed::Remove),
            Ok(Found::Foreign(why, old)) => (old, Deed::Abandon(why)),
            // What cannot even be looked at is left alone.
            Err(_) => (None, Deed::Abandon("cannot be read")),
        };
        let path = path.clone();
        fates.push(Fate { path, old, deed });
    }
    Ok(fates)
}

fn carry_out(
    fate: &Fate<'_>,
    out: &Path,
    manifest: &mut Manifest,
    written: &mut Written,
    diags: &mut Diagnostics,
) -> Result<(), Error> {
    let path = &fate.path;
    let is_gone = match fate.deed {
        Deed::Leave(text) => {
            written.unchanged += 1;
            manifest.files.insert(path.clone(), fingerprint(text));
            return Ok(());
        }
        Deed::Write(text) => {
            replace(&out.join(path), text)?;
            written.written += 1;
            manifest.files.insert(path.clone(), fingerprint(text));
            return Ok(());
        }
        Deed::Keep(why, _) => {
            written.kept += 1;
            diags.general(
                Code::HandEdited,
                format!("`{path}` {why}, and was not overwritten"),
                "`ops2nix diff` shows what it would be; to take that, move your file away and run again",
            );
            return Ok(());
        }
        Deed::Forget => true,
        Deed::Remove => remove(out, path).is_ok(),
        Deed::Abandon(_) => false,
    };
    if is_gone {
        written.removed += 1;
    } else {
        written.kept += 1;
        diags.general(
            Code::HandEdited,
            format!("`{path}` is no longer produced; it was changed by hand, and was not removed"),
            "remove it when you no longer need it; from here on it is yours",
        );
    }
    manifest.files.remove(path);
    Ok(())
}

fn read_manifest(out: &Path) -> Result<Manifest, Error> {
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

fn stays_below(path: &str) -> bool {
    !path.is_empty()
        && Path::new(path)
            .components()
            .all(|it| matches!(it, Component::Normal(_)))
}

/// Looks at what stands at `path`, without following a link.
fn find(out: &Path, path: &str, manifest: &Manifest, new: Option<&[u8]>) -> Result<Found, Error> {
    if !stays_below(path) {
        return Ok(Found::Foreign("leads out of the output's folder", None));
    }
    let mut above = out.to_path_buf();
    for folder in Path::new(path)
        .parent()
        .into_iter()
        .flat_map(Path::components)
    {
        above.push(folder);
        match fs::symlink_metadata(&above) {
            Ok(it) if it.is_symlink() => {
                return Ok(Found::Foreign("lies behind a link that you made", None));
            }
            Ok(it) if !it.is_dir() => {
                return Ok(Found::Foreign(
                    "would lie in a folder where you have a file",
                    None,
                ));
            }
            Ok(_) => {}
            Err(_) => return Ok(Found::Nothing),
        }
    }
    let file = out.join(path);
    match fs::symlink_metadata(&file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Found::Nothing),
        Err(source) => return Err(Error::Read { path: file, source }),
        Ok(it) if it.is_symlink() => return Ok(Found::Foreign("is a link that you made", None)),
        Ok(it) if !it.is_file() => return Ok(Found::Foreign("is no file", None)),
        Ok(_) => {}
    }
    let bytes = fs::read(&file).map_err(|source| Error::Read { path: file, source })?;
    if new == Some(bytes.as_slice()) {
        return Ok(Found::Same);
    }
    Ok(match manifest.files.get(path) {
        Some(ours) if *ours == fingerprint(&bytes) => Found::Ours(bytes),
        Some(_) => Found::Foreign("was changed by hand", Some(bytes)),
        None => Found::Foreign("was not written by ops2nix", Some(bytes)),
    })
}

fn remove(out: &Path, path: &str) -> io::Result<()> {
    let file = out.join(path);
    fs::remove_file(&file)?;
    // Folders that this leaves empty go too; one that holds anything stays, because its removal fails.
    let mut above = file.parent();
    while let Some(folder) = above.filter(|it| *it != out) {
        if fs::remove_dir(folder).is_err() {
            break;
        }
        above = folder.parent();
    }
    Ok(())
}

fn write_manifest(out: &Path, manifest: &Manifest) -> Result<(), Error> {
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

/// Reads a file of the folder that is no link and lies behind none.
pub(super) fn read_below(out: &Path, path: &str) -> Option<Vec<u8>> {
    if !stays_below(path) {
        return None;
    }
    let mut file = out.to_path_buf();
    for part in Path::new(path).components() {
        file.push(part);
        if file.is_symlink() {
            return None;
        }
    }
    fs::read(file).ok()
}

/// Writes a file in one step: whoever reads it sees the old text or the new one.
pub(super) fn replace(path: &Path, text: &[u8]) -> Result<(), Error> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_path_buf(),
        Some(_) | None => PathBuf::from("."),
    };
    let write = || {
        fs::create_dir_all(&folder)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let temporary = folder.join(format!(".{name}.{}.ops2nix-new", std::process::id()));
        let written = fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&temporary)
            .and_then(|mut file| file.write_all(text))
            .and_then(|()| fs::rename(&temporary, path));
        if written.is_err() {
            // What remains of the attempt is of no use; the first error is the one to report.
            let _ = fs::remove_file(&temporary);
        }
        written
    };
    write().map_err(|source| Error::Write {
        path: path.to_path_buf(),
        source,
    })
}

fn fingerprint(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::{Written, fingerprint, write};
    use crate::diag::Diagnostics;
    use crate::emit::Output;
    use crate::source::MANIFEST;

    fn output(files: &[(&str, &str)]) -> Output {
        let files = files
            .iter()
            .map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()));
        Output {
            files: files.collect(),
        }
    }

    fn check(out: &Path, files: &[(&str, &str)], expected: [usize; 4], said: &[&str]) {
        let mut diags = Diagnostics::new();
        let [written, unchanged, removed, kept] = expected;
        let expected = Written {
            written,
            unchanged,
            removed,
            kept,
        };
        assert_eq!(write(&output(files), out, &mut diags).unwrap(), expected);
        let messages: Vec<_> = diags.sorted().iter().map(|it| it.message.clone()).collect();
        assert_eq!(messages, said);
    }

    #[test]
    fn a_second_run_writes_what_changed_and_removes_what_is_gone() {
        let out = tempfile::tempdir().unwrap();
        let out = out.path();
        check(
            out,
            &[("flake.nix", "a"), ("hosts/x/default.nix", "b")],
            [2, 0, 0, 0],
            &[],
        );
        check(out, &[("flake.nix", "c")], [1, 0, 1, 0], &[]);
        check(out, &[("flake.nix", "c")], [0, 1, 0, 0], &[]);
        assert!(!out.join("hosts").exists());
        let manifest = fs::read_to_string(out.join(MANIFEST)).unwrap();
        assert!(manifest.contains(&fingerprint(b"c")) && !manifest.contains("hosts"));
    }

    #[test]
    fn what_a_person_changed_or_made_stays() {
        let out = tempfile::tempdir().unwrap();
        let out = out.path();
        fs::write(out.join("flake.nix"), "mine").unwrap();
        let foreign = "`flake.nix` was not written by ops2nix, and was not overwritten";
        check(
            out,
            &[("flake.nix", "a"), ("x.nix", "b"), ("y.nix", "c")],
            [2, 0, 0, 1],
            &[foreign],
        );
        fs::write(out.join("x.nix"), "edited").unwrap();
        fs::write(out.join("y.nix"), "edited").unwrap();
        let edited = "`x.nix` was changed by hand, and was not overwritten";
        let gone = "`y.nix` is no longer produced; it was changed by hand, and was not removed";
        check(out, &[("x.nix", "d")], [0, 0, 0, 2], &[edited, gone]);
        assert_eq!(fs::read_to_string(out.join("x.nix")).unwrap(), "edited");
        assert_eq!(fs::read_to_string(out.join("y.nix")).unwrap(), "edited");
        // What comes to say the same by itself is ours again.
        check(out, &[("x.nix", "edited")], [0, 1, 0, 0], &[]);
        check(out, &[("x.nix", "d")], [1, 0, 0, 0], &[]);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let (out, other) = (folder.path().join("out"), folder.path().join("other"));
        fs::create_dir(&out).unwrap();
        fs::create_dir(&other).unwrap();
        std::os::unix::fs::symlink(&other, out.join("modules")).unwrap();
        std::os::unix::fs::symlink(other.join("y"), out.join("y.nix")).unwrap();
        let said = [
            "`modules/x.nix` lies behind a link that you made, and was not overwritten",
            "`y.nix` is a link that you made, and was not overwritten",
        ];
        check(
            &out,
            &[("modules/x.nix", "a"), ("y.nix", "b")],
            [0, 0, 0, 2],
            &said,
        );
        assert_eq!(fs::read_dir(&other).unwrap().count(), 0);
    }

    #[test]
    fn a_manifest_that_leads_out_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let (out, victim) = (folder.path().join("out"), folder.path().join("victim"));
        fs::write(&victim, "v").unwrap();
        fs::create_dir_all(out.join(".ops2nix")).unwrap();
        let text = format!(
            r#"{{"version":1,"files":{{"../victim":"{}"}}}}"#,
            fingerprint(b"v")
        );
        fs::write(out.join(MANIFEST), text).unwrap();
        let error = write(&output(&[]), &out, &mut Diagnostics::new()).unwrap_err();
        assert!(error.to_string().contains("leads out"), "{error}");
        assert!(victim.exists());
    }
}
