//! `Opaque`: what no importer took; a comment where a reader will look.

use super::statement::{Left, Lowered};
use crate::account::Code;
use crate::model::Opaque;

pub(super) fn lower(opaque: &Opaque) -> Lowered {
    // The importer says why in words; a module without an importer is told apart for the report.
    let code = if opaque.reason.contains("no importer") {
        Code::UnknownModule
    } else {
        Code::CannotState
    };
    let left = Left::new(code, &opaque.reason);
    Lowered::Manual(match &opaque.cure {
        Some(cure) => left.cure(cure),
        None => left,
    })
}
