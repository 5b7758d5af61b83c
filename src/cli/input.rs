//! What is given on the command line to a tree: the root of the inputs, and the paths in it that options name.

use std::path::{Path, PathBuf};

use super::args::Settings;
use crate::error::Error;
use crate::import::ansible::Password;
use crate::import::{self, IMPORTERS, Importer};
use crate::source::{SourceTree, extra_path, join};

/// A root among the inputs, and the files of it that were given; none where the folder itself was.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Input {
    pub(super) root: PathBuf,
    /// Its folder in the tree: the tree itself where it is the only root.
    pub(super) folder: String,
    pub(super) given: Vec<String>,
    /// Files that were given and lie elsewhere: Dockerfiles outside of their build context.
    outside: Vec<PathBuf>,
}

/// Finds the roots of the inputs, in the order in which they were given.
///
/// # Errors
/// `Error::Read` for an input that is not there, `Error::Usage` for a build context of something else than a Dockerfile.
pub(super) fn resolve(inputs: &[PathBuf], settings: &Settings) -> Result<Vec<Input>, Error> {
    let mut found: Vec<Input> = Vec::new();
    for input in inputs {
        let (root, given) = match &settings.context {
            Some(context) => (real(context)?, with_context(input, context)?),
            None => resolve_one(input, settings)?,
        };
        let at = found.iter().position(|it| it.root == root);
        let all = match at.and_then(|at| found.get_mut(at)) {
            Some(all) => all,
            None => found.push_mut(Input {
                root,
                folder: String::new(),
                given: Vec::new(),
                outside: Vec::new(),
            }),
        };
        match given {
            Some(given) if !all.given.contains(&given) => all.given.push(given),
            None if settings.context.is_some() => all.outside.push(input.clone()),
            Some(_) | None => {}
        }
    }
    if found.len() > 1 {
        name_folders(&mut found);
    }
    Ok(found)
}

/// Several roots stand side by side in the tree, each by its own name.
fn name_folders(inputs: &mut [Input]) {
    let mut used: Vec<String> = Vec::new();
    for input in inputs {
        let name = input.root.file_name();
        let name = name.map_or("root".into(), |name| name.to_string_lossy());
        let mut folder = name.to_string();
        let mut number = 2;
        while used.contains(&folder) {
            folder = format!("{name}-{number}");
            number += 1;
        }
        used.push(folder.clone());
        input.folder = folder;
    }
}

/// Returns the path of a Dockerfile below its build context, where it lies there.
fn with_context(input: &Path, context: &Path) -> Result<Option<String>, Error> {
    let path = real(input)?;
    if path.is_dir() {
        return Err(Error::Usage(format!(
            "--context goes with a Dockerfile, and {} is a folder",
            input.display()
        )));
    }
    Ok(relative(&real(context)?, &path))
}

fn real(path: &Path) -> Result<PathBuf, Error> {
    path.canonicalize().map_err(|source| Error::Read {
        path: path.to_path_buf(),
        source,
    })
}

fn resolve_one(input: &Path, settings: &Settings) -> Result<(PathBuf, Option<String>), Error> {
    let path = real(input)?;
    if path.is_dir() {
        return Ok((path, None));
    }
    let folder = path.parent().unwrap_or(&path).to_path_buf();
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let from = settings.from.as_deref();
    let by_name = importers(from).find(|it| (it.is_named)(&name));
    let markers = match by_name.or_else(|| importers(from).next()) {
        Some(importer) => importer.root_markers,
        None => &[],
    };
    let root = nearest_root(&folder, markers).unwrap_or(folder);
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

/// Opens the tree of the inputs, without the folder of the output, and with the files that options name.
///
/// # Errors
/// `Error::Read` for what cannot be read, `Error::Usage` where the output is an input itself.
pub(super) fn open(
    inputs: &mut [Input],
    settings: &Settings,
    out: Option<&Path>,
) -> Result<(SourceTree, import::Options), Error> {
    let mut outside = Vec::new();
    for input in &mut *inputs {
        for path in std::mem::take(&mut input.outside) {
            let name = extra_path(&path);
            input.given.push(name.clone());
            outside.push((name, path));
        }
    }
    let mut named = Named {
        inputs,
        extra: outside,
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
    let limit = settings
        .limit
        .as_deref()
        .map(|text| limit(text, &mut named));
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
    let roots: Vec<_> = inputs
        .iter()
        .map(|it| (it.folder.clone(), it.root.clone()))
        .collect();
    let mut tree = SourceTree::open_several(&roots, &named.extra)?;
    for (path, text) in texts {
        tree.add_text(&path, &text);
    }
    if let Some(out) = out {
        tree = without(tree, inputs, out)?;
    }
    let options = import::Options {
        given: Vec::new(),
        dockerfile: import::dockerfile::Options {
            build_args: settings.build_arg.iter().map(|it| build_arg(it)).collect(),
            target: settings.target.clone(),
            context: settings.context.as_ref().map(|_| String::new()),
        },
        ansible: import::ansible::Options {
            inventories,
            limit,
            extra_vars,
            tags: settings.tags.clone(),
            skip_tags: settings.skip_tags.clone(),
            facts,
            assume: settings.assume.clone(),
            passwords: passwords(settings)?,
            trace: false,
        },
        prefer: settings.prefer.map(Into::into),
    };
    Ok((tree, options))
}

/// Docker takes a name alone for the variable of its own environment, which is none of the input.
fn build_arg(text: &str) -> (String, Option<String>) {
    match text.split_once('=') {
        Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
        None => (text.to_owned(), None),
    }
}

/// Collects the files that options name, and that no importer would look for by itself.
struct Named<'a> {
    inputs: &'a [Input],
    extra: Vec<(String, PathBuf)>,
}

impl Named<'_> {
    /// The file's path in the tree; one below the root has no path of this machine in it.
    fn file(&mut self, path: &Path) -> String {
        let real = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
        let roots = || self.inputs.iter().map(|it| it.root.as_path());
        let below = |path: &Path| {
            let mut found = roots().filter_map(|root| path.strip_prefix(root).ok());
            found.next().map(Path::to_path_buf)
        };
        let shown = below(&real).or_else(|| below(path));
        let shown = shown.as_deref().unwrap_or(path);
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
        let inside = |input: &Input| {
            let below = relative(&input.root, real.as_deref()?)?;
            Some(join(&input.folder, &below))
        };
        if let Some(path) = self.inputs.iter().find_map(inside) {
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

/// Ansible takes `-i` with a comma in it for host names.
fn host_list(path: &Path) -> Option<String> {
    let text = path.to_str().filter(|it| it.contains(','))?;
    if path.exists() {
        return None;
    }
    Some(text.to_owned())
}

/// Reads the passwords of vaults. A program that prints one is never run, and nobody is asked for one.
fn passwords(settings: &Settings) -> Result<Vec<Password>, Error> {
    let files = settings.vault_password_file.iter().cloned();
    let ids = settings.vault_id.iter().map(|id| {
        let file = id.rsplit_once('@').map_or(id.as_str(), |(_, file)| file);
        match file {
            "prompt" | "prompt_ask_vault_pass" => Err(Error::Usage(format!(
                "--vault-id {id} would ask for a password; save it in a file and give --vault-id LABEL@FILE"
            ))),
            file => Ok(PathBuf::from(file)),
        }
    });
    files
        .map(Ok)
        .chain(ids)
        .map(|path| password(&path?))
        .collect()
}

fn password(path: &Path) -> Result<Password, Error> {
    let unreadable = |source| Error::Read {
        path: path.to_path_buf(),
        source,
    };
    let metadata = std::fs::metadata(path).map_err(unreadable)?;
    if is_executable(&metadata) {
        return Err(Error::Usage(format!(
            "{} is a program that prints a password, which is never run; save what it prints in a file, or take its \
             executable bit away where it is none",
            path.display()
        )));
    }
    let bytes = std::fs::read(path).map_err(unreadable)?;
    Password::new(&bytes)
        .ok_or_else(|| Error::Usage(format!("{} holds no password: it is empty", path.display())))
}

#[cfg(unix)]
fn is_executable(metadata: &std::fs::Metadata) -> bool {
    let mode = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions());
    metadata.is_file() && mode & 0o111 != 0
}

#[cfg(not(unix))]
fn is_executable(_: &std::fs::Metadata) -> bool {
    false
}

/// `@FILE` among the parts of `--limit` becomes the path of the file in the tree.
fn limit(text: &str, named: &mut Named<'_>) -> String {
    let parts = text
        .split(',')
        .map(|part| match part.trim().strip_prefix('@') {
            Some(path) => named.file(Path::new(path)),
            None => part.to_owned(),
        });
    parts.collect::<Vec<_>>().join(",")
}

/// What a run writes is not read by the next one, else the same input would not give the same output.
fn without(tree: SourceTree, inputs: &[Input], out: &Path) -> Result<SourceTree, Error> {
    let Ok(real) = out.canonicalize() else {
        return Ok(tree);
    };
    let mut left_out = Vec::new();
    for input in inputs {
        match relative(&input.root, &real).as_deref() {
            Some("") => {
                return Err(Error::Usage(format!(
                    "--out {} is the input itself; give a folder of its own",
                    out.display()
                )));
            }
            Some(below) => left_out.push(join(&input.folder, below)),
            None => {}
        }
    }
    if left_out.is_empty() {
        return Ok(tree);
    }
    Ok(tree.part("", &left_out))
}

/// Chooses the importer of every input; the inputs that no importer knows come back by their paths in the tree.
pub(super) fn importers_of(
    tree: &SourceTree,
    inputs: &[Input],
    from: Option<&str>,
) -> (Vec<crate::Input>, Vec<String>) {
    let mut chosen: Vec<crate::Input> = Vec::new();
    let mut unknown = Vec::new();
    for input in inputs {
        // An input inside of another one is read for itself.
        let inner = inputs.iter().filter(|it| it.root != input.root);
        let left_out: Vec<String> = inner
            .filter_map(|it| relative(&input.root, &it.root))
            .map(|below| join(&input.folder, &below))
            .collect();
        let part = tree.part(&input.folder, &left_out);
        let mut take = |importer: &'static Importer, given: Option<&String>| {
            let same = |it: &&mut crate::Input| {
                it.folder == input.folder && it.importer.name == importer.name
            };
            match chosen.iter_mut().find(same) {
                Some(known) => known.given.extend(given.cloned()),
                None => chosen.push(crate::Input {
                    importer,
                    folder: input.folder.clone(),
                    left_out: left_out.clone(),
                    given: given.cloned().into_iter().collect(),
                }),
            }
        };
        if input.given.is_empty() {
            match importer(&part, None, from) {
                Some(importer) => take(importer, None),
                None => unknown.push(input.folder.clone()),
            }
        }
        for given in &input.given {
            match importer(&part, Some(given), from) {
                Some(importer) => take(importer, Some(given)),
                None => unknown.push(join(&input.folder, given)),
            }
        }
    }
    (chosen, unknown)
}

fn importer(
    tree: &SourceTree,
    given: Option<&str>,
    from: Option<&str>,
) -> Option<&'static Importer> {
    let detects = |it: &&Importer| {
        (it.detect)(tree, given) || given.is_none() && !(it.projects)(tree).is_empty()
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

    use super::{importers_of, open, resolve};
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
        let expected = folder.path().canonicalize().unwrap().join(root);
        let found = resolve(&inputs, &Settings::default()).unwrap();
        let [found] = found.as_slice() else {
            panic!("{found:?}");
        };
        assert_eq!(found.root.join(""), expected.join(""));
        assert_eq!(found.given, given);
        assert_eq!(found.folder, "");
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
    fn inputs_of_different_roots_stand_side_by_side() {
        let folder = project(&["a/p/site.yml", "b/p/site.yml", "a/p/b/site.yml"]);
        let inputs = ["a/p", "b/p", "a/p/b"].map(|it| folder.path().join(it));
        let mut roots = resolve(&inputs, &Settings::default()).unwrap();
        let folders: Vec<_> = roots.iter().map(|it| it.folder.as_str()).collect();
        assert_eq!(folders, ["p", "p-2", "b"]);
        let (tree, _) = open(&mut roots, &Settings::default(), None).unwrap();
        assert!(tree.find("p-2/site.yml").is_ok());
        let (chosen, unknown) = importers_of(&tree, &roots, Some("ansible"));
        assert_eq!(unknown, Vec::<String>::new());
        assert_eq!(chosen[0].left_out, ["p/b"]);
        assert!(chosen[1].left_out.is_empty());
    }

    #[test]
    fn a_dockerfile_may_lie_outside_of_its_context() {
        let folder = project(&["app/server.js", "app/Dockerfile", "docker/web.Dockerfile"]);
        let settings = Settings {
            context: Some(folder.path().join("app")),
            build_arg: vec!["A=b=c".to_owned(), "D".to_owned()],
            ..Settings::default()
        };
        let inputs = ["app/Dockerfile", "docker/web.Dockerfile"].map(|it| folder.path().join(it));
        let mut roots = resolve(&inputs, &settings).unwrap();
        assert_eq!(roots.len(), 1);
        let (tree, options) = open(&mut roots, &settings, None).unwrap();
        let outside = crate::source::extra_path(&inputs[1]);
        assert_eq!(roots[0].given, ["Dockerfile", &outside]);
        assert!(tree.find(&outside).is_ok() && tree.find("server.js").is_ok());
        let args = [
            ("A".to_owned(), Some("b=c".to_owned())),
            ("D".to_owned(), None),
        ];
        assert_eq!(options.dockerfile.build_args, args);
        let error = resolve(&[folder.path().join("app")], &settings).unwrap_err();
        assert!(error.to_string().contains("is a folder"));
    }

    #[test]
    fn an_inventory_outside_brings_its_variables() {
        let folder = project(&["p/a.yml", "i/hosts", "i/group_vars/all.yml", "p/out/x.yml"]);
        let mut input = resolve(&[folder.path().join("p")], &Settings::default()).unwrap();
        let settings = Settings {
            inventory: vec![folder.path().join("i/hosts"), "web1, web2,".into()],
            extra_vars: vec!["a=1".to_owned()],
            ..Settings::default()
        };
        let (tree, options) =
            open(&mut input, &settings, Some(&folder.path().join("p/out"))).unwrap();
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
        assert_eq!(tree.text(hosts), Ok("web1, web2,"));
    }
}
