//! A unit of the source for a server whose module is on: the module has a unit for it, and one name cannot be that of two.

use crate::lower::ctx::Ctx;
use crate::lower::statement::{Lowered, Merged};
use crate::model::Unit;
use crate::plan::OptionPath;
use crate::rules;

/// Returns the switch of the module that has a unit of this name, where the plan switches it on.
pub(super) fn option(unit: &Unit, ctx: &Ctx<'_>) -> Option<&'static str> {
    let name = unit.name.strip_suffix(".service")?;
    if unit.drop_in || name.contains('@') {
        return None;
    }
    let option = rules::service(name, ctx.machine.family)?.option?.path;
    (option.ends_with(".enable") && ctx.brought.switches_on(option)).then_some(option)
}

/// States the module in the place of the unit; `None` where the plan does not switch one on that has the unit's name.
pub(super) fn lower(unit: &Unit, ctx: &Ctx<'_>) -> Option<Lowered> {
    let option = option(unit, ctx)?;
    let module = option.trim_end_matches(".enable");
    let clause = format!(
        "the unit that `{module}` has for it does what this `{}` does",
        unit.name
    );
    Some(Lowered::Merged(Merged {
        option: OptionPath::parse(option),
        reason: format!("`{module}` has a unit for it"),
        assumptions: vec![clause],
    }))
}
