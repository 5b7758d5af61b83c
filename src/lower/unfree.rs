//! Packages that are not free: nixpkgs builds them only where `allowUnfreePredicate` says so.
//!
//! The table is rules/nixos/unfree.json: per attribute, by which names `lib.getName` knows what it takes, the licence, the
//! options that take the package without a word, and the file of nixpkgs that says so.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use crate::nix::Expr;
use crate::plan::{Definition, Home, OptionPath, Origin, Plan};

const TABLE: &str = include_str!("../../rules/nixos/unfree.json");

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    names: Vec<String>,
    license: String,
    #[serde(default)]
    options: Vec<String>,
    /// Where nixpkgs says so.
    #[serde(rename = "file")]
    _file: String,
}

static ROWS: LazyLock<BTreeMap<String, Row>> =
    LazyLock::new(|| serde_json::from_str(TABLE).unwrap_or_default());

/// Allows the packages that a plan takes and that are not free, and no others.
pub(super) fn allow(plan: &mut Plan) {
    let mut names: BTreeSet<&str> = BTreeSet::new();
    let mut origin = Origin::default();
    for (attr, row) in ROWS.iter() {
        let Some(of) = origin_of(plan, attr, &row.options) else {
            continue;
        };
        names.extend(row.names.iter().map(String::as_str));
        origin.merge(of);
        let license = &row.license;
        origin.remarks.push(format!(
            "the licence of `{attr}` ({license}) is not free, so that nixpkgs asks for a word"
        ));
    }
    if names.is_empty() {
        return;
    }
    let names: Vec<&str> = names.into_iter().collect();
    let package = Expr::select("pkg");
    let name = Expr::apply("lib.getName", vec![package]);
    let body = Expr::apply("builtins.elem", vec![name, Expr::strs(names)]);
    let definition = Definition {
        expr: Expr::Function("pkg".to_owned(), Box::new(body)),
        home: Home::Machine,
        origin,
        rule: String::new(),
    };
    let path = OptionPath::new(["nixpkgs", "config", "allowUnfreePredicate"]);
    // Where the source says something of its own, that stands.
    let _ = plan.set(path, definition);
}

/// Says what a plan takes a package from, by its attribute or an option that is on; `None` if it does not.
pub(super) fn origin_of(plan: &Plan, attr: &str, options: &[String]) -> Option<Origin> {
    let mut takers = plan
        .settings()
        .flat_map(|(path, setting)| setting.definitions().iter().map(move |it| (path, it)))
        .filter(|(path, it)| takes(path, &it.expr, attr, options))
        .map(|(_, it)| it)
        .peekable();
    takers.peek()?;
    let mut origin = Origin::default();
    for definition in takers {
        let mut of = definition.origin.clone();
        of.remarks.clear();
        origin.merge(of);
    }
    Some(origin)
}

fn takes(path: &OptionPath, expr: &Expr, attr: &str, options: &[String]) -> bool {
    let is_on = || *expr == Expr::Bool(true);
    expr.selects(&["pkgs", attr]) || options.iter().any(|it| path.to_string() == *it && is_on())
}

#[cfg(test)]
mod tests {
    use super::ROWS;
    use crate::lower::tests::check_all;
    use crate::model::{Family, Package, Resource};

    #[test]
    fn what_is_not_free_is_allowed_by_name() {
        let package = |name: &str| {
            Resource::Package(Package {
                name: name.into(),
                family: Family::Debian,
                version: None,
            })
        };
        check_all(
            vec![package("packer"), package("unrar"), package("jq")],
            r#"
            environment.systemPackages += pkgs.packer;
            environment.systemPackages += pkgs.unrar;
            environment.systemPackages += pkgs.jq;
            nixpkgs.config.allowUnfreePredicate = pkg: builtins.elem (lib.getName pkg) [ "packer" "unrar" ];
            "#,
        );
        check_all(
            vec![package("jq")],
            "environment.systemPackages += pkgs.jq;",
        );
    }

    #[test]
    fn every_row_has_a_name() {
        assert!(!ROWS.is_empty());
        assert!(ROWS.values().all(|row| !row.names.is_empty()));
    }
}
