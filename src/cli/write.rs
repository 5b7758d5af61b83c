//! Output to disk. `.ops2nix/manifest.json` holds the fingerprint of the text that was made for every file; a file that
//! differs from it, or that has none, is a person's. It is never removed, and only written with all that the person
//! changed still in it.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::args::OnConflict;
use super::base;
use super::manifest::{self, Manifest, fingerprint, stays_below};
use super::merge::{self, Merged, Sides};
use crate::diag::{Code, Diagnostics};
use crate::diff::{Change, Deed, Fate};
use crate::emit::Output;
use crate::error::Error;

const EDITED: &str = "was changed by hand";

/// What writing did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) written: usize,
    pub(super) unchanged: usize,
    pub(super) removed: usize,
    /// What a person changed and what is new, in one.
    pub(super) joined: Vec<String>,
    /// Left as a person made them.
    pub(super) kept: Vec<String>,
}

/// What stands where a file is to be written.
enum Found {
    Nothing,
    /// Exactly the text that is to be written.
    Same,
    /// What an earlier run wrote.
    Ours(Vec<u8>),
    /// What a person made of it.
    Edited(Vec<u8>),
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
    on_conflict: OnConflict,
    diags: &mut Diagnostics,
) -> Result<Written, Error> {
    let write_error = |source: io::Error| Error::Write {
        path: out.to_path_buf(),
        source,
    };
    fs::create_dir_all(out).map_err(write_error)?;
    let out = &out.canonicalize().map_err(write_error)?;
    let mut manifest = manifest::read(out)?;
    let fates = decide(output, out, &manifest, on_conflict)?;
    let mut written = Written::default();
    let result = fates
        .iter()
        .try_for_each(|fate| carry_out(fate, out, &mut manifest, &mut written, diags));
    manifest::write(out, &manifest)?;
    base::prune(out, manifest.files.values());
    result.map(|()| written)
}

/// Says what `write` would do to each file, and does nothing.
///
/// # Errors
/// `Error::Read` for what cannot be read, `Error::Refused` for a manifest that ops2nix did not write.
pub(super) fn fates<'a>(
    output: &'a Output,
    out: &Path,
    on_conflict: OnConflict,
) -> Result<Vec<Fate<'a>>, Error> {
    decide(output, out, &manifest::read(out)?, on_conflict)
}

/// Decides about the files of `output`, then about those of earlier runs that it no longer has.
fn decide<'a>(
    output: &'a Output,
    out: &Path,
    manifest: &Manifest,
    on_conflict: OnConflict,
) -> Result<Vec<Fate<'a>>, Error> {
    let mut fates = Vec::new();
    for (path, new) in &output.files {
        let (old, deed) = match find(out, path, manifest, Some(new))? {
            Found::Nothing => (None, Deed::Write(new)),
            Found::Same => (None, Deed::Leave(new)),
            Found::Ours(old) => (Some(old), Deed::Write(new)),
            Found::Edited(old) => {
                let deed = edited(path, &old, new, out, manifest, on_conflict);
                (Some(old), deed)
            }
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
            Ok(Found::Edited(old)) => (Some(old), Deed::Abandon(EDITED)),
            Ok(Found::Foreign(why, old)) => (old, Deed::Abandon(why)),
            // What cannot even be looked at is left alone.
            Err(_) => (None, Deed::Abandon("cannot be read")),
        };
        let path = path.clone();
        fates.push(Fate { path, old, deed });
    }
    Ok(fates)
}

/// Decides about a file that a person changed after the run before.
fn edited<'a>(
    path: &str,
    yours: &[u8],
    new: &'a [u8],
    out: &Path,
    manifest: &Manifest,
    on_conflict: OnConflict,
) -> Deed<'a> {
    let print = manifest.files.get(path);
    if print.is_some_and(|it| *it == fingerprint(new)) {
        return Deed::Edited(new);
    }
    let base = print.and_then(|it| base::read(out, it));
    let texts = (std::str::from_utf8(yours), std::str::from_utf8(new));
    let (Some(base), (Ok(yours), Ok(new_text))) = (&base, texts) else {
        return Deed::Keep(EDITED, new);
    };
    let sides = Sides {
        base,
        yours,
        new: new_text,
    };
    match (merge::merge(path, &sides), on_conflict) {
        (Merged::Joined(text), _) => {
            let base = base.clone().into_bytes();
            Deed::Merge(text.into_bytes(), Change { base, new })
        }
        (Merged::Conflict(text), OnConflict::Keep) => Deed::Dispute(text.into_bytes()),
        (Merged::Conflict(text), OnConflict::Markers) => Deed::Mark(text.into_bytes(), new),
        (Merged::Wrong(why), _) => Deed::Keep(why, new),
    }
}

fn carry_out(
    fate: &Fate<'_>,
    out: &Path,
    manifest: &mut Manifest,
    written: &mut Written,
    diags: &mut Diagnostics,
) -> Result<(), Error> {
    let path = &fate.path;
    let to_disk = match &fate.deed {
        Deed::Write(text) => Some(*text),
        Deed::Merge(text, _) | Deed::Mark(text, _) => Some(text.as_slice()),
        Deed::Leave(_)
        | Deed::Edited(_)
        | Deed::Keep(..)
        | Deed::Dispute(_)
        | Deed::Abandon(_)
        | Deed::Remove
        | Deed::Forget => None,
    };
    if let Some(text) = to_disk {
        replace(&out.join(path), text)?;
    }
    match &fate.deed {
        Deed::Leave(text) => {
            written.unchanged += 1;
            return remember(path, text, out, manifest);
        }
        Deed::Write(text) => {
            written.written += 1;
            return remember(path, text, out, manifest);
        }
        Deed::Edited(text) => {
            written.kept.push(path.clone());
            diags.general(
                Code::HandEditStays,
                format!("`{path}` has changes of yours, which stay; nothing of it is new"),
                "`ops2nix diff` shows them",
            );
            return remember(path, text, out, manifest);
        }
        Deed::Merge(_, Change { new: text, .. }) => {
            written.joined.push(path.clone());
            diags.general(
                Code::HandEditsJoined,
                format!("`{path}` has changes of yours, to which what is new was added"),
                "look whether it still says what you meant",
            );
            return remember(path, text, out, manifest);
        }
        Deed::Mark(_, text) => {
            written.joined.push(path.clone());
            diags.general(
                Code::HandEdited,
                format!("`{path}` was changed by hand where the sources changed too; both are in it, between markers"),
                "choose at each `<<<<<<<`, and take the markers away",
            );
            return remember(path, text, out, manifest);
        }
        Deed::Dispute(_) => {
            written.kept.push(path.clone());
            diags.general(
                Code::HandEdited,
                format!("`{path}` was changed by hand where the sources changed too, and was not overwritten"),
                "`ops2nix diff` shows both; take over by hand what you want, or let --on-conflict markers write both into it",
            );
            return Ok(());
        }
        Deed::Keep(why, _) => {
            written.kept.push(path.clone());
            diags.general(
                Code::HandEdited,
                format!("`{path}` {why}, and was not overwritten"),
                "`ops2nix diff` shows what it would be; to take that, move your file away and run again",
            );
            return Ok(());
        }
        Deed::Forget => written.removed += 1,
        Deed::Remove if remove(out, path).is_ok() => written.removed += 1,
        Deed::Remove | Deed::Abandon(_) => {
            written.kept.push(path.clone());
            diags.general(
                Code::HandEdited,
                format!(
                    "`{path}` is no longer produced; it was changed by hand, and was not removed"
                ),
                "remove it when you no longer need it; from here on it is yours",
            );
        }
    }
    manifest.files.remove(path);
    Ok(())
}

/// Notes which text was made for a file.
fn remember(path: &str, text: &[u8], out: &Path, manifest: &mut Manifest) -> Result<(), Error> {
    manifest.files.insert(path.to_owned(), fingerprint(text));
    base::keep(out, text)
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
        Some(_) => Found::Edited(bytes),
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

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::write;
    use crate::cli::args::OnConflict;
    use crate::cli::manifest::fingerprint;
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

    /// Expects so many files to be written, unchanged, removed and kept, or joined.
    fn check(out: &Path, files: &[(&str, &str)], expected: [usize; 4], said: &[&str]) {
        with(OnConflict::Keep, out, files, expected, said);
    }

    fn with(
        choice: OnConflict,
        out: &Path,
        files: &[(&str, &str)],
        expected: [usize; 4],
        said: &[&str],
    ) {
        let mut diags = Diagnostics::new();
        let did = write(&output(files), out, choice, &mut diags).unwrap();
        let yours = did.kept.len() + did.joined.len();
        assert_eq!([did.written, did.unchanged, did.removed, yours], expected);
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
        let edited =
            "`x.nix` was changed by hand where the sources changed too, and was not overwritten";
        let gone = "`y.nix` is no longer produced; it was changed by hand, and was not removed";
        check(out, &[("x.nix", "d")], [0, 0, 0, 2], &[edited, gone]);
        assert_eq!(fs::read_to_string(out.join("x.nix")).unwrap(), "edited");
        assert_eq!(fs::read_to_string(out.join("y.nix")).unwrap(), "edited");
        // What comes to say the same by itself is ours again.
        check(out, &[("x.nix", "edited")], [0, 1, 0, 0], &[]);
        check(out, &[("x.nix", "d")], [1, 0, 0, 0], &[]);
    }

    #[test]
    fn what_both_changed_is_joined() {
        let out = tempfile::tempdir().unwrap();
        let out = out.path();
        let file = out.join("x.nix");
        let text = |a: u32, b: u32| format!("{{\n  a = {a};\n\n  b = {b};\n}}\n");
        let there = || fs::read_to_string(&file).unwrap();
        check(out, &[("x.nix", &text(1, 1))], [1, 0, 0, 0], &[]);
        fs::write(&file, text(9, 1)).unwrap();
        let stays = "`x.nix` has changes of yours, which stay; nothing of it is new";
        check(out, &[("x.nix", &text(1, 1))], [0, 0, 0, 1], &[stays]);
        let joined = "`x.nix` has changes of yours, to which what is new was added";
        check(out, &[("x.nix", &text(1, 2))], [0, 0, 0, 1], &[joined]);
        assert_eq!(there(), text(9, 2));
        check(out, &[("x.nix", &text(1, 2))], [0, 0, 0, 1], &[stays]);
        check(out, &[("x.nix", &text(1, 3))], [0, 0, 0, 1], &[joined]);
        assert_eq!(there(), text(9, 3));
        // The same line: the file stays until somebody decides, and is joined after that.
        let disputed =
            "`x.nix` was changed by hand where the sources changed too, and was not overwritten";
        check(out, &[("x.nix", &text(5, 3))], [0, 0, 0, 1], &[disputed]);
        check(out, &[("x.nix", &text(5, 4))], [0, 0, 0, 1], &[disputed]);
        assert_eq!(there(), text(9, 3));
        let marked = "`x.nix` was changed by hand where the sources changed too; both are in it, between markers";
        with(
            OnConflict::Markers,
            out,
            &[("x.nix", &text(5, 4))],
            [0, 0, 0, 1],
            &[marked],
        );
        assert!(
            there().contains("<<<<<<< ours\n  a = 9;\n|||||||"),
            "{}",
            there()
        );
        fs::write(&file, text(9, 4)).unwrap();
        check(out, &[("x.nix", &text(5, 6))], [0, 0, 0, 1], &[joined]);
        assert_eq!(there(), text(9, 6));
        // The texts of old runs go.
        assert_eq!(fs::read_dir(out.join(".ops2nix/base")).unwrap().count(), 1);
        check(
            out,
            &[],
            [0, 0, 0, 1],
            &["`x.nix` is no longer produced; it was changed by hand, and was not removed"],
        );
        assert!(!out.join(".ops2nix/base").exists());
    }

    #[test]
    fn without_what_was_written_nothing_is_joined() {
        let out = tempfile::tempdir().unwrap();
        let out = out.path();
        check(out, &[("x", "a\n\nb\n")], [1, 0, 0, 0], &[]);
        fs::write(out.join("x"), "z\n\nb\n").unwrap();
        for text in fs::read_dir(out.join(".ops2nix/base")).unwrap() {
            fs::write(text.unwrap().path(), "damaged").unwrap();
        }
        let edited = "`x` was changed by hand, and was not overwritten";
        check(out, &[("x", "a\n\nc\n")], [0, 0, 0, 1], &[edited]);
        assert_eq!(fs::read_to_string(out.join("x")).unwrap(), "z\n\nb\n");
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
        let error = write(
            &output(&[]),
            &out,
            OnConflict::Keep,
            &mut Diagnostics::new(),
        )
        .unwrap_err();
        assert!(error.to_string().contains("leads out"), "{error}");
        assert!(victim.exists());
    }
}
