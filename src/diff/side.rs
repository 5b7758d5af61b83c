//! One side of a difference: the hosts of an output's folder, and the options that each has.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::value::{Given, definitions, resolve};
use crate::syntax::nix_module;

/// What a path of the folder holds; none where there is no file.
pub(super) type Read<'a> = dyn Fn(&str) -> Option<Bytes> + 'a;

/// The bytes of a file, and whose they are.
pub(super) enum Bytes {
    Ours(Vec<u8>),
    /// What a person wrote may hold what nobody may see.
    Yours(Vec<u8>),
    /// A person's, and of what it says so much is ours.
    Both(Vec<u8>, Vec<u8>),
}

impl Bytes {
    fn as_slice(&self) -> &[u8] {
        match self {
            Bytes::Ours(bytes) | Bytes::Yours(bytes) | Bytes::Both(bytes, _) => bytes,
        }
    }
}

pub(super) struct Side<'a> {
    read: &'a Read<'a>,
    files: BTreeMap<String, Option<Rc<File>>>,
    assets: BTreeMap<String, Option<Rc<[u8]>>>,
}

/// A module, read.
#[derive(Debug, Default, PartialEq)]
pub(super) struct File {
    definitions: Vec<(String, Given)>,
    /// What it imports, by path relative to the folder of the output.
    imports: Vec<String>,
}

impl<'a> Side<'a> {
    pub(super) fn new(read: &'a Read<'a>) -> Side<'a> {
        Side {
            read,
            files: BTreeMap::new(),
            assets: BTreeMap::new(),
        }
    }

    pub(super) fn has(&mut self, file: &str) -> bool {
        self.file(file).is_some()
    }

    /// Returns the modules that a host's module reaches, itself among them, in the order of their imports.
    pub(super) fn reached(&mut self, start: &str) -> Vec<(String, Rc<File>)> {
        let mut seen = BTreeSet::new();
        let mut found = Vec::new();
        let mut waiting = vec![start.to_owned()];
        while let Some(path) = waiting.pop() {
            if !seen.insert(path.clone()) {
                continue;
            }
            let Some(file) = self.file(&path) else {
                continue;
            };
            waiting.extend(file.imports.iter().rev().cloned());
            found.push((path, file));
        }
        found
    }

    /// Returns the bytes of a file that a definition takes.
    pub(super) fn asset(&mut self, path: &str) -> Option<Rc<[u8]>> {
        let read = self.read;
        let entry = self.assets.entry(path.to_owned());
        entry
            .or_insert_with(|| read(path).map(|it| Rc::from(it.as_slice())))
            .clone()
    }

    fn file(&mut self, path: &str) -> Option<Rc<File>> {
        if let Some(file) = self.files.get(path) {
            return file.clone();
        }
        let file = (self.read)(path).map(|bytes| Rc::new(File::read(path, &bytes)));
        self.files.insert(path.to_owned(), file.clone());
        file
    }
}

impl File {
    fn read(path: &str, bytes: &Bytes) -> File {
        let text = String::from_utf8_lossy(bytes.as_slice());
        let module = nix_module::read(&text);
        let imports = module.imports.iter().filter_map(|import| {
            let path = resolve(path, import.path.as_deref()?)?;
            Some(if path.ends_with(".nix") {
                path
            } else {
                format!("{path}/default.nix")
            })
        });
        let mut definitions = definitions(&module, path, &text);
        let of_ours = match bytes {
            Bytes::Ours(_) => None,
            Bytes::Yours(_) => Some(Vec::new()),
            Bytes::Both(_, ours) => Some(File::read(path, &Bytes::Ours(ours.clone())).definitions),
        };
        if let Some(ours) = of_ours {
            for definition in &mut definitions {
                definition.1.is_yours = !ours.contains(definition);
            }
        }
        File {
            imports: imports.collect(),
            definitions,
        }
    }

    /// Returns the files beside the module whose content it takes.
    pub(super) fn assets(&self) -> impl Iterator<Item = &str> {
        let files = self.definitions.iter().flat_map(|(_, given)| &given.files);
        files.map(String::as_str)
    }
}

/// Puts together what modules define.
pub(super) fn options(files: &[(String, Rc<File>)]) -> BTreeMap<&str, Vec<&Given>> {
    let mut options: BTreeMap<&str, Vec<&Given>> = BTreeMap::new();
    for (path, given) in files.iter().flat_map(|(_, file)| &file.definitions) {
        options.entry(path).or_default().push(given);
    }
    options
}
