//! What is given on the command line to a tree: the root of the inputs, and the paths in it that options name.

use std::path::{Path, PathBuf};

use super::args::Settings;
use crate::error::Error;
use crate::import::{self, IMPORTERS, Importer};
use crate::source::{SourceTree, extra_path, join};

/// The folder that all inputs share, and the files of it that were given; none where the folder itself was.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Input {
    pub(super) root: PathBuf,
    pub(super) given: Vec<String>,
}

/// Finds the root of the inputs.
///
/// # Errors
/// `Error::Read` for an input that is not there, `Error::Usage` where the inputs have different roots.
pub(super) fn resolve(inputs: &[PathBuf], from: Option<&str>) -> Result<Input, Error> {
    let mut found: Option<Input> = None;
    for input in inputs {
        let (root, given) = resolve_one(input, from)?;
        let all = found.get_or_insert_with(|| Input {
            root: root.clone(),
            given: Vec::new(),
        });
        if all.root != root {
            return Err(Error::Usage(format!(
                "the inputs belong to different projects, {} and {}: run ops2nix once for each",
                all.root.display(),
                root.display()
            )));
        }
        if let Some(given) = given
            && !all.given.contains(&given)
        {
            all.given.push(given);
        }
    }
    found.ok_or_else(|| Error::Usage("there is no input".to_owned()))
}

fn resolve_one(input: &Path, from: Option<&str>) -> Result<(PathBuf, Option<String>), Error> {
    let path = input.canonicalize().map_err(|source| Error::Read {
        path: input.to_path_buf(),
        source,
    })?;
    if path.is_dir() {
        return Ok((path, None));
    }
    let folder = path.parent().unwrap_or(&path).to_path_buf();
    let markers: Vec<&str> = importers(from)
        .flat_map(|it| it.root_markers)
        .copied()
        .collect();
    let root = nearest_root(&folder, &markers).unwrap_or(folder);
    let given = relative(&root, &path);
    Ok((root, given))
}

fn importers(from: Option<&str>) -> impl Iterator<Item = &'static Importer> {
    IMPORTERS
        .iter()
        .copied()
        .filter(move |it| from.is_none_or(|name| it.name == name))
}

/// A repository is never left, and the folders of the system are no project: `/etc/hosts` is no inventory of a
/// playbook in `/etc/playbooks`.
fn nearest_root(folder: &Path, markers: &[&str]) -> Option<PathBuf> {
    for above in folder.ancestors() {
        if above.parent().is_none() || above == Path::new("/etc") {
            return None;
        }
        if markers.iter().any(|name| above.join(name).exists()) {
            return Some(above.to_path_buf());
        }
        if above.join(".git").exists() {
            return None;
        }
    }
    None
}

fn relative(root: &Path, path: &Path) -> Option<String> {
    let below = path.strip_prefix(root).ok()?;
    Some(below.to_string_lossy().replace('\\', "/"))
}

/// Opens the tree of an input, without the folder of the output, and with the files that options name.
///
/// # Errors
/// `Error::Read` for what cannot be read, `Error::Usage` where the output is the input itself.
pub(super) fn open(
    input: &Input,
    settings: &Settings,
    out: Option<&Path>,
) -> Result<(SourceTree, import::Options), Error> {
    let mut named = Named {
        root: &input.root,
        extra: Vec::new(),
    };
    let mut texts = Vec::new();
    let mut inventories = Vec::new();
    for (path, number) in settings.inventory.iter().zip(1..) {
        if let Some(hosts) = host_list(path) {
            let path = format!("@-i{number}");
            texts.push((path.clone(), hosts));
            inventories.push(path);
        } else {
            inventories.push(named.inventory(path));
        }
    }
    let facts = settings.facts.as_deref().map(|path| named.file(path));
    let mut extra_vars = Vec::new();
    for (text, number) in settings.extra_vars.iter().zip(1..) {
        if let Some(path) = text.strip_prefix('@') {
            extra_vars.push(named.file(Path::new(path)));
        } else {
            let path = format!("@-e{number}");
            texts.push((path.clone(), text.clone()));
            extra_vars.push(path);
        }
    }
    let mut tree = SourceTree::open(&input.root, &named.extra)?;
    for (path, text) in texts {
        tree.add_text(&path, &text);
    }
    if let Some(out) = out {
        tree = without(tree, &input.root, out)?;
    }
    let options = import::Options {
        given: input.given.clone(),
        dockerfile: import::dockerfile::Options::default(),
        ansible: import::ansible::Options {
            inventories,
            limit: settings.limit.clone(),
            extra_vars,
            tags: settings.tags.clone(),
            skip_tags: settings.skip_tags.clone(),
            facts,
            assume: settings.assume.clone(),
        },
    };
    Ok((tree, options))
}

/// Collects the files that options name, and that no importer would look for by itself.
struct Named<'a> {
    root: &'a Path,
    extra: Vec<(String, PathBuf)>,
}

impl Named<'_> {
    /// The file's path in the tree; one below the root has no path of this machine in it.
    fn file(&mut self, path: &Path) -> String {
        let real = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
        let below = real
            .strip_prefix(self.root)
            .or(path.strip_prefix(self.root));
        let shown = below.unwrap_or(path);
        let mut name = extra_path(shown);
        let mut number = 1;
        while self
            .extra
            .iter()
            .any(|(other, at)| *other == name && at != path)
        {
            number += 1;
            name = extra_path(&Path::new(&number.to_string()).join(shown));
        }
        self.extra.push((name.clone(), path.to_path_buf()));
        name
    }

    /// An inventory below the root keeps its path; one outside brings the variables that stand beside it.
    fn inventory(&mut self, path: &Path) -> String {
        let real = path.canonicalize().ok();
        if let Some(path) = real.and_then(|real| relative(self.root, &real)) {
            return path;
        }
        let name = self.file(path);
        for beside in ["group_vars", "host_vars"] {
            let folder = path.with_file_name(beside);
            if folder.is_dir() {
                let above = name.rsplit_once('/').map_or("@", |(above, _)| above);
                self.extra.push((join(above, beside), folder));
            }
        }
        name
    }
}

/// Ansible takes `-i` with a comma in it for host names; they become the inventory that says the same.
fn host_list(path: &Path) -> Option<String> {
    let text = path.to_str().filter(|it| it.contains(','))?;
    if path.exists() {
        return None;
    }
    let hosts = text.split(',').map(str::trim).filter(|it| !it.is_empty());
    Some(hosts.map(|host| format!("{host}\n")).collect())
}

/// What a run writes is not read by the next one, else the same input would not give the same output.
fn without(tree: SourceTree, root: &Path, out: &Path) -> Result<SourceTree, Error> {
    let Ok(real) = out.canonicalize() else {
        return Ok(tree);
    };
    match relative(root, &real).as_deref() {
        Some("") => Err(Error::Usage(format!(
            "--out {} is the input itself; give a folder of its own",
            out.display()
        ))),
        Some(folder) => Ok(tree.part("", &[folder.to_owned()])),
        None => Ok(tree),
    }
}

/// Chooses the importer of a tree; none where no importer knows the input.
pub(super) fn importer(
    tree: &SourceTree,
    input: &Input,
    from: Option<&str>,
) -> Option<&'static Importer> {
    let detects = |it: &&Importer| {
        (it.detect)(tree, input.given.first().map(String::as_str))
            || input.given.is_empty() && !(it.projects)(tree).is_empty()
    };
    match from {
        Some(_) => importers(from).next(),
        None => importers(None).find(detects),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::{Input, open, resolve};
    use crate::cli::args::Settings;

    fn project(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        folder
    }

    fn check(files: &[&str], inputs: &[&str], root: &str, given: &[&str]) {
        let folder = project(files);
        let inputs: Vec<_> = inputs.iter().map(|it| folder.path().join(it)).collect();
        let expected = Input {
            root: folder.path().canonicalize().unwrap().join(root),
            given: given.iter().map(ToString::to_string).collect(),
        };
        let found = resolve(&inputs, None).unwrap();
        assert_eq!(found.root.join(""), expected.root.join(""));
        assert_eq!(found.given, expected.given);
    }

    #[test]
    fn the_root_of_a_playbook_is_the_nearest_project_above() {
        check(
            &["p/ansible.cfg", "p/plays/a.yml"],
            &["p/plays/a.yml"],
            "p",
            &["plays/a.yml"],
        );
        check(&["p/roles/x", "p/a.yml"], &["p/a.yml"], "p", &["a.yml"]);
        check(
            &["p/.git/x", "p/q/a.yml"],
            &["p/q/a.yml"],
            "p/q",
            &["a.yml"],
        );
        check(
            &["p/hosts", "p/a.yml", "p/b.yml"],
            &["p/b.yml", "p/a.yml"],
            "p",
            &["b.yml", "a.yml"],
        );
        check(&["p/a.yml"], &["p"], "p", &[]);
    }

    #[test]
    fn inputs_of_different_roots_are_refused() {
        let folder = project(&["p/hosts", "q/hosts"]);
        let error = resolve(&[folder.path().join("p"), folder.path().join("q")], None).unwrap_err();
        assert!(error.to_string().contains("run ops2nix once for each"));
    }

    #[test]
    fn an_inventory_outside_brings_its_variables() {
        let folder = project(&["p/a.yml", "i/hosts", "i/group_vars/all.yml", "p/out/x.yml"]);
        let input = resolve(&[folder.path().join("p")], None).unwrap();
        let settings = Settings {
            inventory: vec![folder.path().join("i/hosts"), "web1, web2,".into()],
            extra_vars: vec!["a=1".to_owned()],
            ..Settings::default()
        };
        let (tree, options) = open(&input, &settings, Some(&folder.path().join("p/out"))).unwrap();
        let paths: Vec<_> = tree.entries().map(|(_, it)| it.path.clone()).collect();
        let of = |name: &str| crate::source::extra_path(&folder.path().join(name));
        assert!(paths.contains(&of("i/hosts")) && paths.contains(&of("i/group_vars/all.yml")));
        assert!(paths.contains(&"@-e1".to_owned()) && paths.contains(&"a.yml".to_owned()));
        assert!(tree.is_directory(&of("i/group_vars")));
        assert!(!paths.iter().any(|it| Path::new(it).starts_with("out")));
        assert_eq!(
            options.ansible.inventories,
            [of("i/hosts"), "@-i2".to_owned()]
        );
        let hosts = tree.find("@-i2").unwrap();
        assert_eq!(tree.text(hosts), Ok("web1\nweb2\n"));
    }
}
