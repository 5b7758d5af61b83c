//! What is asked of the evaluation: which options and packages the modules name, and which values are wanted.

use std::collections::BTreeSet;

use crate::plan::Plan;
use crate::syntax::nix_module::{self, ValueKind};
use crate::syntax::nix_packages;

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
            if names.is_empty() {
                continue;
            }
            let elements = of_elements(&names, &definition.value.kind);
            query.options.extend(elements);
            query.options.insert(names);
        }
    }
    let settings = plan.into_iter().flat_map(Plan::settings);
    query.values = settings.map(|(path, _)| path.names().to_vec()).collect();
    query
}

/// The options of sets in a list, each below `*`.
fn of_elements(option: &[String], value: &ValueKind) -> Vec<Vec<String>> {
    let ValueKind::List(items) = value else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for item in items {
        if let ValueKind::Attrs(inner) = &item.kind {
            for definition in inner {
                let mut path = option.to_vec();
                path.push("*".to_owned());
                path.extend(definition.path.iter().map_while(|it| it.text.clone()));
                found.push(path);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::query;

    #[test]
    fn options_and_packages_are_read() {
        let text = "{ pkgs, ... }: { a.b = 1; c.${d}.e = pkgs.git; imports = [ ./x.nix ]; l = [ { m.n = 1; } ]; }";
        let query = query("/out", [text], None);
        let paths: Vec<String> = query.options.iter().map(|it| it.join(".")).collect();
        assert_eq!(paths, ["a.b", "c", "l", "l.*.m.n"]);
        assert_eq!(query.packages.len(), 1);
    }
}
