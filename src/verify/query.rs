//! What is asked of the evaluation: which options and packages the modules name, and which values are wanted.

use std::collections::BTreeSet;

use crate::plan::Plan;
use crate::syntax::{nix_module, nix_packages};

/// The input of `evaluate.nix`.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Query {
    /// The folder of the modules, absolute.
    pub folder: String,
    pub options: BTreeSet<Vec<String>>,
    pub packages: BTreeSet<Vec<String>>,
    /// Options of which the value is wanted.
    pub values: BTreeSet<Vec<String>>,
}

/// Reads the modules of a folder; the plan of a host says which values are wanted.
pub fn query<'a>(
    folder: &str,
    modules: impl IntoIterator<Item = &'a str>,
    plan: Option<&Plan>,
) -> Query {
    let mut query = Query {
        folder: folder.to_owned(),
        ..Query::default()
    };
    for text in modules {
        query.packages.extend(nix_packages::read(text));
        for definition in nix_module::read(text).definitions {
            let names: Vec<String> = definition
                .path
                .iter()
                .map_while(|it| it.text.clone())
                .collect();
            if !names.is_empty() {
                query.options.insert(names);
            }
        }
    }
    let settings = plan.into_iter().flat_map(Plan::settings);
    query.values = settings.map(|(path, _)| path.names().to_vec()).collect();
    query
}

#[cfg(test)]
mod tests {
    use super::query;

    #[test]
    fn options_and_packages_are_read() {
        let text = "{ pkgs, ... }: { a.b = 1; c.${d}.e = pkgs.git; imports = [ ./x.nix ]; }";
        let query = query("/out", [text], None);
        let paths: Vec<String> = query.options.iter().map(|it| it.join(".")).collect();
        assert_eq!(paths, ["a.b", "c"]);
        assert_eq!(query.packages.len(), 1);
    }
}
