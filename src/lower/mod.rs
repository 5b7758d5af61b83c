//! Model to plan: rules first, then one file per kind of resource that data cannot say.

#![deny(clippy::wildcard_enum_match_arm)]

mod ctx;
#[cfg(test)]
mod name_tests;
mod package;
mod rule;
mod service;

use ctx::Ctx;

use crate::account::{Account, Code, Verdict};
use crate::diag::Diagnostics;
use crate::model::{Condition, Entry, Machine, Model};
use crate::plan::Plan;
use crate::rules::Rules;

/// Lowers every machine to its plan, and closes the items of what it lowers.
pub fn lower(
    model: &Model,
    rules: &Rules,
    account: &mut Account,
    diags: &mut Diagnostics,
) -> Vec<Plan> {
    model
        .machines
        .iter()
        .map(|machine| lower_machine(machine, rules, account, diags))
        .collect()
}

fn lower_machine(
    machine: &Machine,
    rules: &Rules,
    account: &mut Account,
    diags: &mut Diagnostics,
) -> Plan {
    let mut ctx = Ctx::new(machine, rules, account, diags);
    for entry in &machine.entries {
        lower_entry(entry, &mut ctx);
    }
    ctx.finish()
}

fn lower_entry(entry: &Entry, ctx: &mut Ctx<'_>) {
    match &entry.guard {
        Condition::True => {}
        Condition::False => {
            ctx.close(
                entry,
                Verdict::Skipped,
                Code::ConditionFalse,
                "its condition is false",
            );
            return;
        }
        Condition::Unknown(why) => {
            ctx.manual(
                entry,
                Code::ConditionUnknown,
                &format!("it hangs on {why}"),
                None,
            );
            return;
        }
    }
    if rule::lower(entry, ctx) {
        return;
    }
    ctx.manual(entry, Code::CannotState, "not lowered yet", None);
}
