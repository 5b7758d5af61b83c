//! What the assertions of modules ask beside a switch: rules/nixos/asserted.json.
//!
//! An option that has a default may still be needed: its module refuses to evaluate with that. By switch, the table has
//! lists of options of which one each must be set, and the module that asserts it.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::plan::OptionPath;

const TABLE: &str = include_str!("../../rules/nixos/asserted.json");

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    needs: Vec<Vec<String>>,
    /// Where it is asserted.
    #[serde(rename = "module")]
    _module: String,
}

/// A switch that is not enough.
pub(super) struct Asserted {
    pub(super) switch: OptionPath,
    /// Of each one must be set.
    pub(super) needs: Vec<Vec<OptionPath>>,
}

pub(super) static ROWS: LazyLock<Vec<Asserted>> = LazyLock::new(|| {
    // A test reads the table, so a faulty one never ships.
    let rows: BTreeMap<String, Row> = serde_json::from_str(TABLE).unwrap_or_default();
    rows.into_iter()
        .map(|(switch, row)| Asserted {
            switch: OptionPath::parse(&switch),
            needs: row
                .needs
                .iter()
                .map(|any| any.iter().map(|it| OptionPath::parse(it)).collect())
                .collect(),
        })
        .collect()
});

#[cfg(test)]
mod tests {
    use super::ROWS;

    #[test]
    fn every_switch_needs_something() {
        assert!(!ROWS.is_empty());
        for row in ROWS.iter() {
            assert!(
                row.switch.to_string().ends_with(".enable"),
                "{}",
                row.switch
            );
            assert!(!row.needs.is_empty() && row.needs.iter().all(|it| !it.is_empty()));
        }
    }
}
