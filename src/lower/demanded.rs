//! Secrets without which a module does not evaluate, and that no source says: rules/nixos/demanded.json.
//!
//! Per switch: the option, its value with `PATH` for the file, what the file holds (a text, a secret, a text ...), who
//! reads it, and why it is asked for.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::nix::Expr;
use crate::plan::{Definition, OptionPath, Plan, SECRETS_FOLDER, Secret, SecretPart};

const TABLE: &str = include_str!("../../rules/nixos/demanded.json");

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    option: String,
    /// Options that do as well.
    #[serde(default)]
    unless: Vec<String>,
    value: String,
    file: String,
    holds: Vec<String>,
    owner: Option<String>,
    unit: String,
    why: String,
    /// Where nixpkgs asks for it.
    #[serde(rename = "module")]
    _module: String,
}

static ROWS: LazyLock<BTreeMap<String, Row>> =
    LazyLock::new(|| serde_json::from_str(TABLE).unwrap_or_default());

/// Names a file for each such secret of the modules that a plan switches on.
pub(super) fn name(plan: &mut Plan) {
    for (switch, row) in ROWS.iter() {
        let option = OptionPath::parse(&row.option);
        let others = row.unless.iter().map(|it| OptionPath::parse(it));
        let mut enough = std::iter::once(option.clone()).chain(others);
        if enough.any(|it| is_set(plan, &it)) {
            continue;
        }
        let Some(mut definition) = on(plan, &OptionPath::parse(switch)) else {
            continue;
        };
        let path = format!("{SECRETS_FOLDER}{}", row.file);
        definition.expr = Expr::str(row.value.replace("PATH", &path));
        let remark = format!(
            "assumed: `{path}` holds what is asked for there: {}",
            row.why
        );
        definition.origin.remarks.push(remark);
        let secret = Secret {
            content: parts(&row.holds),
            used_by: row.unit.clone(),
            owner: row.owner.clone(),
            units: vec![row.unit.clone()],
            origin: definition.origin.clone(),
            path,
            ..Secret::default()
        };
        if plan.set(option, definition).is_ok() {
            plan.secrets.push(secret);
        }
    }
}

fn parts(holds: &[String]) -> Vec<SecretPart> {
    let parts = holds.iter().enumerate().map(|(at, it)| match at % 2 {
        0 => SecretPart::Literal(it.clone()),
        _ => SecretPart::Hole(it.clone()),
    });
    let is_empty = |it: &SecretPart| matches!(it, SecretPart::Literal(text) if text.is_empty());
    parts.filter(|it| !is_empty(it)).collect()
}

/// Returns the definition that switches an option on.
fn on(plan: &Plan, switch: &OptionPath) -> Option<Definition> {
    let definitions = plan.get(switch)?.definitions();
    definitions
        .iter()
        .find(|it| it.expr == Expr::Bool(true))
        .cloned()
}

/// Tells whether an option, or one above or below it, is set.
fn is_set(plan: &Plan, option: &OptionPath) -> bool {
    plan.settings().any(|(path, _)| {
        let (path, option) = (path.names(), option.names());
        path.starts_with(option) || option.starts_with(path)
    })
}

#[cfg(test)]
mod tests {
    use super::name;
    use crate::lower::tests::plan;
    use crate::nix::Expr;

    #[test]
    fn a_secret_that_a_module_asks_for_has_a_file() {
        let mut it = plan(&[("services.grafana.enable", Expr::Bool(true))]);
        name(&mut it);
        assert_eq!(it.secrets[0].path, "/run/secrets/grafana-secret-key");
        name(&mut it);
        assert_eq!(it.secrets.len(), 1);
        let mut off = plan(&[("services.grafana.enable", Expr::Bool(false))]);
        name(&mut off);
        assert!(off.secrets.is_empty());
        let mut done = plan(&[
            ("services.miniflux.enable", Expr::Bool(true)),
            ("services.miniflux.config.CREATE_ADMIN", Expr::Bool(false)),
        ]);
        name(&mut done);
        assert!(done.secrets.is_empty());
    }
}
