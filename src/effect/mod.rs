//! What NixOS makes of a plan, by our reading of its modules: the files that they write, to compare with the source's.
//!
//! A *reading* says of one file of the old machine which options hold it on NixOS, in which format the module writes
//! it, and where in nixpkgs that stands. It is data, a `[[reading]]` in the rule file of its area:
//!
//! ```toml
//! [[reading]]
//! file   = ["/etc/redis/redis.conf"]                        # where machines of the old kind have it, as in a rule
//! option = "services.redis.servers.*.settings"              # the value that is written; `*` is any name
//! format = "redis"                                          # a row of `formats`
//! module = "nixos/modules/services/databases/redis.nix:21"  # in nixpkgs
//! [reading.explained.source-only]                           # what only the source says, by its place in the tree, and why that is nothing
//! pidfile = "the unit of NixOS needs none"
//! ```
//!
//! `explained` says what else can be explained, and for which values.
//!
//! `written` writes the file as the module would, with the defaults of options that the plan leaves out;
//! `Reading::compare` reads both with the format's own reader, so that order, blanks and comments count only where the
//! format says so.

mod compare;
mod explained;
mod formats;
mod reading;
pub mod unit;
mod value;
mod wiring;

pub use compare::{Comparison, Difference};
pub use reading::{Reading, readings};

use crate::plan::{OptionPath, Plan};
use compare::compare;
use serde_json::Value;

/// A file that a module of NixOS writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written<'a> {
    pub reading: &'a Reading,
    /// The option that it is written from: `services.redis.servers.shop.settings`.
    pub option: OptionPath,
    pub text: String,
}

/// Writes the files that the options of a plan lead to, in the order of the readings.
pub fn written<'a>(plan: &Plan, readings: &'a [Reading]) -> Vec<Written<'a>> {
    written_of(&value::stated(plan), readings)
}

/// Writes the files that values of options lead to, whoever found them.
pub fn written_of<'a>(stated: &[(&[String], Value)], readings: &'a [Reading]) -> Vec<Written<'a>> {
    let mut list = Vec::new();
    for reading in readings {
        for (option, value) in value::values(stated, &reading.option) {
            if let Some(text) = (reading.format.write)(&value) {
                list.push(Written {
                    reading,
                    option,
                    text,
                });
            }
        }
    }
    list
}

impl Reading {
    /// Compares the source's text with what NixOS writes.
    ///
    /// # Errors
    /// Why one of both cannot be read in the format.
    pub fn compare(&self, source: &str, written: &str) -> Result<Comparison, String> {
        let of_source = (self.format.tree)(source).map_err(|why| format!("the source: {why}"))?;
        let of_nixos = (self.format.tree)(written).map_err(|why| format!("NixOS's: {why}"))?;
        Ok(compare(&of_source, &of_nixos, &self.explained))
    }
}

#[cfg(test)]
mod tests {
    use super::{readings, value, written};
    use crate::nix::Expr;
    use crate::plan::{Definition, Home, OptionPath, Origin, Plan};

    pub(super) fn plan(settings: &[(&str, Expr)]) -> Plan {
        let mut plan = Plan::new("x", "");
        for (path, expr) in settings {
            let definition = Definition {
                expr: expr.clone(),
                home: Home::Host,
                origin: Origin::default(),
                rule: String::new(),
            };
            assert!(plan.set(OptionPath::parse(path), definition).is_ok());
        }
        plan
    }

    #[test]
    fn a_star_is_any_name() {
        let plan = plan(&[
            ("services.x.a.settings.port", Expr::Int(1)),
            ("services.x.b.settings.port", Expr::Int(2)),
            ("services.x.b.enable", Expr::Bool(true)),
        ]);
        let found = value::values(
            &value::stated(&plan),
            &OptionPath::parse("services.x.*.settings"),
        );
        let shown: Vec<String> = found
            .iter()
            .map(|(name, it)| format!("{name} {it}"))
            .collect();
        assert_eq!(
            shown,
            [
                r#"services.x.a.settings {"port":1}"#,
                r#"services.x.b.settings {"port":2}"#
            ]
        );
    }

    #[test]
    fn every_built_in_reading_can_be_read() {
        let readings = readings(&[]).expect("built-in readings are read");
        assert!(written(&plan(&[]), &readings).is_empty());
        for reading in &readings {
            assert!(
                reading.module.starts_with("nixos/modules/") && reading.module.contains(".nix:"),
                "{}: `module` names a file of nixpkgs and a line",
                reading.module
            );
        }
    }
}
