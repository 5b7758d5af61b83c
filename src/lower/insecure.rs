//! Packages with known holes: nixpkgs builds them only where `permittedInsecurePackages` names them.
//!
//! The table is rules/nixos/insecure.json: per attribute, the name and version of nixpkgs that is marked, why it is, the options
//! that take the package without a word, and the file of nixpkgs that says so.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::unfree;
use crate::nix::Expr;
use crate::plan::{Definition, Home, OptionPath, Origin, Plan};

const TABLE: &str = include_str!("../../rules/nixos/insecure.json");

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: String,
    why: String,
    #[serde(default)]
    options: Vec<String>,
    /// Where nixpkgs says so.
    #[serde(rename = "file")]
    _file: String,
}

static ROWS: LazyLock<BTreeMap<String, Row>> =
    LazyLock::new(|| serde_json::from_str(TABLE).unwrap_or_default());

/// Permits the packages that a plan takes and that nixpkgs holds for insecure, and no others.
pub(super) fn permit(plan: &mut Plan) {
    let mut names: Vec<&str> = Vec::new();
    let mut origin = Origin::default();
    for (attr, row) in ROWS.iter() {
        let Some(of) = unfree::origin_of(plan, attr, &row.options) else {
            continue;
        };
        names.push(&row.name);
        origin.merge(of);
        let (name, why) = (&row.name, &row.why);
        origin.remarks.push(format!(
            "nixpkgs holds `{name}` for insecure: {why}; another version wants its own name here, which the evaluation says"
        ));
    }
    if names.is_empty() {
        return;
    }
    let definition = Definition {
        expr: Expr::strs(names),
        home: Home::Machine,
        origin,
        rule: String::new(),
    };
    let path = OptionPath::new(["nixpkgs", "config", "permittedInsecurePackages"]);
    // Where the source says something of its own, that stands.
    let _ = plan.set(path, definition);
}

#[cfg(test)]
mod tests {
    use super::ROWS;
    use crate::lower::tests::check_all;
    use crate::model::{Family, Package, Resource};

    #[test]
    fn what_is_insecure_is_permitted_by_name() {
        let package = |name: &str| {
            Resource::Package(Package {
                name: name.into(),
                family: Family::Debian,
                version: None,
            })
        };
        check_all(
            vec![package("minio"), package("jq")],
            r#"
            environment.systemPackages += pkgs.minio;
            environment.systemPackages += pkgs.jq;
            nixpkgs.config.permittedInsecurePackages = [ "minio-2025-10-15T17-29-55Z" ];
            "#,
        );
    }

    #[test]
    fn every_row_names_a_version() {
        assert!(!ROWS.is_empty());
        for (attr, row) in ROWS.iter() {
            assert!(row.name.starts_with(&format!("{attr}-")), "{attr}");
        }
    }
}
