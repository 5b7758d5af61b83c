//! Functions that a module's reader sees through: what of their arguments is a definition.

/// What a function of nixpkgs' library makes of its last argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// The argument, where the first one holds.
    If,
    /// The sets of a list, together.
    Merge,
    /// The argument, with another priority or order.
    Priority,
    /// A set with one attribute for each of something, as the function that is given has it.
    Each,
    /// The argument as it is.
    Transparent,
}

/// Finds what a function does by its last name: `lib.mkIf` and `mkIf` are the same.
pub(super) fn known(function: &str) -> Option<Known> {
    Some(match last(function) {
        "mkIf" | "optionalAttrs" => Known::If,
        "mkMerge" => Known::Merge,
        "mkDefault"
        | "mkForce"
        | "mkOverride"
        | "mkBefore"
        | "mkAfter"
        | "mkOrder"
        | "mkOptionDefault"
        | "mkImageMediaOverride"
        | "mkVMOverride" => Known::Priority,
        "genAttrs" | "mapAttrs" => Known::Each,
        "recursiveUpdate" => Known::Transparent,
        _ => return None,
    })
}

/// How a function that moves options has their old paths: the value is the place of the argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moves {
    /// The first argument is a path.
    One,
    /// The first argument is a list of paths.
    Many,
    /// The argument has it as `from`.
    From,
}

pub(super) fn moves(function: &str) -> Option<Moves> {
    Some(match last(function) {
        "mkRenamedOptionModule"
        | "mkAliasOptionModule"
        | "mkAliasOptionModuleMD"
        | "mkRemovedOptionModule"
        | "mkChangedOptionModule" => Moves::One,
        "mkMergedOptionModule" => Moves::Many,
        "mkRenamedOptionModuleWith" | "doRename" => Moves::From,
        _ => return None,
    })
}

pub(super) fn last(function: &str) -> &str {
    function.rsplit('.').next().unwrap_or(function)
}
