//! Options that the checked files declare themselves.

use std::collections::BTreeSet;

use super::File;
use crate::syntax::nix_module::{Definition, NixModule, ValueKind};

/// The paths of declared options; `None` stands for a name that only evaluation knows.
#[derive(Debug, Default)]
pub(super) struct Declared {
    paths: BTreeSet<Vec<Option<String>>>,
}

impl Declared {
    pub(super) fn find(files: &[File<'_>]) -> Declared {
        let mut declared = Declared::default();
        for file in files {
            declared.take(&file.module);
        }
        declared
    }

    fn take(&mut self, module: &NixModule) {
        for it in &module.declarations {
            // Where even the first name is not known, it could be any option: such ones are asked for by no plain name.
            if it.path.first().is_some_and(|name| name.text.is_some()) {
                let names = it.path.iter().map(|name| name.text.clone());
                self.paths.insert(names.collect());
            }
        }
        self.take_inner(&module.definitions);
    }

    fn take_inner(&mut self, definitions: &[Definition]) {
        for definition in definitions {
            if let ValueKind::Function(inner) = &definition.value.kind {
                self.take(inner);
            }
        }
    }

    /// Tells whether a path is that of a declared option, or below or above one.
    pub(super) fn has(&self, path: &[String]) -> bool {
        self.paths.iter().any(|declared| {
            declared
                .iter()
                .zip(path)
                .all(|(a, b)| a.as_ref().is_none_or(|a| a == b))
        })
    }

    /// Tells whether an option of this root is declared.
    pub(super) fn has_root(&self, root: &str) -> bool {
        self.paths
            .iter()
            .any(|it| it.first().is_some_and(|it| it.as_deref() == Some(root)))
    }
}
